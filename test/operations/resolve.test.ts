import type { Intent } from '../../src/operations/intent'
import type { Operation } from '../../src/operations/operation'
import { resolve } from '../../src/operations/resolve'
import { columns, schema, table } from '../support/schema'

const user = table('user', {
  columns: columns('id int', 'email text', 'name text null'),
  primaryKey: { name: 'PK_user', columns: ['id'] },
  uniques: [{ name: 'UQ_user_email', columns: ['email'] }],
  indexes: [
    { name: 'IDX_user_a', columns: ['email'], unique: false },
    { name: 'IDX_user_b', columns: [{ column: 'name', order: 'DESC' }], unique: false },
  ],
  checks: [{ name: 'CHK_user', expression: { sql: "name <> ''" } }],
})
const post = table('post', {
  columns: columns('id int', 'userId int'),
  foreignKeys: [
    { name: 'FK_post_user', columns: ['userId'], references: { table: { name: 'user' }, columns: ['id'] } },
  ],
})
const role = { name: 'role', values: ['admin', 'guest'] }
const before = schema({ tables: [user, post], enums: [role], schemas: ['audit'], extensions: [{ name: 'citext' }] })

const at = { file: '/app/migrations/1_a.ts', line: 12, column: 3 }
const kinds = (operations: readonly Operation[]) => operations.map(({ kind }) => kind)

describe('what a script names that is not there is an error with its line and the nearest names', () => {
  test.each<[string, Intent, string, string]>([
    ['a table', { kind: 'dropTable', table: 'usr' }, 'table usr', 'Did you mean "user"?'],
    [
      'a table of another schema',
      { kind: 'dropTable', table: { schema: 'audit', name: 'user' } },
      'table audit.user',
      'Correct the name in the script.',
    ],
    ['a column', { kind: 'dropColumn', table: 'user', name: 'emial' }, 'column user.emial', 'Did you mean "email"?'],
    [
      'an index',
      { kind: 'dropIndex', table: 'user', name: 'IDX_user_c' },
      'index IDX_user_c of user',
      'Did you mean "IDX_user_a" or "IDX_user_b"?',
    ],
    [
      'a unique constraint',
      { kind: 'dropUnique', table: 'user', constraint: { columns: ['id'] } },
      'unique constraint on (id) of user',
      'Correct the name in the script.',
    ],
    [
      'a constraint',
      { kind: 'renameConstraint', table: 'user', from: 'PK_users', to: 'x' },
      'constraint PK_users of user',
      'Did you mean "PK_user"?',
    ],
    [
      'a primary key',
      { kind: 'dropPrimaryKey', table: 'post' },
      'primary key of post',
      'Correct the name in the script.',
    ],
    ['an enum', { kind: 'dropEnum', enum: 'rôle' }, 'enum rôle', 'Did you mean "role"?'],
    [
      'a value',
      { kind: 'addEnumValue', enum: 'role', value: 'x', position: { after: 'guests' } },
      'value guests of enum role',
      'Did you mean "guest"?',
    ],
    [
      'the column of a new index',
      { kind: 'createIndex', table: 'user', index: { name: 'i', columns: ['nam'] } },
      'column user.nam',
      'Did you mean "name"?',
    ],
    [
      'the target of a foreign key',
      {
        kind: 'createForeignKey',
        table: 'post',
        foreignKey: { columns: ['id'], references: { table: 'users', columns: ['id'] } },
      },
      'table users',
      'Did you mean "user"?',
    ],
    [
      'a column of a row',
      { kind: 'bulkInsert', table: 'user', rows: [{ id: 1, emails: 'x' }] },
      'column user.emails',
      'Did you mean "email"?',
    ],
    ['an extension', { kind: 'dropExtension', extension: 'citex' }, 'extension citex', 'Did you mean "citext"?'],
    ['a view', { kind: 'dropView', view: 'v' }, 'view v', 'Correct the name in the script.'],
  ])('%s', (_, intent, target, hint) => {
    expect(() => resolve(before, [{ ...intent, at }])).toThrow(
      expect.objectContaining({
        code: 'missing-target',
        message: `/app/migrations/1_a.ts:12: there is no ${target}.`,
        hint,
      }),
    )
  })
})

