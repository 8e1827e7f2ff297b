// What the log and the version rows say about a folder of revisions: ahead of it, diverged from it, something skipped.
import { buildGraph, type RevisionGraph } from '../graph/graph'
import { ancestorsOf, descendantsOf, tipsOf } from '../graph/lineage'
import type { Revision, Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { MigrationScript } from '../scripts/script'
import { recordMigration } from './recorded'
import { appliedFromLog, isHalfDone, type LogEntry } from './log'

/** Standing is how a database's heads relate to the revisions at hand. */
export interface Standing {
  /** `known`: every head is a revision at hand; `ahead`: the others descend from our heads; `diverged`: they do not. */
  readonly state: 'known' | 'ahead' | 'diverged'
  /** The heads nobody here knows. */
  readonly unknown: readonly string[]
  /** Whether anything the database has run is at hand; true where it has run nothing. */
  readonly shares: boolean
}

/** Judges heads that the folder may lack: the parents in the log tell where they came from. */
export function aheadOrDiverged(log: readonly LogEntry[], graph: RevisionGraph, heads: readonly string[]): Standing {
  const unknown = heads.filter((id) => !graph.revisions.has(id))
  if (unknown.length === 0) return { state: 'known', unknown, shares: true }
  const parents = new Map(log.map((entry) => [entry.revision, entry.parents]))
  const reached = unknown.map((id) => knownAncestors(id, parents, graph))
  const known = heads.filter((id) => graph.revisions.has(id))
  const passed = ancestorsOf(graph, [...known, ...reached.flatMap((ids) => [...ids])])
  const left = tipsOf(graph, passed).filter((id) => !known.includes(id))
  const descends = reached.every((ids) => ids.size > 0) && left.every((id) => graph.realHeads.includes(id))
  const shares = known.length > 0 || reached.some((ids) => ids.size > 0)
  return { state: descends ? 'ahead' : 'diverged', unknown, shares }
}

/** The graph, and what the database holds beyond it: each above its parents, and what it needs, as far as the log tells them. */
export function withUnknown(graph: RevisionGraph, log: readonly LogEntry[], heads: readonly string[]): RevisionGraph {
  const told = new Map(log.map((entry) => [entry.revision, entry]))
  const applied = appliedFromLog(log)
  const unknown = new Map<string, Revision>()
  const waiting = [...heads]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (graph.revisions.has(id) || unknown.has(id)) continue
    const down = told.get(id)?.parents ?? []
    const dependsOn = applied.get(id)?.downgrade?.dependsOn ?? []
    unknown.set(id, { id, down, labels: [], dependsOn, message: '' })
    waiting.push(...down, ...dependsOn)
  }
  return unknown.size === 0 ? graph : buildGraph([...graph.revisions.values(), ...unknown.values()])
}

function knownAncestors(
  id: string,
  parents: ReadonlyMap<string, readonly string[]>,
  graph: RevisionGraph,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const seen = new Set<string>()
  const waiting = [id]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    if (graph.revisions.has(next)) reached.add(next)
    else waiting.push(...(parents.get(next) ?? []))
  }
  return reached
}

/** The ancestors of the heads that neither ran nor were stamped; nothing can be said where there is no log. */
export function skippedRevisions(
  log: readonly LogEntry[],
  graph: RevisionGraph,
  heads: readonly string[],
): readonly string[] {
  const applied = appliedFromLog(log)
  if (applied.size === 0) return []
  const known = heads.filter((id) => graph.revisions.has(id))
  const passed = ancestorsOf(graph, known)
  return [...graph.revisions.keys()].filter((id) => passed.has(id) && !applied.has(id))
}

/** HalfWay is a revision that stopped half way, and the first of some steps that it is in the way of, if any. */
export interface HalfWay {
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly step?: string
}

/** The revisions at hand that stopped half way: what one on its way up stands on must stay, and nothing may stand on one on its way down. */
export function halfWayRevisions(log: readonly LogEntry[], graph: RevisionGraph, steps: readonly Step[]): HalfWay[] {
  const last = new Map(log.map((entry) => [entry.revision, entry]))
  const stopped = [...last.values()].filter((entry) => isHalfDone(entry) && graph.revisions.has(entry.revision))
  return stopped.map(({ revision, direction }) => {
    const needed = direction === 'up' ? ancestorsOf(graph, [revision]) : descendantsOf(graph, [revision])
    const step = steps.find((one) => one.direction !== direction && needed.has(one.revision.id))
    return defined({ revision, direction, step: step?.revision.id })
  })
}

/** EditedRevision is one whose script no longer says what it said when it ran. */
export interface EditedRevision {
  readonly revision: string
  readonly was: string
  readonly is: string
}

/** The checksum of a revision that says another thing each time, or that nobody can know. */
export const unknownChecksum = 'unknown'

/** Compares the checksums of what ran with those of the scripts, which are loaded for it. */
export async function editedRevisions(
  log: readonly LogEntry[],
  scripts: readonly MigrationScript[],
): Promise<EditedRevision[]> {
  const applied = appliedFromLog(log)
  const edited: EditedRevision[] = []
  for (const script of scripts) {
    const { id } = script.revision
    const was = applied.get(id)?.checksum
    if (was === undefined || was === unknownChecksum) continue
    const { checksum: is } = await recordMigration(script)
    if (is !== was && is !== unknownChecksum) edited.push({ revision: id, was, is })
  }
  return edited
}
