// What a revision writes for changes that rows can stand in the way of, and what it refuses to write.
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import * as typeorm from 'typeorm'
import { FillInError, NoCastError, RowsInTheWayError } from '../../src'
import { databases, freshPostgres, type TestDatabase } from '../support/databases'
import { entity } from '../support/entities/make'
import { story, type Entities, type Story } from '../support/story'

const { Column, PrimaryColumn, PrimaryGeneratedColumn } = typeorm

jest.setTimeout(120_000)

const cleanUps: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

async function begin(open: () => Promise<TestDatabase>): Promise<Story> {
  const database = await open()
  cleanUps.push(() => database.drop())
  return story(database)
}

const id = () => PrimaryGeneratedColumn()
const user = (columns: Readonly<Record<string, PropertyDecorator>> = {}): Entities => [
  entity('user', { id: id(), name: Column('varchar', { length: 50, nullable: true }), ...columns }),
]

/** The lines of the upgrade. */
function upgradeOf(text: string | undefined): string[] {
  const [, body = ''] = /upgrade = .*\{\n([^]*?)\n\}/.exec(text ?? '') ?? []
  return body.split('\n').map((line) => line.trim())
}

describe.each(databases)('on %s', (_, open) => {
  let told: Story
  beforeEach(async () => {
    told = await begin(open)
    await told.become(user())
    await told.sql(`INSERT INTO "user" (name) VALUES ('ann')`)
    await told.sql(`INSERT INTO "user" (name) VALUES (NULL)`)
  })

  test('L20 a column that must have a value waits for a person to say what it is in rows that are there', async () => {
    const after = user({ email: Column('varchar', { length: 255 }) })
    const written = await told.revision(after)
    expect(upgradeOf(written?.text)).toEqual([
      '// user.email must have a value: write one for the rows that are there, or delete the update if there are none.',
      `op.addColumn('user', { name: 'email', type: 'varchar(255)', nullable: true })`,
      `await op.batched({ table: 'user', set: { email: op.fillIn('user.email') }, where: '"email" IS NULL' })`,
      `op.alterColumn('user', 'email', { nullable: false })`,
    ])

    const refused: unknown = await told.upgrade().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(FillInError)
    expect(refused).toMatchObject({ exitCode: 6, what: 'user.email' })
    expect(String(refused)).toMatch(/_step_2\.js:\d+: nobody has filled in user\.email yet\.$/)
    expect(await told.sql('SELECT * FROM "user" ORDER BY id')).toEqual([
      { id: 1, name: 'ann' },
      { id: 2, name: null },
    ])
  })

  test('L20 filled in, it fills the rows that are there', async () => {
    const after = user({ email: Column('varchar', { length: 255 }) })
    await told.revision(after)
    told.edit("op.fillIn('user.email')", `"coalesce(name, 'nobody') || '@example.org'"`)
    await told.upgrade()
    expect(await told.check(after)).toEqual([])
    expect(await told.sql('SELECT email FROM "user" ORDER BY id')).toEqual([
      { email: 'ann@example.org' },
      { email: 'nobody@example.org' },
    ])
    await told.downgrade('-1')
    expect(await told.sql('SELECT * FROM "user" ORDER BY id')).toHaveLength(2)
  })

  test('L20 where there are no rows the update can be taken out', async () => {
    await told.sql('DELETE FROM "user"')
    const after = user({ email: Column('varchar', { length: 255 }) })
    const { text } = (await told.revision(after))!
    const update = /\n  await op\.batched\(\{[^}]*\{[^}]*\}[^}]*\}\)/.exec(text)![0]
    told.edit(update, '')
    await told.upgrade()
    expect(await told.check(after)).toEqual([])
  })

  test('L20 a column that becomes NOT NULL is filled in first, with its default where it has one', async () => {
    const must = (options: object): Entities => [
      entity('user', { id: id(), name: Column('varchar', { length: 50, ...options }) }),
    ]
    const first = await told.revision(must({}))
    expect(upgradeOf(first?.text)).toEqual([
      '// user.name becomes NOT NULL: write a value for rows without one, or delete the update if there are none.',
      `await op.batched({ table: 'user', set: { name: op.fillIn('user.name') }, where: '"name" IS NULL' })`,
      `op.alterColumn('user', 'name', { nullable: false })`,
    ])
    told.edit("op.fillIn('user.name')", `"''"`)
    await told.upgrade()
    expect(await told.sql('SELECT name FROM "user" ORDER BY id')).toEqual([{ name: 'ann' }, { name: '' }])

    await told.become(user())
    await told.sql(`UPDATE "user" SET name = NULL WHERE name = ''`)
    const second = await told.become(must({ default: `it's` }))
    expect(second?.text).toContain(`set: { name: "'it''s'" }`)
    expect(await told.sql('SELECT name FROM "user" ORDER BY id')).toEqual([{ name: 'ann' }, { name: `it's` }])
    expect(await told.check(must({ default: `it's` }))).toEqual([])
  })

  test('a table with a key of several columns goes by the first of them', async () => {
    const pair = (columns: Readonly<Record<string, PropertyDecorator>> = {}): Entities => [
      ...user(),
      entity('pair', { left: PrimaryColumn('int'), right: PrimaryColumn('int'), ...columns }),
    ]
    await told.become(pair())
    for (const right of [1, 2, 3]) await told.sql(`INSERT INTO "pair" VALUES (${right % 2}, ${right})`)
    const written = await told.revision(pair({ sum: Column('int') }))
    expect(written?.text).toContain(`where: '"sum" IS NULL', key: 'left'`)
    told.edit(`op.fillIn('pair.sum')`, `'"left" + "right"', `.trimEnd().replace(/,$/, ''))
    told.edit(`key: 'left'`, `key: 'left', size: 1`)
    await told.upgrade()
    expect(await told.sql('SELECT "right", "sum" FROM "pair" ORDER BY "right"')).toEqual([
      { right: 1, sum: 2 },
      { right: 2, sum: 2 },
      { right: 3, sum: 4 },
    ])
  })
})

