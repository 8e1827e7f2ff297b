import { MigrationFailedError } from '../../src/errors'
import { upgradePath } from '../../src/graph/path'
import { migrate } from '../../src/runtime/migrate'
import type { Op } from '../../src/operations/op'
import { databases, history, world, type World } from './world'

const sqlite = databases.filter(([name]) => name !== 'postgres')

const family = {
  upgrade(op: Op) {
    op.createTable({
      name: 'parent',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text', nullable: true },
      ],
      primaryKey: ['id'],
    })
    op.createTable({
      name: 'child',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'parentId', type: 'integer' },
      ],
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['parentId'], references: { table: 'parent', columns: ['id'] }, onDelete: 'CASCADE' }],
    })
    op.bulkInsert('parent', [
      { id: 1, name: 'Ann' },
      { id: 2, name: 'Bob' },
    ])
    op.bulkInsert('child', [
      { id: 1, parentId: 1 },
      { id: 2, parentId: 2 },
    ])
  },
}

/** Only a rebuild of `parent` makes a column NOT NULL on SQLite. */
const strict = (op: Op) => op.alterColumn('parent', 'name', { nullable: false })

describe.each(sqlite)('foreign keys on %s', (_, create) => {
  let here: World
  beforeEach(async () => {
    here = await world(create)
    await here.upgrade(history({ a: family }))
  })
  afterEach(() => here.end())

  const children = () => here.ask('SELECT id FROM child ORDER BY id')

  test.each([
    ['a script that only queues', { upgrade: strict }],
    [
      'a script whose recording shows the rebuild',
      {
        async upgrade(op: Op) {
          await op.flush()
          strict(op)
        },
      },
    ],
    [
      'a script that rebuilds because of rows it read',
      {
        async upgrade(op: Op) {
          op.execute(`UPDATE parent SET name = name || '!'`)
          const rows = await op.query('SELECT count(*) AS n FROM parent WHERE name IS NULL')
          if (Number(rows[0]?.n) === 0) strict(op)
        },
      },
    ],
  ])('a rebuild keeps the children: %s', async (_case, script) => {
    await here.upgrade(history({ a: family, b: script }))
    expect(await children()).toEqual([{ id: 1 }, { id: 2 }])
    const session = await here.session()
    const { tables } = await session.dialect.introspect(session.connection, session.scope)
    const parent = tables.find(({ name }) => name === 'parent')
    expect(parent?.columns.find(({ name }) => name === 'name')).toMatchObject({ nullable: false })
    expect((await here.ask('SELECT name FROM parent WHERE id = 1'))[0]?.name).toMatch(/^Ann!?$/)
  })

  test('a delete still cascades where nothing is rebuilt', async () => {
    await here.upgrade(
      history({ a: family, b: { upgrade: (op: Op) => op.execute('DELETE FROM parent WHERE id = 1') } }),
    )
    expect(await children()).toEqual([{ id: 2 }])
  })

  test('rows that lose their parent during a rebuild fail the migration', async () => {
    const orphaning = {
      upgrade(op: Op) {
        strict(op)
        op.execute('DELETE FROM parent WHERE id = 1')
      },
    }
    const failure: unknown = await here.upgrade(history({ a: family, b: orphaning })).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).toMatchObject({ exitCode: expect.any(Number) })
    expect(await children()).toEqual([{ id: 1 }, { id: 2 }])
    expect(await here.ask('SELECT id FROM parent')).toHaveLength(2)
  })

  test('enforcement is on again after a migration that failed', async () => {
    const { scripts, graph } = history({
      a: family,
      b: {
        upgrade(op: Op) {
          strict(op)
          op.execute('INSERT INTO nowhere VALUES (1)')
        },
      },
    })
    const session = await here.session()
    const enforced = async () => Number((await session.connection.query('PRAGMA foreign_keys'))[0]?.foreign_keys)
    expect(await enforced()).toBe(1)
    const steps = (heads: readonly string[]) => upgradePath(graph, heads, ['b'])
    const running = migrate(session, { kind: 'upgrade', scripts, graph, steps, toolVersion: '0.0.1' })
    await expect(running).rejects.toThrow(MigrationFailedError)
    expect(await enforced()).toBe(1)
  })
})
