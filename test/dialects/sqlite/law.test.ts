// The law of DESIGN.md section 13 on a real database: diff, plan, run, introspect is the schema that was wanted; and back.
import { sqlite } from '../../../src/dialects/sqlite'
import { diff } from '../../../src/diff/diff'
import { findColumn, findTable } from '../../../src/model/lookup'
import { sameSchema } from '../../../src/model/same'
import type { SchemaModel, Table } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { arbitrarySchemaPair, type ArbitraryOptions, type SchemaPair } from '../../support/arbitrary'
import { fc, seed, tries } from '../../support/laws'
import { drivers, openDatabase, scope, type OpenDatabase } from './database'

const runs = tries(25)

const options: Partial<ArbitraryOptions> = {
  types: [
    {
      type: 'integer',
      defaults: [0, 7, { sql: '1 + 1' }],
      conditions: [(column) => `${column} > 0`, (column) => `${column} IN (1, 7)`],
      expression: (column) => `${column} + 1`,
    },
    {
      type: 'varchar(20)',
      defaults: ['', "it's", { sql: "upper('x')" }],
      conditions: [(column) => `${column} <> ''`, (column) => `${column} IN ('a','xyz')`],
      expression: (column) => `upper(${column})`,
    },
    { type: 'text', defaults: ['x\\'], conditions: [(column) => `length(${column}) > 1`] },
    { type: 'boolean', defaults: [true, false] },
    { type: 'datetime', defaults: [{ sql: 'CURRENT_TIMESTAMP' }, '2020-01-01'] },
    { type: 'simple json', defaults: [{ a: [1, null] }, []] },
    { type: 'decimal(10,2)', defaults: [1.5, 0], expression: (column) => `${column} * 2` },
    { type: 'blob', defaults: [{ sql: "x'00ff'" }] },
  ],
  schemas: [],
  extensions: [],
  identities: ['AUTOINCREMENT'],
  methods: [],
  enums: false,
  sequences: false,
  materialized: false,
  comments: false,
  exclusions: false,
  included: false,
  canonical: false,
  exceptions: false,
  rows: true,
}

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
  })
  afterEach(() => database.close())

  test(`a schema becomes another and comes back (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySchemaPair(options), async ({ from, to }) => {
        await clean(database)
        await reach(database, from)
        const before = await database.schema()
        const operations = await reach(database, to)
        await database.migrate(reverseAll(operations))
        expect(sameSchema(await database.schema(), before)).toBe(true)
      }),
      runs,
    )
  }, 600_000)

  test(`rows stay what they are on the way (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySchemaPair({ ...options, views: false }), async (given) => {
        const pair = { from: permissive(given.from), to: permissive(given.to) }
        fc.pre(fillable(pair.from, pair.to) && fillable(pair.to, pair.from))
        await clean(database)
        await reach(database, pair.from)
        for (const table of pair.from.tables) await insertRow(database, table)
        const before = await rowsOf(database, pair)
        const operations = await reach(database, pair.to)
        expect(await rowsOf(database, pair)).toEqual(before)
        await database.migrate(reverseAll(operations))
        expect(await rowsOf(database, pair)).toEqual(before)
        expect(await database.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      }),
      runs,
    )
  }, 600_000)
})

async function clean(database: OpenDatabase): Promise<void> {
  const { tables, views } = await database.schema()
  await database.run('PRAGMA foreign_keys = OFF', ...views.map(({ name }) => `DROP VIEW ${sqlite.quote(name)}`))
  await database.run(...tables.map(({ name }) => `DROP TABLE ${sqlite.quote(name)}`), 'PRAGMA foreign_keys = ON')
}

/** Takes the database to a schema, and looks whether it is there: nothing more to do, one rebuild per table at most. */
async function reach(database: OpenDatabase, to: SchemaModel): Promise<Operation[]> {
  const [live, wanted] = await judged(database, to)
  const operations = asWritten(diff(live, wanted))
  const rebuilt = (await database.migrate(operations)).filter((sql) => sql.startsWith('ALTER TABLE "_autogen_new_'))
  expect(new Set(rebuilt).size).toBe(rebuilt.length)
  const [after, asWanted] = await judged(database, to)
  expect(diff(after, asWanted)).toEqual([])
  expect(sameSchema(after, asWanted)).toBe(true)
  return operations
}

/** As a script would carry them: with the texts alone, not with what the judge made of them. */
function asWritten(operations: readonly Operation[]): Operation[] {
  return JSON.parse(JSON.stringify(operations, (key, value: unknown) => (key === 'canonical' ? undefined : value)))
}

async function judged({ db, schema }: OpenDatabase, to: SchemaModel): Promise<[SchemaModel, SchemaModel]> {
  const { live, wanted, uncertain } = await sqlite.judge(db, await schema(), sqlite.normalize(to, scope), scope)
  expect(uncertain).toEqual([])
  return [live, wanted]
}

// Rows

/** Without what a row can violate. */
function permissive(schema: SchemaModel): SchemaModel {
  return { ...schema, tables: schema.tables.map((table) => ({ ...table, foreignKeys: [], checks: [] })) }
}

/** Whether a table that has a row can get the columns of the other side. */
function fillable(from: SchemaModel, to: SchemaModel): boolean {
  return to.tables.every((table) => {
    const before = findTable(from, table)
    const added = table.columns.filter(({ name }) => before !== undefined && findColumn(before, name) === undefined)
    const computed = table.columns.some(({ name, generated }) => {
      const other = before && findColumn(before, name)
      return other !== undefined && (generated === undefined) !== (other.generated === undefined)
    })
    return !computed && added.every((one) => one.nullable || one.default !== undefined || one.generated !== undefined)
  })
}

async function insertRow(database: OpenDatabase, table: Table): Promise<void> {
  const columns = table.columns.filter(({ generated }) => generated === undefined)
  const names = columns.map(({ name }) => sqlite.quote(name)).join(', ')
  await database.run(`INSERT INTO ${sqlite.quote(table.name)} (${names}) VALUES (${columns.map(() => '7').join(', ')})`)
}

/** What the columns hold that are on both sides, in tables that are; as text, since a type may change. */
async function rowsOf({ rows }: OpenDatabase, { from, to }: SchemaPair): Promise<unknown[]> {
  const found: unknown[] = []
  for (const table of from.tables) {
    const other = findTable(to, table)
    if (other === undefined) continue
    const kept = table.columns.filter(({ name, generated }) => findColumn(other, name) && !generated)
    const texts = kept.map(({ name }, n) => `CAST(${sqlite.quote(name)} AS text) AS c${n}`)
    found.push(await rows(`SELECT ${['1 AS one', ...texts].join(', ')} FROM ${sqlite.quote(table.name)}`))
  }
  return found
}
