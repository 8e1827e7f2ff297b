// What a person decides about a revision that ran goes into the log, and everything that asks the log goes by it.
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { readLog } from '../../src/runtime/log'
import { openSession } from '../../src/runtime/session'
import { ask, databases, type TestDatabase } from '../support/databases'
import { refusal } from '../support/folder-project'

type Script = Partial<autogen.MigrationModule>

const table = (name: string): Script => ({
  upgrade: (op) => op.createTable({ name, columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] }),
  downgrade: (op) => op.dropTable(name),
})

/** Revisions, each above the one before it. */
const history = (scripts: Readonly<Record<string, Script>>): autogen.MigrationModule[] =>
  Object.entries(scripts).map(([revision, script], at, all) => ({
    revision,
    downRevision: all[at - 1]?.[0] ?? null,
    upgrade: () => {},
    ...script,
  }))

const two = { a: table('first'), b: table('second') }
const original = history(two)
const edited = history({ ...two, a: { ...two.a, downgrade: (op) => op.execute('DROP TABLE first') } })

/** Keeps two statements in either direction, and fails at the third. */
const halfWay: Script = {
  transaction: false,
  upgrade(op) {
    table('half').upgrade?.(op)
    op.execute('INSERT INTO half VALUES (1)')
    op.execute('INSERT INTO nowhere VALUES (1)')
  },
  downgrade(op) {
    op.execute('DELETE FROM half')
    op.execute('DELETE FROM nowhere')
  },
}

