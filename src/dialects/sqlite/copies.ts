// A database file copied by SQLite itself, and put back in one transaction: https://www.sqlite.org/lang_vacuum.html#vacuuminto
import type { ConnectionLike, Copies, Queryable, Row } from '../dialect'
import { nameList, quoteName } from '../sql'
import { literal } from './literal'
import { parseTable } from './parse'

/** How the file behind a connection is copied. */
export function copies(connection: ConnectionLike): Copies {
  let others: number | undefined
  return {
    async file() {
      const [row] = await connection.query(
        `SELECT file FROM pragma_database_list WHERE name = 'main' AND EXISTS (SELECT * FROM sqlite_master)`,
      )
      return String(row?.['file'] ?? '') || undefined
    },
    size: () =>
      numberOf(
        connection,
        'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
      ),
    async copy(to) {
      others = await writesOfOthers(connection)
      await connection.query(`VACUUM main INTO ${literal(to)}`)
    },
    restore: (from) => restore(connection, from, others),
  }
}

/** Changes whenever another connection has changed the database: https://www.sqlite.org/pragma.html#pragma_data_version */
function writesOfOthers(db: Queryable): Promise<number> {
  return numberOf(db, 'SELECT data_version FROM pragma_data_version')
}

async function numberOf(db: Queryable, sql: string): Promise<number> {
  const [row = {}] = await db.query(sql)
  return Number(Object.values(row)[0])
}

const copy = quoteName('autogen_backup')

async function restore(connection: ConnectionLike, from: string, others: number | undefined) {
  const enforced = await numberOf(connection, 'SELECT foreign_keys FROM pragma_foreign_keys')
  await connection.query(`ATTACH ${literal(from)} AS ${copy}`)
  try {
    await connection.query('PRAGMA foreign_keys = OFF')
    await connection.query('BEGIN IMMEDIATE')
    // From here on nobody else can write.
    const reason = (await writesOfOthers(connection)) === others ? await refill(connection) : written
    if (reason === undefined) await connection.commitTransaction()
    return reason
  } finally {
    if (connection.isTransactionActive) await connection.rollbackTransaction()
    await connection.query(`PRAGMA foreign_keys = ${enforced}`)
    await connection.query(`DETACH ${copy}`)
  }
}

const written = 'another connection has written since, and that would be lost'
const virtual = 'it has virtual tables, which cannot be written from outside'

/** Drops everything and makes it again as it is in the copy: in place, as other connections have the file open. */
async function refill(db: Queryable): Promise<string | undefined> {
  const [now, then] = [await catalogue(db, 'main'), await catalogue(db, copy)]
  if ([...now, ...then].some(({ sql }) => /^\s*create\s+virtual\s/i.test(sql))) return virtual
  for (const { type, name } of now) {
    if (type === 'view' || type === 'table') await db.query(`DROP ${type} main.${quoteName(name)}`)
  }
  for (const { sql, name } of then.filter(({ type }) => type === 'table')) {
    await db.query(sql)
    await fill(db, name, parseTable(sql).withoutRowid)
  }
  for (const { sql } of then.filter(({ type }) => type !== 'table')) await db.query(sql)
  for (const name of await kept(db)) {
    await db.query(`DELETE FROM main.${name}`)
    await db.query(`INSERT INTO main.${name} SELECT * FROM ${copy}.${name}`)
  }
  for (const pragma of ['user_version', 'application_id']) {
    const value = await numberOf(db, `PRAGMA ${copy}.${pragma}`)
    await db.query(`PRAGMA main.${pragma} = ${value}`)
  }
  return undefined
}

async function catalogue(db: Queryable, schema: string) {
  const rows = await db.query(
    `SELECT type, name, sql FROM ${schema}.sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' ` +
      // Triggers may stand on views.
      `ORDER BY type = 'trigger', rowid`,
  )
  return rows.map((row) => ({ type: text(row, 'type'), name: text(row, 'name'), sql: text(row, 'sql') }))
}

function text(row: Row, key: string): string {
  return String(row[key])
}

async function fill(db: Queryable, name: string, withoutRowid: boolean): Promise<void> {
  const table = quoteName(name)
  const rows = await db.query(`SELECT name FROM pragma_table_xinfo(${literal(name)}, 'main') WHERE hidden = 0`)
  const columns = rows.map((row) => text(row, 'name'))
  const taken = new Set(columns.map((column) => column.toLowerCase()))
  const rowid = withoutRowid ? undefined : ['rowid', '_rowid_', 'oid'].find((one) => !taken.has(one))
  const list = nameList(rowid === undefined ? columns : [rowid, ...columns])
  // OR ABORT keeps an ON CONFLICT clause from leaving rows out.
  await db.query(`INSERT OR ABORT INTO main.${table} (${list}) SELECT ${list} FROM ${copy}.${table}`)
}

/** What SQLite keeps for itself in tables that can be written, and both databases have. */
async function kept(db: Queryable): Promise<string[]> {
  const rows = await db.query(
    `SELECT name FROM main.sqlite_master WHERE name IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4') ` +
      `INTERSECT SELECT name FROM ${copy}.sqlite_master`,
  )
  return rows.map((row) => text(row, 'name'))
}
