import { transformSync as swc } from '@swc/core'
import { transformSync as esbuild } from 'esbuild'
import ts from 'typescript'
import { scanHeader, type Header } from '../../src/scripts/header'

const comment =
  '/**\n * add email\n *\n * Revision: a1b2\n * Revises: 9f8e\n * Created: 2026-11-20T18:25:00.000Z\n */\n'

const sources: { name: string; source: string; header: Header }[] = [
  {
    name: 'a revision with a parent',
    source: `
export const revision = 'a1b2c3d4e5f6'
export const downRevision = '9f8e7d6c5b4a'
export function upgrade(op: Op) { op.addColumn('user', { name: 'email', type: 'text' }) }
export function downgrade(op: Op) { op.dropColumn('user', 'email') }`,
    header: { revision: 'a1b2c3d4e5f6', downRevision: '9f8e7d6c5b4a' },
  },
  {
    name: 'a base, with a type written down',
    source: `
export const revision: string = "a1"
export const downRevision: string | null = null
export async function upgrade(op: Op) { await op.query(\`SELECT '\${1 + 1}'\`) }`,
    header: { revision: 'a1', downRevision: null },
  },
  {
    name: 'a merge with labels and dependencies',
    source: `
export const revision = 'm1'
export const downRevision = ['c1', 'c2'] as const
export const branchLabels: readonly string[] = ['billing', 'shop']
export const dependsOn = 'x1'
export const transaction = false
export const upgrade = () => {}`,
    header: { revision: 'm1', downRevision: ['c1', 'c2'], branchLabels: ['billing', 'shop'], dependsOn: 'x1' },
  },
  {
    name: 'one export list at the end, under other names',
    source: `
const id = \`a1\`, parent = null
let label = 'x'
export { id as revision, parent as downRevision, label as branchLabels, upgrade }
function upgrade() {}`,
    header: { revision: 'a1', downRevision: null, branchLabels: 'x' },
  },
  {
    name: 'text that looks like exports where there are none',
    source: `
// export const revision = 'comment'
const sql = "export const revision = 'string'"
const quote = /export const revision = 'regex['"]/g
const many = \`
export const revision = 'template'
\${{ revision: 'x' }.revision}\`
export const revision = 'real'
export const downRevision = null
export function upgrade(op: Op) {
  const revision = 'inner'
  const exports = { revision: 'shadow' }
  exports.revision = 'shadow'
  op.execute(sql + quote + many + revision + 4 / 2)
}`,
    header: { revision: 'real', downRevision: null },
  },
]

const tsc = (module: ts.ModuleKind) => (source: string) =>
  ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText
const swcTo = (type: 'commonjs' | 'es6', minify: boolean) => (source: string) =>
  swc(source, {
    swcrc: false,
    module: { type },
    minify,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript' },
      ...(minify ? { minify: { mangle: true, compress: true } } : {}),
    },
  }).code
const esbuildTo = (format: 'cjs' | 'esm', minify: boolean) => (source: string) =>
  esbuild(source, { loader: 'ts', format, minify }).code

const compilers: [string, (source: string) => string][] = [
  ['TypeScript itself', (source) => source],
  ['tsc to CommonJS', tsc(ts.ModuleKind.CommonJS)],
  ['tsc to ESM', tsc(ts.ModuleKind.ES2022)],
  ['swc to CommonJS', swcTo('commonjs', false)],
  ['swc to ESM', swcTo('es6', false)],
  ['swc to CommonJS, minified', swcTo('commonjs', true)],
  ['swc to ESM, minified', swcTo('es6', true)],
  ['esbuild to CommonJS', esbuildTo('cjs', false)],
  ['esbuild to ESM', esbuildTo('esm', false)],
  ['esbuild to CommonJS, minified', esbuildTo('cjs', true)],
  ['esbuild to ESM, minified', esbuildTo('esm', true)],
]

describe.each(compilers)('the header in %s', (_, compile) => {
  test.each(sources)('$name', ({ source, header }) => {
    expect(scanHeader(compile(source))).toEqual(header)
  })
})

test('tsc to CommonJS first writes void 0 everywhere, as this test relies on', () => {
  expect(tsc(ts.ModuleKind.CommonJS)(sources[0]!.source)).toContain('exports.downRevision = exports.revision = void 0')
})

test.each<[string, string, Header]>([
  [
    'module.exports',
    "module.exports = { revision: 'a', downRevision: null, upgrade(op) { op.x({ revision: 'b' }) } }",
    { revision: 'a', downRevision: null },
  ],
  [
    'module.exports of variables',
    "const revision = 'a'\nconst downRevision = ['b']\nmodule.exports = { revision, downRevision, upgrade: (op) => {} }",
    { revision: 'a', downRevision: ['b'] },
  ],
  [
    'exports',
    "'use strict'\nexports.revision = 'a'\nexports['downRevision'] = 'b'\nexports.upgrade = (op) => {}",
    { revision: 'a', downRevision: 'b' },
  ],
  [
    'a default export',
    "export default { revision: 'a', downRevision: null, async upgrade(op) {}, transaction: false }",
    { revision: 'a', downRevision: null },
  ],
  [
    'escapes',
    "export const revision = '\\x61\\u0062\\u{63}'\nexport const downRevision = null",
    { revision: 'abc', downRevision: null },
  ],
  [
    'Windows line ends',
    "#!/usr/bin/env node\r\nexport const revision = 'a'\r\nexport const downRevision = null\r\n",
    { revision: 'a', downRevision: null },
  ],
])('the header in hand-written JavaScript: %s', (_, source, header) => {
  expect(scanHeader(source)).toEqual(header)
})

test('message and date are read from the comment that a generated file opens with', () => {
  const [first] = sources
  const header = { ...first!.header, message: 'add email', createdAt: '2026-11-20T18:25:00.000Z' }
  expect(scanHeader(comment + first!.source)).toEqual(header)
  expect(scanHeader(tsc(ts.ModuleKind.CommonJS)(comment + first!.source))).toEqual(header)
  expect(scanHeader(swcTo('commonjs', false)(comment + first!.source))).toEqual(header)
})

test('exports of message and date win over the comment', () => {
  const source = `${comment}export const revision = 'a', downRevision = null\nexport const message = 'mine', createdAt = 'then'`
  expect(scanHeader(source)).toEqual({ revision: 'a', downRevision: null, message: 'mine', createdAt: 'then' })
})

test.each([
  ['a computed id', "export const revision = 'a' + 'b'\nexport const downRevision = null"],
  ['an id from a call', "export const revision = ['a'].join()\nexport const downRevision = null"],
  ['an id on two lines', "export const revision = 'a'\n  .trim()\nexport const downRevision = null"],
  [
    'an id of another module',
    "import { id } from './ids'\nexport { id as revision }\nexport const downRevision = null",
  ],
  ['exports of another file', "export { revision, downRevision } from './other'"],
  ['a template with a substitution', 'export const revision = `a${1}`\nexport const downRevision = null'],
  [
    'a computed label',
    "export const revision = 'a'\nexport const downRevision = null\nexport const branchLabels = labels()",
  ],
  ['no id', 'export const downRevision = null'],
  ['no parent', "export const revision = 'a'"],
  ['nothing', ''],
  ['a string that does not end', "export const revision = 'a"],
  ['a comment that does not end', "export const revision = 'a'\nexport const downRevision = null /* "],
  ['a template that does not end', "export const revision = 'a'\nexport const downRevision = null\nconst x = `${`}`"],
])('what cannot be read without running it is left: %s', (_, source) => {
  expect(scanHeader(source)).toBeUndefined()
})
