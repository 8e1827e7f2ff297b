// A SQLite file is copied before it is changed; the copy comes back where a revision failed half way, and only where nobody loses by it.
import {
  chmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as typeorm from 'typeorm'
import { BackupError } from '../../src/errors'
import { upgradePath } from '../../src/graph/path'
import { backupName, makeBackup, requireSpace } from '../../src/runtime/backup'
import type { BackupEvent } from '../../src/runtime/events'
import { migrate } from '../../src/runtime/migrate'
import { openSession } from '../../src/runtime/session'
import { freshSqlite } from '../support/databases'
import { sqliteDrivers } from '../support/lane'
import { history, world, type History, type Moved, type World } from './world'

const note = (name: string) => ({ name, columns: [{ name: 'id', type: 'integer' }] })

const created = (name: string) => ({
  upgrade: (op: { createTable(table: object): void }) => op.createTable(note(name)),
  downgrade: (op: { dropTable(name: string): void }) => op.dropTable(name),
})

describe.each(sqliteDrivers())('%s', (driver) => {
  let here: World
  let file: string
  let folder: string
  beforeEach(async () => {
    const database = freshSqlite(driver)
    file = database.file
    folder = join(dirname(file), 'backups')
    here = await world(async () => database)
  })
  afterEach(() => here.end())

  const backups = (place = folder) => {
    try {
      return readdirSync(place).sort()
    } catch {
      return []
    }
  }

  /** What a file holds of ours, each table with its rows. */
  async function contents(path = file): Promise<object> {
    const place = driver === 'sqljs' ? { location: path } : { database: path }
    const session = await openSession(new typeorm.DataSource({ type: driver, ...place } as typeorm.DataSourceOptions))
    const { connection } = session
    const objects = await connection.query(
      `SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB 'autogen*' ORDER BY rowid`,
    )
    const rows: Record<string, unknown> = {}
    for (const { type, name, sql } of objects) {
      if (type !== 'table' && type !== 'view') continue
      const rowid = type === 'view' || /WITHOUT ROWID/.test(String(sql)) ? '' : 'rowid AS "the row", '
      rows[String(name)] = await connection.query(`SELECT ${rowid}* FROM "${String(name)}"`)
    }
    for (const own of ['sqlite_sequence WHERE name', 'sqlite_stat1 WHERE tbl']) {
      const [table = ''] = own.split(' ')
      const there = await connection.query(`SELECT 1 FROM sqlite_master WHERE name = '${table}'`)
      if (there.length > 0)
        rows[table] = await connection.query(`SELECT * FROM ${own} NOT GLOB 'autogen*' ORDER BY 1, 2`)
    }
    const facts = await connection.query(
      'SELECT foreign_keys, user_version FROM pragma_foreign_keys, pragma_user_version',
    )
    await session.close()
    return { objects, rows, facts }
  }

  const events = ({ events: all }: Moved) => all.filter((event): event is BackupEvent => event.type === 'backup')

  test('one copy is made before the first of several revisions, and one before the way back', async () => {
    await here.upgrade(history({ a: created('first') }), undefined, { backup: {} })
    expect(backups()).toEqual([])
    await here.ask('INSERT INTO first VALUES (7)')
    chmodSync(file, 0o600)
    const before = await contents()

    const all = history({ a: created('first'), b: created('second'), c: created('third') })
    const moved = await here.upgrade(all, undefined, { backup: {} })
    const [copy, ...others] = backups()
    expect(others).toEqual([])
    expect(copy).toMatch(/^test_\d{8}T\d{9}Z_a\.sqlite$/)
    expect(moved.backup).toBe(join(folder, copy!))
    expect(events(moved)).toEqual([{ type: 'backup', state: 'made', file: moved.backup }])
    expect(await contents(moved.backup)).toEqual(before)
    expect(statSync(moved.backup!).mode & 0o777).toBe(0o600)

    expect((await here.upgrade(all, undefined, { backup: {} })).backup).toBeUndefined()
    await here.downgrade(all, 'a', { backup: {} })
    expect(backups().map((name) => name.replace(/\d{8}T\d{9}Z/, 'at'))).toEqual([
      'test_at_a.sqlite',
      'test_at_c.sqlite',
    ])
  })

  test('the newest stay, and what else lies there', async () => {
    const revisions: Record<string, ReturnType<typeof created>> = {}
    mkdirSync(folder)
    const others = ['notes.txt', 'test_final.sqlite', 'other_20200101T000000000Z_a.sqlite']
    const left = ['test_20200101T000000000Z_base.sqlite', 'test_20200101T000000001Z_a.sqlite.partial']
    // Another process is writing it.
    const begun = 'test_20200101T000000002Z_a.sqlite.partial'
    for (const name of [...others, ...left, begun]) writeFileSync(join(folder, name), '')
    for (const name of left) utimesSync(join(folder, name), 0, 0)
    for (const id of ['a', 'b', 'c', 'd']) {
      revisions[id] = created(`table_${id}`)
      await here.upgrade(history(revisions), undefined, { backup: { keep: 2 } })
    }
    const at = (name: string) => name.replace(/\d{8}T\d{9}Z/, 'at')
    expect(
      backups()
        .filter((name) => ![...others, begun].includes(name))
        .map(at),
    ).toEqual(['test_at_b.sqlite', 'test_at_c.sqlite'])
    expect(backups()).toEqual(expect.arrayContaining([...others, begun]))
  })

  test('the folder may be another one', async () => {
    await here.ask('CREATE TABLE theirs (id int)')
    const elsewhere = join(dirname(file), 'some', 'where')
    await here.upgrade(history({ a: created('first') }), undefined, { backup: { folder: elsewhere } })
    expect([backups(), backups(elsewhere).length]).toEqual([[], 1])
  })

  test('a folder that cannot be made refuses before anything is written', async () => {
    await here.ask('CREATE TABLE theirs (id int)')
    const before = readFileSync(file)
    writeFileSync(folder, 'in the way')
    await expect(here.upgrade(history({ a: created('first') }), undefined, { backup: {} })).rejects.toMatchObject({
      code: 'no-backup',
      exitCode: 6,
      message: expect.stringContaining(basename(file)),
      hint: expect.stringContaining('--no-backup'),
    })
    expect(readFileSync(file)).toEqual(before)
  })

  test.each([
    ['ENOSPC', /^Make room/],
    ['EACCES', /^Give this user the right to write to the file and its folder/],
    ['EROFS', /^Give this user the right to write to the file and its folder/],
  ])('what mends %s is told, and only where it helps that there may be no backup', (code, hint) => {
    const error = new BackupError('app.sqlite', 'it failed', Object.assign(new Error('it failed'), { code }))
    expect(error.hint).toMatch(hint)
  })

  test('a revision that fails in its transaction is rolled back; what ran before it and what others wrote stays', async () => {
    await here.ask('CREATE TABLE theirs (id int)')
    const failing = {
      async upgrade(op: { query(sql: string): Promise<unknown> }) {
        await op.query('INSERT INTO nowhere VALUES (1)')
      },
    }
    const all = history({ a: created('first'), b: failing })
    await expect(here.upgrade(all, undefined, { backup: {} })).rejects.toMatchObject({ code: 'migration-failed' })
    expect(await contents()).toMatchObject({ rows: { theirs: [], first: [] } })
    expect(backups()).toHaveLength(1)

    // Nothing happened this time, so there is nothing to go back from.
    const heard: BackupEvent[] = []
    const onEvent = (event: unknown) => {
      if ((event as BackupEvent).type === 'backup') heard.push(event as BackupEvent)
    }
    await expect(here.upgrade(all, undefined, { backup: {}, onEvent })).rejects.toMatchObject({ completed: 0 })
    expect(heard.map(({ state }) => state)).toEqual(['made', 'removed'])
    expect(backups()).toHaveLength(1)
  })

  const rich = [
    'CREATE TABLE parent (id integer PRIMARY KEY AUTOINCREMENT, name varchar COLLATE NOCASE UNIQUE ON CONFLICT IGNORE)',
    'CREATE TABLE strictly (id INT PRIMARY KEY, number REAL NOT NULL DEFAULT 1.5) STRICT',
    'CREATE TABLE child (parent REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, rowid text, twice AS (parent * 2))',
    'CREATE TABLE pairs (a text, b blob, PRIMARY KEY (a)) WITHOUT ROWID',
    'CREATE TABLE loose (value, CHECK (value <> 1))',
    'CREATE INDEX half ON loose (value DESC) WHERE value > 0',
    'CREATE INDEX expressed ON parent (lower(name) COLLATE BINARY)',
    'CREATE VIEW seen AS SELECT name FROM parent',
    `CREATE TRIGGER noted AFTER INSERT ON loose BEGIN INSERT INTO pairs VALUES ('by trigger ' || coalesce(new.value, ''), NULL); END`,
    `CREATE TRIGGER said INSTEAD OF INSERT ON seen BEGIN INSERT INTO parent (name) VALUES (new.name); END`,
    `INSERT INTO parent VALUES (1, 'one'), (9, 'nine')`,
    'DELETE FROM parent WHERE id = 9',
    `INSERT INTO child VALUES (1, 'x'), (1, 'y')`,
    'INSERT INTO child (_rowid_, parent) VALUES (77, 1)',
    `INSERT INTO pairs VALUES ('a', x'00ff')`,
    'INSERT INTO loose (rowid, value) VALUES (5, 2.5), (50, NULL), (51, 3)',
    'INSERT INTO strictly VALUES (3, 1)',
    'ANALYZE',
    'PRAGMA user_version = 42',
  ]

  /** Half of it is committed when it fails. */
  const halfWay = (meanwhile: () => Promise<unknown> = async () => undefined) => ({
    transaction: false,
    async upgrade(op: {
      execute(sql: string): void
      flush(): Promise<void>
      query(sql: string): Promise<unknown>
      dropTable(name: string): void
    }) {
      op.execute('DROP VIEW seen')
      op.execute('UPDATE loose SET value = 3')
      // It uses what is dropped next.
      op.execute('DROP TRIGGER noted')
      op.dropTable('pairs')
      op.execute('CREATE TABLE half_done (id int)')
      op.execute('PRAGMA user_version = 43')
      const [row] = (await op.query('SELECT 1 AS one')) as [{ one: number }]
      // While it is only recorded there is no row to read, and nothing that follows happens.
      if (row.one === 1) await meanwhile()
      await op.query('SELECT * FROM nowhere')
    },
  })

  const enrich = async () => {
    const session = await here.session()
    for (const sql of rich) await session.connection.query(sql)
    await session.close()
  }

  test('a revision that fails half way is taken back by the copy, with every row, rowid and counter', async () => {
    await enrich()
    const before = await contents()
    const heard: unknown[] = []
    const onEvent = (event: { type: string; state?: string }) => heard.push([event.type, event.state])
    const all = history({ a: created('first'), b: halfWay() })
    const failure = here.upgrade(all, undefined, { backup: {}, onEvent })
    await expect(failure).rejects.toMatchObject({
      revision: 'b',
      hint: expect.stringMatching(/^The database is at base; nothing of b was kept/),
      heads: [],
    })
    expect(heard).toContainEqual(['backup', 'restored'])
    expect(await contents()).toEqual(before)
    expect(backups()).toHaveLength(1)
    const log = 'SELECT revision, status, steps_done FROM autogen_log'
    expect(await here.ask(log)).toEqual([{ revision: 'b', status: 'failed', steps_done: 0 }])
    expect(await here.ask('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    await here.ask(`INSERT INTO parent (name) VALUES ('ten')`)
    expect(await here.ask('SELECT max(id) AS id FROM parent')).toEqual([{ id: 10 }])

    // And from there it can be done again.
    const mended = { ...halfWay(), upgrade: (op: { execute(sql: string): void }) => op.execute('DROP VIEW seen') }
    await here.upgrade(history({ a: created('first'), b: mended }), undefined, { backup: {} })
    expect(await here.ask('SELECT count(*) AS rows FROM child')).toEqual([{ rows: 3 }])
  })

  test('but not where it was interrupted: then it goes on from there', async () => {
    await enrich()
    const stopping = new AbortController()
    const all = history({ a: halfWay(async () => stopping.abort()) })
    const failure = here.upgrade(all, undefined, { backup: {}, signal: stopping.signal })
    await expect(failure).rejects.toMatchObject({ code: 'interrupted' })
    expect(await contents()).toMatchObject({ rows: { half_done: [] } })
  })

  test('and not under an application that has the database open, which is told', async () => {
    await enrich()
    const host = await new typeorm.DataSource(
      here.database.options as unknown as typeorm.DataSourceOptions,
    ).initialize()
    const session = await openSession(host)
    const heard: unknown[] = []
    const all = history({ a: halfWay() })
    const failure = migrate(session, {
      kind: 'upgrade',
      ...all,
      steps: (heads) => upgradePath(all.graph, heads, all.graph.realHeads),
      toolVersion: '0.0.1',
      backup: {},
      onEvent: (event) => heard.push(event),
    })
    await expect(failure).rejects.toMatchObject({ completed: 6 })
    await session.close()
    await host.destroy()
    expect(heard).toContainEqual(
      expect.objectContaining({
        code: 'not-restored',
        message: expect.stringContaining('the application has it open'),
      }),
    )
    expect(await contents()).toMatchObject({ rows: { half_done: [] } })
    expect(backups()).toHaveLength(1)
  })

  test('nor where somebody else has written since', async () => {
    await enrich()
    const heard: { code?: string; message?: string }[] = []
    const intruding = halfWay(async () => {
      const one = await here.session()
      await one.connection.query('CREATE TABLE IF NOT EXISTS theirs (id int)')
      await one.close()
    })
    const all: History = history({ a: intruding })
    const onEvent = (event: object) => void heard.push(event)
    const failure = here.upgrade(all, undefined, { backup: {}, onEvent })
    await expect(failure).rejects.toMatchObject({ exitCode: 5 })
    const told = heard.filter(({ code }) => code === 'not-restored').map(({ message }) => message)
    expect(told).toEqual([expect.stringMatching(/another (connection|process) has written/)])
    expect(await contents()).toMatchObject({ rows: { theirs: [], half_done: [] } })
    expect(backups()).toHaveLength(1)
  })

  test('nor where the copy is gone, which is no empty database', async () => {
    await enrich()
    const heard: { code?: string; message?: string }[] = []
    const all: History = history({ a: halfWay(async () => backups().forEach((name) => rmSync(join(folder, name)))) })
    const onEvent = (event: object) => void heard.push(event)
    await expect(here.upgrade(all, undefined, { backup: {}, onEvent })).rejects.toMatchObject({ exitCode: 5 })
    const told = heard.filter(({ code }) => code === 'not-restored').map(({ message }) => message)
    expect(told).toEqual([expect.stringMatching(/somebody has removed it/)])
    expect(await contents()).toMatchObject({ rows: { half_done: [] } })
    expect(backups()).toEqual([])
  })

  test('of several at once each has a name of its own', async () => {
    await here.ask('CREATE TABLE theirs (id int)')
    const sessions = await Promise.all([1, 2, 3, 4].map(() => here.session()))
    jest.useFakeTimers({ now: 0, doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'queueMicrotask'] })
    try {
      const made = await Promise.all(sessions.map((session) => makeBackup(session, {}, ['a'], {})))
      expect(made.map((backup) => basename(backup!.file)).sort()).toEqual(
        [0, 1, 2, 3].map((ms) => `test_19700101T00000000${ms}Z_a.sqlite`),
      )
    } finally {
      jest.useRealTimers()
    }
    expect(backups()).toHaveLength(4)
    for (const name of backups()) expect(await contents(join(folder, name))).toMatchObject({ rows: { theirs: [] } })
  })

  test('a database in memory has none', async () => {
    const place = driver === 'sqljs' ? { location: undefined, autoSave: false } : { database: ':memory:' }
    const session = await here.session({}, place)
    await session.connection.query('CREATE TABLE theirs (id int)')
    expect(await session.copies?.file()).toBeUndefined()
  })
})

const native = sqliteDrivers().filter((driver) => driver !== 'sqljs')

test.each(native)('%s: what SQL cannot write again is not put back, which is told', async (driver) => {
  const here = await world(async () => freshSqlite(driver))
  await here.ask('CREATE VIRTUAL TABLE words USING fts5 (word)')
  const heard: unknown[] = []
  const failing = {
    transaction: false,
    async upgrade(op: { execute(sql: string): void; flush(): Promise<void>; query(sql: string): Promise<unknown> }) {
      op.execute(`INSERT INTO words VALUES ('kept')`)
      await op.flush()
      await op.query('SELECT * FROM nowhere')
    },
  }
  const onEvent = (event: unknown) => void heard.push(event)
  await expect(here.upgrade(history({ a: failing }), undefined, { backup: {}, onEvent })).rejects.toThrow('nowhere')
  expect(heard).toContainEqual(expect.objectContaining({ message: expect.stringContaining('virtual tables') }))
  expect(await here.ask('SELECT word FROM words')).toEqual([{ word: 'kept' }])
  await here.end()
})

test.each(native)('%s: a copy that would not fit is not begun', async (driver) => {
  const database = freshSqlite(driver)
  const here = await world(async () => database)
  await here.ask('CREATE TABLE theirs (id int)')
  // https://www.sqlite.org/fileformat.html: a file with holes in it that says it has this many pages.
  const pages = 2 ** 29
  const page = Buffer.alloc(4)
  page.writeUInt32BE(pages)
  const handle = openSync(database.file, 'r+')
  writeSync(handle, page, 0, 4, 28)
  truncateSync(database.file, pages * 4096)
  await expect(here.upgrade(history({ a: created('first') }), undefined, { backup: {} })).rejects.toMatchObject({
    code: 'no-backup',
    message: expect.stringMatching(/it takes 2199024 MB, and .*backups has \d+ MB left/),
  })
  await here.end()
})

test('room for the last byte is enough', () => {
  expect(() => requireSpace('there', 10, 10)).not.toThrow()
  expect(() => requireSpace('there', 11, 10)).toThrow('it takes 1 MB, and there has 1 MB left')
})

test.each([
  ['/data/app.db', ['a1b2'], 'app_20260304T050607008Z_a1b2.db'],
  ['app', [], 'app_20260304T050607008Z_base'],
  ['app.v2.sqlite', ['a', 'b'], 'app.v2_20260304T050607008Z_a+b.sqlite'],
])('the backup of %s at %j is %s', (database, heads, name) => {
  expect(backupName(database, heads, new Date('2026-03-04T05:06:07.008Z'))).toBe(name)
})
