// Two schemas in, operations out. Knows no dialect: whatever a database spells its own way was put into one spelling before.
import { keyOf } from '../model/lookup'
import type { ForeignKey, SchemaModel, Table } from '../model/schema'
import type { Operation } from '../operations/operation'
import { diffForeignKeys, diffParts } from './constraints'
import { order } from './order'
import { diffColumns, type ColumnChanges } from './tables'
import { diffTypes } from './types'
import { diffViews, type ColumnInTheWay } from './views'

/** What makes the schema `from` the schema `to`, in an order in which it can run. */
export function diff(from: SchemaModel, to: SchemaModel): Operation[] {
  const live = new Map(from.tables.map((table) => [keyOf(table), table]))
  const wanted = new Map(to.tables.map((table) => [keyOf(table), table]))
  const kept = to.tables.flatMap((table) => {
    const before = live.get(keyOf(table))
    return before === undefined ? [] : [keptTable(before, table)]
  })
  const touched = touchedForeignKeys(kept)
  const inTheWay = kept.flatMap(({ before: table, columns: { recreated, retyped } }): ColumnInTheWay[] => [
    ...[...recreated].map((column) => ({ table, column })),
    ...[...retyped].map((column) => ({ table, column, retyped: true as const })),
  ])
  const reshaped = kept
    .filter(({ columns }) => columns.operations.some(({ kind }) => kind === 'addColumn' || kind === 'dropColumn'))
    .map(({ before }) => before)
  return order({
    created: to.tables.filter((table) => !live.has(keyOf(table))),
    dropped: from.tables.filter((table) => !wanted.has(keyOf(table))),
    operations: [
      ...diffTypes(from, to),
      ...kept.flatMap(({ columns, parts }) => [...columns.operations, ...parts]),
      ...kept.flatMap(({ before, after, columns }) => diffForeignKeys(before, after, touched(columns))),
    ],
    views: diffViews(from.views, to.views, inTheWay, reshaped),
  })
}

function keptTable(before: Table, after: Table) {
  const columns = diffColumns(before, after)
  return { before, after, columns, parts: diffParts(before, after, columns) }
}

/** Foreign keys that cannot stay as they are, though they do not change: what they stand on is dropped and comes back. */
function touchedForeignKeys(kept: readonly ReturnType<typeof keptTable>[]) {
  const aside = ({ recreated, converted }: ColumnChanges) => new Set([...recreated, ...converted])
  const asideIn = new Map(kept.map(({ before, columns }) => [keyOf(before), aside(columns)]))
  const lostKeys = new Set(kept.flatMap(({ before, parts }) => parts.flatMap((part) => lostKey(before, part))))
  return (changes: ColumnChanges) => {
    const own = aside(changes)
    return ({ columns, references }: ForeignKey): boolean =>
      columns.some((name) => own.has(name)) ||
      references.columns.some((name) => asideIn.get(keyOf(references.table))?.has(name)) ||
      lostKeys.has(keyText(references.table, references.columns))
  }
}

/** The columns that stop being a key for others to refer to, if an operation does that. */
function lostKey(table: Table, operation: Operation): string[] {
  switch (operation.kind) {
    case 'dropPrimaryKey':
      return [keyText(table, operation.primaryKey.columns)]
    case 'dropUnique':
      return [keyText(table, operation.unique.columns)]
    case 'dropIndex':
      return operation.index.unique ? [keyText(table, operation.index.columns)] : []
    default:
      return []
  }
}

function keyText(table: { readonly schema?: string; readonly name: string }, columns: readonly unknown[]): string {
  return JSON.stringify([keyOf(table), columns.map((column) => JSON.stringify(column)).sort()])
}
