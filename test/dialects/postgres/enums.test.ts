// Enums on a server: what has to do with a type goes with it when its values change, there and back.
import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { diff } from '../../../src/diff/diff'
import type { Column, EnumType, SchemaModel, Table } from '../../../src/model/schema'
import { sameSchema } from '../../../src/model/same'
import { apply } from '../../../src/operations/apply'
import { describe as told } from '../../../src/operations/describe'
import type { Operation } from '../../../src/operations/operation'
import { reverseAll } from '../../../src/operations/reverse'
import { run, withPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: ['audit'], ignore: [] }

let db: TestConnection
let version: number
withPostgres((opened) => ({ db, version } = opened))

beforeEach(async () => {
  await db.query(`DROP SCHEMA IF EXISTS audit CASCADE; DROP SCHEMA public CASCADE;
    CREATE SCHEMA public; CREATE SCHEMA audit`)
})

/** A change of the schema as introspected. */
type Change = (live: SchemaModel) => SchemaModel

const values =
  (name: string, ...list: readonly string[]): Change =>
  (live) => ({
    ...live,
    enums: live.enums.map((type): EnumType => (type.name === name ? { ...type, values: list } : type)),
  })

const table =
  (name: string, change: (table: Table) => Partial<Table>): Change =>
  (live) => ({
    ...live,
    tables: live.tables.map((one): Table => (one.name === name ? { ...one, ...change(one) } : one)),
  })

const column = (name: string, column: string, change: Partial<Column>): Change =>
  table(name, ({ columns }) => ({
    columns: columns.map((one): Column => (one.name === column ? { ...one, ...change } : one)),
  }))

const without = (name: string, column: string): Change =>
  table(name, ({ columns }) => ({ columns: columns.filter((one) => one.name !== column) }))

interface Story {
  readonly about: string
  readonly setup: string
  readonly changes: readonly Change[]
  readonly operations: readonly string[]
  /** A query and its rows, afterwards. */
  readonly afterwards?: readonly [sql: string, rows: readonly object[]]
}

