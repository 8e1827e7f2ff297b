// Renames among any other changes, on a real server: the wanted schema is reached, rows stay, and the way back leads back.
import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import type { Answers } from '../../../src/diff/answers'
import { diff } from '../../../src/diff/diff'
import { settleRenames } from '../../../src/diff/settle'
import { sameJson } from '../../../src/model/expression'
import { findColumn, findTable } from '../../../src/model/lookup'
import type { SchemaModel, Table } from '../../../src/model/schema'
import { sameSchema } from '../../../src/model/same'
import { apply } from '../../../src/operations/apply'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { arbitrarySchemaPair, permissive, type ArbitraryOptions } from '../../support/arbitrary'
import { lane } from '../../support/lane'
import { fc, seed, tries } from '../../support/laws'
import { run, withPostgres, type TestConnection } from '../../support/postgres-connection'
import { isRenamed, knowing, pathsOf, withRenames, type Path, type RenamedPair } from '../../support/renamed'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit'], ignore: [] }
// As in law.test.ts: the dialect knows nothing of TypeORM's version.
const runs = tries(lane.major === '1' ? 25 : 5)

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

const options: Partial<ArbitraryOptions> = {
  types: [
    {
      type: 'integer',
      defaults: [0, 7],
      conditions: [(column) => `${column} > 0`, (column) => `${column} in (1, 7)`],
      expression: (column) => `${column} + 1`,
    },
    {
      type: 'varchar(20)',
      defaults: ['', `it's`],
      conditions: [(column) => `${column} <> ''`, (column) => `${column} in ('a', 'xyz')`],
      expression: (column) => `upper(${column})`,
    },
    { type: 'text', defaults: ['x\\'], conditions: [(column) => `length(${column}) > 1`] },
    { type: 'timestamptz(3)', defaults: [{ sql: 'CURRENT_TIMESTAMP' }] },
  ],
  extensions: [],
  methods: ['hash'],
  // Their texts name what is renamed, and nobody rewrites them: stories tell of them.
  views: false,
  exclusions: false,
  virtual: false,
  unnamed: false,
  exceptions: false,
  canonical: false,
  rows: true,
  canAlter: (from, to) => to === 'text' || sameJson(from, to),
}

const held = (
  check: (pair: RenamedPair) => Promise<void>,
  some: Partial<ArbitraryOptions> = {},
  shape = (schema: SchemaModel) => schema,
) =>
  fc.assert(
    fc.asyncProperty(
      arbitrarySchemaPair({ ...options, ...some })
        .chain(withRenames)
        .filter(isRenamed),
      async (given) => {
        const pair = { ...given, from: shape(given.from), to: shape(given.to) }
        fc.pre(castable(pair) && addable(pair))
        await db.query('DROP SCHEMA IF EXISTS audit CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
        await reach(pair.from, {})
        await check(pair)
      },
    ),
    runs,
  )

test(
  `renames among other changes lead there and back (seed ${seed})`,
  () =>
    held(async (pair) => {
      const before = await postgres.introspect(db, scope)
      const operations = await reach(pair.to, pair.answers)
      await go(reverseAll(operations), await postgres.introspect(db, scope))
      const [again, asBefore] = await judged(before)
      expect(sameSchema(again, asBefore)).toBe(true)
    }),
  600_000,
)

test(
  `rows stay what they are under their new names (seed ${seed})`,
  () =>
    held(
      async (pair) => {
        const paths = pathsOf(pair)
        for (const { from } of paths) await insertRow(findTable(pair.from, from)!)
        const rows = await rowsOf(paths, 'from')
        const operations = await reach(pair.to, pair.answers)
        expect(await rowsOf(paths, 'to')).toEqual(rows)
        await go(reverseAll(operations), await postgres.introspect(db, scope))
        expect(await rowsOf(paths, 'from')).toEqual(rows)
      },
      { enums: false, generated: false },
      permissive,
    ),
  600_000,
)

/** Takes the database to a schema by the answers; nothing is left to do then. */
async function reach(to: SchemaModel, answers: Answers): Promise<Operation[]> {
  const live = await postgres.introspect(db, scope)
  const wanted = postgres.normalize(to, scope)
  const settled = await settleRenames(live, wanted, knowing(answers))
  const judgement = await postgres.judge(db, settled.schema, wanted, scope)
  expect(judgement.uncertain).toEqual([])
  const operations = [...settled.operations, ...diff(judgement.live, judgement.wanted)]
  await go(operations, live)
  const [after, asWanted] = await judged(to)
  expect(diff(after, asWanted)).toEqual([])
  // The model knows what the server did to the texts.
  const [server, model] = await judged(apply(live, operations))
  expect(diff(server, model)).toEqual([])
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

/** Whether there is a cast for every column on both sides, there and back. */
function castable({ from, to, ...rest }: RenamedPair): boolean {
  return pathsOf({ from, to, ...rest }).every((path) =>
    path.columns.every(([was, now]) => {
      const types = [findColumn(findTable(from, path.from)!, was)?.type, findColumn(findTable(to, path.to)!, now)?.type]
      return types.includes('text') || sameJson(types[0], types[1])
    }),
  )
}

/** Whether a table that has a row can get the columns of the other side, there and back. */
function addable(pair: RenamedPair): boolean {
  const missing = (table: Table | undefined, names: readonly string[]) =>
    table?.columns.filter(({ name }) => !names.includes(name)) ?? []
  return pathsOf(pair).every((path) =>
    [
      ...missing(
        findTable(pair.from, path.from),
        path.columns.map(([was]) => was),
      ),
      ...missing(
        findTable(pair.to, path.to),
        path.columns.map(([, now]) => now),
      ),
    ].every(({ nullable, default: value, identity }) => nullable || value !== undefined || identity !== undefined),
  )
}

async function insertRow(table: Table): Promise<void> {
  const names = table.columns.map(({ name }) => postgres.quote(name)).join(', ')
  const values = table.columns.map(({ type }) => samples[String(type)] ?? 'NULL').join(', ')
  await db.query(`SET session_replication_role = replica; INSERT INTO ${postgres.quoteTable(table, scope)} (${names})
    OVERRIDING SYSTEM VALUE VALUES (${values}); SET session_replication_role = origin`)
}

const samples: { readonly [type: string]: string } = {
  integer: '7',
  'varchar(20)': `'xyz'`,
  text: `'xyz'`,
  'timestamptz(3)': `'2020-02-29 12:00:00.123Z'`,
}

/** What the columns hold that are on both sides, by the names of one. */
async function rowsOf(paths: readonly Path[], side: 'from' | 'to'): Promise<unknown[]> {
  const found: unknown[] = []
  for (const path of paths) {
    const texts = path.columns.map((pair, n) => `${postgres.quote(pair[side === 'from' ? 0 : 1])}::text AS c${n}`)
    found.push(
      await db.query(`SELECT ${['1 AS one', ...texts].join(', ')} FROM ${postgres.quoteTable(path[side], scope)}`),
    )
  }
  return found
}
