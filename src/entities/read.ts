// The entities as a schema: what the database should be.
import type { DataSource, EntityMetadata } from 'typeorm'
import type { EntityTraits, Scope } from '../dialects/dialect'
import { InvalidEntityError, OtherFileError } from '../errors'
import { defined } from '../model/defined'
import { keyOf } from '../model/lookup'
import type { EnumType, QualifiedName, SchemaModel, Table } from '../model/schema'
import { enumOf, readColumn, storedColumns, type ColumnMetadata, type Reading } from './columns'
import { readChecks, readExclusions, readForeignKeys, readIndexes, readPrimaryKey, readUniques } from './constraints'
import { readExtensions } from './extensions'
import { buildMetadata } from './metadata'
import { isElsewhere, refuseUnreachable, tableName } from './names'
import { refuseSharedNames } from './shared-names'
import { readViews } from './views'

/** EntitiesRead is the schema the entities declare, and what they say is none of our business. */
export interface EntitiesRead {
  readonly schema: SchemaModel
  /** Tables and views of entities with `synchronize: false`: neither created nor altered nor dropped. */
  readonly leftAlone: readonly QualifiedName[]
}

/** Reads the entities of a data source; the result is not normalised yet. */
export async function readEntities(dataSource: DataSource, traits: EntityTraits, scope: Scope): Promise<EntitiesRead> {
  const metadata = await buildMetadata(dataSource)
  const reading: Reading = {
    dataSource: metadata.dataSource,
    traits,
    defaultSchema: scope.defaultSchema,
  }
  const own = metadata.entities.filter(({ tableType }) => tableType !== 'entity-child')
  const here = own.filter((entity) => !isElsewhere(entity, reading))
  refuseOtherFiles(own.filter((entity) => entity.synchronize && !here.includes(entity)))
  const synchronized = here.filter(({ synchronize }) => synchronize)
  synchronized.forEach(refuseUnreachable)
  const stored = synchronized.filter(({ tableType }) => tableType !== 'view')
  const views = readViews(
    synchronized.filter(({ tableType }) => tableType === 'view'),
    reading,
  )
  const tables = stored.map((entity) => readTable(entity, reading))
  const enums = readEnums(stored, reading)
  refuseSharedNames(
    [...tables.map((of, at) => ({ entity: stored[at]!.name, of })), ...views.map((of) => ({ entity: of.name, of }))],
    traits,
  )
  return {
    schema: {
      tables,
      enums,
      views,
      schemas: schemasOf([...tables, ...enums, ...views]),
      extensions: traits.schemas ? readExtensions(metadata.dataSource, stored, tables) : [],
      sequences: [],
    },
    leftAlone: here.filter(({ synchronize }) => !synchronize).map((entity) => tableName(entity, reading)),
  }
}

/** TypeORM attaches such a file when it connects; what would run in one transaction is not one over two files. */
function refuseOtherFiles(elsewhere: readonly EntityMetadata[]): void {
  const [first] = elsewhere
  if (first === undefined) return
  const { database, tableName } = first
  if (database === undefined) throw new OtherFileError([first.name], tableName, `name: '${tableName}'`)
  const alike = elsewhere.filter((entity) => entity.database === database)
  throw new OtherFileError(
    alike.map(({ name }) => name),
    database,
  )
}

function readTable(metadata: EntityMetadata, reading: Reading): Table {
  return defined({
    ...tableName(metadata, reading),
    columns: storedColumns(metadata).map((column) => readColumn(column, reading)),
    primaryKey: readPrimaryKey(metadata, reading),
    uniques: readUniques(metadata, reading),
    indexes: readIndexes(metadata),
    foreignKeys: readForeignKeys(metadata, reading),
    checks: readChecks(metadata, reading),
    exclusions: readExclusions(metadata),
    comment: reading.traits.comments ? metadata.comment || undefined : undefined,
    options: metadata.withoutRowid ? { withoutRowid: true as const } : undefined,
  })
}

/** One type may serve many columns, but it has one list of values. */
function readEnums(metadatas: readonly EntityMetadata[], reading: Reading): EnumType[] {
  const found = new Map<string, EnumType>()
  for (const column of metadatas.flatMap(storedColumns)) {
    const type = enumOf(column, reading)
    if (type === undefined) continue
    refuseDoubled(type, column)
    const other = found.get(keyOf(type))
    if (other && JSON.stringify(other.values) !== JSON.stringify(type.values)) {
      throw new InvalidEntityError(
        column.entityMetadata.name,
        column.propertyPath,
        `the enum "${type.name}" has the values ${type.values.join(', ')} here and ${other.values.join(', ')} elsewhere`,
      )
    }
    found.set(keyOf(type), type)
  }
  return [...found.values()]
}

function refuseDoubled({ name, values }: EnumType, { entityMetadata, propertyPath }: ColumnMetadata): void {
  const doubled = values.find((value, at) => values.indexOf(value) < at)
  if (doubled === undefined) return
  const reason = `the enum "${name}" has the value "${doubled}" twice; leave one of them out`
  throw new InvalidEntityError(entityMetadata.name, propertyPath, reason)
}

function schemasOf(things: readonly QualifiedName[]): string[] {
  const schemas = things.map(({ schema }) => schema).filter((schema) => schema !== undefined)
  return [...new Set(schemas)].sort()
}
