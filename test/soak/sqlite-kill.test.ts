// The process is killed at random moments of a rebuild. Whatever was reached, the file opens, is whole, and is at one revision or the
// other. AUTOGEN_KILLS says how often; with 50 it is part of the soak.
import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { upgrade } from '../../src'
import { project, type Running } from '../support/cli'
import { lane, sqliteDrivers } from '../support/lane'

const kills = Number(process.env.AUTOGEN_KILLS ?? 10)
const driver = lane.major === '1' ? 'better-sqlite3' : 'sqlite'
const total = 60_000

const made = project({
  'ormconfig.js': `const { DataSource } = require('typeorm')
// A small cache: pages of the open transaction are in the file long before its end.
const prepareDatabase = (database) => database.pragma('cache_size = 100')
module.exports = new DataSource({ type: '${driver}', database: 'live.sqlite', prepareDatabase })
`,
  'migrations/a1_first.js': `exports.revision = 'a1'
exports.downRevision = null
exports.upgrade = (op) => {
  op.createTable({
    name: 'large',
    columns: [
      { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
      { name: 'name', type: 'text', nullable: true },
      { name: 'padding', type: 'text' },
    ],
    primaryKey: ['id'],
    indexes: [{ name: 'IDX_name', columns: ['name'] }, { name: 'IDX_lower', columns: [{ sql: 'lower(name)' }] }],
  })
  op.createTable({
    name: 'child',
    columns: [{ name: 'id', type: 'integer' }, { name: 'largeId', type: 'integer' }],
    primaryKey: ['id'],
    foreignKeys: [{ columns: ['largeId'], references: { table: 'large', columns: ['id'] }, onDelete: 'CASCADE' }],
  })
  const rows = (count) => \`WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < \${count})\`
  op.execute(\`INSERT INTO large \${rows(${total})} SELECT i, 'n' || (i * 7919 % 1000003), hex(zeroblob(20)) FROM c\`)
  op.execute(\`INSERT INTO child \${rows(1000)} SELECT i, i * 7 FROM c\`)
}
exports.downgrade = (op) => {
  op.dropTable('child')
  op.dropTable('large')
}
`,
  'migrations/b2_second.js': `exports.revision = 'b2'
exports.downRevision = 'a1'
exports.upgrade = (op) => {
  op.alterColumn('large', 'name', { nullable: false })
  op.addColumn('large', { name: 'kind', type: 'text', default: { sql: "lower('KIND')" } })
}
exports.downgrade = (op) => {
  op.dropColumn('large', 'kind')
  op.alterColumn('large', 'name', { nullable: true })
}
`,
})
const live = join(made.folder, 'live.sqlite')
const template = (revision: string) => join(made.folder, `${revision}.sqlite`)
const sourceOf = (database: string) =>
  new typeorm.DataSource({ type: driver, database } as unknown as typeorm.DataSourceOptions)
const folder = { cwd: made.folder, migrations: join(made.folder, 'migrations'), backup: false }

// Without a compiler there is no such driver: the set-up says so aloud, and where nothing may be skipped test/drivers fails.
const available = sqliteDrivers().includes(driver) ? describe : describe.skip
available(`${driver}, killed`, () => {
  jest.setTimeout(60_000 * Math.max(5, kills))
  beforeAll(async () => {
    await upgrade({ ...folder, dataSource: sourceOf(template('a1')), target: 'a1' })
    copyFileSync(template('a1'), template('b2'))
    await upgrade({ ...folder, dataSource: sourceOf(template('b2')) })
  })
  afterAll(() => made.remove())

  test(`${kills} times while a large table is rebuilt, the file is whole and goes on`, async () => {
    const [up, down] = [await run('a1', () => {}), await run('b2', () => {})]
    expect([up, down]).toMatchObject([{ code: 0 }, { code: 0 }])
    expect(await heads()).toEqual(['a1'])
    let inTheMiddle = 0
    for (let kill = 0; kill < kills; kill++) {
      const from = kill % 2 === 0 ? 'a1' : 'b2'
      const { workMs } = from === 'a1' ? up : down
      const mode = kill % 3 === 2 ? 'wal' : 'delete'
      // Random, but spread over all of the work.
      const moment = ((kill + Math.random()) / kills) * workMs
      await run(from, (child) => setTimeout(() => child.kill('SIGKILL'), moment), mode)
      const isOpen = [`${live}-journal`, `${live}-wal`].some((file) => existsSync(file) && statSync(file).size > 0)
      const reached = await heads()
      expect(['a1', 'b2']).toContain(reached.join())
      if (isOpen && reached.join() === from) inTheMiddle++
      await upgrade({ ...folder, dataSource: sourceOf(live) })
      expect(await heads()).toEqual(['b2'])
    }
    if (kills > 10) process.stdout.write(`${driver}: ${inTheMiddle} of ${kills} kills fell into the open transaction\n`)
    expect(inTheMiddle).toBeGreaterThan(0)
  })

  test('by Ctrl-C it stops after the portion it is in, in order', async () => {
    const { code, output } = await run('a1', (child) => child.kill('SIGINT'))
    expect(code).toBe(130)
    expect(output).toMatch(/copying +large +0 of 60000 rows, 0 %/)
    expect(existsSync(`${live}-journal`)).toBe(false)
    expect(await heads()).toEqual(['a1'])
  })
})

/** Runs the command on a copy of a template; `copying` is called when the table begins to be copied. */
async function run(from: 'a1' | 'b2', copying: (child: Running) => void, mode = 'delete') {
  for (const rest of ['', '-journal', '-wal', '-shm']) rmSync(`${live}${rest}`, { force: true })
  copyFileSync(template(from), live)
  await ask(`PRAGMA journal_mode = ${mode}`)
  const words = from === 'a1' ? ['upgrade', '--no-backup'] : ['downgrade', '-1', '--no-backup']
  const child = made.begin(words)
  await child.said('copying')
  const began = performance.now()
  const worked = child.said('grade').then(
    () => performance.now() - began,
    () => 0,
  )
  copying(child)
  const { code, output } = await child.ended
  return { code, output, workMs: await worked }
}

/** Where the database is, once it is sure that it is whole. */
async function heads(): Promise<unknown[]> {
  expect(await ask('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(await ask('PRAGMA foreign_key_check')).toEqual([])
  const sum =
    'SELECT (SELECT count(*) FROM large) AS rows, (SELECT sum(id) FROM large) AS ids, (SELECT count(*) FROM child) AS children'
  expect(await ask(sum)).toEqual([{ rows: total, ids: (total * (total + 1)) / 2, children: 1000 }])
  expect(await ask(`SELECT count(*) AS n FROM sqlite_master WHERE name LIKE '%autogen_new%'`)).toEqual([{ n: 0 }])
  return (await ask('SELECT version_num AS head FROM autogen_version')).map(({ head }) => head)
}

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const source = await sourceOf(live).initialize()
  try {
    return (await source.query(sql)) as Record<string, unknown>[]
  } finally {
    await source.destroy()
  }
}
