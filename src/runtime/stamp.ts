// Sets the version rows without running anything, and tells the log which revisions now count as run.
import type { RevisionGraph } from '../graph/graph'
import { ancestorsOf, tipsOf } from '../graph/lineage'
import type { Step } from '../graph/revision'
import { change } from '../graph/heads'
import { defined } from '../model/defined'
import type { Operation } from '../operations/operation'
import { reverseAll } from '../operations/reverse'
import { IrreversibleError } from '../errors'
import type { MigrationScript } from '../scripts/script'
import { tellApplied, type ApplyListener } from './applied'
import { withUnknown } from './history'
import { keptDowngrade } from './kept'
import { withLock, type LockOptions } from './lock'
import { appliedFromLog, doneAtOnce, openAttempts, readLog, startEntry, type NewLogEntry } from './log'
import { ensureTables } from './own-tables'
import { recordMigration } from './recorded'
import { replay, type Replay } from './replay'
import { inTransaction, type Session } from './session'
import { applyHeads, readHeads, selectHeads } from './versions'

/** StampRequest says which revisions shall count as run; `steps` is asked for the heads found under the lock, in a graph that knows them. */
export interface StampRequest extends LockOptions {
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly steps: (heads: readonly string[], graph: RevisionGraph) => readonly Step[]
  /** Empties the version table first, whatever unknown revisions it holds. */
  readonly purge?: boolean
  /** Why, for the log. */
  readonly reason?: string
  readonly toolVersion: string
  /** Hears of each step before they are committed together. */
  readonly onApply?: ApplyListener
}

/** StampResult is what was stamped. */
export interface StampResult {
  readonly before: readonly string[]
  readonly heads: readonly string[]
  readonly steps: readonly Step[]
  /** Heads that stayed and that no migration here has. */
  readonly unknown: readonly string[]
}

/** Takes the lock and moves the version rows. */
export function stamp(on: Session, request: StampRequest): Promise<StampResult> {
  return withLock(on, request, async (session) => {
    const { graph, scripts, purge, onEvent } = request
    // What cannot be stamped, or not be loaded, is refused before anything is written.
    await planFrom(session, request, await readHeads(session))
    const told = await replay(graph, scripts, ancestorsOf(graph, graph.realHeads))
    await ensureTables(session)
    return inTransaction(session, async () => {
      const before = await selectHeads(session)
      const { start, known, steps } = await planFrom(session, request, before)
      const { removed, added } = change(before, headsAfterStamp(known, start, steps))
      onEvent?.({ type: 'run', kind: 'stamp', heads: before, steps })
      await logSteps(session, request, purge ? await withForgotten(session, known, steps) : steps, told)
      const heads = await applyHeads(session, removed, added)
      await tellSteps(session, request, start, known, steps)
      const unknown = heads.filter((id) => !graph.revisions.has(id))
      if (unknown.length > 0) {
        const message = `The database also holds ${unknown.join(', ')}, which no migration here has; \`--purge\` takes it out.`
        onEvent?.({ type: 'warning', code: 'unknown', message, revisions: unknown })
      }
      return { before, heads, steps, unknown }
    })
  })
}

/** Tells of one step after the other, though the rows move at once. */
async function tellSteps(
  session: Session,
  { onApply }: StampRequest,
  start: readonly string[],
  known: RevisionGraph,
  steps: readonly Step[],
): Promise<void> {
  if (onApply === undefined) return
  const query = (sql: string, parameters?: readonly unknown[]) => session.connection.query(sql, parameters)
  let before = start
  for (const [at, step] of steps.entries()) {
    const after = headsAfterStamp(known, start, steps.slice(0, at + 1))
    await tellApplied(onApply, session, { kind: 'stamp', step, before, after, query })
    before = after
  }
}

/** The steps from the heads that count, in a graph that knows them all. */
async function planFrom(session: Session, { graph, steps, purge }: StampRequest, heads: readonly string[]) {
  const start = purge ? [] : heads
  const known = withUnknown(graph, await readLog(session), start)
  return { start, known, steps: steps(start, known) }
}

/** The version rows that steps lead to when nothing runs: their order does not matter. */
export function headsAfterStamp(graph: RevisionGraph, heads: readonly string[], steps: readonly Step[]): string[] {
  const ran = ancestorsOf(graph, heads)
  for (const { direction, revision } of steps) {
    if (direction === 'up') ran.add(revision.id)
    else ran.delete(revision.id)
  }
  return tipsOf(graph, ran)
}

/** After a purge, what the log holds and the stamp does not reach no longer counts as run, nor as begun. */
async function withForgotten(session: Session, graph: RevisionGraph, steps: readonly Step[]): Promise<Step[]> {
  const log = await readLog(session)
  const applied = appliedFromLog(log)
  const kept = new Set(steps.map(({ revision }) => revision.id))
  const begun = new Map([...openAttempts(log).map((entry) => [entry.revision, entry] as const), ...applied])
  const forgotten = [...begun.values()].filter(({ revision }) => !kept.has(revision))
  const down = forgotten.map(({ revision, parents }): Step => {
    const known = graph.revisions.get(revision)
    const unknown = { id: revision, down: parents, labels: [], dependsOn: [], message: '' }
    return { direction: 'down', revision: known ?? unknown }
  })
  return [...down.reverse(), ...steps.filter(({ revision }) => !applied.has(revision.id))]
}

async function logSteps(session: Session, request: StampRequest, steps: readonly Step[], told: Replay): Promise<void> {
  const { onEvent } = request
  const unclear = steps.filter(({ revision }) => told.unclear.has(revision.id)).map(({ revision }) => revision.id)
  if (unclear.length > 0) {
    const message = `Nobody can tell without running them all that ${unclear.join(', ')} made; those objects count as not ours.`
    onEvent?.({ type: 'warning', code: 'unclear', message, revisions: unclear })
  }
  for (const step of steps) await startEntry(session, await entryOf(request, step, told))
}

async function entryOf(request: StampRequest, step: Step, told: Replay): Promise<NewLogEntry> {
  const { graph, scripts, reason, toolVersion } = request
  const script = scripts.find(({ revision }) => revision.id === step.revision.id)
  const migration = script === undefined ? undefined : await recordMigration(script)
  return defined({
    revision: step.revision.id,
    parents: step.revision.down,
    direction: step.direction,
    kind: 'stamp' as const,
    checksum: migration?.checksum,
    operations: stampedOperations(step, told),
    toolVersion,
    ...doneAtOnce(),
    reason,
    downgrade: migration && step.direction === 'up' ? keptDowngrade(migration, graph) : undefined,
  })
}

/** What counts as made by a stamp, or no longer counts as made; nothing where there is no way back. */
export function stampedOperations({ direction, revision }: Step, told: Replay): readonly Operation[] {
  const operations = told.operations.get(revision.id) ?? []
  if (direction === 'up') return operations
  try {
    return reverseAll(operations)
  } catch (error) {
    if (error instanceof IrreversibleError) return []
    throw error
  }
}
