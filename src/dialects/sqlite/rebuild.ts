// What ALTER TABLE cannot do: a new table, the rows, the old table's name. https://www.sqlite.org/lang_altertable.html#otheralter
import type { Table } from '../../model/schema'
import type { Statement } from '../dialect'
import { quoteName } from '../sql'
import { copyRows } from './copy'
import { renameTableSql, valueSql } from './ddl'
import { renameMentions } from './form'
import { literal } from './literal'
import { reshape, unqualifiedTable } from './reshape'
import { affinity } from './types'

/** Rebuild is a table before and after, and what the model alone does not say. */
export interface Rebuild {
  readonly from: Table
  readonly to: Table
  /** The column each column of `to` holds the values of, by their names; new columns are not in it. */
  readonly origins: ReadonlyMap<string, string>
  /** SQL that gives a column its values, by its name in `to`. */
  readonly using: ReadonlyMap<string, string>
  /** The CREATE statements of indexes of `from` that nobody touched. */
  readonly indexes: readonly string[]
  /** The CREATE text and the triggers, where the catalogue was read. */
  readonly create?: string
  readonly triggers: readonly string[]
  /** The tables that hold the query planner's statistics. */
  readonly statistics: readonly string[]
  /** A name nothing else has. */
  readonly temporaryName: string
}

/** Rebuilt is the SQL of a rebuild: first the table under its old names, later what SQLite itself can rename everywhere. */
export interface Rebuilt {
  readonly statements: readonly Omit<Statement, 'operation'>[]
  readonly renames: readonly string[]
}

/** Writes a rebuild. Foreign keys must be off, or the DROP empties the children. */
export function rebuild(plan: Rebuild): Rebuilt {
  const { from, temporaryName: temporary } = plan
  const { shape, names, renames } = withOldNames(plan)
  const [old, fresh] = [quoteName(from.name), quoteName(temporary)]
  const create = reshape(plan.create, shape, temporary)
  const rows = copyRows({
    from,
    create,
    values: valuesOf(plan, shape, names),
    spare: spareValue(shape),
    was: plan.create,
  })
  const after = [
    ...(isNumbered(from) && isNumbered(shape) ? keepCounter(from.name, temporary) : []),
    ...plan.statistics.map((table) => moveStatistics(table, from.name, temporary)),
    `DROP TABLE ${old}`,
    // So that views and the triggers of other tables, which name the table that is gone, are left in peace.
    'PRAGMA legacy_alter_table = ON',
    `ALTER TABLE ${fresh} RENAME TO ${old}`,
    'PRAGMA legacy_alter_table = OFF',
    ...plan.statistics.map((table) => moveStatistics(table, temporary, from.name)),
    ...plan.indexes,
    ...plan.triggers,
  ]
  return {
    statements: [{ sql: create }, rows, ...after.map((sql) => ({ sql }))],
    renames: [
      ...renames.map(([was, now]) => `ALTER TABLE ${old} RENAME COLUMN ${quoteName(was)} TO ${quoteName(now)}`),
      ...renameTableSql(from.name, plan.to.name),
    ],
  }
}

// Triggers and the CREATE text speak of the old names; RENAME COLUMN afterwards corrects them, the views and the children.
function withOldNames({ from, to, origins }: Rebuild): { shape: Table; names: Names; renames: [string, string][] } {
  const free = freeNames([...from.columns, ...to.columns].map(({ name }) => name))
  const inUse = new Set([...origins.values()].map((name) => name.toLowerCase()))
  const names = new Map<string, string>()
  for (const { name } of to.columns) {
    const was = origins.get(name) ?? (inUse.has(name.toLowerCase()) ? free(name) : name)
    if (was !== name) names.set(name, was)
  }
  const shape = renameColumns({ ...unqualifiedTable(to), name: from.name }, names, to.name)
  if (![...names.keys()].some((now) => inUse.has(now.toLowerCase())))
    return { shape, names, renames: [...names].map(([now, was]) => [was, now]) }
  // A name that is wanted and still in use is reached by way of a free one.
  const detours = [...names].map(([now, was]) => ({ was, between: free(now), now }))
  const away = detours.map(({ was, between }): [string, string] => [was, between])
  return { shape, names, renames: [...away, ...detours.map(({ between, now }): [string, string] => [between, now])] }
}

