// TypeORM's own ways to write, in a migration that the real command runs: they are part of its transaction, on every driver.
import { ask, freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { project, type TestProject } from '../support/cli'
import { sqliteDrivers } from '../support/lane'
import { migrationText } from '../support/pods'

jest.setTimeout(60_000)

let made: TestProject
let database: TestDatabase
afterEach(async () => {
  made.remove()
  await database.drop()
})

const ormconfig = (options: object) => `const { DataSource, EntitySchema } = require('typeorm')
const columns = { id: { type: Number, primary: true }, name: { type: String } }
module.exports = new DataSource({ ...${JSON.stringify(options)}, entities: [new EntitySchema({ name: 'person', columns })] })
`
const column = (name: string, type: string) => `{ name: '${name}', type: '${type}' }`
const scripts = {
  a1: { up: `op.createTable({ name: 'person', columns: [${column('id', 'integer')}, ${column('name', 'varchar')}] })` },
  b2: {
    up: `op.bulkInsert('person', [{ id: 1, name: 'Ann' }])
await op.manager((manager) => manager.save('person', { id: 2, name: 'Bob' }))
await op.manager((manager) => manager.transaction((inner) => inner.save('person', { id: 3, name: 'Cleo' })))
if (op.x.fail) op.execute('INSERT INTO nowhere VALUES (1)')`,
  },
}

const drivers: [string, () => Promise<TestDatabase>][] = [
  ['postgres', freshPostgres],
  ...sqliteDrivers().map((driver): [string, () => Promise<TestDatabase>] => [driver, async () => freshSqlite(driver)]),
]

test.each(drivers)(
  'on %s save() and manager.transaction() are undone by a later failure, and kept without one',
  async (_, create) => {
    database = await create()
    made = project({
      'ormconfig.js': ormconfig(database.options),
      'migrations/a1.js': migrationText('a1', undefined, scripts.a1),
      'migrations/b2.js': migrationText('b2', 'a1', scripts.b2),
    })
    const names = async () => (await ask(database, 'SELECT name FROM person ORDER BY id')).map(({ name }) => name)
    const failed = await made.autogen(['upgrade', '-x', 'fail=yes'])
    expect({ ...failed, seen: /The database is at a1; nothing of b2 was kept/.test(failed.stderr) }).toMatchObject({
      code: 5,
      seen: true,
    })
    expect(await names()).toEqual([])
    expect(await made.autogen(['upgrade'])).toMatchObject({ code: 0 })
    expect(await names()).toEqual(['Ann', 'Bob', 'Cleo'])
  },
)
