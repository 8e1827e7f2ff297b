// The history run on a database of its own and read back: what the revisions alone make of a schema.
import { randomBytes } from 'node:crypto'
import type { DataSource, DataSourceOptions } from 'typeorm'
import { secondDataSource } from '../data-source'
import { AutogenError, exitCodes, ReplayFailedError, ScratchUnavailableError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { upgradePath } from '../graph/path'
import type { SchemaModel } from '../model/schema'
import { managedSchemas } from '../operations/managed'
import type { MigrationScript } from '../scripts/script'
import { isSqlite, replaceAddress } from './address'
import type { RunListener } from './events'
import { managedFromLog, readLog } from './log'
import { migrate } from './migrate'
import { serverMessage } from './failure'
import {
  firstTable,
  schemasOf,
  surround,
  surroundingsOf,
  tablesReferredTo,
  type Surroundings,
} from './scratch-surroundings'
import { openSession, type Session, type SessionSettings } from './session'

/** ReplayRequest says which history, and beside which database it is replayed. */
export interface ReplayRequest {
  readonly dataSource: DataSource
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
  readonly settings?: SessionSettings
  /** An empty database to use instead of one we create and drop. */
  readonly scratchUrl?: string
  readonly toolVersion: string
  readonly onEvent?: RunListener
  readonly signal?: AbortSignal
}

/** ReplayedHistory is what the revisions made. */
export interface ReplayedHistory {
  readonly schema: SchemaModel
  readonly managed: ReadonlySet<string>
  readonly heads: readonly string[]
}

/** Runs the whole history on a scratch database, which is gone or empty again afterwards, whatever happened. */
export async function replayHistory(request: ReplayRequest): Promise<ReplayedHistory> {
  const scratch = await createScratch(request)
  try {
    const session = await openSession(scratch.dataSource, request.settings)
    try {
      await scratch.prepare(session)
      return withoutUnknown(await replayOn(session, request), scratch.unknown)
    } finally {
      await scratch.clear(session)
      await session.close()
    }
  } finally {
    await scratch.drop()
  }
}

/** What was only lent to the scratch database is not there after the history. */
function withoutUnknown(replayed: ReplayedHistory, unknown: Surroundings['unknown'] | undefined): ReplayedHistory {
  if (unknown === undefined) return replayed
  const { schema } = replayed
  return {
    ...replayed,
    schema: {
      ...schema,
      schemas: schema.schemas.filter((name) => !unknown.schemas.includes(name)),
      extensions: schema.extensions.filter(({ name }) => !unknown.extensions.includes(name)),
    },
  }
}

async function replayOn(session: Session, request: ReplayRequest): Promise<ReplayedHistory> {
  const { graph, scripts, toolVersion, signal } = request
  const { heads } = await migrate(session, {
    kind: 'upgrade',
    graph,
    scripts,
    toolVersion,
    steps: (current) => upgradePath(graph, current, graph.realHeads),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    throw isOfARevision(error) ? new ReplayFailedError(error) : error
  })
  const { connection, dialect, scope } = session
  const managed = managedFromLog(await readLog(session))
  const schemas = [...new Set([...scope.schemas, ...managedSchemas(managed)])]
  return { schema: await dialect.introspect(connection, { ...scope, schemas }), managed, heads }
}

function isOfARevision(error: unknown): error is AutogenError {
  return (
    error instanceof AutogenError && (error.exitCode === exitCodes.migration || error.exitCode === exitCodes.refused)
  )
}

/** Scratch is a database to replay on. */
interface Scratch {
  readonly dataSource: DataSource
  /** Puts there what the history takes for granted. */
  prepare(session: Session): Promise<void>
  /** What of that the history does not speak of. */
  readonly unknown?: Surroundings['unknown']
  /** Leaves it as it was found. */
  clear(session: Session): Promise<void>
  drop(): Promise<void>
}

const nothing = async () => {}

function createScratch(request: ReplayRequest): Promise<Scratch> | Scratch {
  if (isSqlite(request.dataSource.options)) return inMemory(request)
  return request.scratchUrl === undefined ? onTheSameServer(request) : atUrl(request, request.scratchUrl)
}

async function inMemory({ dataSource, settings, scripts }: ReplayRequest): Promise<Scratch> {
  const changes =
    dataSource.options.type === 'sqljs'
      ? { database: undefined, location: undefined, autoSave: false, autoSaveCallback: undefined }
      : { database: ':memory:' }
  const live = await openSession(dataSource, settings)
  const tables = await tablesReferredTo(live, scripts).finally(() => live.close())
  return {
    dataSource: secondDataSource(dataSource, changes),
    async prepare({ connection }) {
      for (const sql of tables) await connection.query(sql)
    },
    clear: nothing,
    drop: nothing,
  }
}

async function onTheSameServer(request: ReplayRequest): Promise<Scratch> {
  const { dataSource, settings, scripts } = request
  const admin = await openSession(dataSource, settings)
  const name = `${(admin.database ?? '').slice(0, 20)}_autogen_scratch_${randomBytes(5).toString('hex')}`
  const quoted = admin.dialect.quote(name)
  try {
    const surroundings = await surroundingsOf(admin, scripts)
    await admin.connection.query(`CREATE DATABASE ${quoted}`).catch((error: unknown) => {
      throw new ScratchUnavailableError(
        `CREATE DATABASE was refused (${admin.withoutPasswords(serverMessage(error))})`,
        error,
      )
    })
    return {
      dataSource: secondDataSource(dataSource, onDatabase(dataSource.options, name)),
      prepare: (session) => surround(session, surroundings),
      unknown: surroundings.unknown,
      clear: nothing,
      drop: async () => {
        // WITH (FORCE) came with PostgreSQL 13; it is for whoever looks into every database there is.
        const force = admin.version >= 130000 ? ' WITH (FORCE)' : ''
        await admin.connection.query(`DROP DATABASE IF EXISTS ${quoted}${force}`).finally(() => admin.close())
      },
    }
  } catch (error) {
    await admin.close()
    throw error
  }
}

/** The same options with another database, wherever they name it. */
function onDatabase(options: DataSourceOptions, database: string): object {
  const { url, extra, replication } = options as ServerOptions
  const withDatabase = (text: string) => {
    const parsed = new URL(text)
    parsed.pathname = `/${database}`
    return parsed.href
  }
  const renamed = (place: ServerPlace): ServerPlace => ({
    ...place,
    database,
    ...(place.url === undefined ? {} : { url: withDatabase(place.url) }),
  })
  return {
    ...renamed(url === undefined ? {} : { url }),
    ...(extra?.connectionString === undefined
      ? {}
      : { extra: { ...extra, connectionString: withDatabase(extra.connectionString) } }),
    ...(replication?.master === undefined
      ? {}
      : { replication: { ...replication, master: renamed(replication.master), slaves: [] } }),
  }
}

interface ServerPlace {
  readonly url?: string
  readonly database?: string
}

interface ServerOptions extends ServerPlace {
  readonly extra?: { readonly connectionString?: string }
  readonly replication?: { readonly master?: ServerPlace }
}

async function atUrl({ dataSource, settings, scripts }: ReplayRequest, url: string): Promise<Scratch> {
  const live = await openSession(dataSource, settings)
  const surroundings = await surroundingsOf(live, scripts).finally(() => live.close())
  let before: readonly string[] | undefined
  return {
    dataSource: secondDataSource(dataSource, replaceAddress(dataSource.options, url)),
    unknown: surroundings.unknown,
    async prepare(session) {
      const table = await firstTable(session)
      if (table !== undefined)
        throw new ScratchUnavailableError(`${session.address} is not empty, it has a table ${table}`)
      before = await schemasOf(session)
      await surround(session, surroundings)
    },
    async clear(session) {
      // What was not empty when we came is not ours to clear.
      if (before === undefined) return
      for (const schema of await schemasOf(session)) {
        const quoted = session.dialect.quote(schema)
        await session.connection.query(`DROP SCHEMA ${quoted} CASCADE`)
        if (before.includes(schema)) await session.connection.query(`CREATE SCHEMA ${quoted}`)
      }
    },
    drop: nothing,
  }
}