describe('what a script creates twice is an error with its line', () => {
  test.each<[string, Intent, string]>([
    ['a table', { kind: 'createTable', table: { name: 'user', columns: [] } }, 'table user'],
    ['a table by renaming', { kind: 'renameTable', table: 'post', to: 'user' }, 'table user'],
    ['a column', { kind: 'addColumn', table: 'user', column: { name: 'email', type: 'text' } }, 'column user.email'],
    [
      'a primary key',
      { kind: 'createPrimaryKey', table: 'user', primaryKey: { columns: ['id'] } },
      'the primary key of user',
    ],
    [
      'a constraint, of whatever kind',
      { kind: 'createCheck', table: 'user', check: { name: 'PK_user', expression: '1=1' } },
      'constraint PK_user of user',
    ],
    [
      'an index, on whatever table',
      { kind: 'createIndex', table: 'post', index: { name: 'IDX_user_a', columns: ['id'] } },
      'index IDX_user_a of user',
    ],
    ['an enum', { kind: 'createEnum', enum: { name: 'role', values: [] } }, 'enum role'],
    ['a value', { kind: 'addEnumValue', enum: 'role', value: 'admin' }, 'value admin of enum role'],
    ['a schema', { kind: 'createSchema', schema: 'audit' }, 'schema audit'],
  ])('%s', (_, intent, target) => {
    expect(() => resolve(before, [{ ...intent, at }])).toThrow(
      expect.objectContaining({
        code: 'duplicate-target',
        message: `/app/migrations/1_a.ts:12: ${target} is already there.`,
      }),
    )
  })
})

test('an extension that is already there is nothing to do: the application that connects may have been first', () => {
  const there = { ...before, extensions: [{ name: 'citext' }] }
  expect(resolve(there, [{ kind: 'createExtension', extension: 'citext', at }])).toEqual([])
})

test('each intent meets what the ones before it left', () => {
  expect(
    resolve(before, [
      { kind: 'renameTable', table: 'user', to: 'member' },
      { kind: 'renameColumn', table: 'member', from: 'email', to: 'mail' },
      { kind: 'dropIndex', table: 'member', name: 'IDX_user_a' },
    ])[2],
  ).toEqual({
    kind: 'dropIndex',
    table: { name: 'member' },
    index: { name: 'IDX_user_a', columns: ['mail'], unique: false },
  })
})

test('a dropped table takes its foreign keys and indexes along, in the order in which they can go', () => {
  const both = schema({
    tables: [user, { ...post, indexes: user.indexes.map((index) => ({ ...index, name: `${index.name}_2` })) }],
  })
  expect(resolve(both, [{ kind: 'dropTable', table: 'post' }])).toMatchObject([
    { kind: 'dropForeignKey', foreignKey: { name: 'FK_post_user' } },
    { kind: 'dropIndex', index: { name: 'IDX_user_b_2' } },
    { kind: 'dropIndex', index: { name: 'IDX_user_a_2' } },
    { kind: 'dropTable', table: { name: 'post', foreignKeys: [], indexes: [] } },
  ])
})

test('a table that others refer to is not dropped: the error has the call that comes before', () => {
  expect(() => resolve(before, [{ kind: 'dropTable', table: 'user', at }])).toThrow(
    expect.objectContaining({
      code: 'still-referenced',
      message: '/app/migrations/1_a.ts:12: table user is still referenced by post.FK_post_user.',
      hint: "Put before it: op.dropForeignKey('post', 'FK_post_user')",
    }),
  )
  expect(() => resolve(before, [{ kind: 'dropColumn', table: 'user', name: 'id' }])).toThrow(
    /column user.id is still referenced/,
  )
})

test('a dropped column takes the keys and indexes that use it along', () => {
  expect(kinds(resolve(before, [{ kind: 'dropColumn', table: 'user', name: 'email' }]))).toEqual([
    'dropIndex',
    'dropUnique',
    'dropColumn',
  ])
  expect(kinds(resolve(before, [{ kind: 'dropColumn', table: 'user', name: 'name' }]))).toEqual([
    'dropIndex',
    'dropColumn',
  ])
  expect(kinds(resolve(before, [{ kind: 'dropColumn', table: 'post', name: 'userId' }]))).toEqual([
    'dropForeignKey',
    'dropColumn',
  ])
  expect(kinds(resolve(schema({ tables: [user] }), [{ kind: 'dropColumn', table: 'user', name: 'id' }]))).toEqual([
    'dropPrimaryKey',
    'dropColumn',
  ])
})

