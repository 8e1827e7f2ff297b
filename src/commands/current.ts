// `autogen current`: where the database is. Reads only, and works where our tables are not there yet.
import { whoMigrates } from '../runtime/lock'
import { halfDone, openAttempts, readLog, type LogEntry } from '../runtime/log'
import { aheadOrDiverged, skippedRevisions } from '../runtime/history'
import { readHeads } from '../runtime/versions'
import { exitCodes, SkippedRevisionsError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { defined } from '../model/defined'
import type { Command, Out } from './command'
import { block, line, listed, type Listed } from './listing'

export interface CurrentOptions {
  readonly verbose?: boolean
  /** Ends with code 4 unless the database is at every head. */
  readonly checkHeads?: boolean
}

/** CurrentResult says where the database is and how that relates to the revisions at hand. */
export interface CurrentResult {
  readonly database: string
  readonly heads: readonly string[]
  readonly revisions: readonly Listed[]
  /** Heads of the database that the revisions at hand do not know. */
  readonly unknown: readonly string[]
  readonly state: 'known' | 'ahead' | 'diverged'
  /** Revisions below the heads that neither ran nor were stamped. */
  readonly skipped: readonly string[]
  readonly atHead: boolean
  readonly attempts: readonly Attempt[]
  /** Who migrates at this moment, where somebody does and the database can tell. */
  readonly running?: string
}

/** Attempt is a run that did not end well, and that neither a later one nor a stamp has made good. */
export interface Attempt {
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly startedAt: string
  /** `running`: its run goes on; `cut-off`: its process ended before it did; `open`: one of both, and the database cannot tell which. */
  readonly state: 'failed' | 'running' | 'cut-off' | 'open'
  readonly error?: string
  /** A part of it is committed, or may be, and stays. */
  readonly halfDone?: true
  /** The command that tries it again. */
  readonly again: string
}

export const currentCommand: Command<CurrentOptions, CurrentResult> = {
  name: 'current',
  describe: 'show the revision the database is at',
  examples: [
    ['autogen current', 'the revision, and whether it is the newest'],
    ['autogen current --check-heads', 'for a start script: code 4 unless all is applied'],
  ],
  flags: { 'check-heads': { type: 'boolean', describe: 'end with code 4 unless the database is at every head' } },
  async run(environment) {
    const session = await environment.session()
    const { graph } = environment
    const heads = await readHeads(session)
    // Before the log: a run that ends in between has written its end there.
    const migrating = await whoMigrates(session)
    const log = await readLog(session)
    const { state, unknown } = aheadOrDiverged(log, graph, heads)
    return defined({
      database: session.address,
      heads,
      revisions: heads.flatMap((id) => {
        const revision = graph.revisions.get(id)
        return revision === undefined ? [] : [listed(graph, revision, heads)]
      }),
      unknown,
      state,
      skipped: skippedRevisions(log, graph, heads),
      atHead: graph.realHeads.every((id) => heads.includes(id)) && unknown.length === 0,
      attempts: openAttempts(log).map((entry) => {
        const { revision, direction, startedAt, error } = entry
        const isHalfDone = halfDone(log, revision)?.id === entry.id
        const half = isHalfDone ? (true as const) : undefined
        const again = `autogen ${direction === 'up' ? `upgrade ${revision}` : `downgrade ${below(graph, revision)}`}`
        const state = stateOf(entry, migrating)
        return defined({ revision, direction, startedAt, state, error, halfDone: half, again })
      }),
      running: migrating ?? undefined,
    })
  },
  print(result, { line: print, paint }, options) {
    if (options.verbose === true) print(paint.dim(`database  ${result.database}`))
    if (result.heads.length === 0) print('base')
    for (const item of result.revisions) {
      if (options.verbose === true) block(item, paint).forEach((text) => print(text))
      else print(line(item, paint))
    }
    for (const id of result.unknown) {
      const what = result.state === 'ahead' ? 'newer than the revisions at hand' : 'not among the revisions at hand'
      print(`${paint.bold(id)} ${paint.yellow(`(${what})`)}`)
    }
    for (const id of result.skipped)
      print(`${paint.yellow('skipped')} ${id}: it lies below the database's revision and never ran`)
    if (result.skipped.length > 0) print(paint.dim(new SkippedRevisionsError(result.skipped, result.heads).hint))
    if (options.verbose === true) {
      if (result.running !== undefined) print(`${paint.yellow('running')} ${result.running}`)
      for (const attempt of result.attempts) {
        // What an older one said is what the last one says, or was mended since.
        const isLast = attempt === result.attempts.findLast(({ revision }) => revision === attempt.revision)
        printAttempt(attempt, isLast, { line: print, paint })
      }
    }
    if (!result.atHead && options.checkHeads === true)
      print(`${paint.yellow('not at head')}  run ${paint.bold('`autogen upgrade head`')}`)
  },
  exitCode: (result, options) => (options.checkHeads === true && !result.atHead ? exitCodes.graph : 0),
}

/** A row that was never ended belongs to the run that holds the lock, if any does: there is one at a time. */
function stateOf({ status }: LogEntry, migrating: string | null | undefined): Attempt['state'] {
  if (status === 'failed') return 'failed'
  return migrating === undefined ? 'open' : migrating === null ? 'cut-off' : 'running'
}

/** The target that takes back this one revision, and none of a branch beside it. */
function below(graph: RevisionGraph, revision: string): string {
  const [parent, ...others] = graph.revisions.get(revision)?.down ?? []
  if (others.length > 0) return `${revision}@-1`
  const beside = parent === undefined ? graph.bases : graph.children.get(parent)
  return (beside ?? []).length > 1 ? `${revision}@-1` : (parent ?? 'base')
}

function printAttempt(attempt: Attempt, isLast: boolean, out: Out): void {
  const { revision, direction, startedAt, state, error, halfDone: half, again } = attempt
  const { line: print, paint } = out
  const way = direction === 'up' ? 'upgrade' : 'downgrade'
  if (state === 'running') return print(`${paint.yellow('running')} ${way} of ${revision} since ${startedAt}`)
  const what = {
    failed: error ?? 'interrupted',
    'cut-off': 'its process ended before it did',
    open: 'it has not ended; it runs, or its process did end',
  }[state]
  const word = state === 'failed' ? paint.red('failed') : paint.yellow(state)
  if (!isLast) return print(`${word}  ${way} of ${revision} at ${startedAt}`)
  print(`${word}  ${way} of ${revision} at ${startedAt}: ${what}`)
  print(paint.dim(`        ${nextWords[state]}, run \`${again}\``))
  if (half !== true) return
  const settle = `autogen repair ${revision} --undone --reason "..."`
  print(paint.dim(`        a part of it stays until then; if you have taken that back by hand, run \`${settle}\``))
}

const nextWords = {
  failed: 'once what it says is mended',
  'cut-off': 'to go on from there',
  open: 'to go on from there, or to wait for it',
}
