// A migration whose connection is gone: asks over a new one what became of it, and writes that down.
import { AutogenError, ConnectionLostError, LockTimeoutError, MigrationFailedError } from '../errors'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { RunListener } from './events'
import { serverMessage } from './failure'
import { withLock } from './lock'
import { finishEntry, isHalfDone, readLog, startEntry, type LogEntry } from './log'
import type { Task } from './task'
import { inTransaction, type Session } from './session'
import { readHeads } from './versions'

const patienceMs = 10_000

/** Says what became of the migration. Having the lock proves that its old connection has ended, on the server as well. */
export async function lossOf(
  { session, step, entry }: Pick<Task, 'session' | 'step' | 'entry'>,
  failure: unknown,
  onEvent: RunListener | undefined,
): Promise<AutogenError> {
  const known = failure instanceof MigrationFailedError ? failure : undefined
  const { operation, sql, at } = known ?? {}
  const reason = known?.reason ?? session.withoutPasswords(serverMessage(failure))
  const about = defined({ revision: step.revision.id, direction: step.direction, operation, sql, at, reason })
  const unknown = () => new ConnectionLostError({ ...about, outcome: 'unknown' }, failure)
  let again: Session
  try {
    again = await session.again()
  } catch {
    return unknown()
  }
  try {
    return await withLock(again, { lockTimeoutMs: patienceMs }, (held) =>
      inTransaction(held, async () => {
        const heads = await readHeads(held)
        const row = lastOf(await readLog(held), step)
        if (row?.status === 'done' && row.startedAt === entry.startedAt) {
          return new ConnectionLostError({ ...about, outcome: 'committed', heads }, failure)
        }
        const error = new ConnectionLostError({ ...about, outcome: 'rolled-back', heads }, failure)
        await writeDown(held, row, entry, error)
        return error
      }),
    )
  } catch (error) {
    if (!(error instanceof LockTimeoutError)) {
      const message = `The failed attempt could not be logged: ${again.withoutPasswords(serverMessage(error))}`
      onEvent?.({ type: 'warning', code: 'not-logged', message })
    }
    return unknown()
  } finally {
    await again.close()
  }
}

/** Whether the COMMIT whose answer was lost is known to have taken effect. */
export function tookEffect(error: unknown): error is ConnectionLostError & { readonly heads: readonly string[] } {
  return error instanceof ConnectionLostError && error.outcome === 'committed'
}

function lastOf(log: readonly LogEntry[], { revision, direction }: Step): LogEntry | undefined {
  const last = log.findLast((one) => one.revision === revision.id)
  return last?.direction === direction ? last : undefined
}

/** The row of the parts that are committed says that they are not all; where there is none, there is one now. */
async function writeDown(
  session: Session,
  row: LogEntry | undefined,
  entry: Task['entry'],
  { message }: AutogenError,
): Promise<void> {
  const ended = { status: 'failed' as const, finishedAt: new Date().toISOString(), error: message }
  if (row?.status === 'running') {
    const { id, ...rest } = row
    await finishEntry(session, id, { ...rest, ...ended })
  } else if (row === undefined || !isHalfDone(row)) {
    await startEntry(session, { ...entry, ...ended, stepsDone: 0, operations: [] })
  }
}
