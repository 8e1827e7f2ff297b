// Data migrations through TypeORM's own manager: inside the migration's transaction, whatever TypeORM begins there.
import * as typeorm from 'typeorm'
import { migrate } from '../../src/runtime/migrate'
import { upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { databases, history, world, type World } from './world'

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

  const running = async (script: (op: Op<typeorm.EntityManager>) => Promise<void>) => {
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
})
