// Operations as SQLite's SQL: what can be done in place is, the rest says 'rebuild' and is left to rebuild.ts.
import { UnsupportedOperationError } from '../../errors'
import { isExpression, sameJson } from '../../model/expression'
import { displayName } from '../../model/lookup'
import type {
  Check,
  Column,
  Expression,
  ForeignKey,
  Index,
  IndexElement,
  Json,
  Literal,
  QualifiedName,
  Table,
  Unique,
} from '../../model/schema'
import type { Handlers, Kind, OperationOf } from '../../operations/operation'
import type { Statement } from '../dialect'
import { ownSql } from '../own-sql'
import { nameList, quoteName, words } from '../sql'
import { form, mentions, unwrap } from './form'
import { literal } from './literal'
import { normalizeTable, readLiteral, viewText } from './normalize'
import { sqliteMeaning } from './parse'
import { splitSqlite } from './split'

/** Context is what a handler knows besides its operation: the table as it is then, and the server's version. */
export interface Context {
  readonly table?: Table
  readonly version: number
  /** Checks that are written with the column that is added. */
  readonly checks: readonly Check[]
}

/** Answer is the SQL of an operation, or that its table must be rebuilt. */
export type Answer = readonly Omit<Statement, 'operation'>[] | 'rebuild'

/** One handler per operation. */
export const handlers: Handlers<Answer, [Context]> = {
  createTable: ({ table }) => sql(createTableSql(table)),
  dropTable: ({ table }) => sql(`DROP TABLE ${quoteName(table.name)}`),
  renameTable: ({ from, to }) => sql(...renameTableSql(from.name, to.name)),
  // SQLite has no comments: a script that serves several databases may set them.
  commentTable: () => [],

  addColumn: ({ table, column }, { checks }) => {
    if (!canAdd(column)) return 'rebuild'
    return sql(`ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${columnSql(column, checks)}`)
  },
  dropColumn: ({ table, column }, context) => {
    if (!canDrop(column.name, context)) return 'rebuild'
    return sql(`ALTER TABLE ${quoteName(table.name)} DROP COLUMN ${quoteName(column.name)}`)
  },
  renameColumn: ({ table, from, to }) =>
    sql(`ALTER TABLE ${quoteName(table.name)} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`),
  alterColumn: ({ from, to, using }, { table }) =>
    using === undefined && sameJson(normalColumn(from, table), normalColumn(to, table)) ? [] : 'rebuild',

  createPrimaryKey: () => 'rebuild',
  dropPrimaryKey: () => 'rebuild',
  createUnique: () => 'rebuild',
  dropUnique: () => 'rebuild',
  createForeignKey: (operation) => refuseNotValid(operation, operation.foreignKey) ?? 'rebuild',
  dropForeignKey: () => 'rebuild',
  createCheck: (operation) => refuseNotValid(operation, operation.check) ?? 'rebuild',
  dropCheck: () => 'rebuild',
  createExclusion: (operation) => refuse(operation, operation.exclusion.name),
  dropExclusion: (operation) => refuse(operation, operation.exclusion.name),
  renameConstraint: () => 'rebuild',
  validateConstraint: (operation) => refuse(operation, operation.name),

  createIndex: (operation) => sql(createIndexSql(operation.table.name, supported(operation))),
  dropIndex: ({ index }) => sql(`DROP INDEX ${quoteName(index.name)}`),
  renameIndex: ({ from, to }, { table }) => {
    const index = table?.indexes.find(({ name }) => name === from)
    if (table === undefined || index === undefined) return []
    return sql(`DROP INDEX ${quoteName(from)}`, createIndexSql(table.name, { ...index, name: to }))
  },

  createEnum: (operation) => refuse(operation, operation.enum.name),
  dropEnum: (operation) => refuse(operation, operation.enum.name),
  addEnumValue: (operation) => refuse(operation, operation.enum.name),
  renameEnum: (operation) => refuse(operation, operation.from.name),
  renameEnumValue: (operation) => refuse(operation, operation.enum.name),
  replaceEnum: (operation) => refuse(operation, operation.from.name),

  createView: (operation) => {
    if (operation.view.materialized) return refuse(operation, operation.view.name)
    return sql(`CREATE VIEW ${quoteName(operation.view.name)} AS ${viewText(operation.view.definition.sql)}`)
  },
  dropView: ({ view }) => sql(`DROP VIEW ${quoteName(view.name)}`),
  createSchema: (operation) => refuse(operation, operation.schema),
  dropSchema: (operation) => refuse(operation, operation.schema),
  createExtension: (operation) => refuse(operation, operation.extension.name),
  dropExtension: (operation) => refuse(operation, operation.extension.name),
  createSequence: (operation) => refuse(operation, operation.sequence.name),
  dropSequence: (operation) => refuse(operation, operation.sequence.name),

  execute: ({ sql: text, parameters }) => [parameters === undefined ? { sql: text } : { sql: text, parameters }],
  bulkInsert: ({ table, rows }) => insertsOf(table, rows),
  own: (operation) =>
    ownSql(operation, 'sqlite')
      .flatMap(splitSqlite)
      .map((sql) => ({ sql })),
}

