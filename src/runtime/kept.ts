// What the log keeps of a downgrade, so that a database can be taken back without the file; and the script made of it again.
import type { RevisionGraph } from '../graph/graph'
import { defined } from '../model/defined'
import { isQueued, type RecordedIntent } from '../operations/record'
import type { KeptDowngrade, MigrationScript } from '../scripts/script'
import type { LogEntry } from './log'
import { reasonAgainst, type RecordedMigration } from './recorded'

/** What is worth keeping of a downgrade; nothing where it reads rows, runs code, depends on `-x` or says that there is none. */
export function keptDowngrade(migration: RecordedMigration, graph: RevisionGraph): KeptDowngrade | undefined {
  const { down, module, transaction } = migration
  if (down.opaque || down.varies || down.error !== undefined) return undefined
  if (reasonAgainst(migration, 'down') !== undefined) return undefined
  if (!down.intents.every(isKeepable)) return undefined
  const dependsOn = graph.dependencies.get(module.revision) ?? []
  return defined({
    intents: down.intents.map(withoutLine),
    transaction: transaction ? undefined : (false as const),
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
  })
}

/** A revision as a script, by the log row that put it there; undefined where that keeps no way back. */
export function keptScript({ revision, parents, checksum, downgrade }: LogEntry): MigrationScript | undefined {
  if (downgrade === undefined) return undefined
  const module = {
    revision,
    downRevision: parents,
    // Its way up is not kept; nobody goes it.
    upgrade: () => {},
    downgrade: () => {},
  }
  return {
    revision: { id: revision, down: parents, labels: [], dependsOn: downgrade.dependsOn ?? [], message: '' },
    kept: defined({ ...downgrade, checksum }),
    load: async () => module,
  }
}

function isKeepable(intent: RecordedIntent): boolean {
  if (intent.kind === 'autocommit') return intent.intents.every(isKeepable)
  return isQueued(intent) && isPlain(withoutLine(intent))
}

function withoutLine(intent: RecordedIntent): RecordedIntent {
  const { at: _, ...said } = intent
  return said.kind === 'autocommit' ? { ...said, intents: said.intents.map(withoutLine) } : said
}

/** Whether a value comes out of JSON as it went in: dates, buffers and large numbers do not. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isPlain)
  if (typeof value !== 'object' || Object.prototype.toString.call(value) !== '[object Object]') return false
  return !('toJSON' in value) && Object.values(value).every((one) => one === undefined || isPlain(one))
}
