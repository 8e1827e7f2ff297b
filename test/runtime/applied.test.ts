// onApply: the last word before a step is committed.
import { ApplyError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import type { Applied } from '../../src/runtime/applied'
import { readLog } from '../../src/runtime/log'
import { databases, history, world, type World } from './world'

const table = (name: string) => ({
  upgrade: (op: Op) => op.createTable({ name, columns: [{ name: 'id', type: 'integer' }] }),
  downgrade: (op: Op) => op.dropTable(name),
})
const all = history({ a: table('one'), b: { transaction: false, ...table('two') }, c: table('three') })

describe.each(databases)('onApply on %s', (_, create) => {
  let here: World
  const heard: Applied[] = []
  const onApply = (applied: Applied) => void heard.push(applied)
  const steps = () =>
    heard.splice(0).map(({ kind, step, before, after }) => [kind, step.direction, step.revision.id, before, after])

  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  test('hears of every step: upgrade, downgrade, stamp', async () => {
    await here.upgrade(all, undefined, { onApply })
    expect(steps()).toEqual([
      ['upgrade', 'up', 'a', [], ['a']],
      ['upgrade', 'up', 'b', ['a'], ['b']],
      ['upgrade', 'up', 'c', ['b'], ['c']],
    ])
    await here.downgrade(all, 'a', { onApply })
    expect(steps()).toEqual([
      ['downgrade', 'down', 'c', ['c'], ['b']],
      ['downgrade', 'down', 'b', ['b'], ['a']],
    ])
    await here.stamp(all, 'c', { onApply })
    expect(steps()).toEqual([
      ['stamp', 'up', 'b', ['a'], ['b']],
      ['stamp', 'up', 'c', ['b'], ['c']],
    ])
  })

  test('two runs at the same time hear of their own steps alone', async () => {
    const there = await world(create)
    try {
      const [ours, theirs]: [string[], string[]] = [[], []]
      const hearing =
        (heardBy: string[], answered: string[]) =>
        async ({ step, query }: Applied) => {
          heardBy.push(step.revision.id)
          // Another turn for the other run, in the middle of the transaction.
          await query('SELECT 1')
          answered.push(step.revision.id)
        }
      const [afterOurs, afterTheirs]: [string[], string[]] = [[], []]
      await Promise.all([
        here.upgrade(all, 'b', { onApply: hearing(ours, afterOurs) }),
        there.upgrade(all, 'c', { onApply: hearing(theirs, afterTheirs) }),
      ])
      expect([ours, afterOurs]).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ])
      expect([theirs, afterTheirs]).toEqual([
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
      ])
    } finally {
      await there.end()
    }
  })

  test('its SQL is committed with the step, and sees the version row of it', async () => {
    const seen: unknown[] = []
    await here.upgrade(all, 'a', {
      onApply: async ({ step, query }) => {
        seen.push(await query('SELECT version_num FROM autogen_version'))
        await query(`INSERT INTO one (id) VALUES (${step.revision.id === 'a' ? 7 : 8})`)
      },
    })
    expect(seen).toEqual([[{ version_num: 'a' }]])
    expect(await here.ask('SELECT id FROM one')).toEqual([{ id: 7 }])
  })

  test('what it throws rolls the step back, and only that one', async () => {
    const refusing = async ({ step, query }: Applied) => {
      if (step.revision.id !== 'c') return
      await query('INSERT INTO one (id) VALUES (1)')
      throw new Error('not on a Friday')
    }
    await expect(here.upgrade(all, undefined, { onApply: refusing })).rejects.toMatchObject({
      code: 'on-apply',
      exitCode: 5,
      message: 'onApply failed at the upgrade of revision c, whose transaction was rolled back: not on a Friday',
    })
    expect(await here.ask('SELECT version_num FROM autogen_version')).toEqual([{ version_num: 'b' }])
    expect(await here.ask('SELECT id FROM one')).toEqual([])
    await expect(here.ask('SELECT id FROM three')).rejects.toMatchObject({ message: expect.stringContaining('three') })
    const last = (await readLog(await here.session())).at(-1)
    expect(last).toMatchObject({ revision: 'c', status: 'failed', error: expect.stringContaining('not on a Friday') })
    await here.upgrade(all)
    expect(await here.ask('SELECT id FROM three')).toEqual([])
  })

  test('a stamp is taken back whole', async () => {
    const refusing = ({ step }: Applied) => {
      if (step.revision.id === 'b') throw new Error('no')
    }
    await expect(here.stamp(all, 'c', { onApply: refusing })).rejects.toThrow(ApplyError)
    expect(await here.ask('SELECT version_num FROM autogen_version')).toEqual([])
    expect(await readLog(await here.session())).toEqual([])
  })

  test('SQL that fails, that ends the transaction, or comes too late is its failure', async () => {
    const awaited = (sql: string) => here.upgrade(all, 'a', { onApply: async ({ query }) => void (await query(sql)) })
    await expect(awaited('SELECT nothing')).rejects.toMatchObject({
      code: 'on-apply',
      message: expect.stringMatching(/^onApply failed at the upgrade of revision a, .*nothing/),
    })
    await expect(awaited('COMMIT')).rejects.toMatchObject({
      code: 'on-apply',
      reason: expect.stringContaining('COMMIT'),
    })
    expect(await here.ask('SELECT version_num FROM autogen_version')).toEqual([])
    let query: Applied['query'] | undefined
    await here.upgrade(all, 'a', { onApply: (applied) => void (query = applied.query) })
    await expect(query!('SELECT 1')).rejects.toThrow('after onApply had returned')
  })
})
