// Runs the steps to a target: lock, heads, and then each migration on its own, so that whatever happens, what is done is done.
import type { Blocker } from '../dialects/dialect'
import {
  AheadError,
  AutogenError,
  DivergedError,
  FileChangedError,
  InterruptedError,
  IrreversibleRevisionError,
  MigrationFailedError,
  SingleTransactionError,
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
import { blockerText, type MigrationEvent } from './events'
import { migrationFailure, serverMessage } from './failure'
import { aheadOrDiverged, editedRevisions, skippedRevisions } from './history'
import { keptDowngrade } from './kept'
import { liveSchema, type LiveSchema } from './live-schema'
import { needsForeignKeysOff, runScript } from './live'
import { patientSession, withLock, type LockOptions } from './lock'
import { readLog, type LogEntry } from './log'
import { isGone, lossOf } from './loss'
import { Observer, withoutSecrets } from './observer'
import { ensureTables } from './own-tables'
import { passagesOf, reasonAgainst, recordMigration, refuseUnfilled, type RecordedMigration } from './recorded'
import {
  ForeignKeysNeedOff,
  openOne,
  RehearsalEnds,
  rehearsal,
  single,
  type InOne,
  type OneTransaction,
  type RehearsalNote,
} from './one-transaction'
import { defaultRetries, explanationOf, pause, pauseMs } from './retry'
import { SegmentRun, type Task } from './segments'
import type { Session } from './session'
import { survey } from './survey'
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
  /** All steps in one transaction, kept or taken back together. */
  readonly singleTransaction?: true
  /** All steps in one transaction that is taken back in any case. */
  readonly dryRun?: true
  /** How often a transaction is run again that others were in the way of. */
  readonly retries?: number
}

/** MigrateResult is what was done. */
export interface MigrateResult {
  readonly before: readonly string[]
  readonly heads: readonly string[]
  readonly steps: readonly { readonly step: Step; readonly durationMs: number }[]
  readonly state: 'known' | 'ahead'
  /** The copy of the database as it was before. */
  readonly backup?: string
  /** What a dry run found out besides. */
  readonly rehearsal?: Rehearsal
}

/** Rehearsal is what a dry run could not try as the run will do it; `complete` unless it had to end early. */
export interface Rehearsal {
  readonly complete: boolean
  readonly notes: readonly RehearsalNote[]
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
    const { dryRun = false, singleTransaction = false } = request
    const copied = planned.length > 0 && !dryRun ? request.backup : undefined
    const backup = copied && (await makeBackup(session, copied, heads, request))
    // An interrupted run still writes down that it was.
    const afterwards = patientSession(on, { lockTimeoutMs: 10_000 })
    const observer = new Observer(session)
    const context: Context = {
      session,
      observer,
      afterwards,
      request,
      log,
      schema: liveSchema(session),
      backup,
      progress: { changed: false },
    }
    try {
      if (dryRun || singleTransaction) return await runTogether(context, heads, planned)
      await ensureTables(session)
      const { durationMs, ...result } = await runSteps(context, heads, planned)
      tellEnd(request, result, durationMs)
      return context.progress.changed ? defined({ ...result, backup: backup?.file }) : result
    } finally {
      await observer.end()
      await backup?.end(context.progress.changed)
    }
  })
}

interface Context {
  readonly session: Session
  readonly observer: Observer
  readonly afterwards: Session
  readonly request: MigrateRequest
  readonly log: readonly LogEntry[]
  readonly schema: LiveSchema
  readonly backup: Backup | undefined
  /** Whether anything was committed that a backup is the way back from. */
  readonly progress: { changed: boolean }
  /** The transaction that the whole run is, if it is one. */
  readonly one?: OneTransaction & { readonly together: InOne }
}

/** Runs all steps in one transaction, and commits it unless this is a dry run. */
async function runTogether(
  context: Context,
  heads: readonly string[],
  planned: readonly Step[],
): Promise<MigrateResult> {
  const { request, session, schema, backup, progress } = context
  const { dryRun = false } = request
  const notes: RehearsalNote[] = []
  const { foreignKeysOff, obstacles } = await surveyOf(context, planned)
  if (request.singleTransaction && obstacles.length > 0) throw new SingleTransactionError(obstacles)
  if (!dryRun) await ensureTables(session)
  for (let off = foreignKeysOff; ; off = true) {
    const one = await openOne(session, off)
    const together = request.singleTransaction ? single : rehearsal((note) => void notes.push(note))
    try {
      if (dryRun) await ensureTables(one.session)
      const inside = { ...context, session: one.session, one: { ...one, together } }
      const { durationMs, ...result } = await runSteps(inside, heads, planned)
      if (dryRun) {
        await one.rollback()
        tellEnd(request, result, durationMs)
        const { complete = true } = result.rehearsal ?? {}
        return { ...result, rehearsal: { complete, notes: [...notes, ...(result.rehearsal?.notes ?? [])] } }
      }
      await one.commit()
      progress.changed = result.steps.length > 0
      tellEnd(request, result, durationMs)
      return progress.changed ? defined({ ...result, backup: backup?.file }) : result
    } catch (error) {
      // Where the connection is gone, so is the transaction.
      await one.rollback().catch(() => undefined)
      schema.forget()
      if (!(error instanceof ForeignKeysNeedOff) || off) throw error
      notes.length = 0
    }
  }
}

