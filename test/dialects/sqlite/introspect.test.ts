import * as typeorm from 'typeorm'
import { sqlite } from '../../../src/dialects/sqlite'
import type { Scope } from '../../../src/dialects/dialect'
import { sameSchema } from '../../../src/model/same'
import { emptySchema } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { bare } from '../../../src/operations/companions'
import { drivers, openDatabase, scope, type OpenDatabase } from './database'

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
  })
  afterEach(() => database.close())

  test('reads columns, keys, checks, indexes and views in one spelling', async () => {
    await database.run(
      `CREATE TABLE "Team" ("id" INTEGER PRIMARY KEY, "Name" VARCHAR (20) COLLATE nocase DEFAULT NULL)`,
      `CREATE TABLE user (id integer primary key autoincrement not null, active BOOLEAN NOT NULL DEFAULT TRUE, price decimal(10, 2) DEFAULT '1.50',
        nick text DEFAULT 5, made datetime DEFAULT (datetime('now')), json text DEFAULT '{"a":1}', teamid INT REFERENCES team ON DELETE CASCADE,
        big bigint DEFAULT 9007199254740993, role varchar CHECK( "role" IN ('a','b') ), twice int AS (teamid * 2),
        CONSTRAINT "UQ_1" UNIQUE (NICK, role), CONSTRAINT "CHK_1" CHECK ((price > 0)), CONSTRAINT "FK_2" FOREIGN KEY (TEAMID) REFERENCES "Team" (ID))`,
      `CREATE UNIQUE INDEX "i" ON "user" ("NICK" COLLATE binary, "role" DESC, lower(nick)) WHERE ((active))`,
      `CREATE INDEX "j" ON "Team" (name COLLATE NOCASE)`,
      `CREATE VIEW "v" (a) AS SELECT 1 -- one`,
      `CREATE TABLE "autogen_version" ("n" text)`,
    )
    const { verbatim, ...schema } = await database.schema()
    expect(schema).toEqual({
      ...emptySchema,
      tables: [
        {
          name: 'Team',
          columns: [
            { name: 'id', type: 'integer', nullable: false },
            { name: 'Name', type: 'varchar(20)', nullable: true, collation: 'NOCASE', default: { sql: 'NULL' } },
          ],
          primaryKey: { columns: ['id'] },
          uniques: [],
          indexes: [{ name: 'j', columns: ['Name'], unique: false }],
          foreignKeys: [],
          checks: [],
          exclusions: [],
        },
        {
          name: 'user',
          columns: [
            { name: 'id', type: 'integer', nullable: false, identity: 'AUTOINCREMENT' },
            { name: 'active', type: 'boolean', nullable: false, default: { sql: 'TRUE', canonical: '1' } },
            { name: 'price', type: 'decimal(10,2)', nullable: true, default: { sql: "'1.50'", canonical: '1.5' } },
            { name: 'nick', type: 'text', nullable: true, default: { sql: '5', canonical: "'5'" } },
            { name: 'made', type: 'datetime', nullable: true, default: { sql: `datetime('now')` } },
            { name: 'json', type: 'text', nullable: true, default: '{"a":1}' },
            { name: 'teamid', type: 'integer', nullable: true },
            { name: 'big', type: 'bigint', nullable: true, default: { sql: '9007199254740993' } },
            { name: 'role', type: 'varchar', nullable: true },
            { name: 'twice', type: 'integer', nullable: true, generated: { sql: 'teamid * 2', virtual: true } },
          ],
          primaryKey: { columns: ['id'] },
          uniques: [{ name: 'UQ_1', columns: ['nick', 'role'] }],
          indexes: [
            {
              name: 'i',
              columns: ['nick', { column: 'role', order: 'DESC' }, { sql: 'lower(nick)' }],
              unique: true,
              where: { sql: 'active' },
            },
          ],
          foreignKeys: [
            { columns: ['teamid'], references: { table: { name: 'Team' }, columns: ['id'] }, onDelete: 'CASCADE' },
            { name: 'FK_2', columns: ['teamid'], references: { table: { name: 'Team' }, columns: ['id'] } },
          ],
          checks: [{ expression: { sql: `"role" IN ('a','b')` } }, { name: 'CHK_1', expression: { sql: 'price > 0' } }],
          exclusions: [],
        },
      ],
      views: [{ name: 'v', definition: { sql: 'WITH "v"("a") AS (SELECT 1) SELECT * FROM "v"' } }],
    })
    expect(Object.keys(verbatim ?? {})).toEqual(['Team', 'user'])
    expect(sqlite.normalize(schema, scope)).toEqual(schema)
  })

  test('what a person writes and what the entities say becomes what the database says', () => {
    const column = (type: string, value: unknown) => ({ name: 'c', type, nullable: true, default: value as string })
    const defaults: [string, unknown, unknown][] = [
      ['boolean', true, 1],
      ['boolean', false, 0],
      ['BOOLEAN', { sql: 'true' }, { sql: 'true', canonical: '1' }],
      ['varchar', true, { sql: '1', canonical: "'1'" }],
      ['varchar', 7, { sql: '7', canonical: "'7'" }],
      ['integer', '7', { sql: "'7'", canonical: '7' }],
      ['integer', 'seven', 'seven'],
      ['integer', '007', { sql: "'007'", canonical: '7' }],
      ['text', '007', '007'],
      ['text', { sql: "'it''s'" }, "it's"],
      ['text', { sql: '(( 5 ))' }, { sql: '(( 5 ))', canonical: "'5'" }],
      ['text', { a: [1] }, '{"a":[1]}'],
      ['jsonb', { a: [1] }, { sql: `jsonb('{"a":[1]}')` }],
      ['jsonb', '{"a":[1]}', '{"a":[1]}'],
      ['datetime', { sql: 'CURRENT_TIMESTAMP' }, { sql: 'CURRENT_TIMESTAMP' }],
      ['datetime', { sql: " (datetime('now')) -- then" }, { sql: "(datetime('now'))" }],
      ['text', { sql: 'NULL' }, { sql: 'NULL' }],
      ['real', { sql: '-1.50' }, { sql: '-1.50', canonical: '-1.5' }],
      ['blob', { sql: "x'00'" }, { sql: "x'00'" }],
    ]
    const part = { uniques: [], indexes: [], foreignKeys: [], checks: [], exclusions: [] }
    const table = { name: 't', columns: defaults.map(([type, value]) => column(type, value)), comment: 'gone', ...part }
    const [normal] = sqlite.normalize({ ...emptySchema, tables: [table], schemas: ['gone'] }, scope).tables
    expect(normal?.columns.map((one) => one.default)).toEqual(defaults.map(([, , wanted]) => wanted))
    expect(normal?.comment).toBeUndefined()
  })

  test('virtual tables, their shadows and ignored tables are left out', async () => {
    await database.run('CREATE TABLE "a" ("x")', 'CREATE TABLE "Secret" ("x")')
    // Not every build has the full-text module.
    const [fts] = await database.rows(`SELECT count(*) AS n FROM pragma_module_list WHERE name = 'fts5'`)
    if (Number(fts?.['n']) > 0) await database.run('CREATE VIRTUAL TABLE "search" USING fts5("body")')
    // Another module's shadow would have that name.
    await database.run('CREATE TABLE "search_node" ("x")')
    const ignoring: Scope = { ...scope, ignore: [{ name: 'secret' }] }
    const schema = await sqlite.introspect(database.db, ignoring)
    expect(schema.tables.map(({ name }) => name)).toEqual(['a', 'search_node'])
  })

  test('the number of statements does not grow with the tables', async () => {
    const asked = async () => {
      const before = database.count()
      await database.schema()
      return database.count() - before
    }
    await database.run('CREATE TABLE "t0" ("id" integer PRIMARY KEY)')
    expect(await asked()).toBe(2)
    for (let n = 1; n < 30; n++)
      await database.run(
        `CREATE TABLE "t${n}" ("id" integer PRIMARY KEY, "a" int REFERENCES "t0", UNIQUE ("a"))`,
        `CREATE INDEX "i${n}" ON "t${n}" ("a")`,
        `CREATE VIEW "v${n}" AS SELECT * FROM "t${n}"`,
        `CREATE TRIGGER "r${n}" AFTER DELETE ON "t${n}" BEGIN DELETE FROM "t0"; END`,
      )
    expect(await asked()).toBe(2)
  })

  test('the version is one number, tables are found in any case', async () => {
    await database.run('CREATE TABLE "User" ("id")')
    expect(await sqlite.version(database.db)).toBeGreaterThan(3030000)
    expect(await sqlite.defaultSchema(database.db)).toBeUndefined()
    expect(await sqlite.hasTable(database.db, { name: 'user' }, scope)).toBe(true)
    expect(await sqlite.hasTable(database.db, { name: 'users' }, scope)).toBe(false)
  })

  test('TypeORM says nothing of tables we made that it does not say of its own', async () => {
    const entities = [Author, Book]
    const theirs = await openDatabase(driver, entities)
    const ours = await openDatabase(driver, entities)
    try {
      await sourceOf(theirs).synchronize()
      const wanted = await theirs.schema()
      const operations = wanted.tables.flatMap((table): Operation[] => [
        { kind: 'createTable', table: bare(table) },
        ...table.indexes.map((index): Operation => ({ kind: 'createIndex', table: { name: table.name }, index })),
        ...table.foreignKeys.map((foreignKey): Operation => ({
          kind: 'createForeignKey',
          table: { name: table.name },
          foreignKey,
        })),
      ])
      await ours.migrate(operations)
      expect(sameSchema(await ours.schema(), wanted)).toBe(true)
      const log = async (one: OpenDatabase) =>
        (await sourceOf(one).driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query)
      expect(await log(ours)).toEqual(await log(theirs))
      // A rebuild leaves it as quiet.
      await ours.migrate([
        { kind: 'createCheck', table: { name: 'book' }, check: { name: 'CHK_x', expression: { sql: '"id" > 0' } } },
        { kind: 'execute', sql: 'SELECT 1' },
        { kind: 'dropCheck', table: { name: 'book' }, check: { name: 'CHK_x', expression: { sql: '"id" > 0' } } },
      ])
      expect(await log(ours)).toEqual(await log(theirs))
    } finally {
      await theirs.close()
      await ours.close()
    }
  })
})

