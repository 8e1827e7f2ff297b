// Entities on one side, a live or a replayed schema on the other: what revision writes and check reports.
import { flagsFor, listener, pendingAnswers, typedAnswers, writtenAnswers, type RenameOptions } from './answers'
import type { Answers } from './diff/answers'
import type { Gone } from './diff/candidates'
import { carriedRenames } from './diff/carried'
import { applyPolicy } from './diff/policy'
import { diff } from './diff/diff'
import { filtersAny, includesName, leaveOut, onlyLike, type Sides } from './diff/include'
import { afterSettling, settleRenames, type Settled } from './diff/settle'
import type { FrozenDefault, Scope, Uncertainty } from './dialects/dialect'
import { longNames, type LongName } from './entities/long-names'
import { readEntities } from './entities/read'
import type { Environment } from './environment'
import { InterruptedError, type UnansweredRename } from './errors'
import { sameJson } from './model/expression'
import { displayName, findTable, nameOf, sameName } from './model/lookup'
import type { QualifiedName, SchemaModel } from './model/schema'
import { apply } from './operations/apply'
import { foldManaged, managedSchemas, objectKey } from './operations/managed'
import { reverseAll } from './operations/reverse'
import type { Operation } from './operations/operation'
import { rewriteAll } from './operations/rewrite'
import { managedFromLog, readLog } from './runtime/log'
import { replay } from './runtime/replay'
import { replayHistory } from './runtime/scratch'
import type { Session } from './runtime/session'
import { defined } from './model/defined'
import { version } from './version'

/** How two schemas are compared. */
export interface ComparisonOptions {
  /** Against the history, replayed on a scratch database, instead of the live one. */
  readonly fromHistory?: boolean
  /** Also shows constraints and indexes of which only the name differs. */
  readonly names?: boolean
  /** Also proposes to drop what nobody declares and no revision created. */
  readonly includeUnmanaged?: boolean
}

/** RenameCandidate is something gone that may have been renamed, as nobody has said otherwise. */
export interface RenameCandidate extends UnansweredRename {
  /** Whether it goes for good; what no revision of ours created stays beside what is new. */
  readonly destructive: boolean
}

/** Comparison is what would make the database what the entities say. */
export interface Comparison {
  readonly operations: readonly Operation[]
  /** The way back, where a rewrite has given one; else it is the operations reversed. */
  readonly downgrade?: readonly Operation[]
  /** What the rewrites of the settings have taken out or changed. */
  readonly rewritten: readonly Operation[]
  /** Differences of name alone, left out of the operations. */
  readonly hidden: readonly Operation[]
  /** What is in the database, in no entity and in no revision of ours. */
  readonly unmanaged: readonly Operation[]
  /** What our history has created, as `foldManaged` gives it. */
  readonly managed: ReadonlySet<string>
  /** What was said to be renamed or dropped, and counted. */
  readonly renames: Answers
  /** What may have been renamed, and nobody said so. */
  readonly candidates: readonly RenameCandidate[]
  /** Expressions that nobody could judge. */
  readonly uncertain: readonly Uncertainty[]
  /** Names the database will not keep whole. */
  readonly longNames: readonly LongName[]
  /** Texts that are read once, where they are the default of any row. */
  readonly frozen: readonly FrozenDefault[]
  /** The side that was compared with the entities, as the operations meet it. */
  readonly before: SchemaModel
  /** Tables of entities that are there, and that no revision has made. */
  readonly unmade: readonly QualifiedName[]
  /** Whether the data source has no entities at all, which is a mistake sooner than a wish. */
  readonly entityless: boolean
}

/** Compares the entities with the database, or with the history. */
export async function compare(
  environment: Environment,
  options: ComparisonOptions & RenameOptions,
): Promise<Comparison> {
  const session = await environment.session()
  const wanted = await readWanted(environment, session)
  const side =
    options.fromHistory === true
      ? await replayed(environment, wanted.scope)
      : await live(environment, session, wanted.scope)
  const comparison = await judgeAndDiff(environment, session, options, { side, ...wanted })
  comparison.frozen.forEach((one) => warnOfFrozen(environment, one))
  // Nobody wants the file, or the verdict, of a command they have stopped.
  if (environment.signal?.aborted) throw new InterruptedError()
  return comparison
}

