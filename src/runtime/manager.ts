// TypeORM's entity manager in the hands of a migration: it speaks to nobody else, and the transaction is not its to end.
import type { EntityManager, QueryRunner } from 'typeorm'
import { refuseTransactionControl } from '../operations/transaction-control'

/**
 * An application's subscribers speak of its present, a migration of its past. On SQLite the application works on the same runner,
 * so it has its own broadcaster back as soon as the work is done.
 */
export async function withoutSubscribers<R>(runner: QueryRunner, work: () => Promise<R>): Promise<R> {
  const { broadcaster, manager } = runner
  const Broadcaster = broadcaster.constructor as new (runner: object) => typeof broadcaster
  const nobody = { subscribers: [] }
  // What it was made for is called `connection` by TypeORM 0.3.
  Object.assign(runner, { broadcaster: new Broadcaster({ dataSource: nobody, connection: nobody, manager }) })
  try {
    return await work()
  } finally {
    Object.assign(runner, { broadcaster })
  }
}

/** Hands out the manager. Where a transaction is open its own are savepoints in it, and SQL that would end it is refused. */
export async function withinTransaction<R>(
  runner: QueryRunner,
  work: (manager: EntityManager) => Promise<R>,
  at: string | undefined,
): Promise<R> {
  if (!runner.isTransactionActive) return work(runner.manager)
  const { query } = runner
  const own = Object.getOwnPropertyDescriptor(runner, 'query')
  const refusing = (...asked: readonly [sql: string, ...rest: unknown[]]): unknown => {
    if (control.test(asked[0])) refuseTransactionControl(asked[0], at)
    return Reflect.apply(query, runner, asked)
  }
  Object.assign(runner, { query: refusing })
  try {
    return await work(runner.manager)
  } finally {
    if (own === undefined) Reflect.deleteProperty(runner, 'query')
    else Object.defineProperty(runner, 'query', own)
  }
}

// To read every text to its end would cost a manager that saves many rows more than it is worth.
const control = /\b(?:begin|commit|end|abort|start|prepare|rollback)\b/i
