import { displayName } from '../../model/lookup'
import type { Rule } from '../rule'

/** Says what a change of type takes for granted where it could mean something else. */
export const conversion: Rule = {
  name: 'conversion',
  check(operation) {
    if (operation.kind !== 'alterColumn' || operation.using !== undefined) return undefined
    const { table, from, to } = operation
    if (typeof from.type !== 'string' || typeof to.type !== 'string') return undefined
    const column = `${displayName(table)}.${to.name}`
    const [zoned, plain] = [/^timestamptz\b/, /^timestamp(?!tz)/]
    if ((zoned.test(from.type) && plain.test(to.type)) || (plain.test(from.type) && zoned.test(to.type)))
      return `Reads ${column} in the time zone of the session; to name another: using: '"${to.name}" AT TIME ZONE ...'.`
    if (to.type.endsWith('[]') && /^(\w*char|text|citext)\b/.test(from.type) && !from.type.endsWith('[]'))
      return `Reads each ${column} as a list in text, {a,b}; for a list of one: using: 'ARRAY["${to.name}"]'.`
    return undefined
  },
}
