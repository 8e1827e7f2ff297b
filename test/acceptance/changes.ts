// What changes between two sets of entities, and what must become of it: rows L, M and S of the list of cases.
import * as typeorm from 'typeorm'
import type { RevisionOptions } from '../../src'
import { entity, view } from '../support/entities/make'
import { lane } from '../support/lane'
import type { Entities } from '../support/story'

const { Check, Column, Exclusion, Index, JoinTable, ManyToMany, ManyToOne, PrimaryColumn } = typeorm
const { PrimaryGeneratedColumn, Unique, ViewColumn } = typeorm

/** Change is one row: entities before and after, and what becomes of the rows in between. */
export interface Change {
  /** The row's number, and the case in words. */
  readonly row: string
  readonly options?: object
  readonly before: Entities
  /** SQL between the two: rows, or objects somebody made by hand. */
  readonly rows?: string
  readonly after: Entities
  /** Answers, where the change is not clear without. */
  readonly choices?: RevisionOptions
  readonly operations: readonly string[]
  /** What a person changes in the file: a text, and what takes its place. */
  readonly edit?: readonly [from: string, to: string]
  readonly destructive?: readonly string[]
  /** Queries and what they answer after the upgrade. */
  readonly upgraded?: Readonly<Record<string, readonly object[]>>
  /** And after the way back. */
  readonly downgraded?: Readonly<Record<string, readonly object[]>>
}

const id = () => PrimaryGeneratedColumn()
const thing = (columns: Parameters<typeof entity>[1], ...rest: Parameters<typeof entity>[2][]) =>
  entity('thing', { id: id(), ...columns }, ...rest)

/** One column of `thing` that changes its type, with a row that holds a value. */
function retyped(
  words: string,
  from: PropertyDecorator,
  to: PropertyDecorator,
  operations: readonly string[],
  [value, after, back = after]: readonly [value: string, after: unknown, back?: unknown],
): Change {
  return {
    row: words,
    before: [thing({ value: from })],
    after: [thing({ value: to })],
    rows: `INSERT INTO thing (value) VALUES (${value})`,
    operations,
    upgraded: { 'SELECT value FROM thing': [{ value: after }] },
    downgraded: { 'SELECT value FROM thing': [{ value: back }] },
  }
}

const widened: readonly Change[] = [
  retyped(
    'L1 varchar(50) to varchar(100) widens in place',
    Column('varchar', { length: 50 }),
    Column('varchar', { length: 100 }),
    ['~ column thing.value varchar(50) → varchar(100)'],
    [`'kept'`, 'kept'],
  ),
  retyped(
    'L1 varchar(100) to varchar(50) narrows in place while everything fits',
    Column('varchar', { length: 100 }),
    Column('varchar', { length: 50 }),
    ['~ column thing.value varchar(100) → varchar(50)'],
    [`'kept'`, 'kept'],
  ),
  retyped(
    'L2 int to bigint in place',
    Column('int'),
    Column('bigint'),
    ['~ column thing.value integer → bigint'],
    ['7', '7', 7],
  ),
  retyped(
    'L2 timestamp to timestamptz in place',
    Column('timestamp', { nullable: true }),
    Column('timestamptz', { nullable: true }),
    ['~ column thing.value timestamp → timestamptz'],
    ['NULL', null],
  ),
  retyped(
    'L2 json to jsonb in place',
    Column('json'),
    Column('jsonb'),
    ['~ column thing.value json → jsonb'],
    [`'{"a": 1}'`, { a: 1 }],
  ),
  retyped(
    'L2 varchar to text in place',
    Column('varchar'),
    Column('text'),
    ['~ column thing.value varchar → text'],
    [`'kept'`, 'kept'],
  ),
  retyped(
    'L2 text to text[] in place, where every value reads as one',
    Column('text'),
    Column('text', { array: true }),
    ['~ column thing.value text → text[]'],
    [`'{kept,"as it is"}'`, ['kept', 'as it is'], '{kept,"as it is"}'],
  ),
  retyped(
    'L2 an enum to a list of it in place',
    Column('enum', { enum: ['a', 'b'], default: 'a' }),
    Column('enum', { enum: ['a', 'b'], default: ['a'], array: true }),
    ['~ column thing.value thing_value_enum → thing_value_enum[], default ["a"]'],
    [`'b'`, '{b}', 'b'],
  ),
  retyped(
    'L2 int to int[] in place',
    Column('int'),
    Column('int', { array: true }),
    ['~ column thing.value integer → integer[]'],
    ['7', [7], 7],
  ),
  retyped(
    'L2 enum to varchar in place, and the type goes',
    Column('enum', { enum: ['a', 'b'] }),
    Column('varchar'),
    ['~ column thing.value thing_value_enum → varchar', '- enum thing_value_enum (a, b)'],
    [`'b'`, 'b'],
  ),
  retyped(
    'L2 varchar to int in place, where every value is a number',
    Column('varchar'),
    Column('int'),
    ['~ column thing.value varchar → integer'],
    [`'42'`, 42, '42'],
  ),
]

