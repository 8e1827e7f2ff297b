// One migration of a run: recorded, begun where the run before it stopped, run, and written down.
import { AutogenError, DivergedError, IrreversibleRevisionError } from '../errors'
import { change, headsAfter } from '../graph/heads'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { Intent } from '../operations/intent'
import type { MigrationScript } from '../scripts/script'
import {
  cleanUp,
  explained,
  interruptionOf,
  inTheWay,
  recordTakenBack,
  retriesOf,
  waitToRunAgain,
  wholeFailure,
  withParts,
} from './aftermath'
import { tellApplied } from './applied'
import type { MigrationEvent } from './events'
import { migrationFailure } from './failure'
import { keptDowngrade } from './kept'
import { inMigration } from './hooks'
import { needsForeignKeysOff, runScript } from './live'
import { halfDone, readLog, type LogEntry } from './log'
import { lossOf, tookEffect } from './loss'
import { ForeignKeysNeedOff, RehearsalEnds } from './one-transaction'
import { passagesOf, reasonAgainst, recordMigration, refuseUnfilled, type RecordedMigration } from './recorded'
import { explanationOf } from './retry'
import type { Context, MigrateRequest } from './run'
import { isGone } from './session'
import { SegmentRun } from './segments'
import type { Task } from './task'
import { whoRuns } from './who'

/** Place is where in the run a migration stands. */
export interface Place {
  readonly position: number
  readonly total: number
  /** Of this migration in this run, from 1. */
  readonly attempt: number
  /** What ran before it. */
  readonly done: readonly { readonly step: Step }[]
}

/** Outcome: another process was there first, or the heads afterwards. */
export type Outcome = 'moved' | { readonly heads: readonly string[]; readonly durationMs: number; readonly task: Task }

/** Runs one migration, and again where others were in its way. */
export async function runStep(
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
    // The schema does not fit where another process has done the step meanwhile, or is half way through it.
    const { attempt } = new SegmentRun(taskOf(context, step, migration, previous, false))
    if (!sameHeads(await attempt.readHeads(), heads)) return 'moved'
    attempt.refuseOvertaken()
    throw error
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
  const { kind, hooks = {}, dryRun, singleTransaction } = request
  const facts = defined({ kind, step, before: heads, ...place, attempt, dryRun, singleTransaction })
  const began = Date.now()
  const tell = (state: MigrationEvent['state']) =>
    request.onEvent?.({ type: 'migration', state, step, ...place, durationMs: Date.now() - began })
  try {
    const found = run.attempt.skipping || !migration.transaction ? await run.attempt.readHeads() : await run.begin()
    if (!sameHeads(found, heads)) {
      await run.rollback()
      return 'moved'
    }
    run.attempt.refuseOvertaken()
    tell(previous === undefined ? 'started' : 'resumed')
    if (hooks.beforeMigration !== undefined) {
      const hook = hooks.beforeMigration
      await run.around((query) => inMigration('beforeMigration', hook, session, { ...facts, query }), {
        transaction: migration.transaction && !run.attempt.skipping,
      })
    }
    await runScript({ session, schema, run, task, migration })
    const after = await run.finish(
      request.onlySkipped === true ? change(heads, heads) : headsAfter(request.graph, heads, step),
      migration.checksum,
      async (after, query) => {
        await inMigration('afterMigration', hooks.afterMigration, session, { ...facts, after, query })
        await tellApplied(request.onApply, session, { ...facts, after, query })
      },
    )
    await one?.check()
    progress.changed ||= one === undefined
    tell('done')
    return { heads: after, durationMs: Date.now() - began, task }
  } catch (error) {
    if (error instanceof ForeignKeysNeedOff || error instanceof RehearsalEnds) {
      await run.rollback()
      throw error
    }
    if (one?.together.rehearsal && session.dialect.session.needsCommit?.(error)) {
      await run.rollback()
      throw new RehearsalEnds(step.revision.id, afterCommit)
    }
    const failure = interruptionOf(step, run, migrationFailure(error, session, { step, completed: run.attempt.parts }))
    schema.forget()
    if (one !== undefined) {
      const whole = wholeFailure(failure, request, done)
      await one.rollback().catch(() => undefined)
      const lost = dryRun !== true && (await isGone(session)) ? await lossOf(task, failure, request.onEvent) : undefined
      if (lost === undefined) await recordTakenBack(context, run, whole)
      tell('failed')
      throw lost ?? whole
    }
    await run.rollback().catch(() => undefined)
    if (await isGone(session)) {
      const lost = await lossOf(task, failure, request.onEvent)
      if (tookEffect(lost)) progress.add(task, Date.now() - began, lost.heads)
      tell('failed')
      throw lost
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
    if (!restored) throw withParts(run, step, stopped ?? told, heads)
    // The backup is of before this run, and what an earlier one has committed is in it.
    throw explained(context, run, stopped ?? told, context.progress.heads, blockers)
  }
}

const afterCommit = 'what follows can be tried only after a commit, or outside of a transaction'

/** The row of a run that was cut off, or failed, after it had committed something. */
function halfWay(log: readonly LogEntry[], step: Step): LogEntry | undefined {
  const attempt = halfDone(log, step.revision.id)
  return attempt?.direction === step.direction ? attempt : undefined
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

/** The script of a step. */
export function scriptOf({ scripts }: MigrateRequest, { revision }: Step): MigrationScript {
  const script = scripts.find((one) => one.revision.id === revision.id)
  if (script === undefined) throw new DivergedError([revision.id])
  return script
}

function sameHeads(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join()
}