/** They never differ, so that nothing else would speak of them. */
function warnOfFrozen(environment: Environment, { table, column, value, instead }: FrozenDefault): void {
  const message =
    `The default "${value}" of ${displayName(table)}.${column} is a text that the server freezes when it is set; ` +
    `write \`() => '${instead}'\` for a moment that each row has of its own.`
  environment.emit({ type: 'warning', code: 'frozen-default', message })
}

async function judgeAndDiff(
  environment: Environment,
  { dialect, connection }: Session,
  options: ComparisonOptions & RenameOptions,
  { side, schema, leftAlone, ...wanted }: Wanted & { readonly side: Side },
): Promise<Comparison> {
  const scope = including(wanted.scope, managedSchemas(side.managed))
  const from = dialect.normalize(side.schema, scope)
  const to = dialect.normalize(schema, scope)
  const includeUnmanaged = options.includeUnmanaged ?? environment.settings.includeUnmanaged ?? false
  const isDestructive = (gone: Gone) => includeUnmanaged || isOurs(gone, side.managed)
  const { settings } = environment
  const shown = leaveOut({ live: without(from, leftAlone), wanted: to }, settings)
  const settled = await settle(environment, options, shown, isDestructive)
  const judged = await dialect.judge(connection, apply(from, settled.operations), to, scope)
  const left = filtersAny(settings)
    ? diff(onlyLike(judged.live, apply(shown.live, settled.operations)), onlyLike(judged.wanted, shown.wanted))
    : diff(without(judged.live, leftAlone), judged.wanted)
  const rest = afterSettling(left, settled.operations)
  const outcome = applyPolicy([...settled.operations, ...rest], {
    // What was ours is ours under its new name.
    managed: foldManaged(
      settled.operations.filter(({ kind }) => kind.startsWith('rename')),
      side.managed,
    ),
    renames: options.names === true ? 'show' : 'hide',
    carried: carriedRenames(settled.operations, rest, judged.live),
    includeUnmanaged,
  })
  const before = withReferenced(apply(judged.live, reverseAll(settled.operations)), to, shown.wanted)
  const { upgrade, ...back } = await rewriteAll(outcome.operations, settings.rewrite ?? [], {
    before,
    dialect: dialect.name,
    list: environment.own,
  })
  return {
    ...outcome,
    operations: upgrade,
    ...back,
    managed: side.managed,
    rewritten: outcome.operations.filter((operation) => !upgrade.some((one) => sameJson(one, operation))),
    renames: settled.answers,
    candidates: settled.open.map((gone) => ({
      kind: gone.kind,
      gone: gone.key,
      created: gone.alike,
      flags: flagsFor(gone),
      destructive: isDestructive(gone),
    })),
    uncertain: judged.uncertain,
    longNames: longNames(schema, dialect.entities.maxIdentifierBytes),
    frozen: dialect.frozenDefaults?.(shown.wanted) ?? [],
    before,
    unmade: shown.live.tables
      .filter((table) => findTable(shown.wanted, table) && !side.managed.has(objectKey('table', table)))
      .map(nameOf),
    entityless: schema.tables.length + schema.views.length + leftAlone.length === 0,
  }
}

/** Says that there are no entities, where nothing worse is to be said of it. */
export function warnOfNoEntities({ emit }: Environment, { entityless }: Comparison): void {
  const message = 'Your data source has no entities; look at what its `entities` names.'
  if (entityless) emit({ type: 'warning', code: 'no-entities', message })
}

/** What was renamed, as far as anybody knows: what was typed counts before what is written, and that before what is asked. */
async function settle(
  environment: Environment,
  options: ComparisonOptions & RenameOptions,
  { live, wanted }: Sides,
  isDestructive: (gone: Gone) => boolean,
): Promise<Settled> {
  const typed = typedAnswers(options)
  const settled = await settleRenames(live, wanted, {
    known: [
      typed.decider,
      async (gone) => writtenAnswers(await environment.renames())(gone),
      // What the revisions rename is renamed already where they were replayed.
      ...(options.fromHistory === true ? [] : [pendingAnswers(environment)]),
    ],
    asked: options.onRename === undefined ? [] : [listener(options.onRename, isDestructive)],
  })
  typed.requireAllUsed()
  return settled
}

