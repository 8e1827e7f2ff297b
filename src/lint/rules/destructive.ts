import { displayName } from '../../model/lookup'
import type { Rule } from '../rule'

/** Says what data an operation throws away. */
export const destructive: Rule = {
  name: 'destructive',
  check(operation) {
    switch (operation.kind) {
      case 'dropTable':
        return `Destructive: drops the table ${displayName(operation.table)} and every row in it.`
      case 'dropColumn':
        if (operation.column.generated !== undefined) return undefined
        return `Destructive: drops the column ${displayName(operation.table)}.${operation.column.name} and its data.`
      case 'dropSequence':
        return `Destructive: drops the sequence ${displayName(operation.sequence)} and its counter.`
      default:
        return undefined
    }
  },
}
