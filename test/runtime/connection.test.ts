// One connection: what it says of the place it leads to, how it fails, and that nobody notices it was there.
import 'reflect-metadata'
import { createServer } from 'node:net'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import * as typeorm from 'typeorm'
import type { DataSourceOptions } from 'typeorm'
import { addressOf, replaceAddress } from '../../src/runtime/address'
import { connectionError } from '../../src/runtime/connection-error'
import { openConnection } from '../../src/runtime/connection'
import { freshPostgres, freshSqlite, postgresUrl } from '../support/databases'
import { sqliteDrivers } from '../support/lane'

const { BaseEntity, Column, DataSource, Entity, ManyToOne, PrimaryGeneratedColumn } = typeorm

@Entity()
class Team {
  @PrimaryGeneratedColumn() id!: number
  @Column('varchar') name!: string
}

@Entity()
class Player extends BaseEntity {
  @PrimaryGeneratedColumn() id!: number
  @Column('varchar') name!: string
  @ManyToOne(() => Team, { lazy: true, nullable: true }) team!: Promise<Team>
}

const entities = [Team, Player]

/** Options as a user writes them; the drivers' own types are of no interest here. */
function options(fields: object): DataSourceOptions {
  return fields as DataSourceOptions
}

const folders: string[] = []
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'autogen-connection-'))
  folders.push(path)
  return path
}
afterAll(() => folders.forEach((path) => rmSync(path, { recursive: true, force: true })))

async function failure(fields: object): Promise<Error & { code: string; exitCode: number; hint: string }> {
  try {
    const opened = await openConnection(new DataSource(options(fields)))
    await opened.close()
  } catch (error) {
    return error as Error & { code: string; exitCode: number; hint: string }
  }
  throw new Error('The connection was opened.')
}

describe('the address', () => {
  test.each([
    [{ host: 'db', port: 5433, username: 'ada', password: 'secret', database: 'shop' }, 'ada@db:5433/shop'],
    [{ url: 'postgres://ada:secret@db:5433/shop' }, 'ada@db:5433/shop'],
    [{ url: 'postgres://ada:s%40cret@db/shop?sslmode=require' }, 'ada@db:5432/shop'],
    [{ url: 'postgres://ada:secret@db/shop', host: 'ignored', database: 'ignored' }, 'ada@db:5432/shop'],
    [{ host: '/var/run/postgresql', username: 'ada', database: 'shop' }, 'ada@/var/run/postgresql:5432/shop'],
    [{ url: 'postgres://ada:secret@/shop?host=/var/run/postgresql' }, 'ada@/var/run/postgresql:5432/shop'],
    [{ url: 'postgres://%2Fvar%2Frun%2Fpostgresql/shop', username: 'ada' }, 'ada@/var/run/postgresql:5432/shop'],
    [{ url: 'socket:/run/pg?db=shop', username: 'ada' }, 'ada@/run/pg:5432/shop'],
    [
      {
        host: 'ignored',
        replication: {
          master: { host: 'main', username: 'ada', password: 'secret', database: 'shop' },
          slaves: [{ host: 'copy' }],
        },
      },
      'ada@main:5432/shop',
    ],
    [
      { host: 'db', username: 'ada', database: 'shop', extra: { host: 'other', password: 'secret' } },
      'ada@other:5432/shop',
    ],
    [{ username: 'ada', database: 'shop', password: () => 'secret', host: 'db' }, 'ada@db:5432/shop'],
    [{ type: 'better-sqlite3', database: 'data/app.db' }, 'data/app.db'],
    [{ type: 'better-sqlite3', database: ':memory:' }, ':memory:'],
    [{ type: 'sqljs', location: 'data/app.db' }, 'data/app.db'],
    [{ type: 'sqljs' }, ':memory:'],
  ])('%j is printed as %s', (fields, text) => {
    expect(addressOf(options({ type: 'postgres', ...fields })).text).toBe(text)
  })
})

