// The version rows: one per revision that ran and that nothing else that ran stands on.
import { StepOutOfOrderError } from '../errors'
import type { RevisionGraph } from './graph'
import { needsOf, standOn } from './lineage'
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
  const needs = needsOf(graph, id)
  if (standOn(graph, heads, id) || !needs.every((need) => standOn(graph, heads, need)))
    throw new StepOutOfOrderError(id, 'up', heads)
  return change(heads, [...heads.filter((head) => !needs.includes(head)), id])
}

function headsBelow(graph: RevisionGraph, heads: readonly string[], id: string): HeadChange {
  if (!heads.includes(id)) throw new StepOutOfOrderError(id, 'down', heads)
  const others = heads.filter((head) => head !== id)
  const needs = needsOf(graph, id)
  const left = needs.filter((need) => !standOn(graph, [...others, ...needs.filter((other) => other !== need)], need))
  return change(heads, [...others, ...left])
}

/** The difference between two sets of version rows. */
export function change(before: readonly string[], heads: readonly string[]): HeadChange {
  const [was, is] = [new Set(before), new Set(heads)]
  return { heads, removed: before.filter((id) => !is.has(id)), added: heads.filter((id) => !was.has(id)) }
}
