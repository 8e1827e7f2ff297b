// Runs the steps to a target: lock, heads, and then each migration on its own, so that whatever happens, what is done is done.
import {
  AheadError,
  DivergedError,
  HalfDoneError,
  InterruptedError,
  SingleTransactionError,
  SkippedRevisionsError,
} from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { ancestorsOf } from '../graph/lineage'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import { makeBackup } from './backup'
import { aheadOrDiverged, editedRevisions, halfWayRevisions, skippedRevisions } from './history'
import { aroundRun, type HookRunFacts } from './hooks'
import { liveSchema } from './live-schema'
import { patientSession, withLock } from './lock'
import { readLog, type LogEntry } from './log'
import { lossOf, tookEffect } from './loss'
import { Observer } from './observer'
import {
  ForeignKeysNeedOff,
  openOne,
  RehearsalEnds,
  rehearsal,
  single,
  type OneTransaction,
  type RehearsalNote,
} from './one-transaction'
import { ensureTables } from './own-tables'
import { recordMigration, type RecordedMigration } from './recorded'
import { type Context, type MigrateRequest, type MigrateResult, Progress } from './run'
import { isGone, type Session } from './session'
import { runStep, scriptOf } from './step'
import { survey } from './survey'
import { readHeads, selectHeads } from './versions'

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
    const progress = new Progress(heads)
    const outcome = () => ({ after: progress.heads, done: progress.done.map(({ step }) => step) })
    return aroundRun(request, session, factsOf(request, session, heads, planned), outcome, () =>
      runPlanned({ on, session, request, log, progress }, heads, planned),
    )
  })
}

function factsOf(
  { kind, dryRun, singleTransaction }: MigrateRequest,
  { address }: Session,
  before: readonly string[],
  steps: readonly Step[],
): HookRunFacts {
  return defined({ kind, before, steps, database: address, dryRun, singleTransaction })
}

/** What is there before a run changes anything: `on` is the session without the patience of the run. */
type Ready = Pick<Context, 'session' | 'request' | 'log' | 'progress'> & { readonly on: Session }

async function runPlanned(
  { on, ...ready }: Ready,
  heads: readonly string[],
  planned: readonly Step[],
): Promise<MigrateResult> {
  const { session, request, progress } = ready
  const { dryRun = false, singleTransaction = false } = request
  const copied = planned.length > 0 && !dryRun ? request.backup : undefined
  const backup = copied && (await makeBackup(session, copied, heads, request))
  // An interrupted run still writes down that it was.
  const afterwards = patientSession(on, { lockTimeoutMs: 10_000 })
  const observer = new Observer(session)
  const context: Context = { ...ready, observer, afterwards, schema: liveSchema(session), backup }
  try {
    if (dryRun || singleTransaction) return await runTogether(context, heads, planned)
    await ensureTables(session)
    const { durationMs, ...result } = await runSteps(context, heads, planned)
    tellEnd(request, result, durationMs)
    return progress.changed ? defined({ ...result, backup: backup?.file }) : result
  } finally {
    await observer.end()
    await backup?.end(progress.changed)
  }
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
      await commitAll(one, context)
      progress.changed = result.steps.length > 0
      tellEnd(request, result, durationMs)
      return progress.changed ? defined({ ...result, backup: backup?.file }) : result
    } catch (error) {
      if (tookEffect(error)) progress.changed = true
      if (progress.changed) throw error
      // Where the connection is gone, so is the transaction.
      await one.rollback().catch(() => undefined)
      schema.forget()
      progress.reset()
      if (!(error instanceof ForeignKeysNeedOff) || off) throw error
      notes.length = 0
    }
  }
}

