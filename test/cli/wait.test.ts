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

test('a refused login is not waited for', async () => {
  const url = new URL(postgresUrl())
  url.username = 'no_such_role'
  made = userProject({ type: 'postgres', url: url.href })
  made.write('migrations/a.ts', first)
  const ran = await made.autogen(['wait', '--timeout', '50'])
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({
    code: 8,
    stderr: expect.stringMatching(/^error The database .* refuses the user "no_such_role".*\nhint {2}Mend `username`/),
  })
})

test('a database that may be created yet is waited for, and what is missing is told at the end', async () => {
  const url = new URL(postgresUrl())
  url.pathname = '/created_later'
  made = userProject({ type: 'postgres', url: url.href })
  made.write('migrations/a.ts', first)
  const ran = await made.autogen(['wait', '--timeout', '1'])
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({
    code: 7,
    stderr: expect.stringMatching(
      /there is no database "created_later".*\nhint {2}Create it first: .*; or wait longer/,
    ),
  })
})
