// `autogen wait --until head`: for containers of an application that must not start before the database is ready.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../environment'
import {
  exitCodes,
  AuthenticationFailedError,
  AutogenError,
  InterruptedError,
  UsageError,
  WaitTimeoutError,
} from '../errors'
import { ancestorsOf } from '../graph/lineage'
import { movesWithDatabase, resolveRevisions } from '../graph/target'
import { aheadOrDiverged } from '../runtime/history'
import { readLog } from '../runtime/log'
import { readHeads } from '../runtime/versions'
import type { Command } from './command'

export interface WaitOptions {
  /** `head` when left out; all heads where there are several. */
  readonly until?: string
  /** Seconds; 60 when left out. */
  readonly timeout?: number
}

export interface WaitResult {
  readonly heads: readonly string[]
  readonly waitedMs: number
}

const pauseMs = 500

export const waitCommand: Command<WaitOptions, WaitResult> = {
  name: 'wait',
  describe: 'wait until the database is at a revision, or beyond it',
  examples: [['autogen wait --until head --timeout 60', 'start the application when the migrations have run']],
  flags: {
    until: { type: 'string', argument: 'TARGET', describe: 'the revision to wait for (head)' },
    timeout: { type: 'number', argument: 'SECONDS', describe: 'when to give up, with code 7 (60)' },
  },
  async run(environment, options) {
    const { until = 'heads' } = options
    if (movesWithDatabase(until)) {
      throw new UsageError(
        `\`${until}\` counts from where the database is, and that is what is waited to change.`,
        'Name a revision, a label or `head`, such as `--until head`.',
      )
    }
    const wanted = resolveRevisions(environment.graph, until)
    const started = Date.now()
    const limit = (options.timeout ?? 60) * 1000
    for (;;) {
      const found = await look(environment)
      if (found.heads !== undefined && isThere(environment, wanted, found)) {
        return { heads: found.heads, waitedMs: Date.now() - started }
      }
      if (environment.signal?.aborted) throw new InterruptedError()
      if (Date.now() - started + pauseMs > limit) {
        throw new WaitTimeoutError(wanted, found.heads, found.reason?.message, found.reason?.hint)
      }
      await sleep(pauseMs)
    }
  },
  print(result, { line, paint }) {
    line(`The database is at ${paint.bold(result.heads.join(', ') || 'base')}.`)
  },
}

interface Sight {
  readonly heads?: readonly string[]
  readonly ahead?: boolean
  /** Why the heads could not be read. */
  readonly reason?: AutogenError
}

/** A database that does not answer yet is what we wait for; a diverged one, or a wrong password, will not become another by waiting. */
async function look(environment: Environment): Promise<Sight> {
  try {
    // A file that was missing may be there by now.
    await environment.lookAgain()
    const session = await environment.session()
    const heads = await readHeads(session)
    const { state } = aheadOrDiverged(await readLog(session), environment.graph, heads)
    return { heads, ahead: state === 'ahead' }
  } catch (error) {
    if (!(error instanceof AutogenError) || error.exitCode !== exitCodes.unreachable) throw error
    if (error instanceof AuthenticationFailedError) throw error
    return { reason: error }
  }
}

function isThere({ graph }: Environment, wanted: readonly string[], { heads = [], ahead }: Sight): boolean {
  if (ahead === true) return true
  const ran = ancestorsOf(
    graph,
    heads.filter((id) => graph.revisions.has(id)),
  )
  return wanted.every((id) => ran.has(id))
}
