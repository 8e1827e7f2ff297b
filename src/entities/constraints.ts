// TypeORM's keys, uniques, indexes, checks and exclusions -> those of the model.
import type { EntityMetadata } from 'typeorm'
import { defined } from '../model/defined'
import { sameJson } from '../model/expression'
import type {
  Check,
  Deferrable,
  Exclusion,
  ForeignKey,
  ForeignKeyAction,
  Index,
  PrimaryKey,
  Unique,
} from '../model/schema'
import { enumValues, storedColumns, type ColumnMetadata, type Reading } from './columns'
import { isElsewhere, tableName } from './names'

type IndexMetadata = EntityMetadata['indices'][number]

/** The primary key, under the name it was given or the naming strategy's. */
export function readPrimaryKey(metadata: EntityMetadata, { dataSource, traits }: Reading): PrimaryKey | undefined {
  const primary = primaryColumns(metadata)
  if (primary.length === 0) return undefined
  const columns = names(primary)
  const given = primary[0]?.primaryKeyConstraintName || undefined
  const strategy = () => dataSource.namingStrategy.primaryKeyName(metadata.tableName, columns)
  return defined({ name: given ?? (traits.unnamedPrimaryKeys ? undefined : strategy()), columns })
}

function primaryColumns(metadata: EntityMetadata): ColumnMetadata[] {
  return storedColumns(metadata).filter(({ isPrimary }) => isPrimary)
}

/** The unique constraints, of one column or several. */
export function readUniques(metadata: EntityMetadata, { traits }: Reading): Unique[] {
  const uniques = metadata.uniques.map((unique) =>
    defined({
      name: unique.name || undefined,
      columns: names(unique.columns),
      deferrable: unique.deferrable as Deferrable | undefined,
    }),
  )
  const each = onceEach(uniques)
  return traits.equalKeysAreOne ? oncePerColumns(each, names(primaryColumns(metadata))) : each
}

/** The first over its columns, as the server goes by the first it reads, and by the primary key before all others. */
function oncePerColumns(uniques: readonly Unique[], primary: readonly string[]): Unique[] {
  const sameAs = (unique: Unique) => (other: Unique) =>
    sameJson(other.columns, unique.columns) && other.deferrable === unique.deferrable
  return uniques.filter((unique, at) => ![{ columns: primary }, ...uniques.slice(0, at)].some(sameAs(unique)))
}

/** The indexes; one that is not synchronized is only known by its name. */
export function readIndexes(metadata: EntityMetadata): Index[] {
  const indexes = metadata.indices
    .filter(({ name }) => Boolean(name))
    .map((index) =>
      defined({
        name: index.name,
        columns: names(index.columns),
        unique: index.isUnique,
        where: index.where ? { sql: index.where } : undefined,
        using: methodOf(index),
        unsynchronized: index.synchronize ? undefined : (true as const),
      }),
    )
  return onceEach(indexes)
}

/** TypeORM 0.3 knows no `type`, and a spatial index is what both call a gist one. */
function methodOf(index: IndexMetadata): string | undefined {
  return index.type || (index.isSpatial ? 'gist' : undefined)
}

/** The foreign keys; one into another database is none the database could keep. */
export function readForeignKeys(metadata: EntityMetadata, reading: Reading): ForeignKey[] {
  const keys = metadata.foreignKeys
    .filter(({ referencedEntityMetadata: other }) => !isElsewhere(other, reading))
    .map((key) =>
      defined({
        name: key.name || undefined,
        columns: names(key.columns),
        references: { table: tableName(key.referencedEntityMetadata, reading), columns: names(key.referencedColumns) },
        onDelete: actionOf(key.onDelete),
        onUpdate: actionOf(key.onUpdate),
        deferrable: key.deferrable as Deferrable | undefined,
      }),
    )
  return onceEach(keys)
}

/** TypeORM's `DEFAULT` is SQL's SET DEFAULT. */
function actionOf(action: string | undefined): ForeignKeyAction | undefined {
  if (!action || action === 'NO ACTION') return undefined
  return action === 'DEFAULT' ? 'SET DEFAULT' : (action as ForeignKeyAction)
}

/** The checks, and those that stand in for enum types where there are none. */
export function readChecks(metadata: EntityMetadata, reading: Reading): Check[] {
  const checks = metadata.checks.map(({ name, expression }) =>
    defined({ name: name || undefined, expression: { sql: expression } }),
  )
  return onceEach([...checks, ...enumChecks(metadata, reading)])
}

/** TypeORM writes them with their column and without a name, and finds the values again by that. */
function enumChecks(metadata: EntityMetadata, { traits }: Reading): Check[] {
  if (traits.enums) return []
  return storedColumns(metadata)
    .filter((column) => column.enum && !column.isArray)
    .map((column) => {
      const values = enumValues(column).map((value) => `'${value.replaceAll("'", "''")}'`)
      return { expression: { sql: `"${column.databaseName.replaceAll('"', '""')}" IN (${values.join(',')})` } }
    })
}

/** The exclusion constraints. */
export function readExclusions(metadata: EntityMetadata): Exclusion[] {
  const exclusions = metadata.exclusions.map((exclusion) =>
    defined({
      name: exclusion.name || undefined,
      expression: { sql: exclusion.expression },
      deferrable: exclusion.deferrable as Deferrable | undefined,
    }),
  )
  return onceEach(exclusions)
}

function names(columns: readonly { readonly databaseName: string }[]): string[] {
  return columns.map(({ databaseName }) => databaseName)
}

/** A column that is unique by two decorators has the same constraint twice, which no database takes. */
function onceEach<T>(things: readonly T[]): T[] {
  return [...new Map(things.map((thing) => [JSON.stringify(thing), thing])).values()]
}
