// Parts of statements: a column's definition, a constraint's, an index's.
import { isExpression } from '../../model/expression'
import type {
  Check,
  Column,
  ColumnType,
  Deferrable,
  Exclusion,
  ForeignKey,
  Index,
  IndexElement,
  PrimaryKey,
  QualifiedName,
  Unique,
  View,
} from '../../model/schema'
import type { Scope } from '../dialect'
import { nameList, quoteName, words } from '../sql'
import { textLiteral, typedLiteral, unwrap } from './literals'
import { clockSql } from './spelling'
import { normalizeType, serialType } from './types'

/** A name with its schema. A bare name is bound to the default schema, so that one history serves several. */
export function quoteTable({ schema, name }: QualifiedName, { defaultSchema }: Scope): string {
  const place = schema ?? defaultSchema
  return place === undefined ? quoteName(name) : `${quoteName(place)}.${quoteName(name)}`
}

/** A column's type as SQL. */
export function typeSql(type: ColumnType, scope: Scope): string {
  if (typeof type === 'string') return type
  const { enum: name, schema, array } = type
  return `${quoteTable(schema === undefined ? { name } : { schema, name }, scope)}${array ? '[]' : ''}`
}

/** A default as SQL. */
export function defaultSql({ type, default: value }: Column): string | undefined {
  if (value === undefined) return undefined
  if (isExpression(value)) return clockSql(value.sql)
  const sql = typedLiteral(type, value)
  // TypeORM writes every number in quotes, and takes only whole ones without for the same.
  return typeof value === 'number' && !Number.isInteger(value) && sql === String(value) ? `'${sql}'` : sql
}

/** All that a CREATE TABLE or ADD COLUMN says about a column. */
export function columnSql(column: Column, scope: Scope): string {
  const value = defaultSql(column)
  return words(
    quoteName(column.name),
    serialWord(column) ?? typeSql(column.type, scope),
    column.collation !== undefined && `COLLATE ${quoteName(column.collation)}`,
    identitySql(column),
    generatedSql(column),
    value !== undefined && `DEFAULT ${isExpression(column.default!) ? bounded(value) : value}`,
    !column.nullable && column.identity !== 'SERIAL' && 'NOT NULL',
  )
}

// Among a column's clauses these words could belong to the next clause, so the grammar wants parentheses.
function bounded(sql: string): string {
  return /\b(?:not|and|or|in|is|i?like|similar|between|at|collate|isnull|notnull)\b/i.test(sql) ? `(${sql})` : sql
}

/** Whether a type is only written `serial`: the server makes it an integer with a sequence of its own. */
export function isSerial({ type, identity }: Column): boolean {
  return identity === 'SERIAL' || (typeof type === 'string' && serialType(type) !== undefined)
}

function serialWord(column: Column): string | undefined {
  if (!isSerial(column) || typeof column.type !== 'string') return undefined
  const type = serialType(column.type) ?? normalizeType(column.type)
  return type === 'bigint' ? 'bigserial' : type === 'smallint' ? 'smallserial' : 'serial'
}

function identitySql({ identity }: Column): string | undefined {
  return identity === 'ALWAYS' || identity === 'BY DEFAULT' ? `GENERATED ${identity} AS IDENTITY` : undefined
}

function generatedSql({ generated }: Column): string | undefined {
  return generated && `GENERATED ALWAYS AS (${unwrap(generated.sql)}) ${generated.virtual ? 'VIRTUAL' : 'STORED'}`
}

/** A comment on a column, or its end. */
export function commentColumn(table: QualifiedName, { name, comment }: Column, scope: Scope): string {
  const text = comment === undefined ? 'NULL' : textLiteral(comment)
  return `COMMENT ON COLUMN ${quoteTable(table, scope)}.${quoteName(name)} IS ${text}`
}

/** A constraint whose name is known. */
export type Named<T> = T & { readonly name: string }

export function primaryKeySql({ columns, deferrable, name }: Named<PrimaryKey>): string {
  return words(constraint(name), `PRIMARY KEY (${nameList(columns)})`, deferrableSql(deferrable))
}

export function uniqueSql({ name, columns, include, nullsNotDistinct, deferrable }: Named<Unique>): string {
  return words(
    constraint(name),
    'UNIQUE',
    nullsNotDistinct && 'NULLS NOT DISTINCT',
    `(${nameList(columns)})`,
    include && `INCLUDE (${nameList(include)})`,
    deferrableSql(deferrable),
  )
}

export function foreignKeySql(key: Named<ForeignKey>, scope: Scope): string {
  return words(
    constraint(key.name),
    `FOREIGN KEY (${nameList(key.columns)})`,
    `REFERENCES ${quoteTable(key.references.table, scope)} (${nameList(key.references.columns)})`,
    key.match && `MATCH ${key.match}`,
    key.onDelete && `ON DELETE ${key.onDelete}`,
    key.onUpdate && `ON UPDATE ${key.onUpdate}`,
    deferrableSql(key.deferrable),
    key.notValid && 'NOT VALID',
  )
}

export function checkSql({ name, expression, notValid }: Named<Check>): string {
  return words(constraint(name), `CHECK (${unwrap(expression.sql)})`, notValid && 'NOT VALID')
}

export function exclusionSql({ name, expression, deferrable }: Named<Exclusion>): string {
  return words(constraint(name), `EXCLUDE ${expression.sql}`, deferrableSql(deferrable))
}

/** A whole CREATE INDEX. */
export function indexSql(table: QualifiedName, index: Index, scope: Scope, concurrently = false): string {
  return words(
    'CREATE',
    index.unique && 'UNIQUE',
    'INDEX',
    concurrently && 'CONCURRENTLY',
    quoteName(index.name),
    `ON ${quoteTable(table, scope)}`,
    index.using && `USING ${quoteName(index.using)}`,
    `(${index.columns.map(elementSql).join(', ')})`,
    index.include && index.include.length > 0 && `INCLUDE (${nameList(index.include)})`,
    index.nullsNotDistinct && 'NULLS NOT DISTINCT',
    index.where && `WHERE ${index.where.sql}`,
  )
}

function elementSql(element: IndexElement): string {
  if (typeof element === 'string') return quoteName(element)
  return words(
    'column' in element ? quoteName(element.column) : `(${unwrap(element.sql)})`,
    element.collation !== undefined && `COLLATE ${quoteName(element.collation)}`,
    element.opclass,
    element.order,
    element.nulls && `NULLS ${element.nulls}`,
  )
}

function constraint(name: string): string {
  return `CONSTRAINT ${quoteName(name)}`
}

function deferrableSql(deferrable: Deferrable | undefined): string | undefined {
  return deferrable && `DEFERRABLE ${deferrable}`
}

/** A whole CREATE VIEW, the indexes of a materialised one included. */
export function viewSql(view: View, scope: Scope): string[] {
  const definition = view.definition.sql.trim().replace(/\s*;$/, '')
  return [
    `CREATE ${viewWord(view)} ${quoteTable(view, scope)} AS\n${definition}`,
    ...(view.indexes ?? []).map((index) => indexSql(view, index, scope)),
  ]
}

/** DROP VIEW, of either kind. */
export function dropViewSql(view: View, scope: Scope): string {
  return `DROP ${viewWord(view)} ${quoteTable(view, scope)}`
}

function viewWord({ materialized }: View): string {
  return materialized ? 'MATERIALIZED VIEW' : 'VIEW'
}
