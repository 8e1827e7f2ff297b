import { diff } from '../../src/diff/diff'
import { applyPolicy, type PolicyOptions } from '../../src/diff/policy'
import type { ForeignKey, SchemaModel, Table } from '../../src/model/schema'
import { emptySchema } from '../../src/model/schema'
import { describe as line } from '../../src/operations/describe'
import { foldManaged } from '../../src/operations/managed'
import { columns, schema, table } from '../support/schema'

/** What the policy makes of the difference, when `ours` is what our history created. */
function policy(from: SchemaModel, to: SchemaModel, ours: SchemaModel, options: Partial<PolicyOptions> = {}) {
  const managed = foldManaged(diff(emptySchema, ours))
  const outcome = applyPolicy(diff(from, to), { managed, renames: 'hide', includeUnmanaged: false, ...options })
  return {
    operations: outcome.operations.map(line),
    hidden: outcome.hidden.map(line),
    unmanaged: outcome.unmanaged.map(line),
  }
}

const t = (parts: Partial<Table>) => schema({ tables: [table('t', { columns: columns('id int', 'a int'), ...parts })] })
const toUser: ForeignKey = { name: 'FK', columns: ['a'], references: { table: { name: 'user' }, columns: ['id'] } }
const index = { name: 'IDX', columns: ['a'], unique: false }

test('a table nobody declared and we did not create stays, with all its parts', () => {
  const theirs = t({ indexes: [index], foreignKeys: [toUser] })
  const lines = ['- foreign key t FK (a) → user (id)', '- index t IDX (a)', '- table t (2 columns)']
  expect(policy(theirs, schema({}), schema({}))).toEqual({ operations: [], hidden: [], unmanaged: lines })
  expect(policy(theirs, schema({}), schema({}), { includeUnmanaged: true })).toEqual({
    operations: lines,
    hidden: [],
    unmanaged: [],
  })
})

test('a table of ours goes, with parts that others gave it', () => {
  expect(policy(t({ indexes: [index] }), schema({}), t({}))).toEqual({
    operations: ['- index t IDX (a)', '- table t (2 columns)'],
    hidden: [],
    unmanaged: [],
  })
})

test("others' columns, indexes and constraints on a table of ours stay", () => {
  const more = t({
    columns: columns('id int', 'a int', 'b int'),
    indexes: [index],
    checks: [{ name: 'C', expression: { sql: 'a > 0' } }],
  })
  expect(policy(more, t({}), t({}))).toEqual({
    operations: [],
    hidden: [],
    unmanaged: ['- check t C a > 0', '- index t IDX (a)', '- column t.b int'],
  })
})

test("others' index goes with the column of ours it stands on", () => {
  expect(policy(t({ indexes: [index] }), t({ columns: columns('id int') }), t({})).operations).toEqual([
    '- index t IDX (a)',
    '- column t.a int',
  ])
})

test("others' index goes with the column of ours it speaks of, and stays for one in its strings", () => {
  const spoken = [
    { name: 'IX1', columns: [{ sql: 'a + 1' }], unique: false },
    { name: 'IX2', columns: ['id'], unique: false, where: { sql: 'a > 0' } },
    { name: 'IX3', columns: ['id'], unique: false, where: { sql: "id <> 'a'" } },
  ]
  expect(policy(t({ indexes: spoken }), t({ columns: columns('id int') }), t({}))).toEqual({
    operations: ['- index t IX1 (a + 1)', '- index t IX2 (id) where a > 0', '- column t.a int'],
    hidden: [],
    unmanaged: ["- index t IX3 (id) where id <> 'a'"],
  })
})

test("others' foreign key goes with the table of ours it points at", () => {
  const user = table('user')
  const theirs = table('theirs', { columns: columns('id int', 'a int'), foreignKeys: [toUser] })
  expect(policy(schema({ tables: [user, theirs] }), schema({}), schema({ tables: [user] }))).toEqual({
    operations: ['- foreign key theirs FK (a) → user (id)', '- table user (1 column)'],
    hidden: [],
    unmanaged: ['- table theirs (2 columns)'],
  })
})

test("others' part that is declared differently is replaced", () => {
  expect(policy(t({ indexes: [index] }), t({ indexes: [{ ...index, unique: true }] }), t({}))).toEqual({
    operations: ['- index t IDX (a)', '+ unique index t IDX (a)'],
    hidden: [],
    unmanaged: [],
  })
})

test('an enum of ours stays while a table of others has it', () => {
  const role = { name: 'role', values: ['a'] }
  const theirs = table('theirs', { columns: [{ name: 'a', type: { enum: 'role' }, nullable: true }] })
  expect(policy(schema({ enums: [role], tables: [theirs] }), schema({}), schema({ enums: [role] }))).toEqual({
    operations: [],
    hidden: [],
    unmanaged: ['- table theirs (1 column)', '- enum role (a)'],
  })
})

test('extensions are dropped only where they are ours', () => {
  const from = schema({ extensions: [{ name: 'citext' }, { name: 'pgcrypto' }] })
  expect(policy(from, schema({}), schema({ extensions: [{ name: 'citext' }] }))).toMatchObject({
    operations: ['- extension citext'],
    unmanaged: ['- extension pgcrypto'],
  })
})

describe('differences of name alone', () => {
  const from = t({ indexes: [index], uniques: [{ name: 'UQ', columns: ['a'] }] })
  const to = t({ indexes: [{ ...index, name: 'IDX_2' }], uniques: [{ name: 'UQ_2', columns: ['a'] }] })
  const lines = ['~ constraint t UQ → UQ_2', '~ index t IDX → IDX_2']

  test('are hidden, or shown', () => {
    expect(policy(from, to, from)).toEqual({ operations: [], hidden: lines, unmanaged: [] })
    expect(policy(from, to, from, { renames: 'show' })).toEqual({ operations: lines, hidden: [], unmanaged: [] })
  })

  test('are shown where another part takes the name', () => {
    const taking = t({ ...to.tables[0], checks: [{ name: 'IDX', expression: { sql: 'a > 0' } }] })
    expect(policy(from, taking, from)).toEqual({
      operations: ['~ index t IDX → IDX_2', '+ check t IDX a > 0'],
      hidden: ['~ constraint t UQ → UQ_2'],
      unmanaged: [],
    })
  })

  test('are shown where the new name is validated', () => {
    const unchecked = t({ checks: [{ name: 'C', expression: { sql: 'a > 0' }, notValid: true }] })
    expect(policy(unchecked, t({ checks: [{ name: 'D', expression: { sql: 'a > 0' } }] }), from).operations).toEqual([
      '~ constraint t C → D',
      '~ constraint t D validated',
    ])
  })
})