/** New names, to old ones. */
type Names = ReadonlyMap<string, string>

function freeNames(taken: readonly string[]): (name: string) => string {
  const used = new Set(taken.map((name) => name.toLowerCase()))
  return (name) => {
    let candidate = `_autogen_${name}`
    while (used.has(candidate.toLowerCase())) candidate = `_${candidate}`
    used.add(candidate.toLowerCase())
    return candidate
  }
}

function renameColumns(table: Table, names: Names, newName: string): Table {
  const name = (column: string) => names.get(column) ?? column
  const sql = <E extends { readonly sql: string }>(one: E): E => ({ ...one, sql: renamed(one.sql, names) })
  const columns = <T extends { readonly columns: readonly string[] }>(one: T): T => ({
    ...one,
    columns: one.columns.map(name),
  })
  return {
    ...table,
    columns: table.columns.map((column) => ({
      ...column,
      name: name(column.name),
      ...(column.generated && { generated: sql(column.generated) }),
    })),
    ...(table.primaryKey && { primaryKey: columns(table.primaryKey) }),
    uniques: table.uniques.map(columns),
    checks: table.checks.map((check) => ({ ...check, expression: sql(check.expression) })),
    foreignKeys: table.foreignKeys.map((key) =>
      key.references.table.name === newName
        ? { ...columns(key), references: { ...columns(key.references), table: { name: table.name } } }
        : columns(key),
    ),
  }
}

function renamed(sql: string, names: Names): string {
  return names.size === 0 ? sql : renameMentions(sql, new Map([...names].map(([now, was]) => [now.toLowerCase(), was])))
}

function valuesOf({ from, to, origins, using }: Rebuild, shape: Table, names: Names): Map<string, string> {
  const values = new Map<string, string>()
  to.columns.forEach((column, at) => {
    const target = shape.columns[at]
    const source = from.columns.find(({ name }) => name === origins.get(column.name))
    const own = using.get(column.name)
    if (target === undefined || column.generated || (source === undefined && own === undefined)) return
    const kept = () => converted(source?.name ?? '', String(source?.type), String(column.type))
    values.set(target.name, own === undefined ? kept() : renamed(own, names))
  })
  return values
}

function spareValue({ columns }: Table): readonly [string, string] {
  const first = columns.find(({ generated }) => generated === undefined)
  return [first?.name ?? '', first?.default === undefined ? 'NULL' : valueSql(first.default)]
}

// A numeric column takes text that is a number and keeps other text; a CAST would make 0 of it. Bytes are text to it. One
// without a type takes everything as it is.
function converted(name: string, from: string, to: string): string {
  const column = quoteName(name)
  const [was, now] = [affinity(from), affinity(to)]
  if (was === now || to === '') return column
  if (now === 'TEXT' || now === 'BLOB') return `CAST(${column} AS ${now})`
  return was === 'BLOB' ? `CASE typeof(${column}) WHEN 'blob' THEN CAST(${column} AS TEXT) ELSE ${column} END` : column
}

function isNumbered({ columns }: Table): boolean {
  return columns.some(({ identity }) => identity !== undefined)
}

// DROP TABLE takes along what ANALYZE has found out: https://www.sqlite.org/lang_analyze.html
function moveStatistics(table: string, was: string, now: string): string {
  return `UPDATE ${table} SET tbl = ${literal(now)} WHERE tbl = ${literal(was)}`
}

// https://www.sqlite.org/autoinc.html: the counter may be higher than any id that is left.
function keepCounter(from: string, to: string): string[] {
  const [old, fresh] = [literal(from), literal(to)]
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${fresh}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${fresh}, seq FROM sqlite_sequence WHERE name = ${old}`,
  ]
}
