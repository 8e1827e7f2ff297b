import { displayName, findTable } from '../../model/lookup'
import type { Rule } from '../rule'

/** Says when a statement can only succeed on a table without rows, or without NULLs. */
export const requiredColumn: Rule = {
  name: 'required-column',
  check(operation, before) {
    if (operation.kind === 'addColumn') {
      const { nullable, default: given, generated, identity } = operation.column
      if (nullable || given !== undefined || generated !== undefined || identity !== undefined) return undefined
      if (findTable(before, operation.table) === undefined) return undefined
      return `Fails when ${displayName(operation.table)} has rows: ${operation.column.name} is NOT NULL and has no default.`
    }
    if (operation.kind === 'alterColumn' && operation.from.nullable && !operation.to.nullable) {
      return `Fails when ${displayName(operation.table)}.${operation.to.name} holds NULLs: fill them in first.`
    }
    return undefined
  },
}
