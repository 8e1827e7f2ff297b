// Finding things in a schema by name.
import type { Column, EnumType, QualifiedName, SchemaModel, Table, View } from './schema'

/** A key that is equal exactly when two names are; for maps and sets. */
export function keyOf(name: QualifiedName): string {
  return JSON.stringify([name.schema ?? null, name.name])
}

/** A name as a person reads it: `user`, or `audit.user`. */
export function displayName(name: QualifiedName): string {
  return name.schema === undefined ? name.name : `${name.schema}.${name.name}`
}

/** Only the name of something that has one. */
export function nameOf(thing: QualifiedName): QualifiedName {
  return thing.schema === undefined ? { name: thing.name } : { schema: thing.schema, name: thing.name }
}

/** Whether two names mean the same object. */
export function sameName(a: QualifiedName, b: QualifiedName): boolean {
  return a.name === b.name && a.schema === b.schema
}

export function findTable(schema: SchemaModel, name: QualifiedName): Table | undefined {
  return schema.tables.find((table) => sameName(table, name))
}

export function findEnum(schema: SchemaModel, name: QualifiedName): EnumType | undefined {
  return schema.enums.find((type) => sameName(type, name))
}

export function findView(schema: SchemaModel, name: QualifiedName): View | undefined {
  return schema.views.find((view) => sameName(view, name))
}

export function findColumn(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name)
}
