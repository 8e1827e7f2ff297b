// What a tsconfig.json changes in how a file resolves and runs.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, writeFiles } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function exportsOf(file: string, register?: object): Promise<object> {
  const answer = await drive('exports', { file: join(folder, file), ...(register ? { register } : {}) })
  expect(answer.failed?.message).toBeUndefined()
  return answer
}

/** Writes a folder per case and returns what the `a.ts` of each exports, all from one process. */
async function exportsOfEach(
  cases: object,
  type: object,
  filesOf: (key: string) => Record<string, string>,
): Promise<object> {
  const files = Object.keys(cases).map((key, index) => {
    writeFiles(join(folder, `case${index}`), { 'package.json': type, ...filesOf(key) })
    return join(folder, `case${index}/a.ts`)
  })
  const { all, failed } = await drive('exportsOfAll', { files })
  expect(failed?.message).toBeUndefined()
  return Object.fromEntries(Object.keys(cases).map((key, index) => [key, (all as object[])[index]]))
}

/** A library that is a function, without a default export, as many older packages are. */
const callable = { 'node_modules/callable/index.js': `module.exports = () => 'called'` }

const formats = [{}, { type: 'module' }]

describe.each(formats)('in a package of %j', (type) => {
  test('paths lead to files and folders, in the order given, and fall back to packages', async () => {
    writeFiles(folder, {
      'package.json': type,
      'tsconfig.json': {
        compilerOptions: {
          paths: { '@lib/*': ['./missing/*', './lib/*'], only: ['./lib/file.ts'], callable: ['./types/callable.d.ts'] },
        },
      },
      'types/callable.d.ts': '',
      'lib/file.ts': 'export const file = "file"',
      'lib/folder/index.ts': 'export const index = "index"',
      'a.ts': `
        export { file } from '@lib/file'
        export { index } from '@lib/folder'
        export { file as only } from 'only'
        export { default as callable } from 'callable'`,
      ...callable,
    })
    expect(await exportsOf('a.ts')).toEqual({ file: 'file', index: 'index', only: 'file', callable: 'called' })
  })

  test('a base url is a path for everything', async () => {
    writeFiles(folder, {
      'package.json': type,
      'tsconfig.json': '{ "compilerOptions": { "baseUrl": "./src", /* as many have it */ } }',
      'src/entities/user.ts': 'export const user = 1',
      'src/a.ts': `export { user } from 'entities/user'`,
    })
    expect(await exportsOf('src/a.ts')).toEqual({ user: 1 })
  })

  test('settings come from what the file extends, and from the project that has the file', async () => {
    writeFiles(folder, {
      'package.json': type,
      'tsconfig.json': { files: [], references: [{ path: './tsconfig.node.json' }, { path: './tsconfig.app.json' }] },
      'tsconfig.base.json': { compilerOptions: { paths: { '@app/*': ['./src/*'] } } },
      'tsconfig.app.json': { extends: './tsconfig.base.json', include: ['src'] },
      'tsconfig.node.json': { include: ['scripts'] },
      'src/b.ts': 'export const b = 1',
      'src/a.ts': `export { b } from '@app/b'`,
    })
    expect(await exportsOf('src/a.ts')).toEqual({ b: 1 })
  })

  test('another tsconfig may be named', async () => {
    writeFiles(folder, {
      'package.json': type,
      'tsconfig.server.json': { compilerOptions: { paths: { '@app/*': ['./src/*'] } } },
      'src/b.ts': 'export const b = 1',
      'src/a.ts': `export { b } from '@app/b'`,
    })
    expect(await exportsOf('src/a.ts', { projectDir: folder, tsconfig: 'tsconfig.server.json' })).toEqual({ b: 1 })
  })

  test('each package of a workspace follows its own tsconfig', async () => {
    writeFiles(folder, {
      'package.json': type,
      'one/package.json': type,
      'one/tsconfig.json': { compilerOptions: { paths: { '@here/*': ['./*'] } } },
      'one/name.ts': `export const name = 'one'`,
      'one/a.ts': `export { name } from '@here/name'\nexport { name as other } from '../two/a'`,
      'two/package.json': type,
      'two/tsconfig.json': { compilerOptions: { paths: { '@here/*': ['./*'] } } },
      'two/name.ts': `export const name = 'two'`,
      'two/a.ts': `export { name } from '@here/name'`,
    })
    expect(await exportsOf('one/a.ts')).toEqual({ name: 'one', other: 'two' })
  })

  test('an import says its file in many ways', async () => {
    const ways = {
      './b => b.ts': {},
      './b.js => b.ts': {},
      './b.ts => b.ts': {},
      './b.mjs => b.mts': {},
      './b.entity => b.entity.ts': {},
      './b => b/index.ts': {},
      './b/index.js => b/index.ts': {},
      './b => b.tsx': {},
    }
    expect(
      await exportsOfEach(ways, type, (way) => {
        const [specifier, file = ''] = way.split(' => ')
        return { [file]: 'export const b: number = 1', 'a.ts': `export { b } from '${specifier}'` }
      }),
    ).toEqual(Object.fromEntries(Object.keys(ways).map((way) => [way, { b: 1 }])))
  })

  test('beside its own compiled output a source finds sources', async () => {
    writeFiles(folder, {
      'package.json': type,
      'b.ts': `export const b: string = 'source'`,
      'b.js': `throw new Error('stale')`,
      'a.ts': `export { b } from './b'\nexport { b as again } from './b.js'`,
    })
    expect(await exportsOf('a.ts')).toEqual({ b: 'source', again: 'source' })
  })

  test('a field without a value is defined where tsc defines it', async () => {
    const defined = {
      '{"target":"es2022"}': true,
      '{"target":"esnext"}': true,
      '{"target":"es2021"}': false,
      '{"target":"es2022","useDefineForClassFields":false}': false,
      '{"target":"es2020","useDefineForClassFields":true}': true,
      '{}': false,
    }
    const exports = await exportsOfEach(defined, type, (compilerOptions) => ({
      'tsconfig.json': `{ "compilerOptions": ${compilerOptions} }`,
      'a.ts': `class A { field?: string }\nexport const defined = 'field' in new A()`,
    }))
    expect(exports).toEqual(Object.fromEntries(Object.entries(defined).map(([key, defined]) => [key, { defined }])))
  })
})

