// What Alembic's own suite holds of its commands, by the numbers of docs/comparison.md.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { freshFolder } from '../support/projects'

const databases: TestDatabase[] = []
afterAll(() => Promise.all(databases.map((database) => database.drop())))

/** What every function is called with here. */
type Options = autogen.ProjectOptions & { cwd: string; dataSource: typeorm.DataSource }

/** A project without entities; `write` adds an empty revision. */
function projectOn(database: TestDatabase, settings: Omit<autogen.Settings, 'dataSource'> = {}) {
  databases.push(database)
  const cwd = freshFolder()
  for (const folder of [settings.migrations ?? 'migrations'].flat()) mkdirSync(join(cwd, String(folder)))
  writeFileSync(join(cwd, 'package.json'), '{}')
  const dataSource = new typeorm.DataSource(database.options as unknown as typeorm.DataSourceOptions)
  const options = { cwd, dataSource, ...settings }
  const write = (revId: string, more: autogen.RevisionOptions = {}) =>
    autogen.revision({ ...options, message: revId, revId, empty: true, ...more })
  /** Asks the database over a connection of its own. */
  const ask = async (sql: string): Promise<Record<string, unknown>[]> => {
    const theirs = await new typeorm.DataSource(database.options as unknown as typeorm.DataSourceOptions).initialize()
    try {
      return await theirs.query(sql)
    } finally {
      await theirs.destroy()
    }
  }
  return { options, write, ask, cwd, source: (file: string) => readFileSync(join(cwd, file), 'utf8') }
}

const project = (settings?: Omit<autogen.Settings, 'dataSource'>) => projectOn(freshSqlite('sqljs'), settings)

/** a -> b -> c. */
async function line(made = project()) {
  for (const id of ['aaaa', 'bbbb', 'cccc']) await made.write(id)
  return made
}

