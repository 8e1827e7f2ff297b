import type { Intent } from '../../src/operations/intent'
import { intentsOf } from '../../src/operations/intents'
import type { Operation } from '../../src/operations/operation'
import { columns, table } from '../support/schema'

const post = table('post', { columns: columns('id int', 'userId int null'), primaryKey: { columns: ['id'] } })
const on = { name: 'post' }
const foreignKey = { name: 'FK', columns: ['userId'], references: { table: { name: 'user' }, columns: ['id'] } }
const index = (name: string) => ({ name, columns: ['userId'], unique: false })

test('a new table is one call with the indexes and foreign keys that follow it', () => {
  expect(
    intentsOf([
      { kind: 'createTable', table: post },
      { kind: 'createIndex', table: on, index: index('IDX_a') },
      { kind: 'createForeignKey', table: on, foreignKey },
      { kind: 'addColumn', table: { name: 'user' }, column: columns('x int')[0]! },
    ]),
  ).toEqual([
    {
      kind: 'createTable',
      table: {
        name: 'post',
        columns: [
          { name: 'id', type: 'int' },
          { name: 'userId', type: 'int', nullable: true },
        ],
        primaryKey: ['id'],
        indexes: [{ name: 'IDX_a', columns: ['userId'] }],
        foreignKeys: [{ name: 'FK', columns: ['userId'], references: { table: 'user', columns: ['id'] } }],
      },
    },
    { kind: 'addColumn', table: 'user', column: { name: 'x', type: 'int' } },
  ])
})

test.each<[string, Operation]>([
  ['of another table', { kind: 'createIndex', table: { name: 'user' }, index: index('IDX') }],
  ['that is not ours', { kind: 'createIndex', table: on, index: index('IDX'), managed: false }],
  ['that is built concurrently', { kind: 'createIndex', table: on, index: index('IDX'), concurrently: true }],
])('an index %s stays a call of its own', (_, create) => {
  expect(intentsOf([{ kind: 'createTable', table: post }, create]).map(({ kind }) => kind)).toEqual([
    'createTable',
    'createIndex',
  ])
})

test('a dropped table is one call where its parts go in the order in which resolve puts them', () => {
  const dropTable: Operation = { kind: 'dropTable', table: post }
  const dropIndex = (name: string): Operation => ({ kind: 'dropIndex', table: on, index: index(name) })
  const dropForeignKey: Operation = { kind: 'dropForeignKey', table: on, foreignKey }
  const kinds = (...operations: Operation[]) => intentsOf(operations).map(({ kind }) => kind)

  expect(intentsOf([dropForeignKey, dropIndex('IDX_b'), dropIndex('IDX_a'), dropTable])).toEqual([
    { kind: 'dropTable', table: 'post' },
  ])
  expect(kinds(dropIndex('IDX_a'), dropIndex('IDX_b'), dropTable)).toEqual(['dropIndex', 'dropTable'])
  expect(kinds(dropIndex('IDX_a'), dropForeignKey, dropTable)).toEqual(['dropIndex', 'dropTable'])
})

test.each<[Operation, Intent]>([
  [
    {
      kind: 'alterColumn',
      table: { schema: 'audit', name: 't' },
      from: { name: 'c', type: 'int', nullable: true, default: { sql: 'a', canonical: 'A' }, comment: 'x' },
      to: { name: 'c', type: 'int', nullable: false, default: { sql: 'b', canonical: 'B' } },
    },
    {
      kind: 'alterColumn',
      table: { schema: 'audit', name: 't' },
      name: 'c',
      change: { nullable: false, default: { sql: 'b' }, comment: null },
    },
  ],
  [
    { kind: 'commentTable', table: on, from: 'x' },
    { kind: 'commentTable', table: 'post', text: null },
  ],
  [
    { kind: 'dropUnique', table: on, unique: { columns: ['a'] } },
    { kind: 'dropUnique', table: 'post', constraint: { columns: ['a'] } },
  ],
  [
    { kind: 'dropCheck', table: on, check: { expression: { sql: 'a > 0', canonical: '(a > 0)' } } },
    { kind: 'dropCheck', table: 'post', constraint: { expression: 'a > 0' } },
  ],
  [
    { kind: 'createCheck', table: on, check: { name: 'CHK', expression: { sql: 'a > 0', canonical: '(a > 0)' } } },
    { kind: 'createCheck', table: 'post', check: { name: 'CHK', expression: 'a > 0' } },
  ],
  [
    { kind: 'addEnumValue', enum: { name: 'e', values: ['a'] }, value: 'b', after: 'a' },
    { kind: 'addEnumValue', enum: 'e', value: 'b', position: { after: 'a' } },
  ],
  [
    { kind: 'addEnumValue', enum: { name: 'e', values: ['a'] }, value: 'b' },
    { kind: 'addEnumValue', enum: 'e', value: 'b' },
  ],
  [
    { kind: 'createSchema', schema: 'audit', managed: false },
    { kind: 'createSchema', schema: 'audit', options: { managed: false } },
  ],
  [
    { kind: 'createExtension', extension: { name: 'citext', schema: 'x' } },
    { kind: 'createExtension', extension: { name: 'citext', schema: 'x' } },
  ],
  [
    { kind: 'createExtension', extension: { name: 'citext' } },
    { kind: 'createExtension', extension: 'citext' },
  ],
  [
    {
      kind: 'addColumn',
      table: on,
      column: { name: 'c', type: 'int', nullable: true, generated: { sql: 'a + 1', virtual: true } },
    },
    {
      kind: 'addColumn',
      table: 'post',
      column: { name: 'c', type: 'int', nullable: true, generated: 'a + 1', virtual: true },
    },
  ],
])('%j is said as %j', (operation, intent) => {
  expect(intentsOf([operation])).toEqual([intent])
})
