// What SQLite can do in place is done in place: these statements and no others, and the table keeps the very page it lies on.
import type { RunEvent } from '../../../src/runtime/events'
import type { Op } from '../../../src/operations/op'
import { history, world, type World } from '../../runtime/world'
import { freshSqlite } from '../../support/databases'
import { sqliteDrivers } from '../../support/lane'

interface Native {
  readonly does: string
  readonly up: (op: Op) => void
  readonly down: (op: Op) => void
  readonly statements: readonly string[]
  readonly back: readonly string[]
}

const natives: readonly Native[] = [
  {
    does: 'columns are added and dropped: one that may be empty, one with a default, one with a check, one that is computed',
    up(op) {
      op.addColumn('thing', { name: 'note', type: 'text', nullable: true, collation: 'NOCASE' })
      op.addColumn('thing', { name: 'rank', type: 'integer', default: 1 })
      op.addColumn('thing', { name: 'twice', type: 'integer', nullable: true, generated: 'size * 2', virtual: true })
      op.addColumn('thing', { name: 'kind', type: 'varchar', nullable: true })
      op.createCheck('thing', { expression: `"kind" IN ('a', 'b')` })
    },
    down(op) {
      op.dropColumn('thing', 'twice')
      op.dropColumn('thing', 'rank')
      op.dropColumn('thing', 'note')
    },
    statements: [
      'ALTER TABLE "thing" ADD COLUMN "note" text COLLATE "NOCASE"',
      'ALTER TABLE "thing" ADD COLUMN "rank" integer NOT NULL DEFAULT 1',
      'ALTER TABLE "thing" ADD COLUMN "twice" integer GENERATED ALWAYS AS (size * 2) VIRTUAL',
      `ALTER TABLE "thing" ADD COLUMN "kind" varchar CHECK( "kind" IN ('a', 'b') )`,
    ],
    back: [
      'ALTER TABLE "thing" DROP COLUMN "twice"',
      'ALTER TABLE "thing" DROP COLUMN "rank"',
      'ALTER TABLE "thing" DROP COLUMN "note"',
    ],
  },
  {
    does: 'columns are renamed, the key and one that others refer to among them',
    up(op) {
      op.renameColumn('thing', 'size', 'amount')
      op.renameColumn('thing', 'id', 'number')
    },
    down(op) {
      op.renameColumn('thing', 'number', 'id')
      op.renameColumn('thing', 'amount', 'size')
    },
    statements: [
      'ALTER TABLE "thing" RENAME COLUMN "size" TO "amount"',
      'ALTER TABLE "thing" RENAME COLUMN "id" TO "number"',
    ],
    back: [
      'ALTER TABLE "thing" RENAME COLUMN "number" TO "id"',
      'ALTER TABLE "thing" RENAME COLUMN "amount" TO "size"',
    ],
  },
  {
    does: 'a table is renamed, with a view over it and a key to it',
    up: (op) => op.renameTable('thing', 'item'),
    down: (op) => op.renameTable('item', 'thing'),
    statements: ['ALTER TABLE "thing" RENAME TO "item"'],
    back: ['ALTER TABLE "item" RENAME TO "thing"'],
  },
  {
    does: 'indexes are created, renamed and dropped',
    up(op) {
      op.createIndex('thing', {
        name: 'ix_new',
        columns: [{ sql: 'lower(name)' }, { column: 'size', order: 'DESC' }],
        unique: true,
        where: 'size > 0',
      })
      op.renameIndex('thing', 'ix_size', 'ix_other')
    },
    down(op) {
      op.renameIndex('thing', 'ix_other', 'ix_size')
      op.dropIndex('thing', 'ix_new')
    },
    statements: [
      'DROP INDEX "ix_size"',
      'CREATE INDEX "ix_other" ON "thing" ("size")',
      'CREATE UNIQUE INDEX "ix_new" ON "thing" ((lower(name)), "size" DESC) WHERE size > 0',
    ],
    back: ['DROP INDEX "ix_other"', 'DROP INDEX "ix_new"', 'CREATE INDEX "ix_size" ON "thing" ("size")'],
  },
  {
    does: 'all of it at once',
    up(op) {
      op.renameTable('thing', 'item')
      op.renameColumn('item', 'name', 'label')
      op.addColumn('item', { name: 'note', type: 'text', nullable: true })
      op.dropColumn('item', 'spare')
      op.dropIndex('item', 'ix_size')
    },
    down(op) {
      op.createIndex('item', { name: 'ix_size', columns: ['size'] })
      op.addColumn('item', { name: 'spare', type: 'text', nullable: true })
      op.dropColumn('item', 'note')
      op.renameColumn('item', 'label', 'name')
      op.renameTable('item', 'thing')
    },
    statements: [
      'DROP INDEX "ix_size"',
      'ALTER TABLE "thing" RENAME TO "item"',
      'ALTER TABLE "item" RENAME COLUMN "name" TO "label"',
      'ALTER TABLE "item" ADD COLUMN "note" text',
      'ALTER TABLE "item" DROP COLUMN "spare"',
    ],
    back: [
      'ALTER TABLE "item" ADD COLUMN "spare" text',
      'ALTER TABLE "item" DROP COLUMN "note"',
      'ALTER TABLE "item" RENAME COLUMN "label" TO "name"',
      'ALTER TABLE "item" RENAME TO "thing"',
      'CREATE INDEX "ix_size" ON "thing" ("size")',
    ],
  },
]

