// What `current` tells of runs that have not ended well, or not yet; and what `wait` is satisfied with.
import { setTimeout as sleep } from 'node:timers/promises'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { startEntry } from '../../src/runtime/log'
import { inTransaction, openSession, type Session } from '../../src/runtime/session'
import { ask, databases, freshPostgres, type TestDatabase } from '../support/databases'
import { refusal } from '../support/folder-project'

const a: autogen.MigrationModule = {
  revision: 'a',
  downRevision: null,
  upgrade: (op) => op.createTable({ name: 'first', columns: [{ name: 'id', type: 'integer' }] }),
}
const b: autogen.MigrationModule = { revision: 'b', downRevision: 'a', upgrade: () => {} }

const sourceOf = ({ options }: TestDatabase) => new typeorm.DataSource(options as unknown as typeorm.DataSourceOptions)

describe.each(databases)('on %s', (name, create) => {
  let database: TestDatabase
  beforeEach(async () => void (database = await create()))
  afterEach(() => database.drop())

  const given = (...migrations: autogen.MigrationModule[]) => {
    return { dataSource: sourceOf(database), migrations, backup: false }
  }
  const within = async <R>(work: (session: Session) => Promise<R>) => {
    const session = await openSession(sourceOf(database))
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }

  test('a run whose process died is no run that goes on, where the lock can tell', async () => {
    await autogen.upgrade(given(a))
    const entry = {
      revision: 'b',
      parents: ['a'],
      direction: 'up',
      kind: 'upgrade',
      status: 'running',
      stepsDone: 1,
      operations: [],
      toolVersion: '0',
      startedAt: '2026-11-20T12:00:00.000Z',
    } as const
    await within((session) => inTransaction(session, () => startEntry(session, entry)))
    const { attempts, ...told } = await autogen.current(given(a, b))
    const state = name === 'postgres' ? 'cut-off' : 'open'
    expect(attempts).toEqual([
      {
        revision: 'b',
        direction: 'up',
        startedAt: '2026-11-20T12:00:00.000Z',
        state,
        halfDone: true,
        again: 'autogen upgrade b',
      },
    ])
    expect(told).not.toHaveProperty('running')
  })

  describe('what stopped half way', () => {
    const half = (last: string): autogen.MigrationModule => ({
      ...b,
      transaction: false,
      upgrade: (op) => ['INSERT INTO first VALUES (7)', last].forEach((sql) => op.execute(sql)),
      downgrade: (op) => ['DELETE FROM first', last].forEach((sql) => op.execute(sql)),
    })
    const [broken, mended] = [half('SELECT nothing'), half('SELECT 1')]
    const c: autogen.MigrationModule = { ...b, revision: 'c', downRevision: 'b' }
    const first = { ...a, downgrade: (op: autogen.Op) => op.dropTable('first') }
    const rows = () => ask(database, 'SELECT id FROM first')

    test('on its way up keeps what it stands on until it has gone on', async () => {
      expect(await refusal(autogen.upgrade(given(first, broken)))).toMatchObject({ code: 'migration-failed' })
      expect(await refusal(autogen.downgrade({ ...given(first, broken), target: 'base' }))).toMatchObject({
        code: 'half-done',
        exitCode: 4,
        message: 'Revision b stopped half way, so a, on which it stands, cannot be taken back.',
        hint: 'Let it go on with `autogen upgrade b`, or undo by hand what it has done and run `autogen repair b --undone --reason "..."`.',
      })
      await autogen.upgrade({ ...given(first, mended), target: 'b' })
      expect(await rows()).toEqual([{ id: 7 }])
      expect(await autogen.downgrade({ ...given(first, mended), target: 'base' })).toMatchObject({ to: [] })
    })

    test('on its way back has nothing put on top of it, and is told of, until it has gone on', async () => {
      await autogen.upgrade(given(first, mended))
      const back = { ...given(first, broken), target: 'b@-1' }
      expect(await refusal(autogen.downgrade(back))).toMatchObject({ code: 'migration-failed' })
      expect(await refusal(autogen.upgrade(given(first, broken, c)))).toMatchObject({
        code: 'half-done',
        message: 'Revision b was taken back half way, so c, which stands on it, cannot be run.',
        hint: expect.stringContaining('`autogen downgrade b@-1`'),
      })
      const events: unknown[] = []
      await autogen.upgrade({ ...given(first, broken), onEvent: (event) => events.push(event) })
      expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'half-done', revisions: ['b'] }))
      expect(await autogen.downgrade({ ...back, ...given(first, mended) })).toMatchObject({ to: ['a'] })
      expect(await autogen.upgrade(given(first, mended, c))).toMatchObject({ to: ['c'] })
      expect(await rows()).toEqual([{ id: 7 }])
    })
  })

  test('wait is satisfied by a database that is ahead of the program', async () => {
    await autogen.upgrade(given(a, b))
    expect(await autogen.wait({ ...given(a), timeout: 0 })).toMatchObject({ heads: ['b'] })
    expect(await autogen.wait({ ...given(a, b), until: 'a', timeout: 0 })).toMatchObject({ heads: ['b'] })
  })

  test('wait is not satisfied by one that has gone another way, nor by one that has not come so far', async () => {
    await autogen.upgrade(given(a))
    const other = { ...b, revision: 'other', downRevision: null }
    const late = { ...given(a, b), until: 'b', timeout: 0 }
    expect(await refusal(autogen.wait(late))).toMatchObject({ exitCode: 7, message: expect.stringContaining('at a.') })
    expect(await refusal(autogen.wait({ ...given(other), timeout: 0 }))).toMatchObject({ exitCode: 7 })
  })

  test.each(['+1', '-1', 'current', 'a@+1'])('wait refuses %s, which moves with the database', async (until) => {
    await autogen.upgrade(given(a))
    expect(await refusal(autogen.wait({ ...given(a, b), until, timeout: 0 }))).toMatchObject({
      code: 'usage',
      exitCode: 2,
      message: `\`${until}\` counts from where the database is, and that is what is waited to change.`,
    })
  })

  test('wait never writes', async () => {
    const everything = () =>
      within(async ({ dialect, connection, scope }) => dialect.introspect(connection, { ...scope, ignore: [] }))
    const empty = await everything()
    expect(await refusal(autogen.wait({ ...given(a), timeout: 0 }))).toMatchObject({ exitCode: 7 })
    expect(await everything()).toEqual(empty)
    await autogen.upgrade(given(a))
    const rows = () => ask(database, 'SELECT * FROM autogen_log ORDER BY id')
    const before = [await everything(), await rows()]
    await autogen.wait({ ...given(a), timeout: 0 })
    await refusal(autogen.wait({ ...given(a, b), timeout: 0 }))
    expect([await everything(), await rows()]).toEqual(before)
  })
})

