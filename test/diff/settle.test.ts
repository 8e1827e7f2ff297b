// Answers become renames, and what is left of the difference is done in place. The law holds it for any answers at all.
import { fc } from '../support/laws'
import type { Gone } from '../../src/diff/candidates'
import { carriedRenames } from '../../src/diff/carried'
import { diff } from '../../src/diff/diff'
import { applyPolicy } from '../../src/diff/policy'
import type { Answers } from '../../src/diff/answers'
import { settleRenames, type Settled } from '../../src/diff/settle'
import { sameSchema } from '../../src/model/same'
import { emptySchema, type SchemaModel } from '../../src/model/schema'
import { apply } from '../../src/operations/apply'
import { describe as line } from '../../src/operations/describe'
import { intentsOf } from '../../src/operations/intents'
import { foldManaged } from '../../src/operations/managed'
import { resolve } from '../../src/operations/resolve'
import { reverseAll } from '../../src/operations/reverse'
import { arbitrarySchemaPair } from '../support/arbitrary'
import { columns, schema, table } from '../support/schema'

const known = (answers: Answers) => ({ known: [({ key }: Gone) => answers[key]], asked: [] })
const settle = (from: SchemaModel, to: SchemaModel, answers: Answers) => settleRenames(from, to, known(answers))

/** The whole difference under some answers, in words, as `revision` shows it. */
async function lines(from: SchemaModel, to: SchemaModel, answers: Answers): Promise<string[]> {
  const { operations, schema: between } = await settle(from, to, answers)
  const rest = diff(between, to)
  const outcome = applyPolicy([...operations, ...rest], {
    managed: foldManaged(diff(emptySchema, from)),
    renames: 'hide',
    includeUnmanaged: false,
    carried: carriedRenames(operations, rest, between),
  })
  return outcome.operations.map(line)
}

const keyed = (name: string, column: string, parts: string) =>
  table(name, {
    columns: columns('id int', `${column} text`),
    primaryKey: { name: `PK_${parts}`, columns: ['id'] },
    uniques: [{ name: `UQ_${parts}`, columns: [column] }],
    indexes: [{ name: `IDX_${parts}`, columns: [column], unique: false }],
    checks: [{ name: `CHK_${parts}`, expression: { sql: `"${column}" <> ''` } }],
  })

test('nothing is renamed without an answer', async () => {
  const from = schema({ tables: [table('user', { columns: columns('name text') })] })
  const to = schema({ tables: [table('user', { columns: columns('fullName text') })] })
  expect(await lines(from, to, {})).toEqual(['+ column user.fullName text', '- column user.name text'])
  expect((await settle(from, to, {})).open.map(({ key }) => key)).toEqual(['user.name'])
  expect(await lines(from, to, { 'user.name': null })).toEqual([
    '+ column user.fullName text',
    '- column user.name text',
  ])
  expect((await settle(from, to, { 'user.name': null })).open).toEqual([])
})

test('a renamed column carries the names made of its own with it, and no others', async () => {
  const from = schema({ tables: [keyed('user', 'name', '1')] })
  const to = schema({ tables: [keyed('user', 'fullName', '2')] })
  expect(await lines(from, to, { 'user.name': 'fullName' })).toEqual([
    '~ column user.name → fullName',
    '~ constraint user UQ_1 → UQ_2',
    '~ constraint user CHK_1 → CHK_2',
    '~ index user IDX_1 → IDX_2',
  ])
})

test('a renamed table carries the names of all its parts with it', async () => {
  const from = schema({ tables: [keyed('user', 'name', '1')] })
  const to = schema({ tables: [keyed('account', 'name', '2')] })
  expect(await lines(from, to, { user: 'account' })).toEqual([
    '~ table user → account',
    '~ constraint account PK_1 → PK_2',
    '~ constraint account UQ_1 → UQ_2',
    '~ constraint account CHK_1 → CHK_2',
    '~ index account IDX_1 → IDX_2',
  ])
})

test.each([{ 'user.name': 'fullName' }, { 'account.name': 'fullName' }])(
  'columns of a renamed table are called by the old name of it in the database, or by the new one: %j',
  async (answer) => {
    const from = schema({ tables: [table('user', { columns: columns('id int', 'name text') })] })
    const to = schema({ tables: [table('account', { columns: columns('id int', 'fullName text null') })] })
    const answers: Answers = { user: 'account', ...answer }
    const settled = await settleRenames(from, to, {
      known: [({ key, alias }) => answers[key] ?? answers[alias]],
      asked: [],
    })
    expect([...settled.operations, ...diff(settled.schema, to)].map(line)).toEqual([
      '~ table user → account',
      '~ column account.name → fullName',
      '~ column account.fullName null',
    ])
    expect(settled.answers).toEqual({ user: 'account', 'user.name': 'fullName' })
  },
)

