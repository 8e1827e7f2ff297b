// Others are at work in the database: nobody waits behind us for long, and what could not get through is tried again.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { ConnectionLostError, InterruptedError, LockLostError, MigrationFailedError } from '../../src/errors'
import { upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import type { RunEvent } from '../../src/runtime/events'
import type { Hooks } from '../../src/runtime/hooks'
import { readLog } from '../../src/runtime/log'
import { migrate } from '../../src/runtime/migrate'
import type { MigrateRequest } from '../../src/runtime/run'
import { openSession } from '../../src/runtime/session'
import { readHeads } from '../../src/runtime/versions'
import { freshPostgres } from '../support/databases'
import { history, world, type History, type World } from './world'

const item = (op: Op) => {
  op.createTable({ name: 'item', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] })
  op.createTable({ name: 'other', columns: [{ name: 'id', type: 'integer' }] })
}
const note = (op: Op) => op.addColumn('item', { name: 'note', type: 'text', nullable: true })

let here: World
let blocker: Client
let url: string
beforeEach(async () => {
  here = await world(async () => {
    const database = await freshPostgres()
    url = database.url
    return database
  })
  blocker = new Client({ connectionString: url, application_name: 'report' })
  blocker.on('error', () => undefined)
  await blocker.connect()
})
afterEach(async () => {
  await blocker.end().catch(() => undefined)
  await here.end()
})

/** Somebody reads the table in a transaction they have left open. */
async function block(): Promise<void> {
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE item IN ACCESS EXCLUSIVE MODE')
}

/** Runs, and calls `heard` with each event. */
async function upgrade(all: History, heard: (event: RunEvent) => void, options: Partial<MigrateRequest> = {}) {
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => {
    events.push(event)
    heard(event)
  }
  const limits = { lockMs: 200, ...options.limits }
  const outcome: unknown = await here
    .upgrade(all, undefined, { retries: 3, ...options, onEvent, limits })
    .catch((error: unknown) => error)
  return { outcome, events, retries: events.filter(({ type }) => type === 'retry').length }
}

const after = (upgrade: (op: Op) => void | Promise<void>, more: object = {}) =>
  history({ a: { upgrade: item }, b: { upgrade, ...more } })
const columns = () =>
  here.ask(`SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = 'item' ORDER BY 1`)

test('a table that is in use is tried again once it is free; whoever uses it is named', async () => {
  await here.upgrade(after(note), 'a')
  await block()
  let letGo: Promise<unknown> | undefined
  const { outcome, events, retries } = await upgrade(after(note), ({ type }) => {
    if (type === 'retry') letGo ??= blocker.query('ROLLBACK')
  })
  await letGo
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(retries).toBe(1)
  expect(events.find(({ type }) => type === 'retry')).toMatchObject({
    revision: 'b',
    retry: 1,
    retries: 3,
    reason: 'canceling statement due to lock timeout',
    blockers: [{ user: 'postgres', application: 'report', state: 'idle in transaction' }],
  })
  expect(await columns()).toEqual([{ name: 'id' }, { name: 'note' }])
})

test('who stays in the way is named in the error, and nothing is kept', async () => {
  await here.upgrade(after(note), 'a')
  await block()
  const { outcome, retries } = await upgrade(after(note), () => {}, { retries: 1 })
  expect(retries).toBe(1)
  expect(outcome).toBeInstanceOf(MigrationFailedError)
  const { message, hint } = outcome as MigrationFailedError
  expect(message).toMatch(/lock timeout; in the way: pid \d+ \(postgres in report, idle in transaction for \d+ s\)/)
  expect(message).toContain('the SQL was `ALTER TABLE "public"."item" ADD COLUMN "note" text`')
  expect(hint).toMatch(/^The database is at a; nothing of b was kept: .*--table-lock-timeout/)
  await blocker.query('ROLLBACK')
  const session = await here.session()
  expect(await readHeads(session)).toEqual(['a'])
  expect((await readLog(session)).at(-1)).toMatchObject({
    revision: 'b',
    status: 'failed',
    stepsDone: 0,
    error: message,
  })
})