describe('on postgres', () => {
  let told: Story
  beforeEach(async () => {
    told = await begin(freshPostgres)
  })

  const one = (column: PropertyDecorator): Entities => [entity('user', { id: id(), c: column })]
  const moods = (...values: readonly string[]) => ({ enum: [...values], enumName: 'mood' })

  test.each<[string, Entities, Entities, string]>([
    [
      'json to integer',
      one(Column('json')),
      one(Column('integer')),
      'The database has no cast for user.c from json to integer; nothing was written.',
    ],
    [
      'a list of texts to an enum',
      one(Column('text', { array: true })),
      one(Column('enum', moods('a'))),
      'The database has no cast for user.c from text[] to mood; nothing was written.',
    ],
    [
      'an enum to a list of texts',
      one(Column('enum', moods('a'))),
      one(Column('text', { array: true })),
      'The database has no cast for user.c from mood to text[]; nothing was written.',
    ],
    [
      'L18 a key from integer to uuid',
      [entity('user', { id: id(), c: Column('integer') })],
      [entity('user', { id: PrimaryGeneratedColumn('uuid'), c: Column('date') })],
      'The database has no cast for user.id from integer to uuid, user.c from integer to date; nothing was written.',
    ],
  ])('a change no cast can make is refused before anything is written: %s', async (_, before, after, message) => {
    await told.become(before)
    const refused: unknown = await told.revision(after).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(NoCastError)
    expect((refused as NoCastError).message).toBe(message)
    expect((refused as NoCastError).exitCode).toBe(6)
    expect((refused as NoCastError).hint).toMatch(/--empty.*using: '\.\.\.'.*new column/)
    expect(told.files()).toHaveLength(1)
    expect(await told.check(after)).not.toEqual([])
  })

  test.each<[string, Entities, Entities, string]>([
    ['jsonb to integer', one(Column('jsonb')), one(Column('integer')), `'7'`],
    [
      'timestamptz to time',
      one(Column('timestamptz', { nullable: true })),
      one(Column('time', { nullable: true })),
      'NULL',
    ],
  ])(
    'a change no cast takes back runs, and its way back waits for a conversion: %s',
    async (_, before, after, value) => {
      await told.become(before)
      await told.sql(`INSERT INTO "user" (c) VALUES (${value})`)
      const written = await told.revision(after)
      expect(written?.text).toMatch(
        /\n  \/\/ The database has no cast for user\.c from .*\n(  \/\/ .*\n)?.*using: op\.fillIn\('user\.c'\)/,
      )
      await told.upgrade()
      expect(await told.check(after)).toEqual([])
      await expect(told.downgrade('-1')).rejects.toMatchObject({ name: 'FillInError', exitCode: 6 })
      expect(await told.check(after)).toEqual([])
    },
  )

  test('a way back into which somebody has written a conversion is gone', async () => {
    await told.become(one(Column('jsonb')))
    await told.sql(`INSERT INTO "user" (c) VALUES ('7')`)
    await told.revision(one(Column('integer')))
    told.edit(`op.fillIn('user.c')`, `'to_jsonb(c)'`)
    await told.upgrade()
    await told.downgrade('-1')
    expect(await told.check(one(Column('jsonb')))).toEqual([])
    expect(await told.sql('SELECT c FROM "user"')).toEqual([{ c: 7 }])
  })

  test('written by hand, with a conversion of its own, the same change runs', async () => {
    await told.become(one(Column('json', { default: {} })))
    await told.sql(`INSERT INTO "user" (c) VALUES ('{"n": 7}')`)
    await told.revision([], { empty: true })
    told.edit(
      '// Write here what this revision does',
      `op.alterColumn('user', 'c', { type: 'integer', default: null, using: "(c->>'n')::integer" }) //`,
    )
    await told.upgrade()
    expect(await told.check(one(Column('integer')))).toEqual([])
    expect(await told.sql('SELECT c FROM "user"')).toEqual([{ c: 7 }])
  })

  test.each<[string, Entities, Entities, string]>([
    [
      'a shorter text',
      one(Column('varchar', { length: 100 })),
      one(Column('varchar', { length: 50 })),
      `// Narrows user.c from varchar(100) to varchar(50): refuses while there are rows where char_length("c") > 50.`,
    ],
    [
      'a smaller number, on the way back',
      one(Column('integer')),
      one(Column('bigint')),
      `// Narrows user.c from bigint to integer: refuses while there are rows where "c" NOT BETWEEN -2147483648 AND 2147483647.`,
    ],
    [
      'another clock',
      one(Column('timestamp')),
      one(Column('timestamptz')),
      `// Reads user.c in the time zone of the session; to name another: using: '"c" AT TIME ZONE ...'.`,
    ],
    [
      'a list',
      one(Column('text')),
      one(Column('text', { array: true })),
      `// Reads each user.c as a list in text, {a,b}; for a list of one: using: 'ARRAY["c"]'.`,
    ],
    [
      'fewer values',
      one(Column('enum', moods('a', 'b', 'c'))),
      one(Column('enum', moods('a', 'c'))),
      `// Takes 'b' from mood: refuses while rows hold it, unless it says what becomes of them: { map: { 'b': '...' } }.`,
    ],
    [
      'a value and its use at once',
      one(Column('enum', { ...moods('a'), default: 'a' })),
      one(Column('enum', { ...moods('b', 'a'), default: 'b' })),
      `// Committed with what stands above it before the rest runs: no value can be used in the transaction that adds it.`,
    ],
  ])('the file says what a change may lose: %s', async (_, before, after, comment) => {
    await told.become(before)
    const written = await told.become(after)
    expect(written?.text.replace(/\n *\/\/ {3}/g, ' ')).toContain(comment)
    expect(await told.check(after)).toEqual([])
    await told.downgrade('-1')
    await told.upgrade()
    expect(await told.check(after)).toEqual([])
  })

  test('a downgrade that would narrow counts, and refuses', async () => {
    await told.become(one(Column('varchar', { length: 5 })))
    await told.become(one(Column('varchar', { length: 9 })))
    await told.sql(`INSERT INTO "user" (c) VALUES ('abcdef')`)
    const refused: unknown = await told.downgrade('-1').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(RowsInTheWayError)
    expect(refused).toMatchObject({ exitCode: 6, count: 1, direction: 'down' })
    expect(await told.sql('SELECT c FROM "user"')).toEqual([{ c: 'abcdef' }])
  })
})
