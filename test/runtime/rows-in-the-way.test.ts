// Rows that a change would lose are counted before it, up and down alike; then nothing of it is done.
import { RowsInTheWayError } from '../../src/errors'
import { offlineSql } from '../../src/runtime/offline'
import { postgres } from '../../src/dialects/postgres'
import { freshPostgres } from '../support/databases'
import { history, world, type World } from './world'

jest.setTimeout(60_000)

let here: World

beforeEach(async () => {
  here = await world(freshPostgres)
})

afterEach(() => here.end())

const first: Parameters<typeof history>[0] = {
  one: {
    upgrade(op) {
      op.createEnum({ name: 'mood', values: ['sad', 'ok', 'gone'] })
      op.createTable({
        name: 'user',
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'name', type: 'varchar(100)' },
          { name: 'nick', type: 'text', nullable: true },
          { name: 'mood', type: { enum: 'mood' }, default: 'ok' },
          { name: 'moods', type: { enum: 'mood', array: true }, default: [] },
        ],
        primaryKey: ['id'],
      })
      op.execute(`INSERT INTO "user" (id, name, mood, moods) VALUES (1, 'a longer name', 'gone', '{ok}'),
        (2, 'short', 'ok', '{sad,gone}'), (3, 'a name that is long', 'ok', '{}')`)
    },
  },
}

const rows = () => here.ask('SELECT id, name, mood::text, moods::text FROM "user" ORDER BY id')

async function refusal(run: Promise<unknown>): Promise<RowsInTheWayError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof RowsInTheWayError)) throw error ?? new Error('nothing was refused')
  return error
}

test('an upgrade that narrows refuses with the number of rows and where they are', async () => {
  const story = history({
    ...first,
    two: { upgrade: (op) => op.alterColumn('user', 'name', { type: 'varchar(10)' }) },
  })
  await here.upgrade(story, ['one'])
  const before = await rows()
  const error = await refusal(here.upgrade(story))
  expect(error).toMatchObject({ exitCode: 6, code: 'rows-in-the-way', revision: 'two', count: 2, table: 'user' })
  expect(error.message).toMatch(
    /^Revision two cannot be upgraded \(.*rows-in-the-way\.test\.ts:\d+\): 2 rows of user where char_length\("name"\) > 10 are in the way of `~ column user\.name varchar\(100\) → varchar\(10\)`\.$/,
  )
  expect(error.hint).toBe(
    'Look at them with `SELECT * FROM "public"."user" WHERE char_length("name") > 10` and change them, ' +
      "or say how they become shorter, with `using: '...'`; then run the same command again.",
  )
  expect(await rows()).toEqual(before)
  expect(await here.ask('SELECT revision, status FROM autogen_log ORDER BY id')).toEqual([
    { revision: 'one', status: 'done' },
    { revision: 'two', status: 'failed' },
  ])
  await here.ask(`UPDATE "user" SET name = left(name, 10)`)
  expect((await here.upgrade(story)).heads).toEqual(['two'])
})

test('so does a downgrade that narrows', async () => {
  const story = history({
    ...first,
    two: {
      upgrade: (op) => op.alterColumn('user', 'name', { type: 'text' }),
      downgrade: (op) => op.alterColumn('user', 'name', { type: 'varchar(12)' }),
    },
  })
  await here.upgrade(story)
  const error = await refusal(here.downgrade(story, 'one'))
  expect(error).toMatchObject({ direction: 'down', count: 2, where: 'char_length("name") > 12' })
  await here.ask(`UPDATE "user" SET name = 'x'`)
  expect((await here.downgrade(story, 'one')).heads).toEqual(['one'])
})

test('L19 a value that is taken from an enum is looked for in every column, unless the map says what becomes of it', async () => {
  const without = (map?: Record<string, string>) =>
    history({
      ...first,
      two: {
        upgrade: (op) => op.replaceEnum('mood', ['sad', 'ok'], map && { map }),
        downgrade: (op) => op.replaceEnum('mood', ['sad', 'ok', 'gone']),
      },
    })
  await here
    .upgrade(without())
    .then(() => Promise.reject(new Error('nothing was refused')))
    .catch((error: unknown) => error)
  const error = await refusal(here.upgrade(without()))
  expect(error).toMatchObject({ count: 1, where: `"mood" IN ('gone')` })
  expect(error.hint).toContain("say what becomes of them, with `{ map: { 'gone': '...' } }`")
  await here.ask(`UPDATE "user" SET mood = 'ok'`)
  expect(await refusal(here.upgrade(without()))).toMatchObject({ where: `'gone' = ANY ("moods")` })

  await here.upgrade(without({ gone: 'sad' }))
  expect(await rows()).toEqual([
    { id: 1, name: 'a longer name', mood: 'ok', moods: '{ok}' },
    { id: 2, name: 'short', mood: 'ok', moods: '{sad,sad}' },
    { id: 3, name: 'a name that is long', mood: 'ok', moods: '{}' },
  ])
})

test('a downgrade that would take back a value in use refuses', async () => {
  const story = history({
    ...first,
    two: {
      upgrade: (op) => op.addEnumValue('mood', 'great', { after: 'ok' }),
      downgrade: (op) => op.replaceEnum('mood', ['sad', 'ok', 'gone']),
    },
  })
  await here.upgrade(story)
  await here.ask(`UPDATE "user" SET mood = 'great' WHERE id > 1`)
  expect(await refusal(here.downgrade(story, 'one'))).toMatchObject({ count: 2, where: `"mood" IN ('great')` })
  await here.ask(`UPDATE "user" SET mood = 'ok'`)
  await here.downgrade(story, 'one')
})

test('a column that must have a value refuses while rows have none; an update of the script’s own comes first', async () => {
  const story = (fill: boolean) =>
    history({
      ...first,
      two: {
        upgrade: (op) => {
          if (fill) op.execute(`UPDATE "user" SET nick = 'x'`)
          op.alterColumn('user', 'nick', { nullable: false })
        },
      },
    })
  expect(await refusal(here.upgrade(story(false)))).toMatchObject({ count: 3, where: '"nick" IS NULL' })
  expect((await here.upgrade(story(true))).heads).toEqual(['two'])
})

test('printed as SQL, the count stands before the change and stops it', async () => {
  const story = history({
    ...first,
    two: { upgrade: (op) => op.alterColumn('user', 'name', { type: 'varchar(10)' }) },
  })
  await here.upgrade(story, ['one'])
  const { graph, scripts } = story
  const sql = await offlineSql({
    dialect: postgres,
    scope: { defaultSchema: 'public', schemas: [], ignore: [] },
    tables: { version: { name: 'autogen_version' }, log: { name: 'autogen_log' } },
    graph,
    scripts,
    kind: 'upgrade',
    heads: ['one'],
    steps: [{ direction: 'up', revision: graph.revisions.get('two')! }],
    toolVersion: '0',
    interop: { table: { name: 'typeorm_metadata' }, creates: false },
    withoutPasswords: (text) => text,
    holdsPassword: () => false,
  })
  const lines = sql.split('\n').slice(3, 6)
  expect(lines[0]).toBe('BEGIN;')
  expect(lines[1]).toMatch(/^DO \$do\$ .*LOCK TABLE "public"\."user".*char_length\("name"\) > 10.*\$do\$;$/)
  expect(lines[2]).toBe('ALTER TABLE "public"."user" ALTER COLUMN "name" TYPE varchar(10);')
  await expect(here.ask(lines[1]!)).rejects.toThrow('2 rows of user are in the way: char_length("name") > 10')
})
