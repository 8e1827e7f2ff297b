// What goes with a table or a column when it is dropped, so that the log and the way back know it.
import { nameOf, sameName } from '../model/lookup'
import type { ForeignKey, Index, QualifiedName, SchemaModel, Table } from '../model/schema'
import type { Operation } from './operation'

/** The drop of a table: its foreign keys, its indexes, then the table without them; created in the opposite order. */
export function dropTable(table: Table): Operation[] {
  const name = nameOf(table)
  return [
    ...table.foreignKeys
      .toSorted(byName)
      .reverse()
      .map((foreignKey) => drop.foreignKey(name, foreignKey)),
    ...table.indexes
      .toSorted(byName)
      .reverse()
      .map((index) => drop.index(name, index)),
    { kind: 'dropTable', table: bare(table) },
  ]
}

/** The drop of a column: keys and indexes that use it, then the column. */
export function dropColumn(table: Table, columnName: string): Operation[] {
  const name = nameOf(table)
  const uses = (part: Keyed) => usesColumn(part, columnName)
  const selfReferring = (key: ForeignKey) =>
    sameName(key.references.table, table) && key.references.columns.includes(columnName)
  const operations: Operation[] = [
    ...table.foreignKeys.filter((key) => uses(key) || selfReferring(key)).map((key) => drop.foreignKey(name, key)),
    ...table.indexes.filter(uses).map((index) => drop.index(name, index)),
    ...table.uniques.filter(uses).map((unique): Operation => ({ kind: 'dropUnique', table: name, unique })),
  ]
  if (table.primaryKey && uses(table.primaryKey))
    operations.push({ kind: 'dropPrimaryKey', table: name, primaryKey: table.primaryKey })
  const column = table.columns.find((one) => one.name === columnName)
  if (column) operations.push({ kind: 'dropColumn', table: name, column })
  return operations
}

/** Foreign keys of other tables that point at a table, or at one of its columns. */
export function incomingForeignKeys(schema: SchemaModel, target: QualifiedName, column?: string) {
  return schema.tables
    .filter((table) => !sameName(table, target))
    .flatMap((table) => table.foreignKeys.map((foreignKey) => ({ table: nameOf(table), foreignKey })))
    .filter(({ foreignKey: { references } }) => sameName(references.table, target))
    .filter(({ foreignKey: { references } }) => column === undefined || references.columns.includes(column))
}

/** Whether a key or an index names a column, as an element or an included one. */
export function usesColumn(part: Keyed, column: string): boolean {
  return (
    (part.include?.includes(column) ?? false) ||
    part.columns.some((element) =>
      typeof element === 'string' ? element === column : 'column' in element && element.column === column,
    )
  )
}

/** The order in which the parts of a table are created; they are dropped in the opposite one. */
export function byName(a: Partial<Keyed>, b: Partial<Keyed>): number {
  const key = (part: Partial<Keyed>) => `${part.name ?? ''}\0${JSON.stringify(part.columns)}`
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0
}

/** The table as `createTable` and `dropTable` carry it: foreign keys and indexes are operations of their own. */
export function bare(table: Table): Table {
  return { ...table, foreignKeys: [], indexes: [] }
}

type Keyed = { readonly name?: string; readonly columns: Index['columns']; readonly include?: readonly string[] }

const drop = {
  foreignKey: (table: QualifiedName, foreignKey: ForeignKey): Operation => ({
    kind: 'dropForeignKey',
    table,
    foreignKey,
  }),
  index: (table: QualifiedName, index: Index): Operation => ({ kind: 'dropIndex', table, index }),
}
