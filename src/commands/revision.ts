// `autogen revision -m "add email"`: compares entities and database, and writes the migration for a person to review.
import type { RenameOptions } from '../answers'
import {
  compare,
  compareReplayed,
  warnOfNoEntities,
  type Comparison,
  type ComparisonOptions,
  type RenameCandidate,
} from '../comparison'
import type { Answers } from '../diff/answers'
import type { Environment } from '../environment'
import {
  AheadError,
  AutogenError,
  DivergedError,
  InterruptedError,
  NoCastError,
  TableMovedError,
  NoEntitiesError,
  NotAtHeadError,
  UnansweredRenameError,
  UsageError,
  WriteHookError,
} from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { resolveRevisions, severalHeads } from '../graph/target'
import { apply } from '../operations/apply'
import { displayName } from '../model/lookup'
import { describe, describeSubject, isDestructive, typeText } from '../operations/describe'
import type { Operation } from '../operations/operation'
import { disowned } from '../operations/managed'
import { reverseAll } from '../operations/reverse'
import { aheadOrDiverged } from '../runtime/history'
import { readLog } from '../runtime/log'
import type { Session } from '../runtime/session'
import { readHeads } from '../runtime/versions'
import { downgradeCalls, upgradeCalls } from './calls'
import type { Command, Out, Typed } from './command'
import { printWritten, requireMessage, writeRevision, type Draft, type Written } from './writing'

export type { RenameListener, RenameQuestion } from '../answers'
export type { RenameCandidate } from '../comparison'

export interface RevisionOptions extends ComparisonOptions, RenameOptions {
  readonly message?: string
  /** A blank file, without looking at entities and database. */
  readonly empty?: boolean
  /** Accepted as Alembic's users type it; it is what happens anyway. */
  readonly autogenerate?: boolean
  readonly revId?: string
  /** The parent, where it is not the only head. */
  readonly head?: string
  /** Allows a parent that is not a head. */
  readonly splice?: boolean
  readonly branchLabel?: readonly string[]
  readonly dependsOn?: readonly string[]
  /** The folder the file goes to, where there are several. */
  readonly versionPath?: string
  /** Refused, and says why: the SQL of a revision is `upgrade --sql`. */
  readonly sql?: boolean
}

/** RevisionResult is the file, or the reason there is none. */
export interface RevisionResult extends Partial<Written> {
  readonly operations: readonly { readonly text: string; readonly destructive: boolean }[]
  readonly unmanaged: readonly string[]
  readonly hidden: readonly string[]
  /** What the rewrites of the settings have taken out or changed. */
  readonly rewritten: readonly string[]
  /** What was said to be renamed, or null where it was said to be dropped; the revision keeps it. */
  readonly renames: Answers
  /** What stays, as nobody said that it was renamed: no revision of ours created it. */
  readonly candidates: readonly RenameCandidate[]
  /** The live database agrees with the entities, but the history does not: somebody changed the database past it. */
  readonly historyDiffers: boolean
  /** Written from the history, it makes what the live database has already. */
  readonly alreadyThere: boolean
}

