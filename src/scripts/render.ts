// Intents in, a migration file out that a person enjoys reviewing.
import type { Intent, IntentOf } from '../operations/intent'
import type { Batch } from '../operations/op'
import { signatures } from '../operations/signatures'
import { lineWidth, literal, stringLiteral, type Code } from './literal'
import type { ScriptParts } from './parts'

export { formatSource } from './format'

/** Call is one line of a migration: an intent, or what a person has still to write source text into. */
export type Call = Intent | BatchedCall | ConvertedCall

/** BatchedCall is `await op.batched({ ... })`. */
export interface BatchedCall {
  readonly kind: 'batched'
  readonly batch: Omit<Batch, 'set'> & { readonly set: { readonly [column: string]: string | Code } }
}

/** ConvertedCall is `op.alterColumn(...)` whose conversion is source text. */
export interface ConvertedCall extends Pick<IntentOf<'alterColumn'>, 'kind' | 'table' | 'name'> {
  readonly change: Omit<IntentOf<'alterColumn'>['change'], 'using'> & { readonly using: Code }
}

/** Note is a comment above one call. */
export interface Note {
  /** The position of the call in its function. */
  readonly intent: number
  /** Such as `destructive: drops a column and its data`. */
  readonly text: string
}

/** Draft is all a migration file holds. */
export interface ScriptDraft {
  readonly revision: string
  readonly downRevision: string | readonly string[] | null
  readonly branchLabels?: string | readonly string[]
  readonly dependsOn?: string | readonly string[]
  /** What was said to be renamed, null for what was said to be dropped. */
  readonly renames?: Readonly<Record<string, string | null>>
  readonly message: string
  readonly createdAt: string
  readonly upgrade: readonly Call[]
  readonly downgrade: readonly Call[] | { readonly irreversible: string }
  readonly notes?: readonly Note[]
  readonly downgradeNotes?: readonly Note[]
  readonly language: 'ts' | 'js'
  /** How JavaScript exports; TypeScript is always written as ESM. */
  readonly module: 'esm' | 'cjs'
}

/** Renders a migration file, its parts in our own order. */
export function renderScript(draft: ScriptDraft): string {
  const { comment, imports, header, upgrade, downgrade } = renderParts(draft)
  return [comment, imports, header, upgrade, downgrade]
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n')
}

/** Renders what a migration file is made of. */
export function renderParts(draft: ScriptDraft): ScriptParts {
  const upgrade = draft.upgrade.length > 0 ? calls(draft.upgrade, draft.notes) : emptyUpgrade(draft)
  const downgrade =
    'irreversible' in draft.downgrade ? refusal(draft.downgrade.irreversible) : undoing(draft, draft.downgrade)
  const functions = [renderFunction(draft, 'upgrade', upgrade), renderFunction(draft, 'downgrade', downgrade)]
  const usesOp = draft.language === 'ts' && functions.some((text) => text.includes('op: Op'))
  const { revision, downRevision, message, createdAt } = draft
  return {
    shape: draft.language === 'ts' ? 'typescript' : draft.module === 'esm' ? 'javascript-esm' : 'javascript-commonjs',
    revision,
    downRevision,
    message,
    createdAt,
    comment: renderComment(draft),
    imports: usesOp ? "import type { Op } from 'typeorm-autogen'" : '',
    header: renderExports(draft),
    upgrade: functions[0]!,
    downgrade: functions[1]!,
    upgradeBody: upgrade.lines.join('\n'),
    downgradeBody: downgrade.lines.join('\n'),
  }
}

/** The comment a file opens with; header.ts reads message and date from it, and an indented line there continues the one before. */
function renderComment({ revision, downRevision, message, createdAt }: ScriptDraft): string {
  const parents = listOf(downRevision)
  const lines = [
    ...message.split(/\r\n?|[\n\u2028\u2029]/).flatMap((line) => wrap(line)),
    '',
    `Revision: ${revision}`,
    `Revises: ${parents.join(', ') || 'base'}`,
    `Created: ${createdAt}`,
  ]
  const body = lines.map((line) => ` * ${line.replaceAll('*/', '*\\/')}`.trimEnd())
  return ['/**', ...body, ' */'].join('\n')
}

const commentWidth = lineWidth - 20

function wrap(line: string, width = commentWidth): string[] {
  const lines: string[] = []
  for (const word of line
    .replace(/\p{Cc}/gu, ' ')
    .split(/\s+/)
    .filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(last === undefined ? word : `  ${word}`)
  }
  return lines.length === 0 ? [''] : lines
}

function renderExports(draft: ScriptDraft): string {
  const declare = (name: string, value: unknown) => {
    const start = draft.language === 'js' && draft.module === 'cjs' ? `exports.${name} = ` : `export const ${name} = `
    return start + literal(value, start.length)
  }
  return [
    declare('revision', draft.revision),
    declare('downRevision', draft.downRevision),
    ...(listOf(draft.branchLabels).length > 0 ? [declare('branchLabels', single(listOf(draft.branchLabels)))] : []),
    ...(listOf(draft.dependsOn).length > 0 ? [declare('dependsOn', single(listOf(draft.dependsOn)))] : []),
    ...(Object.keys(draft.renames ?? {}).length > 0 ? [declare('renames', draft.renames)] : []),
  ].join('\n')
}

