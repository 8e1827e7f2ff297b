// The law of DESIGN.md section 13 on a real server: diff, plan, run, introspect is the schema that was wanted; and back.
import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { diff } from '../../../src/diff/diff'
import { sameJson } from '../../../src/model/expression'
import { findColumn, keyOf, nameOf } from '../../../src/model/lookup'
import { emptySchema, type Column, type ColumnType, type SchemaModel, type Table } from '../../../src/model/schema'
import { sameSchema } from '../../../src/model/same'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { arbitrarySchemaPair, permissive, type ArbitraryOptions, type SchemaPair } from '../../support/arbitrary'
import { lane } from '../../support/lane'
import { fc, seed, tries } from '../../support/laws'
import { run, withPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit'], ignore: [] }
// The dialect knows nothing of TypeORM's version, so one lane does the most of it.
const runs = tries(lane.major === '1' ? 25 : 5)

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

async function clean(): Promise<void> {
  await db.query(`DROP SCHEMA IF EXISTS audit CASCADE; DROP EXTENSION IF EXISTS citext CASCADE;
    DROP SCHEMA public CASCADE; CREATE SCHEMA public`)
}

const options = (): Partial<ArbitraryOptions> => ({
  types: [
    {
      type: 'integer',
      defaults: [0, 7, { sql: '1 + 1' }],
      conditions: [(column) => `${column} > 0`, (column) => `${column} in (1, 7)`],
      expression: (column) => `${column} + 1`,
    },
    {
      type: 'varchar(20)',
      defaults: ['', `it's`, { sql: `upper('x')` }],
      conditions: [(column) => `${column} <> ''`, (column) => `${column} in ('a', 'xyz')`],
      expression: (column) => `upper(${column})`,
    },
    { type: 'text', defaults: ['x\\'], conditions: [(column) => `length(${column}) > 1`] },
    { type: 'boolean', defaults: [true, false] },
    { type: 'timestamptz(3)', defaults: [{ sql: 'CURRENT_TIMESTAMP' }, '2020-01-01'] },
    { type: 'jsonb', defaults: [{ a: [1, null] }, []], key: false },
    { type: 'numeric(10,2)', defaults: [1.5, 0], expression: (column) => `${column} * 2` },
    { type: 'text[]', defaults: [[], ['a b', '"']] },
    { type: 'uuid', defaults: [{ sql: `md5('x')::uuid` }] },
  ],
  extensions: ['citext'],
  methods: ['hash'],
  identities: ['SERIAL', 'ALWAYS', 'BY DEFAULT'],
  // Needs operator classes that only an extension has.
  exclusions: false,
  // Cannot be indexed, and an index is what the generator likes best.
  virtual: false,
  // Entities always name what they declare here.
  unnamed: false,
  exceptions: false,
  canonical: false,
  rows: true,
  canAlter: (from, to) => isText(to) || sameJson(from, to),
})

const isText = (type: ColumnType) => type === 'text'

test(`a schema becomes another and comes back (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySchemaPair(options()), async (pair) => {
      fc.pre(castable(pair))
      await clean()
      await reach(emptySchema, pair.from)
      expect(await thereAndBack(pair)).toEqual([])
    }),
    runs,
  )
}, 600_000)

test(`rows stay what they are on the way (seed ${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(arbitrarySchemaPair({ ...options(), views: false }), async (given) => {
      const pair = { from: permissive(given.from), to: permissive(given.to) }
      fc.pre(castable(pair) && commonValues(pair) && addable(pair.from, pair.to) && addable(pair.to, pair.from))
      await clean()
      await reach(emptySchema, pair.from)
      for (const table of pair.from.tables) await insertRow(table, pair)
      const before = await rowsOf(pair)
      await thereAndBack(pair, async () => expect(await rowsOf(pair)).toEqual(before))
    }),
    runs,
  )
}, 600_000)

/** Goes to the other schema and back; returns what would still be left to do. */
async function thereAndBack({ from, to }: SchemaPair, check = async () => {}): Promise<Operation[]> {
  const before = await postgres.introspect(db, scope)
  const operations = await reach(from, to)
  await check()
  const after = await postgres.introspect(db, scope)
  await go(reverseAll(operations), after)
  await check()
  // Not text by text: what the server prints of an expression that came back is no fixpoint.
  const [again, asBefore] = await judged(before)
  expect(sameSchema(again, asBefore)).toBe(true)
  return diff(again, asBefore)
}

/** Takes the database to a schema, and looks whether it is there: nothing more to do, nothing left open. */
async function reach(_: SchemaModel, to: SchemaModel): Promise<Operation[]> {
  const [live, wanted] = await judged(to)
  const operations = diff(live, wanted)
  await go(operations, live)
  const [after, asWanted] = await judged(to)
  expect(diff(after, asWanted)).toEqual([])
  expect(sameSchema(after, asWanted)).toBe(true)
  return operations
}

async function judged(to: SchemaModel): Promise<[SchemaModel, SchemaModel]> {
  const live = await postgres.introspect(db, scope)
  const judgement = await postgres.judge(db, live, postgres.normalize(to, scope), scope)
  expect(judgement.uncertain).toEqual([])
  return [judgement.live, judgement.wanted]
}

async function go(operations: readonly Operation[], before: SchemaModel): Promise<void> {
  await run(db, postgres.plan(operations, before, { scope, version, transaction: true }))
}

// Rows

/** A value a row can hold on both sides. */
function enumValue({ from, to }: SchemaPair, name: string): string | undefined {
  const [ours, theirs] = [from, to].map(({ enums }) => enums.find((type) => type.name === name)?.values)
  return theirs === undefined ? ours?.[0] : ours?.find((value) => theirs.includes(value))
}

function commonValues(pair: SchemaPair): boolean {
  return pair.from.enums.every(({ name }) => enumValue(pair, name) !== undefined)
}

/** Whether there is a cast for every column on both sides, there and back. */
function castable({ from, to }: SchemaPair): boolean {
  return everyColumn(from, to, (before, column) => {
    const types = before === undefined ? [] : [before.type, column.type]
    return types.length === 0 || types.some(isText) || sameJson(types[0], types[1])
  })
}

/** Whether a table that has a row can get the columns of the other side. */
function addable(from: SchemaModel, to: SchemaModel): boolean {
  return everyColumn(from, to, (before, column) => {
    const added = before === undefined || Boolean(before.generated) !== Boolean(column.generated)
    return !added || column.nullable || column.default !== undefined || column.identity !== undefined
  })
}

/** Asks of every column of the tables on both sides what it was and what it is to be. */
function everyColumn(
  from: SchemaModel,
  to: SchemaModel,
  holds: (before: Column | undefined, column: Column) => boolean,
): boolean {
  return to.tables.every((table) => {
    const before = from.tables.find((one) => keyOf(nameOf(one)) === keyOf(nameOf(table)))
    return before === undefined || table.columns.every((column) => holds(findColumn(before, column.name), column))
  })
}

async function insertRow(table: Table, pair: SchemaPair): Promise<void> {
  const columns = table.columns.filter(({ generated }) => generated === undefined)
  if (columns.length === 0) return
  const names = columns.map(({ name }) => postgres.quote(name)).join(', ')
  const values = columns.map(({ type }) => sample(type, pair)).join(', ')
  await db.query(
    `INSERT INTO ${postgres.quoteTable(table, scope)} (${names}) OVERRIDING SYSTEM VALUE VALUES (${values})`,
  )
}

function sample(type: ColumnType, pair: SchemaPair): string {
  if (typeof type === 'string') return samples[type] ?? 'NULL'
  const value = postgres.literal(enumValue(pair, type.enum))
  const place = postgres.quoteTable({ name: type.enum }, scope)
  return type.array ? `ARRAY[${value}]::${place}[]` : value
}

const samples: { readonly [type: string]: string } = {
  integer: '7',
  'varchar(20)': `'xyz'`,
  text: `'it''s \\'`,
  boolean: 'true',
  'timestamptz(3)': `'2020-02-29 12:00:00.123Z'`,
  jsonb: `'{"a": 1}'`,
  'numeric(10,2)': '3.50',
  'text[]': `'{a,NULL,"b c"}'`,
  uuid: `'00000000-0000-0000-0000-000000000001'`,
}

/** What the columns hold that are on both sides, in tables that are. */
async function rowsOf({ from, to }: SchemaPair): Promise<unknown[]> {
  const wanted = new Map(to.tables.map((table) => [keyOf(nameOf(table)), table]))
  const found: unknown[] = []
  for (const table of from.tables) {
    const other = wanted.get(keyOf(nameOf(table)))
    if (other === undefined) continue
    const kept = table.columns.filter(({ name, generated }) => {
      const column = other.columns.find((one) => one.name === name)
      return column !== undefined && !generated && !column.generated
    })
    const texts = kept.map(({ name }: Column, n) => `${postgres.quote(name)}::text AS c${n}`)
    found.push(await db.query(`SELECT ${['1 AS one', ...texts].join(', ')} FROM ${postgres.quoteTable(table, scope)}`))
  }
  return found
}
