import { partsOf, tableOf } from '../../../src/dialects/sqlite/introspect'
import { parseIndex, parseTable, parseView } from '../../../src/dialects/sqlite/parse'
import { normalizeTable } from '../../../src/dialects/sqlite/normalize'
import { reshape } from '../../../src/dialects/sqlite/reshape'
import { openDatabase, type OpenDatabase } from './database'

let database: OpenDatabase
beforeAll(async () => {
  database = await openDatabase('sqljs')
  await database.run('CREATE TABLE p (x PRIMARY KEY, y, UNIQUE (x, y))')
})
afterAll(() => database.close())

describe('reading a CREATE TABLE', () => {
  test('every kind of constraint, with and without a name, on a column and on the table', () => {
    const table = parseTable(`CREATE TABLE "user" (
      id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT ROLLBACK AUTOINCREMENT,
      email varchar(255) COLLATE nocase CONSTRAINT nn NOT NULL ON CONFLICT FAIL CONSTRAINT uq UNIQUE ON CONFLICT IGNORE,
      "team" int DEFAULT -1 REFERENCES team(id) ON DELETE SET NULL NOT NULL DEFERRABLE INITIALLY DEFERRED,
      age DEFAULT (1 + 1) CHECK (age > ')') GENERATED ALWAYS AS (1) STORED,
      CONSTRAINT a CHECK (age > 0) CONSTRAINT b UNIQUE (email, "team"),
      FOREIGN KEY (team, age) REFERENCES other ON UPDATE CASCADE MATCH FULL
    ) STRICT, WITHOUT ROWID`)
    expect(partsOf(table).map(({ kind, name, text }) => [kind, name, text])).toEqual([
      ['primaryKey', 'pk', 'CONSTRAINT pk PRIMARY KEY ON CONFLICT ROLLBACK AUTOINCREMENT'],
      ['collate', undefined, 'COLLATE nocase'],
      ['notNull', 'nn', 'CONSTRAINT nn NOT NULL ON CONFLICT FAIL'],
      ['unique', 'uq', 'CONSTRAINT uq UNIQUE ON CONFLICT IGNORE'],
      ['default', undefined, 'DEFAULT -1'],
      ['references', undefined, 'REFERENCES team(id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED'],
      ['notNull', undefined, 'NOT NULL'],
      ['default', undefined, 'DEFAULT (1 + 1)'],
      ['check', undefined, `CHECK (age > ')')`],
      ['generated', undefined, 'GENERATED ALWAYS AS (1) STORED'],
      ['check', 'a', 'CONSTRAINT a CHECK (age > 0)'],
      ['unique', 'b', 'CONSTRAINT b UNIQUE (email, "team")'],
      ['references', undefined, 'FOREIGN KEY (team, age) REFERENCES other ON UPDATE CASCADE MATCH FULL'],
    ])
    expect([table.strict, table.withoutRowid, table.options]).toEqual([true, true, 'STRICT, WITHOUT ROWID'])
  })

  const future = `CREATE TABLE t ( -- of all
      a int NOT NULL LATER 'z' (x, (y)) DEFAULT 1, -- behind a
      -- before b
      b int MASKED /* in the type */ CHECK (b > 0) NOT /* why */ ENFORCED, c int /* c */,
      CONSTRAINT k PERIOD FOR b (a, b) UNIQUE (a) -- of the key
    ) WITH SPICE`

  test('what it does not know is a part all the same, and a comment has an owner', () => {
    const table = parseTable(future)
    expect(partsOf(table).map(({ kind, name, text }) => [kind, name, text])).toEqual([
      ['notNull', undefined, 'NOT NULL'],
      ['other', undefined, `LATER 'z' (x, (y))`],
      ['default', undefined, 'DEFAULT 1'],
      ['check', undefined, 'CHECK (b > 0)'],
      ['other', undefined, 'NOT /* why */ ENFORCED'],
      ['other', 'k', 'CONSTRAINT k PERIOD FOR b (a, b)'],
      ['unique', undefined, 'UNIQUE (a)'],
    ])
    const owners = [...table.columns, ...table.constraints].map((one) => table.comments.get(one))
    expect(owners).toEqual([
      '-- of all\n -- behind a\n',
      '-- before b\n /* in the type */',
      '/* c */',
      undefined,
      '-- of the key\n',
    ])
  })

  test('both are written again with what they belong to', () => {
    const table = normalizeTable(tableOf(parseTable(future)))
    const columns = table.columns.map((column) => (column.name === 'a' ? { ...column, default: 'new' } : column))
    expect(reshape(future, { ...table, columns: columns.filter(({ name }) => name !== 'c') }, 'u')).toBe(
      [
        `CREATE TABLE "u" (a int NOT NULL LATER 'z' (x, (y)) DEFAULT 'new' -- of all`,
        ` -- behind a`,
        `, b int MASKED CHECK (b > 0) NOT /* why */ ENFORCED -- before b`,
        ` /* in the type */, CONSTRAINT k PERIOD FOR b (a, b), UNIQUE (a) -- of the key`,
        `) WITH SPICE`,
      ].join('\n'),
    )
  })

  // What the parser makes of a text is held against what SQLite itself says of it.
  const hostile = [
    `CREATE TABLE t (a)`,
    `CREATE TABLE t (a, b TEXT, c)`,
    'CREATE TABLE "t" ("a b" int, [c d] text, `e``f` varchar ( 10 ), "g""h" decimal( 10 , 2 ))',
    `CREATE TABLE t (a UNSIGNED BIG INT NOT NULL, b DOUBLE PRECISION DEFAULT 1.50, c VARYING CHARACTER(255) DEFAULT 'x,y)')`,
    `CREATE TABLE t (a "my type" DEFAULT "quoted", b text DEFAULT bare, c DEFAULT TRUE, d DEFAULT CURRENT_TIMESTAMP)`,
    `CREATE TABLE t (a DEFAULT (')' || '('), b DEFAULT ( ( 1 + 2 ) * 3 ), c DEFAULT x'00ff', d DEFAULT - 5, e DEFAULT +.5e3)`,
    `CREATE TABLE t (a int -- the first, (really
      , b int /* the ) second, */ NOT NULL, c text CHECK (c <> '--') -- done
    )`,
    `CREATE TABLE t (key int, action text, "primary" text, "check" int CHECK ("check" > 0), generated text, rowid int)`,
    `CREATE TABLE t (a INTEGER PRIMARY KEY, b int UNIQUE, c int, UNIQUE (a, b), UNIQUE (c))`,
    `CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)`,
    `CREATE TABLE t (a int PRIMARY KEY NOT NULL, b)`,
    `CREATE TABLE t (a int, b int, PRIMARY KEY (b DESC, a COLLATE NOCASE) ON CONFLICT REPLACE)`,
    `CREATE TABLE t (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID`,
    `CREATE TABLE t (a INTEGER, PRIMARY KEY ("a" AUTOINCREMENT))`,
    `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT`,
    `CREATE TABLE t (a TEXT PRIMARY KEY, b INT) STRICT, WITHOUT ROWID`,
    `CREATE TABLE t (a int GENERATED ALWAYS AS (b + 1), b int, c text AS ('x' || b) STORED, d AS (b) VIRTUAL NOT NULL)`,
    `CREATE TABLE t (a int REFERENCES p, b int REFERENCES p (x) ON DELETE CASCADE ON UPDATE SET DEFAULT, c int REFERENCES P(X) NOT DEFERRABLE INITIALLY DEFERRED)`,
    `CREATE TABLE t (a int, b int, FOREIGN KEY (a, b) REFERENCES p (x, y) ON DELETE RESTRICT DEFERRABLE, FOREIGN KEY (b) REFERENCES t)`,
    `CREATE TABLE t (a int CONSTRAINT lost, b int CONSTRAINT n1 CONSTRAINT n2 NOT NULL, CONSTRAINT c1 CHECK (a > 0) CONSTRAINT c2 CHECK (b > 0))`,
    `CREATE TABLE t (a varchar CHECK( "a" IN ('it''s', ')', 'x') ) NOT NULL DEFAULT ('x'))`,
    `CREATE TABLE t ('a' int, 'b' text COLLATE "RTRIM", UNIQUE ('a'))`,
    `CREATE TABLE "a.b ""c"" [d]" ("ü" int NOT NULL, "名前" text, "🙂" text DEFAULT '🙂')`,
    `CREATE TABLE main.t (a int NOT NULL ON CONFLICT IGNORE, b int NULL)`,
    `CREATE TABLE IF NOT EXISTS t(a int,b int)`,
    `create table t(a int primary key asc on conflict abort, b text collate nocase default 'x' not null unique)`,
  ]
  test.each(hostile)('%s', async (sql) => {
    await database.run(sql)
    const [stored] = await database.rows(
      `SELECT name, sql FROM sqlite_master WHERE name <> 'p' AND type = 'table' AND name NOT LIKE 'sqlite_%'`,
    )
    const name = String(stored?.['name'])
    const quoted = `"${name.replaceAll('"', '""')}"`
    try {
      const p = parseTable('CREATE TABLE p (x PRIMARY KEY, y, UNIQUE (x, y))')
      const parsed = parseTable(String(stored?.['sql']))
      const table = tableOf(
        parsed,
        new Map([
          ['p', p],
          [name.toLowerCase(), parsed],
        ]),
      )
      expect(table.name).toBe(name)
      const columns = await database.rows(`SELECT * FROM pragma_table_xinfo('${name.replaceAll("'", "''")}')`)
      expect(
        table.columns.map((column) => [
          column.name,
          String(column.type).toLowerCase(),
          column.default === undefined ? null : (column.default as { sql: string }).sql,
          column.generated === undefined ? 0 : column.generated.virtual ? 2 : 3,
        ]),
      ).toEqual(
        columns.map((row) => [row['name'], String(row['type']).toLowerCase(), row['dflt_value'], row['hidden']]),
      )
      const key = columns.filter((row) => Number(row['pk']) > 0).sort((a, b) => Number(a['pk']) - Number(b['pk']))
      expect(table.primaryKey?.columns ?? []).toEqual(key.map((row) => row['name']))
      const declared = columns.filter((row) => !key.includes(row))
      expect(declared.map((row) => table.columns.find((column) => column.name === row['name'])?.nullable)).toEqual(
        declared.map((row) => Number(row['notnull']) === 0),
      )
      const lists = await database.rows(
        `SELECT * FROM pragma_index_list('${name.replaceAll("'", "''")}') WHERE origin = 'u'`,
      )
      const uniques: string[][] = []
      for (const list of lists) {
        const infos = await database.rows(
          `SELECT name FROM pragma_index_info('${String(list['name']).replaceAll("'", "''")}') ORDER BY seqno`,
        )
        uniques.push(infos.map((row) => String(row['name'])))
      }
      expect(table.uniques.map(({ columns: of }) => [...of]).sort()).toEqual(uniques.sort())
      const keys = await database.rows(
        `SELECT * FROM pragma_foreign_key_list('${name.replaceAll("'", "''")}') ORDER BY id DESC, seq`,
      )
      expect(
        table.foreignKeys.flatMap((one) =>
          one.columns.map((from) => [
            from,
            one.references.table.name.toLowerCase(),
            one.onDelete ?? 'NO ACTION',
            one.onUpdate ?? 'NO ACTION',
          ]),
        ),
      ).toEqual(
        keys.map((row) => [row['from'], String(row['table']).toLowerCase(), row['on_delete'], row['on_update']]),
      )
    } finally {
      await database.run(`DROP TABLE ${quoted}`)
    }
  })

  test('a text that is no CREATE TABLE is refused with the place where reading stopped', () => {
    expect(() => parseTable('CREATE TABLE t (a int')).toThrow('cannot be read')
    expect(() => parseTable('CREATE TABLE t (a int, 5)')).toThrow('from `5)`')
  })
})

