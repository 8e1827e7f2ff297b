// What changes between two sets of entities on SQLite, what becomes of the rows in between, and what is the same or refused.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import type { Entities } from '../support/story'
import type { Change } from './changes'
import type { Equal } from './equals'
import type { Refusal } from './refusals'

const { Check, Column, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, PrimaryColumn } = typeorm
const { PrimaryGeneratedColumn, Unique, ViewColumn } = typeorm

const id = () => PrimaryGeneratedColumn()
const thing = (columns: Parameters<typeof entity>[1], ...rest: Parameters<typeof entity>[2][]) =>
  entity('thing', { id: id(), ...columns }, ...rest)

/** One column of `thing` that changes its type, with a row that holds a value. */
function retyped(
  row: string,
  from: PropertyDecorator,
  to: PropertyDecorator,
  operation: string,
  [value, after, back]: readonly [value: string, after: unknown, back: unknown],
): Change {
  const read = `SELECT value, typeof(value) AS kind FROM thing`
  const kind = (one: unknown) => (typeof one === 'number' ? 'integer' : one === null ? 'null' : 'text')
  return {
    row,
    before: [thing({ value: from })],
    after: [thing({ value: to })],
    rows: `INSERT INTO thing (value) VALUES (${value})`,
    operations: [operation],
    upgraded: { [read]: [{ value: after, kind: kind(after) }] },
    downgraded: { [read]: [{ value: back, kind: kind(back) }] },
  }
}

