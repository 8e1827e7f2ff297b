// From what a script queued to what a SegmentRun can run: resolved against the schema of the moment, and planned.
import type { Dialect, Plan, Scope } from '../dialects/dialect'
import { ConcurrentlyInTransactionError } from '../errors'
import { defined } from '../model/defined'
import { emptySchema, type SchemaModel } from '../model/schema'
import { apply } from '../operations/apply'
import type { Intent, SourceLine } from '../operations/intent'
import { runsOwnSql, type Operation } from '../operations/operation'
import { resolve } from '../operations/resolve'
import { liveMetadataSql, planWith } from './interop'
import type { LiveSchema } from './live-schema'
import { RehearsalEnds } from './one-transaction'
import type { SegmentRun } from './segments'
import type { Work } from './task'
import type { Session } from './session'

/** Mode says how queued work is to run. */
export interface Mode {
  readonly transaction: boolean
  readonly idempotent?: boolean
  /** What the migration has done before. */
  readonly earlier?: readonly Operation[]
  /** More of it may be queued. */
  readonly goesOn?: boolean
}

/** PlanFor is what planning must know of the database. */
export interface PlanFor {
  readonly dialect: Dialect
  readonly scope: Scope
  /** Absent when nobody is connected. */
  readonly version?: number
}

/** Prepared is work that is ready to run, what the schema is afterwards, and the intents that must wait for that. */
export interface Prepared {
  readonly work: Work
  readonly after: SchemaModel
  /** What stands behind SQL of the script's own and names what only that SQL may create. */
  readonly rest: readonly Intent[]
}

/** Resolves against a schema and plans. */
export function prepare(target: PlanFor, before: SchemaModel, intents: readonly Intent[], mode: Mode): Prepared {
  const operations: Operation[] = []
  const lines: (SourceLine | undefined)[] = []
  let after = before
  let rest: readonly Intent[] = []
  for (const [index, intent] of intents.entries()) {
    try {
      const resolved = resolve(after, [intent])
      operations.push(...resolved)
      lines.push(...resolved.map(() => intent.at))
      after = apply(after, resolved)
    } catch (error) {
      if (!operations.some(runsOwnSql)) throw error
      rest = intents.slice(index)
      break
    }
  }
  const { dialect, scope, version } = target
  const { transaction, earlier } = mode
  const goesOn = mode.goesOn === true || rest.length > 0
  const context = defined({ scope, transaction, version, earlier, goesOn })
  const plan = located(() => dialect.plan(operations, before, context), lines)
  return { work: { plan, operations, lines, idempotent: mode.idempotent ?? false }, after, rest }
}

/** A plan that is refused names the line that asked for it: a dialect plans operations, which have none. */
function located(plan: () => Plan, lines: readonly (SourceLine | undefined)[]): Plan {
  try {
    return plan()
  } catch (error) {
    if (!(error instanceof ConcurrentlyInTransactionError) || error.position === undefined) throw error
    const at = lines[error.position]
    throw new ConcurrentlyInTransactionError(error.index, at && `${at.file}:${at.line}`, error.position)
  }
}

/** The schema that intents meet; nothing is read for those that are nothing but SQL. */
export async function schemaFor(schema: LiveSchema, intents: readonly Intent[]): Promise<SchemaModel> {
  return intents.every(namesNothing) ? emptySchema : schema.read(intents)
}

/** Prepares and runs intents, what had to wait included. */
export async function perform(
  session: Session,
  schema: LiveSchema,
  run: SegmentRun,
  intents: readonly Intent[],
  mode: Mode,
): Promise<void> {
  const { together } = run
  if (together !== undefined && !mode.transaction) {
    if (together.rehearsal && run.goesOnAlone)
      throw new RehearsalEnds(run.revision, 'only the run itself can go on after what it has committed of it')
    const inside = together.outside(run.revision, intents)
    if (inside.length > 0) await perform(session, schema, run, inside, { transaction: true })
    return
  }
  const before = await schemaFor(schema, intents)
  const { work, after, rest } = prepare(session, before, intents, { ...mode, earlier: run.operations })
  const { skipping } = run.attempt
  await run.run({ ...work, plan: planWith(work.plan, await liveMetadataSql(session, work.operations, before)) })
  if (!mode.transaction) await run.commitPart()
  // In parts that are committed, what the SQL did is in the schema already, as far as it can be; for SQL alone none was read.
  if (!run.attempt.skipping && (skipping || intents.some(runsOwnSql))) schema.forget()
  else if (!intents.every(namesNothing)) schema.become(after)
  if (rest.length > 0) await perform(session, schema, run, rest, mode)
}

function namesNothing(intent: Intent): boolean {
  return intent.kind === 'own' ? intent.does.changes.length === 0 : intent.kind === 'execute'
}
