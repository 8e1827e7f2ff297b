// `autogen switch`: a database that holds revisions of another branch of git goes back to what this folder knows.
import type { Environment } from '../environment'
import { NothingSharedError, NoWayBackError } from '../errors'
import type { RevisionGraph } from '../graph/graph'
import { ancestorsOf, inRunOrder } from '../graph/lineage'
import { upgradePath } from '../graph/path'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import { nameOf, requireConsent } from '../protection'
import { addressOf } from '../runtime/address'
import { freshDatabase } from '../runtime/fresh-database'
import { aheadOrDiverged, withUnknown } from '../runtime/history'
import { keptScript } from '../runtime/kept'
import { appliedFromLog, isHalfDone, openAttempts, readLog, type LogEntry } from '../runtime/log'
import { migrate } from '../runtime/migrate'
import { readHeads } from '../runtime/versions'
import type { Command } from './command'
import { lockTimeout, noBackup, yesOn } from './flags'
import { backupOptions, movedSteps, type MovedStep } from './move'
import { runOptions } from './run-options'

export interface SwitchOptions {
  /** The database's name, where the settings protect it, or where nothing of it would be left. */
  readonly yesOn?: string
  /** Seconds to wait while another process migrates. */
  readonly lockTimeout?: number
}

export interface SwitchResult {
  /** The heads before and after. */
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** What was taken back, newest first. */
  readonly steps: readonly MovedStep[]
  /** What an upgrade to the newest revisions here would run now. */
  readonly next: readonly string[]
  /** The newest revisions here. */
  readonly heads: readonly string[]
  /** The copy of a SQLite file as it was before. */
  readonly backup?: string
}

export const switchCommand: Command<SwitchOptions, SwitchResult> = {
  name: 'switch',
  describe: 'take back what another git branch has run, without its files',
  examples: [
    ['autogen switch', 'after `git switch main`: takes back what only the other branch has'],
    ['autogen switch --yes-on shop', 'where your settings protect the database'],
  ],
  flags: {
    'yes-on': { ...yesOn, describe: `${yesOn.describe}, or the migrations here have none of its revisions` },
    'lock-timeout': lockTimeout,
    'no-backup': noBackup,
  },
  async run(environment, options) {
    await requireConsent(environment, 'switch', options.yesOn)
    const session = await environment.writingSession()
    const { graph } = environment
    const heads = await readHeads(session)
    const log = await readLog(session)
    warnOfHalfDone(environment, log)
    const known = withUnknown(graph, log, heads)
    const foreign = foreignSteps(graph, known, heads)
    if (foreign.length === 0) return { from: heads, to: heads, steps: [], ...ahead(graph, heads) }
    await refuseToTakeAll(environment, options, { log, heads, foreign })
    const applied = appliedFromLog(log)
    const scripts = foreign.flatMap(({ revision }) => {
      const entry = applied.get(revision.id)
      return (entry && keptScript(entry)) ?? []
    })
    const kept = new Set(scripts.map(({ revision }) => revision.id))
    const lost = foreign.map(({ revision }) => revision.id).filter((id) => !kept.has(id))
    if (lost.length > 0) throw new NoWayBackError(lost, freshDatabase((await environment.dataSource()).options))
    const result = await migrate(
      session,
      defined({
        ...runOptions(environment, options),
        kind: 'downgrade' as const,
        graph: known,
        scripts,
        steps: (now: readonly string[]) => foreignSteps(graph, known, now),
        backup: backupOptions(environment),
      }),
    )
    return defined({
      from: result.before,
      to: result.heads,
      steps: movedSteps(result),
      ...ahead(graph, result.heads),
      backup: result.backup,
    })
  },
  print(result, { line, paint }) {
    const place = paint.bold(result.to.join(', ') || 'base')
    if (result.steps.length > 0) line(`The database is at ${place}.`)
    else line(`Nothing to take back: the database is at ${place}, and all of it is here.`)
    if (result.next.length === 0) return
    const target = result.heads.length > 1 ? 'heads' : 'head'
    line(`${paint.bold(`\`autogen upgrade ${target}\``)} would run ${result.next.join(', ')}.`)
  },
}

/** A folder without any of the revisions is a wrong setting sooner than another branch. */
async function refuseToTakeAll(
  { graph, dataSource }: Environment,
  { yesOn: named }: SwitchOptions,
  { log, heads, foreign }: { log: readonly LogEntry[]; heads: readonly string[]; foreign: readonly Step[] },
): Promise<void> {
  if (aheadOrDiverged(log, graph, heads).shares) return
  const database = nameOf(addressOf((await dataSource()).options))
  if (named === database) return
  throw new NothingSharedError(
    foreign.map(({ revision }) => revision.id),
    database,
  )
}

/** The steps back, newest first, of what the database holds and the folder does not. */
function foreignSteps(graph: RevisionGraph, known: RevisionGraph, heads: readonly string[]): Step[] {
  return inRunOrder(known, ancestorsOf(known, heads))
    .filter((id) => !graph.revisions.has(id))
    .reverse()
    .map((id) => ({ direction: 'down', revision: known.revisions.get(id)! }))
}

function ahead(graph: RevisionGraph, heads: readonly string[]) {
  const next = upgradePath(graph, heads, graph.realHeads).map(({ revision }) => revision.id)
  return { next, heads: graph.heads }
}

/** What a revision committed before it failed is in no version row, and so not in the way back. */
function warnOfHalfDone({ graph, emit }: Environment, log: readonly LogEntry[]): void {
  const left = openAttempts(log).filter(
    (attempt) => attempt.direction === 'up' && isHalfDone(attempt) && !graph.revisions.has(attempt.revision),
  )
  const revisions = [...new Set(left.map(({ revision }) => revision))]
  if (revisions.length === 0) return
  const message = `${revisions.join(', ')} failed half way and is not here: what it had committed stays in the database.`
  emit({ type: 'warning', code: 'half-done', message, revisions })
}
