// Settings as they are typed and written down: how files export a data source, where paths start, what is protected.
import { join } from 'node:path'
import { project, runBin, type Ran, type TestProject } from '../support/cli'

jest.setTimeout(60_000)

let made: TestProject
const all: TestProject[] = []
afterAll(() => all.forEach((one) => one.remove()))

/** A project with one revision, and settings or a data source in these files. */
function start(files: Readonly<Record<string, string>>): TestProject {
  made = project({
    'migrations/a.js': `exports.revision = 'aaaa'\nexports.downRevision = null\nexports.upgrade = function (op) {\n  op.createTable({ name: 'kept', columns: [{ name: 'id', type: 'integer' }] })\n}\nexports.downgrade = function (op) {\n  op.dropTable('kept')\n}\n`,
    ...files,
  })
  all.push(made)
  return made
}

/** The database that a command went to, by its own word. */
function databaseOf(ran: Ran): unknown {
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  return (JSON.parse(ran.stdout) as { database: string }).database
}

const current = (...words: string[]) => ['current', '--format', 'json', ...words]
const options = (file: string) => `{ type: 'sqljs', location: '${file}', autoSave: true }`
const esm = (...lines: string[]) => ["import { DataSource } from 'typeorm'", ...lines, ''].join('\n')
const cjs = (...lines: string[]) => ["const { DataSource } = require('typeorm')", ...lines, ''].join('\n')

describe('a data source file', () => {
  // One process for all of them, by the function behind the option: what is proved is what a file may export.
  const accepted: [what: string, file: string, text: string][] = [
    ['module.exports', 'a.js', cjs(`module.exports = new DataSource(${options('x.db')})`)],
    ['exports.default', 'b.cjs', cjs(`exports.default = new DataSource(${options('x.db')})`)],
    [
      'the only export that is one',
      'c.cjs',
      cjs(`exports.url = 'x'`, 'exports.make = () => 1', `exports.AppDataSource = new DataSource(${options('x.db')})`),
    ],
    [
      'an export that can only be known by running it',
      'd.cjs',
      cjs(`module.exports = Object.fromEntries([['db', new DataSource(${options('x.db')})]])`),
    ],
    [
      'one that is exported under two names',
      'e.mjs',
      esm(`export const AppDataSource = new DataSource(${options('x.db')})`, 'export default AppDataSource'),
    ],
    [
      'the default among several',
      'f.mjs',
      esm(
        `export const other = new DataSource(${options('y.db')})`,
        `export default new DataSource(${options('x.db')})`,
      ),
    ],
    ['a promise of one', 'g.mjs', esm(`export default Promise.resolve(new DataSource(${options('x.db')}))`)],
    ['a named promise of one', 'h.cjs', cjs(`exports.db = Promise.resolve(new DataSource(${options('x.db')}))`)],
    ['plain options', 'i.cjs', `module.exports = ${options('x.db')}\n`],
    ['a promise of options', 'j.mjs', `export default Promise.resolve(${options('x.db')})\n`],
    ['options as JSON', 'k.json', '{ "type": "sqljs", "location": "x.db", "autoSave": true }'],
    ['TypeScript', 'l.ts', esm(`export default new DataSource(${options('x.db')})`)],
    [
      'a function of what was typed',
      'r.mjs',
      esm(`export default ({ x }) => new DataSource({ ...${options('y.db')}, location: (x.tenant ?? 'x') + '.db' })`),
    ],
    ['a module of TypeScript', 'm.mts', esm(`export default new DataSource(${options('x.db')})`)],
  ]
  const refused: [what: string, file: string, text: string, message: RegExp][] = [
    ['a function of none', 'n.cjs', 'module.exports = () => 1\n', /exports no DataSource/],
    ['a class', 'q.cjs', 'module.exports = class Source {}\n', /exports no DataSource/],
    ['a promise that fails', 'o.mjs', `export default Promise.reject(new Error('not today'))\n`, /not today/],
    ['a list of options', 'p.json', '[{ "type": "sqljs" }]', /exports no DataSource/],
  ]
  let answers: Record<string, { database?: string; exitCode?: number; message?: string }>

  beforeAll(async () => {
    const files = [...accepted, ...refused].map(([, file, text]) => [`conf/${file}`, text] as const)
    start(Object.fromEntries(files))
    const ran = await made.node(`
      const { current } = require('typeorm-autogen')
      const ask = (dataSource) =>
        current({ dataSource }).then(({ database }) => ({ database }), ({ exitCode, message }) => ({ exitCode, message }))
      ;(async () => {
        const answers = {}
        for (const file of ${JSON.stringify(files.map(([file]) => file))}) answers[file] = await ask(file)
        console.log(JSON.stringify(answers))
      })()`)
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    answers = JSON.parse(ran.stdout) as typeof answers
  })

  test.each(accepted)('may export %s (%s)', (_what, file) => {
    expect(answers[`conf/${file}`]).toEqual({ database: 'x.db' })
  })

  test.each(refused)('may not export %s (%s)', (_what, file, _text, message) => {
    expect(answers[`conf/${file}`]).toEqual({ exitCode: 2, message: expect.stringMatching(message) })
  })
})

