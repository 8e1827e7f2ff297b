// Statements that a transaction is in the way of, told by their words: a text or a comment may well hold such a word.
import { meaningful, postgresTokens, tokenize } from '../tokens'

/** Whether nobody is in the way of a statement while it waits, and half done it is worse than late. */
export function isPatient(sql: string): boolean {
  if (!/\bCONCURRENTLY\b|\bVALIDATE\b/i.test(sql)) return false
  const [verb = '', ...words] = wordsOf(sql)
  if (!['CREATE', 'DROP', 'REINDEX', 'REFRESH', 'ALTER'].includes(verb)) return false
  return words.some((word, at) => word === 'CONCURRENTLY' || (word === 'VALIDATE' && words[at + 1] === 'CONSTRAINT'))
}

/** Whether the server refuses a statement in a transaction, or may; all others are done or not done when they have one of their own. */
export function standsAlone(sql: string): boolean {
  const [verb = '', object = '', ...words] = wordsOf(sql)
  if (['VACUUM', 'REINDEX', 'CLUSTER', 'CALL'].includes(verb)) return true
  // What a block of code does is in a string.
  if (verb === 'DO') return /\b(COMMIT|ROLLBACK)\b/i.test(sql)
  if (!['CREATE', 'DROP', 'ALTER'].includes(verb)) return false
  return ['DATABASE', 'TABLESPACE', 'SYSTEM', 'SUBSCRIPTION'].includes(object) || words.includes('CONCURRENTLY')
}

/** The bare words of a statement in capitals; anything else is an empty one. */
function wordsOf(sql: string): string[] {
  const tokens = meaningful(tokenize(sql, postgresTokens))
  return tokens.map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : ''))
}
