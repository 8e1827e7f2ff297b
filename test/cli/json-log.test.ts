// What happens, for machines: one object per event on the error stream, and nothing else there.
import { freshSqlite } from '../support/databases'
import type { TestProject } from '../support/cli'
import { userProject } from '../support/user-project'

jest.setTimeout(60_000)

const revision = (id: string, down: string | null, body: string) => `
export const revision = '${id}'
export const downRevision = ${down === null ? 'null' : `'${down}'`}
export function upgrade(op) { ${body} }
export function downgrade() {}
`
const fine = "op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] })"

let made: TestProject
beforeEach(() => {
  made = userProject(freshSqlite('better-sqlite3').options)
  made.write('migrations/aaaa_users.ts', revision('aaaa', null, fine))
})
afterEach(() => made.remove())

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('a run is told from its target to its exit, every line with the same run and format', async () => {
  const { code, stdout, stderr } = await made.autogen(['upgrade', '--log', 'json'])
  expect(code).toBe(0)
  expect(stdout).toBe('The database is at aaaa.\n')
  const told = lines(stderr)
  expect(told.map(({ type, state }) => (state === undefined ? type : `${String(type)} ${String(state)}`))).toEqual([
    'target',
    'run',
    'migration started',
    'migration done',
    'end',
    'exit',
  ])
  expect(new Set(told.map(({ run }) => run)).size).toBe(1)
  for (const line of told) {
    expect(line).toMatchObject({ format: 1, command: 'upgrade', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) })
  }
  expect(told[1]).toMatchObject({
    kind: 'upgrade',
    heads: [],
    steps: [{ revision: 'aaaa', direction: 'up', message: 'users' }],
  })
  expect(told[3]).toMatchObject({ revision: 'aaaa', direction: 'up', position: 1, total: 1 })
  expect(told.at(-1)).toMatchObject({ exitCode: 0 })
})

test('with -v statements are told, too; with --format json the result alone is on the standard output', async () => {
  const { stdout, stderr } = await made.autogen(['upgrade', '-v', '--log=json', '--format', 'json'])
  expect(JSON.parse(stdout)).toMatchObject({ format: 1, to: ['aaaa'] })
  expect(lines(stderr).filter(({ type }) => type === 'statement')).toContainEqual(
    expect.objectContaining({ revision: 'aaaa', sql: expect.stringContaining('CREATE TABLE "user"') }),
  )
})

test('a failure is one event with its code, its sentence and its facts, also where the command line is wrong', async () => {
  made.write('migrations/bbbb_broken.ts', revision('bbbb', 'aaaa', "op.execute('INSERT INTO nowhere VALUES (1)')"))
  const failed = await made.autogen(['upgrade', '-q', '--log', 'json'])
  expect(failed.code).toBe(5)
  expect(lines(failed.stderr)).toEqual([
    expect.objectContaining({
      type: 'failure',
      code: 'migration-failed',
      exitCode: 5,
      revision: 'bbbb',
      direction: 'up',
      sql: 'INSERT INTO nowhere VALUES (1)',
      hint: expect.any(String),
    }),
    expect.objectContaining({ type: 'exit', exitCode: 5 }),
  ])
  const typo = await made.autogen(['upgrade', '--log', 'json', '--hed'])
  expect(lines(typo.stderr)).toEqual([
    expect.objectContaining({ type: 'failure', code: 'usage', command: 'upgrade' }),
    expect.objectContaining({ type: 'exit', exitCode: 2 }),
  ])
  const other = await made.autogen(['upgrade', '--log', 'xml'])
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('There is no log "xml".')])
})

test('what a script leaves to itself, and what Node warns of, are events as well', async () => {
  const body = `process.emitWarning('by postgres://u:hunter2@h/d'); Promise.reject(new Error('left alone'))`
  made.write('migrations/bbbb_stray.ts', revision('bbbb', 'aaaa', body))
  const { code, stderr } = await made.autogen(['upgrade', '--log', 'json'])
  expect(code).toBe(1)
  const told = lines(stderr)
  expect(told).toContainEqual(expect.objectContaining({ code: 'node', message: 'by postgres://u:***@h/d' }))
  expect(told.slice(-2)).toEqual([
    expect.objectContaining({ type: 'failure', message: 'left alone', exitCode: 1 }),
    expect.objectContaining({ type: 'exit', exitCode: 1 }),
  ])
})

test('a command that changes nothing has its exit, and what it warns of', async () => {
  const { code, stderr } = await made.autogen(['heads', '--log', 'json'])
  expect([code, lines(stderr)]).toEqual([0, [expect.objectContaining({ type: 'exit', command: 'heads', exitCode: 0 })]])
})
