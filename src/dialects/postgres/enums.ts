// Another set of values for a type that columns use: a new type, the columns moved to it, the old type dropped.
import { isExpression } from '../../model/expression'
import { defined } from '../../model/defined'
import { nameOf, sameName } from '../../model/lookup'
import type { Column, EnumType, ForeignKey, QualifiedName, SchemaModel, Table } from '../../model/schema'
import type { OperationMap } from '../../operations/operation'
import { quoteName } from '../sql'
import { putAside } from './aside'
import { defaultSql, foreignKeySql, quoteTable, typeSql } from './clauses'
import { addColumn, restore } from './computed'
import { guarded, holdingValues, lostValues } from './guards'
import { textLiteral } from './literals'
import { mentions } from './mentions'
import { derivedName, named } from './names'
import type { Answer, Context } from './work'

/** The statements that give an enum other values, rows mapped as the operation says. */
export function replaceEnum({ from, to, map = {} }: OperationMap['replaceEnum'], context: Context): Answer {
  const { scope, schema } = context
  const old = freeName(from, schema)
  const users = schema.tables.map((table) => userOf(table, from)).filter((user) => user !== undefined)
  const keys = movedKeys(schema, users)
  const lost = lostValues(from, to, map)
  const guards = users.flatMap(({ table, columns }) =>
    lost.length === 0 ? [] : columns.map((column) => holdingValues(table, column, lost, context)),
  )
  const looked = users.map(({ table, columns, computed }) => ({
    table,
    names: [...columns, ...computed].map(({ name }) => name),
  }))
  const key = (table: QualifiedName, action: string) => `ALTER TABLE ${quoteTable(table, scope)} ${action}`
  return guarded(guards, [
    ...putAside({ columns: looked, types: [from] }, context),
    ...keys.map(([table, { name }]) => key(table, `DROP CONSTRAINT ${quoteName(name)}`)),
    ...users.flatMap((user) => clear(user, context)),
    `ALTER TYPE ${quoteTable(from, scope)} RENAME TO ${quoteName(old)}`,
    createEnum(to, context),
    ...users.flatMap(({ table, columns }) => {
      const place = quoteTable(table, scope)
      return columns.flatMap((column) => moveColumn(place, column, to, map, context))
    }),
    ...users.flatMap((user) => bringBack(user, context)),
    ...keys.map(([table, foreignKey]) => key(table, `ADD ${foreignKeySql(foreignKey, scope)}`)),
    `DROP TYPE ${quoteTable({ ...from, name: old }, scope)}`,
  ])
}

/** CREATE TYPE ... AS ENUM. */
export function createEnum(type: EnumType, { scope }: Context): string {
  return `CREATE TYPE ${quoteTable(type, scope)} AS ENUM (${type.values.map(textLiteral).join(', ')})`
}

type ValueMap = { readonly [value: string]: string }

function uses({ type }: Column, { schema, name }: EnumType): boolean {
  if (typeof type === 'string') return false
  return sameName(
    { ...(type.schema === undefined ? {} : { schema: type.schema }), name: type.enum },
    {
      ...(schema === undefined ? {} : { schema }),
      name,
    },
  )
}

/** User is a table that has to do with the type, and what of it stands in the way. */
interface User {
  readonly table: Table
  /** Those that hold values of the type. */
  readonly columns: readonly Column[]
  /** Those that are computed from such columns, or to the type. */
  readonly computed: readonly Column[]
  /** Other columns whose default speaks of the type. */
  readonly defaults: readonly Column[]
  readonly concerned: (sql: string) => boolean
}

function userOf(table: Table, type: EnumType): User | undefined {
  const columns = table.columns.filter((column) => uses(column, type) && column.generated === undefined)
  const concerned = (sql: string) => mentions(sql, type.name) || columns.some(({ name }) => mentions(sql, name))
  const computed = table.columns.filter(
    (column) => column.generated && (uses(column, type) || concerned(column.generated.sql)),
  )
  const defaults = table.columns.filter(
    (column) =>
      !columns.includes(column) &&
      column.default !== undefined &&
      isExpression(column.default) &&
      mentions(column.default.sql, type.name),
  )
  const texts = [
    ...[...table.checks, ...table.exclusions].map(({ expression }) => expression.sql),
    ...table.indexes.flatMap(textsOf),
  ]
  const has = columns.length > 0 || computed.length > 0 || defaults.length > 0 || texts.some(concerned)
  return has ? { table, columns, computed, defaults, concerned } : undefined
}

function textsOf({ where, columns }: Table['indexes'][number]): string[] {
  return [where, ...columns].flatMap((part) => (typeof part === 'object' && 'sql' in part ? [part.sql] : []))
}