describe('replacing the address', () => {
  test('of a server keeps ssl, extra, schema and entities, and forgets the old place wholly', () => {
    const old = {
      type: 'postgres',
      host: 'old',
      port: 1,
      username: 'old',
      password: 'old',
      database: 'old',
      ssl: { ca: 'x' },
      extra: { max: 3, host: 'old' },
      schema: 'sales',
      entities,
    }
    expect(replaceAddress(options(old), 'postgres://ada:secret@db/shop')).toEqual({
      type: 'postgres',
      url: 'postgres://ada:secret@db/shop',
      ssl: { ca: 'x' },
      extra: { max: 3 },
      schema: 'sales',
      entities,
    })
  })

  test('of a replicated server leaves one server, with the ssl of the master', () => {
    const replication = { master: { host: 'main', ssl: { ca: 'x' } }, slaves: [{ host: 'copy' }] }
    expect(replaceAddress(options({ type: 'postgres', replication }), 'postgres://db/shop')).toEqual({
      type: 'postgres',
      ssl: { ca: 'x' },
      url: 'postgres://db/shop',
    })
  })

  test.each([
    ['better-sqlite3', 'sqlite:./new.db', { database: './new.db' }],
    ['better-sqlite3', 'sqlite://./new.db', { database: './new.db' }],
    ['better-sqlite3', 'sqlite:///tmp/new%20one.db', { database: '/tmp/new one.db' }],
    ['better-sqlite3', 'file:new.db', { database: 'new.db' }],
    ['better-sqlite3', 'file:///tmp/new.db', { database: '/tmp/new.db' }],
    ['better-sqlite3', '/tmp/new.db', { database: '/tmp/new.db' }],
    ['better-sqlite3', 'sqlite::memory:', { database: ':memory:' }],
    ['sqljs', 'sqlite:./new.db', { location: './new.db' }],
  ])('of %s by %s gives %j', (type, url, expected) => {
    expect(replaceAddress(options({ type, database: 'old.db', entities }), url)).toEqual({
      type,
      entities,
      ...expected,
    })
  })

  test.each([
    ['postgres', 'sqlite:./x.db'],
    ['postgres', 'db.internal:5432/shop'],
    ['postgres', 'postgres://ada:secret@db:port/shop'],
    ['better-sqlite3', 'postgres://ada:secret@db/shop'],
  ])('of %s by %s is refused without repeating the URL', (type, url) => {
    const refused = () => replaceAddress(options({ type, database: 'x' }), url)
    expect(refused).toThrow(expect.objectContaining({ code: 'invalid-url', exitCode: 2 }))
    expect(refused).not.toThrow(/secret|internal/)
  })
})