const widened: readonly Change[] = [
  retyped(
    'L1 varchar(50) to varchar(100) and back',
    Column('varchar', { length: 50 }),
    Column('varchar', { length: 100 }),
    '~ column thing.value varchar(50) → varchar(100)',
    [`'kept'`, 'kept', 'kept'],
  ),
  retyped(
    'L1 varchar(100) to varchar(2), which SQLite does not hold anybody to',
    Column('varchar', { length: 100 }),
    Column('varchar', { length: 2 }),
    '~ column thing.value varchar(100) → varchar(2)',
    [`'kept'`, 'kept', 'kept'],
  ),
  retyped('L2 int to bigint', Column('int'), Column('bigint'), '~ column thing.value integer → bigint', ['7', 7, 7]),
  retyped('L2 varchar to text', Column('varchar'), Column('text'), '~ column thing.value varchar → text', [
    `'kept'`,
    'kept',
    'kept',
  ]),
  retyped(
    'L2 text to int, of a text that is a number',
    Column('text'),
    Column('int'),
    '~ column thing.value text → integer',
    [`'42'`, 42, '42'],
  ),
  retyped(
    'L2 text to int, of a text that is none',
    Column('text'),
    Column('int'),
    '~ column thing.value text → integer',
    [`'forty-two'`, 'forty-two', 'forty-two'],
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
const children = 'INSERT INTO author DEFAULT VALUES; INSERT INTO book ("authorId") VALUES (1), (1)'
const withChildren = {
  'SELECT id, "authorId" FROM book': [
    { id: 1, authorId: 1 },
    { id: 2, authorId: 1 },
  ],
}

/** An author with books that go when he goes; `columns` are added to him. */
const family = (columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]): Entities => {
  const one = entity('author', { id: id(), name: Column('varchar', { nullable: true }), ...columns }, ...rest)
  return [one, entity('book', { id: id(), author: ManyToOne(() => one, { onDelete: 'CASCADE', nullable: false }) })]
}

const kept: readonly Change[] = [
  {
    row: 'L5 the way back of a column added to a table with children, who cascade',
    before: family(),
    after: family({ age: Column('int', { nullable: true }) }),
    rows: children,
    operations: ['+ column author.age integer null'],
    upgraded: withChildren,
    downgraded: withChildren,
  },
  {
    row: 'L5 a rebuild of a table with children, who cascade, there and back',
    before: family(),
    after: family({}, Unique('uq', ['name'])),
    rows: children,
    operations: ['+ unique author uq (name)'],
    upgraded: withChildren,
    downgraded: withChildren,
  },
  {
    row: 'L6 N11 the same without a transaction',
    before: family(),
    after: family({}, Unique('uq', ['name'])),
    rows: children,
    operations: ['+ unique author uq (name)'],
    edit: ['exports.downRevision', 'exports.transaction = false\nexports.downRevision'],
    upgraded: withChildren,
    downgraded: withChildren,
  },
  {
    row: 'L7 a column is added to a table that others refer to',
    before: book({}),
    after: (() => {
      const one = entity('author', { id: id(), age: Column('int', { default: 7 }) })
      return [one, entity('book', { id: id(), author: ManyToOne(() => one) })]
    })(),
    rows: children,
    operations: ['+ column author.age integer default 7'],
    upgraded: { ...withChildren, 'SELECT age FROM author': [{ age: 7 }] },
    downgraded: withChildren,
  },
  {
    row: 'L8 a collation, and what is unique by it, when another column forces a rebuild',
    before: [thing({ name: Column({ type: 'varchar', collation: 'NOCASE', unique: true }), size: Column('int') })],
    after: [
      thing({
        name: Column({ type: 'varchar', collation: 'NOCASE', unique: true }),
        size: Column('int', { nullable: true }),
      }),
    ],
    rows: `INSERT INTO thing (name, size) VALUES ('Kept', 1)`,
    operations: ['~ column thing.size null'],
    upgraded: {
      [`INSERT OR IGNORE INTO thing (name) VALUES ('KEPT')`]: [],
      'SELECT count(*) AS rows FROM thing': [{ rows: 1 }],
    },
    downgraded: {
      [`INSERT OR IGNORE INTO thing (name, size) VALUES ('KEPT', 2)`]: [],
      'SELECT count(*) AS rows FROM thing': [{ rows: 1 }],
    },
  },
  {
    row: 'L11 the action of a foreign key changes, the rows stay',
    before: book({}),
    after: book({ onDelete: 'CASCADE' }),
    rows: children,
    operations: [
      '- foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
      '+ foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id) on delete cascade',
    ],
    upgraded: withChildren,
    downgraded: withChildren,
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

const isNamed = `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'author'`

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
    row: 'L3 an enum is renamed and gets a value',
    before: [thing({ kind: Column('simple-enum', { enum: ['a', 'b'] }) })],
    after: [thing({ sort: Column('simple-enum', { enum: ['a', 'b', 'c'] }) })],
    rows: `INSERT INTO thing (kind) VALUES ('b')`,
    choices: { rename: ['thing.kind:sort'] },
    operations: [
      '~ column thing.kind → sort',
      `- check thing "sort" IN ('a','b')`,
      `+ check thing "sort" IN ('a','b','c')`,
    ],
    upgraded: { 'SELECT sort FROM thing': [{ sort: 'b' }] },
    downgraded: { 'SELECT kind FROM thing': [{ kind: 'b' }] },
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
    downgraded: { 'SELECT "legacyToken" FROM thing': [{ legacyToken: null }] },
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
    row: 'M14 a renamed table keeps its rows, and those that refer to it',
    before: book({}),
    after: (() => {
      const one = entity('writer', { id: id() })
      return [one, entity('book', { id: id(), author: ManyToOne(() => one) })]
    })(),
    rows: children,
    choices: { rename: ['author:writer'] },
    operations: ['~ table author → writer'],
    upgraded: { ...withChildren, 'SELECT id FROM writer': [{ id: 1 }] },
    downgraded: { ...withChildren, 'SELECT id FROM author': [{ id: 1 }] },
  },
  ...[{}, { born: Column('int', { default: () => '1900 + 1' }) }].map((columns): Change => ({
    row: `M14 a table gets its name in capitals${'born' in columns ? ', beside a rebuild' : ''}`,
    before: book({}),
    after: (() => {
      const one = entity('Author', { id: id(), ...columns }, { name: 'AUTHOR' })
      return [one, entity('book', { id: id(), author: ManyToOne(() => one) })]
    })(),
    rows: children,
    choices: { rename: ['author:AUTHOR'] },
    operations: [
      '~ table author → AUTHOR',
      ...('born' in columns ? ['+ column AUTHOR.born integer default 1900 + 1'] : []),
    ],
    upgraded: { ...withChildren, [isNamed]: [{ name: 'AUTHOR' }] },
    downgraded: { ...withChildren, [isNamed]: [{ name: 'author' }] },
  })),
]

const sized = (...rest: ClassDecorator[]) => [thing({ size: Column('int') }, ...rest)]
const paired = (...rest: ClassDecorator[]) => [thing({ a: Column('int'), b: Column('int') }, ...rest)]

const missed: readonly Change[] = [
  {
    row: 'F26 a change of type, of nullability and of a default, and a new unique constraint, are one change of a table',
    before: [thing({ value: Column('varchar', { length: 5 }), size: Column('int') })],
    after: [
      thing(
        { value: Column('varchar', { length: 9, default: 'x' }), size: Column('bigint', { nullable: true }) },
        Unique('uq', ['value']),
      ),
    ],
    rows: `INSERT INTO thing (value, size) VALUES ('kept', 7)`,
    operations: [
      '~ column thing.value varchar(5) → varchar(9), default "x"',
      '~ column thing.size integer → bigint, null',
      '+ unique thing uq (value)',
    ],
    upgraded: { 'SELECT value, size FROM thing': [{ value: 'kept', size: 7 }] },
    downgraded: { 'SELECT value, size FROM thing': [{ value: 'kept', size: 7 }] },
  },
  {
    row: 'L9 a check that says whose column it means, when its table is rebuilt and renamed',
    before: sized(Check('ck', '"thing"."size" > 0'), Check('other', 'thing.size < 9')),
    after: [
      entity(
        'item',
        { id: id(), size: Column('int'), more: Column('varchar', { nullable: true, unique: true }) },
        Check('ck', '"item"."size" > 0'),
        Check('other', 'item.size < 9'),
      ),
    ],
    rows: 'INSERT INTO thing (size) VALUES (3)',
    choices: { rename: ['thing:item'] },
    operations: [
      '~ table thing → item',
      '+ column item.more varchar null',
      '+ unique item UQ_3e80432421112878917bb1e8d2d (more)',
    ],
    upgraded: {
      'SELECT size FROM item': [{ size: 3 }],
      'INSERT OR IGNORE INTO item (size) VALUES (0), (9) RETURNING id': [],
    },
    downgraded: {
      'SELECT size FROM thing': [{ size: 3 }],
      'INSERT OR IGNORE INTO thing (size) VALUES (0), (9) RETURNING id': [],
    },
  },
  {
    row: 'M1 another expression in a named check',
    before: sized(Check('ck', '"size" > 0')),
    after: sized(Check('ck', '"size" > 1')),
    rows: 'INSERT INTO thing (size) VALUES (5)',
    operations: ['- check thing ck "size" > 0', '+ check thing ck "size" > 1'],
    upgraded: { 'SELECT size FROM thing': [{ size: 5 }] },
    downgraded: { 'SELECT size FROM thing': [{ size: 5 }] },
  },
  {
    row: 'M2 another predicate of a named partial index',
    before: sized(Index('ix', ['size'], { where: '"size" > 0' })),
    after: sized(Index('ix', ['size'], { where: '"size" > 1' })),
    operations: ['- index thing ix (size) where "size" > 0', '+ index thing ix (size) where "size" > 1'],
  },
  {
    row: 'M2 a named partial index loses its predicate',
    before: sized(Index('ix', ['size'], { where: '"size" > 0' })),
    after: sized(Index('ix', ['size'])),
    operations: ['- index thing ix (size) where "size" > 0', '+ index thing ix (size)'],
  },
  {
    row: 'M3 the columns of an index in another order',
    before: paired(Index('ix', ['a', 'b'])),
    after: paired(Index('ix', ['b', 'a'])),
    operations: ['- index thing ix (a, b)', '+ index thing ix (b, a)'],
  },
  {
    row: 'M3 the columns of a unique constraint in another order',
    before: paired(Unique('uq', ['a', 'b'])),
    after: paired(Unique('uq', ['b', 'a'])),
    operations: ['- unique thing uq (a, b)', '+ unique thing uq (b, a)'],
  },
  {
    row: 'M3 the columns of a primary key in another order',
    before: [entity('thing', { a: PrimaryColumn('int'), b: PrimaryColumn('int') })],
    after: [entity('thing', { b: PrimaryColumn('int'), a: PrimaryColumn('int') })],
    rows: 'INSERT INTO thing VALUES (1, 2)',
    operations: ['- primary key thing (a, b)', '+ primary key thing (b, a)'],
    upgraded: { 'SELECT a, b FROM thing': [{ a: 1, b: 2 }] },
    downgraded: { 'SELECT a, b FROM thing': [{ a: 1, b: 2 }] },
  },
  {
    row: 'M5 a foreign key becomes deferrable',
    before: book({}),
    after: book({ deferrable: 'INITIALLY DEFERRED' }),
    rows: children,
    operations: [
      '- foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
      '+ foreign key book FK_66a4f0f47943a0d99c16ecf90b2 (authorId) → author (id)',
    ],
    upgraded: withChildren,
    downgraded: withChildren,
  },
  {
    row: 'M6 a foreign key to another column of the same table',
    before: referencing('id'),
    after: referencing('code'),
    rows: 'INSERT INTO author (code) VALUES (1); INSERT INTO book (author) VALUES (1)',
    operations: [
      '- foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (id)',
      '+ foreign key book FK_85c8d63d50f8e617e2a49176718 (author) → author (code)',
    ],
    upgraded: { 'SELECT author FROM book': [{ author: 1 }] },
    downgraded: { 'SELECT author FROM book': [{ author: 1 }] },
  },
  {
    row: 'M7 the columns of a named unique constraint',
    before: paired(Unique('uq', ['a'])),
    after: paired(Unique('uq', ['a', 'b'])),
    operations: ['- unique thing uq (a)', '+ unique thing uq (a, b)'],
  },
  {
    row: 'M8 a unique constraint of one column with a name of its own',
    before: paired(),
    after: paired(Unique('my own name', ['a'])),
    operations: ['+ unique thing my own name (a)'],
  },
  {
    row: 'M9 another name of the primary key',
    before: [entity('thing', { id: PrimaryColumn('int', { primaryKeyConstraintName: 'pk_old' }) })],
    after: [entity('thing', { id: PrimaryColumn('int', { primaryKeyConstraintName: 'pk_thing' }) })],
    rows: 'INSERT INTO thing VALUES (7)',
    choices: { names: true },
    operations: ['~ constraint thing pk_old → pk_thing'],
    upgraded: { 'SELECT id FROM thing': [{ id: 7 }] },
    downgraded: { 'SELECT id FROM thing': [{ id: 7 }] },
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
    row: 'M17 another collation',
    before: [thing({ value: Column('varchar') })],
    after: [thing({ value: Column({ type: 'varchar', collation: 'NOCASE' }) })],
    rows: `INSERT INTO thing (value) VALUES ('Kept')`,
    operations: ['~ column thing.value collation NOCASE'],
    upgraded: { [`SELECT count(*) AS rows FROM thing WHERE value = 'KEPT'`]: [{ rows: 1 }] },
    downgraded: { [`SELECT count(*) AS rows FROM thing WHERE value = 'KEPT'`]: [{ rows: 0 }] },
  },
]

function referencing(column: string): Entities {
  const one = entity('author', { id: id(), code: Column('int', { unique: true }) })
  const relation = [ManyToOne(() => one), JoinColumn({ name: 'author', referencedColumnName: column })]
  return [one, entity('book', { id: id(), author: relation })]
}

const dangerous: readonly Change[] = [
  {
    row: 'S1 an apostrophe in a default',
    before: [thing({ value: Column('varchar', { default: 'plain' }) })],
    after: [thing({ value: Column('varchar', { default: `it's` }) })],
    operations: [`~ column thing.value default "it's"`],
    upgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING value': [{ value: `it's` }] },
  },
  {
    row: 'S1 apostrophes in enum values and their defaults',
    before: [thing({})],
    after: [thing({ value: Column('simple-enum', { enum: [`it's`, `won't`], default: `it's` }) })],
    operations: [`+ column thing.value varchar default "it's"`, `+ check thing "value" IN ('it''s','won''t')`],
    upgraded: {
      'INSERT INTO thing DEFAULT VALUES RETURNING value': [{ value: `it's` }],
      [`INSERT OR IGNORE INTO thing (value) VALUES ('its')`]: [],
      'SELECT count(*) AS rows FROM thing': [{ rows: 1 }],
    },
  },
  {
    row: 'S1 a quote in the name of an enum',
    before: [thing({})],
    after: [thing({ value: Column('simple-enum', { name: 'the "value"', enum: ['a', 'b'], default: 'b' }) })],
    operations: [`+ column thing.the "value" varchar default "b"`, `+ check thing "the ""value""" IN ('a','b')`],
    upgraded: { 'INSERT INTO thing DEFAULT VALUES RETURNING *': [{ id: 1, 'the "value"': 'b' }] },
  },
  {
    row: 'S1 a value is added to an enum that has apostrophes',
    before: [thing({ value: Column('simple-enum', { enum: [`it's`] }) })],
    after: [thing({ value: Column('simple-enum', { enum: [`it's`, `won't`] }) })],
    rows: `INSERT INTO thing (value) VALUES ('it''s')`,
    operations: [`- check thing "value" IN ('it''s')`, `+ check thing "value" IN ('it''s','won''t')`],
    upgraded: { 'SELECT value FROM thing': [{ value: `it's` }] },
    downgraded: { 'SELECT value FROM thing': [{ value: `it's` }] },
  },
  {
    row: 'S9 the way back from tables that refer to each other',
    before: [thing({})],
    after: crossed(),
    operations: [
      '+ table item (2 columns)',
      '+ table order (2 columns)',
      '+ foreign key order FK_17bc913318f66c5407847c1bfdd (itemId) → item (id)',
      '+ foreign key item FK_950e218c17c81d5a9ffa1b96080 (orderId) → order (id)',
    ],
    upgraded: {
      'INSERT INTO "order" DEFAULT VALUES': [],
      'INSERT INTO item ("orderId") VALUES (1)': [],
      'UPDATE "order" SET "itemId" = 1': [],
    },
  },
  {
    row: 'S10 texts that mean something in JavaScript',
    before: [thing({})],
    after: [
      thing(
        { text: Column('varchar', { default: '`${process.exit(1)}` \\n \\ "\n' }) },
        Check('ck', `"text" <> '\`\${0}\\'`),
      ),
    ],
    operations: [
      '+ column thing.text varchar default "`${process.exit(1)}` \\\\n \\\\ \\"\\n"',
      `+ check thing ck "text" <> '\`\${0}\\'`,
    ],
    upgraded: {
      'INSERT INTO thing DEFAULT VALUES RETURNING text': [{ text: '`${process.exit(1)}` \\n \\ "\n' }],
    },
  },
]

function crossed(): Entities {
  const order: new () => object = entity('order', { id: id(), item: ManyToOne(() => item) })
  const item: new () => object = entity('item', { id: id(), order: ManyToOne(() => order) })
  return [thing({}), order, item]
}

export const sqliteChanges: readonly Change[] = [...widened, ...kept, ...renamed, ...missed, ...dangerous]

/** A table with one column per default. */
function defaults(row: string, given: readonly typeorm.ColumnOptions[]): Equal {
  return { row, entities: [thing(Object.fromEntries(given.map((options, at) => [`c${at}`, Column(options)])))] }
}

const by = (sql: string) => () => sql
const moment = { type: 'datetime' } as const

function generated(asExpression: string): PropertyDecorator {
  return Column({ type: 'text', generatedType: 'STORED', asExpression })
}

export const sqliteEquals: readonly Equal[] = [
  defaults('F1 CURRENT_TIMESTAMP, its like, and functions of time', [
    { ...moment, default: by('CURRENT_TIMESTAMP') },
    { ...moment, default: by('current_timestamp') },
    { ...moment, default: by(`datetime('now')`) },
    { ...moment, default: by(`(datetime( 'now' , '+1 day'))`) },
    { type: 'date', default: by('CURRENT_DATE') },
    { type: 'time', default: by('CURRENT_TIME') },
  ]),
  defaults('F6 boolean defaults given as values, numbers and functions', [
    { type: 'boolean', default: true },
    { type: 'boolean', default: 0 },
    { type: 'boolean', default: by('TRUE') },
  ]),
  defaults('F7 numeric defaults', [
    { type: 'numeric', precision: 10, scale: 2, default: 1.5 },
    { type: 'numeric', default: -3 },
    { type: 'float', default: 0.1 },
    { type: 'bigint', default: by('9007199254740993') },
    { type: 'int', default: by('0x10') },
  ]),
  defaults('F12 NULL by function', [{ type: 'varchar', nullable: true, default: by('NULL') }]),
  defaults('F27 precision and scale', [
    { type: 'decimal', precision: 5, scale: 1 },
    { type: 'numeric', precision: 10 },
    { type: 'decimal', precision: 10, scale: 0 },
    { type: 'datetime', precision: 6 },
  ]),
  {
    row: 'F19 L12 a foreign key under another name',
    entities: keyed('my_key'),
    meanwhile: `DROP TABLE book; CREATE TABLE book (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, "authorId" integer CONSTRAINT other_key REFERENCES author (id))`,
    hidden: ['~ constraint book other_key → my_key'],
  },
  {
    row: 'L12 names alone: of indexes, uniques and checks',
    entities: [
      thing(
        { a: Column('int'), b: Column('int') },
        Index('ix', ['a']),
        Unique('uq', ['a', 'b']),
        Check('ck', '"a" > 0'),
      ),
    ],
    meanwhile: `DROP TABLE thing; CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, a integer NOT NULL, b integer NOT NULL,
      CONSTRAINT old_u UNIQUE (a, b), CONSTRAINT old_c CHECK ("a" > 0)); CREATE INDEX old_i ON thing (a)`,
    hidden: ['~ constraint thing old_u → uq', '~ constraint thing old_c → ck', '~ index thing old_i → ix'],
  },
  {
    row: 'F20 a view made by hand',
    entities: [thing({}), view('seen', { id: ViewColumn() }, { expression: 'SELECT id FROM thing WHERE id > 1' })],
    meanwhile: 'DROP VIEW seen; CREATE VIEW seen AS select "id" from   thing\n where id > 1 -- as it should be',
  },
  {
    row: 'F21 a generated column that TypeORM knows nothing of',
    entities: [thing({ name: Column('text'), loud: generated(`"name" || '!'`) })],
    meanwhile: 'DROP TABLE typeorm_metadata',
  },
  {
    row: 'L13 a generated column in other words',
    entities: [thing({ name: Column('text'), loud: generated(`(("name")   ||   '!')`) })],
    meanwhile: `DROP TABLE thing; CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name text NOT NULL, loud text NOT NULL AS (name || '!') STORED)`,
  },
  {
    row: 'L14 a copy of the file, whose rows for TypeORM name the old one',
    entities: [thing({ name: Column('text'), loud: generated(`"name" || '!'`) })],
    meanwhile: `UPDATE typeorm_metadata SET "database" = 'where it was'`,
  },
  {
    row: 'F24 a unique column, and another constraint that begins with it',
    entities: [thing({ a: Column('int'), b: Column('int') }, Unique(['a']), Unique(['a', 'b']), Unique(['b', 'a']))],
  },
  {
    row: 'F25 keys, counters and constraints written by hand, without names and quotes',
    entities: keyed(undefined, [Unique(['title']), Check('"title" <> \'\'')]),
    meanwhile: `DROP TABLE book; DROP TABLE author; CREATE TABLE author (id integer not null primary key autoincrement);
      CREATE TABLE book (
        id /* a key */ INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
        title text NOT NULL UNIQUE CHECK (title <> ''), -- a title
        authorId integer references author)`,
  },
  {
    row: 'F34 an enum, embedded and inherited columns, reserved words',
    entities: [
      entity(
        'order',
        { id: id(), select: Column('simple-enum', { enum: ['a', 'b'], default: 'a' }), 'group by': Column('int') },
        Index(['group by']),
      ),
    ],
  },
]

function keyed(name?: string, rest?: readonly ClassDecorator[]): Entities {
  const one = entity('author', { id: id() })
  const author = [ManyToOne(() => one), JoinColumn(name === undefined ? {} : { foreignKeyConstraintName: name })]
  const title = rest === undefined ? {} : { title: Column('text') }
  return [one, entity('book', { id: id(), ...title, author }, ...(rest ?? []))]
}

export const sqliteRefusals: readonly Refusal[] = [
  {
    row: 'L3 a renamed column beside a new one, unanswered',
    before: [thing({ name: Column('varchar') })],
    after: [thing({ fullName: Column('varchar'), age: Column('int', { nullable: true }) })],
    rows: `INSERT INTO thing (name) VALUES ('kept')`,
    refused: 'revision',
    says: ['thing.name', 'fullName'],
    kept: { 'SELECT name FROM thing': [{ name: 'kept' }] },
  },
  {
    row: 'L4 a dropped and a new column of one type, unanswered',
    before: [thing({ legacyToken: Column('varchar', { nullable: true }) })],
    after: [thing({ email: Column('varchar', { nullable: true }) })],
    rows: `INSERT INTO thing ("legacyToken") VALUES ('secret')`,
    refused: 'revision',
    says: ['thing.legacyToken', 'email'],
    kept: { 'SELECT "legacyToken" FROM thing': [{ legacyToken: 'secret' }] },
  },
  {
    row: 'L20 a required column without a default, as long as nobody says what it holds',
    before: [thing({ value: Column('varchar') })],
    after: [thing({ value: Column('varchar'), email: Column('varchar') })],
    rows: `INSERT INTO thing (value) VALUES ('kept')`,
    refused: 'upgrade',
    says: ['thing.email'],
    kept: { 'SELECT value FROM thing': [{ value: 'kept' }] },
  },
]
