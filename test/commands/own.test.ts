// Commands, operations and rules of a project's own, registered in the settings of a call: run, printed, logged, and seen by nobody else.
import * as typeorm from 'typeorm'
import {
  asFunction,
  check,
  current,
  defineCommand,
  defineOperation,
  downgrade,
  NameTakenError,
  revision,
  RuleError,
  stamp,
  switchBranch,
  upgrade,
  type OperationDefinition,
  type Rule,
  type Settings,
} from '../../src'
import { databases, type TestDatabase } from '../support/databases'
import { folderProject, refusal, tableBody, type FolderProject } from '../support/folder-project'

jest.setTimeout(60_000)

/** An operation that puts a word into a table. */
const say = (word: string): OperationDefinition<'say', [string]> =>
  defineOperation({
    name: 'say',
    describe: (to: string) => `+ ${word} to ${to}`,
    sql: {
      postgres: (to) => `INSERT INTO said (word) VALUES ('${word} ${to}')`,
      sqlite: (to) => [`INSERT INTO said (word) VALUES ('${word} ${to}')`],
    },
    reverse: (to) => ['say', `no longer ${to}`],
  })
const addNote = defineOperation({
  name: 'addNote',
  describe: (table: string) => `+ note of ${table}`,
  sql: {
    postgres: (table) => `ALTER TABLE "${table}" ADD COLUMN note text`,
    sqlite: (table) => `ALTER TABLE "${table}" ADD COLUMN note text`,
  },
  changes: (op, table) => op.addColumn(table, { name: 'note', type: 'text', nullable: true }),
  reverse: null,
})

