// `autogen merge heads`: one revision with several parents and nothing to do.
import { UsageError } from '../errors'
import { ancestorsOf } from '../graph/lineage'
import { resolveRevisions } from '../graph/target'
import type { Command } from './command'
import { printWritten, requireMessage, writeRevision, type Written } from './writing'

export interface MergeOptions {
  readonly revisions: string | readonly string[]
  readonly message?: string
  readonly revId?: string
  readonly branchLabel?: readonly string[]
  /** Merges revisions that are not heads. */
  readonly splice?: boolean
}

export const mergeCommand: Command<MergeOptions, Written> = {
  name: 'merge',
  describe: 'write a revision that brings several heads together',
  examples: [['autogen merge heads -m "bring blue and green together"', 'one revision after all heads']],
  positionals: [{ name: 'revisions', describe: 'heads, or ids', required: true, many: true }],
  flags: {
    message: { type: 'string', alias: 'm', argument: 'TEXT', describe: 'what the file says of itself (merge)' },
    'rev-id': {
      type: 'string',
      argument: 'ID',
      describe: 'id of the new revision, instead of twelve random hex digits',
    },
    'branch-label': { type: 'strings', argument: 'LABEL', describe: 'label of the branch that starts here' },
    splice: { type: 'boolean', describe: 'allow parents that are not heads' },
  },
  async run(environment, options) {
    const { graph } = environment
    const parents = resolveRevisions(graph, options.revisions)
    if (parents.length < 2) {
      throw new UsageError(
        `There is nothing to merge: ${parents.length === 0 ? 'no revision' : `only ${parents[0]}`} was named.`,
        'Name two revisions or more, or `heads`; `autogen heads` lists them.',
      )
    }
    for (const id of parents) {
      if (parents.some((other) => other !== id && ancestorsOf(graph, [other], 'parents').has(id))) {
        throw new UsageError(
          `${id} is already below another of the revisions to merge.`,
          'Name heads only; `autogen heads` lists them.',
        )
      }
    }
    const inner = parents.filter((id) => !graph.heads.includes(id))
    if (inner.length > 0 && options.splice !== true) {
      throw new UsageError(`${inner.join(', ')} is not a head.`, 'Add `--splice` to start a branch there all the same.')
    }
    return writeRevision(environment, {
      message: requireMessage(options.message ?? `merge ${parents.join(' and ')}`),
      downRevision: parents,
      branchLabels: options.branchLabel ?? [],
      dependsOn: [],
      id: options.revId,
      upgrade: [],
      downgrade: [],
      notes: [],
    })
  },
  print: printWritten,
}
