// How a migration begins and ends on a PostgreSQL connection, and how runs keep out of each other's way.
import { createHash } from 'node:crypto'
import type { BeginOptions, ConnectionLike, Lock, SessionTraits, Transaction } from '../dialect'
import { explanations } from './explanations'
import { limit, unlimited } from './limits'
import { opening } from './path'
import { watch } from './watch'

/** Sessions on PostgreSQL. */
export const session: SessionTraits = {
  begin,
  opening,
  lock,
  holder,
  limited: true,
  unlimited,
  isPatient: (sql) => /\bCONCURRENTLY\b|\bVALIDATE\s+CONSTRAINT\b/i.test(sql),
  needsCommit,
  watch,
  explain: (code) => explanations[code],
}

// Not a raw BEGIN: TypeORM would not know of it, and its save() would commit in the middle.
async function begin(connection: ConnectionLike, { defaultSchema, limits }: BeginOptions): Promise<Transaction> {
  await connection.startTransaction()
  try {
    for (const sql of opening(defaultSchema)) await connection.query(sql)
    if (limits !== undefined) await limit(connection, limits, true)
  } catch (error) {
    await connection.rollbackTransaction()
    throw error
  }
  return {
    check: () => check(connection),
    commit: () => connection.commitTransaction(),
    rollback: async () => {
      if (connection.isTransactionActive) await connection.rollbackTransaction()
    },
  }
}

/** Fires what waits for the commit; afterwards each constraint waits again as it was declared to. */
async function check(connection: ConnectionLike): Promise<void> {
  await connection.query('SET CONSTRAINTS ALL IMMEDIATE')
  const waiting = await connection.query(
    `SELECT DISTINCT format('%I.%I', n.nspname, c.conname) AS name
     FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.condeferred`,
  )
  if (waiting.length === 0) return
  await connection.query(`SET CONSTRAINTS ${waiting.map(({ name }) => String(name)).join(', ')} DEFERRED`)
}

/** unsafe_new_enum_value_usage, active_sql_transaction: postgresql.org/docs/current/errcodes-appendix.html */
function needsCommit(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, driverError, cause } = error as { code?: unknown; driverError?: unknown; cause?: unknown }
  return code === '55P04' || code === '25001' || needsCommit(driverError ?? cause)
}

/** Lock keys are 64-bit numbers, so a name becomes one by its hash. */
function lockNumber(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigInt64BE()
}

async function lock(connection: ConnectionLike, key: string): Promise<Lock | undefined> {
  const number = lockNumber(key)
  const [row] = await connection.query(`SELECT pg_try_advisory_lock(${number}) AS taken`)
  if (row?.taken !== true) return undefined
  return {
    release: async () => {
      await connection.query(`SELECT pg_advisory_unlock(${number})`)
    },
  }
}

async function holder(connection: ConnectionLike, key: string): Promise<string | undefined> {
  const number = BigInt.asUintN(64, lockNumber(key))
  const [row] = await connection.query(`
SELECT a.usename::text AS "user", a.application_name AS application, a.pid::text AS pid,
  to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS since
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.classid = ${number >> 32n} AND l.objid = ${number & 0xffffffffn}`)
  if (row === undefined) return undefined
  const application = row.application ? ` in ${String(row.application)}` : ''
  return `${String(row.user)}${application}, pid ${String(row.pid)}, connected since ${String(row.since)}`
}
