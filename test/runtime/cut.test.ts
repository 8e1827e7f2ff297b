// A run that ends before anything it does that would last: whatever it was at, the next one ends the work, once.
import { migrate } from '../../src/runtime/migrate'
import type { ConnectionLike, Transaction } from '../../src/dialects/dialect'
import { downgradePath, upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import type { Session } from '../../src/runtime/session'
import { databases, history, world, type History, type World } from './world'

// What sql.js has not stored nobody has seen.
const onDisk = databases.filter(([driver]) => driver !== 'sqljs')

const tally = (op: Op, revision: string) => op.bulkInsert('tally', [{ revision }])
const ids = Array.from({ length: 7 }, (_, at) => ({ id: at + 1, price: 1 }))

const base = {
  upgrade(op: Op) {
    op.createTable({ name: 'tally', columns: [{ name: 'revision', type: 'text' }] })
    op.createTable({
      name: 'item',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'price', type: 'integer' },
        { name: 'note', type: 'text', nullable: true },
      ],
      primaryKey: ['id'],
      indexes: [{ name: 'IDX_price', columns: ['price'] }],
    })
    op.bulkInsert('item', ids)
    tally(op, 'a')
  },
}

const pieces = {
  async upgrade(op: Op) {
    op.addColumn('item', { name: 'half', type: 'integer', nullable: true })
    await op.batched({ table: 'item', set: { price: 'price + 1' }, size: 3 })
    tally(op, 'b')
    await op.autocommit((inside) => inside.execute('UPDATE item SET half = 1'), { idempotent: true })
    op.alterColumn('item', 'half', { nullable: false })
    op.dropColumn('item', 'note')
  },
  downgrade(op: Op) {
    op.addColumn('item', { name: 'note', type: 'text', nullable: true })
    op.dropColumn('item', 'half')
  },
}

const parts = {
  transaction: false,
  upgrade(op: Op) {
    op.dropIndex('item', 'IDX_price')
    tally(op, 'c')
    op.createIndex('item', { name: 'IDX_price', columns: ['price', 'id'] })
    op.renameColumn('item', 'half', 'rest')
  },
  downgrade(op: Op) {
    op.renameColumn('item', 'rest', 'half')
    op.dropIndex('item', 'IDX_price')
    op.createIndex('item', { name: 'IDX_price', columns: ['price'] })
  },
}

const concurrent = {
  transaction: false,
  upgrade(op: Op) {
    op.dropIndex('item', 'IDX_price', { concurrently: true })
    tally(op, 'd')
    op.createIndex('item', { name: 'IDX_price', columns: ['price'], concurrently: true })
    op.createIndex('item', { name: 'IDX_rest', columns: ['rest'], concurrently: true })
    op.createEnum({ name: 'mood', values: ['calm'] })
    op.addEnumValue('mood', 'glad')
  },
  downgrade(op: Op) {
    op.dropEnum('mood')
    op.dropIndex('item', 'IDX_rest', { concurrently: true })
    op.dropIndex('item', 'IDX_price', { concurrently: true })
    op.createIndex('item', { name: 'IDX_price', columns: ['price', 'id'], concurrently: true })
  },
}

describe.each(onDisk)('a run cut off on %s', (driver, create) => {
  const all = history({
    a: base,
    b: pieces,
    c: parts,
    ...(driver === 'postgres' && { d: concurrent }),
  })

  test('is ended by the next one, wherever it was, and where that one was cut off by the one after', async () => {
    await everywhere(create, all, 'upgrade')
  }, 120_000)

  test('is ended so on the way back', async () => {
    await everywhere(create, all, 'downgrade')
  }, 120_000)
})

