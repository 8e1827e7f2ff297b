// A whole run in one transaction: kept together, taken back together, or only tried.
import { existsSync, readFileSync } from 'node:fs'
import { MigrationFailedError, SingleTransactionError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { readLog } from '../../src/runtime/log'
import { freshPostgres } from '../support/databases'
import { databases, history, world, type World } from './world'

const user = (op: Op) => {
  op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] })
  op.execute('INSERT INTO "user" (id) VALUES (1)')
}
const note = (op: Op) =>
  op.createTable({
    name: 'note',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'userId', type: 'integer' },
    ],
    primaryKey: ['id'],
    foreignKeys: [
      { name: 'FK_note', columns: ['userId'], references: { table: 'user', columns: ['id'] }, onDelete: 'CASCADE' },
    ],
  })
const two = {
  a: { upgrade: user, downgrade: (op: Op) => op.dropTable('user') },
  b: { upgrade: note, downgrade: (op: Op) => op.dropTable('note') },
}
const broken = { ...two, c: { upgrade: (op: Op) => op.execute('INSERT INTO nowhere VALUES (1)') } }
const single = { singleTransaction: true } as const
const dry = { dryRun: true } as const

describe.each(databases)('a run in one transaction on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const tables = async () => {
    const session = await here.session()
    const { tables } = await session.dialect.introspect(session.connection, { ...session.scope, ignore: [] })
    await session.close()
    return tables.map(({ name }) => name).sort()
  }
  const file = () => {
    const path = (here.database as { file?: string }).file
    return path !== undefined && existsSync(path) ? readFileSync(path) : undefined
  }

  test('is kept with all its version and log rows, up and down', async () => {
    const { heads, events } = await here.upgrade(history(two), undefined, single)
    expect(heads).toEqual(['b'])
    expect(events.find(({ type }) => type === 'run')).toMatchObject({ singleTransaction: true })
    const log = async () =>
      (await readLog(await here.session())).map(({ revision, direction, status }) => [revision, direction, status])
    expect(await log()).toEqual([
      ['a', 'up', 'done'],
      ['b', 'up', 'done'],
    ])
    expect((await here.downgrade(history(two), null, single)).heads).toEqual([])
    expect(await tables()).toEqual(['autogen_log', 'autogen_version'])
    expect((await log()).slice(2)).toEqual([
      ['b', 'down', 'done'],
      ['a', 'down', 'done'],
    ])
  })

  test('is taken back as a whole by a failure, of which the log tells', async () => {
    const failure: unknown = await here.upgrade(history(broken), undefined, single).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailedError)
    expect(failure).toMatchObject({
      revision: 'c',
      completed: 0,
      takenBack: ['a', 'b'],
      message: expect.stringContaining('Taken back with it: a, b.'),
      hint: 'Nothing of this run was kept: mend the migration, then run the same command again.',
    })
    expect(await tables()).toEqual(['autogen_log', 'autogen_version'])
    const log = await readLog(await here.session())
    expect(log.map(({ revision, status, stepsDone }) => [revision, status, stepsDone])).toEqual([['c', 'failed', 0]])
    expect(log[0]!.error).toContain('Taken back with it: a, b.')
    expect((await here.upgrade(history(two))).heads).toEqual(['b'])
  })

  test.each([
    ['transaction = false', { transaction: false, upgrade: (op: Op) => op.execute('SELECT 1') }],
    ['op.autocommit', { upgrade: async (op: Op) => op.autocommit((one) => one.execute('SELECT 1')) }],
    ['op.batched', { upgrade: async (op: Op) => op.batched({ table: 'user', set: { id: 'id' } }) }],
  ])('is refused before anything runs with %s', async (_case, script) => {
    const all = history({ ...two, c: script })
    const refusal: unknown = await here.upgrade(all, undefined, single).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(SingleTransactionError)
    expect(refusal).toMatchObject({ exitCode: 6, obstacles: [{ revision: 'c', reason: expect.any(String) }] })
    expect(await tables()).toEqual([])
  })

  test('is refused, and taken back, where a script turns out to leave it', async () => {
    const all = history({
      ...two,
      c: {
        async upgrade(op: Op) {
          const [row] = await op.query('SELECT count(*) AS count FROM "user"')
          if (Number(row?.count) > 0) await op.autocommit((one) => one.execute('SELECT 1'))
        },
      },
    })
    await expect(here.upgrade(all, undefined, single)).rejects.toBeInstanceOf(SingleTransactionError)
    expect(await tables()).toEqual(['autogen_log', 'autogen_version'])
  })

  test('is only tried by a dry run, which leaves nothing at all', async () => {
    const tried = await here.upgrade(history(two), undefined, { ...dry, backup: {} })
    expect(tried).toMatchObject({ heads: ['b'], rehearsal: { complete: true, notes: [] } })
    expect(tried.steps.map(({ step }) => step.revision.id)).toEqual(['a', 'b'])
    expect(tried.events.filter(({ type }) => type === 'statement').length).toBeGreaterThanOrEqual(3)
    expect(tried.events.some(({ type }) => type === 'backup')).toBe(false)
    expect(await tables()).toEqual([])
    await here.upgrade(history(two))
    const log = await readLog(await here.session())
    const before = file()
    expect(await here.downgrade(history(two), null, dry)).toMatchObject({ heads: [], before: ['b'] })
    expect(await tables()).toEqual(['autogen_log', 'autogen_version', 'note', 'user'])
    expect(file()).toEqual(before)
    expect(await readLog(await here.session())).toEqual(log)
  })

  test('fails in a dry run as the run would, and leaves no row of it', async () => {
    await here.upgrade(history(two))
    const log = await readLog(await here.session())
    const failure: unknown = await here.upgrade(history(broken), undefined, dry).catch((error: unknown) => error)
    expect(failure).toMatchObject({ exitCode: 5, revision: 'c', dryRun: true, hint: expect.stringMatching(/dry run/) })
    expect(await readLog(await here.session())).toEqual(log)
  })

  test('rehearses batches inside, and says what it left out', async () => {
    const all = history({
      ...two,
      c: {
        async upgrade(op: Op) {
          op.addColumn('user', { name: 'age', type: 'integer', nullable: true })
          await op.batched({ table: 'user', set: { age: '7' }, size: 1, pauseMs: 60_000 })
          op.alterColumn('user', 'age', { nullable: false })
          await op.autocommit((one) => one.execute('VACUUM'))
        },
      },
    })
    const { rehearsal, heads } = await here.upgrade(all, undefined, dry)
    expect(heads).toEqual(['c'])
    expect(rehearsal).toEqual({
      complete: true,
      notes: [
        { revision: 'c', note: 'was tried in one transaction, though op.batched commits after every batch' },
        { revision: 'c', note: 'was not tried: `VACUUM`, which runs outside of a transaction' },
      ],
    })
    expect(await tables()).toEqual([])
  })

  test('keeps the rows of children while a table is rebuilt, tried or kept', async () => {
    await here.upgrade(history(two))
    await here.ask('INSERT INTO note (id, "userId") VALUES (1, 1)')
    const all = history({
      ...two,
      c: { upgrade: (op: Op) => op.addColumn('note', { name: 'text', type: 'text', nullable: true }) },
      d: { upgrade: (op: Op) => op.createCheck('user', { name: 'CHK_id', expression: 'id > 0' }) },
    })
    await here.upgrade(all, undefined, dry)
    expect(await here.ask('SELECT id FROM note')).toEqual([{ id: 1 }])
    await here.upgrade(all, undefined, single)
    expect(await here.ask('SELECT id, text FROM note')).toEqual([{ id: 1, text: null }])
  })

  test('finds keys without their rows in a dry run, too', async () => {
    await here.upgrade(history(two))
    const deferred = history({
      ...two,
      c: {
        upgrade(op: Op) {
          op.createTable({
            name: 'child',
            columns: [{ name: 'id', type: 'integer' }],
            primaryKey: ['id'],
            foreignKeys: [
              {
                name: 'FK_child',
                columns: ['id'],
                references: { table: 'user', columns: ['id'] },
                deferrable: 'INITIALLY DEFERRED',
              },
            ],
          })
          op.execute('INSERT INTO child (id) VALUES (99)')
        },
      },
    })
    await expect(here.upgrade(deferred, undefined, dry)).rejects.toMatchObject({ exitCode: 5 })
    await expect(here.upgrade(deferred)).rejects.toMatchObject({ exitCode: 5 })
    expect(await tables()).toEqual(['autogen_log', 'autogen_version', 'note', 'user'])
  })
})

