// A revision that cannot be moved onto another.
import { AutogenError, exitCodes } from './error'

/** A revision that was to follow one that needs it. */
export class RebaseCycleError extends AutogenError {
  readonly code = 'rebase-cycle'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly onto: string,
    how: 'stands on' | 'depends on',
  ) {
    super(
      revision === onto
        ? `Revision ${revision} cannot follow itself.`
        : `Revision ${revision} cannot follow ${onto}, which ${how} it.`,
      how === 'depends on' && revision !== onto
        ? `Move ${onto} instead, or change \`dependsOn\` where it leads to ${revision}.`
        : 'Name a head beside it; `autogen heads` lists them.',
    )
  }
}

/** A merge, which has more than one place in the history. */
export class RebaseMergeError extends AutogenError {
  readonly code = 'rebase-merge'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly parents: readonly string[],
  ) {
    super(
      `Revision ${revision} merges ${parents.join(' and ')}, and would lose what it brings together.`,
      'Move a revision above it, or one of the branches below it.',
    )
  }
}

/** A revision that a database has, which would be skipped there if it were moved. */
export class AlreadyAppliedError extends AutogenError {
  readonly code = 'already-applied'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revision: string,
    readonly applied: readonly string[],
    parent: string,
  ) {
    super(
      applied.includes(revision)
        ? `Revision ${revision} has run in this database, so it keeps its place.`
        : `Revision ${revision} keeps its place: ${applied.join(', ')}, which stands on it, has run in this database.`,
      `Take it back first with \`autogen downgrade ${parent}\`, or bring the branches together with \`autogen merge heads -m "merge"\`.`,
    )
  }
}

/** Several ways to put branches in a row, or none. */
export class AmbiguousRebaseError extends AutogenError {
  readonly code = 'ambiguous-rebase'
  readonly exitCode = exitCodes.graph
  constructor(
    reason: string,
    /** What could be typed instead. */
    readonly commands: readonly string[],
  ) {
    super(reason, [...commands, 'autogen merge heads -m "merge"'].map((text) => `\`${text}\``).join(' or ') + '.')
  }
}

/** A parent that stands in its file as anything but a plain value. */
export class UnwritableParentError extends AutogenError {
  readonly code = 'unwritable-parent'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly parent: string,
    reason: string,
  ) {
    super(`${file} ${reason}, so nothing was changed in it.`, `Write \`${parent}\` into its \`downRevision\` by hand.`)
  }
}
