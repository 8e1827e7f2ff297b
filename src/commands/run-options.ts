// What every command that moves the database hands on to the run.
import type { Environment } from '../environment'
import { defined } from '../model/defined'
import { version } from '../version'

/** Patience is how long things may take, in seconds, as a person types it. */
export interface Patience {
  /** Seconds to wait while another process migrates. */
  readonly lockTimeout?: number
  /** PostgreSQL: seconds a statement waits for a table that others use. */
  readonly tableLockTimeout?: number
  /** PostgreSQL: seconds a statement may run. */
  readonly statementTimeout?: number
  /** How often a revision is run again that others were in the way of. */
  readonly lockRetries?: number
}

/** The history, who runs it, and how long it may wait; what a call says comes before the settings. */
export function runOptions({ graph, scripts, settings, emit, signal }: Environment, call: Patience) {
  const { lockTimeout, tableLockTimeout, statementTimeout, lockRetries } = {
    ...settings,
    ...defined({ ...pick(call) }),
  }
  return defined({
    graph,
    scripts,
    toolVersion: version,
    lockTimeoutMs: milliseconds(lockTimeout),
    limits: defined({ lockMs: milliseconds(tableLockTimeout), statementMs: milliseconds(statementTimeout) }),
    retries: lockRetries,
    onEvent: emit,
    signal,
    onApply: settings.onApply,
    hooks: settings.hooks,
  })
}

function pick({ lockTimeout, tableLockTimeout, statementTimeout, lockRetries }: Patience) {
  return { lockTimeout, tableLockTimeout, statementTimeout, lockRetries }
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}
