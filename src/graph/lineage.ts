// Who stands above and below whom. An ancestor or descendant set holds the ids it starts from; unknown ids have no relatives.
import type { RevisionGraph } from './graph'

/** Which edges count: only parents, or dependencies as well. */
export type Edges = 'parents' | 'all'

/** What a revision needs directly. */
export function needsOf(graph: RevisionGraph, id: string, edges: Edges = 'all'): readonly string[] {
  const down = graph.revisions.get(id)?.down ?? []
  return edges === 'parents' ? down : [...new Set([...down, ...(graph.dependencies.get(id) ?? [])])]
}

/** The ids and everything they stand on. */
export function ancestorsOf(graph: RevisionGraph, ids: Iterable<string>, edges: Edges = 'all'): Set<string> {
  return reach(ids, (id) => needsOf(graph, id, edges))
}

/** The ids and everything that stands on them. */
export function descendantsOf(graph: RevisionGraph, ids: Iterable<string>, edges: Edges = 'all'): Set<string> {
  return reach(ids, (id) => {
    const children = graph.children.get(id) ?? []
    return edges === 'parents' ? children : [...children, ...(graph.dependents.get(id) ?? [])]
  })
}

/** Whether something stands on an id, or is it. Only what runs after it is looked at, so a step of a long history is no long walk. */
export function standOn(graph: RevisionGraph, ids: readonly string[], id: string): boolean {
  const lowest = graph.positions.get(id) ?? Infinity
  const above = (one: string) => (graph.positions.get(one) ?? -1) >= lowest
  return reach(ids.filter(above), (one) => needsOf(graph, one).filter(above)).has(id)
}

/** Everything above or below a revision: what `branch@...` may name. */
export function lineageOf(graph: RevisionGraph, id: string, edges: Edges = 'parents'): Set<string> {
  return new Set([...ancestorsOf(graph, [id], edges), ...descendantsOf(graph, [id], edges)])
}

/** Those of a set that nothing else in the set stands on: the version rows that say the set ran. */
export function tipsOf(graph: RevisionGraph, ids: ReadonlySet<string>): string[] {
  const needed = new Set([...ids].flatMap((id) => needsOf(graph, id)))
  return inRunOrder(graph, ids).filter((id) => !needed.has(id))
}

/** Ids sorted as they run. */
export function inRunOrder(graph: RevisionGraph, ids: ReadonlySet<string>): string[] {
  return [...graph.revisions.keys()].filter((id) => ids.has(id))
}

/** A branch by any of its revisions: that one, all above it, and below it as far down as nothing else branches off. */
export function branchOf(graph: RevisionGraph, id: string): Set<string> {
  const lineage = lineageOf(graph, id)
  const trunk = reach([id], (one) =>
    needsOf(graph, one, 'parents').filter((parent) => graph.children.get(parent)!.every((child) => lineage.has(child))),
  )
  return new Set([...trunk, ...descendantsOf(graph, [id], 'parents')])
}

/** The labels each revision lies under: those of the branches it belongs to. */
export function branchLabels(graph: RevisionGraph): ReadonlyMap<string, readonly string[]> {
  const covered = new Map([...graph.revisions.keys()].map((id): [string, string[]] => [id, []]))
  for (const [label, declaring] of graph.labels) {
    for (const id of branchOf(graph, declaring)) covered.get(id)!.push(label)
  }
  return covered
}

/** Whether several revisions follow this one. */
export function isBranchPoint(graph: RevisionGraph, id: string): boolean {
  return (graph.children.get(id)?.length ?? 0) > 1
}

/** Whether this revision has several parents. */
export function isMergePoint(graph: RevisionGraph, id: string): boolean {
  return (graph.revisions.get(id)?.down.length ?? 0) > 1
}

function reach(from: Iterable<string>, next: (id: string) => readonly string[]): Set<string> {
  const reached = new Set(from)
  // A set that grows is visited to its end, new members too.
  for (const id of reached) for (const other of next(id)) reached.add(other)
  return reached
}