/** a -> left, a -> right (blue). */
async function fork(made = project()) {
  await made.write('aaaa')
  await made.write('left')
  await made.write('right', { head: 'aaaa', splice: true, branchLabel: ['blue'] })
  return made
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

const rows = async (options: Options) => (await autogen.current(options)).heads
const ids = (listed: readonly { readonly revision: string }[]) => listed.map(({ revision }) => revision)

describe.each<[string, () => Promise<TestDatabase>]>([
  ['sqlite', async () => freshSqlite('sqljs')],
  ['postgres', freshPostgres],
])('a command that reads, on %s', (dialect, open) => {
  const reading: [string, (options: Options) => Promise<object>][] = [
    ['current', autogen.current],
    ['heads', autogen.heads],
    ['branches', autogen.branches],
    ['list-templates', autogen.listTemplates],
    ['history', (options) => autogen.history({ ...options, indicateCurrent: true })],
    ['show current', (options) => autogen.show({ ...options, revisions: 'current' })],
    ['check', autogen.check],
    ['revision that finds the database behind', (options) => failure(autogen.revision({ ...options, message: 'x' }))],
    ['upgrade --sql', (options) => autogen.upgrade({ ...options, sql: true })],
    ['stamp --sql', (options) => autogen.stamp({ ...options, targets: 'head', sql: true })],
    ['ensure-version --sql', (options) => autogen.ensureVersion({ ...options, sql: true })],
  ]

  test('b80 b91: creates nothing and writes nothing', async () => {
    const made = projectOn(await open())
    await made.write('aaaa')
    const tables =
      dialect === 'sqlite'
        ? `SELECT name FROM sqlite_master`
        : `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`
    for (const [, read] of reading) await read(made.options)
    expect(await made.ask(tables)).toEqual([])

    await autogen.upgrade(made.options)
    const log = 'SELECT * FROM autogen_log'
    const before = [await made.ask(tables), await made.ask(log)]
    for (const [name, read] of reading) if (!name.startsWith('revision')) await read(made.options)
    expect([await made.ask(tables), await made.ask(log)]).toEqual(before)
  })

  test('tells of revisions that only the database knows: ahead', async () => {
    const made = projectOn(await open())
    await line(made)
    await autogen.upgrade(made.options)
    const older = { ...made.options, migrations: modules(made.cwd, ['aaaa', 'bbbb']) }
    expect(await autogen.current(older)).toMatchObject({ heads: ['cccc'], unknown: ['cccc'], state: 'ahead' })
    expect(await autogen.history({ ...older, indicateCurrent: true })).toMatchObject({ unknown: ['cccc'] })
    expect(await autogen.show({ ...older, revisions: 'current' })).toMatchObject({ revisions: [], unknown: ['cccc'] })
    expect(await autogen.upgrade(older)).toMatchObject({ state: 'ahead', to: ['cccc'], steps: [] })
    expect(await failure(autogen.upgrade({ ...older, strict: true }))).toMatchObject({ code: 'ahead', exitCode: 4 })
    expect(await failure(autogen.downgrade({ ...older, target: '-1' }))).toMatchObject({ code: 'ahead', exitCode: 4 })
    expect(await autogen.stamp({ ...older, targets: 'head' })).toMatchObject({
      from: ['cccc'],
      to: ['bbbb'],
      steps: [{ revision: 'cccc', direction: 'down' }],
      unknown: [],
    })
    expect(await autogen.upgrade(made.options)).toMatchObject({ from: ['bbbb'], to: ['cccc'] })
  })

  test('tells of revisions that only the database knows: diverged', async () => {
    const made = projectOn(await open())
    await fork(made)
    await autogen.upgrade({ ...made.options, target: 'right' })
    const other = { ...made.options, migrations: modules(made.cwd, ['aaaa', 'left']) }
    expect(await autogen.current(other)).toMatchObject({ unknown: ['right'], state: 'diverged', atHead: false })
    expect(await autogen.history({ ...other, indicateCurrent: true })).toMatchObject({ unknown: ['right'] })
    expect(await failure(autogen.upgrade(other))).toMatchObject({ code: 'diverged', exitCode: 4 })
    expect(await autogen.stamp({ ...other, targets: 'left' })).toMatchObject({
      to: ['left', 'right'],
      unknown: ['right'],
    })
    expect(await autogen.stamp({ ...other, targets: 'left', purge: true })).toMatchObject({ to: ['left'], unknown: [] })
    expect(await autogen.upgrade(other)).toMatchObject({ state: 'known', steps: [] })
  })

  test('a skipped revision is named, with the commands that apply or accept it', async () => {
    const made = projectOn(await open())
    await made.write('aaaa')
    await made.write('cccc')
    await autogen.upgrade(made.options)
    // Rebased: bbbb was put in between after this database had passed.
    await made.write('bbbb', { head: 'aaaa', splice: true })
    const named = `exports.upgrade = (op) => op.createTable({ name: 'late', columns: [{ name: 'id', type: 'integer' }] })`
    const late = join(made.cwd, 'migrations/bbbb_bbbb.js')
    writeFileSync(
      late,
      `${readFileSync(late, 'utf8').split('/** @param')[0]}\n${named}\nexports.downgrade = (op) => op.dropTable('late')\n`,
    )
    expect(await failure(autogen.rebase({ ...made.options, revision: 'cccc' }))).toMatchObject({ exitCode: 6 })
    // Whoever has another database does not see that this one is past it.
    await autogen.rebase({ ...made.options, revision: 'cccc', offline: true })

    expect(await autogen.current(made.options)).toMatchObject({ heads: ['cccc'], skipped: ['bbbb'] })
    const refusal = await failure(autogen.upgrade(made.options))
    expect(refusal).toMatchObject({ code: 'skipped-revisions', exitCode: 4, skipped: ['bbbb'] })
    expect(refusal.hint).toBe(
      'Run what is missing with `autogen upgrade --skipped`, or accept it as done with `autogen stamp --purge cccc`.',
    )
    expect(await autogen.check(made.options)).toMatchObject({ exitCode: 4, problems: [{ code: 'skipped' }] })
    expect(await failure(autogen.downgrade({ ...made.options, target: 'aaaa' }))).toMatchObject({
      code: 'skipped-revisions',
    })
    expect(await failure(autogen.upgrade({ ...made.options, skipped: true, sql: true }))).toMatchObject({ exitCode: 2 })
    // A target says up to where: below aaaa nothing was skipped.
    expect(await autogen.upgrade({ ...made.options, skipped: true, target: 'aaaa' })).toMatchObject({ steps: [] })
    expect(await autogen.upgrade({ ...made.options, skipped: true })).toMatchObject({
      from: ['cccc'],
      to: ['cccc'],
      steps: [{ revision: 'bbbb', direction: 'up' }],
    })
    expect(await made.ask('SELECT * FROM late')).toEqual([])
    expect(await autogen.current(made.options)).toMatchObject({ skipped: [], atHead: true })
    expect(await autogen.downgrade({ ...made.options, target: 'base' })).toMatchObject({ to: [] })
  })

  test('and what was skipped can be accepted', async () => {
    const made = projectOn(await open())
    await made.write('cccc')
    await autogen.upgrade(made.options)
    await made.write('bbbb', { head: 'base', splice: true })
    const file = join(made.cwd, 'migrations/cccc_cccc.js')
    writeFileSync(file, readFileSync(file, 'utf8').replace('downRevision = null', "downRevision = 'bbbb'"))
    expect((await autogen.current(made.options)).skipped).toEqual(['bbbb'])
    await autogen.stamp({ ...made.options, targets: 'cccc', purge: true })
    expect(await autogen.current(made.options)).toMatchObject({ heads: ['cccc'], skipped: [] })
    expect(await autogen.upgrade(made.options)).toMatchObject({ steps: [] })
  })

  test('b99: ensure-version creates the tables, and twice is fine', async () => {
    const made = projectOn(await open())
    await made.write('aaaa')
    expect(await autogen.ensureVersion(made.options)).toEqual({ created: true })
    expect(await autogen.ensureVersion(made.options)).toEqual({ created: false })
    expect(await made.ask('SELECT * FROM autogen_version')).toEqual([])
    const { sql } = await autogen.ensureVersion({ ...made.options, sql: true })
    expect(sql).toMatch(/^BEGIN;\nCREATE TABLE .*autogen_version[^]*autogen_log[^]*COMMIT;\n$/)
  })
})

/** The files of some revisions, as an older release would have been bundled. */
function modules(cwd: string, wanted: readonly string[]) {
  return wanted.map((id) => {
    const found: Record<string, unknown> = {}
    new Function('exports', readFileSync(join(cwd, `migrations/${id}_${id}.js`), 'utf8'))(found)
    return found as unknown as autogen.MigrationModule
  })
}

describe('the version table', () => {
  test('b79 b88: has the name and schema of the settings, and is part of no diff', async () => {
    const database = await freshPostgres()
    const made = projectOn(database, { versionTable: 'where_we_are', logTable: 'what_ran', versionSchema: 'meta' })
    await made.write('aaaa')
    expect(await autogen.upgrade(made.options)).toMatchObject({ to: ['aaaa'] })
    expect(await made.ask('SELECT version_num FROM meta.where_we_are')).toEqual([{ version_num: 'aaaa' }])
    expect(await autogen.check({ ...made.options, includeUnmanaged: true, schemas: ['meta'] })).toMatchObject({
      operations: [],
      unmanaged: [],
    })
  })

  test('b82 b105: a range says where a database is, so it is only for SQL, and a downgrade in SQL needs one', async () => {
    const { options } = await line()
    expect(await failure(autogen.upgrade({ ...options, target: 'aaaa:head' }))).toMatchObject({ exitCode: 2 })
    expect(await failure(autogen.downgrade({ ...options, target: 'head:-1' }))).toMatchObject({ exitCode: 2 })
    expect(await failure(autogen.stamp({ ...options, targets: 'aaaa:head' }))).toMatchObject({ exitCode: 2 })
    expect(await failure(autogen.downgrade({ ...options, target: '-1', sql: true }))).toMatchObject({ exitCode: 2 })
    expect(await failure(autogen.upgrade({ ...options, target: 'current:head', sql: true }))).toMatchObject({
      message: expect.stringMatching(/^`current` is where the database is/),
    })
    expect(await failure(autogen.upgrade({ ...options, target: 'aaaa:bbbb:cccc', sql: true }))).toMatchObject({
      code: 'malformed-target',
    })
  })

  test('b84: has one row per head through branches, a merge and all the way back', async () => {
    const { options } = await fork()
    await autogen.merge({ ...options, revisions: 'heads', revId: 'both' })
    const walked: string[] = []
    for (const target of ['aaaa', 'left', 'right', 'both']) {
      await autogen.upgrade({ ...options, target })
      walked.push((await rows(options)).join(' '))
    }
    for (const target of ['both@-1', 'blue@base', 'aaaa', 'base']) {
      await autogen.downgrade({ ...options, target })
      walked.push((await rows(options)).join(' '))
    }
    expect(walked).toEqual(['aaaa', 'left', 'left right', 'both', 'left right', 'left', 'aaaa', ''])
  })
})

describe('b89: history', () => {
  test.each([
    [undefined, 'cccc bbbb aaaa'],
    ['aaaa:bbbb', 'bbbb aaaa'],
    [':bbbb', 'bbbb aaaa'],
    ['bbbb:', 'cccc bbbb'],
    ['aaaa:+1', 'bbbb aaaa'],
    ['-1:cccc', 'cccc bbbb'],
    ['-5:cccc', 'cccc bbbb aaaa'],
    ['current:', 'cccc bbbb'],
  ])('of %s is %s', async (revRange, expected) => {
    const { options } = await line()
    await autogen.upgrade({ ...options, target: 'bbbb' })
    const { revisions } = await autogen.history({ ...options, ...(revRange === undefined ? {} : { revRange }) })
    expect(ids(revisions).join(' ')).toBe(expected)
  })

  test('of current: on an empty database is all, and the mark is put on request', async () => {
    const { options } = await line()
    expect(ids((await autogen.history({ ...options, revRange: 'current:' })).revisions)).toHaveLength(3)
    await autogen.upgrade({ ...options, target: 'bbbb' })
    const { revisions } = await autogen.history({ ...options, indicateCurrent: true })
    expect(revisions.map(({ current }) => current)).toEqual([false, true, false])
  })
})

test('b90: a merge of what is no head wants --splice, and names both parents', async () => {
  const { options, write } = await fork()
  await write('more', { head: 'left' })
  const revisions = ['left', 'right']
  expect((await failure(autogen.merge({ ...options, revisions }))).hint).toContain('--splice')
  expect(await autogen.merge({ ...options, revisions, splice: true })).toMatchObject({ parents: ['left', 'right'] })
})

test('a merge of three heads is one revision', async () => {
  const { options, write } = await fork()
  await write('third', { head: 'base', splice: true })
  expect(await autogen.merge({ ...options, revisions: 'heads' })).toMatchObject({
    parents: expect.arrayContaining(['left', 'right', 'third']),
  })
  expect((await autogen.heads(options)).heads).toHaveLength(1)
})

describe('b91: current', () => {
  test('is nothing, one head, two heads, and a head that a dependency implies', async () => {
    const { options, write } = await fork()
    expect(await rows(options)).toEqual([])
    await autogen.upgrade({ ...options, target: 'left' })
    expect(await rows(options)).toEqual(['left'])
    await autogen.upgrade({ ...options, target: 'heads' })
    expect(await rows(options)).toEqual(['left', 'right'])
    await write('needs', { head: 'right', dependsOn: ['left'] })
    expect(await autogen.current(options)).toMatchObject({ atHead: false })
    await autogen.upgrade({ ...options, target: 'heads' })
    expect(await autogen.current(options)).toMatchObject({ heads: ['needs'], atHead: true })
  })

  test.each([
    ['', false],
    ['aaaa', false],
    ['left', false],
    ['right', false],
    ['heads', true],
  ])('at %j is at head: %s', async (target, atHead) => {
    const { options } = await fork()
    if (target !== '') await autogen.upgrade({ ...options, target })
    expect(await autogen.current(options)).toMatchObject({ atHead })
  })
})

describe('b92: revision', () => {
  test('by hand works while the database is behind; one that is compared does not', async () => {
    const { options, write } = await line()
    expect(await write('dddd')).toMatchObject({ parents: ['cccc'] })
    expect(await failure(autogen.revision({ ...options, message: 'x' }))).toMatchObject({ code: 'not-at-head' })
  })

  test('of several heads must name one, and after a merge need not', async () => {
    const { options, write } = await fork()
    expect(await failure(write('next'))).toMatchObject({
      code: 'multiple-heads',
      exitCode: 4,
      hint: expect.stringMatching(/or say which is the parent: `--head \w+`\.$/),
    })
    await autogen.merge({ ...options, revisions: 'heads', revId: 'both' })
    expect(await write('next')).toMatchObject({ parents: ['both'] })
  })

  test.each([
    ['left', "'left'"],
    ['blue', "'blue'"],
    ['righ', "'right'"],
  ])('depends on %s as %s', async (name, written) => {
    const { write } = await fork()
    const { source } = await write('next', { head: 'base', splice: true, dependsOn: [name] })
    expect(source).toContain(`exports.dependsOn = ${written}`)
  })

  test('cannot depend on what is not there, and is no SQL', async () => {
    const { options, write } = await line()
    expect(await failure(write('next', { dependsOn: ['gone'] }))).toMatchObject({ code: 'revision-not-found' })
    expect(await failure(autogen.revision({ ...options, message: 'x', sql: true }))).toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('autogen upgrade --sql'),
    })
  })

  test.each([
    ['blue', 'is taken'],
    ['left', 'is taken'],
    ['we@ird+1', 'cannot be used'],
    ['head', 'cannot be used'],
  ])('with the label %s, which %s, writes no file', async (label, why) => {
    const { write, cwd } = await fork()
    expect((await failure(write('next', { head: 'left', branchLabel: [label] }))).message).toContain(why)
    expect(existsSync(join(cwd, 'migrations/next_next.js'))).toBe(false)
  })
})

