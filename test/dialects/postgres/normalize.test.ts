import type { Scope } from '../../../src/dialects/dialect'
import { postgres } from '../../../src/dialects/postgres'
import { constantOf, literal, normalizeLiteral } from '../../../src/dialects/postgres/literals'
import { normalizeType } from '../../../src/dialects/postgres/types'
import { emptySchema, type Column, type ColumnType, type Literal, type Table } from '../../../src/model/schema'
import { table as tableOf } from '../../support/schema'

const scope: Scope = { defaultSchema: 'app', schemas: ['audit'], ignore: [] }

test.each([
  ['constructor', 'constructor'],
  ['int', 'integer'],
  ['INT4', 'integer'],
  ['character varying(255)', 'varchar(255)'],
  ['varchar', 'varchar'],
  ['timestamp(3) with time zone', 'timestamptz(3)'],
  ['timestamp with time zone', 'timestamptz'],
  ['timestamptz(6)', 'timestamptz'],
  ['timestamp without time zone', 'timestamp'],
  ['time(0) without time zone', 'time(0)'],
  ['interval day to second(3)', 'interval day to second(3)'],
  ['numeric(10, 2)', 'numeric(10,2)'],
  ['DECIMAL(10,0)', 'numeric(10)'],
  ['float', 'double precision'],
  ['float(10)', 'real'],
  ['bit', 'bit(1)'],
  ['bit varying(8)', 'varbit(8)'],
  ['character(3)', 'char(3)'],
  ['char', 'char(1)'],
  ['bpchar', 'bpchar'],
  ['"char"', '"char"'],
  ['text[]', 'text[]'],
  ['text array', 'text[]'],
  ['integer[3][3]', 'integer[]'],
  ['character varying(5)[]', 'varchar(5)[]'],
  ['bool', 'boolean'],
  ['pg_catalog.int8', 'bigint'],
  ['"Mood"', '"Mood"'],
  ['"mood"', 'mood'],
  ['"order"', '"order"'],
  ['app."Mood"', '"Mood"'],
  ['audit.mood[]', 'audit.mood[]'],
  ['geometry(Point, 4326)', 'geometry(Point,4326)'],
])('the type %s is %s for short', (given, expected) => {
  expect(normalizeType(given, 'app')).toBe(expected)
  expect(normalizeType(expected, 'app')).toBe(expected)
})

