// A script that runs against a database: what stands behind its `op`.
import { AutogenError, exitCodes } from '../errors'
import type { Row } from '../dialects/dialect'
import { createOp, type Backing } from '../operations/record'
import { callName } from '../operations/rows'
import { lineOf } from '../operations/targets'
import { runBatches } from './batched'
import type { LiveSchema } from './live-schema'
import { passagesOf, type RecordedMigration } from './recorded'
import { rowsSql } from './rows'
import type { SegmentRun } from './segments'
import type { Task } from './task'
import type { Session } from './session'
import { perform, prepare, schemaFor, type Mode } from './work'

/** Stage is all that a script meets when it runs. */
export interface Stage {
  readonly session: Session
  readonly schema: LiveSchema
  readonly run: SegmentRun
  readonly task: Task
  readonly migration: RecordedMigration
}

/** Runs a script. One that only queues has said everything in its recording and is not called again. */
export async function runScript({ session, schema, run, task, migration }: Stage): Promise<void> {
  const { direction } = task.step
  const recording = migration[direction]
  const mode = { transaction: migration.transaction }
  if (!recording.async) {
    const passages = passagesOf(recording.intents, mode.transaction)
    for (const [at, passage] of passages.entries()) {
      if (passage.kind !== 'queued') continue
      // What the log keeps of an `op.autocommit` stands between its parts.
      if (passage.transaction !== mode.transaction) await run.commitPart()
      await perform(session, schema, run, passage.intents, { ...passage, goesOn: at < passages.length - 1 })
    }
    return
  }
  const { module } = migration
  const backing = liveBacking({ session, schema, run, task, migration }, mode)
  const running = createOp(backing)
  try {
    await (direction === 'up' ? module.upgrade?.(running.op) : module.downgrade?.(running.op))
    await running.settle()
    const rest = running.queued()
    if (rest.length > 0) await backing.run(rest)
  } finally {
    running.close()
  }
}

/** Plans what the recording says, to learn before the transaction begins whether foreign keys must be off in it. */
export async function needsForeignKeysOff(
  session: Session,
  schema: LiveSchema,
  migration: RecordedMigration,
  direction: 'up' | 'down',
): Promise<boolean> {
  const passages = passagesOf(migration[direction].intents, migration.transaction).filter(
    (one) => one.kind === 'queued',
  )
  const intents = passages.flatMap((passage) => passage.intents)
  let before = await schemaFor(schema, intents)
  let off = false
  try {
    for (const passage of passages) {
      const { work, after, rest } = prepare(session, before, passage.intents, passage)
      off ||= work.plan.foreignKeysOff === true
      if (rest.length > 0) break
      before = after
    }
  } catch (error) {
    // What the rest of the script does may depend on what its SQL has done by then; a refusal does not.
    const known = !migration[direction].async || (error instanceof AutogenError && error.exitCode === exitCodes.refused)
    if (known) throw error
  }
  return off
}

function liveBacking(stage: Stage, mode: Mode): Backing {
  const { session, schema, run, task, migration } = stage
  const within = { transaction: mode.transaction, idempotent: mode.idempotent }
  return {
    run: (intents) => perform(session, schema, run, intents, { ...mode, goesOn: true }),
    async query(sql, parameters, { at }) {
      const statement = parameters === undefined ? { sql } : { sql, parameters }
      const rows = await run.query(statement, at, within)
      schema.forget()
      return rows
    },
    async manager(work, { at }) {
      const result = await run.live('op.manager', within, () =>
        // The one cast: `Op` is typed without TypeORM, and what a script says its manager is, is TypeORM's.
        session.manager((manager) => work(manager as never), lineOf({ at })),
      )
      schema.forget()
      return result
    },
    async autocommit(work, { idempotent }) {
      await run.commitPart()
      await work(liveBacking(stage, { transaction: false, idempotent: idempotent ?? false }))
    },
    async table(asked, { at }) {
      const before = await schema.read([{ kind: 'dropTable', table: asked.table }])
      const { statements, result } = rowsSql(asked, before, session, { at })
      let rows: Row[] = []
      for (const statement of statements)
        rows = await run.query(statement, at, { ...within, what: `op.${callName(asked)}` })
      return result(rows)
    },
    batched: (batch, { at }) => runBatches({ session, schema, run, task }, batch, at),
    given: () => migration.given.x ?? {},
    ...(migration.given.own && { own: migration.given.own }),
  }
}
