import { foldManaged, isManaged, managedSchemas, objectKey } from '../../src/operations/managed'
import type { Operation } from '../../src/operations/operation'
import { columns, table } from '../support/schema'

const user = { name: 'user' }
const [id, email] = columns('id int', 'email text')
const createUser: Operation = {
  kind: 'createTable',
  table: table('user', { columns: [id!], primaryKey: { columns: ['id'] } }),
}
const addEmail: Operation = { kind: 'addColumn', table: user, column: email! }
const createUnique: Operation = { kind: 'createUnique', table: user, unique: { name: 'UQ', columns: ['email'] } }
const userKeys = [objectKey('table', user), objectKey('column', user, 'id'), objectKey('primaryKey', user)]

test.each<[string, Operation[], string[]]>([
  ['a table with its parts', [createUser], userKeys],
  ['a part of its own', [createUser, addEmail], [...userKeys, objectKey('column', user, 'email')]],
  ['not what is said not to be', [createUser, { ...addEmail, managed: false }], userKeys],
  ['not what was dropped', [createUser, addEmail, { kind: 'dropColumn', table: user, column: email! }], userKeys],
  ['nothing of a dropped table', [createUser, addEmail, createUnique, { kind: 'dropTable', table: table('user') }], []],
  [
    'a renamed table under its new name',
    [createUser, { kind: 'renameTable', from: user, to: { name: 'member' } }],
    [
      objectKey('table', { name: 'member' }),
      objectKey('column', { name: 'member' }, 'id'),
      objectKey('primaryKey', { name: 'member' }),
    ],
  ],
  [
    'a renamed column under its new name, in unnamed constraints too',
    [
      addEmail,
      { kind: 'createUnique', table: user, unique: { columns: ['email'] } },
      { kind: 'renameColumn', table: user, from: 'email', to: 'mail' },
    ],
    [objectKey('column', user, 'mail'), objectKey('constraint', user, 'unnamed unique', 'mail')],
  ],
  [
    'a renamed constraint',
    [createUnique, { kind: 'renameConstraint', table: user, from: 'UQ', to: 'UQ_2' }],
    [objectKey('constraint', user, 'UQ_2')],
  ],
  [
    'a renamed index, and not a constraint of that name',
    [
      createUnique,
      { kind: 'createIndex', table: user, index: { name: 'UQ', columns: ['id'], unique: true } },
      { kind: 'renameIndex', table: user, from: 'UQ', to: 'IDX' },
    ],
    [objectKey('constraint', user, 'UQ'), objectKey('index', user, 'IDX')],
  ],
  [
    'an unnamed check, as the server spells it once its column is renamed',
    [
      { kind: 'createCheck', table: user, check: { expression: { sql: '"role" <> \'x\'' } } },
      { kind: 'renameColumn', table: user, from: 'role', to: 'kind' },
    ],
    [objectKey('constraint', user, 'unnamed check', '"kind" <> \'x\'')],
  ],
  [
    'a renamed enum, and not a table of its name',
    [
      { kind: 'createEnum', enum: { schema: 'audit', name: 'role', values: ['a'] } },
      { kind: 'createTable', table: { ...table('role'), schema: 'audit', columns: [] } },
      { kind: 'renameEnum', from: { schema: 'audit', name: 'role' }, to: { schema: 'audit', name: 'kind' } },
    ],
    [objectKey('enum', { schema: 'audit', name: 'kind' }), objectKey('table', { schema: 'audit', name: 'role' })],
  ],
  [
    'everything that is no table',
    [
      { kind: 'createEnum', enum: { name: 'role', values: ['a'] } },
      { kind: 'addEnumValue', enum: { name: 'role', values: ['a'] }, value: 'b' },
      { kind: 'createView', view: { name: 'v', definition: { sql: '' } } },
      { kind: 'createSchema', schema: 'audit' },
      { kind: 'createExtension', extension: { name: 'citext', schema: 'x' } },
      { kind: 'createSequence', sequence: { schema: 'audit', name: 's' } },
    ],
    [
      objectKey('enum', { name: 'role' }),
      objectKey('view', { name: 'v' }),
      objectKey('schema', { name: 'audit' }),
      objectKey('extension', { name: 'citext' }),
      objectKey('sequence', { schema: 'audit', name: 's' }),
    ],
  ],
])('ours is %s', (_, operations, keys) => {
  expect([...foldManaged(operations)].sort()).toEqual([...keys].sort())
})

test('what was ours before stays ours', () => {
  expect([...foldManaged([addEmail], userKeys)]).toEqual([...userKeys, objectKey('column', user, 'email')])
})

test('a primary key is ours whatever name the server gave it', () => {
  const managed = foldManaged([createUser])
  expect(
    isManaged({ kind: 'dropPrimaryKey', table: user, primaryKey: { name: 'user_pkey', columns: ['id'] } }, managed),
  ).toBe(true)
})

test('a constraint we left unnamed is ours under the name the server gave it', () => {
  const managed = foldManaged([{ kind: 'createUnique', table: user, unique: { columns: ['email'] } }])
  const drop = (columns: string[]): Operation => ({
    kind: 'dropUnique',
    table: user,
    unique: { name: 'user_email_key', columns },
  })
  expect([isManaged(drop(['email']), managed), isManaged(drop(['id']), managed)]).toEqual([true, false])
})

test('the schemas of ours are those we made, and those that hold something of ours', () => {
  const log = { schema: 'audit', name: 'log' }
  const managed = foldManaged([
    createUser,
    { kind: 'createSchema', schema: 'sales' },
    { kind: 'createTable', table: table('log', { schema: 'audit' }) },
    { kind: 'addColumn', table: log, column: email! },
  ])
  expect(managedSchemas(managed)).toEqual(['sales', 'audit'])
})
