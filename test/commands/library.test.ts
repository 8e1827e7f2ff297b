// Every command as a function: plain data comes back, nothing is printed, and errors are thrown as facts.
import 'reflect-metadata'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { freshSqlite, type TestDatabase } from '../support/databases'
import { freshFolder } from '../support/projects'

@typeorm.Entity()
class User {
  @typeorm.PrimaryGeneratedColumn() id!: number
  @typeorm.Column('varchar') name!: string
}

@typeorm.Entity('user')
class UserWithEmail {
  @typeorm.PrimaryGeneratedColumn() id!: number
  @typeorm.Column('varchar') name!: string
  @typeorm.Column('varchar', { nullable: true }) email!: string
}

/** A folder for revisions and a database, as the options every function takes. */
function world(entities: readonly Function[] = [User]) {
  const cwd = freshFolder()
  mkdirSync(join(cwd, 'migrations'))
  writeFileSync(join(cwd, 'package.json'), '{}')
  const database = freshSqlite('sqljs')
  opened.push(database)
  const withEntities = (those: readonly Function[]) => ({ cwd, dataSource: sourceOf(database, { entities: those }) })
  return { database, withEntities, ...withEntities(entities) }
}

function sourceOf({ options }: TestDatabase, more: object): typeorm.DataSource {
  return new typeorm.DataSource({ ...options, ...more } as unknown as typeorm.DataSourceOptions)
}

const opened: TestDatabase[] = []
afterAll(() => Promise.all(opened.map((database) => database.drop())))

/** What was returned, once it is sure that nothing was printed and that JSON carries all of it. */
async function data<R extends object>(work: Promise<R>): Promise<R> {
  const printing = [
    jest.spyOn(process.stdout, 'write'),
    ...(['log', 'info', 'warn', 'error'] as const).map((method) => jest.spyOn(console, method)),
  ]
  const result = await work
  const calls = printing.flatMap((spy) => spy.mock.calls)
  for (const spy of printing) spy.mockRestore()
  expect(calls).toEqual([])
  expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  return result
}

async function failure(work: Promise<unknown>): Promise<autogen.AutogenError> {
  try {
    await work
  } catch (error) {
    expect(error).toBeInstanceOf(autogen.AutogenError)
    return error as autogen.AutogenError
  }
  throw new Error('Nothing failed.')
}

