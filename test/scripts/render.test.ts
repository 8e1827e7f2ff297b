import { transformSync } from '@swc/core'
import { fc } from '../support/laws'
import { freshFolder } from '../support/projects'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { format } from 'prettier'
import type { Intent, IntentKind } from '../../src/operations/intent'
import { signatures } from '../../src/operations/signatures'
import { scanHeader } from '../../src/scripts/header'
import { codeOf } from '../../src/scripts/literal'
import { renderScript, type Call, type ScriptDraft } from '../../src/scripts/render'

const addEmail: ScriptDraft = {
  revision: 'a1b2c3d4e5f6',
  downRevision: '9f8e7d6c5b4a',
  message: 'add email',
  createdAt: '2026-11-20T18:25:00.000Z',
  upgrade: [
    { kind: 'addColumn', table: 'user', column: { name: 'email', type: 'varchar(255)' } },
    { kind: 'createIndex', table: 'user', index: { name: 'IDX_user_email', columns: ['email'], unique: true } },
  ],
  downgrade: [
    { kind: 'dropIndex', table: 'user', name: 'IDX_user_email' },
    { kind: 'dropColumn', table: 'user', name: 'email' },
  ],
  language: 'ts',
  module: 'esm',
}

test('a revision in TypeScript', () => {
  expect(renderScript(addEmail)).toMatchInlineSnapshot(`
   "/**
    * add email
    *
    * Revision: a1b2c3d4e5f6
    * Revises: 9f8e7d6c5b4a
    * Created: 2026-11-20T18:25:00.000Z
    */

   import type { Op } from 'typeorm-autogen'

   export const revision = 'a1b2c3d4e5f6'
   export const downRevision = '9f8e7d6c5b4a'

   export function upgrade(op: Op) {
     op.addColumn('user', { name: 'email', type: 'varchar(255)' })
     op.createIndex('user', { name: 'IDX_user_email', columns: ['email'], unique: true })
   }

   export function downgrade(op: Op) {
     op.dropIndex('user', 'IDX_user_email')
     op.dropColumn('user', 'email')
   }
   "
  `)
})

test('a revision in CommonJS', () => {
  expect(renderScript({ ...addEmail, language: 'js', module: 'cjs' })).toMatchInlineSnapshot(`
   "/**
    * add email
    *
    * Revision: a1b2c3d4e5f6
    * Revises: 9f8e7d6c5b4a
    * Created: 2026-11-20T18:25:00.000Z
    */

   exports.revision = 'a1b2c3d4e5f6'
   exports.downRevision = '9f8e7d6c5b4a'

   /** @param {import('typeorm-autogen').Op} op */
   exports.upgrade = function (op) {
     op.addColumn('user', { name: 'email', type: 'varchar(255)' })
     op.createIndex('user', { name: 'IDX_user_email', columns: ['email'], unique: true })
   }

   /** @param {import('typeorm-autogen').Op} op */
   exports.downgrade = function (op) {
     op.dropIndex('user', 'IDX_user_email')
     op.dropColumn('user', 'email')
   }
   "
  `)
})

test('a revision in an ESM project of plain JavaScript', () => {
  expect(renderScript({ ...addEmail, language: 'js', module: 'esm' })).toMatchInlineSnapshot(`
   "/**
    * add email
    *
    * Revision: a1b2c3d4e5f6
    * Revises: 9f8e7d6c5b4a
    * Created: 2026-11-20T18:25:00.000Z
    */

   export const revision = 'a1b2c3d4e5f6'
   export const downRevision = '9f8e7d6c5b4a'

   /** @param {import('typeorm-autogen').Op} op */
   export function upgrade(op) {
     op.addColumn('user', { name: 'email', type: 'varchar(255)' })
     op.createIndex('user', { name: 'IDX_user_email', columns: ['email'], unique: true })
   }

   /** @param {import('typeorm-autogen').Op} op */
   export function downgrade(op) {
     op.dropIndex('user', 'IDX_user_email')
     op.dropColumn('user', 'email')
   }
   "
  `)
})

