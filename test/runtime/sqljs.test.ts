// A sql.js database is a file read whole and written whole: never by halves, never over what somebody else wrote, never silently not.
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import * as typeorm from 'typeorm'
import { upgrade } from '../../src'
import { openConnection } from '../../src/runtime/connection'
import type { MigrationModule } from '../../src/scripts/script'
import { freshSqlite } from '../support/databases'

let database: ReturnType<typeof freshSqlite>
beforeEach(() => void (database = freshSqlite('sqljs')))
afterEach(() => database.drop())

const source = (fields: object = {}) =>
  new typeorm.DataSource({ ...database.options, autoSave: undefined, ...fields } as typeorm.DataSourceOptions)

const notes: MigrationModule = {
  revision: 'aaaa',
  downRevision: null,
  upgrade: (op) => void op.createTable({ name: 'note', columns: [{ name: 'id', type: 'integer' }] }),
}

/** Runs the migration, and returns the warnings. */
async function migrated(dataSource: typeorm.DataSource, migrations = [notes]): Promise<string[]> {
  const warnings: string[] = []
  const onEvent = (event: { type: string; message?: string }) => {
    if (event.type === 'warning') warnings.push(event.message!)
  }
  await upgrade({ dataSource, migrations, onEvent })
  return warnings
}

async function tables(): Promise<string[]> {
  const { connection, close } = await openConnection(source())
  const rows = await connection.query(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  await close()
  return rows.map(({ name }) => String(name)).filter((name) => !/^(autogen|sqlite)_/.test(name))
}

const elsewhere = (name: string) => async () => {
  const { connection, close } = await openConnection(source())
  await connection.query(`CREATE TABLE IF NOT EXISTS "${name}" (id int)`)
  await close()
}

test('whoever reads the file while it is written finds the old one or the new one, whole', async () => {
  const { connection, close } = await openConnection(source())
  await connection.query('CREATE TABLE big (bytes blob)')
  const writing = { done: false }
  const sizes = new Set<number>()
  const reading = (async () => {
    for (; !writing.done; await turn()) {
      if (!existsSync(database.file)) continue
      const file = openSync(database.file, 'r')
      const header = Buffer.alloc(100)
      readSync(file, header)
      const { size } = fstatSync(file)
      closeSync(file)
      // https://www.sqlite.org/fileformat.html: the size of a page, and how many there are.
      expect(size).toBe(header.readUInt16BE(16) * header.readUInt32BE(28))
      sizes.add(size)
    }
  })()
  for (let times = 0; times < 3; times++) {
    await connection.startTransaction()
    await connection.query('INSERT INTO big VALUES (randomblob(2000000))')
    await connection.commitTransaction()
  }
  writing.done = true
  await reading
  await close()
  expect(sizes.size).toBeGreaterThan(1)
  expect(readdirSync(dirname(database.file))).toEqual([basename(database.file)])
})

test('the file keeps its rights, and stays where a link leads', async () => {
  await elsewhere('first')()
  const [real, link] = [join(dirname(database.file), 'real.db'), database.file]
  renameSync(link, real)
  symlinkSync(real, link)
  chmodSync(real, 0o600)
  await migrated(source())
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(statSync(real).mode & 0o777).toBe(0o600)
  expect(await tables()).toEqual(['first', 'note'])
})

test('a file that somebody else has written meanwhile is not overwritten, and memory does not hold what the file does not', async () => {
  await elsewhere('first')()
  const { connection, close } = await openConnection(source())
  await elsewhere('theirs')()
  await connection.startTransaction()
  await connection.query('CREATE TABLE ours (id int)')
  await expect(connection.commitTransaction()).rejects.toMatchObject({
    code: 'file-changed',
    exitCode: 6,
    message: expect.stringContaining('two processes on one file cannot see each other'),
    hint: expect.stringContaining('better-sqlite3'),
  })
  await connection.rollbackTransaction()
  expect(await connection.query(`SELECT name FROM sqlite_master WHERE name = 'ours'`)).toEqual([])
  await close()
  expect(await tables()).toEqual(['first', 'theirs'])
})

test('of a migration that meets such a file nothing is stored, not even that it failed', async () => {
  await migrated(source(), [])
  const intruding: MigrationModule = {
    ...notes,
    async upgrade(op) {
      await op.query('SELECT 1')
      await elsewhere('theirs')()
      op.createTable({ name: 'note', columns: [{ name: 'id', type: 'integer' }] })
    },
  }
  await expect(migrated(source(), [intruding])).rejects.toMatchObject({ code: 'file-changed' })
  expect(await tables()).toEqual(['theirs'])
})

describe('what is not stored is said not to be, with what to do', () => {
  test.each([
    ['autoSave: false', { autoSave: false }, /`autoSave: false`; take that out/],
    ['no location', { location: undefined }, /lives in memory alone; give the data source a `location`/],
  ])('%s', async (_, fields, said) => {
    expect(await migrated(source(fields))).toEqual([expect.stringMatching(said)])
    expect(existsSync(database.file)).toBe(false)
  })

  test('an application that saves when it likes', async () => {
    const host = await source().initialize()
    expect(await migrated(host)).toEqual([expect.stringContaining('call `dataSource.sqljsManager.saveDatabase()`')])
    expect(existsSync(database.file)).toBe(false)
    await host.sqljsManager.saveDatabase()
    await host.destroy()
    expect(await tables()).toEqual(['note'])
  })

  test('where nothing changed nothing is said', async () => {
    await migrated(source())
    expect(await migrated(source({ autoSave: false }))).toEqual([])
  })
})

test('an application that is asked to save does so our way while we are there, and its own way again afterwards', async () => {
  const host = await source({ autoSave: true }).initialize()
  await host.query('CREATE TABLE first (id int)')
  await host.sqljsManager.saveDatabase()
  // A second name of the same file tells one that was written anew from one that was put in its place.
  const other = join(dirname(database.file), 'other')
  const isSame = () => readFileSync(other).equals(readFileSync(database.file))
  linkSync(database.file, other)
  expect(await migrated(host)).toEqual([])
  expect(isSame()).toBe(false)
  unlinkSync(other)
  linkSync(database.file, other)
  await host.query('CREATE TABLE later (id int)')
  await host.sqljsManager.saveDatabase()
  expect(isSame()).toBe(true)
  await host.destroy()
  expect(await tables()).toEqual(['first', 'note', 'later'])
})

test('a callback gets the database when it has changed, and not when it was read', async () => {
  const saved: number[] = []
  const autoSaveCallback = (bytes: Uint8Array) => void saved.push(bytes.length)
  const fields = { location: undefined, autoSaveCallback }
  const { connection, close } = await openConnection(source(fields))
  await connection.query('PRAGMA user_version')
  await close()
  expect(saved).toEqual([])
  expect(await migrated(source(fields))).toEqual([])
  expect(saved.at(-1)).toBeGreaterThan(0)
})
