// A decision about a revision on which there is nothing to decide.
import { AutogenError, exitCodes } from './error'

/** Why there is nothing to repair. */
export type NoRepair = 'absent' | 'half-done' | 'not-applied' | 'unknown' | 'unedited' | 'nothing-half-done'

/** `repair` was told to write down a decision that the log and the file give no occasion for. */
export class NothingToRepairError extends AutogenError {
  readonly code = 'nothing-to-repair'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly reason: NoRepair,
  ) {
    const [sentence, hint] = words[reason](revision)
    super(sentence, hint)
  }
}

const words: { readonly [R in NoRepair]: (revision: string) => readonly [sentence: string, hint: string] } = {
  absent: (id) => [
    `No file here has revision ${id}, so there is no edit of it to accept.`,
    'Get its file, or look at what the database holds with `autogen current -v`.',
  ],
  'half-done': (id) => [
    `Revision ${id} stopped half way, which comes before what its file says.`,
    `Let it go on with \`autogen upgrade\` or \`autogen downgrade\`, or take it back by hand and run \`autogen repair ${id} --undone --reason "..."\`.`,
  ],
  'not-applied': (id) => [
    `Revision ${id} has not run here, so its file may be edited freely.`,
    `Run it with \`autogen upgrade ${id}\`.`,
  ],
  unknown: (id) => [
    `Revision ${id} reads rows, runs code or depends on \`-x\`, so it has no checksum that an edit could change.`,
    'There is nothing to do: no command asks about such a revision.',
  ],
  unedited: (id) => [
    `Revision ${id} says what it said when it ran, so there is nothing to accept.`,
    'Look for what was edited with `autogen check`.',
  ],
  'nothing-half-done': (id) => [
    `No attempt at revision ${id} stopped half way, so there is nothing that a hand could have taken back.`,
    'Look at what failed with `autogen current -v`; what ran to its end is taken back by `autogen downgrade`.',
  ],
}
