// Each command as it is typed: what it prints is what the function returned, and it ends as it should.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { readLog } from '../../src/runtime/log'
import { openSession } from '../../src/runtime/session'
import { readHeads } from '../../src/runtime/versions'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { project, type TestProject } from '../support/cli'
import { untold } from '../support/json-page'

jest.setTimeout(60_000)

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

/** A project of plain JavaScript with one entity, on a database. */
function start({ options, drop }: TestDatabase): TestProject {
  const made = project({
    'package.json': JSON.stringify({ dependencies: { typeorm: '1', 'reflect-metadata': '0', 'sql.js': '1' } }),
    'ormconfig.js': `const { EntitySchema } = require('typeorm')
const columns = { id: { type: 'integer', primary: true }, name: { type: 'varchar', length: 100 } }
module.exports = { ...${JSON.stringify(options)}, entities: [new EntitySchema({ name: 'user', columns })] }\n`,
    'migrations/.gitkeep': '',
  })
  cleanUps.push(drop, made.remove)
  return made
}

describe('--format json prints what the function returns', () => {
  const typed = start(freshSqlite('sqljs'))
  const called = start(freshSqlite('sqljs'))
  const steps: [words: string, code: number, call: (options: { cwd: string }) => Promise<object>][] = [
    ['init', 0, (options) => autogen.init(options)],
    ['revision -m users --rev-id aaaa', 0, (o) => autogen.revision({ ...o, message: 'users', revId: 'aaaa' })],
    ['check', 4, (options) => autogen.check(options)],
    ['upgrade', 0, (options) => autogen.upgrade(options)],
    ['current --check-heads', 0, (options) => autogen.current({ ...options, checkHeads: true })],
    [
      'revision -m left --empty --rev-id left --branch-label blue',
      0,
      (o) => autogen.revision({ ...o, message: 'left', empty: true, revId: 'left', branchLabel: ['blue'] }),
    ],
    [
      'revision -m right --empty --rev-id right --head aaaa --splice --depends-on left',
      0,
      (o) =>
        autogen.revision({
          ...o,
          message: 'right',
          empty: true,
          revId: 'right',
          head: 'aaaa',
          splice: true,
          dependsOn: ['left'],
        }),
    ],
    ['heads', 4, (options) => autogen.heads(options)],
    ['heads --resolve-dependencies', 0, (o) => autogen.heads({ ...o, resolveDependencies: true })],
    ['branches', 0, (options) => autogen.branches(options)],
    ['show blue', 0, (o) => autogen.show({ ...o, revisions: ['blue'] })],
    ['list-templates', 0, (options) => autogen.listTemplates(options)],
    ['upgrade heads --lock-timeout 5', 0, (o) => autogen.upgrade({ ...o, target: 'heads', lockTimeout: 5 })],
    [
      'merge left right -m both --rev-id both',
      0,
      (o) => autogen.merge({ ...o, revisions: ['left', 'right'], message: 'both', revId: 'both' }),
    ],
    [
      'stamp --purge --reason why heads',
      0,
      (o) => autogen.stamp({ ...o, targets: 'heads', purge: true, reason: 'why' }),
    ],
    ['switch', 0, (options) => autogen.switchBranch(options)],
    ['rebase --auto', 0, (options) => autogen.rebase({ ...options, auto: true })],
    ['downgrade aaaa', 0, (options) => autogen.downgrade({ ...options, target: 'aaaa' })],
    ['current --check-heads', 4, (options) => autogen.current(options)],
    ['history -i -r aaaa:left', 0, (o) => autogen.history({ ...o, indicateCurrent: true, revRange: 'aaaa:left' })],
    ['stamp --sql aaaa:heads', 0, (o) => autogen.stamp({ ...o, sql: true, targets: ['aaaa:heads'] })],
    ['ensure_version', 0, (options) => autogen.ensureVersion(options)],
    ['downgrade --sql aaaa:base', 0, (o) => autogen.downgrade({ ...o, sql: true, target: 'aaaa:base' })],
  ]

  /** The same in both projects: folders, databases and times aside. */
  function comparable(text: string, { folder }: TestProject, database: unknown): unknown {
    const plain = text
      .replaceAll(folder, '%')
      .replaceAll(String(database), 'the database')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
      .replace(/"backup": ?"[^"]+"/g, '"backup":"a copy"')
      .replace(/"durationMs": ?\d+/g, '"durationMs":0')
    return JSON.parse(plain)
  }

  test.each(steps)('of autogen %s', async (words, code, call) => {
    const ran = await typed.autogen([...words.split(' '), '--format', 'json'])
    expect({ code: ran.code, errors: ran.stderr.replace(/^(database|backup|upgrade|downgrade) .*\n/gm, '') }).toEqual({
      code,
      errors: '',
    })
    const [command] = words.split(' ')
    expect(untold(command!.replace('_', '-'), JSON.parse(ran.stdout) as object)).toEqual([])
    const returned = await call({ cwd: called.folder })
    const location = (made: TestProject) => /"location":"([^"]+)"/.exec(made.read('ormconfig.js'))![1]
    expect(comparable(ran.stdout, typed, location(typed))).toEqual({
      format: 1,
      ...(comparable(JSON.stringify(returned), called, location(called)) as object),
    })
  })
})