test('a table, another table in a schema, notes, a refusal', () => {
  expect(
    renderScript({
      ...addEmail,
      downRevision: null,
      branchLabels: ['shop'],
      dependsOn: ['x1', 'x2'],
      upgrade: [
        {
          kind: 'createTable',
          table: {
            name: 'order',
            columns: [
              { name: 'id', type: 'integer', identity: 'SERIAL' },
              { name: 'note', type: 'text', nullable: true, default: "it's" },
              { name: 'made', type: 'timestamptz', default: { sql: 'now()' } },
            ],

            primaryKey: ['id'],
          },
        },
        { kind: 'dropColumn', table: { schema: 'audit', name: 'log' }, name: 'old' },
        { kind: 'dropTable', table: 'tag' },
        { kind: 'execute', sql: 'UPDATE "order" SET note = $1', parameters: ['x'] },
      ],

      downgrade: { irreversible: "tag's rows are gone" },
      notes: [
        { intent: 1, text: 'destructive: drops a column\nand its data' },
        { intent: 2, text: 'destructive: drops a table */ and its data' },
      ],
    }),
  ).toMatchInlineSnapshot(`
   "/**
    * add email
    *
    * Revision: a1b2c3d4e5f6
    * Revises: base
    * Created: 2026-11-20T18:25:00.000Z
    */

   import type { Op } from 'typeorm-autogen'

   export const revision = 'a1b2c3d4e5f6'
   export const downRevision = null
   export const branchLabels = 'shop'
   export const dependsOn = ['x1', 'x2']

   export function upgrade(op: Op) {
     op.createTable({
       name: 'order',
       columns: [
         { name: 'id', type: 'integer', identity: 'SERIAL' },
         { name: 'note', type: 'text', nullable: true, default: "it's" },
         { name: 'made', type: 'timestamptz', default: { sql: 'now()' } },
       ],
       primaryKey: ['id'],
     })

     // destructive: drops a column and its data
     op.dropColumn({ schema: 'audit', name: 'log' }, 'old')

     // destructive: drops a table */ and its data
     op.dropTable('tag')

     op.execute('UPDATE "order" SET note = $1', ['x'])
   }

   export function downgrade(op: Op) {
     op.irreversible("tag's rows are gone")
   }
   "
  `)
})

test('a blank revision invites to write', () => {
  const source = renderScript({ ...addEmail, upgrade: [], downgrade: [] })
  expect(source.slice(source.indexOf('export function'))).toMatchInlineSnapshot(`
   "export function upgrade(op: Op) {
     // Write here what this revision does, such as op.execute('UPDATE ...').
     void op
   }

   export function downgrade(op: Op) {
     // Write here what takes it back, or say why nothing can: op.irreversible('...').
     void op
   }
   "
  `)
})

test('what is written compiles in the strictest of projects', () => {
  const filled: Call = {
    kind: 'batched',
    batch: { table: 'user', set: { email: codeOf("op.fillIn('user.email')") }, where: 'email IS NULL' },
  }
  const drafts: Partial<ScriptDraft>[] = [
    {},
    { upgrade: [], downgrade: [] },
    { downgrade: [] },
    { upgrade: [], downgrade: { irreversible: 'no' } },
    { upgrade: [], downgrade: [], downRevision: ['c1', 'c2'] },
    { upgrade: [filled], branchLabels: 'shop', dependsOn: ['x1'], renames: { 'user.name': 'fullName', old: null } },
  ]
  const unused = "import type { Op } from 'typeorm-autogen'\nexport function upgrade(op: Op) {}\n"
  expect(complaints([...drafts.map((draft) => renderScript({ ...addEmail, ...draft })), unused])).toEqual([
    `${drafts.length}: 'op' is declared but its value is never read.`,
  ])
})

test('a merge has nothing to do', () => {
  const source = renderScript({ ...addEmail, downRevision: ['c1', 'c2', 'c3'], upgrade: [], downgrade: [] })
  expect(source.slice(source.indexOf('*/\n') + 3)).toMatchInlineSnapshot(`
   "
   export const revision = 'a1b2c3d4e5f6'
   export const downRevision = ['c1', 'c2', 'c3']

   export function upgrade() {
     // Nothing to do: this brings c1, c2 and c3 together.
   }

   export function downgrade() {
     // Nothing to undo.
   }
   "
  `)
})

test.each<Pick<ScriptDraft, 'language' | 'module'>>([
  { language: 'ts', module: 'esm' },
  { language: 'js', module: 'esm' },
  { language: 'js', module: 'cjs' },
])('prettier with the settings of the house leaves a rendered file as it is: %j', async (shape) => {
  const source = renderScript({ ...addEmail, ...shape })
  const parser = shape.language === 'ts' ? 'typescript' : 'babel'
  expect(await format(source, { parser, semi: false, singleQuote: true, printWidth: 120 })).toBe(source)
})

const messages = [
  'quotes \' " ` and \\ backslashes',
  'two\nlines and\n\na paragraph',
  'ends the comment */ and begins another /*',
  'rockets 🚀🚀 and ${templates}',
  'Revision: not this one\nCreated: never',
  'word '.repeat(1000).trim(),
  'x'.repeat(5000),
]

