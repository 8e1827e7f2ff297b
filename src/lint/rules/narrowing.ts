import { displayName } from '../../model/lookup'
import { typeText } from '../../operations/describe'
import type { Rule } from '../rule'

/** Says which rows keep a column from getting a type that holds less. */
export const narrowing: Rule = {
  name: 'narrowing',
  check(operation, before, around) {
    if (operation.kind !== 'alterColumn' || operation.using !== undefined) return undefined
    const { table, from, to } = operation
    const narrower = around.narrowing?.(from, to, before.enums)
    if (narrower === undefined) return undefined
    const column = `${displayName(table)}.${to.name}`
    return `Narrows ${column} from ${typeText(from.type)} to ${typeText(to.type)}: refuses while there are rows where ${narrower.where}.`
  },
}