export const revisionCommand: Command<RevisionOptions, RevisionResult> = {
  name: 'revision',
  describe: 'write what differs between entities and database',
  examples: [
    ['autogen revision -m "add email"', 'writes what differs between entities and database'],
    [
      'autogen revision -m "full names" --rename user.name:fullName',
      'says what was renamed, where nobody can be asked',
    ],
    ['autogen revision -m "fill in emails" --empty', 'a blank file to fill by hand'],
  ],
  flags: {
    message: { type: 'string', alias: 'm', argument: 'TEXT', describe: 'what the revision does, in a sentence' },
    empty: { type: 'boolean', describe: 'a blank file to fill by hand; looks at nothing' },
    autogenerate: { type: 'boolean', describe: 'what happens anyway; accepted for habit' },
    'from-history': {
      type: 'boolean',
      describe: 'compare with the history replayed on a scratch database, not the live one',
    },
    rename: {
      type: 'strings',
      argument: 'user.name:fullName',
      describe: 'this was renamed: a column, a table, a value of an enum',
    },
    drop: { type: 'strings', argument: 'user.name', describe: 'this was not renamed: it goes, and its data with it' },
    names: { type: 'boolean', describe: 'also rename constraints and indexes of which only the name differs' },
    'include-unmanaged': { type: 'boolean', describe: 'also drop what no entity declares and no revision created' },
    'rev-id': {
      type: 'string',
      argument: 'ID',
      describe: 'id of the new revision, instead of twelve random hex digits',
    },
    head: { type: 'string', argument: 'REV', describe: 'the parent, where there are several heads' },
    splice: { type: 'boolean', describe: 'allow a parent that is not a head' },
    'branch-label': { type: 'strings', argument: 'LABEL', describe: 'label of the branch that starts here' },
    'depends-on': { type: 'strings', argument: 'REV', describe: 'revision that must run before this one' },
    'version-path': {
      type: 'string',
      argument: 'FOLDER',
      describe: 'where the file goes, if there are several folders',
    },
    sql: { type: 'boolean', describe: 'refused: a revision is not SQL; `upgrade --sql` prints what it does' },
  },
  asks: true,
  async run(environment, options) {
    if (options.sql === true) {
      throw new UsageError(
        'A revision is written from the live database, and is no SQL.',
        'Write it without `--sql`, then print what it does with `autogen upgrade --sql`.',
      )
    }
    const message = requireMessage(options.message)
    const parents = chooseParents(environment, options)
    const draft = draftOf(environment, options, message, parents)
    if (options.empty === true) return { ...(await writeRevision(environment, draft)), ...nothing }
    if (options.fromHistory !== true) await requireAtHead(environment)

    const comparison = await compare(environment, options)
    const { operations, before } = comparison
    if (comparison.entityless && operations.length > 0) throw new NoEntitiesError(operations.map(describe))
    warnOfNoEntities(environment, comparison)
    const unanswered = comparison.candidates.filter(({ destructive }) => destructive)
    if (unanswered.length > 0) throw new UnansweredRenameError(unanswered)
    if (operations.length === 0) {
      const differs = await historyDiffers(environment, options)
      return { ...summary(comparison), historyDiffers: differs, alreadyThere: false }
    }
    const session = await environment.session()
    refuseMoved(session, operations)
    await refuseUnconvertible(session, operations)
    warnOfLongNames(environment, comparison)
    if (options.fromHistory !== true) warnOfUnmade(environment, comparison)
    const database = { dialect: session.dialect, version: session.version, rules: environment.settings.rules }
    const upgrade = upgradeCalls(operations, before, database)
    const back = disowned(comparison.downgrade ?? reverseAll(operations), operations, comparison.managed)
    const oneWay = await session.dialect.unconvertible(session.connection, back, session.scope)
    const downgrade = downgradeCalls(back, apply(before, operations), database, oneWay)
    const alreadyThere = options.fromHistory === true && (await liveAgrees(environment, options))
    const written = await writeRevision(environment, {
      ...draft,
      upgrade: upgrade.calls,
      downgrade: downgrade.calls,
      notes: upgrade.notes,
      downgradeNotes: downgrade.notes,
      renames: comparison.renames,
    }).catch((error: unknown) => {
      if (!(error instanceof WriteHookError)) throw error
      throw new WriteHookError(error.hook, error.file, error.problem, error.cause, operations.map(describe))
    })
    return { ...written, ...summary(comparison), historyDiffers: false, alreadyThere }
  },
  print: printRevision,
}

const nothing = {
  operations: [],
  unmanaged: [],
  hidden: [],
  rewritten: [],
  renames: {},
  candidates: [],
  historyDiffers: false,
  alreadyThere: false,
} as const

/** On an empty database a first revision would change, or refer to, what no revision makes. */
function warnOfUnmade({ emit, graph }: Environment, { unmade }: Comparison): void {
  if (unmade.length === 0 || graph.revisions.size > 0) return
  const [first, ...more] = unmade.map(displayName)
  const those = more.length === 0 ? first : `${first} and ${more.length} more ${more.length === 1 ? 'table' : 'tables'}`
  const message =
    `No revision makes ${those}, which this database has and your entities declare: on a new database this revision would find nothing. ` +
    'Take it out and write `autogen revision -m "baseline" --from-history` first, which `autogen stamp head` accepts here.'
  emit({ type: 'warning', code: 'no-baseline', message })
}

function draftOf(
  environment: Environment,
  options: RevisionOptions,
  message: string,
  parents: readonly string[],
): Draft {
  return {
    message,
    id: options.revId,
    downRevision: parents,
    branchLabels: options.branchLabel ?? [],
    dependsOn: (options.dependsOn ?? []).flatMap((name) => dependencyNamed(environment.graph, name)),
    versionPath: options.versionPath,
    upgrade: [],
    downgrade: [],
    notes: [],
  }
}

/** A label stays one, so that it goes on naming its branch's beginning; anything else becomes an id in full. */
function dependencyNamed(graph: RevisionGraph, name: string): readonly string[] {
  return graph.labels.has(name) ? [name] : resolveRevisions(graph, name)
}

/** The single head, or the one asked for. */
function chooseParents({ graph }: Environment, options: RevisionOptions): readonly string[] {
  if (options.head === undefined) {
    if (graph.heads.length > 1) {
      const hint = `Merge them with \`autogen merge heads -m "merge"\`, or say which is the parent: \`--head ${graph.heads[0]}\`.`
      throw severalHeads(graph, graph.heads, hint)
    }
    return graph.heads
  }
  const parents = resolveRevisions(graph, options.head)
  const inner = parents.filter((id) => !graph.heads.includes(id))
  if (inner.length > 0 && options.splice !== true) {
    throw new UsageError(`${inner.join(', ')} is not a head.`, 'Add `--splice` to start a branch there all the same.')
  }
  return parents
}

async function requireAtHead(environment: Environment): Promise<void> {
  const { graph } = environment
  const session = await environment.session()
  const heads = await readHeads(session)
  const { state, unknown, shares } = aheadOrDiverged(await readLog(session), graph, heads)
  if (state === 'ahead') throw new AheadError(unknown)
  if (state === 'diverged') throw new DivergedError(unknown, shares)
  const { realHeads } = graph
  const there = heads.length === realHeads.length && realHeads.every((id) => heads.includes(id))
  if (!there) throw new NotAtHeadError(heads, realHeads)
}

