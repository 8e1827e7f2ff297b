// `autogen heads`: the newest revisions; more than one means that branches wait to be merged.
import { exitCodes } from '../errors'
import type { Command } from './command'
import { block, line, listed, type Listed } from './listing'
import { describeHeads } from './several-heads'

export interface HeadsOptions {
  /** Counts dependencies as parents: a head that others depend on is none. */
  readonly resolveDependencies?: boolean
  readonly verbose?: boolean
}

export interface HeadsResult {
  readonly heads: readonly Head[]
}

/** Head is a newest revision; who wrote it is asked where there are several. */
export interface Head extends Listed {
  readonly author?: string
}

export const headsCommand: Command<HeadsOptions, HeadsResult> = {
  name: 'heads',
  describe: 'show the newest revisions; with code 4 where there are several',
  examples: [
    ['autogen heads', 'two lines mean that branches wait to be merged'],
    ['autogen heads --resolve-dependencies', 'without those that others depend on'],
  ],
  flags: {
    'resolve-dependencies': { type: 'boolean', describe: 'count dependencies as parents' },
  },
  async run(environment, options) {
    const { graph } = environment
    const heads = options.resolveDependencies === true ? graph.realHeads : graph.heads
    const described = heads.length > 1 ? await describeHeads(environment, heads) : []
    return {
      heads: heads.map((id, at) => {
        const author = described[at]?.author
        return { ...listed(graph, graph.revisions.get(id)!), ...(author === undefined ? {} : { author }) }
      }),
    }
  },
  print(result, { line: print, paint }, options) {
    if (result.heads.length === 0) print('There are no revisions yet.')
    for (const item of result.heads) {
      const author = item.author === undefined ? '' : ` by ${item.author}`
      if (options.verbose !== true) print(`${line(item, paint)}${paint.dim(author)}`)
      else block(item, paint).forEach((text, at) => print(at === 0 ? `${text}${paint.dim(author)}` : text))
    }
    if (result.heads.length > 1)
      print(paint.dim('Several heads: `autogen merge heads -m "merge"` brings them together.'))
  },
  exitCode: (result) => (result.heads.length > 1 ? exitCodes.graph : 0),
}
