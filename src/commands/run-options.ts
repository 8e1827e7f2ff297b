// What every command that moves the database hands on to the run.
import type { Environment } from '../environment'
import { defined } from '../model/defined'
import { version } from '../version'

/** The history, who runs it, and how long it may wait; `lockTimeout` in seconds, as a person types it. */
export function runOptions({ graph, scripts, settings, emit, signal }: Environment, lockTimeout: number | undefined) {
  const seconds = lockTimeout ?? settings.lockTimeout
  return defined({
    graph,
    scripts,
    toolVersion: version,
    lockTimeoutMs: seconds === undefined ? undefined : seconds * 1000,
    onEvent: emit,
    signal,
    onApply: settings.onApply,
  })
}
