// One spelling of everything SQLite lets a person spell in several ways; what it lacks is left out.
import { defined } from '../../model/defined'
import { isExpression } from '../../model/expression'
import type {
  Check,
  Column,
  Expression,
  ForeignKey,
  Generated,
  Index,
  IndexElement,
  Literal,
  PrimaryKey,
  QualifiedName,
  SchemaModel,
  Table,
  Unique,
} from '../../model/schema'
import { quoteText } from '../sql'
import { trim, unwrap } from './form'
import { literal } from './literal'
import { sqliteMeaning, unquote } from './parse'
import { affinity, spellType } from './types'

/** The schema as the differ compares it: no schemas, enums or comments, types and literal defaults in one spelling. */
export function normalize(schema: SchemaModel): SchemaModel {
  return defined({
    tables: schema.tables.map(normalizeTable),
    views: schema.views.map(({ name, definition }) => ({ name, definition: normalizeView(definition) })),
    enums: [],
    schemas: [],
    extensions: [],
    sequences: [],
    verbatim: schema.verbatim,
  })
}

/** A table as the differ compares it. */
export function normalizeTable(table: Table): Table {
  const key = table.primaryKey
  const single = key?.columns.length === 1 ? key.columns[0] : undefined
  const columns = table.columns.map((column) => normalizeColumn(column, column.name === single))
  // TypeORM finds the numbered column by the text before AUTOINCREMENT, where a name would mislead it: none is written.
  const numbered = columns.some(({ identity }) => identity !== undefined)
  return defined({
    name: table.name,
    columns,
    primaryKey:
      key && defined<PrimaryKey>({ columns: key.columns, ...(key.name && !numbered ? { name: key.name } : {}) }),
    uniques: table.uniques.map(({ name, columns: of }) => defined<Unique>({ columns: of, ...(name ? { name } : {}) })),
    indexes: table.indexes.map((index) => normalizeIndex(index, columns)),
    foreignKeys: table.foreignKeys.map(normalizeForeignKey),
    checks: table.checks.map(({ name, expression }) =>
      defined<Check>({ expression: trimmed(expression), ...(name ? { name } : {}) }),
    ),
    exclusions: [],
    options: table.options && defined({ withoutRowid: table.options.withoutRowid, strict: table.options.strict }),
  })
}

function normalizeColumn(column: Column, isKey: boolean): Column {
  const type = typeName(column, isKey)
  return defined({
    name: column.name,
    type,
    nullable: column.nullable,
    default: column.default === undefined ? undefined : normalizeDefault(column.default, type),
    generated: column.generated && normalizeGenerated(column.generated),
    identity: column.identity && ('AUTOINCREMENT' as const),
    collation: spellCollation(column.collation),
  })
}

// Only `integer` makes a key the row id, so `int` is not the same there; and only the row id can be numbered.
function typeName({ type, identity }: Column, isKey: boolean): string {
  const name = spellType(typeof type === 'string' ? type : type.enum)
  if (identity !== undefined && affinity(name) === 'INTEGER') return 'integer'
  return name === 'int' && !isKey ? 'integer' : name
}

function normalizeGenerated({ sql, virtual }: Generated): Generated {
  return defined({ sql: unwrap(sql), virtual })
}

function normalizeForeignKey(key: ForeignKey): ForeignKey {
  return defined({
    name: key.name || undefined,
    columns: key.columns,
    references: { table: bare(key.references.table), columns: key.references.columns },
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
    deferrable: key.deferrable,
  })
}

function normalizeIndex(index: Index, columns: readonly Column[]): Index {
  return defined({
    name: index.name,
    columns: index.columns.map((element) => normalizeElement(element, columns)),
    unique: index.unique,
    where: index.where && trimmed(index.where),
    unsynchronized: index.unsynchronized,
  })
}

