// What is asked about and what is not, by names and definitions a person would recognise.
import { findGone } from '../../src/diff/candidates'
import { nameLikeness } from '../../src/diff/likeness'
import type { Column, SchemaModel } from '../../src/model/schema'
import { columns, schema, table } from '../support/schema'

/** `user.name: fullName` for what looks alike, the likest first. */
const alike = (kind: 'table' | 'column' | 'enumValue', live: SchemaModel, wanted: SchemaModel) =>
  findGone(kind, live, wanted)
    .filter((gone) => gone.alike.length > 0)
    .map((gone) => `${gone.key}: ${gone.alike.join(', ')}`)

const user = (...list: Column[]) => schema({ tables: [table('user', { columns: [...columns('id int'), ...list] })] })
const of = (text: string, rest: Partial<Column> = {}): Column => ({ ...columns(text)[0]!, ...rest })

test.each<[string, Column[], Column[], string[]]>([
  ['a similar name', [of('name varchar(100)')], [of('fullName varchar(100)')], ['user.name: fullName']],
  [
    'the same name in other letters',
    [of('user_name text null')],
    [of('userName text null')],
    ['user.user_name: userName'],
  ],
  ['a slip of the pen', [of('adress text')], [of('address int null')], ['user.adress: address']],
  [
    'the same definition under a wholly other name',
    [of('nick text null')],
    [of('handle text null')],
    ['user.nick: handle'],
  ],
  ['another type under a similar name', [of('age int')], [of('ageText varchar')], ['user.age: ageText']],
  [
    'several of them, the likest first',
    [of('name text')],
    [of('title text'), of('fullName text')],
    ['user.name: fullName, title'],
  ],
  ['several that are gone', [of('a text'), of('b text')], [of('c text')], ['user.a: c', 'user.b: c']],
])('a column is asked about for %s', (_, live, wanted, expected) => {
  expect(alike('column', user(...live), user(...wanted))).toEqual(expected)
})

test.each<[string, Column[], Column[]]>([
  ['another type', [of('legacyToken varchar')], [of('loginCount int')]],
  [
    'another type and one word of two',
    [of('createdAt timestamp', { default: { sql: 'now()' } })],
    [of('createdBy int')],
  ],
  ['another nullability and length', [of('legacyToken varchar(20) null')], [of('email varchar(255)')]],
  ['a name that is there', [of('a int'), of('b text')], [of('b text')]],
  ['a computed column', [of('twice int', { generated: { sql: 'id * 2' } })], [of('double int')]],
])('a column is not asked about for %s', (_, live, wanted) => {
  expect(alike('column', user(...live), user(...wanted))).toEqual([])
})

test('what does not look alike can still be named in an answer', () => {
  expect(findGone('column', user(of('token varchar')), user(of('logins int')))).toEqual([
    {
      kind: 'column',
      key: 'user.token',
      alias: 'user.token',
      owner: { name: 'user' },
      original: { name: 'user' },
      name: 'token',
      created: ['logins'],
      alike: [],
    },
  ])
})

const tables = (name: string, list: string, inSchema?: string) =>
  schema({
    tables: [{ ...table(name, { columns: columns(...list.split(', ')) }), ...(inSchema && { schema: inSchema }) }],
  })

test.each<[string, SchemaModel, SchemaModel, string[]]>([
  ['the same columns', tables('user', 'id int, name text'), tables('account', 'id int, name text'), ['user: account']],
  [
    'most columns, one of them renamed',
    tables('user', 'id int, name text, age int'),
    tables('account', 'id int, fullName text, age int'),
    ['user: account'],
  ],
  [
    'a junction whose columns follow',
    tables('user_roles_role', 'userId int, roleId int'),
    tables('account_roles_role', 'accountId int, roleId int'),
    ['user_roles_role: account_roles_role'],
  ],
  ['a schema', tables('user', 'id int', 'audit'), tables('users', 'id int', 'audit'), ['audit.user: users']],
  ['only the key in common', tables('session', 'id uuid, token text'), tables('invoice', 'id uuid, total numeric'), []],
  ['another schema', tables('user', 'id int', 'audit'), tables('user', 'id int', 'log'), []],
])('a table with %s', (_, live, wanted, expected) => {
  expect(alike('table', live, wanted)).toEqual(expected)
})

const role = (...values: string[]) => schema({ enums: [{ schema: 'audit', name: 'role', values }] })

test.each<[string, string[], string[], string[]]>([
  ['in the place of the one that is gone', ['admin', 'guest'], ['admin', 'visitor'], ['audit.role.guest: visitor']],
  ['of a similar name elsewhere', ['guest', 'admin'], ['admin', 'guests'], ['audit.role.guest: guests']],
  ['of another name elsewhere', ['guest', 'admin'], ['admin', 'editor'], []],
  ['each for each, where all are new', ['a', 'b'], ['x', 'y'], ['audit.role.a: x, y', 'audit.role.b: y, x']],
  ['more', ['a'], ['a', 'b'], []],
])('a value %s', (_, live, wanted, expected) => {
  expect(alike('enumValue', role(...live), role(...wanted))).toEqual(expected)
})

test.each([
  ['full_name', 'fullName', 1],
  ['HTTPStatus', 'httpStatus', 1],
  ['name', 'fullName', 2 / 3],
  ['userId', 'accountId', 1 / 2],
  ['email', 'mail', 1],
  ['email', 'phone', 0],
  ['id', 'is', 0],
])('%s is like %s', (a, b, expected) => {
  expect(nameLikeness(a, b)).toBeCloseTo(expected, 5)
})
