import type { PlanContext } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { ConcurrentlyInTransactionError } from '../../../src/errors'
import { emptySchema, type Column, type SchemaModel, type Table } from '../../../src/model/schema'
import type { Intent } from '../../../src/operations/intent'
import type { Operation } from '../../../src/operations/operation'
import { prepare } from '../../../src/runtime/work'
import { table as tableOf } from '../../support/schema'

const context: PlanContext = { scope: { defaultSchema: 'public', schemas: [], ignore: [] }, transaction: true }
const column = (name: string, type: Column['type'], rest: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: false,
  ...rest,
})
const table = (rest: Partial<Table>) => tableOf('user', { columns: [], ...rest })
const user = { name: 'user' }
const mood = { name: 'mood', values: ['sad', 'ok'] }

/** Segments as text: a line per statement, a rule between segments. */
function told(operations: readonly Operation[], before: Partial<SchemaModel> = {}, rest: Partial<PlanContext> = {}) {
  const { segments } = postgres.plan(operations, { ...emptySchema, ...before }, { ...context, ...rest })
  return segments
    .map((segment) =>
      segment.transactional ? segment.statements.map(({ sql }) => sql).join(';\n') : `(alone) ${segment.statement.sql}`,
    )
    .join('\n---\n')
    .replace(/DO \$do\$ -- (The views .*)\n[^]*?\$do\$/g, '-- $1')
}

const altering = (from: Column, to: Column, version?: number): string =>
  told(
    [{ kind: 'alterColumn', table: user, from, to }],
    { tables: [table({ columns: [from] })], enums: [mood] },
    version === undefined ? {} : { version },
  ).replaceAll(`ALTER TABLE "public"."user" ALTER COLUMN "c" `, '')

test.each<[string, Column, Column, string]>([
  [
    'a longer text',
    column('c', 'varchar(5)', { default: 'x' }),
    column('c', 'varchar(9)', { default: 'x' }),
    'TYPE varchar(9)',
  ],
  // An explicit cast would cut values off; the assignment refuses.
  ['a shorter text', column('c', 'varchar(9)'), column('c', 'varchar(5)'), 'TYPE varchar(5)'],
  [
    'a bigger number',
    column('c', 'integer', { default: 1 }),
    column('c', 'bigint', { default: 1 }),
    'DROP DEFAULT;\nTYPE bigint;\nSET DEFAULT 1',
  ],
  ['text to number', column('c', 'text'), column('c', 'integer'), 'TYPE integer USING "c"::integer'],
  ['number to text', column('c', 'integer'), column('c', 'text'), 'TYPE text'],
  ['text to array', column('c', 'text'), column('c', 'text[]'), 'TYPE text[] USING "c"::text[]'],
  ['enum to text', column('c', { enum: 'mood' }), column('c', 'varchar(9)'), 'TYPE varchar(9)'],
  [
    'number to enum',
    column('c', 'integer'),
    column('c', { enum: 'mood' }),
    'TYPE "public"."mood" USING "c"::text::"public"."mood"',
  ],
  ['date to timestamp', column('c', 'date'), column('c', 'timestamptz(3)'), 'TYPE timestamptz(3)'],
  ['another spelling', column('c', 'int4'), column('c', 'integer'), ''],
  ['nullability', column('c', 'text'), column('c', 'text', { nullable: true }), 'DROP NOT NULL'],
  ['a default value', column('c', 'text'), column('c', 'text', { default: `it's \\` }), `SET DEFAULT E'it''s \\\\'`],
  ['no default', column('c', 'text', { default: { sql: 'now()' } }), column('c', 'text'), 'DROP DEFAULT'],
  [
    'an identity',
    column('c', 'integer', { nullable: true, default: 5 }),
    column('c', 'integer', { identity: 'ALWAYS' }),
    `DROP DEFAULT;\nSET NOT NULL;\nADD GENERATED ALWAYS AS IDENTITY;\n` +
      `SELECT setval(pg_get_serial_sequence('"public"."user"', 'c'), coalesce(max("c"), 0) + 1, false) FROM "public"."user"`,
  ],
])('alterColumn: %s', (_, from, to, expected) => {
  expect(altering(from, to)).toBe(expected)
})

