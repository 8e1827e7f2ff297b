// A migration, loaded and recorded in both directions: what it will say, as far as that can be known without a database.
import type { Intent } from '../operations/intent'
import type { Op } from '../operations/op'
import { FillInError } from '../errors'
import { checksum } from '../operations/checksum'
import { isQueued, recordScript, type Given, type RecordedIntent, type Recording } from '../operations/record'
import { lineOf } from '../operations/targets'
import type { MigrationModule, MigrationScript } from '../scripts/script'

/** RecordedMigration is what is known of a migration before it runs. */
export interface RecordedMigration {
  readonly module: MigrationModule
  readonly up: RecordedDirection
  readonly down: RecordedDirection
  readonly checksum: string
  /** What the project gives its scripts. */
  readonly given: Given
  /** False for a script that says `transaction = false`. */
  readonly transaction: boolean
}

/** RecordedDirection is a recording, or the error that ended it: a script may throw, and need not be run that way. */
export interface RecordedDirection extends Recording {
  readonly error?: unknown
}

/** Loads a migration and records it; nothing runs. */
export async function recordMigration(script: MigrationScript): Promise<RecordedMigration> {
  const { x, own, kept } = script
  const given = { x, own }
  const module = await script.load()
  if (kept !== undefined) return fromKept(module, kept)
  const up = await record((op) => module.upgrade?.(op), given)
  const down = await record((op) => module.downgrade?.(op), given)
  return { module, up, down, given, checksum: checksum(up, down), transaction: module.transaction !== false }
}

/** What the log keeps is a recording already. */
function fromKept(module: MigrationModule, kept: NonNullable<MigrationScript['kept']>): RecordedMigration {
  const down = { intents: kept.intents, opaque: false, async: false }
  const up = { intents: [], opaque: true, async: false }
  return { module, up, down, checksum: kept.checksum ?? 'unknown', given: {}, transaction: kept.transaction !== false }
}

async function record(run: (op: Op) => void | Promise<void>, given: Given): Promise<RecordedDirection> {
  try {
    return await recordScript(run, given)
  } catch (error) {
    return { intents: [], opaque: true, async: true, error }
  }
}

/** Why a migration cannot go in a direction; undefined where it can. */
export function reasonAgainst(migration: RecordedMigration, direction: 'up' | 'down'): string | undefined {
  const method = direction === 'up' ? 'upgrade' : 'downgrade'
  if (migration.module[method] === undefined) return `it exports no function ${method}.`
  return migration[direction].intents.find((intent) => intent.kind === 'irreversible')?.reason
}

/** Refuses a migration in which a person has still to fill something in. */
export function refuseUnfilled(migration: RecordedMigration, direction: 'up' | 'down'): void {
  for (const passage of passagesOf(migration[direction].intents, migration.transaction)) {
    if (passage.kind === 'fillIn') throw new FillInError(passage.what, lineOf(passage))
  }
}

/** Passage is a stretch of a recording: intents that are queued together, or one thing that is not queued. */
export type Passage =
  | {
      readonly kind: 'queued'
      readonly intents: readonly Intent[]
      readonly transaction: boolean
      readonly idempotent: boolean
    }
  | Exclude<RecordedIntent, Intent | { readonly kind: 'autocommit' }>

/** A recording as passages; what stands inside `op.autocommit` runs without a transaction. */
export function passagesOf(recorded: readonly RecordedIntent[], transaction: boolean, idempotent = false): Passage[] {
  const passages: Passage[] = []
  let queue: Intent[] = []
  const flush = () => {
    if (queue.length > 0) passages.push({ kind: 'queued', intents: queue, transaction, idempotent })
    queue = []
  }
  for (const intent of recorded) {
    if (isQueued(intent)) {
      queue.push(intent)
      continue
    }
    flush()
    if (intent.kind === 'autocommit') passages.push(...passagesOf(intent.intents, false, intent.idempotent))
    else passages.push(intent)
  }
  flush()
  return passages
}
