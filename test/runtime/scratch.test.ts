import * as typeorm from 'typeorm'
import { MigrationFailedError, ScratchUnavailableError } from '../../src/errors'
import { objectKey } from '../../src/operations/managed'
import type { Op } from '../../src/operations/op'
import { replayHistory } from '../../src/runtime/scratch'
import { freshPostgres } from '../support/databases'
import { databases, history, world, type World } from './world'

const all = history({
  a: {
    upgrade: (op: Op) =>
      op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] }),
  },
  b: { upgrade: (op: Op) => op.addColumn('user', { name: 'email', type: 'text', nullable: true }) },
})

const dataSourceOf = ({ database }: World, changes: object = {}) =>
  new typeorm.DataSource({ ...database.options, ...changes } as typeorm.DataSourceOptions)

const scratchDatabases = async (here: World) =>
  (await here.ask(`SELECT datname::text AS name FROM pg_database WHERE datname LIKE '%autogen_scratch%'`)).filter(
    ({ name }) => String(name).startsWith(new URL(String(here.database.options.url)).pathname.slice(1, 21)),
  )

describe.each(databases)('replaying the history of %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('says what the revisions make, whatever the live database holds, and leaves that as it was', async () => {
    await here.ask('CREATE TABLE "user" (whatever integer)')
    const replayed = await replayHistory({ dataSource: dataSourceOf(here), ...all, toolVersion: '0.0.1' })
    expect(replayed.heads).toEqual(['b'])
    expect(replayed.schema.tables.map((table) => [table.name, ...table.columns.map((column) => column.name)])).toEqual([
      ['user', 'id', 'email'],
    ])
    expect(replayed.managed).toContain(objectKey('column', { name: 'user' }, 'email'))
    const session = await here.session()
    const live = await session.dialect.introspect(session.connection, session.scope)
    expect(live.tables.map((table) => table.columns.map((column) => column.name))).toEqual([['whatever']])
    expect(await session.dialect.hasTable(session.connection, session.tables.version, session.scope)).toBe(false)
  })
})

describe('a scratch database on PostgreSQL', () => {
  let here: World
  beforeEach(async () => void (here = await world(freshPostgres)))
  afterEach(() => here.end())

  test('has the schemas and extensions the history takes for granted', async () => {
    await here.ask('CREATE SCHEMA audit')
    await here.ask('CREATE EXTENSION citext')
    const needy = history({
      a: {
        upgrade(op: Op) {
          op.createSchema('made')
          op.createTable({ schema: 'audit', name: 'entry', columns: [{ name: 'who', type: 'citext' }] })
        },
      },
    })
    const settings = { schemas: ['audit'] }
    const replayed = await replayHistory({ dataSource: dataSourceOf(here), ...needy, settings, toolVersion: '0.0.1' })
    expect(replayed.schema.tables.map(({ schema, name }) => [schema, name])).toEqual([['audit', 'entry']])
  })

  test('that no revision speaks of are not there after them', async () => {
    await here.ask('CREATE SCHEMA audit; CREATE SCHEMA other')
    await here.ask('CREATE EXTENSION citext; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION hstore')
    const needy = history({
      a: {
        upgrade(op: Op) {
          op.createTable({ schema: 'audit', name: 'entry', columns: [{ name: 'who', type: 'citext' }] })
          op.execute('SELECT uuid_generate_v4()')
        },
      },
    })
    const settings = { schemas: ['audit', 'other'] }
    const { schema } = await replayHistory({ dataSource: dataSourceOf(here), ...needy, settings, toolVersion: '0.0.1' })
    expect(schema.schemas).toContain('audit')
    expect(schema.schemas).not.toContain('other')
    const names = schema.extensions.map(({ name }) => name).filter((name) => name !== 'plpgsql')
    expect(names.sort()).toEqual(['citext', 'uuid-ossp'])
  })

  test('is gone when a revision fails on it', async () => {
    const broken = history({ a: { upgrade: (op: Op) => op.execute('SELECT nothing FROM nowhere') } })
    const replaying = replayHistory({ dataSource: dataSourceOf(here), ...broken, toolVersion: '0.0.1' })
    await expect(replaying).rejects.toMatchObject({ cause: expect.any(MigrationFailedError) })
    expect(await scratchDatabases(here)).toEqual([])
  })

  test('that may not be created is a refusal that says how to name one', async () => {
    const role = `poor_${process.pid}_${Date.now()}`
    await here.ask(`CREATE ROLE ${role} LOGIN PASSWORD 'hidden-secret'`)
    try {
      const url = new URL(String(here.database.options.url))
      url.username = role
      url.password = 'hidden-secret'
      const poor = dataSourceOf(here, { url: url.href })
      const refusal: unknown = await replayHistory({ dataSource: poor, ...all, toolVersion: '0.0.1' }).catch(
        (error: unknown) => error,
      )
      expect(refusal).toBeInstanceOf(ScratchUnavailableError)
      expect(refusal).toMatchObject({ exitCode: 6, hint: expect.stringContaining('scratchUrl') })
      expect(String(refusal)).not.toContain('hidden-secret')
    } finally {
      await here.ask(`DROP ROLE ${role}`)
    }
  })

  test('that is named is used and left empty', async () => {
    const named = await freshPostgres()
    try {
      const request = { dataSource: dataSourceOf(here), ...all, scratchUrl: named.url, toolVersion: '0.0.1' }
      const first = await replayHistory(request)
      expect(await replayHistory(request)).toEqual(first)
      expect(first.schema.tables.map((table) => table.name)).toEqual(['user'])
    } finally {
      await named.drop()
    }
  })

  test('that is named and not empty is refused and not touched', async () => {
    const request = { dataSource: dataSourceOf(here), ...all, toolVersion: '0.0.1' }
    await here.ask('CREATE TABLE precious (id integer)')
    const scratchUrl = String(here.database.options.url)
    await expect(replayHistory({ ...request, scratchUrl })).rejects.toThrow(/is not empty, it has a table precious/)
    expect(await here.ask('SELECT count(*)::int AS n FROM precious')).toEqual([{ n: 0 }])
  })
})
