import * as typeorm from 'typeorm'
import { OfflineError } from '../../src/errors'
import { downgradePath, stampPath, upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { readLog, type LogEntry } from '../../src/runtime/log'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import { readHeads } from '../../src/runtime/versions'
import { runPrinted } from './printed'
import { databases, history, world, type History, type World } from './world'

const all = history({
  a: {
    message: 'first\n; DROP TABLE nothing',
    upgrade: (op: Op) =>
      op.createTable({
        name: 'user',
        columns: [{ name: 'id', type: 'integer' }],
        // What the server names itself the log of a run knows and paper does not.
        primaryKey: { name: 'PK_user', columns: ['id'] },
      }),
    downgrade: (op: Op) => op.dropTable('user'),
  },
  b: {
    upgrade(op: Op) {
      op.addColumn('user', { name: 'name', type: 'text', nullable: true })
      op.bulkInsert('user', [{ id: 1, name: "O'Hara; -- no comment" }])
    },
    downgrade: (op: Op) => op.dropColumn('user', 'name'),
  },
  c: {
    async upgrade(op) {
      op.alterColumn('user', 'name', { nullable: false, default: "it's" })
      await op.query('DELETE FROM "user" WHERE id = 99')
    },
    downgrade: (op: Op) => op.alterColumn('user', 'name', { nullable: true, default: null }),
  },
})

/** What kind of value it is, its digits aside: a text tells the same moment only with its zone. */
const form = (moment: unknown) => (typeof moment === 'string' ? moment.replace(/\d/g, '0') : typeof moment)

/** A log row without what only a run knows: who, where, how long and when. */
const asPrinted = ({
  byUser: _user,
  host: _host,
  startedAt: _start,
  finishedAt: _end,
  durationMs: _ms,
  ...row
}: LogEntry) => row

const target = (here: World) =>
  offlineTarget(new typeorm.DataSource(here.database.options as unknown as typeorm.DataSourceOptions), {})

describe.each(databases)('SQL printed for %s', (dialect, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const request = ({ graph, scripts }: History, heads: readonly string[]) => ({
    ...target(here),
    graph,
    scripts,
    heads,
    toolVersion: '0.0.1',
  })

  const run = async (script: string) => expect(await runPrinted(here, script)).toBeUndefined()

  test('b95 b114: does what the run would have done, log and version rows included', async () => {
    await run(await offlineSql({ ...request(all, []), kind: 'upgrade', steps: upgradePath(all.graph, [], ['c']) }))
    const session = await here.session()
    expect(await readHeads(session)).toEqual(['c'])
    expect(
      (await readLog(session)).map(({ revision, kind, direction, status }) => [revision, kind, direction, status]),
    ).toEqual([
      ['a', 'upgrade', 'up', 'done'],
      ['b', 'upgrade', 'up', 'done'],
      ['c', 'upgrade', 'up', 'done'],
    ])
    const printed = (await session.dialect.introspect(session.connection, session.scope)).tables
    expect(await session.connection.query('SELECT id, name FROM "user"')).toEqual([
      { id: 1, name: "O'Hara; -- no comment" },
    ])
    await session.close()

    const other = await world(create)
    await other.upgrade(all)
    const live = await other.session()
    expect((await live.dialect.introspect(live.connection, live.scope)).tables).toEqual(printed)
    const ours = await readLog(await here.session())
    expect(ours.map(asPrinted)).toEqual((await readLog(live)).map(asPrinted))
    const moments = async (place: World) =>
      (await place.ask('SELECT started_at, finished_at FROM autogen_log')).flatMap((row) => Object.values(row))
    const [printedAt, ranAt] = [await moments(here), await moments(other)]
    expect(printedAt.map(form)).toEqual(ranAt.map(form))
    for (const moment of printedAt) expect(Math.abs(Number(new Date(String(moment))) - Date.now())).toBeLessThan(60_000)

    expect(await here.upgrade(all)).toMatchObject({ before: ['c'], steps: [], state: 'known' })
    await run(
      await offlineSql({
        ...request(all, ['c']),
        kind: 'downgrade',
        steps: downgradePath(all.graph, ['c'], [{ id: null }]),
      }),
    )
    await other.downgrade(all, null)
    await sameAs(other)

    await run(await offlineSql({ ...request(all, []), kind: 'stamp', steps: stampPath(all.graph, [], ['b']).steps }))
    await other.stamp(all, 'b')
    await sameAs(other)
    await run(
      await offlineSql({ ...request(all, ['b']), kind: 'stamp', steps: stampPath(all.graph, ['b'], ['a']).steps }),
    )
    await other.stamp(all, 'a')
    await sameAs(other)
    await other.end()
  })

  /** Schema, version rows and log are those of another database, where the same was run. */
  async function sameAs(other: World) {
    const [ours, theirs] = await Promise.all(
      [here, other].map(async (place) => {
        const session = await place.session()
        const { tables } = await session.dialect.introspect(session.connection, session.scope)
        return { tables, heads: await readHeads(session), log: (await readLog(session)).map(asPrinted) }
      }),
    )
    expect(ours).toEqual(theirs)
  }

  test('b114: each migration is printed in a transaction of its own, one without a transaction in none', async () => {
    const mixed = history({
      a: { upgrade: (op: Op) => op.execute('SELECT 1') },
      b: { transaction: false, upgrade: (op: Op) => op.execute('SELECT 2') },
      c: { upgrade: (op: Op) => op.execute('SELECT 3') },
    })
    const sql = await offlineSql({ ...request(mixed, []), kind: 'upgrade', steps: upgradePath(mixed.graph, [], ['c']) })
    const said = sql
      .split('\n')
      .flatMap((line) => /^(BEGIN|COMMIT|SELECT \d|(?:INSERT|DELETE).*autogen_version)/.exec(line)?.[1] ?? [])
      .map((text) => text.replace(/ .*autogen_version/, ' row'))
    // On PostgreSQL a statement that can have a transaction gets one of its own.
    const alone = dialect === 'postgres' ? 'BEGIN, SELECT 2, COMMIT, BEGIN' : 'SELECT 2, BEGIN'
    expect(said.join(', ')).toBe(
      [
        'BEGIN, COMMIT',
        'BEGIN, SELECT 1, INSERT row, COMMIT',
        `${alone}, DELETE row, INSERT row, COMMIT`,
        'BEGIN, SELECT 3, DELETE row, INSERT row, COMMIT',
      ].join(', '),
    )
    await run(sql)
    const other = await world(create)
    await other.upgrade(mixed)
    await sameAs(other)
    await other.end()
  })

  test('b111: what a script runs outside of a transaction is printed outside of it, and the rest around it in two', async () => {
    const parted = history({
      a: {
        async upgrade(op) {
          op.execute('SELECT 1')
          await op.autocommit((inside) => inside.execute('SELECT 2'), { idempotent: true })
          op.execute('SELECT 3')
        },
      },
    })
    const steps = upgradePath(parted.graph, [], ['a'])
    const sql = await offlineSql({ ...request(parted, []), kind: 'upgrade', steps })
    const said = sql.split('\n').flatMap((line) => /^(BEGIN|COMMIT|SELECT \d)/.exec(line)?.[1] ?? [])
    const alone = dialect === 'postgres' ? ['BEGIN', 'SELECT 2', 'COMMIT'] : ['SELECT 2']
    expect(said.slice(2)).toEqual(['BEGIN', 'SELECT 1', 'COMMIT', ...alone, 'BEGIN', 'SELECT 3', 'COMMIT'])
    await sameOnceRun(parted)
  })

  test.each<[string, Parameters<typeof history>[0][string]]>([
    [
      'ends outside of a transaction',
      {
        async upgrade(op) {
          op.execute('SELECT 1')
          await op.autocommit((inside) => inside.execute('SELECT 2'), { idempotent: true })
        },
      },
    ],
    [
      'has no transaction, and asks for rows',
      {
        transaction: false,
        async upgrade(op) {
          op.execute('SELECT 1')
          await op.query('SELECT 2')
          await op.query('SELECT 3')
          op.execute('SELECT 4')
        },
      },
    ],
    [
      'ends with batches',
      {
        async upgrade(op) {
          op.createTable({
            name: 'item',
            columns: [
              { name: 'id', type: 'integer' },
              { name: 'price', type: 'integer' },
            ],
            primaryKey: { name: 'PK', columns: ['id'] },
          })
          op.bulkInsert('item', [{ id: 1, price: 1 }])
          await op.batched({ table: 'item', set: { price: 'price + 1' }, where: 'id = 1' })
        },
      },
    ],
  ])('b111: a script that %s leaves the rows that a run leaves', async (_case, script) => {
    await sameOnceRun(history({ a: script }))
  })

  async function sameOnceRun(told: History) {
    await run(await offlineSql({ ...request(told, []), kind: 'upgrade', steps: upgradePath(told.graph, [], ['a']) }))
    const other = await world(create)
    await other.upgrade(told)
    await sameAs(other)
    await other.end()
  }

  test('a password is in no log row that is printed, and a way back that holds one is not kept', async () => {
    const secret = 'correct-horse-battery'
    const told = history({ a: { upgrade: () => {}, downgrade: (op: Op) => op.execute(`SELECT '${secret}'`) } })
    const dataSource = new typeorm.DataSource({ type: 'postgres', host: 'db', password: secret })
    const sql = await offlineSql({
      ...request(told, []),
      ...offlineTarget(dataSource, {}),
      kind: 'upgrade',
      steps: upgradePath(told.graph, [], ['a']),
    })
    expect(sql).toContain('autogen_log')
    expect(sql).not.toContain(secret)
  })

  test('b107: a message cannot break out of its comment', async () => {
    const sql = await offlineSql({ ...request(all, []), kind: 'upgrade', steps: upgradePath(all.graph, [], ['a']) })
    expect(sql).toContain('-- upgrade base -> a: first ; DROP TABLE nothing\n')
  })

  test('an update in batches is printed as one statement, in a transaction of its own', async () => {
    const filled = history({
      a: {
        async upgrade(op) {
          op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] })
          op.bulkInsert('user', [{ id: 1 }, { id: 2 }])
          op.addColumn('user', { name: 'email', type: 'text', nullable: true })
          await op.batched({ table: 'user', set: { email: `'nobody'` }, where: '"email" IS NULL' })
          op.alterColumn('user', 'email', { nullable: false })
        },
      },
    })
    const sql = await offlineSql({
      ...request(filled, []),
      kind: 'upgrade',
      steps: upgradePath(filled.graph, [], ['a']),
    })
    expect(sql).toMatch(
      /COMMIT;\nBEGIN;\nUPDATE .*"user" SET "email" = 'nobody' WHERE "email" IS NULL;\nCOMMIT;\nBEGIN;/,
    )
    await run(sql)
    expect(await here.ask('SELECT id, email FROM "user" ORDER BY id')).toEqual([
      { id: 1, email: 'nobody' },
      { id: 2, email: 'nobody' },
    ])
    expect(await readHeads(await here.session())).toEqual(['a'])
  })

  test.each(['upgrade', 'downgrade'] as const)('an %s with something to fill in is refused', async (direction) => {
    const script = { upgrade: (op: Op) => op.execute(`UPDATE x SET y = ${op.fillIn('x.y')}`), downgrade: () => {} }
    const waiting = history({ a: direction === 'upgrade' ? script : { upgrade: () => {}, downgrade: script.upgrade } })
    const steps =
      direction === 'upgrade'
        ? upgradePath(waiting.graph, [], ['a'])
        : downgradePath(waiting.graph, ['a'], [{ id: null }])
    const heads = direction === 'upgrade' ? [] : ['a']
    const printing = offlineSql({ ...request(waiting, heads), kind: direction, steps })
    await expect(printing).rejects.toThrow(/offline\.test\.ts:\d+: nobody has filled in x\.y yet\.$/)
  })

  test('b94: a stamp is printed too', async () => {
    const { steps } = stampPath(all.graph, [], ['b'])
    await run(await offlineSql({ ...request(all, []), kind: 'stamp', steps }))
    const session = await here.session()
    expect(await readHeads(session)).toEqual(['b'])
    expect((await readLog(session)).map(({ revision, kind }) => [revision, kind])).toEqual([
      ['a', 'stamp'],
      ['b', 'stamp'],
    ])
  })

  test.each([
    ['reads rows', async (op: Op) => void (await op.query('SELECT 1')).length, 'what it does depends on rows it reads'],
    ['asks for a manager', (op: Op) => op.manager(async () => {}), /^op.manager \(line \d+\) needs the database/],
    [
      'names what its own SQL makes',
      (op: Op) => {
        op.execute('CREATE TABLE raw (id integer)')
        op.addColumn('raw', { name: 'x', type: 'text' })
      },
      /^op.addColumn \(line \d+\) names what only its own SQL may have made/,
    ],
  ])('a script that %s is refused with the reason', async (_case, upgrade, reason) => {
    const needy = history({ a: { upgrade } })
    const printing = offlineSql({ ...request(needy, []), kind: 'upgrade', steps: upgradePath(needy.graph, [], ['a']) })
    const refusal: unknown = await printing.catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(OfflineError)
    expect((refusal as OfflineError).reason).toMatch(reason)
    expect(refusal).toMatchObject({ exitCode: 6, revision: 'a' })
  })

  test('parameters are written into the statement', async () => {
    const placeholder = target(here).dialect.placeholder
    const sql = `INSERT INTO "what?$1" VALUES (${placeholder(1)}, '?$1', ${placeholder(2)}) -- ?$1`
    const values = history({ a: { upgrade: (op: Op) => op.execute(sql, ["it's", 5]) } })
    const printed = await offlineSql({
      ...request(values, []),
      kind: 'upgrade',
      steps: upgradePath(values.graph, [], ['a']),
    })
    expect(printed).toContain(`INSERT INTO "what?$1" VALUES ('it''s', '?$1', 5)`)
  })
})
