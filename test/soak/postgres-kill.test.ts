// Processes start at once; whichever migrates is killed at a random moment, up to three of them, and the last one ends the work.
// AUTOGEN_POD_KILLS says how many die; with 100 it is part of the soak. AUTOGEN_SEED repeats the moments.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { freshPostgres } from '../support/databases'
import type { TestProject } from '../support/cli'
import { podProject } from '../support/pods'
import { randomFrom } from '../support/random-entities/random'

const kills = Number(process.env.AUTOGEN_POD_KILLS ?? 10)
const seed = Number(process.env.AUTOGEN_SEED ?? Date.now() % 1_000_000)
jest.setTimeout(60_000 * Math.max(2, kills))

const tally = (id: string) => `op.bulkInsert('tally', [{ revision: '${id}' }])`
const alone = { others: 'exports.transaction = false' }

/** Something of everything that commits in parts, and takes its time. */
const scripts = {
  a1: {
    up: `op.createTable({ name: 'tally', columns: [{ name: 'revision', type: 'varchar(9)' }] })
  op.createTable({ name: 'item', columns: [{ name: 'id', type: 'integer' }, { name: 'price', type: 'integer' }], primaryKey: ['id'] })
  op.createEnum({ name: 'mood', values: ['calm'] })
  op.execute(\`CREATE FUNCTION slow(given integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.001); RETURN given; END $$\`)
  op.execute('INSERT INTO item SELECT i, 1 FROM generate_series(1, 120) i')
  ${tally('a1')}`,
  },
  b2: {
    up: `op.addColumn('item', { name: 'note', type: 'text', nullable: true })
  op.execute("UPDATE item SET note = 'seen' WHERE slow(id) < 60")
  ${tally('b2')}`,
  },
  c3: {
    up: `op.createIndex('item', { name: 'IDX_slow', columns: [{ sql: 'slow(id)' }], unique: true, concurrently: true })
  ${tally('c3')}
  op.createIndex('item', { name: 'IDX_price', columns: ['price'], concurrently: true })`,
    ...alone,
  },
  d4: {
    up: `op.addColumn('item', { name: 'half', type: 'integer', nullable: true })
  await op.batched({ table: 'item', set: { price: 'price + slow(1)' }, size: 20 })
  ${tally('d4')}`,
  },
  e5: {
    up: `op.addEnumValue('mood', 'glad')
  op.addColumn('item', { name: 'mood', type: { enum: 'mood' }, default: 'glad' })
  ${tally('e5')}`,
  },
  f6: {
    up: `await op.autocommit((inside) => inside.execute(\`INSERT INTO tally SELECT 'f6' FROM pg_sleep(0.1)
    WHERE NOT EXISTS (SELECT FROM tally WHERE revision = 'f6')\`), { idempotent: true })
  await op.query('UPDATE item SET half = price / 2')`,
  },
  g7: {
    up: `op.dropIndex('item', 'IDX_slow', { concurrently: true })
  op.dropColumn('item', 'note')
  ${tally('g7')}
  op.createIndex('item', { name: 'IDX_slow', columns: [{ sql: 'slow(id)' }], unique: true, concurrently: true })`,
    ...alone,
  },
}
const words = ['upgrade', '--log', 'json', '-v']

let made: TestProject
let server: Client
let database: Awaited<ReturnType<typeof freshPostgres>>
beforeEach(async () => {
  database = await freshPostgres()
  server = await connected(database.url)
})
afterEach(async () => {
  await server.end()
  await database.drop()
  made.remove()
})