const author = () => entity('author', { id: id() })
const book = (options: typeorm.RelationOptions) => {
  const one = author()
  return [one, entity('book', { id: id(), author: ManyToOne(() => one, options) })]
}
const tagged = (options: typeorm.RelationOptions) => {
  const tag = entity('tag', { id: id() })
  return [tag, thing({ tags: [ManyToMany(() => tag, options), JoinTable()] })]
}

const kept: readonly Change[] = [
  retyped(
    'L17, M17 another collation in place',
    Column({ type: 'varchar', collation: 'C' }),
    Column({ type: 'varchar', collation: 'POSIX' }),
    ['~ column thing.value collation POSIX'],
    [`'kept'`, 'kept'],
  ),
  {
    row: 'L11 the action of a foreign key changes, the rows stay',
    before: book({}),
    after: book({ onDelete: 'CASCADE' }),
    rows: 'INSERT INTO author DEFAULT VALUES; INSERT INTO book ("authorId") VALUES (1)',
    operations: [
      '- foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
      '+ foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id) on delete cascade',
    ],
    upgraded: { 'SELECT "authorId" FROM book': [{ authorId: 1 }] },
    downgraded: { 'SELECT "authorId" FROM book': [{ authorId: 1 }] },
  },
  {
    row: 'L11 the actions of a many-to-many relation change, the rows stay',
    before: tagged({}),
    after: tagged({ onDelete: 'RESTRICT' }),
    rows: 'INSERT INTO thing DEFAULT VALUES; INSERT INTO tag DEFAULT VALUES; INSERT INTO thing_tags_tag VALUES (1, 1)',
    operations: [
      '- foreign key thing_tags_tag FK_4a708a4a1de70c11b9bfaae7c90 (thingId) → thing (id) on delete cascade on update cascade',
      '+ foreign key thing_tags_tag FK_4a708a4a1de70c11b9bfaae7c90 (thingId) → thing (id) on delete restrict on update cascade',
    ],
    upgraded: { 'SELECT * FROM thing_tags_tag': [{ thingId: 1, tagId: 1 }] },
    downgraded: { 'SELECT * FROM thing_tags_tag': [{ thingId: 1, tagId: 1 }] },
  },
  {
    row: 'L11 a key of texts and what refers to it become citext, the rows stay',
    before: coded('varchar'),
    after: coded('citext'),
    rows: `INSERT INTO author (code) VALUES ('a'); INSERT INTO book (author) VALUES ('a')`,
    operations: [
      '- foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (code)',
      '+ extension citext',
      '~ column author.code varchar → citext',
      '~ column book.author varchar → citext',
      '+ foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (code)',
    ],
    upgraded: { 'SELECT author FROM book': [{ author: 'a' }] },
    downgraded: { 'SELECT author FROM book': [{ author: 'a' }] },
  },
  {
    row: 'L20 NOT NULL on a column that has values nearly everywhere',
    before: [thing({ value: Column('varchar', { nullable: true }) })],
    after: [thing({ value: Column('varchar') })],
    rows: `INSERT INTO thing (value) VALUES ('kept'), (NULL)`,
    operations: ['~ column thing.value not null'],
    edit: [`op.fillIn('thing.value')`, `"'filled'"`],
    upgraded: { 'SELECT value FROM thing ORDER BY id': [{ value: 'kept' }, { value: 'filled' }] },
    downgraded: { 'SELECT value FROM thing ORDER BY id': [{ value: 'kept' }, { value: 'filled' }] },
  },
  {
    row: 'L20 a required column without a default',
    before: [thing({ value: Column('varchar') })],
    after: [thing({ value: Column('varchar'), loud: Column('varchar') })],
    rows: `INSERT INTO thing (value) VALUES ('kept')`,
    operations: ['+ column thing.loud varchar'],
    edit: [`op.fillIn('thing.loud')`, `"upper(value)"`],
    upgraded: { 'SELECT value, loud FROM thing': [{ value: 'kept', loud: 'KEPT' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'kept' }] },
  },
]

