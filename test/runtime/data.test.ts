// Data migrations through TypeORM's own manager: inside the migration's transaction, whatever TypeORM begins there.
import { setTimeout as sleep } from 'node:timers/promises'
import * as typeorm from 'typeorm'
import { migrate } from '../../src/runtime/migrate'
import { upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { openSession } from '../../src/runtime/session'
import { freshPostgres } from '../support/databases'
import { databases, history, world, type World } from './world'

type Script = (op: Op<typeorm.EntityManager>) => Promise<void>

const Person = new typeorm.EntitySchema<{ id: number; name: string }>({
  name: 'person',
  columns: { id: { type: Number, primary: true }, name: { type: String } },
})
const people = (op: Op) =>
  op.createTable({
    name: 'person',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ],
    primaryKey: ['id'],
  })

describe.each(databases)('what a script does through the manager on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const running = async (script: Script) => {
    const session = await here.session({}, { entities: [Person] })
    const all = history({ a: { upgrade: people }, b: { upgrade: script as (op: Op) => Promise<void> } })
    const run = migrate(session, {
      kind: 'upgrade',
      ...all,
      steps: (heads) => upgradePath(all.graph, heads, ['b']),
      toolVersion: '0',
    })
    return run.finally(() => session.close())
  }

  test.each([
    ['save()', (manager: typeorm.EntityManager) => manager.save('person', [{ id: 1, name: 'Ann' }])],
    [
      'manager.transaction()',
      (manager: typeorm.EntityManager) =>
        manager.transaction((inner) => inner.save('person', [{ id: 1, name: 'Ann' }])),
    ],
  ])('%s is undone by a later failure, and kept without one', async (_what, work) => {
    const failing = running(async (op) => {
      await op.manager(async (manager) => void (await work(manager)))
      expect(await op.query('SELECT id FROM person')).toEqual([{ id: 1 }])
      op.execute('INSERT INTO nowhere VALUES (1)')
    })
    await expect(failing).rejects.toMatchObject({ revision: 'b', exitCode: 5 })
    expect(await here.ask('SELECT id FROM person')).toEqual([])
    await running((op) => op.manager(async (manager) => void (await work(manager))))
    expect(await here.ask('SELECT id, name FROM person')).toEqual([{ id: 1, name: 'Ann' }])
  })

  test.each([
    ['COMMIT', (manager: typeorm.EntityManager) => manager.query('COMMIT')],
    ['ROLLBACK', (manager: typeorm.EntityManager) => manager.query('DELETE FROM person; ROLLBACK; BEGIN')],
    ['COMMIT', (manager: typeorm.EntityManager) => manager.queryRunner!.commitTransaction()],
  ])('may not %s the transaction it is lent', async (word, end) => {
    const ended = running((op) =>
      op.manager(async (manager) => {
        await manager.save('person', [{ id: 1, name: 'Ann' }])
        await end(manager)
      }),
    )
    await expect(ended).rejects.toMatchObject({
      code: 'transaction-control',
      exitCode: 6,
      sql: word,
      at: expect.stringMatching(/data\.test\.ts:\d+$/),
    })
    expect(await here.ask('SELECT id FROM person')).toEqual([])
  })

  test('begins and commits of its own where the migration has no transaction', async () => {
    await running((op) =>
      op.autocommit((inside) =>
        inside.manager(async (manager) => {
          await manager.transaction((inner) => inner.save('person', [{ id: 1, name: 'Ann' }]))
        }),
      ),
    )
    expect(await here.ask('SELECT id FROM person')).toEqual([{ id: 1 }])
  })

  test('is heard by no subscriber of an application that lends its connection, which has them back afterwards', async () => {
    const heard: string[] = []
    class Listener implements typeorm.EntitySubscriberInterface {
      beforeInsert = ({ entity }: { entity: { id: number } }) => void heard.push(`insert ${entity.id}`)
      afterLoad = ({ id }: { id: number }) => void heard.push(`load ${id}`)
      beforeQuery = ({ query }: { query: string }) => void (/INSERT INTO "person"/.test(query) && heard.push('query'))
    }
    typeorm.EventSubscriber()(Listener)
    const options = { ...here.database.options, entities: [Person], subscribers: [Listener] }
    const dataSource = await new typeorm.DataSource(options as unknown as typeorm.DataSourceOptions).initialize()
    const upgrade = async (last: Script) => {
      const all = history({ a: { upgrade: people }, b: { upgrade: last as (op: Op) => Promise<void> } })
      const steps = (heads: readonly string[]) => upgradePath(all.graph, heads, ['b'])
      const session = await openSession(dataSource)
      return migrate(session, { kind: 'upgrade', ...all, steps, toolVersion: '0' }).finally(() => session.close())
    }
    const shared = dataSource.createQueryRunner()
    const { broadcaster } = shared
    try {
      const write: Script = (op) =>
        op.manager(async (manager) => {
          await manager.transaction((inner) => inner.save('person', [{ id: 1, name: 'Ann' }]))
          expect(await manager.find('person')).toHaveLength(1)
        })
      const failing = upgrade(async (op) => {
        await write(op)
        await op.manager(() => Promise.reject(new Error('not yet')))
      })
      await expect(failing).rejects.toMatchObject({ code: 'migration-failed' })
      expect(shared.broadcaster).toBe(broadcaster)
      await upgrade(write)
      expect(heard).toEqual([])
      await dataSource.manager.save('person', [{ id: 2, name: 'Bob' }])
      expect(heard).toEqual(expect.arrayContaining(['insert 2', 'query']))
    } finally {
      await shared.release()
      await dataSource.destroy()
    }
  })
})

