// Names as the tests of this folder look them up and quote them, without asking the code under test to quote.
import { findColumn, keyOf, nameOf } from '../../src/model/lookup'
import type { Column, QualifiedName, SchemaModel, Table } from '../../src/model/schema'

export { keyOf, nameOf }

/** The column of a table that may not be there. */
export function columnOf(table: Table | undefined, name: string): Column | undefined {
  return table && findColumn(table, name)
}

/** A name in quotes, with its schema. */
export function quoted({ schema, name }: { readonly schema?: string; readonly name: string }): string {
  return [schema, name].flatMap((part) => (part === undefined ? [] : [`"${part.replaceAll('"', '""')}"`])).join('.')
}

/** The same schema, with the default schema's name wherever it goes without saying. */
export function located(schema: SchemaModel, defaultSchema: string): SchemaModel {
  const place = <T extends QualifiedName>(thing: T): T => ({ ...thing, schema: thing.schema ?? defaultSchema })
  return {
    ...schema,
    enums: schema.enums.map(place),
    tables: schema.tables.map((table) => ({
      ...place(table),
      columns: table.columns.map((column) =>
        typeof column.type === 'string'
          ? column
          : { ...column, type: { ...column.type, schema: column.type.schema ?? defaultSchema } },
      ),
      foreignKeys: table.foreignKeys.map((key) => ({
        ...key,
        references: { ...key.references, table: place(key.references.table) },
      })),
    })),
  }
}