describe('SQL that was printed', () => {
  const databases: [string, () => Promise<TestDatabase & { readonly file?: string }>][] = [
    ['postgres', freshPostgres],
    ['sqljs', async () => freshSqlite('sqljs')],
  ]

  /** Runs a text as its reader would: in the database's own shell where there is one. */
  async function runText(made: TestProject, database: TestDatabase & { readonly file?: string }, sql: string) {
    const text = join(made.folder, 'printed.sql')
    writeFileSync(text, sql)
    const { url } = database.options
    const [shell, words] =
      typeof url === 'string'
        ? (['psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', text, url]] as const)
        : (['sqlite3', ['-bail', database.file!, `.read ${text}`]] as const)
    const { error, status, stderr } = spawnSync(shell, words, { encoding: 'utf8' })
    if (error === undefined) return expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const driver =
      typeof url === 'string'
        ? `const client = new (require('pg').Client)(${JSON.stringify(url)})
           client.connect().then(() => client.query(sql)).then(() => client.end())`
        : `const { readFileSync, writeFileSync, existsSync } = require('node:fs'), file = ${JSON.stringify(database.file)}
           require('sql.js')().then(({ Database }) => {
             const database = existsSync(file) ? new Database(readFileSync(file)) : new Database()
             database.exec(sql)
             writeFileSync(file, database.export())
           })`
    const ran = await made.node(`const sql = require('node:fs').readFileSync('printed.sql', 'utf8')\n${driver}`)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
  }

  /** Schema, version rows, and the log but for what only a run knows. */
  async function held({ options }: TestDatabase) {
    const session = await openSession(new typeorm.DataSource(options as never))
    try {
      const { tables } = await session.dialect.introspect(session.connection, session.scope)
      const log = (await readLog(session)).map(
        ({ byUser: _user, host: _host, startedAt: _start, finishedAt: _end, durationMs: _ms, ...row }) => row,
      )
      return { tables, heads: await readHeads(session), log }
    } finally {
      await session.close()
    }
  }

  test.each(databases)('does on %s what the commands would have done', async (_name, open) => {
    const database = await open()
    const made = start(database)
    const options = { cwd: made.folder }
    // The same commands run on a database of their own; afterwards both hold the same.
    const other = await open()
    cleanUps.push(other.drop)
    const run = { cwd: made.folder, dataSource: new typeorm.DataSource(other.options as never), backup: false }
    const { source } = await autogen.revision({ ...options, message: 'users', revId: 'aaaa' })
    await autogen.revision({ ...options, message: 'nothing', revId: 'bbbb', empty: true })
    expect(source).toContain('createTable')

    const up = await made.autogen(['upgrade', '--sql'])
    expect(up).toMatchObject({ code: 0, stderr: '' })
    await runText(made, database, up.stdout)
    await autogen.upgrade(run)
    expect(await held(database)).toEqual(await held(other))
    expect(await autogen.check(options)).toMatchObject({ problems: [], operations: [], unmanaged: [], exitCode: 0 })
    expect(await autogen.current(options)).toMatchObject({ heads: ['bbbb'], atHead: true, skipped: [] })

    const down = await made.autogen(['downgrade', '--sql', 'head:base'])
    expect(down).toMatchObject({ code: 0, stderr: '' })
    await runText(made, database, down.stdout)
    await autogen.downgrade({ ...run, target: 'base' })
    expect(await held(database)).toEqual(await held(other))
    expect(await autogen.current(options)).toMatchObject({ heads: [] })
    expect((await autogen.check(options)).operations.map(({ text }) => text)).toEqual(['+ table user (2 columns)'])
    expect(await autogen.upgrade(options)).toMatchObject({ to: ['bbbb'] })

    const back = await made.autogen(['stamp', '--sql', 'head:aaaa'])
    expect(back).toMatchObject({ code: 0, stderr: '' })
    await runText(made, database, back.stdout)
    await autogen.upgrade(run)
    await autogen.stamp({ ...run, targets: 'aaaa' })
    expect(await held(database)).toEqual(await held(other))
    expect(await autogen.current(options)).toMatchObject({ heads: ['aaaa'], skipped: [] })
    expect(await autogen.upgrade(options)).toMatchObject({ from: ['aaaa'], to: ['bbbb'] })
  })
})

