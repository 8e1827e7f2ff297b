// Whatever goes wrong while a migration runs, as one of our facts; nothing of it holds a password.
import { AutogenError, MigrationFailedError } from '../errors'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { SourceLine } from '../operations/intent'
import { sourceLine } from '../operations/source-line'
import type { Operation } from '../operations/operation'
import type { Session } from './session'

/** Circumstances is what was being done when it happened. */
export interface Circumstances {
  readonly step: Step
  /** Parts that are committed. */
  readonly completed: number
  readonly sql?: string | undefined
  readonly operation?: Operation | undefined
  readonly at?: SourceLine | undefined
}

/** Makes a MigrationFailedError of an error of the server's or of the script's; our own are facts already. */
export function migrationFailure(error: unknown, session: Session, circumstances: Circumstances): AutogenError {
  if (error instanceof AutogenError) return error
  const { step, completed, sql, operation, at = lineThrown(error, step.revision.path) } = circumstances
  return new MigrationFailedError(
    defined({
      revision: step.revision.id,
      direction: step.direction,
      operation: operation === undefined ? undefined : session.describe(operation),
      sql: sql === undefined ? undefined : session.withoutPasswords(sql),
      at,
      completed,
      reason: session.withoutPasswords(serverMessage(error)),
    }),
    error,
  )
}

/** The line of the script that threw, where it is the script's own error. */
function lineThrown(error: unknown, file: string | undefined): SourceLine | undefined {
  if (!(error instanceof Error)) return undefined
  return String(error.stack)
    .split('\n')
    .map(sourceLine)
    .find((line) => line !== undefined && line.file === file)
}

/** What the server said: its message, and the detail and hint PostgreSQL adds. */
export function serverMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const driverError: unknown = Reflect.get(error, 'driverError')
  if (driverError instanceof Error && driverError !== error) return serverMessage(driverError)
  const message = error.message === '' ? error.name : error.message
  const more = ['detail', 'hint'].flatMap((key) => {
    const text: unknown = Reflect.get(error, key)
    return typeof text === 'string' && text !== '' ? [text.replace(/\.$/, '')] : []
  })
  return more.length === 0 ? message : `${message} (${more.join('; ')})`
}
