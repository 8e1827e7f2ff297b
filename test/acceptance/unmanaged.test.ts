// What nobody declares and no revision created is not ours: it is listed, and touched only by those who ask for it.
import * as typeorm from 'typeorm'
import { reverseAll, rewriteEach } from '../../src'
import { entity, view } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { postgresStage, sqliteStage, type Stage } from '../support/story'

const { Column, Index, PrimaryGeneratedColumn, ViewColumn } = typeorm

const thing = (columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]) =>
  entity('thing', { id: PrimaryGeneratedColumn(), size: Column('int'), ...columns }, ...rest)

/** What somebody makes by hand on a database, and what it would take to drop it. */
interface ByHand {
  readonly sql: string
  readonly drops: readonly string[]
  readonly other: object
}

const onPostgres: ByHand = {
  sql: `
    ALTER TABLE thing ADD note text;
    ALTER TABLE thing ADD CONSTRAINT small CHECK (size < 100);
    ALTER TABLE thing ADD CONSTRAINT one_size UNIQUE (size);
    CREATE INDEX partly ON thing (size) WHERE size > 1;
    CREATE INDEX expressed ON thing (abs(size), lower(note) DESC);
    CREATE TYPE mood AS ENUM ('good');
    CREATE TABLE other (id int PRIMARY KEY, mood mood, thing int REFERENCES thing);
    CREATE VIEW seen AS SELECT id FROM thing;
    CREATE SEQUENCE counter;
    INSERT INTO thing (size, note) VALUES (1, 'kept');
    INSERT INTO other VALUES (7, 'good', 1)`,
  drops: [
    '- check thing small size < 100',
    '- column thing.note text null',
    '- enum mood (good)',
    '- foreign key other other_thing_fkey (thing) → thing (id)',
    '- index thing expressed (abs(size), lower(note) desc)',
    '- index thing partly (size) where size > 1',
    '- sequence counter',
    '- table other (3 columns)',
    '- unique thing one_size (size)',
    '- view seen',
  ],
  other: { id: 7, mood: 'good', thing: 1 },
}

const onSqlite: ByHand = {
  sql: `
    DROP TABLE thing;
    CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, size integer NOT NULL, note text,
      CONSTRAINT small CHECK (size < 100), CONSTRAINT one_size UNIQUE (size));
    CREATE INDEX partly ON thing (size) WHERE size > 1;
    CREATE INDEX expressed ON thing (abs(size), lower(note) DESC);
    CREATE TABLE other (id int PRIMARY KEY, thing int, CONSTRAINT other_thing FOREIGN KEY (thing) REFERENCES thing (id));
    CREATE VIEW seen AS SELECT id FROM thing;
    INSERT INTO thing (size, note) VALUES (1, 'kept');
    INSERT INTO other VALUES (7, 1)`,
  drops: [
    '- check thing small size < 100',
    '- column thing.note text null',
    '- foreign key other other_thing (thing) → thing (id)',
    '- index thing expressed (abs(size), lower(note) desc)',
    '- index thing partly (size) where size > 1',
    '- table other (2 columns)',
    '- unique thing one_size (size)',
    '- view seen',
  ],
  other: { id: 7, thing: 1 },
}

const databases: [string, () => Promise<Stage>, ByHand][] = [
  ['postgres', postgresStage, onPostgres],
  ...sqliteDrivers().map((driver): [string, () => Promise<Stage>, ByHand] => [
    driver,
    async () => sqliteStage(driver),
    onSqlite,
  ]),
]

