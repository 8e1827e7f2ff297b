import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, install, writeFiles, writeProject } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A loader of a project's own, which says so in every module. */
const ownLoader = `
  require.extensions['.ts'] = (module, file) => {
    module._compile("exports.loadedBy = 'own loader'", file)
  }`

test('a loader that is registered already is left alone', async () => {
  writeFiles(folder, { 'loader.js': ownLoader, 'file.ts': 'export const loadedBy: string = "autogen"' })
  const file = join(folder, 'file.ts')
  expect(await drive('exports', { file })).toEqual({ loadedBy: 'autogen' })
  const preloaded = await drive('exports', { file }, { execArgv: ['-r', join(folder, 'loader.js')] })
  expect(preloaded.loadedBy).toBe('own loader')
  const byEnvironment = await drive('exports', { file }, { nodeOptions: `--require ${join(folder, 'loader.js')}` })
  expect(byEnvironment.loadedBy).toBe('own loader')
})

test.each([
  ['the name of a loader', ['--import', 'tsx']],
  ['a file that registers one', ['--import=./register.mjs']],
])('a loader of modules, started by %s, is left alone', async (_, execArgv) => {
  // What stands for tsx registers a hook as the real one does; we can see its name, never its hooks.
  writeFiles(folder, {
    'node_modules/tsx/package.json': { name: 'tsx', type: 'module', exports: './index.js' },
    'node_modules/tsx/index.js': `import { register } from 'node:module'\nregister('./hooks.js', import.meta.url)`,
    'node_modules/tsx/hooks.js': `
      export const load = (url, context, next) =>
        url.endsWith('.ts') ? { format: 'module', source: 'export const loadedBy = "tsx"', shortCircuit: true } : next(url, context)`,
    'register.mjs': `import 'tsx'`,
    'package.json': { type: 'module' },
    'file.ts': 'export const loadedBy: string = "autogen"',
  })
  expect(await drive('exports', { file: join(folder, 'file.ts') }, { execArgv, cwd: folder })).toEqual({
    loadedBy: 'tsx',
  })
})

test('a preload that is no loader does not keep ours away', async () => {
  writeFiles(folder, {
    'instrument.js': 'globalThis.instrumented = true',
    'file.ts': 'export const seen: boolean = globalThis.instrumented',
  })
  const file = join(folder, 'file.ts')
  expect(await drive('exports', { file }, { execArgv: ['-r', join(folder, 'instrument.js')] })).toEqual({ seen: true })
})

test('modules asked for are loaded first, found from the project', async () => {
  writeFiles(folder, {
    'node_modules/first/index.js': 'globalThis.order = ["first"]',
    'second.mjs': 'globalThis.order.push("second")',
    'file.ts': 'export const order: string[] = globalThis.order',
  })
  const register = { projectDir: folder, require: ['first', './second.mjs'] }
  expect(await drive('exports', { file: join(folder, 'file.ts'), register })).toEqual({ order: ['first', 'second'] })
})

test('a loader asked for by name loads, and ours does not', async () => {
  writeFiles(folder, { 'loader.js': ownLoader, 'src/file.ts': 'export const loadedBy: string = "autogen"' })
  const register = { projectDir: folder, loader: './loader.js' }
  const answer = await drive('exports', { file: join(folder, 'src/file.ts'), register })
  expect(answer.loadedBy).toBe('own loader')
})

test('loader none leaves TypeScript to Node', async () => {
  writeFiles(folder, { 'file.ts': 'export enum Word { A }' })
  const { failed } = await drive('exports', {
    file: join(folder, 'file.ts'),
    register: { projectDir: folder, loader: 'none' },
  })
  expect(failed?.stack).toBeDefined()
})

test('a module asked for that is not installed is named', async () => {
  writeFiles(folder, { 'file.ts': 'export {}' })
  const register = { projectDir: folder, require: ['left-out'] }
  const { failed } = await drive('exports', { file: join(folder, 'file.ts'), register })
  expect(failed).toMatchObject({
    code: 'preload-not-found',
    exitCode: 2,
    module: 'left-out',
    hint: expect.stringContaining('npm install -D left-out'),
  })
})

test('a data source of JavaScript may name entities of TypeScript', async () => {
  install(folder)
  writeFiles(folder, {
    'ormconfig.js': `
      const { DataSource } = require('typeorm')
      module.exports = new DataSource({ type: 'postgres', entities: [__dirname + '/entities/*.ts'] })`,
    'entities/thing.ts': `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      @Entity() export class Thing { @PrimaryGeneratedColumn() id: number; @Column() name: string }`,
  })
  expect((await drive('columns', { file: join(folder, 'ormconfig.js') })).columns).toEqual({
    'Thing.id': 'integer',
    'Thing.name': 'character varying',
  })
})

test('every call is told who loads TypeScript here', async () => {
  const { dataSource } = writeProject('module', 'plain', folder)
  expect((await drive('columns', { file: dataSource, register: { projectDir: folder } })).choice).toBe('built-in')
})
