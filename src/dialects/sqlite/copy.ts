// The rows of a rebuild: every one of them, under the row id it has.
import { defined } from '../../model/defined'
import type { Table } from '../../model/schema'
import type { Copy, Portions, Statement } from '../dialect'
import { quoteName } from '../sql'
import { createTableSql } from './ddl'
import { guard, says } from './guards'
import { rowIdColumn } from './introspect'
import { parseTable } from './parse'

/** Rows says where they come from and which table they get into. */
export interface Rows {
  readonly from: Table
  /** The CREATE text of `from`, where it is known. */
  readonly was: string | undefined
  /** The CREATE text of the new table. */
  readonly create: string
  /** SQL for the columns of the new table that get a value, by their names. */
  readonly values: ReadonlyMap<string, string>
  /** A column and its value for rows of which nothing stays; they are rows all the same. */
  readonly spare: readonly [column: string, value: string]
}

/** The statement that copies them. */
export function copyRows({ from, was, create, values, spare }: Rows): Omit<Statement, 'operation'> {
  const [old, to] = [parseTable(was ?? createTableSql(from)), parseTable(create)]
  const rowid = old.withoutRowid || to.withoutRowid ? undefined : freeName([...old.columns, ...to.columns])
  const alias = values.get(rowIdColumn(to) ?? '')
  const columns = [...values].map(([name, value]) => [quoteName(name), value] as const)
  if (rowid !== undefined && alias === undefined) columns.unshift([rowid, rowid])
  if (columns.length === 0) columns.push([quoteName(spare[0]), spare[1]])
  const into = columns.map(([name]) => name).join(', ')
  const selected = columns.map(([, value]) => value).join(', ')
  // Whatever a constraint says of conflicts: nothing is left out here, and nothing replaced.
  const sql = `INSERT OR ABORT INTO ${quoteName(to.name)} (${into}) SELECT ${selected} FROM ${quoteName(from.name)}`
  const keepsRowIds = alias === undefined || alias === quoteName(rowIdColumn(old) ?? '')
  const goesInPortions = rowid !== undefined && keepsRowIds && ![...values.values()].some(looksAtAllRows)
  return { sql, copy: copyOf(from.name, to.name, goesInPortions ? portions(sql, to.name, rowid) : undefined) }
}

/** A name of the row id that no column has taken: https://www.sqlite.org/lang_createtable.html#rowid */
function freeName(columns: readonly { readonly name: string }[]): string | undefined {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name))
}

// A window function would see a portion for the whole.
function looksAtAllRows(sql: string): boolean {
  return says(sql, new Set(['over']))
}

// A row id may be larger than any number of JavaScript's, so it travels as text.
function portions(sql: string, to: string, rowid: string): Portions {
  const cut = `ORDER BY ${rowid} LIMIT ?`
  return {
    first: `${sql} ${cut}`,
    next: `${sql} WHERE ${rowid} > CAST(? AS INTEGER) ${cut}`,
    last: `SELECT CAST(max(${rowid}) AS TEXT) AS "last" FROM ${quoteName(to)}`,
  }
}

function copyOf(from: string, to: string, cut: Portions | undefined): Copy {
  const rows = (name: string) => `SELECT count(*) AS "count" FROM ${quoteName(name)}`
  return defined({
    table: { name: from },
    before: rows(from),
    after: rows(to),
    portions: cut,
    offline: guard(`rows of ${from} were lost`, `SELECT (${rows(from)}) - (${rows(to)})`),
  })
}
