// No password in anything that is printed, logged, written or kept: every command, well or ill, and all of it searched. The commands
// of one way to give the password share a process, as each would load the same modules again; where a file was edited, a second one.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ask, freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { project, type TestProject } from '../support/cli'
import { front } from '../support/front'
import { migrationText } from '../support/pods'

jest.setTimeout(120_000)

// What is looked for is in every spelling of it, and its beginning, which is what a shortened text would show.
const secret = 'p@ss:w/ord%Zq7'
const mark = /Zq7|p(@|%40)ss/i

const main = JSON.stringify(join(__dirname, '../../dist/cli/main.js'))
const all = `const codes = []
process.exit = (code) => void codes.push(code)
;(async () => {
  for (const words of JSON.parse(process.env.COMMANDS)) await require(${main}).main(words)
  process.stdout.write('\\ncodes ' + codes.join(' '))
})()`

/** What an editor does who means well. */
const edited = `const { readFileSync, writeFileSync } = require('node:fs')
const text = readFileSync(process.argv[2], 'utf8')
writeFileSync(process.argv[2], text.replace('said(secret)', 'said(url)'))
`

type Command = readonly [code: number, ...words: string[]]

/** Runs them one after the other, and searches. */
async function expectSilence(
  made: TestProject,
  database: TestDatabase,
  processes: readonly (readonly Command[])[],
  environment: Record<string, string> = {},
): Promise<string> {
  let output = ''
  for (const commands of processes) {
    const words = commands.map(([, ...rest]) => rest)
    const ran = await made.node(all, { ...environment, SECRET: secret, COMMANDS: JSON.stringify(words) })
    const codes = ran.stdout.split('\ncodes ').at(-1)!.split(' ').map(Number)
    const ended = (code: number | undefined, at: number) =>
      `${code}: ${words[at]!.slice(0, 6).join(' ').replace(secret, '...')}`
    const found = ran.output.split('\n').filter((line) => mark.test(line))
    expect({ ended: codes.map(ended), found }).toEqual({
      ended: commands.map(([code], at) => ended(code, at)),
      found: [],
    })
    output += ran.output
  }
  for (const file of readdirSync(made.folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || /node_modules|broken/.test(file.parentPath)) continue
    const text = readFileSync(join(file.parentPath, file.name), 'latin1')
    expect({ file: file.name, found: mark.exec(text)?.[0] }).toEqual({ file: file.name })
  }
  await expectNoTrace(database)
  return output
}

/** Of what we keep in a database. */
async function expectNoTrace(database: TestDatabase): Promise<void> {
  const rows = await ask(database, 'SELECT * FROM autogen_log')
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect({ row: row.id, found: mark.exec(JSON.stringify(row))?.[0] }).toEqual({ row: row.id })
}

const read = `const secret = process.env.SECRET
const url = 'postgres://ann:' + encodeURIComponent(secret) + '@db.example/shop'
const said = (text) => "'" + text.replaceAll("'", "''") + "'"
`

/** Scripts that hold it in all they do; `-x mode=` says how they fail. */
const scripts = {
  a1: {
    others: read,
    up: `op.createTable({ name: 'first', columns: [{ name: 'id', type: 'integer' }, { name: 'note', type: 'text', nullable: true }], primaryKey: ['id'] })
      op.execute('SELECT ' + said(secret))`,
  },
  b2: {
    others: read,
    up: `op.execute('UPDATE first SET note = ' + said(secret + ' ' + url))
      op.bulkInsert('first', [{ id: 2, note: url }])
      op.addColumn('first', { name: 'place', type: 'text', default: secret, comment: url })
      op.commentTable('first', 'at ' + url)
      // What stays in the schema would rightly be in the next revision.
      op.dropColumn('first', 'place')
      op.commentTable('first', null)
      await op.query('SELECT ' + said(secret))
      if (op.x.mode === 'statement') op.execute('SELECT * FROM "' + url + '" WHERE ' + said(secret) + ' > 1')
      if (op.x.mode === 'query') await op.query('SELECT nothing, ' + said(secret))
      if (op.x.mode === 'throw') throw new Error('no ' + secret + ' at ' + url, { cause: new Error(secret) })`,
  },
  c3: {
    others: read,
    up: `await op.autocommit((inside) => inside.execute('UPDATE first SET note = ' + said(url)))
      op.execute('SELECT nothing, ' + said(secret))`,
  },
}