describe('PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof freshPostgres>>
  beforeAll(async () => {
    database = await freshPostgres()
  })
  afterAll(() => database.drop())

  async function rows(fields: object, sql: string) {
    const opened = await openConnection(new DataSource(options({ ...database.options, ...fields })))
    try {
      return await opened.connection.query(sql)
    } finally {
      await opened.close()
    }
  }

  test('rows come back for every kind of statement', async () => {
    const opened = await openConnection(new DataSource(options(database.options)))
    const { connection } = opened
    expect(await connection.query('CREATE TABLE kinds (id int, name text)')).toEqual([])
    expect(await connection.query('INSERT INTO kinds VALUES ($1, $2) RETURNING id', [1, 'a'])).toEqual([{ id: 1 }])
    expect(await connection.query('UPDATE kinds SET id = 2 RETURNING id')).toEqual([{ id: 2 }])
    expect(await connection.query('UPDATE kinds SET id = 3')).toEqual([])
    expect(await connection.query('SELECT * FROM kinds')).toEqual([{ id: 3, name: 'a' }])
    expect(await connection.query('DELETE FROM kinds')).toEqual([])
    await opened.close()
  })

  test('one pooled connection is enough, for queries, a transaction and the manager', async () => {
    const opened = await openConnection(new DataSource(options({ ...database.options, poolSize: 1, entities })))
    await opened.connection.query('CREATE TABLE team (id serial PRIMARY KEY, name varchar)')
    await opened.connection.startTransaction()
    const manager = await opened.manager(async (one) => one)
    await manager.save(Team, { name: 'red' })
    expect(await opened.connection.query('SELECT name FROM team')).toEqual([{ name: 'red' }])
    await opened.connection.rollbackTransaction()
    expect(await manager.count(Team)).toBe(0)
    await opened.connection.query('DROP TABLE team')
    await opened.close()
  })

  test('we are named in pg_stat_activity, unless the settings name somebody else', async () => {
    expect(await rows({}, 'SHOW application_name')).toEqual([{ application_name: 'typeorm-autogen' }])
    expect(await rows({ applicationName: 'mine' }, 'SHOW application_name')).toEqual([{ application_name: 'mine' }])
  })

  test('a setting that changes the role stays in force', async () => {
    const role = `role_${process.pid}_${Date.now().toString(36)}`
    await rows({}, `CREATE ROLE ${role}`)
    try {
      expect(await rows({ extra: { options: `-c role=${role}` } }, 'SELECT current_user AS name')).toEqual([
        { name: role },
      ])
    } finally {
      await rows({}, `DROP ROLE ${role}`)
    }
  })

  test('the schema is that of the options, else the first of the search path', async () => {
    const schemaOf = async (fields: object) => {
      const opened = await openConnection(new DataSource(options({ ...database.options, ...fields })))
      await opened.close()
      return opened.schema
    }
    await rows({}, 'CREATE SCHEMA sales')
    expect(await schemaOf({})).toBe('public')
    expect(await schemaOf({ schema: 'absent' })).toBe('absent')
    expect(await schemaOf({ extra: { options: '-c search_path=sales,public' } })).toBe('sales')
  })

  test('a password may be a function', async () => {
    const { hostname, port, username, password, pathname } = new URL(database.url)
    const fields = {
      host: hostname,
      port: Number(port),
      username,
      password: () => decodeURIComponent(password),
      database: pathname.slice(1),
    }
    const opened = await openConnection(new DataSource(options({ type: 'postgres', ...fields })))
    expect(opened.address).toBe(`${username}@${hostname}:${port}${pathname}`)
    expect(opened.database).toBe(pathname.slice(1))
    await opened.close()
  })

  test('replication means the master, and the replicas are not even called', async () => {
    const replication = {
      master: { url: database.url },
      slaves: [{ host: '127.0.0.1', port: 1, username: 'x', database: 'x' }],
    }
    const opened = await openConnection(new DataSource(options({ type: 'postgres', replication })))
    expect(await opened.connection.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await opened.close()
  })

  test('nothing that the settings ask TypeORM to do at start happens', async () => {
    const fields = {
      synchronize: true,
      dropSchema: true,
      migrationsRun: true,
      migrations: ['no/such/*.js'],
      subscribers: ['no/*.js'],
      entities,
    }
    await rows({}, 'CREATE TABLE survivor (id int)')
    expect(
      await rows(
        fields,
        `SELECT tablename FROM pg_tables WHERE tablename IN ('survivor', 'player', 'typeorm_metadata')`,
      ),
    ).toEqual([{ tablename: 'survivor' }])
  })

  test('an unfinished transaction is rolled back when the connection is closed', async () => {
    await rows({}, 'CREATE TABLE unfinished (id int)')
    const opened = await openConnection(new DataSource(options(database.options)))
    await opened.connection.startTransaction()
    await opened.connection.query('INSERT INTO unfinished VALUES (1)')
    await opened.close()
    expect(await rows({}, 'SELECT * FROM unfinished')).toEqual([])
  })

  test('a database that is not there is found missing', async () => {
    const url = new URL(postgresUrl())
    url.pathname = '/nowhere'
    expect(await failure({ type: 'postgres', url: url.href })).toMatchObject({
      code: 'database-not-found',
      exitCode: 8,
      hint: `Create it first: \`createdb -h ${url.hostname} -p ${url.port} -U ${url.username} nowhere\`.`,
    })
  })
})

