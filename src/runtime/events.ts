// What is told while migrations run, as plain data: for the terminal, a logger, a test.
import type { Step } from '../graph/revision'
import type { LogKind } from './log'

/** RunEvent is one thing that happened during a run. */
export type RunEvent =
  | WarningEvent
  | LockEvent
  | BackupEvent
  | RunStartedEvent
  | MigrationEvent
  | StatementEvent
  | CopyEvent
  | BatchEvent
  | RunEndedEvent

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

/** RunEndedEvent closes a run that went well. */
export interface RunEndedEvent {
  readonly type: 'end'
  readonly heads: readonly string[]
  readonly durationMs: number
}
