// Runs the steps to a target: lock, heads, and then each migration on its own, so that whatever happens, what is done is done.
import {
  AheadError,
  AutogenError,
  DivergedError,
  FileChangedError,
  InterruptedError,
  IrreversibleRevisionError,
  MigrationFailedError,
  SkippedRevisionsError,
} from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { change, headsAfter } from '../graph/heads'
import { ancestorsOf } from '../graph/lineage'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { Intent } from '../operations/intent'
import type { MigrationScript } from '../scripts/script'
import { tellApplied, type ApplyListener } from './applied'
import { makeBackup, type Backup, type BackupSettings } from './backup'
import type { MigrationEvent } from './events'
import { migrationFailure, serverMessage } from './failure'
import { aheadOrDiverged, editedRevisions, skippedRevisions } from './history'
import { keptDowngrade } from './kept'
import { liveSchema, type LiveSchema } from './live-schema'
import { needsForeignKeysOff, runScript } from './live'
import { patientSession, withLock, type LockOptions } from './lock'
import { readLog, type LogEntry } from './log'
import { ensureTables } from './own-tables'
import { passagesOf, reasonAgainst, recordMigration, refuseUnfilled, type RecordedMigration } from './recorded'
import { ForeignKeysNeedOff, SegmentRun, type Task } from './segments'
import type { Session } from './session'
import { readHeads, selectHeads } from './versions'
import { whoRuns } from './who'

/** MigrateRequest says where to go; `steps` is asked again whenever the heads turn out to be others. */
export interface MigrateRequest extends LockOptions {
  readonly kind: 'upgrade' | 'downgrade'
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly steps: (heads: readonly string[]) => readonly Step[]
  /** Our version, for the log. */
  readonly toolVersion: string
  /** Of the steps only runs what was skipped: revisions below the heads, which stay as they are. */
  readonly onlySkipped?: boolean
  /** A database that is ahead of the folder is an error, not a warning. */
  readonly strict?: boolean
  /** Hears of each step before it is committed. */
  readonly onApply?: ApplyListener
  /** Copies a database that is a file before it is changed. */
  readonly backup?: BackupSettings
}

/** MigrateResult is what was done. */
export interface MigrateResult {
  readonly before: readonly string[]
  readonly heads: readonly string[]
  readonly steps: readonly { readonly step: Step; readonly durationMs: number }[]
  readonly state: 'known' | 'ahead'
  /** The copy of the database as it was before. */
  readonly backup?: string
}

/** Takes the lock and runs the steps, one migration after the other. */
export function migrate(on: Session, request: MigrateRequest): Promise<MigrateResult> {
  return withLock(on, request, async (session) => {
    const heads = await readHeads(session)
    const log = await readLog(session)
    if (isAhead(request, log, heads)) return { before: heads, heads, steps: [], state: 'ahead' }
    await warnOfEdited(request, log)
    const planned = plan(request, log, heads)
    // A file that cannot be loaded stops the run before anything is written.
    for (const step of planned) await scriptOf(request, step).load()
    const backup =
      planned.length > 0 && request.backup ? await makeBackup(session, request.backup, heads, request) : undefined
    // An interrupted run still writes down that it was.
    const afterwards = patientSession(on, { lockTimeoutMs: 10_000 })
    const context = {
      session,
      afterwards,
      request,
      log,
      schema: liveSchema(session),
      backup,
      progress: { changed: false },
    }
    try {
      await ensureTables(session)
      const result = await runSteps(context, heads, planned)
      return context.progress.changed ? defined({ ...result, backup: backup?.file }) : result
    } finally {
      await backup?.end(context.progress.changed)
    }
  })
}

interface Context {
  readonly session: Session
  readonly afterwards: Session
  readonly request: MigrateRequest
  readonly log: readonly LogEntry[]
  readonly schema: LiveSchema
  readonly backup: Backup | undefined
  /** Whether anything was committed that a backup is the way back from. */
  readonly progress: { changed: boolean }
}

function isAhead({ kind, graph, strict, onEvent }: MigrateRequest, log: readonly LogEntry[], heads: readonly string[]) {
  const { state, unknown } = aheadOrDiverged(log, graph, heads)
  if (state === 'diverged') throw new DivergedError(unknown)
  if (state === 'ahead') {
    const error = new AheadError(unknown)
    if (strict === true || kind === 'downgrade') throw error
    onEvent?.({ type: 'warning', code: 'ahead', message: error.message, revisions: unknown })
    return true
  }
  return false
}