test('while a run goes on, current says so and by whom, and nothing of it is taken for cut off', async () => {
  const database = await freshPostgres()
  const goOn = new AbortController()
  const slow: autogen.MigrationModule = {
    ...b,
    transaction: false,
    async upgrade(op) {
      op.execute('SELECT 1')
      await op.flush()
      if ((await op.query('SELECT 1 AS n'))[0]?.n === 1)
        await sleep(60_000, undefined, { signal: goOn.signal }).catch(() => undefined)
    },
  }
  const given = { dataSource: sourceOf(database), migrations: [a, slow], backup: false }
  const run = autogen.upgrade(given)
  try {
    for (let left = 100; left > 0; left--) {
      if ((await autogen.current({ ...given, dataSource: sourceOf(database) })).attempts.length > 0) break
      await sleep(50)
    }
    expect(await autogen.current({ ...given, dataSource: sourceOf(database) })).toMatchObject({
      heads: ['a'],
      running: expect.stringMatching(/pid \d+, migrating since /),
      attempts: [{ revision: 'b', state: 'running', halfDone: true }],
    })
  } finally {
    goOn.abort()
    await run
  }
  const ended = await autogen.current({ ...given, dataSource: sourceOf(database) })
  expect(ended).toMatchObject({ heads: ['b'], attempts: [] })
  expect(ended).not.toHaveProperty('running')
  await database.drop()
})
