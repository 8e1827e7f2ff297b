// Behind a pooler in transaction mode a session is nobody's: only a transaction can hold the lock.
import { Client } from 'pg'
import { PoolerError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { upgradePath } from '../../src/graph/path'
import { lockKey } from '../../src/runtime/lock'
import { readLog } from '../../src/runtime/log'
import { migrate } from '../../src/runtime/migrate'
import { freshPostgres } from '../support/databases'
import { pooler, type Pooler } from '../support/pooler'
import { history, world, type History, type World } from './world'

let here: World
let behind: Pooler
let direct: string
beforeEach(async () => {
  here = await world(async () => {
    const database = await freshPostgres()
    direct = database.url
    const url = new URL(database.url)
    behind = await pooler(new URL(database.url))
    url.port = String(behind.port)
    return { ...database, options: { ...database.options, url: url.href } }
  })
})
afterEach(async () => {
  await here.end()
  await behind.close()
})

const table = (name: string) => (op: Op) => op.createTable({ name, columns: [{ name: 'id', type: 'integer' }] })
const four = history(Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, { upgrade: table(name) }])))

/** Asks the server itself. */
async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: direct })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('the stand-in hands transactions to connections in turn', async () => {
  const session = await here.session()
  const pid = async () => (await session.connection.query('SELECT pg_backend_pid() AS pid'))[0]!.pid
  const [first, second, third] = [await pid(), await pid(), await pid()]
  expect(first).not.toBe(second)
  expect(first).toBe(third)
  await session.connection.startTransaction()
  expect(await pid()).toBe(await pid())
  await session.connection.rollbackTransaction()
})

test('migrations run, one transaction each, and a warning says how', async () => {
  const { heads, events } = await here.upgrade(four)
  expect(heads).toEqual(['d'])
  expect(events.filter(({ type }) => type === 'warning')).toEqual([expect.objectContaining({ code: 'pooler' })])
  // Other suites migrate other databases of the same server.
  const left = `SELECT count(*)::int AS n FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()`
  expect(await ask(left)).toEqual([{ n: 0 }])
})

test('runs at once apply each migration once', async () => {
  const start = async ({ graph, scripts }: History) =>
    migrate(await here.session(), {
      kind: 'upgrade',
      graph,
      scripts,
      steps: (heads) => upgradePath(graph, heads, graph.realHeads),
      toolVersion: '0.0.1',
    })
  const results = await Promise.all([start(four), start(four), start(four)])
  expect(results.map(({ heads }) => heads)).toEqual([['d'], ['d'], ['d']])
  const log = await readLog(await here.session())
  expect(log.map(({ revision, status }) => [revision, status])).toEqual(['a', 'b', 'c', 'd'].map((id) => [id, 'done']))
})

test('a run that is connected to the server itself is waited for', async () => {
  const session = await here.session()
  const client = new Client({ connectionString: direct })
  await client.connect()
  const other = {
    query: async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows,
    isTransactionActive: false,
    startTransaction: async () => {},
    commitTransaction: async () => {},
    rollbackTransaction: async () => {},
  }
  const lock = await session.dialect.session.lock(other, lockKey(session), 'web-1')
  let released: Promise<void> | undefined
  let holder: string | undefined
  const { heads } = await here.upgrade(four, undefined, {
    onEvent: (event) => {
      if (event.type !== 'lock' || event.state !== 'waiting') return
      holder = event.holder
      released ??= lock!.release()
    },
  })
  await released
  await client.end()
  expect(heads).toEqual(['d'])
  expect(holder).toMatch(/^postgres on web-1, pid \d+, migrating since /)
})

test.each([
  ['transaction = false', { transaction: false, upgrade: (op: Op) => (table('b')(op), table('c')(op)) }],
  [
    'CONCURRENTLY',
    {
      transaction: false,
      upgrade: (op: Op) => op.createIndex('a', { name: 'I', columns: ['id'], concurrently: true }),
    },
  ],
  ['op.autocommit', { upgrade: (op: Op) => op.autocommit((inside) => inside.execute('SELECT 1')) }],
  ['op.batched', { upgrade: (op: Op) => op.batched({ table: 'a', set: { id: 'id' }, key: 'id' }) }],
])('a revision with %s is refused, and nothing of it is kept', async (_, script) => {
  const refusal: unknown = await here
    .upgrade(history({ a: { upgrade: table('a') }, b: script }))
    .catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(PoolerError)
  expect(refusal).toMatchObject({ exitCode: 6, revision: 'b', hint: expect.stringContaining('--url') })
  expect(await ask(`SELECT relname::text AS name FROM pg_class WHERE relname IN ('a', 'b', 'c', 'I')`)).toEqual([
    { name: 'a' },
  ])
  expect(await ask('SELECT version_num AS id FROM autogen_version')).toEqual([{ id: 'a' }])
})
