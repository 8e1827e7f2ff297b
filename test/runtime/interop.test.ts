// TypeORM's own rows about views and computed columns, as our operations leave them.
import * as typeorm from 'typeorm'
import { upgradePath } from '../../src/graph/path'
import { migrate } from '../../src/runtime/migrate'
import { offlineSql } from '../../src/runtime/offline'
import { offlineTarget } from '../../src/runtime/offline-target'
import { databases, history, world, type World } from './world'

const seen = { name: 'seen', definition: ' SELECT "first" FROM person ; ' }
const louder = { name: 'loud', type: 'text', nullable: true, generated: `"first" || '!'` }

const all = history({
  plain: {
    upgrade: (op) => op.createTable({ name: 'plain', columns: [{ name: 'id', type: 'integer' }] }),
    downgrade: (op) => op.dropTable('plain'),
  },
  created: {
    upgrade(op) {
      op.createTable({ name: 'person', columns: [{ name: 'first', type: 'text' }, louder] })
      op.createView(seen)
    },
    downgrade(op) {
      op.dropView('seen')
      op.dropTable('person')
    },
  },
  changed: {
    upgrade(op) {
      op.dropView('seen')
      op.addColumn('person', { name: 'twice', type: 'text', nullable: true, generated: '"first" || "first"' })
      op.createView({ name: 'seen', definition: 'SELECT twice FROM person' })
    },
    downgrade(op) {
      op.dropView('seen')
      op.dropColumn('person', 'twice')
      op.createView(seen)
    },
  },
  renamed: {
    upgrade(op) {
      op.dropView('seen')
      op.renameColumn('person', 'loud', 'LOUD')
      op.renameTable('person', 'some body')
      op.dropColumn('some body', 'twice')
    },
    downgrade(op) {
      op.addColumn('some body', {
        name: 'twice',
        type: 'text',
        nullable: true,
        generated: '"first" || "first"',
      })
      op.renameTable('some body', 'person')
      op.renameColumn('person', 'LOUD', 'loud')
      op.createView({ name: 'seen', definition: 'SELECT twice FROM person' })
    },
  },
})

/** What stands in the rows after each revision; `at` is the place of the person table. */
const expected = (at: string) => ({
  created: [`GENERATED_COLUMN ${at}person.loud = "first" || '!'`, 'VIEW seen = SELECT "first" FROM person ;'],
  changed: [
    `GENERATED_COLUMN ${at}person.loud = "first" || '!'`,
    `GENERATED_COLUMN ${at}person.twice = "first" || "first"`,
    'VIEW seen = SELECT twice FROM person',
  ],
  renamed: [`GENERATED_COLUMN ${at}some body.LOUD = "first" || '!'`],
})

describe.each(databases)('%s', (_name, create) => {
  let here: World
  let at: string
  beforeEach(async () => {
    here = await world(create)
    at = here.sqlite ? '' : `${String((await here.ask('SELECT current_database() AS name'))[0]?.name)}.public.`
  })
  afterEach(() => here.end())

  async function rows(): Promise<string[]> {
    const found = await here.ask('SELECT * FROM typeorm_metadata')
    const schema = here.sqlite ? null : 'public'
    return found
      .map((row) => {
        const { type, database, table, name, value } = row
        expect(row.schema).toBe(schema)
        const place = table === null ? '' : `${database === null ? '' : `${String(database)}.public.`}${String(table)}.`
        return `${String(type)} ${place}${String(name)} = ${String(value)}`
      })
      .sort()
  }

  async function hasTable(): Promise<boolean> {
    const { connection, dialect, scope, close } = await here.session()
    const found = await dialect.hasTable(connection, { name: 'typeorm_metadata' }, scope)
    await close()
    return found
  }

  test('rows follow views and computed columns up and down', async () => {
    const { created, changed, renamed } = expected(at)
    await here.upgrade(all, 'created')
    expect(await rows()).toEqual(created)
    await here.upgrade(all, 'changed')
    expect(await rows()).toEqual(changed)
    await here.upgrade(all)
    expect(await rows()).toEqual(renamed)
    await here.downgrade(all, 'changed')
    expect(await rows()).toEqual(changed)
    await here.downgrade(all, 'created')
    expect(await rows()).toEqual(created)
    await here.downgrade(all, null)
    expect(await rows()).toEqual([])
  })

  test('SQL that is printed keeps the same rows', async () => {
    const dataSource = new typeorm.DataSource(here.database.options as unknown as typeorm.DataSourceOptions)
    const { graph, scripts } = all
    const script = await offlineSql({
      ...offlineTarget(dataSource, {}),
      graph,
      scripts,
      kind: 'upgrade',
      heads: [],
      steps: upgradePath(graph, [], ['changed']),
      toolVersion: '0.0.1',
    })
    const { connection, dialect, close } = await here.session()
    for (const sql of dialect.split(script).filter((one) => !/^(BEGIN|COMMIT|-- )/.test(one)))
      await connection.query(sql)
    await close()
    expect(await rows()).toEqual(expected(at).changed)
  })

  test('the table comes with the first thing it has to tell of', async () => {
    await here.upgrade(all, 'plain')
    expect(await hasTable()).toBe(false)
    await here.upgrade(all, 'created')
    expect(await hasTable()).toBe(true)
  })

  test('with `interop: false` it does not come, but is kept true where it is', async () => {
    const upgrade = async (target: string) => {
      const session = await here.session({ interop: false })
      const steps = (heads: readonly string[]) => upgradePath(all.graph, heads, [target])
      await migrate(session, { kind: 'upgrade', ...all, steps, toolVersion: '0.0.1' })
      await session.close()
    }
    await upgrade('created')
    expect(await hasTable()).toBe(false)
    await here.ask(
      'CREATE TABLE typeorm_metadata ("type" varchar, "database" varchar, "schema" varchar, "table" varchar, "name" varchar, "value" text)',
    )
    await upgrade('changed')
    expect(await rows()).toEqual(expected(at).changed.slice(1))
  })
})
