// Names longer than the database keeps: it cuts them without a word, and what is left must still be a name of its own.
import { InvalidEntityError } from '../errors'
import { firstBytes } from '../model/bytes'
import { displayName } from '../model/lookup'
import type { SchemaModel } from '../model/schema'

/** LongName is a name that the database cuts. */
export interface LongName {
  /** What has it: `table`, `column of user`. */
  readonly of: string
  readonly name: string
  readonly kept: string
}

/** The names the entities give that are longer than the database keeps; throws where two of them become one, or a value is lost. */
export function longNames({ tables, enums, views }: SchemaModel, limit: number | undefined): LongName[] {
  if (limit === undefined) return []
  const kept = new Map<string, string>()
  const found: LongName[] = []
  /** Looks at a name; those of one place must differ. */
  const see = (place: string, of: string, name: string | undefined) => {
    if (name === undefined) return
    const short = firstBytes(name, limit)
    const other = kept.get(JSON.stringify([place, short]))
    if (other !== undefined && other !== name) {
      const reason = `the database keeps ${limit} bytes of a name, so ${of} "${other}" and "${name}" are both "${short}"`
      throw new InvalidEntityError(undefined, undefined, reason)
    }
    kept.set(JSON.stringify([place, short]), name)
    if (short !== name && other === undefined) found.push({ of, name, kept: short })
  }
  const schemaOf = ({ schema = '' }: { readonly schema?: string }) => schema
  for (const table of [...tables, ...views]) see(`relations of ${schemaOf(table)}`, 'table', table.name)
  for (const table of tables) {
    const own = displayName(table)
    const { columns, primaryKey, uniques, foreignKeys, checks, exclusions, indexes } = table
    for (const { name } of columns) see(`columns of ${own}`, `column of ${own}`, name)
    for (const { name } of [...(primaryKey ? [primaryKey] : []), ...uniques, ...foreignKeys, ...checks, ...exclusions])
      see(`constraints of ${own}`, `constraint of ${own}`, name)
    for (const { name } of indexes) see(`indexes of ${own}`, `index of ${own}`, name)
  }
  for (const type of enums) {
    see(`types of ${schemaOf(type)}`, 'enum', type.name)
    // A value is not cut but refused, when the type is made and when a row holds it.
    const value = type.values.find((one) => Buffer.byteLength(one) > limit)
    if (value !== undefined) {
      const reason = `the enum ${displayName(type)} has the value "${value}", and a value has at most ${limit} bytes`
      throw new InvalidEntityError(undefined, undefined, reason)
    }
  }
  return found
}
