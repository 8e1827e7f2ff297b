import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, writeFiles } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const named = { revision: 'a1', downRevision: null }
const modules: readonly (readonly [string, string, object])[] = [
  ['a.ts', `export const revision: string = 'a1'\nexport const downRevision = null`, named],
  ['a.ts', `export default 'x' as string\nexport const revision = 'a1'`, { default: 'x', revision: 'a1' }],
  ['a.mts', `export const revision: string = 'a1'\nexport const downRevision = null`, named],
  ['a.cts', `export const revision: string = 'a1'\nexport const downRevision = null`, named],
  ['a.cts', `export default 'x' as string\nexport const revision = 'a1'`, { default: 'x', revision: 'a1' }],
  ['a.cts', `export = { revision: 'a1' }`, { default: { revision: 'a1' }, revision: 'a1' }],
  ['a.js', `exports.revision = 'a1'; exports.downRevision = null`, { ...named, default: named }],
  ['a.js', `module.exports = { ['rev' + 'ision']: 'a1' }`, { default: { revision: 'a1' }, revision: 'a1' }],
  ['a.js', `module.exports = () => 'called'`, { default: 'called' }],
  ['a.js', `module.exports = new (class Source { name = 'x' })()`, { default: { name: 'x' } }],
  [
    'a.js',
    `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'x'; exports.revision = 'a1'`,
    { default: 'x', revision: 'a1' },
  ],
  ['a.cjs', `exports.revision = 'a1'; exports.downRevision = null`, { ...named, default: named }],
  ['a.mjs', `export const revision = 'a1', downRevision = null`, named],
  ['a.mjs', `export default { revision: 'a1' }`, { default: { revision: 'a1' } }],
  ['a.json', `{ "revision": "a1", "downRevision": null }`, { ...named, default: named }],
  ['a.json', `["a"]`, { default: ['a'] }],
]

test('however a module is written, its exports have one shape', async () => {
  const files = modules.map(([name, source], index) => {
    writeFiles(folder, { [`${index}/${name}`]: source })
    return join(folder, `${index}/${name}`)
  })
  const { all } = await drive('exportsOfAll', { files })
  const shapes = (exports: readonly unknown[]) =>
    modules.map(([name, source], index) => ({ name, source, exports: exports[index] }))
  expect(shapes(all as unknown[])).toEqual(shapes(modules.map(([, , exports]) => exports)))
})

test('a module of TypeScript may await at its top', async () => {
  writeFiles(folder, {
    'package.json': { type: 'module' },
    'a.ts': `export const a: number = await Promise.resolve(1)`,
  })
  expect(await drive('exports', { file: join(folder, 'a.ts') })).toEqual({ a: 1 })
})

test('a file that throws fails with what it threw', async () => {
  writeFiles(folder, { 'a.ts': `throw new TypeError('no such setting')` })
  expect((await drive('exports', { file: join(folder, 'a.ts') })).failed).toMatchObject({
    name: 'TypeError',
    message: 'no such setting',
  })
})

// Node 20 would otherwise end the process a second time, past everybody's catch.
test('a module whose CommonJS package throws fails once', async () => {
  writeFiles(folder, {
    'package.json': { type: 'module' },
    'node_modules/fails/package.json': { exports: { import: './index.mjs', require: './index.js' } },
    'node_modules/fails/index.mjs': `import fails from './index.js'\nexport const a = fails.a`,
    'node_modules/fails/index.js': `require('./deeper.js')`,
    'node_modules/fails/deeper.js': `throw new Error('boom')`,
    'a.ts': `import { a } from 'fails'\nexport default a`,
  })
  expect((await drive('exports', { file: join(folder, 'a.ts') })).failed?.message).toBe('boom')
})
