// A session: one connection, the dialect it speaks, and the part of the database that is ours to look at.
import type { DataSource, EntityManager } from 'typeorm'
import { dialects } from '../dialects'
import type { BeginOptions, ConnectionLike, Copies, Dialect, Scope, Transaction } from '../dialects/dialect'
import { UnsupportedDriverError } from '../errors'
import { defined } from '../model/defined'
import type { QualifiedName } from '../model/schema'
import { describe } from '../operations/describe'
import type { Operation } from '../operations/operation'
import { openConnection, type Purpose } from './connection'
import { operationWithout, withoutPasswords } from './passwords'

/** SessionSettings names our two tables and the schemas that are read besides the default one. */
export interface SessionSettings {
  readonly versionTable?: string
  readonly logTable?: string
  readonly versionSchema?: string
  readonly schemas?: readonly string[]
  /** False: TypeORM's typeorm_metadata is kept true where it is, and never created. */
  readonly interop?: boolean
}

/** OwnTables holds the names of the tables in which we keep what ran. */
export interface OwnTables {
  readonly version: QualifiedName
  readonly log: QualifiedName
}

/** Interop says where TypeORM's rows are, and whether we may create their table. */
export interface Interop {
  readonly table: QualifiedName
  readonly creates: boolean
}

/** Session is open for the time of one command; everything it does happens on one connection. */
export interface Session {
  readonly connection: ConnectionLike
  readonly dialect: Dialect
  readonly scope: Scope
  readonly tables: OwnTables
  readonly interop: Interop
  /** The server's version as one number, such as 150004. */
  readonly version: number
  /** TypeORM's driver type. */
  readonly driver: string
  /** `user@host:port/db` or the file; never a password. */
  readonly address: string
  readonly database?: string
  /** Whether an application has opened the connection, and goes on with it. */
  readonly borrowed: boolean
  /** There is no file yet, and none is made to look into it: what is read is an empty database. */
  readonly absent?: true
  /** How the database is copied; absent where it is not in a file. */
  readonly copies?: Copies
  /** What was changed and is in no file: why, and what to do; undefined where all is well. */
  unstored(): Promise<string | undefined>
  /** Takes the passwords of this connection out of a text that somebody else wrote. */
  withoutPasswords(text: string): string
  /** An operation as people read it, without those passwords. */
  describe(operation: Operation): string
  /** Runs work with TypeORM's entity manager on this connection, its metadata built when first asked for; no subscriber hears of it, and `at` asked for it. */
  manager<R>(work: (manager: EntityManager) => Promise<R>, at?: string): Promise<R>
  /** Begins a transaction; on SQLite it holds the write lock from its first moment. */
  begin(options?: Partial<Omit<BeginOptions, 'defaultSchema'>>): Promise<Transaction>
  /** Whether a pooler hands each transaction to another connection, so that only a transaction can hold the lock. */
  readonly pooled?: boolean
  /** Whether the lock of the run still is ours. */
  holdsLock?(): Promise<boolean>
  /** Opens a second session, to look at what the first one does; absent where no second connection is to be had. */
  readonly another?: () => Promise<Session>
  /** Opens the session again after its connection was lost. */
  again(): Promise<Session>
  close(): Promise<void>
}

/** Opens a session on a connection of its own, or on the one an application has initialised, which is left as it was. */
export async function openSession(
  dataSource: DataSource,
  settings: SessionSettings = {},
  purpose: Purpose = 'write',
): Promise<Session> {
  const dialect = dialectOf(dataSource.options.type)
  const clean = (text: string) => withoutPasswords(text, dataSource.options)
  const connection = await openConnection(dataSource, purpose)
  try {
    const db = connection.connection
    const defaultSchema = connection.schema ?? (await dialect.defaultSchema(db))
    const tables = ownTables(settings, defaultSchema)
    return defined({
      connection: db,
      dialect,
      tables,
      interop: interopOf(dataSource, settings),
      scope: defined({
        defaultSchema,
        schemas: (settings.schemas ?? []).filter((schema) => schema !== defaultSchema),
        ignore: [tables.version, tables.log, ...typeormTables(dataSource)],
      }),
      version: await dialect.version(db),
      driver: connection.driver,
      address: connection.address,
      database: connection.database,
      withoutPasswords: clean,
      describe: (operation: Operation) => describe(operationWithout(operation, clean)),
      borrowed: connection.borrowed,
      absent: connection.absent,
      // What sql.js holds in memory it takes for a file, too.
      copies: connection.driver === 'sqljs' ? connection.copies : dialect.copies?.(db),
      unstored: () => connection.unstored(),
      manager: <R>(work: (manager: EntityManager) => Promise<R>, at?: string) => connection.manager(work, at),
      begin: ({ foreignKeysOff = false, ...rest }: Parameters<Session['begin']>[0] = {}) =>
        dialect.session.begin(db, defined({ foreignKeysOff, defaultSchema, ...rest })),
      another:
        connection.borrowed || isAlone(dataSource) ? undefined : () => openSession(dataSource, settings, purpose),
      again: () => openSession(dataSource, settings),
      close: () => connection.close(),
    })
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** Runs work in one transaction: committed when it returns, rolled back when it throws. */
export async function inTransaction<R>(session: Session, work: () => Promise<R>): Promise<R> {
  const transaction = await session.begin()
  try {
    const result = await work()
    await transaction.commit()
    return result
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

/** Whether a data source wants no more than one connection. */
function isAlone({ options }: DataSource): boolean {
  const { poolSize, extra } = options as { readonly poolSize?: number; readonly extra?: { readonly max?: number } }
  return (poolSize ?? extra?.max) === 1
}

/** The dialect a TypeORM driver speaks. */
export function dialectOf(driver: string): Dialect {
  const dialect = dialects.find(({ drivers }) => drivers.includes(driver))
  if (dialect === undefined)
    throw new UnsupportedDriverError(
      driver,
      dialects.flatMap(({ drivers }) => drivers),
    )
  return dialect
}

/** The names of our tables; in the default schema they carry none. */
export function ownTables(settings: SessionSettings, defaultSchema: string | undefined): OwnTables {
  const schema = settings.versionSchema === defaultSchema ? undefined : settings.versionSchema
  return {
    version: defined({ schema, name: settings.versionTable ?? 'autogen_version' }),
    log: defined({ schema, name: settings.logTable ?? 'autogen_log' }),
  }
}

/** Where TypeORM looks for its rows, and whether we may create the table they lie in. */
export function interopOf({ options }: DataSource, { interop }: SessionSettings): Interop {
  return { table: { name: options.metadataTableName ?? 'typeorm_metadata' }, creates: interop !== false }
}

/** The tables TypeORM keeps for itself, which are part of no schema. */
export function typeormTables(dataSource: DataSource): QualifiedName[] {
  const { options } = dataSource
  const cache = typeof options.cache === 'object' ? options.cache.tableName : undefined
  return [
    interopOf(dataSource, {}).table,
    { name: options.migrationsTableName ?? 'migrations' },
    { name: cache ?? 'query-result-cache' },
  ]
}

/** Whether anybody still answers on the connection. */
export async function isGone({ connection, dialect }: Session): Promise<boolean> {
  if (dialect.session.watch === undefined) return false
  try {
    await connection.query('SELECT 1')
    return false
  } catch {
    return true
  }
}
