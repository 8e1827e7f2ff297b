// A transaction that failed because others were in its way is rolled back and run again, after a pause that differs each time.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Explanation } from '../dialects/dialect'
import { InterruptedError, MigrationFailedError } from '../errors'
import { defined } from '../model/defined'
import type { Session } from './session'

/** How often a transaction is run again, unless somebody says otherwise. */
export const defaultRetries = 8

/** How long a statement waits for what somebody else uses: as long as all who come after it wait behind it. */
export const defaultLockMs = 5_000

const firstPauseMs = 500
const longestPauseMs = 15_000

/** What the dialect knows of the error behind a failure. */
export function explanationOf(failure: unknown, { dialect }: Session): Explanation | undefined {
  if (!(failure instanceof MigrationFailedError)) return undefined
  const { code, routine } = serverError(failure.cause)
  return code === undefined ? undefined : dialect.session.explain(code, routine)
}

/** How long to wait before the n-th retry: longer each time, and never as long as another process that failed at the same moment. */
export function pauseMs(retry: number): number {
  return Math.round(Math.min(firstPauseMs * 2 ** (retry - 1), longestPauseMs) * (0.5 + Math.random()))
}

/** Waits, unless the run is interrupted. */
export async function pause(ms: number, signal: AbortSignal | undefined, revision?: string): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError(revision)
    throw error
  }
}

interface ServerError {
  readonly code?: string
  readonly routine?: string
}

function serverError(error: unknown): ServerError {
  if (typeof error !== 'object' || error === null) return {}
  const { code, routine, driverError } = error as { readonly [key: string]: unknown }
  if (driverError !== undefined && driverError !== error) return serverError(driverError)
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return defined({ code: text(code), routine: text(routine) })
}
