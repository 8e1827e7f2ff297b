// One migration in one direction, and the work it consists of, about to run.
import type { Plan } from '../dialects/dialect'
import type { Step } from '../graph/revision'
import type { SourceLine } from '../operations/intent'
import type { Operation } from '../operations/operation'
import type { RunListener } from './events'
import type { LogEntry, NewLogEntry } from './log'
import type { Observer } from './observer'
import type { InOne } from './one-transaction'
import type { Session } from './session'

/** Task is one migration in one direction, about to run. */
export interface Task {
  readonly session: Session
  readonly step: Step
  /** The log row as far as it is known beforehand. */
  readonly entry: Omit<NewLogEntry, 'status' | 'stepsDone' | 'operations'>
  /** The row of a run that stopped half way, if there is one. */
  readonly previous?: LogEntry
  /** Whether foreign keys are off from the first transaction on. */
  readonly foreignKeysOff: boolean
  readonly onEvent?: RunListener
  readonly signal?: AbortSignal
  /** The one transaction that the whole run is, if it is one. */
  readonly together?: InOne
  /** Looks at statements that take their time. */
  readonly observer?: Observer
}

/** Work is a plan together with the operations it was made of and the lines of the script that asked for them. */
export interface Work {
  readonly plan: Plan
  readonly operations: readonly Operation[]
  readonly lines: readonly (SourceLine | undefined)[]
  /** Whether statements outside of a transaction may be repeated, as `op.autocommit` says. */
  readonly idempotent?: boolean
}
