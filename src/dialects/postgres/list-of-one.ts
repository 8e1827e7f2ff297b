// A column of values that becomes one of lists, or the other way round.
import type { ColumnType } from '../../model/schema'
import { isTextType, parseType } from './types'

/**
 * Whether each value becomes a list of one, or each list of one its value. Texts are read and written instead, as what they
 * are with any other type: `{a,b}` is a list of two.
 */
export function ofOne(from: ColumnType, to: ColumnType): 'wraps' | 'unwraps' | undefined {
  const [source, target] = [partsOf(from), partsOf(to)]
  if (source.array === target.array || source.name !== target.name || isTextType(source.name)) return undefined
  return target.array ? 'wraps' : 'unwraps'
}

/** Whether a column of the type holds lists. */
export function isList(type: ColumnType): boolean {
  return partsOf(type).array
}

function partsOf(type: ColumnType): { readonly name: string; readonly array: boolean } {
  return typeof type === 'string' ? parseType(type) : { name: 'an enum', array: type.array ?? false }
}
