// Who is in the way of the real command, and what cuts it off: told as a person reads it, and done once they are gone.
import { Client } from 'pg'
import { freshPostgres } from '../support/databases'
import type { TestProject } from '../support/cli'
import { podProject } from '../support/pods'

jest.setTimeout(120_000)

let made: TestProject
let database: Awaited<ReturnType<typeof freshPostgres>>
let other: Client
beforeEach(async () => {
  database = await freshPostgres()
  other = new Client({ connectionString: database.url, application_name: 'nightly report' })
  await other.connect()
  made = podProject(database.options, {
    a1: { up: `op.createTable({ name: 'item', columns: [{ name: 'id', type: 'integer' }] })` },
    b2: {
      up: `op.execute('CREATE TABLE second (id integer)')
        op.addColumn('item', { name: 'note', type: 'text', nullable: true })`,
    },
  })
  await made.autogen(['upgrade', 'a1'])
  await other.query('BEGIN; LOCK TABLE item IN ACCESS EXCLUSIVE MODE')
})
afterEach(async () => {
  await other.end()
  await database.drop()
  made.remove()
})

const column = async (sql: string) => (await other.query<{ one: unknown }>(sql)).rows.map(({ one }) => one)
const log = () => column(`SELECT revision || ' ' || status AS one FROM autogen_log ORDER BY id`)

test('a run goes on once they have gone', async () => {
  const run = made.begin(['upgrade', '--table-lock-timeout', '1'])
  await run.said(/retry +b2 was rolled back: canceling statement due to lock timeout; in the way: pid \d+/)
  await other.query('COMMIT')
  expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/upgrade +b2/) })
  expect(await log()).toEqual(['a1 done', 'b2 done'])
})

test('where they stay the error names them, and the database is where it was', async () => {
  made.write('autogen.config.json', '{ "lockRetries": 0, "tableLockTimeout": 0.5 }')
  const { code, stderr } = await made.autogen(['upgrade'])
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: expect.stringMatching(
      /^error Revision b2 failed to upgrade at .* lock timeout; in the way: pid \d+ \(postgres in nightly report, idle in transaction for \d+ s\).*\nhint {2}The database is at a1; nothing of b2 was kept: let them end, or wait longer with `--table-lock-timeout SECONDS`/,
    ),
  })
  await other.query('ROLLBACK')
  expect(await column(`SELECT to_regclass('second') AS one`)).toEqual([null])
  expect(await column('SELECT version_num AS one FROM autogen_version')).toEqual(['a1'])
  expect(await log()).toEqual(['a1 done', 'b2 failed'])
})

test('a connection that the server cuts is told, with what became of the revision', async () => {
  const run = made.begin(['upgrade', '-v', '--table-lock-timeout', '0'])
  await run.said('CREATE TABLE second')
  await other.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  const { code, stderr } = await run.ended
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr: expect.stringMatching(
      /^error The connection was lost in the upgrade of revision b2 .*terminat.*\nhint {2}What was not committed of b2 was rolled back, the database is at a1: run the same command again\./s,
    ),
  })
  await other.query('ROLLBACK')
  expect(await log()).toEqual(['a1 done', 'b2 failed'])
  expect(await made.autogen(['upgrade'])).toMatchObject({ code: 0 })
  expect(await log()).toEqual(['a1 done', 'b2 failed', 'b2 done'])
})
