// Settings that a command obeys: protected databases, another address, what TypeORM must not do beside us.
import 'reflect-metadata'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { freshFolder } from '../support/projects'

const migrations: autogen.MigrationModule[] = [
  {
    revision: 'aaaa',
    downRevision: null,
    upgrade: (op) => op.createTable({ name: 'kept', columns: [{ name: 'id', type: 'integer' }] }),
    downgrade: (op) => op.dropTable('kept'),
  },
]

const opened: TestDatabase[] = []
afterAll(() => Promise.all(opened.map((database) => database.drop())))

function sqlite(): ReturnType<typeof freshSqlite> {
  const database = freshSqlite('sqljs')
  opened.push(database)
  return database
}

function sourceOf(options: object): typeorm.DataSource {
  return new typeorm.DataSource(options as typeorm.DataSourceOptions)
}

describe('a protected database', () => {
  const dangerous: [string, (options: autogen.ProjectOptions & { yesOn?: string }) => Promise<unknown>][] = [
    ['downgrade', (options) => autogen.downgrade({ ...options, target: 'base' })],
    ['stamp', (options) => autogen.stamp({ ...options, targets: 'base' })],
    ['stamp --purge', (options) => autogen.stamp({ ...options, targets: 'base', purge: true })],
  ]

  test.each(dangerous)('%s asks for its name, and nothing else will do', async (command, run) => {
    const { options: fields, file } = sqlite()
    const options = { dataSource: sourceOf(fields), migrations, protect: ['*test.sqlite'] }
    expect((await autogen.upgrade(options)).to).toEqual(['aaaa'])
    for (const refused of [{}, { yesOn: 'test.sqlite' }, { yesOn: 'yes' }, { yesOn: '' }]) {
      await expect(run({ ...options, ...refused })).rejects.toMatchObject({
        code: 'protected-database',
        exitCode: 6,
        message: `${file} is protected by your settings, so ${command} does not run there unasked.`,
        hint: `If you mean it, add \`--yes-on ${file}\`.`,
      })
    }
    expect((await autogen.current(options)).heads).toEqual(['aaaa'])
    await run({ ...options, yesOn: file })
    expect((await autogen.current(options)).heads).toEqual([])
  })

  test.each([
    ['db.example.com/shop', true],
    ['DB.Example.com/shop', true],
    ['*.example.com/*', true],
    ['*/shop', true],
    ['shop', true],
    ['sh*', true],
    ['db.example.com/*', true],
    ['dbxexample.com/shop', false],
    ['example.com/shop', false],
    ['db.example.com/sho', false],
    ['db.example.com', false],
    ['db.example.com:1/shop', true],
    ['db.example.com:*/shop', true],
    ['ada@db.example.com/shop', true],
    ['ada@db.example.com:1/shop', true],
    ['*@*/shop', true],
    ['db.example.com:2/shop', false],
    ['bob@db.example.com:1/shop', false],
    ['bob@*', false],
    ['*.example.com/stock', false],
  ])('the pattern %s protects postgres://db.example.com/shop: %p', async (pattern, isProtected) => {
    const dataSource = sourceOf({ type: 'postgres', url: 'postgres://ada@db.example.com:1/shop', host: 'x' })
    const refused = autogen.downgrade({ dataSource, migrations, protect: ['other', pattern], target: 'base' })
    await expect(refused).rejects.toMatchObject({ code: isProtected ? 'protected-database' : 'database-unreachable' })
  })

  test('a file is protected under the name that messages print', async () => {
    const dataSource = sourceOf({ type: 'sqljs', location: 'data/app.sqlite' })
    const refused = autogen.downgrade({ dataSource, migrations, protect: ['data/app.sqlite'], target: 'base' })
    await expect(refused).rejects.toMatchObject({ code: 'protected-database' })
  })

  test('SQL may be printed for it', async () => {
    const dataSource = sourceOf({ type: 'postgres', url: 'postgres://ada@db.example.com/shop' })
    const printed = await autogen.downgrade({ dataSource, migrations, protect: ['*'], target: 'head:base', sql: true })
    expect(printed.sql).toContain('DROP TABLE "public"."kept"')
  })
})

