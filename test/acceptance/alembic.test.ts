// What Alembic's batch mode is tested for, number by number (137 to 142), and what it loses there: on SQLite, there and back, with rows.
import * as typeorm from 'typeorm'
import { downgradePath, upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import type { RunEvent } from '../../src/runtime/events'
import { history, world, type History, type World } from '../runtime/world'
import { freshSqlite } from '../support/databases'
import { entity } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { sqliteStage } from '../support/story'

const { Column, PrimaryGeneratedColumn } = typeorm

/** A table with all that a rebuild meets: keys of every kind, into it, out of it and onto itself. */
const setUp = `
  CREATE TABLE parent (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar(50) NOT NULL);
  CREATE TABLE thing (
    id integer PRIMARY KEY AUTOINCREMENT NOT NULL, data varchar(50), size integer NOT NULL DEFAULT 5, flag boolean,
    kind varchar CHECK (kind IN ('a', 'b')), parent integer, boss integer, made datetime DEFAULT CURRENT_TIMESTAMP,
    loud text GENERATED ALWAYS AS (upper(data)) VIRTUAL,
    CONSTRAINT uq_data UNIQUE (data), CONSTRAINT ck_size CHECK (size > 0),
    CONSTRAINT fk_parent FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE,
    CONSTRAINT fk_boss FOREIGN KEY (boss) REFERENCES thing (id));
  CREATE INDEX ix_size ON thing (size);
  CREATE TABLE child (thing integer REFERENCES thing (id) ON DELETE CASCADE);
  CREATE TABLE pair (a integer NOT NULL, b integer NOT NULL, note text, CONSTRAINT pk_pair PRIMARY KEY (a, b));
  CREATE TABLE coded (code text PRIMARY KEY, note text) WITHOUT ROWID;
  CREATE TABLE strictly (id integer PRIMARY KEY, note text) STRICT;
  INSERT INTO parent VALUES (1, 'p'), (2, 'q');
  INSERT INTO thing (id, data, size, flag, kind, parent, boss, made) VALUES
    (1, 'a', 1, 1, 'a', 1, NULL, '2020-01-01 00:00:00.123'), (2, 'b', 2, 0, 'b', 1, 1, NULL), (9, 'z', 9, 0, 'b', 1, 1, NULL);
  DELETE FROM thing WHERE id = 9;
  INSERT INTO child VALUES (1), (2);
  INSERT INTO pair VALUES (1, 2, 'kept');
  INSERT INTO coded VALUES ('c', 'kept');
  INSERT INTO strictly VALUES (1, 'kept')`

/** Behaviour is one thing that is done to the table and taken back. */
interface Behaviour {
  readonly does: string
  readonly up: (op: Op) => void
  readonly down: (op: Op) => void
  /** Queries and what they answer after it. */
  readonly holds: Readonly<Record<string, readonly object[]>>
  /** Done in place: no table is created anew, there or back. */
  readonly native?: true
  /** Values that no way back can bring. */
  readonly loses?: readonly string[]
}

const rename = (from: string, to: string, holds: Behaviour['holds'], what: string): Behaviour => ({
  does: `137 rename a column ${what}`,
  up: (op) => op.renameColumn('thing', from, to),
  down: (op) => op.renameColumn('thing', to, from),
  holds,
  native: true,
})

const createdAndDropped = (what: string, up: Behaviour['up'], down: Behaviour['down'], holds: Behaviour['holds']) => ({
  does: `137 ${what}`,
  up,
  down,
  holds,
})

const columns = `SELECT group_concat(name) AS names FROM pragma_table_info('thing')`
const created = (table: string, words: string) =>
  `SELECT sql LIKE '%${words.replaceAll("'", "''")}%' AS says FROM sqlite_master WHERE name = '${table}'`
const says = [{ says: 1 }]

const model: readonly Behaviour[] = [
  {
    does: '137 change a type',
    up: (op) => op.alterColumn('thing', 'size', { type: 'bigint' }),
    down: (op) => op.alterColumn('thing', 'size', { type: 'integer' }),
    holds: { 'SELECT size, typeof(size) AS kind FROM thing WHERE id = 1': [{ size: 1, kind: 'integer' }] },
  },
  {
    does: '137 change the type of a boolean',
    up: (op) => op.alterColumn('thing', 'flag', { type: 'integer' }),
    down: (op) => op.alterColumn('thing', 'flag', { type: 'boolean' }),
    holds: { 'SELECT flag FROM thing ORDER BY id': [{ flag: 1 }, { flag: 0 }] },
  },
  rename(
    'made',
    'born',
    { 'SELECT born FROM thing WHERE id = 1': [{ born: '2020-01-01 00:00:00.123' }] },
    'that stands alone',
  ),
  rename(
    'data',
    'text',
    { 'SELECT text, loud FROM thing WHERE id = 1': [{ text: 'a', loud: 'A' }] },
    'that is unique, and computed from',
  ),
  rename(
    'size',
    'amount',
    {
      'SELECT amount FROM thing INDEXED BY ix_size WHERE amount = 1': [{ amount: 1 }],
      [created('thing', 'CHECK ("amount" > 0)')]: says,
    },
    'with an index and a check',
  ),
  rename(
    'id',
    'number',
    {
      'SELECT number FROM thing ORDER BY number': [{ number: 1 }, { number: 2 }],
      [created('child', 'thing ("number")')]: says,
    },
    'that is the key others refer to',
  ),
  rename('parent', 'owner', { 'SELECT owner FROM thing WHERE id = 1': [{ owner: 1 }] }, 'that refers to another table'),
  rename('flag', 'yes', { 'SELECT yes FROM thing WHERE id = 1': [{ yes: 1 }] }, 'that is boolean'),
  rename(
    'kind',
    'sort',
    {
      'SELECT sort FROM thing WHERE id = 2': [{ sort: 'b' }],
      "INSERT OR IGNORE INTO thing (sort) VALUES ('c')": [],
      'SELECT count(*) AS rows FROM thing': [{ rows: 2 }],
    },
    'with the check of an enum, which nobody has to drop first',
  ),
  {
    does: '137 add columns, at the end, beside one that is renamed and one that goes',
    up(op) {
      op.renameColumn('thing', 'flag', 'yes')
      op.addColumn('thing', { name: 'one', type: 'integer', default: 1 })
      op.dropColumn('thing', 'made')
      op.addColumn('thing', { name: 'two', type: 'text', nullable: true })
    },
    down(op) {
      op.dropColumn('thing', 'two')
      op.addColumn('thing', { name: 'made', type: 'datetime', nullable: true, default: { sql: 'CURRENT_TIMESTAMP' } })
      op.dropColumn('thing', 'one')
      op.renameColumn('thing', 'yes', 'flag')
    },
    holds: {
      [columns]: [{ names: 'id,data,size,yes,kind,parent,boss,one,two' }],
      'SELECT yes, one, two FROM thing WHERE id = 1': [{ yes: 1, one: 1, two: null }],
    },
    loses: ['made'],
  },
  {
    does: '137 set a default, and drop one',
    up(op) {
      op.alterColumn('thing', 'data', { default: `it's` })
      op.alterColumn('thing', 'size', { default: null })
    },
    down(op) {
      op.alterColumn('thing', 'data', { default: null })
      op.alterColumn('thing', 'size', { default: 5 })
    },
    holds: {
      'INSERT OR IGNORE INTO thing (id) VALUES (50)': [],
      'INSERT INTO thing (id, size) VALUES (51, 3) RETURNING data': [{ data: `it's` }],
      'DELETE FROM thing WHERE id = 51 RETURNING (SELECT count(*) FROM thing WHERE id = 50) AS rows': [{ rows: 0 }],
    },
  },
  {
    does: '137 several foreign keys to one table',
    up: (op) =>
      op.createForeignKey('thing', {
        name: 'fk_more',
        columns: ['size'],
        references: { table: 'parent', columns: ['id'] },
      }),
    down: (op) => op.dropForeignKey('thing', 'fk_more'),
    holds: { "SELECT count(*) AS keys FROM pragma_foreign_key_list('thing')": [{ keys: 3 }] },
  },
  {
    does: '137 drop a column and its foreign key, and keep the others',
    up(op) {
      op.dropForeignKey('thing', 'fk_parent')
      op.dropColumn('thing', 'parent')
    },
    down(op) {
      op.addColumn('thing', { name: 'parent', type: 'integer', nullable: true })
      op.createForeignKey('thing', {
        name: 'fk_parent',
        columns: ['parent'],
        references: { table: 'parent', columns: ['id'] },
        onDelete: 'CASCADE',
      })
    },
    holds: {
      'SELECT boss FROM thing WHERE id = 2': [{ boss: 1 }],
      'SELECT "table" AS parent FROM pragma_foreign_key_list(\'thing\')': [{ parent: 'thing' }],
    },
    loses: ['parent'],
  },
  {
    does: '137 drop a column that refers to its own table',
    up(op) {
      op.dropForeignKey('thing', 'fk_boss')
      op.dropColumn('thing', 'boss')
    },
    down(op) {
      op.addColumn('thing', { name: 'boss', type: 'integer', nullable: true })
      op.createForeignKey('thing', {
        name: 'fk_boss',
        columns: ['boss'],
        references: { table: 'thing', columns: ['id'] },
      })
    },
    holds: { 'SELECT parent FROM thing WHERE id = 2': [{ parent: 1 }] },
    loses: ['boss'],
  },
  createdAndDropped(
    'create a foreign key, and drop it',
    (op) =>
      op.createForeignKey('pair', {
        name: 'fk',
        columns: ['a'],
        references: { table: 'thing', columns: ['id'] },
        onDelete: 'CASCADE',
      }),
    (op) => op.dropForeignKey('pair', 'fk'),
    { 'SELECT "on_delete" AS does FROM pragma_foreign_key_list(\'pair\')': [{ does: 'CASCADE' }] },
  ),
  createdAndDropped(
    'create a unique constraint, and drop it',
    (op) => op.createUnique('thing', { name: 'uq', columns: ['size', 'kind'] }),
    (op) => op.dropUnique('thing', 'uq'),
    { [created('thing', 'CONSTRAINT "uq" UNIQUE ("size", "kind")')]: says },
  ),
  createdAndDropped(
    'create a named check, and drop it',
    (op) => op.createCheck('thing', { name: 'ck', expression: 'size < 100' }),
    (op) => op.dropCheck('thing', 'ck'),
    { 'INSERT OR IGNORE INTO thing (size) VALUES (100)': [], 'SELECT count(*) AS rows FROM thing': [{ rows: 2 }] },
  ),
  createdAndDropped(
    'drop a named check, and create it',
    (op) => op.dropCheck('thing', 'ck_size'),
    (op) => op.createCheck('thing', { name: 'ck_size', expression: 'size > 0' }),
    { [created('thing', "kind IN ('a', 'b')")]: says, [created('thing', 'ck_size')]: [{ says: 0 }] },
  ),
  createdAndDropped(
    'drop a primary key, and create it',
    (op) => op.dropPrimaryKey('pair'),
    (op) => op.createPrimaryKey('pair', { name: 'pk_pair', columns: ['a', 'b'] }),
    {
      "SELECT count(*) AS keys FROM pragma_table_info('pair') WHERE pk > 0": [{ keys: 0 }],
      'SELECT note FROM pair': [{ note: 'kept' }],
    },
  ),
  {
    does: '137 create an index, and drop it',
    up: (op) =>
      op.createIndex('thing', { name: 'ix', columns: ['kind', { column: 'size', order: 'DESC' }], where: 'size > 1' }),
    down: (op) => op.dropIndex('thing', 'ix'),
    holds: {
      "SELECT sql FROM sqlite_master WHERE name = 'ix'": [
        { sql: 'CREATE INDEX "ix" ON "thing" ("kind", "size" DESC) WHERE size > 1' },
      ],
    },
    native: true,
  },
  {
    does: '137 a table keeps its options, WITHOUT ROWID and STRICT',
    up(op) {
      op.createUnique('coded', { name: 'uq_coded', columns: ['note'] })
      op.createUnique('strictly', { name: 'uq_strictly', columns: ['note'] })
    },
    down(op) {
      op.dropUnique('coded', 'uq_coded')
      op.dropUnique('strictly', 'uq_strictly')
    },
    holds: {
      "SELECT name, wr, strict FROM pragma_table_list WHERE name IN ('coded', 'strictly') ORDER BY name": [
        { name: 'coded', wr: 1, strict: 0 },
        { name: 'strictly', wr: 0, strict: 1 },
      ],
    },
  },
]

const data: readonly Behaviour[] = [
  {
    does: '140 what comes to nothing leaves every value, the fractions of a moment too',
    up(op) {
      op.alterColumn('thing', 'made', { type: 'text' })
      op.alterColumn('thing', 'made', { type: 'datetime' })
      op.alterColumn('thing', 'size', { nullable: true })
    },
    down: (op) => op.alterColumn('thing', 'size', { nullable: false }),
    holds: {
      'SELECT made, typeof(made) AS kind FROM thing WHERE id = 1': [{ made: '2020-01-01 00:00:00.123', kind: 'text' }],
    },
  },
  {
    does: '140 a primary key is dropped and created at once',
    up(op) {
      op.dropPrimaryKey('pair')
      op.createPrimaryKey('pair', { name: 'pk_pair', columns: ['a', 'b'] })
    },
    down: (op) => op.execute('SELECT 1'),
    holds: { 'SELECT a, b FROM pair': [{ a: 1, b: 2 }] },
  },
  {
    does: '140 a primary key is created on other columns',
    up(op) {
      op.dropPrimaryKey('pair')
      op.createPrimaryKey('pair', { name: 'pk_other', columns: ['b', 'a'] })
    },
    down(op) {
      op.dropPrimaryKey('pair')
      op.createPrimaryKey('pair', { name: 'pk_pair', columns: ['a', 'b'] })
    },
    holds: { "SELECT name FROM pragma_table_info('pair') WHERE pk = 1": [{ name: 'b' }] },
  },
  {
    does: '140 a primary key goes with its column, and comes back',
    up(op) {
      op.dropPrimaryKey('pair')
      op.dropColumn('pair', 'b')
      op.createPrimaryKey('pair', { name: 'pk_pair', columns: ['a'] })
    },
    down(op) {
      op.dropPrimaryKey('pair')
      op.addColumn('pair', { name: 'b', type: 'integer', default: 2 })
      op.alterColumn('pair', 'b', { default: null })
      op.createPrimaryKey('pair', { name: 'pk_pair', columns: ['a', 'b'] })
    },
    holds: { 'SELECT a, note FROM pair': [{ a: 1, note: 'kept' }] },
  },
  {
    does: '140 columns stay in their order',
    up: (op) => op.alterColumn('thing', 'kind', { nullable: false }),
    down: (op) => op.alterColumn('thing', 'kind', { nullable: true }),
    holds: { [columns]: [{ names: 'id,data,size,flag,kind,parent,boss,made' }] },
  },
  {
    does: '140 computed columns are computed, stored and not',
    up(op) {
      op.addColumn('thing', { name: 'twice', type: 'integer', generated: 'size * 2', virtual: true, nullable: true })
      op.addColumn('thing', { name: 'thrice', type: 'integer', generated: 'size * 3', nullable: true })
    },
    down(op) {
      op.dropColumn('thing', 'thrice')
      op.dropColumn('thing', 'twice')
    },
    holds: { 'SELECT loud, twice, thrice FROM thing WHERE id = 2': [{ loud: 'B', twice: 4, thrice: 6 }] },
  },
  {
    does: '140 a counter goes on where it was, even if its last rows are gone',
    up: (op) => op.alterColumn('thing', 'size', { type: 'bigint' }),
    down: (op) => op.alterColumn('thing', 'size', { type: 'integer' }),
    holds: { "SELECT seq FROM sqlite_sequence WHERE name = 'thing'": [{ seq: 9 }] },
  },
  {
    does: '140 columns are added by ALTER TABLE',
    up(op) {
      op.addColumn('thing', { name: 'one', type: 'integer', default: 1 })
      op.addColumn('thing', { name: 'two', type: 'varchar(5)', nullable: true })
    },
    down(op) {
      op.dropColumn('thing', 'two')
      op.dropColumn('thing', 'one')
    },
    holds: { 'SELECT one, two FROM thing WHERE id = 1': [{ one: 1, two: null }] },
    native: true,
  },
  {
    does: '140 indexes are created and dropped by themselves',
    up(op) {
      op.dropIndex('thing', 'ix_size')
      op.createIndex('thing', { name: 'ix_kind', columns: ['kind'], unique: true })
    },
    down(op) {
      op.dropIndex('thing', 'ix_kind')
      op.createIndex('thing', { name: 'ix_size', columns: ['size'] })
    },
    holds: { "SELECT name FROM pragma_index_list('thing') WHERE origin = 'c'": [{ name: 'ix_kind' }] },
    native: true,
  },
]

describe.each(sqliteDrivers())('%s', (driver) => {
  let here: World
  beforeEach(async () => {
    here = await world(async () => freshSqlite(driver))
    const session = await here.session()
    for (const sql of session.dialect.split(setUp)) await session.connection.query(sql)
    await session.close()
  })
  afterEach(() => here.end())

  /** The schema as it is read, without its texts, and every row. */
  async function snapshot(without: readonly string[] = []) {
    const session = await here.session()
    const { connection, dialect, scope } = session
    const { tables } = await dialect.introspect(connection, scope)
    const rows: Record<string, unknown> = {}
    for (const { name, columns: all } of tables) {
      const names = all.map((column) => column.name).filter((column) => !without.includes(column))
      rows[name] = await connection.query(`SELECT ${names.sort().join(', ')} FROM ${name} ORDER BY 1`)
    }
    await session.close()
    // After a drop and an add the order is another; it is a fact of its own, with a test of its own.
    const sorted = <T>(all: readonly T[]) => [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    // SQLite's own RENAME puts what it renames in quotes.
    const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('\\"', '')) as T
    const each = plain(tables).map(({ name, ...table }) => ({
      name,
      ...table,
      columns: sorted(table.columns),
      uniques: sorted(table.uniques),
      checks: sorted(table.checks),
      foreignKeys: sorted(table.foreignKeys),
      indexes: sorted(table.indexes),
    }))
    return {
      tables: sorted(each),
      rows,
    }
  }

  const statements = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === 'statement' ? [event.sql] : []))

  async function thereAndBack({ up, down, holds, native, loses = [] }: Behaviour): Promise<void> {
    const all = history({ a: { upgrade: up, downgrade: down } })
    const before = await snapshot(loses)
    const upwards = await here.upgrade(all)
    expect(await here.ask('SELECT count(*) AS rows FROM child')).toEqual([{ rows: 2 }])
    for (const [query, rows] of Object.entries(holds)) expect(await here.ask(query)).toEqual(rows)
    const downwards = await here.downgrade(all, null)
    expect(await snapshot(loses)).toEqual(before)
    expect(await here.ask('PRAGMA foreign_key_check')).toEqual([])
    expect(await here.ask('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const rebuilt = [...statements(upwards.events), ...statements(downwards.events)].filter((sql) =>
      sql.startsWith('CREATE TABLE'),
    )
    if (native) expect(rebuilt).toEqual([])
  }

  test.each([...model, ...data].map((one) => [one.does, one] as const))('%s', (_does, one) => thereAndBack(one))

  test('138 each call does what its arguments say', async () => {
    const all = history({
      a: {
        upgrade(op: Op) {
          op.createTable({
            name: 'made',
            columns: [
              { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
              { name: 'text', type: 'varchar(20)', nullable: true, default: 'x', collation: 'NOCASE' },
              { name: 'parent', type: 'integer' },
            ],
            primaryKey: ['id'],
            uniques: [{ name: 'uq_made', columns: ['text'] }],
            checks: [{ name: 'ck_made', expression: 'id > 0' }],
            foreignKeys: [
              {
                name: 'fk_made',
                columns: ['parent'],
                references: { table: 'parent', columns: ['id'] },
                onDelete: 'SET NULL',
                onUpdate: 'CASCADE',
                deferrable: 'INITIALLY DEFERRED',
              },
            ],
            indexes: [{ name: 'ix_made', columns: ['parent'], unique: true, where: 'parent > 0' }],
          })
          op.bulkInsert('made', [{ text: 'kept', parent: 1 }])
          op.renameTable('made', 'done')
          op.renameColumn('done', 'text', 'words')
          op.renameConstraint('done', 'uq_made', 'uq_done')
          op.renameIndex('done', 'ix_made', 'ix_done')
          op.createView({ name: 'seen', definition: 'SELECT words FROM done' })
          op.execute('UPDATE done SET words = words || ?', ['!'])
        },
        downgrade(op: Op) {
          op.dropView('seen')
          op.dropTable('done')
        },
      },
    })
    const before = await snapshot()
    await here.upgrade(all)
    expect(await here.ask('SELECT * FROM seen')).toEqual([{ words: 'kept!' }])
    const session = await here.session()
    const { tables } = await session.dialect.introspect(session.connection, session.scope)
    await session.close()
    expect(tables.find(({ name }) => name === 'done')).toEqual({
      name: 'done',
      columns: [
        { name: 'id', type: 'integer', nullable: false, identity: 'AUTOINCREMENT' },
        { name: 'words', type: 'varchar(20)', nullable: true, default: 'x', collation: 'NOCASE' },
        { name: 'parent', type: 'integer', nullable: false },
      ],
      primaryKey: { columns: ['id'] },
      uniques: [{ name: 'uq_done', columns: ['words'] }],
      checks: [{ name: 'ck_made', expression: { sql: 'id > 0' } }],
      foreignKeys: [
        {
          name: 'fk_made',
          columns: ['parent'],
          references: { table: { name: 'parent' }, columns: ['id'] },
          onDelete: 'SET NULL',
          onUpdate: 'CASCADE',
          deferrable: 'INITIALLY DEFERRED',
        },
      ],
      indexes: [{ name: 'ix_done', columns: ['parent'], unique: true, where: { sql: 'parent > 0' } }],
      exclusions: [],
    })
    await here.downgrade(all, null)
    expect(await snapshot()).toEqual(before)
  })

  test('140 a table that others refer to is rebuilt, and deleting from it cascades as before', async () => {
    await here.upgrade(
      history({ a: { upgrade: (op: Op) => op.createUnique('thing', { name: 'uq', columns: ['size'] }) } }),
    )
    await here.ask('DELETE FROM thing WHERE id = 2')
    expect(await here.ask('SELECT thing FROM child')).toEqual([{ thing: 1 }])
    await here.ask('DELETE FROM parent')
    expect(await here.ask('SELECT count(*) AS rows FROM thing')).toEqual([{ rows: 0 }])
  })

  /** One history, run and printed: a table it makes itself, all kinds of changes, and the way back. */
  const printable: History = history({
    a: {
      upgrade(op: Op) {
        op.createTable({
          name: 'sheet',
          columns: [
            { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
            { name: 'flag', type: 'boolean', default: false },
            { name: 'kind', type: 'varchar', nullable: true },
          ],
          primaryKey: ['id'],
          checks: [{ expression: `kind IN ('a', 'b')` }],
        })
        op.createTable({
          name: 'line',
          columns: [{ name: 'sheet', type: 'integer' }],
          foreignKeys: [{ columns: ['sheet'], references: { table: 'sheet', columns: ['id'] }, onDelete: 'CASCADE' }],
        })
        op.bulkInsert('sheet', [{ flag: true, kind: 'a' }])
        op.bulkInsert('line', [{ sheet: 1 }])
      },
      downgrade(op: Op) {
        op.dropTable('line')
        op.dropTable('sheet')
      },
    },
    b: {
      upgrade(op: Op) {
        op.alterColumn('sheet', 'flag', { type: 'integer' })
        op.alterColumn('sheet', 'kind', { type: 'text' })
        op.createIndex('sheet', { name: 'ix', columns: ['flag'] })
        op.createUnique('sheet', { name: 'uq', columns: ['kind'] })
      },
      downgrade(op: Op) {
        op.dropUnique('sheet', 'uq')
        op.dropIndex('sheet', 'ix')
        op.alterColumn('sheet', 'kind', { type: 'varchar' })
        op.alterColumn('sheet', 'flag', { type: 'boolean' })
      },
    },
  })

  test('139 141 a rebuild is printed from the history alone, and does what the run does, both ways', async () => {
    const target = offlineTarget(new typeorm.DataSource(here.database.options as never), {})
    const { graph, scripts } = printable
    const request = { ...target, graph, scripts, toolVersion: '0.0.1' }
    const run = async (sql: string) => {
      const session = await here.session()
      const { connection, dialect } = session
      for (const statement of dialect.split(sql)) {
        if (statement.endsWith('BEGIN')) await connection.startTransaction()
        else if (statement === 'COMMIT') await connection.commitTransaction()
        else await connection.query(statement)
      }
      await session.close()
    }
    const before = await snapshot()
    await here.upgrade(printable)
    const ran = await snapshot()
    expect(ran.rows).toMatchObject({ sheet: [{ flag: 1, kind: 'a' }], line: [{ sheet: 1 }] })
    await here.downgrade(printable, 'a')
    const half = await snapshot()
    await here.downgrade(printable, null)
    expect(await snapshot()).toEqual(before)

    // What was printed brings our own tables along.
    await run('DROP TABLE autogen_log; DROP TABLE autogen_version')
    const steps = upgradePath(graph, [], graph.realHeads)
    await run(await offlineSql({ ...request, heads: [], kind: 'upgrade', steps }))
    expect(await snapshot()).toEqual(ran)
    const back = (from: string, to: string | null) =>
      offlineSql({ ...request, heads: [from], kind: 'downgrade', steps: downgradePath(graph, [from], [{ id: to }]) })
    await run(await back('b', 'a'))
    expect(await snapshot()).toEqual(half)
    await run(await back('a', null))
    expect(await snapshot()).toEqual(before)
  })

  test('142 a rename is one ALTER TABLE, and a constraint is changed without anybody asking for a batch', async () => {
    const rename = (op: Op) => op.renameColumn('thing', 'data', 'text')
    const moved = await here.upgrade(history({ a: { upgrade: rename } }))
    expect(statements(moved.events)).toEqual(['ALTER TABLE "thing" RENAME COLUMN "data" TO "text"'])
    const check = (op: Op) => op.createCheck('thing', { name: 'ck', expression: 'size < 9' })
    await here.upgrade(history({ a: { upgrade: rename }, b: { upgrade: check } }))
    await expect(here.ask('INSERT INTO thing (size) VALUES (9)')).rejects.toThrow('CHECK constraint failed')
  })

  test('142 comments are left out, a schema is refused by name', async () => {
    const before = await snapshot()
    const said = (op: Op) => {
      op.commentTable('thing', 'said')
      op.alterColumn('thing', 'size', { comment: 'said' })
    }
    await here.upgrade(history({ a: { upgrade: said } }))
    expect(await snapshot()).toEqual(before)
    const elsewhere = (op: Op) => op.renameTable({ schema: 'other', name: 'thing' }, 'it')
    await expect(here.upgrade(history({ a: { upgrade: said }, b: { upgrade: elsewhere } }))).rejects.toMatchObject({
      message: expect.stringContaining('other'),
    })
  })
})

describe.each(sqliteDrivers())('142 defaults through %s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())
  const thing = (options: typeorm.ColumnOptions) => [
    entity('thing', { id: PrimaryGeneratedColumn(), value: Column(options) }),
  ]
  const by = (sql: string) => () => sql

  test.each<[string, typeorm.ColumnOptions, string]>([
    ['a function without parentheses', { type: 'datetime', default: by(`datetime('now')`) }, `(datetime('now'))`],
    ['a function in other letters', { type: 'datetime', default: by(`DATETIME('now')`) }, `(datetime('now'))`],
    ['an expression', { type: 'varchar', default: by(`'a' || 'b'`) }, `('a'||'b')`],
    ['a text', { type: 'varchar', default: `it's` }, `'it''s'`],
    ['a text of digits', { type: 'varchar', default: '5' }, `'5'`],
    ['an integer', { type: 'int', default: 5 }, '5'],
    ['an integer in quotes', { type: 'int', default: 5 }, `'5'`],
    ['a negative number', { type: 'int', default: -5 }, '-5'],
    ['a fraction', { type: 'float', default: 1.5 }, '1.50'],
    ['a number in another notation', { type: 'float', default: 1500 }, '1.5e3'],
  ])('%s is what the database has', async (_what, options, sql) => {
    const story = await stage.begin()
    await story.become(thing(options))
    expect(await story.check(thing(options))).toEqual([])
    await story.sql(
      `DROP TABLE thing; CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, value ${String(options.type)} NOT NULL DEFAULT ${sql})`,
    )
    expect(await story.check(thing(options))).toEqual([])
  })

  test.each<[string, typeorm.ColumnOptions, string]>([
    ['another function', { type: 'datetime', default: by(`datetime('now')`) }, `(date('now'))`],
    ['another text', { type: 'varchar', default: 'a' }, `'A'`],
    ['a text that was a number', { type: 'varchar', default: '5' }, '(5 + 0)'],
    ['another number', { type: 'int', default: 5 }, '6'],
    ['none', { type: 'int' }, '6'],
  ])('%s is a change', async (_what, options, sql) => {
    const story = await stage.begin()
    await story.become(thing(options))
    await story.sql(
      `DROP TABLE thing; CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, value ${String(options.type)} NOT NULL DEFAULT ${sql})`,
    )
    expect(await story.check(thing(options))).toEqual([expect.stringContaining('~ column thing.value default')])
  })
})