/** A table's CREATE statement, as TypeORM would write it. */
export function createTableSql(table: Table, name = table.name): string {
  const { columns, primaryKey, uniques, checks, foreignKeys } = table
  const inline = new Set(checks.filter((check) => soleColumn(check) !== undefined))
  const parts = [
    ...columns.map((column) =>
      columnSql(
        column,
        checks.filter((check) => inline.has(check) && soleColumn(check) === column.name.toLowerCase()),
        inlineKeySql(table, column),
      ),
    ),
    ...uniques.map(uniqueSql),
    ...checks.filter((check) => !inline.has(check)).map(checkSql),
    ...foreignKeys.map(foreignKeySql),
    ...(primaryKey !== undefined && primaryKey.columns.length > 1 ? [primaryKeySql(primaryKey)] : []),
  ]
  const options = [table.options?.withoutRowid && 'WITHOUT ROWID', table.options?.strict && 'STRICT'].filter(Boolean)
  return words(`CREATE TABLE ${quoteName(name)} (${parts.join(', ')})`, options.join(', '))
}

/** The new name of a table; one that differs in case alone is taken as long as the table itself has it. */
export function renameTableSql(from: string, to: string): string[] {
  const rename = (was: string, now: string) => `ALTER TABLE ${quoteName(was)} RENAME TO ${quoteName(now)}`
  if (from === to) return []
  if (from.toLowerCase() !== to.toLowerCase()) return [rename(from, to)]
  const between = `_autogen_renaming_${to}`
  return [rename(from, between), rename(between, to)]
}

/** A column's definition; unnamed checks of its own follow the type, where TypeORM looks for an enum's values. */
export function columnSql(column: Column, checks: readonly Check[] = [], key?: string): string {
  return words(
    quoteName(column.name),
    typeof column.type === 'string' ? column.type : column.type.enum,
    ...checks.map(({ expression }) => `CHECK( ${expression.sql} )`),
    key,
    column.collation !== undefined && collateSql(column.collation),
    !column.nullable && 'NOT NULL',
    column.generated && generatedSql(column.generated),
    !column.generated && column.default !== undefined && defaultSql(column.default),
  )
}

/**
 * The PRIMARY KEY of a sole key column, which stands in its definition: behind a UNIQUE of the same column, SQLite could
 * not rename it. A numbered one has no name, since TypeORM would take that for the column's.
 */
export function inlineKeySql(
  { primaryKey }: Pick<Table, 'primaryKey'>,
  { name, identity }: Column,
): string | undefined {
  if (primaryKey?.columns.length !== 1 || primaryKey.columns[0] !== name) return undefined
  return identity === undefined ? `${constraint(primaryKey.name)}PRIMARY KEY` : 'PRIMARY KEY AUTOINCREMENT'
}

