// `autogen check`: fails when entities and database drift apart. For CI; writes nothing.
import { compare, type Comparison, type ComparisonOptions, warnOfNoEntities, type RenameCandidate } from '../comparison'
import type { Uncertainty } from '../dialects/dialect'
import { readEntities } from '../entities/read'
import type { Environment } from '../environment'
import {
  AheadError,
  AutogenError,
  DivergedError,
  exitCodes,
  type ExitCode,
  MultipleHeadsError,
  type Problem,
  SeveralProblemsError,
  SkippedRevisionsError,
} from '../errors'
import { describe, describeSubject, isDestructive } from '../operations/describe'
import type { Operation } from '../operations/operation'
import { readLog } from '../runtime/log'
import { aheadOrDiverged, editedRevisions, skippedRevisions, type Standing } from '../runtime/history'
import { offlineTarget } from '../runtime/offline-target'
import { withoutUrlPasswords } from '../runtime/passwords'
import type { Session } from '../runtime/session'
import { readHeads } from '../runtime/versions'
import type { MigrationScript } from '../scripts/script'
import type { Command, Out } from './command'
import { headFileProblems } from './head-file'
import { describeHeads } from './several-heads'

export interface CheckOptions extends ComparisonOptions {
  /** Also fails on expressions that nobody could judge. */
  readonly strict?: boolean
}

/** CheckResult lists every problem found, the gravest first; `problems` is empty when all is well. */
export interface CheckResult {
  readonly database: string
  readonly problems: readonly Problem[]
  readonly operations: readonly DescribedOperation[]
  /** What no entity declares and no revision created. */
  readonly unmanaged: readonly string[]
  readonly hidden: readonly string[]
  /** What the rewrites of the settings have taken out or changed. */
  readonly rewritten: readonly string[]
  /** What may have been renamed; `revision` asks. */
  readonly candidates: readonly RenameCandidate[]
  readonly uncertain: readonly Uncertainty[]
  /** What the command ends with: the first of the problems' codes in the order 2, 8, 4, 3. */
  readonly exitCode: ExitCode | 0
}

export interface DescribedOperation {
  readonly text: string
  readonly destructive: boolean
  readonly operation: Operation
}

export const checkCommand: Command<CheckOptions, CheckResult> = {
  name: 'check',
  describe: 'fail when entities and database differ, or revisions wait',
  examples: [
    ['autogen check', 'for CI, and before you commit'],
    ['autogen check --from-history', 'the revisions alone, against a scratch database'],
  ],
  flags: {
    'from-history': {
      type: 'boolean',
      describe: 'compare with the history replayed on a scratch database, not the live one',
    },
    names: { type: 'boolean', describe: 'also report constraints and indexes of which only the name differs' },
    'include-unmanaged': { type: 'boolean', describe: 'also report what no entity declares and no revision created' },
    strict: { type: 'boolean', describe: 'also fail on expressions that could not be judged' },
  },
  async run(environment, options) {
    const files = await loadAll(environment)
    const session = await elseAllOf(environment.session(), () => problemsWithoutDatabase(environment, files.problems))
    let isAhead = false
    const graphProblems = [
      ...files.problems,
      ...(await orProblem(() => headFileProblems(environment))),
      ...(options.fromHistory === true
        ? await orProblem(() => severalHeads(environment))
        : await orProblem(async () => {
            const place = await placeProblems(environment, session, files.loaded)
            isAhead = place.state === 'ahead'
            return place.problems
          })),
    ]
    const comparison = await elseAllOf(compare(environment, options), () => graphProblems)
    warnOfNoEntities(environment, comparison)
    const problems = ranked([
      ...graphProblems,
      ...drift(comparison, graphProblems, { isAhead, fromHistory: options.fromHistory === true }),
      ...(options.strict === true ? uncertainty(comparison.uncertain) : []),
    ])
    return {
      database: session.address,
      problems,
      operations: comparison.operations.map((operation) => ({
        text: describe(operation),
        destructive: isDestructive(operation),
        operation,
      })),
      unmanaged: comparison.unmanaged.map(describeSubject),
      hidden: comparison.hidden.map(describe),
      rewritten: comparison.rewritten.map(describe),
      candidates: comparison.candidates,
      uncertain: comparison.uncertain,
      exitCode: problems[0]?.exitCode ?? 0,
    }
  },
  print: printCheck,
  exitCode: (result) => result.exitCode,
}

