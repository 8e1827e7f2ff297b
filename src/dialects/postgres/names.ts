// Identifiers as the server keeps them, and the names it gives where nobody did.
import { firstBytes } from '../../model/bytes'

/** The longest identifier, in bytes (NAMEDATALEN - 1). */
export const maxNameBytes = 63

/** A name as the server keeps it: cut at 63 bytes, never inside a character. */
export function truncateName(name: string): string {
  return firstBytes(name, maxNameBytes)
}

/** How the server ends the names it gives to constraints. */
export type ConstraintLabel = 'pkey' | 'key' | 'fkey' | 'check' | 'excl'

/** A constraint's name; where a script gives none, the one the server would give. */
export function named<T extends { readonly name?: string; readonly columns?: readonly string[] }>(
  table: { readonly name: string },
  constraint: T,
  label: ConstraintLabel,
): T & { readonly name: string } {
  const columns = label === 'key' || label === 'fkey' ? (constraint.columns ?? []) : []
  return { ...constraint, name: truncateName(constraint.name ?? derivedName(table.name, columns, label)) }
}

/** The name PostgreSQL gives to an unnamed constraint or sequence, such as `user_email_key` (makeObjectName). */
export function derivedName(table: string, columns: readonly string[], label: string): string {
  const column = columns.join('_')
  let tableBytes = Buffer.byteLength(table)
  let columnBytes = Buffer.byteLength(column)
  const room = maxNameBytes - Buffer.byteLength(label) - 1 - (columns.length > 0 ? 1 : 0)
  while (tableBytes + columnBytes > room) {
    if (tableBytes > columnBytes) tableBytes--
    else columnBytes--
  }
  const parts = [firstBytes(table, tableBytes), ...(columns.length > 0 ? [firstBytes(column, columnBytes)] : [])]
  return [...parts, label].join('_')
}