describe('settings', () => {
  const define = `import { defineConfig } from 'typeorm-autogen'\nexport default defineConfig({ dataSource: 'db.json', migrations: '../migrations' })\n`

  test.each([
    ['autogen.config.ts', define],
    ['autogen.config.mjs', define],
    ['autogen.config.cjs', `module.exports = { dataSource: './db.json', migrations: '../migrations' }\n`],
    ['package.json', `{ "autogen": { "dataSource": "db.json", "migrations": "../migrations" } }`],
  ])('of %s, found in a folder above, with paths that start at the file', async (name, text) => {
    start({
      [`app/${name}`]: text,
      'app/db.json': '{ "type": "sqljs", "location": "x.db", "autoSave": true }',
      'app/src/deep/.keep': '',
    })
    const ran = await runBin(join(made.folder, 'app/src/deep'), ['upgrade', '--format', 'json'])
    expect(JSON.parse(ran.stdout)).toMatchObject({ to: ['aaaa'] })
    // What the data source says of files is looked for where the settings lie, as if typed there.
    expect(made.files('app')).toContain('x.db')
    expect(made.files('app/src/deep')).toEqual(['.keep'])
  })

  test('by --config, with -n for one of several projects; what is typed starts where it is typed', async () => {
    const projects = { shop: { dataSource: 'shop.json' }, stock: { dataSource: 'stock.json', migrations: 'empty' } }
    start({
      'conf/all.json': JSON.stringify({ migrations: '../migrations', projects }),
      'conf/shop.json': '{ "type": "sqljs", "location": "shop.db" }',
      'conf/stock.json': '{ "type": "sqljs", "location": "stock.db" }',
      'conf/empty/.keep': '',
      'part/own.json': '{ "type": "sqljs", "location": "own.db" }',
    })
    const part = (...words: string[]) => runBin(join(made.folder, 'part'), ['-c', '../conf/all.json', ...words])
    expect(databaseOf(await part(...current('-n', 'shop')))).toBe('shop.db')
    expect(databaseOf(await part(...current('-n', 'stock')))).toBe('stock.db')
    expect(databaseOf(await part(...current('-n', 'shop', '-d', 'own.json')))).toBe('own.db')
    expect(JSON.parse((await part('heads', '-n', 'shop', '--format', 'json')).stdout).heads).toHaveLength(1)
    expect(JSON.parse((await part('heads', '-n', 'stock', '--format', 'json')).stdout).heads).toEqual([])
    const none = await part('heads')
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/holds several projects: shop, stock\.\nhint {2}Say which: `-n shop`\.\n$/)
  })

  test('a revision written from a sub-folder is named as seen from there', async () => {
    start({ 'ormconfig.json': '{ "type": "sqljs", "location": "x.db" }', 'src/.keep': '' })
    const ran = await runBin(join(made.folder, 'src'), ['revision', '--empty', '-m', 'more', '--rev-id', 'bbbb'])
    expect(ran).toMatchObject({ code: 0, stdout: 'written  ../migrations/bbbb_more.js\n' })
  })
})

test('--url, then AUTOGEN_URL, then what the file of the user reads from DATABASE_URL', async () => {
  start({ 'ormconfig.js': cjs(`module.exports = new DataSource({ type: 'postgres', url: process.env.DATABASE_URL })`) })
  const DATABASE_URL = 'postgres://ada:hidden@127.0.0.1:1/own'
  const AUTOGEN_URL = 'postgres://ada:hidden@127.0.0.1:1/environment'
  const address = async (words: readonly string[], environment: Record<string, string>) => {
    const ran = await made.autogen(['current', ...words], environment)
    expect(ran.code).toBe(8)
    return /The database (\S+) cannot be reached/.exec(ran.stderr)?.[1]
  }
  expect(await address([], { DATABASE_URL })).toBe('ada@127.0.0.1:1/own')
  expect(await address([], { DATABASE_URL, AUTOGEN_URL })).toBe('ada@127.0.0.1:1/environment')
  const typed = ['--url', 'postgres://ada:hidden@127.0.0.1:1/typed']
  expect(await address(typed, { DATABASE_URL, AUTOGEN_URL })).toBe('ada@127.0.0.1:1/typed')
})

test('a protected database wants its name typed', async () => {
  start({
    'autogen.config.json': '{ "protect": ["prod.*"] }',
    'ormconfig.json': '{ "type": "sqljs", "location": "prod.db", "autoSave": true }',
  })
  expect((await made.autogen(['upgrade'])).code).toBe(0)
  const refused = await made.autogen(['downgrade', '-1', '--yes-on', 'prod'])
  expect(refused).toMatchObject({ code: 6, stdout: '' })
  expect(refused.stderr).toBe(
    'error prod.db is protected by your settings, so downgrade does not run there unasked.\n' +
      'hint  If you mean it, add `--yes-on prod.db`.\n',
  )
  expect((await made.autogen(['stamp', 'base', '--purge'])).code).toBe(6)
  expect((await made.autogen(['current'])).stdout).toMatch(/aaaa/)
  expect((await made.autogen(['downgrade', '-1', '--yes-on', 'prod.db'])).code).toBe(0)
})

test('what TypeORM would do by itself is one line on the error stream, which SQL that is printed stays free of', async () => {
  start({
    'ormconfig.json':
      '{ "type": "sqljs", "location": "x.db", "autoSave": true, "synchronize": true, "dropSchema": true }',
  })
  const warning = /^warning {3}Your data source sets synchronize: true, dropSchema: true: .*\n$/
  expect(await made.autogen(['upgrade'])).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) })
  const printed = await made.autogen(['upgrade', '--sql'])
  expect(printed).toMatchObject({ code: 0, stderr: expect.stringMatching(warning) })
  expect(printed.stdout).not.toMatch(warning)
  expect(await made.autogen(['current', '-q'])).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(await made.autogen(['upgrade', '--sql', '-q'])).toMatchObject({ stdout: printed.stdout, stderr: '' })
})
