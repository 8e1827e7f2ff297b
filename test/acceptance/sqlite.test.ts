// The rows of what TypeORM's own generator and runner get wrong, or once got wrong, on SQLite: each is a story with an end.
import { readFileSync, rmSync } from 'node:fs'
import * as typeorm from 'typeorm'
import { current, upgrade, type Settings } from '../../src'
import { entity, view } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { sqliteStage, type Story } from '../support/story'
import { elsewhere } from './rows'
import { sqliteChanges, sqliteEquals, sqliteRefusals } from './sqlite-changes'
import { sqliteRows } from './sqlite-rows'
import { holds, tellChange, tellEqual, tellRefusal } from './tell'

const { Check, Column, PrimaryGeneratedColumn, ViewColumn } = typeorm

const named = <T extends { readonly row: string }>(all: readonly T[]) => all.map((one): [string, T] => [one.row, one])
const told = new Set<string>()

/** A test that is the row, or the rows, its name begins with. */
function row(name: string, tell: () => Promise<unknown>): void {
  told.add(name)
  test.each([[name]])('%s', tell)
}

const thing = (columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]) =>
  entity('thing', { id: PrimaryGeneratedColumn(), size: Column('int'), ...columns }, ...rest)

describe.each(sqliteDrivers())('%s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())

  const host = (story: Story) => new typeorm.DataSource(story.options as unknown as typeorm.DataSourceOptions)
  const catalogue = (story: Story) =>
    story.sql(
      `SELECT type, name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_*' AND tbl_name NOT GLOB 'autogen*' ORDER BY name`,
    )

  describe('4a, 4c, 4d: what changed is changed, with every row', () => {
    test.each(named(sqliteChanges))('%s', async (_row, change) => tellChange(await stage.begin(change.options), change))
  })

  describe('4a: what would lose a row is refused', () => {
    test.each(named(sqliteRefusals))('%s', async (_row, refusal) => tellRefusal(await stage.begin(), refusal, 6))
  })

  describe('4b: what is the same is found to be the same', () => {
    test.each(named(sqliteEquals))('%s', async (_row, equal) => tellEqual(await stage.begin(), equal, 'become'))

    test.each(named(sqliteEquals))('%s, made by TypeORM', async (_row, equal) =>
      tellEqual(await stage.begin(), equal, 'synchronize'),
    )
  })

  test('a column without a type gets one, and has none on the way back', async () => {
    const story = await stage.begin()
    await story.sql(`CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, size NOT NULL);
      INSERT INTO thing (size) VALUES ('a'), (2), (x'61')`)
    const types = () => story.sql(`SELECT type FROM pragma_table_info('thing') WHERE name = 'size'`)
    const rows = () => story.sql('SELECT size, typeof(size) AS kind FROM thing ORDER BY id')
    const texts = ['a', '2', 'a'].map((size) => ({ size, kind: 'text' }))
    const written = await story.become([thing({ size: Column('text') })])
    expect(written?.operations).toEqual(['~ column thing.size  → text'])
    expect([await types(), await rows()]).toEqual([[{ type: 'TEXT' }], texts])
    await story.downgrade('-1')
    expect([await types(), await rows()]).toEqual([[{ type: '' }], texts])
  })

  test('TypeORM finds each default as it would have written it', async () => {
    const by = (sql: string) => () => sql
    const defaults: typeorm.ColumnOptions[] = [
      { type: 'datetime', default: by(`(datetime('now'))`) },
      { type: 'datetime', default: by('(CURRENT_TIMESTAMP)') },
      { type: 'text', default: by(`(lower(hex(randomblob(4))) || '-')`) },
      { type: 'boolean', default: by('true') },
      { type: 'int', default: by('(5)') },
      { type: 'real', default: by('1.50') },
      { type: 'varchar', default: 3 },
      { type: 'simple-enum', enum: [0, 1], default: 1 },
    ]
    const columns = Object.fromEntries(defaults.map((options, at) => [`c${at}`, Column(options)]))
    const [story, theirs] = [await stage.begin(), await stage.begin()]
    await story.become([thing()])
    await story.sql('INSERT INTO thing (size) VALUES (1)')
    await story.become([thing(columns)])
    expect(await story.typeorm([thing(columns)])).toEqual([])
    await theirs.synchronize([thing(columns)])
    expect(await theirs.revision([thing(columns)])).toBeUndefined()
    await theirs.become([thing({ ...columns, more: Column('int', { default: by('1 + 1') }) })])
    await theirs.downgrade('-1')
    expect(await theirs.typeorm([thing(columns)])).toEqual([])
  })

  describe('4a: what a rebuild must not lose', () => {
    const written = `
      CREATE TABLE parent (id integer PRIMARY KEY);
      CREATE TABLE thing (
        id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
        size integer NOT NULL ON CONFLICT IGNORE CHECK (size < 100),
        note text UNIQUE ON CONFLICT REPLACE,
        parent integer REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        CHECK (note <> 'never')
      ) STRICT;
      CREATE TABLE log (said text);
      CREATE INDEX down ON thing (size DESC, note COLLATE NOCASE);
      CREATE INDEX expressed ON thing (lower(note), abs(size)) WHERE size <> 7;
      CREATE TRIGGER noted AFTER INSERT ON thing BEGIN INSERT INTO log VALUES ('new ' || new.note); END;
      CREATE TRIGGER gone AFTER DELETE ON log BEGIN UPDATE thing SET size = 0 WHERE note = old.said; END;
      INSERT INTO parent VALUES (1);
      INSERT INTO thing (size, note, parent) VALUES (1, 'a', 1), (2, 'b', NULL), (3, 'c', 1);
      DELETE FROM thing WHERE id = 3`
    const rebuild = [
      `op.createUnique('thing', { name: 'uq', columns: ['size', 'note'] })`,
      `op.dropUnique('thing', 'uq')`,
    ] as const
    const behaves: Record<string, object[]> = {
      'SELECT id, size, note, parent FROM thing': [
        { id: 1, size: 1, note: 'a', parent: 1 },
        { id: 2, size: 2, note: 'b', parent: null },
      ],
      // NOT NULL ON CONFLICT IGNORE.
      'INSERT INTO thing (size, note) VALUES (NULL, 1)': [],
      [`INSERT INTO thing (size, note) VALUES (9, 'a')`]: [],
      // AUTOINCREMENT: 3 was there once.
      'SELECT note, id > 3 AS later FROM thing ORDER BY id': [
        { note: 'b', later: 0 },
        { note: 'a', later: 1 },
      ],
      'SELECT said FROM log': ['new a', 'new b', 'new c', 'new a'].map((said) => ({ said })),
      [`DELETE FROM log WHERE said = 'b'`]: [],
    }

    /** What must fail does, and foreign keys wait for the end of the transaction; a row comes and goes, so the counter goes on. */
    async function refuses(story: Story): Promise<void> {
      await expect(story.sql(`INSERT INTO thing (size) VALUES (100)`)).rejects.toThrow('CHECK constraint failed')
      await expect(story.sql(`INSERT INTO thing (size, note) VALUES (1, 'never')`)).rejects.toThrow('CHECK constraint')
      await expect(story.sql(`INSERT INTO thing (size, note) VALUES ('x', 'strict')`)).rejects.toThrow(
        'cannot store TEXT',
      )
      const dataSource = await host(story).initialize()
      await dataSource.transaction(async (manager) => {
        await manager.query('INSERT INTO thing (size, parent) VALUES (5, 88)')
        await manager.query('INSERT INTO parent VALUES (88)')
        await manager.query('DELETE FROM thing WHERE parent = 88')
      })
      await dataSource.destroy()
      await story.sql('DELETE FROM parent WHERE id = 88; DELETE FROM log WHERE said IS NULL')
    }

    row(
      'L9 checks, conflict clauses, deferrable keys, STRICT, triggers and indexes of every kind, there and back',
      async () => {
        const story = await stage.begin()
        await story.sql(written)
        const before = await catalogue(story)
        await story.write(...rebuild)
        await story.upgrade()
        expect((await catalogue(story)).filter(({ name }) => name !== 'thing')).toEqual(
          before.filter(({ name }) => name !== 'thing'),
        )
        await refuses(story)
        await holds(story, behaves)
        await story.downgrade('-1')
        expect((await catalogue(story)).filter(({ name }) => name !== 'thing')).toEqual(
          before.filter(({ name }) => name !== 'thing'),
        )
        await refuses(story)
        expect(await story.sql('SELECT note FROM thing ORDER BY id')).toEqual([{ note: 'b' }, { note: 'a' }])
      },
    )

    for (const [how, others] of [
      ['in a transaction', ''],
      ['without a transaction', 'exports.transaction = false'],
    ] as const) {
      row(`L10 a view over a table that is rebuilt, ${how}`, async () => {
        const story = await stage.begin()
        const entities = [
          thing({ name: Column('varchar') }),
          view('seen', { name: ViewColumn() }, { expression: 'SELECT name FROM thing WHERE size > 0' }),
        ]
        await story.become(entities)
        await story.sql(
          `CREATE VIEW over_it AS SELECT upper(name) AS loud FROM seen; INSERT INTO thing (size, name) VALUES (1, 'kept')`,
        )
        await story.write(...(rebuild.map((call) => call.replace('note', 'name')) as [string, string]), others)
        await story.upgrade()
        expect(await story.sql('SELECT * FROM over_it')).toEqual([{ loud: 'KEPT' }])
        await story.downgrade('-1')
        expect(await story.sql('SELECT * FROM over_it')).toEqual([{ loud: 'KEPT' }])
        expect(await story.check(entities)).toEqual([])
        expect((await catalogue(story)).map(({ name }) => name)).toEqual([
          'over_it',
          'seen',
          'thing',
          'typeorm_metadata',
        ])
      })
    }

    row('F26 a change of type, of nullability and of a key is one rebuild', async () => {
      const story = await stage.begin()
      await story.become([thing({ value: Column('varchar', { length: 5 }) })])
      await story.sql(`INSERT INTO thing (size, value) VALUES (1, 'kept')`)
      story.statements()
      await story.become([
        thing({ value: Column('varchar', { length: 9, default: 'x', nullable: true }) }, Check('ck', 'size > 0')),
      ])
      expect(story.statements().filter((sql) => sql.startsWith('CREATE TABLE'))).toHaveLength(1)
      expect(await story.sql('SELECT value FROM thing')).toEqual([{ value: 'kept' }])
      await story.downgrade('-1')
      expect(story.statements().filter((sql) => sql.startsWith('CREATE TABLE'))).toHaveLength(1)
    })
  })

  row('F33 a second revision before the first one ran is refused', async () => {
    const story = await stage.begin()
    await story.revision([thing()])
    await expect(story.revision([thing()])).rejects.toMatchObject({ exitCode: 4, code: 'not-at-head' })
    expect(story.files()).toHaveLength(1)
  })

  // Two runs on one sql.js file cannot see each other: test/runtime/sqljs.test.ts has what becomes of the second.
  if (driver !== 'sqljs') {
    row('N1 three runs at once: each migration once, and the rows it adds', async () => {
      const story = await stage.begin({ timeout: 50 })
      await story.become([thing()])
      await story.write(`op.execute('INSERT INTO thing (size) VALUES (1)')`, `op.execute('DELETE FROM thing')`)
      await Promise.all([story.upgrade(), story.upgrade(), story.upgrade()])
      expect(await story.sql('SELECT count(*) AS rows FROM thing')).toEqual([{ rows: 1 }])
    })
  }

  for (const [how, others] of [
    ['in a transaction', ''],
    ['without a transaction', 'exports.transaction = false'],
  ] as const) {
    row(
      `N2 N11 after a rebuild that failed ${how}, foreign keys are enforced on the application's connection`,
      async () => {
        const story = await stage.begin()
        await story.become([thing()])
        await story.sql('INSERT INTO thing (size) VALUES (1), (1)')
        const migrations = story.files().map((file) => file.replace(/[^/\\]*$/, ''))[0]!
        await story.write(`op.createUnique('thing', { name: 'uq', columns: ['size'] })`, '', others)
        const dataSource = await host(story).initialize()
        const failing = upgrade({ dataSource, migrations, backup: false })
        await expect(failing).rejects.toMatchObject({ code: 'migration-failed' })
        expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }])
        expect(await dataSource.query('PRAGMA legacy_alter_table')).toEqual([{ legacy_alter_table: 0 }])
        await dataSource.destroy()
        expect((await catalogue(story)).map(({ name }) => name)).toEqual(['thing'])
        expect(await story.sql('SELECT count(*) AS rows FROM thing')).toEqual([{ rows: 2 }])
      },
    )
  }

  row('N6 a revision that ran and whose file is gone is named, and nothing is done', async () => {
    const story = await stage.begin()
    await story.become([thing()])
    await story.become([thing({ note: Column('text', { nullable: true }) })])
    const [, second] = story.files()
    const [, lost] = /([0-9a-f]{12})_[^/\\]*$/.exec(second!)!
    rmSync(second!)
    await expect(story.downgrade('base')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining(lost!),
    })
    expect(await story.sql('SELECT note FROM thing')).toEqual([])
  })

  row('N12 reading writes nothing', async () => {
    const story = await stage.begin()
    await story.sql('CREATE TABLE theirs (id int)')
    const file = String(story.options.database ?? story.options.location)
    const before = readFileSync(file)
    const dataSource = host(story)
    const settings: Settings = { dataSource, migrations: [] }
    expect((await current(settings)).heads).toEqual([])
    expect(await story.check([thing()])).toEqual(['+ table thing (2 columns)'])
    expect(readFileSync(file).equals(before)).toBe(true)
  })
})

test('every row of the list is a test', () => {
  const names = [...told, ...[...sqliteChanges, ...sqliteEquals, ...sqliteRefusals].map((one) => one.row)]
  const numbers = new Set(names.flatMap((name) => /^(?:[A-Z]\d+ )+/.exec(name)?.[0].trim().split(' ') ?? []))
  expect([...numbers].filter((number) => !(number in sqliteRows))).toEqual([])
  expect(Object.keys(sqliteRows).filter((number) => !numbers.has(number))).toEqual([])
  expect(elsewhere.SQLite.filter((number) => !(number in sqliteRows))).toEqual([])
})
