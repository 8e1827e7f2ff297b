// What holds for every history: random graphs, random moves.
import { fc } from '../support/laws'
import { buildGraph, type RevisionGraph } from '../../src/graph/graph'
import { headsAfter } from '../../src/graph/heads'
import { ancestorsOf, lineageOf, needsOf, tipsOf } from '../../src/graph/lineage'
import { downgradePath, stampPath, upgradePath, type Target } from '../../src/graph/path'
import type { Revision, Step } from '../../src/graph/revision'
import { drawHistory } from '../../src/graph/draw'

/** A history in which every revision has up to three parents and two dependencies among those before it, read in any order. */
const histories = fc
  .array(
    fc.record({
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      dependencies: fc.array(fc.nat(), { maxLength: 2 }),
      rank: fc.nat(),
    }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((nodes) => {
    const before = (picks: readonly number[], at: number) => [
      ...new Set(at === 0 ? [] : picks.map((pick) => `r${pick % at}`)),
    ]
    const revisions = nodes.map(({ parents, dependencies }, at): Revision => ({
      id: `r${at}`,
      down: before(parents, at),
      dependsOn: before(dependencies, at),
      labels: [],
      message: '',
    }))
    const shuffled = revisions
      .map((revision, at) => ({ revision, rank: nodes[at]!.rank }))
      .sort((a, b) => a.rank - b.rank)
    return buildGraph(shuffled.map(({ revision }) => revision))
  })

/** A history, and some of its revisions. */
const picked = histories.chain((graph) =>
  fc.record({
    graph: fc.constant(graph),
    some: fc.subarray([...graph.revisions.keys()]),
    others: fc.subarray([...graph.revisions.keys()]),
  }),
)

/** Rows that can occur: the tips of some revisions and all they need. */
const rowsOf = (graph: RevisionGraph, ids: readonly string[]) => tipsOf(graph, ancestorsOf(graph, ids))

/** Takes the steps one by one and checks after each that the rows say exactly what ran. */
function take(graph: RevisionGraph, rows: readonly string[], steps: readonly Step[]): readonly string[] {
  const ran = ancestorsOf(graph, rows)
  let heads = rows
  for (const step of steps) {
    const { id } = step.revision
    const up = step.direction === 'up'
    const inTheWay = up
      ? needsOf(graph, id).filter((need) => !ran.has(need))
      : [...ran].filter((left) => needsOf(graph, left).includes(id))
    expect({ id, ran: ran.has(id), inTheWay }).toEqual({ id, ran: !up, inTheWay: [] })
    if (up) ran.add(id)
    else ran.delete(id)
    const change = headsAfter(graph, heads, step)
    expect([...heads.filter((head) => !change.removed.includes(head)), ...change.added].sort()).toEqual(
      [...change.heads].sort(),
    )
    heads = change.heads
    expect([...heads].sort()).toEqual(tipsOf(graph, ran).sort())
  }
  return heads
}

test('no revision runs before what it needs, and upgrading to heads ends at the real heads', () => {
  fc.assert(
    fc.property(picked, ({ graph, some }) => {
      const rows = rowsOf(graph, some)
      expect([...take(graph, rows, upgradePath(graph, rows, graph.heads))].sort()).toEqual([...graph.realHeads].sort())
    }),
  )
})

test('upgrading anywhere and back to base leaves no rows', () => {
  fc.assert(
    fc.property(picked, ({ graph, some, others }) => {
      const rows = rowsOf(graph, some)
      const up = take(graph, rows, upgradePath(graph, rows, others))
      for (const id of others) expect(ancestorsOf(graph, up).has(id)).toBe(true)
      expect(take(graph, up, downgradePath(graph, up, [{ id: null }]))).toEqual([])
    }),
  )
})

test('the steps of an upgrade taken back one by one return to the same rows', () => {
  fc.assert(
    fc.property(picked, ({ graph, some, others }) => {
      const rows = rowsOf(graph, some)
      const steps = upgradePath(graph, rows, others)
      const up = take(graph, rows, steps)
      const back = [...steps].reverse().map(({ revision }): Step => ({ direction: 'down', revision }))
      expect([...take(graph, up, back)].sort()).toEqual([...rows].sort())
    }),
  )
})

test('a downgrade keeps its target, and an upgrade to the old rows undoes it', () => {
  fc.assert(
    fc.property(picked, fc.nat(), fc.option(fc.nat(), { nil: undefined }), ({ graph, some }, pick, branchPick) => {
      const rows = rowsOf(graph, some)
      const ran = [...ancestorsOf(graph, rows)]
      if (ran.length === 0) return
      const id = ran[pick % ran.length]!
      const branch = branchPick === undefined ? undefined : ran[branchPick % ran.length]!
      const target: Target = branch === undefined ? { id } : { id, branch }
      const down = take(graph, rows, downgradePath(graph, rows, [target]))
      expect(ancestorsOf(graph, down).has(id)).toBe(true)
      expect([...take(graph, down, upgradePath(graph, down, rows))].sort()).toEqual([...rows].sort())
    }),
  )
})

test('a branch taken back to base is gone, and nothing that another branch stands on unless it depends on the branch', () => {
  fc.assert(
    fc.property(picked, fc.nat(), ({ graph, some }, pick) => {
      const rows = rowsOf(graph, some)
      const ran = ancestorsOf(graph, rows)
      const branch = [...graph.revisions.keys()][pick % graph.revisions.size]!
      const steps = downgradePath(graph, rows, [{ id: null, branch }])
      const gone = new Set(steps.map(({ revision }) => revision.id))
      take(graph, rows, steps)
      const lineage = lineageOf(graph, branch)
      const shared = ancestorsOf(
        graph,
        [...ran].filter((id) => !lineage.has(id)),
        'parents',
      )
      for (const id of ran) {
        const dependent = needsOf(graph, id).some((need) => gone.has(need))
        expect({ id, gone: gone.has(id) }).toEqual({ id, gone: dependent || (lineage.has(id) && !shared.has(id)) })
      }
    }),
  )
})

test('a stamp leaves rows that can occur, and its steps lead to them', () => {
  fc.assert(
    fc.property(picked, fc.nat(), ({ graph, some }, pick) => {
      const rows = rowsOf(graph, some)
      const all = [...graph.revisions.keys()]
      const id = all[pick % all.length]!
      const stamp = stampPath(graph, rows, [id])
      expect(stamp.heads).toContain(id)
      expect([...stamp.heads].sort()).toEqual(rowsOf(graph, stamp.heads).sort())
      expect([...take(graph, rows, stamp.steps)].sort()).toEqual([...stamp.heads].sort())
    }),
  )
})

test('every revision is drawn once, below all that stands on it', () => {
  fc.assert(
    fc.property(histories, (graph) => {
      const drawn = drawHistory(graph).flatMap(({ revision }) => (revision === undefined ? [] : [revision]))
      expect([...drawn].sort()).toEqual([...graph.revisions.keys()].sort())
      drawn.forEach((id, at) => {
        for (const need of needsOf(graph, id)) expect(drawn.indexOf(need)).toBeGreaterThan(at)
      })
    }),
  )
})
