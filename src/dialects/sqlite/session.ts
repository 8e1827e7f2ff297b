// How a migration begins and ends on SQLite: https://www.sqlite.org/pragma.html#pragma_foreign_keys is ignored inside a transaction.
import { ForeignKeyMismatchError, ForeignKeyViolationError, HiddenTableError, OpenTransactionError } from '../../errors'
import type { BeginOptions, ConnectionLike, Lock, Queryable, SessionTraits, Transaction } from '../dialect'
import { guard } from './guards'

/** SQLite's sessions. */
export const session: SessionTraits = {
  begin,
  printed: {
    note: 'To stop at the first error: sqlite3 -bail app.sqlite < this.sql. The shell would go on with the rest of a migration.',
    // The shell enforces none unless told to, TypeORM's connections do.
    first: ['PRAGMA foreign_keys = ON'],
    foreignKeysOff: {
      before: [
        'PRAGMA foreign_keys = OFF',
        `CREATE TEMP TABLE "_autogen_orphans" AS SELECT count(*) AS "found" FROM pragma_foreign_key_check`,
      ],
      last: guard(
        'the migration leaves foreign keys without their rows',
        `SELECT max(0, (SELECT count(*) FROM pragma_foreign_key_check) - "found") FROM temp."_autogen_orphans"`,
      ),
      after: ['DROP TABLE temp."_autogen_orphans"', 'PRAGMA foreign_keys = ON'],
    },
  },
  // There is no advisory lock: the lock is BEGIN IMMEDIATE, and the heads are read again inside every transaction.
  lock,
  explain: (code) => {
    if (code === 'SQLITE_FULL') return { advice: 'make room on the disk' }
    const isRefusal = /^SQLITE_(READONLY|PERM|CANTOPEN)/.test(code)
    return isRefusal ? { advice: 'give this user the right to write to the file and its folder' } : undefined
  },
}

async function lock(connection: ConnectionLike): Promise<Lock> {
  await refuseOpen(connection)
  return { release: async () => {} }
}

/** Everybody shares one connection to a file: what is open on it is not ours to commit, nor to roll back. */
async function refuseOpen(connection: ConnectionLike): Promise<void> {
  if (connection.isTransactionActive) throw new OpenTransactionError()
  try {
    await connection.query('BEGIN')
  } catch (error) {
    if (/within a transaction/.test(String((error as { message?: unknown }).message))) {
      throw new OpenTransactionError({ cause: error })
    }
    throw error
  }
  // Whoever heard of the one must hear of the other.
  if (connection.isTransactionActive) await connection.rollbackTransaction()
  else await connection.query('ROLLBACK')
}

async function begin(
  connection: ConnectionLike,
  { foreignKeysOff, checked = false }: BeginOptions,
): Promise<Transaction> {
  // With legacy_alter_table on, a rename would leave views and triggers behind.
  const off = [...(foreignKeysOff ? ['foreign_keys'] : []), 'legacy_alter_table']
  const restore = await keepPragmas(connection, off)
  let begun = false
  try {
    for (const name of off) await connection.query(`PRAGMA ${name} = OFF`)
    await connection.query('BEGIN IMMEDIATE')
    begun = true
    markBegun(connection)
    await refuseHidden(connection)
    const before = foreignKeysOff || checked ? await violations(connection) : undefined
    return transaction(connection, before, restore)
  } catch (error) {
    if (begun && connection.isTransactionActive) await connection.rollbackTransaction()
    await restore()
    throw error
  }
}

function transaction(
  connection: ConnectionLike,
  before: Violations | undefined,
  restore: () => Promise<void>,
): Transaction {
  const rollback = async () => {
    try {
      if (connection.isTransactionActive) await connection.rollbackTransaction()
    } finally {
      await restore()
    }
  }
  const commit = async () => {
    try {
      if (before !== undefined) refuseNew(before, await violations(connection))
      await connection.commitTransaction()
    } catch (error) {
      await rollback()
      throw error
    }
    await restore()
  }
  const check = async () => {
    if (before !== undefined) refuseNew(before, await violations(connection))
  }
  return { check, commit, rollback }
}

/** A name means the connection's own temporary table before the file's: https://www.sqlite.org/lang_naming.html */
async function refuseHidden(connection: Queryable): Promise<void> {
  const hidden = await connection.query(
    `SELECT t.name FROM temp.sqlite_master t JOIN main.sqlite_master m ON m.name = t.name COLLATE NOCASE
     WHERE t.type IN ('table', 'view') AND m.type IN ('table', 'view') ORDER BY t.name`,
  )
  if (hidden.length > 0) throw new HiddenTableError(hidden.map(({ name }) => String(name)))
}

// TypeORM knows no BEGIN IMMEDIATE; with its state set, its own save() joins the transaction instead of beginning another.
function markBegun(connection: ConnectionLike): void {
  if (!connection.isTransactionActive) Object.assign(connection, { isTransactionActive: true, transactionDepth: 1 })
}

async function keepPragmas(connection: Queryable, names: readonly string[]): Promise<() => Promise<void>> {
  const before = new Map<string, number>()
  for (const name of names) before.set(name, await pragma(connection, name))
  return async () => {
    for (const [name, value] of before)
      if ((await pragma(connection, name)) !== value) await connection.query(`PRAGMA ${name} = ${value}`)
  }
}

async function pragma(connection: Queryable, name: string): Promise<number> {
  const [row] = await connection.query(`PRAGMA ${name}`)
  return Number(row?.[name] ?? 0)
}

/** Rows without their parents, counted by child and parent; a message where a key is declared so that nobody can check it. */
type Violations =
  ReadonlyMap<string, { readonly table: string; readonly parent: string; readonly count: number }> | string

async function violations(connection: Queryable): Promise<Violations> {
  const sql = 'SELECT "table", parent, count(*) AS "count" FROM pragma_foreign_key_check GROUP BY "table", parent'
  let rows
  try {
    rows = await connection.query(sql)
  } catch (error) {
    // Some drivers throw errors of their own making.
    const message = String((error as { message?: unknown }).message)
    if (!message.includes('foreign key mismatch')) throw error
    return message
  }
  const found = rows.map((row) => ({
    table: String(row['table']),
    parent: String(row['parent']),
    count: Number(row['count']),
  }))
  return new Map(found.map((one) => [JSON.stringify([one.table, one.parent]), one]))
}

// A table that was renamed takes its old violations with it: a pair that is gone answers for a new one of the same count.
function refuseNew(before: Violations, after: Violations): void {
  if (typeof after === 'string' && after !== before) throw new ForeignKeyMismatchError(after)
  if (typeof before === 'string' || typeof after === 'string') return
  const gone = [...before].filter(([key]) => !after.has(key)).map(([, { count }]) => count)
  const added = [...after].flatMap(([key, one]) => {
    const known = before.get(key)?.count ?? 0
    const moved = known === 0 ? gone.indexOf(one.count) : -1
    if (moved >= 0) gone.splice(moved, 1)
    return one.count <= known || moved >= 0 ? [] : [{ ...one, count: one.count - known }]
  })
  if (added.length > 0) throw new ForeignKeyViolationError(added)
}