/** What fails and what does not, on any database; the entity is not there yet, so there is something to write. */
const commands: readonly Command[] = [
  [0, 'upgrade', 'a1', '-v'],
  [5, 'upgrade', '-v', '-x', 'mode=statement'],
  [5, 'upgrade', '-v', '-x', 'mode=query', '--log', 'json'],
  [5, 'upgrade', '-x', 'mode=throw', '--format', 'json', '--verbose'],
  [5, 'upgrade', '-v', '-x', 'mode=throw'],
  [0, 'current', '-v'],
  [0, 'upgrade', 'b2', '--dry-run', '-v'],
  [0, 'upgrade', 'b2', '-v', '--log', 'json'],
  [5, 'upgrade', '-v'],
  [5, 'upgrade', '-v', '--no-backup'],
  [0, 'current', '-v', '--format', 'json'],
  [4, 'check', '--format', 'json'],
  [0, 'repair', 'c3', '--undone', '--reason', `taken back at ${secret}`, '-v'],
  [0, 'stamp', 'c3', '--reason', `stamped at ${secret}`, '-v'],
  [3, 'check', '-v'],
  [0, 'revision', '-m', 'second', '--rev-id', 'd4', '-v'],
  [0, 'upgrade', '-v'],
  [0, 'downgrade', '-1', '-v', '--log', 'json'],
  [6, 'upgrade', '--sql', 'base:a1'],
  [0, 'stamp', '--sql', 'a1:b2', '--reason', `printed at ${secret}`],
  [0, 'history', '-v'],
  [0, 'heads', '--format', 'json'],
  [0, 'show', 'c3', '-v'],
  [0, 'edit', 'a1', '--editor', 'node edit.js', '-v'],
]
const afterwards: readonly Command[] = [
  [0, 'repair', 'a1', '--accept', '--reason', `edited at ${secret}`, '-v'],
  [0, 'revision', '--empty', '--head', 'c3', '--splice', '-m', 'beside', '--rev-id', 'e5', '--branch-label', 'side'],
  [0, 'branches', '-v'],
  [0, 'rebase', 'd4', '--onto', 'side@head', '-v', '--log', 'json'],
  [0, 'revision', '--empty', '--head', 'c3', '--splice', '-m', 'other', '--rev-id', 'f6'],
  [0, 'merge', 'heads', '-m', 'both', '--rev-id', 'g7', '-v'],
  [0, 'upgrade', 'head', '-v', '--log', 'json'],
  [0, 'edit', 'g7', '--editor', 'node remove.js'],
  [0, 'switch', '-v', '--log', 'json'],
  [0, 'list-templates', '-v'],
  [0, 'ensure-version', '-v'],
  [0, 'wait', '--until', 'c3', '--timeout', '5', '-v'],
  [2, 'check', '-v', '--config', 'broken/autogen.config.json'],
  [0, 'init', 'new/migrations', '-v'],
  [2, 'check', '-v', '-d', 'throws.js', '--format', 'json'],
  [2, 'check', '-v', '-d', 'throws.js'],
]

function leaky(options: string): TestProject {
  const ids = Object.keys(scripts) as (keyof typeof scripts)[]
  const made = project({
    'ormconfig.js': `${read}const { DataSource, EntitySchema } = require('typeorm')
const Thing = new EntitySchema({ name: 'thing', columns: { id: { type: Number, primary: true } } })
module.exports = new DataSource({ ...${options}, entities: [Thing] })
`,
    'throws.js': `${read}throw new Error('cannot reach ' + url)\n`,
    'broken/autogen.config.json': JSON.stringify({ dataSource: '../ormconfig.js', migrations: '.' }),
    'broken/x.js': `exports.revision = 'x'\nexports.downRevision = null\nexports.upgrade = ('postgres://ann:${encodeURIComponent(secret)}@db' => 1\n`,
    'edit.js': edited,
    'remove.js': `require('node:fs').rmSync(process.argv[2])\n`,
    'crash.js': `${read}require('node:os').hostname = () => { throw new TypeError('no ' + secret + ' in ' + url) }\n`,
  })
  for (const [at, id] of ids.entries()) made.write(`migrations/${id}.js`, migrationText(id, ids[at - 1], scripts[id]))
  return made
}

describe('on PostgreSQL', () => {
  let made: TestProject
  let database: Awaited<ReturnType<typeof freshPostgres>>
  let guard: Awaited<ReturnType<typeof front>>
  beforeEach(async () => {
    database = await freshPostgres()
    guard = await front(new URL(database.url), { password: secret })
  })
  afterEach(async () => {
    made.remove()
    await guard.close()
    await database.drop()
  })

  test.each([
    [
      'a URL',
      (url: URL) =>
        `{ type: 'postgres', url: 'postgres://postgres:' + encodeURIComponent(secret) + '@127.0.0.1:${guard.port}${url.pathname}' }`,
      {},
    ],
    ['options', (url: URL) => `{ ${parts(url)}, password: secret }`, {}],
    ['a function', (url: URL) => `{ ${parts(url)}, password: async () => secret }`, {}],
    ['PGPASSWORD', (url: URL) => `{ ${parts(url)} }`, { PGPASSWORD: secret }],
  ])('a password given by %s is nowhere', async (_, options, environment) => {
    const url = new URL(database.url)
    made = leaky(options(url))
    const at = (password: string, port = guard.port, path = url.pathname) =>
      `postgres://postgres:${password}@127.0.0.1:${port}${path}`
    const output = await expectSilence(
      made,
      database,
      [
        commands,
        [
          ...afterwards,
          [8, 'current', '-v', '--url', at('not%40Zq7')],
          [8, 'upgrade', '--log', 'json', '--url', at(encodeURIComponent(secret), 1)],
          [8, 'upgrade', '-v', '--format', 'json', '--url', at(encodeURIComponent(secret), guard.port, '/nowhere')],
          [2, 'upgrade', '-v', '--url', at(secret)],
          [2, 'upgrade', '-v', '--url', at(secret.replace('%', ''))],
          [1, 'upgrade', '-v', '--require', './crash.js'],
        ],
      ],
      environment,
    )
    expect(output).toContain('postgres://ann:***@db.example/shop')
  })

  const parts = (url: URL) =>
    `type: 'postgres', host: '127.0.0.1', port: ${guard.port}, username: 'postgres', database: '${url.pathname.slice(1)}'`
})

test('the key of an encrypted SQLite file is nowhere, nor in what its backups keep of ours', async () => {
  const database = freshSqlite('better-sqlite3')
  const made = leaky(`{ type: 'better-sqlite3', database: ${JSON.stringify(database.file)}, key: secret }`)
  await expectSilence(made, database, [commands, afterwards])
  const backups = join(dirname(database.file), 'backups')
  for (const file of readdirSync(backups))
    await expectNoTrace({ ...database, options: { ...database.options, database: join(backups, file) } })
  made.remove()
  await database.drop()
})
