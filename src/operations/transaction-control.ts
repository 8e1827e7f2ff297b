// SQL of a script may not begin or end the transaction it runs in.
import { TransactionControlError } from '../errors'

/** Refuses SQL whose first words begin or end a transaction; ROLLBACK TO a savepoint does neither. */
export function refuseTransactionControl(sql: string, at: string | undefined): void {
  const statement = sql.replace(leading, '')
  if (control.test(statement)) throw new TransactionControlError(statement.split('\n', 1)[0]!.trim(), at)
}

const leading = /^(?:[\s;]+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/
const control = /^(?:BEGIN|COMMIT|END|ABORT|START\s+TRANSACTION|ROLLBACK(?!\s+(?:TRANSACTION\s+|WORK\s+)?TO\b))\b/i
