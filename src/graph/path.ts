// From the version rows to a target, as steps in the order in which they run.
import { RangeNotAncestorError, RevisionNotFoundError, UnknownCurrentRevisionError } from '../errors'
import type { RevisionGraph } from './graph'
import { change, type HeadChange } from './heads'
import { ancestorsOf, descendantsOf, inRunOrder, lineageOf, tipsOf } from './lineage'
import type { Revision, Step } from './revision'

/** Target is a resolved place in the history: a revision, or base, perhaps within one branch only. */
export interface Target {
  /** null before the first revision. */
  readonly id: string | null
  /** A revision of the branch that alone is to move. */
  readonly branch?: string
}

/** Stamp is a move of the version rows alone; `steps` are the revisions that count as run, or no longer do. */
export interface Stamp extends HeadChange {
  readonly steps: readonly Step[]
}

/** Everything the targets need that has not run; nothing where they ran already. */
export function upgradePath(
  graph: RevisionGraph,
  current: readonly string[],
  targets: readonly (Target | string)[],
): Step[] {
  checkCurrent(graph, current)
  const ran = ancestorsOf(graph, current)
  const wanted = ancestorsOf(graph, idsOf(graph, targets))
  return stepsUp(graph, new Set([...wanted].filter((id) => !ran.has(id))))
}

/** Refuses a range that ends below where it starts: read upward it would hold nothing, and say so to nobody. */
export function refuseBackward(graph: RevisionGraph, from: readonly string[], targets: readonly Target[]): void {
  const [start] = from
  const below = ancestorsOf(graph, from)
  const back = targets.find(({ id }) => (id === null ? start !== undefined : below.has(id) && !from.includes(id)))
  if (back !== undefined && start !== undefined)
    throw new RangeNotAncestorError(start, back.id === null ? [] : [back.id])
}

/**
 * Everything above the targets, and everything that depends on it; with a branch, only what lies in that branch and what
 * no other branch that ran stands on.
 */
export function downgradePath(
  graph: RevisionGraph,
  current: readonly string[],
  targets: readonly (Target | string)[],
): Step[] {
  checkCurrent(graph, current)
  const ran = ancestorsOf(graph, current)
  const dropped = new Set<string>()
  for (const target of targets.map(asTarget)) {
    if (target.id !== null) {
      checkKnown(graph, target.id)
      if (!ran.has(target.id)) throw new RangeNotAncestorError(target.id, current)
    }
    for (const id of descendantsOf(graph, ownAbove(graph, target, ran))) if (ran.has(id)) dropped.add(id)
  }
  return stepsDown(graph, dropped)
}

/** The version rows a stamp leaves: of each target's lineage only the target, everything else as it was. */
export function stampPath(
  graph: RevisionGraph,
  current: readonly string[],
  targets: readonly (Target | string)[],
): Stamp {
  checkCurrent(graph, current)
  let heads = [...current]
  for (const target of targets.map(asTarget)) {
    if (target.id !== null) {
      checkKnown(graph, target.id)
      const lineage = lineageOf(graph, target.id, 'all')
      const kept = heads.filter((head) => head === target.id || !lineage.has(head))
      heads = kept.includes(target.id) ? kept : [...kept, target.id]
    } else if (target.branch === undefined) {
      heads = []
    } else {
      const ran = ancestorsOf(graph, heads)
      const gone = descendantsOf(graph, ownAbove(graph, target, ran))
      heads = tipsOf(graph, new Set([...ran].filter((id) => !gone.has(id))))
    }
  }
  const before = ancestorsOf(graph, current)
  const after = ancestorsOf(graph, heads)
  const steps = [
    ...stepsDown(graph, new Set([...before].filter((id) => !after.has(id)))),
    ...stepsUp(graph, new Set([...after].filter((id) => !before.has(id)))),
  ]
  return { ...change(current, heads), steps }
}

/** The revisions from the lower to the upper ones, both ends included, in run order; an empty lower end is base. */
export function revisionsBetween(graph: RevisionGraph, lower: readonly string[], upper: readonly string[]): Revision[] {
  const below = ancestorsOf(graph, upper)
  for (const id of lower) if (!below.has(id)) throw new RangeNotAncestorError(id, upper)
  const above = lower.length === 0 ? below : descendantsOf(graph, lower)
  return inRunOrder(graph, new Set([...below].filter((id) => above.has(id)))).map((id) => graph.revisions.get(id)!)
}

/** What a downgrade to the target takes back itself; what depends on it goes along. */
function ownAbove(graph: RevisionGraph, { id, branch }: Target, ran: ReadonlySet<string>): readonly string[] {
  const roots = id === null ? graph.bases : graph.children.get(id)!
  if (branch === undefined) return roots
  const lineage = lineageOf(graph, branch)
  const elsewhere = [...ran].filter((other) => !lineage.has(other))
  const shared = ancestorsOf(graph, elsewhere, 'parents')
  return [...descendantsOf(graph, roots, 'parents')].filter((own) => lineage.has(own) && !shared.has(own))
}

function stepsUp(graph: RevisionGraph, ids: ReadonlySet<string>): Step[] {
  return inRunOrder(graph, ids).map((id) => ({ direction: 'up', revision: graph.revisions.get(id)! }))
}

function stepsDown(graph: RevisionGraph, ids: ReadonlySet<string>): Step[] {
  return inRunOrder(graph, ids)
    .reverse()
    .map((id) => ({ direction: 'down', revision: graph.revisions.get(id)! }))
}

function asTarget(target: Target | string): Target {
  return typeof target === 'string' ? { id: target } : target
}

function idsOf(graph: RevisionGraph, targets: readonly (Target | string)[]): string[] {
  const ids = targets.map((target) => asTarget(target).id).filter((id) => id !== null)
  for (const id of ids) checkKnown(graph, id)
  return ids
}

function checkKnown(graph: RevisionGraph, id: string): void {
  if (!graph.revisions.has(id)) throw new RevisionNotFoundError(id, [])
}

/** Refuses version rows that are not in the graph. */
export function checkCurrent(graph: RevisionGraph, current: readonly string[]): void {
  const unknown = current.filter((id) => !graph.revisions.has(id))
  if (unknown.length > 0) throw new UnknownCurrentRevisionError(unknown)
}
