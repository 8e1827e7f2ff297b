// A history as lines for a terminal, newest first. Colours and texts are the command line's.
import type { RevisionGraph } from './graph'
import { isBranchPoint, isMergePoint } from './lineage'

/** DrawnLine is one line of the picture: lines only, or a revision with its marks. */
export interface DrawnLine {
  readonly graph: string
  readonly revision?: string
  readonly marks: readonly Mark[]
}

/** Mark says what is special about a revision's place. An effective head is a head that others depend on. */
export type Mark = 'head' | 'effective head' | 'current' | 'branchpoint' | 'mergepoint'

/** DrawOptions choose what is drawn and how. */
export interface DrawOptions {
  /** The version rows, to mark them. */
  readonly current?: readonly string[]
  /** Only these revisions; all when left out. */
  readonly only?: ReadonlySet<string>
  /** Plain ASCII instead of box characters. */
  readonly ascii?: boolean
}

/**
 * Draws the revisions. Every branch has a lane; a lane ends in the revision its branch comes from, and a merge opens one
 * for every further parent:
 *
 *     * m
 *     ├─┐
 *     │ * c2
 *     * │ c1
 *     ├─┘
 *     * b
 */
export function drawHistory(graph: RevisionGraph, options: DrawOptions = {}): DrawnLine[] {
  const shown = [...graph.revisions.keys()].filter((id) => options.only?.has(id) ?? true).reverse()
  const drawn = new Set(shown)
  const lines: DrawnLine[] = []
  // What every lane waits for; undefined where a lane is free.
  let lanes: (string | undefined)[] = []
  const draw = (text: string, revision?: string) => {
    const spelled = options.ascii ? text.replace(/[│├─┤┼┐┘┬┴]/g, (box) => ascii[box]!) : text
    const marks = revision === undefined ? [] : marksOf(graph, revision, options.current ?? [])
    lines.push({ graph: spelled.trimEnd(), ...(revision === undefined ? {} : { revision }), marks })
  }

  for (const id of shown) {
    let lane = lanes.indexOf(id)
    if (lane < 0) lane = firstFree(lanes)
    const closing = [...lanes.keys()].filter((other) => other !== lane && lanes[other] === id)
    if (closing.length > 0) draw(join(lanes, lane, closing, '┘', '┴'))
    for (const other of closing) lanes[other] = undefined
    lanes[lane] = id
    draw(lanes.map((waits, at) => (at === lane ? '* ' : waits === undefined ? '  ' : '│ ')).join(''), id)

    const [first, ...others] = graph.revisions.get(id)!.down.filter((parent) => drawn.has(parent))
    lanes[lane] = first
    const opened = others.map((parent) => {
      const free = firstFree(lanes, lane + 1)
      lanes[free] = parent
      return free
    })
    if (opened.length > 0) draw(join(lanes, lane, opened, '┐', '┬'))
    while (lanes.length > 0 && lanes.at(-1) === undefined) lanes = lanes.slice(0, -1)
  }
  return lines
}

const ascii: Readonly<Record<string, string>> = {
  '│': '|',
  '├': '|',
  '┤': '|',
  '─': '-',
  '┼': '+',
  '┐': '.',
  '┘': "'",
  '┬': '.',
  '┴': "'",
}

/** The line between a revision's lane and those that begin or end at it; lanes in between pass through. */
function join(
  lanes: readonly (string | undefined)[],
  lane: number,
  ends: readonly number[],
  last: string,
  inner: string,
) {
  const from = Math.min(lane, ...ends)
  const to = Math.max(lane, ...ends)
  return lanes
    .map((waits, at) => {
      const line = at >= from && at < to ? '─' : ' '
      if (at === lane) return (at === to ? '┤' : '├') + line
      if (ends.includes(at)) return (at === to ? last : at === from ? '┌' : inner) + line
      if (waits === undefined) return at > from && at < to ? '──' : '  '
      return (at > from && at < to ? '┼' : '│') + line
    })
    .join('')
}

function firstFree(lanes: readonly (string | undefined)[], from = 0): number {
  const free = lanes.findIndex((waits, at) => at >= from && waits === undefined)
  return free < 0 ? Math.max(lanes.length, from) : free
}

function marksOf(graph: RevisionGraph, id: string, current: readonly string[]): Mark[] {
  const marks: [Mark, boolean][] = [
    ['head', graph.realHeads.includes(id)],
    ['effective head', graph.heads.includes(id) && !graph.realHeads.includes(id)],
    ['current', current.includes(id)],
    ['branchpoint', isBranchPoint(graph, id)],
    ['mergepoint', isMergePoint(graph, id)],
  ]
  return marks.filter(([, applies]) => applies).map(([mark]) => mark)
}
