// What revision and merge share: a new file in the right folder, in the project's own language.
import { relative, resolve } from 'node:path'
import type { Answers } from '../diff/answers'
import type { Environment, Place } from '../environment'
import { UsageError, WriteHookError } from '../errors'
import { defined } from '../model/defined'
import { buildGraph, isReserved, isUsableId, type RevisionGraph } from '../graph/graph'
import type { Revision } from '../graph/revision'
import { newRevisionId, readSource, writeScript } from '../scripts/directory'
import { inZone } from '../scripts/file-name'
import { formatSource, renderScript, type Call, type Note, type ScriptDraft } from '../scripts/render'
import { fillTemplate, lostFrom } from '../scripts/template'
import { runWriteHook, type RevisionFile } from '../scripts/write-hooks'
import type { Out, Typed } from './command'
import { keepHeadFiles } from './head-file'

/** Draft is a revision before it has a file. */
export interface Draft {
  readonly message: string
  readonly id?: string | undefined
  readonly downRevision: readonly string[]
  /** The folder it goes to, where it is not its parent's. */
  readonly versionPath?: string | undefined
  readonly branchLabels: readonly string[]
  readonly dependsOn: readonly string[]
  /** What was said to be renamed or dropped. */
  readonly renames?: Answers
  readonly upgrade: readonly Call[]
  readonly downgrade: readonly Call[] | { readonly irreversible: string }
  readonly notes: readonly Note[]
  readonly downgradeNotes?: readonly Note[]
}

/** Written is a new revision and its file. */
export interface Written {
  readonly revision: string
  readonly parents: readonly string[]
  readonly message: string
  readonly path: string
  readonly source: string
}

const longestMessage = 2000

/** A message a file can carry: not empty, not a novel. */
export function requireMessage(message: string | undefined): string {
  const text = message?.trim() ?? ''
  if (text === '')
    throw new UsageError('The revision has no message.', 'Say what it does: `autogen revision -m "add email"`.')
  if (text.length > longestMessage) {
    throw new UsageError(
      `The message has ${text.length} characters; at most ${longestMessage} fit.`,
      'Keep the message to a sentence, and write the rest as a comment into the file.',
    )
  }
  return text
}

/** Renders the draft, formats it with the project's prettier, writes it, never over a file, and runs the hooks over it. */
export async function writeRevision(environment: Environment, draft: Draft): Promise<Written> {
  const { graph, place, settings } = environment
  if (place === undefined) {
    throw new UsageError(
      'There is no folder to write to: the migrations were given as modules.',
      'Pass a folder as `migrations`.',
    )
  }
  refuseBuilt(place)
  checkLabels(graph, draft.branchLabels)
  const folder = chooseFolder(graph, place, draft)
  const revision = draft.id ?? newRevisionId()
  if (!isUsableId(revision) || graph.revisions.has(revision)) {
    throw new UsageError(
      `The id "${revision}" ${unusable(graph, revision)}.`,
      'Use 1 to 64 letters, digits, `_` or `.`, or leave `--rev-id` out.',
    )
  }
  const { fileName, slugLength, timeZone, format = true } = settings
  const { language, module, ending = language, template } = place
  const at = new Date()
  const script: ScriptDraft = {
    revision,
    downRevision: downRevisionOf(draft.downRevision),
    branchLabels: draft.branchLabels,
    dependsOn: draft.dependsOn,
    ...(draft.renames === undefined ? {} : { renames: draft.renames }),
    message: draft.message,
    createdAt: inZone(at, timeZone),
    upgrade: draft.upgrade,
    downgrade: draft.downgrade,
    notes: draft.notes,
    ...(draft.downgradeNotes === undefined ? {} : { downgradeNotes: draft.downgradeNotes }),
    language,
    module,
  }
  const source =
    template === undefined
      ? renderScript(script)
      : await fillTemplate({ name: template.name, render: await template.load() }, script)
  const named = defined({ revision, message: draft.message, ending, at, timeZone, slugLength, template: fileName })
  const written = await writeScript(folder, named, async (file) => (format ? formatSource(source, file) : source))
  const added: Revision = {
    id: revision,
    down: draft.downRevision,
    labels: draft.branchLabels,
    dependsOn: draft.dependsOn,
    message: draft.message,
    path: written.file,
  }
  // Before the hooks, of which one may be `git add`.
  await keepHeadFiles(environment, buildGraph([...graph.revisions.values(), added]))
  const left = await afterWriting(environment, { path: written.file, ...script }, written.source)
  return { revision, parents: draft.downRevision, message: draft.message, path: written.file, source: left }
}

