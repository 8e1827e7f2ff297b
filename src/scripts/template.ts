// What a new file is made of, and who puts it together: our own order of the parts, or a template of the project's.
import { TemplateError } from '../errors'
import { scanHeader } from './header'
import type { ScriptParts } from './parts'
import { listOf, renderParts, type ScriptDraft } from './render'

/** ScriptTemplate puts a new file together. */
export type ScriptTemplate = (parts: ScriptParts) => string | Promise<string>

/** NamedTemplate is a template and what an error calls it. */
export interface NamedTemplate {
  readonly name: string
  readonly render: ScriptTemplate
}

/** A new file as the project's template puts it together, refused where something of the revision is missing. */
export async function fillTemplate({ name, render }: NamedTemplate, draft: ScriptDraft): Promise<string> {
  const parts = renderParts(draft)
  const source = await rendered(name, render, parts)
  const lost = lostFrom(source, draft) ?? lostBody(source, draft, parts)
  if (lost === undefined) return source
  throw new TemplateError(
    name,
    `loses ${lost} of the revision`,
    'Put `header`, `upgrade` and `downgrade` into its text as they are.',
  )
}

/** What of a revision's place in the history a text has lost; undefined where it is all there. */
export function lostFrom(
  source: string,
  draft: Pick<ScriptDraft, 'revision' | 'downRevision' | 'branchLabels' | 'dependsOn'>,
): string | undefined {
  const header = scanHeader(source)
  if (header === undefined) return 'the id or the parents'
  const differs = (key: 'downRevision' | 'branchLabels' | 'dependsOn') =>
    listOf(header[key]).join() !== listOf(draft[key]).join()
  if (header.revision !== draft.revision) return 'the id'
  if (differs('downRevision')) return 'the parents'
  if (differs('branchLabels')) return 'the branch labels'
  return differs('dependsOn') ? 'the dependencies' : undefined
}

async function rendered(name: string, render: ScriptTemplate, parts: ScriptParts): Promise<string> {
  let source: unknown
  try {
    source = await render(parts)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new TemplateError(name, `failed: ${reason}`, 'Mend the template and run the command again.', error)
  }
  if (typeof source === 'string') return source
  throw new TemplateError(name, `returned ${typeof source} instead of a text`, 'Let it return the text of the file.')
}

/** What revisions do must be there too; how it is laid out is the template's affair. */
function lostBody(source: string, draft: ScriptDraft, parts: ScriptParts): string | undefined {
  const text = wordsOf(source)
  const has = (body: string) => text.includes(wordsOf(body))
  if (draft.upgrade.length > 0 && !has(parts.upgradeBody)) return 'the upgrade'
  const goesBack = 'irreversible' in draft.downgrade || draft.downgrade.length > 0
  return goesBack && !has(parts.downgradeBody) ? 'the downgrade' : undefined
}

function wordsOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}_]+/gu, '')
}
