// `autogen stamp head`: says where a database is without running anything.
import type { Environment } from '../environment'
import { UsageError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { stampPath } from '../graph/path'
import type { Step } from '../graph/revision'
import { resolveTargets } from '../graph/target'
import { defined } from '../model/defined'
import { requireConsent } from '../protection'
import { offlineSql } from '../runtime/offline'
import { offlineTarget } from '../runtime/offline-target'
import { headsAfterStamp, stamp } from '../runtime/stamp'
import { version } from '../version'
import type { Command } from './command'
import { lockTimeout, sql, yesOn } from './flags'
import { offlineEnds } from './offline-ends'
import { runOptions } from './run-options'

export interface StampOptions {
  readonly targets: string | readonly string[]
  /** Empties the version table first, whatever it holds. */
  readonly purge?: boolean
  readonly reason?: string
  /** Print the SQL instead of running it. */
  readonly sql?: boolean
  readonly yesOn?: string
  readonly lockTimeout?: number
}

export interface StampResult {
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** The revisions that now count as run, or no longer do. */
  readonly steps: readonly { readonly revision: string; readonly direction: 'up' | 'down' }[]
  /** Heads that stayed and that no migration here has. */
  readonly unknown: readonly string[]
  /** The script, when SQL was asked for. */
  readonly sql?: string
}

export const stampCommand: Command<StampOptions, StampResult> = {
  name: 'stamp',
  describe: 'record where the database is, without running anything',
  examples: [
    ['autogen stamp head', 'for a database that already has everything'],
    ['autogen stamp --purge 3f2a', 'whatever its version table holds now'],
    ['autogen stamp --sql 3f2a:head', 'prints the rows that move it from 3f2a'],
  ],
  positionals: [{ name: 'targets', describe: 'head, an id, base, label@head ...', required: true, many: true }],
  flags: {
    sql,
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
    if (options.sql === true) return printed(environment, targets, options)
    await requireConsent(environment, options.purge === true ? 'stamp --purge' : 'stamp', options.yesOn)
    const session = await environment.writingSession()
    const { graph } = environment
    const result = await stamp(session, {
      ...runOptions(environment, options),
      ...defined({ purge: options.purge, reason: options.reason }),
      steps: (heads, known) => stepsTo(graph, known, heads, targets),
    })
    return {
      from: result.before,
      to: result.heads,
      steps: result.steps.map(({ direction, revision }) => ({ revision: revision.id, direction })),
      unknown: result.unknown,
    }
  },
  print(result, { line, paint }) {
    if (result.sql !== undefined) return line(result.sql.trimEnd())
    const place = result.to.length === 0 ? 'base' : result.to.join(', ')
    line(`The database now counts as being at ${paint.bold(place)}; nothing was run.`)
  },
}

/** Targets are those of the revisions at hand; the way to them also knows what the database holds beyond. */
function stepsTo(
  graph: RevisionGraph,
  known: RevisionGraph,
  heads: readonly string[],
  targets: readonly string[],
): readonly Step[] {
  return stampPath(known, heads, resolveTargets(graph, targets, { current: heads, direction: 'stamp' })).steps
}

async function printed(
  environment: Environment,
  targets: readonly string[],
  options: StampOptions,
): Promise<StampResult> {
  if (options.purge === true) {
    throw new UsageError(
      'What a purge takes away is not known without the database.',
      'Leave `--purge` or `--sql` out, or say where the database is: `autogen stamp --sql <from>:<to>`.',
    )
  }
  const { graph, scripts, settings } = environment
  const { heads, ends } = offlineEnds(graph, targets)
  const steps = stepsTo(graph, graph, heads, ends)
  const target = offlineTarget(await environment.dataSource(), settings)
  return {
    from: heads,
    to: headsAfterStamp(graph, heads, steps),
    steps: steps.map(({ direction, revision }) => ({ revision: revision.id, direction })),
    unknown: [],
    sql: await offlineSql({
      ...target,
      ...defined({ reason: options.reason }),
      graph,
      scripts,
      kind: 'stamp',
      heads,
      steps,
      toolVersion: version,
    }),
  }
}
