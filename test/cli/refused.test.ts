// A user who may not do what a command needs, a history that is further on, entities that are not there: each said in a sentence.
import { afterEach, describe, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { freshPostgres } from '../support/databases'
import type { TestProject } from '../support/cli'
import { dataSource, userEntity, userProject } from '../support/user-project'

jest.setTimeout(60_000)

const sqljs = { type: 'sqljs', location: 'app.sqlite', autoSave: true }
let made: TestProject
afterEach(() => made.remove())

test('a user without rights is told so, before and after our tables are there', async () => {
  const database = await freshPostgres()
  const role = `low_${Date.now().toString(36)}`
  const owner = new Client({ connectionString: database.url })
  await owner.connect()
  try {
    await owner.query(`REVOKE CREATE ON SCHEMA public FROM public`)
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'hunter2-secret'`)
    const low = new URL(database.url)
    Object.assign(low, { username: role, password: 'hunter2-secret' })
    made = userProject(database.options)
    await made.autogen(['revision', '-m', 'first'])
    const denied = /^error The database does not allow it: permission denied for schema public\.\nhint .*--url/m
    for (const words of [['upgrade'], ['stamp', 'head']]) {
      const { code, stderr } = await made.autogen([...words, '--url', low.href])
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(denied) })
    }
    expect((await made.autogen(['upgrade'])).code).toBe(0)
    const current = await made.autogen(['current', '--url', low.href])
    expect(current).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/permission denied for table autogen_version/),
    })
    expect(current.output).not.toMatch(/hunter2|^\s+at /m)
  } finally {
    await owner.query(`DROP ROLE IF EXISTS ${role}`)
    await owner.end()
    await database.drop()
  }
})

test('a search path without a schema is told as such', async () => {
  const database = await freshPostgres()
  try {
    made = userProject({ ...database.options, extra: { options: '-c search_path=nowhere' } })
    await made.autogen(['revision', '-m', 'first'])
    const { code, stderr } = await made.autogen(['upgrade'])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^error The database does not allow it: no schema .*\nhint {2}Name a schema/m),
    })
  } finally {
    await database.drop()
  }
})

test('a password that was not escaped is a URL to mend, and is not printed', async () => {
  made = userProject({ type: 'postgres', url: 'postgres://u@127.0.0.1:1/app' })
  const { code, stderr, output } = await made.autogen(['check', '--url', 'postgres://u:50%hunter2@127.0.0.1/app'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/% that begins no escape/) })
  expect(output).not.toContain('hunter2')
})

describe('a database that knows more than this folder', () => {
  const extra = `export const revision = 'eeee00000002'\nexport const downRevision = 'eeee00000001'
export function upgrade(op: any) { op.createTable({ name: 'later', columns: [{ name: 'id', type: 'integer' }] }) }
export function downgrade() {}\n`

  test('revision does not send to an upgrade that would do nothing; check says where the database is', async () => {
    made = userProject(sqljs)
    await made.autogen(['revision', '-m', 'first', '--rev-id', 'eeee00000001'])
    made.write('migrations/eeee00000002_later.ts', extra)
    expect((await made.autogen(['upgrade'])).code).toBe(0)
    await made.node(`require('node:fs').rmSync('migrations/eeee00000002_later.ts')`)

    const refused = await made.autogen(['revision', '-m', 'more'])
    expect(refused.code).toBe(4)
    expect(refused.stderr).toMatch(/ahead of this folder: it is at eeee00000002/)
    expect(refused.stderr).not.toMatch(/upgrade head/)
    expect(refused.stderr).toMatch(/autogen switch/)

    const checked = await made.autogen(['check'])
    expect({ code: checked.code, output: checked.output }).toEqual({
      code: 3,
      output: expect.stringMatching(/ahead of this folder: it is at eeee00000002/),
    })
    expect(checked.output).not.toMatch(/autogen revision/)
  })
})

test('a script that throws is named with the line that threw', async () => {
  made = userProject(sqljs)
  made.write(
    'migrations/a.ts',
    `export const revision = 'aaaa00000001'\nexport const downRevision = null\n\nexport function upgrade(op: any) {\n  op.execute('SELECT 1')\n  throw new Error('boom')\n}\n`,
  )
  const { code, stderr } = await made.autogen(['upgrade'])
  expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringMatching(/migrations\/a\.ts:6\): boom/) })
})

test('a data source without entities is pointed out, so that dropping everything surprises nobody', async () => {
  made = userProject(sqljs)
  expect((await made.autogen(['check'])).output).not.toMatch(/no entities/)
  made.write('ormconfig.ts', dataSource(sqljs).replace('entities: [User]', "entities: ['nowhere/*.ts']"))
  made.write('src/user.ts', userEntity())
  const { code, stderr } = await made.autogen(['check'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/warning .*has no entities/) })
})

test('a data source that finds none of its entities drops nothing', async () => {
  made = userProject(sqljs)
  await made.autogen(['revision', '-m', 'first'])
  await made.autogen(['upgrade'])
  made.write('ormconfig.ts', dataSource(sqljs).replace('entities: [User]', "entities: ['nowhere/*.ts']"))
  const checked = await made.autogen(['check'])
  expect({ code: checked.code, hint: checked.stdout }).toEqual({
    code: 3,
    hint: expect.stringMatching(/hint +Look at what `entities` of your data source names\./),
  })
  const files = made.files('migrations')
  const { code, stderr } = await made.autogen(['revision', '-m', 'more'])
  expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringMatching(/error Your data source has no entities/) })
  expect(stderr).not.toMatch(/warning/)
  expect(made.files('migrations')).toEqual(files)
  expect((await made.autogen(['revision', '--empty', '-m', 'drop all'])).code).toBe(0)
})
