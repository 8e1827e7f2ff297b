// Real databases for tests: a new PostgreSQL database, a new SQLite file.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'

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

async function admin(sql: string): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() })
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