test('b93: check finds what differs and nothing else', async () => {
  const made = await line()
  await autogen.upgrade(made.options)
  expect(await autogen.check(made.options)).toMatchObject({ problems: [], exitCode: 0 })
  const entity = new typeorm.EntitySchema({ name: 'user', columns: { id: { type: 'integer', primary: true } } })
  made.options.dataSource.setOptions({ entities: [entity] })
  expect(await autogen.check(made.options)).toMatchObject({ problems: [{ code: 'drift' }], exitCode: 3 })
})

describe('b94: stamp', () => {
  const sqlOf = async (options: Options, ...targets: string[]) => {
    const { sql = '' } = await autogen.stamp({ ...options, targets, sql: true })
    return [...sql.matchAll(/(DELETE FROM|INSERT INTO) "autogen_version".*'(\w+)'/g)].map(([, what, id]) =>
      what!.startsWith('D') ? `-${id}` : `+${id}`,
    )
  }

  test.each([
    [['heads'], ['+left', '+right']],
    [['blue@head'], ['+right']],
    [
      ['left', 'right'],
      ['+left', '+right'],
    ],
    [['aaaa:left'], ['-aaaa', '+left']],
    [
      ['aaaa:left', 'aaaa:right'],
      ['-aaaa', '+left', '+right'],
    ],
    [['aaaa:heads'], ['-aaaa', '+left', '+right']],
    [['heads:aaaa'], ['-left', '-right', '+aaaa']],
    [['left:base'], ['-left']],
    [['righ'], ['+right']],
  ])('%j as SQL', async (targets, expected) => {
    const { options } = await fork()
    expect(await sqlOf(options, ...targets)).toEqual(expected)
  })

  test('as SQL starts at one place, keeps its tables, and purges nothing', async () => {
    const { options } = await fork()
    expect(await failure(autogen.stamp({ ...options, targets: ['aaaa:left', 'base:right'], sql: true }))).toMatchObject(
      {
        message: 'The ranges start at different places: aaaa, base.',
      },
    )
    expect(await failure(autogen.stamp({ ...options, targets: 'head', purge: true, sql: true }))).toMatchObject({
      exitCode: 2,
    })
    expect((await autogen.stamp({ ...options, targets: 'left:base', sql: true })).sql).not.toMatch(/DROP|CREATE/)
  })

  test('takes several, is nothing where the database is already, and refuses what contradicts itself', async () => {
    const { options } = await fork()
    expect(await autogen.stamp({ ...options, targets: ['left', 'right'] })).toMatchObject({ to: ['left', 'right'] })
    expect(await autogen.stamp({ ...options, targets: 'heads' })).toMatchObject({ steps: [] })
    for (const targets of [
      ['aaaa', 'left'],
      ['base', 'left'],
      ['blue@head', 'aaaa'],
    ]) {
      expect(await failure(autogen.stamp({ ...options, targets }))).toMatchObject({ code: 'overlapping-targets' })
    }
    expect(await rows(options)).toEqual(['left', 'right'])
    expect(await autogen.stamp({ ...options, targets: 'aaaa' })).toMatchObject({ to: ['aaaa'] })
    expect(await autogen.stamp({ ...options, targets: 'blue@head' })).toMatchObject({ to: ['right'] })
  })
})

