import { VersionMovedError } from '../../src/errors'
import { readLog, startEntry, finishEntry, appliedFromLog, type NewLogEntry } from '../../src/runtime/log'
import { patientSession } from '../../src/runtime/lock'
import { ensureTables } from '../../src/runtime/own-tables'
import { inTransaction } from '../../src/runtime/session'
import { applyHeads, readHeads } from '../../src/runtime/versions'
import { databases, world, type World } from './world'

describe.each(databases)('the version table and the log on %s', (name, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('b80: reading neither needs the tables nor creates them', async () => {
    const session = await here.session()
    expect(await readHeads(session)).toEqual([])
    expect(await readLog(session)).toEqual([])
    expect(await session.dialect.hasTable(session.connection, session.tables.version, session.scope)).toBe(false)
  })

  test('b81: heads go in and out within one transaction', async () => {
    const session = await here.session()
    await ensureTables(session)
    await ensureTables(session)
    await inTransaction(session, () => applyHeads(session, [], ['a', 'b']))
    expect(await inTransaction(session, () => applyHeads(session, ['b'], ['c']))).toEqual(['a', 'c'])
    expect(await readHeads(session)).toEqual(['a', 'c'])
  })

  test.each([
    ['a row that is not there is taken away', ['x'], ['y']],
    ['a row that is there is put in again', [], ['a']],
  ])('b85 b86: nothing moves when %s', async (_case, removed, added) => {
    const session = await here.session()
    await ensureTables(session)
    await inTransaction(session, () => applyHeads(session, [], ['a']))
    await expect(inTransaction(session, () => applyHeads(session, removed, added))).rejects.toThrow(VersionMovedError)
    // Nothing is counted: the rows are read before and after, whatever a driver says of them.
    expect(await readHeads(session)).toEqual(['a'])
  })

  test('a log row comes back as it was written', async () => {
    const session = await here.session()
    await ensureTables(session)
    const running: NewLogEntry = {
      revision: 'a1',
      parents: ['b', 'c'],
      direction: 'up',
      kind: 'upgrade',
      status: 'running',
      stepsDone: 1,
      operations: [{ kind: 'execute', sql: "SELECT 'it''s'" }],
      toolVersion: '1.2.3',
      host: 'here',
      startedAt: '2026-01-02T03:04:05.678Z',
    }
    const done: NewLogEntry = {
      ...running,
      status: 'done',
      checksum: '1:abc',
      byUser: 'me',
      finishedAt: '2026-01-02T03:04:06.000Z',
      durationMs: 322,
      reason: 'because "of" this',
      downgrade: { intents: [{ kind: 'dropTable', table: "it's" }], transaction: false, dependsOn: ['d'] },
    }
    const id = await startEntry(session, running)
    expect(await readLog(session)).toEqual([{ id, ...running }])
    await finishEntry(session, id, done)
    expect(await readLog(session)).toEqual([{ id, ...done }])
    expect([...appliedFromLog(await readLog(session)).keys()]).toEqual(['a1'])
  })

  test('a log that lacks a column is read as it is, and gets the column with the next write', async () => {
    const session = await here.session()
    await ensureTables(session)
    const entry: NewLogEntry = {
      revision: 'a1',
      parents: [],
      direction: 'up',
      kind: 'upgrade',
      status: 'done',
      stepsDone: 1,
      operations: [],
      toolVersion: '1.2.3',
      startedAt: '2026-01-02T03:04:05.678Z',
    }
    await startEntry(session, entry)
    await session.connection.query('ALTER TABLE autogen_log DROP COLUMN downgrade')
    const before = await readLog(session)
    expect(before).toEqual([{ id: 1, ...entry }])
    expect(await ensureTables(session)).toBe(true)
    expect(await ensureTables(session)).toBe(false)
    expect(await readLog(session)).toEqual(before)
    const kept = { ...entry, revision: 'b2', downgrade: { intents: [] } }
    await startEntry(session, kept)
    expect(await readLog(session)).toEqual([...before, { id: 2, ...kept }])
  })

  test.each([
    ['their usual names', {}, 'autogen_version', 'autogen_log'],
    ['those of the settings', { versionTable: 'versions', logTable: 'ran' }, 'versions', 'ran'],
  ])(
    'b79: the tables have %s, and the key of the first keeps a head from being there twice',
    async (_what, names, version, ran) => {
      const session = await here.session(names)
      await ensureTables(session)
      const insert = `INSERT INTO ${version} (version_num) VALUES ('a')`
      await session.connection.query(insert)
      await expect(session.connection.query(insert)).rejects.toThrow(/unique/i)
      expect(await readHeads(session)).toEqual(['a'])
      expect(await session.connection.query(`SELECT * FROM ${ran}`)).toEqual([])
    },
  )

  test('the tables may have other names', async () => {
    const session = await here.session({ versionTable: 'my versions', logTable: 'my "log"' })
    await ensureTables(session)
    await inTransaction(session, () => applyHeads(session, [], ['a']))
    expect(await readHeads(session)).toEqual(['a'])
    expect(await readHeads(await here.session())).toEqual([])
  })

  test('two sessions may create them at once', async () => {
    const sessions = [await here.session({}, { timeout: 20 }), await here.session({}, { timeout: 20 })]
    const creating = sessions.map((session) => ensureTables(patientSession(session, { lockTimeoutMs: 5_000 })))
    const refused = (await Promise.allSettled(creating)).filter(({ status }) => status === 'rejected')
    // Two sessions on one sql.js file cannot see each other, so the second may not store what it has.
    const expected = name === 'sqljs' ? [{ reason: expect.objectContaining({ code: 'file-changed' }) }] : []
    expect(refused).toMatchObject(expected)
    expect(await readHeads(await here.session())).toEqual([])
  })
})
