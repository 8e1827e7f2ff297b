// Printed SQL for rebuilds, run by SQLite's own shell: the same schema and rows as a run, both ways, and the same refusals.
import { downgradePath, upgradePath } from '../../src/graph/path'
import { sameSchema } from '../../src/model/same'
import type { SchemaModel } from '../../src/model/schema'
import type { Op } from '../../src/operations/op'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import * as typeorm from 'typeorm'
import { runPrinted } from './printed'
import { databases, history, world, type History, type World } from './world'

const sqlite = databases.filter(([name]) => name !== 'postgres')
const first = {
  upgrade(op: Op) {
    op.createTable({
      name: 'team',
      columns: [
        { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
        { name: 'name', type: 'varchar(20)', nullable: true, collation: 'NOCASE' },
        { name: 'role', type: 'varchar', default: 'a' },
      ],
      primaryKey: ['id'],
      uniques: [{ columns: ['name', 'role'] }],
      indexes: [
        { name: 'IDX_team', columns: [{ sql: 'lower("name")', order: 'DESC' }], where: '"role" IS NOT NULL' },
        { name: 'IDX_RÔLE', columns: ['role'] },
      ],
      checks: [{ expression: `"role" IN ('a','b')` }],
    })
    op.createTable({
      name: 'person',
      columns: [
        { name: 'email', type: 'varchar' },
        { name: 'teamId', type: 'integer', nullable: true },
        { name: 'bossEmail', type: 'varchar', nullable: true },
      ],
      primaryKey: ['email'],
      foreignKeys: [
        { name: 'FK_team', columns: ['teamId'], references: { table: 'team', columns: ['id'] }, onDelete: 'CASCADE' },
        { columns: ['bossEmail'], references: { table: 'person', columns: ['email'] }, onDelete: 'SET NULL' },
      ],
    })
    op.createView({ name: 'teams', definition: 'SELECT "name", "role" FROM "team"' })
    op.bulkInsert('team', [
      { id: 1, name: `O'Hara; -- x`, role: 'a' },
      { id: 4, name: 'blue', role: 'b' },
      { id: 9, name: 'gone', role: 'a' },
    ])
    op.bulkInsert('person', [
      { email: 'z', teamId: 4, bossEmail: null },
      { email: 'a', teamId: 1, bossEmail: 'z' },
      { email: 'm', teamId: null, bossEmail: 'a' },
    ])
    op.execute(`DELETE FROM team WHERE id = 9`)
    op.execute(`DELETE FROM person WHERE email = 'a'`)
  },
  downgrade(op: Op) {
    op.dropView('teams')
    op.dropTable('person')
    op.dropTable('team')
  },
}

const all = history({
  a: first,
  b: {
    upgrade(op: Op) {
      op.alterColumn('team', 'name', { nullable: false, default: `it's` })
      op.addColumn('team', { name: 'made', type: 'datetime', default: { sql: `datetime('2020-01-01')` } })
      op.addColumn('team', { name: 'shout', type: 'text', nullable: true, generated: 'upper("name")' })
      op.createUnique('person', { name: 'UQ_person', columns: ['email', 'teamId'] })
    },
    downgrade(op: Op) {
      op.dropUnique('person', 'UQ_person')
      op.dropColumn('team', 'shout')
      op.dropColumn('team', 'made')
      op.alterColumn('team', 'name', { nullable: true, default: null })
    },
  },
  c: {
    upgrade(op: Op) {
      op.renameColumn('team', 'role', 'kind')
      op.renameTable('person', 'people')
      op.dropForeignKey('people', 'FK_team')
      op.createCheck('team', { name: 'CHK_team', expression: 'length("kind") = 1' })
      op.alterColumn('people', 'teamId', { type: 'text', using: `'team ' || "teamId"` })
    },
    downgrade(op: Op) {
      op.alterColumn('people', 'teamId', { type: 'integer', using: `CAST(substr("teamId", 6) AS integer)` })
      op.dropCheck('team', 'CHK_team')
      op.createForeignKey('people', {
        name: 'FK_team',
        columns: ['teamId'],
        references: { table: 'team', columns: ['id'] },
        onDelete: 'CASCADE',
      })
      op.renameTable('people', 'person')
      op.renameColumn('team', 'kind', 'role')
    },
  },
})

describe.each(sqlite)('rebuilds printed for %s', (_, create) => {
  let here: World
  let online: World
  beforeEach(async () => void ([here, online] = [await world(create), await world(create)]))
  afterEach(() => Promise.all([here.end(), online.end()]))

  async function printed({ graph, scripts }: History, heads: readonly string[], to: string | null): Promise<string> {
    const source = new typeorm.DataSource(here.database.options as unknown as typeorm.DataSourceOptions)
    const isUp = to !== null && (heads.length === 0 || to > String(heads[0]))
    return offlineSql({
      ...offlineTarget(source, {}),
      graph,
      scripts,
      heads,
      kind: isUp ? 'upgrade' : 'downgrade',
      steps: isUp ? upgradePath(graph, heads, [to]) : downgradePath(graph, heads, [{ id: to }]),
      toolVersion: '0.0.1',
    })
  }

  const run = (script: string) => runPrinted(here, script)

  /** The catalogue but for the text of tables, whose keys stand in another order, and every row with its row id; the log aside. */
  async function content(one: World): Promise<unknown> {
    const objects = await one.ask('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name')
    const rows: unknown[] = []
    for (const { type, name } of objects) {
      const rowid = type === 'table' ? 'rowid, ' : ''
      if ((type === 'table' || type === 'view') && name !== 'autogen_log')
        rows.push([name, await one.ask(`SELECT ${rowid}* FROM "${String(name)}"`)])
    }
    return { objects: objects.map((row) => ({ ...row, sql: row.type === 'table' ? '' : row.sql })), rows }
  }

  async function schema(one: World): Promise<SchemaModel> {
    const session = await one.session()
    try {
      return await session.dialect.introspect(session.connection, session.scope)
    } finally {
      await session.close()
    }
  }

  test('lead to what a run leads to, up and down', async () => {
    let heads: string[] = []
    for (const to of ['a', 'b', 'c', 'b', 'a', 'c', 'a']) {
      const isUp = heads.length === 0 || to > String(heads[0])
      expect(await run(await printed(all, heads, to))).toBeUndefined()
      await (isUp ? online.upgrade(all, to) : online.downgrade(all, to))
      expect(await content(here)).toEqual(await content(online))
      expect(sameSchema(await schema(here), await schema(online))).toBe(true)
      expect(await here.ask('PRAGMA foreign_key_check')).toEqual([])
      heads = [to]
    }
    expect(await run(await printed(all, heads, null))).toBeUndefined()
    await online.downgrade(all, null)
    expect(await content(here)).toEqual(await content(online))
  })

  test.each<[string, string, (op: Op) => void, string]>([
    [
      'a trigger the history does not know',
      'CREATE TRIGGER own AFTER DELETE ON team BEGIN DELETE FROM person; END',
      (op) => op.alterColumn('team', 'name', { nullable: false }),
      'table team has columns, indexes or triggers this migration does not know',
    ],
    [
      'rows that would be lost',
      'SELECT 1',
      (op) => op.alterColumn('team', 'name', { type: 'text', using: 'max("name")' }),
      'rows of team were lost',
    ],
    [
      'rows that would lose their parents',
      'SELECT 1',
      (op) => {
        op.alterColumn('team', 'name', { nullable: false })
        op.execute('DELETE FROM team')
      },
      'the migration leaves foreign keys without their rows',
    ],
  ])('stop at %s, with all as it was', async (_case, before, upgrade, message) => {
    await run(await printed(all, [], 'a'))
    await run(`${before};`)
    const was = await content(here)
    const path = history({ a: first, b: { upgrade } })
    expect(await run(await printed(path, ['a'], 'b'))).toContain(message)
    expect(await content(here)).toEqual(was)
  })
})
