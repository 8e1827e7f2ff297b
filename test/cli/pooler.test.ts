// The real command behind a pooler in transaction mode: it says so, and processes that start at once still migrate one after the other.
import { freshPostgres, ask } from '../support/databases'
import type { TestProject } from '../support/cli'
import { podProject } from '../support/pods'
import { pooler, type Pooler } from '../support/pooler'

jest.setTimeout(60_000)

let made: TestProject
let database: Awaited<ReturnType<typeof freshPostgres>>
let behind: Pooler
beforeEach(async () => {
  database = await freshPostgres()
  const url = new URL(database.url)
  behind = await pooler(new URL(database.url))
  url.port = String(behind.port)
  made = podProject(
    { ...database.options, url: url.href },
    {
      a1: { up: `op.createTable({ name: 'tally', columns: [{ name: 'revision', type: 'varchar' }] })` },
      b2: { up: `op.bulkInsert('tally', [{ revision: 'b2' }])\nawait op.query('SELECT pg_sleep(0.2)')` },
      c3: { up: `op.bulkInsert('tally', [{ revision: 'c3' }])` },
    },
  )
})
afterEach(async () => {
  made.remove()
  await behind.close()
  await database.drop()
})

test('three processes apply each migration once, and are told of the pooler', async () => {
  const ran = await Promise.all([1, 2, 3].map(() => made.autogen(['upgrade'])))
  expect(ran.map(({ code, output }) => [code, /pooler/.test(output)])).toEqual(ran.map(() => [0, true]))
  expect(await ask(database, 'SELECT revision FROM tally ORDER BY 1')).toEqual([{ revision: 'b2' }, { revision: 'c3' }])
  expect(await ask(database, `SELECT revision FROM autogen_log WHERE status = 'done' ORDER BY id`)).toHaveLength(3)
})

test('what needs a session is refused there, with what to do instead', async () => {
  made.write(
    'migrations/d4.js',
    `exports.revision = 'd4'
exports.downRevision = 'c3'
exports.transaction = false
exports.upgrade = (op) => op.execute('VACUUM')
exports.downgrade = () => {}
`,
  )
  const { code, stderr } = await made.autogen(['upgrade'])
  expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/pooler.*\nhint {2}/s) })
})
