// `autogen heads`: the newest revisions; more than one means that branches wait to be merged.
import type { Command } from './command'
import { block, line, listed, type Listed } from './listing'

export interface HeadsOptions {
  readonly verbose?: boolean
}

export interface HeadsResult {
  readonly heads: readonly Listed[]
}

export const headsCommand: Command<HeadsOptions, HeadsResult> = {
  name: 'heads',
  describe: 'show the newest revisions',
  examples: [['autogen heads', 'two lines mean that branches wait to be merged']],
  flags: {},
  async run({ graph }) {
    return {
      heads: graph.heads.map((id) => listed(graph, graph.revisions.get(id)!)),
    }
  },
  print(result, { line: print, paint }, options) {
    if (result.heads.length === 0) print('There are no revisions yet.')
    for (const item of result.heads) {
      if (options.verbose === true) block(item, paint).forEach((text) => print(text))
      else print(line(item, paint))
    }
    if (result.heads.length > 1)
      print(paint.dim('Several heads: `autogen merge heads -m "merge"` brings them together.'))
  },
}