describe.each(databases)('repair on %s', (_, create) => {
  let database: TestDatabase
  let dataSource: typeorm.DataSource
  beforeEach(async () => {
    database = await create()
    dataSource = new typeorm.DataSource(database.options as unknown as typeorm.DataSourceOptions)
  })
  afterEach(() => database.drop())

  const given = (migrations: autogen.MigrationModule[]) => ({ dataSource, migrations, backup: false })
  const upgrade = (migrations = original) => autogen.upgrade(given(migrations))
  const current = (migrations = original) => autogen.current(given(migrations))
  const repair = (migrations: autogen.MigrationModule[], revision: string, more: object = { accept: true }) =>
    autogen.repair({ ...given(migrations), revision, reason: 'we talked about it', ...more })
  const problems = async (migrations: autogen.MigrationModule[]) =>
    (await autogen.check(given(migrations))).problems.filter(({ code }) => code !== 'drift')
  const log = async () => {
    const session = await openSession(dataSource)
    try {
      return await readLog(session)
    } finally {
      await session.close()
    }
  }
  const warnings = async (migrations: autogen.MigrationModule[]) => {
    const told: string[] = []
    const onEvent = (event: autogen.CommandEvent) => void (event.type === 'warning' && told.push(event.message))
    await autogen.upgrade({ ...given(migrations), onEvent })
    return told
  }

  describe('an edited revision', () => {
    test('that is accepted is told of no more, until it is edited again', async () => {
      await upgrade()
      expect(await problems(edited)).toMatchObject([
        { code: 'edited', hint: expect.stringContaining('`autogen repair a --accept --reason "..."`') },
      ])
      expect(await warnings(edited)).toEqual([expect.stringContaining('`autogen repair a --accept --reason "..."`')])

      const { was, is, ...told } = await repair(edited, 'a')
      expect(told).toEqual({ revision: 'a', decision: 'accepted', reason: 'we talked about it' })
      expect(was).not.toBe(is)
      expect(await problems(edited)).toEqual([])
      expect(await warnings(edited)).toEqual([])
      expect(await problems(original)).toMatchObject([{ code: 'edited' }])
    })

    test('is accepted by a row with its checksum and its way back, and nothing is run', async () => {
      await upgrade()
      const { is } = await repair(edited, 'a')
      expect((await log()).at(-1)).toMatchObject({
        revision: 'a',
        parents: [],
        direction: 'up',
        kind: 'repair',
        status: 'done',
        operations: [],
        checksum: is,
        reason: 'we talked about it',
        downgrade: { intents: [{ kind: 'execute', sql: 'DROP TABLE first' }] },
      })
      expect(await current()).toMatchObject({ heads: ['b'], atHead: true, skipped: [], attempts: [] })
      expect(await ask(database, 'SELECT * FROM first')).toEqual([])
    })

    test('is taken back as it was accepted where its file is gone', async () => {
      await upgrade(history({ root: {}, a: table('first') }))
      await repair(history({ root: {}, a: { ...two.a, downgrade: (op) => op.execute('DROP TABLE first') } }), 'a')
      expect(await autogen.switchBranch(given(history({ root: {} })))).toMatchObject({ from: ['a'], to: ['root'] })
      // A driver's error may be of another realm than the test's.
      const asked = await ask(database, 'SELECT * FROM first').catch((error: Error) => error.message)
      expect(asked).toMatch(/first/)
    })
  })

  const reading = history({
    a: {
      async upgrade(op) {
        const [row] = await op.query('SELECT 1 AS n')
        if (row?.n === 1) op.execute('SELECT 1')
      },
    },
  })

  test.each<[what: string, more: object, error: string, hint: string, migrations: autogen.MigrationModule[]]>([
    ['was not edited', { accept: true }, 'says what it said', 'autogen check', original],
    ['reads rows', { accept: true }, 'has no checksum', 'There is nothing to do', reading],
    ['did not stop half way', { undone: true }, 'a hand could have taken back', 'current -v', original],
  ])('a revision that %s is refused, and nothing is written', async (_, more, error, hint, migrations) => {
    await upgrade(migrations)
    const before = await log()
    const refused = await refusal(repair(migrations, 'a', more))
    expect(refused).toMatchObject({ code: 'nothing-to-repair', exitCode: 4, message: expect.stringContaining(error) })
    expect(refused.hint).toContain(hint)
    expect(await log()).toEqual(before)
  })

  test('one decision and a reason are asked for, and a protected database asks for its name', async () => {
    expect(await refusal(repair(original, 'a'))).toMatchObject({ reason: 'not-applied' })
    await upgrade()
    for (const more of [{}, { accept: true, undone: true }, { accept: true, reason: ' ' }]) {
      expect(await refusal(repair(edited, 'a', more))).toMatchObject({ exitCode: 2 })
    }
    expect(await refusal(repair(edited, 'nothing'))).toMatchObject({ code: 'revision-not-found' })
    expect((await refusal(repair(edited, 'base'))).message).toContain('`base` stands for no revision')
    const isProtected = { accept: true, protect: ['*'] }
    expect(await refusal(repair(edited, 'a', isProtected))).toMatchObject({ code: 'protected-database' })
    expect((await log()).map(({ kind }) => kind)).toEqual(['upgrade', 'upgrade'])
  })

  describe('an attempt that stopped half way', () => {
    const stopped = history({ ...two, c: halfWay })

    test('and was taken back by hand begins anew with the next upgrade', async () => {
      expect(await refusal(upgrade(stopped))).toMatchObject({ code: 'migration-failed', completed: 2 })
      expect(await refusal(repair(stopped, 'c'))).toMatchObject({ reason: 'half-done' })
      expect((await current(stopped)).attempts).toMatchObject([{ revision: 'c', halfDone: true }])
      await ask(database, 'DROP TABLE half')
      expect(await repair(stopped, 'c', { undone: true })).toMatchObject({
        decision: 'undone',
        undone: ['+ table half (1 column)', expect.stringContaining('INSERT INTO half')],
      })

      expect((await log()).at(-1)).toMatchObject({
        direction: 'down',
        kind: 'repair',
        status: 'done',
        operations: [{ kind: 'dropTable', table: { name: 'half' } }],
      })
      expect(await current(stopped)).toMatchObject({ heads: ['b'], attempts: [] })
      expect(await upgrade(history({ ...two, c: table('half') }))).toMatchObject({ to: ['c'] })
    })

    test('on the way down counts as run again, as what it was', async () => {
      const down = history({ ...two, c: { ...halfWay, upgrade: table('half').upgrade! } })
      await upgrade(down)
      const ran = (await log()).at(-1)
      const back = () => autogen.downgrade({ ...given(down), target: 'b' })
      expect(await refusal(back())).toMatchObject({ code: 'migration-failed', completed: 1 })
      await repair(down, 'c', { undone: true })
      expect((await log()).at(-1)).toMatchObject({
        direction: 'up',
        kind: 'repair',
        operations: [],
        checksum: ran?.checksum,
        downgrade: ran?.downgrade,
      })
      expect(await current(down)).toMatchObject({ heads: ['c'], attempts: [], skipped: [] })
      // It begins with its first statement again, and stops after it.
      expect(await refusal(back())).toMatchObject({ completed: 1 })
    })

    test('is settled though its file is gone', async () => {
      await refusal(upgrade(stopped))
      await ask(database, 'DROP TABLE half')
      expect(await refusal(repair(original, 'c'))).toMatchObject({ reason: 'absent' })
      await repair(original, 'c', { undone: true })
      expect(await current()).toMatchObject({ heads: ['b'], attempts: [] })
    })
  })
})
