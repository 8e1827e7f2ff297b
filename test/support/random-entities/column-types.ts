// The types a random column can have: how an entity says it, what its default may be, what may be asked of it.
import type { Json } from '../../../src/model/schema'

/** Default is a column's default as an entity gives it: a value, or a function that returns SQL. */
export type Default = { readonly value: Json } | { readonly sql: string }

/** What may be asked of a column, and what may be computed from it, depends on its family only. */
export type Family = 'number' | 'text' | 'boolean' | 'moment' | 'jsonb' | 'json' | 'uuid' | 'array' | 'other'

/** TypeSample is a type and what goes with it. */
export interface TypeSample {
  /** TypeORM's column options. */
  readonly options: { readonly type: string } & Readonly<Record<string, Json>>
  readonly family: Family
  readonly defaults: readonly Default[]
  /** Has no order or no equality, so it cannot stand in a key or an index. */
  readonly unordered?: true
  /** Values of its own differ from row to row, so it can be unique. */
  readonly distinct?: true
  /** Types its values can become and come back from. */
  readonly widens?: readonly string[]
}

const value = (...values: readonly Json[]): Default[] => values.map((one) => ({ value: one }))
const sql = (...texts: readonly string[]): Default[] => texts.map((text) => ({ sql: text }))

/** Strings nobody expects in a default, a comment or an enum. */
export const hostile: readonly string[] = [
  "it's",
  '',
  ' ',
  'a::b',
  'NULL',
  'now()',
  'CURRENT_TIMESTAMP',
  "'); DROP --",
  'back\\slash',
  '"quoted"',
  '$1',
  '$$',
  '${x}',
  '`tick`',
  'two\nlines',
  'duck 🦆',
  '%s',
  '{}',
  "E'\\n'",
  ':name',
  '/* no */',
  '</script>',
  '0',
  'true',
]

const short = hostile.filter((text) => text.length <= 10)
const text = (...lengths: readonly number[]): Record<string, TypeSample> =>
  Object.fromEntries(
    lengths.map((length) => [
      `varchar(${length})`,
      {
        options: { type: 'varchar', length: String(length) },
        family: 'text',
        distinct: true,
        defaults: [...value(...short, 5), ...sql(`'a' || 'b'`, `upper('x')`)],
        widens: [...lengths.filter((other) => other > length).map((other) => `varchar(${other})`), 'varchar', 'text'],
      },
    ]),
  )

