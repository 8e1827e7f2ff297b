// Whether SQL speaks of a name.
import { quoteName } from '../sql'
import { meaningful, postgresTokens, tokenize } from '../tokens'

/** Whether a name occurs in an expression, in quotes or bare. */
export function mentions(sql: string, name: string): boolean {
  return meaningful(tokenize(sql, postgresTokens)).some(({ kind, text }) =>
    kind === 'word' ? text.toLowerCase() === name : kind === 'name' && text === quoteName(name),
  )
}
