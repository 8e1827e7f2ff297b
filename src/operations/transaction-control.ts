// SQL of a script may not begin or end the transaction it runs in.
import { TransactionControlError } from '../errors'
import { wordsOf } from '../model/words'

/** Refuses SQL with a statement that begins or ends a transaction; ROLLBACK TO a savepoint does neither. */
export function refuseTransactionControl(sql: string, at: string | undefined): void {
  const statement = statementsOf(wordsOf(sql)).find((words) => control.test(words.slice(0, 3).join(' ')))
  if (statement !== undefined) throw new TransactionControlError(statement.join(' ').toUpperCase(), at)
}

const control =
  /^(?:begin|commit|end|abort|start transaction|prepare transaction|rollback(?!(?: transaction| work)? to\b))\b/

/** The statements of a text; what stands between BEGIN and END of a trigger or a function belongs to the CREATE. */
function statementsOf(words: readonly string[]): string[][] {
  const statements: string[][] = [[]]
  let depth = 0
  for (const word of words) {
    const statement = statements.at(-1)!
    if (word === ';' && depth === 0) {
      statements.push([])
      continue
    }
    if (statement[0] === 'create') {
      if (word === 'begin' || word === 'case') depth++
      else if (word === 'end' && depth > 0) depth--
    }
    statement.push(word)
  }
  return statements
}
