// A path through the history as a SQL script, for a database nobody connects to.
import type { Dialect, Scope, Segment, Statement } from '../dialects/dialect'
import { DivergedError, IrreversibleRevisionError, OfflineError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { change, headsAfter, type HeadChange } from '../graph/heads'
import { ancestorsOf } from '../graph/lineage'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { SchemaModel } from '../model/schema'
import type { SourceLine } from '../operations/intent'
import type { Operation } from '../operations/operation'
import { callName, readsRows } from '../operations/rows'
import type { MigrationScript } from '../scripts/script'
import { updateAtOnce } from './batched'
import { inlineParameters } from './inline-parameters'
import { offlineMetadataSql, planWith } from './interop'
import { keptDowngrade } from './kept'
import { columnsOf, withoutSecrets, type NewLogEntry } from './log'
import { onlyReads } from './only-reads'
import { ownTablesSql } from './own-tables'
import {
  passagesOf,
  reasonAgainst,
  recordMigration,
  refuseUnfilled,
  type Passage,
  type RecordedMigration,
} from './recorded'
import { replay } from './replay'
import { rowsSql } from './rows'
import type { Interop, OwnTables } from './session'
import { headsAfterStamp, stampedOperations } from './stamp'
import { prepare } from './work'

/** OfflineRequest says what to print and for where. */
export interface OfflineRequest {
  readonly dialect: Dialect
  readonly scope: Scope
  readonly tables: OwnTables
  readonly interop: Interop
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly kind: 'upgrade' | 'downgrade' | 'stamp'
  /** Where the reader's database is. */
  readonly heads: readonly string[]
  readonly steps: readonly Step[]
  readonly toolVersion: string
  /** Why, for the log. */
  readonly reason?: string
  /** What every transaction says first, where bare names must be bound to a schema. */
  readonly opening?: readonly string[]
  /** Takes passwords out of what the log keeps. */
  withoutPasswords(text: string): string
  /** Whether SQL holds one, and would show it to whoever reads what is printed. */
  holdsPassword(sql: string): boolean
}

/** The SQL of the steps, version and log rows included. */
export async function offlineSql(request: OfflineRequest): Promise<string> {
  const { kind, heads, dialect } = request
  const { printed } = dialect.session
  const heading = printed === undefined ? [] : [[`-- ${printed.note}`, ...ended(printed.first)]]
  const begin = heads.length === 0 && kind !== 'downgrade' ? [creation(request)] : []
  const blocks = kind === 'stamp' ? [await stampBlock(request)] : await migrationBlocks(request)
  if (begin.length + blocks.length === 0) return '-- Nothing is to be done: the database is there already.\n'
  return [...heading, ...begin, ...blocks].map((lines) => `${lines.join('\n')}\n`).join('\n')
}

/** Part is what runs in one transaction, or without one. */
interface Part {
  readonly transactional: boolean
  readonly statements: readonly string[]
  /** SQL that a script reads by outside of a transaction is none of the steps that a run counts. */
  readonly uncounted?: true
}

/** The SQL that creates the version table and the log. */
export function tablesSql(target: Pick<OfflineRequest, 'dialect' | 'scope' | 'tables'>): string {
  return `${creation(target).join('\n')}\n`
}

function creation({ dialect, scope, tables }: Pick<OfflineRequest, 'dialect' | 'scope' | 'tables'>): string[] {
  return framed([{ transactional: true, statements: ownTablesSql(dialect, scope, tables) }])
}

async function migrationBlocks(request: OfflineRequest): Promise<string[][]> {
  const { graph, scripts, heads, steps } = request
  const past = await replay(graph, scripts, ancestorsOf(graph, heads))
  const blocks: string[][] = []
  let schema = past.schema
  let at = heads
  for (const step of steps) {
    const migration = await recordMigration(scriptOf(request, step))
    const written = writeMigration(request, step, migration, schema)
    const moved = headsAfter(graph, at, step)
    const foreignKeysOff = written.foreignKeysOff ? request.dialect.session.printed?.foreignKeysOff : undefined
    const rows = [
      ...(foreignKeysOff?.last ?? []),
      ...versionRows(request, moved),
      logRow(request, step, {
        operations: written.operations,
        migration,
        stepsDone: withRows(written, []).filter(({ uncounted }) => uncounted !== true).length,
      }),
    ]
    const lines = framed(withRows(written, rows), request.opening)
    blocks.push([title(step), ...ended(foreignKeysOff?.before), ...lines, ...ended(foreignKeysOff?.after)])
    schema = written.schema
    at = moved.heads
  }
  return blocks
}

async function stampBlock(request: OfflineRequest): Promise<string[]> {
  const { graph, scripts, heads, steps } = request
  const told = await replay(graph, scripts, ancestorsOf(graph, graph.realHeads))
  const rows = versionRows(request, change(heads, headsAfterStamp(graph, heads, steps)))
  for (const step of steps) {
    const migration = await recordMigration(scriptOf(request, step))
    rows.push(logRow(request, step, { operations: stampedOperations(step, told), migration, stepsDone: 0 }))
  }
  const lines = framed([{ transactional: true, statements: rows }])
  return [...steps.map((step) => title(step, 'stamp ')), ...lines]
}

interface Written {
  readonly parts: readonly Part[]
  /** Whether what comes next belongs to the last part. */
  readonly goesOn: boolean
  readonly operations: readonly Operation[]
  readonly schema: SchemaModel
  readonly foreignKeysOff: boolean
}

function writeMigration(
  request: OfflineRequest,
  step: Step,
  migration: RecordedMigration,
  before: SchemaModel,
): Written {
  const { id } = step.revision
  const reason = reasonAgainst(migration, step.direction)
  if (reason !== undefined) throw new IrreversibleRevisionError(id, step.direction, reason)
  refuseUnfilled(migration, step.direction)
  const recording = migration[step.direction]
  if (recording.error !== undefined) throw recording.error
  if (recording.opaque) throw new OfflineError(id, 'what it does depends on rows it reads')
  const operations: Operation[] = []
  let parts: readonly Part[] = []
  let schema = before
  let foreignKeysOff = false
  // An update in batches has transactions of its own, and so has what it is printed as; outside of one each statement stands alone.
  let goesOn = migration.transaction
  const passages = passagesOf(recording.intents, migration.transaction)
  for (const [at, passage] of passages.entries()) {
    if (passage.kind === 'queued') {
      const mode = { ...passage, earlier: [...operations], goesOn: at < passages.length - 1 }
      const { work, after, rest } = prepare(request, schema, passage.intents, mode)
      if (rest[0] !== undefined)
        throw new OfflineError(id, `${said(rest[0])} names what only its own SQL may have made`)
      operations.push(...work.operations)
      const { segments } = planWith(work.plan, offlineMetadataSql(request, work.operations, schema))
      parts = segments.reduce(
        (all, segment, index) => added(request, all, segment, index === 0 && goesOn && passage.transaction),
        parts,
      )
      foreignKeysOff ||= work.plan.foreignKeysOff === true
      schema = after
      goesOn = passage.transaction
    } else {
      const statements = statementsOf(request, id, passage, schema)
      const alone = passage.kind === 'batched' || !migration.transaction
      parts = added(request, parts, { transactional: true, statements }, goesOn && !alone)
      if (alone && passage.kind !== 'batched' && statements.every(({ sql }) => onlyReads(sql)))
        parts = [...parts.slice(0, -1), { ...parts.at(-1)!, uncounted: true }]
      goesOn = !alone
    }
  }
  if (parts.some(({ statements }) => statements.some((sql) => request.holdsPassword(sql))))
    throw new OfflineError(id, 'its SQL holds the password that the data source connects with')
  return { parts, goesOn, operations, schema, foreignKeysOff }
}

function statementsOf(
  { dialect, scope }: OfflineRequest,
  id: string,
  passage: Exclude<Passage, { kind: 'queued' }>,
  before: SchemaModel,
): readonly Statement[] {
  if (passage.kind === 'query') return [passage]
  if (passage.kind === 'batched') return [{ sql: updateAtOnce(passage.batch, dialect, scope) }]
  if (passage.kind === 'table') {
    const { asked } = passage
    if (!readsRows(asked)) return rowsSql(asked, before, { dialect, scope }, passage).statements
    throw new OfflineError(id, `${said({ ...passage, kind: callName(asked) })} reads rows, which nobody has there`)
  }
  throw new OfflineError(id, `${said(passage)} needs the database while it runs`)
}

function said({ kind, at }: { readonly kind: string; readonly at?: SourceLine }): string {
  return at === undefined ? `op.${kind}` : `op.${kind} (line ${at.line})`
}

/** Goes on with the open transaction, or begins another part. */
function added({ dialect }: OfflineRequest, parts: readonly Part[], segment: Segment, goesOn: boolean): Part[] {
  const of = segment.transactional ? segment.statements : [segment.statement]
  const statements = of.flatMap((statement) => [
    ...(statement.guards ?? []).map(({ offline }) => offline),
    inlineParameters(statement, dialect),
    ...(statement.copy?.offline ?? []),
  ])
  const last = parts.at(-1)
  if (!goesOn || !segment.transactional || !last?.transactional) {
    return [...parts, { transactional: segment.transactional, statements }]
  }
  return [...parts.slice(0, -1), { transactional: true, statements: [...last.statements, ...statements] }]
}

function withRows({ parts, goesOn }: Pick<Written, 'parts' | 'goesOn'>, rows: readonly string[]): Part[] {
  const last = parts.at(-1)
  return goesOn && last?.transactional
    ? [...parts.slice(0, -1), { transactional: true, statements: [...last.statements, ...rows] }]
    : [...parts, { transactional: true, statements: rows }]
}

function framed(parts: readonly Part[], opening: readonly string[] = []): string[] {
  return parts.flatMap(({ transactional, statements }) => {
    const lines = ended([...(transactional ? opening : []), ...statements])
    return transactional ? ['BEGIN;', ...lines, 'COMMIT;'] : lines
  })
}

function ended(statements: readonly string[] = []): string[] {
  return statements.map((sql) => `${sql};`)
}

/** The message stays on one line: a second one would no longer be a comment. */
function title({ direction, revision: { id, down, message } }: Step, verb?: string): string {
  const below = down.join(', ') || 'base'
  const [from, to] = direction === 'up' ? [below, id] : [id, below]
  return `-- ${verb ?? `${direction === 'up' ? 'upgrade' : 'downgrade'} `}${from} -> ${to}: ${message.replace(/\s+/g, ' ')}`
}

function versionRows({ dialect, scope, tables }: OfflineRequest, { removed, added }: HeadChange): string[] {
  const table = dialect.quoteTable(tables.version, scope)
  return [
    ...removed.map((id) => `DELETE FROM ${table} WHERE version_num = ${dialect.literal(id)}`),
    ...added.map((id) => `INSERT INTO ${table} (version_num) VALUES (${dialect.literal(id)})`),
  ]
}

interface Told {
  readonly operations: readonly Operation[]
  readonly migration: RecordedMigration
  readonly stepsDone: number
}

function logRow(request: OfflineRequest, { direction, revision }: Step, told: Told): string {
  const { dialect, scope, tables, graph, kind, toolVersion, reason } = request
  const { migration, operations, stepsDone } = told
  const entry: NewLogEntry = defined({
    revision: revision.id,
    parents: revision.down,
    direction,
    kind,
    status: 'done' as const,
    stepsDone,
    checksum: migration.checksum,
    operations,
    toolVersion,
    startedAt: '',
    reason,
    downgrade: direction === 'up' ? keptDowngrade(migration, graph) : undefined,
  })
  const columns = columnsOf(withoutSecrets(request, entry))
  const names = columns.map(([name]) => name)
  const values = columns.map(([name, value]) => (name.endsWith('_at') ? dialect.now : dialect.literal(value)))
  return `INSERT INTO ${dialect.quoteTable(tables.log, scope)} (${names.join(', ')}) VALUES (${values.join(', ')})`
}

function scriptOf({ scripts }: OfflineRequest, { revision }: Step): MigrationScript {
  const script = scripts.find((one) => one.revision.id === revision.id)
  if (script === undefined) throw new DivergedError([revision.id])
  return script
}
