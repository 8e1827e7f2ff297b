// One connection to the user's database, through TypeORM's own driver and settings, without anything TypeORM does by itself.
import type { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DataSource, DataSourceOptions, EntityManager, QueryRunner } from 'typeorm'
import { buildMetadatas, secondDataSource } from '../data-source'
import type { ConnectionLike, Copies, Row } from '../dialects/dialect'
import { DatabaseNotFoundError } from '../errors'
import { defined } from '../model/defined'
import { addressOf, isSqlite, masterOf, requireAddress } from './address'
import { connectionError } from './connection-error'
import { withinTransaction, withoutSubscribers } from './manager'
import { rememberPassword } from './passwords'
import { isSqljs, keepFile, saveFirst, sqljsSettings, unstoredReason, type Keeper } from './sqljs'

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
  /** Whether an application has opened it, and goes on with it. */
  readonly borrowed: boolean
  /** There is no file yet, and none is made: what is read is an empty database. */
  readonly absent?: true
  /** How the file of a database in memory is copied. */
  readonly copies?: Copies
  /** What was changed since the connection was opened and is in no file: why, and what to do; undefined where all is well. */
  unstored(): Promise<string | undefined>
  /** Runs work with TypeORM's entity manager on this very connection; it knows the user's entities, and no subscriber hears of it. */
  manager<R>(work: (manager: EntityManager) => Promise<R>, at?: string): Promise<R>
  close(): Promise<void>
}

/** Purpose says whether a database that is a file is made where it is missing: a driver makes it as it connects. */
export type Purpose = 'read' | 'write'

/** Opens a connection of our own, or borrows one from a data source that an application has initialised. */
export async function openConnection(dataSource: DataSource, purpose: Purpose = 'write'): Promise<Connection> {
  if (dataSource.isInitialized) {
    const keeper = keepFile(dataSource)
    const runner = dataSource.createQueryRunner('master')
    // SQLite's runner is the application's own, and what is open on it is not ours to roll back.
    const theirs = runner.isTransactionActive
    await rememberUsed(dataSource.options, runner)
    const hearNoMore = await hearLastWord(dataSource.options, runner)
    return describe(dataSource, runner, {
      borrowed: true,
      keeper,
      unstored: unstoredReason(dataSource),
      manager: (work, at) =>
        withLastWord(runner, () => withoutSubscribers(runner, () => withinTransaction(runner, work, at))),
      async close() {
        hearNoMore()
        await release(runner, theirs)
        keeper?.release()
      },
    })
  }
  const absent = purpose === 'read' && isAbsent(dataSource.options)
  const { own, keeper, runner } = await connect(dataSource, absent ? inMemory : {})
  let built: Promise<unknown> | undefined
  const connection = await describe(own, runner, {
    borrowed: false,
    keeper,
    unstored: unstoredReason(dataSource),
    async manager(work, at) {
      built ??= buildMetadatas(own.setOptions({ entities: dataSource.options.entities ?? [] }))
      await built
      return withLastWord(runner, () => withinTransaction(runner, work, at))
    },
    async close() {
      await release(runner)
      await own.destroy()
    },
  })
  return absent ? { ...connection, address: addressOf(dataSource.options).text, absent } : connection
}

const inMemory = { database: ':memory:', readonly: false }

/** Whether a driver would make the file of this database; sql.js stores one only once there is something in it. */
function isAbsent(options: DataSourceOptions): boolean {
  const { file } = addressOf(options)
  return isSqlite(options) && !isSqljs(options) && file !== undefined && !existsSync(file)
}

async function connect(dataSource: DataSource, changes: object): Promise<Connected> {
  const { options } = dataSource
  requireAddress(options)
  requireFolder(addressOf(options).file)
  let own: DataSource | undefined
  try {
    own = secondDataSource(dataSource, { ...settingsOf(options), ...changes })
    const keeper = keepFile(own)
    await own.driver.connect()
    // The `sqlite` driver of TypeORM 0.3 refuses queries before; elsewhere it only lets destroy() work.
    Object.assign(own, { isInitialized: true })
    if (isSqlite(options)) await own.query('SELECT count(*) FROM sqlite_master')
    await saveFirst(own)
    const runner = own.createQueryRunner('master')
    await rememberUsed(options, runner)
    await hearLastWord(options, runner)
    return { own, keeper, runner }
  } catch (error) {
    if (own && isOpen(own)) await own.driver.disconnect()
    throw connectionError(error, options)
  }
}

interface Connected {
  readonly own: DataSource
  readonly keeper: Keeper | undefined
  readonly runner: QueryRunner
}