test('the whole walk', async () => {
  const { cwd, dataSource, withEntities, database } = world()
  const created = { operations: [{ text: '+ table user (2 columns)', destructive: false }] }
  expect(await data(autogen.revision({ cwd, dataSource, message: 'users', revId: 'aaaa' }))).toEqual({
    ...created,
    revision: 'aaaa',
    parents: [],
    message: 'users',
    path: join(cwd, 'migrations/aaaa_users.js'),
    source: readFileSync(join(cwd, 'migrations/aaaa_users.js'), 'utf8'),
    unmanaged: [],
    hidden: [],
    candidates: [],
    rewritten: [],
    renames: {},
    historyDiffers: false,
    alreadyThere: false,
  })
  const step = (revision: string, direction: string, message: string) => {
    return { revision, direction, message, durationMs: expect.any(Number) }
  }
  expect(await data(autogen.upgrade({ cwd, dataSource }))).toEqual({
    from: [],
    to: ['aaaa'],
    steps: [step('aaaa', 'up', 'users')],
    state: 'known',
  })
  const agree = { database: database.options.location, problems: [], operations: [], exitCode: 0 }
  expect(await data(autogen.check({ cwd, dataSource }))).toEqual({
    ...agree,
    unmanaged: [],
    hidden: [],
    candidates: [],
    rewritten: [],
    uncertain: [],
  })

  const grown = withEntities([UserWithEmail])
  expect(await data(autogen.check(grown))).toMatchObject({
    problems: [{ code: 'drift', exitCode: 3, message: 'The entities and the database differ in 1 place.' }],
    operations: [{ text: '+ column user.email varchar null', destructive: false, operation: { kind: 'addColumn' } }],
    exitCode: 3,
  })
  await data(autogen.revision({ ...grown, message: 'email', revId: 'bbbb' }))
  await data(autogen.upgrade(grown))
  expect(await data(autogen.downgrade({ ...grown, target: '-1' }))).toMatchObject({
    from: ['bbbb'],
    to: ['aaaa'],
    steps: [step('bbbb', 'down', 'email')],
  })
  expect(await data(autogen.stamp({ ...grown, targets: 'head', reason: 'seen' }))).toEqual({
    from: ['aaaa'],
    to: ['bbbb'],
    steps: [{ revision: 'bbbb', direction: 'up' }],
    unknown: [],
  })
  const listed = (revision: string, parents: string[], message: string, more: object) => ({
    revision,
    parents,
    message,
    dependsOn: [],
    labels: [],
    createdAt: expect.stringMatching(/^2\d{3}-/),
    path: join(cwd, `migrations/${revision}_${message}.js`),
    effectiveHead: false,
    branchPoint: false,
    mergePoint: false,
    ...more,
  })
  const newest = listed('bbbb', ['aaaa'], 'email', { head: true })
  expect(await data(autogen.heads(grown))).toEqual({ heads: [newest] })
  expect(await data(autogen.current(grown))).toEqual({
    database: database.options.location,
    heads: ['bbbb'],
    revisions: [{ ...newest, current: true }],
    unknown: [],
    state: 'known',
    skipped: [],
    atHead: true,
    attempts: [],
  })
  expect(await data(autogen.history({ ...grown, indicateCurrent: true }))).toEqual({
    revisions: [{ ...newest, current: true }, listed('aaaa', [], 'users', { head: false, current: false })],
    lines: [
      { graph: '*', revision: 'bbbb' },
      { graph: '*', revision: 'aaaa' },
    ],
    unknown: [],
  })
})

