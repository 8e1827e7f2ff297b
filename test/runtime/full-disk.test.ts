// The disk is full in the middle of a revision: the database is where it was, the log has the attempt, and the hint says what is missing.
import type { Op } from '../../src/operations/op'
import { readLog } from '../../src/runtime/log'
import { readHeads } from '../../src/runtime/versions'
import { freshPostgres, freshSqlite } from '../support/databases'
import { sqliteDrivers } from '../support/lane'
import { history, world, type World } from './world'

let here: World
afterEach(() => here.end())

const item = (op: Op) => op.createTable({ name: 'item', columns: [{ name: 'body', type: 'text' }] })
const kept = (op: Op) => op.execute(`INSERT INTO item VALUES ('kept')`)

/** What every disk that is full leaves behind. */
async function expectNothingOf(failure: unknown, reason: RegExp, advice: RegExp): Promise<void> {
  expect(failure).toMatchObject({
    code: 'migration-failed',
    exitCode: 5,
    revision: 'b',
    operation: expect.stringMatching(/execute/),
    sql: expect.any(String),
    reason: expect.stringMatching(reason),
    hint: expect.stringMatching(/^The database is at a; nothing of b was kept: /),
  })
  expect((failure as { hint: string }).hint).toMatch(advice)
  const session = await here.session()
  expect(await readHeads(session)).toEqual(['a'])
  const log = (await readLog(session)).map(({ revision, status, stepsDone, error }) => ({
    revision,
    status,
    stepsDone,
    error,
  }))
  expect(log).toEqual([
    { revision: 'a', status: 'done', stepsDone: 1 },
    { revision: 'b', status: 'failed', stepsDone: 0, error: (failure as Error).message },
  ])
  await session.close()
  expect(await here.ask('SELECT body FROM item')).toEqual([])
}

// A page more than there is room for is what a disk without room is to SQLite: sqlite.org/pragma.html#pragma_max_page_count
const native = sqliteDrivers().filter((driver) => driver !== 'sqljs')
test.each(native)('%s', async (driver) => {
  here = await world(async () => freshSqlite(driver))
  const all = (last: string) =>
    history({ a: { upgrade: item }, b: { upgrade: (op: Op) => (kept(op), op.execute(last)) } })
  await here.upgrade(all('SELECT 1'), 'a')
  const full = history({
    a: { upgrade: item },
    b: {
      async upgrade(op) {
        await op.query('PRAGMA max_page_count = 40')
        kept(op)
        op.execute(`INSERT INTO item SELECT hex(zeroblob(1000000))`)
      },
    },
  })
  const failure: unknown = await here.upgrade(full).catch((error: unknown) => error)
  await expectNothingOf(failure, /database or disk is full/, /make room on the disk, then run/)
  expect(await here.upgrade(all('SELECT 1'))).toMatchObject({ heads: ['b'] })
  expect(await here.ask('SELECT body FROM item')).toEqual([{ body: 'kept' }])
})

// To fill the disk of a server is to take it from everybody who uses it; the server's own error is raised in its place.
test('PostgreSQL', async () => {
  here = await world(freshPostgres)
  const all = (last: string) =>
    history({ a: { upgrade: item }, b: { upgrade: (op: Op) => (kept(op), op.execute(last)) } })
  const full = `DO $$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file "base/5/16384": No space left on device',
    HINT = 'Check free disk space.'; END $$`
  const failure: unknown = await here.upgrade(all(full)).catch((error: unknown) => error)
  await expectNothingOf(
    failure,
    /^could not extend file .* \(Check free disk space\)$/,
    /make room on the disk of the server, then run the same command again/,
  )
  expect(await here.upgrade(all('SELECT 1'))).toMatchObject({ heads: ['b'] })
})
