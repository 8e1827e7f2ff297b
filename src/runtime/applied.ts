// The last word before a step is committed: whoever asked hears of it, and may still say no.
import { ApplyError, InterruptedError, MigrationFailedError, TransactionControlError } from '../errors'
import type { Row } from '../dialects/dialect'
import type { Step } from '../graph/revision'
import { refuseTransactionControl } from '../operations/transaction-control'
import { serverMessage } from './failure'
import type { Session } from './session'

/** Applied is one step that has run, or was stamped, and is not committed yet. */
export interface Applied {
  readonly kind: 'upgrade' | 'downgrade' | 'stamp'
  /** The revision and the direction it went. */
  readonly step: Step
  /** The version rows before and after it. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Runs SQL in the transaction of the step, and returns its rows. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
}

/** ApplyListener hears of each step inside its transaction; when it throws, the step is rolled back. */
export type ApplyListener = (applied: Applied) => void | Promise<void>

/** Tells of a step; `query` works until the listener has returned. */
export async function tellApplied(
  listener: ApplyListener | undefined,
  session: Session,
  { query, ...told }: Applied,
): Promise<void> {
  if (listener === undefined) return
  let open = true
  try {
    await listener({
      ...told,
      query: async (sql, parameters) => {
        if (!open) throw new Error('query was called after onApply had returned')
        refuseTransactionControl(sql, undefined)
        return query(sql, parameters)
      },
    })
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    const cause = error instanceof MigrationFailedError ? error.cause : error
    throw new ApplyError(told.step.revision.id, told.kind, session.withoutPasswords(serverMessage(cause)), cause)
  } finally {
    open = false
  }
  if (!session.connection.isTransactionActive) throw new TransactionControlError('onApply')
}