test('foreign keys that point at what is renamed stay, under the name they are wanted by', async () => {
  const post = (target: string, column: string, name: string) =>
    table('post', {
      columns: columns('id int', 'ownerId int'),
      foreignKeys: [{ name, columns: ['ownerId'], references: { table: { name: target }, columns: [column] } }],
    })
  const from = schema({ tables: [table('user', { columns: columns('id int') }), post('user', 'id', 'FK_1')] })
  const to = schema({ tables: [table('account', { columns: columns('key int') }), post('account', 'key', 'FK_2')] })
  expect(await lines(from, to, { user: 'account', 'user.id': 'key' })).toEqual([
    '~ table user → account',
    '~ column account.id → key',
    '~ constraint post FK_1 → FK_2',
  ])
})

const typed = (column: string, name: string, ...values: string[]) =>
  schema({
    enums: [{ name, values }],
    tables: [
      table('user', {
        columns: [
          ...columns('id int'),
          { name: column, type: { enum: name }, nullable: false, default: values.at(-1)! },
        ],
        checks: [{ name: 'C', expression: { sql: `"${column}" <> '${values[0]}'::"${name}"` } }],
      }),
    ],
  })

test('an enum is renamed with its column, and its values in it', async () => {
  const from = typed('role', 'user_role_enum', 'admin', 'guest')
  const to = typed('kind', 'user_kind_enum', 'root', 'guest')
  expect(await lines(from, to, { 'user.role': 'kind', 'user_role_enum.admin': 'root' })).toEqual([
    '~ column user.role → kind',
    '~ enum user_role_enum → user_kind_enum',
    "~ enum value user_kind_enum 'admin' → 'root'",
  ])
  expect((await settle(from, to, { 'user.role': 'kind' })).open.map(({ key }) => key)).toEqual(['user_role_enum.admin'])
})

test('an enum is renamed where its column alone wants it under another name, and is not where others use it', async () => {
  const one = typed('role', 'role_enum', 'a')
  const other = typed('role', 'user_role_enum', 'a')
  expect(await lines(one, other, {})).toEqual(['~ enum role_enum → user_role_enum'])

  const second = table('post', { columns: [{ name: 'role', type: { enum: 'role_enum' }, nullable: false }] })
  const shared = { ...one, tables: [...one.tables, second] }
  const parted = { ...other, enums: [...other.enums, ...one.enums], tables: [...other.tables, second] }
  expect(await lines(shared, parted, {})).toEqual([
    '+ enum user_role_enum (a)',
    '- check user C "role" <> \'a\'::"role_enum"',
    '~ column user.role role_enum → user_role_enum',
    '+ check user C "role" <> \'a\'::"user_role_enum"',
  ])
})

test('a view over a renamed column goes before it is renamed and comes back after, one over others stays', async () => {
  const views = (column: string) => [
    { name: 'over', definition: { sql: 'SELECT 1 FROM top' } },
    { name: 'top', definition: { sql: `SELECT ${column} FROM "user"` } },
    { name: 'apart', definition: { sql: 'SELECT name FROM post' } },
  ]
  const from = schema({ tables: [table('user', { columns: columns('name text') })], views: views('name') })
  const to = schema({ tables: [table('user', { columns: columns('title text') })], views: views('title') })
  expect(await lines(from, to, { 'user.name': 'title' })).toEqual([
    '- view over',
    '- view top',
    '~ column user.name → title',
    '+ view top',
    '+ view over',
  ])
})

test('of two that are gone, the one that was answered takes the new name, and the other is not asked about', async () => {
  const from = schema({ tables: [table('user', { columns: columns('a text', 'b text') })] })
  const to = schema({ tables: [table('user', { columns: columns('c text') })] })
  const asked: string[] = []
  const settled = await settleRenames(from, to, {
    known: [],
    asked: [
      ({ key, alike }) => {
        asked.push(key)
        return alike[0]
      },
    ],
  })
  expect(asked).toEqual(['user.a'])
  expect(settled.answers).toEqual({ 'user.a': 'c' })
  expect([...settled.operations, ...diff(settled.schema, to)].map(line)).toEqual([
    '~ column user.a → c',
    '- column user.b text',
  ])
})

/** Any answers: of every thing, whether it was renamed and to which of the new names. */
const anyAnswers = fc.infiniteStream(fc.nat({ max: 5 }))
const settleAny = (from: SchemaModel, to: SchemaModel, stream: Iterator<number>): Promise<Settled> =>
  settleRenames(from, to, {
    known: [({ created }) => [null, undefined, ...created][Number(stream.next().value)]],
    asked: [],
  })

/** Views go by their texts, and texts of generated schemas are valid only under the names they were made for. */
const pairs = arbitrarySchemaPair({ canonical: false })

test('whatever the answers, the renames and the rest of the difference lead to the wanted schema, and back', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, anyAnswers, async ({ from, to }, stream) => {
      const { operations, schema: between } = await settleAny(from, to, stream)
      const all = [...operations, ...diff(between, to)]
      const there = apply(from, all)
      expect(sameSchema(there, to)).toBe(true)
      expect(sameSchema(apply(there, reverseAll(all)), from)).toBe(true)
      expect(apply(from, resolve(from, intentsOf(all)))).toEqual(there)
    }),
    { numRuns: 300 },
  )
})