test.each([
  [{ esModuleInterop: true }, `import callable from 'callable'`],
  [{ module: 'nodenext' }, `import callable from 'callable'`],
  [{ module: 'commonjs' }, `import callable from 'callable'`],
  [{ esModuleInterop: false }, `import * as callable from 'callable'`],
])('in CommonJS with %j `%s` can be called', async (compilerOptions, statement) => {
  writeFiles(folder, {
    'tsconfig.json': { compilerOptions },
    'a.ts': `${statement}\nexport const result = callable()`,
    ...callable,
  })
  expect(await exportsOf('a.ts')).toEqual({ result: 'called' })
})

test('in CommonJS import() becomes require() where tsc would write it', async () => {
  const source = `export const get = async () => 0\nexport const kind = import('./b').then((b) => b.default)`
  for (const [module, expected] of [
    ['commonjs', 'b'],
    ['nodenext', { default: 'b' }],
  ] as const) {
    writeFiles(folder, {
      'tsconfig.json': { compilerOptions: { module } },
      'a.ts': source,
      'b.ts': `export default 'b'`,
    })
    expect(await drive('awaited', { file: join(folder, 'a.ts'), name: 'kind' })).toEqual({ value: expected })
  }
})

test('JavaScript of the project finds TypeScript where there is no JavaScript', async () => {
  writeFiles(folder, {
    'tsconfig.json': { compilerOptions: { paths: { '@app/*': ['./src/*'] } } },
    'src/b.ts': `exports.b = 'b.ts'`,
    'src/c.ts': `exports.c = 'c.ts'`,
    'src/c.js': `exports.c = 'c.js'`,
    'middle.js': `module.exports = { ...require('@app/b'), ...require('./src/c') }`,
    'a.ts': `export const all = require('./middle')`,
  })
  expect(await exportsOf('a.ts')).toEqual({ all: { b: 'b.ts', c: 'c.js' } })
})
