// A run that ends before anything it does that would last: whatever it was at, the next one ends the work, once.
import type { Op } from '../../src/operations/op'
import { lane } from '../support/lane'
import { cutRun, ends, leftOf } from './cut'
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
  async upgrade(op: Op) {
    await op.autocommit((inside) => inside.execute("DELETE FROM tally WHERE revision = 'c'"), { idempotent: true })
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
      return await leftOf(here)
    } finally {
      await here.end()
    }
  }
  let total = 0
  const expected = await attempt(async (here) => void (total = await cutRun(here, all, kind, Infinity)))
  expect(total).toBeGreaterThan(6)
  // Half of them on each major of TypeORM, which makes no difference to what lasts.
  for (let first = lane.major === '1' ? 1 : 2; first <= total; first += 2) {
    const second = first % 4 < 2 ? Infinity : 1 + ((first * 7) % total)
    const end = ends[first % ends.length]!
    const found = await attempt(async (here) => {
      for (const cut of [first, second, Infinity]) await cutRun(here, all, kind, cut, end)
    })
    expect({ first, second, end, ...found }).toEqual({ first, second, end, ...expected })
  }
}
