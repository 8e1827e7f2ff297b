// Where a command was told to go, and cannot from where the database is.
import { AutogenError, exitCodes } from './error'

/** A target that follows no rule of the grammar. */
export class MalformedTargetError extends AutogenError {
  readonly code = 'malformed-target'
  readonly exitCode = exitCodes.usage
  constructor(readonly target: string) {
    super(
      `${JSON.stringify(target)} is not a revision, a label or a relative step.`,
      'Give an id, a label, head, heads, base, +1, -1, label@head or id+2.',
    )
  }
}

/** A range where one revision was expected. */
export class RangeNotAllowedError extends AutogenError {
  readonly code = 'range-not-allowed'
  readonly exitCode = exitCodes.usage
  constructor(readonly target: string) {
    super(
      `${target} is a range, and one revision is expected here.`,
      `Give the end alone: ${target.split(':')[1] || 'head'}.`,
    )
  }
}

/** One revision where a range was expected. */
export class RangeExpectedError extends AutogenError {
  readonly code = 'range-expected'
  readonly exitCode = exitCodes.usage
  constructor(readonly target: string) {
    super(
      `${target} is one end, and a range FROM:TO is expected here.`,
      'Write both ends, such as `-3:head`; one that is left out is where the history ends.',
    )
  }
}

/** A step in the direction the command does not go, such as `upgrade -1`. */
export class WrongDirectionError extends AutogenError {
  readonly code = 'wrong-direction'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly target: string,
    readonly direction: 'up' | 'down' | 'stamp',
  ) {
    super(
      {
        up: `An upgrade does not go down, so it cannot take ${target}.`,
        down: `A downgrade does not go up, so it cannot take ${target}.`,
        stamp: `A stamp names a revision, so it cannot take ${target}.`,
      }[direction],
      {
        up: `To go down: \`autogen downgrade ${target}\`.`,
        down: `To go up: \`autogen upgrade ${target}\`.`,
        stamp: 'Give an id, a label, head, heads or base.',
      }[direction],
    )
  }
}

/** An id or label that no migration has. */
export class RevisionNotFoundError extends AutogenError {
  readonly code = 'revision-not-found'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly suggestions: readonly string[],
  ) {
    super(
      `No migration has the id or label ${id}.`,
      suggestions.length > 0
        ? `Did you mean ${suggestions.join(' or ')}?`
        : `Run \`autogen history\` for the ids${id.length < 4 ? '; the beginning of an id needs at least 4 characters' : ''}.`,
    )
  }
}

/** The beginning of several ids. */
export class AmbiguousRevisionError extends AutogenError {
  readonly code = 'ambiguous-revision'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly candidates: readonly string[],
  ) {
    super(
      `${id} is the beginning of several ids: ${candidates.slice(0, 3).join(', ')}${candidates.length > 3 ? ', ...' : ''}.`,
      'Give more characters of the id.',
    )
  }
}

/** A head as a person tells it from another: what it does, and who wrote it. */
export interface HeadFacts {
  readonly id: string
  readonly message: string
  /** Absent where git does not know. */
  readonly author?: string
}

/** `head` where there are several. */
export class MultipleHeadsError extends AutogenError {
  readonly code = 'multiple-heads'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly heads: readonly string[],
    readonly described: readonly HeadFacts[] = heads.map((id) => ({ id, message: '' })),
    hint = `Merge them with \`autogen merge heads -m "merge"\`, or say which: \`heads\`, \`label@head\`.`,
  ) {
    super(`The history has ${heads.length} heads: ${described.map(headText).join(', ')}.`, hint)
  }
}

function headText({ id, message, author }: HeadFacts): string {
  const said = message.split('\n', 1)[0] ?? ''
  return `${id}${said === '' ? '' : ` "${said}"`}${author === undefined ? '' : ` by ${author}`}`
}

/** A revision that is neither above nor below the branch it was asked in. */
export class NotInBranchError extends AutogenError {
  readonly code = 'not-in-branch'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly branch: string,
  ) {
    super(`Revision ${id} is not a member of branch ${branch}.`, 'Run `autogen history` to see the branches.')
  }
}

/** A relative target that leaves the history at one of its ends. */
export class WalkTooFarError extends AutogenError {
  readonly code = 'walk-too-far'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly target: string,
    readonly possible: number,
  ) {
    super(
      `${target} goes further than the history does: ${possible === 0 ? 'there is nothing that way' : `only ${possible} revision${possible === 1 ? '' : 's'} that way`}.`,
      'Give fewer steps, or head, or base.',
    )
  }
}

/** A relative target that could be taken along several branches. */
export class AmbiguousWalkError extends AutogenError {
  readonly code = 'ambiguous-walk'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly target: string,
    readonly choices: readonly string[],
  ) {
    super(
      `${target} could follow several branches: ${choices.join(', ')}.`,
      `Say which: ${choices.map((choice) => `${choice}@${target.replace(/^.*@/, '')}`).join(' or ')}.`,
    )
  }
}

/** Several targets of which one already implies another. */
export class OverlappingTargetsError extends AutogenError {
  readonly code = 'overlapping-targets'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly ancestor: string,
    readonly descendant: string,
  ) {
    super(
      `${ancestor} is an ancestor of ${descendant}, so the two are no targets of one command.`,
      `Give only one of them, such as ${descendant}.`,
    )
  }
}

/** A way down to a revision that does not lie below. */
export class RangeNotAncestorError extends AutogenError {
  readonly code = 'range-not-ancestor'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly lower: string,
    readonly upper: readonly string[],
  ) {
    super(
      `Revision ${lower} is not an ancestor of ${upper.join(', ') || 'base'}.`,
      'Run `autogen history -i` to see what lies below the current revision.',
    )
  }
}
