// Two schemas, however they came to be, in one spelling. Live, declared and scripted schemas all pass through here.
import { isExpression } from '../../model/expression'
import { defined } from '../../model/defined'
import { keyOf, nameOf } from '../../model/lookup'
import type {
  Check,
  Column,
  ColumnType,
  EnumType,
  Exclusion,
  Expression,
  Extension,
  ForeignKey,
  Index,
  IndexElement,
  PrimaryKey,
  QualifiedName,
  SchemaModel,
  Sequence,
  Table,
  Unique,
  View,
} from '../../model/schema'
import type { Scope } from '../dialect'
import { constantOf, normalizeLiteral, unwrap } from './literals'
import { named, truncateName } from './names'
import { normalizeType, parseType, serialType } from './types'

/** Puts a schema into the spelling the differ compares. */
export function normalize(schema: SchemaModel, scope: Scope): SchemaModel {
  const place = <T extends QualifiedName>(thing: T): T => bind(thing, scope)
  const enums = schema.enums.map((type) => normalizeEnum(place(type)))
  const context = { scope, enums: new Map(enums.map((type) => [keyOf(nameOf(type)), type])) }
  return {
    tables: schema.tables.map((table) => normalizeTable(place(table), context)),
    enums,
    views: schema.views.map((view) => normalizeView(place(view))),
    schemas: schema.schemas.map(truncateName).filter((name) => name !== scope.defaultSchema),
    extensions: schema.extensions.map((extension) => normalizeExtension(extension, scope)),
    sequences: schema.sequences.map((sequence) => normalizeSequence(place(sequence))),
  }
}

interface Context {
  readonly scope: Scope
  readonly enums: ReadonlyMap<string, EnumType>
}

/** A thing's own name, cut as the server cuts it, without the default schema. */
function bind<T extends QualifiedName>({ schema, ...rest }: T, { defaultSchema }: Scope): T {
  const kept = schema === undefined ? undefined : truncateName(schema)
  // A spread of T without one optional key is T again.
  return {
    ...rest,
    name: truncateName(rest.name),
    ...(kept === undefined || kept === defaultSchema ? {} : { schema: kept }),
  } as T
}

function normalizeTable(table: Table, context: Context): Table {
  const keyColumns = new Set(table.primaryKey?.columns.map(truncateName))
  return defined({
    ...table,
    columns: table.columns.map((column) => normalizeColumn(column, keyColumns, context)),
    primaryKey: table.primaryKey && normalizePrimaryKey(named(table, table.primaryKey, 'pkey')),
    uniques: table.uniques.map((unique) => normalizeUnique(named(table, unique, 'key'))),
    indexes: table.indexes.map(normalizeIndex),
    foreignKeys: table.foreignKeys.map((key) => normalizeForeignKey(named(table, key, 'fkey'), context)),
    checks: table.checks.map((check) => normalizeCheck(named(table, check, 'check'))),
    exclusions: table.exclusions.map((exclusion) => normalizeExclusion(named(table, exclusion, 'excl'))),
    comment: table.comment || undefined,
  })
}

function normalizeColumn(column: Column, keyColumns: ReadonlySet<string>, context: Context): Column {
  const name = truncateName(column.name)
  const serial = typeof column.type === 'string' ? serialType(column.type) : undefined
  const type = serial ?? normalizeColumnType(column.type, context)
  const identity = serial === undefined ? column.identity : 'SERIAL'
  const numbered = identity === 'ALWAYS' || identity === 'BY DEFAULT' || serial !== undefined
  return defined({
    name,
    type,
    nullable: column.nullable && !numbered && !keyColumns.has(name),
    default: identity === undefined && !column.generated ? normalizeDefault(column.default, type) : undefined,
    generated: column.generated && { ...column.generated, ...canonical(column.generated) },
    identity,
    comment: column.comment || undefined,
    collation: column.collation === 'default' || column.collation === '' ? undefined : column.collation,
  })
}

function normalizeColumnType(type: ColumnType, { scope, enums }: Context): ColumnType {
  if (typeof type === 'string') return enumReference(type, enums, scope) ?? normalizeType(type, scope.defaultSchema)
  const { name, schema } = bind(defined({ name: type.enum, schema: type.schema }), scope)
  return defined({ enum: name, schema, array: type.array })
}

