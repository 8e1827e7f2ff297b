// What a rebuild keeps that no model of a table knows of: row ids, statistics, every single row, the names of others.
import type { Column } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { RowsLostError } from '../../../src/errors'
import { drivers, openDatabase, type OpenDatabase } from './database'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const check = (table: string): Operation => ({
  kind: 'createCheck',
  table: { name: table },
  check: { name: 'CHK_new', expression: { sql: '1' } },
})

const using = (name: string, type: string, sql: string): Operation => ({
  kind: 'alterColumn',
  table: { name: 'big' },
  from: column(name, type),
  to: column(name, type),
  using: sql,
})

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
  })
  afterEach(() => database.close())

  /** A dump of everything: the catalogue, and the rows of each table as SQLite spells them. */
  const dump = async () => {
    const objects = await database.rows('SELECT type, name, sql FROM sqlite_master ORDER BY name')
    const tables = objects.filter(({ type, sql }) => type === 'table' && !String(sql).includes('VIRTUAL'))
    const rows: unknown[] = []
    for (const { name } of tables) rows.push(await database.rows(`SELECT * FROM ${quoted(String(name))}`))
    return { objects, rows }
  }

  test.each<[string, string, readonly string[]]>([
    ['without any key', '"name" text', ['name']],
    ['with a key of text', '"name" text PRIMARY KEY NOT NULL', ['name']],
    ['whose key is no row id by an old mistake', '"id" integer PRIMARY KEY DESC, "name" text', ['id', 'name']],
    ['with a column named as the row id', '"rowid" text, "name" text', ['rowid', 'name']],
    ['with two columns named as the row id', '"rowid" text, "_rowid_" text', ['rowid', '_rowid_']],
    ['with a key that is the row id', '"id" integer PRIMARY KEY, "name" text', ['name']],
    ['with a key of the table that is the row id', '"id" integer, "name" text, PRIMARY KEY ("id" DESC)', ['name']],
  ])('a table %s keeps its row ids', async (_, columns, named) => {
    const rowid = columns.includes('_rowid_') ? 'oid' : columns.includes('rowid') ? '_rowid_' : 'rowid'
    const ids = ['-9223372036854775808', '-5', '0', '7', '9007199254740993', '9223372036854775807']
    await database.run(`CREATE TABLE "t" (${columns})`)
    for (const id of ids) {
      const values = named.map((name) => `'${name} ${id}'`.replace("'id ", "'")).join(', ')
      await database.run(
        `INSERT INTO "t" (${rowid}, ${named.map((name) => `"${name}"`).join(', ')}) VALUES (${id}, ${values})`,
      )
    }
    const rows = () => database.rows(`SELECT CAST(${rowid} AS text) AS r, * FROM "t" ORDER BY ${rowid}`)
    const before = await rows()
    expect(before.map(({ r }) => r)).toEqual(ids)
    const operations = [
      check('t'),
      { kind: 'addColumn', table: { name: 't' }, column: column('more', 'text') },
    ] as const
    await database.migrate(operations)
    expect(await rows()).toEqual(before.map((row) => ({ ...row, more: null })))
    await database.migrate([{ ...operations[0], kind: 'dropCheck' } as Operation])
    expect(await rows()).toEqual(before.map((row) => ({ ...row, more: null })))
  })

  test('a number that is added takes the row ids, and leaves them when it goes', async () => {
    await database.run(`CREATE TABLE "t" ("name" text)`, `INSERT INTO "t" (rowid, "name") VALUES (3, 'c'), (8, 'h')`)
    const id = column('id', 'integer', { nullable: false, identity: 'AUTOINCREMENT' })
    const primaryKey = { columns: ['id'] }
    await database.migrate([
      { kind: 'addColumn', table: { name: 't' }, column: id },
      { kind: 'createPrimaryKey', table: { name: 't' }, primaryKey },
    ])
    expect(await database.rows('SELECT "id", "name" FROM "t"')).toEqual([
      { id: 3, name: 'c' },
      { id: 8, name: 'h' },
    ])
    await database.migrate([
      { kind: 'dropPrimaryKey', table: { name: 't' }, primaryKey },
      { kind: 'dropColumn', table: { name: 't' }, column: id },
    ])
    expect(await database.rows('SELECT rowid AS r, * FROM "t"')).toEqual([
      { r: 3, name: 'c' },
      { r: 8, name: 'h' },
    ])
  })

  test('what ANALYZE has found out stays', async () => {
    await database.run(
      `CREATE TABLE "t" ("id" integer PRIMARY KEY, "a" text UNIQUE, "b" integer)`,
      `CREATE INDEX "i" ON "t" ("b")`,
      `INSERT INTO "t" VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2)`,
      'ANALYZE',
    )
    const statistics = () => database.rows('SELECT * FROM sqlite_stat1 ORDER BY idx')
    const before = await statistics()
    expect(before).toHaveLength(2)
    await database.migrate([check('t'), { kind: 'renameTable', from: { name: 't' }, to: { name: 'u' } }])
    await database.migrate([{ kind: 'renameTable', from: { name: 'u' }, to: { name: 't' } }])
    await database.migrate([{ ...check('t'), kind: 'dropCheck' } as Operation])
    expect(await statistics()).toEqual(before)
  })

  test.each([
    ['a name of 300 letters', [`${'n'.repeat(300)}`, `${'n'.repeat(299)}m`]],
    ['names that differ where others cut them', [`${'long_'.repeat(12)}a`, `${'long_'.repeat(12)}b`]],
    ['what others have left behind', ['user', '_autogen_new_user', '__AUTOGEN_NEW_user', 'temporary_user']],
    ['a view and an index in the way', ['user', 'view:_autogen_new_user', 'index:__autogen_new_user']],
    ['quotes and dots', [`a "b".c'd`, `[x]; --`]],
  ])('tables keep out of the way of each other: %s', async (_, names) => {
    const tables = names.filter((name) => !name.includes(':'))
    for (const name of tables)
      await database.run(`CREATE TABLE ${quoted(name)} ("a" text)`, `INSERT INTO ${quoted(name)} VALUES ('mine')`)
    for (const name of names) {
      const [kind, other = ''] = name.split(':')
      if (kind === 'view') await database.run(`CREATE VIEW "${other}" AS SELECT * FROM "user"`)
      if (kind === 'index') await database.run(`CREATE INDEX "${other}" ON "user" ("a")`)
    }
    const before = await dump()
    await database.migrate(tables.map(check))
    expect((await dump()).rows).toEqual(before.rows)
    await database.migrate(tables.map((name) => ({ ...check(name), kind: 'dropCheck' }) as Operation))
    expect(await dump()).toEqual(before)
  })

  describe('of a table with more rows than one portion', () => {
    const total = 120_000
    const create = (options = '') =>
      database.run(
        `CREATE TABLE "big" ("key" text NOT NULL PRIMARY KEY, "n" integer NOT NULL) ${options}`,
        // Numbers with gaps, some of them negative, none of them in the order of the key.
        `INSERT INTO "big" (${options === '' ? 'rowid, ' : ''}"key", "n") WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${total})
        SELECT ${options === '' ? 'i * 77 - 1000000, ' : ''}printf('%06d', i * 7919 % 1000003), i FROM c`,
      )
    const sums = (rowid = 'rowid') =>
      database.rows(
        `SELECT count(*) AS rows, sum("n") AS n, sum("n" * (${rowid} % 1000)) AS r, sum(length("key")) AS l,
        sum(CAST("key" AS integer) * "n" % 1000) AS k FROM "big"`,
      )

    test('they are copied portion by portion, each row once and under its row id', async () => {
      await create()
      const before = await sums()
      const ran = await database.migrate([check('big')])
      expect(
        ran.filter((sql) => sql.startsWith('INSERT OR ABORT')).map((sql) => sql.slice(sql.indexOf('FROM'))),
      ).toEqual([
        'FROM "big" ORDER BY rowid LIMIT ?',
        'FROM "big" WHERE rowid > CAST(? AS INTEGER) ORDER BY rowid LIMIT ?',
        'FROM "big" WHERE rowid > CAST(? AS INTEGER) ORDER BY rowid LIMIT ?',
      ])
      expect(await sums()).toEqual(before)
    })

    test('one WITHOUT ROWID is copied at once', async () => {
      await create('WITHOUT ROWID')
      const before = await sums('1')
      const ran = await database.migrate([check('big')])
      expect(ran.filter((sql) => sql.startsWith('INSERT OR ABORT'))).toEqual([
        'INSERT OR ABORT INTO "_autogen_new_big" ("key", "n") SELECT "key", "n" FROM "big"',
      ])
      expect(await sums('1')).toEqual(before)
    })

    test('one that gets another key is copied at once, and its rows get their numbers from it', async () => {
      await create()
      await database.migrate([
        { kind: 'dropPrimaryKey', table: { name: 'big' }, primaryKey: { columns: ['key'] } },
        { kind: 'createPrimaryKey', table: { name: 'big' }, primaryKey: { columns: ['n'] } },
      ])
      expect(
        await database.rows('SELECT count(*) AS c, min(rowid - "n") AS a, max(rowid - "n") AS b FROM "big"'),
      ).toEqual([{ c: total, a: 0, b: 0 }])
    })

    test('a window sees all of them', async () => {
      await create()
      await database.migrate([using('n', 'integer', 'sum(1) OVER (ORDER BY "key")')])
      expect(await database.rows('SELECT max("n") AS n, count(DISTINCT "n") AS d FROM "big"')).toEqual([
        { n: total, d: total },
      ])
    })
  })

  test('rows that would be lost stop the migration, and all is as it was', async () => {
    await database.run(`CREATE TABLE "big" ("n" integer)`, `INSERT INTO "big" VALUES (1), (2), (3)`)
    const before = await dump()
    const running = database.migrate([using('n', 'integer', 'max("n")')])
    await expect(running).rejects.toMatchObject({ code: 'rows-lost', exitCode: 5, table: 'big', before: 3, after: 1 })
    await expect(running).rejects.toThrow(RowsLostError)
    expect(await dump()).toEqual(before)
  })

  test.each(['IGNORE', 'REPLACE'])('ON CONFLICT %s says nothing of the rows that are there', async (action) => {
    await database.run(
      `CREATE TABLE "big" ("n" blob UNIQUE ON CONFLICT ${action})`,
      `INSERT INTO "big" VALUES ('1'), (x'31'), (1)`,
    )
    const before = await dump()
    const toText: Operation = {
      kind: 'alterColumn',
      table: { name: 'big' },
      from: column('n', 'blob'),
      to: column('n', 'text'),
    }
    await expect(database.migrate([toText])).rejects.toThrow('UNIQUE constraint failed')
    expect(await dump()).toEqual(before)
    await database.migrate([check('big')])
    const [table] = await database.rows(`SELECT sql FROM sqlite_master WHERE name = 'big'`)
    expect(table?.['sql']).toContain(`UNIQUE ON CONFLICT ${action}`)
    expect(await database.rows('SELECT count(*) AS n FROM "big"')).toEqual([{ n: 3 }])
  })
})