describe('a run in one transaction on SQLite', () => {
  const [, sqlite] = databases.find(([name]) => name !== 'postgres')!
  let here: World
  beforeEach(async () => void (here = await world(sqlite)))
  afterEach(() => here.end())

  test('is refused where one rebuilds a table and another deletes rows, which would not cascade', async () => {
    await here.upgrade(history(two))
    const all = history({
      ...two,
      c: { upgrade: (op: Op) => op.createCheck('user', { name: 'CHK_id', expression: 'id > 0' }) },
      d: { upgrade: (op: Op) => op.execute('DELETE FROM "user"') },
    })
    await expect(here.upgrade(all, undefined, single)).rejects.toMatchObject({
      obstacles: [{ revision: 'd', reason: expect.stringMatching(/c rebuilds a table/) }],
    })
    expect((await here.upgrade(all)).heads).toEqual(['d'])
  })
})

describe('a run in one transaction on PostgreSQL', () => {
  let here: World
  beforeEach(async () => void (here = await world(freshPostgres)))
  afterEach(() => here.end())

  const mood = {
    a: { upgrade: (op: Op) => op.createEnum({ name: 'mood', values: ['fine'] }) },
    b: {
      upgrade(op: Op) {
        op.addEnumValue('mood', 'glad')
        op.createTable({ name: 'day', columns: [{ name: 'mood', type: { enum: 'mood' }, default: 'glad' }] })
      },
    },
  }

  test('is refused where an enum value must be committed before it is used, and a dry run ends there', async () => {
    await here.upgrade(history({ a: mood.a }))
    await expect(here.upgrade(history(mood), undefined, single)).rejects.toMatchObject({
      obstacles: [{ revision: 'b', reason: expect.stringMatching(/enum value/) }],
    })
    const { heads, rehearsal } = await here.upgrade(history(mood), undefined, dry)
    expect([heads, rehearsal?.complete]).toEqual([['a'], false])
    expect(rehearsal?.notes.at(-1)).toEqual({ revision: 'b', note: expect.stringMatching(/the rehearsal ends here/) })
    expect((await here.upgrade(history(mood))).heads).toEqual(['b'])
  })

  test('tries an index that is built concurrently inside of it', async () => {
    await here.upgrade(history(two))
    const all = history({
      ...two,
      c: {
        transaction: false,
        upgrade: (op: Op) => op.createIndex('note', { name: 'IDX_note', columns: ['userId'], concurrently: true }),
        downgrade: (op: Op) => op.dropIndex('note', 'IDX_note', { concurrently: true }),
      },
    })
    const { heads, rehearsal } = await here.upgrade(all, undefined, dry)
    expect(heads).toEqual(['c'])
    expect(rehearsal?.notes).toEqual([
      { revision: 'c', note: 'was tried inside the transaction, not concurrently: index "IDX_note"' },
    ])
    expect(await here.ask(`SELECT 1 FROM pg_class WHERE relname = 'IDX_note'`)).toEqual([])
  })
})
