// A database that is not where its history says.
import { AutogenError, exitCodes } from './error'

/** The database lacks revisions that the folder has, or holds others. */
export class NotAtHeadError extends AutogenError {
  readonly code = 'not-at-head'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly current: readonly string[],
    readonly heads: readonly string[],
  ) {
    super(
      `The database is at ${current.join(', ') || 'base'}, but the newest revision is ${heads.join(', ') || 'none'}.`,
      'Run `autogen upgrade head` first, or compare with the history instead: `--from-history`.',
    )
  }
}

/** Version rows that no migration file explains. */
export class UnknownCurrentRevisionError extends AutogenError {
  readonly code = 'unknown-current-revision'
  readonly exitCode = exitCodes.graph
  constructor(readonly ids: readonly string[]) {
    super(
      `The database is at ${ids.join(', ')}, which no migration here has.`,
      'Check out the code that has it; if it is lost, `autogen stamp --purge <revision>` says where the database really is.',
    )
  }
}

/** A step that the version rows do not allow: up to what ran already, or down from what is not current. */
export class StepOutOfOrderError extends AutogenError {
  readonly code = 'step-out-of-order'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly direction: 'up' | 'down',
    readonly heads: readonly string[],
  ) {
    super(
      `The step ${direction} at ${revision} is not possible while the database is at ${heads.join(', ') || 'base'}.`,
      'Another process may have migrated meanwhile: look with `autogen current` and run the command again.',
    )
  }
}

/** The version rows are not what this run left there. */
export class VersionMovedError extends AutogenError {
  readonly code = 'version-moved'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly expected: readonly string[],
    readonly found: readonly string[],
  ) {
    super(
      `The version table should hold ${expected.join(', ') || 'nothing'}, but holds ${found.join(', ') || 'nothing'}: somebody else moved it.`,
      'Run `autogen current` to see where the database is, then run the command again.',
    )
  }
}

/** The database has revisions this folder does not know, and not as descendants of its own heads. */
export class DivergedError extends AutogenError {
  readonly code = 'diverged'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly unknown: readonly string[],
    /** Whether the folder has anything of what the database has run; one that has nothing is most likely the wrong one. */
    readonly shares = true,
  ) {
    super(
      shares
        ? `The database is at ${unknown.join(', ')}, which this folder does not have and which does not follow from its heads.`
        : `The database is at ${unknown.join(', ')}, and the migrations here have none of the revisions it has run.`,
      shares
        ? 'Run `autogen switch` to take it back, or get the missing revision files (another branch, a newer release); if they are gone for good, `autogen stamp --purge REVISION`.'
        : 'Point `migrations` in your settings at the folder that has them.',
    )
  }
}

/** The database was moved on by a newer release than this one. */
export class AheadError extends AutogenError {
  readonly code = 'ahead'
  readonly exitCode = exitCodes.graph
  constructor(readonly unknown: readonly string[]) {
    super(
      `The database is ahead of this folder: it is at ${unknown.join(', ')}, which the folder does not have.`,
      'Run the command from the release that has those revisions, or take them back with `autogen switch`.',
    )
  }
}

/** Ancestors of what the database has that never ran there. */
export class SkippedRevisionsError extends AutogenError {
  readonly code = 'skipped-revisions'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly skipped: readonly string[],
    readonly current: readonly string[],
  ) {
    super(
      `The database is past ${skipped.join(', ')} without ever having run ${skipped.length === 1 ? 'it' : 'them'}.`,
      `Run what is missing with \`autogen upgrade --skipped\`, or accept it as done with \`autogen stamp --purge ${current.join(' ')}\`.`,
    )
  }
}

/** A revision that stopped half way, and steps that would take away what it stands on or put something on top of it. */
export class HalfDoneError extends AutogenError {
  readonly code = 'half-done'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly direction: 'up' | 'down',
    /** The step that is in its way. */
    readonly step: string,
  ) {
    super(
      direction === 'up'
        ? `Revision ${revision} stopped half way, so ${step}, on which it stands, cannot be taken back.`
        : `Revision ${revision} was taken back half way, so ${step}, which stands on it, cannot be run.`,
      `Let it go on with \`autogen ${direction === 'up' ? `upgrade ${revision}` : `downgrade ${revision}@-1`}\`, or undo by hand what it has done and run \`autogen repair ${revision} --undone --reason "..."\`.`,
    )
  }
}

/** A way back that would end where nothing of the database is left. */
export class NothingSharedError extends AutogenError {
  readonly code = 'nothing-shared'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revisions: readonly string[],
    readonly database: string,
  ) {
    super(
      `The migrations here have none of the revisions of ${database}, so all of them would be taken back: ${revisions.join(', ')}.`,
      `Point \`migrations\` in your settings at the right folder; if you mean it, add \`--yes-on ${database}\`.`,
    )
  }
}

/** Revisions of another branch that cannot be taken back without their files. */
export class NoWayBackError extends AutogenError {
  readonly code = 'no-way-back'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revisions: readonly string[],
    /** What to type for a database that starts anew. */
    readonly fresh: string,
  ) {
    super(
      `The log keeps no way back for ${revisions.join(', ')}: there is no downgrade, or it reads rows or runs code.`,
      `Run \`autogen downgrade\` where ${revisions.length === 1 ? 'its file is' : 'their files are'}, or go on with a fresh database: \`${fresh}\`.`,
    )
  }
}