test.each<[string, unknown]>([
  [`CREATE INDEX i ON t (a)`, { unique: false, elements: [{ column: 'a', sql: 'a', descending: false }] }],
  [
    `CREATE UNIQUE INDEX "i" ON "t" ("a" DESC, b COLLATE NOCASE ASC) WHERE a > 0 AND (b = ')')`,
    {
      unique: true,
      elements: [
        { column: 'a', sql: '"a"', descending: true },
        { column: 'b', sql: 'b', descending: false, collation: 'NOCASE' },
      ],
      where: `a > 0 AND (b = ')')`,
    },
  ],
  [
    `CREATE INDEX i ON t (lower(a), substr(a, 1, 2) COLLATE "RTRIM" DESC)`,
    {
      unique: false,
      elements: [
        { sql: 'lower(a)', descending: false },
        { sql: 'substr(a, 1, 2)', descending: true, collation: 'RTRIM' },
      ],
    },
  ],
])('%s', (sql, index) => {
  expect(parseIndex(sql)).toEqual({ name: 'i', table: 't', ...(index as object) })
})

test.each([
  [`CREATE VIEW v AS SELECT 1`, { name: 'v', definition: 'SELECT 1' }],
  [
    `CREATE VIEW IF NOT EXISTS "v w" (a, "b") AS SELECT 1, ')' -- end`,
    { name: 'v w', columns: ['a', 'b'], definition: `SELECT 1, ')'` },
  ],
])('%s', (sql, view) => {
  expect(parseView(sql)).toEqual(view)
})