const renamed: readonly Change[] = [
  {
    row: 'L3 a renamed column beside a new one',
    before: [thing({ name: Column('varchar') }, Index(['name']))],
    after: [thing({ fullName: Column('varchar'), age: Column('int', { nullable: true }) }, Index(['fullName']))],
    rows: `INSERT INTO thing (name) VALUES ('kept')`,
    choices: { rename: ['thing.name:fullName'] },
    operations: [
      '~ column thing.name → fullName',
      '~ index thing IDX_56e0cf1427d202dcce71d2fdd1 → IDX_efe277410bd33390448e2ca437',
      '+ column thing.age integer null',
    ],
    upgraded: { 'SELECT "fullName" FROM thing': [{ fullName: 'kept' }] },
    downgraded: { 'SELECT name FROM thing': [{ name: 'kept' }] },
  },
  {
    row: 'L3 two renamed columns',
    before: [thing({ first: Column('varchar'), last: Column('varchar') })],
    after: [thing({ firstName: Column('varchar'), lastName: Column('varchar') })],
    rows: `INSERT INTO thing (first, last) VALUES ('a', 'b')`,
    choices: { rename: ['thing.first:firstName', 'thing.last:lastName'] },
    operations: ['~ column thing.first → firstName', '~ column thing.last → lastName'],
    upgraded: { 'SELECT "firstName", "lastName" FROM thing': [{ firstName: 'a', lastName: 'b' }] },
    downgraded: { 'SELECT first, last FROM thing': [{ first: 'a', last: 'b' }] },
  },
  {
    row: 'L4 a dropped column and a new one that have nothing to do with each other',
    before: [thing({ legacyToken: Column('varchar', { nullable: true }) })],
    after: [thing({ email: Column('varchar', { nullable: true }) })],
    rows: `INSERT INTO thing ("legacyToken") VALUES ('secret')`,
    choices: { drop: ['thing.legacyToken'] },
    operations: ['+ column thing.email varchar null', '- column thing.legacyToken varchar null'],
    destructive: ['- column thing.legacyToken varchar null'],
    upgraded: { 'SELECT email FROM thing': [{ email: null }] },
  },
  {
    row: 'L4 a dropped column and a new one of another type',
    before: [thing({ legacyToken: Column('varchar', { nullable: true }) })],
    after: [thing({ age: Column('int', { nullable: true }) })],
    rows: `INSERT INTO thing ("legacyToken") VALUES ('secret')`,
    operations: ['+ column thing.age integer null', '- column thing.legacyToken varchar null'],
    destructive: ['- column thing.legacyToken varchar null'],
    upgraded: { 'SELECT age FROM thing': [{ age: null }] },
  },
  {
    row: 'L19 a renamed enum value keeps its rows',
    before: [thing({ value: Column('enum', { enum: ['guest', 'admin'], default: 'guest' }) })],
    after: [thing({ value: Column('enum', { enum: ['visitor', 'admin'], default: 'visitor' }) })],
    rows: `INSERT INTO thing DEFAULT VALUES`,
    choices: { rename: ['thing_value_enum.guest:visitor'] },
    operations: [`~ enum value thing_value_enum 'guest' → 'visitor'`],
    upgraded: { 'SELECT value FROM thing': [{ value: 'visitor' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'guest' }] },
  },
  {
    row: 'L19 a renamed enum value of which a check and a predicate speak in a list',
    before: listing('a'),
    after: listing('z'),
    rows: `INSERT INTO thing (value, values) VALUES ('a', '{b}')`,
    choices: { rename: ['kind.a:z'] },
    operations: [`~ enum value kind 'a' → 'z'`],
    upgraded: { 'SELECT value FROM thing': [{ value: 'z' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'a' }] },
  },
  {
    row: 'L19 a removed enum value that no row holds',
    before: [thing({ value: Column('enum', { enum: ['a', 'b', 'c'] }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b'] }) })],
    rows: `INSERT INTO thing (value) VALUES ('b')`,
    operations: ['~ enum thing_value_enum (a, b, c) → (a, b)'],
    destructive: ['~ enum thing_value_enum (a, b, c) → (a, b)'],
    upgraded: { 'SELECT value FROM thing': [{ value: 'b' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'b' }] },
  },
  {
    row: 'L19 a removed enum value whose rows get another',
    before: [thing({ value: Column('enum', { enum: ['a', 'b', 'c'], default: 'a' }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b'], default: 'a' }) })],
    rows: `INSERT INTO thing (value) VALUES ('c'), ('b')`,
    operations: ['~ enum thing_value_enum (a, b, c) → (a, b)'],
    destructive: ['~ enum thing_value_enum (a, b, c) → (a, b)'],
    edit: [`['a', 'b'])`, `['a', 'b'], { map: { c: 'a' } })`],
    upgraded: { 'SELECT value FROM thing ORDER BY id': [{ value: 'a' }, { value: 'b' }] },
    downgraded: { 'SELECT value FROM thing ORDER BY id': [{ value: 'a' }, { value: 'b' }] },
  },
  {
    row: 'M14 a renamed table keeps its rows',
    before: [thing({ name: Column('varchar', { unique: true }), kind: Column('enum', { enum: ['a'] }) })],
    after: [
      entity('item', {
        id: id(),
        name: Column('varchar', { unique: true }),
        kind: Column('enum', { enum: ['a'] }),
      }),
    ],
    rows: `INSERT INTO thing (name, kind) VALUES ('kept', 'a')`,
    choices: { rename: ['thing:item'] },
    operations: [
      '~ table thing → item',
      '~ enum thing_kind_enum → item_kind_enum',
      '~ constraint item PK_e7757c5911e20acd09faa22d1ac → PK_d3c0c71f23e7adcf952a1d13423',
      '~ constraint item UQ_56e0cf1427d202dcce71d2fdd10 → UQ_c6ae12601fed4e2ee5019544ddf',
    ],
    upgraded: { 'SELECT name, kind FROM item': [{ name: 'kept', kind: 'a' }] },
    downgraded: { 'SELECT name, kind FROM thing': [{ name: 'kept', kind: 'a' }] },
  },
  {
    row: 'S6 a column of an enum type is renamed, in a table with a name in capitals',
    before: [entity('Thing', { id: id(), State: Column('enum', { enum: ['a'] }) }, { name: 'Thing' })],
    after: [entity('Thing', { id: id(), newState: Column('enum', { enum: ['a'] }) }, { name: 'Thing' })],
    rows: `INSERT INTO "Thing" ("State") VALUES ('a')`,
    choices: { rename: ['Thing.State:newState'] },
    operations: ['~ column Thing.State → newState', '~ enum Thing_state_enum → Thing_newstate_enum'],
    upgraded: { 'INSERT INTO "Thing" ("newState") VALUES (\'a\') RETURNING id': [{ id: 2 }] },
    downgraded: { 'SELECT count(*)::int AS rows FROM "Thing"': [{ rows: 2 }] },
  },
]

function listing(value: string): Entities {
  const options = { enum: [value, 'b'], enumName: 'kind' }
  return [
    thing(
      { value: Column('enum', options), values: Column('enum', { ...options, array: true }) },
      Index('ix', ['value'], { where: `value = ANY ('{${value},b}')` }),
      Check('ck', `values <> '{${value}}'`),
    ),
  ]
}

const column = (options: typeorm.ColumnOptions) => [thing({ value: Column('varchar', options) })]
const room = (where: string) => [
  thing(
    { room: Column('int'), during: Column('tsrange') },
    Exclusion('xcl', `USING gist ("during" WITH &&) WHERE (${where})`),
  ),
]

const missed: readonly Change[] = [
  {
    row: 'M1 another expression in a named check',
    before: [thing({ size: Column('int') }, Check('ck', '"size" > 0'))],
    after: [thing({ size: Column('int') }, Check('ck', '"size" > 1'))],
    operations: ['- check thing ck size > 0', '+ check thing ck "size" > 1'],
  },
  {
    row: 'M2 another predicate of a named partial index',
    before: [thing({ size: Column('int') }, Index('ix', ['size'], { where: '"size" > 0' }))],
    after: [thing({ size: Column('int') }, Index('ix', ['size'], { where: '"size" > 1' }))],
    operations: ['- index thing ix (size) where size > 0', '+ index thing ix (size) where "size" > 1'],
  },
  {
    row: 'M2 a named partial index loses its predicate',
    before: [thing({ size: Column('int') }, Index('ix', ['size'], { where: '"size" > 0' }))],
    after: [thing({ size: Column('int') }, Index('ix', ['size']))],
    operations: ['- index thing ix (size) where size > 0', '+ index thing ix (size)'],
  },
  {
    row: 'M3 the columns of an index in another order',
    before: [thing({ a: Column('int'), b: Column('int') }, Index('ix', ['a', 'b']))],
    after: [thing({ a: Column('int'), b: Column('int') }, Index('ix', ['b', 'a']))],
    operations: ['- index thing ix (a, b)', '+ index thing ix (b, a)'],
  },
  {
    row: 'M3 the columns of a unique constraint in another order',
    before: [thing({ a: Column('int'), b: Column('int') }, Unique('uq', ['a', 'b']))],
    after: [thing({ a: Column('int'), b: Column('int') }, Unique('uq', ['b', 'a']))],
    operations: ['- unique thing uq (a, b)', '+ unique thing uq (b, a)'],
  },
  {
    row: 'M3 the columns of a primary key in another order',
    before: [entity('thing', { a: PrimaryColumn('int'), b: PrimaryColumn('int') })],
    after: [entity('thing', { b: PrimaryColumn('int'), a: PrimaryColumn('int') })],
    operations: [
      '- primary key thing PK_a55b37e1b3b33904a0ce974eaa2 (a, b)',
      '+ primary key thing PK_a55b37e1b3b33904a0ce974eaa2 (b, a)',
    ],
  },
  {
    row: 'M4 an enum value in the middle',
    before: [thing({ value: Column('enum', { enum: ['a', 'c'] }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b', 'c'] }) })],
    rows: `INSERT INTO thing (value) VALUES ('c')`,
    operations: [`+ enum value thing_value_enum 'b' after 'a'`],
    upgraded: { 'SELECT value FROM thing': [{ value: 'c' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'c' }] },
  },
  {
    row: 'M4 enum values in another order',
    before: [thing({ value: Column('enum', { enum: ['a', 'b'], default: 'a' }) })],
    after: [thing({ value: Column('enum', { enum: ['b', 'a'], default: 'a' }) })],
    rows: `INSERT INTO thing (value) VALUES ('b')`,
    operations: ['~ enum thing_value_enum (a, b) → (b, a)'],
    upgraded: { 'SELECT value FROM thing': [{ value: 'b' }] },
    downgraded: { 'SELECT value FROM thing': [{ value: 'b' }] },
  },
  {
    row: 'M5 a foreign key becomes deferrable',
    before: book({}),
    after: book({ deferrable: 'INITIALLY DEFERRED' }),
    operations: [
      '- foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
      '+ foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
    ],
  },
  {
    row: 'M5 a unique constraint becomes deferrable',
    before: [thing({ a: Column('int') }, Unique('uq', ['a']))],
    after: [thing({ a: Column('int') }, Unique('uq', ['a'], { deferrable: 'INITIALLY DEFERRED' }))],
    operations: ['- unique thing uq (a)', '+ unique thing uq (a)'],
  },
  ...(lane.major === '1' ? [deferredExclusion()] : []),
  {
    row: 'M5 an exclusion that needs an extension, whatever its operator',
    before: [thing({})],
    after: [
      thing(
        { room: Column('int', { nullable: true }), during: Column('tsrange', { nullable: true }) },
        Exclusion('xcl', 'USING gist ("room" WITH <>, "during" WITH &&)'),
      ),
    ],
    operations: [
      '+ extension btree_gist',
      '+ column thing.room integer null',
      '+ column thing.during tsrange null',
      '+ exclusion thing xcl USING gist ("room" WITH <>, "during" WITH &&)',
    ],
  },
  {
    row: 'M6 a foreign key to another column of the same table',
    before: referencing('id'),
    after: referencing('code'),
    operations: [
      '- foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (id)',
      '+ foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (code)',
    ],
  },
  {
    row: 'M7 the columns of a named unique constraint',
    before: [thing({ a: Column('int'), b: Column('int') }, Unique('uq', ['a']))],
    after: [thing({ a: Column('int'), b: Column('int') }, Unique('uq', ['a', 'b']))],
    operations: ['- unique thing uq (a)', '+ unique thing uq (a, b)'],
  },
  {
    row: 'M8 a unique constraint of one column with a name of its own',
    before: [thing({ a: Column('int') })],
    after: [thing({ a: Column('int') }, Unique('my own name', ['a']))],
    operations: ['+ unique thing my own name (a)'],
  },
  {
    row: 'M9 another name of the primary key',
    before: [entity('thing', { id: PrimaryColumn('int') })],
    after: [entity('thing', { id: PrimaryColumn('int', { primaryKeyConstraintName: 'pk_thing' }) })],
    choices: { names: true },
    operations: ['~ constraint thing PK_e7757c5911e20acd09faa22d1ac → pk_thing'],
  },
  {
    row: 'M10 identity ALWAYS to BY DEFAULT',
    before: [entity('thing', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) })],
    after: [entity('thing', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT' }) })],
    operations: ['~ column thing.id identity by default'],
  },
  {
    row: 'M10 a serial column to an identity goes on counting',
    before: [entity('thing', { id: PrimaryGeneratedColumn() })],
    after: [entity('thing', { id: PrimaryGeneratedColumn('identity', { generatedIdentity: 'BY DEFAULT' }) })],
    rows: 'INSERT INTO thing DEFAULT VALUES',
    operations: ['~ column thing.id identity by default'],
    upgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING id': [{ id: 2 }] },
    downgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING id': [{ id: 3 }] },
  },
  {
    row: 'M11 a named exclusion constraint',
    before: room('"room" > 1'),
    after: room('"room" > 2'),
    operations: [
      '- exclusion thing xcl USING gist (during WITH &&) WHERE ((room > 1))',
      '+ exclusion thing xcl USING gist ("during" WITH &&) WHERE ("room" > 2)',
    ],
  },
  {
    row: 'M12 an entity is gone',
    before: [thing({}), entity('other', { id: id() })],
    after: [thing({})],
    operations: ['- table other (1 column)'],
    destructive: ['- table other (1 column)'],
  },
  {
    row: 'M13 a view entity is gone',
    before: [thing({}), view('seen', { id: ViewColumn() }, { expression: 'SELECT id FROM thing' })],
    after: [thing({})],
    operations: ['- view seen'],
  },
  {
    row: 'M15 an entity in a schema that is not there',
    before: [thing({})],
    after: [thing({}), entity('other', { id: id() }, { schema: 'elsewhere' })],
    operations: ['+ schema elsewhere', '+ table elsewhere.other (1 column)'],
  },
  {
    row: 'M18 the comment of a table',
    before: [thing({})],
    after: [thing({}, { comment: `it's new` })],
    operations: [`~ table thing comment 'it's new'`],
  },
]

// TypeORM 0.3 knows no exclusion that is deferrable.
function deferredExclusion(): Change {
  const text = 'USING gist ("during" WITH &&)'
  const during = { during: Column('tsrange') }
  return {
    row: 'M5 an exclusion becomes deferrable',
    before: [thing(during, Exclusion('xcl', text))],
    after: [thing(during, Exclusion('xcl', text, { deferrable: 'INITIALLY DEFERRED' } as never))],
    operations: [
      '- exclusion thing xcl USING gist (during WITH &&)',
      '+ exclusion thing xcl USING gist ("during" WITH &&)',
    ],
  }
}

function coded(type: 'varchar' | 'citext'): Entities {
  const one = entity('author', { id: id(), code: Column({ type, unique: true }) })
  const relation = [ManyToOne(() => one as never), typeorm.JoinColumn({ name: 'author', referencedColumnName: 'code' })]
  return [one, entity('book', { id: id(), author: relation })]
}

function referencing(column: string): Entities {
  const one = entity('author', { id: id(), code: Column('int', { unique: true }) })
  const relation = [ManyToOne(() => one as never), typeorm.JoinColumn({ name: 'author', referencedColumnName: column })]
  return [one, entity('book', { id: id(), author: relation })]
}

const dangerous: readonly Change[] = [
  {
    row: 'S1 an apostrophe in a default',
    before: column({ default: 'plain' }),
    after: column({ default: `it's` }),
    operations: [`~ column thing.value default "it's"`],
    upgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING value': [{ value: `it's` }] },
  },
  {
    row: 'S1 apostrophes in enum values and their defaults',
    before: [thing({})],
    after: [
      thing({
        value: Column('enum', { enum: [`it's`, `won't`], default: `it's` }),
        values: Column('enum', { enum: [`it's`, `won't`], array: true, default: [`won't`] }),
      }),
    ],
    operations: [
      `+ enum thing_value_enum (it's, won't)`,
      `+ enum thing_values_enum (it's, won't)`,
      `+ column thing.value thing_value_enum default "it's"`,
      `+ column thing.values thing_values_enum[] default ["won't"]`,
    ],
    upgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING value': [{ value: `it's` }] },
  },
  {
    row: 'S2 a collation is taken away',
    before: column({ collation: 'C' }),
    after: column({}),
    operations: ['~ column thing.value collation dropped'],
  },
  {
    row: 'S3 an enum value that is new and a default at once',
    before: [thing({ value: Column('enum', { enum: ['a'], default: 'a' }) })],
    after: [thing({ value: Column('enum', { enum: ['a', 'b'], default: 'b' }) })],
    rows: `INSERT INTO thing (value) VALUES ('a')`,
    operations: [`+ enum value thing_value_enum 'b'`, '~ column thing.value default "b"'],
    upgraded: {
      'INSERT INTO thing DEFAULT VALUES RETURNING value': [{ value: 'b' }],
      'DELETE FROM thing WHERE id = 2': [],
    },
  },
  {
    row: 'S4 an enum type of two tables is changed once',
    before: sharing(['a']),
    after: sharing(['a', 'b']),
    operations: [`+ enum value shared 'b'`],
  },
  {
    row: 'S4 an enum type of two tables goes with the last of them',
    before: sharing(['a']),
    after: [thing({})],
    operations: ['- table other (2 columns)', '- column thing.value shared', '- enum shared (a)'],
    destructive: ['- table other (2 columns)', '- column thing.value shared'],
  },
  {
    row: 'S5 a column that a view looks at',
    before: [
      thing({ size: Column('int') }),
      view('seen', { size: ViewColumn() }, { expression: 'SELECT size FROM thing' }),
    ],
    after: [
      thing({ size: Column('bigint') }),
      view('seen', { size: ViewColumn() }, { expression: 'SELECT size FROM thing' }),
    ],
    rows: 'INSERT INTO thing (size) VALUES (7)',
    operations: ['- view seen', '~ column thing.size integer → bigint', '+ view seen'],
    upgraded: { 'SELECT size FROM seen': [{ size: '7' }] },
    downgraded: { 'SELECT size FROM seen': [{ size: 7 }] },
  },
  {
    row: 'S9 the way back from tables in two schemas that refer to each other',
    before: [thing({})],
    after: crossed(),
    operations: [
      '+ schema sales',
      '+ schema stock',
      '+ enum sales.order_state_enum (open, paid)',
      '+ table stock.item (2 columns)',
      '+ table sales.order (3 columns)',
      '+ foreign key sales.order FK_17bc913318f66c5407847c1bfdd (itemId) → stock.item (id)',
      '+ foreign key stock.item FK_950e218c17c81d5a9ffa1b96080 (orderId) → sales.order (id)',
    ],
  },
  {
    row: 'S10 texts that mean something in JavaScript',
    before: [thing({})],
    after: [
      thing(
        {
          text: Column('varchar', { default: '`${process.exit(1)}` \\n \\ "\n', comment: '${a} `b` \\' }),
          json: Column('jsonb', { default: { '`${x}`': "it's \\ $1 ?" } }),
        },
        Check('ck', `"text" <> '\`\${0}\\'`),
      ),
    ],
    operations: [
      '+ column thing.text varchar default "`${process.exit(1)}` \\\\n \\\\ \\"\\n"',
      '+ column thing.json jsonb default {"`${x}`":"it\'s \\\\ $1 ?"}',
      `+ check thing ck "text" <> '\`\${0}\\'`,
    ],
    upgraded: {
      'INSERT INTO thing DEFAULT VALUES RETURNING text, json': [
        { text: '`${process.exit(1)}` \\n \\ "\n', json: { '`${x}`': "it's \\ $1 ?" } },
      ],
    },
  },
]

function crossed(): Entities {
  const order: new () => object = entity(
    'order',
    { id: id(), state: Column('enum', { enum: ['open', 'paid'] }), item: ManyToOne(() => item) },
    { schema: 'sales' },
  )
  const item: new () => object = entity('item', { id: id(), order: ManyToOne(() => order) }, { schema: 'stock' })
  return [thing({}), order, item]
}

function sharing(values: readonly string[]): Entities {
  const column = () => Column('enum', { enum: [...values], enumName: 'shared' })
  return [thing({ value: column() }), entity('other', { id: id(), value: column() })]
}

export const changes: readonly Change[] = [...widened, ...kept, ...renamed, ...missed, ...dangerous]
