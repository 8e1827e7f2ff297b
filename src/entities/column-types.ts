// Columns without a type that a database could have: all of them at once, where TypeORM stops at the first.
import { UnknownColumnTypesError } from '../errors'

/** UnknownColumn is a column whose type nobody wrote and no metadata tells. */
export interface UnknownColumn {
  readonly entity: string
  readonly property: string
}

/** TypedEntities is the part of a DataSource this needs: it is there as soon as the metadata is built, valid or not. */
export interface TypedEntities {
  readonly entityMetadatas: readonly {
    readonly name: string
    readonly tableType: string
    readonly columns: readonly ColumnLike[]
  }[]
  readonly driver: {
    readonly supportedDataTypes: readonly unknown[]
    normalizeType(column: never): unknown
  }
}

/** Returns the columns whose type is no type of the database because it was left to be guessed, each once. */
export function unknownColumnTypes({ entityMetadatas, driver }: TypedEntities): UnknownColumn[] {
  const unknown = entityMetadatas
    .filter(({ tableType }) => tableType !== 'view')
    .flatMap(({ name, columns }) =>
      columns
        .filter(
          (column) =>
            // What TypeORM adds itself, such as a discriminator, has its type only once everything is built.
            !column.isVirtual &&
            typeof column.type !== 'string' &&
            !driver.supportedDataTypes.includes(driver.normalizeType(column as never)),
        )
        .map(({ target, propertyName }) => ({
          entity: typeof target === 'function' ? target.name : name,
          property: propertyName,
        })),
    )
  const byName = new Map(unknown.map((column) => [`${column.entity}.${column.property}`, column]))
  return [...byName.values()]
}

/** Throws UnknownColumnTypesError with every such column, if there is one. */
export function assertColumnTypes(entities: TypedEntities): void {
  const unknown = unknownColumnTypes(entities)
  if (unknown.length > 0) throw new UnknownColumnTypesError(unknown)
}

interface ColumnLike {
  readonly propertyName: string
  readonly target: unknown
  readonly type: unknown
  readonly isVirtual: boolean
}
