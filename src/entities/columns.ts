// TypeORM's columns -> columns of the model. What is a fact about the driver is asked of TypeORM's driver.
import type { DataSource, EntityMetadata } from 'typeorm'
import type { EntityTraits } from '../dialects/dialect'
import { defined } from '../model/defined'
import { isExpression } from '../model/expression'
import type { Column, ColumnType, EnumType, Generated, Literal } from '../model/schema'
import { tableName, typeName, type Naming } from './names'

export type ColumnMetadata = EntityMetadata['columns'][number]

/** Reading is what every part of an entity is read with. */
export interface Reading extends Naming {
  readonly dataSource: DataSource
}

/** The columns of a table that are in the database: own, embedded, inherited, of relations and trees. */
export function storedColumns(metadata: EntityMetadata): ColumnMetadata[] {
  return metadata.columns.filter((column) => !column.isVirtualProperty)
}

/** Reads one column. */
export function readColumn(column: ColumnMetadata, reading: Reading): Column {
  const { traits } = reading
  const generated = generatedOf(column)
  const identity = identityOf(column, traits)
  return defined({
    name: column.databaseName,
    type: typeOf(column, reading),
    nullable: column.isNullable,
    default: generated || identity ? undefined : defaultOf(column, reading),
    generated,
    identity,
    comment: traits.comments ? column.comment || undefined : undefined,
    collation: column.collation || undefined,
  })
}

function typeOf(column: ColumnMetadata, reading: Reading): ColumnType {
  const named = enumOf(column, reading)
  if (named)
    return defined({ enum: named.name, schema: named.schema, array: column.isArray ? (true as const) : undefined })
  const { driver } = reading.dataSource
  const asTableColumn = { ...column, type: driver.normalizeType(column), length: driver.getColumnLength(column) }
  // It takes a TableColumn, of which it reads the type and its measures only.
  const text = driver.createFullType(asTableColumn as unknown as Parameters<typeof driver.createFullType>[0])
  return reading.traits.arrays ? text.replace(/ array$/, '[]') : text
}

/** The named enum type of a column, where the database has such types. */
export function enumOf(column: ColumnMetadata, reading: Reading): EnumType | undefined {
  if (!reading.traits.enums || !isEnum(column)) return undefined
  const table = tableName(column.entityMetadata, reading)
  const name = column.enumName || `${table.name}_${column.databaseName.toLowerCase()}_enum`
  return { ...typeName(name, table, reading), values: enumValues(column) }
}

/** The values of an enum column as the database knows them. */
export function enumValues(column: ColumnMetadata): string[] {
  return (column.enum ?? []).map(String)
}

function isEnum({ type }: ColumnMetadata): boolean {
  return type === 'enum' || type === 'simple-enum'
}

function generatedOf({ asExpression, generatedType }: ColumnMetadata): Generated | undefined {
  if (!asExpression) return undefined
  return generatedType === 'VIRTUAL' ? { sql: asExpression, virtual: true } : { sql: asExpression }
}

function identityOf(column: ColumnMetadata, { increment }: EntityTraits): Column['identity'] {
  if (!column.isGenerated) return undefined
  // Its declared type forgets `identity`.
  const strategy: string | undefined = column.generationStrategy
  if (strategy === 'increment') return increment
  if (strategy !== 'identity' || increment !== 'SERIAL') return undefined
  return column.generatedIdentity ?? 'BY DEFAULT'
}

function defaultOf(column: ColumnMetadata, { dataSource, traits }: Reading): Column['default'] {
  const value: unknown = column.default
  if (value === undefined || value === null) {
    const uuid = column.isGenerated && column.generationStrategy === 'uuid'
    return uuid ? traits.uuidDefault(String(Reflect.get(dataSource.driver, 'uuidGenerator'))) : undefined
  }
  if (typeof value === 'function') return { sql: String(value()) }
  return literalOf(column, value, traits)
}

function literalOf(column: ColumnMetadata, value: unknown, { enums }: EntityTraits): Literal {
  if (enums && isEnum(column)) return Array.isArray(value) ? value.map(String) : String(value)
  if (typeof value === 'string' || typeof value === 'boolean' || isPlainNumber(value)) return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value) && column.type === 'simple-enum') return value.join(',')
  const json = JSON.stringify(column.isArray ? jsonItems(value) : value)
  // The model takes an object with `sql` for an expression; as text it is JSON too.
  const isJson = column.isArray || column.type === 'json' || column.type === 'jsonb'
  return isJson && !isExpression(value) ? (JSON.parse(json) as Literal) : json
}

/** NaN, the infinities and what is too long for a number are texts in a migration file, and read the same by the server. */
function isPlainNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** The items of an array, of which JSON would lose some numbers. */
function jsonItems(value: object): unknown {
  const isLost = (item: unknown) => typeof item === 'bigint' || (typeof item === 'number' && !isPlainNumber(item))
  return Array.isArray(value) ? value.map((item: unknown) => (isLost(item) ? String(item) : item)) : value
}
