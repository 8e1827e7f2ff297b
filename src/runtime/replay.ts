// The history on paper: what each revision does to the schema that the ones before it left.
import type { RevisionGraph } from '../graph/graph'
import { inRunOrder } from '../graph/lineage'
import { emptySchema, type SchemaModel } from '../model/schema'
import { apply } from '../operations/apply'
import type { Operation } from '../operations/operation'
import type { RecordedIntent } from '../operations/record'
import { resolve } from '../operations/resolve'
import type { MigrationScript } from '../scripts/script'
import { passagesOf, recordMigration, type RecordedMigration } from './recorded'

/** Replay holds the schema after some revisions and the operations each of them stands for. */
export interface Replay {
  readonly schema: SchemaModel
  readonly operations: ReadonlyMap<string, readonly Operation[]>
  /** The revisions of which not everything could be told, with the reason. */
  readonly unclear: ReadonlyMap<string, string>
  /** The revisions that may also change the schema in ways no operation tells: by code, or in SQL of their own. */
  readonly beyond: ReadonlySet<string>
}

/** Applies the recorded upgrades of the given revisions, in the order in which they run. */
export async function replay(
  graph: RevisionGraph,
  scripts: readonly MigrationScript[],
  ids: ReadonlySet<string>,
): Promise<Replay> {
  const byId = new Map(scripts.map((script) => [script.revision.id, script]))
  const operations = new Map<string, readonly Operation[]>()
  const unclear = new Map<string, string>()
  const beyond = new Set<string>()
  let schema = emptySchema
  for (const id of inRunOrder(graph, ids)) {
    const script = byId.get(id)
    if (script === undefined) continue
    const migration = await recordMigration(script)
    const outcome = resolveRecorded(migration, schema)
    schema = outcome.schema
    operations.set(id, outcome.operations)
    if (outcome.unclear !== undefined) unclear.set(id, outcome.unclear)
    if (migration.up.intents.some(goesBeyond)) beyond.add(id)
  }
  return { schema, operations, unclear, beyond }
}

function resolveRecorded(migration: RecordedMigration, before: SchemaModel) {
  const operations: Operation[] = []
  let schema = before
  let unclear = migration.up.opaque ? 'what it does depends on rows it reads' : undefined
  for (const passage of passagesOf(migration.up.intents, migration.transaction)) {
    if (passage.kind !== 'queued') continue
    for (const intent of passage.intents) {
      try {
        const resolved = resolve(schema, [intent])
        operations.push(...resolved)
        schema = apply(schema, resolved)
      } catch (error) {
        // It meets something that only SQL of a script's own has made.
        unclear ??= error instanceof Error ? error.message : String(error)
      }
    }
  }
  return { operations, schema, unclear }
}

function goesBeyond(recorded: RecordedIntent): boolean {
  switch (recorded.kind) {
    case 'manager':
      return true
    case 'autocommit':
      return recorded.intents.some(goesBeyond)
    case 'query':
    case 'execute':
      return /\b(create|alter|drop|rename)\b/i.test(recorded.sql)
    default:
      return false
  }
}
