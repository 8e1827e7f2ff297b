// The log: one row for each time a migration ran, was stamped, or failed. It says what we own and which revisions were here.
import type { Row } from '../dialects/dialect'
import { defined } from '../model/defined'
import { foldManaged } from '../operations/managed'
import type { Operation } from '../operations/operation'
import type { KeptDowngrade } from '../scripts/script'
import { operationWithout } from './passwords'
import type { Session } from './session'
import { whoRuns } from './who'

/** LogKind is why a row was written. */
export type LogKind = 'upgrade' | 'downgrade' | 'stamp' | 'adopt' | 'squash' | 'repair'

/** LogStatus is how far it came. */
export type LogStatus = 'running' | 'done' | 'failed'

/** LogEntry is one row, as data. */
export interface LogEntry {
  readonly id: number
  readonly revision: string
  readonly parents: readonly string[]
  readonly direction: 'up' | 'down'
  readonly kind: LogKind
  readonly status: LogStatus
  /** Segments that are committed. */
  readonly stepsDone: number
  readonly checksum?: string
  readonly operations: readonly Operation[]
  readonly toolVersion: string
  readonly byUser?: string
  readonly host?: string
  /** ISO 8601, in UTC. */
  readonly startedAt: string
  readonly finishedAt?: string
  readonly durationMs?: number
  readonly error?: string
  readonly reason?: string
  /** How a revision that was put there is taken back without its file; absent where that cannot be kept. */
  readonly downgrade?: KeptDowngrade
}

/** NewLogEntry is a row before the database has numbered it. */
export type NewLogEntry = Omit<LogEntry, 'id'>

/** Reads the whole log, oldest first; empty where there is no log. Creates nothing. */
export async function readLog({ connection, dialect, scope, tables }: Session): Promise<LogEntry[]> {
  if (!(await dialect.hasTable(connection, tables.log, scope))) return []
  const rows = await connection.query(`SELECT * FROM ${dialect.quoteTable(tables.log, scope)} ORDER BY id`)
  return rows.map(entryOf)
}

/** Reads the last row about a revision. */
export async function lastEntry(
  { connection, dialect, scope, tables }: Session,
  revision: string,
): Promise<LogEntry | undefined> {
  const table = dialect.quoteTable(tables.log, scope)
  const [row] = await connection.query(
    `SELECT * FROM ${table} WHERE revision = ${dialect.placeholder(1)} ORDER BY id DESC LIMIT 1`,
    [revision],
  )
  return row && entryOf(row)
}

/** What every row says of which nothing ran: it is done, by whoever says so, and took no time. */
export function doneAtOnce() {
  const now = new Date().toISOString()
  return { status: 'done', stepsDone: 0, ...whoRuns(), startedAt: now, finishedAt: now, durationMs: 0 } as const
}

/** Writes a row and returns its number. */
export async function startEntry(session: Session, entry: NewLogEntry): Promise<number> {
  const { connection, dialect, scope, tables } = session
  const table = dialect.quoteTable(tables.log, scope)
  const columns = columnsOf(withoutSecrets(session, entry))
  const places = columns.map((_, index) => dialect.placeholder(index + 1))
  await connection.query(
    `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')}) VALUES (${places.join(', ')})`,
    columns.map(([, value]) => value),
  )
  const [row] = await connection.query(`SELECT max(id) AS id FROM ${table}`)
  return Number(row?.id)
}

/** Writes over a row what has changed about it. */
export async function finishEntry(session: Session, id: number, entry: NewLogEntry): Promise<void> {
  const { connection, dialect, scope, tables } = session
  const columns = columnsOf(withoutSecrets(session, entry))
  const assignments = columns.map(([name], index) => `${name} = ${dialect.placeholder(index + 1)}`)
  await connection.query(
    `UPDATE ${dialect.quoteTable(tables.log, scope)} SET ${assignments.join(', ')} WHERE id = ${dialect.placeholder(columns.length + 1)}`,
    [...columns.map(([, value]) => value), id],
  )
}

/**
 * What a script says, or a person, may hold the password it connects with; the log must not, printed or written. Where a row is not done
 * its reason is a place to go on from, which is cleaned where it is noted, but for names and keys.
 */
export function withoutSecrets(
  { withoutPasswords }: Pick<Session, 'withoutPasswords'>,
  entry: NewLogEntry,
): NewLogEntry {
  const operations = entry.operations.map((operation) => operationWithout(operation, withoutPasswords))
  const { downgrade, reason, ...rest } = entry
  const kept = JSON.stringify(downgrade)
  return defined({
    ...rest,
    operations,
    reason: reason !== undefined && entry.status === 'done' ? withoutPasswords(reason) : reason,
    // With the password taken out it would no longer lead back.
    downgrade: kept === undefined || withoutPasswords(kept) !== kept ? undefined : downgrade,
  })
}

