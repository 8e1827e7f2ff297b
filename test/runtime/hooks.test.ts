// Functions of the project around a run and around each of its migrations.
import type { Op } from '../../src/operations/op'
import type { HookMigration, HookRunFacts, HookRunResult, Hooks } from '../../src/runtime/hooks'
import { readLog } from '../../src/runtime/log'
import { databases, history, world, type World } from './world'

const table = (name: string) => ({
  upgrade: (op: Op) => op.createTable({ name, columns: [{ name: 'id', type: 'integer' }] }),
  downgrade: (op: Op) => op.dropTable(name),
})
const two = { a: table('one'), b: { transaction: false, ...table('two') } }
const all = history(two)
const broken = history({ ...two, c: { upgrade: (op: Op) => op.execute('INSERT INTO nowhere VALUES (1)') } })

describe.each(databases)('hooks on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  /** Hooks that write down in which order they are called. */
  const told = () => {
    const heard: string[] = []
    const name = ({ step, position, total }: HookMigration) => `${step.revision.id} ${position}/${total}`
    const ids = (steps: HookRunFacts['steps']) => steps.map(({ revision }) => revision.id).join()
    const hooks: Hooks = {
      beforeRun: ({ kind, before, steps }) => void heard.push(`${kind} from ${before.join()}: ${ids(steps)}`),
      beforeMigration: (migration) => void heard.push(`before ${name(migration)}`),
      afterMigration: (migration) => void heard.push(`after ${name(migration)} at ${migration.after.join()}`),
      afterRun: ({ done, after, error }) => {
        heard.push(`done ${ids(done)} at ${after.join()}${error instanceof Error ? `: ${error.name}` : ''}`)
      },
    }
    return { hooks, heard }
  }
  const ran = async () => (await here.ask('SELECT version_num FROM autogen_version')).map((row) => row.version_num)

  test('are called around the run and around each migration, both ways, and not where nothing is to be done', async () => {
    const { hooks, heard } = told()
    await here.upgrade(all, undefined, { hooks })
    await here.downgrade(all, 'a', { hooks })
    await here.upgrade(all, 'a', { hooks })
    expect(heard).toEqual([
      'upgrade from : a,b',
      'before a 1/2',
      'after a 1/2 at a',
      'before b 2/2',
      'after b 2/2 at b',
      'done a,b at b',
      'downgrade from b: b',
      'before b 1/1',
      'after b 1/1 at a',
      'done b at a',
    ])
  })

  test('query in the transaction of the migration: what they write stays or goes with it', async () => {
    const seen: unknown[] = []
    const hooks = (last?: Error): Hooks => ({
      async beforeMigration({ step, query }) {
        if (step.revision.id === 'b') await query('INSERT INTO one VALUES (1)')
      },
      async afterMigration({ step, query }) {
        seen.push(await query('SELECT version_num FROM autogen_version'))
        if (step.revision.id === 'a') await query('INSERT INTO one VALUES (2)')
        if (last) throw last
      },
    })
    await expect(here.upgrade(all, 'a', { hooks: hooks(new Error('not yet')) })).rejects.toThrow('not yet')
    await expect(here.ask('SELECT * FROM one')).rejects.toMatchObject({ message: expect.stringContaining('one') })
    await here.upgrade(all, undefined, { hooks: hooks() })
    expect(await here.ask('SELECT id FROM one ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }])
    expect(seen).toEqual([[{ version_num: 'a' }], [{ version_num: 'a' }], [{ version_num: 'b' }]])
  })

  test('that throw before the run keep everything from running', async () => {
    const { hooks, heard } = told()
    const beforeRun = () => Promise.reject(new Error('the workers are still busy'))
    await expect(here.upgrade(all, undefined, { hooks: { ...hooks, beforeRun } })).rejects.toMatchObject({
      code: 'hook',
      exitCode: 5,
      hook: 'beforeRun',
      message: 'beforeRun failed, so nothing was run: the workers are still busy',
      hint: expect.stringContaining('`hooks.beforeRun`'),
    })
    expect(heard).toEqual([])
    await expect(here.ask('SELECT * FROM autogen_log')).rejects.toMatchObject({
      message: expect.stringContaining('autogen_log'),
    })
  })

  test.each(['beforeMigration', 'afterMigration'] as const)(
    'that throw in %s roll that migration back',
    async (hook) => {
      const { hooks, heard } = told()
      const throwing = async ({ step, query }: HookMigration) => {
        if (step.revision.id === 'b') await query('SELECT nothing')
      }
      await expect(here.upgrade(all, undefined, { hooks: { ...hooks, [hook]: throwing } })).rejects.toMatchObject({
        code: 'hook',
        exitCode: 5,
        hook,
        migration: { id: 'b', kind: 'upgrade' },
        message: expect.stringMatching(
          new RegExp(`^${hook} failed at the upgrade of revision b, whose transaction was rolled back: .*nothing`),
        ),
      })
      expect(await ran()).toEqual(['a'])
      expect(heard.at(-1)).toBe('done a at a: HookError')
      const last = (await readLog(await here.session())).at(-1)
      expect(last).toMatchObject({ revision: 'b', status: 'failed', error: expect.stringContaining(`${hook} failed`) })
      expect((await here.upgrade(all)).heads).toEqual(['b'])
    },
  )

  test('after the run are told of a failure, and what they throw then is a warning beside it', async () => {
    const { hooks, heard } = told()
    const events: unknown[] = []
    const onEvent = (event: unknown) => events.push(event)
    await expect(here.upgrade(broken, undefined, { hooks, onEvent })).rejects.toMatchObject({
      code: 'migration-failed',
    })
    expect(heard.at(-1)).toBe('done a,b at b: MigrationFailedError')

    const afterRun = () => Promise.reject(new Error('nobody listens'))
    const failing = here.upgrade(broken, undefined, { hooks: { afterRun }, onEvent })
    await expect(failing).rejects.toMatchObject({ code: 'migration-failed' })
    const message = 'afterRun failed after the run, which stays as it ended: nobody listens'
    expect(events).toContainEqual({ type: 'warning', code: 'hook', message })
    await here.downgrade(all, 'a')
    await expect(here.upgrade(all, undefined, { hooks: { afterRun } })).rejects.toMatchObject({ code: 'hook', message })
    expect(await ran()).toEqual(['b'])
  })

  test('are told that a run is only tried, as onApply is, and what they wrote goes with it', async () => {
    const dry: unknown[] = []
    const hear = ({ dryRun }: { readonly dryRun?: true }) => void dry.push(dryRun)
    const hooks: Hooks = {
      beforeRun: hear,
      beforeMigration: hear,
      async afterMigration({ dryRun, query }) {
        dry.push(dryRun)
        await query('INSERT INTO one VALUES (1)')
      },
      afterRun: ({ dryRun, done, after }: HookRunResult) => void dry.push([dryRun, done.length, after]),
    }
    await here.upgrade(all, 'a', { hooks, onApply: hear, dryRun: true })
    expect(dry.splice(0)).toEqual([true, true, true, true, [true, 1, ['a']]])
    await here.upgrade(all, 'a', { hooks, onApply: hear })
    expect(dry).toEqual([undefined, undefined, undefined, undefined, [undefined, 1, ['a']]])
    expect(await here.ask('SELECT id FROM one')).toEqual([{ id: 1 }])
  })

  test('of a single transaction that fails hear that nothing of it stays', async () => {
    const results: HookRunResult[] = []
    const hooks: Hooks = { afterRun: (run) => void results.push(run) }
    const one = history({ a: table('one'), c: { upgrade: (op: Op) => op.execute('INSERT INTO nowhere VALUES (1)') } })
    await here.upgrade(one, undefined, { hooks, singleTransaction: true }).catch(() => undefined)
    expect(results).toMatchObject([
      { singleTransaction: true, done: [], after: [], error: { code: 'migration-failed' } },
    ])
  })

  test('of two runs at the same time are called for their own alone', async () => {
    const there = await world(create)
    try {
      const [ours, theirs] = [told(), told()]
      await Promise.all([
        here.upgrade(all, 'a', { hooks: ours.hooks }),
        there.upgrade(all, 'b', { hooks: theirs.hooks }),
      ])
      expect(ours.heard).toEqual(['upgrade from : a', 'before a 1/1', 'after a 1/1 at a', 'done a at a'])
      expect(theirs.heard.at(-1)).toBe('done a,b at b')
      expect(theirs.heard).toHaveLength(6)
    } finally {
      await there.end()
    }
  })
})
