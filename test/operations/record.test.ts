import type { Op } from '../../src/operations/op'
import { createOp, isQueued, recordScript, type Backing, type RecordedIntent } from '../../src/operations/record'

const column = { name: 'a', type: 'int' }
const failure = (run: (op: Op) => void | Promise<void>) => recordScript(run).catch((error: unknown) => error)
/** The line it is called on. */
const here = () => Number(/:(\d+):\d+\)?$/.exec(new Error().stack!.split('\n')[2]!)![1])

/** A backing that writes down what it is asked. */
function diary() {
  const said: unknown[] = []
  const backing: Backing<string> = {
    run: async (intents) => void said.push(...intents.map(({ kind }) => kind)),
    query: async (sql, parameters) => {
      said.push([sql, parameters])
      return [{ one: 1 }]
    },
    manager: async (run) => run('the manager'),
    autocommit: async (work, options) => {
      said.push(['autocommit', options])
      await work(backing)
      said.push('end')
    },
    batched: async (batch) => void said.push(batch),
    table: async (asked) => void said.push(asked),
  }
  return { said, backing }
}

test('calls queue, and run before whatever runs at once, in the order in which they were made', async () => {
  const { said, backing } = diary()
  const { op, queued, settle } = createOp(backing)
  op.addColumn('user', column)
  const [rows] = await Promise.all([op.query('SELECT $1', [1]), op.query('SELECT 2')])
  op.dropColumn('user', 'b')
  const result = await op.manager(async (manager) => manager.toUpperCase())
  op.dropColumn('user', 'c')
  await settle()
  expect(rows).toEqual([{ one: 1 }])
  expect(result).toBe('THE MANAGER')
  expect(said).toEqual(['addColumn', ['SELECT $1', [1]], ['SELECT 2', undefined], 'dropColumn'])
  expect(queued().map(({ kind }) => kind)).toEqual(['dropColumn'])
  expect(queued()).toEqual([])
})

test('what is queued inside autocommit runs inside', async () => {
  const { said, backing } = diary()
  const { op, settle } = createOp(backing)
  op.addColumn('user', column)
  await op.autocommit(
    async (inside) => {
      inside.createIndex('user', { name: 'i', columns: ['a'], concurrently: true })
      await inside.query('VACUUM')
      inside.dropIndex('user', 'j')
    },
    { idempotent: true },
  )
  await settle()
  expect(said).toEqual([
    'addColumn',
    ['autocommit', { idempotent: true }],
    'createIndex',
    ['VACUUM', undefined],
    'dropIndex',
    'end',
  ])
})

test('methods need no op before the dot', async () => {
  const { intents } = await recordScript(({ addColumn }) => addColumn('user', column))
  expect(intents).toMatchObject([{ kind: 'addColumn' }])
})

test('an intent knows the line of the script', async () => {
  const line = here()
  const { intents } = await recordScript((op) => {
    op.addColumn('user', column)
    ;['a', 'b'].forEach((name) => op.dropColumn('user', name))
  })
  expect(intents.map(({ at }) => at)).toMatchObject([
    { file: __filename, line: line + 2 },
    { file: __filename, line: line + 3 },
    { file: __filename, line: line + 3 },
  ])
})

describe('a call nobody waits for is an error with its line', () => {
  test('in a script that is not async', async () => {
    const line = here()
    const error = await failure((op) => {
      void op.query('SELECT 1')
    })
    const message = `${__filename}:${line + 2}: op.query was not awaited.`
    expect(error).toMatchObject({ code: 'unawaited', exitCode: 5, message })
  })
  test('even when it has ended by the time the script returns', async () => {
    const error = await failure(async (op) => {
      void op.batched({ table: 'user', set: { a: '1' } })
      await op.flush()
      await new Promise((done) => setTimeout(done, 5))
    })
    expect(error).toMatchObject({ code: 'unawaited', method: 'batched' })
  })
  test('and it does not run after the script has returned', async () => {
    const { said, backing } = diary()
    const { op, settle } = createOp(backing)
    void op.query('SELECT 1')
    await expect(settle()).rejects.toThrow('op.query was not awaited')
    expect(said).toEqual([])
  })
  test('but one whose promise is kept and awaited later is fine', async () => {
    const { intents } = await recordScript(async (op) => {
      const later = op.query('SELECT 1')
      op.addColumn('user', column)
      await later
    })
    expect(intents.map(({ kind }) => kind)).toEqual(['query', 'addColumn'])
  })
})

