// Writes a person's decision into the log, where everything that asks what ran will find it; nothing is run.
import { NothingToRepairError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { defined } from '../model/defined'
import type { Operation } from '../operations/operation'
import { reverseAll } from '../operations/reverse'
import type { MigrationScript } from '../scripts/script'
import { unknownChecksum } from './history'
import { keptDowngrade } from './kept'
import { withLock, type LockOptions } from './lock'
import { appliedFromLog, doneAtOnce, halfDone, readLog, startEntry, type LogEntry, type NewLogEntry } from './log'
import { ensureTables } from './own-tables'
import { recordMigration } from './recorded'
import { inTransaction, type Session } from './session'

/** RepairRequest says what was decided about a revision. */
export interface RepairRequest extends LockOptions {
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly revision: string
  /** `accepted`: its file is as it should be. `undone`: what a failed attempt had committed was taken back by hand. */
  readonly decision: 'accepted' | 'undone'
  readonly reason: string
  readonly toolVersion: string
}

/** Repair is what was written down. */
export interface Repair {
  /** Of an accepted edit, the checksum from now on, and the one before. */
  readonly is?: string
  readonly was?: string
  /** Of an attempt that was taken back, what no longer counts as done. */
  readonly undone?: readonly Operation[]
}

/** Takes the lock and writes the decision down; refused where there is nothing to decide. */
export function repair(on: Session, request: RepairRequest): Promise<Repair> {
  return withLock(on, request, async (session) => {
    const decide = request.decision === 'accepted' ? acceptance : settlement
    // What is refused is refused before our tables change.
    await decide(request, await readLog(session))
    await ensureTables(session)
    return inTransaction(session, async () => {
      const { row, told } = await decide(request, await readLog(session))
      const { revision, reason, toolVersion } = request
      await startEntry(session, { ...row, revision, kind: 'repair', toolVersion, ...doneAtOnce(), reason })
      return told
    })
  })
}

/** What a row says besides what all of them say. */
type Decided = Pick<NewLogEntry, 'parents' | 'direction' | 'operations' | 'checksum' | 'downgrade'>

interface Decision {
  readonly row: Decided
  readonly told: Repair
}

/** The file counts as what ran: its checksum, and its way back. */
async function acceptance(request: RepairRequest, log: readonly LogEntry[]): Promise<Decision> {
  const { graph, scripts, revision } = request
  const script = scripts.find((one) => one.revision.id === revision)
  const applied = appliedFromLog(log).get(revision)
  if (script === undefined) throw new NothingToRepairError(revision, 'absent')
  if (halfDone(log, revision) !== undefined) throw new NothingToRepairError(revision, 'half-done')
  if (applied === undefined) throw new NothingToRepairError(revision, 'not-applied')
  const migration = await recordMigration(script)
  const { checksum: was = unknownChecksum } = applied
  const { checksum: is } = migration
  if (is === unknownChecksum || was === unknownChecksum) throw new NothingToRepairError(revision, 'unknown')
  if (is === was) throw new NothingToRepairError(revision, 'unedited')
  const { down: parents } = script.revision
  const downgrade = keptDowngrade(migration, graph)
  const row = defined({ parents, direction: 'up' as const, operations: [], checksum: is, downgrade })
  return { row, told: { was, is } }
}

/** What the attempt had committed is taken back: the log goes the other way, and the revision is where it was before. */
async function settlement({ revision }: RepairRequest, log: readonly LogEntry[]): Promise<Decision> {
  const attempt = halfDone(log, revision)
  if (attempt === undefined) throw new NothingToRepairError(revision, 'nothing-half-done')
  const { parents, direction, operations } = attempt
  // Rows and SQL of its own have no reverse, and nothing of them is in the log to be kept.
  const undone = operations.filter(({ kind }) => kind !== 'execute' && kind !== 'bulkInsert')
  const back = { parents, operations: reverseAll(undone) }
  if (direction === 'up') return { row: { ...back, direction: 'down' }, told: { undone: operations } }
  // It counts as run again, as what it was.
  const { checksum, downgrade } = appliedFromLog(log).get(revision) ?? {}
  return { row: defined({ ...back, direction: 'up' as const, checksum, downgrade }), told: { undone: operations } }
}
