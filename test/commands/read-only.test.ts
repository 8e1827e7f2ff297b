// Commands that read leave no trace: not in the catalogue, not in a row, not in a file, and a user who may do nothing else can run them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { ask, freshPostgres, freshSqlite, postgresUrl, type TestDatabase } from '../support/databases'
import { folderProject, refusal, tableBody } from '../support/folder-project'
import { untold } from '../support/json-page'
import { sqliteDrivers } from '../support/lane'

jest.setTimeout(60_000)

type Options = autogen.ProjectOptions

const columns = {
  id: { type: 'integer', primary: true },
  name: { type: 'varchar', default: 'a', nullable: true },
} as const
const entity = new typeorm.EntitySchema({
  name: 'one',
  columns: columns as unknown as typeorm.EntitySchemaOptions<object>['columns'],
  checks: [{ name: 'CHK_name', expression: `"name" IN ('a', 'b')` }],
})

const reading: [words: string, read: (options: Options) => Promise<object>][] = [
  ['current', autogen.current],
  ['current --check-heads', (options) => autogen.current({ ...options, checkHeads: true })],
  ['heads', autogen.heads],
  ['branches', autogen.branches],
  ['history', autogen.history],
  ['history -i', (options) => autogen.history({ ...options, indicateCurrent: true })],
  ['show current', (options) => autogen.show({ ...options, revisions: 'current' })],
  ['list-templates', autogen.listTemplates],
  ['check', autogen.check],
  ['upgrade --sql', (options) => autogen.upgrade({ ...options, sql: true })],
  ['downgrade --sql', (options) => autogen.downgrade({ ...options, target: 'head:base', sql: true })],
  ['stamp --sql', (options) => autogen.stamp({ ...options, targets: 'head', sql: true })],
  ['ensure-version --sql', (options) => autogen.ensureVersion({ ...options, sql: true })],
  ['wait', (options) => autogen.wait({ ...options, timeout: 0 }).catch((error: object) => error)],
]

const drops: (() => unknown)[] = []
afterAll(async () => {
  for (const drop of drops.reverse()) await drop()
})

/** A project with two revisions, of which `ran` are in the database; and the same for whoever may only read. */
async function project(database: TestDatabase, reader: object, ran: number) {
  const made = folderProject(database)
  made.write('aaaa', [], tableBody('one'))
  made.write('bbbb', ['aaaa'], tableBody('two'))
  if (ran > 0) await autogen.upgrade({ ...made.options, target: `+${ran}` })
  const as = (more: object): Options => ({
    ...made.options,
    dataSource: new typeorm.DataSource({
      ...database.options,
      ...more,
      entities: [entity],
    } as typeorm.DataSourceOptions),
  })
  return { owner: as({}), reader: as(reader) }
}

describe.each([0, 1, 2])('with %i of two revisions in the database', (ran) => {
  describe('on PostgreSQL', () => {
    let projects: Awaited<ReturnType<typeof project>>
    let database: TestDatabase & { readonly url: string }
    const role = `reader_${process.pid}_${ran}`
    beforeAll(async () => {
      database = await freshPostgres()
      const reader = new URL(database.url)
      Object.assign(reader, { username: role, password: 'reader' })
      projects = await project(database, { url: reader.href }, ran)
      const name = new URL(database.url).pathname.slice(1)
      for (const sql of [
        `CREATE ROLE ${role} LOGIN PASSWORD 'reader'`,
        `ALTER ROLE ${role} SET default_transaction_read_only = on`,
        `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`,
        `GRANT CONNECT ON DATABASE ${name} TO ${role}`,
        `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
        `GRANT USAGE ON SCHEMA public TO ${role}`,
        `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`,
      ])
        await ask(database, sql)
      drops.push(async () => {
        await ask(database, `DROP OWNED BY ${role}`)
        await database.drop()
        await ask({ options: { type: 'postgres', url: postgresUrl() }, drop: async () => {} }, `DROP ROLE ${role}`)
      })
    })

    /** Every object by its catalogue, and every row of ours. Roles are the server's, and other suites make some. */
    async function content() {
      const catalogues = ['pg_class', 'pg_attribute', 'pg_type', 'pg_proc', 'pg_namespace', 'pg_constraint']
      const counts = catalogues.map((name) => `SELECT '${name}' AS name, count(*)::int AS count FROM ${name}`)
      const found = await ask(
        database,
        `SELECT relname, relnamespace::regnamespace::text AS place, relfilenode, relnatts FROM pg_class ORDER BY oid`,
      )
      const rows =
        ran === 0
          ? []
          : [await ask(database, 'SELECT * FROM autogen_log'), await ask(database, 'SELECT * FROM autogen_version')]
      return { counts: await ask(database, counts.join(' UNION ALL ')), found, rows }
    }

    test.each(reading)('%s leaves no trace, and a role that may only read can run it', async (words, read) => {
      const before = await content()
      const asOwner = await read(projects.owner)
      if (!(asOwner instanceof Error)) expect(untold(words.split(' ')[0]!, asOwner)).toEqual([])
      const asReader = await read(projects.reader)
      expect(await content()).toEqual(before)
      // The check's expression cannot be judged without a temporary table; nothing else is another for who only reads.
      const told = (result: object) =>
        JSON.parse(JSON.stringify({ ...result, database: '', uncertain: [], waitedMs: 0 })) as object
      expect(told(asReader)).toEqual(told(asOwner))
    })

    test('while a command that writes is refused there', async () => {
      if (ran === 2) return expect(await autogen.upgrade(projects.reader)).toMatchObject({ steps: [] })
      expect((await refusal(autogen.upgrade(projects.reader))).message).toMatch(/read-only|permission denied/)
    })
  })

  describe.each(sqliteDrivers())('on SQLite through %s', (driver) => {
    let projects: Awaited<ReturnType<typeof project>>
    let file: string
    beforeAll(async () => {
      const database = freshSqlite(driver)
      file = database.file
      drops.push(() => database.drop())
      // better-sqlite3 refuses to write then; what sql.js would store it would store in the file.
      projects = await project(database, ran > 0 && driver === 'better-sqlite3' ? { readonly: true } : {}, ran)
    })

    /** The file, byte by byte, and what lies beside it. */
    const content = () => {
      const folder = dirname(file)
      return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')])
    }

    test.each(reading)('%s leaves every byte as it was', async (_words, read) => {
      const before = content()
      await read(projects.owner)
      await read(projects.reader)
      expect(content()).toEqual(before)
    })
  })
})

describe.each(sqliteDrivers())('a file that is not there, through %s', (driver) => {
  async function start() {
    const database = freshSqlite(driver)
    drops.push(() => database.drop())
    return { ...(await project(database, {}, 0)), file: database.file }
  }

  test('is not made to write a revision, and is told by its name', async () => {
    const { owner, file } = await start()
    expect(await autogen.current(owner)).toMatchObject({ database: file, heads: [] })
    expect((await refusal(autogen.revision({ ...owner, message: 'x' }))).message).toMatch(/base/)
    expect(existsSync(file)).toBe(false)
    await autogen.upgrade(owner)
    expect(await autogen.current(owner)).toMatchObject({ database: file, heads: ['bbbb'] })
  })

  // sql.js holds what it has read: another process is not seen.
  if (driver === 'sqljs') return
  test('is waited for', async () => {
    const { owner, reader } = await start()
    const waiting = autogen.wait({ ...reader, timeout: 30 })
    await sleep(700)
    await autogen.upgrade(owner)
    expect(await waiting).toMatchObject({ heads: ['bbbb'] })
  })
})
