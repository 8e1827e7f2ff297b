// How a migration begins and ends on a PostgreSQL connection, and how runs keep out of each other's way.
import type { BeginOptions, ConnectionLike, SessionTraits, Transaction } from '../dialect'
import { isPatient } from './alone'
import { explain } from './explanations'
import { limit, unlimited } from './limits'
import { holder, isPooled, lock, lockTransaction } from './lock'
import { inSchema, opening } from './path'
import { watch } from './watch'

/** Sessions on PostgreSQL. */
export const session: SessionTraits = {
  begin,
  printed: {
    note: 'To stop at the first error: psql -v ON_ERROR_STOP=1 -f this.sql. Without that psql would go on with the next transaction.',
  },
  opening,
  inSchema,
  lock,
  holder,
  isPooled,
  limited: true,
  unlimited,
  isPatient,
  needsCommit,
  watch,
  explain,
}

// Not a raw BEGIN: TypeORM would not know of it, and its save() would commit in the middle.
async function begin(
  connection: ConnectionLike,
  { defaultSchema, limits, lock: locked }: BeginOptions,
): Promise<Transaction> {
  await connection.startTransaction()
  try {
    if (locked !== undefined) await lockTransaction(connection, locked.key, locked.host)
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
