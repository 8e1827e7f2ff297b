import * as typeorm from 'typeorm'
import { sqlite } from '../../../src/dialects/sqlite'
import type { ConnectionLike } from '../../../src/dialects/dialect'
import { ForeignKeyMismatchError, ForeignKeyViolationError } from '../../../src/errors'
import { drivers, openDatabase, type OpenDatabase } from './database'

const Post = new typeorm.EntitySchema<{ id: number; title: string }>({
  name: 'Post',
  tableName: 'post',
  columns: { id: { type: 'integer', primary: true }, title: { type: 'varchar' } },
})

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver, [Post])
    await database.run(
      'CREATE TABLE "post" ("id" integer PRIMARY KEY NOT NULL, "title" varchar NOT NULL)',
      'CREATE TABLE "comment" ("id" integer PRIMARY KEY, "postId" integer REFERENCES "post" ("id") ON DELETE CASCADE)',
      `INSERT INTO "post" VALUES (1, 'a')`,
      'INSERT INTO "comment" VALUES (1, 1), (2, 1)',
    )
  })
  afterEach(() => database.close())

  const begin = (foreignKeysOff: boolean, connection: ConnectionLike = database.runner as unknown as ConnectionLike) =>
    sqlite.session.begin(connection, { foreignKeysOff })
  const pragma = async () => (await database.rows('PRAGMA foreign_keys'))[0]?.['foreign_keys']
  const count = async (table: string) => (await database.rows(`SELECT count(*) AS n FROM "${table}"`))[0]?.['n']

  test("TypeORM's own save() joins the migration's transaction, and goes with it", async () => {
    const transaction = await begin(false)
    expect(database.runner.isTransactionActive).toBe(true)
    await database.runner.manager.save(Post, { id: 2, title: 'b' })
    expect(await count('post')).toBe(2)
    await transaction.rollback()
    expect(database.runner.isTransactionActive).toBe(false)
    expect(await count('post')).toBe(1)
  })

  test('what is committed stays, and the runner can begin again', async () => {
    const transaction = await begin(false)
    await database.runner.manager.save(Post, { id: 2, title: 'b' })
    await transaction.commit()
    await database.runner.startTransaction()
    await database.runner.rollbackTransaction()
    expect(await count('post')).toBe(2)
  })

  test.each([
    ['commit', 1],
    ['rollback', 1],
    ['commit', 0],
    ['rollback', 0],
  ] as const)('after %s the pragma is what it was: %d', async (end, value) => {
    await database.run(`PRAGMA foreign_keys = ${value}`)
    const transaction = await begin(true)
    expect(await pragma()).toBe(0)
    await transaction[end]()
    expect(await pragma()).toBe(value)
  })

  test('after a failure in the middle of a rebuild both pragmas are what they were', async () => {
    const transaction = await begin(true)
    await database.run('PRAGMA legacy_alter_table = ON')
    await expect(database.run('ALTER TABLE "nothing" RENAME TO "x"')).rejects.toMatchObject({
      message: expect.stringContaining('no such table'),
    })
    await transaction.rollback()
    expect(await pragma()).toBe(1)
    expect(await database.rows('PRAGMA legacy_alter_table')).toEqual([{ legacy_alter_table: 0 }])
  })

  test('with enforcement off, rows that lose their parents fail the migration, with table and number', async () => {
    const transaction = await begin(true)
    await database.run('DELETE FROM "post"')
    const committed = transaction.commit()
    await expect(committed).rejects.toThrow(ForeignKeyViolationError)
    await expect(committed).rejects.toThrow('2 of comment refer to missing rows of post.')
    expect([await count('post'), await pragma(), database.runner.isTransactionActive]).toEqual([1, 1, false])
    // Callers roll back after every failure; here nothing is left to do.
    await transaction.rollback()
  })

  test('violations that were there before do not fail it, also under a new name; one more does', async () => {
    await database.run('PRAGMA foreign_keys = OFF', 'INSERT INTO "comment" VALUES (3, 99)', 'PRAGMA foreign_keys = ON')
    await (await begin(true)).commit()
    const renaming = await begin(true)
    await database.run('ALTER TABLE "comment" RENAME TO "remark"')
    await renaming.commit()
    const adding = await begin(true)
    await database.run('INSERT INTO "remark" VALUES (4, 98)')
    await expect(adding.commit()).rejects.toThrow('1 of remark refer to missing rows of post.')
  })

  test('a foreign key to columns that are no key fails the migration that makes it, not the one that repairs it', async () => {
    const breaking = await begin(true)
    await database.run('CREATE TABLE "note" ("title" varchar REFERENCES "post" ("title"))')
    await expect(breaking.commit()).rejects.toThrow(ForeignKeyMismatchError)
    await database.run('CREATE TABLE "note" ("title" varchar REFERENCES "post" ("title"))')
    await (await begin(true)).commit()
    const repairing = await begin(true)
    await database.run('CREATE UNIQUE INDEX "UQ" ON "post" ("title")')
    await repairing.commit()
    expect(await count('post')).toBe(1)
  })

  test.each(['TABLE "Post" (x)', 'VIEW "post" AS SELECT 1 AS x'])(
    'a table behind something temporary of its name is not touched: %s',
    async (temporary) => {
      await database.run(`CREATE TEMP ${temporary}`)
      await expect(begin(true)).rejects.toMatchObject({ code: 'hidden-table', exitCode: 6 })
      expect(database.runner.isTransactionActive).toBe(false)
      expect(await pragma()).toBe(1)
      await database.run(`DROP ${temporary.split(' ')[0]} temp.post`, 'CREATE TEMP TABLE "else" (x)')
      await (await begin(true)).rollback()
    },
  )

  test('a connection that cannot begin is left as it was', async () => {
    await database.run('BEGIN')
    const failed = begin(true, { ...stillOutside(database.db) })
    await expect(failed).rejects.toThrow('within a transaction')
    await database.run('ROLLBACK')
    expect(await pragma()).toBe(1)
  })

  test('there is no lock to wait for: every migration begins with the write lock', async () => {
    const lock = await sqlite.session.lock(database.db, 'key', 'web-1')
    await lock?.release()
    expect(lock).toBeDefined()
    expect(sqlite.session.holder).toBeUndefined()
  })

  test.each(['by SQL', 'by TypeORM'])(
    'a transaction that somebody else has begun %s is refused, and stays',
    async (how) => {
      const connection = database.runner as unknown as ConnectionLike
      if (how === 'by SQL') await database.run('BEGIN')
      else await database.runner.startTransaction()
      await database.run(`INSERT INTO "post" VALUES (2, 'b')`)
      const refused = { code: 'open-transaction', exitCode: 6 }
      await expect(sqlite.session.lock(connection, 'key', 'web-1')).rejects.toMatchObject(refused)
      await expect(begin(true)).rejects.toThrow('within a transaction')
      if (how === 'by SQL') await database.run('COMMIT')
      else await database.runner.commitTransaction()
      expect(await count('post')).toBe(2)
      expect(await pragma()).toBe(1)
    },
  )
})

// A runner that does not know of the transaction somebody has begun.
function stillOutside(db: ConnectionLike): ConnectionLike {
  return { ...db, query: db.query, isTransactionActive: false }
}

test.each(['SQLITE_READONLY', 'SQLITE_READONLY_DIRECTORY', 'SQLITE_PERM', 'SQLITE_CANTOPEN'])(
  'what cannot be written is a matter of permissions: %s',
  (code) => {
    expect(sqlite.session.explain(code)).toEqual({
      advice: 'give this user the right to write to the file and its folder',
    })
  },
)
