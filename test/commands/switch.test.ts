// A database that holds revisions of another git branch, and a folder that does not.
import * as autogen from '../../src'
import type { RunEvent } from '../../src/runtime/events'
import { readLog } from '../../src/runtime/log'
import { openSession } from '../../src/runtime/session'
import { databases, type TestDatabase } from '../support/databases'
import { folderProject, refusal, tableBody, type FolderProject } from '../support/folder-project'

const log = async ({ options }: FolderProject) => {
  const session = await openSession(options.dataSource)
  try {
    return await readLog(session)
  } finally {
    await session.close()
  }
}

describe.each(databases)('autogen switch on %s', (dialect, open) => {
  let database: TestDatabase
  let made: FolderProject
  beforeEach(async () => {
    database = await open()
    made = folderProject(database)
    made.write('aaaa', [], tableBody('one'))
  })
  afterEach(() => database.drop())

  /** The other branch: what it has written runs, then its files are gone, as after `git switch main`. */
  async function leave(...ids: readonly string[]) {
    await autogen.upgrade({ ...made.options, target: 'heads' })
    for (const id of ids) made.remove(id)
  }

  const tables = async () =>
    (
      await made.ask(
        dialect === 'postgres'
          ? `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`
          : `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1`,
      )
    )
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith('autogen_'))

  test('takes back what the folder does not have, newest first, and tells what comes next', async () => {
    made.write('xxxx', ['aaaa'], tableBody('theirs'))
    made.write('yyyy', ['xxxx'], {
      up: `op.addColumn('theirs', { name: 'name', type: 'text', nullable: true }); op.bulkInsert('theirs', [{ id: 1 }])`,
      down: `op.execute('DELETE FROM theirs'); op.dropColumn('theirs', 'name')`,
    })
    await leave('xxxx', 'yyyy')
    made.write('bbbb', ['aaaa'], tableBody('ours'))

    expect(await refusal(autogen.upgrade(made.options))).toMatchObject({
      code: 'diverged',
      hint: expect.stringContaining('autogen switch'),
    })
    expect(await autogen.switchBranch(made.options)).toMatchObject({
      from: ['yyyy'],
      to: ['aaaa'],
      steps: [
        { revision: 'yyyy', direction: 'down' },
        { revision: 'xxxx', direction: 'down' },
      ],
      next: ['bbbb'],
      heads: ['bbbb'],
    })
    expect(await tables()).toEqual(['one'])
    const [last, before] = (await log(made)).reverse()
    expect(last).toMatchObject({ revision: 'xxxx', parents: ['aaaa'], direction: 'down', kind: 'downgrade' })
    expect(last).toMatchObject({ status: 'done', stepsDone: 1, operations: [{ kind: 'dropTable' }] })
    expect(last?.downgrade).toBeUndefined()
    expect(before?.operations.map(({ kind }) => kind)).toEqual(['execute', 'dropColumn'])
    expect(before?.checksum).toMatch(/^1:/)

    expect(await autogen.current(made.options)).toMatchObject({ heads: ['aaaa'], state: 'known', skipped: [] })
    expect(await autogen.upgrade(made.options)).toMatchObject({ from: ['aaaa'], to: ['bbbb'] })
    expect(await autogen.switchBranch(made.options)).toEqual({
      from: ['bbbb'],
      to: ['bbbb'],
      steps: [],
      next: [],
      heads: ['bbbb'],
    })
  })

  test('leaves a database that is ahead where this folder ends', async () => {
    made.write('xxxx', ['aaaa'], tableBody('theirs'))
    await leave('xxxx')
    expect(await autogen.current(made.options)).toMatchObject({ state: 'ahead' })
    expect(await autogen.switchBranch(made.options)).toMatchObject({ to: ['aaaa'], next: [] })
    expect(await tables()).toEqual(['one'])
  })

  test('keeps what ran beside it, through a merge and a dependency', async () => {
    made.write('bbbb', [], tableBody('beside'))
    made.write('cccc', ['aaaa'], tableBody('after'))
    made.write('xxxx', ['aaaa'], { ...tableBody('theirs'), others: `exports.dependsOn = ['bbbb']` })
    made.write('mmmm', ['cccc', 'xxxx'])
    await leave('xxxx', 'mmmm')
    expect(await autogen.current(made.options)).toMatchObject({ heads: ['mmmm'] })
    expect(await autogen.switchBranch(made.options)).toMatchObject({
      steps: [{ revision: 'mmmm' }, { revision: 'xxxx' }],
      to: ['bbbb', 'cccc'],
    })
    expect(await tables()).toEqual(['after', 'beside', 'one'])
    expect(await autogen.current(made.options)).toMatchObject({ atHead: true, skipped: [] })
  })

  test.each([
    ['reads rows', `const rows = await op.query('SELECT 1 AS one'); if (rows.length > 0) op.dropTable('theirs')`],
    ['runs code', `await op.manager(async () => {}); op.dropTable('theirs')`],
    ['is irreversible', `op.irreversible('its rows are gone')`],
    ['reads what was typed', `op.dropTable(op.x.table ?? 'theirs')`],
  ])('refuses where the way back %s, names the revision and changes nothing', async (_, down) => {
    made.write('xxxx', ['aaaa'], { ...tableBody('theirs'), down })
    made.write('yyyy', ['xxxx'], tableBody('more'))
    await leave('xxxx', 'yyyy')
    const error = await refusal(autogen.switchBranch(made.options))
    expect(error).toMatchObject({ code: 'no-way-back', exitCode: 6, revisions: ['xxxx'] })
    expect(error.hint).toContain(dialect === 'postgres' ? 'createdb -h' : 'autogen upgrade head --url sqlite:')
    expect(error.hint).toContain('_fresh')
    expect(await tables()).toEqual(['more', 'one', 'theirs'])
    expect(await autogen.current(made.options)).toMatchObject({ heads: ['yyyy'] })
  })

  test('a revision that was stamped, and one that SQL was printed for, are kept with the same bytes', async () => {
    made.write('bbbb', ['aaaa'], {
      up: `op.execute("SELECT 'it''s'")`,
      down: `op.execute("SELECT 'back'"); op.bulkInsert('one', [{ id: 1 }, { id: -2.5 }])`,
    })
    await autogen.upgrade(made.options)
    const kept = (await made.ask('SELECT revision, downgrade FROM autogen_log ORDER BY id')).map(
      ({ revision, downgrade }) => [revision, typeof downgrade === 'string' ? JSON.parse(downgrade) : downgrade],
    )
    expect(kept).toEqual([
      ['aaaa', { intents: [{ kind: 'dropTable', table: 'one' }] }],
      [
        'bbbb',
        {
          intents: [
            { kind: 'execute', sql: "SELECT 'back'" },
            { kind: 'bulkInsert', table: 'one', rows: [{ id: 1 }, { id: -2.5 }] },
          ],
        },
      ],
    ])
    const bytes = (id: string) => `'${JSON.stringify(kept.find(([one]) => one === id)![1]).replaceAll("'", "''")}'`
    const printed = await autogen.upgrade({ ...made.options, sql: true })
    const stamped = await autogen.stamp({ ...made.options, targets: 'head', sql: true })
    for (const sql of [printed.sql, stamped.sql]) for (const id of ['aaaa', 'bbbb']) expect(sql).toContain(bytes(id))
    const text = dialect === 'postgres' ? 'downgrade::text' : 'downgrade'
    expect(await made.ask(`SELECT ${text} AS said FROM autogen_log WHERE revision = 'aaaa'`)).toEqual([
      { said: bytes('aaaa').slice(1, -1) },
    ])

    await autogen.stamp({ ...made.options, targets: 'head', purge: true })
    expect((await log(made)).at(-1)?.downgrade).toEqual(kept[1]![1])
  })

  test('what ran outside of a transaction goes back the same way', async () => {
    made.write('xxxx', ['aaaa'], {
      ...tableBody('theirs'),
      others: 'exports.transaction = false',
    })
    made.write('yyyy', ['xxxx'], {
      up: `op.createTable({ name: 'more', columns: [{ name: 'id', type: 'integer' }] })`,
      down: `await op.autocommit((op) => { op.execute('DELETE FROM more') }); op.dropTable('more')`,
    })
    await leave('xxxx', 'yyyy')
    expect(await autogen.switchBranch(made.options)).toMatchObject({ to: ['aaaa'] })
    expect(await tables()).toEqual(['one'])
    expect((await log(made)).slice(-2)).toMatchObject([
      { revision: 'yyyy', status: 'done', direction: 'down' },
      { revision: 'xxxx', status: 'done', direction: 'down' },
    ])
  })

  test('a step that fails is rolled back and logged, what went before it stays back', async () => {
    made.write('xxxx', ['aaaa'], tableBody('theirs'))
    made.write('yyyy', ['xxxx'], tableBody('more'))
    await leave('xxxx', 'yyyy')
    await made.ask('DROP TABLE theirs')
    await made.ask('INSERT INTO one (id) VALUES (7)')
    await refusal(autogen.switchBranch(made.options))
    expect(await autogen.current(made.options)).toMatchObject({ heads: ['xxxx'] })
    expect(await tables()).toEqual(['one'])
  })

  test('a protected database wants to be named, and what failed half way is told of', async () => {
    made.write('xxxx', ['aaaa'], tableBody('theirs'))
    await leave('xxxx')
    const protect = ['*']
    const error = await refusal(autogen.switchBranch({ ...made.options, protect }))
    expect(error).toMatchObject({ code: 'protected-database', exitCode: 6 })
    const { database: name } = error as autogen.ProtectedDatabaseError

    await made.ask(
      `INSERT INTO autogen_log (revision, parents, direction, kind, status, steps_done, reason, operations, tool_version, started_at)
       VALUES ('yyyy', '["xxxx"]', 'up', 'upgrade', 'failed', 0, 'batched "a" by "id" up to 7', '[]', '1', '2026-01-02T03:04:05.678Z'),
         ('zzzz', '["xxxx"]', 'up', 'upgrade', 'failed', 1, NULL, '[]', '1', '2026-01-02T03:04:05.678Z')`,
    )
    const events: RunEvent[] = []
    const onEvent = (event: autogen.CommandEvent) => void events.push(event as RunEvent)
    expect(await autogen.switchBranch({ ...made.options, protect, yesOn: name, onEvent })).toMatchObject({
      to: ['aaaa'],
    })
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'warning', code: 'half-done', revisions: ['yyyy', 'zzzz'] }),
    )
  })

  test('a folder that has none of the revisions is the wrong one, and nothing is taken back for it unasked', async () => {
    await leave('aaaa')
    const wrong = {
      code: 'diverged',
      message: 'The database is at aaaa, and the migrations here have none of the revisions it has run.',
      hint: 'Point `migrations` in your settings at the folder that has them.',
    }
    expect(await refusal(autogen.upgrade(made.options))).toMatchObject(wrong)
    expect(await refusal(autogen.revision({ ...made.options, message: 'x' }))).toMatchObject(wrong)
    expect((await autogen.check(made.options)).problems).toContainEqual({ ...wrong, exitCode: 4 })
    made.write('bbbb', [], tableBody('ours'))
    expect(await refusal(autogen.upgrade(made.options))).toMatchObject(wrong)

    const error = (await refusal(autogen.switchBranch(made.options))) as autogen.NothingSharedError
    expect(error).toMatchObject({ code: 'nothing-shared', exitCode: 6, revisions: ['aaaa'] })
    expect(error.hint).toContain(`--yes-on ${error.database}`)
    expect(await tables()).toEqual(['one'])
    await refusal(autogen.switchBranch({ ...made.options, yesOn: 'another' }))
    expect(await autogen.switchBranch({ ...made.options, yesOn: error.database })).toMatchObject({
      to: [],
      next: ['bbbb'],
    })
    expect(await tables()).toEqual([])
  })

  test('check names a stamp that can be typed, or the way back', async () => {
    made.write('xxxx', ['aaaa'], tableBody('theirs'))
    await leave('xxxx')
    made.write('bbbb', ['aaaa'], tableBody('ours'))
    const { problems } = await autogen.check(made.options)
    expect(problems[0]).toMatchObject({ code: 'diverged', hint: expect.stringMatching(/^Run `autogen switch`/) })
    expect(problems[0]?.hint).not.toContain('--purge`')
  })
})
