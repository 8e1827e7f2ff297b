// Ctrl-C at the real command: the first one stops it after the running statement or batch, the second at once.
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import type { TestProject } from '../support/cli'
import { lane, sqliteDrivers } from '../support/lane'
import { podProject } from '../support/pods'

jest.setTimeout(120_000)

let made: TestProject
let database: TestDatabase
afterEach(async () => {
  made.remove()
  await database.drop()
})

const column = async (sql: string) => (await ask(database, sql)).flatMap((row) => Object.values(row))
const log = () => column(`SELECT revision || ' ' || status || ' ' || steps_done FROM autogen_log ORDER BY id`)

const counted = (rows: number) =>
  `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${rows}) SELECT count(*) FROM c`
const native = lane.major === '1' ? 'better-sqlite3' : 'sqlite'
// What the command does with a signal is the same on both majors; the drivers differ.
const met: [name: string, create: () => Promise<TestDatabase>, busy: string, busyForLong: string][] = [
  ['postgres', freshPostgres, 'SELECT pg_sleep(3)', 'SELECT pg_sleep(600)'],
  [native, async () => freshSqlite(native), counted(5e6), counted(1e10)],
]
const drivers = met.filter(([name]) => (name === 'postgres' ? lane.major === '1' : sqliteDrivers().includes(native)))

const scripts = (busy: string) => ({
  a1: { up: `op.execute('CREATE TABLE first (id integer)')` },
  b2: {
    up: ['CREATE TABLE second (id integer)', busy, 'CREATE TABLE third (id integer)']
      .map((sql) => `op.execute('${sql}')`)
      .join('\n'),
  },
})

test.each(drivers)('on %s the running statement ends, and the revision is rolled back', async (_, create, busy) => {
  database = await create()
  made = podProject(database.options, scripts(busy))
  const child = made.begin(['upgrade', '-v', '--no-backup'])
  await child.said('CREATE TABLE second')
  // By then the next one runs.
  await sleep(200)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await child.ended
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr:
      'stopping  once the running statement has ended; Ctrl-C again stops at once\n' +
      'error Interrupted in revision b2; its open transaction was rolled back.\n' +
      'hint  Run `autogen current -v` to see where the database is, and the same command again to go on.\n',
  })
  expect(stdout).toContain(`${busy}  (`)
  expect(stdout).not.toContain('CREATE TABLE third')
  expect(await log()).toEqual(['a1 done 1', 'b2 failed 0'])
  expect(await column('SELECT version_num FROM autogen_version')).toEqual(['a1'])
  await expect(column('SELECT * FROM second')).rejects.toThrow(/second/)
})

// While better-sqlite3 runs a statement, nothing else happens in its process; both signals are heard at its end.
test.each(drivers.filter(([name]) => name !== 'better-sqlite3'))(
  'on %s the second one does not wait, and nothing stays',
  async (_, create, _busy, busyForLong) => {
    database = await create()
    made = podProject(database.options, scripts(busyForLong))
    const child = made.begin(['upgrade', '-v', '--no-backup', '--log', 'json'])
    await child.said('CREATE TABLE second')
    child.kill('SIGINT')
    await child.said('Ctrl-C again')
    child.kill('SIGTERM')
    const { code, signal, stderr } = await child.ended
    expect([130, 'SIGINT']).toContain(signal ?? code)
    const told = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(told.slice(-2)).toEqual([
      expect.objectContaining({
        type: 'failure',
        code: 'interrupted',
        message: expect.stringMatching(/^Stopped at once/),
      }),
      expect.objectContaining({ type: 'exit', exitCode: 130 }),
    ])
    // The server notices that nobody is there any more, and ends the statement.
    made.write('migrations/b2.js', made.read('migrations/b2.js').replace(busyForLong, 'SELECT 1'))
    expect(await made.autogen(['upgrade', '--no-backup'])).toMatchObject({ code: 0 })
    expect(await log()).toEqual(['a1 done 1', 'b2 done 1'])
  },
)

test.each(drivers)('on %s batches that are committed stay, and the next run goes on after them', async (_, create) => {
  database = await create()
  made = podProject(database.options, {
    a1: {
      up: `op.createTable({ name: 'item', columns: [{ name: 'id', type: 'integer' }, { name: 'n', type: 'integer' }], primaryKey: ['id'] })
        op.bulkInsert('item', Array.from({ length: 50 }, (_, at) => ({ id: at + 1, n: 0 })))`,
    },
    b2: { up: `await op.batched({ table: 'item', set: { n: 'n + 1' }, size: 10, pauseMs: 300 })` },
  })
  const child = made.begin(['upgrade', '-v', '--no-backup'])
  await child.said('item: 2 batches')
  child.kill('SIGINT')
  expect(await child.ended).toMatchObject({ code: 130 })
  const touched = Number((await column('SELECT count(*) FROM item WHERE n = 1'))[0])
  expect([20, 30]).toContain(touched)
  expect(await log()).toEqual(['a1 done 1', 'b2 failed 0'])
  expect(await made.autogen(['upgrade', '--no-backup'])).toMatchObject({ code: 0 })
  expect(await column('SELECT id FROM item WHERE n <> 1')).toEqual([])
  expect(await log()).toEqual(['a1 done 1', 'b2 done 2'])
})
