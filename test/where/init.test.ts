// What `init` says of a build is what the build does: each compiled file it names is there once tsc has run.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { init } from '../../src/index'
import { installed, link, tsc, type InstalledProject } from './installed'

jest.setTimeout(60_000)

const cleanUps: (() => unknown)[] = []
afterAll(() => {
  for (const cleanUp of cleanUps.reverse()) cleanUp()
})

test.each([
  ['rootDir: src', { rootDir: 'src', outDir: 'dist' }, 'dist/data-source.js'],
  ['rootDir: .', { rootDir: '.', outDir: 'dist' }, 'dist/src/data-source.js'],
  ['another outDir', { rootDir: './src', outDir: './build/out' }, 'build/out/data-source.js'],
  ['a composite project', { composite: true, outDir: 'dist' }, 'dist/src/data-source.js'],
])('%s', async (_name, options, compiled) => {
  const made = project(options)
  await init({ cwd: made.folder })
  expect(settings(made)).toEqual({
    dataSource: { source: 'src/data-source.ts', compiled },
    migrations: { source: 'src/migrations', compiled: compiled.replace('data-source.js', 'migrations') },
  })
  tsc(made)
  expect(existsSync(join(made.folder, compiled))).toBe(true)
})

test('without a build the settings name sources alone', async () => {
  const made = project({ noEmit: true })
  await init({ cwd: made.folder })
  expect(settings(made)).toEqual({ dataSource: 'src/data-source.ts', migrations: 'src/migrations' })
})

test('a second time everything is kept', async () => {
  const made = project({ rootDir: 'src', outDir: 'dist' })
  const { created } = await init({ cwd: made.folder })
  expect(created).toEqual(['src/data-source.ts', 'src/migrations/', 'autogen.config.json'])
  expect(await init({ cwd: made.folder })).toMatchObject({ created: [], kept: created })
})

test('settings in package.json are settings: what they name is made, and nothing beside them', async () => {
  const made = project({ rootDir: 'src', outDir: 'dist' })
  const manifest = JSON.stringify({
    name: 'project',
    private: true,
    dependencies: { typeorm: '*', pg: '*' },
    autogen: { dataSource: { source: 'src/db.ts', compiled: 'dist/db.js' }, migrations: 'db/migrations' },
  })
  made.write('package.json', manifest)
  expect(await init({ cwd: made.folder })).toMatchObject({
    created: ['src/db.ts', 'db/migrations/'],
    kept: ['package.json'],
  })
  expect(made.read('package.json')).toBe(manifest)
})

test('where settings name no place, it is made where commands look for it', async () => {
  const made = project({ rootDir: 'src', outDir: 'dist' })
  made.write('autogen.config.json', '{ "lockTimeout": 5 }')
  expect((await init({ cwd: made.folder })).created).toEqual(['ormconfig.ts', 'migrations/'])
})

test('settings that cannot be read are refused, and nothing is made', async () => {
  const made = project({ rootDir: 'src', outDir: 'dist' })
  made.write('autogen.config.json', '{ "migration": "oops" }')
  const before = made.files()
  await expect(init({ cwd: made.folder })).rejects.toMatchObject({ code: 'invalid-settings' })
  expect(made.files()).toEqual(before)
})

function project(options: object): InstalledProject {
  const made = installed({
    'package.json': JSON.stringify({ name: 'project', private: true, dependencies: { typeorm: '*', pg: '*' } }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: { target: 'es2022', module: 'nodenext', skipLibCheck: true, types: ['node'], ...options },
    }),
    'src/main.ts': 'export const started = true\n',
  })
  link(made, '@types/node')
  cleanUps.push(made.remove)
  return made
}

function settings(made: InstalledProject): unknown {
  return JSON.parse(made.read('autogen.config.json'))
}
