// Every way a data source may lead to a PostgreSQL server, walked with the commands themselves.
import 'reflect-metadata'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { selfSigned } from '../support/certificate'
import { freshPostgres } from '../support/databases'
import { front } from '../support/front'

const { Column, Entity, PrimaryGeneratedColumn } = typeorm

@Entity({ name: 'user' })
class User {
  @PrimaryGeneratedColumn() id!: number
  @Column('varchar', { length: 100 }) name!: string
}

const migrations: autogen.MigrationModule[] = [
  {
    revision: 'aaaa',
    downRevision: null,
    upgrade: (op) =>
      op.createTable({
        name: 'user',
        columns: [
          { name: 'id', type: 'integer', identity: 'SERIAL' },
          { name: 'name', type: 'varchar(100)' },
        ],
        primaryKey: { columns: ['id'] },
      }),
    downgrade: (op) => op.dropTable('user'),
  },
]

let database: Awaited<ReturnType<typeof freshPostgres>>
let url: URL
let admin: Client
beforeAll(async () => {
  database = await freshPostgres()
  url = new URL(database.url)
  admin = new Client({ connectionString: database.url })
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await database.drop()
})

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** The address in parts, as most people write it. */
const parts = () => ({
  host: url.hostname,
  port: Number(url.port),
  username: url.username,
  database: url.pathname.slice(1),
  ...(url.password === '' ? {} : { password: url.password }),
})

/** Upgrades, checks, and goes back, over these options; answers with the row of `pg_class` that the table had. */
async function walk(options: object, settings: autogen.Settings = {}): Promise<{ owner: string; schema: string }> {
  const dataSource = new typeorm.DataSource({
    type: 'postgres',
    entities: [User],
    ...options,
  } as typeorm.DataSourceOptions)
  const all = { dataSource, migrations, ...settings }
  expect(await autogen.upgrade(all)).toMatchObject({ from: [], to: ['aaaa'] })
  expect(await autogen.check(all)).toMatchObject({ problems: [], operations: [] })
  const { rows } = await admin.query<{ owner: string; schema: string }>(
    `SELECT pg_get_userbyid(relowner) AS owner, relnamespace::regnamespace::text AS schema
     FROM pg_class WHERE relname = 'user' AND relkind = 'r'`,
  )
  expect(await autogen.downgrade({ ...all, target: 'base' })).toMatchObject({ to: [] })
  await admin.query('DROP TABLE IF EXISTS autogen_version, autogen_log')
  expect(rows).toHaveLength(1)
  return rows[0]!
}

test.each([
  ['a function', (password: string) => () => password],
  ['an async function', (password: string) => async () => password],
])('a password may be %s', async (_what, given) => {
  const guard = await front(url, { password: 'of the day' })
  cleanUps.push(() => guard.close())
  const options = { ...parts(), port: guard.port }
  await walk({ ...options, password: given('of the day') })
  await expect(walk({ ...options, password: given('of yesterday') })).rejects.toMatchObject({
    code: 'authentication-failed',
    exitCode: 8,
    message: expect.not.stringContaining('of yesterday'),
  })
})

test('an ssl object is used: the server is verified by it, and refused without', async () => {
  const certificate = selfSigned()
  const tls = await front(url, certificate)
  cleanUps.push(() => tls.close())
  const options = { ...parts(), port: tls.port, ssl: { ca: certificate.cert } }
  await walk(options)
  expect(tls.connections()).toBeGreaterThanOrEqual(3)
  await expect(walk({ ...options, ssl: { ca: selfSigned().cert } })).rejects.toMatchObject({
    exitCode: 8,
    message: expect.stringMatching(/cannot be reached: .*(self-signed|signature|certificate)/i),
  })
})

test('another address keeps ssl, schema, entities and extra', async () => {
  const certificate = selfSigned()
  const tls = await front(url, certificate)
  cleanUps.push(() => tls.close())
  const elsewhere = new URL(url)
  elsewhere.port = String(tls.port)
  await admin.query('CREATE SCHEMA sales')
  cleanUps.push(() => admin.query('DROP SCHEMA sales CASCADE'))
  const options = {
    host: 'nowhere.invalid',
    username: 'nobody',
    password: 'wrong',
    database: 'gone',
    ssl: { ca: certificate.cert },
    schema: 'sales',
    extra: { application_name: 'ours' },
  }
  expect(await walk(options, { url: elsewhere.href })).toMatchObject({ schema: 'sales' })
})

test('of a replication the master is used, with an address of its own or a URL', async () => {
  const slaves = [{ host: '127.0.0.1', port: 1, username: 'nobody', database: 'gone' }]
  await walk({ replication: { master: parts(), slaves } })
  await walk({ replication: { master: { url: url.href }, slaves } })
})

test.each([
  ['by its folder as host', (folder: string) => ({ ...parts(), host: folder, port: 5432 })],
  ['inside a URL', (folder: string) => ({ url: `postgres://${url.username}@/${parts().database}?host=${folder}` })],
])('a unix socket %s', async (_how, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'autogen-'))
  const socket = await front(url, { path: join(folder, '.s.PGSQL.5432') })
  cleanUps.push(
    () => rmSync(folder, { recursive: true, force: true }),
    () => socket.close(),
  )
  await walk(options(folder))
  expect(socket.connections()).toBeGreaterThanOrEqual(3)
})

test.each([
  ['by an option of the session', (role: string) => ({ options: `-c role=${role}` })],
  ['by a hook of the pool', (role: string) => ({ onConnect: (client: Client) => client.query(`SET ROLE ${role}`) })],
])('a role set %s owns what is created', async (_how, extra) => {
  const role = `owner_${process.pid}_${Date.now().toString(36)}`
  await admin.query(`CREATE ROLE ${role}; ALTER DATABASE ${parts().database} OWNER TO ${role}`)
  cleanUps.push(() => admin.query(`REASSIGN OWNED BY ${role} TO CURRENT_USER; DROP ROLE ${role}`))
  expect(await walk({ ...parts(), extra: extra(role) })).toEqual({ owner: role, schema: 'public' })
})