test('a computed column changes in place where the server can, else it is made anew', () => {
  const [from, to] = ['a + 1', 'a + 2'].map((sql) => column('c', 'integer', { nullable: true, generated: { sql } }))
  expect(altering(from!, to!, 170000)).toBe('SET EXPRESSION AS (a + 2)')
  expect(altering(from!, to!, 160000)).toMatchInlineSnapshot(`
   "-- The views that look there step aside.;
   ALTER TABLE "public"."user" DROP COLUMN "c";
   ALTER TABLE "public"."user" ADD COLUMN "c" integer GENERATED ALWAYS AS (a + 2) STORED;
   -- The views come back as they were."
  `)
})

test('most migrations are one segment, and every statement knows its operation', () => {
  const plan = postgres.plan(
    [
      {
        kind: 'createTable',
        table: table({
          columns: [
            column('id', 'bigint', { identity: 'SERIAL' }),
            column('email', 'varchar(255)', { comment: 'where to' }),
            column('born', 'date', { nullable: true }),
          ],
          primaryKey: { name: 'PK_user', columns: ['id'] },
          checks: [{ name: 'CHK_born', expression: { sql: `(born > '1900-01-01')` } }],
        }),
      },
      { kind: 'createIndex', table: user, index: { name: 'IDX_email', columns: ['email'], unique: true } },
    ],
    emptySchema,
    context,
  )
  expect(plan).toMatchInlineSnapshot(`
   {
     "segments": [
       {
         "statements": [
           {
             "operation": 0,
             "sql": "CREATE TABLE "public"."user" (
     "id" bigserial,
     "email" varchar(255) NOT NULL,
     "born" date,
     CONSTRAINT "PK_user" PRIMARY KEY ("id"),
     CONSTRAINT "CHK_born" CHECK (born > '1900-01-01')
   )",
           },
           {
             "operation": 0,
             "sql": "COMMENT ON COLUMN "public"."user"."email" IS 'where to'",
           },
           {
             "operation": 1,
             "sql": "CREATE UNIQUE INDEX "IDX_email" ON "public"."user" ("email")",
           },
         ],
         "transactional": true,
       },
     ],
   }
  `)
})

test('an added enum value goes into a segment before all that may use it', () => {
  const operations: Operation[] = [
    { kind: 'createTable', table: table({ columns: [column('c', { enum: 'mood' }, { default: 'new' })] }) },
    { kind: 'addEnumValue', enum: mood, value: 'new', after: 'sad' },
  ]
  expect(told(operations, { enums: [mood] })).toMatchInlineSnapshot(`
   "ALTER TYPE "public"."mood" ADD VALUE IF NOT EXISTS 'new' AFTER 'sad'
   ---
   CREATE TABLE "public"."user" (
     "c" "public"."mood" DEFAULT 'new' NOT NULL
   )"
  `)
  expect(told([operations[1]!], { enums: [mood] })).not.toContain('---')
})

test('an added enum value does not overtake what makes or changes its type', () => {
  const created: Operation[] = [
    { kind: 'createEnum', enum: mood },
    { kind: 'addEnumValue', enum: mood, value: 'new' },
    { kind: 'createTable', table: table({ columns: [column('c', { enum: 'mood' }, { default: 'new' })] }) },
  ]
  expect(
    told(created)
      .split('\n---\n')
      .map((text) => text.slice(0, 12)),
  ).toEqual(['CREATE TYPE ', 'ALTER TYPE "', 'CREATE TABLE'])
  const renamed: Operation[] = [
    { kind: 'renameEnumValue', enum: { name: 'mood' }, from: 'ok', to: 'fine' },
    { kind: 'addEnumValue', enum: { ...mood, values: ['sad', 'fine'] }, value: 'new', after: 'fine' },
  ]
  expect(told(renamed, { enums: [mood] })).toMatchInlineSnapshot(`
   "ALTER TYPE "public"."mood" RENAME VALUE 'ok' TO 'fine'
   ---
   ALTER TYPE "public"."mood" ADD VALUE IF NOT EXISTS 'new' AFTER 'fine'"
  `)
})

