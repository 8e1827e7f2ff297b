// What is told while migrations run, as plain data: for the terminal, a logger, a test.
import type { Blocker } from '../dialects/dialect'
import { AutogenError } from '../errors'
import type { Step } from '../graph/revision'
import type { LogKind } from './log'

export type { Step } from '../graph/revision'

/** RunEvent is one thing that happened during a run. */
export type RunEvent =
  | WarningEvent
  | LockEvent
  | BackupEvent
  | RunStartedEvent
  | MigrationEvent
  | SegmentEvent
  | StatementEvent
  | CopyEvent
  | BatchEvent
  | BlockedEvent
  | ProgressEvent
  | RetryEvent
  | RunEndedEvent
  | FailureEvent

/** RunListener hears them as they happen. */
export type RunListener = (event: RunEvent) => void

/** WarningEvent is something a person should know that stops nothing. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly message: string
  /** A word for programs that never changes: `ahead`, `edited`. */
  readonly code?: string
  readonly revisions?: readonly string[]
}

/** LockEvent is told when somebody else has the lock, each time the holder is looked at, and when we have it. */
export interface LockEvent {
  readonly type: 'lock'
  readonly state: 'waiting' | 'taken'
  readonly waitedMs: number
  readonly holder?: string
}

/** BackupEvent is told when a copy of the database was made, was put back, or was removed as nothing had been changed. */
export interface BackupEvent {
  readonly type: 'backup'
  readonly state: 'made' | 'restored' | 'removed'
  readonly file: string
}

/** RunStartedEvent comes once, when it is known which steps a run takes. */
export interface RunStartedEvent {
  readonly type: 'run'
  readonly kind: LogKind
  readonly heads: readonly string[]
  readonly steps: readonly Step[]
  /** Nothing of it will be kept. */
  readonly dryRun?: true
  /** All of it is one transaction. */
  readonly singleTransaction?: true
}

/** MigrationEvent frames the run of one migration. */
export interface MigrationEvent {
  readonly type: 'migration'
  readonly state: 'started' | 'resumed' | 'done' | 'failed'
  readonly step: Step
  /** Its place in the run, from 1. */
  readonly position: number
  readonly total: number
  readonly durationMs?: number
}

/** SegmentEvent is told when a part of a migration has been committed before its end; a run that stops after it goes on there. */
export interface SegmentEvent {
  readonly type: 'segment'
  readonly revision: string
  /** How many are committed by now. */
  readonly committed: number
}

/** StatementEvent is one SQL statement that ran. */
export interface StatementEvent {
  readonly type: 'statement'
  readonly revision: string
  readonly sql: string
  /** The operation it belongs to, described. */
  readonly operation?: string
  readonly durationMs: number
}

/** CopyEvent tells how far the copy of a large table has come, about every second; SQLite must copy to change a table. */
export interface CopyEvent {
  readonly type: 'copy'
  readonly revision: string
  readonly table: string
  readonly rows: number
  readonly total: number
}

/** BatchEvent is told after every batch of `op.batched`. */
export interface BatchEvent {
  readonly type: 'batch'
  readonly revision: string
  readonly table: string
  readonly batches: number
}

/** BlockedEvent is told while a statement waits for others, every few seconds. */
export interface BlockedEvent {
  readonly type: 'blocked'
  readonly revision: string
  readonly sql: string
  readonly waitedMs: number
  readonly blockers: readonly Blocker[]
}

/** ProgressEvent tells how far the server has come with a statement that takes its time, such as the building of an index. */
export interface ProgressEvent {
  readonly type: 'progress'
  readonly revision: string
  readonly sql: string
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly durationMs: number
}

/** RetryEvent is told when a transaction was rolled back because others were in its way, and will be run again. */
export interface RetryEvent {
  readonly type: 'retry'
  readonly revision: string
  /** Which one comes, from 1, and how many there may be. */
  readonly retry: number
  readonly retries: number
  readonly pauseMs: number
  /** What the server said. */
  readonly reason: string
  readonly blockers: readonly Blocker[]
}

/** RunEndedEvent closes a run that went well. */
export interface RunEndedEvent {
  readonly type: 'end'
  readonly heads: readonly string[]
  readonly durationMs: number
}

/** FailureEvent is the error a command ends with, as data; the facts of the error stand beside its code. */
export interface FailureEvent extends ErrorData {
  readonly type: 'failure'
}

/** ErrorData is what a program is told of an error; the facts of it stand beside these. */
export interface ErrorData {
  readonly code: string
  readonly exitCode: number
  readonly name?: string
  readonly message: string
  readonly hint?: string
}

/** The code, the sentence and the facts of an error; its cause and its stack are for people. */
export function errorData(error: unknown): ErrorData {
  if (!(error instanceof AutogenError)) {
    return { code: 'unexpected', exitCode: 1, message: error instanceof Error ? error.message : String(error) }
  }
  const { name, message, hint, code, exitCode, cause: _cause, stack: _stack, ...facts } = error
  return { code, exitCode, name, message, hint, ...facts }
}

/** A blocker as a person reads it: `pid 12 (app in psql, idle in transaction for 35 s): SELECT ...`. */
export function blockerText({ pid, user, application, state, seconds, query }: Blocker): string {
  const who = application === undefined ? user : `${user} in ${application}`
  const since = seconds === undefined ? (state ?? '') : `${state ?? 'open'} for ${seconds} s`
  const what = query === undefined ? '' : `: \`${shortened(query)}\``
  return `${pid === 0 ? 'a transaction' : `pid ${pid}`} (${[who, since].filter(Boolean).join(', ')})${what}`
}

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}
