// Computed columns: the server changes few of them in place, and none of the columns they are computed from.
import { sameJson } from '../../model/expression'
import { findTable } from '../../model/lookup'
import { sameGenerated } from '../../model/same'
import type { Column, QualifiedName, Table } from '../../model/schema'
import type { OperationMap } from '../../operations/operation'
import type { Scope } from '../dialect'
import { quoteName } from '../sql'
import { putAside } from './aside'
import {
  checkSql,
  columnSql,
  commentColumn,
  exclusionSql,
  foreignKeySql,
  indexSql,
  isSerial,
  primaryKeySql,
  quoteTable,
  uniqueSql,
} from './clauses'
import { mentions } from './mentions'
import { derivedName, named } from './names'
import type { Context, Work } from './work'

/** Whether the server cannot change how a column is computed, or that it is. */
export function mustBeMadeAnew(from: Column, to: Column, { version }: Context): boolean {
  if (from.generated === undefined && to.generated === undefined) return false
  if (from.generated === undefined) return true
  if (to.generated === undefined) return from.generated.virtual === true || (version !== undefined && version < 130000)
  if (from.generated.virtual !== to.generated.virtual || !sameJson(from.type, to.type)) return true
  return !sameGenerated(from.generated, to.generated) && (version === undefined || version < 170000)
}

/**
 * Drops the column and adds it again, with what the server drops along with it. Nothing is lost: the values of a
 * computed column are computed again; a column that ends to be computed keeps them under a passing name.
 */
export function makeAnew({ table, from, to }: OperationMap['alterColumn'], context: Context): string[] {
  const { scope } = context
  const place = quoteTable(table, scope)
  const drop = `ALTER TABLE ${place} DROP COLUMN ${quoteName(from.name)}`
  const again = restore(findTable(context.schema, table), [from.name], context)
  const comment = to.comment === undefined ? [] : [commentColumn(table, to, context.scope)]
  if (to.generated) return [drop, ...addColumn(table, to, scope), ...again]
  const passing = { ...to, name: derivedName(to.name, [], 'new'), nullable: true }
  return [
    `ALTER TABLE ${place} ADD COLUMN ${columnSql(passing, scope)}`,
    `UPDATE ${place} SET ${quoteName(passing.name)} = ${quoteName(from.name)}`,
    drop,
    `ALTER TABLE ${place} RENAME COLUMN ${quoteName(passing.name)} TO ${quoteName(to.name)}`,
    ...(to.nullable || isSerial(to) ? [] : [`ALTER TABLE ${place} ALTER COLUMN ${quoteName(to.name)} SET NOT NULL`]),
    ...comment,
    ...again,
  ]
}

/**
 * Statements on columns at which views and computed columns must not look meanwhile: both go before and come back after.
 */
export function around(
  table: QualifiedName,
  names: readonly string[],
  statements: readonly string[],
  context: Context,
): (string | Work)[] {
  const { scope } = context
  const place = quoteTable(table, scope)
  const found = findTable(context.schema, table)
  const computed = (found?.columns ?? []).filter(
    ({ name, generated }) =>
      generated !== undefined && !names.includes(name) && names.some((one) => mentions(generated.sql, one)),
  )
  const computedNames = computed.map(({ name }) => name)
  return [
    ...putAside({ columns: [{ table, names: [...names, ...computedNames] }] }, context),
    ...computedNames.map((name) => `ALTER TABLE ${place} DROP COLUMN ${quoteName(name)}`),
    ...statements,
    ...computed.flatMap((column) => addColumn(table, column, scope)),
    ...restore(found, computedNames, context),
  ]
}

/** A column with its comment. */
export function addColumn(table: QualifiedName, column: Column, scope: Scope): string[] {
  return [
    `ALTER TABLE ${quoteTable(table, scope)} ADD COLUMN ${columnSql(column, scope)}`,
    ...(column.comment === undefined ? [] : [commentColumn(table, column, scope)]),
  ]
}

/** Makes keys, checks and indexes again that went with columns, or for what they say. */
export function restore(
  table: Table | undefined,
  gone: readonly string[],
  { scope }: Context,
  isAside: (sql: string) => boolean = () => false,
): string[] {
  if (table === undefined) return []
  const has = (names: readonly string[] | undefined) => gone.some((column) => names?.includes(column))
  const speaksOf = (sql: string) => isAside(sql) || gone.some((column) => mentions(sql, column))
  const add = (clause: string) => `ALTER TABLE ${quoteTable(table, scope)} ADD ${clause}`
  const key = table.primaryKey
  return [
    ...(key && has(key.columns) ? [add(primaryKeySql(named(table, key, 'pkey')))] : []),
    ...table.uniques
      .filter(({ columns, include }) => has(columns) || has(include))
      .map((unique) => add(uniqueSql(named(table, unique, 'key')))),
    ...table.checks
      .filter(({ expression }) => speaksOf(expression.sql))
      .map((check) => add(checkSql(named(table, check, 'check')))),
    ...table.exclusions
      .filter(({ expression }) => speaksOf(expression.sql))
      .map((exclusion) => add(exclusionSql(named(table, exclusion, 'excl')))),
    ...table.foreignKeys
      .filter((key) => has(key.columns))
      .map((key) => add(foreignKeySql(named(table, key, 'fkey'), scope))),
    ...table.indexes
      .filter(({ columns, include, where }) => {
        const inElements = columns.some((element) =>
          typeof element === 'string'
            ? gone.includes(element)
            : 'column' in element
              ? gone.includes(element.column)
              : speaksOf(element.sql),
        )
        return inElements || has(include) || (where !== undefined && speaksOf(where.sql))
      })
      .map((index) => indexSql(table, index, scope)),
  ]
}
