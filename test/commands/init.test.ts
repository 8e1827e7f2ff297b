// `init` looks at a project and writes what is missing where its build picks it up; it overwrites nothing.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { init } from '../../src'
import { freshFolder } from '../support/projects'

const complete = { dependencies: { typeorm: '1', 'reflect-metadata': '0', pg: '8' } }
const esm = { ...complete, type: 'module' }
const built = { compilerOptions: { outDir: 'dist' } }

/** A project's folder; an object becomes JSON. */
function folderWith(files: Readonly<Record<string, string | object>>): string {
  const folder = freshFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const pair = (source: string, compiled: string) => ({ source, compiled })

test.each([
  [
    'JavaScript',
    { 'package.json': complete },
    ['ormconfig.js', 'migrations/'],
    { dataSource: 'ormconfig.js', migrations: 'migrations' },
  ],
  [
    'JavaScript with src',
    { 'package.json': complete, 'src/index.js': '' },
    ['src/data-source.js', 'src/migrations/'],
    { dataSource: 'src/data-source.js', migrations: 'src/migrations' },
  ],
  [
    'TypeScript that is not built',
    { 'package.json': complete, 'tsconfig.json': {}, 'src/index.ts': '' },
    ['src/data-source.ts', 'src/migrations/'],
    { dataSource: 'src/data-source.ts', migrations: 'src/migrations' },
  ],
  [
    'TypeScript built from src',
    { 'package.json': complete, 'tsconfig.json': built, 'src/index.ts': '' },
    ['src/data-source.ts', 'src/migrations/'],
    {
      dataSource: pair('src/data-source.ts', 'dist/data-source.js'),
      migrations: pair('src/migrations', 'dist/migrations'),
    },
  ],
  [
    'TypeScript built from its top',
    { 'package.json': esm, 'tsconfig.json': built, 'index.ts': '' },
    ['ormconfig.ts', 'migrations/'],
    { dataSource: pair('ormconfig.ts', 'dist/ormconfig.js'), migrations: pair('migrations', 'dist/migrations') },
  ],
])('a project of %s gets what it lacks', async (_what, files, created, settings) => {
  const cwd = folderWith(files)
  const result = await init({ cwd })
  expect(result).toMatchObject({ created: [...created, 'autogen.config.json'], kept: [] })
  expect(JSON.parse(readFileSync(join(cwd, 'autogen.config.json'), 'utf8'))).toEqual(settings)
  expect(result.next.at(-1)).toBe('Then write the first migration:  npx autogen revision -m "first"')

  // A second time there is nothing left to do, and nothing is touched.
  const before = everyFile(cwd)
  expect(await init({ cwd })).toMatchObject({ created: [], kept: [...created, 'autogen.config.json'] })
  expect(everyFile(cwd)).toEqual(before)
})

test.each([
  ['ormconfig.js', {}],
  ['ormconfig.json', {}],
  ['src/data-source.ts', {}],
  ['src/database/data-source.ts', {}],
  ['lib/mine.ts', { dataSource: 'lib/mine.ts' }],
])('a data source in %s is kept and named by the settings', async (file, options) => {
  const cwd = folderWith({ 'package.json': complete, 'tsconfig.json': {}, 'src/index.ts': '', [file]: 'as it was' })
  expect(await init({ cwd, ...options })).toMatchObject({
    created: ['src/migrations/', 'autogen.config.json'],
    kept: [file],
  })
  expect(readFileSync(join(cwd, file), 'utf8')).toBe('as it was')
  expect(JSON.parse(readFileSync(join(cwd, 'autogen.config.json'), 'utf8')).dataSource).toBe(file)
})

test('b98: a folder that is empty is used, and one that is not there is made', async () => {
  const cwd = folderWith({ 'package.json': complete })
  mkdirSync(join(cwd, 'db/migrations'), { recursive: true })
  expect(await init({ cwd, migrations: 'db/migrations' })).toMatchObject({ kept: ['db/migrations/'] })
  const other = folderWith({ 'package.json': complete })
  expect((await init({ cwd: other, migrations: 'deep/down' })).created).toContain('deep/down/')
  expect(JSON.parse(readFileSync(join(other, 'autogen.config.json'), 'utf8'))).toMatchObject({
    migrations: 'deep/down',
  })
})

test('b98: a folder that is there is kept', async () => {
  const cwd = folderWith({ 'package.json': complete, 'db/migrations/a.js': 'mine' })
  expect(await init({ cwd, migrations: 'db/migrations' })).toMatchObject({
    created: ['ormconfig.js', 'autogen.config.json'],
    kept: ['db/migrations/'],
  })
})

test.each([
  ['pg', /type: 'postgres',\n {2}url: process\.env\.DATABASE_URL,/, 'DATABASE_URL'],
  ['better-sqlite3', /type: 'better-sqlite3',\n {2}database: process\.env\.DATABASE_FILE/, 'DATABASE_FILE'],
  ['sqlite3', /type: 'sqlite',\n/, 'DATABASE_FILE'],
  ['sql.js', /type: 'sqljs',\n {2}location: .*\n {2}autoSave: true,/, 'DATABASE_FILE'],
])('the data source is for the driver that is installed: %s', async (driver, text, variable) => {
  const dependencies = { typeorm: '1', 'reflect-metadata': '0', [driver]: '1' }
  const cwd = folderWith({ 'package.json': { dependencies } })
  expect((await init({ cwd })).next[0]).toBe(
    `Look at ormconfig.js: it says where your database (${variable}) and your entities are.`,
  )
  expect(readFileSync(join(cwd, 'ormconfig.js'), 'utf8')).toMatch(text)
})

test('where there are revisions already no first one is asked for', async () => {
  const cwd = folderWith({ 'package.json': complete, 'migrations/3f2a_first.js': '' })
  expect((await init({ cwd })).next.at(-1)).toBe(
    'There are revisions already; see what differs from them:  npx autogen check',
  )
})

test.each([
  ["migrations: [__dirname + '/migrations/*{.ts,.js}']", true],
  ["migrations: ['dist/migrations/*.js']", true],
  ['migrations: [`${__dirname}/migrations/**/*.ts`]', true],
  ["migrations: ['src/typeorm/*.ts']", false],
  ['migrations: [First1700000000000]', false],
])('a data source that says %s would load our revisions: %p', async (says, isTold) => {
  const cwd = folderWith({
    'package.json': complete,
    'tsconfig.json': built,
    'src/data-source.ts': `export default new DataSource({ type: 'postgres', ${says} })`,
  })
  const { next } = await init({ cwd })
  expect(next.some((step) => step.startsWith('Take the folder of your revisions out of `migrations` in src'))).toBe(
    isTold,
  )
})

test('what is missing is named first', async () => {
  expect((await init({ cwd: folderWith({ 'package.json': {} }) })).next[0]).toBe(
    'Install what is missing:  npm install typeorm reflect-metadata pg',
  )
})

test.each([
  ['no package.json', {}, {}, /^There is no package\.json in /, /npm init -y/],
  ['a package.json that is no JSON', { 'package.json': '{' }, {}, /is not valid JSON/, /./],
  [
    'a data source that is not there',
    { 'package.json': complete },
    { dataSource: 'no.ts' },
    /^There is no file no\.ts in /,
    /-d/,
  ],
])('%s is refused, and nothing is written', async (_what, files, options, message, hint) => {
  const cwd = folderWith(files)
  await expect(init({ cwd, ...options })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  })
  expect(readdirSync(cwd)).toEqual(Object.keys(files))
})

function everyFile(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true, withFileTypes: true }) as import('node:fs').Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(name, 'utf8')]))
}