describe.each(databases)('on %s', (_database, open, byHand) => {
  let stage: Stage
  beforeAll(async () => void (stage = await open()))
  afterAll(() => stage.end())

  const listed = byHand.drops.map((drop) => drop.slice(2))

  test('L15, M19: what was made by hand is listed and left alone', async () => {
    const story = await stage.begin()
    await story.become([thing()])
    await story.sql(byHand.sql)

    expect(await story.check([thing()], { names: true })).toEqual([])
    expect(await story.unmanaged([thing()])).toEqual(listed)
    expect(await story.revision([thing()])).toBeUndefined()

    const written = await story.become([thing({ name: Column('text', { nullable: true }) }, Index('ix', ['size']))])
    expect(written?.operations).toEqual(['+ column thing.name text null', '+ index thing ix (size)'])
    expect(written?.text).not.toMatch(/small|one_size|partly|expressed|mood|other|seen|counter/)
    await story.downgrade('-1')
    expect(await story.sql('SELECT note FROM thing')).toEqual([{ note: 'kept' }])
    expect(await story.sql('SELECT * FROM other')).toEqual([byHand.other])
    expect(await story.unmanaged([thing()])).toEqual(listed)
  })

  test('--include-unmanaged takes it under management', async () => {
    const story = await stage.begin()
    await story.become([thing()])
    await story.sql(byHand.sql)
    const written = await story.become([thing()], { includeUnmanaged: true })
    expect([...(written?.operations ?? [])].sort()).toEqual(byHand.drops)
    expect([...(written?.destructive ?? [])].sort()).toEqual(
      byHand.drops.filter((drop) => /^- (column|sequence|table)/.test(drop)).sort(),
    )
    expect(await story.unmanaged([thing()])).toEqual([])

    await story.downgrade('-1')
    // A way back brings no rows.
    expect(await story.sql('SELECT * FROM other')).toEqual([])
    expect(await story.check([thing()], { includeUnmanaged: true })).toHaveLength(byHand.drops.length)
  })

  test('an index with `synchronize: false` is neither created nor dropped nor listed', async () => {
    const story = await stage.begin()
    const entities = [thing({}, Index('mine', { synchronize: false }))]
    const written = await story.become(entities)
    expect(written?.text).not.toContain('mine')
    expect(await story.check(entities, { includeUnmanaged: true })).toEqual([])
    await story.sql('CREATE INDEX mine ON thing (size) WHERE size > 5')
    expect(await story.check(entities, { includeUnmanaged: true, names: true })).toEqual([])
    expect(await story.unmanaged(entities)).toEqual([])
  })

  test('tables and views of entities with `synchronize: false` stay as they are', async () => {
    const story = await stage.begin()
    await story.sql('CREATE TABLE legacy (id int, anything text); CREATE VIEW report AS SELECT id FROM legacy')
    const entities = [
      thing(),
      entity('legacy', { id: PrimaryGeneratedColumn(), other: Column('int') }, { synchronize: false }),
      view('report', { id: ViewColumn() }, { expression: 'SELECT 1 AS id', synchronize: false }),
    ]
    const written = await story.become(entities, { includeUnmanaged: true })
    expect(written?.operations).toEqual(['+ table thing (2 columns)'])
    expect(await story.check(entities, { includeUnmanaged: true })).toEqual([])
    await story.downgrade('base')
    expect(await story.sql('SELECT * FROM legacy')).toEqual([])
  })

  test('what one of our revisions created and no entity declares any more is dropped, and the file says that it destroys', async () => {
    const story = await stage.begin()
    const other = entity('other', { id: PrimaryGeneratedColumn() })
    await story.become([thing({ note: Column('text') }, Index('ix', ['size'])), other])
    const written = await story.revision([thing()])
    expect(written?.operations).toEqual([
      '- table other (1 column)',
      '- index thing ix (size)',
      '- column thing.note text',
    ])
    expect(written?.destructive).toEqual(['- table other (1 column)', '- column thing.note text'])
    expect(written?.text).toContain(`  // Destructive: drops the table other and every row in it.
  op.dropTable('other')`)
    expect(written?.text).toContain(`  // Destructive: drops the column thing.note and its data.
  op.dropColumn('thing', 'note')`)
  })

  test('what came by hand, and went with what is ours, comes back with it and is not ours', async () => {
    const story = await stage.begin()
    const noted = thing({ note: Column('text', { nullable: true }) })
    await story.become([noted])
    await story.sql('CREATE INDEX by_note ON thing (lower(note))')
    const written = await story.become([thing()])
    expect(written?.operations).toEqual(['- index thing by_note (lower(note))', '- column thing.note text null'])
    await story.downgrade('-1')
    expect(await story.check([noted])).toEqual([])
    expect(await story.unmanaged([noted])).toEqual(['index thing by_note (lower(note))'])
  })

  test('so it does where a rewrite has a word of its own about the way back', async () => {
    const story = await stage.begin()
    const noted = thing({ note: Column('text', { nullable: true }) })
    await story.become([noted])
    await story.sql('CREATE INDEX by_note ON thing (lower(note))')
    const rewrite = rewriteEach({
      dropColumn: (operation) => ({ upgrade: [operation], downgrade: reverseAll([operation]) }),
    })
    await story.become([thing()], { rewrite: [rewrite] })
    await story.downgrade('-1')
    expect(await story.check([noted])).toEqual([])
    expect(await story.unmanaged([noted])).toEqual(['index thing by_note (lower(note))'])
  })

  test('what is ours stays ours under another name, and what came by hand does not become ours by one', async () => {
    const story = await stage.begin()
    await story.become([thing({ note: Column('text', { nullable: true }) })])
    await story.sql('ALTER TABLE thing ADD extra text')
    await story.become([thing({ remark: Column('text', { nullable: true }) })], { rename: ['thing.note:remark'] })
    expect((await story.revision([thing()]))?.operations).toEqual(['- column thing.remark text null'])
  })
})
