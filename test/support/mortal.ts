// A process that ends in the middle of a run, or loses its connection there: played by its session, so that the moment can be chosen.
import type { ConnectionLike, Transaction } from '../../src/dialects/dialect'
import type { Session } from '../../src/runtime/session'

/**
 * End is how it goes: the process is no more, or it lives without its connection, or one thing alone is refused, for now or for good, or
 * somebody tells it to stop.
 */
export type End = 'death' | 'loss' | 'refusal' | 'obstacle' | 'interruption'

/** Mortal counts what a run did that lasts, and ends it before the thing whose number is `cut`. */
export interface Mortal {
  readonly session: Session
  /** What the run listens to. */
  readonly signal: AbortSignal
  readonly lasting: () => number
  readonly ended: () => boolean
}

// What PostgreSQL says where somebody else was in the way for too long.
const lockTimeout = '55P03'

/** Only a commit lasts, and what is done outside of a transaction: between them it makes no difference where a process ends. */
export function mortal(session: Session, cut: number, end: End): Mortal {
  const { connection, dialect, scope, another: _, ...rest } = session
  let [count, ended] = [0, false]
  const gone = end === 'death' || end === 'loss'
  const controller = new AbortController()
  const alive = async <R>(lasts: boolean, work: () => Promise<R>): Promise<R> => {
    if (!ended && lasts && ++count === cut) {
      ended = true
      if (gone) await session.close()
      else if (end === 'interruption') controller.abort()
      else throw Object.assign(new Error('This once it is refused.'), end === 'obstacle' && { code: lockTimeout })
    }
    if (ended && gone) throw new Error('There is no connection.')
    return work()
  }
  const lasts = (sql: string) => !connection.isTransactionActive && !/^\s*(SELECT|WITH|PRAGMA)\b/.test(sql)
  const mine: ConnectionLike = {
    query: (sql, parameters) => alive(lasts(sql), () => connection.query(sql, parameters)),
    startTransaction: () => alive(false, () => connection.startTransaction()),
    commitTransaction: () => alive(true, () => connection.commitTransaction()),
    rollbackTransaction: () => alive(false, () => connection.rollbackTransaction()),
    get isTransactionActive() {
      return connection.isTransactionActive
    },
  }
  const begin: Session['begin'] = ({ foreignKeysOff = false, ...how } = {}): Promise<Transaction> => {
    const { defaultSchema } = scope
    const options = { foreignKeysOff, ...(defaultSchema !== undefined && { defaultSchema }), ...how }
    return dialect.session.begin(mine, options)
  }
  const again = () => (end === 'death' ? Promise.reject(new Error('There is no process.')) : session.again())
  return {
    signal: controller.signal,
    session: { ...rest, dialect, scope, connection: mine, begin, again },
    lasting: () => count,
    ended: () => ended,
  }
}
