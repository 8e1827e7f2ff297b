// Each trap of DESIGN.md section 9 on a real server: a live schema by hand, the wanted one as entities would say it.
import type { Judgement, Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { sameSchema } from '../../../src/model/same'
import type { Column, SchemaModel, Table } from '../../../src/model/schema'
import { plain, withPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: [], ignore: [] }

let db: TestConnection
withPostgres((opened) => ({ db } = opened))

afterEach(async () => {
  await db.query('DROP SCHEMA IF EXISTS app CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
})

type Edit = (schema: SchemaModel) => SchemaModel

const editTable =
  (edit: (table: Table) => Table): Edit =>
  (schema) => ({ ...schema, tables: schema.tables.map(edit) })

const editColumn = (rest: Partial<Column>): Edit =>
  editTable((table) => ({ ...table, columns: table.columns.map((column) => ({ ...column, ...rest })) }))

/** Runs the DDL, edits what is read, and lets the server judge. */
async function judged(ddl: string, edit: Edit, seen = scope): Promise<Judgement & { readonly same: boolean }> {
  await db.query(ddl)
  const live = await postgres.introspect(db, seen)
  const judgement = await postgres.judge(db, live, postgres.normalize(edit(live), seen), seen)
  return { ...judgement, same: sameSchema(judgement.live, judgement.wanted) }
}

const bySql = (sql: string) => ({ default: { sql } })

test.each<[string, string, string, Partial<Column>, boolean]>([
  ['the clock by two names', 'timestamptz', 'CURRENT_TIMESTAMP', bySql('now()'), true],
  ['the clock in capitals', 'timestamptz', 'now()', bySql('NOW()'), true],
  ['the clock to the millisecond', 'timestamptz(3)', 'CURRENT_TIMESTAMP(3)', bySql('current_timestamp(3)'), true],
  ['the clock, more or less exact', 'timestamptz(3)', 'CURRENT_TIMESTAMP(3)', bySql('current_timestamp(2)'), false],
  ['an empty array', 'text[]', 'ARRAY[]::text[]', bySql('array[]::text[]'), true],
  ['an array as expression and as value', 'text[]', `'{}'`, { default: [] }, true],
  ['json in another order', 'jsonb', `'{"b":1,"a":2}'`, bySql(`'{"a": 2, "b": 1}'::jsonb`), true],
  ['json as text', 'jsonb', `'{"a": [1]}'`, { default: '{"a":[1]}' }, true],
  ['json that keeps its text', 'json', `'{"b":1, "a": 2}'`, { default: { a: 2, b: 1 } }, true],
  ['other json that keeps its text', 'json', `'{"b":1, "a": 2}'`, { default: { a: 2, b: 3 } }, false],
  ['json that looks like an expression', 'jsonb', `'{"sql": "now()"}'`, { default: '{"sql":"now()"}' }, true],
  ['other json', 'jsonb', `'{"a": [1]}'`, { default: '{"a":[2]}' }, false],
  ['a boolean as text', 'boolean', 'true', { default: 'true' }, true],
  ['numbers with idle zeros', 'numeric(10,2)', '0', { default: '0.00' }, true],
  ['a date as value', 'timestamptz', `'2020-01-01'`, { default: '2020-01-01' }, true],
  ['another date', 'timestamptz', `'2020-01-01'`, { default: '2020-01-02' }, false],
  ['an interval', 'interval', `'1 day'`, bySql(`interval '1 day'`), true],
  ['an interval in hours', 'interval', `'90 minutes'`, { default: '01:30' }, true],
  ['a sum', 'timestamptz', `now() + interval '1 day'`, bySql(`now()+'1 day'::interval`), true],
  ['another sum', 'timestamptz', `now() + interval '1 day'`, bySql(`now() - interval '1 day'`), false],
  ['a zone', 'timestamp', `(now() at time zone 'utc')`, bySql(`NOW() at time zone 'utc'`), true],
  [
    'a zone, as the function it stands for',
    'timestamp',
    `timezone('utc', now())`,
    bySql(`now() AT TIME ZONE 'utc'`),
    true,
  ],
  [
    'a zone of a zone',
    'timestamptz',
    `(now() AT TIME ZONE 'a' AT TIME ZONE 'b')`,
    bySql(`timezone('b', timezone('a', now()))`),
    true,
  ],
  ['another zone', 'timestamp', `timezone('utc', now())`, bySql(`now() AT TIME ZONE 'cet'`), false],
  [
    'a zone in a sum',
    'timestamp',
    `date_trunc('day', timezone('utc', now()) + '1 day')`,
    bySql(`date_trunc('day', (now() AT TIME ZONE 'utc') + '1 day')`),
    true,
  ],
  ['concatenation', 'text', `'a' || 'b'`, bySql(`'a'||'b'`), true],
  ['nested functions', 'text', 'md5(random()::text)', bySql('MD5( RANDOM()::TEXT )'), true],
  ['a range', 'tstzrange', 'tstzrange(now(), null)', bySql('tstzrange(NOW(), NULL)'), true],
  ['text with colons', 'text', `'a::b'`, { default: 'a::b' }, true],
  ['an apostrophe', 'text', `'it''s'`, { default: `it's` }, true],
  ['money', 'money', '0', bySql('0'), true],
  ['a value and an expression of it', 'integer', '24 * 60', bySql('24*60'), true],
  ['NULL', 'text', 'NULL', bySql('NULL'), true],
])('default: %s', async (_, type, ddl, wanted, same) => {
  const { same: found, uncertain } = await judged(`CREATE TABLE t (c ${type} DEFAULT ${ddl})`, editColumn(wanted))
  expect([found, uncertain]).toEqual([same, []])
})

const check =
  (sql: string, rest: Partial<Column> = {}): Edit =>
  (schema) =>
    editTable((table) => ({ ...table, checks: [{ name: 'k', expression: { sql } }] }))(editColumn(rest)(schema))

test.each<[string, string, string, boolean]>([
  ['IN on varchar is no fixpoint', `c IN ('a', 'b')`, `"c" in ('a','b')`, true],
  ['IN with another value', `c IN ('a', 'b')`, `"c" in ('a','c')`, false],
  ['names its table', `"user".c <> ''`, `c <> ''`, true],
  ['a zone', `now() AT TIME ZONE c::text > '2020-01-01'`, `timezone(c::text, now()) > '2020-01-01'`, true],
  ['BETWEEN', `length(c) BETWEEN 1 AND 5`, `length(c) >= 1 and length(c) <= 5`, true],
  ['a regular expression', `c ~ '^a$'`, `c ~'^a$'`, true],
])('check: %s', async (_, live, wanted, same) => {
  const ddl = `CREATE TABLE "user" (c varchar(20), CONSTRAINT k CHECK (${live}))`
  expect(await judged(ddl, check(wanted))).toMatchObject({ same, uncertain: [] })
})

test('a text that went through a dump deparses differently and is still the same', async () => {
  await db.query(`CREATE TABLE a (c varchar(20), CONSTRAINT k CHECK (c IN ('x', 'y')))`)
  const [row] = await db.query(`SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'k'`)
  await db.query(`DROP TABLE a; CREATE TABLE a (c varchar(20), CONSTRAINT k ${String(row!.text)})`)
  expect(await judged('SELECT', check(`c IN ('x', 'y')`))).toMatchObject({ same: true, uncertain: [] })
})

test('checks are the same whatever their names, each by its own text', async () => {
  const { live, wanted } = await judged(
    'CREATE TABLE t (a int, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (a < 9))',
    editTable((table) => ({
      ...table,
      checks: [
        { name: 'p', expression: { sql: 'a<9' } },
        { name: 'q', expression: { sql: 'a>0' } },
      ],
    })),
  )
  const texts = ({ tables }: SchemaModel) => tables[0]!.checks.map(({ expression }) => expression.canonical).sort()
  expect(texts(wanted)).toEqual(texts(live))
  expect(wanted.tables[0]!.checks.map(({ expression }) => expression.sql)).toEqual(['a<9', 'a>0'])
})

test('the wanted columns decide: a check on a column that changes its type, and on one that is new', async () => {
  const ddl = `CREATE TABLE t (c varchar(20), CONSTRAINT k CHECK (c <> ''))`
  expect(await judged(ddl, check(`c <> ''`, { type: 'text' }))).toMatchObject({ same: false, uncertain: [] })
  const { live, wanted } = await judged('SELECT', check(`c <>''`, { type: 'text' }))
  expect(live.tables[0]!.checks[0]!.expression.canonical).toBe(wanted.tables[0]!.checks[0]!.expression.canonical)
  const added = await judged('SELECT', (schema) =>
    editTable((table) => ({
      ...table,
      columns: [...table.columns, { name: 'd', type: 'integer', nullable: true }],
      checks: [{ name: 'k', expression: { sql: `c <> '' AND d > 0` } }],
    }))(schema),
  )
  expect(added.uncertain).toEqual([])
})

test('enums with values that are not there yet, and enums that are not there at all', async () => {
  const ddl = `CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE TABLE t (c mood DEFAULT 'ok', CONSTRAINT k CHECK (c <> 'sad' AND c = ANY (ARRAY['ok'::mood])))`
  const edit =
    (values: string[], sql: string): Edit =>
    (schema) => ({
      ...check(sql)(schema),
      enums: [{ name: 'mood', values }],
    })
  const kept = await judged(ddl, edit(['sad', 'ok', 'new'], `c != 'sad' and c = any(array['ok'::mood])`))
  const texts = (one: Judgement) =>
    [one.live, one.wanted].map(({ tables }) => tables[0]!.checks[0]!.expression.canonical)
  expect(new Set(texts(kept)).size).toBe(1)
  const changed = await judged('SELECT', edit(['sad', 'ok', 'new'], `c <> 'new'`))
  expect(changed.uncertain).toEqual([])
  expect(new Set(texts(changed)).size).toBe(2)
})

test('a sequence that is not there yet', async () => {
  const edit: Edit = (schema) => ({ ...editColumn(bySql(`nextval('new')`))(schema), sequences: [{ name: 'new' }] })
  const ddl = `CREATE SEQUENCE old; CREATE TABLE t (c bigint DEFAULT nextval('old'))`
  expect(await judged(ddl, edit)).toMatchObject({ same: false, uncertain: [] })
})

test('what the search path hides from one side it hides from the other', async () => {
  const seen: Scope = { defaultSchema: 'app', schemas: ['public'], ignore: [] }
  const ddl = `CREATE SCHEMA app; CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TABLE app.t (c int DEFAULT app.f())`
  expect(await judged(ddl, editColumn(bySql('f()')), seen)).toMatchObject({ same: true, uncertain: [] })
  await db.query('SET search_path = app')
  try {
    expect(await judged('SELECT', editColumn(bySql('app.f()')), seen)).toMatchObject({ same: true, uncertain: [] })
  } finally {
    await db.query('RESET search_path')
  }
})

test('one bad expression spoils only itself, and is reported with its place', async () => {
  const { live, wanted, uncertain } = await judged(
    `CREATE TABLE t (a int DEFAULT 1 + 1, b timestamptz DEFAULT now(), CONSTRAINT k CHECK (a > 0))`,
    (schema) =>
      editTable((table) => ({
        ...table,
        columns: [
          { name: 'a', type: 'integer', nullable: true, default: { sql: 'no_such_function()' } },
          { name: 'b', type: 'timestamptz', nullable: true, default: { sql: 'CURRENT_TIMESTAMP' } },
        ],
        checks: [{ name: 'k', expression: { sql: 'a>0' } }],
      }))(schema),
  )
  expect(uncertain).toEqual([
    {
      table: { name: 't' },
      subject: 'default of "a"',
      live: '(1 + 1)',
      wanted: 'no_such_function()',
      reason: expect.stringContaining('no_such_function() does not exist'),
    },
  ])
  expect(live.tables[0]!.columns[1]).toEqual(wanted.tables[0]!.columns[1])
  expect(live.tables[0]!.checks[0]!.expression.canonical).toBe(wanted.tables[0]!.checks[0]!.expression.canonical)
})

test.each<[string, string, string, boolean]>([
  ['reformatted', 'a * 2 + length(n)', '("a"*2)+length("n")', true],
  ['changed', 'a * 2', 'a * 3', false],
])('generated: %s', async (_, live, wanted, same) => {
  const edit = editTable((table) => ({
    ...table,
    columns: table.columns.map((column) => (column.generated ? { ...column, generated: { sql: wanted } } : column)),
  }))
  const ddl = `CREATE TABLE t (a int, n varchar(9), g bigint GENERATED ALWAYS AS (${live}) STORED)`
  expect(await judged(ddl, edit)).toMatchObject({ same, uncertain: [] })
})

test.each<[string, Table['indexes'][number], boolean]>([
  [
    'spelled otherwise',
    { name: 'i', columns: [{ sql: 'LOWER(n)' }, 'a'], unique: false, where: { sql: 'a>0 and n is not null' } },
    true,
  ],
  [
    'another element',
    { name: 'i', columns: [{ sql: 'UPPER(n)' }, 'a'], unique: false, where: { sql: 'a>0 and n is not null' } },
    false,
  ],
  [
    'another predicate',
    { name: 'i', columns: [{ sql: 'lower(n)' }, 'a'], unique: false, where: { sql: 'a>1 and n is not null' } },
    false,
  ],
])('index: %s', async (_, index, same) => {
  const ddl = `CREATE TABLE t (a int, n varchar(9)); CREATE INDEX i ON t (lower(n), a) WHERE a > 0 AND n IS NOT NULL`
  expect(
    await judged(
      ddl,
      editTable((table) => ({ ...table, indexes: [index] })),
    ),
  ).toMatchObject({ same, uncertain: [] })
})

test('exclusions and their predicates', async () => {
  const ddl = `CREATE TABLE t (a int, b int, CONSTRAINT x EXCLUDE USING gist (int4range(a, b) WITH &&) WHERE (a > 0))`
  const exclusion = (sql: string) =>
    editTable((table) => ({ ...table, exclusions: [{ name: 'x', expression: { sql } }] }))
  expect(await judged(ddl, exclusion('using gist (INT4RANGE(a,b) with &&) where (a>0)'))).toMatchObject({ same: true })
  expect(await judged('SELECT', exclusion('using gist (int4range(a,b) with &&)'))).toMatchObject({ same: false })
})

test('views, plain and materialised; one that uses what is not there yet is new, not uncertain', async () => {
  const ddl = `CREATE TABLE "user" (id int, role varchar(9));
    CREATE VIEW v AS SELECT id FROM "user" WHERE role IN ('a', 'b');
    CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM "user"`
  const view =
    (v: string, m = 'select COUNT(*) as "n" from "user" "user"'): Edit =>
    (schema) => ({
      ...schema,
      views: [
        { name: 'v', definition: { sql: v } },
        { name: 'm', materialized: true, definition: { sql: m } },
      ],
    })
  const same = `select "user"."id" from "user" where "role" in ('a','b');`
  expect(await judged(ddl, view(same, 'select COUNT(*) as "n" from "user"'))).toMatchObject({
    same: true,
    uncertain: [],
  })
  expect(await judged('SELECT', view(`${same.slice(0, -1)} and id > 0`))).toMatchObject({ same: false, uncertain: [] })
  expect(await judged('SELECT', view('SELECT born FROM "user"'))).toMatchObject({ same: false, uncertain: [] })
})

test.each<[string, string, string, boolean]>([
  ['all columns in another order', 'SELECT b, a FROM t', 'select * from t', true],
  ['all columns but one', 'SELECT a FROM t', 'select * from t', false],
  [
    'all columns under a condition in another order',
    'SELECT b, a FROM t WHERE a > 0',
    'select * from t where a > 0',
    true,
  ],
  ['all columns under another condition', 'SELECT b, a FROM t WHERE a > 0', 'select * from t where a > 1', false],
  ['each once', 'SELECT DISTINCT b, a FROM t', 'select distinct * from t', true],
  ['each of a column once', 'SELECT DISTINCT ON (a) b, a FROM t', 'select distinct on (a) * from t', true],
  ['each of another column once', 'SELECT DISTINCT ON (b) b, a FROM t', 'select distinct on (a) * from t', false],
  [
    'all columns twice',
    'SELECT b, a FROM t UNION SELECT a, b FROM t',
    'select * from t union select a, b from t',
    false,
  ],
  ['columns by their names, in another order', 'SELECT b, a FROM t', 'select a, b from t', false],
])('a view of %s', async (_, live, wanted, same) => {
  const ddl = `CREATE TABLE t (a int, b int); CREATE VIEW v AS ${live}`
  const edit: Edit = (schema) => ({ ...schema, views: [{ name: 'v', definition: { sql: wanted } }] })
  expect(await judged(ddl, edit)).toMatchObject({ same, uncertain: [] })
})

test('two tables of one name in two schemas are judged each by its own columns', async () => {
  const seen: Scope = { ...scope, schemas: ['app'] }
  const ddl = `CREATE SCHEMA app; CREATE TABLE t (a int, CONSTRAINT k CHECK (a > 0));
    CREATE TABLE app.t (b text, CONSTRAINT k CHECK (b > '0'))`
  const edit = editTable((table) => ({
    ...table,
    checks: [{ name: 'k', expression: { sql: table.schema ? `b>'0'` : 'a>0' } }],
  }))
  expect(await judged(ddl, edit, seen)).toMatchObject({ same: true, uncertain: [] })
})

test('another default schema: its enums and sequences are found under the pinned path', async () => {
  const seen: Scope = { defaultSchema: 'app', schemas: [], ignore: [] }
  const ddl = `CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a', 'b'); CREATE SEQUENCE app.s;
    CREATE TABLE app.t (m app.mood DEFAULT 'a', n bigint DEFAULT nextval('app.s'), CONSTRAINT k CHECK (m = 'a'))`
  const edit = editTable((table) => ({
    ...table,
    columns: [
      { name: 'm', type: { enum: 'mood' }, nullable: true, default: { sql: `'a'::mood` } },
      { name: 'n', type: 'bigint', nullable: true, default: { sql: `nextval('s')` } },
    ],
    checks: [{ name: 'k', expression: { sql: `m = 'a'::mood` } }],
  }))
  expect(await judged(ddl, edit, seen)).toMatchObject({ same: true, uncertain: [] })
})

test('nothing is left behind, in a transaction or out of one, and the transaction goes on', async () => {
  await db.query('CREATE TABLE t (a int, CONSTRAINT k CHECK (a > 0))')
  await judged('SELECT', check('a>0'))
  await db.startTransaction()
  await db.query('INSERT INTO t VALUES (1)')
  expect(await judged('SELECT', check('a>0'))).toMatchObject({ same: true })
  await db.commitTransaction()
  expect(await db.query('SELECT count(*)::int AS n FROM t')).toEqual([{ n: 1 }])
  expect(await db.query('SHOW search_path')).toEqual([{ search_path: '"$user", public' }])
  expect(await db.query(`SELECT relname FROM pg_class WHERE relpersistence = 't' AND relnamespace <> 99`)).toEqual([])
})

test('equal texts are not asked about', async () => {
  await db.query('CREATE TABLE t (a int DEFAULT 1 + 1, CONSTRAINT k CHECK (a > 0))')
  const live = await postgres.introspect(db, scope)
  db.asked.length = 0
  expect(await postgres.judge(db, live, live, scope)).toEqual({ live, wanted: live, uncertain: [] })
  expect(db.asked).toEqual([])
})

test('where nothing may be created texts decide, and what they leave open is uncertain', async () => {
  await db.query(`CREATE TABLE t (a int DEFAULT 1 + 1, b int DEFAULT 5, c date DEFAULT '2020-01-01',
    CONSTRAINT k CHECK (a > 0), CONSTRAINT l CHECK (b > 0))`)
  await db.query('SET default_transaction_read_only = on')
  try {
    const judgement = await judged('SELECT', (schema) =>
      editTable((table) => ({
        ...table,
        columns: [
          { name: 'a', type: 'integer', nullable: true, default: { sql: '2' } },
          { name: 'b', type: 'integer', nullable: true, default: 6 },
          { name: 'c', type: 'date', nullable: true, default: '1 Jan 2020' },
        ],
        checks: [
          { name: 'k', expression: { sql: '( A > 0 )' } },
          { name: 'l', expression: { sql: '0 < b' } },
        ],
      }))(schema),
    )
    expect(judgement.uncertain.map(({ subject, reason }) => `${subject}: ${reason}`)).toEqual([
      'default of "a": the connection is read-only',
      'default of "c": the connection is read-only',
      'check "l": the connection is read-only',
    ])
    const [live, wanted] = [judgement.live, judgement.wanted].map(({ tables }) => tables[0]!)
    expect(live!.columns.map((column) => column.default)).toEqual([2, 5, '1 Jan 2020'])
    expect(plain({ ...judgement.live, tables: [{ ...live!, columns: [] }] })).toEqual(
      plain({ ...judgement.wanted, tables: [{ ...wanted!, columns: [] }] }),
    )
  } finally {
    await db.query('SET default_transaction_read_only = off')
  }
})