describe('failing', () => {
  const server = {
    type: 'postgres',
    host: '127.0.0.1',
    port: 1,
    username: 'ada',
    password: 'tr0ub4dor&3',
    database: 'shop',
  }

  test.each([
    ['nothing listens', { port: 1 }, 'ada@127.0.0.1:1/shop cannot be reached: nothing listens there'],
    [
      'no such socket',
      { host: '/no/such/folder' },
      '/no/such/folder:1/shop cannot be reached: there is no such socket',
    ],
    ['no such host', { host: 'no-such-host.invalid' }, 'cannot be reached: '],
  ])('%s', async (_, fields, sentence) => {
    const error = await failure({ ...server, ...fields })
    expect(error).toMatchObject({ code: 'database-unreachable', exitCode: 8 })
    expect(error.message).toContain(sentence)
    expect(inspect(error)).not.toContain('tr0ub4dor')
  })

  test('no password at all is said to be none', () => {
    const asked = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
    const { message } = connectionError(asked, { type: 'postgres', url: 'postgres://ada@db/shop' })
    expect(message).toBe('The database ada@db:5432/shop refuses the user "ada": no password was given.')
  })

  test.each([
    ['28P01', 'password authentication failed for user "ada"', ' with this password'],
    ['28000', 'role "ada" does not exist', ': role "ada" does not exist'],
    ['28000', 'no entry for ada, tr0ub4dor&3', ': no entry for ada, ***'],
  ])('a refusal (%s, %s) is said without the password', async (state, answer, sentence) => {
    const refusing = await refusingServer(state, answer)
    try {
      const error = await failure({ ...server, port: refusing.port })
      expect(error).toMatchObject({ code: 'authentication-failed', exitCode: 8 })
      expect(error.message).toBe(`The database ada@127.0.0.1:${refusing.port}/shop refuses the user "ada"${sentence}.`)
      expect(inspect(error)).not.toContain('tr0ub4dor')
    } finally {
      refusing.close()
    }
  })

  test.each([
    [{ url: undefined }, '`url` is'],
    [{ url: '' }, '`url` is'],
    [{ host: undefined, port: undefined, username: '', password: 'tr0ub4dor&3' }, '`host`, `port`, `username` are'],
  ])('an address that was left to variables which are not set: %j', async (fields, unset) => {
    const error = await failure({ type: 'postgres', ...fields })
    expect(error).toMatchObject({
      code: 'no-address',
      exitCode: 2,
      hint: expect.stringMatching(/DATABASE_URL=.*--url/),
    })
    expect(error.message).toBe(`The data source does not say where the database is: its ${unset} not set.`)
  })

  test('the variables of PostgreSQL itself are an address', async () => {
    process.env.PGPORT = '1'
    try {
      expect(await failure({ type: 'postgres', url: undefined })).toMatchObject({ code: 'database-unreachable' })
    } finally {
      delete process.env.PGPORT
    }
  })

  test('a URL that is none is not repeated, because of the password inside', async () => {
    const error = await failure({ type: 'postgres', url: 'postgres://ada:tr0ub4dor&3@db:port/shop' })
    expect(error).toMatchObject({ code: 'invalid-url', exitCode: 2 })
    expect(inspect(error)).not.toContain('tr0ub4dor')
  })

  test('a driver package that is not installed is named', async () => {
    class DriverPackageNotInstalledError extends Error {
      override name = 'DriverPackageNotInstalledError'
    }
    const dataSource = new DataSource(options({ ...server }))
    class WithoutDriver extends DataSource {
      override buildMetadatas = async () => undefined
      constructor(given: DataSourceOptions) {
        super(given)
        if ('applicationName' in given) {
          throw new DriverPackageNotInstalledError(
            'Postgres package has not been found installed. Please run "npm install pg".',
          )
        }
      }
    }
    Object.setPrototypeOf(
      dataSource,
      Object.assign(Object.create(WithoutDriver.prototype), { buildMetadatas: undefined, constructor: WithoutDriver }),
    )
    await expect(openConnection(dataSource)).rejects.toMatchObject({
      code: 'driver-not-installed',
      exitCode: 2,
      hint: 'Run `npm i pg`.',
    })
  })

  test.each(sqliteDrivers())('a file in a folder that is not there, with %s', async (driver) => {
    const path = join(folder(), 'missing', 'app.db')
    const place = driver === 'sqljs' ? { location: path } : { database: path }
    const error = await failure({ type: driver, ...place })
    expect(error).toMatchObject({ code: 'database-not-found', exitCode: 8 })
    expect(error.hint).toContain('mkdir -p')
    expect(existsSync(join(path, '..'))).toBe(false)
  })

  test.each(sqliteDrivers())('a file that is no database, with %s', async (driver) => {
    const path = join(folder(), 'notes.txt')
    writeFileSync(path, 'Dear diary, today nothing happened that a database would know. '.repeat(20))
    const place = driver === 'sqljs' ? { location: path } : { database: path }
    const error = await failure({ type: driver, ...place })
    expect(error).toMatchObject({ code: 'database-unreachable', exitCode: 8 })
    expect(error.message).toBe(`The database ${path} cannot be reached: the file is not a SQLite database.`)
  })
})

