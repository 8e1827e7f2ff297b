// How long a statement may wait for others, and run: lock_timeout and statement_timeout.
import type { ConnectionLike, Limits, Queryable } from '../dialect'

/** Sets the limits, for the time of the transaction or from now on. */
export async function limit(connection: Queryable, { lockMs, statementMs }: Limits, local: boolean): Promise<void> {
  const wanted: [name: string, ms: number][] = []
  if (lockMs !== undefined) wanted.push(['lock_timeout', lockMs])
  if (statementMs !== undefined) wanted.push(['statement_timeout', statementMs])
  if (wanted.length === 0) return
  await connection.query(
    `SELECT ${wanted.map(([name, ms]) => `set_config('${name}', '${Math.round(ms)}', ${local})`).join(', ')}`,
  )
}

/**
 * Runs a statement without limits: they hold nobody up while they wait, and a timeout in the middle of one leaves an
 * invalid index behind. Limits of the role are lifted too, and put back.
 */
export async function unlimited<R>(connection: ConnectionLike, work: () => Promise<R>): Promise<R> {
  const local = connection.isTransactionActive
  const [before] = await connection.query(
    `SELECT (SELECT setting FROM pg_settings WHERE name = 'lock_timeout')::int AS "lockMs",
  (SELECT setting FROM pg_settings WHERE name = 'statement_timeout')::int AS "statementMs"`,
  )
  const own = { lockMs: Number(before?.lockMs ?? 0), statementMs: Number(before?.statementMs ?? 0) }
  if (own.lockMs === 0 && own.statementMs === 0) return work()
  await limit(connection, { lockMs: 0, statementMs: 0 }, local)
  const result = await work().catch(async (error: unknown) => {
    // A transaction that failed takes its settings with it.
    if (!local) await limit(connection, own, local).catch(() => undefined)
    throw error
  })
  await limit(connection, own, local)
  return result
}
