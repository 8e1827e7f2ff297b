// Where a database is that nobody connects to: what stands before the colon of a target.
import { MalformedTargetError, UsageError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { isRange, resolveTargets } from '../graph/target'
import { asksDatabase } from './chosen'

/** Ends are the version rows to start from, and the targets to go to. */
export interface Ends {
  readonly heads: readonly string[]
  readonly ends: readonly string[]
}

/** Takes `a:b` apart; several targets start at the same place. Without a colon that is base, or what `from` says. */
export function offlineEnds(
  graph: RevisionGraph,
  targets: readonly string[],
  fallback = { from: 'base', to: 'heads' },
): Ends {
  const parts = targets.map((text) => {
    const ends = text.split(':')
    if (ends.length > 2) throw new MalformedTargetError(text)
    const [from, to] = isRange(text) ? ends : ['base', text]
    return { from: from || fallback.from, to: to || fallback.to }
  })
  const starts = [...new Set(parts.map(({ from }) => from))]
  const [start = fallback.from, other] = starts
  if (other !== undefined) {
    throw new UsageError(
      `The ranges start at different places: ${starts.join(', ')}.`,
      'Start all of them where the database is.',
    )
  }
  if (parts.some(({ from, to }) => asksDatabase(from) || asksDatabase(to))) {
    throw new UsageError(
      '`current` is where the database is, and SQL is printed without asking it.',
      'Run `autogen current`, and name that revision.',
    )
  }
  const heads = resolveTargets(graph, start, { current: [], direction: 'stamp' }).flatMap(({ id }) => id ?? [])
  return { heads, ends: parts.map(({ to }) => to) }
}
