// Revisions as the read-only commands list them.
import type { RevisionGraph } from '../graph/graph'
import { isBranchPoint, isMergePoint } from '../graph/lineage'
import type { Revision } from '../graph/revision'
import type { Paint } from './command'

/** Listed is one revision and what it is in the history; the JSON of every command that lists revisions. */
export interface Listed {
  readonly revision: string
  readonly parents: readonly string[]
  readonly dependsOn: readonly string[]
  readonly labels: readonly string[]
  readonly message: string
  readonly createdAt?: string
  readonly path?: string
  readonly head: boolean
  /** A head that other revisions depend on: not a version row of its own once they ran. */
  readonly effectiveHead: boolean
  readonly branchPoint: boolean
  readonly mergePoint: boolean
  /** Whether the database is here; absent when the database was not asked. */
  readonly current?: boolean
}

/** Describes a revision; `current` are the database's heads, if they are known. */
export function listed(graph: RevisionGraph, revision: Revision, current?: readonly string[]): Listed {
  const { id, down, dependsOn, labels, message, createdAt, path } = revision
  return {
    revision: id,
    parents: down,
    dependsOn,
    labels,
    message,
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(path === undefined ? {} : { path }),
    head: graph.heads.includes(id),
    effectiveHead: graph.heads.includes(id) && !graph.realHeads.includes(id),
    branchPoint: isBranchPoint(graph, id),
    mergePoint: isMergePoint(graph, id),
    ...(current === undefined ? {} : { current: current.includes(id) }),
  }
}

/** One line: `a1b2 -> 9f8e (head) add email`. */
export function line(item: Listed, paint: Paint): string {
  const parents = item.parents.length === 0 ? 'base' : item.parents.join(', ')
  const depends = item.dependsOn.length === 0 ? '' : ` (${item.dependsOn.join(', ')})`
  return `${paint.dim(`${parents}${depends} ->`)} ${summary(item, paint)}`
}

/** Its id, what is special about it, and the first line of its message: `a1b2 (head) add email`. */
export function summary(item: Listed, paint: Paint): string {
  const [message = ''] = item.message.split('\n', 1)
  return [paint.bold(item.revision), marks(item, paint), message.trimEnd()].filter((part) => part !== '').join(' ')
}

/** Everything known of a revision, over several lines. */
export function block(item: Listed, paint: Paint): string[] {
  return [
    `${paint.bold(item.revision)} ${marks(item, paint)}`.trimEnd(),
    `  parents   ${item.parents.length === 0 ? 'base' : item.parents.join(', ')}`,
    ...(item.dependsOn.length === 0 ? [] : [`  depends   ${item.dependsOn.join(', ')}`]),
    ...(item.createdAt === undefined ? [] : [`  created   ${item.createdAt}`]),
    ...(item.path === undefined ? [] : [`  file      ${item.path}`]),
    ...item.message.split('\n').map((text, at) => `${at === 0 ? '  message   ' : '            '}${text}`.trimEnd()),
  ]
}

/** `(label) (head) (current)`, coloured. */
function marks(item: Listed, { cyan, green, yellow }: Paint): string {
  return [
    ...(item.labels.length === 0 ? [] : [cyan(`(${item.labels.join(', ')})`)]),
    ...(item.head ? [yellow(item.effectiveHead ? '(effective head)' : '(head)')] : []),
    ...(item.current === true ? [green('(current)')] : []),
    ...(item.branchPoint ? ['(branchpoint)'] : []),
    ...(item.mergePoint ? ['(mergepoint)'] : []),
  ].join(' ')
}
