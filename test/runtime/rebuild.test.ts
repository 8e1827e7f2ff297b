// A rebuild as part of a migration: interrupted anywhere it has not been, and the connection is left as it was found.
import { upgradePath, downgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import type { RunEvent } from '../../src/runtime/events'
import { listenerOf } from '../../src/logger'
import { migrate } from '../../src/runtime/migrate'
import type { Session } from '../../src/runtime/session'
import { databases, history, world, type World } from './world'

const sqlite = databases.filter(([name]) => name !== 'postgres')

const people = {
  async upgrade(op: Op) {
    op.createTable({
      name: 'team',
      columns: [
        { name: 'id', type: 'integer', identity: 'AUTOINCREMENT' },
        { name: 'name', type: 'text', nullable: true, collation: 'NOCASE' },
        { name: 'size', type: 'integer', default: 0 },
      ],
      primaryKey: ['id'],
      indexes: [{ name: 'IDX_team', columns: [{ sql: 'lower(name)' }], where: 'size >= 0' }],
    })
    op.createTable({
      name: 'person',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'teamId', type: 'integer' },
      ],
      primaryKey: ['id'],
      foreignKeys: [{ columns: ['teamId'], references: { table: 'team', columns: ['id'] }, onDelete: 'CASCADE' }],
    })
    op.createView({ name: 'teams', definition: 'SELECT name FROM team' })
    op.execute(
      `CREATE TRIGGER joined AFTER INSERT ON person BEGIN UPDATE team SET size = size + 1 WHERE id = NEW.teamId; END`,
    )
    op.bulkInsert('team', [
      { id: 1, name: 'red' },
      { id: 5, name: 'blue' },
      { id: 9, name: 'gone' },
    ])
    op.bulkInsert('person', [
      { id: 1, teamId: 1 },
      { id: 2, teamId: 5 },
      { id: 3, teamId: 5 },
    ])
    op.execute('DELETE FROM team WHERE id = 9')
  },
}

/** Every kind of work in one migration: native statements, rebuilds of two tables, data, a view, an index. */
const changes = {
  upgrade(op: Op) {
    op.createTable({ name: 'note', columns: [{ name: 'text', type: 'text' }] })
    op.addColumn('team', { name: 'motto', type: 'text', nullable: true })
    op.alterColumn('team', 'name', { nullable: false, default: 'nobody' })
    op.execute(`UPDATE team SET motto = upper(name)`)
    op.createCheck('person', { name: 'CHK_person', expression: '"id" > 0' })
    op.renameColumn('team', 'size', 'people')
    op.bulkInsert('note', [{ text: 'done' }])
    op.createIndex('note', { name: 'IDX_note', columns: ['text'] })
    op.createView({ name: 'mottos', definition: 'SELECT motto FROM team' })
  },
  downgrade(op: Op) {
    op.dropView('mottos')
    op.dropTable('note')
    op.renameColumn('team', 'people', 'size')
    op.dropCheck('person', 'CHK_person')
    op.alterColumn('team', 'name', { nullable: true, default: null })
    op.dropColumn('team', 'motto')
  },
}