const stories: readonly Story[] = [
  {
    about: 'values come before, between and after their neighbours',
    setup: `CREATE TYPE mood AS ENUM ('b', 'd')`,
    changes: [values('mood', 'a', 'b', 'c', 'd', 'e')],
    operations: [`+ enum value mood 'a' before 'b'`, `+ enum value mood 'c' after 'b'`, `+ enum value mood 'e'`],
    afterwards: [
      `SELECT string_agg(enumlabel, '' ORDER BY enumsortorder) AS labels FROM pg_enum`,
      [{ labels: 'abcde' }],
    ],
  },
  {
    about: 'S4 a type of several tables is changed once',
    setup: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE one (m mood DEFAULT 'a'); CREATE TABLE two (m mood[], n mood);
      INSERT INTO one VALUES ('b'); INSERT INTO two VALUES ('{a,b}', 'b')`,
    changes: [values('mood', 'b', 'a', 'c')],
    operations: ['~ enum mood (a, b) → (b, a, c)'],
    afterwards: [
      `SELECT one.m::text AS one, two.m::text AS two, n::text FROM one, two`,
      [{ one: 'b', two: '{a,b}', n: 'b' }],
    ],
  },
  {
    about: 'S3 a new value is the default, in a check, in a predicate and in a computed column at once',
    setup: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m mood DEFAULT 'a', n int)`,
    changes: [
      values('mood', 'a', 'new', 'b'),
      column('t', 'm', { default: 'new' }),
      table('t', ({ columns }) => ({
        columns: [
          ...columns,
          {
            name: 'isNew',
            type: 'boolean',
            nullable: true,
            generated: { sql: `m = 'new'::mood` },
          },
        ],
        checks: [{ name: 'C', expression: { sql: `m <> 'new' OR n > 0` } }],
        indexes: [{ name: 'I', columns: ['n'], unique: true, where: { sql: `m = 'new'` } }],
      })),
    ],
    operations: [
      `+ enum value mood 'new' after 'a'`,
      `~ column t.m default "new"`,
      `+ column t.isNew boolean null generated as m = 'new'::mood`,
      `+ unique index t I (n) where m = 'new'`,
      `+ check t C m <> 'new' OR n > 0`,
    ],
    afterwards: [`INSERT INTO t (n) VALUES (1) RETURNING m::text, "isNew"`, [{ m: 'new', isNew: true }]],
  },
  {
    about: 'a type that loses one value and gets another, which is used at once',
    setup: `CREATE TYPE mood AS ENUM ('a', 'gone'); CREATE TABLE t (m mood DEFAULT 'gone' CHECK (m <> 'a'));
      CREATE UNIQUE INDEX "I" ON t (m) WHERE m = 'gone'`,
    changes: [
      values('mood', 'a', 'new'),
      column('t', 'm', { default: 'new' }),
      table('t', () => ({ indexes: [], checks: [{ name: 't_m_check', expression: { sql: `m <> 'new'` } }] })),
    ],
    operations: [
      `- check t t_m_check m <> 'a'::mood`,
      `- unique index t I (m) where m = 'gone'::mood`,
      '~ enum mood (a, gone) → (a, new)',
      `~ column t.m default "new"`,
      `+ check t t_m_check m <> 'new'`,
    ],
  },
  {
    about: 'a column that leaves the type takes the value with it that goes',
    setup: `CREATE TYPE mood AS ENUM ('a', 'gone'); CREATE TABLE stays (m mood); CREATE TABLE leaves (m mood DEFAULT 'gone');
      INSERT INTO stays VALUES ('a'); INSERT INTO leaves VALUES ('gone')`,
    changes: [values('mood', 'a'), column('leaves', 'm', { type: 'varchar(9)' })],
    operations: ['~ column leaves.m mood → varchar(9)', '~ enum mood (a, gone) → (a)'],
    afterwards: ['SELECT m FROM leaves', [{ m: 'gone' }]],
  },
  {
    about: 'a column and a table that go are not asked',
    setup: `CREATE TYPE mood AS ENUM ('a', 'gone'); CREATE TABLE t (m mood, n mood, twice boolean GENERATED ALWAYS AS (m = n) STORED);
      CREATE TABLE u (m mood); INSERT INTO t VALUES ('gone', 'a'); INSERT INTO u VALUES ('gone')`,
    changes: [
      values('mood', 'a'),
      without('t', 'm'),
      without('t', 'twice'),
      (live) => ({ ...live, tables: live.tables.filter(({ name }) => name !== 'u') }),
    ],
    operations: [
      '- table u (1 column)',
      '- column t.twice boolean null generated as m = n',
      '- column t.m mood null',
      '~ enum mood (a, gone) → (a)',
    ],
  },
  {
    about:
      'whatever compares with the type comes back: checks, exclusions, predicates, computed columns, keys between its columns',
    setup: `CREATE TYPE mood AS ENUM ('a', 'b', 'gone');
      CREATE TABLE parent (m mood PRIMARY KEY, label text GENERATED ALWAYS AS (CASE WHEN m = 'a' THEN 'A' END) STORED UNIQUE);
      CREATE TABLE child (m mood REFERENCES parent, n mood GENERATED ALWAYS AS ('b'::mood) STORED, many mood[] DEFAULT '{a}',
        word text DEFAULT 'a'::mood::text, CHECK (m <> 'b' OR many <> '{}'), CONSTRAINT other CHECK (word <> 'b'::mood::text),
        EXCLUDE USING btree (word WITH =) WHERE (m = 'a'));
      CREATE INDEX "I" ON child ((m = 'a'), n) WHERE m > 'a';
      CREATE VIEW v AS SELECT m, 'b'::mood AS b FROM child;
      CREATE VIEW only_type AS SELECT 'a'::mood AS a;
      INSERT INTO parent VALUES ('a'), ('b'); INSERT INTO child (m) VALUES ('b')`,
    changes: [values('mood', 'b', 'a')],
    operations: ['~ enum mood (a, b, gone) → (b, a)'],
    afterwards: [
      'SELECT m::text, n::text, many::text, word, (SELECT b::text FROM v) AS b FROM child',
      [{ m: 'b', n: 'b', many: '{a}', word: 'a', b: 'b' }],
    ],
  },
  {
    about: 'a type of another schema, in checks and defaults of this one and of its own',
    setup: `CREATE TYPE audit.mood AS ENUM ('a', 'b', 'gone'); CREATE TYPE mood AS ENUM ('x');
      CREATE TABLE t (m audit.mood DEFAULT 'b' CHECK (m <> 'a'::audit.mood), o mood);
      CREATE TABLE audit.t (m audit.mood[] CHECK ('a'::audit.mood = ANY (m)), word text CHECK (word <> 'b'::audit.mood::text));
      INSERT INTO t VALUES ('b', 'x'); INSERT INTO audit.t VALUES ('{a,b}')`,
    changes: [
      (live) => ({
        ...live,
        enums: live.enums.map((type): EnumType => (type.schema === 'audit' ? { ...type, values: ['b', 'a'] } : type)),
      }),
    ],
    operations: ['~ enum audit.mood (a, b, gone) → (b, a)'],
    afterwards: [
      'SELECT t.m::text AS one, o::text, u.m::text AS many FROM t, audit.t u',
      [{ one: 'b', o: 'x', many: '{a,b}' }],
    ],
  },
  {
    about: 'another type already has the passing name',
    setup: `CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE mood_old AS ENUM ('x'); CREATE TABLE t (m mood, o mood_old)`,
    changes: [values('mood', 'b')],
    operations: ['~ enum mood (a, b) → (b)'],
  },
]

