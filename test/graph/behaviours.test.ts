// What Alembic's own suite holds of the graph and is not said elsewhere in this folder; b17 is behaviour 17 of docs/comparison.md.
import {
  exitCodes,
  OverlappingTargetsError,
  RangeNotAncestorError,
  RevisionNotFoundError,
  StepOutOfOrderError,
} from '../../src/errors'
import { buildGraph, type RevisionGraph } from '../../src/graph/graph'
import { headsAfter } from '../../src/graph/heads'
import { ancestorsOf, branchOf, needsOf } from '../../src/graph/lineage'
import { revisionsBetween, upgradePath } from '../../src/graph/path'
import type { Revision } from '../../src/graph/revision'
import { resolveRange, resolveRevisions, resolveTargets } from '../../src/graph/target'
import { graph, revisions, up } from '../support/graph'

const trees = graph('a -> b -> L1 labelled left -> c', 'd -> e labelled right -> S -> f')
const forked = graph('a -> b', 'b -> c1 labelled L1 -> d1', 'b -> c2 labelled L2 -> d2')
const diamond = graph('a -> b', 'b -> c1 labelled L1', 'b -> c2 labelled L2', 'c1, c2 -> m -> t')

const between = (history: RevisionGraph, text: string, current: string[] = []) => {
  const { lower, upper } = resolveRange(history, text, current)
  return revisionsBetween(history, lower, upper)
    .map(({ id }) => id)
    .join(' ')
}

test('b2: a revision takes the place of its parent among the heads, and of no other', () => {
  const before = revisions('a -> b', 'a -> c')
  const after = [...before, ...revisions('b -> d').filter(({ id }) => id === 'd')]
  expect(buildGraph(before).heads).toEqual(['b', 'c'])
  expect([...buildGraph(after).heads].sort()).toEqual(['c', 'd'])
})

test('b5: between the ends of an empty history lies nothing', () => {
  expect(between(graph(), ':')).toBe('')
})

test.each([
  ['zz', 'the beginning of an id needs at least 4 characters'],
  ['abcdefgh', undefined],
])('b11: for %s, which no id begins with, the hint speaks of length only where that is why', (text, said) => {
  expect.assertions(2)
  try {
    resolveRevisions(trees, text)
  } catch (error) {
    expect(error).toBeInstanceOf(RevisionNotFoundError)
    if (said === undefined) expect((error as RevisionNotFoundError).hint).not.toContain('characters')
    else expect((error as RevisionNotFoundError).hint).toContain(said)
  }
})

test.each([
  ['b15: a labelled head above a merge', diamond, 'base:L1@head', 'a b c1 c2 m t'],
  ['b16: all heads of a branch', forked, 'L1@base:L1@heads', 'a b c1 d1'],
  ['b17: the bases are those of the branch', trees, 'right@base:right@head', 'd e S f'],
  ['b18: from the base of a branch to its head', trees, 'left@base:left@head', 'a b L1 c'],
  ['b18: from a revision of a branch to its head', trees, 'right@e:right@head', 'e S f'],
  ['b18: to a revision by another one of its branch', trees, 'f@d:f@S', 'd e S'],
  ['b19: a step down from the head of a branch as the lower end', trees, 'left@head-2:left@head', 'b L1 c'],
  ['b19: a step up from base as the upper end', trees, ':left@base+2', 'a b'],
])('%s', (_, history, text, expected) => {
  expect(between(history, text)).toBe(expected)
})

describe('b24: several lower ends', () => {
  test.each([
    [['c1', 'c2'], ['d1', 'd2'], 'c1 d1 c2 d2'],
    [['d1', 'c2'], ['d1', 'd2'], 'd1 c2 d2'],
    [['b'], ['d1', 'c2'], 'b c1 d1 c2'],
  ])('%j to %j', (lower, upper, expected) => {
    const found = revisionsBetween(forked, lower, upper).map(({ id }) => id)
    expect(found.join(' ')).toBe(expected)
  })
})

test('b25: of several targets none may lie above another, whatever it is called', () => {
  const targets = (...texts: string[]) => resolveTargets(forked, texts, { current: [], direction: 'up' })
  expect(() => targets('L1@head', 'L1')).toThrow(new OverlappingTargetsError('c1', 'd1'))
  expect(() => targets('heads', 'd1-2')).toThrow(OverlappingTargetsError)
  expect(targets('L1@head', 'L2')).toEqual([{ id: 'd1', branch: 'c1' }, { id: 'c2' }])
})

