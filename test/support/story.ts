// A story: one database, one folder of revisions, and entities that change; told with the library's own commands.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { check, downgrade, revision, stamp, upgrade, type CheckOptions, type RevisionOptions } from '../../src'
import type { Settings } from '../../src'
import type { Listener } from '../../src/environment'
import { splitSqlite } from '../../src/dialects/sqlite/split'
import { openConnection } from '../../src/runtime/connection'
import { ask, emptied, freshPostgres, freshSqlite, type SqliteDriver, type TestDatabase } from './databases'
import { freshFolder } from './projects'

export type Entities = readonly (Function | typeorm.EntitySchema)[]

/** Story is told on one database, from the beginning or from what SQL has put there. */
export interface Story {
  /** Writes what differs; undefined where nothing does. */
  revision(
    entities: Entities,
    options?: RevisionOptions & Settings & { readonly onEvent?: Listener },
  ): Promise<Revision | undefined>
  upgrade(target?: string): Promise<void>
  downgrade(target: string): Promise<void>
  stamp(target: string): Promise<void>
  /** What `check` still finds, as text; a database that was taken back may be behind its revisions. */
  check(entities: Entities, options?: CheckOptions & Settings): Promise<string[]>
  /** What `check` lists as not ours, sorted. */
  unmanaged(entities: Entities): Promise<string[]>
  /** Writes a revision and runs it. */
  become(entities: Entities, options?: RevisionOptions & Settings): Promise<Revision | undefined>
  /** What TypeORM's own builder would run. */
  typeorm(entities: Entities): Promise<string[]>
  /** TypeORM's own synchronize. */
  synchronize(entities: Entities): Promise<void>
  sql(text: string): Promise<Record<string, unknown>[]>
  /** Writes a revision by hand: what stands in its two functions, and what stands beside them. */
  write(upgrade: string, downgrade: string, others?: string): Promise<void>
  /** Changes the text of the newest revision, as a person would before running it. */
  edit(from: string, to: string): void
  /** The revisions written so far. */
  files(): readonly string[]
  /** The statements of migrations since it was last asked. */
  statements(): readonly string[]
  /** TypeORM's options of the database. */
  readonly options: TestDatabase['options']
}

/** Revision is a file that was written, and what it does. */
export interface Revision {
  readonly operations: readonly string[]
  readonly destructive: readonly string[]
  readonly unmanaged: readonly string[]
  readonly hidden: readonly string[]
  readonly text: string
}

/** Stage is where stories are told one after the other: a database that is emptied between them. */
export interface Stage {
  begin(options?: object): Promise<Story>
  end(): Promise<void>
}

export async function postgresStage(): Promise<Stage> {
  const database = await freshPostgres()
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const sql = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows
  const hosts = new Map<string, Promise<typeorm.DataSource>>()
  return {
    async begin(options = {}) {
      await sql(emptied)
      const all = { ...database.options, ...options }
      // What runs migrations is an application that is connected for longer: that is cheap, and as real as a command line.
      const host = () => {
        const key = JSON.stringify(options)
        const known = hosts.get(key) ?? new typeorm.DataSource(all as unknown as typeorm.DataSourceOptions).initialize()
        hosts.set(key, known)
        return known
      }
      return story({ ...database, options: all }, sql, host)
    },
    async end() {
      for (const host of hosts.values()) await (await host).destroy()
      await client.end()
      await database.drop()
    },
  }
}

/** On SQLite every story has a file of its own. */
export function sqliteStage(driver: SqliteDriver): Stage {
  const databases: TestDatabase[] = []
  return {
    async begin(options = {}) {
      const database = freshSqlite(driver)
      databases.push(database)
      const all = { ...database.options, ...options }
      const sql = async (text: string) => {
        const { connection, close } = await openConnection(new typeorm.DataSource(all as never))
        try {
          let rows: Record<string, unknown>[] = []
          for (const statement of splitSqlite(text)) rows = await connection.query(statement)
          return rows
        } finally {
          await close()
        }
      }
      return story({ ...database, options: all }, sql)
    },
    async end() {
      for (const database of databases) await database.drop()
    },
  }
}

