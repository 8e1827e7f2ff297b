// One connection to the user's database, through TypeORM's own driver and settings, without anything TypeORM does by itself.
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DataSource, DataSourceOptions, EntityManager, QueryRunner } from 'typeorm'
import { buildMetadatas, secondDataSource } from '../data-source'
import type { ConnectionLike, Row } from '../dialects/dialect'
import { DatabaseNotFoundError } from '../errors'
import { defined } from '../model/defined'
import { addressOf, isSqlite, masterOf, requireAddress } from './address'
import { connectionError } from './connection-error'

/** Connection is one open connection and what is known of the place it leads to. */
export interface Connection {
  readonly connection: ConnectionLike
  /** TypeORM's driver type. */
  readonly driver: string
  /** `user@host:port/db` or the file; never a password. */
  readonly address: string
  /** The schema of the options, else the first one of the search path; undefined where there are none. */
  readonly schema?: string
  readonly database?: string
  /** TypeORM's entity manager on this very connection; knows the user's entities. */
  manager(): Promise<EntityManager>
  close(): Promise<void>
}

/** Opens a connection of our own, or borrows one from a data source that an application has initialised. */
export async function openConnection(dataSource: DataSource): Promise<Connection> {
  if (dataSource.isInitialized) {
    const runner = dataSource.createQueryRunner('master')
    return describe(dataSource, runner, { manager: async () => runner.manager, close: () => release(runner) })
  }
  const own = await connect(dataSource)
  const runner = own.createQueryRunner('master')
  const saved = isSqljs(own) ? await saver(own, runner) : undefined
  let built: Promise<unknown> | undefined
  return describe(own, runner, {
    saved,
    async manager() {
      built ??= buildMetadatas(own.setOptions({ entities: dataSource.options.entities ?? [] }))
      await built
      return runner.manager
    },
    async close() {
      await release(runner)
      await saved?.()
      await own.destroy()
    },
  })
}

async function connect(dataSource: DataSource): Promise<DataSource> {
  const { options } = dataSource
  requireAddress(options)
  requireFolder(addressOf(options).file)
  let own: DataSource | undefined
  try {
    own = secondDataSource(dataSource, settingsOf(options))
    await own.driver.connect()
    // The `sqlite` driver of TypeORM 0.3 refuses queries before; elsewhere it only lets destroy() work.
    Object.assign(own, { isInitialized: true })
    if (isSqlite(options)) await own.query('SELECT count(*) FROM sqlite_master')
    return own
  } catch (error) {
    if (own && isOpen(own)) await own.driver.disconnect()
    throw connectionError(error, options)
  }
}

/** Only the master of a replication; entities wait until a manager is asked for; sqljs is saved by us, when something changed. */
function settingsOf(options: DataSourceOptions): object {
  const fields: Record<string, unknown> = { ...options }
  const { applicationName = 'typeorm-autogen', ...master } = { ...masterOf(fields), replication: undefined }
  return { ...master, applicationName, entities: [], autoSave: false, statementCacheSize: 0 }
}

/** TypeORM would silently create the folder of a mistyped path. */
function requireFolder(file: string | undefined): void {
  if (file === undefined || existsSync(dirname(file))) return
  throw new DatabaseNotFoundError(file, `folder ${dirname(file)}`, `mkdir -p ${dirname(file)}`)
}

function isOpen({ driver }: DataSource): boolean {
  return (Reflect.get(driver, 'master') ?? Reflect.get(driver, 'databaseConnection')) !== undefined
}

interface Handling {
  readonly saved?: (() => Promise<void>) | undefined
  manager(): Promise<EntityManager>
  close(): Promise<void>
}

function describe(dataSource: DataSource, runner: QueryRunner, { saved, manager, close }: Handling): Connection {
  const { driver, options } = dataSource
  return defined({
    connection: connectionLike(runner, { sqlite: isSqlite(options), sqljs: isSqljs(dataSource), saved }),
    driver: options.type as string,
    address: addressOf(options).text,
    schema: isSqlite(options) ? undefined : driver.schema || undefined,
    database: typeof driver.database === 'string' ? driver.database : undefined,
    manager,
    close,
  })
}

interface Traits {
  readonly sqlite: boolean
  readonly sqljs: boolean
  readonly saved: (() => Promise<void>) | undefined
}

function connectionLike(runner: QueryRunner, { sqlite, sqljs, saved }: Traits): ConnectionLike {
  async function query(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const values = sqlite ? parameters.map(sqliteValue) : [...parameters]
    // The `sqlite` driver drops the rows of a text that starts with INSERT, UPDATE or DELETE, RETURNING or not.
    const result: { records?: Row[] } = await runner.query(sqlite ? ` ${sql}` : sql, values, true)
    if (sqlite && /^\s*BEGIN\b/i.test(sql)) markBegun(runner)
    return result.records ?? []
  }

  /** Writing its file makes sql.js forget the pragma. */
  async function keepingForeignKeys(work: () => Promise<void>): Promise<void> {
    if (!sqljs) return work()
    const before = await query('PRAGMA foreign_keys')
    await work()
    await query(`PRAGMA foreign_keys = ${Number(before[0]?.foreign_keys)}`)
  }

  return {
    query,
    get isTransactionActive() {
      return runner.isTransactionActive
    },
    async startTransaction() {
      if (sqlite) await query('BEGIN IMMEDIATE')
      else await runner.startTransaction('READ COMMITTED')
    },
    commitTransaction: () =>
      keepingForeignKeys(async () => {
        await runner.commitTransaction()
        await saved?.()
      }),
    rollbackTransaction: () => runner.rollbackTransaction(),
  }
}

/** After a raw BEGIN the runner must know of the transaction, or its manager would begin and commit another in the middle. */
function markBegun(runner: QueryRunner): void {
  Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 })
}

function sqliteValue(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (value ?? null)
}

async function release(runner: QueryRunner): Promise<void> {
  // TypeORM releases a runner itself when its connection breaks.
  if (runner.isReleased) return
  if (runner.isTransactionActive) await runner.rollbackTransaction()
  await runner.release()
}

function isSqljs(dataSource: DataSource): boolean {
  return dataSource.options.type === 'sqljs'
}

/** Writes the file of an in-memory database when something has changed since the last time, so that reading never writes. */
async function saver({ driver, options }: DataSource, runner: QueryRunner): Promise<() => Promise<void>> {
  const { autoSaveCallback, location } = options as SqljsOptions
  // The type of TypeORM's sql.js driver cannot be named; these are two of its public methods.
  const sqljs = driver as unknown as { save(): Promise<void>; export(): Uint8Array }
  const state = async () => JSON.stringify(await runner.query(changes))
  let last = await state()
  return async () => {
    if ((await state()) === last) return
    if (autoSaveCallback) await autoSaveCallback(sqljs.export())
    else if (location) await sqljs.save()
    last = await state()
  }
}

type SqljsOptions = Extract<DataSourceOptions, { type: 'sqljs' }>

const changes =
  'SELECT total_changes() AS rows, schema_version, user_version FROM pragma_schema_version, pragma_user_version'