/** The objects our migrations made and still own, as the log tells it. */
export function managedFromLog(entries: readonly LogEntry[]): ReadonlySet<string> {
  // A failed or running row holds exactly the operations that were committed.
  return foldManaged(entries.flatMap(({ operations }) => operations))
}

/** The revisions that are in the database according to the log, each with the row that put it there. */
export function appliedFromLog(entries: readonly LogEntry[]): ReadonlyMap<string, LogEntry> {
  const applied = new Map<string, LogEntry>()
  for (const entry of entries) {
    if (entry.status !== 'done') continue
    if (entry.direction === 'up') applied.set(entry.revision, entry)
    else applied.delete(entry.revision)
  }
  return applied
}

/** The runs that did not end well, and after which none of the same revision did, nor a stamp. */
export function openAttempts(entries: readonly LogEntry[]): LogEntry[] {
  const lastDone = new Map(entries.flatMap(({ revision, status }, at) => (status === 'done' ? [[revision, at]] : [])))
  return entries.filter(({ revision, status }, at) => status !== 'done' && at > (lastDone.get(revision) ?? -1))
}

/** The attempt at a revision that has committed something, or may have, and was neither ended nor settled since. */
export function halfDone(entries: readonly LogEntry[], revision: string): LogEntry | undefined {
  const last = entries.findLast((entry) => entry.revision === revision)
  return last !== undefined && isHalfDone(last) ? last : undefined
}

/** Whether a row, the last about its revision, tells of work that is there and not all of it. */
export function isHalfDone({ status, stepsDone, reason }: LogEntry): boolean {
  return status !== 'done' && (stepsDone > 0 || reason !== undefined)
}

/** The names and values of a row, in the order of the table; offline scripts print them. */
export function columnsOf(entry: NewLogEntry): (readonly [name: string, value: string | number | null])[] {
  return [
    ['revision', entry.revision],
    ['parents', JSON.stringify(entry.parents)],
    ['direction', entry.direction],
    ['kind', entry.kind],
    ['status', entry.status],
    ['steps_done', entry.stepsDone],
    ['checksum', entry.checksum ?? null],
    ['operations', JSON.stringify(entry.operations)],
    ['tool_version', entry.toolVersion],
    ['by_user', entry.byUser ?? null],
    ['host', entry.host ?? null],
    ['started_at', entry.startedAt],
    ['finished_at', entry.finishedAt ?? null],
    ['duration_ms', entry.durationMs ?? null],
    ['error', entry.error ?? null],
    ['reason', entry.reason ?? null],
    ['downgrade', entry.downgrade === undefined ? null : JSON.stringify(entry.downgrade)],
  ]
}

function entryOf(row: Row): LogEntry {
  const optional = <K extends string, T>(key: K, value: unknown, read: (value: unknown) => T) =>
    value === null || value === undefined ? {} : ({ [key]: read(value) } as Record<K, T>)
  return {
    id: Number(row.id),
    revision: String(row.revision),
    parents: parse<string[]>(row.parents) ?? [],
    direction: row.direction === 'down' ? 'down' : 'up',
    kind: String(row.kind) as LogKind,
    status: String(row.status) as LogStatus,
    stepsDone: Number(row.steps_done),
    ...optional('checksum', row.checksum, String),
    operations: parse<Operation[]>(row.operations) ?? [],
    toolVersion: String(row.tool_version),
    ...optional('byUser', row.by_user, String),
    ...optional('host', row.host, String),
    startedAt: moment(row.started_at),
    ...optional('finishedAt', row.finished_at, moment),
    ...optional('durationMs', row.duration_ms, Number),
    ...optional('error', row.error, String),
    ...optional('reason', row.reason, String),
    ...optional('downgrade', row.downgrade, (value) => parse<KeptDowngrade>(value)!),
  }
}

/** JSON comes as text, or read by the driver where the column has a type for it. */
function parse<T>(value: unknown): T | undefined {
  if (value === null || value === undefined) return undefined
  // What is in there we wrote ourselves.
  return (typeof value === 'string' ? JSON.parse(value) : value) as T
}

function moment(value: unknown): string {
  return value instanceof Date ? value.toISOString() : new Date(String(value)).toISOString()
}
