// `autogen wait`: ends well once the database is there, and with code 7 when it is not in time.
import { setTimeout as sleep } from 'node:timers/promises'
import { freshPostgres, postgresUrl } from '../support/databases'
import type { TestProject } from '../support/cli'
import { userProject } from '../support/user-project'

jest.setTimeout(60_000)

const first =
  "export const revision = 'aaaa'\nexport const downRevision = null\nexport function upgrade() {}\nexport function downgrade() {}\n"
let made: TestProject
afterEach(() => made.remove())

test('it returns when another process has upgraded', async () => {
  const database = await freshPostgres()
  made = userProject(database.options)
  made.write('migrations/a.ts', first)
  try {
    const waiting = made.autogen(['wait', '--until', 'head', '--timeout', '40', '--format', 'json'])
    await sleep(1500)
    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
    const ran = await waiting
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ heads: ['aaaa'] })
  } finally {
    await database.drop()
  }
})

test('it gives up with code 7, saying where the database is, and creates nothing', async () => {
  const database = await freshPostgres()
  made = userProject(database.options)
  made.write('migrations/a.ts', first)
  try {
    const ran = await made.autogen(['wait', '--timeout', '1'])
    expect(ran.code).toBe(7)
    expect(ran.stderr).toMatch(/Waited in vain for aaaa: the database is at base\./)
    expect(ran.stderr).toMatch(/hint .*upgrade head/)
  } finally {
    await database.drop()
  }
})

test('a database that does not answer is waited for', async () => {
  const url = new URL(postgresUrl())
  url.port = '1'
  made = userProject({ type: 'postgres', url: url.href })
  made.write('migrations/a.ts', first)
  const ran = await made.autogen(['wait', '--timeout', '1'])
  expect(ran.code).toBe(7)
  expect(ran.stderr).toMatch(/Waited in vain for the database: .*127\.0\.0\.1:1/)
})
