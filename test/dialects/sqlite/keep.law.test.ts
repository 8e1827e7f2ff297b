// The law of rebuilds on real files: what a change is not aimed at is what it was, to the word and to the row; the way back restores the rest.
import { UnsupportedOperationError } from '../../../src/errors'
import { partsOf } from '../../../src/dialects/sqlite/introspect'
import { parseTable } from '../../../src/dialects/sqlite/parse'
import { sameSchema } from '../../../src/model/same'
import type { SchemaModel } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import type { Row } from '../../../src/dialects/dialect'
import { fc } from '../../support/laws'
import { drivers, openDatabase, type OpenDatabase } from './database'
import { chooser, randomChanges, randomDatabase } from './random-database'

const runs = Number(process.env.AUTOGEN_SOAK ?? 40)

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
    await database.run('PRAGMA synchronous = OFF')
  })
  afterEach(() => database.close())

  test('a change keeps all it is not aimed at, and comes back', async () => {
    const outcomes: Record<string, number> = {}
    const law = fc.asyncProperty(fc.gen(), async (g) => {
      const choose = chooser(g, fc.nat)
      const statements = randomDatabase(choose)
      await clear(database)
      await fill(database, statements)
      const before = await look(database)
      const aim = aimOf(randomChanges(choose, before.schema))
      try {
        const outcome = await thereAndBack(database, before, aim)
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      } catch (error) {
        const told = [...statements, ...aim.operations.map((operation) => JSON.stringify(operation))]
        throw new Error(told.join('\n'), { cause: error })
      }
    })
    await fc.assert(law, { numRuns: runs, endOnFailure: process.env.AUTOGEN_SHRINK === undefined })
    expect(outcomes['done']).toBeGreaterThan(runs / 2)
  }, 600_000)
})

async function thereAndBack(database: OpenDatabase, before: Look, aim: Aim): Promise<'done' | 'refused'> {
  const refusal = await attempt(database, aim.operations)
  const after = await look(database)
  if (refusal !== undefined) {
    expect(after).toEqual(before)
    return 'refused'
  }
  if (!aim.renames) {
    expect(textsOf(after, aim)).toEqual(textsOf(before, aim))
    expectDefinitionsKept(before, after, aim)
  }
  expect(rowsOf(after, aim, 'now')).toEqual(rowsOf(before, aim, 'was'))
  await expectSound(database)

  await database.migrate(reverseAll(aim.operations))
  const back = await look(database)
  expect(sameSchema(back.schema, before.schema)).toBe(true)
  expect(textsOf(back, aim)).toEqual(textsOf(before, aim))
  expect(rowsOf(back, aim, 'was')).toEqual(rowsOf(before, aim, 'was'))
  await expectSound(database)
  return 'done'
}

/** Everything there is, read past the code that is tested. */
interface Look {
  readonly schema: SchemaModel
  readonly objects: readonly Row[]
  /** By table: rows with their row ids, each value as SQLite spells it. */
  readonly rows: ReadonlyMap<string, readonly Row[]>
  readonly settings: readonly unknown[]
}

async function look(database: OpenDatabase): Promise<Look> {
  const objects = await database.rows(
    'SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1, 2',
  )
  const rows = new Map<string, Row[]>()
  for (const { type, name, sql } of objects) {
    if (type === 'index' || type === 'trigger') continue
    const columns = (await database.rows(`SELECT name FROM pragma_table_xinfo(${text(name)})`)).map((row) =>
      String(row.name),
    )
    const hasRowId = type === 'table' && !String(name).startsWith('sqlite_') && !/\bWITHOUT ROWID\b/.test(String(sql))
    const values = columns.map((column) => `typeof(${quoted(column)}) || quote(${quoted(column)}) AS ${quoted(column)}`)
    const all = [...(hasRowId ? ['CAST(rowid AS text) AS "row id"'] : []), ...values].join(', ')
    rows.set(String(name), await database.rows(`SELECT ${all} FROM ${quoted(String(name))}`))
  }
  const settings = [await database.rows('PRAGMA foreign_keys'), await database.rows('PRAGMA legacy_alter_table')]
  return { schema: await database.schema(), objects, rows, settings }
}

/** Aim is what a list of operations touches, by the names there were before. */
interface Aim {
  readonly operations: readonly Operation[]
  readonly renames: boolean
  /** Names by table, now to before, and the columns of each, before to now; those in it that the rows do not survive. */
  readonly tables: ReadonlyMap<string, Touched>
  readonly indexes: ReadonlySet<string>
}

interface Touched {
  readonly was: string
  now: string
  readonly columns: Map<string, string | undefined>
  readonly added: Set<string>
  readonly altered: Set<string>
  /** Constraints that were dropped. */
  drops: number
}

function aimOf(operations: readonly Operation[]): Aim {
  const tables = new Map<string, Touched>()
  const indexes = new Set<string>()
  const touched = (now: string): Touched => {
    const known = [...tables.values()].find((one) => one.now === now)
    if (known !== undefined) return known
    const made: Touched = { was: now, now, columns: new Map(), added: new Set(), altered: new Set(), drops: 0 }
    tables.set(now, made)
    return made
  }
  for (const operation of operations) {
    if (operation.kind === 'renameTable') touched(operation.from.name).now = operation.to.name
    else if ('table' in operation && operation.kind !== 'createTable' && operation.kind !== 'dropTable') {
      const table = touched(operation.table.name)
      const original = (now: string) => [...table.columns].find(([, name]) => name === now)?.[0] ?? now
      if (operation.kind === 'addColumn') table.added.add(operation.column.name)
      if (operation.kind === 'dropColumn') {
        if (!table.added.delete(operation.column.name)) table.columns.set(original(operation.column.name), undefined)
      }
      if (operation.kind === 'alterColumn') table.altered.add(original(operation.from.name))
      if (operation.kind === 'renameColumn') {
        if (table.added.delete(operation.from)) table.added.add(operation.to)
        else table.columns.set(original(operation.from), operation.to)
      }
      if (/^drop(Unique|Check|ForeignKey)$/.test(operation.kind)) table.drops++
      if (operation.kind === 'createIndex' || operation.kind === 'dropIndex') indexes.add(operation.index.name)
    }
  }
  return { operations, renames: operations.some(({ kind }) => kind.startsWith('rename')), tables, indexes }
}

