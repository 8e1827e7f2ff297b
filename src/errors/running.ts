// A run that was refused, stopped, or kept from going on.
import { AutogenError, exitCodes, type ExitCode, type Problem } from './error'

/** Somebody else held the lock longer than we were told to wait. */
export class LockTimeoutError extends AutogenError {
  readonly code = 'lock-timeout'
  readonly exitCode = exitCodes.timeout
  constructor(
    readonly waitedMs: number,
    readonly holder?: string,
  ) {
    super(
      `Another run holds the lock (${holder ?? 'holder unknown'}); gave up after ${(waitedMs / 1000).toFixed(1)} s.`,
      'Wait for that run to end and try again, or wait longer with `--lock-timeout SECONDS`.',
    )
  }
}

/** Where no lock is to be had for longer than a transaction, somebody else came between two parts of a revision. */
export class OvertakenError extends AutogenError {
  readonly code = 'overtaken'
  readonly exitCode = exitCodes.timeout
  constructor(readonly revision: string) {
    super(
      `Another process runs revision ${revision} as well, so this one has stopped; what it had open was rolled back.`,
      'Wait for that run to end, then run the same command again for what is left.',
    )
  }
}

/** A run that was told to stop; what had not been committed was rolled back. */
export class InterruptedError extends AutogenError {
  readonly code = 'interrupted'
  readonly exitCode = exitCodes.interrupted
  constructor(
    readonly revision?: string,
    how: 'in order' | 'at once' = 'in order',
  ) {
    super(
      how === 'at once'
        ? 'Stopped at once; the database rolls back what was not committed.'
        : revision === undefined
          ? 'Interrupted; nothing is half done.'
          : `Interrupted in revision ${revision}; its open transaction was rolled back.`,
      'Run `autogen current -v` to see where the database is, and the same command again to go on.',
    )
  }
}

/** The callback `onApply` said no to a step, or failed in it. */
export class ApplyError extends AutogenError {
  readonly code = 'on-apply'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly revision: string,
    readonly kind: 'upgrade' | 'downgrade' | 'stamp',
    readonly reason: string,
    cause: unknown,
  ) {
    super(
      `onApply failed at the ${kind} of revision ${revision}, whose transaction was rolled back: ${reason}`,
      'Mend `onApply` in your settings, or what it found wrong, and run the same command again.',
      { cause },
    )
  }
}

/** A function of the setting `hooks` said no, or failed. */
export class HookError extends AutogenError {
  readonly code = 'hook'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly hook: 'beforeRun' | 'afterRun' | 'beforeMigration' | 'afterMigration',
    /** The migration it was called for. */
    readonly migration: { readonly id: string; readonly kind: 'upgrade' | 'downgrade' } | undefined,
    readonly reason: string,
    cause: unknown,
  ) {
    const where =
      migration !== undefined
        ? ` at the ${migration.kind} of revision ${migration.id}, whose transaction was rolled back`
        : hook === 'beforeRun'
          ? ', so nothing was run'
          : ' after the run, which stays as it ended'
    super(
      `${hook} failed${where}: ${reason}`,
      hook === 'afterRun'
        ? 'Mend `hooks.afterRun` in your settings, or what it found wrong; `autogen current` says where the database is.'
        : `Mend \`hooks.${hook}\` in your settings, or what it found wrong, and run the same command again.`,
      { cause },
    )
  }
}

/** A revision that commits in parts, behind a pooler that would let somebody else have the lock between them. */
export class PoolerError extends AutogenError {
  readonly code = 'pooler'
  readonly exitCode = exitCodes.refused
  constructor(readonly revision: string) {
    super(
      `Revision ${revision} commits in parts (CONCURRENTLY, op.autocommit, op.batched, a new enum value), and behind a pooler in transaction mode the lock cannot be held from one part to the next.`,
      'Migrate over a connection to the server itself: `--url postgres://...` or AUTOGEN_URL.',
    )
  }
}

/** The lock that a run holds is no longer its own, so nothing more is run. */
export class LockLostError extends AutogenError {
  readonly code = 'lock-lost'
  readonly exitCode = exitCodes.migration
  constructor(readonly revision: string) {
    super(
      `The lock of this run was released while revision ${revision} ran; what it did was rolled back.`,
      'Take `pg_advisory_unlock_all()` and the like out of the migration, then run the same command again.',
    )
  }
}

