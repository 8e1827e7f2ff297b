// The version rows: one per revision that ran and that nothing else that ran stands on.
import { StepOutOfOrderError } from '../errors'
import type { RevisionGraph } from './graph'
import { ancestorsOf, needsOf } from './lineage'
import type { Step } from './revision'

/** HeadChange is what a step does to the version rows. */
export interface HeadChange {
  readonly heads: readonly string[]
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The version rows after a step. */
export function headsAfter(graph: RevisionGraph, heads: readonly string[], step: Step): HeadChange {
  const { id } = step.revision
  return step.direction === 'up' ? headsAbove(graph, heads, id) : headsBelow(graph, heads, id)
}

function headsAbove(graph: RevisionGraph, heads: readonly string[], id: string): HeadChange {
  const ran = ancestorsOf(graph, heads)
  if (ran.has(id) || needsOf(graph, id).some((need) => !ran.has(need))) throw new StepOutOfOrderError(id, 'up', heads)
  const implied = new Set(needsOf(graph, id))
  return change(heads, [...heads.filter((head) => !implied.has(head)), id])
}

function headsBelow(graph: RevisionGraph, heads: readonly string[], id: string): HeadChange {
  if (!heads.includes(id)) throw new StepOutOfOrderError(id, 'down', heads)
  const others = heads.filter((head) => head !== id)
  const needs = needsOf(graph, id)
  const implied = ancestorsOf(
    graph,
    [...others, ...needs].flatMap((other) => needsOf(graph, other)),
  )
  return change(heads, [...others, ...needs.filter((need) => !implied.has(need) && !others.includes(need))])
}

/** The difference between two sets of version rows. */
export function change(before: readonly string[], heads: readonly string[]): HeadChange {
  return {
    heads,
    removed: before.filter((id) => !heads.includes(id)),
    added: heads.filter((id) => !before.includes(id)),
  }
}
