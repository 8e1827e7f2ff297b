// Real databases for tests: a new PostgreSQL database, a new SQLite file.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { sqliteDrivers } from './lane'

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

/** Creates an empty PostgreSQL database. */
export async function freshPostgres(): Promise<TestDatabase & { readonly url: string }> {
  const name = `t_${process.pid}_${Date.now().toString(36)}_${++count}`
  await admin(`CREATE DATABASE ${name}`)
  const url = new URL(postgresUrl())
  url.pathname = `/${name}`
  return {
    url: url.href,
    options: { type: 'postgres', url: url.href },
    drop: () => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

/** Databases that are emptied instead of dropped, and used again: creating one costs a server more than most tests do in it. */
export function reusedPostgres(): { fresh(): Promise<TestDatabase>; end(): Promise<void> } {
  const all: TestDatabase[] = []
  const free: (TestDatabase & { readonly url: string })[] = []
  return {
    async fresh() {
      const database = free.pop() ?? (await freshPostgres())
      if (!all.includes(database)) all.push(database)
      return {
        options: database.options,
        async drop() {
          await admin(emptied, database.url)
          free.push(database)
        },
      }
    },
    async end() {
      for (const database of all) await database.drop()
    },
  }
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
  const folder = mkdtempSync(join(tmpdir(), 'autogen-sqlite-'))
  const file = join(folder, 'test.sqlite')
  const options =
    driver === 'sqljs' ? { type: driver, location: file, autoSave: true } : { type: driver, database: file }
  return { file, options, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}