/** Revisions that cannot share one transaction with the others of a run. */
export class SingleTransactionError extends AutogenError {
  readonly code = 'single-transaction'
  readonly exitCode = exitCodes.refused
  constructor(readonly obstacles: readonly { readonly revision: string; readonly reason: string }[]) {
    super(
      `This run cannot be one transaction: ${obstacles.map(({ revision, reason }) => `revision ${revision}: ${reason}`).join('; ')}.`,
      `Leave \`--single-transaction\` out, or stop before such a revision and run it by itself.`,
    )
  }
}

/** The history that does not run from its beginning: a revision failed on the scratch database it was replayed on. */
export class ReplayFailedError extends AutogenError {
  readonly code = 'replay-failed'
  readonly exitCode: ExitCode
  /** What went wrong there, as it would have been told of a database of the user's. */
  readonly failure: Problem
  constructor(cause: AutogenError) {
    super(
      `The history was replayed on a scratch database, and failed there: ${cause.message}`,
      'Your own database was not touched: mend that revision, or leave `--from-history` out to compare with the live database.',
      { cause },
    )
    const { code, exitCode, message, hint } = cause
    this.exitCode = exitCode
    this.failure = { code, exitCode, message, hint }
  }
}

/** A migration that stopped half way in a run before, at a point from which going on could do things twice. */
export class NotResumableError extends AutogenError {
  readonly code = 'not-resumable'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly revision: string,
    readonly completed: number,
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} stopped after ${completed} committed part${completed === 1 ? '' : 's'} and cannot go on by itself: ${reason}.`,
      `Finish it by hand and run \`autogen stamp ${revision}\`, or take it back by hand and run \`autogen repair ${revision} --undone --reason "..."\`.`,
    )
  }
}

/** A step that cannot be taken because its script has no way in that direction. */
export class IrreversibleRevisionError extends AutogenError {
  readonly code = 'irreversible-revision'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revision: string,
    readonly direction: 'up' | 'down',
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} cannot be ${direction === 'up' ? 'upgraded' : 'downgraded'}: ${reason}`,
      direction === 'up'
        ? 'Export a function `upgrade` from that file.'
        : 'Write a `downgrade` for it, or stop above it: `autogen downgrade ' + revision + '`.',
    )
  }
}

/** RowsInTheWay is what a RowsInTheWayError says. */
export interface RowsInTheWay {
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly table: string
  readonly count: number
  /** Which rows; absent where it is all of them. */
  readonly where?: string
  /** A query that shows them. */
  readonly query: string
  /** What can be written in the migration instead of changing them. */
  readonly remedy?: string
  /** The operation that waits for them, described. */
  readonly operation?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
}

/** Rows that a change would lose, or could not be made for; they were counted before anything was done to them. */
export class RowsInTheWayError extends AutogenError implements RowsInTheWay {
  readonly code = 'rows-in-the-way'
  readonly exitCode = exitCodes.refused
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly table: string
  readonly count: number
  readonly where?: string
  readonly query: string
  readonly operation?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  constructor(rows: RowsInTheWay) {
    const { revision, direction, table, count, where, query, remedy, operation, at } = rows
    super(
      `Revision ${revision} cannot be ${direction === 'up' ? 'upgraded' : 'downgraded'}${at === undefined ? '' : ` (${at.file}:${at.line})`}: ` +
        `${count} ${count === 1 ? 'row' : 'rows'} of ${table}${where === undefined ? '' : ` where ${where}`} ${count === 1 ? 'is' : 'are'} in the way` +
        `${operation === undefined ? '' : ` of \`${operation}\``}.`,
      `Look at them with \`${query}\` and change them${remedy === undefined ? '' : `, or ${remedy}`}; then run the same command again.`,
    )
    this.revision = revision
    this.direction = direction
    this.table = table
    this.count = count
    if (where !== undefined) this.where = where
    this.query = query
    if (operation !== undefined) this.operation = operation
    if (at !== undefined) this.at = at
  }
}

/** A migration that cannot be written as SQL because it needs the database while it runs. */
export class OfflineError extends AutogenError {
  readonly code = 'offline'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revision: string,
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} cannot be printed as SQL: ${reason}.`,
      'Run it against a database (without `--sql`), or leave it out of the range.',
    )
  }
}

/** RowsLostError says that a table which is built anew got more or fewer rows than it had. */
export class RowsLostError extends AutogenError {
  readonly code = 'rows-lost'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly table: string,
    readonly before: number,
    readonly after: number,
  ) {
    super(
      `The migration would not keep the rows of ${table}: of ${before} it would make ${after}.`,
      'Let `using` give one value for every row, without aggregates such as max(); nothing of the change was kept.',
    )
  }
}
