// op.table: a data migration that knows the table as it is at its place in the history, and not as the entities have it by now.
import * as typeorm from 'typeorm'
import { upgradePath } from '../../src/graph/path'
import type { Op } from '../../src/operations/op'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import { recordMigration } from '../../src/runtime/recorded'
import { databases, history, world, type World } from './world'

type Script = (op: Op) => void | Promise<void>

const table: Script = (op) =>
  op.createTable({
    name: 'user',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'first', type: 'text' },
      { name: 'last', type: 'text', nullable: true },
      { name: 'active', type: 'boolean', default: true },
    ],
    primaryKey: ['id'],
  })
const people = [
  { id: 1, first: 'Ann', last: 'Ash' },
  { id: 2, first: 'Bob', last: null },
  { id: 3, first: 'Cy', last: "O'Day", active: false },
]

describe.each(databases)('op.table on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const after = (script: Script, more: object = {}) =>
    history({ a: { upgrade: table }, b: { upgrade: script, ...more } })
  const failure = (script: Script, more: object = {}) =>
    here.upgrade(after(script, more)).then(
      () => undefined,
      (error: unknown) => error,
    )
  const users = () => here.ask('SELECT id, "first", "last" FROM "user" ORDER BY id')

  test('inserts, reads, updates, deletes and counts, after what was queued before it', async () => {
    const seen: unknown[] = []
    await here.upgrade(
      after(async (op) => {
        // The recording got as far as the first rows.
        seen.length = 0
        const user = op.table('user')
        op.addColumn('user', { name: 'note', type: 'text', nullable: true })
        await user.insert(people)
        await user.insert({ id: 4, first: 'Di', note: 'new' })
        seen.push(await user.select({ where: { id: [3, 4] }, orderBy: { id: 'DESC' } }))
        seen.push(await user.select({ columns: ['first'], where: { last: null }, orderBy: { first: 'ASC' }, limit: 1 }))
        seen.push(await user.count(), await user.count({ where: { active: true, last: [null, 'Ash'] } }))
        await user.update({ set: { last: { sql: `upper("first")` } }, where: { last: null } })
        await user.update({ set: { active: false } })
        seen.push(await user.count({ where: { active: false } }), await user.count({ where: { id: [] } }))
        await user.delete({ where: { id: 4 } })
      }),
    )
    expect(seen).toEqual([
      [
        { id: 4, first: 'Di', last: null, active: true, note: 'new' },
        { id: 3, first: 'Cy', last: "O'Day", active: false, note: null },
      ],
      [{ first: 'Bob' }],
      4,
      3,
      4,
      0,
    ])
    expect(await users()).toEqual([
      { id: 1, first: 'Ann', last: 'Ash' },
      { id: 2, first: 'Bob', last: 'BOB' },
      { id: 3, first: 'Cy', last: "O'Day" },
    ])
  })

  test('works on the columns that are there at its place, which later revisions rename and drop', async () => {
    const all = history({
      a: { upgrade: table },
      b: { upgrade: async (op) => op.table('user').insert(people) },
      c: {
        async upgrade(op) {
          op.addColumn('user', { name: 'name', type: 'text', nullable: true })
          for (const { id, first, last } of await op.table('user').select({ orderBy: { id: 'ASC' } }))
            await op.table('user').update({ set: { name: last === null ? first : `${first} ${last}` }, where: { id } })
          op.dropColumn('user', 'first')
          op.dropColumn('user', 'last')
          op.renameTable('user', 'person')
        },
      },
      d: { upgrade: (op: Op) => op.renameColumn('person', 'name', 'fullName') },
    })
    await here.upgrade(all)
    expect(await here.ask('SELECT id, "fullName" FROM person ORDER BY id')).toEqual([
      { id: 1, fullName: 'Ann Ash' },
      { id: 2, fullName: 'Bob' },
      { id: 3, fullName: "Cy O'Day" },
    ])
  })

  test('takes values of every kind, and gives back what it was given', async () => {
    const when = new Date('2026-02-03T04:05:06.789Z')
    const given = {
      id: 1,
      flag: false,
      big: '9007199254740993',
      bytes: Buffer.from([0, 1, 255]),
      doc: { list: [1, 'two', null] },
      words: ['a', 'b "c"'],
      moment: when,
      text: "with 'quotes', $1 and ?",
    }
    let seen: unknown
    const all = history({
      a: {
        upgrade: (op: Op) =>
          op.createTable({
            name: 'thing',
            columns: [
              { name: 'id', type: 'integer' },
              { name: 'flag', type: 'boolean' },
              { name: 'big', type: 'bigint' },
              { name: 'bytes', type: here.sqlite ? 'blob' : 'bytea' },
              { name: 'doc', type: here.sqlite ? 'json' : 'jsonb' },
              { name: 'words', type: here.sqlite ? 'json' : 'text[]' },
              { name: 'moment', type: here.sqlite ? 'datetime' : 'timestamptz' },
              { name: 'text', type: 'text' },
            ],
          }),
      },
      b: {
        async upgrade(op) {
          await op.table('thing').insert({ ...given, ...(here.sqlite && { big: 7 }) })
          seen = await op.table('thing').select({ where: { text: given.text, moment: when, flag: false } })
        },
      },
    })
    await here.upgrade(all)
    const [row] = seen as (typeof given)[]
    expect({ ...row, bytes: [...row!.bytes] }).toEqual({ ...given, ...(here.sqlite && { big: 7 }), bytes: [0, 1, 255] })
  })

  test('puts in more rows than one statement holds, with gaps', async () => {
    const many = Array.from({ length: 2_000 }, (_, id) => ({ id, first: 'x', ...(id % 700 === 0 && { last: 'y' }) }))
    await here.upgrade(after((op) => op.table('user').insert(many)))
    expect(await here.ask('SELECT count(*) AS n, count("last") AS y FROM "user"')).toMatchObject([
      { n: expect.anything(), y: expect.anything() },
    ])
    expect((await here.ask('SELECT id FROM "user" WHERE "last" = \'y\' ORDER BY id')).map(({ id }) => id)).toEqual([
      0, 700, 1400,
    ])
    expect(await here.ask('SELECT id FROM "user" WHERE id = 1999')).toEqual([{ id: 1999 }])
  })

  test.each<[string, Script, object]>([
    [
      'a table',
      (op) => op.table('usr').insert({}),
      { message: expect.stringContaining('there is no table usr.'), hint: 'Did you mean "user"?' },
    ],
    [
      'a column to read',
      async (op) => void (await op.table('user').select({ columns: ['frist'] })),
      { message: expect.stringContaining('there is no column user.frist.'), hint: 'Did you mean "first"?' },
    ],
    [
      'a column to find by',
      (op) => op.table('user').delete({ where: { actve: true } }),
      { message: expect.stringContaining('column user.actve'), hint: 'Did you mean "active"?' },
    ],
    [
      'a column to order by',
      async (op) => void (await op.table('user').select({ orderBy: { Last: 'ASC' } })),
      { message: expect.stringContaining('column user.Last') },
    ],
    [
      'a column to write',
      (op) => op.table('user').update({ set: { lastt: 'x' } }),
      { message: expect.stringContaining('column user.lastt'), hint: 'Did you mean "last"?' },
    ],
  ])('refuses %s that is not there, and says where and what may have been meant', async (_what, script, error) => {
    expect(await failure(script)).toMatchObject({ code: 'missing-target', ...error })
    expect(await failure(script)).toMatchObject({ message: expect.stringMatching(/rows\.test\.ts:\d+: /) })
    expect(await users()).toEqual([])
  })

  test.each<[string, Script, RegExp]>([
    [
      'undefined to find by',
      (op) => op.table('user').delete({ where: { id: undefined } }),
      /`options\.where\.id` must be a value/,
    ],
    ['no where to delete by', (op) => op.table('user').delete({} as { where: {} }), /needs `where`/],
    ['nothing to set', (op) => op.table('user').update({ set: {} }), /`change\.set` must name a column/],
    [
      'another order',
      async (op) => void (await op.table('user').select({ orderBy: { id: 'UP' as 'ASC' } })),
      /'ASC' or 'DESC'/,
    ],
  ])('refuses %s', async (_what, script, message) => {
    expect(await failure(script)).toMatchObject({ code: 'bad-argument', message: expect.stringMatching(message) })
  })

  test('must be awaited, and is no part of a recording that goes on as if it knew the rows', async () => {
    expect(await failure((op) => void op.table('user').insert(people[0]!))).toMatchObject({
      code: 'unawaited',
      hint: 'Write `await op.table(...).insert(...)` in an async function.',
    })
    const [, counting] = after(async (op) => {
      if ((await op.table('user').count()) === 0) op.execute('SELECT 1')
    }).scripts
    expect(await recordMigration(counting!)).toMatchObject({ checksum: 'unknown', up: { opaque: true } })
    const [, writing] = after((op) => op.table('user').insert(people)).scripts
    expect(await recordMigration(writing!)).toMatchObject({ checksum: expect.stringMatching(/^1:/) })
  })

  test('is undone by a later failure, and kept to its statement without a transaction', async () => {
    const failing: Script = async (op) => {
      await op.table('user').insert(people)
      op.execute('INSERT INTO nowhere VALUES (1)')
    }
    expect(await failure(failing)).toMatchObject({ code: 'migration-failed' })
    expect(await users()).toEqual([])
    expect(await failure(failing, { transaction: false })).toMatchObject({ code: 'migration-failed' })
    expect(await users()).toHaveLength(3)
  })

  const printed = (script: Script) => {
    const all = after(script)
    const target = offlineTarget(
      new typeorm.DataSource(here.database.options as unknown as typeorm.DataSourceOptions),
      {},
    )
    const steps = upgradePath(all.graph, [], ['b'])
    return offlineSql({ ...target, ...all, kind: 'upgrade', heads: [], steps, toolVersion: '0' })
  }

  test('is printed with its values where it writes, and refused where it reads', async () => {
    const sql = await printed(async (op) => {
      op.renameColumn('user', 'last', 'family')
      await op.table('user').insert({ id: 1, first: "O'Hara", active: false })
      await op.table('user').update({ set: { family: null, first: { sql: 'lower("first")' } }, where: { id: [1, 2] } })
      await op.table('user').delete({ where: { active: true } })
    })
    const bare = sql.replaceAll('"public".', '')
    const [no, yes] = here.sqlite ? ['0', '1'] : ['false', 'true']
    expect(bare).toContain(`INSERT INTO "user" ("id", "first", "active") VALUES (1, 'O''Hara', ${no});`)
    expect(bare).toContain(`UPDATE "user" SET "family" = NULL, "first" = lower("first") WHERE "id" IN (1, 2);`)
    expect(bare).toContain(`DELETE FROM "user" WHERE "active" = ${yes};`)
    await expect(printed(async (op) => void (await op.table('user').select()))).rejects.toMatchObject({
      code: 'offline',
      reason: expect.stringMatching(/^op\.table\(\.\.\.\)\.select \(line \d+\) reads rows/),
    })
    await expect(printed(async (op) => void (await op.table('user').count()))).rejects.toMatchObject({
      code: 'offline',
    })
  })
})

test('op.table reaches another schema, an enum and its lists on PostgreSQL', async () => {
  const here = await world(databases[0]![1])
  try {
    let seen: unknown
    await here.upgrade(
      history({
        a: {
          upgrade(op: Op) {
            op.createSchema('shop')
            op.createEnum({ schema: 'shop', name: 'colour', values: ['red', 'blue'] })
            const colour = { enum: 'colour', schema: 'shop' }
            op.createTable({
              schema: 'shop',
              name: 'item',
              columns: [
                { name: 'id', type: 'integer' },
                { name: 'colour', type: colour },
                { name: 'others', type: { ...colour, array: true } },
                { name: 'doc', type: 'json' },
              ],
            })
          },
        },
        b: {
          async upgrade(op) {
            const item = op.table({ schema: 'shop', name: 'item' })
            await item.insert({ id: 1, colour: 'red', others: ['red', 'blue'], doc: ['a', 1] })
            seen = await item.select({ where: { colour: ['red'] } })
          },
        },
      }),
    )
    expect(seen).toEqual([{ id: 1, colour: 'red', others: ['red', 'blue'], doc: ['a', 1] }])
  } finally {
    await here.end()
  }
})
