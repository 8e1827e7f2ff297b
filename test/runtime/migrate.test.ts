import { ConnectionLostError, MigrationFailedError, IrreversibleRevisionError } from '../../src/errors'
import { freshPostgres } from '../support/databases'
import { readLog } from '../../src/runtime/log'
import type { MigrateRequest } from '../../src/runtime/run'
import type { Op } from '../../src/operations/op'
import { databases, history, world, type World } from './world'

const user = (op: Op) =>
  op.createTable({
    name: 'user',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'varchar(40)' },
    ],
    primaryKey: ['id'],
  })

const base = {
  a: { upgrade: user, downgrade: (op: Op) => op.dropTable('user') },
  b: {
    upgrade(op: Op) {
      op.addColumn('user', { name: 'email', type: 'varchar(99)', nullable: true })
      op.createIndex('user', { name: 'IDX_email', columns: ['email'], unique: true })
    },
    downgrade(op: Op) {
      op.dropIndex('user', 'IDX_email')
      op.dropColumn('user', 'email')
    },
  },
}

describe.each(databases)('running migrations on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const columns = async () =>
    (await here.session().then((s) => s.dialect.introspect(s.connection, s.scope))).tables.map((table) => [
      table.name,
      ...table.columns.map((column) => column.name),
    ])

  test('b113: up, down and up again', async () => {
    const all = history(base)
    expect(await here.upgrade(all)).toMatchObject({ before: [], heads: ['b'], state: 'known' })
    expect(await columns()).toEqual([['user', 'id', 'name', 'email']])
    expect(await here.downgrade(all, 'a')).toMatchObject({ before: ['b'], heads: ['a'] })
    expect(await columns()).toEqual([['user', 'id', 'name']])
    expect(await here.downgrade(all, null)).toMatchObject({ heads: [] })
    expect(await columns()).toEqual([])
    expect(await here.upgrade(all)).toMatchObject({ heads: ['b'] })
    expect(await here.upgrade(all)).toMatchObject({ before: ['b'], heads: ['b'], steps: [] })
  })

  test('b113: three revisions go up at once, down one by one, and up again; whoever asks hears of every step', async () => {
    const all = history({
      ...base,
      c: {
        upgrade: (op: Op) => op.addColumn('user', { name: 'age', type: 'integer', nullable: true }),
        downgrade: (op: Op) => op.dropColumn('user', 'age'),
      },
    })
    const heard: string[] = []
    const onApply: MigrateRequest['onApply'] = ({ kind, step, before, after }) => {
      heard.push([kind, step.direction, step.revision.id, before.join(), after.join()].join(' '))
    }
    expect(await here.upgrade(all, 'c', { onApply })).toMatchObject({ heads: ['c'] })
    expect(await columns()).toEqual([['user', 'id', 'name', 'email', 'age']])
    for (const target of ['b', 'a', null]) await here.downgrade(all, target, { onApply })
    expect(await columns()).toEqual([])
    await here.stamp(all, 'a', { onApply })
    expect(heard).toEqual([
      'upgrade up a  a',
      'upgrade up b a b',
      'upgrade up c b c',
      'downgrade down c c b',
      'downgrade down b b a',
      'downgrade down a a ',
      'stamp up a  a',
    ])
  })

  test('the log tells what ran, by whom and how', async () => {
    await here.upgrade(history(base))
    await here.downgrade(history(base), 'a')
    const log = await readLog(await here.session())
    expect(
      log.map(({ revision, direction, kind, status, parents }) => [revision, direction, kind, status, parents]),
    ).toEqual([
      ['a', 'up', 'upgrade', 'done', []],
      ['b', 'up', 'upgrade', 'done', ['a']],
      ['b', 'down', 'downgrade', 'done', ['a']],
    ])
    expect(log[1]).toMatchObject({ toolVersion: '0.0.1', checksum: expect.stringMatching(/^1:[0-9a-f]{64}$/) })
    expect(log[1]!.operations.map(({ kind }) => kind)).toEqual(['addColumn', 'createIndex'])
    expect(log[1]!.host).not.toBe('')
  })

  test('b109: a migration that fails leaves nothing but a row in the log', async () => {
    const broken = history({
      ...base,
      c: {
        upgrade(op: Op) {
          op.addColumn('user', { name: 'age', type: 'integer', nullable: true })
          op.execute('INSERT INTO nowhere VALUES (1)')
        },
      },
    })
    const failure: unknown = await here.upgrade(broken).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailedError)
    expect(failure).toMatchObject({
      revision: 'c',
      direction: 'up',
      sql: 'INSERT INTO nowhere VALUES (1)',
      completed: 0,
      exitCode: 5,
    })
    expect((failure as Error).message).toMatch(/nowhere/)
    expect((failure as MigrationFailedError).at?.file).toBe(__filename)
    expect(await columns()).toEqual([['user', 'id', 'name', 'email']])
    const log = await readLog(await here.session())
    expect(log.at(-1)).toMatchObject({ revision: 'c', status: 'failed', stepsDone: 0, operations: [] })
    expect(log.at(-1)!.error).toMatch(/nowhere/)
    expect(await here.upgrade(history(base))).toMatchObject({ heads: ['b'] })
  })

  const fails = (op: Op) => op.execute('INSERT INTO nowhere VALUES (1)')

  test('b109: each migration is a transaction of its own: what ran before the one that fails stays', async () => {
    const broken = history({ ...base, c: { upgrade: fails } })
    await expect(here.upgrade(broken)).rejects.toThrow(MigrationFailedError)
    expect(await columns()).toEqual([['user', 'id', 'name', 'email']])
    expect(await here.upgrade(history(base))).toMatchObject({ before: ['b'], steps: [] })
  })

  test('b109: without a transaction what a migration did before it failed stays, and is counted', async () => {
    const broken = history({
      a: {
        transaction: false,
        async upgrade(op: Op) {
          op.createTable({ name: 'kept', columns: [{ name: 'id', type: 'integer' }] })
          await op.flush()
          fails(op)
        },
      },
    })
    await expect(here.upgrade(broken)).rejects.toMatchObject({ completed: 1 })
    expect(await columns()).toEqual([['kept', 'id']])
    const [attempt] = await readLog(await here.session())
    expect(attempt).toMatchObject({ status: 'failed', stepsDone: 1, operations: [{ kind: 'createTable' }] })
  })

  test.each([
    ['no downgrade', {}, 'it exports no function downgrade.'],
    [
      'a downgrade that is irreversible',
      { downgrade: (op: Op) => op.irreversible('rows were merged') },
      'rows were merged',
    ],
  ])('%s is refused before anything runs', async (_case, script, reason) => {
    const all = history({ a: { upgrade: user, ...script } })
    await here.upgrade(all)
    const refusal: unknown = await here.downgrade(all, null).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(IrreversibleRevisionError)
    expect(refusal).toMatchObject({ reason, exitCode: 6 })
    expect(await readLog(await here.session())).toHaveLength(1)
  })

  test('query, flush and manager run where they stand, in one transaction', async () => {
    const seen: unknown[] = []
    const all = history({
      ...base,
      c: {
        async upgrade(op) {
          op.bulkInsert('user', [
            { id: 1, name: 'Ann' },
            { id: 2, name: 'Bob' },
          ])
          seen.push(await op.query('SELECT name FROM "user" ORDER BY id'))
          op.addColumn('user', { name: 'age', type: 'integer', nullable: true })
          await op.flush()
          // A script's own manager is TypeORM's.
          const manager = op.manager as (
            work: (m: { query(sql: string): Promise<unknown> }) => Promise<void>,
          ) => Promise<void>
          await manager(async (m) => void (await m.query('UPDATE "user" SET age = 7')))
          op.renameColumn('user', 'age', 'years')
        },
      },
    })
    await here.upgrade(all)
    expect(seen.at(-1)).toEqual([{ name: 'Ann' }, { name: 'Bob' }])
    expect(await here.ask('SELECT id, name, years FROM "user" ORDER BY id')).toEqual([
      { id: 1, name: 'Ann', years: 7 },
      { id: 2, name: 'Bob', years: 7 },
    ])
    expect((await readLog(await here.session())).at(-1)!.operations.map(({ kind }) => kind)).toEqual([
      'bulkInsert',
      'addColumn',
      'renameColumn',
    ])
  })

  test('what raw SQL creates can be named after it', async () => {
    const all = history({
      a: {
        upgrade(op) {
          op.execute('CREATE TABLE raw (id integer PRIMARY KEY)')
          op.addColumn('raw', { name: 'note', type: 'text', nullable: true })
        },
      },
    })
    await here.upgrade(all)
    expect(await columns()).toEqual([['raw', 'id', 'note']])
  })

  test('a downgrade that throws does not keep the upgrade from running', async () => {
    const all = history({
      a: {
        upgrade: user,
        downgrade() {
          throw new Error('never go back')
        },
      },
    })
    expect(await here.upgrade(all)).toMatchObject({ heads: ['a'] })
    const failure: unknown = await here.downgrade(all, null).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailedError)
    expect(failure).toMatchObject({ direction: 'down', reason: 'never go back' })
  })

  test('an edited migration is told of', async () => {
    await here.upgrade(history(base))
    const edited = { ...base, a: { ...base.a, upgrade: (op: Op) => (user(op), op.execute('SELECT 1')) } }
    const { events } = await here.upgrade(history(edited))
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'edited', revisions: ['a'] }))
  })

  test('the events tell a run from its beginning to its end', async () => {
    const { events } = await here.upgrade(history(base))
    const told = events
      .filter(({ type }) => type !== 'statement')
      .map((event) => ('state' in event ? `${event.type} ${event.state}` : event.type))
    expect(told).toEqual(['run', 'migration started', 'migration done', 'migration started', 'migration done', 'end'])
    expect(events.filter(({ type }) => type === 'statement').length).toBeGreaterThanOrEqual(3)
  })
})

describe('a connection that breaks while a migration runs on postgres', () => {
  let here: World
  beforeEach(async () => void (here = await world(freshPostgres)))
  afterEach(() => here.end())

  test('is told as the failure it is, and the next run begins anew', async () => {
    const all = (last: string) =>
      history({
        a: {
          upgrade(op: Op) {
            user(op)
            op.execute(last)
          },
        },
      })
    const failure: unknown = await here
      .upgrade(all('SELECT pg_terminate_backend(pg_backend_pid())'))
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(ConnectionLostError)
    expect(failure).toMatchObject({ revision: 'a', exitCode: 5, reason: expect.stringMatching(/terminat/) })
    expect(await here.upgrade(all('SELECT 1'))).toMatchObject({ heads: ['a'] })
  })
})
