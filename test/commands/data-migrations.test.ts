// Every example of docs/data-migrations.md is run, on PostgreSQL and on SQLite, as a revision above the table they speak of.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ts from 'typescript'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { ask, databases, type TestDatabase } from '../support/databases'

const page = readFileSync(join(__dirname, '../../docs/data-migrations.md'), 'utf8')
const examples = page
  .split('\n## ')
  .flatMap((section) =>
    [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => [section.split('\n')[0]!, code!] as const),
  )

const User = new typeorm.EntitySchema({
  name: 'user',
  columns: { id: { type: Number, primary: true }, first: { type: 'text' }, last: { type: 'text', nullable: true } },
})

const start: autogen.MigrationModule = {
  revision: 'start',
  downRevision: null,
  upgrade(op) {
    op.createTable({
      name: 'user',
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'first', type: 'text' },
        { name: 'last', type: 'text', nullable: true },
      ],
      primaryKey: ['id'],
    })
    op.bulkInsert('user', [
      { id: 1, first: 'Ann', last: 'Ash' },
      { id: 2, first: 'Bo Li', last: 'Oak' },
    ])
  },
}

/** What an example exports, as the module of a revision. */
function moduleOf(code: string): autogen.MigrationModule {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  })
  const exported: Partial<autogen.MigrationModule> = {}
  new Function('exports', outputText)(exported)
  return { revision: 'example', downRevision: 'start', upgrade: () => {}, ...exported }
}

const left: Readonly<Record<string, readonly [sql: string, rows: readonly object[]]>> = {
  'SQL of your own: `op.execute`': [
    'SELECT name FROM "user" ORDER BY id',
    [{ name: 'Ann Ash' }, { name: 'Bo Li Oak' }],
  ],
  'Rows you know: `op.bulkInsert`': ['SELECT title FROM role ORDER BY id', [{ title: 'reader' }, { title: 'editor' }]],
  'Millions of rows: `op.batched`': ['SELECT "last" FROM "user" ORDER BY id', [{ last: 'ASH' }, { last: 'OAK' }]],
  'Rows by their columns: `op.table`': ['SELECT slug FROM "user" ORDER BY id', [{ slug: 'ann' }, { slug: 'bo%20li' }]],
  'Rows by SQL: `op.query`': ['SELECT CAST(next AS integer) AS next FROM counter', [{ next: 3 }]],
  'Your entities: `op.manager`': ['SELECT "first" FROM "user" WHERE id = 100', [{ first: 'Root' }]],
}

test('each way has an example, and each example its test', () => {
  expect(examples.map(([title]) => title)).toEqual([...Object.keys(left), 'The way back'])
})

describe.each(databases)('on %s', (_, create) => {
  let database: TestDatabase
  beforeEach(async () => void (database = await create()))
  afterEach(() => database.drop())

  test.each(examples)('%s', async (title, code) => {
    const options = { ...database.options, entities: [User] } as unknown as typeorm.DataSourceOptions
    const given = { dataSource: new typeorm.DataSource(options), migrations: [start, moduleOf(code)], backup: false }
    expect(await autogen.upgrade(given)).toMatchObject({ to: ['example'] })
    const [sql, rows] = left[title] ?? []
    if (sql !== undefined) expect(await ask(database, sql)).toEqual(rows)
    else await expect(autogen.downgrade({ ...given, target: '-1' })).rejects.toMatchObject({ exitCode: 6 })
  })
})