describe('branches', () => {
  /** base <- left, base <- right, as a person types them. */
  async function fork() {
    const { cwd, dataSource, database } = world([])
    const options = { cwd, dataSource }
    const write = (revId: string, more: autogen.RevisionOptions = {}) =>
      autogen.revision({ ...options, message: revId, revId, empty: true, ...more })
    await write('root')
    await write('left')
    await write('right', { head: 'root', splice: true, branchLabel: ['blue'] })
    return { options, write, database, source: (file: string) => readFileSync(join(cwd, 'migrations', file), 'utf8') }
  }

  test('a parent that is no head wants --splice, two heads want one of them or a merge', async () => {
    const { write } = await fork()
    expect(await failure(write('more'))).toMatchObject({
      code: 'multiple-heads',
      exitCode: 4,
      heads: ['left', 'right'],
      hint: expect.stringContaining('autogen merge heads'),
    })
    expect(await failure(write('more', { head: 'root' }))).toMatchObject({
      message: 'root is not a head.',
      hint: expect.stringContaining('--splice'),
    })
    expect(await write('more', { head: 'blue@head', dependsOn: ['left'] })).toMatchObject({ parents: ['right'] })
    expect(await failure(write('more', { head: 'left' }))).toMatchObject({ message: 'The id "more" is taken.' })
  })

  test('labels, dependencies and parents stand in the file', async () => {
    const { source, write } = await fork()
    await write('next', { head: 'right', dependsOn: ['left'] })
    expect(source('right_right.js')).toMatch(/^exports\.branchLabels = \['blue'\]|exports\.branchLabels = 'blue'$/m)
    expect(source('right_right.js')).toMatch(/^exports\.downRevision = 'root'$/m)
    expect(source('next_next.js')).toMatch(/^exports\.dependsOn = 'left'$/m)
  })

  test('a branch goes back to base alone; what the other one stands on stays', async () => {
    const { options } = await fork()
    await autogen.upgrade({ ...options, target: 'heads' })
    expect(await autogen.downgrade({ ...options, target: 'blue@base' })).toMatchObject({ to: ['left'] })
    expect((await autogen.current(options)).heads).toEqual(['left'])
    expect(await autogen.downgrade({ ...options, target: 'left@base' })).toMatchObject({ to: [] })
  })

  test('upgrade head is refused, upgrade heads is not, and after a merge there is one head again', async () => {
    const { options, write } = await fork()
    expect(await failure(autogen.upgrade(options))).toMatchObject({ exitCode: 4, hint: expect.stringMatching(/merge/) })
    expect(await autogen.upgrade({ ...options, target: 'heads' })).toMatchObject({ to: ['left', 'right'] })
    expect(await data(autogen.merge({ ...options, revisions: 'heads', revId: 'both' }))).toMatchObject({
      revision: 'both',
      parents: ['left', 'right'],
      message: 'merge left and right',
    })
    expect(await autogen.upgrade(options)).toMatchObject({ from: ['left', 'right'], to: ['both'] })
    expect(await write('after')).toMatchObject({ parents: ['both'] })
    expect(await autogen.downgrade({ ...options, target: 'root' })).toMatchObject({ to: ['root'] })
    expect(await autogen.upgrade(options)).toMatchObject({ to: ['after'] })
  })

  test.each([
    [['left'], 'There is nothing to merge: only left was named.'],
    [['left', 'root'], 'root is already below another of the revisions to merge.'],
  ])('merging %j is refused', async (revisions, message) => {
    const { options } = await fork()
    expect(await failure(autogen.merge({ ...options, revisions }))).toMatchObject({ message, exitCode: 2 })
  })

  test.each([
    [undefined, ['right', 'left', 'root']],
    ['root:left', ['left', 'root']],
    [':blue@head', ['right', 'root']],
    ['left:', ['left']],
    ['current:', ['right', 'left', 'root']],
    ['-1:current', ['right', 'root']],
  ])('history of %j is %j', async (revRange, expected) => {
    const { options } = await fork()
    await autogen.upgrade({ ...options, target: revRange === 'current:' ? 'root' : 'right' })
    const { revisions } = await data(autogen.history(revRange === undefined ? options : { ...options, revRange }))
    expect(revisions.map(({ revision }) => revision).sort()).toEqual([...expected].sort())
  })
})

describe('where a database is', () => {
  async function behind() {
    const { withEntities, ...one } = world([])
    const options = { cwd: one.cwd, dataSource: one.dataSource }
    for (const revId of ['first', 'second']) await autogen.revision({ ...options, message: revId, revId, empty: true })
    return { ...options, withEntities }
  }

  test('a revision is compared only at head', async () => {
    const options = await behind()
    expect(await failure(autogen.revision({ ...options, message: 'x' }))).toMatchObject({
      code: 'not-at-head',
      exitCode: 4,
      message: 'The database is at base, but the newest revision is second.',
      hint: expect.stringMatching(/autogen upgrade head.*--from-history/),
    })
  })

  test.each([
    ['head', ['second']],
    ['base', []],
    ['first', ['first']],
    ['firs', ['first']],
    [['first'], ['first']],
  ])('stamp %j moves it to %j, wherever it was', async (targets, to) => {
    const options = await behind()
    for (const before of ['base', 'second']) {
      await autogen.upgrade({ ...options, target: 'head' })
      await autogen.downgrade({ ...options, target: before === 'base' ? 'base' : 'first' })
      expect((await data(autogen.stamp({ ...options, targets }))).to).toEqual(to)
      expect((await autogen.current(options)).heads).toEqual(to)
      await autogen.stamp({ ...options, targets: 'base' })
    }
  })

  test('a history that begins on tables it did not make is no reason to fail', async () => {
    const options = world([UserWithEmail])
    const dataSource = await options.dataSource.initialize()
    await dataSource.query('CREATE TABLE "user" (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL)')
    const { path } = await autogen.revision({ ...options, message: 'email', revId: 'aaaa', empty: true })
    writeFileSync(
      path!,
      `exports.revision = 'aaaa'\nexports.downRevision = null
exports.upgrade = (op) => op.addColumn('user', { name: 'email', type: 'varchar', nullable: true })\n`,
    )
    await autogen.upgrade(options)
    expect(await autogen.revision({ ...options, message: 'nothing' })).toMatchObject({
      operations: [],
      historyDiffers: false,
    })
    await dataSource.destroy()
  })

  test('a purge gets past a revision that nobody knows', async () => {
    const options = await behind()
    const dataSource = await options.dataSource.initialize()
    await autogen.stamp({ ...options, targets: 'head' })
    await dataSource.query(`UPDATE autogen_version SET version_num = 'gone'`)
    await dataSource.query('DELETE FROM autogen_log')
    expect(await failure(autogen.upgrade(options))).toMatchObject({ code: 'diverged', exitCode: 4 })
    expect(await autogen.stamp({ ...options, targets: 'first' })).toMatchObject({ to: ['first', 'gone'] })
    expect(await autogen.stamp({ ...options, targets: 'head', purge: true })).toMatchObject({
      from: ['first', 'gone'],
      to: ['second'],
    })
    await dataSource.destroy()
  })
})