/**
 * Runs the hooks over a revision's file. For every command that writes one; returns the text as the hooks have left it. The place of the
 * revision in the history is looked for in it once more.
 */
export async function afterWriting(
  { place, signal, emit }: Environment,
  file: RevisionFile & Pick<ScriptDraft, 'downRevision' | 'branchLabels' | 'dependsOn'>,
  source: string,
): Promise<string> {
  let left = source
  const { path, revision } = file
  for (const hook of place?.afterWrite ?? []) {
    const run = await runWriteHook(hook, { path, revision }, { folder: place?.folder ?? '.', signal })
    emit({ type: 'hook', ...run })
    left = await readSource(path).catch((error: unknown) => {
      throw new WriteHookError(run.name, path, 'took it away.', error)
    })
    const lost = left === source ? undefined : lostFrom(left, file)
    if (lost !== undefined) throw new WriteHookError(run.name, path, `took ${lost} out of it.`)
  }
  return left
}

/** What a build has made is made again by the next one: a file that is written there has no source, and goes. */
function refuseBuilt({ migrations, compiled, folder }: Place): void {
  if (compiled === undefined || !migrations.includes(compiled)) return
  throw new UsageError(
    `The sources of your migrations are not here, only ${relative(folder, compiled)}, which is built from them.`,
    'Run the command where the folder that `migrations` names as `source` is.',
  )
}

/** Labels are checked before there is a file that holds them. */
function checkLabels(graph: RevisionGraph, labels: readonly string[]): void {
  for (const label of labels) {
    const taken = graph.labels.has(label) || graph.revisions.has(label)
    if (isUsableId(label) && !taken) continue
    throw new UsageError(
      `The branch label "${label}" ${unusable(graph, label)}.`,
      'Use 1 to 64 letters, digits, `_` or `.` that no other revision has.',
    )
  }
}

/** Why a text is no id and no label of a new revision. */
function unusable(graph: RevisionGraph, text: string): string {
  if (graph.labels.has(text) || graph.revisions.has(text)) return 'is taken'
  return isReserved(text) ? 'cannot be used, as it is a word for a target' : 'cannot be used'
}

/** The folder that was asked for, the parent's, or the only one. */
function chooseFolder(
  graph: RevisionGraph,
  { migrations, folder }: Place,
  { versionPath, downRevision }: Draft,
): string {
  const choices = migrations.map((one) => relative(folder, one) || '.').join(', ')
  if (versionPath !== undefined) {
    const asked = [resolve(versionPath), resolve(folder, versionPath)]
    const found = migrations.find((one) => asked.includes(one))
    if (found !== undefined) return found
    throw new UsageError(
      `${versionPath} is not a folder of your migrations.`,
      `Use ${choices}, or add it to \`migrations\` in your settings.`,
    )
  }
  const [only, ...others] = migrations
  if (only !== undefined && others.length === 0) return only
  const files = downRevision.flatMap((id) => graph.revisions.get(id)?.path ?? [])
  const parents = migrations.find((one) => files.some((file) => !relative(one, file).startsWith('..')))
  if (parents !== undefined) return parents
  throw new UsageError(
    'There are several folders of migrations, and this revision has no parent to lie beside.',
    `Say where it goes with \`--version-path\`: ${choices}.`,
  )
}

/** Prints where the file is, as seen from where the command was typed. */
export function printWritten({ path }: { readonly path: string }, { line, paint }: Out, { cwd = '' }: Typed): void {
  line(`${paint.green('written')}  ${relative(cwd, path)}`)
}

function downRevisionOf(parents: readonly string[]): string | readonly string[] | null {
  return parents.length > 1 ? parents : (parents[0] ?? null)
}