/** Where the connection is lost meanwhile, another one says whether the COMMIT took effect. */
async function commitAll(one: OneTransaction, { session, request, progress }: Context): Promise<void> {
  const { last } = progress
  try {
    await one.commit()
  } catch (error) {
    throw last !== undefined && (await isGone(session)) ? await lossOf(last, error, request.onEvent) : error
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
  const { state, unknown, shares } = aheadOrDiverged(log, graph, heads)
  if (state === 'diverged') throw new DivergedError(unknown, shares)
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
  const { graph, kind, onlySkipped, onEvent } = request
  const skipped = skippedRevisions(log, graph, heads)
  const steps = request.steps(heads)
  if (onlySkipped === true) return steps.filter(({ revision }) => skipped.includes(revision.id))
  const inTheWay =
    kind === 'upgrade' ? skipped : skipped.filter((id) => steps.some(({ revision }) => revision.id === id))
  if (inTheWay.length > 0) throw new SkippedRevisionsError(inTheWay, heads)
  for (const { revision, direction, step } of halfWayRevisions(log, graph, steps)) {
    if (step !== undefined) throw new HalfDoneError(revision, direction, step)
    if (kind === 'downgrade' || direction === 'up') continue
    // Its row says that it is there, as if nothing of it were missing.
    const message = `Revision ${revision} was taken back half way, and stays so: \`autogen downgrade ${revision}@-1\` goes on with it.`
    onEvent?.({ type: 'warning', code: 'half-done', message, revisions: [revision] })
  }
  return steps
}

async function warnOfEdited({ onEvent, scripts }: MigrateRequest, log: readonly LogEntry[]): Promise<void> {
  if (onEvent === undefined) return
  const revisions = (await editedRevisions(log, scripts)).map(({ revision }) => revision)
  if (revisions.length === 0) return
  const them = revisions.length === 1 ? 'it' : 'them'
  const message = `Edited since they ran here: ${revisions.join(', ')}; the database still is as the old text left ${them}. \`autogen repair ${revisions[0]} --accept --reason "..."\` accepts an edit.`
  onEvent({ type: 'warning', code: 'edited', message, revisions })
}

/** Ran is the result of steps, and how long all of them took. */
type Ran = MigrateResult & { readonly durationMs: number }

async function runSteps(context: Context, before: readonly string[], planned: readonly Step[]): Promise<Ran> {
  const { session, request, schema, progress } = context
  const { kind, onEvent, onlySkipped, dryRun, singleTransaction } = request
  const started = Date.now()
  const how = { ...(dryRun && { dryRun }), ...(singleTransaction && { singleTransaction }) }
  onEvent?.({ type: 'run', kind, heads: before, steps: planned, ...how })
  const ended = (rest: Partial<MigrateResult> = {}): Ran => {
    const { heads, done } = progress
    return { before, heads, steps: done, state: 'known', ...rest, durationMs: Date.now() - started }
  }
  let left = planned
  for (let [step] = left; step !== undefined; [step] = left) {
    if (request.signal?.aborted) throw new InterruptedError()
    const place = { position: planned.indexOf(step) + 1, total: planned.length, done: progress.done }
    const outcome = await runStep(context, step, progress.heads, place).catch((error: unknown) => {
      if (error instanceof RehearsalEnds) return error
      throw error
    })
    if (outcome instanceof RehearsalEnds) {
      const note = `the rehearsal ends here: ${outcome.reason}`
      return ended({ rehearsal: { complete: false, notes: [{ revision: outcome.revision, note }] } })
    }
    if (outcome === 'moved') {
      // Another process was there first: what it has done is done, what is left of our plan is still to do.
      progress.heads = await selectHeads(session)
      if (onlySkipped !== true) left = stillToDo(request.graph, planned, progress.heads)
      schema.forget()
    } else {
      progress.add(outcome.task, outcome.durationMs, outcome.heads)
      left = left.slice(1)
    }
  }
  return ended()
}

function stillToDo(graph: RevisionGraph, planned: readonly Step[], heads: readonly string[]): Step[] {
  const ran = ancestorsOf(graph, heads)
  return planned.filter(({ direction, revision }) => ran.has(revision.id) === (direction === 'down'))
}
