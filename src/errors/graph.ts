// Revisions that are no history together.
import { AutogenError, exitCodes } from './error'

/** A revision in an error: its id and the file it was read from. */
export interface RevisionPlace {
  readonly id: string
  readonly path?: string
}

/** An id that the version table or a target could not carry. */
export class MalformedRevisionIdError extends AutogenError {
  readonly code = 'malformed-revision-id'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly path?: string,
  ) {
    super(
      `The revision id ${JSON.stringify(id)}${inFile(path)} is not usable.`,
      'An id is 1 to 64 letters, digits, `_` or `.`, and not head, heads, base or current: change it there and wherever it is a parent.',
    )
  }
}

/** A label that a target could not spell. */
export class MalformedLabelError extends AutogenError {
  readonly code = 'malformed-label'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly label: string,
    readonly revision: RevisionPlace,
  ) {
    super(
      `The branch label ${JSON.stringify(label)} of revision ${places([revision])[0]} is not usable.`,
      'A label is 1 to 64 letters, digits, `_` or `.`, and not head, heads, base or current: change `branchLabels` in that file.',
    )
  }
}

/** Two files with one id. */
export class DuplicateRevisionError extends AutogenError {
  readonly code = 'duplicate-revision'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly paths: readonly string[],
  ) {
    super(
      `Revision ${id} exists twice${paths.length > 0 ? `: ${paths.join(' and ')}` : ''}.`,
      'Remove one of the two, or give it an id of its own: `export const revision = ...`.',
    )
  }
}

/** A label that two revisions declare, or that is also a revision's id. */
export class DuplicateLabelError extends AutogenError {
  readonly code = 'duplicate-label'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly label: string,
    readonly revisions: readonly RevisionPlace[],
  ) {
    super(
      `The branch label ${label} does not name one revision only: ${places(revisions).join(' and ')}.`,
      'Change `branchLabels` in one of those files.',
    )
  }
}

/** A parent that is in no file. */
export class MissingParentError extends AutogenError {
  readonly code = 'missing-parent'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly parent: string,
    readonly child: RevisionPlace,
  ) {
    super(
      `Revision ${places([child])[0]} names ${parent} as its parent, and no migration has that id.`,
      'Restore the missing file, or change `downRevision` in that file to the id of one that is there.',
    )
  }
}

/** A dependency that is in no file. */
export class MissingDependencyError extends AutogenError {
  readonly code = 'missing-dependency'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly dependency: string,
    readonly dependent: RevisionPlace,
  ) {
    super(
      `Revision ${places([dependent])[0]} depends on ${dependency}, and no migration has that id or label.`,
      'Restore the missing file, or change `dependsOn` in that file.',
    )
  }
}

/** A revision that names itself as its parent. */
export class RevisionLoopError extends AutogenError {
  readonly code = 'revision-loop'
  readonly exitCode = exitCodes.graph
  constructor(readonly revision: RevisionPlace) {
    super(
      `Revision ${places([revision])[0]} names itself as its parent.`,
      'Change `downRevision` in that file to the revision before it, or to null.',
    )
  }
}

/** A revision that depends on itself. */
export class DependencyLoopError extends AutogenError {
  readonly code = 'dependency-loop'
  readonly exitCode = exitCodes.graph
  constructor(readonly revision: RevisionPlace) {
    super(`Revision ${places([revision])[0]} depends on itself.`, 'Change `dependsOn` in that file.')
  }
}

/** Revisions that are each other's ancestors; every member is a child of the one before it. */
export class RevisionCycleError extends AutogenError {
  readonly code = 'revision-cycle'
  readonly exitCode = exitCodes.graph
  constructor(readonly members: readonly RevisionPlace[]) {
    super(
      `These revisions are each other's ancestors: ${places(members).join(' -> ')}.`,
      'Change `downRevision` in one of those files, so that the history has a beginning.',
    )
  }
}

/** Revisions that wait for each other once dependencies count. */
export class DependencyCycleError extends AutogenError {
  readonly code = 'dependency-cycle'
  readonly exitCode = exitCodes.graph
  constructor(readonly members: readonly RevisionPlace[]) {
    super(
      `These revisions depend on each other: ${places(members).join(' -> ')}.`,
      'Change `dependsOn` in one of those files.',
    )
  }
}

function places(members: readonly RevisionPlace[]): string[] {
  return members.map(({ id, path }) => id + inFile(path))
}

function inFile(path: string | undefined): string {
  return path === undefined ? '' : ` (${path})`
}