describe('b95 b101 b102 b103 b108: SQL that is printed', () => {
  const steps = async (work: Promise<autogen.MoveResult>) => {
    const { from, steps, to } = await work
    return `${from.join(' ')} | ${steps.map(({ revision }) => revision).join(' ')} | ${to.join(' ')}`
  }

  test.each([
    ['head', ' | aaaa bbbb cccc | cccc'],
    ['bbbb', ' | aaaa bbbb | bbbb'],
    ['base:head', ' | aaaa bbbb cccc | cccc'],
    ['aaaa:bbbb', 'aaaa | bbbb | bbbb'],
    ['aaaa:+1', 'aaaa | bbbb | bbbb'],
    ['bbbb:', 'bbbb | cccc | cccc'],
  ])('of upgrade %s', async (target, expected) => {
    const { options } = await line()
    expect(await steps(autogen.upgrade({ ...options, target, sql: true }))).toBe(expected)
  })

  test.each([
    ['cccc:bbbb', 'cccc | cccc | bbbb'],
    ['head:base', 'cccc | cccc bbbb aaaa | '],
    ['head:-1', 'cccc | cccc | bbbb'],
    ['bbbb:', 'bbbb | bbbb aaaa | '],
  ])('of downgrade %s', async (target, expected) => {
    const { options } = await line()
    expect(await steps(autogen.downgrade({ ...options, target, sql: true }))).toBe(expected)
  })

  test.each(['cccc:aaaa', 'head:base', 'bbbb:aaaa'])('of upgrade %s is refused, as it goes down', async (target) => {
    const { options } = await line()
    expect(await failure(autogen.upgrade({ ...options, target, sql: true }))).toMatchObject({
      code: 'range-not-ancestor',
      exitCode: 4,
      message: expect.stringMatching(/^Revision (cccc|bbbb) is not an ancestor of (aaaa|base)\.$/),
    })
  })

  test('of two branches goes from the one to the other', async () => {
    const { options } = await fork()
    expect(await steps(autogen.upgrade({ ...options, target: 'left:right', sql: true }))).toBe(
      'left | right | left right',
    )
  })

  test('of nothing is a comment', async () => {
    const { options } = await line()
    const nothing = '-- Nothing is to be done: the database is there already.\n'
    expect((await autogen.upgrade({ ...options, target: 'head:head', sql: true })).sql).toBe(nothing)
    expect((await autogen.downgrade({ ...options, target: 'bbbb:bbbb', sql: true })).sql).toBe(nothing)
  })

  test('takes the beginning of an id on both sides, and all heads of a fork', async () => {
    const made = project()
    for (const id of ['a11111', 'b22222']) await made.write(id)
    await made.write('c33333', { head: 'a11111', splice: true })
    const sql = { ...made.options, sql: true }
    expect(await steps(autogen.upgrade({ ...sql, target: 'a111:b222' }))).toBe('a11111 | b22222 | b22222')
    expect(await steps(autogen.downgrade({ ...sql, target: 'b222:a111' }))).toBe('b22222 | b22222 | a11111')
    expect(await steps(autogen.upgrade({ ...sql, target: 'a111:heads' }))).toBe(
      'a11111 | b22222 c33333 | b22222 c33333',
    )
    expect((await autogen.stamp({ ...sql, targets: 'a111:b222' })).to).toEqual(['b22222'])
  })

  test('b100: asks no database', async () => {
    const made = await line()
    const dataSource = new typeorm.DataSource({ type: 'postgres', host: '127.0.0.1', port: 1, database: 'shop' })
    const { sql } = await autogen.upgrade({ cwd: made.cwd, dataSource, sql: true })
    expect(sql).toContain('autogen_version')
    expect(await failure(autogen.upgrade({ cwd: made.cwd, dataSource }))).toMatchObject({ exitCode: 8 })
  })
})

