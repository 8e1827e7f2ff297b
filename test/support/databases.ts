// Real databases for tests: a new PostgreSQL database, a new SQLite file.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { sqliteDrivers } from './lane'
import { scratchFolder } from './scratch'

/** TestDatabase is one empty database of its own, as TypeORM's options. */
export interface TestDatabase {
  readonly options: Record<string, unknown> & { readonly type: string }
  drop(): Promise<void>
}

let count = 0

/** The server all PostgreSQL suites use: PG_TEST_URL, or the one the launcher started. */
export function postgresUrl(): string {
  const url = process.env.PG_TEST_URL
  if (!url) throw new Error('No PostgreSQL for the tests: the global setup starts one, or set PG_TEST_URL.')
  return url
}

/**
 * Opens an empty PostgreSQL database. Creating one and dropping it costs a server more than most tests do in it, so that
 * a file's next test gets what its last one gave back, emptied.
 */
export async function freshPostgres(): Promise<TestDatabase & { readonly url: string }> {
  const name = givenBack.pop() ?? (await created())
  const url = new URL(postgresUrl())
  url.pathname = `/${name}`
  return {
    url: url.href,
    options: { type: 'postgres', url: url.href },
    async drop() {
      if (fileEnded || !(await isEmptied(name, url.href))) await dropped(name)
      else givenBack.push(name)
    },
  }
}

const givenBack: string[] = []
let fileEnded = false
afterAll(async () => {
  // What a file gives back in hooks of its own, which run after this one, goes at once.
  fileEnded = true
  for (const name of givenBack.splice(0)) await dropped(name)
})

async function created(): Promise<string> {
  const name = `t_${process.pid}_${Date.now().toString(36)}_${++count}`
  await admin(`CREATE DATABASE ${name}`)
  return name
}

function dropped(name: string): Promise<void> {
  return admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

/** False for a database that is gone, or that a test has closed to us. */
async function isEmptied(name: string, url: string): Promise<boolean> {
  const others = `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
  try {
    await admin(`${others};${emptied};ALTER DATABASE ${name} RESET ALL`, url)
    return true
  } catch {
    return false
  }
}

/** How to come into a database by the server's socket, where it has one on this machine: that is half the work of a loopback. */
export async function bySocket(url: string): Promise<Record<string, unknown>> {
  const { port, pathname, username, password } = new URL(url)
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ folders: string }>(
    `SELECT current_setting('unix_socket_directories') AS folders`,
  )
  await client.end()
  const number = port || '5432'
  const folder = rows[0]?.folders.split(/,\s*/).find((one) => existsSync(join(one, `.s.PGSQL.${number}`)))
  if (folder === undefined) return { type: 'postgres', url }
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)]
  const database = decodeURIComponent(pathname.slice(1))
  return { type: 'postgres', host: folder, port: Number(number), username: user, password: secret, database }
}

/** The databases of this lane, by name. */
export const databases: [name: string, open: () => Promise<TestDatabase>][] = [
  ['postgres', freshPostgres],
  ...sqliteDrivers().map((driver): [string, () => Promise<TestDatabase>] => [driver, async () => freshSqlite(driver)]),
]

/** Asks a database something past us. */
export async function ask({ options }: TestDatabase, sql: string): Promise<Record<string, unknown>[]> {
  const source = await new typeorm.DataSource(options as unknown as typeorm.DataSourceOptions).initialize()
  try {
    return (await source.query(sql)) as Record<string, unknown>[]
  } finally {
    await source.destroy()
  }
}

/** Takes everything out of a database. Extensions go first: their objects cannot be dropped one by one. */
export const emptied = `DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', one); END LOOP;
  FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', one); END LOOP;
  CREATE SCHEMA public;
END $$`

async function admin(sql: string, url = postgresUrl()): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

export type SqliteDriver = 'sqlite' | 'better-sqlite3' | 'sqljs'

/** Creates an empty SQLite database in a folder of its own. */
export function freshSqlite(driver: SqliteDriver): TestDatabase & { readonly file: string } {
  const folder = scratchFolder('autogen-sqlite-')
  const file = join(folder, 'test.sqlite')
  const options =
    driver === 'sqljs' ? { type: driver, location: file, autoSave: true } : { type: driver, database: file }
  return { file, options, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}