test.each(stories)('$about', async ({ setup, changes, operations, afterwards }) => {
  await db.query(setup)
  const before = await postgres.introspect(db, scope)
  const wanted = changes.reduce((schema, change) => change(schema), before)

  const made = await towards(wanted)
  expect(made.map(told)).toEqual(operations)
  await go(made)
  expect((await towards(wanted)).map(told)).toEqual([])
  if (afterwards !== undefined) expect(await db.query(afterwards[0])).toEqual(afterwards[1])
  if (afterwards?.[0].startsWith('INSERT')) await db.query('DELETE FROM t')

  await go(reverseAll(made))
  const judged = await judge(before)
  expect(diff(judged.live, judged.wanted).map(told)).toEqual([])
  expect(sameSchema(judged.live, judged.wanted)).toBe(true)
})

test('the rows of every column are mapped, defaults and what is computed from them too', async () => {
  await db.query(`CREATE TYPE mood AS ENUM ('a', 'b', 'c');
    CREATE TABLE t (m mood DEFAULT 'a', loud text GENERATED ALWAYS AS (CASE WHEN m = 'b' THEN 'B' ELSE '-' END) STORED);
    CREATE VIEW v AS SELECT m, loud FROM t; INSERT INTO t VALUES ('a'), ('b'), ('c')`)
  const before = await postgres.introspect(db, scope)
  const [from] = before.enums
  await go([{ kind: 'replaceEnum', from: from!, to: { name: 'mood', values: ['b', 'c'] }, map: { a: 'b' } }])
  await db.query('INSERT INTO t DEFAULT VALUES')
  expect(await db.query('SELECT m::text, loud FROM v')).toEqual([
    { m: 'b', loud: 'B' },
    { m: 'b', loud: 'B' },
    { m: 'c', loud: '-' },
    { m: 'b', loud: 'B' },
  ])
})

test('a value may have the name of what every object has', async () => {
  await db.query(`CREATE TYPE mood AS ENUM ('constructor', 'toString', 'c');
    CREATE TABLE t (m mood DEFAULT 'constructor', many mood[] DEFAULT '{toString}'); INSERT INTO t VALUES ('c')`)
  const { enums } = await postgres.introspect(db, scope)
  const to = { name: 'mood', values: ['constructor', 'toString'] }
  await go([{ kind: 'replaceEnum', from: enums[0]!, to, map: { c: 'toString' } }])
  await db.query('INSERT INTO t DEFAULT VALUES')
  expect(await db.query('SELECT m::text, many::text FROM t')).toEqual([
    { m: 'toString', many: '{toString}' },
    { m: 'constructor', many: '{toString}' },
  ])
})

test('a value is renamed in lists of which a check or a predicate speaks, there and back', async () => {
  await db.query(`CREATE TYPE mood AS ENUM ('a', 'b');
    CREATE TABLE t (m mood, many mood[] CONSTRAINT ck CHECK (many <> '{a}'));
    CREATE INDEX ix ON t (m) WHERE m = ANY ('{a,b}')`)
  const before = await postgres.introspect(db, scope)
  const renamed: Operation = { kind: 'renameEnumValue', enum: before.enums[0]!, from: 'a', to: 'z' }
  const expected = postgres.normalize(apply(before, [renamed]), scope)
  await go([renamed])
  expect(diff(await postgres.introspect(db, scope), expected).map(told)).toEqual([])
  await go(reverseAll([renamed]))
  expect(diff(await postgres.introspect(db, scope), before).map(told)).toEqual([])
})

test('rows of the migration may hold a value that is added in it', async () => {
  await db.query(`CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood)`)
  const { enums } = await postgres.introspect(db, scope)
  await go([
    { kind: 'bulkInsert', table: { name: 't' }, rows: [{ m: 'a' }, { m: 'new' }] },
    { kind: 'addEnumValue', enum: enums[0]!, value: 'new' },
  ])
  expect(await db.query('SELECT m::text FROM t')).toEqual([{ m: 'a' }, { m: 'new' }])
})

async function judge(wanted: SchemaModel) {
  const live = await postgres.introspect(db, scope)
  const judged = await postgres.judge(db, live, postgres.normalize(wanted, scope), scope)
  expect(judged.uncertain).toEqual([])
  return judged
}

async function towards(wanted: SchemaModel): Promise<Operation[]> {
  const judged = await judge(wanted)
  return diff(judged.live, judged.wanted)
}

async function go(operations: readonly Operation[]): Promise<void> {
  const before = await postgres.introspect(db, scope)
  await run(db, postgres.plan(operations, before, { scope, version, transaction: true }))
}
