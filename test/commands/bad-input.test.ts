// Bad input on a server that answers: refused with its code, and nothing written, neither there nor in the folder.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as autogen from '../../src'
import { ask, freshPostgres } from '../support/databases'
import { freshFolder, install, writeFiles } from '../support/projects'

const good = (id: string, down: string, upgrade = 'function () {}') =>
  `exports.revision = ${id}\nexports.downRevision = ${down}\nexports.upgrade = ${upgrade}\n`
const users = good(
  "'aaaa'",
  'null',
  "(op) => op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }] })",
)

type Call = (options: { cwd: string }) => Promise<object>
const upgrade: Call = (options) => autogen.upgrade({ ...options, target: 'heads' })
const revision =
  (more: autogen.RevisionOptions): Call =>
  (options) =>
    autogen.revision({ ...options, ...more })

let database: Awaited<ReturnType<typeof freshPostgres>>
beforeAll(async () => void (database = await freshPostgres()))
afterAll(() => database.drop())

/** Every relation and type of the database that is not the server's own. */
const everything = () =>
  ask(
    database,
    `SELECT 'relation', relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION ALL SELECT 'type', typname::text FROM pg_type WHERE typnamespace = 'public'::regnamespace`,
  )

test.each<[string, Record<string, string>, Call, number]>([
  ['a syntax error', { 'a.js': users, 'b.js': good("'bbbb'", "'aaaa'", 'function ( {') }, upgrade, 2],
  ['a file that throws', { 'a.js': users, 'b.js': `${good("'bbbb'", "'aaaa'")}throw new Error('no')\n` }, upgrade, 2],
  ['no revision', { 'a.js': users, 'b.js': 'exports.downRevision = null\nexports.upgrade = () => {}\n' }, upgrade, 4],
  ['a malformed id', { 'a.js': users, 'b.js': good("'no good'", 'null') }, upgrade, 4],
  ['the same id twice', { 'a.js': users, 'b.js': users }, upgrade, 4],
  ['a parent that does not exist', { 'a.js': users, 'b.js': good("'bbbb'", "'cccc'") }, upgrade, 4],
  ['several heads and none named', { 'a.js': users, 'b.js': good("'bbbb'", 'null') }, (o) => autogen.upgrade(o), 4],
  ['a target that no revision is', { 'a.js': users }, (o) => autogen.upgrade({ ...o, target: 'ffff' }), 4],
  ['a stamp of what is not there', { 'a.js': users }, (o) => autogen.stamp({ ...o, targets: 'ffff' }), 4],
  [
    'a stamp past a file that does not load',
    { 'a.js': users, 'b.js': good("'bbbb'", "'aaaa'", 'function ( {') },
    (o) => autogen.stamp({ ...o, targets: 'heads' }),
    2,
  ],
  ['a way back from where nothing is', { 'a.js': users }, (o) => autogen.downgrade({ ...o, target: '-1' }), 4],
  ['an empty message', {}, revision({ message: ' ' }), 2],
  ['a message of 5,000 characters', {}, revision({ message: 'x'.repeat(5000) }), 2],
  ['an id that is none', {}, revision({ message: 'x', revId: 'no good', empty: true }), 2],
  ['a revision before the last one has run', { 'a.js': users }, revision({ message: 'x' }), 4],
])('%s', async (_, files, call, exitCode) => {
  const cwd = freshFolder()
  const migrations = Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text]))
  writeFiles(cwd, {
    'package.json': {},
    'ormconfig.js': `module.exports = ${JSON.stringify({ ...database.options, entities: [] })}\n`,
    'migrations/.gitkeep': '',
    ...migrations,
  })
  install(cwd)
  const before = readdirSync(join(cwd, 'migrations'))
  await expect(call({ cwd })).rejects.toMatchObject({ exitCode, hint: expect.stringMatching(/./) })
  expect(readdirSync(join(cwd, 'migrations'))).toEqual(before)
  expect(await everything()).toEqual([])
})
