// What somebody has to say before a revision is written.
import { AutogenError, exitCodes } from './error'

/** UnansweredRename is something gone, and what looks like it and is new. */
export interface UnansweredRename {
  readonly kind: 'table' | 'column' | 'enumValue'
  /** Such as `user.name`. */
  readonly gone: string
  /** The new names it could have, the likest first. */
  readonly created: readonly string[]
  /** What can be typed to say what became of it. */
  readonly flags: readonly string[]
}

/** Things that may have been renamed or dropped, and nobody said which. */
export class UnansweredRenameError extends AutogenError {
  readonly code = 'unanswered-rename'
  readonly exitCode = exitCodes.refused
  constructor(readonly candidates: readonly UnansweredRename[]) {
    const [first, ...rest] = candidates
    const names = candidates.map(({ gone }) => gone).join(', ')
    const flags = candidates.map((one) => one.flags.map((flag) => `\`${flag}\``).join(' or '))
    super(
      first !== undefined && rest.length === 0
        ? `${first.gone} is gone and ${first.created.join(', ')} ${first.created.length === 1 ? 'is' : 'are'} new: nobody said whether it was renamed.`
        : `Of ${candidates.length} that are gone nobody said whether they were renamed: ${names}.`,
      flags.length === 1
        ? `Add ${flags[0]} to the command.`
        : `Add one flag for each to the command:${flags.map((line) => `\n       ${line}`).join('')}`,
    )
  }
}
