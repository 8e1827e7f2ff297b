// The revisions a read-only command was asked for, `current` among them; those the folder lacks are named.
import type { Environment } from '../environment'
import type { Revision } from '../graph/revision'
import { resolveRevisions } from '../graph/target'
import { readHeads } from '../runtime/versions'

/** Chosen is what was named, and where the database is if that was asked. */
export interface Chosen {
  readonly revisions: readonly Revision[]
  /** The version rows; absent when the database was not asked. */
  readonly current?: readonly string[]
  /** Those of them that no migration here has. */
  readonly unknown: readonly string[]
}

/** Whether a target asks where the database is. */
export function asksDatabase(text: string): boolean {
  return /(^|[@:])current\b/.test(text)
}

/** Resolves names; the database is asked only where one of them says `current`. */
export async function chooseRevisions(environment: Environment, names: string | readonly string[]): Promise<Chosen> {
  const { graph } = environment
  const texts = typeof names === 'string' ? [names] : names
  if (!texts.some(asksDatabase)) return { revisions: known(resolveRevisions(graph, texts)), unknown: [] }
  const current = await readHeads(await environment.session())
  const rows = current.filter((id) => graph.revisions.has(id))
  const unknown = current.filter((id) => !graph.revisions.has(id))
  return { revisions: known(resolveRevisions(graph, texts, rows)), current, unknown }

  function known(ids: readonly string[]): Revision[] {
    return ids.map((id) => graph.revisions.get(id)!)
  }
}
