// `autogen show REV`: everything that is known of a revision.
import { branchLabels } from '../graph/lineage'
import { chooseRevisions } from './chosen'
import type { Command } from './command'
import { block, listed, type Listed } from './listing'

export interface ShowOptions {
  /** Ids, labels, `heads`, `current` ...; `head` when left out. */
  readonly revisions?: string | readonly string[]
}

export interface ShowResult {
  readonly revisions: readonly Shown[]
  /** Where `current` was asked: the database's heads that no migration here has. */
  readonly unknown: readonly string[]
}

/** Shown is a revision and what stands around it. */
export interface Shown extends Listed {
  /** The revisions that follow it. */
  readonly children: readonly string[]
  /** The labels of the branches it lies in. */
  readonly branches: readonly string[]
  readonly author?: string
}

export const showCommand: Command<ShowOptions, ShowResult> = {
  name: 'show',
  describe: 'show all that is known of a revision',
  examples: [
    ['autogen show 3f2a', 'parents, children, labels, file, message'],
    ['autogen show current', 'the revision the database is at'],
  ],
  positionals: [{ name: 'revisions', describe: 'ids, labels, heads, current ...', many: true, fallback: 'head' }],
  flags: {},
  async run(environment, options) {
    const { graph, authorOf } = environment
    const { revisions, current, unknown } = await chooseRevisions(environment, options.revisions ?? 'head')
    const labels = branchLabels(graph)
    const shown = revisions.map(async (revision) => {
      const author = await authorOf(revision.id)
      return {
        ...listed(graph, revision, current),
        children: graph.children.get(revision.id)!,
        branches: labels.get(revision.id)!,
        ...(author === undefined ? {} : { author }),
      }
    })
    return { revisions: await Promise.all(shown), unknown }
  },
  print(result, { line: print, paint }) {
    if (result.revisions.length + result.unknown.length === 0) print('base')
    for (const item of result.revisions) {
      for (const text of block(item, paint)) print(text)
      if (item.children.length > 0) print(`  children  ${item.children.join(', ')}`)
      if (item.branches.length > 0) print(`  branches  ${item.branches.join(', ')}`)
      if (item.author !== undefined) print(`  author    ${item.author}`)
    }
    for (const id of result.unknown) print(`${paint.bold(id)} ${paint.yellow('(not among the revisions at hand)')}`)
  },
}
