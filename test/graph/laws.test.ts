// What holds for every history: random graphs, random moves.
import { histories } from '../support/histories'
import { fc } from '../support/laws'
import { buildGraph, type RevisionGraph } from '../../src/graph/graph'
import { headsAfter } from '../../src/graph/heads'
import { ancestorsOf, branchOf, descendantsOf, lineageOf, needsOf, tipsOf } from '../../src/graph/lineage'
import { downgradePath, stampPath, upgradePath, type Target } from '../../src/graph/path'
import { AutogenError, exitCodes, StepOutOfOrderError } from '../../src/errors'
import { resolveTargets } from '../../src/graph/target'
import type { Revision, Step } from '../../src/graph/revision'
import { drawHistory } from '../../src/graph/draw'

/** How many histories are tried where that is worth more than the usual hundred. */
const soak = Number(process.env.AUTOGEN_SOAK) || 100

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

test('b31 b32: a branch taken back to base is gone, and nothing that another branch stands on unless it depends on the branch', () => {
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

/** Whatever a person may type, by the revisions there are; X stands before the `@`. */
const words = fc.record({
  kind: fc.constantFrom('up', 'down', 'stamp'),
  form: fc.constantFrom(
    'ID',
    'X@ID',
    'heads',
    'X@heads',
    'base',
    'X@base',
    '+1',
    '-1',
    'X@+1',
    'X@-1',
    'ID+1',
    'ID-2',
    'head',
  ),
  id: fc.nat(),
  branch: fc.nat(),
})

test('whatever is typed, one after the other, is refused as a whole or leads from consistent rows to consistent rows', () => {
  let moved = 0
  fc.assert(
    fc.property(histories, fc.array(words, { minLength: 1, maxLength: 12 }), (graph, typed) => {
      const all = [...graph.revisions.keys()]
      let rows: readonly string[] = []
      for (const { kind, form, id, branch } of typed) {
        const names = [...all, ...graph.labels.keys()]
        const text = form.replace('ID', names[id % names.length]!).replace('X', names[branch % names.length]!)
        const direction = kind as 'up' | 'down' | 'stamp'
        let steps: readonly Step[]
        try {
          const targets = resolveTargets(graph, text, { current: rows, direction })
          steps =
            direction === 'up'
              ? upgradePath(graph, rows, targets)
              : direction === 'down'
                ? downgradePath(graph, rows, targets)
                : stampPath(graph, rows, targets).steps
        } catch (error) {
          expect(error).toBeInstanceOf(AutogenError)
          continue
        }
        rows = take(graph, rows, steps)
        moved += steps.length
      }
      expect([...take(graph, rows, downgradePath(graph, rows, [{ id: null }]))]).toEqual([])
    }),
    { numRuns: soak },
  )
  expect(moved).toBeGreaterThan(soak)
})

test('a stamp to the base of a branch leaves the rows that a downgrade leaves', () => {
  fc.assert(
    fc.property(picked, fc.nat(), ({ graph, some }, pick) => {
      const rows = rowsOf(graph, some)
      const branch = [...graph.revisions.keys()][pick % graph.revisions.size]!
      const down = take(graph, rows, downgradePath(graph, rows, [{ id: null, branch }]))
      expect([...stampPath(graph, rows, [{ id: null, branch }]).heads].sort()).toEqual([...down].sort())
    }),
  )
})

test('below what a label covers begins another branch, or nothing', () => {
  fc.assert(
    fc.property(picked, fc.nat(), ({ graph }, pick) => {
      const branch = [...graph.revisions.keys()][pick % graph.revisions.size]!
      const own = branchOf(graph, branch)
      for (const id of ancestorsOf(graph, [branch], 'parents')) {
        const outside = own.has(id) ? graph.revisions.get(id)!.down.filter((parent) => !own.has(parent)) : []
        for (const parent of outside) expect(graph.children.get(parent)!.some((child) => !own.has(child))).toBe(true)
      }
    }),
  )
})

/** What can be wrong with a history, done to one revision `at` and one above it. */
const faults: Record<string, (all: Revision[], at: number, above: number) => Revision[]> = {
  RevisionLoopError: (all, at) => all.with(at, { ...all[at]!, down: [...all[at]!.down, all[at]!.id] }),
  DependencyLoopError: (all, at) => all.with(at, { ...all[at]!, dependsOn: [all[at]!.id] }),
  MissingParentError: (all, at) => all.with(at, { ...all[at]!, down: ['gone'] }),
  MissingDependencyError: (all, at) => all.with(at, { ...all[at]!, dependsOn: ['gone'] }),
  DuplicateRevisionError: (all, at) => [...all, { ...all[at]!, path: 'again.ts' }],
  RevisionCycleError: (all, at, above) => all.with(at, { ...all[at]!, down: [all[above]!.id] }),
  DependencyCycleError: (all, at, above) => all.with(at, { ...all[at]!, dependsOn: [all[above]!.id] }),
}

test.each(Object.keys(faults))('%s is told from every other fault, and names the file', (name) => {
  fc.assert(
    fc.property(histories, fc.nat(), fc.nat(), (graph, first, second) => {
      const all = [...graph.revisions.values()].map((one) => ({ ...one, path: `${one.id}.ts` }))
      const at = first % all.length
      const needing = descendantsOf(graph, [all[at]!.id], name === 'RevisionCycleError' ? 'parents' : 'all')
      const others = all.flatMap(({ id }, position) => (position !== at && needing.has(id) ? [position] : []))
      if (name.endsWith('CycleError') && others.length === 0) return
      const broken = faults[name]!(all, at, others[second % Math.max(1, others.length)] ?? at)
      try {
        buildGraph(broken)
      } catch (error) {
        expect(error).toMatchObject({ name, exitCode: exitCodes.graph })
        expect((error as Error).message).toContain(`${all[at]!.id}.ts`)
        return
      }
      throw new Error('The graph was built.')
    }),
  )
})

test('a step is refused exactly where what it needs did not run, it ran already, or something stands on it', () => {
  fc.assert(
    fc.property(picked, fc.nat(), fc.boolean(), ({ graph, some }, pick, up) => {
      const ids = [...graph.revisions.keys()]
      if (ids.length === 0) return
      const id = ids[pick % ids.length]!
      const rows = rowsOf(graph, some)
      const ran = ancestorsOf(graph, rows)
      const legal = up ? !ran.has(id) && needsOf(graph, id).every((need) => ran.has(need)) : rows.includes(id)
      const step: Step = { direction: up ? 'up' : 'down', revision: graph.revisions.get(id)! }
      if (legal) expect(() => headsAfter(graph, rows, step)).not.toThrow()
      else expect(() => headsAfter(graph, rows, step)).toThrow(StepOutOfOrderError)
    }),
    { numRuns: soak },
  )
})

test.each<[shape: string, parents: (at: number) => readonly number[]]>([
  ['one line', (at) => (at === 0 ? [] : [at - 1])],
  ['two lines that meet', (at) => (at < 2 ? [] : at === 1999 ? [1997, 1998] : [at - 2])],
])('the steps of %s, up and down, look at a few revisions each, however long it is', (_shape, parents) => {
  const name = (at: number) => `r${at}`
  const graph = buildGraph(
    Array.from({ length: 2000 }, (_, at) => ({
      id: name(at),
      down: parents(at).map(name),
      labels: [],
      dependsOn: [],
      message: '',
    })),
  )
  let looked = 0
  const counted = new Map(graph.revisions)
  counted.get = (id) => (looked++, graph.revisions.get(id))
  const watched = { ...graph, revisions: counted }
  let heads: readonly string[] = []
  for (const step of upgradePath(graph, [], graph.realHeads)) heads = headsAfter(watched, heads, step).heads
  for (const step of downgradePath(graph, heads, [{ id: null }])) heads = headsAfter(watched, heads, step).heads
  expect(heads).toEqual([])
  // Some of each for every step; where the second line begins once, all of the first.
  expect(looked).toBeLessThan(2000 * 20)
})