describe('Ctrl-C during an upgrade', () => {
  const slow = (seconds: number) => `exports.revision = 'aaaa'
exports.downRevision = null
exports.upgrade = async function (op) {
  op.createTable({ name: 'half', columns: [{ name: 'id', type: 'integer' }] })
  await op.query('SELECT pg_sleep(${seconds})')
  op.createTable({ name: 'done', columns: [{ name: 'id', type: 'integer' }] })
}
exports.downgrade = function () {}\n`

  /** Starts an upgrade and waits until its slow statement is running. */
  async function upgrading(seconds: number) {
    const database = await freshPostgres()
    const made = start(database)
    made.write('migrations/a.js', slow(seconds))
    const client = new Client({ connectionString: database.url })
    await client.connect()
    cleanUps.push(() => client.end())
    const child = spawn(process.execPath, [join(__dirname, '../../bin/autogen.js'), 'upgrade'], {
      cwd: made.folder,
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const running = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'`
    while ((await client.query(running)).rowCount === 0) await sleep(20)
    return { made, client, child, ended: ended(child), errors: () => errors }
  }

  test('ends it with 130 after the running statement, rolls the migration back, and the next one goes through', async () => {
    const { made, client, child, ended, errors } = await upgrading(1)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(errors()).toMatch(
      /^stopping {2}once the running statement has ended; Ctrl-C again stops at once\nerror .+\nhint .+\n$/,
    )
    const tables = `SELECT tablename FROM pg_tables WHERE tablename IN ('half', 'done') ORDER BY 1`
    expect((await client.query(tables)).rows).toEqual([])
    made.write('migrations/a.js', slow(0))
    expect((await made.autogen(['upgrade'])).code).toBe(0)
    expect((await client.query(tables)).rows).toEqual([{ tablename: 'done' }, { tablename: 'half' }])
  })

  test('twice ends it at once', async () => {
    const { child, ended, errors } = await upgrading(30)
    child.kill('SIGINT')
    while (!errors().includes('stopping')) await sleep(10)
    child.kill('SIGINT')
    // By the signal itself, which is 130 to a shell: an exit would wait for the threads of some drivers.
    expect(await ended).toBe(process.platform === 'win32' ? 130 : 'SIGINT')
  })
})

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
}

test('a shell completes the commands, and the options of each', async () => {
  const made = start(freshSqlite('sqljs'))
  expect((await made.autogen(['completion'])).stdout).toContain('--get-yargs-completions')
  const offered = async (...typed: string[]) =>
    (await made.autogen(['--get-yargs-completions', 'autogen', ...typed])).stdout.split('\n')
  expect(await offered('')).toEqual(expect.arrayContaining(['upgrade', 'rebase', 'switch', 'ensure-version']))
  expect(await offered('rebase', '--')).toEqual(expect.arrayContaining(['--auto', '--onto', '--quiet']))
})
