import { objectKey } from '../../src/operations/managed'
import type { Op } from '../../src/operations/op'
import { managedFromLog, openAttempts, readLog } from '../../src/runtime/log'
import { databases, history, world, type World } from './world'

const all = history({
  a: {
    upgrade: (op: Op) => op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }] }),
    downgrade: (op: Op) => op.dropTable('user'),
  },
  b: { upgrade: (op: Op) => op.addColumn('user', { name: 'email', type: 'text', nullable: true }) },
})

describe.each(databases)('stamping on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const log = async () => readLog(await here.session())
  const tables = async () => {
    const session = await here.session()
    return (await session.dialect.introspect(session.connection, session.scope)).tables
  }

  test('b83: moves the version rows and runs nothing', async () => {
    expect(await here.stamp(all, 'b')).toMatchObject({ before: [], heads: ['b'] })
    expect(await tables()).toEqual([])
    expect(await here.upgrade(all)).toMatchObject({ before: ['b'], steps: [] })
    expect(await here.stamp(all, 'a')).toMatchObject({ before: ['b'], heads: ['a'] })
    expect(await here.stamp(all, null)).toMatchObject({ before: ['a'], heads: [] })
  })

  test('the log has a row for each revision that counts as run, and why', async () => {
    await here.stamp(all, 'b', { reason: 'it was there before us' })
    await here.stamp(all, 'a')
    expect((await log()).map(({ revision, direction, kind, reason }) => [revision, direction, kind, reason])).toEqual([
      ['a', 'up', 'stamp', 'it was there before us'],
      ['b', 'up', 'stamp', 'it was there before us'],
      ['b', 'down', 'stamp', undefined],
    ])
  })

  test('what the stamped revisions made counts as ours', async () => {
    await here.stamp(all, 'b')
    expect(managedFromLog(await log())).toContain(objectKey('column', { name: 'user' }, 'email'))
    await here.stamp(all, 'a')
    const managed = managedFromLog(await log())
    expect(managed).not.toContain(objectKey('column', { name: 'user' }, 'email'))
    expect(managed).toContain(objectKey('table', { name: 'user' }))
  })

  test('a purge forgets what was begun and failed, and a stamp makes it good', async () => {
    const failing = history({ a: { upgrade: () => {} }, broken: { upgrade: (op: Op) => op.execute('SELECT nothing') } })
    const open = async () => openAttempts(await log()).map(({ revision }) => revision)
    await expect(here.upgrade(failing)).rejects.toThrow('nothing')
    expect(await open()).toEqual(['broken'])
    await here.stamp(failing, 'a')
    expect(await open()).toEqual(['broken'])
    await here.stamp(failing, 'a', { purge: true })
    expect(await open()).toEqual([])

    await expect(here.upgrade(failing)).rejects.toThrow('nothing')
    await here.stamp(failing, 'broken')
    expect(await open()).toEqual([])
  })

  test('a revision nobody knows stays beside what is stamped and is told of, until a purge', async () => {
    await here.stamp(history({ gone: {} }), 'gone')
    const events: unknown[] = []
    const onEvent = (event: unknown) => events.push(event)
    expect(await here.stamp(all, 'a', { onEvent })).toMatchObject({ heads: ['a', 'gone'], unknown: ['gone'] })
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'unknown', revisions: ['gone'] }))
    expect(await here.stamp(all, 'b', { purge: true })).toMatchObject({ before: ['a', 'gone'], heads: ['b'] })
    expect((await log()).map(({ revision, direction }) => [revision, direction])).toEqual([
      ['gone', 'up'],
      ['a', 'up'],
      ['gone', 'down'],
      ['b', 'up'],
    ])
  })
})