function warnOfLongNames({ emit }: Environment, { operations, longNames }: Comparison): void {
  const written = JSON.stringify(operations)
  for (const { of, name, kept } of longNames) {
    if (!written.includes(JSON.stringify(kept))) continue
    const message = `The ${of} "${name}" has ${Buffer.byteLength(name)} bytes; the database cuts its name to "${kept}".`
    emit({ type: 'warning', code: 'long-name', message })
  }
}

/** Dropping such a column and adding it again would lose what it holds: never unasked. */
/** A table that is gone in one schema and comes in another is the same one, which nobody may drop unasked. */
function refuseMoved({ dialect, scope }: Session, operations: readonly Operation[]): void {
  const coming = operations.flatMap((one) => (one.kind === 'createTable' ? [one.table] : []))
  for (const operation of operations) {
    if (operation.kind !== 'dropTable') continue
    const { table } = operation
    const to = coming.find(({ name }) => name === table.name)
    if (to === undefined) continue
    const schema = dialect.quote(to.schema ?? scope.defaultSchema ?? '')
    const sql = `ALTER TABLE ${dialect.quoteTable(table, scope)} SET SCHEMA ${schema}`
    throw new TableMovedError(displayName(table), displayName(to), sql)
  }
}

async function refuseUnconvertible({ dialect, connection, scope }: Session, operations: readonly Operation[]) {
  const changes = await dialect.unconvertible(connection, operations, scope)
  if (changes.length === 0) return
  throw new NoCastError(
    changes.map(({ table, from, to }) => ({
      table: displayName(table),
      column: to.name,
      from: typeText(from.type),
      to: typeText(to.type),
    })),
  )
}

/** Whether the revisions alone would lead to another schema than the entities: asked only when the live database agrees. */
async function historyDiffers(environment: Environment, options: RevisionOptions): Promise<boolean> {
  if (options.fromHistory === true) return false
  const { rename: _rename, drop: _drop, onRename: _onRename, ...how } = options
  const replayed = await compareReplayed(environment, how)
  return replayed !== undefined && replayed.operations.length > 0
}

/** Whether the live database has what the entities say. What keeps it from being read keeps no revision from being written. */
async function liveAgrees(environment: Environment, options: RevisionOptions): Promise<boolean> {
  try {
    const { rename: _rename, drop: _drop, onRename: _onRename, fromHistory: _fromHistory, ...how } = options
    return (await compare(environment, how)).operations.length === 0
  } catch (error) {
    if (!(error instanceof AutogenError) || error instanceof InterruptedError) throw error
    return false
  }
}

function summary({ operations, unmanaged, hidden, rewritten, renames, candidates }: Comparison) {
  return {
    operations: operations.map((operation) => ({ text: describe(operation), destructive: isDestructive(operation) })),
    unmanaged: unmanaged.map(describeSubject),
    hidden: hidden.map(describe),
    rewritten: rewritten.map(describe),
    renames,
    candidates,
  }
}

function printRevision(result: RevisionResult, out: Out, options: Typed): void {
  const { line, paint } = out
  for (const { text, destructive } of result.operations) {
    line(`  ${destructive ? paint.red(text) : text.startsWith('+') ? paint.green(text) : paint.yellow(text)}`)
  }
  if (result.unmanaged.length > 0) {
    line(
      paint.dim(
        `Left alone, as no entity declares it and no revision created it (${result.unmanaged.length}); \`autogen check\` lists it.`,
      ),
    )
  }
  if (result.hidden.length > 0)
    line(paint.dim(`Different in name alone (${result.hidden.length}); \`--names\` renames them.`))
  if (result.rewritten.length > 0 && result.path !== undefined)
    line(paint.dim(`Taken out or changed by \`rewrite\` in your settings (${result.rewritten.length}).`))
  for (const { gone, created, flags } of result.candidates)
    line(paint.dim(`${gone} stays beside the new ${created.join(', ')}; if it was renamed, say so: \`${flags[0]}\`.`))
  if (result.path !== undefined) {
    printWritten({ path: result.path }, out, options)
    if (result.operations.some(({ destructive }) => destructive)) line(`${paint.yellow('review')}   it drops data.`)
    if (result.alreadyThere) {
      const stamp = paint.bold('autogen stamp head')
      line(`${paint.cyan('hint')}     This database has all of it already: run ${stamp} here, and no upgrade.`)
    }
    return
  }
  if (result.historyDiffers) {
    line('The database already has what the entities say, but the revisions do not lead there.')
    line(
      `${paint.cyan('hint')}     Run the same command with ${paint.bold('--from-history')} to write what is missing.`,
    )
    return
  }
  if (result.rewritten.length > 0) {
    line(`Nothing to write: \`rewrite\` in your settings leaves nothing of what differs (${result.rewritten.length}).`)
    return
  }
  line('Nothing to write: the entities and the database agree.')
}
