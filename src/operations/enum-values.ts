// The values of an enum once one is added.
import { MissingTargetError } from '../errors'
import { displayName } from '../model/lookup'
import type { EnumType } from '../model/schema'
import type { OperationMap } from './operation'

/** The enum after `addEnumValue`: the value stands before or after its neighbour, or last. */
export function withValue(addition: OperationMap['addEnumValue']): EnumType {
  const { values } = addition.enum
  const neighbour = addition.before ?? addition.after
  if (neighbour === undefined) return { ...addition.enum, values: [...values, addition.value] }
  const at = values.indexOf(neighbour)
  if (at < 0) throw new MissingTargetError(`value ${neighbour} of enum ${displayName(addition.enum)}`, [])
  return { ...addition.enum, values: values.toSpliced(addition.before === undefined ? at + 1 : at, 0, addition.value) }
}