/** Begins a story on a database that is there; what runs migrations is `host`, or a DataSource of their own each time. */
export function story(
  database: TestDatabase,
  sql: Story['sql'] = (text) => ask(database, text),
  host?: () => Promise<typeorm.DataSource>,
): Story {
  const folder = freshFolder()
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  const sourceOf = (entities: Entities) =>
    new typeorm.DataSource({ ...database.options, entities } as unknown as typeorm.DataSourceOptions)
  const runner = host ?? (async () => sourceOf([]))
  const project = (entities: Entities) => ({ cwd: folder, migrations, dataSource: sourceOf(entities) })
  const withTypeorm = async <R>(entities: Entities, work: (theirs: typeorm.DataSource) => Promise<R>) => {
    const theirs = await sourceOf(entities).initialize()
    try {
      return await work(theirs)
    } finally {
      await theirs.destroy()
    }
  }
  const files: string[] = []
  const statements: string[] = []
  const hear: Listener = (event) => void (event.type === 'statement' && statements.push(event.sql))
  const told: Story = {
    sql,
    options: database.options,
    files: () => files,
    statements: () => statements.splice(0),
    edit(from, to) {
      const file = files.at(-1)!
      const text = readFileSync(file, 'utf8')
      if (!text.includes(from)) throw new Error(`There is no ${from} in ${text}`)
      writeFileSync(file, text.replace(from, to))
    },
    async revision(entities, options = {}) {
      const message = `step ${files.length + 1}`
      const result = await revision({ ...project(entities), message, ...options })
      if (result.path === undefined) return undefined
      files.push(result.path)
      return {
        operations: result.operations.map(({ text }) => text),
        destructive: result.operations.filter(({ destructive }) => destructive).map(({ text }) => text),
        unmanaged: result.unmanaged,
        hidden: result.hidden,
        text: readFileSync(result.path, 'utf8'),
      }
    },
    async write(upgrade, downgrade, others = '') {
      const { path } = await revision({ ...project([]), message: `step ${files.length + 1}`, empty: true })
      if (path === undefined) throw new Error('No file was written.')
      files.push(path)
      const head = readFileSync(path, 'utf8').split('/** @param')[0]!
      const method = (name: string, body: string) => `exports.${name} = async function (op) {\n${body}\n}\n`
      writeFileSync(path, [head, others, method('upgrade', upgrade), method('downgrade', downgrade)].join('\n'))
    },
    async upgrade(target = 'head') {
      await upgrade({ cwd: folder, migrations, dataSource: await runner(), target, backup: false, onEvent: hear })
    },
    async downgrade(target) {
      await downgrade({ cwd: folder, migrations, dataSource: await runner(), target, backup: false, onEvent: hear })
    },
    async stamp(target) {
      await stamp({ cwd: folder, migrations, dataSource: await runner(), targets: target })
    },
    async check(entities, options = {}) {
      const { operations, problems, uncertain } = await check({ ...project(entities), ...options })
      const others = problems.filter(({ code }) => code !== 'pending' && code !== 'drift').map(({ message }) => message)
      return [
        ...operations.map(({ text }) => text),
        ...uncertain.map(({ subject }) => `uncertain: ${subject}`),
        ...others,
      ]
    },
    async unmanaged(entities) {
      const { unmanaged } = await check(project(entities))
      return [...unmanaged].sort()
    },
    async become(entities, options = {}) {
      const written = await told.revision(entities, options)
      await told.upgrade()
      return written
    },
    typeorm: (entities) =>
      withTypeorm(entities, async (theirs) =>
        (await theirs.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query).sort(),
      ),
    synchronize: (entities) => withTypeorm(entities, (theirs) => theirs.synchronize()),
  }
  return told
}