/** Waits for what the answer needs; where it cannot be had, everything else that is wrong is told with it. */
async function elseAllOf<T>(needed: Promise<T>, others: () => readonly Problem[] | Promise<readonly Problem[]>) {
  try {
    return await needed
  } catch (error) {
    if (!(error instanceof AutogenError)) throw error
    const more = (await others()).filter(({ message }) => message !== error.message)
    const [first, ...rest] = ranked([error, ...more].map(asProblem))
    throw first === undefined || rest.length === 0 ? error : new SeveralProblemsError([first, ...rest])
  }
}

/** Looks for problems; one that keeps us from looking is the one. */
async function orProblem(look: () => Problem[] | Promise<Problem[]>): Promise<Problem[]> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof AutogenError) return [asProblem(error)]
    throw error
  }
}

/** Loads the revisions, pending ones too: a file that is broken would only be found by the upgrade that needs it. */
async function loadAll({ scripts }: Environment): Promise<{ loaded: MigrationScript[]; problems: Problem[] }> {
  const loaded: MigrationScript[] = []
  const problems: Problem[] = []
  for (const script of scripts) {
    const found = await orProblem(async () => {
      await script.load()
      return []
    })
    if (found.length === 0) loaded.push(script)
    problems.push(...found)
  }
  return { loaded, problems }
}

/** What counts of several problems; others than these come first. */
const ranking: readonly ExitCode[] = [exitCodes.usage, exitCodes.unreachable, exitCodes.graph, exitCodes.drift]

function ranked(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => ranking.indexOf(a.exitCode) - ranking.indexOf(b.exitCode))
}

function asProblem({ code, exitCode, message, hint }: Problem): Problem {
  return { code, exitCode, message: withoutUrlPasswords(message), hint }
}

async function problemsWithoutDatabase(environment: Environment, files: readonly Problem[]): Promise<Problem[]> {
  return [
    ...files,
    ...(await orProblem(async () => {
      const dataSource = await environment.dataSource()
      const { dialect, scope } = offlineTarget(dataSource, environment.settings)
      await readEntities(dataSource, dialect.entities, scope)
      return []
    })),
    ...(await orProblem(() => severalHeads(environment))),
    ...(await orProblem(() => headFileProblems(environment))),
  ]
}

async function placeProblems(
  environment: Environment,
  session: Session,
  scripts: readonly MigrationScript[],
): Promise<Pick<Standing, 'state'> & { readonly problems: Problem[] }> {
  const { graph } = environment
  const heads = await readHeads(session)
  const log = await readLog(session)
  const several = await severalHeads(environment)
  const { state, unknown, shares } = aheadOrDiverged(log, graph, heads)
  if (state === 'ahead') {
    const { message } = new AheadError(unknown)
    environment.emit({ type: 'warning', code: 'ahead', message, revisions: unknown })
  }
  const skipped = skippedRevisions(log, graph, heads)
  const edited = await editedRevisions(log, scripts)
  const behind = state === 'known' && graph.realHeads.some((id) => !heads.includes(id))
  const problems = [
    ...several,
    ...(state === 'diverged' ? [asProblem(new DivergedError(unknown, shares))] : []),
    ...(behind && several.length === 0
      ? [
          problem(
            'pending',
            `The database is at ${heads.join(', ') || 'base'}; the newest revision is ${graph.realHeads.join(', ')}.`,
            'Run `autogen upgrade head`.',
          ),
        ]
      : []),
    ...(skipped.length > 0 ? [{ ...asProblem(new SkippedRevisionsError(skipped, heads)), code: 'skipped' }] : []),
    ...edited.map(({ revision }) =>
      problem(
        'edited',
        `Revision ${revision} was changed after it ran here.`,
        `Restore the file and put the change into a new revision, or accept it as it is: \`autogen repair ${revision} --accept --reason "..."\`.`,
      ),
    ),
  ]
  return { state, problems }
}