/** Cuts a run before the first thing that lasts, before the second, and so on; every other time the next one, too. */
async function everywhere(create: Parameters<typeof world>[0], all: History, kind: 'upgrade' | 'downgrade') {
  const attempt = async (work: (here: World) => Promise<unknown>) => {
    const here = await world(create)
    try {
      if (kind === 'downgrade') await here.upgrade(all)
      await work(here)
      return await left(here)
    } finally {
      await here.end()
    }
  }
  let total = 0
  const expected = await attempt(async (here) => void (total = await run(here, all, kind, Infinity)))
  expect(total).toBeGreaterThan(6)
  for (let first = 1; first <= total; first++) {
    const second = first % 2 === 0 ? Infinity : 1 + ((first * 7) % total)
    const found = await attempt(async (here) => {
      for (const cut of [first, second, Infinity]) await run(here, all, kind, cut)
    })
    expect({ first, second, ...found }).toEqual({ first, second, ...expected })
  }
}

/** Runs until the thing before which the process is no more, and returns how many there were. */
async function run(here: World, { graph, scripts }: History, kind: 'upgrade' | 'downgrade', cut: number) {
  const session = await here.session()
  const mortal = { done: 0, dead: false }
  const steps = (heads: readonly string[]) =>
    kind === 'upgrade' ? upgradePath(graph, heads, graph.realHeads) : downgradePath(graph, heads, [{ id: 'a' }])
  try {
    await migrate(until(session, cut, mortal), { kind, graph, scripts, steps, toolVersion: '0.0.1' })
  } catch (error) {
    if (!mortal.dead) throw new Error(`Cut at ${cut}.`, { cause: error })
  } finally {
    await session.close()
  }
  return mortal.done
}

/** The session of a process that dies: its connection ends, and it says and asks nothing more. */
function until(session: Session, cut: number, mortal: { done: number; dead: boolean }): Session {
  const { connection, dialect, scope, another: _, ...rest } = session
  const alive = async <R>(lasts: boolean, work: () => Promise<R>): Promise<R> => {
    if (!mortal.dead && lasts && ++mortal.done === cut) {
      mortal.dead = true
      await session.close()
    }
    if (mortal.dead) throw new Error('It is dead.')
    return work()
  }
  const lasts = (sql: string) => !connection.isTransactionActive && !/^\s*(SELECT|WITH|PRAGMA)\b/.test(sql)
  const mine: ConnectionLike = {
    query: (sql, parameters) => alive(lasts(sql), () => connection.query(sql, parameters)),
    startTransaction: () => alive(false, () => connection.startTransaction()),
    commitTransaction: () => alive(true, () => connection.commitTransaction()),
    rollbackTransaction: () => alive(false, () => connection.rollbackTransaction()),
    get isTransactionActive() {
      return connection.isTransactionActive
    },
  }
  return {
    ...rest,
    dialect,
    scope,
    connection: mine,
    begin: ({ foreignKeysOff = false, ...how } = {}): Promise<Transaction> => {
      const { defaultSchema } = scope
      return dialect.session.begin(mine, {
        foreignKeysOff,
        ...(defaultSchema !== undefined && { defaultSchema }),
        ...how,
      })
    },
    // Every third one lives, and has only lost its connection.
    again: () => (cut % 3 === 0 ? session.again() : Promise.reject(new Error('It is dead.'))),
  }
}

/** All that is there. */
async function left(here: World): Promise<object> {
  const session = await here.session()
  try {
    const { connection, dialect, scope } = session
    const column = async (sql: string) => (await connection.query(sql)).map((row) => Object.values(row).map(String))
    const { tables, enums } = await dialect.introspect(connection, scope)
    return {
      tables,
      enums,
      tally: await column('SELECT revision FROM tally ORDER BY 1'),
      prices: await column('SELECT price, count(*) FROM item GROUP BY price ORDER BY 1'),
      heads: await column('SELECT version_num FROM autogen_version'),
      // An attempt that committed nothing has a row of its own where somebody lived to write it.
      log: await column(
        `SELECT revision, direction, kind, status, steps_done FROM autogen_log
         WHERE status <> 'failed' OR steps_done > 0 ORDER BY id`,
      ),
    }
  } finally {
    await session.close()
  }
}