test.each([
  ['seen while the statement waited', 1_500],
  ['asked for afterwards', 200],
])('a prepared transaction, which belongs to no process, is named: %s', async (_, lockMs) => {
  await here.upgrade(after(note), 'a')
  await block()
  // A server has one of a name for all of its databases.
  const name = `left behind ${process.pid}`
  const prepare = `PREPARE TRANSACTION '${name}'`
  const [{ most }] = (await here.ask(`SELECT current_setting('max_prepared_transactions')::int AS most`)) as [
    { most: number },
  ]
  // Where a server has none, and few have any, none is ever in the way.
  if (most === 0) return expect(blocker.query(prepare)).rejects.toThrow(/disabled/)
  await blocker.query(prepare)
  try {
    const { outcome } = await upgrade(after(note), () => {}, { retries: 0, limits: { lockMs } })
    const named = /in the way: a transaction \(postgres, prepared as '(.+)' for \d+ s\); the SQL/
    expect(named.exec((outcome as Error).message)?.[1]).toBe(name)
  } finally {
    await blocker.query(`ROLLBACK PREPARED '${name}'`)
  }
})

test('while a statement waits, a second connection tells for whom', async () => {
  await here.upgrade(after(note), 'a')
  await block()
  let letGo: Promise<unknown> | undefined
  const { outcome, events } = await upgrade(
    after(note),
    ({ type }) => {
      if (type === 'blocked') letGo ??= blocker.query('ROLLBACK')
    },
    { limits: { lockMs: 20_000 } },
  )
  await letGo
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(events.filter(({ type }) => type === 'blocked')).toMatchObject([
    { revision: 'b', blockers: [{ application: 'report', query: expect.stringContaining('LOCK TABLE item') }] },
  ])
})

describe.each([
  ['op.query', async (op: Op) => void (await op.query('INSERT INTO other VALUES (1)'))],
  ['op.table', (op: Op) => op.table('other').insert({ id: 1 })],
  [
    'op.manager',
    (op: Op<{ query(sql: string): Promise<unknown> }>) =>
      op.manager(async (m) => void (await m.query('INSERT INTO other VALUES (1)'))),
  ],
])('a script that used %s', (_, write) => {
  const script = async (op: Op) => {
    await write(op as never)
    note(op)
  }

  test('is not run again by itself', async () => {
    await here.upgrade(after(note), 'a')
    await block()
    const { outcome, retries } = await upgrade(after(script), () => {})
    expect([outcome, retries]).toEqual([expect.any(MigrationFailedError), 0])
  })

  test('is run again from its start where it says retry = true', async () => {
    await here.upgrade(after(note), 'a')
    await block()
    let letGo: Promise<unknown> | undefined
    const { outcome, retries } = await upgrade(after(script, { retry: true }), ({ type }) => {
      if (type === 'retry') letGo ??= blocker.query('ROLLBACK')
    })
    await letGo
    expect(outcome).toMatchObject({ heads: ['b'] })
    expect(retries).toBe(1)
    expect(await here.ask('SELECT count(*)::int AS n FROM other')).toEqual([{ n: 1 }])
  })
})

test('hooks hear which attempt it is, and what they wrote in one that was rolled back is gone', async () => {
  await here.upgrade(after(note), 'a')
  await block()
  let letGo: Promise<unknown> | undefined
  const attempts: number[] = []
  const hooks: Hooks = {
    async beforeMigration({ attempt, query }) {
      attempts.push(attempt)
      await query('INSERT INTO other VALUES ($1)', [attempt])
    },
  }
  const letGoAtRetry = ({ type }: RunEvent) => {
    if (type === 'retry') letGo ??= blocker.query('ROLLBACK')
  }
  const { outcome } = await upgrade(after(note), letGoAtRetry, { hooks })
  await letGo
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(attempts).toEqual([1, 2])
  expect(await here.ask('SELECT id FROM other')).toEqual([{ id: 2 }])
})

test('parts that are committed are not run again', async () => {
  const parts = after(async (op) => {
    await op.autocommit((inside) => inside.execute('INSERT INTO other VALUES (1)'))
    note(op)
  })
  await here.upgrade(parts, 'a')
  await block()
  let letGo: Promise<unknown> | undefined
  const { outcome, retries } = await upgrade(parts, ({ type }) => {
    if (type === 'retry') letGo ??= blocker.query('ROLLBACK')
  })
  await letGo
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(retries).toBe(1)
  expect(await here.ask('SELECT count(*)::int AS n FROM other')).toEqual([{ n: 1 }])
})