const setUp = [
  'CREATE TABLE thing (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, size integer NOT NULL, name text, spare text)',
  'CREATE INDEX ix_size ON thing (size)',
  'CREATE TABLE child (thing integer REFERENCES thing (id) ON DELETE CASCADE)',
  'CREATE VIEW seen AS SELECT size FROM thing',
  `INSERT INTO thing (size, name) VALUES (1, 'a'), (2, 'b')`,
  'INSERT INTO child VALUES (1), (2)',
]

describe.each(sqliteDrivers())('%s', (driver) => {
  let here: World
  beforeEach(async () => {
    here = await world(async () => freshSqlite(driver))
    const session = await here.session()
    for (const sql of setUp) await session.connection.query(sql)
    await session.close()
  })
  afterEach(() => here.end())

  // TypeORM's own table of what is computed is kept true as well.
  const isTypeorms = (sql: string) => sql.includes('typeorm_metadata')
  const statements = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === 'statement' && !isTypeorms(event.sql) ? [event.sql] : []))
  // A table that was made anew lies on another page: https://www.sqlite.org/fileformat2.html#storage_of_the_sql_database_schema
  const page = async () => {
    const [row] = await here.ask(
      `SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name IN ('thing', 'item')`,
    )
    return row?.rootpage
  }
  const rows = () => here.ask('SELECT * FROM seen')

  test.each(natives.map((one) => [one.does, one] as const))('%s', async (_does, native) => {
    const before = await page()
    const all = history({ a: { upgrade: native.up, downgrade: native.down } })
    expect(statements((await here.upgrade(all)).events)).toEqual(native.statements)
    expect(await page()).toBe(before)
    expect(await rows()).toHaveLength(2)
    expect(statements((await here.downgrade(all, null)).events)).toEqual(native.back)
    expect(await page()).toBe(before)
    expect(await rows()).toEqual([{ size: 1 }, { size: 2 }])
    expect(await here.ask('SELECT thing FROM child')).toEqual([{ thing: 1 }, { thing: 2 }])
  })

  test('the page tells: what SQLite cannot do in place lies on another one afterwards', async () => {
    const before = await page()
    await here.upgrade(history({ a: { upgrade: (op: Op) => op.alterColumn('thing', 'size', { type: 'bigint' }) } }))
    expect(await page()).not.toBe(before)
  })
})
