// Tables as people, other tools and old versions have written them: a rebuild keeps what it is not aimed at, and so does the way back.
import { form } from '../../../src/dialects/sqlite/form'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { drivers, openDatabase, type OpenDatabase } from './database'

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

const odd: [what: string, table: string, statements: readonly string[]][] = [
  [
    'names in brackets, backticks, apostrophes and doubled quotes',
    't [x] "y"',
    [
      'CREATE TABLE `t [x] "y"` ([a b] text DEFAULT "text" NOT NULL, `c``d` int CHECK (`c``d`>0), \'e\' text COLLATE "nocase", "f""g" [my type](10, 2) UNIQUE)',
      `INSERT INTO "t [x] ""y""" VALUES ('1', 2, 'e', 3)`,
      'CREATE INDEX [i x] ON [t [x]] "y"] ([a b] DESC, `c``d`)'.replace('[t [x]] "y"]', '"t [x] ""y"""'),
    ],
  ],
  [
    'comments everywhere, with quotes, commas and parentheses in them',
    't',
    [
      `CREATE TABLE /* a ( */ "t" -- it's "b"
       ( -- first, (
         "a" /* the , type */ varchar /* ) */ (10) /* ; */ NOT /* no */ NULL, -- of a )
         /* before b */ "b" int DEFAULT /* x */ -1 CHECK ("b" < /* ' */ 5) -- of b
         , CHECK (/* " */ "a" <> '--' AND "a" <> '/*') /* last */ -- end
       ) /* options */`,
      `INSERT INTO "t" VALUES ('x', 2)`,
    ],
  ],
  [
    'constraints without commas, names without constraints, and conflict clauses on each',
    't',
    [
      `CREATE TABLE "t" ("a" INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT REPLACE AUTOINCREMENT CONSTRAINT nil,
        "b" text CONSTRAINT nn NOT NULL ON CONFLICT IGNORE CONSTRAINT df DEFAULT 'b' CONSTRAINT uq UNIQUE ON CONFLICT REPLACE,
        "c" int NULL ON CONFLICT ABORT CHECK ("c" > 0),
        CONSTRAINT two UNIQUE ("b", "c") ON CONFLICT ROLLBACK CONSTRAINT ck CHECK ("c" <> 7) ON CONFLICT FAIL CONSTRAINT alone)`,
      `INSERT INTO "t" VALUES (5, 'x', 1), (9, 'y', 2)`,
      `DELETE FROM "t" WHERE "a" = 9`,
    ],
  ],
  [
    'composite keys, to itself, deferrable, with every action',
    't',
    [
      `CREATE TABLE "t" ("a" int, "b" text, "pa" int, "pb" text, "up" int DEFAULT 1, PRIMARY KEY ("b" COLLATE NOCASE DESC, "a"),
        CONSTRAINT "self" FOREIGN KEY ("pa", "pb") REFERENCES "t" ("a", "b") MATCH SIMPLE ON UPDATE SET DEFAULT ON DELETE CASCADE NOT DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY ("pb", "pa") REFERENCES "t" DEFERRABLE INITIALLY DEFERRED, UNIQUE ("a", "b"))`,
      `INSERT INTO "t" VALUES (1, 'x', NULL, NULL, 1), (2, 'y', 1, 'x', 1), (3, 'z', 2, 'y', 1)`,
      `CREATE TABLE "child" ("id" integer PRIMARY KEY, "a" int, "b" text, FOREIGN KEY ("b", "a") REFERENCES "t" ON DELETE CASCADE)`,
      `INSERT INTO "child" VALUES (1, 1, 'x'), (2, 3, 'z')`,
    ],
  ],
  [
    'STRICT, WITHOUT ROWID, generated columns of both kinds over each other',
    't',
    [
      `CREATE TABLE "t" ("k" TEXT NOT NULL PRIMARY KEY, "v" ANY, "g" TEXT AS (upper("h")) VIRTUAL NOT NULL, "h" TEXT GENERATED ALWAYS AS ("k" || ', (') STORED UNIQUE COLLATE RTRIM) STRICT, WITHOUT ROWID`,
      `INSERT INTO "t" ("k", "v") VALUES ('a', x'00'), ('b', 1.5), ('c', '007')`,
    ],
  ],
  [
    'indexes on expressions, with collations, orders, conditions and comments',
    't',
    [
      `CREATE TABLE "t" ("a" text, "b" int)`,
      `INSERT INTO "t" VALUES ('x', 1), ('X', 2)`,
      `CREATE UNIQUE INDEX "one" ON "t" (lower("a") || "b" COLLATE BINARY DESC, "b" ASC) WHERE "a" IN ('x', 'X') -- those`,
      `CREATE INDEX two ON t(a collate nocase desc /* , */, instr(a, ', (')) where b>0 and "a" not like '%;%'`,
    ],
  ],
  [
    'triggers of its own and of others that mention it, views over views, and what stands instead of them',
    't',
    [
      `CREATE TABLE "log" ("what" text)`,
      `CREATE TABLE "t" ("a" text, "b" int)`,
      `INSERT INTO "t" VALUES ('x', 1)`,
      `CREATE VIEW "v" AS SELECT "a", "b" FROM "t" WHERE "b" > 0`,
      `CREATE VIEW "w" ("one", "two") AS SELECT "v"."a", (SELECT max("b") FROM "t") FROM "v" JOIN "t" USING ("a")`,
      `CREATE TRIGGER "into w" INSTEAD OF INSERT ON "w" BEGIN INSERT INTO "t" VALUES (NEW."one", NEW."two"); INSERT INTO "log" VALUES ('w; END'); END`,
      `CREATE TRIGGER "of log" AFTER INSERT ON "log" WHEN NEW."what" = 'never' BEGIN DELETE FROM "t"; UPDATE "t" SET "a" = CASE WHEN "b" THEN 'x' END; END`,
      `CREATE TRIGGER [own one] BEFORE UPDATE OF "a", "b" ON "t" FOR EACH ROW WHEN OLD."a" <> NEW."a" BEGIN SELECT RAISE(IGNORE) WHERE NEW."a" = 'no'; INSERT INTO "log" SELECT "one" FROM "w"; END`,
    ],
  ],
  [
    'what CREATE TABLE AS has written, and columns without types',
    't',
    [
      `CREATE TABLE "t" AS SELECT 1 AS "a b", 'x' AS "select", 2.5 AS c, NULL AS d`,
      `CREATE INDEX "i" ON "t" ("select")`,
    ],
  ],
  [
    'words that only look like something else',
    'table',
    [
      `CREATE TABLE "table" ("check" int, "primary" text DEFAULT 'PRIMARY KEY', key text, generated int, always text, "constraint" CHECK ("constraint" <> 'x'), rowid text, stored DEFAULT CURRENT_DATE, "references" REFERENCES "table" ("check"), UNIQUE ("check"))`,
      `INSERT INTO "table" ("check", "primary", key, generated) VALUES (1, 'unique', 'k', 2)`,
    ],
  ],
  [
    'defaults of every form',
    't',
    [
      `CREATE TABLE "t" (a DEFAULT -1.5e3, b DEFAULT +2, c DEFAULT x'0f', d DEFAULT TRUE, e DEFAULT (strftime('%s', 'now') + (1)), f DEFAULT 'it''s; ("', g DEFAULT NULL, h DEFAULT current_timestamp, i DEFAULT word, j DEFAULT "quoted word", k INTEGER DEFAULT (0x10) NOT NULL)`,
      `INSERT INTO "t" (a) VALUES (1)`,
    ],
  ],
]

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeEach(async () => {
    database = await openDatabase(driver)
    await database.run('PRAGMA recursive_triggers = ON')
  })
  afterEach(() => database.close())

  const look = async () => {
    const objects = await database.rows('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name')
    const content: unknown[] = []
    for (const { type, name } of objects) {
      if (type !== 'table' && type !== 'view') continue
      const columns = await database.rows(
        `SELECT name FROM pragma_table_xinfo('${String(name).replaceAll("'", "''")}')`,
      )
      const all = columns.map((one) => `typeof(${quoted(String(one.name))}), quote(${quoted(String(one.name))})`)
      content.push([
        name,
        await database.rows(
          `SELECT ${all
            .map((one, at) =>
              one
                .split(', ')
                .map((part, n) => `${part} AS c${at}_${n}`)
                .join(', '),
            )
            .join(', ')} FROM ${quoted(String(name))}`,
        ),
      ])
    }
    return { objects, content }
  }
  const facts = async (table: string) => {
    const name = `'${table.replaceAll("'", "''")}'`
    return {
      columns: await database.rows(`SELECT * FROM pragma_table_xinfo(${name})`),
      keys: await database.rows(`SELECT * FROM pragma_foreign_key_list(${name})`),
      list: await database.rows(`SELECT type, ncol, wr, strict FROM pragma_table_list(${name})`),
      indexes: await database.rows(
        `SELECT l.name, l."unique", l.origin, l.partial, x.seqno, x.name AS "column", x."desc", x.coll FROM pragma_index_list(${name}) l JOIN pragma_index_xinfo(l.name) x ORDER BY 1, 5`,
      ),
    }
  }

  test.each(odd)('%s', async (_what, table, statements) => {
    await database.run(...statements)
    const [before, was] = [await look(), await facts(table)]
    const added: Operation[] = [
      { kind: 'createCheck', table: { name: table }, check: { name: 'CHK_new', expression: { sql: '1' } } },
    ]
    const ran = await database.migrate(added)
    expect(ran.some((sql) => sql.startsWith('DROP TABLE'))).toBe(true)
    const between = await look()
    expect(between.content).toEqual(before.content)
    const others = ({ objects }: typeof before) =>
      objects.filter(({ type, name }) => type !== 'table' || name !== table)
    expect(others(between)).toEqual(others(before))
    expect(await facts(table)).toEqual(was)

    await database.migrate(reverseAll(added))
    const after = await look()
    expect(after.content).toEqual(before.content)
    expect(await facts(table)).toEqual(was)
    // A rebuild writes the comma between two constraints that SQLite lets people leave out.
    const text = ({ objects }: typeof before) =>
      objects.map((one) => ({
        ...one,
        sql: one.sql === null ? null : form(String(one.sql)).replaceAll(' , constraint', ' constraint'),
      }))
    expect(text(after)).toEqual(text(before))
    expect(await database.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(await database.rows('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
  })

  describe('a view that is made again', () => {
    const trigger = `CREATE TRIGGER "into v" INSTEAD OF INSERT ON "v" BEGIN INSERT INTO "t" ("a") VALUES (NEW."a" || '!'); END`
    const view = (sql: string) => ({ name: 'v', definition: { sql } })
    const again = (was: string, now: string): Operation[] => [
      { kind: 'dropView', view: view(was) },
      { kind: 'createView', view: view(now) },
    ]
    const change = again('SELECT "a" FROM "t"', 'SELECT "a", 1 AS "one" FROM "t"')
    beforeEach(() =>
      database.run('CREATE TABLE "t" ("a" text, "b" text)', 'CREATE VIEW "v" AS SELECT "a" FROM "t"', trigger),
    )
    const triggers = () => database.rows(`SELECT sql FROM sqlite_master WHERE type = 'trigger'`)

    test('has the triggers that stand instead of its inserts, and has them on the way back', async () => {
      for (const operations of [change, reverseAll(change)]) {
        await database.migrate(operations)
        expect(await triggers()).toEqual([{ sql: trigger }])
        await database.run(`INSERT INTO "v" ("a") VALUES ('x')`)
      }
      expect(await database.rows('SELECT "a" FROM "t"')).toEqual([{ a: 'x!' }, { a: 'x!' }])
    })

    test('has none where it went before, and another of that name is new', async () => {
      await database.migrate([change[0]!])
      await database.migrate([change[1]!])
      expect(await triggers()).toEqual([])
    })

    test('is refused where they mention what was renamed meanwhile, or where nobody has read them', async () => {
      const rename: Operation = { kind: 'renameColumn', table: { name: 't' }, from: 'a', to: 'c' }
      const renaming = [change[0]!, rename, ...again('', 'SELECT "c" AS "a" FROM "t"').slice(1)]
      await expect(database.migrate(renaming)).rejects.toThrow(
        'the triggers it had mention what this migration has renamed before',
      )
      const other = trigger.replace('into v', 'other').replace('INSERT ON', 'DELETE ON').replace('NEW."a"', 'OLD."a"')
      await expect(database.migrate([{ kind: 'execute', sql: other }, ...change])).rejects.toThrow(
        'view v has triggers this migration does not know; await op.flush() after op.execute',
      )
      expect(await triggers()).toEqual([{ sql: trigger }])
    })

    test('a column that only its trigger uses is not dropped behind its back', async () => {
      const drop: Operation = {
        kind: 'dropColumn',
        table: { name: 't' },
        column: { name: 'b', type: 'text', nullable: true },
      }
      await database.run('CREATE TRIGGER "out" INSTEAD OF DELETE ON "v" BEGIN UPDATE "t" SET "a" = "b"; END')
      await expect(database.migrate([drop])).rejects.toThrow('a view or a trigger still uses t.b')
    })
  })
})
