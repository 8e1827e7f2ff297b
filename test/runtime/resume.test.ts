import type * as typeorm from 'typeorm'
import { MigrationFailedError, NotResumableError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { readLog, startEntry } from '../../src/runtime/log'
import { inTransaction } from '../../src/runtime/session'
import { readHeads } from '../../src/runtime/versions'
import { freshPostgres } from '../support/databases'
import { databases, history, world, type World } from './world'

const item = (op: Op) =>
  op.createTable({
    name: 'item',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'price', type: 'integer' },
    ],
    primaryKey: ['id'],
  })

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1, price: 1 }))

describe.each(databases)('batches on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const all = (batch: object, after: (op: Op) => void = () => {}) =>
    history({
      a: {
        upgrade(op: Op) {
          item(op)
          op.bulkInsert('item', rows(25))
        },
      },
      b: {
        async upgrade(op) {
          op.addColumn('item', { name: 'note', type: 'text', nullable: true })
          await op.batched({ table: 'item', set: { price: 'price + 1', note: `'seen'` }, size: 10, ...batch })
          after(op)
        },
      },
    })

  const prices = () => here.ask('SELECT price, count(*) AS n FROM item GROUP BY price ORDER BY price')

  test('go over every row once, a few at a time', async () => {
    const { events } = await here.upgrade(all({}))
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[2, 25]])
    expect(events.filter(({ type }) => type === 'batch')).toEqual(
      [1, 2, 3].map((batches) => ({ type: 'batch', revision: 'b', table: 'item', batches })),
    )
  })

  test('touch only the rows that where finds', async () => {
    await here.upgrade(all({ where: 'id > 20' }))
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([
      [1, 20],
      [2, 5],
    ])
  })

  test('are not gone over again when what follows them fails', async () => {
    const broken = all({}, () => {
      throw new Error('too early')
    })
    const failure: unknown = await here.upgrade(broken).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailedError)
    expect(failure).toMatchObject({ completed: 2, reason: 'too early' })
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[2, 25]])
    expect(await readLog(await here.session()).then((log) => log.at(-1))).toMatchObject({
      status: 'failed',
      stepsDone: 2,
    })
    const { events, heads } = await here.upgrade(all({}))
    expect(heads).toEqual(['b'])
    expect(events).toContainEqual(expect.objectContaining({ type: 'migration', state: 'resumed' }))
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[2, 25]])
    expect(await readLog(await here.session()).then((log) => log.at(-1))).toMatchObject({
      status: 'done',
      revision: 'b',
    })
  })

  test('that fail half way keep what was committed and go on there', async () => {
    // The second batch meets a row that may not be changed.
    const guard = here.sqlite
      ? [`CREATE TRIGGER guard BEFORE UPDATE ON item WHEN NEW.id = 15 BEGIN SELECT RAISE(ABORT, 'not this row'); END`]
      : [
          `CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 15 THEN RAISE 'not this row'; END IF; RETURN NEW; END $$`,
          `CREATE TRIGGER guard BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION guard()`,
        ]
    await here.upgrade(all({}), 'a')
    for (const sql of guard) await inSession(sql)
    await expect(here.upgrade(all({}))).rejects.toThrow(/not this row/)
    // Nobody has mended it meanwhile.
    await expect(here.upgrade(all({}))).rejects.toThrow(/not this row/)
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([
      [1, 15],
      [2, 10],
    ])
    await inSession(here.sqlite ? 'DROP TRIGGER guard' : 'DROP TRIGGER guard ON item')
    await here.upgrade(all({}))
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[2, 25]])
  })

  describe('that were cut off', () => {
    const batch = { table: 'item', set: { price: 'price + 1' }, key: 'id', size: 10 }
    const script = (upgrade: (op: Op) => Promise<void>) => history({ a: { upgrade: item }, b: { upgrade } })
    const state = async () => [
      (await prices()).map(({ price, n }) => [price, Number(n)]),
      (await here.ask(`SELECT reason FROM autogen_log WHERE revision = 'b'`)).map(({ reason }) => reason),
    ]
    const place = () =>
      `batched ${here.sqlite ? '"item"' : '"public"."item"'} by "id" up to ${here.sqlite ? 10 : "'10'"}`
    const halfWay = () => [[[1, 15], [2, 10]], [place()]] // prettier-ignore

    beforeEach(async () => {
      await here.upgrade(
        script(async () => {}),
        'a',
      )
      const values = rows(25).map(({ id, price }) => `(${id}, ${price})`)
      await inSession(`INSERT INTO item VALUES ${values.join()}`)
      const guarded = script((op) =>
        op.batched({
          ...batch,
          where: here.sqlite ? `id < 11 OR abs(-9223372036854775807 - 1) = 1` : 'id < 11 OR 1 / (id - 11) = 7',
        }),
      )
      await expect(here.upgrade(guarded)).rejects.toBeInstanceOf(MigrationFailedError)
      expect(await state()).toEqual(halfWay())
    })

    test('keep their place where the next run fails before it has come any further', async () => {
      const stuck = script((op) => op.batched({ ...batch, where: 'nowhere = 1' }))
      await expect(here.upgrade(stuck)).rejects.toThrow(/nowhere/)
      expect(await state()).toEqual(halfWay())
      await here.upgrade(script((op) => op.batched(batch)))
      expect((await state())[0]).toEqual([[2, 25]])
    })

    const others: [what: string, upgrade: (op: Op) => Promise<void>][] = [
      ['work before them', async (op) => (op.execute('SELECT 1'), op.batched(batch))],
      ['another key', (op) => op.batched({ ...batch, key: 'price', set: { id: 'id' } })],
      ['no batches', async (op) => op.flush()],
    ]
    test.each(others)('do not go on where the script has %s now', async (_, upgrade) => {
      const failure: unknown = await here.upgrade(script(upgrade)).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(NotResumableError)
      expect(failure).toMatchObject({ reason: `it had ${place()}, and the script has something else there now` })
      expect(await state()).toEqual(halfWay())
    })
  })

  test.each(['item', '10'])(
    'find their place where the password is %s, as their table or their key is',
    async (password) => {
      const made = await create()
      const there = await world(async () => ({ ...made, options: { ...made.options, password } }))
      try {
        const script = (where: string) =>
          history({
            a: { upgrade: (op) => (item(op), op.bulkInsert('item', rows(25))) },
            b: { upgrade: (op) => op.batched({ table: 'item', set: { price: 'price + 1' }, size: 10, where }) },
          })
        const guard = there.sqlite ? `abs(-9223372036854775807 - 1) = 1` : '1 / (id - 11) = 7'
        await expect(there.upgrade(script(`id < 11 OR ${guard}`))).rejects.toBeInstanceOf(MigrationFailedError)
        await there.upgrade(script('id > 0'))
        expect(await there.ask('SELECT DISTINCT price FROM item')).toEqual([{ price: 2 }])
      } finally {
        await there.end()
      }
    },
  )

  test('whose commit fails do not count as done', async () => {
    // SQLite has nothing that waits for the commit but foreign keys.
    if (here.sqlite) return
    await here.upgrade(all({}), 'a')
    await inSession(
      `CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 15 THEN RAISE 'not this row'; END IF; RETURN NEW; END $$`,
    )
    await inSession(
      `CREATE CONSTRAINT TRIGGER guard AFTER UPDATE ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION guard()`,
    )
    const failure: unknown = await here.upgrade(all({})).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      reason: 'not this row',
      begun: `batched "public"."item" by "id" up to '10'`,
      hint: `The database is at a; 1 committed part of b stays (+ column item.note text null), and what was begun of the next (batched "public"."item" by "id" up to '10'): mend what is in the way, then run the same command again to go on from there.`,
    })
    await inSession('DROP TRIGGER guard ON item')
    await here.upgrade(all({}))
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[2, 25]])
  })

  test('go by keys that a driver cannot give exactly, and over rows that have none', async () => {
    const [type, keys] = here.sqlite
      ? ['bigint', ['9007199254740993', '9007199254740995', '9007199254740997']]
      : ['timestamptz', ['1', '2', '3'].map((digit) => `'2020-01-01 00:00:00.00000${digit}+00'`)]
    await here.upgrade(
      history({
        a: {
          async upgrade(op) {
            op.createTable({
              name: 'event',
              columns: [
                { name: 'at', type, nullable: true },
                { name: 'seen', type: 'integer' },
              ],
            })
            for (const key of [...keys, 'NULL']) op.execute(`INSERT INTO event VALUES (${key}, 0)`)
            await op.batched({ table: 'event', set: { seen: 'seen + 1' }, key: 'at', size: 2 })
          },
        },
      }),
    )
    expect((await here.ask('SELECT seen FROM event')).map(({ seen }) => seen)).toEqual([1, 1, 1, 1])
  })

  test('that would change the column they go by are refused, as they would never end', async () => {
    await expect(here.upgrade(all({ set: { id: 'id + 100' } }))).rejects.toThrow(
      'op.batched goes through item by id, and would change it',
    )
    expect((await prices()).map(({ price, n }) => [price, Number(n)])).toEqual([[1, 25]])
  })

  const inSession = async (sql: string) => {
    const session = await here.session()
    await inTransaction(session, () => session.connection.query(sql))
    await session.close()
  }
})