/** The column an unnamed check belongs to, in lower case: the only one it mentions. */
export function soleColumn({ name, expression }: Check): string | undefined {
  if (name !== undefined) return undefined
  const [first] = sqliteMeaning(expression.sql)
  const [sole, more] = [...mentions(expression.sql)].filter((word) => word !== 'in')
  const list = /^\S+ in \( [^()]* \)$/i.test(form(expression.sql))
  return first !== undefined && list && more === undefined ? sole : undefined
}

/** A column's DEFAULT. */
export function defaultSql(value: Literal | Expression): string {
  return `DEFAULT ${valueSql(value)}`
}

/** A default as SQL: a literal, or an expression in parentheses. Those it has itself TypeORM looks for in the catalogue. */
export function valueSql(value: Literal | Expression): string {
  if (!isExpression(value)) return literal(value)
  const isLiteral = readLiteral(value.sql) !== undefined && unwrap(value.sql) === value.sql
  return isLiteral ? value.sql : `(${value.sql})`
}

export function generatedSql({ sql: text, virtual }: NonNullable<Column['generated']>): string {
  return `GENERATED ALWAYS AS (${text}) ${virtual ? 'VIRTUAL' : 'STORED'}`
}

export function collateSql(collation: string): string {
  return `COLLATE ${quoteName(collation)}`
}

export function primaryKeySql({ name, columns }: NonNullable<Table['primaryKey']>): string {
  return `${constraint(name)}PRIMARY KEY (${nameList(columns)})`
}

export function uniqueSql({ name, columns }: Unique): string {
  return `${constraint(name)}UNIQUE (${nameList(columns)})`
}

export function checkSql({ name, expression }: Check): string {
  return `${constraint(name)}CHECK (${expression.sql})`
}

export function foreignKeySql({ name, columns, references, onDelete, onUpdate, deferrable }: ForeignKey): string {
  return words(
    `${constraint(name)}FOREIGN KEY (${nameList(columns)}) REFERENCES ${quoteName(references.table.name)}`,
    references.columns.length > 0 && `(${nameList(references.columns)})`,
    onDelete && `ON DELETE ${onDelete}`,
    onUpdate && `ON UPDATE ${onUpdate}`,
    deferrable && `DEFERRABLE ${deferrable}`,
  )
}

export function createIndexSql(table: string, { name, columns, unique, where }: Index): string {
  return words(
    'CREATE',
    unique && 'UNIQUE',
    `INDEX ${quoteName(name)} ON ${quoteName(table)} (${columns.map(elementSql).join(', ')})`,
    where && `WHERE ${where.sql}`,
  )
}

function elementSql(element: IndexElement): string {
  if (typeof element === 'string') return quoteName(element)
  return words(
    'column' in element ? quoteName(element.column) : `(${element.sql})`,
    element.collation !== undefined && collateSql(element.collation),
    element.order,
  )
}

// https://www.sqlite.org/lang_altertable.html#altertabaddcol
function canAdd({ default: value, generated, identity }: Column): boolean {
  if (identity !== undefined || (generated && !generated.virtual)) return false
  return value === undefined || !isExpression(value) || readLiteral(value.sql) !== undefined
}

// https://www.sqlite.org/lang_altertable.html#altertabdropcol; for views and triggers SQLite itself knows best.
function canDrop(name: string, { table, version }: Context): boolean {
  if (table === undefined || version < 3035000) return false
  const lower = name.toLowerCase()
  const uses = (columns: readonly string[]) => columns.includes(name)
  const says = (expression: Expression | undefined) => expression !== undefined && mentions(expression.sql).has(lower)
  return !(
    uses(table.primaryKey?.columns ?? []) ||
    table.uniques.some(({ columns }) => uses(columns)) ||
    table.foreignKeys.some(({ columns }) => uses(columns)) ||
    table.checks.some(({ expression }) => says(expression)) ||
    table.columns.some((column) => column.name !== name && says(column.generated)) ||
    table.indexes.some((index) => says(index.where) || index.columns.some((element) => elementUses(element, name)))
  )
}

function elementUses(element: IndexElement, name: string): boolean {
  if (typeof element === 'string') return element === name
  return 'column' in element ? element.column === name : mentions(element.sql).has(name.toLowerCase())
}

