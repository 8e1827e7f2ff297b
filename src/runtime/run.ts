// A run: what it is asked for, what it works with, and what comes of it.
import type { RevisionGraph } from '../graph/graph'
import type { Step } from '../graph/revision'
import type { MigrationScript } from '../scripts/script'
import type { ApplyListener } from './applied'
import type { Backup, BackupSettings } from './backup'
import type { Hooks } from './hooks'
import type { LiveSchema } from './live-schema'
import type { LockOptions } from './lock'
import type { LogEntry } from './log'
import type { Observer } from './observer'
import type { InOne, OneTransaction, RehearsalNote } from './one-transaction'
import type { Session } from './session'
import type { Task } from './task'

/** MigrateRequest says where to go; `steps` is asked again whenever the heads turn out to be others. */
export interface MigrateRequest extends LockOptions {
  readonly kind: 'upgrade' | 'downgrade'
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly steps: (heads: readonly string[]) => readonly Step[]
  /** Our version, for the log. */
  readonly toolVersion: string
  /** Of the steps only runs what was skipped: revisions below the heads, which stay as they are. */
  readonly onlySkipped?: boolean
  /** A database that is ahead of the folder is an error, not a warning. */
  readonly strict?: boolean
  /** Hears of each step before it is committed. */
  readonly onApply?: ApplyListener
  /** Are called around the run and around each of its migrations. */
  readonly hooks?: Hooks
  /** Copies a database that is a file before it is changed. */
  readonly backup?: BackupSettings
  /** All steps in one transaction, kept or taken back together. */
  readonly singleTransaction?: true
  /** All steps in one transaction that is taken back in any case. */
  readonly dryRun?: true
  /** How often a transaction is run again that others were in the way of. */
  readonly retries?: number
}

/** MigrateResult is what was done. */
export interface MigrateResult {
  readonly before: readonly string[]
  readonly heads: readonly string[]
  readonly steps: readonly { readonly step: Step; readonly durationMs: number }[]
  readonly state: 'known' | 'ahead'
  /** The copy of the database as it was before. */
  readonly backup?: string
  /** What a dry run found out besides. */
  readonly rehearsal?: Rehearsal
}

/** Rehearsal is what a dry run could not try as the run will do it; `complete` unless it had to end early. */
export interface Rehearsal {
  readonly complete: boolean
  readonly notes: readonly RehearsalNote[]
}

/** Progress is how far a run has come. */
export class Progress {
  /** Whether anything was committed that a backup is the way back from. */
  changed = false
  heads: readonly string[]
  done: readonly { readonly step: Step; readonly durationMs: number }[] = []

  constructor(readonly before: readonly string[]) {
    this.heads = before
  }

  /** The work of the last step that is done. */
  last: Task | undefined

  /** A step is done, and the heads are others. */
  add(task: Task, durationMs: number, heads: readonly string[]): void {
    this.done = [...this.done, { step: task.step, durationMs }]
    this.heads = heads
    this.last = task
  }

  /** All of it was taken back. */
  reset(): void {
    this.done = []
    this.heads = this.before
    this.last = undefined
  }
}

/** Context is what a run works with. */
export interface Context {
  readonly session: Session
  readonly observer: Observer
  readonly afterwards: Session
  readonly request: MigrateRequest
  readonly log: readonly LogEntry[]
  readonly schema: LiveSchema
  readonly backup: Backup | undefined
  readonly progress: Progress
  /** The transaction that the whole run is, if it is one. */
  readonly one?: OneTransaction & { readonly together: InOne }
}