describe.each(messages)('the message %.40j', (message) => {
  test.each<Pick<ScriptDraft, 'language' | 'module'>>([
    { language: 'ts', module: 'esm' },
    { language: 'js', module: 'cjs' },
  ])('is read back from %j', (shape) => {
    const source = renderScript({ ...addEmail, ...shape, message })
    expect(scanHeader(source)).toEqual({
      revision: 'a1b2c3d4e5f6',
      downRevision: '9f8e7d6c5b4a',
      message,
      createdAt: '2026-11-20T18:25:00.000Z',
    })
    expect(run(source).upgrade).toEqual(addEmail.upgrade)
  })

  test('is read back from what tsc makes of it', () => {
    const source = renderScript({ ...addEmail, message })
    const compiled = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS } }).outputText
    expect(scanHeader(compiled)?.message).toBe(message)
  })
})

test('lines of a long message are wrapped', () => {
  const source = renderScript({ ...addEmail, message: 'word '.repeat(1000) })
  expect(Math.max(...source.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
})

/** Runs a rendered file with an `op` that notes what is said to it. */
function run(source: string): { exports: Record<string, unknown>; upgrade: Intent[]; downgrade: Intent[] } {
  const { code } = transformSync(source, {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  })
  const exports: Record<string, unknown> = {}
  new Function('exports', code)(exports)
  return { exports, upgrade: record(exports.upgrade), downgrade: record(exports.downgrade) }
}

function record(script: unknown): Intent[] {
  const intents: Intent[] = []
  const noting =
    (kind: IntentKind) =>
    (...values: unknown[]) => {
      const named = signatures[kind].flatMap((name, at) => (values[at] === undefined ? [] : [[name, values[at]]]))
      intents.push({ kind, ...Object.fromEntries(named) } as Intent)
    }
  const op = Object.fromEntries((Object.keys(signatures) as IntentKind[]).map((kind) => [kind, noting(kind)]))
  ;(script as (op: object) => void)(op)
  return intents
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const nameLike = fc.oneof(word, fc.record({ schema: word, name: word }))
const argument: Record<string, fc.Arbitrary<unknown>> = {
  table: nameLike,
  enum: nameLike,
  view: nameLike,
  sequence: nameLike,
  rows: fc.array(fc.dictionary(word, fc.jsonValue()), { maxLength: 3 }),
  parameters: fc.array(fc.jsonValue(), { maxLength: 3 }),
  values: fc.array(word, { maxLength: 3 }),
  options: fc.record({ managed: fc.constant(false) }),
  column: fc.record(
    { name: word, type: word, nullable: fc.boolean(), default: fc.jsonValue() },
    { requiredKeys: ['name', 'type'] },
  ),
  index: fc.record({ name: word, columns: fc.array(fc.oneof(word, fc.record({ sql: word }))), unique: fc.boolean() }),
  change: fc.record({ type: word, default: fc.constant(null) }, { requiredKeys: [] }),
}

/** Any call: its arguments in order, the last ones perhaps left out. */
const anyIntent = fc.constantFrom(...(Object.keys(signatures) as IntentKind[])).chain((kind) => {
  const names: readonly string[] = signatures[kind]
  return fc
    .tuple(fc.tuple(...names.map((name) => argument[name] ?? word)), fc.integer({ min: 1, max: names.length }))
    .map(([values, kept]) => {
      const entries = names.slice(0, kept).map((name, at) => [name, values[at]])
      return { kind, ...Object.fromEntries(entries) } as Intent
    })
})

test('a rendered file, run and recorded, says the same intents', () => {
  fc.assert(
    fc.property(
      fc.array(anyIntent, { minLength: 1, maxLength: 5 }),
      fc.array(anyIntent, { minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom<Pick<ScriptDraft, 'language' | 'module'>>(
        { language: 'ts', module: 'esm' },
        { language: 'js', module: 'cjs' },
      ),
      (upgrade, downgrade, message, shape) => {
        const ran = run(
          renderScript({ ...addEmail, ...shape, message, upgrade, downgrade, notes: [{ intent: 0, text: message }] }),
        )
        expect(ran.upgrade).toEqual(upgrade)
        expect(ran.downgrade).toEqual(downgrade)
        expect(ran.exports).toMatchObject({ revision: 'a1b2c3d4e5f6', downRevision: '9f8e7d6c5b4a' })
      },
    ),
  )
})

/** What tsc says of files that stand in a project where everything is an error that can be one. */
function complaints(sources: readonly string[]): string[] {
  const folder = freshFolder()
  const files = sources.map((_, at) => join(folder, `${at}.ts`))
  files.forEach((file, at) => writeFileSync(file, sources[at]!))
  const program = ts.createProgram(files, {
    strict: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noImplicitReturns: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    isolatedModules: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    paths: { 'typeorm-autogen': [join(__dirname, '../../src/operations/op.ts')] },
  })
  return files.flatMap((file, at) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${at}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  )
}
