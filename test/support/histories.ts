// Random histories: forks, merges, dependencies and labels, read in any order.
import { buildGraph } from '../../src/graph/graph'
import type { Revision } from '../../src/graph/revision'
import { fc } from './laws'

/**
 * A history in which every revision has up to three parents and two dependencies among those before it, and every third
 * a label, by which others may depend on it; read in any order.
 */
export const histories = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      dependencies: fc.array(fc.nat(), { maxLength: 2 }),
      labelled: fc.nat(2),
      byLabel: fc.boolean(),
      rank: fc.nat(),
    }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((nodes) => {
    const before = (picks: readonly number[], at: number) => [
      ...new Set(at === 0 ? [] : picks.map((pick) => pick % at)),
    ]
    const isLabelled = (at: number) => nodes[at]!.labelled === 0
    const revisions = nodes.map(({ parents, dependencies, byLabel }, at): Revision => ({
      id: `r${at}`,
      down: before(parents, at).map((parent) => `r${parent}`),
      dependsOn: before(dependencies, at).map((need) => `${byLabel && isLabelled(need) ? 'label' : 'r'}${need}`),
      labels: isLabelled(at) ? [`label${at}`] : [],
      message: '',
    }))
    const shuffled = revisions
      .map((revision, at) => ({ revision, rank: nodes[at]!.rank }))
      .sort((a, b) => a.rank - b.rank)
    return buildGraph(shuffled.map(({ revision }) => revision))
  })