test.each<[ColumnType, Literal, Literal]>([
  ['boolean', 'true', true],
  ['bool', 0, false],
  ['integer', '5', 5],
  ['numeric(10,2)', '1.50', 1.5],
  ['numeric', '-0.00', 0],
  ['numeric', '.5', 0.5],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['double precision', '1e3', 1000],
  ['double precision', 'NaN', 'NaN'],
  ['text', 5, '5'],
  ['varchar(5)', { a: 1 }, '{"a":1}'],
  ['jsonb', '{"b":1, "a":[]}', { a: [], b: 1 }],
  ['jsonb', { b: 1, a: [] }, { a: [], b: 1 }],
  ['jsonb', '{"sql": "now()"}', '{"sql":"now()"}'],
  ['json', '{"a":1}', { a: 1 }],
  ['json', '{"a": 1}', '{"a": 1}'],
  ['json', '"text"', '"text"'],
  ['json', 'not json', 'not json'],
  ['text[]', '{}', []],
  ['text[]', '{a,"b \\"c",NULL,"NULL"}', ['a', 'b "c', null, 'NULL']],
  [
    'integer[]',
    '{{1,2},{3,4}}',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['text[]', '{a', '{a'],
  [{ enum: 'e', array: true }, '{a}', ['a']],
  ['timestamptz', '2020-01-01', '2020-01-01'],
])('a %j column with default %j has default %j', (type, given, expected) => {
  expect(normalizeLiteral(type, given)).toEqual(expected)
  expect(normalizeLiteral(type, expected)).toEqual(expected)
})

test('the keys of a json stay in the order they were given, those of a jsonb do not', () => {
  const keys = (type: ColumnType, text: string) => Object.keys(normalizeLiteral(type, text))
  expect([keys('json', '{"b":1,"a":2}'), keys('jsonb', '{"b":1,"a":2}')]).toEqual([
    ['b', 'a'],
    ['a', 'b'],
  ])
})

test.each<[string, ColumnType, Literal | null | undefined]>([
  [`'it''s'::character varying`, 'varchar(9)', `it's`],
  [`E'a\\\\b'::text`, 'text', 'a\\b'],
  [`('-5'::integer)`, 'integer', -5],
  [`'-5'::integer`, 'bigint', -5],
  ['(-5)', 'integer', -5],
  ['1.50', 'numeric(10,2)', 1.5],
  [`'a::b'::text`, 'text', 'a::b'],
  ['true', 'boolean', true],
  [`'{"a": 1}'::jsonb`, 'jsonb', { a: 1 }],
  [`'{a,b}'::text[]`, 'text[]', ['a', 'b']],
  [`'admin'::audit."Role"`, { enum: 'Role', schema: 'audit' }, 'admin'],
  [`'2020-01-01'::date`, 'date', '2020-01-01'],
  [`'0'::"bit"`, 'bit(1)', '0'],
  ['NULL::character varying', 'varchar(9)', null],
  ['NULL', 'text', null],
  ['now()', 'timestamptz', undefined],
  [`'a'::text || 'b'::text`, 'text', undefined],
  [`'abc'::varchar(2)`, 'text', undefined],
  [`'x  '::bpchar`, 'text', undefined],
  [`1.5::integer`, 'numeric', undefined],
  [`('a'::text)::regclass`, 'text', undefined],
  [`'2020-01-01'::date`, 'timestamptz', undefined],
  ['5', 'jsonb', undefined],
  [`U&'\\0041'`, 'text', undefined],
])('%s as the default of %j is the constant %j', (sql, type, expected) => {
  expect(constantOf(sql, type)).toEqual(expected)
})

test.each([
  [`it's`, `'it''s'`],
  ['a\\b', `E'a\\\\b'`],
  [null, 'NULL'],
  [1.5, '1.5'],
  [12n, '12'],
  [NaN, `'NaN'`],
  [false, 'false'],
  [{ a: `'` }, `'{"a":"''"}'`],
  [['a b', null, 1, ['x']], `'{"a b",NULL,1,{x}}'`],
  [new Date(0), `'1970-01-01T00:00:00.000Z'`],
  [Buffer.from([0, 255]), `E'\\\\x00ff'`],
])('the value %j is written %s', (value, expected) => {
  expect(literal(value)).toBe(expected)
})

const column = (rest: Partial<Column>): Column => ({ name: 'c', type: 'integer', nullable: false, ...rest })
const table = (rest: Partial<Table>) => tableOf('t', { columns: [], ...rest })
const normalized = (rest: Partial<Table>) =>
  postgres.normalize({ ...emptySchema, enums: [{ name: 'Mood', values: ['a'] }], tables: [table(rest)] }, scope)
    .tables[0]!

test.each<[string, Partial<Column>, Partial<Column>]>([
  ['serial is an integer with a sequence', { type: 'bigserial', default: 1 }, { type: 'bigint', identity: 'SERIAL' }],
  ['an identity is never null', { identity: 'ALWAYS', nullable: true }, { identity: 'ALWAYS' }],
  ['the default NULL is none', { default: { sql: 'NULL' } }, {}],
  ['the collation "default" is none', { type: 'text', collation: 'default' }, { type: 'text' }],
  ['a type that is an enum of the schema refers to it', { type: '"Mood"[]' }, { type: { enum: 'Mood', array: true } }],
  ['the default schema is not spelled', { type: { enum: 'Mood', schema: 'app' } }, { type: { enum: 'Mood' } }],
  ['a constant expression is a value', { default: { sql: `'5'` } }, { default: 5 }],
  [
    'parentheses around everything do not count, and stay in the text',
    { default: { sql: '( now() )' } },
    { default: { sql: '( now() )', canonical: 'now()' } },
  ],
])('%s', (_, given, expected) => {
  expect(normalized({ columns: [column(given)] }).columns).toEqual([column(expected)])
})

test('names are cut at 63 bytes, never inside a character, wherever they occur', () => {
  const long = 'ä'.repeat(40)
  const cut = 'ä'.repeat(31)
  const given = table({
    schema: 'app',
    name: long,
    columns: [column({ name: long, nullable: true })],
    primaryKey: { name: long, columns: [long] },
    indexes: [
      { name: long, columns: [long, { column: long, order: 'DESC', nulls: 'FIRST' }], unique: false, using: 'btree' },
    ],
    foreignKeys: [{ columns: [long], references: { table: { schema: 'app', name: long }, columns: [long] } }],
  })
  expect(normalized(given)).toEqual(
    table({
      name: cut,
      columns: [column({ name: cut })],
      primaryKey: { name: cut, columns: [cut] },
      indexes: [{ name: cut, columns: [cut, { column: cut, order: 'DESC' }], unique: false }],
      foreignKeys: [
        {
          name: `${'ä'.repeat(14)}_${'ä'.repeat(14)}_fkey`,
          columns: [cut],
          references: { table: { name: cut }, columns: [cut] },
        },
      ],
    }),
  )
})