describe.each(sqlite)('a rebuild on %s', (_, create) => {
  let here: World
  beforeEach(async () => {
    here = await world(create)
    await here.upgrade(history({ a: people }))
  })
  afterEach(() => here.end())

  const path = history({ a: people, b: changes })
  const request = (direction: 'up' | 'down', { graph, scripts } = path) => ({
    kind: direction === 'up' ? ('upgrade' as const) : ('downgrade' as const),
    graph,
    scripts,
    steps: (heads: readonly string[]) =>
      direction === 'up' ? upgradePath(graph, heads, ['b']) : downgradePath(graph, heads, [{ id: 'a' }]),
    toolVersion: '0.0.1',
  })

  /** The catalogue and every row but those of the log, which remembers failures. */
  async function content(session: Session): Promise<unknown[]> {
    const found: unknown[] = await session.connection.query('SELECT type, name, sql FROM sqlite_master ORDER BY name')
    for (const { name, type } of found as { name: string; type: string }[]) {
      if (type === 'table' && name !== 'autogen_log')
        found.push(await session.connection.query(`SELECT * FROM "${name}"`))
    }
    return found.filter((rows) => !JSON.stringify(rows).includes('"autogen_log"'))
  }

  test.each(['up', 'down'] as const)(
    'stopped after any of its statements on the way %s, nothing has happened',
    async (direction) => {
      if (direction === 'down') await here.upgrade(path)
      const session = await here.session()
      // Faster, and as atomic as long as the machine itself does not fail.
      await session.connection.query('PRAGMA synchronous = OFF')
      const before = await content(session)
      let stops = 0
      for (let stop = 1, ended = false; !ended; stop++) {
        const interruption = new AbortController()
        let seen = 0
        const onEvent = (event: RunEvent) => {
          if (event.type === 'statement' && ++seen === stop) interruption.abort()
        }
        const running = migrate(session, { ...request(direction), onEvent, signal: interruption.signal })
        ended = await running.then(
          () => true,
          (error: { code?: string }) => {
            if (error.code !== 'interrupted') throw error
            return false
          },
        )
        if (ended) break
        stops++
        expect(await content(session)).toEqual(before)
        expect(await pragmas(session)).toEqual([1, 0])
      }
      expect(stops).toBeGreaterThan(20)
      expect(await content(session)).not.toEqual(before)
      expect(await session.connection.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
      expect(await session.connection.query('PRAGMA foreign_key_check')).toEqual([])
    },
    180_000,
  )

  describe.each([
    ['up', true],
    ['up', false],
    ['down', true],
    ['down', false],
  ] as const)('on the way %s, in a transaction: %s', (direction, transaction) => {
    const strict = (op: Op) => op.alterColumn('team', 'name', { nullable: false, default: 'x' })
    const broken = (op: Op) => (strict(op), op.execute('INSERT INTO nowhere VALUES (1)'))
    const fine = (op: Op) => (strict(op), op.execute('SELECT 1'))
    const script = (run: (op: Op) => void) =>
      history({
        a: people,
        b: {
          upgrade: direction === 'up' ? run : () => {},
          downgrade: direction === 'up' ? () => {} : run,
          transaction,
        },
      })

    test.each([
      ['done', 1, 0],
      ['done', 0, 1],
      ['failed', 1, 0],
      ['failed', 0, 1],
    ] as const)('it is %s, and the settings are what they were: %d %d', async (end, keys, legacy) => {
      if (direction === 'down') await here.upgrade(script(fine))
      const session = await here.session()
      await session.connection.query(`PRAGMA foreign_keys = ${keys}`)
      await session.connection.query(`PRAGMA legacy_alter_table = ${legacy}`)
      const running = migrate(session, request(direction, script(end === 'done' ? fine : broken)))
      if (end === 'done') await running
      else await expect(running).rejects.toMatchObject({ code: 'migration-failed', direction })
      expect(await pragmas(session)).toEqual([keys, legacy])
      expect(await here.ask('SELECT id, teamId FROM person ORDER BY id')).toEqual([
        { id: 1, teamId: 1 },
        { id: 2, teamId: 5 },
        { id: 3, teamId: 5 },
      ])
      expect(await here.ask(`SELECT seq FROM sqlite_sequence WHERE name = 'team'`)).toEqual([{ seq: 9 }])
    })
  })

  describe('of a large table', () => {
    const total = 120_000
    const large = {
      upgrade(op: Op) {
        op.createTable({
          name: 'large',
          columns: [
            { name: 'id', type: 'integer' },
            { name: 'n', type: 'integer', nullable: true },
          ],
          primaryKey: ['id'],
        })
        op.execute(
          `INSERT INTO large WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${total}) SELECT i, i FROM c`,
        )
      },
    }
    const change = (upgrade: (op: Op) => void) => history({ a: people, large, b: { upgrade } })
    const notNull = change((op) => op.alterColumn('large', 'n', { nullable: false }))
    const isCopy = ({ type }: RunEvent) => type === 'copy'

    test('it tells how far it has come, events and loggers alike', async () => {
      const lines: string[] = []
      const logger = { info: (line: string) => void lines.push(line), warn: () => {} }
      const events: RunEvent[] = []
      const onEvent = listenerOf({ logger, onEvent: (event) => events.push(event as RunEvent) })
      await here.upgrade(notNull, 'b', onEvent === undefined ? {} : { onEvent })
      const copies = events.filter(isCopy)
      const about = { type: 'copy', revision: 'b', table: 'large', total }
      expect(copies[0]).toEqual({ ...about, rows: 0 })
      expect(copies.at(-1)).toEqual({ ...about, rows: total })
      const rows = copies.map((event) => (event.type === 'copy' ? event.rows : NaN))
      expect(rows).toEqual([...rows].sort((a, b) => a - b))
      expect(lines).toContain(`copying large: 0 of ${total} rows`)
      const portions = events.filter(
        (event) => event.type === 'statement' && event.sql.includes('ORDER BY rowid LIMIT'),
      )
      expect(portions).toHaveLength(3)
    })

    test('it stops between two portions when it is interrupted', async () => {
      const interruption = new AbortController()
      const onEvent = (event: RunEvent) => {
        // A signal comes from outside, when the process has a moment to hear it.
        if (isCopy(event)) setImmediate(() => interruption.abort())
      }
      const running = here.upgrade(notNull, 'b', { onEvent, signal: interruption.signal })
      await expect(running).rejects.toMatchObject({ code: 'interrupted' })
      expect(await here.ask('SELECT count(*) AS n, sum(n) AS s FROM large')).toEqual([
        { n: total, s: (total * (total + 1)) / 2 },
      ])
      expect(await here.ask('SELECT version_num FROM autogen_version')).toEqual([{ version_num: 'large' }])
    })

    test('it fails where rows would be lost, and says which', async () => {
      const losing = change((op) => op.alterColumn('large', 'n', { type: 'text', using: 'max(n)' }))
      const running = here.upgrade(losing)
      await expect(running).rejects.toMatchObject({ code: 'rows-lost', exitCode: 5, table: 'large', before: total })
      await expect(running).rejects.toThrow(`The migration would not keep the rows of large: of ${total} it would make`)
      expect(await here.ask('SELECT count(*) AS n FROM large')).toEqual([{ n: total }])
      expect(await here.ask(`SELECT status, error FROM autogen_log WHERE revision = 'b'`)).toEqual([
        { status: 'failed', error: expect.stringContaining('would not keep the rows of large') },
      ])
    })
  })
})

async function pragmas({ connection }: Session): Promise<number[]> {
  const [[keys], [legacy]] = [
    await connection.query('PRAGMA foreign_keys'),
    await connection.query('PRAGMA legacy_alter_table'),
  ]
  return [Number(keys?.foreign_keys), Number(legacy?.legacy_alter_table)]
}