describe.each(databases)('work outside of a transaction on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const inParts = (last: string) =>
    history({
      a: {
        transaction: false,
        upgrade(op: Op) {
          item(op)
          op.bulkInsert('item', rows(1))
          op.execute(last)
        },
      },
    })

  test('transaction = false keeps each statement; the next run goes on after the last', async () => {
    const failure: unknown = await here
      .upgrade(inParts('INSERT INTO nowhere VALUES (1)'))
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailedError)
    expect((failure as MigrationFailedError).completed).toBeGreaterThanOrEqual(1)
    expect((failure as MigrationFailedError).hint).toMatch(/go on from there/)
    const session = await here.session()
    expect(await readHeads(session)).toEqual([])
    expect(await session.connection.query('SELECT id FROM item')).toEqual([{ id: 1 }])
    await session.close()
    expect(await here.upgrade(inParts('UPDATE item SET price = 5'))).toMatchObject({ heads: ['a'] })
    expect(await here.ask('SELECT id, price FROM item')).toEqual([{ id: 1, price: 5 }])
  })

  test('b111: autocommit commits what came before it, and goes on in a new transaction', async () => {
    const script = (last: string) =>
      history({
        a: {
          async upgrade(op) {
            item(op)
            await op.autocommit((inside) => inside.bulkInsert('item', rows(2)))
            op.execute('UPDATE item SET price = price + 1')
            op.execute(last)
          },
        },
      })
    await expect(here.upgrade(script('SELECT * FROM nowhere'))).rejects.toThrow(/nowhere/)
    expect(await here.ask('SELECT price FROM item')).toEqual([{ price: 1 }, { price: 1 }])
    await here.upgrade(script('SELECT 1'))
    expect(await here.ask('SELECT price FROM item')).toEqual([{ price: 2 }, { price: 2 }])
  })

  test.each([
    ['an interruption', 'interrupted', /^Interrupted in revision a; its open transaction was rolled back\.$/],
    ['something to fill in', 'fill-in', /./],
  ] as const)('%s after a committed part says that the part stays', async (_what, code, message) => {
    const controller = new AbortController()
    const script = history({
      a: {
        async upgrade(op) {
          item(op)
          await op.autocommit((inside) => inside.bulkInsert('item', rows(2)))
          // Recording a script is not running it.
          const [row] = await op.query('SELECT count(*) AS n FROM item')
          if (Number(row!.n) > 0 && code === 'interrupted') controller.abort()
          if (Number(row!.n) > 0 && code === 'fill-in') op.fillIn('a value')
          await op.autocommit((inside) => inside.execute('SELECT 1'))
        },
      },
    })
    const failure: unknown = await here
      .upgrade(script, undefined, { signal: controller.signal })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/^The database is at base; \d committed parts of a stay \(\+ table item .*\)\. ./),
      heads: [],
    })
    const session = await here.session()
    expect((await readLog(session)).at(-1)).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(message),
    })
    await session.close()
  })

  describe('what a script does past us there', () => {
    const given = (
      upgrade: (inside: Op) => Promise<unknown>,
      idempotent?: true,
      last = 'INSERT INTO nowhere VALUES (1)',
    ) =>
      history({
        a: { upgrade: item },
        b: {
          async upgrade(op) {
            await op.autocommit(async (inside) => void (await upgrade(inside)), idempotent && { idempotent })
            op.execute(last)
          },
        },
      })
    const insert = 'INSERT INTO item VALUES (1, 1)'
    const done = () => here.ask('SELECT id, price FROM item')
    const row = { id: 1, price: 1 }

    const writes: [string, (op: Op) => Promise<unknown>][] = [
      ['op.query', (op) => op.query(insert)],
      ['op.table(...).insert', (op) => op.table('item').insert([row])],
      ['op.manager', (op) => op.manager(async (manager) => (manager as typeorm.EntityManager).query(insert))],
    ]
    test.each(writes)('by %s is a part that stays, and is not done twice', async (what, write) => {
      expect(await here.upgrade(given(write)).catch((error: unknown) => error)).toMatchObject({
        completed: 1,
        hint: expect.stringMatching(/^The database is at a; 1 committed part of b stays: /),
      })
      expect(await here.upgrade(given(write)).catch((error: unknown) => error)).toMatchObject({
        code: 'not-resumable',
        reason: `it called ${what} in a part that is committed`,
      })
      expect(await done()).toEqual([row])
    })

    test('by a callback that failed, nobody knows how far it came', async () => {
      const half = given((op) =>
        op.manager(async (manager) => {
          await (manager as typeorm.EntityManager).query(insert)
          throw new Error('half way')
        }),
      )
      expect(await here.upgrade(half).catch((error: unknown) => error)).toMatchObject({ begun: 'op.manager' })
      await expect(here.upgrade(half)).rejects.toThrow('nobody knows whether op.manager ran')
      expect(await done()).toEqual([row])
    })

    const twice: [string, (op: Op) => Promise<unknown>, true | undefined][] = [
      ['that only reads', (op) => op.query('SELECT * FROM item'), undefined],
      ['that says it may be', (op) => op.query('DELETE FROM item WHERE id = 7'), true],
      [
        'that was refused',
        (op) => op.query('INSERT INTO item VALUES (nothing)').catch(() => op.query('SELECT 1')),
        undefined,
      ],
    ]
    test.each(twice)('is done again %s', async (_, work, idempotent) => {
      await expect(here.upgrade(given(work, idempotent))).rejects.toThrow(/nowhere/)
      expect(await here.upgrade(given(work, idempotent, 'SELECT 1'))).toMatchObject({ heads: ['b'] })
    })
  })

  test('a dry run of what stopped half way ends where only a run can go on', async () => {
    await expect(here.upgrade(inParts('INSERT INTO nowhere VALUES (1)'))).rejects.toBeInstanceOf(MigrationFailedError)
    expect(await here.upgrade(inParts('SELECT 1'), undefined, { dryRun: true })).toMatchObject({
      rehearsal: { complete: false, notes: [{ revision: 'a', note: expect.stringContaining('only the run itself') }] },
    })
    expect(await here.upgrade(inParts('SELECT 1'))).toMatchObject({ heads: ['a'] })
  })

  test('a script whose committed part was edited cannot go on, and the log keeps what ran', async () => {
    const script = (column: string, sql: string, last: string) =>
      history({
        a: {
          async upgrade(op) {
            op.createTable({ name: 'item', columns: [{ name: column, type: 'integer' }] })
            op.execute(sql)
            await op.autocommit((inside) => inside.execute('UPDATE item SET id = 3'))
            op.execute(last)
          },
        },
      })
    const [insert, other] = [1, 2].map(
      (id) => `INSERT INTO item /* a text of more than sixty letters */ VALUES (${id})`,
    )
    await expect(here.upgrade(script('id', insert!, 'SELECT * FROM nowhere'))).rejects.toThrow(/nowhere/)
    for (const edited of [script('key', insert!, 'SELECT 1'), script('id', other!, 'SELECT 1')]) {
      const refusal: unknown = await here.upgrade(edited).catch((error: unknown) => error)
      expect(refusal).toBeInstanceOf(NotResumableError)
      expect(refusal).toMatchObject({
        message: expect.stringMatching(/cannot go on by itself: `. .*` was edited after it had been committed\.$/),
      })
    }
    expect(await here.upgrade(script('id', insert!, 'SELECT 1'))).toMatchObject({ heads: ['a'] })
    expect(await here.ask('SELECT id FROM item')).toEqual([{ id: 3 }])
  })

  test('a run that fails before it has come to where it goes on tells what stays all the same', async () => {
    const script = (last: string) =>
      history({
        a: { transaction: false, upgrade: (op) => (item(op), op.execute('DELETE FROM item'), op.execute(last)) },
      })
    await expect(here.upgrade(script('SELECT * FROM nowhere'))).rejects.toThrow(/nowhere/)
    const stays =
      'The database is at base; 2 committed parts of a stay (+ table item (2 columns); ~ execute DELETE FROM item)'
    const edited = history({
      a: {
        transaction: false,
        async upgrade(op) {
          const [row] = await op.query('SELECT 1 AS one')
          if (row?.one !== undefined) throw new Error('too early')
        },
      },
    })
    await expect(here.upgrade(edited)).rejects.toMatchObject({
      reason: 'too early',
      completed: 2,
      hint: `${stays}: mend what is in the way, then run the same command again to go on from there.`,
    })
    const beforeMigration = () => Promise.reject(new Error('not now'))
    await expect(here.upgrade(script('SELECT 1'), undefined, { hooks: { beforeMigration } })).rejects.toMatchObject({
      completed: 2,
      hint: expect.stringContaining(`${stays}. `),
    })
    expect(await here.upgrade(script('SELECT 1'))).toMatchObject({ heads: ['a'] })
  })

  test('what a part has dropped may be there again by SQL of its own', async () => {
    const script = (last: string) =>
      history({
        a: { upgrade: (op) => (item(op), op.createIndex('item', { name: 'by_price', columns: ['price'] })) },
        b: {
          transaction: false,
          upgrade(op) {
            op.dropIndex('item', 'by_price')
            op.execute('CREATE INDEX by_price ON item (price DESC)')
            op.execute(last)
          },
        },
      })
    await expect(here.upgrade(script('SELECT * FROM nowhere'))).rejects.toThrow(/nowhere/)
    expect(await here.upgrade(script('SELECT 1'))).toMatchObject({ heads: ['b'] })
  })

  test('a script that read rows in a part that is committed cannot go on', async () => {
    const script = (last: string) =>
      history({
        a: {
          async upgrade(op) {
            item(op)
            await op.query('SELECT count(*) FROM item')
            await op.autocommit((inside) => inside.bulkInsert('item', rows(2)))
            op.execute(last)
          },
        },
      })
    await expect(here.upgrade(script('SELECT * FROM nowhere'))).rejects.toThrow(/nowhere/)
    const refusal: unknown = await here.upgrade(script('SELECT 1')).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(NotResumableError)
    expect(refusal).toMatchObject({ exitCode: 5, completed: 2, hint: expect.stringContaining('autogen stamp a') })
  })
})

