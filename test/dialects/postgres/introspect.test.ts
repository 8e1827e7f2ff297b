import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { emptySchema } from '../../../src/model/schema'
import { freshPostgres } from '../../support/databases'
import { connectPostgres, type TestConnection } from '../../support/postgres-connection'

const scope: Scope = { defaultSchema: 'public', schemas: [], ignore: [] }

let database: Awaited<ReturnType<typeof freshPostgres>>
let db: TestConnection
let version: number

beforeEach(async () => {
  database = await freshPostgres()
  db = await connectPostgres(database.url)
  version = await postgres.version(db)
})

afterEach(async () => {
  await db?.end()
  await database?.drop()
})

const columnsOf = async (sql: string, seen: Scope = scope) => {
  await db.query(sql)
  return (await postgres.introspect(db, seen)).tables.flatMap(({ columns }) => columns)
}

test('an empty database is an empty schema', async () => {
  expect(await postgres.introspect(db, scope)).toEqual(emptySchema)
})

test('the number of queries is at most eight and does not grow with the schema', async () => {
  const count = async () => {
    db.asked.length = 0
    await postgres.introspect(db, { ...scope, defaultSchema: 'app', schemas: ['public'] })
    return db.asked.length
  }
  await db.query(`CREATE SCHEMA app`)
  const before = await count()
  await db.query(`DO $$ BEGIN FOR i IN 1..40 LOOP
    EXECUTE format('CREATE TYPE app.e%s AS ENUM (''a'')', i);
    EXECUTE format('CREATE TABLE app.t%s (id serial PRIMARY KEY, e app.e%s, l text[], g int GENERATED ALWAYS AS (1) STORED,
      u int UNIQUE, r int REFERENCES app.t%s, CHECK (u > 0))', i, i, i);
    EXECUTE format('CREATE INDEX ON app.t%s ((u + 1))', i);
    EXECUTE format('CREATE VIEW app.v%s AS SELECT * FROM app.t%s', i, i);
  END LOOP; END $$`)
  expect(await count()).toBe(before)
  expect(before).toBeLessThanOrEqual(8)
})

test('a serial column is told by the sequence it owns, whatever that is called', async () => {
  const columns = await columnsOf(`CREATE TABLE t (id serial, other int);
    ALTER SEQUENCE t_id_seq RENAME TO "another name"; ALTER TABLE t RENAME TO u;
    CREATE SEQUENCE free; ALTER TABLE u ALTER other SET DEFAULT nextval('free')`)
  expect(columns).toEqual([
    { name: 'id', type: 'integer', nullable: false, identity: 'SERIAL' },
    { name: 'other', type: 'integer', nullable: true, default: { sql: `nextval('free'::regclass)` } },
  ])
  expect((await postgres.introspect(db, scope)).sequences).toEqual([{ name: 'free' }])
})

test('what belongs to an extension is left out, what uses it is not', async () => {
  await db.query('CREATE EXTENSION pg_stat_statements; CREATE EXTENSION citext; CREATE TABLE t (c citext)')
  const schema = await postgres.introspect(db, scope)
  expect(schema).toMatchObject({
    views: [],
    extensions: [{ name: 'citext' }, { name: 'pg_stat_statements' }],
    tables: [{ name: 't', columns: [{ name: 'c', type: 'citext' }] }],
  })
})

test('an extension may own anything: a table and what stands on it, a view, a sequence, an enum', async () => {
  await db.query(`CREATE EXTENSION citext;
    CREATE TABLE theirs (id int PRIMARY KEY, n int UNIQUE CHECK (n > 0)); CREATE INDEX ON theirs (n);
    CREATE VIEW their_view AS SELECT id FROM theirs; CREATE SEQUENCE their_numbers; CREATE TYPE their_mood AS ENUM ('a');
    CREATE MATERIALIZED VIEW their_count AS SELECT count(*) AS n FROM theirs; CREATE INDEX ON their_count (n);
    ALTER EXTENSION citext ADD TABLE theirs; ALTER EXTENSION citext ADD VIEW their_view;
    ALTER EXTENSION citext ADD SEQUENCE their_numbers; ALTER EXTENSION citext ADD TYPE their_mood;
    ALTER EXTENSION citext ADD MATERIALIZED VIEW their_count;
    CREATE TABLE ours (mood their_mood)`)
  expect(await postgres.introspect(db, scope)).toEqual({
    ...emptySchema,
    extensions: [{ name: 'citext' }],
    tables: [
      expect.objectContaining({ name: 'ours', columns: [{ name: 'mood', type: 'their_mood', nullable: true }] }),
    ],
  })
})

