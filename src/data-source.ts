// A second DataSource of the user's own class, and metadata built on it without a trace in the classes it reads.
import type { DataSource, DataSourceOptions, EntityMetadata } from 'typeorm'

type DataSourceClass = new (options: DataSourceOptions) => DataSource

/**
 * Builds a DataSource of the same class and settings that does nothing of its own accord: no synchronize, no migrations,
 * no subscribers, no extensions, no cache, no log. It is not connected.
 */
export function secondDataSource(dataSource: DataSource, changes: object): DataSource {
  const options: object = { ...dataSource.options, ...changes, ...inert }
  return new (typeormClass(dataSource))(options as DataSourceOptions)
}

const inert = {
  synchronize: false,
  dropSchema: false,
  migrationsRun: false,
  migrations: [],
  subscribers: [],
  installExtensions: false,
  cache: false,
  logging: false,
  logger: undefined,
  maxQueryExecutionTime: undefined,
  isolationLevel: undefined,
}

/** A subclass may have a constructor with other arguments, so the class that knows how to build metadata is used. */
function typeormClass(dataSource: DataSource): DataSourceClass {
  let prototype: unknown = Object.getPrototypeOf(dataSource)
  while (prototype instanceof Object && !Object.hasOwn(prototype, 'buildMetadatas'))
    prototype = Object.getPrototypeOf(prototype)
  return ((prototype ?? dataSource) as DataSource).constructor as DataSourceClass
}

/**
 * Loads a file that may initialise its data source by itself: that connects, as the file wants it, but changes no schema and
 * runs no migrations. What began meanwhile has ended when this returns, so that nobody meets a half-built data source.
 */
export async function connectingAtMost<R>(
  { prototype }: { prototype: DataSource },
  load: () => Promise<R>,
): Promise<R> {
  const { initialize } = prototype
  const begun: Promise<DataSource>[] = []
  let loading = true
  const connect = function (this: DataSource): Promise<DataSource> {
    if (!loading) return initialize.call(this)
    Object.assign(this, idle)
    const ended = initialize.call(this).finally(() => {
      for (const name of Object.keys(idle)) Reflect.deleteProperty(this, name)
    })
    begun.push(ended)
    return ended
  }
  prototype.initialize = connect
  try {
    return await load()
  } finally {
    loading = false
    // Another load may have begun meanwhile and stand on ours.
    if (prototype.initialize === connect) prototype.initialize = initialize
    await Promise.allSettled(begun)
  }
}

/** What initialize() calls besides connecting, done by nobody. */
const idle = {
  synchronize: () => Promise.resolve(),
  dropDatabase: () => Promise.resolve(),
  runMigrations: () => Promise.resolve([]),
}

/**
 * Builds the metadata of the entities in the data source's options. TypeORM points Active Record classes and lazy relations
 * at whichever data source was built last; they are left, or put back, as they were.
 */
export async function buildMetadatas(dataSource: DataSource): Promise<readonly EntityMetadata[]> {
  const lazy = keepLazyRelations(dataSource)
  const active = rememberActiveRecords(dataSource)
  try {
    // Protected, but there is no public way to metadata without initialize(), which connects and writes.
    await (dataSource as unknown as { buildMetadatas(): Promise<void> }).buildMetadatas()
  } finally {
    active.restore()
    lazy.restore()
  }
  return dataSource.entityMetadatas
}

/** While building, lazy loaders would be installed on the prototypes; later each instance gets its own. */
function keepLazyRelations(dataSource: DataSource) {
  const loader: { enableLazyLoad?: unknown } = dataSource.relationLoader
  loader.enableLazyLoad = () => undefined
  return { restore: () => void delete loader.enableLazyLoad }
}

/** The list of metadata is assigned just before the classes are touched, so that is the moment to remember them. */
function rememberActiveRecords(dataSource: DataSource) {
  const before = new Map<object, PropertyDescriptor | undefined>()
  let metadatas = dataSource.entityMetadatas
  Object.defineProperty(dataSource, 'entityMetadatas', {
    configurable: true,
    enumerable: true,
    get: () => metadatas,
    set: (built: EntityMetadata[]) => {
      metadatas = built
      for (const { target } of built) {
        if (typeof target === 'function') before.set(target, Object.getOwnPropertyDescriptor(target, 'dataSource'))
      }
    },
  })
  return {
    restore() {
      Object.defineProperty(dataSource, 'entityMetadatas', {
        configurable: true,
        enumerable: true,
        writable: true,
        value: metadatas,
      })
      for (const [target, descriptor] of before) {
        if (Reflect.get(target, 'dataSource') !== dataSource) continue
        if (descriptor === undefined) Reflect.deleteProperty(target, 'dataSource')
        else Object.defineProperty(target, 'dataSource', descriptor)
      }
    },
  }
}
