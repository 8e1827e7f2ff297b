// Histories as a person draws them: graph('a -> b', 'b -> c1 labelled L1', 'b -> c2 needs c1', 'c1, c2 -> m').
import { buildGraph, type RevisionGraph } from '../../src/graph/graph'
import { headsAfter } from '../../src/graph/heads'
import { downgradePath, stampPath, upgradePath } from '../../src/graph/path'
import type { Revision, Step } from '../../src/graph/revision'
import { resolveTargets } from '../../src/graph/target'

/** The revisions of a drawing; a name without an arrow before it, met first, is a base. */
export function revisions(...drawing: string[]): Revision[] {
  const found = new Map<string, Revision>()
  for (const line of drawing) {
    let down: string[] = []
    for (const part of line.split('->')) {
      const names: string[] = []
      for (const written of part.split(',')) {
        const [id = '', ...words] = written.trim().split(/\s+/)
        const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1]!.split('+') : [])
        names.push(id)
        if (found.has(id) && down.length === 0) continue
        found.set(id, { id, down, labels: after('labelled'), dependsOn: after('needs'), message: `${id} message` })
      }
      down = names
    }
  }
  return [...found.values()]
}

/** The graph of a drawing. */
export function graph(...drawing: string[]): RevisionGraph {
  return buildGraph(revisions(...drawing))
}

/** A move in words: the steps it takes (`+c1`, `-d2`), and the version rows after every one of them. */
export interface Move {
  readonly steps: string
  readonly rows: string
}

/** Upgrades on paper. */
export function up(history: RevisionGraph, current: string, ...targets: string[]): Move {
  const rows = split(current)
  return run(
    history,
    rows,
    upgradePath(history, rows, resolveTargets(history, targets, { current: rows, direction: 'up' })),
  )
}

/** Downgrades on paper. */
export function down(history: RevisionGraph, current: string, ...targets: string[]): Move {
  const rows = split(current)
  return run(
    history,
    rows,
    downgradePath(history, rows, resolveTargets(history, targets, { current: rows, direction: 'down' })),
  )
}

/** Stamps on paper: what is removed and added, and the rows afterwards. */
export function stamp(
  history: RevisionGraph,
  current: string,
  ...targets: string[]
): { removed: string; added: string; rows: string } {
  const rows = split(current)
  const { removed, added, heads } = stampPath(
    history,
    rows,
    resolveTargets(history, targets, { current: rows, direction: 'stamp' }),
  )
  return { removed: join(removed), added: join(added), rows: join(heads) }
}

function run(history: RevisionGraph, start: readonly string[], steps: readonly Step[]): Move {
  let rows = start
  for (const step of steps) rows = headsAfter(history, rows, step).heads
  const words = steps.map(({ direction, revision }) => (direction === 'up' ? '+' : '-') + revision.id)
  return { steps: words.join(' '), rows: join(rows) }
}

function split(names: string): string[] {
  return names === '' ? [] : names.split(' ')
}

function join(names: readonly string[]): string {
  return [...names].sort().join(' ')
}