test('a downgrade gets its enum values back before the defaults that need them', () => {
  const now = column('c', { enum: 'mood' }, { default: 'ok' })
  const operations: Operation[] = [
    { kind: 'alterColumn', table: user, from: now, to: { ...now, default: 'gone' } },
    { kind: 'replaceEnum', from: mood, to: { ...mood, values: ['sad', 'ok', 'gone'] } },
  ]
  expect(told(operations, { enums: [mood], tables: [table({ columns: [now] })] })).toMatchInlineSnapshot(`
   "ALTER TYPE "public"."mood" RENAME TO "mood_old";
   CREATE TYPE "public"."mood" AS ENUM ('sad', 'ok', 'gone');
   ALTER TABLE "public"."user" ALTER COLUMN "c" DROP DEFAULT;
   ALTER TABLE "public"."user" ALTER COLUMN "c" TYPE "public"."mood" USING "c"::text::"public"."mood";
   ALTER TABLE "public"."user" ALTER COLUMN "c" SET DEFAULT 'ok';
   DROP TYPE "public"."mood_old";
   ALTER TABLE "public"."user" ALTER COLUMN "c" SET DEFAULT 'gone'"
  `)
})

test('without a transaction every statement is a segment, and only what must runs in none', () => {
  const before = { tables: [table({ columns: [column('c', 'text')] })] }
  const operations: Operation[] = [
    { kind: 'addColumn', table: user, column: column('d', 'text', { nullable: true }) },
    { kind: 'createIndex', table: user, index: { name: 'i', columns: ['d'], unique: false }, concurrently: true },
  ]
  expect(told(operations, before, { transaction: false })).toMatchInlineSnapshot(`
   "ALTER TABLE "public"."user" ADD COLUMN "d" text
   ---
   (alone) CREATE INDEX CONCURRENTLY "i" ON "public"."user" ("d")"
  `)
  expect(() => told(operations, before)).toThrow(new ConcurrentlyInTransactionError('i'))
})

test.each([
  ['VACUUM FULL "user"', true],
  ['reindex table "user"', true],
  ['CALL fill()', true],
  ['/* at night */ CREATE DATABASE other', true],
  ['ALTER SYSTEM SET work_mem = 1', true],
  ['CREATE INDEX CONCURRENTLY i ON "user" (c)', true],
  ['ALTER TABLE a DETACH PARTITION b CONCURRENTLY', true],
  ['DO $$ BEGIN PERFORM 1; COMMIT; END $$', true],
  ['DO $$ BEGIN PERFORM 1; END $$', false],
  [`INSERT INTO note VALUES ('VACUUM')`, false],
  ['UPDATE "vacuum" SET n = 1 -- CONCURRENTLY', false],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY totals', false],
])('without a transaction around the migration, %s stands alone: %s', (sql, alone) => {
  const [segment, ...others] = postgres.plan([{ kind: 'execute', sql }], emptySchema, {
    ...context,
    transaction: false,
  }).segments
  expect([segment?.transactional, others]).toEqual([!alone, []])
})

test('the same operations serve another default schema', () => {
  const create: Operation = { kind: 'createTable', table: table({ columns: [column('c', { enum: 'mood' })] }) }
  expect(told([create], {}, { scope: { defaultSchema: 'My "app"', schemas: [], ignore: [] } })).toContain(
    `CREATE TABLE "My ""app"""."user" (\n  "c" "My ""app"""."mood" NOT NULL\n)`,
  )
})

test('an index that cannot be built concurrently is told with the line that asked for it', () => {
  const before = { ...emptySchema, tables: [table({ columns: [column('c', 'text')] })] }
  const index = { name: 'i', columns: ['c'], concurrently: true }
  const at = { file: '/app/migrations/a1.ts', line: 7, column: 3 }
  const intents: Intent[] = [{ kind: 'createIndex', table: user, index, at }]
  const target = { dialect: postgres, scope: context.scope }
  expect(() => prepare(target, before, intents, { transaction: true })).toThrow(
    '/app/migrations/a1.ts:7: The index i cannot be created or dropped concurrently inside a transaction.',
  )
})