/** A type given as text that is one of the schema's enums. */
function enumReference(text: string, enums: Context['enums'], scope: Scope): ColumnType | undefined {
  const { name, modifiers, array } = parseType(text, scope.defaultSchema)
  if (modifiers !== undefined || enums.size === 0) return undefined
  const bare = (part: string) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part)
  const parts = /^("(?:[^"]|"")+"|[^."]+)(?:\.("(?:[^"]|"")+"|[^."]+))?$/.exec(name)
  if (parts?.[1] === undefined) return undefined
  const named = parts[2] === undefined ? { name: bare(parts[1]) } : { schema: bare(parts[1]), name: bare(parts[2]) }
  const found = enums.get(keyOf(named))
  return found && defined({ enum: found.name, schema: found.schema, array: array || undefined })
}

function normalizeDefault(value: Column['default'], type: ColumnType): Column['default'] {
  if (value === undefined) return undefined
  if (!isExpression(value)) return normalizeLiteral(type, value)
  const constant = constantOf(value.sql, type)
  if (constant === null) return undefined
  return constant ?? { ...value, ...canonical(value) }
}

/** The spelling that counts, given only where it is not the text itself. */
function canonical({ sql, canonical }: Expression): { readonly canonical?: string } {
  const text = canonical ?? unwrap(sql)
  return text === sql ? {} : { canonical: text }
}

function expression(given: Expression): Expression {
  return { ...given, ...canonical(given) }
}

function normalizePrimaryKey(key: PrimaryKey): PrimaryKey {
  return { ...key, columns: key.columns.map(truncateName) }
}

function normalizeUnique(unique: Unique): Unique {
  return defined({ ...unique, columns: unique.columns.map(truncateName), include: included(unique.include) })
}

function normalizeForeignKey(key: ForeignKey, { scope }: Context): ForeignKey {
  const { table, columns } = key.references
  return {
    ...key,
    columns: key.columns.map(truncateName),
    references: { table: bind(table, scope), columns: columns.map(truncateName) },
  }
}

function normalizeCheck(check: Check): Check {
  return { ...check, expression: expression(check.expression) }
}

function normalizeExclusion(exclusion: Exclusion): Exclusion {
  return { ...exclusion, expression: expression(exclusion.expression) }
}

function normalizeIndex(index: Index): Index {
  return defined({
    ...index,
    name: truncateName(index.name),
    columns: index.columns.map(normalizeElement),
    where: index.where && expression(index.where),
    using: index.using === undefined || index.using.toLowerCase() === 'btree' ? undefined : index.using.toLowerCase(),
    include: included(index.include),
  })
}

function normalizeElement(element: IndexElement): IndexElement {
  if (typeof element === 'string') return truncateName(element)
  const { order, nulls } = element
  // NULLS LAST is what ascending means anyway, NULLS FIRST what descending means.
  const usual = nulls === (order === 'DESC' ? 'FIRST' : 'LAST')
  const options = defined({
    order,
    nulls: usual ? undefined : nulls,
    opclass: element.opclass,
    collation: element.collation,
  })
  if (!('column' in element))
    return { ...expression(defined({ sql: element.sql, canonical: element.canonical })), ...options }
  const column = truncateName(element.column)
  return Object.keys(options).length === 0 ? column : { column, ...options }
}

function included(columns: readonly string[] | undefined): readonly string[] | undefined {
  return columns === undefined || columns.length === 0 ? undefined : columns.map(truncateName)
}

function normalizeEnum(type: EnumType): EnumType {
  return { ...type, values: type.values.map(truncateName) }
}

function normalizeView(view: View): View {
  return defined({
    ...view,
    definition: { ...view.definition, ...canonicalView(view.definition) },
    indexes: view.indexes === undefined || view.indexes.length === 0 ? undefined : view.indexes.map(normalizeIndex),
  })
}

function canonicalView({ sql, canonical }: Expression): { readonly canonical?: string } {
  const text = canonical ?? sql.trim().replace(/\s*;\s*$/, '')
  return text === sql ? {} : { canonical: text }
}

function normalizeSequence({ type, start, increment, ...rest }: Sequence): Sequence {
  const step = increment ?? '1'
  const usualStart = step.startsWith('-') ? '-1' : '1'
  return defined({
    ...rest,
    type: type === 'bigint' ? undefined : type,
    start: start === usualStart ? undefined : start,
    increment: step === '1' ? undefined : step,
  })
}

function normalizeExtension({ name, schema }: Extension, { defaultSchema }: Scope): Extension {
  return defined({ name, schema: schema === defaultSchema ? undefined : schema })
}
