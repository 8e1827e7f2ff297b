// Inside an application that has its own data source open: it is used, and left as it was.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { check, current, downgrade, upgrade } from '../../src/index'
import type { MigrationModule } from '../../src/scripts/script'
import { ask, databases } from '../support/databases'

jest.setTimeout(60_000)

@typeorm.Entity()
class User extends typeorm.BaseEntity {
  @typeorm.PrimaryColumn()
  id!: number

  @typeorm.Column({ length: 100 })
  name!: string

  @typeorm.OneToMany(() => Post, (post) => post.author)
  posts!: Promise<Post[]>
}

@typeorm.Entity()
class Post extends typeorm.BaseEntity {
  @typeorm.PrimaryColumn()
  id!: number

  @typeorm.ManyToOne(() => User, (user) => user.posts)
  author!: Promise<User>
}

const first: MigrationModule = {
  revision: 'a1',
  downRevision: null,
  upgrade(op) {
    op.createTable({
      name: 'user',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'varchar(100)' },
      ],
      primaryKey: { columns: ['id'] },
    })
    op.createTable({
      name: 'post',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'authorId', type: 'integer', nullable: true },
      ],
      primaryKey: { columns: ['id'] },
      foreignKeys: [{ columns: ['authorId'], references: { table: 'user', columns: ['id'] } }],
    })
    op.bulkInsert('user', [{ id: 1, name: 'Ann' }])
    op.bulkInsert('post', [{ id: 1, authorId: 1 }])
  },
  downgrade(op) {
    op.dropTable('post')
    op.dropTable('user')
  },
}

/** Does what scripts do with TypeORM itself: reads and writes through the manager it is given. */
const second: MigrationModule = {
  revision: 'b2',
  downRevision: 'a1',
  async upgrade(op) {
    await op.manager(async (manager) => {
      const [ann] = await (manager as typeorm.EntityManager).find(User)
      await (manager as typeorm.EntityManager).update(User, { id: ann!.id }, { name: 'Anna' })
    })
  },
  downgrade(op) {
    op.execute(`UPDATE "user" SET name = 'Ann'`)
  },
}

// Where settings are looked for: an application's folder, not this repository's.
const cwd = mkdtempSync(join(tmpdir(), 'autogen-host-'))
const cleanUps: (() => unknown)[] = [() => rmSync(cwd, { recursive: true, force: true })]
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

