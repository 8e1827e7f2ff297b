// What upgrade and downgrade share: run the steps to a target, or print their SQL.
import type { Environment } from '../environment'
import { defined } from '../model/defined'
import { UsageError } from '../errors'
import { headsAfter } from '../graph/heads'
import { downgradePath, refuseBackward, upgradePath } from '../graph/path'
import type { Step } from '../graph/revision'
import { isRange, resolveTargets } from '../graph/target'
import type { BackupSettings } from '../runtime/backup'
import type { RunEvent } from '../runtime/events'
import { migrate } from '../runtime/migrate'
import type { MigrateResult, Rehearsal } from '../runtime/run'
import { offlineSql } from '../runtime/offline'
import { offlineTarget } from '../runtime/offline-target'
import type { Session } from '../runtime/session'
import { version } from '../version'
import type { Out } from './command'
import { offlineEnds, type Ends } from './offline-ends'
import { runOptions, type Patience } from './run-options'
import { hintedToStamp } from './unstamped'

export interface MoveOptions extends Patience {
  /** Print the SQL instead of running it. */
  readonly sql?: boolean
  /** All revisions in one transaction. */
  readonly singleTransaction?: boolean
  /** Runs everything in a transaction that is taken back. */
  readonly dryRun?: boolean
}

/** MoveResult is what upgrade and downgrade return. */
export interface MoveResult {
  /** The heads before and after. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly steps: readonly MovedStep[]
  /** `ahead`: the database holds newer revisions than this program knows, and nothing was done. */
  readonly state: 'known' | 'ahead'
  /** The copy of a SQLite file as it was before. */
  readonly backup?: string
  /** The script, when SQL was asked for. */
  readonly sql?: string
  /** What a dry run could not try as the run will do it; then `to` is where the run would lead. */
  readonly dryRun?: Rehearsal
}

export interface MovedStep {
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly message: string
  readonly durationMs: number
  /** What a dry run sent for it. */
  readonly statements?: readonly string[]
}

type Move = MoveOptions & {
  readonly kind: 'upgrade' | 'downgrade'
  readonly target: string | readonly string[]
  readonly skipped?: boolean
  readonly strict?: boolean
}

/** Runs, or prints, the steps to a target. */
export async function downOrUp(environment: Environment, move: Move): Promise<MoveResult> {
  if (move.sql === true) {
    if (move.skipped === true) {
      throw new UsageError(
        'Which revisions were skipped is not known without the database.',
        'Run `autogen upgrade --skipped` without `--sql`, or print a range: `autogen upgrade --sql <from>:<to>`.',
      )
    }
    refuseWithSql(move)
    return printed(environment, move)
  }
  const range = listed(move.target).find(isRange)
  if (range !== undefined) {
    throw new UsageError(`A range such as ${range} is only for --sql.`, `Name one target, or add \`--sql\`.`)
  }
  const session = await environment.writingSession()
  refuseLimits(move, session)
  const statements = new Map<string, string[]>()
  const result = await migrate(
    session,
    defined({
      ...runOptions(environment, move),
      onEvent: (event: RunEvent) => {
        keepStatement(statements, event)
        environment.emit(event)
      },
      singleTransaction: move.singleTransaction === true ? (true as const) : undefined,
      dryRun: move.dryRun === true ? (true as const) : undefined,
      kind: move.kind,
      steps: (heads: readonly string[]) => stepsTo(environment, move, heads, move.target),
      onlySkipped: move.skipped === true,
      strict: move.strict === true,
      backup: backupOptions(environment),
    }),
  ).catch(async (error: unknown) => {
    throw await hintedToStamp(environment, error)
  })
  return {
    from: result.before,
    to: result.heads,
    steps: movedSteps(result, move.dryRun === true ? statements : undefined),
    state: result.state,
    ...(result.rehearsal === undefined ? {} : { dryRun: result.rehearsal }),
    ...(result.backup === undefined ? {} : { backup: result.backup }),
  }
}

/** The steps of a run as the commands return them. */
export function movedSteps({ steps }: MigrateResult, statements?: ReadonlyMap<string, readonly string[]>): MovedStep[] {
  return steps.map(({ step, durationMs }) => ({
    ...summary(step),
    durationMs,
    ...(statements && { statements: statements.get(step.revision.id) ?? [] }),
  }))
}

/** How a SQLite file is copied first; undefined where it is not. */
export function backupOptions({ settings }: Environment): BackupSettings | undefined {
  const { backup = true } = settings
  return backup === false ? undefined : backup === true ? {} : backup
}