describe('check', () => {
  const unreachable = { type: 'postgres' as const, host: '127.0.0.1', port: 1, username: 'ada', database: 'shop' }

  async function twoHeads() {
    const one = world()
    for (const revId of ['left', 'right'])
      await autogen.revision({ ...one, message: revId, revId, empty: true, head: 'base', splice: true })
    return one
  }

  test('lists what nobody declares and nobody of ours created, and does not fail for it', async () => {
    const { cwd, dataSource } = world([])
    await dataSource.initialize()
    await dataSource.query('CREATE TABLE theirs (id integer)')
    expect(await data(autogen.check({ cwd, dataSource }))).toMatchObject({
      unmanaged: ['table theirs (1 column)'],
      operations: [],
      problems: [],
      exitCode: 0,
    })
    expect(await data(autogen.check({ cwd, dataSource, includeUnmanaged: true }))).toMatchObject({
      unmanaged: [],
      operations: [{ text: '- table theirs (1 column)', destructive: true }],
      exitCode: 3,
    })
    await dataSource.destroy()
  })

  test('tells all that is wrong; the revisions count before the drift', async () => {
    const { cwd, dataSource } = await twoHeads()
    expect(await data(autogen.check({ cwd, dataSource }))).toMatchObject({
      problems: [
        { code: 'several-heads', exitCode: 4 },
        { code: 'drift', exitCode: 3, hint: 'Mend the revisions first, then check again.' },
      ],
      exitCode: 4,
    })
    writeFileSync(
      join(cwd, 'migrations/astray.js'),
      `exports.revision = 'x1x1'\nexports.downRevision = 'gone'\nexports.upgrade = () => {}\n`,
    )
    expect(await data(autogen.check({ cwd, dataSource }))).toMatchObject({
      problems: [
        { code: 'missing-parent', exitCode: 4 },
        { code: 'drift', exitCode: 3 },
      ],
    })
  })

  test('a pending file that cannot be loaded counts before all; the rest is told with it', async () => {
    const { cwd, dataSource } = await twoHeads()
    const broken = `exports.revision = 'x1x1'\nexports.downRevision = 'left'\nexports.upgrade = function ( {\n`
    writeFileSync(join(cwd, 'migrations/broken.js'), broken)
    // Written by hand, as the revision was; a stale one would be told, too.
    rmSync(join(cwd, 'migrations/HEAD'), { force: true })
    expect(await data(autogen.check({ cwd, dataSource }))).toMatchObject({
      problems: [
        { code: 'migration-syntax', exitCode: 2, message: expect.stringContaining('broken.js:4 has a syntax error') },
        { code: 'several-heads', exitCode: 4 },
        { code: 'drift', exitCode: 3 },
      ],
      exitCode: 2,
    })
    const unanswered = new typeorm.DataSource(unreachable)
    const error = (await failure(autogen.check({ cwd, dataSource: unanswered }))) as autogen.SeveralProblemsError
    expect(error.problems.map(({ code }) => code)).toEqual([
      'migration-syntax',
      'database-unreachable',
      'several-heads',
    ])
  })

  test('a database that does not answer counts before the revisions', async () => {
    const { cwd } = await twoHeads()
    const dataSource = new typeorm.DataSource(unreachable)
    const error = (await failure(autogen.check({ cwd, dataSource }))) as autogen.SeveralProblemsError
    expect(error).toMatchObject({ code: 'several-problems', exitCode: 8 })
    expect(error.problems).toMatchObject([
      { code: 'database-unreachable', exitCode: 8 },
      { code: 'several-heads', exitCode: 4 },
    ])
  })

  test('entities that are wrong count before both', async () => {
    const { cwd } = await twoHeads()
    @typeorm.Entity()
    class Nothing {}
    const dataSource = new typeorm.DataSource({ ...unreachable, entities: [Nothing] })
    const error = (await failure(autogen.check({ cwd, dataSource }))) as autogen.SeveralProblemsError
    expect(error.problems.map(({ exitCode }) => exitCode)).toEqual([2, 8, 4])
    expect(error.exitCode).toBe(2)
  })

  test('one reason alone is the error itself', async () => {
    const dataSource = new typeorm.DataSource(unreachable)
    expect(await failure(autogen.check({ ...world([]), dataSource }))).toMatchObject({
      code: 'database-unreachable',
      exitCode: 8,
    })
  })
})