test('a call that fails fails the script that awaits it', async () => {
  const { backing } = diary()
  const { op } = createOp({ ...backing, query: () => Promise.reject(new Error('no such table')) })
  await expect(op.query('SELECT 1')).rejects.toThrow('no such table')
})

describe('a call in the wrong place is an error', () => {
  test('after the script has returned', async () => {
    const { op, close } = createOp(diary().backing)
    close()
    expect(() => op.addColumn('user', column)).toThrow(
      /record\.test\.ts:\d+: op\.addColumn was called after the script had returned\./,
    )
    expect(() => op.flush()).toThrow('op.flush was called after the script had returned.')
  })
  test("inside manager's callback", async () => {
    const { op } = createOp(diary().backing)
    await expect(op.manager(async () => op.addColumn('user', column))).rejects.toMatchObject({
      code: 'misplaced-call',
      during: 'manager',
      message: expect.stringContaining('op.addColumn was called while op.manager was still running.'),
    })
    op.addColumn('user', column)
  })
  test("on the outer op inside autocommit's callback", async () => {
    const { op } = createOp(diary().backing)
    await expect(op.autocommit(() => op.addColumn('user', column))).rejects.toMatchObject({
      during: 'autocommit',
      hint: 'Use the op handed to the callback, and await op.autocommit(...) before going on.',
    })
  })
})

test.each([
  'BEGIN',
  '  -- why not\n commit;',
  '/* a */ ROLLBACK',
  'start transaction read only',
  'ABORT',
  'END',
  'rollback work',
  "PREPARE TRANSACTION 'a'",
  'INSERT INTO a VALUES ($$;$$); COMMIT',
  "UPDATE a SET b = E'it\\';' /* ; */; -- one more\n ROLLBACK; SELECT 1",
  'CREATE TRIGGER a AFTER INSERT ON b BEGIN UPDATE c SET d = CASE e WHEN 1 THEN 2 END; END; COMMIT;',
])('b112: a script may not run %j', async (sql) => {
  const refused = { code: 'transaction-control', message: expect.stringMatching(/record\.test\.ts:\d+: /) }
  expect(await failure((op) => op.execute(sql))).toMatchObject(refused)
  expect(await failure(async (op) => void (await op.query(sql)))).toMatchObject(refused)
})

test.each([
  'SELECT 1; -- BEGIN',
  'SAVEPOINT a',
  'ROLLBACK TO SAVEPOINT a',
  'rollback work to a',
  'SELECT 1; ROLLBACK TO a; RELEASE a',
  'SELECT \'; COMMIT\'; SELECT "; COMMIT" FROM `; COMMIT`; SELECT 1 /* ; COMMIT */ -- ; COMMIT',
  'DO $do$ BEGIN PERFORM 1; END; $do$; SELECT $1, $2',
  'CREATE FUNCTION a() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END; SELECT 1',
  'CREATE TRIGGER a AFTER INSERT ON b BEGIN UPDATE c SET d = CASE e WHEN 1 THEN 2 END; DELETE FROM f; END; SELECT 1',
  'UPDATE a SET b = 1; END_OF_DAY()',
  'beginning()',
  'SET LOCAL lock_timeout = 1',
])('a script may run %j', async (sql) => {
  expect(await recordScript((op) => op.execute(sql))).toMatchObject({ intents: [{ kind: 'execute', sql }] })
})