/** The catalogue's text of all but the tables and indexes that were touched. */
function textsOf({ objects, settings }: Look, { tables, indexes }: Aim): unknown {
  const isTouched = ({ type, name }: Row) =>
    (type === 'table' && tables.has(String(name))) || (type === 'index' && indexes.has(String(name)))
  return { texts: objects.filter((row) => !isTouched(row)), settings }
}

/** In the text of a table that was touched: every column and constraint that was not, as it stood. */
function expectDefinitionsKept(before: Look, after: Look, { tables }: Aim): void {
  for (const { was, columns, altered, drops } of tables.values()) {
    const [old, now] = [before, after].map(({ objects }) =>
      parseTable(String(objects.find(({ type, name }) => type === 'table' && name === was)?.sql)),
    )
    if (old === undefined || now === undefined) throw new Error(`Table ${was} is gone.`)
    expect(now.options).toBe(old.options)
    const left = partsOf(now).map(({ text: words }) => words)
    const lost: string[] = []
    const find = (words: string) => {
      const at = left.indexOf(words)
      if (at < 0) lost.push(words)
      else left.splice(at, 1)
    }
    for (const column of old.columns) {
      if (columns.has(column.name)) continue
      const kept = now.columns.find(({ name }) => name === column.name)
      expect(kept?.text).toBe(column.text)
      expect(kept && now.comments.get(kept)).toBe(old.comments.get(column))
      if (!altered.has(column.name)) column.parts.forEach((part) => find(part.text))
    }
    const gone = [...columns.keys()].map(quoted)
    old.constraints
      .filter(({ text: words }) => !gone.some((name) => words.includes(name)))
      .forEach((part) => find(part.text))
    expect({ lost, isTooMany: lost.length > drops }).toEqual({ lost, isTooMany: false })
  }
}

/** Every row of every table, under the names there were: without columns that came, went or were altered on the way. */
function rowsOf({ rows }: Look, { tables }: Aim, names: 'was' | 'now'): unknown {
  const found: [string, unknown][] = []
  for (const [name, list] of rows) {
    const touched = [...tables.values()].find((one) => one[names] === name)
    // A view shows what its table holds; what the planner knows of an index goes with it.
    if (name.startsWith('sqlite_stat')) continue
    const column = (now: string): string | undefined => {
      if (touched === undefined) return now
      if (names === 'was') return touched.columns.has(now) && touched.columns.get(now) === undefined ? undefined : now
      if (touched.added.has(now)) return undefined
      return [...touched.columns].find(([, renamed]) => renamed === now)?.[0] ?? now
    }
    const kept = list.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .map(([key, value]) => [column(key), value] as const)
          .filter(([key]) => key !== undefined)
          .sort(([a], [b]) => String(a).localeCompare(String(b))),
      ),
    )
    // Counters go by the names of tables.
    const original = (value: unknown) =>
      [...tables.values()].find((one) => names === 'now' && value === `text${text(one.now)}`)?.was
    const texts = kept.map((row) => {
      const counted = name === 'sqlite_sequence' ? original(row.name) : undefined
      return JSON.stringify(counted === undefined ? row : { ...row, name: `text${text(counted)}` })
    })
    found.push([touched?.was ?? name, texts.sort()])
  }
  return found.sort(([a], [b]) => a.localeCompare(b))
}

async function expectSound(database: OpenDatabase): Promise<void> {
  expect(await database.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(await database.rows('PRAGMA foreign_key_check')).toEqual([])
  // Every trigger and view compiles.
  for (const { type, name } of await database.rows('SELECT type, name FROM sqlite_master')) {
    if (type !== 'table' && type !== 'view') continue
    if (String(name).startsWith('sqlite_')) continue
    await database.rows(`EXPLAIN SELECT * FROM ${quoted(String(name))}`)
    if (type === 'table') await database.rows(`EXPLAIN DELETE FROM ${quoted(String(name))}`)
  }
}

async function fill(database: OpenDatabase, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    // A row or an index that does not fit what is there is left out.
    if (!/^(INSERT|CREATE UNIQUE INDEX)/.test(sql)) await database.run(sql)
    else
      await database.run(sql).catch((error: unknown) => expect(String(error)).toMatch(/constraint failed|cannot store/))
  }
}

async function clear(database: OpenDatabase): Promise<void> {
  await database.run('PRAGMA foreign_keys = OFF')
  const drops = await database.rows(
    `SELECT 'DROP ' || type || ' ' || quote(name) AS sql FROM sqlite_master WHERE type IN ('view', 'table') AND name NOT LIKE 'sqlite_%' ORDER BY type DESC`,
  )
  for (const { sql } of drops) await database.run(String(sql))
  await database.run('PRAGMA foreign_keys = ON')
}

/** The reason why a change was refused; it is one of few. */
async function attempt(database: OpenDatabase, operations: readonly Operation[]): Promise<string | undefined> {
  try {
    await database.migrate(operations)
    return undefined
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error)
    if (!(error instanceof UnsupportedOperationError))
      expect(message).toMatch(/constraint failed|cannot store|a view or a trigger still uses/)
    return message
  }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (value: unknown) => `'${String(value).replaceAll("'", "''")}'`
