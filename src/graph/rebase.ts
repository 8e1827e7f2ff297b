// A revision, and all above it, moved onto another: what that changes in the history, and which one to move.
import {
  AlreadyAppliedError,
  AmbiguousRebaseError,
  DependencyCycleError,
  RebaseCycleError,
  RebaseMergeError,
  RevisionCycleError,
} from '../errors'
import { buildGraph, type RevisionGraph } from './graph'
import { ancestorsOf, descendantsOf, inRunOrder } from './lineage'
import type { Revision } from './revision'

/** Rebase is a move: the revision whose parent changes, and the history it makes. */
export interface Rebase {
  readonly revision: Revision
  readonly onto: string
  /** The revision and all above it, in run order. */
  readonly moved: readonly string[]
  /** The history afterwards. */
  readonly graph: RevisionGraph
}

/** What a move changes; refused where it would close a circle. */
export function planRebase(graph: RevisionGraph, id: string, onto: string): Rebase {
  const revision = graph.revisions.get(id)!
  if (revision.down.length > 1) throw new RebaseMergeError(id, revision.down)
  const above = descendantsOf(graph, [id], 'parents')
  if (above.has(onto)) throw new RebaseCycleError(id, onto, 'stands on')
  const others = [...graph.revisions.values()].filter((other) => other.id !== id)
  try {
    const after = buildGraph([...others, { ...revision, down: [onto] }])
    return { revision, onto, moved: inRunOrder(after, above), graph: after }
  } catch (error) {
    if (!(error instanceof DependencyCycleError || error instanceof RevisionCycleError)) throw error
    throw new RebaseCycleError(id, onto, 'depends on')
  }
}

/** The head that `--onto head` means: the one that does not stand on the revision. Undefined where all of them do. */
export function headBeside(graph: RevisionGraph, id: string): string | undefined {
  const above = descendantsOf(graph, [id], 'parents')
  const [only, ...others] = graph.heads.filter((head) => !above.has(head))
  if (only !== undefined && others.length > 0) {
    throw new AmbiguousRebaseError(
      `There are several heads beside ${id}: ${[only, ...others].join(', ')}.`,
      [only, ...others].map((head) => command(id, head)),
    )
  }
  return only
}

/** Refuses what a database has run, or has begun to. */
export function checkUnapplied({ revision, moved }: Rebase, ran: ReadonlySet<string>): void {
  const applied = moved.filter((id) => ran.has(id))
  if (applied.length > 0) throw new AlreadyAppliedError(revision.id, applied, revision.down[0] ?? 'base')
}

/** What to move where: the one head that did not run, onto the one that did. Undefined where there is one head alone. */
export function findRebase(graph: RevisionGraph, ran: ReadonlySet<string>): { id: string; onto: string } | undefined {
  if (graph.heads.length < 2) return undefined
  const applied = graph.heads.filter((head) => ran.has(head))
  const pending = graph.heads.filter((head) => !ran.has(head))
  const goals = applied.length > 0 ? applied : graph.heads
  const moves = pending.flatMap((head) =>
    goals.filter((onto) => onto !== head).flatMap((onto) => movesOf(graph, head, onto, ran)),
  )
  const [only, ...others] = moves
  if (applied.length === 1 && only !== undefined && others.length === 0 && pending.length === 1) return only
  throw new AmbiguousRebaseError(
    pending.length === 0
      ? `All heads have run in this database: ${applied.join(', ')}.`
      : applied.length === 0
        ? `None of the heads has run in this database: ${pending.join(', ')}.`
        : `It is not clear what to move: ${applied.join(', ')} ran in this database, ${pending.join(', ')} did not.`,
    moves.map(({ id, onto }) => command(id, onto)),
  )
}

/** Where a branch goes off from what another head stands on: there it is moved, unless it ran already. */
function movesOf(graph: RevisionGraph, head: string, onto: string, ran: ReadonlySet<string>) {
  const below = ancestorsOf(graph, [onto], 'parents')
  const own = [...ancestorsOf(graph, [head], 'parents')].filter((id) => !below.has(id))
  const roots = own.filter((id) => graph.revisions.get(id)!.down.every((parent) => below.has(parent)))
  const [root, ...others] = roots
  if (root === undefined || others.length > 0 || ran.has(root)) return []
  return graph.revisions.get(root)!.down.length > 1 ? [] : [{ id: root, onto }]
}

function command(id: string, onto: string): string {
  return `autogen rebase ${id} --onto ${onto}`
}
