import {
  DependencyCycleError,
  DependencyLoopError,
  DuplicateLabelError,
  DuplicateRevisionError,
  exitCodes,
  MalformedLabelError,
  MalformedRevisionIdError,
  MissingDependencyError,
  MissingParentError,
  RevisionCycleError,
  RevisionLoopError,
} from '../../src/errors'
import { buildGraph } from '../../src/graph/graph'
import { branchLabels } from '../../src/graph/lineage'
import type { Revision } from '../../src/graph/revision'
import { graph, revisions } from '../support/graph'

function revision(id: string, fields: Partial<Revision> = {}): Revision {
  return { id, down: [], labels: [], dependsOn: [], message: '', path: `${id}.ts`, ...fields }
}

/** The error that building throws. */
function refusal(...given: Revision[]): Error {
  try {
    buildGraph(given)
  } catch (error) {
    return error as Error
  }
  throw new Error('The graph was built.')
}

const orderOf = (...drawing: string[]) => [...graph(...drawing).revisions.keys()].join(' ')

describe('a graph', () => {
  test('b30: knows its heads, bases, children and labels', () => {
    const history = graph('a -> b', 'b -> c1 labelled L1', 'b -> c2 needs x', 'x')
    expect(history.heads).toEqual(['c1', 'x', 'c2'])
    expect(history.realHeads).toEqual(['c1', 'c2'])
    expect(history.bases).toEqual(['a', 'x'])
    expect(history.children.get('b')).toEqual(['c1', 'c2'])
    expect(history.dependents.get('x')).toEqual(['c2'])
    expect(history.dependencies.get('c2')).toEqual(['x'])
    expect(history.labels).toEqual(new Map([['L1', 'c1']]))
  })

  test('of nothing has no heads and no bases', () => {
    expect(graph()).toMatchObject({ heads: [], realHeads: [], bases: [] })
  })

  test.each<[string, string[], string]>([
    ['a line', ['a -> b -> c'], 'a b c'],
    ['a diamond', ['a -> b1 -> c', 'a -> b2', 'c, b2 -> d'], 'a b1 c b2 d'],
    ['a branch is walked whole before the next', ['a -> b1 -> c1 -> d1', 'a -> b2 -> c2'], 'a b2 c2 b1 c1 d1'],
    ['two fork points', ['a -> b', 'b -> c1', 'b -> c2 -> d', 'd -> e1', 'd -> e2'], 'a b c1 c2 d e1 e2'],
    ['what has no parent but a dependency', ['a -> b', 'x needs b'], 'a b x'],
  ])('b20 b21 b23 b34: runs %s in order', (_, drawing, order) => {
    expect(orderOf(...drawing)).toBe(order)
  })

  test('runs in the same order, however the revisions were read', () => {
    const drawing = revisions('a -> b', 'b -> c1 -> d1', 'b -> c2', 'c2, d1 -> m', 'x needs c1')
    const expected = [...buildGraph(drawing).revisions.keys()]
    expect([...buildGraph([...drawing].reverse()).revisions.keys()]).toEqual(expected)
  })

  test('of ten thousand revisions is built and walked', () => {
    const long = Array.from({ length: 10_000 }, (_, index) =>
      revision(`r${index}`, { down: index === 0 ? [] : [`r${index - 1}`] }),
    )
    expect(buildGraph(long).heads).toEqual(['r9999'])
  })

  test('b43: takes ids that are parts of each other', () => {
    expect(orderOf('aa -> aaaa -> a')).toBe('aa aaaa a')
  })
})

describe('a label', () => {
  test('covers its descendants and its ancestors back to the branch point', () => {
    const history = graph('a -> b', 'b -> c1 -> d1 labelled L -> e1', 'b -> c2')
    expect(Object.fromEntries(branchLabels(history))).toEqual({ a: [], b: [], c1: ['L'], d1: ['L'], e1: ['L'], c2: [] })
  })

  test('covers its ancestors when the history forks and merges above it', () => {
    const history = graph('a -> b labelled L', 'b -> c1', 'b -> c2', 'c1, c2 -> m')
    expect([...branchLabels(history).values()]).toEqual([['L'], ['L'], ['L'], ['L'], ['L']])
  })
})