/** Whether the thing would be dropped; a value of an enum goes whoever created the enum. */
function isOurs({ kind, original, name }: Gone, managed: ReadonlySet<string>): boolean {
  if (kind === 'enumValue') return true
  return managed.has(kind === 'table' ? objectKey('table', original) : objectKey('column', original, name))
}

/**
 * Compares the entities with the history as its scripts read, without running them anywhere. Undefined where reading is
 * not enough: a script looks into the database, or changes the schema in SQL of its own.
 */
export async function compareReplayed(
  environment: Environment,
  options: ComparisonOptions,
): Promise<Comparison | undefined> {
  const side = await readHistory(environment)
  if (side === undefined) return undefined
  const session = await environment.session()
  const wanted = await readWanted(environment, session)
  return judgeAndDiff(environment, session, options, { side, ...wanted })
}

/** The entities' schema, and the scope widened by the schemas they name. */
async function readWanted(environment: Environment, session: Session): Promise<Wanted> {
  const dataSource = await environment.dataSource()
  const { schema, leftAlone } = await readEntities(dataSource, session.dialect.entities, session.scope)
  return { schema, leftAlone, scope: including(session.scope, schema.schemas) }
}

function including(scope: Scope, further: readonly string[]): Scope {
  const schemas = new Set([...scope.schemas, ...further])
  return { ...scope, schemas: [...schemas].filter((name) => name !== scope.defaultSchema) }
}

/** With the tables of entities that are left out and were not read: a foreign key may refer to them all the same. */
function withReferenced(before: SchemaModel, wanted: SchemaModel, shown: SchemaModel): SchemaModel {
  const isMissing = (table: QualifiedName) => ![...before.tables, ...shown.tables].some((one) => sameName(one, table))
  return { ...before, tables: [...before.tables, ...wanted.tables.filter(isMissing)] }
}

function without(schema: SchemaModel, names: readonly QualifiedName[]): SchemaModel {
  const stays = (thing: QualifiedName) => !names.some((name) => sameName(name, thing))
  return { ...schema, tables: schema.tables.filter(stays), views: schema.views.filter(stays) }
}

interface Wanted {
  readonly schema: SchemaModel
  readonly scope: Scope
  /** Tables and views of entities with `synchronize: false`. */
  readonly leftAlone: readonly QualifiedName[]
}

interface Side {
  readonly schema: SchemaModel
  readonly managed: ReadonlySet<string>
}

async function live({ settings }: Environment, session: Session, scope: Scope): Promise<Side> {
  const managed = managedFromLog(await readLog(session))
  // What we made in a schema that no entity names any more is still ours to drop.
  const all = including(scope, managedSchemas(managed))
  const included: Scope = {
    ...all,
    schemas: all.schemas.filter((name) => includesName(settings, { kind: 'schema', name })),
    reads: (kind, name) => includesName(settings, { kind, name }),
  }
  return { schema: await session.dialect.introspect(session.connection, included), managed }
}

async function replayed(environment: Environment, scope: Scope): Promise<Side> {
  const { graph, scripts, settings } = environment
  return replayHistory(
    defined({
      dataSource: await environment.dataSource(),
      graph,
      scripts,
      settings: { ...settings, schemas: scope.schemas },
      scratchUrl: settings.scratchUrl,
      toolVersion: version,
      signal: environment.signal,
    }),
  )
}

async function readHistory({ graph, scripts }: Environment): Promise<Side | undefined> {
  const { schema, operations, unclear, beyond } = await replay(graph, scripts, new Set(graph.revisions.keys()))
  if (unclear.size + beyond.size > 0) return undefined
  return { schema, managed: foldManaged([...operations.values()].flat()) }
}
