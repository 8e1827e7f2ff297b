// What is the same however it is spelled: rows F, and of the rows L those in which nothing has changed.
import * as typeorm from 'typeorm'
import { commonCases } from '../support/entities/common'
import { entity, view } from '../support/entities/make'
import { postgresCases } from '../support/entities/postgres'
import { lane } from '../support/lane'
import type { Entities } from '../support/story'

const { Check, Column, Index, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique, ViewColumn } =
  typeorm

/** Equal is one row: entities that the database has already. */
export interface Equal {
  readonly row: string
  readonly options?: object
  readonly entities: Entities
  /** SQL before TypeORM synchronizes. */
  readonly before?: string
  /** SQL after the entities are in the database: another spelling of the same. */
  readonly meanwhile?: string
  /** Differences of name alone that stay hidden until somebody asks. */
  readonly hidden?: readonly string[]
  /** False where TypeORM of this lane cannot create it itself. */
  readonly byTypeorm?: boolean
}

const thing = (columns: Parameters<typeof entity>[1], ...rest: ClassDecorator[]) =>
  entity('thing', { id: PrimaryGeneratedColumn(), ...columns }, ...rest)

/** A table with one column per default. */
function defaults(row: string, given: readonly typeorm.ColumnOptions[], others: Partial<Equal> = {}): Equal {
  const columns = given.map((options, index) => [`c${index}`, Column(options)] as const)
  return { row, entities: [thing(Object.fromEntries(columns))], ...others }
}

const by = (sql: string) => () => sql
const moment = { type: 'timestamptz' } as const
const jsonb = { type: 'jsonb' } as const

const spelled: readonly Equal[] = [
  defaults('F1 CURRENT_TIMESTAMP, now() and NOW(), with and without precision', [
    { ...moment, default: by('CURRENT_TIMESTAMP') },
    { ...moment, default: by('CURRENT_TIMESTAMP(3)'), precision: 3 },
    { ...moment, default: by('now()') },
    { ...moment, default: by('NOW()') },
    { type: 'timestamp', default: by('LOCALTIMESTAMP') },
  ]),
  defaults('F2 ARRAY[]::text[]', [{ type: 'text', array: true, default: by('ARRAY[]::text[]') }]),
  defaults('F3 a JSON default given as text', [
    { ...jsonb, default: JSON.stringify({ b: 1, a: [1, { c: null }] }) },
    { ...jsonb, default: '[]' },
    { type: 'json', default: '{"a":1}' },
    { type: 'json', default: '{ "b": 1, "a": 2 }' },
  ]),
  defaults('F4 a JSON default by function, with other keys first and other spaces', [
    { ...jsonb, default: by(`'{}'::jsonb`) },
    { ...jsonb, default: by(`'{"b": 1,   "a": 2}'`) },
    { type: 'json', default: by(`'{"b": 1,   "a": 2}'`) },
  ]),
  defaults('F5 a JSON default given as an object', [
    { ...jsonb, default: { b: { y: 1, x: [2, 1] }, a: null } },
    { ...jsonb, default: { sql: 'now()' } },
    { type: 'json', default: { b: 1, a: 2 } },
  ]),
  defaults('F6 boolean defaults given as texts and numbers', [
    { type: 'boolean', default: 'true' },
    { type: 'boolean', default: 'false' },
    { type: 'boolean', default: 1 },
    { type: 'boolean', default: by('TRUE') },
  ]),
  defaults('F7 numeric defaults', [
    { type: 'numeric', precision: 10, scale: 2, default: 1.5 },
    { type: 'numeric', precision: 10, scale: 2, default: '0.00' },
    { type: 'numeric', default: -3 },
    { type: 'bigint', default: '9007199254740993' },
    { type: 'float', default: 0.1 },
  ]),
  defaults('F7 numbers that JSON has no word for, as numbers and as texts', [
    { type: 'float', default: Infinity },
    { type: 'float', default: NaN },
    { type: 'numeric', default: NaN },
    { type: 'real', default: '-Infinity' },
  ]),
  defaults(
    'F7 such numbers in arrays',
    [
      { type: 'float', array: true, default: [1, Infinity, NaN] },
      { type: 'bigint', array: true, default: [9007199254740993n] },
    ],
    { byTypeorm: false },
  ),
  defaults('F8 dates as text on timestamps', [
    { ...moment, default: '2020-01-01' },
    { type: 'timestamp', default: '2020-01-01 10:00' },
    { type: 'date', default: '2020-01-01' },
  ]),
  defaults(
    'F8 texts that the server reads as the moment at which they are set',
    [
      { type: 'timestamp', default: 'now()' },
      { type: 'timestamptz', precision: 3, default: ' NOW ' },
      { type: 'timestamptz', default: by(`'now'`) },
      { type: 'date', default: 'today' },
      { type: 'timestamp', default: 'tomorrow 10:00' },
      { type: 'time', default: 'now' },
      { type: 'tstzrange', default: '[yesterday,)' },
    ],
    { meanwhile: `ALTER TABLE thing ALTER c3 SET DEFAULT '2020-01-01'` },
  ),
  defaults('F9 expressions as defaults', [
    { ...moment, default: by(`now() + interval '1 day'`) },
    { type: 'timestamp', default: by(`(now() at time zone 'utc')`) },
    { type: 'interval', default: by(`interval '1 day'`) },
    { type: 'varchar', default: by(`'a' || 'b'`) },
    { type: 'varchar', default: by('md5(random()::text)') },
    { type: 'tstzrange', default: by('tstzrange(now(), null)') },
  ]),
  defaults('F10 a text default that holds ::', [
    { type: 'varchar', default: 'a::b' },
    { type: 'varchar', default: 'Acme::Type' },
  ]),
  defaults(
    'F11 functions for uuids that are not generated',
    [
      { type: 'uuid', default: by('gen_random_uuid()') },
      { type: 'uuid', default: by('uuid_generate_v4()') },
    ],
    { before: 'CREATE EXTENSION "uuid-ossp"' },
  ),
  defaults(
    'F12 NULL by function, money, an enum default with a cast',
    [
      { type: 'varchar', nullable: true, default: by('NULL') },
      { type: 'money', default: 0 },
      { type: 'enum', enum: ['a', 'b'], enumName: 'letter', default: by(`'a'::letter`) },
    ],
    { byTypeorm: lane.major === '1' },
  ),
  defaults(
    'F13 array defaults',
    [
      { type: 'int', array: true, default: [] },
      { type: 'int', array: true, default: '{}' },
      { type: 'text', array: true, default: ['two words', 'x'] },
      { type: 'text', array: true, default: ['NULL', '', '"', '\\', ','] },
    ],
    { byTypeorm: false },
  ),
  defaults('F14 arrays of types with a length', [
    { type: 'varchar', length: 10, array: true },
    { type: 'numeric', precision: 5, scale: 2, array: true },
    { type: 'timestamptz', precision: 3, array: true },
  ]),
  defaults('F15 the collation "default"', [{ type: 'varchar', collation: 'default' }]),
]

