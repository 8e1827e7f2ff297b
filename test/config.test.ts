// Settings: where they are found, what they may say, and which of several projects is meant.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { chooseSource, findOrmconfig, findSettings, languageOf, misnamed, settingsFolder } from '../src/config'
import { NoCompilerError } from '../src/errors'
import { defineConfig, type ProjectSettings, settingDeclarations, validate } from '../src/settings'

const top = realpathSync(mkdtempSync(join(tmpdir(), 'autogen-config-')))
afterAll(() => rmSync(top, { recursive: true, force: true }))
let count = 0

/** Writes files into a folder of its own; an object becomes JSON. */
function folderWith(files: Readonly<Record<string, string | object>>): string {
  const folder = join(top, String(++count))
  mkdirSync(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

/** Stands for the loader, which tests of the command line use as it is. */
const exporting = (exports: Record<string, unknown>) => () => Promise.resolve(exports)
const nothingLoaded = () => Promise.reject(new Error('No file was to be loaded.'))

/** What the error says and advises, and the code it ends with. */
async function refusal(work: () => unknown): Promise<object> {
  try {
    await work()
  } catch (error) {
    const { message, hint, exitCode } = error as Error & { hint: string; exitCode: number }
    return { message: message.replaceAll(top, ''), hint, exitCode }
  }
  throw new Error('It was accepted.')
}

describe('finding', () => {
  test.each([
    'autogen.config.ts',
    'autogen.config.mts',
    'autogen.config.mjs',
    'autogen.config.cjs',
    'autogen.config.js',
  ])('%s is loaded, and its default export is the settings', async (name) => {
    const folder = folderWith({ [name]: '', 'a/b/.keep': '' })
    const settings = { migrations: 'db' }
    const found = { settings, folder, file: join(folder, name) }
    expect(await findSettings({ cwd: join(folder, 'a/b') }, exporting({ default: settings }))).toEqual(found)
    expect(await findSettings({ cwd: folder }, exporting(settings))).toEqual(found)
    expect(await findSettings({ cwd: folder }, exporting({ default: Promise.resolve(settings) }))).toEqual(found)
  })

  test('JSON is read, not loaded', async () => {
    const folder = folderWith({ 'autogen.config.json': { migrations: 'db' } })
    expect((await findSettings({ cwd: folder }, nothingLoaded)).settings).toEqual({ migrations: 'db' })
  })

  test('the key "autogen" of package.json holds settings; a package.json without it does not stop the search', async () => {
    const folder = folderWith({ 'package.json': { autogen: { migrations: 'db' } }, 'part/package.json': {} })
    expect(await findSettings({ cwd: join(folder, 'part') }, nothingLoaded)).toEqual({
      settings: { migrations: 'db' },
      folder,
      file: join(folder, 'package.json'),
    })
  })

  test('the nearest settings count, and of two in one folder the file of their own', async () => {
    const folder = folderWith({
      'autogen.config.json': { migrations: 'far' },
      'near/package.json': { autogen: { migrations: 'package' } },
      'near/autogen.config.json': { migrations: 'file' },
    })
    expect((await findSettings({ cwd: join(folder, 'near') }, nothingLoaded)).settings.migrations).toBe('file')
  })

  test('a named file is taken from where it was named, whatever lies nearer', async () => {
    const folder = folderWith({
      'autogen.config.json': { migrations: 'near' },
      'conf/other.json': { migrations: 'named' },
    })
    expect(await findSettings({ cwd: folder, config: 'conf/other.json' }, nothingLoaded)).toEqual({
      settings: { migrations: 'named' },
      folder: join(folder, 'conf'),
      file: join(folder, 'conf/other.json'),
    })
  })

  test('an ormconfig is enough, and says where the project is', async () => {
    const folder = folderWith({ 'ormconfig.cjs': '', 'a/b/.keep': '' })
    expect(await findSettings({ cwd: join(folder, 'a/b') }, nothingLoaded)).toEqual({ settings: {}, folder })
    expect(findOrmconfig(join(folder, 'a/b'))).toBe(join(folder, 'ormconfig.cjs'))
    expect(settingsFolder(join(folder, 'a/b'))).toBe(folder)
  })

  test.each([
    ['a file that is not there', { config: 'no.json' }, {}, 'There is no settings file /%/no.json.'],
    ['a project, and no settings', { name: 'shop' }, {}, /^There are no settings at \/% or above it/],
    ['no object', {}, { 'autogen.config.json': '[]' }, '/%/autogen.config.json does not export an object of settings.'],
    ['no JSON', {}, { 'autogen.config.json': '{' }, /^\/%\/autogen.config.json is not valid JSON: /],
  ])('%s is refused', async (_what, options, files, message) => {
    const folder = folderWith(files)
    const said = message instanceof RegExp ? new RegExp(message.source.replace('%', String(count))) : undefined
    expect(await refusal(() => findSettings({ cwd: folder, ...options }, nothingLoaded))).toMatchObject({
      message: said === undefined ? (message as string).replace('%', String(count)) : expect.stringMatching(said),
      exitCode: 2,
    })
  })
})

describe('several projects', () => {
  const projects = { shop: { dataSource: 'shop.ts' }, stock: { dataSource: 'stock.ts', migrations: 'stock' } }
  const find = (settings: ProjectSettings, name?: string) =>
    findSettings(
      { cwd: folderWith({ 'autogen.config.json': settings }), ...(name === undefined ? {} : { name }) },
      nothingLoaded,
    )

  test('a project has the settings all share, and its own before them', async () => {
    const shared = { migrations: 'migrations', protect: ['prod'], projects }
    expect((await find(shared, 'shop')).settings).toEqual({
      dataSource: 'shop.ts',
      migrations: 'migrations',
      protect: ['prod'],
    })
    expect((await find(shared, 'stock')).settings.migrations).toBe('stock')
  })

  test('what all share is a project itself when it has a data source', async () => {
    expect((await find({ dataSource: 'main.ts', projects })).settings).toEqual({ dataSource: 'main.ts' })
  })

  test('one must be named, and one that is there', async () => {
    expect(await refusal(() => find({ projects }))).toEqual({
      message: expect.stringMatching(/holds several projects: shop, stock\.$/),
      hint: 'Say which: `-n shop`.',
      exitCode: 2,
    })
    expect(await refusal(() => find({ projects }, 'toString'))).toEqual({
      message: expect.stringMatching(/has no project "toString"\.$/),
      hint: 'Name one of shop, stock.',
      exitCode: 2,
    })
  })
})

describe('what a setting may be', () => {
  const good: Required<ProjectSettings> = {
    dataSource: { source: 'src/data-source.ts', compiled: 'dist/data-source.js' },
    migrations: ['a', 'b'],
    recursive: true,
    headFile: false,
    url: 'postgres://db/shop',
    schemas: ['sales'],
    versionTable: 'versions',
    logTable: 'log',
    versionSchema: 'meta',
    protect: ['prod'],
    lockTimeout: 5,
    tableLockTimeout: 2.5,
    lockRetries: 0,
    statementTimeout: 600,
    require: ['dotenv/config'],
    loader: 'none',
    tsconfig: 'tsconfig.json',
    scratchUrl: 'postgres://db/scratch',
    includeUnmanaged: true,
    renames: { 'user.name': 'fullName', 'user.token': null },
    interop: false,
    backup: { keep: 5, folder: 'backups' },
    fileName: '<year>/<revision>_<slug>',
    slugLength: 20,
    timeZone: 'Europe/Zurich',
    language: 'javascript-esm',
    template: 'autogen.template.ts',
    format: false,
    afterWrite: [['prettier', '--write'], { command: ['git', 'add'], cwd: '..' }, () => undefined],
    onApply: () => undefined,
    hooks: { beforeRun: () => undefined, afterMigration: async () => undefined },
    rewrite: [() => []],
    includeName: () => true,
    includeObject: () => false,
    commands: [
      { name: 'rows', describe: 'count', examples: [], flags: {}, run: async () => ({}), print: () => undefined },
    ],
    operations: [{ name: 'secure', describe: () => 'secured', sql: { postgres: () => 'SELECT 1' }, reverse: null }],
    rules: [{ name: 'names', check: () => undefined }],
    projects: { shop: {} },
  }

  test('all of them at once', () => {
    expect(validate(good, 'autogen.config.ts')).toBe(good)
    expect(defineConfig(good)).toBe(good)
    expect(Object.keys(settingDeclarations).sort()).toEqual(Object.keys(good).sort())
  })

  test.each([
    ['dataSource', 5, 'a file or a DataSource'],
    ['dataSource', '', 'a file or a DataSource'],
    ['migrations', null, 'a folder, folders or modules'],
    ['url', '', 'a text'],
    ['schemas', 'sales', 'a list of texts'],
    ['versionTable', 5, 'a text'],
    ['logTable', [], 'a text'],
    ['versionSchema', '', 'a text'],
    ['protect', [5], 'a list of texts'],
    ['lockTimeout', '60', 'a number of seconds'],
    ['lockTimeout', -1, 'a number of seconds'],
    ['tableLockTimeout', '5', 'a number of seconds'],
    ['lockRetries', 1.5, 'a number of times'],
    ['statementTimeout', -1, 'a number of seconds'],
    ['require', 'dotenv', 'a list of texts'],
    ['loader', true, 'a text'],
    ['tsconfig', {}, 'a text'],
    ['scratchUrl', 1, 'a text'],
    ['includeUnmanaged', 'yes', 'true or false'],
    ['interop', 0, 'true or false'],
    ['backup', 'yes', 'true, false, or `{ keep, folder }`'],
    ['backup', { keep: 0 }, 'true, false, or `{ keep, folder }`'],
    ['backup', { files: 3 }, 'true, false, or `{ keep, folder }`'],
    ['fileName', '/tmp/<revision>', 'a name inside of the migrations folder'],
    ['fileName', '../<revision>', 'a name inside of the migrations folder'],
    ['slugLength', 0, 'a number from 1 to 200'],
    ['timeZone', 'Mars/Olympus', 'a time zone of the IANA list, such as Europe/Zurich'],
    ['language', 'ts', 'one of typescript, javascript-esm, javascript-commonjs'],
    ['template', {}, 'a file or a function'],
    ['afterWrite', ['prettier'], 'a list of commands (each a list of words, or `{ command, cwd }`) and functions'],
    ['afterWrite', [[]], 'a list of commands (each a list of words, or `{ command, cwd }`) and functions'],
    ['afterWrite', [{ cmd: ['ls'] }], 'a list of commands (each a list of words, or `{ command, cwd }`) and functions'],
    ['onApply', 'log it', 'a function'],
    [
      'hooks',
      { beforeRuns: () => undefined },
      'an object of functions named beforeRun, afterRun, beforeMigration, afterMigration',
    ],
    [
      'hooks',
      { afterRun: 'log it' },
      'an object of functions named beforeRun, afterRun, beforeMigration, afterMigration',
    ],
    ['rewrite', () => [], 'a list of functions'],
    ['includeName', ['user'], 'a function'],
    ['includeObject', true, 'a function'],
    ['commands', {}, 'a list of commands (`defineCommand`)'],
    [
      'commands',
      [{ name: 'Rows' }],
      'a list of commands (`defineCommand`): `name` of number 1 is not a word in small letters',
    ],
    ['operations', [5], 'a list of operations (`defineOperation`): `name` of number 1 is not the name of a method'],
    [
      'operations',
      [{ name: 'secure', describe: () => '', sql: {} }],
      'a list of operations (`defineOperation`): `reverse` of number 1 is not a function or null',
    ],
    ['rules', [{ name: 'names' }], 'a list of rules (`{ name, check }`): `check` of number 1 is not a function'],
    [
      'rules',
      [
        { name: 'names', check: () => undefined },
        { name: 'names', check: () => undefined },
      ],
      'a list of rules (`{ name, check }`): there are two called names',
    ],
    ['projects', [], 'an object of settings by name'],
  ])('%s: %j is refused', async (key, value, wanted) => {
    expect(await refusal(() => validate({ [key]: value }, 'package.json'))).toMatchObject({
      message: `package.json has a setting "${key}" that is not ${wanted}.`,
      exitCode: 2,
    })
  })

  test('an unknown one is refused with the nearest, or with the list of those there are, in a project too', async () => {
    const names = Object.keys(settingDeclarations).join(', ')
    expect(await refusal(() => validate({ projects: { shop: { migration: 'x' } } }, 'package.json'))).toMatchObject({
      message: 'package.json (project shop) has an unknown setting "migration".',
      hint: 'Did you mean "migrations"?',
    })
    for (const key of ['quux', 'constructor'])
      expect(await refusal(() => validate({ projects: { shop: { [key]: 'x' } } }, 'package.json'))).toMatchObject({
        message: `package.json (project shop) has an unknown setting "${key}"; there are ${names}.`,
      })
  })
})

test('of a source and what it was compiled to, the one that is there is taken', () => {
  const pair = { source: 'src/migrations', compiled: 'dist/migrations' }
  const development = folderWith({ 'src/migrations/.keep': '', 'dist/migrations/.keep': '' })
  const production = folderWith({ 'dist/migrations/.keep': '' })
  expect(chooseSource(pair, development)).toBe(join(development, 'src/migrations'))
  expect(chooseSource(pair, production)).toBe(join(production, 'dist/migrations'))
  expect(chooseSource('../elsewhere', production)).toBe(join(top, 'elsewhere'))
})

test.each([
  ['JavaScript, CommonJS', { 'package.json': {} }, { language: 'js', module: 'cjs' }],
  ['JavaScript, modules', { 'package.json': { type: 'module' } }, { language: 'js', module: 'esm' }],
  ['TypeScript', { 'package.json': {}, 'tsconfig.json': '{}' }, { language: 'ts', module: 'cjs' }],
  [
    'TypeScript of a part, modules',
    { 'package.json': { type: 'module' }, 'src/tsconfig.json': '{}' },
    { language: 'ts', module: 'esm' },
  ],
  [
    'JavaScript in a package of its own below a TypeScript one',
    { 'tsconfig.json': '{}', 'src/package.json': {} },
    { language: 'js', module: 'cjs' },
  ],
])('new files are written in %s', (_what, files, language) => {
  expect(languageOf(join(folderWith({ 'src/migrations/.keep': '', ...files }), 'src/migrations'))).toEqual(language)
})

test('a source that nothing here compiles is used because it is there, which is told', () => {
  const value = { source: 'src/data-source.ts', compiled: 'dist/data-source.js' }
  const setting = { key: 'dataSource', value, named: '`dataSource` of the settings', folder: '/app' }
  const told = misnamed(new NoCompilerError('/app/src/user.ts'), '/app/src/data-source.ts', setting)
  expect(told).toMatchObject({
    message: expect.stringMatching(
      /; `source` of `dataSource` counts while it is there, and `compiled` only where it is not\.$/,
    ),
    hint: expect.stringMatching(/^Leave the sources out where the build runs, or name the compiled path alone/),
  })
  const compiled = new NoCompilerError('/app/dist/user.ts')
  expect(misnamed(compiled, '/app/dist/data-source.js', setting)).toBe(compiled)
})
