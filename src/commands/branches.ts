// `autogen branches`: where the history forks, and into what.
import { isBranchPoint } from '../graph/lineage'
import type { Command } from './command'
import { block, line, listed, type Listed } from './listing'

export interface BranchesOptions {
  readonly verbose?: boolean
}

export interface BranchesResult {
  /** Newest first. */
  readonly branchPoints: readonly BranchPoint[]
}

/** BranchPoint is a revision that several others follow. */
export interface BranchPoint extends Listed {
  readonly children: readonly Listed[]
}

export const branchesCommand: Command<BranchesOptions, BranchesResult> = {
  name: 'branches',
  describe: 'show where the history forks',
  examples: [['autogen branches', 'every branch point, and what follows it']],
  flags: {},
  async run({ graph }) {
    const points = [...graph.revisions.values()].filter(({ id }) => isBranchPoint(graph, id)).reverse()
    const childrenOf = (id: string) => graph.children.get(id)!.map((child) => graph.revisions.get(child)!)
    return {
      branchPoints: points.map((point) => ({
        ...listed(graph, point),
        children: childrenOf(point.id).map((child) => listed(graph, child)),
      })),
    }
  },
  print(result, { line: print, paint }, options) {
    if (result.branchPoints.length === 0) print('The history does not fork.')
    for (const { children, ...point } of result.branchPoints) {
      if (options.verbose === true) block(point, paint).forEach((text) => print(text))
      else print(line(point, paint))
      for (const child of children) print(`  ${line(child, paint)}`)
    }
  },
}