function renderFunction({ language, module }: ScriptDraft, name: string, body: Body): string {
  const type = "/** @param {import('typeorm-autogen').Op} op */\n"
  const parameter = body.usesOp ? 'op' : ''
  const keyword = body.lines.some((line) => line.startsWith('await ')) ? 'async function' : 'function'
  const opening =
    language === 'ts'
      ? `export ${keyword} ${name}(${body.usesOp ? 'op: Op' : ''}) {`
      : (body.usesOp ? type : '') +
        (module === 'cjs'
          ? `exports.${name} = ${keyword} (${parameter}) {`
          : `export ${keyword} ${name}(${parameter}) {`)
  const lines = body.lines.map((line) => (line === '' ? '' : `  ${line}`))
  return [opening, ...lines, '}'].join('\n')
}

interface Body {
  readonly lines: readonly string[]
  readonly usesOp: boolean
}

function emptyUpgrade(draft: ScriptDraft): Body {
  const parents = listOf(draft.downRevision)
  if (parents.length > 1)
    return { usesOp: false, lines: [`// Nothing to do: this brings ${joined(parents)} together.`] }
  return blank(draft, "Write here what this revision does, such as op.execute('UPDATE ...').")
}

function undoing(draft: ScriptDraft, downgrade: readonly Call[]): Body {
  const { downRevision, upgrade, downgradeNotes } = draft
  if (downgrade.length > 0) return calls(downgrade, downgradeNotes)
  if (upgrade.length === 0 && listOf(downRevision).length > 1) return { usesOp: false, lines: ['// Nothing to undo.'] }
  return blank(draft, "Write here what takes it back, or say why nothing can: op.irreversible('...').")
}

/** A body for a person to fill. Until then a strict tsconfig would refuse the file for a parameter that nothing uses. */
function blank({ language }: ScriptDraft, invitation: string): Body {
  return { usesOp: true, lines: [`// ${invitation}`, ...(language === 'ts' ? ['void op'] : [])] }
}

function refusal(reason: string): Body {
  return { usesOp: true, lines: [`op.irreversible(${stringLiteral(reason)})`] }
}

/** Calls in groups: an empty line where the object changes, unless single lines follow each other. */
function calls(intents: readonly Call[], notes: readonly Note[] = []): Body {
  const groups: { subject: string; lines: string[] }[] = []
  for (const [position, intent] of intents.entries()) {
    const subject = subjectOf(intent)
    const comments = notes
      .filter((note) => note.intent === position)
      .flatMap(({ text }) => wrap(text.replace(/[\s\u2028\u2029]+/g, ' ').trim(), lineWidth - 5))
      .map((line) => `// ${line}`)
    const lines = [...comments, ...renderCall(intent).split('\n')]
    const last = groups.at(-1)
    if (last?.subject === subject) last.lines.push(...lines)
    else groups.push({ subject, lines })
  }
  const lines = groups.flatMap((group, at) => {
    const before = groups[at - 1]
    const apart = before !== undefined && (before.lines.length > 1 || group.lines.length > 1)
    return apart ? ['', ...group.lines] : group.lines
  })
  return { usesOp: true, lines }
}

/** One call of an `op` method, such as `op.dropColumn('user', 'email')`, laid out for a body indented by two. */
export function renderCall(intent: Call): string {
  if (intent.kind === 'batched') return renderBatched(intent)
  const { name, values } = said(intent)
  while (values.length > 0 && values.at(-1) === undefined) values.pop()
  let text = `op.${name}(`
  for (const [at, value] of values.entries()) {
    if (at > 0) text += ', '
    const column = 2 + text.length - (text.lastIndexOf('\n') + 1)
    // The body is indented by two later on: one line is measured with it.
    text += literal(value, column + 1, 0)
  }
  return `${text})`
}

function said(intent: Exclude<Call, BatchedCall>): { readonly name: string; readonly values: unknown[] } {
  if (intent.kind === 'own') return { name: intent.does.name, values: [...intent.does.arguments] }
  const names: readonly string[] = signatures[intent.kind]
  // A cast, since the names of the signature are keys of this very intent.
  return {
    name: intent.kind,
    values: names.map((name) => (intent as unknown as Readonly<Record<string, unknown>>)[name]),
  }
}

function renderBatched({ batch }: BatchedCall): string {
  const start = 'await op.batched('
  // The body is indented by two later on: one line is measured with it.
  return `${start}${literal(batch, 2 + start.length + 1, 0)})`
}

/** What a call is about: the table, or the object it names. */
function subjectOf(intent: Call): string {
  const about = intent.kind === 'batched' ? intent.batch : intent
  if ('table' in about) {
    const { table } = about
    return typeof table === 'string' ? `table ${table}` : `table ${table.schema ?? ''}.${table.name}`
  }
  return intent.kind.replace(/^(create|drop|add|rename|replace)/, '')
}

function single(list: readonly string[]): string | readonly string[] {
  return list.length === 1 ? list[0]! : list
}

/** One, several or no names, as a list. */
export function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

function joined(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