/** The steps; what was skipped is in the way of any upgrade, and of a downgrade that would take it back. */
function plan(request: MigrateRequest, log: readonly LogEntry[], heads: readonly string[]): readonly Step[] {
  const { graph, kind, onlySkipped } = request
  const skipped = skippedRevisions(log, graph, heads)
  const steps = request.steps(heads)
  if (onlySkipped === true) return steps.filter(({ revision }) => skipped.includes(revision.id))
  const inTheWay =
    kind === 'upgrade' ? skipped : skipped.filter((id) => steps.some(({ revision }) => revision.id === id))
  if (inTheWay.length > 0) throw new SkippedRevisionsError(inTheWay, heads)
  return steps
}

async function warnOfEdited({ onEvent, scripts }: MigrateRequest, log: readonly LogEntry[]): Promise<void> {
  if (onEvent === undefined) return
  const revisions = (await editedRevisions(log, scripts)).map(({ revision }) => revision)
  if (revisions.length === 0) return
  const them = revisions.length === 1 ? 'it' : 'them'
  const message = `Edited since they ran here: ${revisions.join(', ')}; the database still is as the old text left ${them}.`
  onEvent({ type: 'warning', code: 'edited', message, revisions })
}

async function runSteps(context: Context, before: readonly string[], planned: readonly Step[]): Promise<MigrateResult> {
  const { session, request, schema } = context
  const { kind, onEvent, onlySkipped } = request
  const started = Date.now()
  const done: { step: Step; durationMs: number }[] = []
  onEvent?.({ type: 'run', kind, heads: before, steps: planned })
  let heads = before
  let left = planned
  for (let [step] = left; step !== undefined; [step] = left) {
    if (request.signal?.aborted) throw new InterruptedError()
    const place = { position: planned.indexOf(step) + 1, total: planned.length }
    const outcome = await runStep(context, step, heads, place)
    if (outcome === 'moved') {
      // Another process was there first: what it has done is done, what is left of our plan is still to do.
      heads = await selectHeads(session)
      if (onlySkipped !== true) left = stillToDo(request.graph, planned, heads)
      schema.forget()
    } else {
      heads = outcome.heads
      left = left.slice(1)
      done.push({ step, durationMs: outcome.durationMs })
    }
  }
  onEvent?.({ type: 'end', heads, durationMs: Date.now() - started })
  return { before, heads, steps: done, state: 'known' }
}

function stillToDo(graph: RevisionGraph, planned: readonly Step[], heads: readonly string[]): Step[] {
  const ran = ancestorsOf(graph, heads)
  return planned.filter(({ direction, revision }) => ran.has(revision.id) === (direction === 'down'))
}

interface Place {
  readonly position: number
  readonly total: number
}

type Outcome = 'moved' | { readonly heads: readonly string[]; readonly durationMs: number }

async function runStep(context: Context, step: Step, heads: readonly string[], place: Place): Promise<Outcome> {
  const { session, request, schema } = context
  const migration = await recordMigration(scriptOf(request, step))
  const reason = reasonAgainst(migration, step.direction)
  if (reason !== undefined) throw new IrreversibleRevisionError(step.revision.id, step.direction, reason)
  // What we say of a script holds before it runs; what it throws itself is for the run to meet.
  refuseUnfilled(migration, step.direction)
  const { error } = migration[step.direction]
  if (error instanceof AutogenError) throw error
  const previous = halfWay(context.log, step)
  let foreignKeysOff: boolean
  try {
    if (previous !== undefined) await schema.rewind(previous, intentsOf(migration, step))
    foreignKeysOff = await needsForeignKeysOff(session, schema, migration, step.direction)
  } catch (error) {
    // The schema does not fit where another process has done the step meanwhile.
    if (sameHeads(await selectHeads(session), heads)) throw error
    return 'moved'
  }
  const task = taskOf(context, step, migration, previous, foreignKeysOff)
  try {
    return await runTask(context, task, migration, heads, place)
  } catch (error) {
    if (!(error instanceof ForeignKeysNeedOff)) throw error
    schema.forget()
    return runTask(context, { ...task, foreignKeysOff: true }, migration, heads, place)
  }
}

