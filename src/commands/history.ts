// `autogen history`: the revisions as a graph, newest first.
import { drawHistory } from '../graph/draw'
import { mermaid } from '../graph/mermaid'
import { resolveRange } from '../graph/target'
import { revisionsBetween } from '../graph/path'
import { defined } from '../model/defined'
import { readHeads } from '../runtime/versions'
import { asksDatabase } from './chosen'
import type { Command } from './command'
import { block, listed, summary, type Listed } from './listing'

export interface HistoryOptions {
  /** `a:b`; either end may be empty. */
  readonly revRange?: string
  /** Asks the database where it is. */
  readonly indicateCurrent?: boolean
  readonly verbose?: boolean
}

export interface HistoryResult {
  /** Newest first. */
  readonly revisions: readonly Listed[]
  readonly lines: readonly { readonly graph: string; readonly revision?: string }[]
  /** Where the database was asked: its heads that no migration here has. */
  readonly unknown: readonly string[]
}

export const historyCommand: Command<HistoryOptions, HistoryResult> = {
  name: 'history',
  describe: 'list the revisions as a graph, newest first',
  examples: [
    ['autogen history -i', 'marks where the database is'],
    ['autogen history -r 3f2a:head', 'from one revision to the newest'],
    ['autogen history --format mermaid', 'a picture for a README or a pull request'],
  ],
  flags: {
    'rev-range': { type: 'string', alias: 'r', argument: 'FROM:TO', describe: 'only a part, both ends included' },
    'indicate-current': { type: 'boolean', alias: 'i', describe: 'ask the database and mark where it is' },
    format: { type: 'string', argument: 'text|json|mermaid', describe: 'how the history is printed (text)' },
  },
  formats: { mermaid: ({ revisions }) => mermaid(revisions) },
  async run(environment, options) {
    const { graph } = environment
    const range = options.revRange ?? ':'
    const asks = options.indicateCurrent === true || range.split(':').some(asksDatabase)
    const current = asks ? await readHeads(await environment.session()) : undefined
    const { lower, upper } = resolveRange(graph, range, current ?? [])
    const chosen = revisionsBetween(graph, lower, upper)
    const ids = new Set(chosen.map(({ id }) => id))
    return {
      revisions: chosen.map((revision) => listed(graph, revision, current)).reverse(),
      lines: drawHistory(graph, defined({ only: ids })).map(({ graph: drawn, revision }) =>
        defined({ graph: drawn, revision }),
      ),
      unknown: (current ?? []).filter((id) => !graph.revisions.has(id)),
    }
  },
  print(result, { line: print, paint }, options) {
    for (const id of result.unknown) {
      print(`${paint.bold(id)} ${paint.green('(current)')} ${paint.yellow('(not among the revisions at hand)')}`)
    }
    if (result.revisions.length === 0) return print('There are no revisions yet.')
    const byId = new Map(result.revisions.map((item) => [item.revision, item]))
    for (const { graph, revision } of result.lines) {
      const item = revision === undefined ? undefined : byId.get(revision)
      if (item === undefined) print(graph)
      else if (options.verbose === true)
        block(item, paint).forEach((text, at) =>
          print(`${at === 0 ? graph : graph.replace(/[^|│ ]/g, '│')} ${text}`.trimEnd()),
        )
      else print(`${graph} ${summary(item, paint)}`)
    }
  },
}