describe('an index built concurrently on PostgreSQL', () => {
  let here: World
  beforeEach(async () => void (here = await world(freshPostgres)))
  afterEach(() => here.end())

  const all = history({
    a: { upgrade: item },
    b: {
      transaction: false,
      upgrade: (op: Op) =>
        op.createIndex('item', { name: 'IDX_price', columns: ['price'], unique: true, concurrently: true }),
      downgrade: (op: Op) => op.dropIndex('item', 'IDX_price', { concurrently: true }),
    },
  })

  /** As a process leaves it that dies while the statement runs. */
  async function dieWhileItRuns() {
    const session = await here.session()
    await inTransaction(session, () =>
      startEntry(session, {
        revision: 'b',
        parents: ['a'],
        direction: 'up',
        kind: 'upgrade',
        status: 'running',
        stepsDone: 0,
        operations: [
          {
            kind: 'createIndex',
            table: { name: 'item' },
            index: { name: 'IDX_price', columns: ['price'], unique: true },
            concurrently: true,
          },
        ],
        toolVersion: '0.0.1',
        startedAt: new Date().toISOString(),
        reason: 'in doubt: CREATE UNIQUE INDEX CONCURRENTLY "IDX_price" ON "public"."item" ("price")',
      }),
    )
    await session.close()
  }

  test('goes up and down', async () => {
    expect(await here.upgrade(all)).toMatchObject({ heads: ['b'] })
    expect(await here.downgrade(all, 'a')).toMatchObject({ heads: ['a'] })
  })

  test('is built when it turns out that the statement had not run', async () => {
    await here.upgrade(all, 'a')
    await dieWhileItRuns()
    expect(await here.upgrade(all)).toMatchObject({ heads: ['b'] })
    expect(await here.ask(`SELECT indexname::text AS name FROM pg_indexes WHERE indexname = 'IDX_price'`)).toHaveLength(
      1,
    )
  })

  test('is kept when it turns out that the statement had run', async () => {
    await here.upgrade(all, 'a')
    await here.ask('CREATE UNIQUE INDEX "IDX_price" ON item (price)')
    await dieWhileItRuns()
    const { events } = await here.upgrade(all)
    expect(events.filter(({ type }) => type === 'statement')).toEqual([])
    expect(await readLog(await here.session()).then((log) => log.at(-1))).toMatchObject({
      status: 'done',
      stepsDone: 2,
    })
  })

  test('that failed and left an invalid index is built anew', async () => {
    await here.upgrade(all, 'a')
    await here.ask('INSERT INTO item (id, price) VALUES (1, 1), (2, 1)')
    const failure: unknown = await here.upgrade(all).catch((error: unknown) => error)
    expect(failure).toMatchObject({
      completed: 0,
      kept: [],
      begun: '+ unique index item IDX_price (price)',
      hint: 'The database is at a; what was begun of b stays (+ unique index item IDX_price (price)): mend what is in the way, then run the same command again to go on from there.',
    })
    await here.ask('UPDATE item SET price = id')
    expect(await here.upgrade(all)).toMatchObject({ heads: ['b'] })
    expect(
      await here.ask(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = '"IDX_price"'::regclass`),
    ).toEqual([{ valid: true }])
  })

  test('that somebody else left invalid under its name is removed, told about and built anew', async () => {
    await here.upgrade(all, 'a')
    await here.ask('INSERT INTO item (id, price) VALUES (1, 1), (2, 1)')
    await expect(here.ask('CREATE UNIQUE INDEX CONCURRENTLY "IDX_price" ON item (price)')).rejects.toThrow(/IDX_price/)
    await here.ask('UPDATE item SET price = id')
    const { events, heads } = await here.upgrade(all)
    expect(heads).toEqual(['b'])
    expect(events).toContainEqual(expect.objectContaining({ type: 'warning', code: 'invalid-index', revisions: ['b'] }))
    expect(
      await here.ask(`SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = '"IDX_price"'::regclass`),
    ).toEqual([{ valid: true }])
  })

  test('under a name that a valid index of somebody else has is refused before anything runs', async () => {
    await here.upgrade(all, 'a')
    await here.ask('CREATE INDEX "IDX_price" ON item (id)')
    await expect(here.upgrade(all)).rejects.toThrow(/IDX_price/)
    expect(await here.ask(`SELECT indexdef FROM pg_indexes WHERE indexname = 'IDX_price'`)).toEqual([
      { indexdef: 'CREATE INDEX "IDX_price" ON public.item USING btree (id)' },
    ])
  })

  test('an enum value is added in a part of its own and can be used after it', async () => {
    const enums = history({
      a: {
        upgrade(op: Op) {
          op.createEnum({ name: 'mood', values: ['calm'] })
          op.createTable({ name: 'person', columns: [{ name: 'mood', type: { enum: 'mood' } }] })
        },
      },
      b: {
        upgrade(op: Op) {
          op.addEnumValue('mood', 'glad')
          op.bulkInsert('person', [{ mood: 'glad' }])
        },
      },
    })
    await here.upgrade(enums)
    expect(await here.ask('SELECT mood::text AS mood FROM person')).toEqual([{ mood: 'glad' }])
    expect(await readLog(await here.session()).then((log) => log.at(-1))).toMatchObject({ stepsDone: 2 })
  })
})
