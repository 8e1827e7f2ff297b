// The statements of one migration on their way to the server: guarded, timed, watched, and told of; what goes wrong comes back as a fact.
import { setImmediate as turn } from 'node:timers/promises'
import type { Blocker, Row, Statement } from '../dialects/dialect'
import { InterruptedError } from '../errors'
import { defined } from '../model/defined'
import { displayName } from '../model/lookup'
import type { SourceLine } from '../operations/intent'
import { copyRows } from './copy'
import { migrationFailure } from './failure'
import { refuseRowsInTheWay } from './guards'
import { withoutSecrets } from './observer'
import type { Session } from './session'
import type { Task, Work } from './task'

/** Statements lives as long as the migration whose statements it sends. */
export class Statements {
  readonly #task: Task
  readonly #completed: () => number
  #blockers: readonly Blocker[] = []

  constructor(task: Task, completed: () => number) {
    this.#task = task
    this.#completed = completed
  }

  /** Who was seen in the way of the last statement. */
  get blockers(): readonly Blocker[] {
    return this.#blockers
  }

  /** Sends a statement; one that copies a table in the portions it needs. */
  async sendWhole(statement: Statement, work: Work): Promise<void> {
    const { session, step, onEvent } = this.#task
    const { copy } = statement
    if (copy === undefined) return void (await this.send(statement, work))
    const revision = step.revision.id
    const table = displayName(copy.table)
    await copyRows(
      { ...statement, copy },
      {
        db: session.connection,
        send: (one) => this.send(one, work),
        tell: (rows, total) => onEvent?.({ type: 'copy', revision, table, rows, total }),
      },
    )
  }

  /** Sends a statement; the operation and the line it belongs to are told when it fails. */
  async send(statement: Statement, work?: Work, line?: SourceLine): Promise<Row[]> {
    const { session, step, onEvent } = this.#task
    const { sql, parameters, operation: index } = statement
    const operation = index === undefined ? undefined : work?.operations[index]
    const at = index === undefined ? line : work?.lines[index]
    await this.refuseInterrupted()
    try {
      for (const guard of statement.guards ?? []) await refuseRowsInTheWay(guard, session, step, operation, at)
      const started = performance.now()
      const rows = await this.#observed(sql, () =>
        patiently(session, sql, () => session.connection.query(sql, parameters)),
      )
      const durationMs = Math.round(performance.now() - started)
      onEvent?.(
        defined({
          type: 'statement' as const,
          revision: step.revision.id,
          sql: session.withoutPasswords(sql),
          operation: operation === undefined ? undefined : session.describe(operation),
          durationMs,
        }),
      )
      return rows
    } catch (error) {
      throw migrationFailure(error, session, { step, completed: this.#completed(), sql, operation, at })
    }
  }

  /** Tells who is in the way of a statement, and how far it has come. */
  #observed<R>(sql: string, work: () => Promise<R>): Promise<R> {
    const { session, step, onEvent, observer } = this.#task
    this.#blockers = []
    if (observer === undefined) return work()
    const about = { revision: step.revision.id, sql: session.withoutPasswords(sql) }
    return observer.watch(work, ({ blockers, progress }, afterMs) => {
      this.#blockers = blockers.map((one) => withoutSecrets(one, session))
      if (blockers.length > 0) onEvent?.({ type: 'blocked', ...about, waitedMs: afterMs, blockers: this.#blockers })
      else if (progress !== undefined) onEvent?.({ type: 'progress', ...about, ...progress, durationMs: afterMs })
    })
  }

  /** Stops before the next statement when the run was told to. Some drivers never wait: a signal is heard in a turn of the loop. */
  async refuseInterrupted(): Promise<void> {
    const { signal, step } = this.#task
    if (signal === undefined) return
    await turn()
    if (signal.aborted) throw new InterruptedError(step.revision.id)
  }
}

/** Runs a statement that may take its time without limits, where the dialect has any. */
function patiently<R>({ connection, dialect }: Session, sql: string, work: () => Promise<R>): Promise<R> {
  const { isPatient, unlimited } = dialect.session
  return unlimited !== undefined && isPatient?.(sql) === true ? unlimited(connection, work) : work()
}
