// `autogen stamp head`: says where a database is without running anything.
import { stampPath } from '../graph/path'
import { resolveTargets } from '../graph/target'
import { defined } from '../model/defined'
import { requireConsent } from '../protection'
import { stamp } from '../runtime/stamp'
import { UsageError } from '../errors'
import type { Command } from './command'
import { lockTimeout, yesOn } from './flags'
import { runOptions } from './run-options'

export interface StampOptions {
  readonly targets: string | readonly string[]
  /** Empties the version table first, whatever it holds. */
  readonly purge?: boolean
  readonly reason?: string
  readonly yesOn?: string
  readonly lockTimeout?: number
}

export interface StampResult {
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** The revisions that now count as run, or no longer do. */
  readonly steps: readonly { readonly revision: string; readonly direction: 'up' | 'down' }[]
}

export const stampCommand: Command<StampOptions, StampResult> = {
  name: 'stamp',
  describe: 'record where the database is, without running anything',
  examples: [
    ['autogen stamp head', 'for a database that already has everything'],
    ['autogen stamp --purge 3f2a', 'whatever its version table holds now'],
  ],
  positionals: [{ name: 'targets', describe: 'head, an id, base ...', required: true, many: true }],
  flags: {
    purge: { type: 'boolean', describe: 'empty the version table first, whatever it holds' },
    reason: { type: 'string', argument: 'TEXT', describe: 'why, for the log' },
    'yes-on': yesOn,
    'lock-timeout': lockTimeout,
  },
  async run(environment, options) {
    const targets = typeof options.targets === 'string' ? [options.targets] : options.targets
    if (targets === undefined || targets.length === 0) {
      throw new UsageError('Nothing says which revision to stamp.', 'Name one: `autogen stamp head`, an id, or `base`.')
    }
    await requireConsent(environment, options.purge === true ? 'stamp --purge' : 'stamp', options.yesOn)
    const session = await environment.writingSession()
    const { graph } = environment
    const result = await stamp(session, {
      ...runOptions(environment, options.lockTimeout),
      ...defined({ purge: options.purge, reason: options.reason }),
      steps: (heads) =>
        stampPath(graph, heads, resolveTargets(graph, targets, { current: heads, direction: 'stamp' })).steps,
    })
    return {
      from: result.before,
      to: result.heads,
      steps: result.steps.map(({ direction, revision }) => ({ revision: revision.id, direction })),
    }
  },
  print(result, { line, paint }) {
    const place = result.to.length === 0 ? 'base' : result.to.join(', ')
    line(`The database now counts as being at ${paint.bold(place)}; nothing was run.`)
  },
}
