// Moves of a revision onto another, on paper.
import { AlreadyAppliedError, AmbiguousRebaseError, RebaseCycleError, RebaseMergeError } from '../../src/errors'
import { ancestorsOf, descendantsOf, needsOf } from '../../src/graph/lineage'
import { checkUnapplied, findRebase, headBeside, planRebase } from '../../src/graph/rebase'
import { graph } from '../support/graph'
import { fc } from '../support/laws'
import { histories } from '../support/histories'

const forked = graph('a -> b1 -> b2', 'a -> c1 -> c2')

test('the revision takes another parent, and all above it go along', () => {
  const { graph: after, moved } = planRebase(forked, 'b1', 'c2')
  expect(after.revisions.get('b1')!.down).toEqual(['c2'])
  expect(after.revisions.get('b2')!.down).toEqual(['b1'])
  expect(after.heads).toEqual(['b2'])
  expect(moved).toEqual(['b1', 'b2'])
})

test.each([
  ['itself', forked, 'b1', 'b1', 'Revision b1 cannot follow itself.'],
  ['what stands on it', forked, 'b1', 'b2', 'Revision b1 cannot follow b2, which stands on it.'],
  [
    'what depends on it',
    graph('a -> b', 'a -> c needs b'),
    'b',
    'c',
    'Revision b cannot follow c, which depends on it.',
  ],
  [
    'what depends on one that goes along',
    graph('a -> b1 -> b2', 'a -> c1 needs b2 -> c2'),
    'b1',
    'c2',
    'Revision b1 cannot follow c2, which depends on it.',
  ],
])('none can follow %s', (_, history, id, onto, message) => {
  expect(() => planRebase(history, id, onto)).toThrow(expect.objectContaining({ message, exitCode: 4 }))
  expect(() => planRebase(history, id, onto)).toThrow(RebaseCycleError)
})

test('a dependency on the new parent is harmless', () => {
  expect(planRebase(graph('a -> b needs c', 'a -> c'), 'b', 'c').graph.heads).toEqual(['b'])
})

test('a merge stays where it is, and what stands on one can be moved', () => {
  const merged = graph('a -> b', 'a -> c', 'b, c -> m -> n', 'a -> d')
  expect(() => planRebase(merged, 'm', 'd')).toThrow(RebaseMergeError)
  expect(planRebase(merged, 'n', 'd').graph.heads).toEqual(['m', 'n'])
})

test.each([
  ['one head beside it', forked, 'b1', 'c2'],
  ['none beside it', graph('a -> b'), 'b', undefined],
])('head means %s', (_, history, id, head) => {
  expect(headBeside(history, id)).toBe(head)
})

test('of several heads beside it one must be named', () => {
  expect(() => headBeside(graph('a -> b', 'a -> c', 'a -> d'), 'b')).toThrow(
    expect.objectContaining({
      message: 'There are several heads beside b: c, d.',
      hint: '`autogen rebase b --onto c` or `autogen rebase b --onto d` or `autogen merge heads -m "merge"`.',
    }),
  )
})

test.each([
  ['the revision', ['a', 'b1'], 'Revision b1 has run in this database, so it keeps its place.'],
  ['one above it', ['a', 'b2'], 'Revision b1 keeps its place: b2, which stands on it, has run in this database.'],
])('what has run is not moved: %s', (_, ran, message) => {
  const rebase = planRebase(forked, 'b1', 'c2')
  expect(() => checkUnapplied(rebase, new Set(ran))).toThrow(AlreadyAppliedError)
  expect(() => checkUnapplied(rebase, new Set(ran))).toThrow(
    expect.objectContaining({ message, exitCode: 6, hint: expect.stringContaining('`autogen downgrade a`') }),
  )
})

describe('what --auto finds', () => {
  test.each([
    ['the branch that has not run, from where it goes off', forked, ['a', 'c1', 'c2'], { id: 'b1', onto: 'c2' }],
    ['the other one', forked, ['a', 'b1', 'b2'], { id: 'c1', onto: 'b2' }],
    ['two first revisions', graph('a', 'b'), ['a'], { id: 'b', onto: 'a' }],
    ['nothing, where there is one head', graph('a -> b'), ['a'], undefined],
  ])('%s', (_, history, ran, expected) => {
    expect(findRebase(history, new Set(ran))).toEqual(expected)
  })

  test.each([
    ['neither ran', forked, ['a'], ['autogen rebase b1 --onto c2', 'autogen rebase c1 --onto b2']],
    ['both ran', forked, ['a', 'b1', 'b2', 'c1', 'c2'], []],
    ['the other one ran in part', forked, ['a', 'b1', 'c1', 'c2'], []],
    [
      'two did not',
      graph('a -> b', 'a -> c', 'a -> d'),
      ['a', 'b'],
      ['autogen rebase c --onto b', 'autogen rebase d --onto b'],
    ],
  ])('is not clear where %s, and then the commands are printed', (_, history, ran, commands) => {
    expect(() => findRebase(history, new Set(ran))).toThrow(AmbiguousRebaseError)
    expect(() => findRebase(history, new Set(ran))).toThrow(expect.objectContaining({ commands, exitCode: 4 }))
  })
})

test('of any history, a move is refused or keeps all that stood on the revision, and what everything needs', () => {
  let moved = 0
  fc.assert(
    fc.property(histories, fc.nat(), fc.nat(), (history, first, second) => {
      const all = [...history.revisions.keys()]
      const [id, onto] = [all[first % all.length]!, all[second % all.length]!]
      const above = descendantsOf(history, [id], 'parents')
      const needed = ancestorsOf(history, [onto]).has(id)
      if (history.revisions.get(id)!.down.length > 1) return
      let rebase
      try {
        rebase = planRebase(history, id, onto)
      } catch (error) {
        expect(error).toBeInstanceOf(RebaseCycleError)
        // What the dependencies of those above it lead to counts as well.
        expect(needed || [...above].some((one) => ancestorsOf(history, [onto]).has(one))).toBe(true)
        return
      }
      moved++
      expect(new Set(rebase.moved)).toEqual(above)
      expect(ancestorsOf(rebase.graph, [id], 'parents').has(onto)).toBe(true)
      for (const other of all) {
        if (other !== id) expect(needsOf(rebase.graph, other)).toEqual(needsOf(history, other))
      }
    }),
  )
  expect(moved).toBeGreaterThan(10)
})