test('partitions are not listed, nor are ignored tables, other schemas or what they hold', async () => {
  await db.query(`CREATE TABLE p (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE q (id int, at date, FOREIGN KEY (id, at) REFERENCES p (id, at)); CREATE INDEX ON p (at);
    CREATE TABLE autogen_version (v int); CREATE SCHEMA other; CREATE TYPE other.e AS ENUM ('a');
    CREATE TABLE other.t (v int); CREATE TABLE r (e other.e)`)
  const { tables, enums } = await postgres.introspect(db, { ...scope, ignore: [{ name: 'autogen_version' }] })
  expect(tables.map(({ name }) => name)).toEqual(['p', 'q', 'r'])
  expect(tables[0]).toMatchObject({
    options: { partitionBy: 'RANGE (at)' },
    indexes: [{ name: 'p_at_idx', columns: ['at'] }],
  })
  expect(tables[1]!.foreignKeys).toHaveLength(1)
  expect(tables[2]!.columns[0]!.type).toBe('other.e')
  expect(enums).toEqual([])
})

test('objects of the default schema carry no schema, whatever the search path is', async () => {
  const columns = await columnsOf(
    `CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('a'); CREATE DOMAIN app.short AS text; CREATE SEQUENCE app.s;
    CREATE TABLE app.t (m app.mood DEFAULT 'a', d app.short, n bigint DEFAULT nextval('app.s'))`,
    { defaultSchema: 'app', schemas: ['public'], ignore: [] },
  )
  expect(columns).toEqual([
    { name: 'm', type: { enum: 'mood' }, nullable: true, default: 'a' },
    { name: 'd', type: 'short', nullable: true },
    { name: 'n', type: 'bigint', nullable: true, default: { sql: `nextval('s'::regclass)` } },
  ])
  expect(await db.query('SHOW search_path')).toEqual([{ search_path: '"$user", public' }])
})

test('inside a transaction the search path is put back', async () => {
  await db.query('CREATE SCHEMA app')
  await db.startTransaction()
  await postgres.introspect(db, { defaultSchema: 'app', schemas: [], ignore: [] })
  expect(await db.query('SHOW search_path')).toEqual([{ search_path: '"$user", public' }])
  await db.rollbackTransaction()
})

test('constraints carry all they say', async () => {
  await db.query(`CREATE TABLE a (x int, y int, z int, PRIMARY KEY (y, x) DEFERRABLE, CONSTRAINT u UNIQUE (z) INCLUDE (x));
    ALTER TABLE a ADD CONSTRAINT v UNIQUE (z, x);
    ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (x, z) REFERENCES a (z, x) MATCH FULL ON DELETE SET DEFAULT ON UPDATE RESTRICT
      DEFERRABLE INITIALLY DEFERRED NOT VALID;
    ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0 OR y IN (1, 2)) NOT VALID;
    ALTER TABLE a ADD CONSTRAINT e EXCLUDE USING gist (int4range(x, y) WITH &&) WHERE (z > 0) DEFERRABLE`)
  expect((await postgres.introspect(db, scope)).tables[0]).toMatchObject({
    primaryKey: { name: 'a_pkey', columns: ['y', 'x'], deferrable: 'INITIALLY IMMEDIATE' },
    uniques: [
      { name: 'u', columns: ['z'], include: ['x'] },
      { name: 'v', columns: ['z', 'x'] },
    ],
    foreignKeys: [
      {
        name: 'f',
        columns: ['x', 'z'],
        references: { table: { name: 'a' }, columns: ['z', 'x'] },
        match: 'FULL',
        onDelete: 'SET DEFAULT',
        onUpdate: 'RESTRICT',
        deferrable: 'INITIALLY DEFERRED',
        notValid: true,
      },
    ],
    checks: [{ name: 'c', expression: { sql: '(x > 0) OR (y = ANY (ARRAY[1, 2]))' }, notValid: true }],
    exclusions: [
      {
        name: 'e',
        expression: { sql: 'USING gist (int4range(x, y) WITH &&) WHERE ((z > 0))' },
        deferrable: 'INITIALLY IMMEDIATE',
      },
    ],
    indexes: [],
  })
})

