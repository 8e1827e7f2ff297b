// New names for tables and columns, and for the sequences that number them under a name made of both.
import { findColumn, findTable } from '../../model/lookup'
import type { Column, QualifiedName } from '../../model/schema'
import type { OperationMap } from '../../operations/operation'
import { quoteName } from '../sql'
import { isSerial, quoteTable } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { textLiteral } from './literals'
import { derivedName } from './names'
import type { Context } from './work'

/** A table under its new name, in its new schema. */
export function renameTable({ from, to }: OperationMap['renameTable'], context: Context): string[] {
  const { scope, schema } = context
  const moved = from.schema !== to.schema
  const target = to.schema ?? scope.defaultSchema
  const numbered = (findTable(schema, from)?.columns ?? []).filter(isNumbered)
  return [
    ...(from.name === to.name ? [] : [`ALTER TABLE ${quoteTable(from, scope)} RENAME TO ${quoteName(to.name)}`]),
    ...(moved && target !== undefined
      ? [`ALTER TABLE ${quoteTable({ ...from, name: to.name }, scope)} SET SCHEMA ${quoteName(target)}`]
      : []),
    ...numbered.flatMap(({ name }) => renameSequence(to, name, derivedName(from.name, [name], 'seq'), context)),
  ]
}

/** A column under its new name. */
export function renameColumn({ table, from, to }: OperationMap['renameColumn'], context: Context): string[] {
  const found = findTable(context.schema, table)
  const column = found && findColumn(found, from)
  return [
    `ALTER TABLE ${quoteTable(table, context.scope)} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`,
    ...(column !== undefined && isNumbered(column)
      ? renameSequence(table, to, derivedName(table.name, [from], 'seq'), context)
      : []),
  ]
}

function isNumbered(column: Column): boolean {
  return isSerial(column) || column.identity === 'ALWAYS' || column.identity === 'BY DEFAULT'
}

/**
 * The server leaves a sequence its name. TypeORM wants the one it would have made, and a new table of the old name could
 * not get it. One that somebody named by hand, or whose new name is taken, stays as it is.
 */
function renameSequence(table: QualifiedName, column: string, was: string, { scope }: Context): string[] {
  const now = derivedName(table.name, [column], 'seq')
  if (was === now) return []
  const beside = (name: string) => quoteTable({ ...table, name }, scope)
  const own = `pg_get_serial_sequence(${textLiteral(quoteTable(table, scope))}, ${textLiteral(column)})::regclass`
  const is = (name: string) => `to_regclass(${textLiteral(beside(name))})`
  const rename = `ALTER SEQUENCE ${beside(was)} RENAME TO ${quoteName(now)}`
  return [dollarQuoted(`BEGIN IF ${own} = ${is(was)} AND ${is(now)} IS NULL THEN ${rename}; END IF; END`)]
}