describe.each(databases)('operations of a project on %s', (_name, open) => {
  const opened: TestDatabase[] = []
  afterAll(() => Promise.all(opened.map((database) => database.drop())))

  async function start(settings: Omit<Settings, 'dataSource'> = {}): Promise<FolderProject> {
    const database = await open()
    opened.push(database)
    const made = folderProject(database, settings)
    await made.ask('CREATE TABLE said (word varchar(100))')
    return made
  }
  /** The project with one entity, which no revision knows. */
  const withPage = ({ options }: FolderProject) => {
    const columns = { id: { type: 'integer', primary: true } } as const
    const entities = [new typeorm.EntitySchema({ name: 'page', columns })]
    return {
      ...options,
      dataSource: new typeorm.DataSource({ ...options.dataSource.options, entities } as typeorm.DataSourceOptions),
    }
  }
  const said = async ({ ask }: FolderProject) =>
    (await ask('SELECT word FROM said ORDER BY word')).map(({ word }) => word)

  test('run, are logged, and taken back', async () => {
    const made = await start({ operations: [say('hello')] })
    made.write('aaaa', [], { up: "op.say('you')", down: "op.say('nobody')" })
    await upgrade(made.options)
    expect(await said(made)).toEqual(['hello you'])
    const [row] = await made.ask('SELECT operations FROM autogen_log')
    expect(JSON.stringify(row)).toContain('hello you')
    await downgrade({ ...made.options, target: 'base' })
    expect(await said(made)).toEqual(['hello nobody', 'hello you'])
  })

  test('are tried by a dry run, printed as SQL that does the same, and stamped', async () => {
    const made = await start({ operations: [say('hello')] })
    made.write('aaaa', [], { up: "op.say('you')" })
    const { dryRun, steps } = await upgrade({ ...made.options, dryRun: true })
    expect({ dryRun, sql: steps[0]!.statements }).toMatchObject({
      dryRun: { complete: true },
      sql: [/hello you/].map(expect.stringMatching),
    })
    expect(await said(made)).toEqual([])
    expect((await upgrade({ ...made.options, sql: true })).sql).toContain("VALUES ('hello you');\n")
    await stamp({ ...made.options, targets: ['head'] })
    expect(await said(made)).toEqual([])
    expect((await check({ ...made.options })).problems).toEqual([])
  })

  test('change the schema that the rest of the history meets, as they say', async () => {
    const made = await start({ operations: [addNote] })
    made.write('aaaa', [], tableBody('page'))
    made.write('bbbb', ['aaaa'], {
      up: "op.addNote('page'); op.createIndex('page', { name: 'by_note', columns: ['note'] })",
      down: "op.dropIndex('page', 'by_note'); op.dropColumn('page', 'note')",
    })
    expect((await upgrade({ ...made.options, sql: true })).sql).toMatch(/by_note/)
    await upgrade(made.options)
    await made.ask("INSERT INTO page (id, note) VALUES (1, 'mine')")
    // No entity declares the table, and all of it counts as ours.
    expect((await check({ ...made.options, fromHistory: true })).operations.map(({ text }) => text)).toEqual([
      '- index page by_note (note)',
      '- table page (2 columns)',
    ])
    await downgrade({ ...made.options, target: 'base' })
    expect((await current(made.options)).heads).toEqual([])
  })

  test('are taken back by the log alone, where neither the file nor the definition is there', async () => {
    const made = await start({ operations: [say('hello')] })
    made.write('aaaa', [])
    made.write('bbbb', ['aaaa'], { up: "op.say('you')", down: "op.say('nobody')" })
    await upgrade(made.options)
    made.remove('bbbb')
    await switchBranch({ ...made.options, operations: [] })
    expect(await said(made)).toEqual(['hello nobody', 'hello you'])
  })

  test('are what a rewrite may add, and are rendered as calls with their reverse', async () => {
    const made = await start({
      operations: [say('hello')],
      rewrite: [(operations, { own }) => [...operations, own('say', 'page')]],
    })
    const { source, operations } = await revision({ ...withPage(made), message: 'page' })
    expect(operations.map(({ text }) => text)).toEqual(['+ table page (1 column)', '+ hello to page'])
    expect(source).toMatch(
      /op\.createTable[\s\S]*op\.say\('page'\)[\s\S]*op\.say\('no longer page'\)[\s\S]*op\.dropTable/,
    )
    await upgrade(withPage(made))
    await downgrade({ ...withPage(made), target: 'base' })
    expect(await said(made)).toEqual(['hello no longer page', 'hello page'])
  })

  test('without SQL for this database are refused', async () => {
    const made = await start({ operations: [{ ...say('hello'), sql: {} }] })
    made.write('aaaa', [], { up: "op.say('you')" })
    const { exitCode, message } = await refusal(upgrade(made.options))
    expect({ exitCode, message }).toEqual({
      exitCode: 6,
      message: expect.stringMatching(/op\.say: its definition has no SQL for (postgres|sqlite)\./),
    })
  })

  test('of two runs at the same time in one process are strangers to each other', async () => {
    const words = ['hello', 'bye']
    const made = await Promise.all(words.map((word) => start({ operations: [say(word)] })))
    for (const one of made) {
      one.write('aaaa', [], {
        up: "op.say('a'); await op.query('SELECT 1'); op.say('b'); await op.autocommit((op) => op.say('c'))",
      })
    }
    const without = await start()
    without.write('aaaa', [], { up: "op.say('a')" })
    const [, , refused] = await Promise.all([
      ...made.map((one) => upgrade(one.options)),
      refusal(upgrade(without.options)),
    ])
    expect((refused as Error).message).toMatch(/op\.say is not a function/)
    for (const [at, word] of words.entries())
      expect(await said(made[at]!)).toEqual([`${word} a`, `${word} b`, `${word} c`])
    expect(await said(without)).toEqual([])
  })

  test('and so are rules: each comments on its own revision alone', async () => {
    const rule = (word: string): Rule => ({
      name: 'tables',
      check: ({ kind }) => (kind === 'createTable' ? `${word} table.` : undefined),
    })
    const sources = await Promise.all(
      ['One more', 'Another'].map(async (word) => {
        const made = await start({ rules: [rule(word)] })
        return (await revision({ ...withPage(made), message: 'page' })).source
      }),
    )
    expect(sources[0]).toContain('// One more table.\n')
    expect(sources[1]).toContain('// Another table.\n')
    expect(sources[0]! + sources[1]!).not.toMatch(/One more[\s\S]*One more|Another[\s\S]*Another/)
  })

  test.each<[why: string, rule: Rule, error: new (...args: never[]) => Error, message: RegExp]>([
    [
      'that throws',
      {
        name: 'odd',
        check: () => {
          throw new Error('no idea')
        },
      },
      RuleError,
      /rule odd .* failed \(no idea\) for: \+ table page/,
    ],
    ['that answers with a number', { name: 'odd', check: () => 7 as never }, RuleError, /no sentence/],
    [
      'with the name of one of ours',
      { name: 'destructive', check: () => undefined },
      NameTakenError,
      /The rule destructive/,
    ],
  ])('a rule %s is told with its name', async (_why, rule, error, message) => {
    const made = await start({ rules: [rule] })
    const refused = await refusal(revision({ ...withPage(made), message: 'page' }))
    expect(refused).toBeInstanceOf(error)
    expect({ exitCode: refused.exitCode, message: refused.message }).toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
    })
  })

  test('a command is a function that works with the project, and closes what it has opened', async () => {
    const made = await start()
    made.write('aaaa', [])
    const count = asFunction(
      defineCommand<{ table: string }, { revisions: number; rows: number }>({
        name: 'count',
        describe: 'count rows',
        examples: [],
        flags: {},
        async run({ graph, session }, { table }) {
          const { connection, dialect } = await session()
          const [row] = await connection.query(`SELECT count(*) AS rows FROM ${dialect.quote(table)}`)
          return { revisions: graph.revisions.size, rows: Number(row!.rows) }
        },
        print: () => undefined,
      }),
    )
    expect(await count({ ...made.options, table: 'said' })).toEqual({ revisions: 1, rows: 0 })
    expect(made.options.dataSource.isInitialized).toBe(false)
  })
})