describe('another address', () => {
  /** A folder with settings, and which database a command in it goes to. */
  function folder(settings: object) {
    const cwd = freshFolder()
    mkdirSync(join(cwd, 'migrations'))
    writeFileSync(join(cwd, 'autogen.config.json'), JSON.stringify(settings))
    return cwd
  }
  const goesTo = async (options: autogen.ProjectOptions) => (await autogen.current(options)).database
  const dataSource = () => sourceOf({ type: 'sqljs', location: 'own.sqlite', autoSave: true })

  afterEach(() => {
    delete process.env.AUTOGEN_URL
  })

  test('what is asked for comes before AUTOGEN_URL, that before the settings, and those before the data source', async () => {
    const cwd = folder({ url: 'sqlite:written.sqlite' })
    const options = { cwd, dataSource: dataSource() }
    expect(await goesTo({ ...options, cwd: folder({}) })).toBe('own.sqlite')
    expect(await goesTo(options)).toBe(join(cwd, 'written.sqlite'))
    process.env.AUTOGEN_URL = join(cwd, 'environment.sqlite')
    expect(await goesTo(options)).toBe(join(cwd, 'environment.sqlite'))
    expect(await goesTo({ ...options, url: 'asked.sqlite' })).toBe(join(cwd, 'asked.sqlite'))
    process.env.AUTOGEN_URL = ''
    expect(await goesTo(options)).toBe(join(cwd, 'written.sqlite'))
  })

  test('the data source that an application has opened is meant as it is, whatever the environment says', async () => {
    const { options, file } = sqlite()
    const open = await sourceOf(options).initialize()
    process.env.AUTOGEN_URL = ':memory:'
    expect(await goesTo({ cwd: folder({}), dataSource: open })).toBe(file)
    await open.destroy()
  })
})

describe('what TypeORM would do by itself', () => {
  const databases: [string, () => Promise<TestDatabase>][] = [
    ['sqljs', async () => freshSqlite('sqljs')],
    ['postgres', freshPostgres],
  ]

  @typeorm.Entity()
  class Wanted {
    @typeorm.PrimaryGeneratedColumn() id!: number
  }

  test.each(databases)('is warned of in one line and never done, on %s', async (_name, open) => {
    const database = await open()
    opened.push(database)
    const actions = { synchronize: true, dropSchema: true, migrationsRun: true }
    const dataSource = sourceOf({ ...database.options, ...actions, entities: [Wanted] })
    const warnings: string[] = []
    const logger = { info: () => undefined, warn: (message: string) => warnings.push(message) }
    const options = { dataSource, migrations, logger }

    await autogen.upgrade(options)
    expect((await autogen.check(options)).operations.map(({ text }) => text)).toEqual([
      '- table kept (1 column)',
      '+ table wanted (1 column)',
    ])
    expect(await autogen.current(options)).toMatchObject({ heads: ['aaaa'] })
    expect((await autogen.upgrade({ ...options, target: 'head', sql: true })).sql).toContain('CREATE TABLE')

    const warning =
      'Your data source sets synchronize: true, dropSchema: true, migrationsRun: true: ' +
      'TypeORM will change the schema by itself when the application starts; set it to false.'
    expect(warnings).toEqual([warning, warning, warning, warning])
    const plain = await sourceOf(database.options).initialize()
    expect(await plain.query('SELECT id FROM kept')).toEqual([])
    await expect(plain.query('SELECT id FROM wanted')).rejects.toThrow(/wanted/)
    await plain.destroy()
  })

  test.each([
    ['dist/migrations/*.js', true],
    ['src/migrations/*{.ts,.js}', true],
    ['**/migrations/*.js', true],
    ['src/typeorm/*.ts', false],
    ['src/migrations/*.migration.ts', false],
  ])('a glob of its own, %s, that reaches our folder is warned of: %p', async (glob, isWarned) => {
    const cwd = freshFolder()
    mkdirSync(join(cwd, 'src/migrations'), { recursive: true })
    const warnings: string[] = []
    await autogen.current({
      cwd,
      dataSource: sourceOf({ ...sqlite().options, migrations: [join(cwd, glob), function First1700000000000() {}] }),
      migrations: { source: 'src/migrations', compiled: 'dist/migrations' },
      onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
    })
    expect(warnings).toEqual(isWarned ? [expect.stringMatching(/`migrations` reach the folder of your revisions/)] : [])
  })

  test('a class of its own in our folder is named, and is not run', async () => {
    const cwd = freshFolder()
    mkdirSync(join(cwd, 'migrations'))
    writeFileSync(
      join(cwd, 'migrations/1700000000000-First.js'),
      `module.exports = class First1700000000000 { async up(runner) { throw new Error('upgrade') } }\n`,
    )
    const warnings: string[] = []
    await autogen.upgrade({
      cwd,
      dataSource: sourceOf(sqlite().options),
      onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
    })
    expect(warnings).toEqual([
      `${join(cwd, 'migrations/1700000000000-First.js')} is a migration of TypeORM's own, which we do not run: move it out of the folder.`,
    ])
  })

  test.each([['synchronize'], ['dropSchema'], ['migrationsRun']])('%s alone is named alone', async (option) => {
    const dataSource = sourceOf({ ...sqlite().options, [option]: true })
    const warnings: string[] = []
    await autogen.current({
      dataSource,
      migrations,
      onEvent: (event) => void (event.type === 'warning' && warnings.push(event.message)),
    })
    expect(warnings).toEqual([expect.stringContaining(`sets ${option}: true: TypeORM`)])
  })
})
