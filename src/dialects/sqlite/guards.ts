// What a rebuild could lose without a word, refused or proved not to be there.
import { UnsupportedOperationError } from '../../errors'
import type { Check, Column, Table } from '../../model/schema'
import { quoteName } from '../sql'
import { mentions } from './form'
import type { Group, State } from './groups'
import { literal } from './literal'
import { sqliteMeaning, triggerName, unquote } from './parse'

/** The columns of a table that do not outlive its group. */
export function lostColumns({ origins }: Group, base: Table): Column[] {
  const kept = new Set(origins.values())
  return base.columns.filter(({ name }) => !kept.has(name))
}

/** The table without checks on nothing but columns that go: SQLite's own DROP COLUMN takes those along too. */
export function withoutLostChecks(group: Group, base: Table, table: Table): Table {
  const lost = new Set(lostColumns(group, base).map(({ name }) => name.toLowerCase()))
  const old = new Set(base.checks.map(({ expression }) => expression.sql))
  const isLost = ({ expression: { sql } }: Check) => {
    const words = [...mentions(sql)]
    return old.has(sql) && words.length > 0 && words.every((word) => lost.has(word))
  }
  return { ...table, checks: table.checks.filter((check) => !isLost(check)) }
}

/** Refuses to drop what checks, generated columns or indexes use: the name would become a string without a word. */
export function refuseLostUses(group: Group, base: Table, table: Table): void {
  const dropped = group.changes.flatMap(({ operation }) => (operation.kind === 'dropColumn' ? [operation.column] : []))
  const lost = new Set([...lostColumns(group, base), ...dropped].map(({ name }) => name.toLowerCase()))
  for (const { name } of table.columns) lost.delete(name.toLowerCase())
  const uses = (sql: string | undefined) => [...mentions(sql ?? '')].find((word) => lost.has(word))
  const users = [
    ...table.checks.map(({ name, expression }) => [name === undefined ? 'a check' : `check ${name}`, expression.sql]),
    ...table.columns.map(({ name, generated }) => [`generated column ${name}`, generated?.sql]),
    ...table.indexes.flatMap(({ name, columns, where }) =>
      [where, ...columns].map((one) => [
        `index ${name}`,
        typeof one === 'object' && 'sql' in one ? one.sql : undefined,
      ]),
    ),
  ] as const
  for (const [user, sql] of users) {
    const column = uses(sql)
    if (column === undefined) continue
    const hint = `Drop ${user} in the same migration, before the column.`
    throw new UnsupportedOperationError(`dropColumn ${column} on ${table.name}`, `${user} still uses it`, hint)
  }
}

/** Proves, before a column is dropped under the name returned, that no view and no trigger uses it. */
export function unusedProof(
  state: State,
  table: string,
  column: string,
  always = state.executed,
): { readonly name: string; readonly statements: string[] } {
  // SQLite takes views and triggers on trust, and a name in double quotes that is no column for a string. Its RENAME COLUMN
  // alone finds out what uses a column, so where some text has the column's name in it, that is asked.
  if (!always && !isMentioned(state, column)) return { name: column, statements: [] }
  const gone = goneName(column)
  return {
    name: gone,
    statements: [
      `ALTER TABLE ${quoteName(table)} RENAME COLUMN ${quoteName(column)} TO ${quoteName(gone)}`,
      ...guard(`a view or a trigger still uses ${table}.${column}`, mentionsOf(gone)),
    ],
  }
}

/** Proves, before a table is dropped, that no view uses it, and no trigger of a table that stays. */
export function unusedTableProof({ atStart, groups, texts, comingBack }: State, { name }: Table): string[] {
  const dropped = groups.flatMap(({ base, table }) => (base && !table ? [base.name] : []))
  const names = new Set([name.toLowerCase()])
  const isMentioned =
    atStart.views.some(({ definition }) => says(definition.sql, names)) ||
    [...texts].some(([of, { triggers }]) => !dropped.includes(of) && triggers.some((sql) => says(sql, names)))
  // What uses a table that is made anew has it again.
  if (!isMentioned || comingBack.has(name.toLowerCase())) return []
  const gone = goneName(name)
  const rename = (from: string, to: string) => `ALTER TABLE ${quoteName(from)} RENAME TO ${quoteName(to)}`
  // Back again, so that foreign keys which outlive their parent go on speaking of it.
  return [
    rename(name, gone),
    ...guard(
      `a view or a trigger still uses ${name}`,
      `${mentionsOf(gone)} AND tbl_name ${noneOf([...dropped, gone])}`,
    ),
    rename(gone, name),
  ]
}

function goneName(name: string): string {
  return `_autogen_gone_${name.replace(/\W/g, '_')}`
}

function mentionsOf(gone: string): string {
  return `SELECT count(*) FROM sqlite_master WHERE type IN ('view', 'trigger') AND instr(sql, ${literal(gone)}) > 0`
}

/** Whether a view or a trigger has the name of a column in its text. */
export function isMentioned({ atStart, texts }: State, column: string): boolean {
  const name = new Set([column.toLowerCase()])
  return (
    atStart.views.some(({ definition }) => says(definition.sql, name)) ||
    [...texts.values()].some(({ triggers }) => triggers.some((sql) => says(sql, name)))
  )
}

/** Stops where a table has what a rebuild would lose: a printed script has no catalogue, and `execute` may do anything. */
export function unknownGuard({ name, columns, indexes }: Table, triggers: readonly string[]): string[] {
  const known = [...indexes.map((index) => index.name), ...triggers.map(triggerName)]
  const table = literal(name)
  return guard(
    `table ${name} has columns, indexes or triggers this migration does not know; await op.flush() after op.execute`,
    `SELECT (SELECT count(*) FROM pragma_table_xinfo(${table}) WHERE name ${noneOf(columns.map((one) => one.name))}) + ` +
      `(SELECT count(*) FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ` +
      `AND tbl_name = ${table} COLLATE NOCASE AND name ${noneOf(known)})`,
  )
}

/** A condition on a name: what is the same letter in another case only SQLite knows, to whom `Ü` and `ü` are two. */
export function noneOf(names: readonly string[]): string {
  return `COLLATE NOCASE NOT IN (${names.map(literal).join(', ')})`
}

/** SQL without procedures stops with a message of our own where a constraint of that name fails. */
export function guard(rule: string, count: string): string[] {
  const name = quoteName('_autogen_guard')
  return [
    `CREATE TEMP TABLE ${name} (found integer CONSTRAINT ${quoteName(rule)} CHECK (found = 0))`,
    `INSERT INTO temp.${name} ${count}`,
    `DROP TABLE temp.${name}`,
  ]
}

/** Whether a text has one of the names in it, given in lower case. */
export function says(sql: string, names: ReadonlySet<string>): boolean {
  return sqliteMeaning(sql).some((token) => token.kind !== 'symbol' && names.has(unquote(token).toLowerCase()))
}
