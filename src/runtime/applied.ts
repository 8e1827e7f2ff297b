// The last word before a step is committed: whoever asked hears of it, and may still say no.
import { ApplyError } from '../errors'
import type { Step } from '../graph/revision'
import { insideTransaction, type Query } from './inside-transaction'
import type { Session } from './session'

/** Applied is one step that has run, or was stamped, and is not committed yet. */
export interface Applied {
  readonly kind: 'upgrade' | 'downgrade' | 'stamp'
  /** The revision and the direction it went. */
  readonly step: Step
  /** The version rows before and after it. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** The step was only tried, and will be taken back. */
  readonly dryRun?: true
  /** Runs SQL in the transaction of the step, and returns its rows. */
  readonly query: Query
}

/** ApplyListener hears of each step inside its transaction; when it throws, the step is rolled back. */
export type ApplyListener = (applied: Applied) => void | Promise<void>

/** Tells of a step; `query` works until the listener has returned. */
export function tellApplied(listener: ApplyListener | undefined, session: Session, applied: Applied): Promise<void> {
  const { kind, step } = applied
  return insideTransaction('onApply', listener, session, applied, (reason, cause) => {
    return new ApplyError(step.revision.id, kind, reason, cause)
  })
}
