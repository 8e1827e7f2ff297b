// A project with a command, operations and a rule of its own, typed at the bin: the example, on each kind of database.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ask, freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { copyInto, project, type TestProject } from '../support/cli'

jest.setTimeout(120_000)

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

async function example(open: () => TestDatabase | Promise<TestDatabase>) {
  const database = await open()
  const made = project({})
  copyInto(made, 'examples/extending')
  // The data source of the example is a file in its own folder.
  const source = made.read('src/data-source.ts')
  const own = /type: 'sqljs',[\s\S]*autoSave: true,/
  expect(source).toMatch(own)
  made.write('src/data-source.ts', source.replace(own, `...(${JSON.stringify(database.options)} as any),`))
  cleanUps.push(() => database.drop(), made.remove)
  return { made, database }
}

const kinds: [name: string, open: () => TestDatabase | Promise<TestDatabase>][] = [
  ['PostgreSQL', freshPostgres],
  ['SQLite', () => freshSqlite('sqljs')],
]

test.each(kinds)('on %s the operations run, count, and are taken back', async (_name, open) => {
  const { made, database } = await example(open)
  const run = async (words: string) => {
    const { code, output, stdout } = await made.autogen(words.split(' '))
    expect({ words, code, output }).toEqual({ words, code: 0, output: expect.any(String) })
    return stdout
  }
  await run('upgrade head')
  // Of what the operation adds the entity is told nothing; it agrees all the same.
  expect(await run('revision -m title')).toContain('+ column document.workingTitle')
  const [written] = made.files('src/migrations').filter((file) => file.endsWith('_title.ts'))
  expect(made.read(`src/migrations/${written}`)).toContain(
    '  // We write workingTitle in small letters with underscores.\n',
  )
  await run('upgrade head')
  await run('check')
  await run('check --from-history')
  await ask(database, `INSERT INTO document ("workingTitle") VALUES ('a')`)
  await ask(database, `UPDATE document SET "workingTitle" = 'b'`)
  expect(await ask(database, 'SELECT version FROM document')).toEqual([{ version: 1 }])
  expect(JSON.parse(await run('rows --format json'))).toEqual({ format: 1, tables: [{ table: 'document', rows: 1 }] })
  await run('downgrade base')
})

describe('a command of the project', () => {
  let made: TestProject
  beforeAll(async () => {
    ;({ made } = await example(() => freshSqlite('sqljs')))
    await made.autogen(['upgrade'])
  })

  test('stands in the help, and has a help of its own', async () => {
    expect((await made.autogen(['--help'])).stdout).toContain(
      '\nCommands of this project\n  rows  count the rows of your tables\n',
    )
    expect((await made.autogen(['rows', '--help'])).stdout).toMatch(/^Count the rows[^]*--at-least COUNT[^]*Examples/)
  })

  test('is completed in a shell, with its flags', async () => {
    const offered = async (...typed: string[]) =>
      (await made.autogen(['--get-yargs-completions', 'autogen', ...typed])).stdout.split('\n')
    expect(await offered('')).toEqual(expect.arrayContaining(['rows', 'upgrade']))
    expect(await offered('rows', '--')).toEqual(expect.arrayContaining(['--at-least', '--quiet']))
  })

  test('prints, ends and refuses like ours', async () => {
    expect(await made.autogen(['rows'])).toMatchObject({ code: 0, stdout: 'document  0\n' })
    expect(await made.autogen(['-q', 'rows', 'document', '--at-least', '1'])).toMatchObject({ code: 3, stdout: '' })
    expect(await made.autogen(['rows', '--nonsense'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('`autogen rows` takes no option --nonsense.\nhint  Run `autogen rows --help`.'),
    })
    expect(await made.autogen(['row'])).toMatchObject({ code: 2, stderr: expect.stringContaining('`autogen rows`?') })
    const { stderr } = await made.autogen(['rows', '--log', 'json'])
    expect(JSON.parse(stderr.trim().split('\n').at(-1)!)).toMatchObject({ type: 'exit', command: 'rows', exitCode: 0 })
  })

  test('is found from a sub-folder and by the name of a settings file', async () => {
    const bin = join(__dirname, '../../bin/autogen.js')
    const type = (cwd: string, ...words: string[]) =>
      spawnSync(process.execPath, [bin, ...words], { cwd, encoding: 'utf8' })
    expect(type(join(made.folder, 'src/autogen'), 'rows')).toMatchObject({ status: 0, stdout: 'document  0\n' })
    const elsewhere = project({})
    cleanUps.push(elsewhere.remove)
    expect(type(elsewhere.folder, 'rows')).toMatchObject({ status: 2 })
    expect(type(elsewhere.folder, '-c', join(made.folder, 'autogen.config.ts'), 'rows')).toMatchObject({ status: 0 })
  })
})

describe('what a project registers in vain', () => {
  const command = (text: string) => `module.exports = { commands: [{
    name: 'rows', describe: 'count', examples: [], flags: {}, run: async () => ({ rows: 1 }), print() {}, ${text} }] }`
  const settled = (config: string) => {
    const made = project({ 'autogen.config.js': config, 'migrations/.gitkeep': '' })
    cleanUps.push(made.remove)
    return made
  }

  test.each([
    ["name: 'upgrade'", 'The command upgrade of your settings has a name that is taken.'],
    ["name: 'completion'", 'The command completion of your settings has a name that is taken.'],
    ["aliases: ['ensure_version']", 'The command ensure_version of your settings has a name that is taken.'],
    [
      "flags: { format: { type: 'string', describe: '' } }",
      'The flag --format of your settings has a name that is taken.',
    ],
    [
      "flags: { quick: { type: 'boolean', describe: '', alias: 'q' } }",
      'The flag -q of your settings has a name that is taken.',
    ],
  ])('%s is refused, while ours run', async (text, message) => {
    const made = settled(command(text))
    expect(await made.autogen(['rows'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`error ${message}\n`),
    })
    expect((await made.autogen(['list-templates'])).code).toBe(0)
    // The help is there all the same, and says why something is missing in it.
    expect(await made.autogen(['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(message.slice(0, 30)),
    })
  })

  test('a completion says nothing of settings that do not load', async () => {
    const made = settled('throw new Error("no")')
    const { code, stdout, stderr } = await made.autogen(['--get-yargs-completions', 'autogen', ''])
    expect({ code, stderr, offers: stdout.includes('upgrade') }).toEqual({ code: 0, stderr: '', offers: true })
  })
})