describe('a recording', () => {
  const said = (intents: readonly RecordedIntent[]) => intents.map((one) => ({ ...one, at: undefined }))

  test('holds everything a script said, in order', async () => {
    const recording = await recordScript(async (op) => {
      op.addColumn('user', column)
      await op.query('UPDATE "user" SET a = $1', [1])
      await op.autocommit((inside) => inside.dropIndex('user', 'i'), { idempotent: true })
      await op.manager(async () => {
        throw new Error('is not called')
      })
      await op.batched({ table: 'user', set: { a: '1' } })
      op.dropColumn('user', 'b')
    })
    expect(recording).toMatchObject({ opaque: false, async: true })
    expect(said(recording.intents)).toEqual([
      { kind: 'addColumn', table: 'user', column },
      { kind: 'query', sql: 'UPDATE "user" SET a = $1', parameters: [1] },
      { kind: 'autocommit', idempotent: true, intents: [expect.objectContaining({ kind: 'dropIndex', name: 'i' })] },
      { kind: 'manager' },
      { kind: 'batched', batch: { table: 'user', set: { a: '1' } } },
      { kind: 'dropColumn', table: 'user', name: 'b' },
    ])
    expect(recording.intents.filter(isQueued).map(({ kind }) => kind)).toEqual(['addColumn', 'dropColumn'])
  })

  test('of a script that only queues is not async', async () => {
    expect(await recordScript(async (op) => op.addColumn('user', column))).toMatchObject({
      opaque: false,
      async: false,
    })
  })

  test.each<[string, (op: Op) => Promise<unknown>]>([
    ['length', async (op) => (await op.query('SELECT 1')).length],
    ['first row', async (op) => (await op.query('SELECT 1'))[0]],
    [
      'destructured row',
      async (op) => {
        const [row] = await op.query('SELECT 1')
        return row
      },
    ],
    [
      'loop',
      async (op) => {
        for (const row of await op.query('SELECT 1')) op.dropColumn('user', String(row.name))
      },
    ],
    ['spread', async (op) => ({ ...(await op.query('SELECT 1')) })],
    ["manager's result", async (op) => (await op.manager(async () => ({ id: 1 }))).id],
    ['inside autocommit', async (op) => op.autocommit(async (inside) => void (await inside.query('SELECT 1')).length)],
  ])('ends where rows are read, and is opaque: %s', async (_, read) => {
    const recording = await recordScript(async (op) => {
      op.addColumn('user', column)
      await read(op)
      op.dropColumn('user', 'b')
    })
    expect(recording.opaque).toBe(true)
    expect(recording.intents.filter(isQueued).map(({ kind }) => kind)).toEqual(['addColumn'])
  })

  test('stays opaque and ends there though the script catches what it reads', async () => {
    const recording = await recordScript(async (op) => {
      const rows = await op.query('SELECT 1')
      op.addColumn('user', column)
      try {
        op.dropColumn('user', String(rows.length))
      } catch {
        op.dropColumn('user', 'b')
      }
    })
    expect(recording).toMatchObject({ opaque: true, intents: [{ kind: 'query' }, { kind: 'addColumn' }] })
  })

  test('says that there is no way back', async () => {
    const recording = await recordScript((op) => op.irreversible('the rows are gone'))
    expect(recording).toEqual({
      intents: [{ kind: 'irreversible', reason: 'the rows are gone' }],
      opaque: false,
      async: false,
    })
  })

  test('passes on what the script throws', async () => {
    expect(
      await failure(() => {
        throw new Error('mine')
      }),
    ).toMatchObject({ message: 'mine' })
  })
})

test('op.irreversible refuses with code 6 and the line', () => {
  const { op } = createOp(diary().backing)
  expect(() => op.irreversible('the rows are gone')).toThrow(
    expect.objectContaining({
      exitCode: 6,
      message: expect.stringMatching(/record\.test\.ts:\d+: there is no way back: the rows are gone$/),
    }),
  )
})