test('a new table becomes itself, then its indexes, then its foreign keys', () => {
  const intent: Intent = {
    kind: 'createTable',
    table: {
      name: 'tag',
      columns: [
        { name: 'id', type: 'int' },
        { name: 'parentId', type: 'int', nullable: true, default: { sql: '1 + 1' } },
      ],
      primaryKey: ['id'],
      indexes: [{ name: 'IDX_tag', columns: ['parentId'], concurrently: true }],
      foreignKeys: [
        {
          columns: ['parentId'],
          references: { table: 'tag', columns: ['id'] },
          onDelete: 'NO ACTION',
          onUpdate: 'CASCADE',
        },
      ],
    },
    options: { managed: false },
  }
  expect(resolve(before, [intent])).toEqual([
    {
      kind: 'createTable',
      managed: false,
      table: table('tag', {
        columns: [
          { name: 'id', type: 'int', nullable: false },
          { name: 'parentId', type: 'int', nullable: true, default: { sql: '1 + 1' } },
        ],
        primaryKey: { columns: ['id'] },
      }),
    },
    {
      kind: 'createIndex',
      managed: false,
      table: { name: 'tag' },
      index: { name: 'IDX_tag', columns: ['parentId'], unique: false },
      concurrently: true,
    },
    {
      kind: 'createForeignKey',
      managed: false,
      table: { name: 'tag' },
      foreignKey: {
        columns: ['parentId'],
        references: { table: { name: 'tag' }, columns: ['id'] },
        onUpdate: 'CASCADE',
      },
    },
  ])
})

describe('alterColumn: a missing key leaves, null drops', () => {
  const full = { name: 'c', type: 'text', nullable: true, default: 'x', comment: 'about c', collation: 'C' } as const
  const live = schema({ tables: [table('t', { columns: [full] })] })
  test.each([
    ['type', { type: 'int', using: 'c::int' }, { ...full, type: 'int' }],
    ['nullable', { nullable: false }, { ...full, nullable: false }],
    ['default', { default: { sql: 'now()' } }, { ...full, default: { sql: 'now()' } }],
    ['no default', { default: null }, { name: 'c', type: 'text', nullable: true, comment: 'about c', collation: 'C' }],
    [
      'no comment, no collation',
      { comment: null, collation: null },
      { name: 'c', type: 'text', nullable: true, default: 'x' },
    ],
    [
      'identity',
      { identity: 'ALWAYS' as const, default: null, nullable: false },
      { name: 'c', type: 'text', nullable: false, comment: 'about c', collation: 'C', identity: 'ALWAYS' },
    ],
  ])('%s', (_, change, to) => {
    const [operation] = resolve(live, [{ kind: 'alterColumn', table: 't', name: 'c', change }])
    expect(operation).toEqual({
      kind: 'alterColumn',
      table: { name: 't' },
      from: full,
      to,
      ...('using' in change && { using: change.using }),
    })
  })
})

test('unnamed constraints are found by what they hold', () => {
  const unnamed = table('t', {
    columns: columns('a int', 'b int'),
    uniques: [{ name: 'UQ', columns: ['a'] }, { columns: ['a'] }],
    checks: [{ expression: { sql: 'a > 0', canonical: '(a > 0)' } }],
  })
  const live = schema({ tables: [unnamed] })
  expect(resolve(live, [{ kind: 'dropUnique', table: 't', constraint: { columns: ['a'] } }])).toMatchObject([
    { unique: { columns: ['a'] } },
  ])
  expect(resolve(live, [{ kind: 'dropUnique', table: 't', constraint: { columns: ['a'] } }])[0]).not.toHaveProperty(
    'unique.name',
  )
  expect(resolve(live, [{ kind: 'dropCheck', table: 't', constraint: { expression: '(a > 0)' } }])).toMatchObject([
    { check: unnamed.checks[0] },
  ])
})

test('a foreign key may point into a schema that is not read', () => {
  const references = { table: { schema: 'auth', name: 'users' }, columns: ['id'] }
  expect(
    resolve(before, [{ kind: 'createForeignKey', table: 'post', foreignKey: { columns: ['userId'], references } }]),
  ).toMatchObject([{ foreignKey: { references } }])
})
