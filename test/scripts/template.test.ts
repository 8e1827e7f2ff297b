// A project's own template: what it gets, and what it may not lose.
import type { ScriptParts } from '../../src/scripts/parts'
import { renderScript, type ScriptDraft } from '../../src/scripts/render'
import { fillTemplate, type ScriptTemplate } from '../../src/scripts/template'

const draft: ScriptDraft = {
  revision: 'b2',
  downRevision: ['a1', 'a2'],
  branchLabels: ['blue'],
  dependsOn: ['c3'],
  message: 'add email',
  createdAt: '2026-11-20T18:25:07.000Z',
  upgrade: [{ kind: 'addColumn', table: 'user', column: { name: 'email', type: 'text', nullable: true } }],
  downgrade: [{ kind: 'dropColumn', table: 'user', name: 'email' }],
  language: 'ts',
  module: 'cjs',
}
const shapes = [
  ['typescript', 'ts', 'esm'],
  ['javascript-esm', 'js', 'esm'],
  ['javascript-commonjs', 'js', 'cjs'],
] as const

const fill = (render: ScriptTemplate, changes: Partial<ScriptDraft> = {}) =>
  fillTemplate({ name: 'mine.ts', render }, { ...draft, ...changes })
const whole = ({ comment, imports, header, upgrade, downgrade }: ScriptParts) =>
  [comment, imports, header, upgrade, downgrade].filter(Boolean).join('\n\n') + '\n'

test.each(shapes)('of %s a template gets all parts, and can write our own text', async (shape, language, module) => {
  let parts: ScriptParts | undefined
  const text = await fill((given) => whole((parts = given)), { language, module })
  expect(text).toBe(renderScript({ ...draft, language, module }))
  expect(parts).toMatchObject({ shape, revision: 'b2', downRevision: ['a1', 'a2'], message: 'add email' })
  expect(parts!.upgradeBody).toBe("op.addColumn('user', { name: 'email', type: 'text', nullable: true })")
})

test('it may write functions of its own around what they do', async () => {
  const text = await fill(
    ({ header, upgradeBody, downgradeBody }) => `import { step } from './steps.js'
${header}
export const upgrade = step((op) => { ${upgradeBody}; })
export const downgrade = step((op) => { ${downgradeBody.replaceAll("'", '"')}; })`,
  )
  expect(text).toContain('step((op) =>')
})

test.each<[string, ScriptTemplate]>([
  ['the id or the parents', ({ upgrade, downgrade }) => upgrade + downgrade],
  ['the id or the parents', (parts) => whole(parts).replace(/.*downRevision = .*\n/, '')],
  ['the id or the parents', (parts) => whole(parts).replace("revision = 'b2'", 'revision = process.env.ID')],
  ['the id', (parts) => whole(parts).replace("'b2'", "'b3'")],
  ['the parents', (parts) => whole(parts).replace("['a1', 'a2']", "'a1'")],
  ['the branch labels', (parts) => whole(parts).replace(/.*branchLabels.*\n/, '')],
  ['the dependencies', (parts) => whole(parts).replace(/.*dependsOn.*\n/, '')],
  ['the upgrade', (parts) => whole({ ...parts, upgrade: 'export function upgrade() {}' })],
  ['the downgrade', (parts) => whole({ ...parts, downgrade: '' })],
])('one that loses %s is refused', async (what, render) => {
  await expect(fill(render)).rejects.toMatchObject({
    code: 'template',
    exitCode: 2,
    message: `The template mine.ts loses ${what} of the revision; no file was written.`,
  })
})

test('one that throws names itself, and so does one that returns no text', async () => {
  const failing = fill(() => {
    throw new Error('no such part')
  })
  await expect(failing).rejects.toThrow('The template mine.ts failed: no such part; no file was written.')
  await expect(fill((() => undefined) as never)).rejects.toThrow('mine.ts returned undefined instead of a text')
})

test('where there is nothing to do yet, it may say so in words of its own', async () => {
  const blank = ({ header }: ScriptParts) =>
    `${header}\nexport const upgrade = () => {}\nexport const downgrade = () => {}\n`
  expect(await fill(blank, { upgrade: [], downgrade: [] })).toContain('upgrade = () => {}')
})
