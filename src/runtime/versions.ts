// The version table: one row per head, nothing else.
import { VersionMovedError } from '../errors'
import type { Session } from './session'

/** Reads the heads the database is at; none when nothing was ever run. Creates nothing. */
export async function readHeads(session: Session): Promise<string[]> {
  const { connection, dialect, scope, tables } = session
  if (!(await dialect.hasTable(connection, tables.version, scope))) return []
  return selectHeads(session)
}

/** Reads the heads where the table is known to be there: inside a migration's transaction. */
export async function selectHeads({ connection, dialect, scope, tables }: Session): Promise<string[]> {
  const rows = await connection.query(`SELECT version_num FROM ${dialect.quoteTable(tables.version, scope)}`)
  return rows.map((row) => String(row.version_num)).sort()
}

/** Takes rows away and puts rows in, within the open transaction; every row must have been what we think it was. */
export async function applyHeads(
  session: Session,
  removed: readonly string[],
  added: readonly string[],
): Promise<string[]> {
  const { connection, dialect, scope, tables } = session
  const table = dialect.quoteTable(tables.version, scope)
  const before = await selectHeads(session)
  if (removed.some((id) => !before.includes(id)) || added.some((id) => before.includes(id))) {
    throw new VersionMovedError(removed, before)
  }
  for (const id of removed) {
    await connection.query(`DELETE FROM ${table} WHERE version_num = ${dialect.placeholder(1)}`, [id])
  }
  for (const id of added) {
    await connection.query(`INSERT INTO ${table} (version_num) VALUES (${dialect.placeholder(1)})`, [id])
  }
  const expected = [...before.filter((id) => !removed.includes(id)), ...added].sort()
  const after = await selectHeads(session)
  if (after.join() !== expected.join()) throw new VersionMovedError(expected, after)
  return after
}
