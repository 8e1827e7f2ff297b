// Telling expressions from values, and which spelling of one counts.
import type { Expression, Json, Literal } from './schema'

/** Whether a default, or an element of an index, is SQL rather than a value or a column. */
export function isExpression(value: Literal | Expression | object): value is Expression {
  return typeof value === 'object' && 'sql' in value && typeof value.sql === 'string'
}

/** The spelling of an expression that counts when two are compared. */
export function spelling(expression: Expression): string {
  return expression.canonical ?? expression.sql
}

/** Deep equality of plain data: the order of keys does not count, a key that is undefined is absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameJson(a[key], b[key]))
}

function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
