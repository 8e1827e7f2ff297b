// Code of the project inside of a migration's transaction: it may query there until it returns, and ends the step by throwing.
import { type AutogenError, InterruptedError, MigrationFailedError, TransactionControlError } from '../errors'
import type { Row } from '../dialects/dialect'
import { refuseTransactionControl } from '../operations/transaction-control'
import { serverMessage } from './failure'
import type { Session } from './session'

/** Query runs SQL in the transaction of a step, and returns its rows. */
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Row[]>

/** Calls a listener; its `query` works until it has returned, and the transaction must be open still. */
export async function insideTransaction<Facts extends { readonly query: Query }>(
  name: string,
  listener: ((facts: Facts) => void | Promise<void>) | undefined,
  session: Session,
  facts: Facts,
  failure: (reason: string, cause: unknown) => AutogenError,
): Promise<void> {
  if (listener === undefined) return
  let open = true
  const query: Query = async (sql, parameters) => {
    if (!open) throw new Error(`query was called after ${name} had returned`)
    refuseTransactionControl(sql, undefined)
    return facts.query(sql, parameters)
  }
  try {
    await listener({ ...facts, query })
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    const cause = error instanceof MigrationFailedError ? error.cause : error
    throw failure(session.withoutPasswords(serverMessage(cause)), cause)
  } finally {
    open = false
  }
  if (!session.connection.isTransactionActive) throw new TransactionControlError(name)
}