/** Speaks just enough of the protocol to refuse whoever knocks. */
async function refusingServer(state: string, message: string): Promise<{ port: number; close(): void }> {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${state}\0M${message}\0\0`)
  const header = Buffer.from([0x45, 0, 0, 0, 0])
  header.writeInt32BE(body.length + 4, 1)
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Buffer.concat([header, body])))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return { port: address.port, close: () => void server.close() }
}

describe.each(sqliteDrivers())('SQLite through %s', (driver) => {
  let database: ReturnType<typeof freshSqlite>
  beforeEach(() => {
    database = freshSqlite(driver)
  })
  afterEach(() => database.drop())

  const open = (fields: object = {}) => openConnection(new DataSource(options({ ...database.options, ...fields })))

  test('rows come back for every kind of statement, also from RETURNING', async () => {
    const opened = await open()
    const { connection } = opened
    expect(await connection.query('CREATE TABLE kinds (id int, name text, flag int)')).toEqual([])
    expect(await connection.query('INSERT INTO kinds VALUES (?, ?, ?)', [1, 'a', true])).toEqual([])
    expect(await connection.query('INSERT INTO kinds VALUES (2, NULL, ?) RETURNING id, flag', [false])).toEqual([
      { id: 2, flag: 0 },
    ])
    expect(await connection.query('UPDATE kinds SET name = ? WHERE id = 2', [undefined])).toEqual([])
    expect(await connection.query('UPDATE kinds SET id = 3 WHERE id = 2 RETURNING id')).toEqual([{ id: 3 }])
    expect(await connection.query('SELECT id, name FROM kinds ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 3, name: null },
    ])
    expect(await connection.query('DELETE FROM kinds')).toEqual([])
    expect(await connection.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    await opened.close()
  })

  test('what was written is in the file, and foreign keys are enforced as before', async () => {
    const opened = await open({ autoSave: undefined })
    await opened.connection.startTransaction()
    await opened.connection.query('CREATE TABLE kept (id int)')
    await opened.connection.commitTransaction()
    expect(await opened.connection.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    await opened.connection.query('INSERT INTO kept VALUES (7)')
    await opened.close()
    const again = await open()
    expect(await again.connection.query('SELECT id FROM kept')).toEqual([{ id: 7 }])
    await again.close()
  })

  test('reading writes nothing', async () => {
    const first = await open()
    await first.connection.query('CREATE TABLE kept (id int)')
    await first.close()
    const before = { bytes: readFileSync(database.file), time: statSync(database.file).mtimeMs }
    const reading = await open()
    await reading.connection.query('PRAGMA table_xinfo(kept)')
    await reading.connection.query('SELECT * FROM kept')
    await reading.close()
    expect({ bytes: readFileSync(database.file), time: statSync(database.file).mtimeMs }).toEqual(before)
  })

  test.each(['a raw BEGIN IMMEDIATE', 'startTransaction'])(
    'saving through the manager stays inside %s',
    async (how) => {
      const opened = await open({ entities })
      const { connection } = opened
      await connection.query('CREATE TABLE team (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL)')
      await (how === 'startTransaction' ? connection.startTransaction() : connection.query('BEGIN IMMEDIATE'))
      expect(connection.isTransactionActive).toBe(true)
      const manager = await opened.manager(async (one) => one)
      await manager.save(Team, { name: 'red' })
      await connection.rollbackTransaction()
      expect(connection.isTransactionActive).toBe(false)
      expect(await connection.query('SELECT * FROM team')).toEqual([])
      await opened.close()
    },
  )

  test('no schema is known', async () => {
    const opened = await open()
    expect(opened).toMatchObject({ driver, address: database.file })
    expect(opened).not.toHaveProperty('schema')
    await opened.close()
  })
})

describe('a host application', () => {
  test('keeps its data source, its Active Record classes and its lazy relations', async () => {
    const database = await freshPostgres()
    const host = await new DataSource(
      options({ ...database.options, entities, synchronize: true, poolSize: 2 }),
    ).initialize()
    const lazyBefore = Object.getOwnPropertyDescriptor(Player.prototype, 'team')
    const metadataBefore = host.entityMetadatas
    const red = await host.getRepository(Team).save({ name: 'red' })
    await host.query(`INSERT INTO player (name, "teamId") VALUES ('ada', ${red.id})`)

    const opened = await openConnection(host)
    expect(await opened.connection.query('SELECT name FROM player')).toEqual([{ name: 'ada' }])
    expect(await opened.manager((manager) => manager.count(Team))).toBe(1)
    await opened.close()
    const second = await openConnection(new DataSource(options({ ...database.options, entities })))
    await second.connection.startTransaction()
    const players = await second.manager((manager) => manager.find(Player))
    expect((await players[0]?.team)?.name).toBe('red')
    await second.connection.rollbackTransaction()
    await second.close()

    expect(host.isInitialized).toBe(true)
    expect(host.entityMetadatas).toBe(metadataBefore)
    expect(Player.getRepository().manager.connection).toBe(host)
    expect(Object.getOwnPropertyDescriptor(Player.prototype, 'team')).toEqual(lazyBefore)
    expect((await (await Player.findOneByOrFail({ name: 'ada' })).team).name).toBe('red')
    await host.destroy()
    await database.drop()
  })

  test.each(sqliteDrivers())('goes on with its own SQLite connection, through %s', async (driver) => {
    const database = freshSqlite(driver)
    const host = await new DataSource(options({ ...database.options, entities, synchronize: true })).initialize()
    const opened = await openConnection(host)
    await opened.connection.startTransaction()
    await opened.connection.query(`INSERT INTO team (name) VALUES ('red')`)
    await opened.connection.commitTransaction()
    await opened.close()
    expect(host.isInitialized).toBe(true)
    expect(await host.getRepository(Team).count()).toBe(1)
    expect(await host.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
    await host.destroy()
    await database.drop()
  })

  test('that never initialised an Active Record class finds it untouched', async () => {
    @Entity()
    class Loner extends BaseEntity {
      @PrimaryGeneratedColumn() id!: number
    }
    const database = freshSqlite('sqljs')
    const opened = await openConnection(new DataSource(options({ ...database.options, entities: [Loner] })))
    await opened.manager(async () => undefined)
    await opened.close()
    expect(Object.getOwnPropertyDescriptor(Loner, 'dataSource')).toBeUndefined()
    expect(() => Loner.getRepository()).toThrow(/DataSource is not set/)
    await database.drop()
  })
})
