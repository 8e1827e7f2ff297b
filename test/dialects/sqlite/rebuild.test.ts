import { sqlite } from '../../../src/dialects/sqlite'
import { UnsupportedOperationError } from '../../../src/errors'
import type { Column } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { table } from '../../support/schema'
import { drivers, openDatabase, scope, type OpenDatabase } from './database'

const user = { name: 'user' }
const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const check: Operation = {
  kind: 'createCheck',
  table: user,
  check: { name: 'CHK_new', expression: { sql: '"id" > 0' } },
}

// All that TypeORM's and Alembic's rebuilds are known to lose.
const setUp = [
  `CREATE TABLE "log" ("text" text)`,
  `CREATE TABLE "user" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, -- the key
    "name" varchar(50) COLLATE NOCASE NOT NULL ON CONFLICT REPLACE DEFAULT 'it''s' CHECK (length("name") < 50),
    "email" TEXT UNIQUE ON CONFLICT IGNORE,
    "bossId" int REFERENCES "user" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    "at" datetime DEFAULT CURRENT_TIMESTAMP,
    "upper" text GENERATED ALWAYS AS (upper("name")) VIRTUAL,
    "size" integer AS (length("name")) STORED,
    "spare" blob,
    CHECK ("id" <> 0), UNIQUE ("name" COLLATE RTRIM, "email"))`,
  `CREATE TABLE "post" ("id" integer PRIMARY KEY, "userId" integer NOT NULL, FOREIGN KEY ("userId") REFERENCES "user" ("id") ON DELETE CASCADE)`,
  `CREATE TABLE "code" ("a" text, "b" integer, PRIMARY KEY ("a")) WITHOUT ROWID`,
  `CREATE TABLE "strict" ("a" TEXT, "b" ANY) STRICT`,
  `CREATE INDEX "IDX_expression" ON "user" (lower("email") COLLATE NOCASE DESC, "at")`,
  `CREATE UNIQUE INDEX "IDX_partial" ON "user" ("email" COLLATE RTRIM) WHERE "bossId" IS NOT NULL`,
  `CREATE VIEW "bosses" ("boss") AS SELECT "name" FROM "user" WHERE "id" IN (SELECT "bossId" FROM "user")`,
  `CREATE VIEW "shout" AS SELECT upper("boss") AS "b" FROM "bosses"`,
  `CREATE TRIGGER "own" AFTER INSERT ON "user" WHEN NEW."name" <> ';' BEGIN INSERT INTO "log" VALUES ('in; ' || NEW."name"); END`,
  `CREATE TRIGGER "other" AFTER DELETE ON "post" BEGIN INSERT INTO "log" SELECT 'post of ' || "name" FROM "user" WHERE "id" = OLD."userId"; END`,
  `INSERT INTO "user" ("id", "name", "email", "bossId", "at", "spare") VALUES (1, 'Ann', 'a@x', NULL, '2020', x'00ff'), (2, 'Bob', NULL, 1, '2021', NULL), (9, 'Zed', 'z@x', 2, NULL, NULL)`,
  `DELETE FROM "user" WHERE "id" = 9`,
  `INSERT INTO "post" VALUES (1, 1), (2, 2)`,
  `INSERT INTO "code" VALUES ('x', 1)`,
  `INSERT INTO "strict" VALUES ('x', 1)`,
  `DELETE FROM "log"`,
]

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
    await database.run(...setUp)
  })
  afterEach(() => database.close())

  const catalogue = () => database.rows(`SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`)
  const textOf = async (name: string) => (await catalogue()).find((row) => row['name'] === name)?.['sql']
  const content = async () =>
    Promise.all(
      ['user', 'post', 'code', 'strict', 'bosses', 'shout', 'log', 'sqlite_sequence'].map((name) =>
        database.rows(`SELECT * FROM "${name}" ORDER BY 1`),
      ),
    )

  test('everything but the change stays, to the word', async () => {
    const [before, rows] = [await catalogue(), await content()]
    await database.migrate([check])
    const after = await catalogue()
    expect(after.filter(({ name }) => name !== 'user')).toEqual(before.filter(({ name }) => name !== 'user'))
    expect(await textOf('user')).toBe(
      [
        `CREATE TABLE "user" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL -- the key\n, `,
        `"name" varchar(50) COLLATE NOCASE NOT NULL ON CONFLICT REPLACE DEFAULT 'it''s' CHECK (length("name") < 50), `,
        `"email" TEXT UNIQUE ON CONFLICT IGNORE, `,
        `"bossId" int REFERENCES "user" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, `,
        `"at" datetime DEFAULT CURRENT_TIMESTAMP, `,
        `"upper" text GENERATED ALWAYS AS (upper("name")) VIRTUAL, `,
        `"size" integer AS (length("name")) STORED, `,
        `"spare" blob, `,
        `CHECK ("id" <> 0), UNIQUE ("name" COLLATE RTRIM, "email"), CONSTRAINT "CHK_new" CHECK ("id" > 0))`,
      ].join(''),
    )
    expect(await content()).toEqual(rows)
    await database.migrate([{ ...check, kind: 'dropCheck' } as Operation])
    expect(await content()).toEqual(rows)
  })

  test.each<[string, Operation]>([
    ['WITHOUT ROWID', { kind: 'createUnique', table: { name: 'code' }, unique: { columns: ['b'] } }],
    ['STRICT', { kind: 'createUnique', table: { name: 'strict' }, unique: { columns: ['a'] } }],
  ])('a table stays %s', async (option, operation) => {
    const rows = await content()
    await database.migrate([operation])
    expect(await textOf((operation as { table: { name: string } }).table.name)).toMatch(new RegExp(`\\) ${option}$`))
    expect(await content()).toEqual(rows)
  })

  test('triggers fire, counters go on, foreign keys hold and cascade as before', async () => {
    await database.migrate([check])
    await database.run(`INSERT INTO "user" ("name") VALUES ('Dan')`)
    expect(await database.rows(`SELECT "id" FROM "user" WHERE "name" = 'Dan'`)).toEqual([{ id: 10 }])
    await database.run(`DELETE FROM "user" WHERE "id" = 1`)
    expect(await database.rows(`SELECT * FROM "post"`)).toEqual([{ id: 2, userId: 2 }])
    expect(await database.rows(`SELECT "bossId" FROM "user" WHERE "id" = 2`)).toEqual([{ bossId: null }])
    expect(await database.rows(`SELECT * FROM "log"`)).toEqual([{ text: 'in; Dan' }, ...(await postOf(database))])
    await expect(database.run(`INSERT INTO "post" VALUES (5, 77)`)).rejects.toThrow('FOREIGN KEY')
  })

  test('a column that is renamed in the same migration is renamed in triggers, views, checks and indexes too', async () => {
    await database.migrate([
      { kind: 'renameColumn', table: user, from: 'name', to: 'full name' },
      check,
      { kind: 'renameTable', from: user, to: { name: 'person' } },
      { kind: 'createUnique', table: { name: 'person' }, unique: { name: 'UQ_full', columns: ['full name'] } },
    ])
    expect(await database.rows(`SELECT * FROM "shout"`)).toEqual([{ b: 'ANN' }])
    await database.run(`INSERT INTO "person" ("full name") VALUES ('Eve')`)
    expect(await database.rows(`SELECT * FROM "log"`)).toEqual([{ text: 'in; Eve' }])
    expect(await textOf('person')).toContain(
      `"full name" varchar(50) COLLATE NOCASE NOT NULL ON CONFLICT REPLACE DEFAULT 'it''s' CHECK (length("full name") < 50)`,
    )
  })

  test('an untouched column keeps its conflict clause when another step comes between', async () => {
    await database.migrate([
      { kind: 'addColumn', table: user, column: column('extra', 'text') },
      { kind: 'execute', sql: `UPDATE "user" SET "extra" = 'e'` },
      {
        kind: 'alterColumn',
        table: user,
        from: column('extra', 'text'),
        to: column('extra', 'text', { nullable: false }),
      },
      { kind: 'execute', sql: `UPDATE "user" SET "extra" = 'f'` },
      check,
    ])
    expect(await textOf('user')).toContain('NOT NULL ON CONFLICT REPLACE')
    expect(await textOf('user')).toContain('"extra" text NOT NULL')
    expect(await textOf('own')).toContain(`'in; '`)
  })

  test('a column that a view or a trigger needs is not dropped behind its back', async () => {
    const drop: Operation = {
      kind: 'dropColumn',
      table: user,
      column: column('name', 'varchar(50)', { nullable: false }),
    }
    const before = await catalogue()
    const refused = 'CHECK constraint failed: a view or a trigger still uses user.name'
    const generated = [
      column('upper', 'text', { generated: { sql: 'upper("name")', virtual: true } }),
      column('size', 'integer', { generated: { sql: 'length("name")' } }),
    ]
    await expect(database.migrate([drop])).rejects.toThrow(
      'dropColumn name on user: generated column upper still uses it.',
    )
    const all: Operation[] = [
      ...generated.map((one): Operation => ({ kind: 'dropColumn', table: user, column: one })),
      { kind: 'dropUnique', table: user, unique: { columns: ['name', 'email'] } },
      drop,
    ]
    await expect(database.migrate(all)).rejects.toThrow(refused)
    await database.run('DROP VIEW "shout"', 'DROP VIEW "bosses"')
    await expect(database.migrate(all)).rejects.toThrow(refused)
    expect((await catalogue()).map(({ name }) => name)).toEqual(
      before.map(({ name }) => name).filter((name) => name !== 'shout' && name !== 'bosses'),
    )
  })

  test('a column whose name others have too is dropped where nothing uses it', async () => {
    await database.run('CREATE TABLE "pet" ("id" integer, "name" text, "other" text)')
    await database.migrate([{ kind: 'dropColumn', table: { name: 'pet' }, column: column('name', 'text') }])
    expect(await textOf('pet')).toBe('CREATE TABLE "pet" ("id" integer, "other" text)')
    await database.run('CREATE VIEW "pets" AS SELECT "other" FROM "pet"')
    const dropOther: Operation = { kind: 'dropColumn', table: { name: 'pet' }, column: column('other', 'text') }
    await expect(database.migrate([dropOther])).rejects.toThrow('a view or a trigger still uses pet.other')
  })

  test('a key to a column that is made anew is not turned to the old one', async () => {
    await database.run(
      'CREATE TABLE "a" ("id" integer PRIMARY KEY, "b" integer)',
      'CREATE TABLE "b" ("key" integer PRIMARY KEY, "id" text, "z" text)',
      'CREATE VIEW "ids" AS SELECT "id" FROM "a"',
    )
    await database.migrate([
      {
        kind: 'createForeignKey',
        table: { name: 'a' },
        foreignKey: { columns: ['b'], references: { table: { name: 'b' }, columns: ['id'] } },
      },
      { kind: 'dropColumn', table: { name: 'b' }, column: column('id', 'text') },
      { kind: 'addColumn', table: { name: 'b' }, column: column('id', 'integer') },
      { kind: 'createIndex', table: { name: 'b' }, index: { name: 'UQ_b', columns: ['id'], unique: true } },
    ])
    expect(await textOf('a')).toContain('REFERENCES "b" ("id")')
    expect(await textOf('b')).toBe('CREATE TABLE "b" ("key" integer PRIMARY KEY, "z" text, "id" integer)')
  })

  test('no view uses a table that goes, and no trigger of one that stays', async () => {
    const made = (name: string) => table(name, { columns: [column('id', 'integer')] })
    const drop = (name: string): Operation => ({ kind: 'dropTable', table: made(name) })
    await database.run(
      ...['a', 'b', 'c'].map((name) => `CREATE TABLE "${name}" ("id" integer)`),
      'CREATE TABLE "child" ("a" integer REFERENCES "a" ("id"))',
      'CREATE TRIGGER "ab" AFTER INSERT ON "a" BEGIN INSERT INTO "b" VALUES (1); END',
      'CREATE VIEW "cs" AS SELECT * FROM "c"',
    )
    await expect(database.migrate([drop('b')])).rejects.toThrow('a view or a trigger still uses b')
    await expect(database.migrate([drop('c')])).rejects.toThrow('a view or a trigger still uses c')
    await database.migrate([drop('c'), { kind: 'createTable', table: made('c') }])
    await database.migrate([drop('b'), drop('a')])
    expect(await textOf('child')).toBe('CREATE TABLE "child" ("a" integer REFERENCES "a" ("id"))')
  })

  test.each(['other', 'the "best"'])(
    'a view may use a column that is made anew, and no column that goes: %s',
    async (name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      await database.run(
        `CREATE TABLE "pet" ("id" integer, ${quoted} text)`,
        `CREATE VIEW "pets" AS SELECT ${quoted} FROM "pet"`,
      )
      const drop: Operation = { kind: 'dropColumn', table: { name: 'pet' }, column: column(name, 'text') }
      await database.migrate([drop, { kind: 'addColumn', table: { name: 'pet' }, column: column(name, 'integer') }])
      expect(await textOf('pet')).toBe(`CREATE TABLE "pet" ("id" integer, ${quoted} integer)`)
      expect(await textOf('pets')).toBe(`CREATE VIEW "pets" AS SELECT ${quoted} FROM "pet"`)
      await expect(database.migrate([drop])).rejects.toThrow('a view or a trigger still uses')
    },
  )

  test('a column that gets another name and goes is gone', async () => {
    await database.migrate([
      { kind: 'renameColumn', table: user, from: 'spare', to: 'waste' },
      { kind: 'dropColumn', table: user, column: column('waste', 'blob') },
      { kind: 'addColumn', table: user, column: column('short', 'text') },
      { kind: 'dropColumn', table: user, column: column('short', 'text') },
    ])
    const { tables } = await database.schema()
    expect(tables.find(({ name }) => name === 'user')?.columns.map(({ name }) => name)).toEqual([
      'id',
      'name',
      'email',
      'bossId',
      'at',
      'upper',
      'size',
    ])
  })

  test('a migration that would need a trigger it has made stale is refused', async () => {
    const operations: Operation[] = [
      { kind: 'renameColumn', table: user, from: 'name', to: 'label' },
      { kind: 'execute', sql: `UPDATE "user" SET "label" = 'x' WHERE 0` },
      check,
    ]
    await expect(database.migrate(operations)).rejects.toThrow(UnsupportedOperationError)
    await expect(database.migrate(operations)).rejects.toThrow(
      'the rebuild of user: its triggers mention what this migration has renamed before.',
    )
  })

  test.each([
    ['trigger', `CREATE TRIGGER "new" AFTER DELETE ON "user" BEGIN DELETE FROM "log"; END`],
    ['column', `ALTER TABLE "user" ADD COLUMN "new" text`],
    ['index', `CREATE INDEX "new" ON "user" ("at")`],
  ])('a %s that a script executes is not lost by a rebuild that could not know it', async (_, sql) => {
    const before = await catalogue()
    await expect(database.migrate([{ kind: 'execute', sql }, check])).rejects.toThrow(
      'await op.flush() after op.execute',
    )
    expect(await catalogue()).toEqual(before)
    await database.run(sql)
    await database.migrate([{ kind: 'execute', sql: `UPDATE "user" SET "at" = 'now'` }, check])
    const { tables } = await database.schema()
    const columns = tables.find(({ name }) => name === 'user')?.columns ?? []
    expect([...(await catalogue()), ...columns].map(({ name }) => name)).toContain('new')
  })

  test('a script printed without the catalogue stops before it would lose a trigger', async () => {
    const { verbatim: _, ...schema } = await database.schema()
    const { segments } = sqlite.plan([check], schema, { scope, transaction: true })
    const statements = segments.flatMap((segment) => (segment.transactional ? segment.statements : []))
    const run = () => database.run(...statements.map(({ sql }) => sql))
    await expect(run()).rejects.toThrow(
      'CHECK constraint failed: table user has columns, indexes or triggers this migration does not know',
    )
    await database.run('DROP TABLE temp."_autogen_guard"', 'DROP TRIGGER "own"', 'PRAGMA foreign_keys = OFF')
    await run()
    expect(await database.rows(`SELECT count(*) AS n FROM "post"`)).toEqual([{ n: 2 }])
  })
})

async function postOf(database: OpenDatabase) {
  // A cascade has deleted the user before the trigger on its post runs.
  return (await database.rows(`SELECT * FROM "log"`)).filter(({ text }) => String(text).startsWith('post of'))
}
