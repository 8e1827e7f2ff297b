// Values of rows on their way to the driver and back.
import type { ColumnType } from '../../model/schema'
import { isJsonType, readArray } from './literals'

/** What `pg` makes of the value by itself is right, but for a json column, whose lists it takes for arrays of the server. */
export function write(type: ColumnType, value: unknown): unknown {
  return isJsonType(type) ? JSON.stringify(value) : value
}

/** `pg` reads arrays of the types it knows; those of an enum or an extension come as the server's text. */
export function read(type: ColumnType, value: unknown): unknown {
  return typeof value === 'string' ? (readArray(type, value) ?? value) : value
}