/** The types by a name of ours. */
export const types: Readonly<Record<string, TypeSample>> = {
  smallint: {
    options: { type: 'smallint' },
    family: 'number',
    distinct: true,
    defaults: value(0, 7, -5, '5'),
    widens: ['int', 'bigint', 'numeric', 'text'],
  },
  int: {
    options: { type: 'int' },
    family: 'number',
    distinct: true,
    defaults: [...value(0, 7, -5, '5'), ...sql('1 + 1', `nullif('1','')::int`, `'3'`)],
    widens: ['bigint', 'numeric', 'numeric(10,2)', 'double precision', 'varchar', 'text'],
  },
  bigint: {
    options: { type: 'bigint' },
    family: 'number',
    distinct: true,
    defaults: [...value('0', 9007199254740991, -1), ...sql('(1)::bigint')],
    widens: ['numeric', 'text'],
  },
  numeric: {
    options: { type: 'numeric' },
    family: 'number',
    distinct: true,
    defaults: value(0, 1.5, '-2'),
    widens: ['text'],
  },
  'numeric(10,2)': {
    options: { type: 'decimal', precision: 10, scale: 2 },
    family: 'number',
    distinct: true,
    defaults: value(1.5, '0.00', 0, -0.1),
    widens: ['numeric(12,4)', 'numeric', 'text'],
  },
  'numeric(12,4)': {
    options: { type: 'numeric', precision: 12, scale: 4 },
    family: 'number',
    distinct: true,
    defaults: value(1.25, '0'),
    widens: ['numeric', 'text'],
  },
  real: {
    options: { type: 'real' },
    family: 'number',
    distinct: true,
    defaults: value(1.5, 0),
    widens: ['double precision'],
  },
  'double precision': {
    options: { type: 'double precision' },
    family: 'number',
    distinct: true,
    defaults: value(1.5, -0.25, 0),
  },
  money: { options: { type: 'money' }, family: 'other', distinct: true, defaults: value(0, '12.34') },
  ...text(20, 50, 255),
  varchar: {
    options: { type: 'varchar' },
    family: 'text',
    distinct: true,
    defaults: [...value(...hostile), ...sql('md5(random()::text)', `'a' || 'b'`, 'NULL')],
    widens: ['text'],
  },
  text: {
    options: { type: 'text' },
    family: 'text',
    distinct: true,
    defaults: [...value(...hostile), ...sql(`'a' || 'b'`, `'it''s'`, `concat('a', 1)`)],
    widens: ['varchar'],
  },
  'char(3)': {
    options: { type: 'char', length: '3' },
    family: 'text',
    distinct: true,
    defaults: value('abc', 'x'),
    widens: ['varchar(20)', 'text'],
  },
  boolean: {
    options: { type: 'boolean' },
    family: 'boolean',
    defaults: [...value(true, false, 'true'), ...sql('false', 'NOT true')],
    widens: ['int', 'text'],
  },
  uuid: {
    options: { type: 'uuid' },
    family: 'uuid',
    distinct: true,
    defaults: [...value('6f1d3c52-0f4e-4a4e-9a3b-1c2d3e4f5a6b'), ...sql('gen_random_uuid()')],
    widens: ['varchar(50)', 'text'],
  },
  date: {
    options: { type: 'date' },
    family: 'moment',
    distinct: true,
    defaults: [...value('2020-01-01'), ...sql('CURRENT_DATE', 'now()')],
    widens: ['timestamp', 'timestamptz', 'text'],
  },
  timestamp: {
    options: { type: 'timestamp' },
    family: 'moment',
    distinct: true,
    defaults: [
      ...value('2020-01-01 10:00:00'),
      ...sql('now()', 'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP', `(now() at time zone 'utc')`),
    ],
    widens: ['timestamptz', 'text'],
  },
  'timestamp(3)': {
    options: { type: 'timestamp', precision: 3 },
    family: 'moment',
    distinct: true,
    defaults: [...value('2020-01-01'), ...sql('CURRENT_TIMESTAMP(3)', 'now()')],
    widens: ['timestamp', 'timestamptz(3)'],
  },
  timestamptz: {
    options: { type: 'timestamptz' },
    family: 'moment',
    distinct: true,
    defaults: [
      ...value('2020-01-01'),
      ...sql('now()', 'CURRENT_TIMESTAMP', 'NOW()', `now() + interval '1 day'`, `'2020-01-01'`),
    ],
    widens: ['text'],
  },
  'timestamptz(3)': {
    options: { type: 'timestamptz', precision: 3 },
    family: 'moment',
    distinct: true,
    defaults: sql('CURRENT_TIMESTAMP(3)', 'now()'),
    widens: ['timestamptz'],
  },
  time: {
    options: { type: 'time' },
    family: 'other',
    distinct: true,
    defaults: [...value('10:00:00'), ...sql('LOCALTIME')],
    widens: ['interval', 'text'],
  },
  interval: {
    options: { type: 'interval' },
    family: 'other',
    distinct: true,
    defaults: [...value('1 day'), ...sql(`interval '1 day'`)],
    widens: ['text'],
  },
  json: {
    options: { type: 'json' },
    family: 'json',
    unordered: true,
    defaults: [...value({}, { a: 1 }, []), ...sql(`'{"b":1,"a":2}'`)],
    widens: ['jsonb', 'text'],
  },
  jsonb: {
    options: { type: 'jsonb' },
    family: 'jsonb',
    distinct: true,
    defaults: [
      ...value({}, [], { b: 1, a: { z: [1, 'two', null], y: 'x' } }, { text: "it's" }, '{"a": 1}'),
      ...sql(`'{"b":1,"a":2}'::jsonb`, `'{}'`, `jsonb_build_object('a', 1)`),
    ],
    widens: ['text'],
  },
  inet: { options: { type: 'inet' }, family: 'other', distinct: true, defaults: value('127.0.0.1'), widens: ['text'] },
  cidr: {
    options: { type: 'cidr' },
    family: 'other',
    distinct: true,
    defaults: value('10.0.0.0/8'),
    widens: ['inet', 'text'],
  },
  macaddr: { options: { type: 'macaddr' }, family: 'other', distinct: true, defaults: value('08:00:2b:01:02:03') },
  bytea: { options: { type: 'bytea' }, family: 'other', distinct: true, defaults: sql(`'\\x00ff'`, `'\\x'::bytea`) },
  'bit(3)': {
    options: { type: 'bit', length: '3' },
    family: 'other',
    defaults: sql(`'101'`, `B'010'`),
    widens: ['varbit'],
  },
  varbit: { options: { type: 'varbit' }, family: 'other', defaults: sql(`B'1'`) },
  point: { options: { type: 'point' }, family: 'other', unordered: true, defaults: sql(`point '(1,2)'`, `'(3,4)'`) },
  xml: { options: { type: 'xml' }, family: 'other', unordered: true, defaults: [] },
  tsvector: { options: { type: 'tsvector' }, family: 'other', distinct: true, defaults: [] },
  int4range: {
    options: { type: 'int4range' },
    family: 'other',
    distinct: true,
    defaults: sql('int4range(1, 5)', `'empty'`),
  },
  tstzrange: {
    options: { type: 'tstzrange' },
    family: 'other',
    distinct: true,
    defaults: sql('tstzrange(now(), null)'),
  },
  'int[]': {
    options: { type: 'int', array: true },
    family: 'array',
    distinct: true,
    defaults: [...value([], [1, 2], '{}'), ...sql(`'{}'`, `ARRAY[1, 2]`)],
    widens: ['bigint[]', 'text[]'],
  },
  'bigint[]': {
    options: { type: 'bigint', array: true },
    family: 'array',
    distinct: true,
    defaults: value([], [5]),
    widens: ['text[]'],
  },
  'text[]': {
    options: { type: 'text', array: true },
    family: 'array',
    distinct: true,
    defaults: [
      ...value([], ['two words', 'x'], ['it"s', "it's", 'a,b', 'NULL', '', '{'], '{}'),
      ...sql('ARRAY[]::text[]', `'{a}'`),
    ],
  },
  'varchar(10)[]': {
    options: { type: 'varchar', length: '10', array: true },
    family: 'array',
    distinct: true,
    defaults: value([], ['a b']),
    widens: ['text[]'],
  },
  'timestamptz(3)[]': {
    options: { type: 'timestamptz', precision: 3, array: true },
    family: 'array',
    distinct: true,
    defaults: value([]),
  },
  'uuid[]': { options: { type: 'uuid', array: true }, family: 'array', distinct: true, defaults: value([]) },
  'simple-array': {
    options: { type: 'simple-array' },
    family: 'text',
    distinct: true,
    defaults: value('a,b'),
    widens: ['text', 'varchar'],
  },
  'simple-json': {
    options: { type: 'simple-json' },
    family: 'text',
    distinct: true,
    defaults: value('{"a":1}'),
    widens: ['text'],
  },
  citext: { options: { type: 'citext' }, family: 'text', distinct: true, defaults: value('Hello'), widens: ['text'] },
}