const long = 'a_name_that_is_much_too_long_for_a_table_of_any_database_we_know_ä'

const placed: readonly Equal[] = [
  {
    row: 'F16 names beyond 63 bytes',
    entities: [
      entity(long, { id: PrimaryGeneratedColumn() }),
      entity('short', {
        id: PrimaryGeneratedColumn(),
        a_column_whose_name_leaves_no_room_for_what_is_derived_from_it: Column('enum', { enum: ['a'] }),
      }),
    ],
    byTypeorm: false,
  },
  {
    row: 'F17 a serial column whose sequence has another name',
    entities: [thing({ other: [Column('int'), typeorm.Generated('increment')] })],
    meanwhile: 'ALTER SEQUENCE thing_id_seq RENAME TO "Somebody\'s"; ALTER SEQUENCE thing_other_seq RENAME TO other',
  },
  {
    row: 'F17 a serial column whose default the entity spells',
    before: 'CREATE SEQUENCE thing_a_seq; CREATE SEQUENCE thing_b_seq; CREATE SEQUENCE "Other\'s"',
    entities: [
      thing({
        a: Column('int', { default: by(`nextval('thing_a_seq'::regclass)`) }),
        b: Column('bigint', { default: by(`NEXTVAL('public.thing_b_seq')`) }),
        c: Column('int', { default: by(`nextval('"Other''s"'::regclass)`) }),
      }),
    ],
    meanwhile: `ALTER SEQUENCE thing_a_seq OWNED BY thing.a; ALTER SEQUENCE thing_b_seq OWNED BY thing.b;
      ALTER SEQUENCE "Other's" OWNED BY thing.c`,
  },
  {
    row: 'F17 a serial column in another schema whose default the entity spells',
    options: { schema: 'tenant' },
    before: 'CREATE SCHEMA tenant; CREATE SEQUENCE tenant.thing_a_seq; CREATE SEQUENCE public.thing_a_seq',
    entities: [thing({ a: Column('int', { default: by(`nextval('tenant.thing_a_seq')`) }) })],
    meanwhile: 'ALTER SEQUENCE tenant.thing_a_seq OWNED BY tenant.thing.a',
  },
  {
    row: 'F18 the default schema, named by the entity',
    entities: inSchema('public'),
  },
  {
    row: 'F18 a schema by option, and the same schema named by the entity',
    options: { schema: 'tenant' },
    before: 'CREATE SCHEMA tenant',
    entities: inSchema('tenant'),
  },
  {
    row: 'F19 a foreign key under another name',
    entities: keyed({ foreignKeyConstraintName: 'my_key' }),
    meanwhile: 'ALTER TABLE book RENAME CONSTRAINT my_key TO other_key',
    hidden: ['~ constraint book other_key → my_key'],
  },
  {
    row: 'F20 a view made by hand',
    entities: [thing({}), view('seen', { id: ViewColumn() }, { expression: 'SELECT id FROM thing WHERE id > 1' })],
    meanwhile: 'CREATE OR REPLACE VIEW seen AS select "thing".id from public.thing where (id > 1)',
  },
  {
    row: 'F21 a generated column that TypeORM knows nothing of',
    entities: [thing({ name: Column('text'), loud: generated(`"name" || '!'`) })],
    meanwhile: 'DROP TABLE typeorm_metadata',
  },
  {
    row: 'F22 an enum whose given name is the one it would have had',
    entities: [thing({ value: Column('enum', { enum: ['a'], enumName: 'thing_value_enum' }) })],
  },
  {
    row: 'F23 the values of an enum in the order they were declared',
    entities: [thing({ value: Column('enum', { enum: ['z', 'a', 'm'] }) })],
  },
  defaults('F32 precision and scale of numbers and times', [
    { type: 'numeric' },
    { type: 'numeric', precision: 10 },
    { type: 'numeric', precision: 10, scale: 0 },
    { type: 'decimal', precision: 10, scale: 3 },
    { type: 'float' },
    { type: 'real' },
    { type: 'timestamptz', precision: 0 },
    { type: 'timestamptz', precision: 3 },
    { type: 'timestamptz', precision: 6 },
    { type: 'time', precision: 0 },
  ]),
  {
    row: 'L13 a generated column in other words',
    entities: [thing({ name: Column('text'), loud: generated(`((name)::text   ||   '!')`) })],
    meanwhile: `ALTER TABLE thing DROP COLUMN loud; ALTER TABLE thing ADD loud text GENERATED ALWAYS AS ("name" || '!') STORED NOT NULL`,
  },
  {
    row: 'L14 a copy of the database, whose rows for TypeORM name the old one',
    entities: [thing({ name: Column('text'), loud: generated(`"name" || '!'`) })],
    meanwhile: `UPDATE typeorm_metadata SET database = 'where it was'`,
  },
  {
    row: 'L12 names alone: of indexes, uniques, checks, keys, the primary key',
    entities: [...keyed({}, [Index(['title']), Unique(['title', 'id']), Check('ck', '"id" > 0')])],
    meanwhile: `DO $$ DECLARE one record; BEGIN
      FOR one IN SELECT conname, contype FROM pg_constraint WHERE conrelid = 'book'::regclass AND contype <> 'n' LOOP
        EXECUTE format('ALTER TABLE book RENAME CONSTRAINT %I TO %I', one.conname, 'old_' || one.contype::text);
      END LOOP;
      FOR one IN SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 'book'::regclass AND indexrelid::regclass::text ~ 'IDX' LOOP
        EXECUTE format('ALTER INDEX %s RENAME TO old_i', one.name);
      END LOOP; END $$`,
    hidden: [
      '~ constraint book old_p → PK_a3afef72ec8f80e6e5c310b28a4',
      '~ constraint book old_u → UQ_2ba8e5dfef70f7da2b8500c62aa',
      '~ constraint book old_c → ck',
      '~ index book old_i → IDX_c10a44a29ef231062f22b1b7ac',
      '~ constraint book old_f → FK_66a4f0f47943a0d99c16ecf90b2',
    ],
  },
]

