import { apply } from '../../src/operations/apply'
import type { Operation } from '../../src/operations/operation'
import { columns, schema, table } from '../support/schema'

const user = table('user', {
  columns: columns('id int', 'bossId int null'),
  primaryKey: { columns: ['id'] },
  indexes: [
    {
      name: 'IDX',
      columns: [{ column: 'bossId', order: 'DESC' }, { sql: 'lower(name)' }],
      unique: false,
      include: ['id'],
    },
  ],
  uniques: [{ columns: ['id', 'bossId'] }],
  foreignKeys: [
    { name: 'FK_boss', columns: ['bossId'], references: { table: { name: 'user' }, columns: ['id'] }, notValid: true },
  ],
})
const post = table('post', {
  columns: columns('id int', 'userId int'),
  foreignKeys: [{ name: 'FK_user', columns: ['userId'], references: { table: { name: 'user' }, columns: ['id'] } }],
})
const before = schema({ tables: [user, post] })
const after = (...operations: Operation[]) => apply(before, operations)

test('a renamed table keeps what refers to it', () => {
  const { tables } = after({ kind: 'renameTable', from: { name: 'user' }, to: { name: 'member' } })
  expect(tables.map(({ name }) => name)).toEqual(['member', 'post'])
  expect(tables.flatMap(({ foreignKeys }) => foreignKeys.map((key) => key.references.table.name))).toEqual([
    'member',
    'member',
  ])
})

test('a renamed column is renamed wherever it is used', () => {
  const [member, article] = after(
    { kind: 'renameColumn', table: { name: 'user' }, from: 'id', to: 'key' },
    { kind: 'renameColumn', table: { name: 'user' }, from: 'bossId', to: 'boss' },
  ).tables
  expect(member).toEqual({
    ...user,
    columns: columns('key int', 'boss int null'),
    primaryKey: { columns: ['key'] },
    indexes: [
      {
        name: 'IDX',
        columns: [{ column: 'boss', order: 'DESC' }, { sql: 'lower(name)' }],
        unique: false,
        include: ['key'],
      },
    ],
    uniques: [{ columns: ['key', 'boss'] }],
    foreignKeys: [
      { name: 'FK_boss', columns: ['boss'], references: { table: { name: 'user' }, columns: ['key'] }, notValid: true },
    ],
  })
  expect(article?.foreignKeys[0]?.references.columns).toEqual(['key'])
})

test('a renamed column is renamed in checks, computed columns and indexes', () => {
  const of = (name: string) =>
    schema({
      tables: [
        table('t', {
          columns: [
            ...columns(`${name === '"b"' ? 'b' : 'a'} int`),
            { name: 'c', type: 'int', nullable: true, generated: { sql: `${name} + 1` } },
          ],
          checks: [{ name: 'C', expression: { sql: `${name} > 0`, canonical: `(${name} > 0)` } }],
          indexes: [{ name: 'I', columns: [{ sql: `abs(${name})` }], unique: false, where: { sql: `${name} < 9` } }],
          exclusions: [{ name: 'X', expression: { sql: `USING gist (${name} WITH =)` } }],
        }),
      ],
    })
  expect(apply(of('a'), [{ kind: 'renameColumn', table: { name: 't' }, from: 'a', to: 'b' }])).toEqual(of('"b"'))
})

test('a renamed enum is renamed in columns and texts', () => {
  const of = (name: string, text: string) =>
    schema({
      enums: [{ name, values: ['a'] }],
      tables: [
        table('t', {
          columns: [
            { name: 'one', type: { enum: name }, nullable: false, default: { sql: `lower('A')::${text}` } },
            { name: 'many', type: { enum: name, array: true }, nullable: false },
            { name: 'other', type: { enum: 'role', schema: 'audit' }, nullable: false },
          ],
          checks: [{ name: 'C', expression: { sql: `one <> 'a'::${text}` } }],
        }),
      ],
      views: [{ name: 'v', definition: { sql: `SELECT 'a'::${text}` } }],
    })
  expect(apply(of('role', 'role'), [{ kind: 'renameEnum', from: { name: 'role' }, to: { name: 'kind' } }])).toEqual(
    of('kind', '"kind"'),
  )
})

test('a validated constraint is no longer marked, others stay', () => {
  expect(
    after({ kind: 'validateConstraint', table: { name: 'user' }, name: 'FK_boss' }).tables[0]?.foreignKeys[0],
  ).not.toHaveProperty('notValid')
  expect(
    after({ kind: 'validateConstraint', table: { name: 'user' }, name: 'FK_other' }).tables[0]?.foreignKeys[0],
  ).toHaveProperty('notValid', true)
})

test('a renamed enum value is renamed in the defaults of its columns', () => {
  const typed = schema({
    enums: [{ name: 'role', values: ['a', 'b'] }],
    tables: [
      table('t', {
        columns: [
          { name: 'one', type: { enum: 'role' }, nullable: false, default: 'a' },
          { name: 'many', type: { enum: 'role', array: true }, nullable: false, default: ['a', 'b'] },
          { name: 'text', type: 'text', nullable: false, default: 'a' },
        ],
      }),
    ],
  })
  const renamed = apply(typed, [{ kind: 'renameEnumValue', enum: { name: 'role' }, from: 'a', to: 'z' }])
  expect(renamed.enums).toEqual([{ name: 'role', values: ['z', 'b'] }])
  expect(renamed.tables[0]?.columns.map((column) => column.default)).toEqual(['z', ['z', 'b'], 'a'])
})

test.each([
  [{}, ['a', 'c', 'b']],
  [{ before: 'a' }, ['b', 'a', 'c']],
  [{ before: 'c' }, ['a', 'b', 'c']],
  [{ after: 'a' }, ['a', 'b', 'c']],
])('a value is added to the enum at %j', (position, values) => {
  const type = { name: 'e', values: ['a', 'c'] }
  expect(
    apply(schema({ enums: [type] }), [{ kind: 'addEnumValue', enum: type, value: 'b', ...position }]).enums[0]?.values,
  ).toEqual(values)
})

test.each<Operation>([
  { kind: 'dropTable', table: table('tag') },
  { kind: 'dropColumn', table: { name: 'user' }, column: columns('nam text')[0]! },
  { kind: 'dropIndex', table: { name: 'user' }, index: { name: 'IDX_2', columns: ['id'], unique: false } },
  { kind: 'dropUnique', table: { name: 'user' }, unique: { columns: ['id'] } },
  { kind: 'dropPrimaryKey', table: { name: 'post' }, primaryKey: { columns: ['id'] } },
  { kind: 'renameConstraint', table: { name: 'user' }, from: 'x', to: 'y' },
])('what is not there cannot be taken away: $kind', (operation) => {
  expect(() => after(operation)).toThrow(expect.objectContaining({ code: 'missing-target' }))
})

test('the schema it is given stays as it is', () => {
  const copy = structuredClone(before)
  after({ kind: 'renameColumn', table: { name: 'user' }, from: 'id', to: 'key' })
  expect(before).toEqual(copy)
})
