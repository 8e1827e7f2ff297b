// TypeORM's metadata of the user's entities, without a connection and without a driver package.
import type { DataSource, EntityMetadata } from 'typeorm'
import { buildMetadatas, secondDataSource } from '../data-source'
import { assertColumnTypes } from './column-types'
import { EntityLoadError, InvalidEntityError } from '../errors'

/** Metadata is what TypeORM knows of the entities, and the data source it was built on. */
export interface Metadata {
  readonly dataSource: DataSource
  readonly entities: readonly EntityMetadata[]
}

/** Reads the metadata of an initialised data source, or builds it on a second, unconnected one. */
export async function buildMetadata(dataSource: DataSource): Promise<Metadata> {
  // TypeORM says that it is initialised before it begins to build, and assigns what it has built at once.
  if (dataSource.isInitialized && dataSource.entityMetadatas.length > 0)
    return { dataSource, entities: dataSource.entityMetadatas }
  const second = secondDataSource(dataSource, { driver: stubDriver, nativeDriver: stubDriver })
  try {
    return { dataSource: second, entities: await buildMetadatas(second) }
  } catch (error) {
    // TypeORM stops at the first column of a type it does not know; a person wants to hear of all of them.
    assertColumnTypes(second)
    throw entityError(error)
  }
}

/** Stands in for the driver package; TypeORM 0.3 calls one method of sqlite3 as soon as it has it. */
const stubDriver = { verbose: () => stubDriver }

function entityError(error: unknown): EntityLoadError | InvalidEntityError {
  const { message, stack } = textsOf(error)
  if (!isTypeormError(error)) return new EntityLoadError(userFileIn(stack), message, error)
  const [entity, property] = placeIn(message)
  return new InvalidEntityError(entity, property, message, error)
}

function placeIn(message: string): (string | undefined)[] {
  const found = places.map((place) => place.exec(message)).find((match) => match !== null)
  return found?.slice(1) ?? []
}

/** How TypeORM's messages name the place. */
const places = [
  /"(\w+)[.#](\w+)"/,
  /(\w+)#(\w+)/,
  /entity \((\w+)\): (\w+)/,
  /Entity "(\w+)"/,
  /Entity (\w+) (?:has|using)/,
]

/** Two copies of TypeORM, or two realms, have two classes of that name. */
function isTypeormError(error: unknown): boolean {
  let prototype: unknown = error
  while (typeof prototype === 'object' && prototype !== null) {
    if (prototype.constructor.name === 'TypeORMError') return true
    prototype = Object.getPrototypeOf(prototype)
  }
  return false
}

function textsOf(error: unknown): { message: string; stack: string } {
  if (typeof error !== 'object' || error === null) return { message: String(error), stack: '' }
  const { message, stack } = error as { message?: unknown; stack?: unknown }
  return { message: String(message), stack: String(stack) }
}

/** The first file in a stack that is the user's own. */
function userFileIn(stack: string): string | undefined {
  const files = stack.match(/(?:\/|[A-Za-z]:\\)[^\s()'"]+?\.[cm]?[jt]sx?(?=[:\s)'"]|$)/g) ?? []
  return files.find((file) => !/[\\/]node_modules[\\/]/.test(file))
}