test.each([
  ['b26: against the direction', forked, ['d1'], ['c1']],
  ['b26: in another branch', forked, ['c2'], ['d1']],
  ['b26: in another tree', trees, ['d'], ['c']],
])('%s there is no way, and that is an error', (_, history, lower, upper) => {
  expect(() => revisionsBetween(history, lower, upper)).toThrow(RangeNotAncestorError)
})

test('b27: to cross into a merge takes the whole of the other side along', () => {
  const history = graph('a1 -> a2', 'b1 -> b2 -> b3', 'a2, b3 -> m')
  expect(up(history, 'a2', 'm')).toEqual({ steps: '+b1 +b2 +b3 +m', rows: 'm' })
})

test('b28: with several roots a target runs its own, and heads all', () => {
  expect(up(trees, '', 'c').steps).toBe('+a +b +L1 +c')
  expect(up(trees, 'c', 'heads')).toEqual({ steps: '+d +e +S +f', rows: 'c f' })
  expect(between(trees, ':')).toBe('a b L1 c d e S f')
})

test('b29: a history of a hundred and fifty revisions, forks, merges and dependencies is run whole and in order', () => {
  const long = Array.from({ length: 150 }, (_, at): Revision => {
    const down = at === 0 ? [] : at % 17 === 0 ? [`r${at - 1}`, `r${at - 9}`] : [`r${at - (at % 5 === 0 ? 3 : 1)}`]
    const dependsOn = at % 23 === 0 && at > 0 ? [`r${at - 20}`] : []
    return { id: `r${at}`, down: down.filter((id) => !id.includes('-')), dependsOn, labels: [], message: '' }
  })
  const history = buildGraph(long.toReversed())
  const order = upgradePath(history, [], history.heads).map(({ revision }) => revision.id)
  expect([...order].sort()).toEqual(long.map(({ id }) => id).sort())
  for (const [at, id] of order.entries())
    for (const need of needsOf(history, id)) expect(order.indexOf(need)).toBeLessThan(at)
})

test('b37: what ran of a dependency is not run again, and what it needs itself comes first', () => {
  const history = graph('a1 -> a2 -> a3', 'b1 -> b2 needs a2', 'c1 -> c2 needs b2')
  expect(up(history, 'a1', 'c2')).toEqual({ steps: '+a2 +b1 +b2 +c1 +c2', rows: 'c2' })
  expect(up(history, 'a3 b1', 'c2')).toEqual({ steps: '+b2 +c1 +c2', rows: 'a3 c2' })
})

test('b38: a step that the rows do not allow is an error with the rows', () => {
  const step = { direction: 'down', revision: trees.revisions.get('b')! } as const
  expect(() => headsAfter(trees, ['c'], step)).toThrow(new StepOutOfOrderError('b', 'down', ['c']))
})

describe('a branch', () => {
  test.each([
    ['that forks off, to where it does', forked, 'd1', 'c1 d1'],
    ['that is a whole tree', trees, 'S', 'S d e f'],
    ['into which another was merged', diamond, 'c1', 'c1 m t'],
    ['below which a fork has closed again', diamond, 't', 'a b c1 c2 m t'],
  ])('%s', (_, history, id, expected) => {
    expect([...branchOf(history, id)].sort().join(' ')).toBe(expected)
  })
})

test.each(['+1xyz', 'a:b:c', 'left@right@head', 'c:', 'c+', "'"])('%j is no target of an upgrade', (text) => {
  expect(() => resolveTargets(trees, text, { current: [], direction: 'up' })).toThrow(
    expect.objectContaining({ exitCode: exitCodes.usage }),
  )
})

test('a target that another implies by a dependency is told of as well', () => {
  const history = graph('a', 'b needs a')
  expect(() => resolveTargets(history, ['a', 'b'], { current: [], direction: 'stamp' })).toThrow(
    OverlappingTargetsError,
  )
  expect(ancestorsOf(history, ['b'])).toEqual(new Set(['a', 'b']))
})