test('batches are committed one by one, and between them nothing is open but the lock is kept', async () => {
  const all = after((op) => op.batched({ table: 'item', set: { done: 'true' }, size: 2, pauseMs: 300 }))
  await here.upgrade(all, 'a')
  await here.ask('ALTER TABLE item ADD done boolean')
  await here.ask('INSERT INTO item SELECT generate_series(1, 5)')
  const seen: Promise<unknown>[] = []
  const look = `SELECT (SELECT count(*)::int FROM item WHERE done) AS done, state, count(*)::int AS locks
    FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND datname = current_database() GROUP BY state`
  const { outcome } = await upgrade(all, ({ type }) => {
    if (type === 'batch') seen.push(blocker.query(look).then(({ rows }) => rows))
  })
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(await Promise.all(seen)).toEqual([2, 4, 5].map((done) => [{ done, state: 'idle', locks: 1 }]))
})

test('CONCURRENTLY waits as long as it must, whatever the limits', async () => {
  const all = history({
    a: { upgrade: item },
    b: {
      transaction: false,
      upgrade: (op: Op) => op.createIndex('item', { name: 'IDX_item', columns: ['id'], concurrently: true }),
    },
  })
  await here.upgrade(all, 'a')
  await blocker.query('BEGIN')
  await blocker.query('INSERT INTO item VALUES (1)')
  let letGo: Promise<unknown> | undefined
  const { outcome, retries } = await upgrade(
    all,
    ({ type }) => {
      if (type === 'blocked') letGo ??= blocker.query('COMMIT')
    },
    { limits: { lockMs: 100, statementMs: 300 } },
  )
  await letGo
  expect([outcome, retries]).toEqual([expect.objectContaining({ heads: ['b'] }), 0])
  expect(await here.ask(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = '"IDX_item"'::regclass`)).toEqual([
    { valid: true },
  ])
})

test('of two that block each other the one that is rolled back is run again', async () => {
  const all = after(async (op) => {
    op.execute('LOCK TABLE other')
    await op.flush()
    note(op)
  })
  await here.upgrade(all, 'a')
  await blocker.query(`SET deadlock_timeout = '1h'`)
  await blocker.query('BEGIN')
  await blocker.query('LOCK TABLE item')
  let theirs: Promise<unknown> | undefined
  const { outcome, retries } = await upgrade(
    all,
    (event) => {
      if (event.type === 'statement' && event.sql.includes('LOCK'))
        theirs ??= blocker.query('LOCK TABLE other').then(() => blocker.query('COMMIT'))
    },
    { limits: { lockMs: 20_000 } },
  )
  await theirs
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(retries).toBe(1)
})

test('how far an index has come is told meanwhile', async () => {
  const slow = `CREATE FUNCTION slow(given integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.02); RETURN given; END $$`
  const all = after((op) => op.createIndex('item', { name: 'IDX_slow', columns: [{ sql: 'slow(id)' }] }))
  await here.upgrade(all, 'a')
  await here.ask(slow)
  await here.ask('INSERT INTO item SELECT generate_series(1, 200)')
  const { outcome, events } = await upgrade(all, () => {})
  expect(outcome).toMatchObject({ heads: ['b'] })
  expect(events).toContainEqual(
    expect.objectContaining({
      type: 'progress',
      revision: 'b',
      sql: expect.stringContaining('CREATE INDEX'),
      phase: expect.stringMatching(/^building index/),
      done: expect.any(Number),
      total: expect.any(Number),
    }),
  )
})

describe.each([
  ['a pool of one', { poolSize: 1 }],
  ['the data source of an application', undefined],
])('over %s', (_, pool) => {
  test('a run needs no second connection, and whoever is in the way is named all the same', async () => {
    await here.upgrade(after(note), 'a')
    await block()
    const host = new typeorm.DataSource({ ...here.database.options, ...pool } as typeorm.DataSourceOptions)
    if (pool === undefined) await host.initialize()
    const session = await openSession(host)
    const { graph, scripts } = after(note)
    const events: RunEvent[] = []
    const run = (retries: number) =>
      migrate(session, {
        kind: 'upgrade',
        graph,
        scripts,
        steps: (heads) => upgradePath(graph, heads, ['b']),
        toolVersion: '0.0.1',
        limits: { lockMs: 1_500 },
        retries,
        onEvent: (event) => events.push(event),
      })
    await expect(run(0)).rejects.toThrow(/in the way: pid \d+ \(postgres in report, idle in transaction/)
    expect(events.filter(({ type }) => type === 'blocked')).toEqual([])
    await blocker.query('ROLLBACK')
    expect(await run(0)).toMatchObject({ heads: ['b'] })
    await session.close()
    if (pool === undefined) await host.destroy()
  })
})

test('a script that lets the lock go is stopped, and nothing of it is kept', async () => {
  await here.upgrade(after(note), 'a')
  const { outcome } = await upgrade(
    after(async (op) => {
      note(op)
      await op.query('SELECT pg_advisory_unlock_all()')
    }),
    () => {},
  )
  expect(outcome).toBeInstanceOf(LockLostError)
  expect(outcome).toMatchObject({ exitCode: 5, revision: 'b', hint: expect.stringContaining('pg_advisory_unlock_all') })
  expect(await columns()).toEqual([{ name: 'id' }])
  const session = await here.session()
  expect(await readHeads(session)).toEqual(['a'])
  expect((await readLog(session)).at(-1)).toMatchObject({ revision: 'b', status: 'failed', stepsDone: 0 })
})

test('batches that let the lock go are stopped before the first of them is kept', async () => {
  await here.upgrade(after(note), 'a')
  await here.ask('INSERT INTO item SELECT generate_series(1, 5)')
  const all = { id: 'id + 10 + length(pg_advisory_unlock_all()::text)' }
  const { outcome } = await upgrade(
    after((op) => op.batched({ table: 'item', key: 'ctid', set: all, size: 2 })),
    () => {},
  )
  expect(outcome).toBeInstanceOf(LockLostError)
  expect(await here.ask('SELECT max(id) AS id FROM item')).toEqual([{ id: 5 }])
})

test('a statement that runs too long fails, and the hint says how to give it more time', async () => {
  const { outcome, retries } = await upgrade(
    after((op) => op.execute('SELECT pg_sleep(60)')),
    () => {},
    {
      limits: { statementMs: 100 },
    },
  )
  expect(retries).toBe(0)
  expect(outcome).toMatchObject({
    exitCode: 5,
    reason: 'canceling statement due to statement timeout',
    hint: expect.stringMatching(/^The database is at a; nothing of b was kept: .*--statement-timeout SECONDS/),
  })
})

test('where nothing may be written, the hint says to go where it may', async () => {
  const { outcome } = await upgrade(
    after((op) => {
      op.execute('SET transaction_read_only = on')
      note(op)
    }),
    () => {},
  )
  expect(outcome).toMatchObject({ exitCode: 5, hint: expect.stringContaining('name the primary') })
})

test('Ctrl-C between two attempts ends the run, and the log has it', async () => {
  await here.upgrade(after(note), 'a')
  await block()
  const controller = new AbortController()
  const { outcome } = await upgrade(
    after(note),
    ({ type }) => {
      if (type === 'retry') controller.abort()
    },
    { signal: controller.signal },
  )
  await blocker.query('ROLLBACK')
  expect(outcome).toBeInstanceOf(InterruptedError)
  expect((await readLog(await here.session())).at(-1)).toMatchObject({ revision: 'b', status: 'failed', stepsDone: 0 })
})

describe('a connection that is cut', () => {
  const terminate = (pid: unknown) => blocker.query('SELECT pg_terminate_backend($1)', [pid])

  test('in the middle of a migration: nothing of it is kept, and the log has it', async () => {
    const cut = after(async (op) => {
      note(op)
      const [row] = await op.query('SELECT pg_backend_pid() AS pid')
      await terminate(row!.pid)
      await op.query('SELECT pg_sleep(60)')
    })
    const { outcome } = await upgrade(cut, () => {})
    expect(outcome).toBeInstanceOf(ConnectionLostError)
    expect(outcome).toMatchObject({ exitCode: 5, revision: 'b', outcome: 'rolled-back', heads: ['a'] })
    const session = await here.session()
    expect((await readLog(session)).at(-1)).toMatchObject({ revision: 'b', status: 'failed', stepsDone: 0 })
    expect(await columns()).toEqual([{ name: 'id' }])
    expect(await here.upgrade(after(note))).toMatchObject({ heads: ['b'] })
  })

  test('while the script does something else: what the server said is told', async () => {
    const slow = after(async (op) => {
      await op.query(`SET LOCAL idle_in_transaction_session_timeout = 100`)
      await sleep(400)
      await op.query('SELECT 1')
    })
    const { outcome } = await upgrade(slow, () => {})
    expect(outcome).toMatchObject({ code: 'connection-lost', outcome: 'rolled-back', heads: ['a'] })
    expect((outcome as ConnectionLostError).reason).toMatch(/idle-in-transaction timeout/)
  })

  test('before the first migration began: the database is what could not be reached', async () => {
    const beforeRun = async () => {
      await blocker.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    }
    const { outcome } = await upgrade(after(note), () => {}, { hooks: { beforeRun } })
    expect(outcome).toMatchObject({ code: 'database-unreachable', exitCode: 8 })
    expect((outcome as Error).message).toMatch(/the connection was cut \(.+\)\.$/)
    expect(await here.upgrade(after(note))).toMatchObject({ heads: ['b'] })
  })

  test('in the middle of an index: what was committed stays, and the next run goes on there', async () => {
    const script = (last: string) =>
      after(
        (op) => {
          note(op)
          op.execute(last)
        },
        { transaction: false },
      )
    const { outcome } = await upgrade(script('SELECT pg_terminate_backend(pg_backend_pid())'), () => {})
    expect(outcome).toMatchObject({ code: 'connection-lost', outcome: 'rolled-back', heads: ['a'] })
    expect((await readLog(await here.session())).at(-1)).toMatchObject({ status: 'failed', stepsDone: 1 })
    expect(await here.upgrade(script('SELECT 1'))).toMatchObject({ heads: ['b'] })
  })

  test('in the middle of a run in one transaction: nothing of it is kept, and the log has it', async () => {
    const cut = after((op) => op.execute('SELECT pg_terminate_backend(pg_backend_pid())'))
    const lost = await here.upgrade(cut, undefined, { singleTransaction: true }).catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(ConnectionLostError)
    expect(lost).toMatchObject({ exitCode: 5, revision: 'b', outcome: 'rolled-back', heads: [] })
    const log = await readLog(await here.session())
    expect(log.map(({ revision, status }) => [revision, status])).toEqual([['b', 'failed']])
    const tried = await here.upgrade(cut, undefined, { dryRun: true }).catch((error: unknown) => error)
    expect(tried).toMatchObject({ exitCode: 5, dryRun: true })
    expect(await readLog(await here.session())).toHaveLength(1)
  })

  test.each([
    ['before it took effect', 'rolled-back', ['a'], {}],
    ['after it took effect', 'committed', ['b'], {}],
    ['of a run in one transaction before it took effect', 'rolled-back', ['a'], { singleTransaction: true }],
    ['of a run in one transaction after it took effect', 'committed', ['b'], { singleTransaction: true }],
  ] as const)('while it commits, %s', async (_when, what, heads, how) => {
    const runs: unknown[] = []
    const all = after(note)
    await here.upgrade(all, 'a')
    const session = await here.session()
    const cut = {
      ...session,
      begin: async (how?: object) => {
        const transaction = await session.begin(how)
        return {
          ...transaction,
          commit: async () => {
            const [row] = await session.connection.query(
              `SELECT pg_backend_pid() AS pid, EXISTS (SELECT FROM autogen_version WHERE version_num = 'b') AS last`,
            )
            if (row?.last === true && what === 'rolled-back') await terminate(row.pid)
            await transaction.commit()
            if (row?.last !== true) return
            await terminate(row.pid)
            // The answer to COMMIT is what got lost.
            throw new Error('Connection terminated unexpectedly')
          },
        }
      },
    }
    const lost: unknown = await migrate(cut, {
      kind: 'upgrade',
      ...all,
      steps: (from) => upgradePath(all.graph, from, ['b']),
      toolVersion: '0.0.1',
      hooks: { afterRun: ({ done, after }) => void runs.push([done.map(({ revision }) => revision.id), after]) },
      ...how,
    }).catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(ConnectionLostError)
    expect(lost).toMatchObject({ exitCode: 5, revision: 'b', outcome: what, heads })
    expect(runs).toEqual([[what === 'committed' ? ['b'] : [], heads]])
    const log = await readLog(await here.session())
    expect(log.map(({ revision, status }) => [revision, status])).toEqual([
      ['a', 'done'],
      ['b', what === 'committed' ? 'done' : 'failed'],
    ])
  })
})