describe('refused is', () => {
  test.each(['', 'a b', 'a@b', 'a+1', 'a:b', "a'", 'é', 'head', 'heads', 'base', 'current', 'x'.repeat(65)])(
    'the id %j',
    (id) => {
      expect(refusal(revision(id, { path: 'x.ts' }))).toEqual(new MalformedRevisionIdError(id, 'x.ts'))
    },
  )

  test.each(['a1b2', 'V1.2_3', 'x'.repeat(64), 'HEAD'])('not the id %s', (id) => {
    expect(buildGraph([revision(id)]).heads).toEqual([id])
  })

  test('an id that two files have, with both', () => {
    expect(refusal(revision('a'), revision('a', { path: 'b.ts' }))).toEqual(
      new DuplicateRevisionError('a', ['a.ts', 'b.ts']),
    )
  })

  test('a parent that is in no file', () => {
    const error = refusal(revision('b', { down: ['a'] }))
    expect(error).toBeInstanceOf(MissingParentError)
    expect(error).toMatchObject({ code: 'missing-parent', exitCode: exitCodes.graph })
    expect(error.message).toBe('Revision b (b.ts) names a as its parent, and no migration has that id.')
  })

  test('a dependency that is in no file', () => {
    expect(refusal(revision('b', { dependsOn: ['a'] }))).toBeInstanceOf(MissingDependencyError)
  })

  test.each(['we@ird+1', 'a-b', '', 'head'])('the label %j', (label) => {
    expect(refusal(revision('a', { labels: [label] }))).toBeInstanceOf(MalformedLabelError)
  })

  test('b6: a label that two revisions declare, with both', () => {
    const error = refusal(revision('a', { labels: ['L'] }), revision('b', { labels: ['L'] }))
    expect(error).toBeInstanceOf(DuplicateLabelError)
    expect(error.message).toBe('The branch label L does not name one revision only: a (a.ts) and b (b.ts).')
  })

  test('a label that is a revision', () => {
    expect(refusal(revision('a'), revision('b', { labels: ['a'] }))).toBeInstanceOf(DuplicateLabelError)
  })

  test.each<[string, string[]]>([
    ['alone', ['x']],
    ['at a base', ['x', 'x -> b']],
    ['at a head', ['a -> x']],
    ['at a branch point', ['x -> b', 'x -> c']],
    ['at a merge', ['a', 'b', 'a, b -> x']],
  ])('b39 b40: a revision that is its own parent or dependency, %s', (_, drawing) => {
    const looped = (field: 'down' | 'dependsOn') =>
      revisions(...drawing).map((item) => (item.id === 'x' ? { ...item, [field]: [...item[field], 'x'] } : item))
    expect(refusal(...looped('down'))).toBeInstanceOf(RevisionLoopError)
    expect(refusal(...looped('dependsOn'))).toBeInstanceOf(DependencyLoopError)
  })

  test.each<[string, string[]]>([
    ['alone', []],
    ['beside a valid tree', ['a -> b']],
    ['below a valid chain', ['z -> v1 -> v2']],
    ['above a valid base', ['x needs base1', 'base1']],
  ])('b41: a cycle, %s, with its members in order', (_, drawing) => {
    const ring = [revision('x', { down: ['z'] }), revision('y', { down: ['x'] }), revision('z', { down: ['y'] })]
    const others = revisions(...drawing).filter(({ id }) => !'xyz'.includes(id))
    const error = refusal(...ring, ...others)
    expect(error).toBeInstanceOf(RevisionCycleError)
    expect((error as RevisionCycleError).members.map(({ id }) => id).sort()).toEqual(['x', 'y', 'z'])
    expect(error.message).toContain('(x.ts)')
  })

  test.each<[string, string[]]>([
    ['of dependencies alone', ['a needs b', 'b needs c', 'c needs a']],
    ['of a dependency and parents', ['a needs c -> b -> c']],
    ['beside a valid tree', ['v -> w', 'a needs b', 'b needs a']],
    ['by way of a label', ['a needs L', 'b labelled L needs a']],
  ])('b42: a cycle of dependencies, %s', (_, drawing) => {
    expect(refusal(...revisions(...drawing))).toBeInstanceOf(DependencyCycleError)
  })
})