describe.each(databases)('on %s', (name, open) => {
  // One connection is all an application may have to give.
  const pool = name === 'postgres' ? { poolSize: 1 } : {}

  async function host(extra: object = {}) {
    const database = await open()
    const options = { ...database.options, ...pool, ...extra, entities: [User, Post] }
    const dataSource = await new typeorm.DataSource(options as unknown as typeorm.DataSourceOptions).initialize()
    cleanUps.push(database.drop, () => (dataSource.isInitialized ? dataSource.destroy() : undefined))
    return { database, dataSource }
  }

  test('an initialised data source is used and stays what it was', async () => {
    const { dataSource, database } = await host()
    const before = stateOf(dataSource)

    expect(await upgrade({ cwd, dataSource, migrations: [first, second] })).toMatchObject({ from: [], to: ['b2'] })
    expectSame(dataSource, before)
    expect(await current({ cwd, dataSource, migrations: [first, second] })).toMatchObject({
      heads: ['b2'],
      atHead: true,
    })
    expectSame(dataSource, before)
    expect(await check({ cwd, dataSource, migrations: [first, second], names: false })).toMatchObject({
      problems: [],
      exitCode: 0,
    })
    expectSame(dataSource, before)

    expect(await User.find()).toMatchObject([{ id: 1, name: 'Anna' }])
    expect(await dataSource.manager.count(Post)).toBe(1)
    await dataSource.transaction(async (manager) => manager.save(manager.create(User, { id: 2, name: 'Bob' })))
    expect(await User.count()).toBe(2)
    expect(await dataSource.query('SELECT name FROM "user" WHERE id = 2')).toEqual([{ name: 'Bob' }])

    await downgrade({ cwd, dataSource, migrations: [first, second], target: 'base' })
    expectSame(dataSource, before)
    await dataSource.destroy()
    expect(await ask(database, 'SELECT count(*) AS rows FROM autogen_version')).toMatchObject([
      { rows: expect.anything() },
    ])
  })

  test('its logger hears a line per migration, without a gap where there is no message', async () => {
    const { dataSource } = await host()
    const lines: string[] = []
    const logger = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) }
    await upgrade({ cwd, dataSource, migrations: { './a1_first_tables.ts': first, b2: second }, logger })
    expect(lines).toEqual([
      expect.stringMatching(/^upgrade a1 first tables \d+ ms$/),
      expect.stringMatching(/^upgrade b2 \d+ ms$/),
    ])
  })

  test('a lazy relation loads before and after, in an instance from before as in a new one', async () => {
    const { dataSource } = await host()
    await upgrade({ cwd, dataSource, migrations: [first] })
    const [early, late] = [await User.findOneByOrFail({ id: 1 }), await User.findOneByOrFail({ id: 1 })]
    expect(await early.posts).toMatchObject([{ id: 1 }])

    expect(await check({ cwd, dataSource, migrations: [first] })).toMatchObject({ exitCode: 0 })
    await upgrade({ cwd, dataSource, migrations: [first, second] })

    expect(await late.posts).toMatchObject([{ id: 1 }])
    const [post] = await (await User.findOneByOrFail({ id: 1 })).posts
    expect(await post!.author).toMatchObject({ id: 1, name: 'Anna' })
  })

  test('a second data source over the same classes, not initialised, leaves them to the first', async () => {
    const { dataSource, database } = await host()
    await upgrade({ cwd, dataSource, migrations: [first] })
    if (name === 'sqljs') await dataSource.destroy().then(() => dataSource.initialize())
    const before = stateOf(dataSource)
    const other = new typeorm.DataSource({
      ...database.options,
      entities: [User, Post],
    } as unknown as typeorm.DataSourceOptions)
    const early = await User.findOneByOrFail({ id: 1 })

    expect(await check({ cwd, dataSource: other, migrations: [first] })).toMatchObject({ exitCode: 0 })
    expect(await check({ cwd, dataSource: other, migrations: [first], fromHistory: true })).toMatchObject({
      exitCode: 0,
    })
    expect(await upgrade({ cwd, dataSource: other, migrations: [first, second] })).toMatchObject({ to: ['b2'] })

    expectSame(dataSource, before)
    expect(other.isInitialized).toBe(false)
    expect(await early.posts).toMatchObject([{ id: 1 }])
    expect(await User.count()).toBe(1)
    expect((await (await User.findOneByOrFail({ id: 1 })).posts).length).toBe(1)
  })

  if (name !== 'postgres') {
    // sql.js cannot write its file while TypeORM knows of no transaction.
    test.each(name === 'sqljs' ? ['TypeORM'] : ['SQL', 'TypeORM'])(
      'a transaction that it has begun by %s is refused, and is still its own',
      async (how) => {
        const { dataSource } = await host()
        const runner = dataSource.createQueryRunner()
        if (how === 'SQL') await dataSource.query('BEGIN')
        else await runner.startTransaction()
        await dataSource.query('CREATE TABLE "own" ("id" integer)')
        const settings = { cwd, dataSource, migrations: [first] }
        await expect(upgrade(settings)).rejects.toMatchObject({ code: 'open-transaction', exitCode: 6 })
        expect((await current(settings)).heads).toEqual([])
        if (how === 'SQL') await dataSource.query('COMMIT')
        else await runner.commitTransaction()
        expect(await dataSource.query('SELECT * FROM "own"')).toEqual([])
        expect(await upgrade(settings)).toMatchObject({ from: [], to: ['a1'] })
      },
    )
  }

  test('a failed upgrade leaves it usable, with no transaction open', async () => {
    const { dataSource } = await host()
    const before = stateOf(dataSource)
    const broken: MigrationModule = { ...second, upgrade: (op) => op.execute('INSERT INTO nowhere VALUES (1)') }
    await expect(upgrade({ cwd, dataSource, migrations: [first, broken] })).rejects.toMatchObject({
      code: 'migration-failed',
    })
    expectSame(dataSource, before)
    expect(await User.find()).toMatchObject([{ name: 'Ann' }])
    await dataSource.transaction(async (manager) => manager.update(User, { id: 1 }, { name: 'Ann again' }))
    expect(await User.find()).toMatchObject([{ name: 'Ann again' }])
  })

  test('neither its logger nor its subscribers hear what a connection of our own does', async () => {
    const heard: string[] = []
    const logger: typeorm.Logger = {
      logQuery: (query) => void heard.push(query),
      logQueryError: (error) => void heard.push(String(error)),
      logQuerySlow: () => undefined,
      logSchemaBuild: (message) => void heard.push(message),
      logMigration: (message) => void heard.push(message),
      log: () => undefined,
    }
    class Listener implements typeorm.EntitySubscriberInterface {
      beforeUpdate = () => void heard.push('update')
    }
    typeorm.EventSubscriber()(Listener)
    const { dataSource, database } = await host()
    await upgrade({ cwd, dataSource, migrations: [first] })
    if (name === 'sqljs') await dataSource.destroy()
    const other = new typeorm.DataSource({
      ...database.options,
      entities: [User, Post],
      subscribers: [Listener],
      logger,
      logging: true,
    } as unknown as typeorm.DataSourceOptions)
    await check({ cwd, dataSource: other, migrations: [first] })
    await upgrade({ cwd, dataSource: other, migrations: [first, second] })
    expect(heard).toEqual([])
  })
})