async function surveyOf({ session, schema, request }: Context, planned: readonly Step[]) {
  const steps: [Step, RecordedMigration][] = []
  for (const step of planned) steps.push([step, await recordMigration(scriptOf(request, step))])
  const found = await survey(session, schema, steps)
  schema.forget()
  return found
}

function tellEnd({ onEvent }: MigrateRequest, { heads }: MigrateResult, durationMs: number): void {
  onEvent?.({ type: 'end', heads, durationMs })
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

/** Ran is the result of steps, and how long all of them took. */
type Ran = MigrateResult & { readonly durationMs: number }

async function runSteps(context: Context, before: readonly string[], planned: readonly Step[]): Promise<Ran> {
  const { session, request, schema } = context
  const { kind, onEvent, onlySkipped, dryRun, singleTransaction } = request
  const started = Date.now()
  const done: { step: Step; durationMs: number }[] = []
  const how = { ...(dryRun && { dryRun }), ...(singleTransaction && { singleTransaction }) }
  onEvent?.({ type: 'run', kind, heads: before, steps: planned, ...how })
  const ended = (rest: Partial<MigrateResult> = {}): Ran => {
    return { before, heads, steps: done, state: 'known', ...rest, durationMs: Date.now() - started }
  }
  let heads = before
  let left = planned
  for (let [step] = left; step !== undefined; [step] = left) {
    if (request.signal?.aborted) throw new InterruptedError()
    const place = { position: planned.indexOf(step) + 1, total: planned.length, done }
    const outcome = await runStep(context, step, heads, place).catch((error: unknown) => {
      if (error instanceof RehearsalEnds) return error
      throw error
    })
    if (outcome instanceof RehearsalEnds) {
      const note = `the rehearsal ends here: ${outcome.reason}`
      return ended({ rehearsal: { complete: false, notes: [{ revision: outcome.revision, note }] } })
    }
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
  return ended()
}

function stillToDo(graph: RevisionGraph, planned: readonly Step[], heads: readonly string[]): Step[] {
  const ran = ancestorsOf(graph, heads)
  return planned.filter(({ direction, revision }) => ran.has(revision.id) === (direction === 'down'))
}

interface Place {
  readonly position: number
  readonly total: number
  /** Of this migration in this run, from 1. */
  readonly attempt: number
  /** What ran before it. */
  readonly done: readonly { readonly step: Step }[]
}

type Outcome = 'moved' | { readonly heads: readonly string[]; readonly durationMs: number }

async function runStep(
  context: Context,
  step: Step,
  heads: readonly string[],
  place: Omit<Place, 'attempt'>,
): Promise<Outcome> {
  const { session, request } = context
  const migration = await recordMigration(scriptOf(request, step))
  const reason = reasonAgainst(migration, step.direction)
  if (reason !== undefined) throw new IrreversibleRevisionError(step.revision.id, step.direction, reason)
  // What we say of a script holds before it runs; what it throws itself is for the run to meet.
  refuseUnfilled(migration, step.direction)
  const { error } = migration[step.direction]
  if (error instanceof AutogenError) throw error
  for (let attempt = 1, { log } = context; ; attempt++, log = await readLog(session)) {
    const outcome = await attemptStep({ ...context, log }, step, migration, heads, { ...place, attempt })
    if (outcome !== 'again') return outcome
  }
}

async function attemptStep(
  context: Context,
  step: Step,
  migration: RecordedMigration,
  heads: readonly string[],
  place: Place,
): Promise<Outcome | 'again'> {
  const { session, schema } = context
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
  { attempt, done, ...place }: Place,
): Promise<Outcome | 'again'> {
  const { session, request, schema, progress, one } = context
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
    await one?.check()
    progress.changed ||= one === undefined
    tell('done')
    return { heads: after, durationMs: Date.now() - began }
  } catch (error) {
    if (error instanceof ForeignKeysNeedOff || error instanceof RehearsalEnds) {
      await run.rollback()
      throw error
    }
    if (one?.together.rehearsal && session.dialect.session.needsCommit?.(error)) {
      await run.rollback()
      throw new RehearsalEnds(step.revision.id, afterCommit)
    }
    const failure = migrationFailure(error, session, { step, completed: run.parts })
    schema.forget()
    if (one !== undefined) {
      const whole = wholeFailure(failure, request, done)
      await takeBack(context, one, run, whole)
      tell('failed')
      throw whole
    }
    await run.rollback().catch(() => undefined)
    if (await isGone(session)) {
      tell('failed')
      throw await lossOf(task, failure, request.onEvent)
    }
    context.progress.changed ||= run.hasCommitted
    const blockers = await inTheWay(context, run, failure)
    const told = explained(context, run, failure, heads, blockers)
    const isPassing =
      explanationOf(told, session)?.transient === true && run.canRunAgain(migration.module.retry === true)
    const again = isPassing && attempt <= retriesOf(request)
    const stopped = again ? await waitToRunAgain(context, told, blockers, attempt) : undefined
    if (again && stopped === undefined) return 'again'
    const restored = await cleanUp(context, run, stopped ?? told)
    tell('failed')
    if (stopped !== undefined) throw stopped
    throw restored && told instanceof MigrationFailedError
      ? new MigrationFailedError({ ...told, completed: 0, kept: [] }, told.cause)
      : told
  }
}

/** The failure with what is known of it now: where the database is, what stays, who was in the way, what to do. */
function explained(
  { session }: Context,
  run: SegmentRun,
  failure: AutogenError,
  heads: readonly string[],
  blockers: readonly Blocker[],
): AutogenError {
  if (!(failure instanceof MigrationFailedError)) return failure
  const { blocked, advice } = explanationOf(failure, session) ?? {}
  const wait = 'let them end, or wait longer with `--table-lock-timeout SECONDS`'
  return new MigrationFailedError(
    defined({
      ...failure,
      heads,
      kept: run.kept,
      blockers: blockers.length === 0 ? undefined : blockers.map(blockerText),
      advice: advice ?? (blocked ? wait : undefined),
    }),
    failure.cause,
  )
}

/** Whoever was seen while the statement waited; where nobody looked, whoever uses the same tables now. */
async function inTheWay({ session }: Context, run: SegmentRun, failure: AutogenError): Promise<readonly Blocker[]> {
  if (explanationOf(failure, session)?.blocked !== true || !(failure instanceof MigrationFailedError)) return []
  if (run.blockers.length > 0 || failure.sql === undefined) return run.blockers
  const { connection, dialect } = session
  const users = await dialect.session.watch?.users(connection, failure.sql).catch(() => [])
  return (users ?? []).map((one) => withoutSecrets(one, session))
}

function retriesOf({ retries = defaultRetries }: MigrateRequest): number {
  return retries
}

/** The transaction is gone and with it all that others could have waited for; it is run again after a pause. An interruption is returned. */
async function waitToRunAgain(
  { request }: Context,
  failure: AutogenError,
  blockers: readonly Blocker[],
  retry: number,
): Promise<AutogenError | undefined> {
  if (!(failure instanceof MigrationFailedError)) return undefined
  const { revision, reason } = failure
  const ms = pauseMs(retry)
  request.onEvent?.({ type: 'retry', revision, retry, retries: retriesOf(request), pauseMs: ms, reason, blockers })
  try {
    await pause(ms, request.signal, revision)
    return undefined
  } catch (error) {
    if (error instanceof InterruptedError) return error
    throw error
  }
}

const afterCommit = 'what follows can be tried only after a commit, or outside of a transaction'

/** A failure of a run that is one transaction: nothing of it is kept. */
function wholeFailure(
  failure: AutogenError,
  { dryRun }: MigrateRequest,
  done: readonly { readonly step: Step }[],
): AutogenError {
  if (!(failure instanceof MigrationFailedError)) return failure
  const how = dryRun ? { dryRun } : { takenBack: done.map(({ step }) => step.revision.id) }
  return new MigrationFailedError({ ...failure, completed: 0, ...how }, failure.cause)
}

/** Takes the whole run back; the log tells of the failure, unless it was a dry run. */
async function takeBack(context: Context, one: OneTransaction, run: SegmentRun, failure: AutogenError): Promise<void> {
  const { afterwards, request } = context
  try {
    await one.rollback()
    run.forget()
    if (!request.dryRun && !(failure instanceof FileChangedError)) await run.recordFailure(failure, afterwards)
  } catch (error) {
    warnNotLogged(context, error)
  }
}

function warnNotLogged({ afterwards, request }: Context, error: unknown): void {
  const reason = afterwards.withoutPasswords(serverMessage(error))
  const message = `The failed attempt could not be logged: ${reason}`
  request.onEvent?.({ type: 'warning', code: 'not-logged', message })
}

/** Where the connection is gone, none of it can be done; the failure itself is what counts then. True when the backup is back. */
async function cleanUp(context: Context, run: SegmentRun, failure: AutogenError): Promise<boolean> {
  const { afterwards } = context
  try {
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
    warnNotLogged(context, error)
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
  { session, request, observer, one }: Context,
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
    together: one?.together,
    observer,
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
