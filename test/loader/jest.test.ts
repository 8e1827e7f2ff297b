// The library inside jest as most projects run it: CommonJS, no flag, TypeScript by the project's own transform.
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { dist } from '../support/built'
import { freshFolder, install, writeFiles } from '../support/projects'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const root = join(__dirname, '../..')
const transforms = {
  '@swc/jest': {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  },
  'ts-jest': { diagnostics: false, tsconfig: { experimentalDecorators: true, emitDecoratorMetadata: true } },
}

test.each(Object.entries(transforms))(
  'with %s a TypeScript and a JavaScript file load through jest',
  async (transform, options) => {
    install(folder, ['typeorm', 'reflect-metadata', 'pg'])
    writeFiles(folder, {
      'package.json': {},
      'jest.config.js': `module.exports = {
      rootDir: ${JSON.stringify(folder)},
      transform: { '\\\\.ts$': [${JSON.stringify(require.resolve(transform))}, ${JSON.stringify(options)}] },
    }`,
      'entity.ts': `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      @Entity() export class Thing { @PrimaryGeneratedColumn() id: number; @Column() name: string }`,
      'data-source.ts': `
      import { DataSource } from 'typeorm'
      import { Thing } from './entity'
      export const mocked = typeof jest
      export default new DataSource({ type: 'postgres', entities: [Thing] })`,
      'plain.js': `module.exports = { revision: 'a1' }`,
      'load.test.js': `
      const { loadModule, registerLoader } = require(${JSON.stringify(join(dist, 'loader/register'))})
      test('loads', async () => {
        expect(await registerLoader({ projectDir: __dirname })).toBe('foreign')
        const source = await loadModule(__dirname + '/data-source.ts')
        expect(source.mocked).toBe('object')
        await source.default.buildMetadatas()
        expect(source.default.entityMetadatas[0].columns.map((column) => column.type)).toEqual([Number, String])
        expect(source.default.options.entities[0]).toBe(require('./entity').Thing)
        expect(await loadModule(__dirname + '/plain.js')).toEqual({ default: { revision: 'a1' }, revision: 'a1' })
      })`,
    })
    const jest = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js')
    const run = promisify(execFile)(process.execPath, [jest, '--no-cache', '--no-watchman'], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '', NODE_PATH: join(root, 'node_modules') },
    })
    const { stderr } = await run.catch((error: { stderr: string }) => error)
    expect(stderr).toContain('1 passed')
  },
  30_000,
)