const Author = new typeorm.EntitySchema<{ id: number; name: string; mood: string }>({
  name: 'Author',
  tableName: 'author',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    name: { type: 'varchar', length: 50, unique: true, collation: 'NOCASE' },
    mood: { type: 'simple-enum', enum: ['glad', 'sad'], default: 'glad' },
  },
  checks: [{ name: 'CHK_name', expression: '"name" <> \'\'' }],
})

const Book = new typeorm.EntitySchema<{ id: string; title: string; author: unknown }>({
  name: 'Book',
  tableName: 'book',
  columns: {
    id: { type: 'varchar', primary: true, generated: 'uuid' },
    title: { type: 'text', nullable: true, default: 'x' },
    price: { type: 'decimal', precision: 10, scale: 2, default: 1.5 },
    made: { type: 'datetime', createDate: true },
    out: { type: 'boolean', default: false },
  } as never,
  indices: [{ name: 'IDX_title', columns: ['title'], where: '"title" IS NOT NULL' }],
  relations: { author: { type: 'many-to-one', target: 'Author', joinColumn: true, onDelete: 'CASCADE' } },
})

function sourceOf({ runner }: OpenDatabase): typeorm.DataSource {
  return runner.manager.dataSource ?? (runner.manager as unknown as { connection: typeorm.DataSource }).connection
}
