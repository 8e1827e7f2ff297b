// Small schemas by hand: what is not said is empty.
import type { Column, SchemaModel, Table } from '../../src/model/schema'
import { emptySchema } from '../../src/model/schema'

/** A schema of these parts. */
export function schema(parts: Partial<SchemaModel>): SchemaModel {
  return { ...emptySchema, ...parts }
}

/** A table: `table('user', { columns: columns('id int', 'name text null') })`. */
export function table(name: string, parts: Partial<Table> = {}): Table {
  return {
    name,
    columns: columns('id int'),
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    exclusions: [],
    ...parts,
  }
}

/** Columns as a person writes them: a name, a type, and `null` where it may be. */
export function columns(...texts: string[]): Column[] {
  return texts.map((text) => {
    const [name, type, nullable] = text.split(' ')
    return { name: name!, type: type!, nullable: nullable === 'null' }
  })
}
