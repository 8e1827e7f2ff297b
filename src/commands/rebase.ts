// `autogen rebase REV --onto head`: a revision that has not run yet follows another one; of its file only the parent changes.
import { relative } from 'node:path'
import type { Environment } from '../environment'
import { UsageError } from '../errors'
import { ancestorsOf } from '../graph/lineage'
import { checkUnapplied, findRebase, headBeside, planRebase } from '../graph/rebase'
import { resolveRevisions } from '../graph/target'
import { defined } from '../model/defined'
import { appliedFromLog, isHalfDone, openAttempts, readLog } from '../runtime/log'
import { readHeads } from '../runtime/versions'
import { compiledFrom, readSource, rewriteParent } from '../scripts/directory'
import type { Command } from './command'
import { keepHeadFiles } from './head-file'
import { afterWriting } from './writing'

export interface RebaseOptions {
  /** An id or a label. */
  readonly revision?: string
  /** What it follows from now on: `head`, the one beside it, when left out. */
  readonly onto?: string
  /** Finds out what to move: the head that has not run, onto the one that has. */
  readonly auto?: boolean
  /** Does not ask the database whether it has run. */
  readonly offline?: boolean
}

export interface RebaseResult {
  /** Absent where there was nothing to move. */
  readonly revision?: string
  /** What it followed, and what it follows. */
  readonly from: readonly string[]
  readonly onto?: string
  /** Whether its file was changed. */
  readonly changed: boolean
  readonly path?: string
  /** The revision and all above it. */
  readonly moved: readonly string[]
  /** What its file was compiled to, which still says the old parent. */
  readonly compiled?: string
}

export const rebaseCommand: Command<RebaseOptions, RebaseResult> = {
  name: 'rebase',
  describe: 'move a revision that has not run yet onto another head',
  examples: [
    ['autogen rebase --auto', 'after two branches met: moves the one that has not run here'],
    ['autogen rebase 3f2a --onto head', 'the revision, and all above it, after the head beside it'],
  ],
  positionals: [{ name: 'revision', describe: 'an id, or a label' }],
  flags: {
    onto: { type: 'string', argument: 'REV', describe: 'what it follows from now on (head, the one beside it)' },
    auto: { type: 'boolean', describe: 'find it: the head that has not run, onto the one that has' },
    offline: { type: 'boolean', describe: 'do not ask the database whether it has run' },
  },
  async run(environment, options) {
    const { graph } = environment
    checkOptions(options)
    const ran = options.offline === true ? new Set<string>() : await ranHere(environment)
    const move: Move | undefined = options.auto === true ? findRebase(graph, ran) : chooseMove(environment, options)
    if (move === undefined) return { from: [], changed: false, moved: [] }
    const { id, onto } = move
    const { path, down } = graph.revisions.get(id)!
    if (onto === undefined || (down.length === 1 && down[0] === onto)) {
      return defined({ revision: id, from: down, onto, changed: false, path, moved: [] })
    }
    const rebase = planRebase(graph, id, onto)
    checkUnapplied(rebase, ran)
    const { folder, compiled } = folderFor(environment, path)
    await rewriteParent(path!, onto)
    // Before the hooks, of which one may be `git add`.
    await keepHeadFiles(environment, rebase.graph)
    const { labels, dependsOn } = rebase.graph.revisions.get(id)!
    const place = { path: path!, revision: id, downRevision: onto, branchLabels: labels, dependsOn }
    await afterWriting(environment, place, await readSource(path!))
    return defined({
      revision: id,
      from: down,
      onto,
      changed: true,
      path,
      moved: rebase.moved,
      compiled: compiledFrom(path!, folder, compiled),
    })
  },
  print(result, { line, paint }, { cwd = '' }) {
    const { revision, from, onto, path = '', moved, compiled } = result
    if (revision === undefined) return line('Nothing to move: there is one head.')
    if (!result.changed) return line(`Nothing to move: ${revision} follows ${onto ?? 'all other heads'} already.`)
    const was = from.join(', ') || 'base'
    line(`${paint.green('rebased')}  ${relative(cwd, path)}: ${paint.bold(revision)} follows ${onto}, no longer ${was}`)
    const above = moved.filter((id) => id !== revision)
    if (above.length > 0) line(paint.dim(`with it  ${above.join(', ')}`))
    if (compiled !== undefined)
      line(`${paint.yellow('build')}    your project again: ${relative(cwd, compiled)} still says ${was}`)
  },
}

interface Move {
  readonly id: string
  /** Absent where it stands on all other heads already. */
  readonly onto?: string | undefined
}

function checkOptions({ revision, onto, auto, offline }: RebaseOptions): void {
  if (auto !== true && revision === undefined) {
    throw new UsageError(
      'Nothing says which revision to move.',
      'Name it: `autogen rebase REV --onto head`, or let `autogen rebase --auto` find it.',
    )
  }
  if (auto === true && (revision !== undefined || onto !== undefined || offline === true)) {
    throw new UsageError(
      '`--auto` finds out by itself what to move, by what has run in the database.',
      'Leave out what stands beside it, or leave `--auto` out.',
    )
  }
}

/** What has run in the database, or was begun there. */
async function ranHere(environment: Environment): Promise<ReadonlySet<string>> {
  const { graph } = environment
  const session = await environment.session()
  const log = await readLog(session)
  const begun = openAttempts(log).filter((attempt) => attempt.direction === 'down' || isHalfDone(attempt))
  return new Set([
    ...ancestorsOf(graph, await readHeads(session)),
    ...appliedFromLog(log).keys(),
    ...begun.map(({ revision }) => revision),
  ])
}

function chooseMove({ graph }: Environment, { revision = '', onto = 'head' }: RebaseOptions): Move {
  const id = one(resolveRevisions(graph, revision), revision)
  return { id, onto: onto === 'head' ? headBeside(graph, id) : one(resolveRevisions(graph, onto), onto) }
}

function one([only, ...others]: readonly string[], said: string): string {
  if (only !== undefined && others.length === 0) return only
  throw new UsageError(
    `${said} is ${only === undefined ? 'no revision' : `several revisions: ${[only, ...others].join(', ')}`}.`,
    'Name one; `autogen history` lists them.',
  )
}

/** The folder a file lies in, and where that is compiled to; what is compiled itself is not changed. */
function folderFor({ place }: Environment, path: string | undefined) {
  if (place === undefined || path === undefined) {
    throw new UsageError(
      'There is no file to change: the migrations were given as modules.',
      'Pass a folder as `migrations`.',
    )
  }
  const { migrations, compiled } = place
  if (migrations.some((folder) => folder === compiled)) {
    throw new UsageError(
      `${path} is compiled from a source that is not here.`,
      'Run the command where your sources are, and build again.',
    )
  }
  const folder = migrations.find((one) => !relative(one, path).startsWith('..')) ?? migrations[0]!
  return { folder, compiled }
}
