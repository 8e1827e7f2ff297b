// What revision and merge share: a new file in the right folder, in the project's own language.
import { relative } from 'node:path'
import type { Answers } from '../diff/answers'
import type { Environment } from '../environment'
import { UsageError } from '../errors'
import { isUsableId } from '../graph/graph'
import { newRevisionId, writeScript } from '../scripts/directory'
import { formatSource, renderScript, type Call, type Note } from '../scripts/render'
import type { Out, Typed } from './command'

/** Draft is a revision before it has a file. */
export interface Draft {
  readonly message: string
  readonly id?: string | undefined
  readonly downRevision: readonly string[]
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
  const folder = place?.migrations[0]
  if (place === undefined || folder === undefined) {
    throw new UsageError(
      'There is no folder to write to: the migrations were given as modules.',
      'Pass a folder as `migrations`.',
    )
  }
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

/** Prints where the file is, as seen from where the command was typed. */
export function printWritten({ path }: { readonly path: string }, { line, paint }: Out, { cwd = '' }: Typed): void {
  line(`${paint.green('written')}  ${relative(cwd, path)}`)
}

function downRevisionOf(parents: readonly string[]): string | readonly string[] | null {
  return parents.length > 1 ? parents : (parents[0] ?? null)
}