function generated(asExpression: string): PropertyDecorator {
  return Column({ type: 'text', generatedType: 'STORED', asExpression })
}

function inSchema(schema: string): Entities {
  const one = entity('author', { id: PrimaryGeneratedColumn() }, { schema })
  return [
    one,
    entity('book', {
      id: PrimaryGeneratedColumn(),
      value: Column('enum', { enum: ['a'] }),
      author: ManyToOne(() => one),
    }),
  ]
}

function keyed(options: typeorm.JoinColumnOptions, rest: readonly ClassDecorator[] = []): Entities {
  const one = entity('author', { id: PrimaryColumn('int') })
  const author = [ManyToOne(() => one), JoinColumn(options)]
  return [one, entity('book', { id: PrimaryColumn('int'), title: Column('text'), author }, ...rest)]
}

const once = [
  'single table inheritance',
  'embedded columns',
  'relations',
  'trees',
  'primary keys',
  'awkward names',
  'exclusions, partial indexes, deferred constraints',
  'comments and collations',
]

/** What TypeORM found changed, once. */
const corpus: readonly Equal[] = once.map((name) => {
  const { entities } = [...commonCases, ...postgresCases].find((one) => one.name === name)!
  return { row: `F34 ${name}`, entities }
})

export const equals: readonly Equal[] = [...spelled, ...placed, ...corpus]