test(`after ${kills} deaths all is done once and nothing by half (seed ${seed})`, async () => {
  made = podProject(database.options, scripts)
  const whole = made.begin(words)
  await whole.said('"type":"run"')
  const began = performance.now()
  expect(await whole.ended).toMatchObject({ code: 0 })
  const workMs = performance.now() - began
  const untouched = await everything()
  expect(untouched).toMatchObject({ tally: Object.keys(scripts), prices: [{ price: 2, half: 1, rows: 120 }] })

  const random = randomFrom(seed)
  const places: string[] = []
  while (places.length < kills) {
    await server.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    const deaths = Math.min(1 + random.below(3), kills - places.length)
    let pods = Array.from({ length: deaths + 1 }, (_, pod) => ({ ...made.begin(words, { POD: `pod ${pod}` }), pod }))
    const here: string[] = []
    for (let death = 0; death < deaths; death++) {
      const victim = await Promise.race(pods.map((pod) => pod.said('"type":"run"').then(() => pod)))
      await sleep((random.below(1000) / 1000) * (workMs / deaths))
      victim.kill('SIGKILL')
      // Half of them go with their connection: what a statement has begun stays begun.
      if (random.chance(0.5)) await server.query(terminate, [`pod ${victim.pod} %`])
      pods = pods.filter((pod) => pod !== victim)
      here.push(placeOf((await victim.ended).stderr))
    }
    places.push(...here)
    const { code, output } = await pods[0]!.ended
    const told = `seed ${seed}, killed ${here.join(', ')}:\n${output}`
    // What the last one said is all there is to find out why.
    if (code !== 0) throw new Error(`It ended with ${code}; ${told}`)
    expect({ ...(await everything()), told }).toEqual({ ...untouched, told })
  }
  if (kills > 10) process.stdout.write(`killed ${places.sort().join(', ')}\n`)
  // Otherwise nobody was killed at his work; of few, a third may be missed by chance.
  expect(places.filter((place) => place.startsWith('in')).length).toBeGreaterThan(kills > 10 ? kills / 3 : 0)
})

test('the lock is gone as soon as the connection is, which the server looks for', async () => {
  made = podProject(database.options, {
    a1: { up: `op.execute('CREATE TABLE nap AS SELECT 600 AS seconds')` },
    b2: { up: `op.execute('CREATE TABLE t ()')\n  op.execute('SELECT pg_sleep(seconds) FROM nap')` },
  })
  const victim = made.begin(words)
  await victim.said(/CREATE TABLE t /)
  const next = made.begin(['upgrade'])
  await next.said('another process is migrating')
  await server.query('UPDATE nap SET seconds = 0')
  victim.kill('SIGKILL')
  const seen: unknown[] = []
  const state = `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE pid = $1) AS connections,
    (SELECT count(*)::int FROM pg_locks WHERE pid = $1) AS locks`
  const [{ pid }] = (await server.query(`SELECT pid ${lockHolders}`)).rows as [{ pid: number }]
  for (let connections = 1; connections > 0;) {
    const [row] = (await server.query(state, [pid])).rows as [{ connections: number; locks: number }]
    ;({ connections } = row)
    if (connections === 0) seen.push(row)
    await sleep(20)
  }
  expect(seen).toEqual([{ connections: 0, locks: 0 }])
  expect(await next.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/upgrade +b2/) })
})

// By now another may hold the lock.
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1`

const lockHolders = `FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return client
}

/** What the killed one was at: the revision it had begun and not ended. */
function placeOf(stderr: string): string {
  const told = [...stderr.matchAll(/"type":"migration","state":"(\w+)","revision":"(\w+)"/g)].at(-1)
  const [, state, revision] = told ?? []
  if (state === undefined) return 'before the first'
  return `${state === 'done' ? 'after' : 'in'} ${revision}`
}

/** All that the migrations make, and what we keep of them, but for the times. */
async function everything(): Promise<object> {
  const column = async (sql: string) => (await server.query<{ one: unknown }>(sql)).rows.map(({ one }) => one)
  return {
    tally: await column('SELECT revision AS one FROM tally ORDER BY 1'),
    prices: (await server.query('SELECT price, half, count(*)::int AS rows FROM item GROUP BY 1, 2')).rows,
    columns: await column(
      `SELECT column_name::text AS one FROM information_schema.columns WHERE table_name = 'item' ORDER BY 1`,
    ),
    indexes: await column(
      `SELECT pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' invalid' END AS one
       FROM pg_index WHERE indrelid = 'item'::regclass ORDER BY 1`,
    ),
    moods: await column(`SELECT enumlabel::text AS one FROM pg_enum ORDER BY enumsortorder`),
    heads: await column('SELECT version_num AS one FROM autogen_version'),
    log: (
      await server.query(
        'SELECT revision, kind, status, steps_done, operations, error, reason FROM autogen_log ORDER BY id',
      )
    ).rows,
  }
}
