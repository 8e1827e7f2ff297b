// What revision and merge share: a new file in the right folder, in the project's own language.
import { relative, resolve } from 'node:path'
import type { Answers } from '../diff/answers'
import type { Environment, Place } from '../environment'
import { UsageError } from '../errors'
import { isUsableId, type RevisionGraph } from '../graph/graph'
import { newRevisionId, writeScript } from '../scripts/directory'
import { formatSource, renderScript, type Call, type Note } from '../scripts/render'
import type { Out, Typed } from './command'

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

/** Renders the draft, formats it with the project's prettier and writes it; never over a file. */
export async function writeRevision({ graph, place }: Environment, draft: Draft): Promise<Written> {
  if (place === undefined) {
    throw new UsageError(
      'There is no folder to write to: the migrations were given as modules.',
      'Pass a folder as `migrations`.',
    )
  }
  checkLabels(graph, draft.branchLabels)
  const folder = chooseFolder(graph, place, draft)
  const revision = draft.id ?? newRevisionId()
  if (!isUsableId(revision) || graph.revisions.has(revision)) {
    const why = graph.revisions.has(revision) ? 'is taken' : 'cannot be used'
    throw new UsageError(
      `The id "${revision}" ${why}.`,
      'Use 1 to 64 letters, digits, `_` or `.`, or leave `--rev-id` out.',
    )
  }
  const { language, module } = place
  const source = renderScript({
    revision,
    downRevision: downRevisionOf(draft.downRevision),
    branchLabels: draft.branchLabels,
    dependsOn: draft.dependsOn,
    ...(draft.renames === undefined ? {} : { renames: draft.renames }),
    message: draft.message,
    createdAt: new Date().toISOString(),
    upgrade: draft.upgrade,
    downgrade: draft.downgrade,
    notes: draft.notes,
    ...(draft.downgradeNotes === undefined ? {} : { downgradeNotes: draft.downgradeNotes }),
    language,
    module,
  })
  const path = await writeScript(folder, { revision, message: draft.message, language }, (file) =>
    formatSource(source, file),
  )
  return { revision, parents: draft.downRevision, message: draft.message, path: path.file, source: path.source }
}

/** Labels are checked before there is a file that holds them. */
function checkLabels(graph: RevisionGraph, labels: readonly string[]): void {
  for (const label of labels) {
    const taken = graph.labels.has(label) || graph.revisions.has(label)
    if (isUsableId(label) && !taken) continue
    throw new UsageError(
      `The branch label "${label}" ${taken ? 'is taken' : 'cannot be used'}.`,
      'Use 1 to 64 letters, digits, `_` or `.` that no other revision has.',
    )
  }
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
