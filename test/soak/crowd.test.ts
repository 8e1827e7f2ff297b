// A deployment starts eight processes at once, each of which upgrades the database. AUTOGEN_CROWDS says how often; with 20 it is
// part of the soak. TypeORM's major makes no difference to who has the lock, so each driver is met on one lane alone.
import { ask, freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { lane, sqliteDrivers } from '../support/lane'
import { podProject, type Script } from '../support/pods'

const rounds = Number(process.env.AUTOGEN_CROWDS ?? 3)
const pods = 8
const count = 50
const ids = Array.from({ length: count }, (_, at) => `r${String(at + 1).padStart(2, '0')}`)

/** Each writes a line in a table that would take it twice; the one in the middle builds an index, outside of a transaction where it can. */
function scripts(concurrently: boolean): Record<string, Script> {
  const tally = (id: string) => `op.bulkInsert('tally', [{ revision: '${id}' }])`
  const table = (name: string, column: string) =>
    `op.createTable({ name: '${name}', columns: [{ name: '${column}', type: 'varchar(9)' }] })`
  const index = `op.createIndex('tally', { name: 'IDX_tally', columns: ['revision'], concurrently: ${concurrently} })`
  return Object.fromEntries(
    ids.map((id, at): [string, Script] => {
      if (at === 0) return [id, { up: [table('tally', 'revision'), tally(id)].join('\n') }]
      if (at !== count / 2) return [id, { up: [table(`t_${id}`, 'c'), tally(id)].join('\n') }]
      return [id, { up: [index, tally(id)].join('\n'), ...(concurrently && { others: 'exports.transaction = false' }) }]
    }),
  )
}

const native = lane.major === '1' ? 'better-sqlite3' : 'sqlite'
const crowds: [name: string, rounds: number, create: () => Promise<TestDatabase>][] = [
  ['postgres', rounds, freshPostgres],
  // Eight processes on one file are a deployment that few have: a third of the rounds.
  [native, Math.ceil(rounds / 3), async () => freshSqlite(native)],
]
// Without a compiler there is no such driver: the set-up says so aloud, and where nothing may be skipped test/drivers fails.
const met = crowds.filter(([name]) => (name === 'postgres' ? lane.major === '1' : sqliteDrivers().includes(native)))

jest.setTimeout(60_000 * (rounds + 1))

test.each(met)('on %s each migration is applied once (%i times)', async (name, times, create) => {
  for (let round = 0; round < times; round++) {
    const database = await create()
    const made = podProject(database.options, scripts(name === 'postgres'))
    const ran = await Promise.all(Array.from({ length: pods }, () => made.autogen(['upgrade', 'head'])))
    expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ran.map(() => ({ code: 0, stderr: '' })))
    const said = ran.flatMap(({ stdout }) => [...stdout.matchAll(/^upgrade +(\w+) .* ms$/gm)].map(([, id]) => id))
    expect(said.sort()).toEqual(ids)
    const column = async (sql: string) => (await ask(database, sql)).flatMap((row) => Object.values(row))
    expect(await column('SELECT revision FROM tally ORDER BY revision')).toEqual(ids)
    expect(await column('SELECT version_num FROM autogen_version')).toEqual(ids.slice(-1))
    expect(await column('SELECT revision FROM autogen_log ORDER BY id')).toEqual(ids)
    expect(await column('SELECT DISTINCT status FROM autogen_log')).toEqual(['done'])
    made.remove()
    await database.drop()
  }
})