test('indexes of every kind, and those of materialised views', async () => {
  await db.query(`CREATE EXTENSION pg_trgm; CREATE TABLE t ("a b" text, n int, j jsonb, d text COLLATE "C");
    CREATE UNIQUE INDEX i1 ON t ("a b" COLLATE "C" text_pattern_ops DESC NULLS LAST, n NULLS FIRST) INCLUDE (d) WHERE n > 0;
    CREATE INDEX i2 ON t (lower("a b"), (n + 1) DESC, upper(d) COLLATE "POSIX" text_pattern_ops);
    CREATE INDEX i3 ON t USING gin ("a b" gin_trgm_ops, (j -> 'x'));
    CREATE INDEX i4 ON t USING gist ("a b" gist_trgm_ops (siglen=32));
    CREATE MATERIALIZED VIEW m AS SELECT n FROM t; CREATE UNIQUE INDEX i5 ON m (n)`)
  const { tables, views } = await postgres.introspect(db, scope)
  expect(tables[0]!.indexes).toEqual([
    {
      name: 'i1',
      columns: [
        { column: 'a b', collation: 'C', opclass: 'text_pattern_ops', order: 'DESC', nulls: 'LAST' },
        { column: 'n', nulls: 'FIRST' },
      ],
      unique: true,
      where: { sql: 'n > 0' },
      include: ['d'],
    },
    {
      name: 'i2',
      columns: [
        { sql: 'lower("a b")' },
        { sql: 'n + 1', order: 'DESC' },
        { sql: 'upper(d)', collation: 'POSIX', opclass: 'text_pattern_ops' },
      ],
      unique: false,
    },
    {
      name: 'i3',
      columns: [{ column: 'a b', opclass: 'gin_trgm_ops' }, { sql: `j -> 'x'::text` }],
      unique: false,
      using: 'gin',
    },
    {
      name: 'i4',
      columns: [{ column: 'a b', opclass: version < 130000 ? 'gist_trgm_ops' : 'gist_trgm_ops (siglen=32)' }],
      unique: false,
      using: 'gist',
    },
  ])
  expect(views).toEqual([
    {
      name: 'm',
      materialized: true,
      definition: { sql: expect.stringMatching(/^SELECT (t\.)?n\s+FROM t$/) },
      indexes: [{ name: 'i5', columns: ['n'], unique: true }],
    },
  ])
})

test('what newer servers know is read from them', async () => {
  const since15 = version >= 150000 ? 'NULLS NOT DISTINCT' : ''
  const since18 = version >= 180000 ? ', v int GENERATED ALWAYS AS (a + 1) VIRTUAL' : ''
  await db.query(
    `CREATE TABLE t (a int NOT NULL, b int, UNIQUE ${since15} (b), s int GENERATED ALWAYS AS (a * 2) STORED ${since18})`,
  )
  const [table] = (await postgres.introspect(db, scope)).tables
  expect(table!.uniques[0]).toEqual({
    name: 't_b_key',
    columns: ['b'],
    ...(version >= 150000 && { nullsNotDistinct: true }),
  })
  expect(table!.columns.slice(2)).toEqual([
    { name: 's', type: 'integer', nullable: true, generated: { sql: 'a * 2' } },
    ...(version >= 180000
      ? [{ name: 'v', type: 'integer', nullable: true, generated: { sql: 'a + 1', virtual: true } }]
      : []),
  ])
  expect(table!.checks).toEqual([])
})

test('a table is told to be there or not without an error', async () => {
  await db.query('CREATE TABLE "My t" (a int); CREATE SCHEMA app; CREATE TABLE app.b (a int)')
  const has = (name: string, schema?: string) =>
    postgres.hasTable(db, schema === undefined ? { name } : { name, schema }, { schemas: [], ignore: [] })
  expect([await has('My t'), await has('b'), await has('b', 'app'), await has('my t')]).toEqual([
    true,
    false,
    true,
    false,
  ])
})
