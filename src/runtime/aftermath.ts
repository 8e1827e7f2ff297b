// After a failure: what is told of it, who was in the way, what is run again, taken back, put back and written down.
import type { Blocker } from '../dialects/dialect'
import {
  AutogenError,
  FileChangedError,
  InterruptedError,
  MigrationFailedError,
  NotResumableError,
  OvertakenError,
} from '../errors'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import { blockerText } from './events'
import { serverMessage } from './failure'
import { withoutSecrets } from './observer'
import { ensureTables } from './own-tables'
import { defaultRetries, explanationOf, pause, pauseMs } from './retry'
import type { Context, MigrateRequest } from './run'
import type { SegmentRun } from './segments'

/** The failure with what is known of it now: where the database is, what stays, who was in the way, what to do. */
export function explained(
  { session }: Context,
  run: SegmentRun,
  failure: AutogenError,
  heads: readonly string[],
  blockers: readonly Blocker[],
): AutogenError {
  if (!(failure instanceof MigrationFailedError)) return failure
  const { blocked, advice } = explanationOf(failure, session) ?? {}
  const wait = 'let them end, or wait longer with `--table-lock-timeout SECONDS`'
  return new MigrationFailedError(
    defined({
      ...failure,
      heads,
      completed: run.attempt.standing,
      kept: run.attempt.kept,
      begun: run.attempt.begun,
      blockers: blockers.length === 0 ? undefined : blockers.map(blockerText),
      advice: advice ?? (blocked ? wait : undefined),
    }),
    failure.cause,
  )
}

/** Whoever waits to begin does not know of what is committed of the revision already. */
export function interruptionOf({ revision }: Step, run: SegmentRun, failure: AutogenError): AutogenError {
  const { standing, begun } = run.attempt
  const isUnaware = failure instanceof InterruptedError && failure.revision === undefined
  return isUnaware && (standing > 0 || begun !== undefined) ? new InterruptedError(revision.id) : failure
}

/** What is no failure of a statement does not know that parts of the revision are committed, and stay. */
export function withParts(
  run: SegmentRun,
  { revision }: Step,
  failure: AutogenError,
  heads: readonly string[],
): AutogenError {
  const { standing: completed, kept, begun } = run.attempt
  const nothing = completed === 0 && begun === undefined
  const says = [MigrationFailedError, NotResumableError, OvertakenError].some((one) => failure instanceof one)
  if (nothing || says) return failure
  const place = `The database is at ${heads.join(', ') || 'base'}; ${MigrationFailedError.parts({ revision: revision.id, completed, kept, begun })}.`
  return Object.assign(failure, defined({ hint: `${place} ${failure.hint}`, completed, kept, begun, heads }))
}

/** Whoever was seen while the statement waited; where nobody looked, whoever uses the same tables now. */
export async function inTheWay(
  { session }: Context,
  run: SegmentRun,
  failure: AutogenError,
): Promise<readonly Blocker[]> {
  if (explanationOf(failure, session)?.blocked !== true || !(failure instanceof MigrationFailedError)) return []
  if (run.blockers.length > 0 || failure.sql === undefined) return run.blockers
  const { connection, dialect } = session
  const users = await dialect.session.watch?.users(connection, failure.sql).catch(() => [])
  return (users ?? []).map((one) => withoutSecrets(one, session))
}

/** How often a migration is run again. */
export function retriesOf({ retries = defaultRetries }: MigrateRequest): number {
  return retries
}

/** The transaction is gone and with it all that others could have waited for; it is run again after a pause. An interruption is returned. */
export async function waitToRunAgain(
  { request }: Context,
  failure: AutogenError,
  blockers: readonly Blocker[],
  retry: number,
): Promise<AutogenError | undefined> {
  if (!(failure instanceof MigrationFailedError)) return undefined
  const { revision, reason } = failure
  const ms = pauseMs(retry)
  request.onEvent?.({ type: 'retry', revision, retry, retries: retriesOf(request), pauseMs: ms, reason, blockers })
  try {
    await pause(ms, request.signal, revision)
    return undefined
  } catch (error) {
    if (error instanceof InterruptedError) return error
    throw error
  }
}

/** A failure of a run that is one transaction: nothing of it is kept. */
export function wholeFailure(
  failure: AutogenError,
  { dryRun }: MigrateRequest,
  done: readonly { readonly step: Step }[],
): AutogenError {
  if (!(failure instanceof MigrationFailedError)) return failure
  const how = dryRun ? { dryRun } : { takenBack: done.map(({ step }) => step.revision.id) }
  return new MigrationFailedError({ ...failure, completed: 0, ...how }, failure.cause)
}

/** The whole run was taken back; the log tells of the failure, unless it was a dry run. */
export async function recordTakenBack(context: Context, run: SegmentRun, failure: AutogenError): Promise<void> {
  const { afterwards, request } = context
  try {
    run.attempt.forget()
    if (!request.dryRun && !(failure instanceof FileChangedError || failure instanceof OvertakenError))
      await run.attempt.recordFailure(failure, afterwards)
  } catch (error) {
    warnNotLogged(context, error)
  }
}

function warnNotLogged({ afterwards, request }: Context, error: unknown): void {
  const reason = afterwards.withoutPasswords(serverMessage(error))
  const message = `The failed attempt could not be logged: ${reason}`
  request.onEvent?.({ type: 'warning', code: 'not-logged', message })
}

/** Where the connection is gone, none of it can be done; the failure itself is what counts then. True when the backup is back. */
export async function cleanUp(context: Context, run: SegmentRun, failure: AutogenError): Promise<boolean> {
  const { afterwards } = context
  try {
    // What may not be stored cannot be logged either, and the row of another run is not ours to write.
    if (failure instanceof FileChangedError || failure instanceof OvertakenError) return false
    const restored = run.hasCommitted && (await putBack(context, failure))
    if (restored) {
      run.attempt.forget()
      context.progress.reset()
      await ensureTables(afterwards)
    }
    await run.attempt.recordFailure(failure, afterwards)
    return restored
  } catch (error) {
    warnNotLogged(context, error)
    return false
  }
}

/**
 * A revision that failed half way is taken back by the backup. One in a transaction was rolled back, which loses nothing that
 * others wrote or that ran before; one that was interrupted is there to go on.
 */
async function putBack({ backup, request }: Context, failure: AutogenError): Promise<boolean> {
  if (backup === undefined || failure instanceof InterruptedError) return false
  const reason = await backup.restore().catch((error: Error) => error.message)
  if (reason === undefined) return true
  const message = `The database stays half way: the backup ${backup.file} was not put back, as ${reason}.`
  request.onEvent?.({ type: 'warning', code: 'not-restored', message })
  return false
}
