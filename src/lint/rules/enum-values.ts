import { displayName } from '../../model/lookup'
import type { Rule } from '../rule'

/** Says what becomes of rows when an enum loses a value, and when a new one can be used. */
export const enumValues: Rule = {
  name: 'enum-values',
  check(operation, _, { operations }) {
    if (operation.kind === 'addEnumValue' && operations > 1)
      return 'Committed with what stands above it before the rest runs: no value can be used in the transaction that adds it.'
    if (operation.kind !== 'replaceEnum') return undefined
    const { from, to, map = {} } = operation
    const gone = from.values.filter((value) => !to.values.includes(value) && !Object.hasOwn(map, value))
    if (gone.length === 0) return undefined
    const values = gone.map((value) => `'${value}'`).join(', ')
    const example = gone.map((value) => `'${value}': '...'`).join(', ')
    return `Takes ${values} from ${displayName(from)}: refuses while rows hold it, unless it says what becomes of them: { map: { ${example} } }.`
  },
}
