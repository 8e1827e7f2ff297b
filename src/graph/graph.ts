// Revisions in, one checked graph out. Knows nothing of SQL or files.
import {
  DependencyCycleError,
  DependencyLoopError,
  DuplicateLabelError,
  DuplicateRevisionError,
  MalformedLabelError,
  MalformedRevisionIdError,
  MissingDependencyError,
  MissingParentError,
  RevisionCycleError,
  RevisionLoopError,
} from '../errors'
import { findCycle, orderByNeed } from './order'
import type { Revision } from './revision'

/** RevisionGraph is the whole history, checked; ids that belong together are in run order everywhere. */
export interface RevisionGraph {
  /** By id, in the order in which they run from base to the heads; it does not depend on the order they were read in. */
  readonly revisions: ReadonlyMap<string, Revision>
  /** The place of each in that order: whatever a revision needs has a lower one. */
  readonly positions: ReadonlyMap<string, number>
  /** The revisions that name an id as a parent. */
  readonly children: ReadonlyMap<string, readonly string[]>
  /** What a revision depends on, labels resolved to ids. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>
  /** The revisions that depend on an id. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
  /** The id that declares a label. */
  readonly labels: ReadonlyMap<string, string>
  /** The revisions no other names as a parent. */
  readonly heads: readonly string[]
  /** The heads nothing depends on: the version rows of a database where everything ran. */
  readonly realHeads: readonly string[]
  /** The revisions without a parent. */
  readonly bases: readonly string[]
}

const reserved = new Set(['head', 'heads', 'base', 'current'])

/** Whether a text is a word of the target grammar. */
export function isReserved(text: string): boolean {
  return reserved.has(text)
}

/** Whether a text can be an id or a label: 1 to 64 letters, digits, `_` or `.`, and no word of the target grammar. */
export function isUsableId(text: string): boolean {
  return /^[A-Za-z0-9_.]{1,64}$/.test(text) && !reserved.has(text)
}

/** Checks the revisions and links them. */
export function buildGraph(revisions: readonly Revision[]): RevisionGraph {
  const byId = indexById(revisions)
  // Sorted, so that the same history runs in the same order from a folder, a bundle or another file system.
  const ids = [...byId.keys()].sort()
  const labels = indexLabels(
    ids.map((id) => byId.get(id)!),
    byId,
  )
  checkParents(byId)
  const dependencies = resolveDependencies(byId, labels)
  checkCycles(ids, byId, dependencies)

  const needs = (id: string) => [...byId.get(id)!.down, ...dependencies.get(id)!]
  const parents = new Set(ids.flatMap((id) => byId.get(id)!.down))
  const order = orderByNeed(
    ids.filter((id) => !parents.has(id)),
    needs,
  )
  const children = invert(order, (id) => byId.get(id)!.down)
  const dependents = invert(order, (id) => dependencies.get(id)!)
  const heads = order.filter((id) => children.get(id)!.length === 0)
  return {
    revisions: new Map(order.map((id) => [id, byId.get(id)!])),
    positions: new Map(order.map((id, position) => [id, position])),
    children,
    dependencies,
    dependents,
    labels,
    heads,
    realHeads: heads.filter((id) => dependents.get(id)!.length === 0),
    bases: order.filter((id) => byId.get(id)!.down.length === 0),
  }
}

function indexById(revisions: readonly Revision[]): Map<string, Revision> {
  const byId = new Map<string, Revision>()
  for (const revision of revisions) {
    if (!isUsableId(revision.id)) throw new MalformedRevisionIdError(revision.id, revision.path)
    const other = byId.get(revision.id)
    if (other) {
      throw new DuplicateRevisionError(
        revision.id,
        [other.path, revision.path].filter((path) => path !== undefined),
      )
    }
    byId.set(revision.id, revision)
  }
  return byId
}

function indexLabels(revisions: readonly Revision[], byId: ReadonlyMap<string, Revision>): Map<string, string> {
  const labels = new Map<string, string>()
  for (const revision of revisions) {
    for (const label of revision.labels) {
      if (!isUsableId(label)) throw new MalformedLabelError(label, revision)
      const other = byId.get(label) ?? byId.get(labels.get(label) ?? '')
      if (other) throw new DuplicateLabelError(label, [other, revision])
      labels.set(label, revision.id)
    }
  }
  return labels
}

function checkParents(byId: ReadonlyMap<string, Revision>): void {
  for (const revision of byId.values()) {
    for (const parent of revision.down) {
      if (parent === revision.id) throw new RevisionLoopError(revision)
      if (!byId.has(parent)) throw new MissingParentError(parent, revision)
    }
  }
}

function resolveDependencies(
  byId: ReadonlyMap<string, Revision>,
  labels: ReadonlyMap<string, string>,
): Map<string, readonly string[]> {
  const dependencies = new Map<string, readonly string[]>()
  for (const revision of byId.values()) {
    const resolved = revision.dependsOn.map((name) => {
      const id = byId.has(name) ? name : labels.get(name)
      if (id === undefined) throw new MissingDependencyError(name, revision)
      if (id === revision.id) throw new DependencyLoopError(revision)
      return id
    })
    dependencies.set(revision.id, [...new Set(resolved)])
  }
  return dependencies
}

function checkCycles(
  ids: readonly string[],
  byId: ReadonlyMap<string, Revision>,
  dependencies: ReadonlyMap<string, readonly string[]>,
): void {
  const ofParents = findCycle(ids, (id) => byId.get(id)!.down)
  if (ofParents) throw new RevisionCycleError(ofParents.map((id) => byId.get(id)!))
  const ofBoth = findCycle(ids, (id) => [...byId.get(id)!.down, ...dependencies.get(id)!])
  if (ofBoth) throw new DependencyCycleError(ofBoth.map((id) => byId.get(id)!))
}

function invert(ids: readonly string[], targets: (id: string) => readonly string[]): Map<string, string[]> {
  const inverted = new Map(ids.map((id): [string, string[]] => [id, []]))
  for (const id of ids) for (const target of new Set(targets(id))) inverted.get(target)!.push(id)
  return inverted
}