describe('b96: edit', () => {
  /** An editor that writes down what it was given. */
  const editor = (made: { cwd: string }) =>
    `"${process.execPath}" -e "require('fs').writeFileSync('${join(made.cwd, 'edited')}', process.argv.slice(1).join())"`

  test.each([
    ['head', 'cccc'],
    ['bbbb', 'bbbbbb'],
    ['current', 'aaaa'],
  ])('opens %s', async (revisions, expected) => {
    const made = project()
    for (const id of ['aaaa', 'bbbbbb', 'cccc']) await made.write(id)
    await autogen.upgrade({ ...made.options, target: 'aaaa' })
    const file = join(made.cwd, `migrations/${expected}_${expected}.js`)
    expect(await autogen.edit({ ...made.options, revisions, editor: editor(made) })).toMatchObject({ paths: [file] })
    expect(made.source('edited')).toBe(file)
  })

  test.each([
    ['no-such-editor', 'Set EDITOR to one that is there, such as `vim`.'],
    ['exit 1; :', expect.stringMatching(/^Open it yourself: .*cccc\.js\.$/)],
  ])('where %s fails it says what to do', async (name, hint) => {
    const made = await line()
    expect(await failure(autogen.edit({ ...made.options, editor: name }))).toMatchObject({ hint })
  })

  test('takes EDITOR before VISUAL', async () => {
    const made = await line()
    const { EDITOR, VISUAL } = process.env
    try {
      Object.assign(process.env, { EDITOR: editor(made), VISUAL: 'false' })
      expect(await autogen.edit(made.options)).toMatchObject({ editor: editor(made) })
      delete process.env.EDITOR
      expect(await failure(autogen.edit(made.options))).toMatchObject({ hint: expect.stringContaining('Open it') })
    } finally {
      for (const [name, value] of Object.entries({ EDITOR, VISUAL })) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  test('has nothing to open at base', async () => {
    const made = project()
    expect(await failure(autogen.edit(made.options))).toMatchObject({ exitCode: 2 })
    await made.write('aaaa')
    expect(await failure(autogen.edit({ ...made.options, revisions: 'current' }))).toMatchObject({ exitCode: 2 })
  })
})

describe('b104: what was typed', () => {
  const reading = `exports.revision = 'aaaa'
exports.downRevision = null
exports.upgrade = (op) => op.execute(\`CREATE TABLE "\${op.x.tag ?? 'untagged'}_\${op.x.tenant ?? 'none'}" (id integer)\`)
exports.downgrade = () => {}\n`

  test.each([
    [{}, 'untagged_none'],
    [{ tag: 'v1' }, 'v1_none'],
    [{ tag: 'v1', x: { tenant: 'acme', tag: 'v0' } }, 'v1_acme'],
  ])('as %j reaches the migrations, online and printed', async (typed, table) => {
    const made = project()
    writeFileSync(join(made.cwd, 'migrations/a.js'), reading)
    const { sql } = await autogen.upgrade({ ...made.options, ...typed, sql: true })
    expect(sql).toContain(`"${table}"`)
    await autogen.upgrade({ ...made.options, ...typed })
    expect(await made.ask(`SELECT * FROM ${table}`)).toEqual([])
    // What depends on it is not taken for edited the next time.
    expect((await autogen.check(made.options)).problems).toEqual([])
  })
})

describe('several folders', () => {
  test('a revision goes beside its parent, and a new root says where', async () => {
    const made = project({ migrations: ['one', 'two'] })
    expect(await failure(made.write('aaaa'))).toMatchObject({
      exitCode: 2,
      hint: 'Say where it goes with `--version-path`: one, two.',
    })
    expect(await made.write('aaaa', { versionPath: 'two' })).toMatchObject({ path: join(made.cwd, 'two/aaaa_aaaa.js') })
    expect(await made.write('bbbb')).toMatchObject({ path: join(made.cwd, 'two/bbbb_bbbb.js') })
    expect(await made.write('cccc', { versionPath: 'one' })).toMatchObject({ path: join(made.cwd, 'one/cccc_cccc.js') })
    expect((await failure(made.write('dddd', { versionPath: 'three' }))).message).toContain('three is not a folder')
    expect(await autogen.upgrade(made.options)).toMatchObject({ to: ['cccc'] })
  })

  test('b116: those inside are read where the settings say so', async () => {
    const made = project({ recursive: true })
    await made.write('aaaa')
    mkdirSync(join(made.cwd, 'migrations/2026/autumn'), { recursive: true })
    const moved = join(made.cwd, 'migrations/2026/autumn/b.js')
    writeFileSync(moved, made.source('migrations/aaaa_aaaa.js').replace("'aaaa'", "'bbbb'").replace('null', "'aaaa'"))
    expect(ids((await autogen.heads(made.options)).heads)).toEqual(['bbbb'])
    expect(ids((await autogen.heads({ ...made.options, recursive: false })).heads)).toEqual(['aaaa'])
    expect(await made.write('cccc')).toMatchObject({ parents: ['bbbb'] })
    writeFileSync(moved, made.source('migrations/aaaa_aaaa.js').replace("'aaaa'", "'bbbb'").replace('null', "'gone'"))
    expect(await failure(autogen.heads(made.options))).toMatchObject({
      code: 'missing-parent',
      message: expect.stringContaining(moved),
    })
  })
})

describe('b118: what a folder holds', () => {
  test('heads, with dependencies counted or not', async () => {
    const { options, write } = await fork()
    await write('needs', { head: 'right', dependsOn: ['left'] })
    expect(await autogen.heads(options)).toMatchObject({
      heads: [
        { revision: 'left', head: true, effectiveHead: true },
        { revision: 'needs', head: true, effectiveHead: false },
      ],
    })
    expect(ids((await autogen.heads({ ...options, resolveDependencies: true })).heads)).toEqual(['needs'])
  })

  test('branches, with what follows them', async () => {
    const { options } = await fork()
    const { branchPoints } = await autogen.branches(options)
    expect(branchPoints.map(({ revision, children }) => [revision, ids(children)])).toEqual([
      ['aaaa', ['left', 'right']],
    ])
  })

  test('a revision, with its place', async () => {
    const { options } = await fork()
    const { revisions } = await autogen.show({ ...options, revisions: ['blue', 'aaaa'] })
    expect(revisions).toMatchObject([
      { revision: 'right', parents: ['aaaa'], children: [], labels: ['blue'], branches: ['blue'] },
      { revision: 'aaaa', parents: [], children: ['left', 'right'], branches: [], branchPoint: true },
    ])
  })

  test('the shapes a revision can have', async () => {
    const { templates } = await autogen.listTemplates(project().options)
    expect(templates.filter(({ chosen }) => chosen).map(({ name }) => name)).toEqual(['javascript-commonjs'])
  })
})

test('b119: a message of any script is read back as it was written', async () => {
  const made = project()
  await made.write('aaaa', { message: 'Größe → 大きさ' })
  expect((await autogen.heads(made.options)).heads).toMatchObject([{ message: 'Größe → 大きさ' }])
})

test('several heads are told with messages, authors and the command to copy, by heads, check and upgrade', async () => {
  const made = await fork()
  const git = (...words: string[]) => execFileSync('git', words, { cwd: made.cwd, stdio: 'ignore' })
  git('init')
  for (const [file, author] of [
    ['left_left.js', 'Ada'],
    ['right_right.js', 'Grace'],
  ] as const) {
    git('add', `migrations/${file}`)
    git('-c', `user.name=${author}`, '-c', 'user.email=a@b.c', 'commit', '-m', file)
  }
  const message = 'The history has 2 heads: left "left" by Ada, right "right" by Grace.'
  const hint = expect.stringContaining('autogen merge heads -m "merge"')
  expect(await failure(autogen.upgrade(made.options))).toMatchObject({ message, hint, exitCode: 4 })
  expect(await autogen.heads(made.options)).toMatchObject({ heads: [{ author: 'Ada' }, { author: 'Grace' }] })
  expect((await autogen.check(made.options)).problems).toContainEqual({
    code: 'several-heads',
    exitCode: 4,
    message,
    hint,
  })
  expect(await autogen.show({ ...made.options, revisions: 'left' })).toMatchObject({ revisions: [{ author: 'Ada' }] })
  expect(await failure(made.write('next'))).toMatchObject({ message })
})