/** The most usual of them, which should come most often. */
export const usualTypes = [
  'int',
  'varchar',
  'varchar(50)',
  'text',
  'boolean',
  'timestamptz',
  'timestamp',
  'jsonb',
  'numeric(10,2)',
  'uuid',
  'bigint',
]

/** Conditions that hold for every sample and default of a family, given the column's quoted name. */
export const conditions: Readonly<Record<Family, readonly ((column: string) => string)[]>> = {
  number: [
    (column) => `${column} > -1000`,
    (column) => `${column} NOT IN (666, 667)`,
    (column) => `${column} BETWEEN -1000 AND 10000000000000000`,
    (column) => `(${column} <> 13) OR ${column} IS NULL`,
    (column) => `abs(${column}) >= 0 AND ${column} <> 99`,
  ],
  text: [
    (column) => `${column} <> 'nope'`,
    (column) => `length(${column}) < 500`,
    (column) => `${column} NOT IN ('never', 'it''s not')`,
    (column) => `${column} NOT LIKE 'nope%'`,
    (column) => `lower(${column}) IS NOT NULL OR ${column} IS NULL`,
    (column) => `${column} <> 'CURRENT_TIMESTAMP; -- no' AND (${column} || '') <> 'nope'`,
  ],
  boolean: [
    (column) => `${column} OR NOT ${column}`,
    (column) => `${column} IN (true, false)`,
    (column) => `${column} IS NOT UNKNOWN OR true`,
  ],
  moment: [(column) => `${column} > '1900-01-01'`, (column) => `${column} <> '1999-12-31'`],
  json: [(column) => `json_typeof(${column}) <> 'nope'`],
  jsonb: [(column) => `jsonb_typeof(${column}) <> 'nope'`, (column) => `NOT ${column} @> '{"nope": true}'`],
  uuid: [(column) => `${column} <> '00000000-0000-0000-0000-000000000000'`],
  array: [
    (column) => `cardinality(${column}) < 100`,
    (column) => `array_ndims(${column}) IS NULL OR array_ndims(${column}) = 1`,
  ],
  other: [(column) => `${column} IS NOT NULL OR true`],
}

/** Computed is what a column can be computed from another: the options of its type, and the expression. */
export interface Computed {
  readonly options: TypeSample['options']
  readonly expression: (column: string) => string
}

/** What can be computed from a column of a family. */
export const computations: Readonly<Partial<Record<Family, readonly Computed[]>>> = {
  number: [
    { options: { type: 'numeric' }, expression: (column) => `${column} * 2` },
    { options: { type: 'numeric' }, expression: (column) => `${column}*3` },
    {
      options: { type: 'numeric' },
      expression: (column) => `CASE WHEN ${column} IS NULL THEN 0 ELSE ${column} + 1 END`,
    },
  ],
  text: [
    { options: { type: 'text' }, expression: (column) => `${column} || '!'` },
    { options: { type: 'int' }, expression: (column) => `length(${column})` },
    { options: { type: 'tsvector' }, expression: (column) => `to_tsvector('english', ${column})` },
    { options: { type: 'text' }, expression: (column) => `coalesce(upper(${column}), 'it''s')` },
  ],
  boolean: [{ options: { type: 'int' }, expression: (column) => `CASE WHEN ${column} THEN 1 ELSE 0 END` }],
  jsonb: [{ options: { type: 'text' }, expression: (column) => `coalesce(${column} ->> 'a', 'none')` }],
}