/** Checks, exclusions, predicates and computed columns compare with the old type; they come back once the columns are moved. */
function clear({ table, computed, defaults, concerned }: User, { scope }: Context): string[] {
  const alter = (action: string) => `ALTER TABLE ${quoteTable(table, scope)} ${action}`
  const constraints = [
    ...table.checks.map((check) => named(table, check, 'check')),
    ...table.exclusions.map((exclusion) => named(table, exclusion, 'excl')),
  ].filter(({ expression }) => concerned(expression.sql))
  return [
    ...table.indexes
      .filter((index) => textsOf(index).some(concerned))
      .map(({ name }) => `DROP INDEX ${quoteTable(defined({ schema: table.schema, name }), scope)}`),
    ...constraints.map(({ name }) => alter(`DROP CONSTRAINT ${quoteName(name)}`)),
    ...computed.map(({ name }) => alter(`DROP COLUMN ${quoteName(name)}`)),
    ...defaults.map(({ name }) => alter(`ALTER COLUMN ${quoteName(name)} DROP DEFAULT`)),
  ]
}

function bringBack({ table, computed, defaults, concerned }: User, context: Context): string[] {
  const { scope } = context
  const names = computed.map(({ name }) => name)
  return [
    ...defaults.map(
      (column) =>
        `ALTER TABLE ${quoteTable(table, scope)} ALTER COLUMN ${quoteName(column.name)} SET DEFAULT ${defaultSql(column)}`,
    ),
    ...computed.flatMap((column) => addColumn(table, column, scope)),
    ...restore({ ...table, foreignKeys: [] }, names, context, concerned),
  ]
}

/** Foreign keys from or to a column that is moved: for a moment its two ends are of different types. */
function movedKeys(
  { tables }: SchemaModel,
  users: readonly User[],
): (readonly [Table, ForeignKey & { readonly name: string }])[] {
  const isMoved = (table: QualifiedName, names: readonly string[]) =>
    users.some((user) => {
      const moved = [...user.columns, ...user.computed].map(({ name }) => name)
      return sameName(nameOf(user.table), nameOf(table)) && names.some((name) => moved.includes(name))
    })
  return tables.flatMap((table) =>
    table.foreignKeys
      .filter(({ columns, references }) => isMoved(table, columns) || isMoved(references.table, references.columns))
      .map((key) => [table, named(table, key, 'fkey')] as const),
  )
}

/** A name for the old type that no other type has. */
function freeName(type: EnumType, { enums }: SchemaModel): string {
  const taken = new Set(enums.filter(({ schema }) => schema === type.schema).map(({ name }) => name))
  let n = 0
  const candidate = () => derivedName(type.name, [], n === 0 ? 'old' : `old${n}`)
  while (taken.has(candidate())) n++
  return candidate()
}

function moveColumn(place: string, column: Column, to: EnumType, map: ValueMap, { scope }: Context): string[] {
  const alter = (action: string) => `ALTER TABLE ${place} ALTER COLUMN ${quoteName(column.name)} ${action}`
  const type = typeSql(column.type, scope)
  const value = defaultSql(mapDefault(column, map))
  return [
    ...(column.default === undefined ? [] : [alter('DROP DEFAULT')]),
    alter(`TYPE ${type} USING ${mapped(column, map)}::${type}`),
    ...(value === undefined || !possible(mapDefault(column, map), to) ? [] : [alter(`SET DEFAULT ${value}`)]),
  ]
}

function mapped({ name, type }: Column, map: ValueMap): string {
  const pairs = Object.entries(map)
  const array = typeof type !== 'string' && type.array
  const text = `${quoteName(name)}::text${array ? '[]' : ''}`
  if (pairs.length === 0) return text
  if (!array) {
    const cases = pairs.map(([from, to]) => `WHEN ${textLiteral(from)} THEN ${textLiteral(to)}`).join(' ')
    return `(CASE ${quoteName(name)}::text ${cases} ELSE ${quoteName(name)}::text END)`
  }
  // Two passes, so that a value that becomes another one is not mapped once more.
  const replace = (list: string, [from, to]: [string, string]) =>
    `array_replace(${list}, ${textLiteral(from)}, ${textLiteral(to)})`
  const marked = pairs.map(([from, to], n): [[string, string], [string, string]] => [
    [from, `\u0001${n}`],
    [`\u0001${n}`, to],
  ])
  return [...marked.map(([first]) => first), ...marked.map(([, second]) => second)].reduce(replace, text)
}

function mapDefault(column: Column, map: ValueMap): Column {
  const value = column.default
  const of = (item: string) => (Object.hasOwn(map, item) ? map[item]! : item)
  if (typeof value === 'string') return { ...column, default: of(value) }
  if (!Array.isArray(value)) return column
  return { ...column, default: value.map((item) => (typeof item === 'string' ? of(item) : item)) }
}

/** A default that is no value of the new type is gone with the old one. */
function possible({ default: value }: Column, to: EnumType): boolean {
  if (value === undefined || isExpression(value)) return true
  return [value].flat().every((item) => typeof item !== 'string' || to.values.includes(item))
}
