import { setTimeout as sleep } from 'node:timers/promises'
import { InterruptedError, LockTimeoutError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import type { RunEvent } from '../../src/runtime/events'
import { upgradePath } from '../../src/graph/path'
import { lockKey } from '../../src/runtime/lock'
import { readLog } from '../../src/runtime/log'
import { migrate } from '../../src/runtime/migrate'
import { databases, history, world, type History, type World } from './world'

// sql.js holds a copy of its file in memory: there are no two sessions on one database.
const shared = databases.filter(([name]) => name !== 'sqljs')

const many = history(
  Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      `r${index}`,
      {
        upgrade: (op: Op) => op.createTable({ name: `t${index}`, columns: [{ name: 'id', type: 'integer' }] }),
      },
    ]),
  ),
)

async function start(here: World, { graph, scripts }: History, options: object = {}) {
  // better-sqlite3 waits with the whole process; here the other one lives in it.
  const session = await here.session({}, { timeout: 10 })
  return migrate(session, {
    kind: 'upgrade',
    graph,
    scripts,
    steps: (heads) => upgradePath(graph, heads, graph.realHeads),
    toolVersion: '0.0.1',
    ...options,
  })
}

describe.each(shared)('two runs at once on %s', (name, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('apply each migration once, from an empty database on', async () => {
    const results = await Promise.all([start(here, many), start(here, many), start(here, many)])
    expect(results.map(({ heads }) => heads)).toEqual([['r5'], ['r5'], ['r5']])
    const ran = results.flatMap(({ steps }) => steps.map(({ step }) => step.revision.id))
    expect(ran.sort()).toEqual(['r0', 'r1', 'r2', 'r3', 'r4', 'r5'])
    const log = await readLog(await here.session())
    expect(log.map(({ revision, status }) => [revision, status])).toEqual(
      many.scripts.map(({ revision }) => [revision.id, 'done']),
    )
  })

  const once: [string, object][] = [
    [
      'batches',
      { upgrade: (op: Op) => op.batched({ table: 'item', set: { n: 'n + 1' }, key: 'id', size: 2, pauseMs: 20 }) },
    ],
    [
      'parts',
      {
        transaction: false,
        async upgrade(op: Op) {
          for (let left = 4; left > 0; left--) {
            op.execute('UPDATE item SET n = n + 0.25')
            await op.flush()
            await sleep(20)
          }
        },
      },
    ],
  ]
  test.each(once)(
    'do the %s of a revision once: where none waits for the other, one of them stops',
    async (_, script) => {
      const all = history({
        a: {
          upgrade(op: Op) {
            op.createTable({ name: 'item', columns: ['id', 'n'].map((column) => ({ name: column, type: 'numeric' })) })
            op.bulkInsert('item', [1, 2, 3, 4, 5, 6, 7].map((id) => ({ id, n: 0 }))) // prettier-ignore
          },
        },
        b: script,
      })
      await here.upgrade(all, 'a')
      const ended = await Promise.allSettled([start(here, all), start(here, all), start(here, all)])
      const refused = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []))
      for (const error of refused) expect(error).toMatchObject({ code: 'overtaken', exitCode: 7, revision: 'b' })
      expect(refused.length).toBeLessThan(name === 'postgres' ? 1 : 3)
      expect((await here.ask('SELECT n FROM item')).map(({ n }) => Number(n))).toEqual([1, 1, 1, 1, 1, 1, 1])
      expect(await start(here, all)).toMatchObject({ heads: ['b'], steps: [] })
      expect(await readLog(await here.session())).toMatchObject([{ status: 'done' }, { revision: 'b', status: 'done' }])
    },
  )

  test('one that cannot go on where another is at work leaves that one alone', async () => {
    // The other one of PostgreSQL waits for the lock.
    if (name === 'postgres') return
    let busy = 0
    const [begun, mayEnd] = [gate(), gate()]
    const all = history({
      a: {
        transaction: false,
        upgrade: (op) =>
          op.manager(async () => {
            busy++
            begun.open()
            await mayEnd.passed
          }),
      },
    })
    const first = start(here, all)
    await begun.passed
    await expect(start(here, all)).rejects.toMatchObject({ code: 'not-resumable' })
    mayEnd.open()
    expect(await first).toMatchObject({ heads: ['a'] })
    expect(busy).toBe(1)
  })

  test('one that finds the schema half way through the work of another stops for that', async () => {
    if (name === 'postgres') return
    const columns = ['id', 'n'].map((column) => ({ name: column, type: 'integer' }))
    const all = (last: string) =>
      history({
        a: { upgrade: (op) => op.createTable({ name: 'item', columns }) },
        b: { transaction: false, upgrade: (op) => (op.dropColumn('item', 'n'), op.execute(last)) },
      })
    await here.upgrade(all('SELECT 1'), 'a')
    // The second has read the log already.
    const beforeRun = async () => void (await start(here, all('SELECT * FROM nowhere')).catch(() => undefined))
    const second = start(here, all('SELECT 1'), { hooks: { beforeRun } })
    await expect(second).rejects.toMatchObject({ code: 'overtaken', exitCode: 7 })
    expect(await start(here, all('SELECT 1'))).toMatchObject({ heads: ['b'] })
  })

  test('the second waits, says for whom, and gives up in time', async () => {
    const session = await here.session()
    let release: () => Promise<void>
    if (name === 'postgres') {
      const lock = await session.dialect.session.lock(session.connection, lockKey(session), 'web-1')
      release = () => lock!.release()
    } else {
      const transaction = await session.begin()
      release = () => transaction.rollback()
    }
    const events: RunEvent[] = []
    const waiting = start(here, many, { lockTimeoutMs: 1_500, onEvent: (event: RunEvent) => events.push(event) })
    const timeout: unknown = await waiting.catch((error: unknown) => error)
    expect(timeout).toBeInstanceOf(LockTimeoutError)
    const holder = name === 'postgres' ? expect.stringMatching(/pid \d+/) : undefined
    expect(timeout).toMatchObject({ exitCode: 7, holder })
    expect(events[0]).toMatchObject({ type: 'lock', state: 'waiting' })
    await release()
    expect(await start(here, many)).toMatchObject({ heads: ['r5'] })
  })

  test('waiting ends when the run is interrupted', async () => {
    const session = await here.session()
    const lock = await session.dialect.session.lock(session.connection, lockKey(session), 'web-1')
    const transaction = name === 'postgres' ? undefined : await session.begin()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    await expect(start(here, many, { signal: controller.signal })).rejects.toThrow(InterruptedError)
    await lock!.release()
    await transaction?.rollback()
  })

  test('a run that finds its next step done by another goes on after it', async () => {
    let loads = 0
    const [first, second, ...rest] = many.scripts
    // All scripts are loaded before the run; when this one is loaded to run, somebody else does the rest.
    const meddled: History = {
      graph: many.graph,
      scripts: [
        first!,
        {
          ...second!,
          load: async () => {
            if (++loads === 2 && name !== 'postgres') await start(here, many)
            return second!.load()
          },
        },
        ...rest,
      ],
    }
    const result = await start(here, meddled)
    expect(result.heads).toEqual(['r5'])
    expect(result.steps.map(({ step }) => step.revision.id)).toEqual(
      name === 'postgres' ? ['r0', 'r1', 'r2', 'r3', 'r4', 'r5'] : ['r0'],
    )
    expect(await readLog(await here.session())).toHaveLength(6)
  })
})

describe.each(databases)('an interrupted run on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('stops before the next statement and keeps what was committed', async () => {
    const controller = new AbortController()
    const all = history({
      a: { upgrade: (op: Op) => op.execute('CREATE TABLE one (id integer)') },
      b: {
        async upgrade(op) {
          op.execute('CREATE TABLE two (id integer)')
          await op.flush()
          op.execute('CREATE TABLE three (id integer)')
        },
      },
    })
    const onEvent = (event: RunEvent) => {
      if (event.type === 'statement' && /two/.test(event.sql)) controller.abort()
    }
    const interrupted: unknown = await here
      .upgrade(all, undefined, { signal: controller.signal, onEvent })
      .catch((error: unknown) => error)
    expect(interrupted).toBeInstanceOf(InterruptedError)
    expect(interrupted).toMatchObject({ exitCode: 130, revision: 'b' })
    const session = await here.session()
    const { tables } = await session.dialect.introspect(session.connection, session.scope)
    expect(tables.map((table) => table.name)).toEqual(['one'])
    expect((await readLog(session)).map(({ revision, status }) => [revision, status])).toEqual([
      ['a', 'done'],
      ['b', 'failed'],
    ])
  })
})

function gate() {
  let open = () => {}
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open: () => open(), passed }
}
