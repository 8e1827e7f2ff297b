import { describe as lineOf, isDestructive } from '../../src/operations/describe'
import type { Operation } from '../../src/operations/operation'
import { columns, table } from '../support/schema'

const user = { name: 'user' }
const role = { name: 'role', values: ['a', 'b'] }

test.each<[string, Operation]>([
  ['+ table audit.user (1 column)', { kind: 'createTable', table: table('user', { schema: 'audit' }) }],
  ['- table user (2 columns)', { kind: 'dropTable', table: table('user', { columns: columns('a int', 'b int') }) }],
  ['~ table user → member', { kind: 'renameTable', from: user, to: { name: 'member' } }],
  ['~ table user comment dropped', { kind: 'commentTable', table: user, from: 'x' }],
  ['+ column user.email varchar(255)', { kind: 'addColumn', table: user, column: columns('email varchar(255)')[0]! }],
  [
    '+ column user.roles role[] null default ["a"]',
    {
      kind: 'addColumn',
      table: user,
      column: { name: 'roles', type: { enum: 'role', array: true }, nullable: true, default: ['a'] },
    },
  ],
  [
    '~ column user.email text → citext, null, default now(), comment dropped',
    {
      kind: 'alterColumn',
      table: user,
      from: { name: 'email', type: 'text', nullable: false, comment: 'x' },
      to: { name: 'email', type: 'citext', nullable: true, default: { sql: 'now()' } },
    },
  ],
  [
    '+ primary key user PK (id)',
    { kind: 'createPrimaryKey', table: user, primaryKey: { name: 'PK', columns: ['id'] } },
  ],
  ['- unique user (a, b)', { kind: 'dropUnique', table: user, unique: { columns: ['a', 'b'] } }],
  [
    '+ foreign key user FK (roleId) → role (id) on delete cascade',
    {
      kind: 'createForeignKey',
      table: user,
      foreignKey: {
        name: 'FK',
        columns: ['roleId'],
        references: { table: { name: 'role' }, columns: ['id'] },
        onDelete: 'CASCADE',
      },
    },
  ],
  [
    '+ check user CHK age > 0',
    { kind: 'createCheck', table: user, check: { name: 'CHK', expression: { sql: 'age\n  > 0' } } },
  ],
  [
    '+ unique index user IDX (a, lower(b) desc) where a > 0',
    {
      kind: 'createIndex',
      table: user,
      index: { name: 'IDX', columns: ['a', { sql: 'lower(b)', order: 'DESC' }], unique: true, where: { sql: 'a > 0' } },
    },
  ],
  ["+ enum value role 'c' before 'b'", { kind: 'addEnumValue', enum: role, value: 'c', before: 'b' }],
  ['~ enum role (a, b) → (b)', { kind: 'replaceEnum', from: role, to: { name: 'role', values: ['b'] } }],
  [
    '+ materialized view totals',
    { kind: 'createView', view: { name: 'totals', definition: { sql: '...' }, materialized: true } },
  ],
  ['~ execute UPDATE user SET a = 1', { kind: 'execute', sql: 'UPDATE user\nSET a = 1' }],
  ['+ 1 row in user', { kind: 'bulkInsert', table: user, rows: [{ id: 1 }] }],
])('%s', (line, operation) => {
  expect(lineOf(operation)).toBe(line)
})

test.each<[boolean, Operation]>([
  [true, { kind: 'dropTable', table: table('user') }],
  [true, { kind: 'dropColumn', table: user, column: columns('a int')[0]! }],
  [
    false,
    {
      kind: 'dropColumn',
      table: user,
      column: { name: 'a', type: 'int', nullable: true, generated: { sql: 'b + 1' } },
    },
  ],
  [false, { kind: 'dropIndex', table: user, index: { name: 'i', columns: ['a'], unique: true } }],
  [true, { kind: 'replaceEnum', from: role, to: { name: 'role', values: ['b'] } }],
  [false, { kind: 'replaceEnum', from: role, to: { name: 'role', values: ['b'] }, map: { a: 'b' } }],
  [false, { kind: 'replaceEnum', from: role, to: { name: 'role', values: ['b', 'a'] } }],
])('destroys something: %s, %j', (destroys, operation) => {
  expect(isDestructive(operation)).toBe(destroys)
})