function keepStatement(statements: Map<string, string[]>, event: RunEvent): void {
  // A run that begins again, as foreign keys must be off, begins its list again.
  if (event.type === 'run') statements.clear()
  if (event.type === 'statement') statements.set(event.revision, [...(statements.get(event.revision) ?? []), event.sql])
}

/** What is typed and would have no effect is a mistake; a setting may be for another database. */
function refuseLimits({ tableLockTimeout, statementTimeout }: Move, { dialect, driver }: Session): void {
  if (dialect.session.limited || (tableLockTimeout ?? statementTimeout) === undefined) return
  const flag = tableLockTimeout === undefined ? '--statement-timeout' : '--table-lock-timeout'
  throw new UsageError(
    `${flag} means nothing to ${driver}, whose statements have no such limit.`,
    `Leave \`${flag}\` out.`,
  )
}

/** Prints what a move did. */
export function printMove(result: MoveResult, { line, paint }: Out): void {
  if (result.sql !== undefined) return line(result.sql.trimEnd())
  if (result.state === 'ahead')
    return line(paint.dim('The database is ahead of these revisions; there is nothing to do.'))
  const place = result.to.length === 0 ? 'base' : result.to.join(', ')
  if (result.dryRun !== undefined && (result.steps.length > 0 || !result.dryRun.complete)) {
    return printRehearsal(result.dryRun, place, { line, paint })
  }
  if (result.steps.length === 0) return line(`Nothing to do: the database is at ${paint.bold(place)}.`)
  line(`The database is at ${paint.bold(place)}.`)
}

function printRehearsal({ complete, notes }: Rehearsal, place: string, { line, paint }: Out): void {
  // A revision with several parts may have the same said of each.
  for (const text of new Set(notes.map(({ revision, note }) => `${revision}: ${note}`)))
    line(`${paint.yellow('note')}      ${text}`)
  const end = complete ? `the database would be at ${paint.bold(place)}` : `it got as far as ${paint.bold(place)}`
  line(`Dry run: ${end}, and nothing was changed.`)
}

function stepsTo({ graph }: Environment, move: Move, heads: readonly string[], target: Move['target']): Step[] {
  // What was skipped lies below the heads: all that the target needs counts, whether it ran or not.
  const from = move.skipped === true ? [] : heads
  if (move.kind === 'downgrade') {
    return downgradePath(graph, heads, resolveTargets(graph, target, { current: heads, direction: 'down' }))
  }
  const targets = resolveTargets(graph, target, { current: heads, direction: 'up' })
  if (move.sql === true) refuseBackward(graph, heads, targets)
  return upgradePath(graph, from, targets)
}

function refuseWithSql({ dryRun, singleTransaction }: Move): void {
  if (dryRun === true)
    throw new UsageError('SQL that is printed is not run, not even to try it.', 'Leave `--sql` or `--dry-run` out.')
  if (singleTransaction === true) {
    throw new UsageError(
      'SQL that is printed has its own transactions.',
      'Leave `--single-transaction` out, and look at what is printed before you run it.',
    )
  }
}

/** Nothing is connected to, so the reader says where their database is: `a:b`, or base for an upgrade. */
async function printed(environment: Environment, move: Move): Promise<MoveResult> {
  const { graph, scripts, settings } = environment
  const { heads, ends } = endsOf(environment, move)
  const target = offlineTarget(await environment.dataSource(), settings)
  const steps = stepsTo(environment, move, heads, ends)
  const request = {
    ...target,
    graph,
    scripts,
    kind: move.kind,
    heads,
    steps,
    toolVersion: version,
  }
  return {
    from: heads,
    to: steps.reduce((rows, step) => headsAfter(graph, rows, step).heads, heads),
    steps: steps.map((step) => ({ ...summary(step), durationMs: 0 })),
    state: 'known',
    sql: await offlineSql(request),
  }
}

function endsOf({ graph }: Environment, { kind, target }: Move): Ends {
  const targets = listed(target)
  if (kind === 'upgrade') return offlineEnds(graph, targets)
  if (targets.every(isRange)) return offlineEnds(graph, targets, { from: 'heads', to: 'base' })
  throw new UsageError(
    'A downgrade printed as SQL must know where the database is.',
    'Give a range: `autogen downgrade --sql head:-1`, or `<from>:<to>`.',
  )
}

function listed(target: Move['target']): readonly string[] {
  return typeof target === 'string' ? [target] : target
}

function summary({ direction, revision }: Step) {
  return { revision: revision.id, direction, message: revision.message }
}