test('VACUUM runs on a PostgreSQL server, which refuses it in a transaction', async () => {
  const here = await world(freshPostgres)
  try {
    const vacuumed = async () => {
      // The server counts a moment later.
      for (let left = 100; left > 0; left--) {
        const sql = `SELECT vacuum_count::int AS n FROM pg_stat_user_tables WHERE relname = 'person'`
        const [row] = await here.ask(sql)
        if (Number(row?.n) >= 3) break
        await sleep(50)
      }
      return here.ask(`SELECT vacuum_count::int AS n FROM pg_stat_user_tables WHERE relname = 'person'`)
    }
    const vacuum = (op: Op) => op.execute('VACUUM (ANALYZE) person')
    const all = history({
      a: { upgrade: people },
      b: { transaction: false, upgrade: vacuum },
      c: {
        async upgrade(op) {
          await op.autocommit(async (inside) => {
            vacuum(inside)
            // It leaves bare names bound to the schema they had.
            await inside.query('VACUUM person')
          })
          op.execute(`INSERT INTO person VALUES (1, 'Ann')`)
        },
      },
    })
    await expect(here.upgrade(history({ a: { upgrade: people }, d: { upgrade: vacuum } }))).rejects.toMatchObject({
      code: 'migration-failed',
      reason: expect.stringContaining('cannot run inside a transaction block'),
    })
    expect(await here.upgrade(all)).toMatchObject({ heads: ['c'] })
    expect(await vacuumed()).toEqual([{ n: 3 }])
  } finally {
    await here.end()
  }
})

test('outside of a transaction bare names mean the schema of the data source, and the path is what it was afterwards', async () => {
  const here = await world(freshPostgres)
  try {
    await here.ask('CREATE SCHEMA app')
    const session = await here.session({}, { schema: 'app' })
    const path = () => session.connection.query('SHOW search_path')
    const before = await path()
    const all = history({
      a: { upgrade: people },
      b: {
        transaction: false,
        async upgrade(op) {
          op.execute('VACUUM person')
          await op.query(`INSERT INTO person VALUES (1, 'Ann')`)
        },
      },
      c: { transaction: false, upgrade: (op: Op) => op.execute('VACUUM nobody') },
    })
    const upgrade = (target: string) => {
      const steps = (heads: readonly string[]) => upgradePath(all.graph, heads, [target])
      return migrate(session, { kind: 'upgrade', ...all, steps, toolVersion: '0' })
    }
    expect(await upgrade('b')).toMatchObject({ heads: ['b'] })
    expect(await here.ask('SELECT id FROM app.person')).toEqual([{ id: 1 }])
    await expect(upgrade('c')).rejects.toMatchObject({ reason: expect.stringContaining('nobody') })
    expect(await path()).toEqual(before)
  } finally {
    await here.end()
  }
})