// A column's own collation goes without saying, and so does BINARY behind an expression.
function normalizeElement(element: IndexElement, columns: readonly Column[]): IndexElement {
  if (typeof element === 'string') return element
  const name = 'column' in element ? element.column : soleColumn(element.sql, columns)
  const own = columns.find((column) => column.name === name)?.collation ?? 'BINARY'
  const asked = element.collation === undefined ? own : (spellCollation(element.collation) ?? 'BINARY')
  const options = defined({ order: element.order, collation: asked === own ? undefined : asked })
  if (name === undefined) return { ...trimmed(element as Expression), ...options }
  return Object.keys(options).length === 0 ? name : { column: name, ...options }
}

function soleColumn(sql: string, columns: readonly Column[]): string | undefined {
  const [token, more] = sqliteMeaning(unwrap(sql))
  if (token === undefined || more !== undefined || (token.kind !== 'name' && token.kind !== 'word')) return undefined
  return columns.find(({ name }) => name.toLowerCase() === unquote(token).toLowerCase())?.name
}

/** A default as the column's affinity would store it: a literal where it is written as one. */
export function normalizeDefault(value: Literal | Expression, type: string): Literal | Expression {
  if (isExpression(value)) {
    const text = trim(value.sql)
    const read = readLiteral(text)
    if (read === undefined) return { sql: text }
    return read === null ? { sql: 'NULL' } : written(read, text, type)
  }
  if (typeof value !== 'object') return written(typeof value === 'boolean' ? Number(value) : value, undefined, type)
  const json = quoteText(JSON.stringify(value))
  return normalizeDefault({ sql: spellType(type) === 'jsonb' ? `jsonb(${json})` : json }, type)
}

/** The value a literal spells; null for NULL, undefined for anything that is no literal, or none a JS number can hold. */
export function readLiteral(sql: string): string | number | null | undefined {
  const tokens = sqliteMeaning(unwrap(sql))
  const sign = tokens[0]?.text === '-' ? -1 : 1
  const [token, more] = tokens[0]?.text === '-' || tokens[0]?.text === '+' ? tokens.slice(1) : tokens
  if (token === undefined || more !== undefined) return undefined
  if (token.kind === 'number') {
    const number = sign * Number(token.text.replaceAll('_', ''))
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? undefined : number
  }
  if (tokens.length > 1) return undefined
  if (token.kind === 'string') return /^x/i.test(token.text) ? undefined : unquote(token)
  // SQLite takes a name that cannot be a column, as none can in a default, for a string.
  if (token.kind === 'name') return unquote(token)
  if (token.kind !== 'word') return undefined
  const keyword = token.text.toUpperCase()
  if (keyword === 'NULL') return null
  if (keyword === 'TRUE') return 1
  if (keyword === 'FALSE') return 0
  return keyword.startsWith('CURRENT_') ? undefined : token.text
}

// TypeORM compares the text: what was written in other words is written in them again, whatever it is stored as.
function written(value: string | number, text = literal(value), type: string): string | number | Expression {
  const held = stored(value, type)
  const canonical = literal(held)
  return canonical === text ? held : { sql: text, canonical }
}

function stored(value: string | number, type: string): string | number {
  const kind = affinity(type)
  if (kind === 'TEXT') return String(value)
  if (kind === 'BLOB' || typeof value === 'number') return value
  const number = Number(value)
  const isNumber = /^-?\d+(\.\d+)?$/.test(value) && !(Number.isInteger(number) && !Number.isSafeInteger(number))
  return isNumber ? number : value
}

/** A collation's name in one spelling; undefined for the one that needs no naming. */
export function spellCollation(collation: string | undefined): string | undefined {
  if (!collation) return undefined
  const upper = collation.toUpperCase()
  if (upper === 'BINARY') return undefined
  return upper === 'NOCASE' || upper === 'RTRIM' ? upper : collation
}

function trimmed({ sql }: Expression): Expression {
  return { sql: unwrap(sql) }
}

// TypeORM remembers the semicolon somebody wrote at the end.
function normalizeView({ sql }: Expression): Expression {
  const text = viewText(sql)
  return text === sql ? { sql } : { sql, canonical: text }
}

/** The SELECT of a view, as it stands behind AS. */
export function viewText(sql: string): string {
  return unwrap(sql.trim().replace(/\s*;$/, ''))
}

function bare({ name }: QualifiedName): QualifiedName {
  return { name }
}