/** All that an application could notice. */
function stateOf(dataSource: typeorm.DataSource) {
  return {
    isInitialized: dataSource.isInitialized,
    options: dataSource.options,
    driver: dataSource.driver,
    manager: dataSource.manager,
    metadatas: dataSource.entityMetadatas,
    each: [...dataSource.entityMetadatas],
    subscribers: [...dataSource.subscribers],
    migrations: [...dataSource.migrations],
    repository: dataSource.getRepository(User),
    boundTo: Reflect.get(User, 'dataSource') as unknown,
    properties: Object.getOwnPropertyNames(User.prototype),
    connections: connections(dataSource),
  }
}

function expectSame(dataSource: typeorm.DataSource, before: ReturnType<typeof stateOf>): void {
  const { each, subscribers, migrations, properties, connections: opened, ...identities } = stateOf(dataSource)
  for (const [key, value] of Object.entries(identities)) {
    // Not toBe: a difference of two data sources is too long to print.
    if (value !== before[key as keyof typeof before]) throw new Error(`${key} is not what it was`)
  }
  expect(each.length).toBe(before.each.length)
  expect(each.every((metadata, index) => metadata === before.each[index])).toBe(true)
  expect(
    each.every((metadata) => metadata.connection === dataSource || Reflect.get(metadata, 'dataSource') === dataSource),
  ).toBe(true)
  expect({ subscribers, migrations, properties, opened }).toEqual({
    subscribers: before.subscribers,
    migrations: before.migrations,
    properties: before.properties,
    opened: opened && { ...opened, idleCount: opened.totalCount, waitingCount: 0 },
  })
  expect(dataSource.getMetadata(User).target).toBe(User)
}

interface Pool {
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

/** Of PostgreSQL's pool: how many connections there are, and that none is taken. */
function connections(dataSource: typeorm.DataSource): Pool | undefined {
  const pool = Reflect.get(dataSource.driver, 'master') as Pool | undefined
  if (pool === undefined) return undefined
  const { totalCount, idleCount, waitingCount } = pool
  return { totalCount, idleCount, waitingCount }
}
