// `autogen repair REV --accept --reason "..."`: a person's decision about a revision goes into the log; nothing is run.
import type { Environment } from '../environment'
import { UsageError } from '../errors'
import { resolveRevisions } from '../graph/target'
import { defined } from '../model/defined'
import { requireConsent } from '../protection'
import { readLog } from '../runtime/log'
import { repair } from '../runtime/repair'
import type { Session } from '../runtime/session'
import { readHeads } from '../runtime/versions'
import type { Command } from './command'
import { lockTimeout, yesOn } from './flags'
import { runOptions } from './run-options'

export interface RepairOptions {
  /** An id, the beginning of one, a label. */
  readonly revision: string
  /** The file was edited after it ran, and is as it should be. */
  readonly accept?: boolean
  /** What a failed attempt had committed was taken back by hand. */
  readonly undone?: boolean
  readonly reason?: string
  readonly yesOn?: string
  readonly lockTimeout?: number
}

export interface RepairResult {
  readonly revision: string
  readonly decision: 'accepted' | 'undone'
  readonly reason: string
  /** Of an accepted edit: the checksum before, and from now on. */
  readonly was?: string
  readonly is?: string
  /** Of an attempt that was taken back: what no longer counts as done, described. */
  readonly undone?: readonly string[]
}

export const repairCommand: Command<RepairOptions, RepairResult> = {
  name: 'repair',
  describe: 'accept an edited revision, or one taken back by hand',
  examples: [
    ['autogen repair 3f2a --accept --reason "only a comment in its SQL"', 'its file counts as what ran'],
    ['autogen repair 3f2a --undone --reason "dropped its index"', 'a failed attempt counts as taken back'],
  ],
  positionals: [{ name: 'revision', describe: 'an id, or a label', required: true }],
  flags: {
    accept: { type: 'boolean', describe: 'its file was edited after it ran, and is as it should be' },
    undone: { type: 'boolean', describe: 'you have taken back by hand what a failed attempt had committed' },
    reason: { type: 'string', argument: 'TEXT', describe: 'why, for the log' },
    'yes-on': yesOn,
    'lock-timeout': lockTimeout,
  },
  async run(environment, options) {
    const { decision, reason } = decided(options)
    await requireConsent(environment, 'repair', options.yesOn)
    const session = await environment.writingSession()
    const revision = await revisionOf(environment, session, options.revision)
    const { undone, ...accepted } = await repair(session, {
      ...runOptions(environment, options),
      revision,
      decision,
      reason,
    })
    return defined({
      revision,
      decision,
      reason: session.withoutPasswords(reason),
      ...accepted,
      undone: undone?.map((operation) => session.describe(operation)),
    })
  },
  print({ revision, decision, undone = [] }, { line, paint }) {
    if (decision === 'accepted') {
      return line(`The file of ${paint.bold(revision)} now counts as what ran; nothing was run.`)
    }
    line(`The attempt at ${paint.bold(revision)} now counts as taken back; nothing was run.`)
    for (const text of undone) line(`  no longer counts  ${text}`)
  },
}

/** What was decided, and why: neither is ever guessed. */
function decided({ revision, accept, undone, reason }: RepairOptions): Pick<RepairResult, 'decision' | 'reason'> {
  const name = revision ?? 'REV'
  if ((accept === true) === (undone === true)) {
    throw new UsageError(
      'Nothing says which decision is to be written down, or both do.',
      `Say \`autogen repair ${name} --accept --reason "..."\` for a file that was edited, or \`--undone\` for an attempt that you have taken back by hand.`,
    )
  }
  if (reason === undefined || reason.trim() === '') {
    throw new UsageError(
      'The log keeps why a revision was repaired, and no reason is given.',
      'Add `--reason "..."`: whoever reads the log later will ask.',
    )
  }
  return { decision: accept === true ? 'accepted' : 'undone', reason }
}

/** One revision: by its id also one that only the log knows, whose file is gone. */
async function revisionOf({ graph }: Environment, session: Session, text: string): Promise<string> {
  if (graph.revisions.has(text)) return text
  if ((await readLog(session)).some(({ revision }) => revision === text)) return text
  const heads = (await readHeads(session)).filter((id) => graph.revisions.has(id))
  const [id, ...others] = resolveRevisions(graph, text, heads)
  if (id !== undefined && others.length === 0) return id
  throw new UsageError(
    `\`${text}\` stands for ${id === undefined ? 'no revision' : [id, ...others].join(' and ')}, and one is repaired at a time.`,
    'Name one by its id: `autogen current -v` shows which.',
  )
}
