// Values as SQLite's literals.
import { quoteText } from '../sql'

/** A value as SQL: booleans as 1 and 0, bytes as X'..', moments as TypeORM stores them, anything else that is JSON as text. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberLiteral(value)
  if (typeof value === 'string') return textLiteral(value)
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex').toUpperCase()}'`
  if (value instanceof Date) return quoteText(value.toISOString().replace('T', ' ').replace('Z', ''))
  return textLiteral(JSON.stringify(value))
}

function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return 'NULL'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '9e999' : '-9e999'
}

// SQLite reads a statement up to its first zero byte.
function textLiteral(text: string): string {
  if (!text.includes('\0')) return quoteText(text)
  return `CAST(X'${Buffer.from(text).toString('hex').toUpperCase()}' AS TEXT)`
}