test('where nothing says that there is a project, that is what is wrong', async () => {
  const cwd = freshFolder()
  expect(await failure(autogen.check({ cwd }))).toMatchObject({ code: 'settings-not-found', place: cwd })
  writeFileSync(join(cwd, 'autogen.config.json'), '{}')
  expect(await failure(autogen.check({ cwd }))).toMatchObject({
    code: 'migrations-folder-not-found',
    hint: expect.stringMatching(/^Run `autogen init`/),
  })
  writeFileSync(join(cwd, 'autogen.config.json'), '{ "migrations": "migratoins" }')
  expect(await failure(autogen.check({ cwd }))).toMatchObject({
    message: `There is no migrations folder ${join(cwd, 'migratoins')}.`,
    hint: `Correct \`migrations\` in ${join(cwd, 'autogen.config.json')}, or run \`autogen init\` to make the folder if its name is right.`,
  })
  writeFileSync(join(cwd, 'autogen.config.json'), '{}')
  mkdirSync(join(cwd, 'migrations'))
  expect(await failure(autogen.check({ cwd }))).toMatchObject({
    message: `${join(cwd, 'autogen.config.json')} names no data source, and there is no ormconfig.* beside it or above.`,
    hint: 'Add `dataSource` to the settings, or name a file with `-d FILE`.',
  })
})

test('init sets up the folder it is pointed at', async () => {
  const cwd = freshFolder()
  writeFileSync(join(cwd, 'package.json'), '{ "dependencies": { "typeorm": "1", "reflect-metadata": "0", "pg": "8" } }')
  expect(await data(autogen.init({ cwd }))).toEqual({
    folder: cwd,
    created: ['ormconfig.js', 'migrations/', 'autogen.config.json'],
    kept: [],
    next: [
      'Look at ormconfig.js: it says where your database (DATABASE_URL) and your entities are.',
      'Then write the first migration:  npx autogen revision -m "first"',
    ],
  })
})
