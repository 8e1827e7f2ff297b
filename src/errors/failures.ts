// A migration that failed on its way: what was being done, where the database is, and what to do now.
import { AutogenError, exitCodes } from './error'

/** Every fact of an error, so that none is forgotten. */
type Facts<T> = { [K in keyof Required<T>]: T[K] | undefined }

/** An error whose fields are the facts it is made of; its constructor assigns them, which is what the cast says. */
function withFacts<T>() {
  return AutogenError as unknown as abstract new (
    ...args: ConstructorParameters<typeof AutogenError>
  ) => AutogenError & T
}

/** MigrationFailure is what a MigrationFailedError says. */
export interface MigrationFailure {
  readonly revision: string
  readonly direction: 'up' | 'down'
  /** The operation that failed, described. */
  readonly operation?: string
  readonly sql?: string
  /** The line of the script that asked for it. */
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  /** Segments that are committed and stay. */
  readonly completed: number
  /** What the server, or the script, said. */
  readonly reason: string
  /** The revisions that ran before it in the same transaction, and were taken back with it. */
  readonly takenBack?: readonly string[]
  /** It was only tried. */
  readonly dryRun?: true
  /** Where the database is. */
  readonly heads?: readonly string[]
  /** What the committed segments did, described. */
  readonly kept?: readonly string[]
  /** What of the next segment is there as well, as it goes on or is cleared away by the next run. */
  readonly begun?: string
  /** Who was in the way, as a person reads it. */
  readonly blockers?: readonly string[]
  /** What to do about it, where more is known than that something is wrong. */
  readonly advice?: string
}

/** A migration that failed while it ran. */
export class MigrationFailedError extends withFacts<MigrationFailure>() {
  readonly code = 'migration-failed'
  readonly exitCode = exitCodes.migration
  /** What of a revision is committed, and stays, in words. */
  static readonly parts = partsThatStay
  constructor(failure: MigrationFailure, cause: unknown) {
    super(failedSentence(failure), nextStep(failure), { cause })
    const { revision, direction, operation, sql, at, completed, reason, heads, kept, begun, blockers, advice } = failure
    const { takenBack, dryRun } = failure
    // One by one: a failure that is told anew comes as an error, which is more than its facts.
    const where = { revision, direction, operation, sql, at, completed, heads, kept, begun }
    Object.assign(this, { ...where, reason, blockers, advice, takenBack, dryRun } satisfies Facts<MigrationFailure>)
  }
}

/** Revision, direction, operation, line, what the server said, who was in the way, and the SQL. */
function failedSentence(failure: MigrationFailure): string {
  const { revision, direction, operation, sql, at, reason, blockers = [], takenBack = [] } = failure
  const what = operation === undefined ? '' : ` at \`${operation}\``
  const place = at === undefined ? '' : ` (${at.file}:${at.line})`
  const who = blockers.length === 0 ? '' : `; in the way: ${blockers.join(', ')}`
  const shown =
    sql === undefined || operation?.includes(oneLine(sql)) === true ? '' : `; the SQL was \`${oneLine(sql)}\``
  const back = takenBack.length === 0 ? '' : `. Taken back with it: ${takenBack.join(', ')}.`
  return `Revision ${revision} failed to ${wayOf(direction)}${what}${place}: ${reason}${who}${shown}${back}`
}

function nextStep(failure: MigrationFailure): string {
  const { revision, completed, heads, kept = [], begun, advice, takenBack, dryRun } = failure
  if (dryRun) return 'This was a dry run, and nothing was changed: mend the migration before you run it.'
  if (takenBack !== undefined)
    return `Nothing of this run was kept: ${advice ?? 'mend the migration'}, then run the same command again.`
  const place = heads === undefined ? '' : `The database is at ${heads.join(', ') || 'base'}; `
  if (completed === 0 && begun === undefined) {
    return `${capital(`${place}nothing of ${revision} was kept`)}: ${advice ?? 'mend the migration'}, then run the same command again.`
  }
  const stay = `${place}${partsThatStay({ revision, completed, kept, begun })}`
  return `${capital(stay)}: ${advice ?? 'mend what is in the way'}, then run the same command again to go on from there.`
}

interface Standing extends Required<Pick<MigrationFailure, 'revision' | 'completed' | 'kept'>> {
  readonly begun: string | undefined
}

function partsThatStay({ revision, completed, kept, begun }: Standing): string {
  if (completed === 0 && begun !== undefined) return `what was begun of ${revision} stays (${begun})`
  const parts = `${completed} committed part${completed === 1 ? '' : 's'} of ${revision}`
  const stay = `${parts} ${completed === 1 ? 'stays' : 'stay'}${kept.length === 0 ? '' : ` (${kept.join('; ')})`}`
  return begun === undefined ? stay : `${stay}, and what was begun of the next (${begun})`
}

function wayOf(direction: 'up' | 'down'): string {
  return direction === 'up' ? 'upgrade' : 'downgrade'
}

function oneLine(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** ConnectionLoss is what a ConnectionLostError says. */
export interface ConnectionLoss {
  readonly revision: string
  readonly direction: 'up' | 'down'
  /** What was being done, where that is known. */
  readonly operation?: string
  readonly sql?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  /** What the server or the network said. */
  readonly reason: string
  /** What became of the revision, asked over a new connection; `unknown` where there was nobody to ask. */
  readonly outcome: 'rolled-back' | 'committed' | 'unknown'
  /** Where the database is; absent where nobody knows. */
  readonly heads?: readonly string[]
}

/** The connection that a migration ran on is gone, and with it the lock. */
export class ConnectionLostError extends withFacts<ConnectionLoss>() {
  readonly code = 'connection-lost'
  readonly exitCode = exitCodes.migration
  constructor(loss: ConnectionLoss, cause: unknown) {
    const { revision, direction, operation, sql, at, reason, outcome, heads } = loss
    const what = operation === undefined ? '' : ` at \`${operation}\``
    const place = at === undefined ? '' : ` (${at.file}:${at.line})`
    super(
      `The connection was lost in the ${wayOf(direction)} of revision ${revision}${what}${place}: ${reason}`,
      lossHint(loss),
      { cause },
    )
    const facts = { revision, direction, operation, sql, at, reason, outcome, heads }
    Object.assign(this, facts satisfies Facts<ConnectionLoss>)
  }
}

function lossHint({ revision, outcome, heads = [] }: ConnectionLoss): string {
  const place = `the database is at ${heads.join(', ') || 'base'}`
  if (outcome === 'committed')
    return `${revision} had been committed, ${place}: run the same command again for what is left.`
  if (outcome === 'rolled-back')
    return `What was not committed of ${revision} was rolled back, ${place}: run the same command again.`
  return 'Whether it was committed nobody could be asked: once the server answers, run `autogen current -v`, then the same command again.'
}
