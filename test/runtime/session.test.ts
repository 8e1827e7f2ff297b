import * as typeorm from 'typeorm'
import { UnsupportedDriverError } from '../../src/errors'
import { migrate } from '../../src/runtime/migrate'
import { ensureTables } from '../../src/runtime/own-tables'
import { openSession } from '../../src/runtime/session'
import { readHeads } from '../../src/runtime/versions'
import { readLog } from '../../src/runtime/log'
import { upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { freshPostgres } from '../support/databases'
import { databases, history, world, type World } from './world'

const all = history({
  a: { upgrade: (op: Op) => op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }] }) },
})
const request = {
  kind: 'upgrade' as const,
  ...all,
  steps: (heads: readonly string[]) => upgradePath(all.graph, heads, ['a']),
  toolVersion: '0.0.1',
}

test('a driver nobody speaks is refused with the list of those we do', async () => {
  const mysql = { options: { type: 'mysql', database: 'x' } } as unknown as typeorm.DataSource
  const refusal: unknown = await openSession(mysql).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(UnsupportedDriverError)
  expect(refusal).toMatchObject({ exitCode: 2, driver: 'mysql' })
  expect((refusal as UnsupportedDriverError).message).toMatch(/postgres.*sqlite.*better-sqlite3.*sqljs/)
})

describe.each(databases)('a session on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('sees neither our tables nor those TypeORM keeps for itself', async () => {
    const session = await here.session({}, { migrationsTableName: 'my_migrations', metadataTableName: 'my_metadata' })
    await ensureTables(session)
    for (const name of ['my_migrations', 'my_metadata', 'query-result-cache', 'seen']) {
      await session.connection.query(`CREATE TABLE ${session.dialect.quote(name)} (id integer)`)
    }
    const { tables } = await session.dialect.introspect(session.connection, session.scope)
    expect(tables.map((table) => table.name)).toEqual(['seen'])
  })

  test('on a data source that an application has initialised leaves it working', async () => {
    const dataSource = new typeorm.DataSource(here.database.options as unknown as typeorm.DataSourceOptions)
    await dataSource.initialize()
    try {
      const session = await openSession(dataSource)
      expect(await migrate(session, request)).toMatchObject({ heads: ['a'] })
      await session.close()
      expect(dataSource.isInitialized).toBe(true)
      expect(await dataSource.query('SELECT count(*) AS n FROM "user"')).toHaveLength(1)
    } finally {
      await dataSource.destroy()
    }
  })
})

describe('schemas of PostgreSQL', () => {
  let here: World
  beforeEach(async () => void (here = await world(freshPostgres)))
  afterEach(() => here.end())

  const where = async () =>
    (
      await here.ask(
        `SELECT schemaname::text || '.' || tablename::text AS name FROM pg_tables WHERE schemaname IN ('public', 'app', 'ops') ORDER BY 1`,
      )
    ).map(({ name }) => name)

  test('the schema of the data source is created for the first run and holds everything', async () => {
    const session = await here.session({}, { schema: 'app' })
    await migrate(session, request)
    expect(await readHeads(session)).toEqual(['a'])
    expect(await where()).toEqual(['app.autogen_log', 'app.autogen_version', 'app.user'])
    expect(await readHeads(await here.session())).toEqual([])
  })

  test('our tables may lie in a schema of their own', async () => {
    const session = await here.session({ versionSchema: 'ops' })
    await migrate(session, request)
    expect(await where()).toEqual(['ops.autogen_log', 'ops.autogen_version', 'public.user'])
  })

  test('one history serves two schemas of one database', async () => {
    for (const schema of ['public', 'app']) await migrate(await here.session({}, { schema }), request)
    expect(await where()).toContain('public.user')
    expect(await where()).toContain('app.user')
  })

  test('a script may name a schema the settings do not', async () => {
    await here.ask('CREATE SCHEMA app')
    const other = history({
      a: {
        upgrade: (op: Op) => op.createTable({ schema: 'app', name: 'x', columns: [{ name: 'id', type: 'integer' }] }),
      },
      b: {
        upgrade: (op: Op) => op.addColumn({ schema: 'app', name: 'x' }, { name: 'y', type: 'text', nullable: true }),
      },
    })
    await here.upgrade(other, 'a')
    expect(await here.upgrade(other, 'b')).toMatchObject({ heads: ['b'] })
  })
})

describe('the password', () => {
  let here: World
  const secret = 'Tr0ub4dor-and-3'
  const role = `secretive_${process.pid}`
  beforeEach(async () => {
    here = await world(freshPostgres)
    await here.ask(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${secret}'`)
  })
  afterEach(async () => {
    await here.ask(`DROP OWNED BY ${role} CASCADE`)
    await here.ask(`DROP ROLE ${role}`)
    await here.end()
  })

  test.each([
    ['a URL', (url: URL) => ({ url: Object.assign(new URL(url), { username: role, password: secret }).href })],
    [
      'options',
      (url: URL) => ({
        url: undefined,
        host: url.hostname,
        port: Number(url.port),
        username: role,
        password: secret,
        database: url.pathname.slice(1),
      }),
    ],
  ])('of %s is in no error, no event and no row of the log', async (_, options) => {
    const changes = options(new URL(String(here.database.options.url)))
    const session = await here.session({}, changes)
    const connection = `postgres://${role}:${secret}@db.example/app`
    const leaky = history({
      a: { upgrade: (op: Op) => op.execute(`COMMENT ON SCHEMA public IS '${connection}'`) },
      b: { upgrade: (op: Op) => op.execute(`SELECT * FROM "${connection}"`) },
    })
    const events: unknown[] = []
    const failure: unknown = await migrate(session, {
      ...request,
      ...leaky,
      steps: (heads) => upgradePath(leaky.graph, heads, ['b']),
      onEvent: (event) => events.push(event),
    }).catch((error: unknown) => error)
    expect(session.address).not.toContain(secret)
    const { message, hint, ...facts } = failure as Error & { hint: string }
    expect(message).toContain(`postgres://${role}:***@db.example/app`)
    expect(JSON.stringify([message, hint, facts])).not.toContain(secret)
    expect(events.length).toBeGreaterThan(3)
    expect(JSON.stringify(events)).not.toContain(secret)
    expect(JSON.stringify(await readLog(session))).not.toContain(secret)
    const rows = await here.ask('SELECT autogen_log::text AS row FROM autogen_log')
    expect(rows).toHaveLength(2)
    expect(JSON.stringify(rows)).not.toContain(secret)
  })
})