async function severalHeads(environment: Environment): Promise<Problem[]> {
  const { heads } = environment.graph
  if (heads.length < 2) return []
  const { message } = new MultipleHeadsError(heads, await describeHeads(environment, heads))
  return [problem('several-heads', message, 'Run `autogen merge heads -m "merge"`.')]
}

function problem(code: string, message: string, hint: string): Problem {
  return { code, exitCode: exitCodes.graph, message, hint }
}

function drift(
  { operations, entityless }: Comparison,
  others: readonly Problem[],
  { isAhead, fromHistory }: { readonly isAhead: boolean; readonly fromHistory: boolean },
): Problem[] {
  if (operations.length === 0) return []
  const first = others.some(({ code }) => code === 'pending')
    ? 'Run `autogen upgrade head` first, then check again.'
    : others.length > 0
      ? 'Mend the revisions first, then check again.'
      : isAhead
        ? 'Check from the release that has those revisions, or take them back with `autogen switch`.'
        : entityless
          ? 'Look at what `entities` of your data source names.'
          : undefined
  return [
    {
      code: 'drift',
      exitCode: exitCodes.drift,
      message: `The entities and the ${fromHistory ? 'history' : 'database'} differ in ${operations.length} ${operations.length === 1 ? 'place' : 'places'}.`,
      hint: first ?? `Run \`autogen revision${fromHistory ? ' --from-history' : ''} -m "what changed"\`.`,
    },
  ]
}

function uncertainty(uncertain: readonly Uncertainty[]): Problem[] {
  if (uncertain.length === 0) return []
  return [
    {
      code: 'uncertain',
      exitCode: exitCodes.drift,
      message: `${uncertain.length} expressions differ in their text and could not be judged.`,
      hint: 'Run check with a user that may create temporary tables, or leave `--strict` out.',
    },
  ]
}

function printCheck(result: CheckResult, { line, paint }: Out): void {
  for (const { message, hint } of result.problems) {
    line(`${paint.red('problem')}  ${message}`)
    line(`${paint.cyan('hint')}     ${hint}`)
  }
  for (const { text, destructive } of result.operations) {
    const colour = destructive || text.startsWith('-') ? paint.red : text.startsWith('+') ? paint.green : paint.yellow
    line(`  ${colour(text)}`)
  }
  for (const { gone, created, flags } of result.candidates) {
    line(
      `${paint.yellow('renamed?')} ${gone} may be ${created.join(' or ')} now: \`autogen revision\` asks, or takes \`${flags.join('` or `')}\``,
    )
  }
  for (const { subject, live, wanted, reason } of result.uncertain) {
    line(`${paint.yellow('uncertain')} ${subject}: ${live} or ${wanted}? (${reason})`)
  }
  if (result.unmanaged.length > 0) {
    line(paint.dim(`Left alone, as no entity declares it and no revision created it (${result.unmanaged.length}):`))
    for (const text of result.unmanaged) line(paint.dim(`  ${text}`))
  }
  if (result.hidden.length > 0) {
    line(paint.dim(`Different in name alone (${result.hidden.length}); \`--names\` shows them.`))
  }
  if (result.rewritten.length > 0) {
    line(paint.dim(`Taken out or changed by \`rewrite\` in your settings (${result.rewritten.length}).`))
  }
  if (result.problems.length === 0) line(`${paint.green('ok')}  The entities and the database agree.`)
}