function normalColumn(column: Column, table: Table | undefined): Column | undefined {
  const nothing = { uniques: [], indexes: [], foreignKeys: [], checks: [], exclusions: [] }
  const key = table?.primaryKey
  return normalizeTable({ name: '', ...nothing, columns: [column], ...(key && { primaryKey: key }) }).columns[0]
}

// A statement may have at most 999 parameters in old versions.
function insertsOf(table: QualifiedName, rows: readonly { readonly [column: string]: Json }[]): Answer {
  const statements: { sql: string; parameters: unknown[] }[] = []
  let open: { columns: readonly string[]; count: number; parameters: unknown[] } | undefined
  const close = () => {
    if (open === undefined) return
    const { columns, count, parameters } = open
    const values = Array<string>(count).fill(`(${columns.map(() => '?').join(', ')})`)
    const sql =
      columns.length === 0
        ? `INSERT INTO ${quoteName(table.name)} DEFAULT VALUES`
        : `INSERT INTO ${quoteName(table.name)} (${nameList(columns)}) VALUES ${values.join(', ')}`
    statements.push({ sql, parameters })
  }
  for (const row of rows) {
    const columns = Object.keys(row)
    const fits =
      open !== undefined &&
      columns.length > 0 &&
      sameJson(open.columns, columns) &&
      open.parameters.length + columns.length <= 900
    if (!fits || open === undefined) {
      close()
      open = { columns, count: 0, parameters: [] }
    }
    open.count++
    open.parameters.push(...columns.map((column) => parameter(row[column] ?? null)))
  }
  close()
  return statements
}

// Drivers bind numbers, text and null only.
function parameter(value: Json): unknown {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function constraint(name: string | undefined): string {
  return name === undefined ? '' : `CONSTRAINT ${quoteName(name)} `
}

function sql(...statements: string[]): Answer {
  return statements.map((text) => ({ sql: text }))
}

function supported(operation: OperationOf<'createIndex'>): Index {
  const { index } = operation
  if (operation.concurrently || index.include || index.nullsNotDistinct || (index.using ?? 'btree') !== 'btree')
    return refuse(operation, index.name)
  return index
}

function refuseNotValid(
  operation: { readonly kind: Kind },
  part: { readonly name?: string; readonly notValid?: true },
) {
  return part.notValid ? refuse(operation, part.name) : undefined
}

function refuse(operation: { readonly kind: Kind; readonly table?: QualifiedName }, name: string | undefined): never {
  const where = operation.table === undefined ? '' : ` on ${displayName(operation.table)}`
  const reason = lacking[operation.kind] ?? 'SQLite has nothing of the kind'
  const hint = 'Take the call out of the script, or give SQLite a history of its own.'
  throw new UnsupportedOperationError(words(operation.kind, name) + where, reason, hint)
}

const lacking: { readonly [K in Kind]?: string } = {
  createForeignKey: 'SQLite has no NOT VALID constraints, every row is checked',
  createCheck: 'SQLite has no NOT VALID constraints, every row is checked',
  validateConstraint: 'SQLite has no NOT VALID constraints, every row is checked',
  createExclusion: 'SQLite has no exclusion constraints',
  dropExclusion: 'SQLite has no exclusion constraints',
  createIndex: 'SQLite has neither CONCURRENTLY nor INCLUDE, NULLS NOT DISTINCT or access methods',
  createView: 'SQLite has no materialised views',
  createSchema: 'SQLite has no schemas',
  dropSchema: 'SQLite has no schemas',
  createExtension: 'SQLite has no extensions',
  dropExtension: 'SQLite has no extensions',
  createSequence: 'SQLite has no sequences',
  dropSequence: 'SQLite has no sequences',
  createEnum: 'SQLite has no enum types, an enum there is text with a check',
  dropEnum: 'SQLite has no enum types, an enum there is text with a check',
  addEnumValue: 'SQLite has no enum types, an enum there is text with a check',
  renameEnum: 'SQLite has no enum types, an enum there is text with a check',
  renameEnumValue: 'SQLite has no enum types, an enum there is text with a check',
  replaceEnum: 'SQLite has no enum types, an enum there is text with a check',
}
