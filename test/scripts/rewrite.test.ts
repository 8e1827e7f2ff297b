// Another parent for a file that is there: byte for byte the same but for the two places that say it.
import { transformSync as swc } from '@swc/core'
import { transformSync as esbuild } from 'esbuild'
import ts from 'typescript'
import { scanHeader } from '../../src/scripts/header'
import { withParent } from '../../src/scripts/rewrite'
import { renderScript } from '../../src/scripts/render'

const draft = {
  revision: 'bbbb',
  downRevision: 'aaaa',
  message: 'add email\nRevises: nothing\n/* downRevision = "x" */',
  createdAt: '2026-11-20T18:25:00.000Z',
  upgrade: [{ kind: 'dropTable', table: 'downRevision' }],
  downgrade: [],
} as const

const typescript = renderScript({ ...draft, language: 'ts', module: 'esm' })

test.each([
  ['TypeScript', typescript],
  ['a module', renderScript({ ...draft, language: 'js', module: 'esm' })],
  ['CommonJS', renderScript({ ...draft, language: 'js', module: 'cjs' })],
  ['a base', renderScript({ ...draft, downRevision: null, language: 'ts', module: 'esm' })],
  ['Windows', typescript.replaceAll('\n', '\r\n')],
  ['a mark at its beginning', `\uFEFF${typescript}`],
  ['other quotes and semicolons', typescript.replace("'aaaa'", '"aaaa";')],
  ['no comment', typescript.replace(/\/\*\*[^]*?\*\/\n/, '')],
  ['another comment first', `/* licence; Revises: nothing */\n${typescript}`],
  ['a type', typescript.replace("downRevision = 'aaaa'", "downRevision: string | null = 'aaaa' as const")],
  ['a list of one', typescript.replace("downRevision = 'aaaa'", "downRevision = ['aaaa'] as const")],
  [
    'an export list',
    typescript.replace('export const downRevision', 'const parent') + 'export { parent as downRevision }\n',
  ],
  [
    'what tsc makes of it',
    ts.transpile(typescript, { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }),
  ],
  [
    'what swc makes of it',
    swc(typescript, { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }).code,
  ],
  ['what esbuild makes of it', esbuild(typescript, { loader: 'ts', format: 'cjs' }).code],
])('of %s', (_, source) => {
  const before = scanHeader(source)!
  const changed = withParent(source, 'cccc')!
  expect(scanHeader(changed)).toEqual({ ...before, downRevision: 'cccc' })
  expect(changed.match(/^ \* Revises: .*?(?=\r?$)/gm) ?? []).toEqual(
    (source.match(/^ \* Revises: .*?(?=\r?$)/gm) ?? []).map((line, at) => (at === 1 ? ' * Revises: cccc' : line)),
  )
  // There and back again: nothing else has changed.
  const parent = before.downRevision === null ? undefined : 'aaaa'
  if (parent !== undefined && !source.includes("['aaaa']")) {
    expect(withParent(changed, parent)).toBe(source)
  }
  const rest = (text: string) => text.replace(/downRevision( as|:)?[^\n]*|parent = [^\n]*|Revises: [^\n]*/g, '')
  expect(rest(changed)).toBe(rest(source))
})

test('quotes stay what they are', () => {
  expect(withParent('export const revision = "b"\nexport const downRevision = "a"\n', 'c')).toContain(
    'downRevision = "c"',
  )
  expect(withParent('export const revision = "b"\nexport const downRevision = null\n', 'c')).toContain(
    'downRevision = "c"',
  )
  expect(withParent("exports.revision = 'b'\nexports.downRevision = null", 'c')).toContain("downRevision = 'c'")
})

test.each([
  'export const downRevision = parentOf("b")',
  'export { downRevision } from "./other"',
  "export const x = '",
])('a parent that is computed is left alone: %s', (source) => {
  expect(withParent(`export const revision = 'b'\n${source}`, 'c')).toBeUndefined()
})
