// Changes of columns and types where they stand: what is in the rows stays, or the change is refused with a count.
import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { diff } from '../../../src/diff/diff'
import type { Column, ColumnType, SchemaModel } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { table } from '../../support/schema'
import { plain, run, withPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit'], ignore: [] }

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

afterEach(async () => {
  await db.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    DROP SCHEMA IF EXISTS audit CASCADE; DROP SCHEMA IF EXISTS reporting CASCADE`)
})

const mood = { name: 'mood', values: ['sad', 'ok'] }

test.each<[string, ColumnType, ColumnType, string, string]>([
  ['L1 a longer varchar', 'varchar(50)', 'varchar(100)', `'it''s'`, `it's`],
  ['L2 integer to bigint', 'integer', 'bigint', '7', '7'],
  ['L2 timestamp to timestamptz', 'timestamp', 'timestamptz', `'2020-02-29 12:00'`, '2020-02-29 12:00:00+00'],
  ['L2 json to jsonb', 'json', 'jsonb', `'{"a":  1}'`, '{"a": 1}'],
  ['L2 varchar to text', 'varchar(5)', 'text', `'abc'`, 'abc'],
  ['L2 text to text[]', 'text', 'text[]', `'{a,"b c"}'`, '{a,"b c"}'],
  ['L2 enum to varchar', { enum: 'mood' }, 'varchar(20)', `'ok'`, 'ok'],
  ['varchar to enum', 'varchar(20)', { enum: 'mood' }, `'ok'`, 'ok'],
  ['a list of enums to a list of texts', { enum: 'mood', array: true }, 'text[]', `'{ok,sad}'`, '{ok,sad}'],
  ['an enum to a list of it', { enum: 'mood' }, { enum: 'mood', array: true }, `'ok'`, '{ok}'],
  ['an enum to a list of another', { enum: 'mood' }, { enum: 'tone', array: true }, `'ok'`, '{ok}'],
  ['a list of an enum to another', { enum: 'mood', array: true }, { enum: 'tone' }, `'{ok}'`, 'ok'],
  ['integer to a list of them', 'integer', 'integer[]', '7', '{7}'],
  ['a list of numbers to a number', 'numeric[]', 'numeric(9,2)', `'{7}'`, '7.00'],
  ['json to a list of them', 'json', 'json[]', `'[1]'`, '{[1]}'],
  ['integer to an enum', 'integer', 'text', '7', '7'],
  ['text to integer', 'text', 'integer', `' 7 '`, '7'],
  ['text to uuid', 'text', 'uuid', `'00000000-0000-0000-0000-00000000000A'`, '00000000-0000-0000-0000-00000000000a'],
  ['boolean to integer', 'boolean', 'integer', 'true', '1'],
  ['date to timestamptz', 'date', 'timestamptz(3)', `'2020-02-29'`, '2020-02-29 00:00:00+00'],
  ['a narrower type whose rows fit', 'varchar(100)', 'varchar(5)', `'abcde'`, 'abcde'],
])('%s keeps what is there', async (_, from, to, value, expected) => {
  await db.query(`SET timezone = 'UTC'`)
  await db.query(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE tone AS ENUM ('ok', 'loud');
    CREATE TABLE t (id int, c ${sql(from)}); INSERT INTO t VALUES (1, ${value}), (2, NULL)`)
  const operations = await retype('c', { type: to })
  expect(operations.map(({ kind }) => kind)).toEqual(['alterColumn'])
  await go(operations)
  expect(await db.query('SELECT c::text FROM t ORDER BY id')).toEqual([{ c: expected }, { c: null }])
  expect(await retype('c', { type: to })).toEqual([])
})

interface Narrowed {
  readonly from: ColumnType
  readonly to: ColumnType
  readonly fits: string
  readonly misfits: string
  readonly where: string
}

const narrowings: readonly Narrowed[] = [
  { from: 'varchar(100)', to: 'varchar(5)', fits: `'abcde'`, misfits: `'abcdef'`, where: 'char_length("c") > 5' },
  { from: 'text', to: 'char(3)', fits: `'abc'`, misfits: `'abcd'`, where: 'char_length("c") > 3' },
  { from: 'integer', to: 'varchar(3)', fits: '-12', misfits: '-123', where: 'char_length("c"::text) > 3' },
  {
    from: 'bigint',
    to: 'integer',
    fits: '2147483647',
    misfits: '2147483648',
    where: '"c" NOT BETWEEN -2147483648 AND 2147483647',
  },
  { from: 'integer', to: 'smallint', fits: '-32768', misfits: '32768', where: '"c" NOT BETWEEN -32768 AND 32767' },
  {
    from: 'numeric',
    to: 'integer',
    fits: '7.00',
    misfits: '7.5',
    where: '"c" NOT BETWEEN -2147483648 AND 2147483647 OR "c" <> trunc("c")',
  },
  {
    from: 'numeric(10,2)',
    to: 'numeric(8,2)',
    fits: '999999.99',
    misfits: '1000000',
    where: 'abs("c") >= 1000000',
  },
  { from: 'numeric(10,4)', to: 'numeric(10,2)', fits: '1.2300', misfits: '1.2345', where: '"c" <> round("c", 2)' },
  {
    from: 'numeric(10,4)',
    to: 'numeric(5,1)',
    fits: '9999.9',
    misfits: '9999.95',
    where: 'abs(round("c", 1)) >= 10000 OR "c" <> round("c", 1)',
  },
  {
    from: 'double precision',
    to: 'numeric(6,2)',
    fits: '1234.5',
    misfits: '12345',
    where: 'abs(round("c"::numeric, 2)) >= 10000 OR "c"::numeric <> round("c"::numeric, 2)',
  },
  {
    from: 'double precision',
    to: 'real',
    fits: '0.1',
    misfits: '0.123456789012',
    where:
      'CASE WHEN "c" <> 0 AND abs("c") NOT BETWEEN 1e-37 AND 3e38 THEN true ELSE "c"::real::text::double precision <> "c" END',
  },
  {
    from: 'bigint',
    to: 'double precision',
    fits: '9007199254740992',
    misfits: '9007199254740993',
    where: '"c" NOT BETWEEN -9007199254740992 AND 9007199254740992',
  },
  {
    from: 'numeric',
    to: 'double precision',
    fits: '0.1',
    misfits: '0.12345678901234567890',
    where:
      'CASE WHEN "c" <> 0 AND abs("c") NOT BETWEEN 1e-307 AND 1e308 THEN true ELSE "c"::double precision::numeric <> "c" END',
  },
  { from: 'integer', to: 'boolean', fits: '1', misfits: '2', where: '"c" NOT IN (0, 1)' },
  {
    from: 'timestamptz',
    to: 'date',
    fits: `'2020-02-29 00:00'`,
    misfits: `'2020-02-29 00:01'`,
    where: '"c" <> "c"::date',
  },
  {
    from: 'timestamp',
    to: 'timestamp(0)',
    fits: `'2020-02-29 12:00:01'`,
    misfits: `'2020-02-29 12:00:01.5'`,
    where: '"c" <> "c"::timestamp(0)',
  },
  {
    from: 'timestamptz',
    to: 'timestamp(3)',
    fits: `'2020-02-29 12:00:01.123'`,
    misfits: `'2020-02-29 12:00:01.1234'`,
    where: '"c" <> "c"::timestamptz(3)',
  },
  { from: 'timestamp', to: 'time', fits: 'NULL', misfits: `'2020-02-29 12:00'`, where: '"c" IS NOT NULL' },
  {
    from: 'interval',
    to: 'time',
    fits: `'23 hours'`,
    misfits: `'25 hours'`,
    where: '"c" <> "c"::time::interval',
  },
  { from: 'inet', to: 'cidr', fits: `'10.0.0.0/8'`, misfits: `'10.0.0.1/8'`, where: '"c" <> "c"::cidr' },
  { from: 'varbit(8)', to: 'bit(4)', fits: `B'1010'`, misfits: `B'101'`, where: 'length("c") <> 4' },
  { from: 'text', to: { enum: 'mood' }, fits: `'ok'`, misfits: `'gone'`, where: `"c"::text NOT IN ('sad', 'ok')` },
  {
    from: 'varchar(9)[]',
    to: 'varchar(2)[]',
    fits: `'{ab,NULL}'`,
    misfits: `'{ab,abc}'`,
    where: 'EXISTS (SELECT FROM unnest("c") AS item WHERE char_length(item) > 2)',
  },
  ...['{a,b}', '{}', '{{a}}', '[2:2]={a}'].map((misfits) => ({
    from: { enum: 'letter', array: true } as const,
    to: { enum: 'letter' },
    fits: `'{a}'`,
    misfits: `'${misfits}'`,
    where: `array_dims("c") <> '[1:1]' OR cardinality("c") = 0`,
  })),
  {
    from: 'numeric[]',
    to: 'numeric(3)',
    fits: `'{1}'`,
    misfits: `'{9999}'`,
    where: `array_dims("c") <> '[1:1]' OR cardinality("c") = 0 OR abs(round(("c")[1], 0)) >= 1000 OR ("c")[1] <> round(("c")[1], 0)`,
  },
  {
    from: 'text[]',
    to: { enum: 'mood', array: true },
    fits: `'{ok}'`,
    misfits: `'{ok,gone}'`,
    where: `EXISTS (SELECT FROM unnest("c") AS item WHERE item::text NOT IN ('sad', 'ok'))`,
  },
]

test.each(narrowings)('from $from to $to the rows in the way are counted', async ({ from, to, ...rest }) => {
  await db.query(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TYPE letter AS ENUM ('a', 'b');
    CREATE TABLE t (c ${sql(from)}); INSERT INTO t VALUES (${rest.fits}), (${rest.misfits})`)
  const before = await db.query('SELECT c::text FROM t')
  await expect(retype('c', { type: to }).then(go)).rejects.toThrow(`1 rows of t in the way: ${rest.where}`)
  expect(await db.query('SELECT c::text FROM t')).toEqual(before)
  await db.query(`DELETE FROM t; INSERT INTO t VALUES (${rest.fits}), (NULL)`)
  await go(await retype('c', { type: to }))
})

test.each<[string, ColumnType, ColumnType]>([
  ['another spelling', 'int4', 'integer'],
  ['a longer text', 'varchar(5)', 'varchar(9)'],
  ['any text', 'varchar(5)', 'text'],
  ['more digits', 'numeric(8,2)', 'numeric(10,3)'],
  ['a bigger number', 'smallint', 'numeric(5)'],
  ['a number without fraction', 'numeric(9)', 'integer'],
  ['a text as long as any number', 'integer', 'varchar(11)'],
  ['a text as long as any value', { enum: 'mood' }, 'varchar(63)'],
  ['an enum with more values', { enum: 'less' }, { enum: 'mood' }],
  ['a finer clock', 'timestamp(0)', 'timestamptz(3)'],
  ['a day as a moment', 'date', 'timestamp'],
  ['a longer row of bits', 'bit(4)', 'varbit(4)'],
])('nothing is lost by %s', (_, from, to) => {
  const column = (type: ColumnType): Column => ({ name: 'c', type, nullable: true })
  expect(postgres.narrowing(column(from), column(to), [mood, { name: 'less', values: ['ok'] }])).toBeUndefined()
})

test('text that does not read as another type is found first where the server can say so', async () => {
  await db.query(`CREATE TABLE t (c text); INSERT INTO t VALUES ('7'), ('seven')`)
  await expect(retype('c', { type: 'integer' }).then(go)).rejects.toThrow(
    version >= 160000 ? `1 rows of t in the way: NOT pg_input_is_valid("c", 'integer')` : 'invalid input syntax',
  )
  expect(await db.query('SELECT c FROM t')).toEqual([{ c: '7' }, { c: 'seven' }])
})

test('L20 rows without a value are counted before a column must have one', async () => {
  await db.query(`CREATE TABLE t (c int, d int); INSERT INTO t VALUES (1, 1), (NULL, NULL), (NULL, 2)`)
  await expect(retype('c', { nullable: false }).then(go)).rejects.toThrow('2 rows of t in the way: "c" IS NULL')
  const column = { name: 'e', type: 'text', nullable: false }
  await expect(go([{ kind: 'addColumn', table: { name: 't' }, column }])).rejects.toThrow('3 rows of t in the way: all')
  await db.query('DELETE FROM t')
  await go([{ kind: 'addColumn', table: { name: 't' }, column }, ...(await retype('c', { nullable: false }))])
})

test.each<[ColumnType, ColumnType, string]>([
  ['text', 'text[]', `make lists of one of them, with \`using: 'ARRAY["c"]'\``],
  ['integer[]', 'integer', `say which of their values stays, with \`using: '...'\``],
  ['varchar', 'varchar(5)', `say how they become shorter, with \`using: '...'\``],
])('where rows of %j are in the way of %j, it is told what can be written instead', (from, to, remedy) => {
  const [before, after] = [from, to].map((type): Column => ({ name: 'c', type, nullable: true }))
  const operation: Operation = { kind: 'alterColumn', table: { name: 't' }, from: before!, to: after! }
  const schema = { ...empty, tables: [table('t', { columns: [before!] })] }
  const { segments } = postgres.plan([operation], schema, { scope, version: 160000, transaction: true })
  const statements = segments.flatMap((segment) => (segment.transactional ? segment.statements : []))
  expect(statements.flatMap(({ guards = [] }) => guards)).toMatchObject([{ remedy }])
})

test('a conversion of the script’s own is nobody’s to judge', async () => {
  await db.query(`CREATE TABLE t (c text); INSERT INTO t VALUES ('abcdef')`)
  const [operation] = await retype('c', { type: 'varchar(3)' })
  if (operation?.kind !== 'alterColumn') throw new Error('expected an alterColumn')
  await go([{ ...operation, using: 'left("c", 3)' }])
  expect(await db.query('SELECT c FROM t')).toEqual([{ c: 'abc' }])
})

// What looks at a column

test('S5 views of anybody step aside for a changed column and come back as they were', async () => {
  const [reader, owner] = await roles('reader', 'owner')
  try {
    await db.query(`
      CREATE SCHEMA reporting;
      GRANT CREATE, USAGE ON SCHEMA reporting TO ${owner}, ${reader};
      CREATE TABLE "user" (id int PRIMARY KEY, name varchar(50), age int);
      GRANT SELECT ON "user" TO ${owner};
      CREATE VIEW names WITH (security_barrier = true) AS SELECT id, upper(name) AS "Name" FROM "user" WHERE name <> '';
      CREATE VIEW reporting.loud AS SELECT "Name" || '!' AS loud FROM public.names;
      CREATE MATERIALIZED VIEW reporting.sizes AS SELECT length(name) AS size, count(*) AS n FROM "user" GROUP BY 1;
      CREATE UNIQUE INDEX "sizes i" ON reporting.sizes (size);
      CREATE MATERIALIZED VIEW later AS SELECT name FROM "user" WITH NO DATA;
      CREATE VIEW ages AS SELECT age FROM "user";
      COMMENT ON VIEW names IS 'it''s theirs';
      COMMENT ON COLUMN names."Name" IS 'loud';
      GRANT SELECT ON names TO PUBLIC;
      GRANT SELECT, INSERT ON reporting.loud TO ${reader} WITH GRANT OPTION;
      GRANT SELECT (n) ON reporting.sizes TO ${reader};
      CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER into_names INSTEAD OF INSERT ON names FOR EACH ROW EXECUTE FUNCTION touched();
      ALTER VIEW names ALTER COLUMN "Name" SET DEFAULT 'x';
      ALTER MATERIALIZED VIEW reporting.sizes OWNER TO ${owner};
      INSERT INTO "user" VALUES (1, 'ann', 5)`)
    const before = [await views(), await postgres.introspect(db, scope)] as const
    const ages = await oidOf('ages')

    const operations = [
      ...(await retype('name', { type: 'varchar(100)' }, 'user')),
      ...(await retype('id', { type: 'bigint' }, 'user')),
    ]
    await go(operations)
    expect(await views()).toEqual(before[0])
    expect(await db.query('SELECT * FROM reporting.sizes')).toEqual([{ size: 3, n: '1' }])
    // What looks at nothing that changes was left alone.
    expect(await oidOf('ages')).toBe(ages)

    await go(reverseAll(operations))
    expect(await views()).toEqual(before[0])
    expect(plain(await postgres.introspect(db, scope))).toEqual(plain(before[1]))
  } finally {
    await db.query(`DROP SCHEMA reporting CASCADE; DROP OWNED BY ${owner}, ${reader};
      DROP ROLE ${owner}, ${reader}`)
  }
})

test('what default privileges would give to a view that comes back is not kept', async () => {
  const [reader] = await roles('reader')
  try {
    await db.query(`CREATE TABLE t (c varchar(5)); CREATE VIEW v AS SELECT c FROM t;
      ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${reader}`)
    await go(await retype('c', { type: 'text' }))
    const [row] = await db.query(`SELECT has_table_privilege('${reader}', 'v', 'SELECT') AS may`)
    expect(row).toEqual({ may: false })
  } finally {
    await db.query(`DROP OWNED BY ${reader}; DROP ROLE ${reader}`)
  }
})

test('views come back before anything is renamed under them, and go together with what changes them', async () => {
  await db.query(`CREATE TABLE t (a varchar(5), b int); CREATE VIEW v AS SELECT a, b FROM t`)
  const now = await postgres.introspect(db, scope)
  const [a, b] = now.tables[0]!.columns as [Column, Column]
  const table = { name: 't' }
  await go([
    { kind: 'alterColumn', table, from: a, to: { ...a, type: 'text' } },
    { kind: 'alterColumn', table, from: b, to: { ...b, type: 'bigint' } },
    { kind: 'renameColumn', table, from: 'a', to: 'named' },
    { kind: 'alterColumn', table, from: { ...a, name: 'named', type: 'text' }, to: { ...a, name: 'named' } },
    { kind: 'execute', sql: 'SELECT a FROM v' },
  ])
  const [view] = await db.query(`SELECT pg_get_viewdef('v'::regclass, true) AS sql`)
  expect(
    String(view!.sql)
      .replace(/\s+|t\./g, ' ')
      .replace(/ +/g, ' '),
  ).toBe(' SELECT named AS a, b FROM t;')
})

test('without a transaction around all, a view is still back as soon as its column is changed', async () => {
  await db.query(`CREATE TABLE t (a varchar(5)); CREATE VIEW v AS SELECT a FROM t`)
  const now = await postgres.introspect(db, scope)
  const operations = await retype('a', { type: 'text' })
  const plan = postgres.plan(operations, now, { scope, version, transaction: false })
  expect(plan.segments).toHaveLength(1)
  await run(db, plan)
  expect(await db.query('SELECT * FROM v')).toEqual([])
})

test('computed columns step aside for the column they are computed from, with their keys and indexes', async () => {
  await db.query(`CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED UNIQUE, c int CHECK (c < 9));
    COMMENT ON COLUMN t.b IS 'twice'; CREATE INDEX "I b" ON t (b, c) WHERE b > 1; CREATE VIEW v AS SELECT b FROM t;
    INSERT INTO t VALUES (3)`)
  const before = await postgres.introspect(db, scope)
  const operations = await retype('a', { type: 'bigint' })
  await go(operations)
  expect(await db.query('SELECT t.a, v.b FROM v, t')).toEqual([{ a: '3', b: 6 }])
  await go(reverseAll(operations))
  expect(plain(await postgres.introspect(db, scope))).toEqual(plain(before))
})

test('a key and what refers to it change their type together', async () => {
  await db.query(`CREATE TABLE parent (id int PRIMARY KEY, up int REFERENCES parent);
    CREATE TABLE child (parent int CONSTRAINT "FK" REFERENCES parent ON DELETE CASCADE);
    INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1)`)
  const before = await postgres.introspect(db, scope)
  const all = (type: string) => ({
    ...before,
    tables: before.tables.map((table) => ({ ...table, columns: table.columns.map((one) => ({ ...one, type })) })),
  })
  const operations = diff(before, all('text'))
  await go(operations)
  expect(diff(await postgres.introspect(db, scope), all('text'))).toEqual([])
  expect(await db.query('SELECT up, parent FROM parent, child')).toEqual([{ up: '1', parent: '1' }])
  await go(reverseAll(operations))
  expect(plain(await postgres.introspect(db, scope))).toEqual(plain(before))
  // Numbers compare with numbers: their keys stay where they are.
  const wider = diff(before, all('bigint'))
  expect(wider.map(({ kind }) => kind)).toEqual(['alterColumn', 'alterColumn', 'alterColumn'])
  await go(wider)
})

test.each<[string, Partial<Column>, Partial<Column>, 'stays' | 'steps aside']>([
  ['a text without capitals', { type: 'varchar' }, { type: 'citext' }, 'steps aside'],
  ['a number with digits behind the point', { type: 'integer' }, { type: 'numeric(9,2)' }, 'steps aside'],
  ['an inexact number', { type: 'integer' }, { type: 'double precision' }, 'steps aside'],
  ['a text in another order', { type: 'text' }, { type: 'text', collation: 'no case' }, 'steps aside'],
  ['another text', { type: 'varchar(9)' }, { type: 'text' }, 'stays'],
  ['a longer text', { type: 'varchar(5)' }, { type: 'varchar(9)' }, 'stays'],
  ['a smaller number', { type: 'bigint' }, { type: 'smallint' }, 'stays'],
])('a key and what refers to it become %s together', async (_, from, to, does) => {
  await db.query(`CREATE EXTENSION IF NOT EXISTS citext; DROP COLLATION IF EXISTS "no case";
    CREATE COLLATION "no case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE parent (code ${String(from.type)} UNIQUE); CREATE TABLE child (code ${String(from.type)} REFERENCES parent (code))`)
  const before = await postgres.introspect(db, scope)
  const wanted = {
    ...before,
    tables: before.tables.map((table) => ({ ...table, columns: table.columns.map((one) => ({ ...one, ...to })) })),
  }
  const operations = diff(before, wanted)
  const alters = ['alterColumn', 'alterColumn']
  expect(operations.map(({ kind }) => kind)).toEqual(
    does === 'stays' ? alters : ['dropForeignKey', ...alters, 'createForeignKey'],
  )
  await go(operations)
  expect(diff(await postgres.introspect(db, scope), wanted)).toEqual([])
  await go(reverseAll(operations))
  expect(plain(await postgres.introspect(db, scope))).toEqual(plain(before))
})

test.each([`nextval('t_n_seq')`, `nextval('public."t_n_seq"'::regclass)`])(
  'the sequence of a serial column stays while its default is %s, and goes with any other',
  async (sql) => {
    const column: Column = { name: 'n', type: 'integer', nullable: false }
    const by = (sql: string): Operation => ({
      kind: 'alterColumn',
      table: { name: 't' },
      from: { ...column, identity: 'SERIAL' },
      to: { ...column, default: { sql } },
    })
    await db.query(`CREATE TABLE t (n serial); INSERT INTO t DEFAULT VALUES; CREATE SEQUENCE other START 7`)
    await go([by(sql)])
    expect(await db.query('INSERT INTO t DEFAULT VALUES RETURNING n')).toEqual([{ n: 2 }])
    await go([by(`nextval('other')`)])
    expect(await db.query('INSERT INTO t DEFAULT VALUES RETURNING n')).toEqual([{ n: 7 }])
    expect(await db.query(`SELECT to_regclass('t_n_seq') AS gone`)).toEqual([{ gone: null }])
  },
)

// Computed columns themselves

test('a column that ends to be computed keeps its values, and what stands on it', async () => {
  await db.query(`CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED); CREATE INDEX i ON t (b);
    CREATE VIEW v AS SELECT b FROM t; INSERT INTO t VALUES (3)`)
  const [live] = (await postgres.introspect(db, scope)).tables
  const wanted = { ...live!, columns: live!.columns.map(({ generated: _, ...column }) => column) }
  const operations = diff({ ...empty, tables: [live!] }, { ...empty, tables: [wanted] })
  expect(operations.map(({ kind }) => kind)).toEqual(['alterColumn'])
  await go(operations)
  await db.query('UPDATE t SET a = 5')
  expect(await db.query('SELECT b FROM v')).toEqual([{ b: 6 }])
  expect((await postgres.introspect(db, scope)).tables[0]!.columns[1]).toEqual({
    name: 'b',
    type: 'integer',
    nullable: true,
  })
})

const virtual = (sql: string): Column => ({
  name: 'b',
  type: 'integer',
  nullable: true,
  generated: { sql, virtual: true },
})

test('virtual columns come, change, are stored, end to be computed, and go', async () => {
  if (version < 180000) return expect(await versionRefusesVirtual()).toMatch(/VIRTUAL|syntax/i)
  await db.query(`CREATE TABLE t (a int); INSERT INTO t VALUES (3)`)
  const a: Column = { name: 'a', type: 'integer', nullable: true }
  const stored: Column = { ...virtual('(a * 4)'), generated: { sql: '(a * 4)' } }
  const plainColumn: Column = { name: 'b', type: 'integer', nullable: true }
  const shapes: readonly (readonly [columns: readonly Column[], value: number | undefined])[] = [
    [[a], undefined],
    [[a, virtual('(a * 2)')], 6],
    [[a, virtual('(a * 3)')], 9],
    [[a, stored], 12],
    [[a, virtual('(a * 2)')], 6],
    [[a, plainColumn], 6],
    [[a, virtual('(a * 2)')], 6],
    [[a], undefined],
  ]
  for (const [columns, value] of shapes) {
    const operations = await towards(columns)
    await go(operations)
    expect(await towards(columns)).toEqual([])
    const [row] = await db.query('SELECT * FROM t')
    expect(row).toEqual(value === undefined ? { a: 3 } : { a: 3, b: value })
    // And back, and there again.
    const now = await postgres.introspect(db, scope)
    await go(reverseAll(operations))
    await go(operations)
    expect(plain(await postgres.introspect(db, scope))).toEqual(plain(now))
  }
})

async function versionRefusesVirtual(): Promise<string> {
  return db.query('CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)').then(
    () => 'no',
    (error: unknown) => String(error),
  )
}

const empty: SchemaModel = { tables: [], enums: [], views: [], schemas: [], extensions: [], sequences: [] }

/** What makes the columns of t as wanted, judged by the server. */
async function towards(columns: readonly Column[]): Promise<Operation[]> {
  const live = await postgres.introspect(db, scope)
  const wanted = { ...live, tables: [{ ...live.tables[0]!, columns }] }
  const judged = await postgres.judge(db, live, postgres.normalize(wanted, scope), scope)
  return diff(judged.live, judged.wanted)
}

/** What changes a column of the table as it is now. */
async function retype(name: string, change: Partial<Column>, table = 't'): Promise<Operation[]> {
  const live = await postgres.introspect(db, scope)
  const wanted = postgres.normalize(
    {
      ...live,
      tables: live.tables.map((one) =>
        one.name === table
          ? { ...one, columns: one.columns.map((column) => (column.name === name ? { ...column, ...change } : column)) }
          : one,
      ),
    },
    scope,
  )
  return diff(live, wanted)
}

async function go(operations: readonly Operation[]): Promise<void> {
  const before = await postgres.introspect(db, scope)
  await run(db, postgres.plan(operations, before, { scope, version, transaction: true }))
}

function sql(type: ColumnType): string {
  return typeof type === 'string' ? type : `${type.enum}${type.array ? '[]' : ''}`
}

/** Roles are the whole server's, so the database's own name is in theirs. */
async function roles(...names: readonly string[]): Promise<string[]> {
  const [row] = await db.query('SELECT current_database() AS name')
  const made = names.map((name) => `autogen_${name}_${String(row!.name)}`)
  for (const name of made) await db.query(`CREATE ROLE ${name}`)
  return made
}

async function oidOf(name: string): Promise<unknown> {
  return (await db.query('SELECT to_regclass($1)::oid AS oid', [name]))[0]!.oid
}

/** All there is to know about the views of the database. */
function views(): Promise<unknown[]> {
  return db.query(`SELECT c.oid::regclass::text AS name, c.relkind, c.reloptions, c.relispopulated, c.relowner::regrole::text AS owner,
    pg_get_viewdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS comment,
    (SELECT array_agg(acl::text ORDER BY acl::text) FROM unnest(c.relacl) acl) AS grants,
    (SELECT json_agg(json_build_array(a.attname, a.attacl::text, col_description(c.oid, a.attnum)) ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns,
    (SELECT array_agg(pg_get_indexdef(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid) AS indexes,
    (SELECT array_agg(pg_get_triggerdef(t.oid)) FROM pg_trigger t WHERE t.tgrelid = c.oid) AS triggers,
    (SELECT array_agg(pg_get_expr(d.adbin, d.adrelid)) FROM pg_attrdef d WHERE d.adrelid = c.oid) AS defaults
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('v', 'm') AND n.nspname IN ('public', 'reporting') ORDER BY 1`)
}