/** Only the master of a replication; entities wait until a manager is asked for. */
function settingsOf(options: DataSourceOptions): object {
  const fields: Record<string, unknown> = { ...options }
  const { applicationName = 'typeorm-autogen', ...master } = { ...masterOf(fields), replication: undefined }
  const own = { applicationName, entities: [], statementCacheSize: 0 }
  return { ...master, ...own, ...(isSqljs(options) ? sqljsSettings(options) : {}) }
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
  readonly borrowed: boolean
  readonly keeper: Keeper | undefined
  readonly unstored: string | undefined
  readonly manager: Connection['manager']
  close(): Promise<void>
}

async function describe(
  dataSource: DataSource,
  runner: QueryRunner,
  { borrowed, keeper, unstored, manager, close }: Handling,
): Promise<Connection> {
  const { driver, options } = dataSource
  const connection = connectionLike(runner, { sqlite: isSqlite(options), sqljs: isSqljs(options), keeper })
  const before = unstored === undefined ? undefined : await changesOn(connection)
  return defined({
    connection,
    driver: options.type as string,
    address: addressOf(options).text,
    schema: isSqlite(options) ? undefined : driver.schema || undefined,
    database: typeof driver.database === 'string' ? driver.database : undefined,
    borrowed,
    copies: keeper?.copies,
    unstored: async () => (unstored === undefined || (await changesOn(connection)) === before ? undefined : unstored),
    manager,
    close,
  })
}

/** A number that grows with every change to what is in memory. */
async function changesOn(connection: ConnectionLike): Promise<string> {
  return JSON.stringify(await connection.query(changes))
}

const changes =
  'SELECT total_changes() AS rows, schema_version, user_version FROM pragma_schema_version, pragma_user_version'

interface Traits {
  readonly sqlite: boolean
  readonly sqljs: boolean
  readonly keeper: Keeper | undefined
}

function connectionLike(runner: QueryRunner, { sqlite, sqljs, keeper }: Traits): ConnectionLike {
  async function query(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const values = sqlite ? parameters.map(sqliteValue) : [...parameters]
    // The `sqlite` driver drops the rows of a text that starts with INSERT, UPDATE or DELETE, RETURNING or not.
    const result: { records?: Row[] } = await withLastWord(runner, () =>
      runner.query(sqlite ? ` ${sql}` : sql, values, true),
    )
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
    ...(sqlite ? {} : { announcedPid: () => announcedPid(runner) }),
    async startTransaction() {
      if (sqlite) await query('BEGIN IMMEDIATE')
      else await runner.startTransaction('READ COMMITTED')
    },
    commitTransaction: () =>
      keepingForeignKeys(async () => {
        // While it can still be rolled back.
        keeper?.verify()
        await runner.commitTransaction()
      }),
    async rollbackTransaction() {
      try {
        await runner.rollbackTransaction()
      } catch (error) {
        // A full disk makes SQLite roll back by itself: sqlite.org/lang_transaction.html
        if (!sqlite || !/no transaction is active/.test(String(error))) throw error
        Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 })
      }
    },
  }
}

/** The process that the server announced. */
async function announcedPid(runner: QueryRunner): Promise<number | undefined> {
  const pid = await ofClient(runner, 'processID')
  return typeof pid === 'number' ? pid : undefined
}

const lastWords = new WeakMap<QueryRunner, unknown>()

/** Keeps what a connection says as it breaks while it waits for the next statement; returns what stops listening. */
async function hearLastWord(options: DataSourceOptions, runner: QueryRunner): Promise<() => void> {
  if (isSqlite(options)) return () => {}
  const client = (await runner.connect()) as EventEmitter
  const hear = (error: unknown) => void (lastWords.has(runner) || lastWords.set(runner, error))
  client.on('error', hear)
  return () => client.off('error', hear)
}

/** Of a connection that broke TypeORM only says that it has released it. */
async function withLastWord<R>(runner: QueryRunner, work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    const isReleased = error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError'
    throw isReleased ? (lastWords.get(runner) ?? error) : error
  }
}

async function rememberUsed(options: DataSourceOptions, runner: QueryRunner): Promise<void> {
  if (!isSqlite(options)) rememberPassword(options, await ofClient(runner, 'password'))
}

/** What `pg` keeps in the client of a connection. */
async function ofClient(runner: QueryRunner, name: 'processID' | 'password'): Promise<unknown> {
  const client: unknown = await runner.connect()
  return typeof client === 'object' && client !== null ? Reflect.get(client, name) : undefined
}

/** After a raw BEGIN the runner must know of the transaction, or its manager would begin and commit another in the middle. */
function markBegun(runner: QueryRunner): void {
  Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 })
}

function sqliteValue(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (value ?? null)
}

async function release(runner: QueryRunner, theirs = false): Promise<void> {
  // TypeORM releases a runner itself when its connection breaks.
  if (runner.isReleased) return
  if (runner.isTransactionActive && !theirs) await runner.rollbackTransaction()
  await runner.release()
}