async function runTask(
  context: Context,
  task: Task,
  migration: RecordedMigration,
  heads: readonly string[],
  place: Place,
): Promise<Outcome> {
  const { session, request, schema, progress } = context
  const { step, previous } = task
  const run = new SegmentRun(task)
  const began = Date.now()
  const tell = (state: MigrationEvent['state']) =>
    request.onEvent?.({ type: 'migration', state, step, ...place, durationMs: Date.now() - began })
  try {
    const found = run.skipping || !migration.transaction ? await selectHeads(session) : await run.begin()
    if (!sameHeads(found, heads)) {
      await run.rollback()
      return 'moved'
    }
    tell(previous === undefined ? 'started' : 'resumed')
    await runScript({ session, schema, run, task, migration })
    const after = await run.finish(
      request.onlySkipped === true ? change(heads, heads) : headsAfter(request.graph, heads, step),
      migration.checksum,
      (after, query) =>
        tellApplied(request.onApply, session, { kind: request.kind, step, before: heads, after, query }),
    )
    progress.changed = true
    tell('done')
    return { heads: after, durationMs: Date.now() - began }
  } catch (error) {
    if (error instanceof ForeignKeysNeedOff) {
      await run.rollback()
      throw error
    }
    const failure = migrationFailure(error, session, { step, completed: run.parts })
    schema.forget()
    const restored = await cleanUp(context, run, failure)
    tell('failed')
    throw restored && failure instanceof MigrationFailedError
      ? new MigrationFailedError({ ...failure, completed: 0 }, failure.cause)
      : failure
  }
}

/** Where the connection is gone, none of it can be done; the failure itself is what counts then. True when the backup is back. */
async function cleanUp(context: Context, run: SegmentRun, failure: AutogenError): Promise<boolean> {
  const { afterwards, request } = context
  try {
    await run.rollback()
    context.progress.changed ||= run.hasCommitted
    // What may not be stored cannot be logged either.
    if (failure instanceof FileChangedError) return false
    const restored = run.hasCommitted && (await putBack(context, failure))
    if (restored) {
      run.forget()
      await ensureTables(afterwards)
    }
    await run.recordFailure(failure, afterwards)
    return restored
  } catch (error) {
    const reason = afterwards.withoutPasswords(serverMessage(error))
    request.onEvent?.({
      type: 'warning',
      code: 'not-logged',
      message: `The failed attempt could not be logged: ${reason}`,
    })
    return false
  }
}

/**
 * A revision that failed half way is taken back by the backup. One in a transaction was rolled back, which loses nothing that
 * others wrote or that ran before; one that was interrupted is there to go on.
 */
async function putBack({ backup, request }: Context, failure: AutogenError): Promise<boolean> {
  if (backup === undefined || failure instanceof InterruptedError) return false
  const reason = await backup.restore().catch((error: Error) => error.message)
  if (reason === undefined) return true
  const message = `The database stays half way: the backup was not put back, as ${reason}; it is ${backup.file}.`
  request.onEvent?.({ type: 'warning', code: 'not-restored', message })
  return false
}

/** The row of a run that was cut off, or failed, after it had committed something. */
function halfWay(log: readonly LogEntry[], step: Step): LogEntry | undefined {
  const last = log.findLast(({ revision }) => revision === step.revision.id)
  if (last === undefined || last.status === 'done' || last.direction !== step.direction) return undefined
  return last.stepsDone > 0 || last.reason !== undefined ? last : undefined
}

function taskOf(
  { session, request }: Context,
  step: Step,
  migration: RecordedMigration,
  previous: LogEntry | undefined,
  foreignKeysOff: boolean,
): Task {
  return defined({
    session,
    step,
    previous,
    foreignKeysOff,
    entry: defined({
      revision: step.revision.id,
      parents: step.revision.down,
      direction: step.direction,
      kind: request.kind,
      toolVersion: request.toolVersion,
      ...whoRuns(),
      startedAt: new Date().toISOString(),
      downgrade: step.direction === 'up' ? keptDowngrade(migration, request.graph) : undefined,
    }),
    onEvent: request.onEvent,
    signal: request.signal,
  })
}

function intentsOf(migration: RecordedMigration, { direction }: Step): Intent[] {
  return passagesOf(migration[direction].intents, migration.transaction).flatMap((passage) =>
    passage.kind === 'queued' ? passage.intents : [],
  )
}

function scriptOf({ scripts }: MigrateRequest, { revision }: Step): MigrationScript {
  const script = scripts.find((one) => one.revision.id === revision.id)
  if (script === undefined) throw new DivergedError([revision.id])
  return script
}

function sameHeads(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}
