import {
  AmbiguousRevisionError,
  AmbiguousWalkError,
  exitCodes,
  MalformedTargetError,
  MultipleHeadsError,
  NotInBranchError,
  RangeExpectedError,
  RangeNotAllowedError,
  RangeNotAncestorError,
  RevisionNotFoundError,
} from '../../src/errors'
import type { RevisionGraph } from '../../src/graph/graph'
import { revisionsBetween } from '../../src/graph/path'
import { resolveRange, resolveRevisions, resolveTargets } from '../../src/graph/target'
import { graph } from '../support/graph'

const trees = graph('a -> b -> L1 labelled left -> c', 'd -> e labelled right -> S -> f')

const ids = (history: RevisionGraph, text: string | string[], current: string[] = []) =>
  resolveRevisions(history, text, current)

test.each([
  ['c', ['c']],
  ['left', ['L1']],
  ['left@head', ['c']],
  ['left@heads', ['c']],
  ['left@base', []],
  ['left@b', ['b']],
  ['right@right', ['e']],
  ['e@d', ['d']],
  ['a@head', ['c']],
  ['heads', ['c', 'f']],
  ['base', []],
  ['b+2', ['c']],
  ['f-3', ['d']],
  ['right@base+2', ['e']],
  ['right@head-1', ['S']],
  ['right-1', ['d']],
])('b7 b8 b9: %s names %j', (text, expected) => {
  expect(ids(trees, text)).toEqual(expected)
})

test.each([
  ['current', ['b', 'f']],
  ['left@current', ['b']],
  ['left@+1', ['L1']],
  ['right@-1', ['S']],
])('%s is taken from the version rows', (text, expected) => {
  expect(ids(trees, text, ['b', 'f'])).toEqual(expected)
})

test('the words of the grammar are no branches', () => {
  expect(() => ids(trees, 'current@head', ['b'])).toThrow(RevisionNotFoundError)
})

test('b4: several names give several revisions, each once', () => {
  expect(ids(trees, ['c', 'f', 'left@head'])).toEqual(['c', 'f'])
})

test('b3: head is the only head, or an error that says how to merge', () => {
  expect(ids(graph('a -> b'), 'head')).toEqual(['b'])
  expect(() => ids(trees, 'head')).toThrow('The history has 2 heads: c "c message", f "f message".')
  expect(new MultipleHeadsError(['c', 'f']).hint).toContain('autogen merge heads -m "merge"')
})

test('b3 b5: in an empty history head and base name nothing', () => {
  expect(ids(graph(), ['head', 'heads', 'base', 'current'])).toEqual([])
  expect(() => ids(graph(), 'head-1')).toThrow('there is nothing that way')
})

describe('the beginning of an id', () => {
  const history = graph('abcd1 -> abcd2 -> abxyz -> q labelled left', 'abcd9 labelled right')

  test.each([
    ['abxy', ['abxyz']],
    ['abcd1', ['abcd1']],
    ['q', ['q']],
    ['right@abcd', ['abcd9']],
    ['abxy-1', ['abcd2']],
  ])('b10 b12: %s names %j', (text, expected) => {
    expect(ids(history, text)).toEqual(expected)
  })

  test('counts from four characters on', () => {
    expect(() => ids(history, 'abx')).toThrow(RevisionNotFoundError)
  })

  test('is ambiguous when several ids have it', () => {
    expect(() => ids(history, 'abcd')).toThrow(new AmbiguousRevisionError('abcd', ['abcd1', 'abcd2', 'abcd9']))
    expect(() => ids(history, 'left@abcd')).toThrow(new AmbiguousRevisionError('abcd', ['abcd1', 'abcd2']))
  })
})

test.each([
  ['abcd3', ['abcd1', 'abcd2']],
  ['lefft', ['left']],
  ['LEFT', ['left']],
  ['ab', ['abcd1', 'abcd2', 'abxyz']],
  ['nothing.like.it', []],
])('for %s, which is not there, %j is suggested', (text, suggestions) => {
  const history = graph('abcd1 -> abcd2 -> abxyz labelled left')
  expect(() => ids(history, text)).toThrow(new RevisionNotFoundError(text, suggestions))
  expect(() => ids(history, text)).toThrow(expect.objectContaining({ suggestions, exitCode: exitCodes.graph }))
})

test.each([
  '',
  '+',
  '@',
  'left@',
  '@head',
  '+1xyz',
  '1x+',
  'a+1+1',
  'a@b@c',
  'a b',
  'a:b:c',
  "a'",
  'head--1',
  '+-1',
  'a,b',
])('%j is no target', (text) => {
  expect(() => ids(trees, text)).toThrow(new MalformedTargetError(text))
})

test('a range is refused where one revision is expected', () => {
  expect(() => resolveTargets(trees, 'a:c', { current: [], direction: 'up' })).toThrow(RangeNotAllowedError)
})

test.each([
  ['left@f', new NotInBranchError('f', 'left')],
  ['nowhere@head', new RevisionNotFoundError('nowhere', [])],
  ['heads-1', new AmbiguousWalkError('heads-1', ['c', 'f'])],
  ['base+1', new AmbiguousWalkError('base+1', ['a', 'd'])],
])('b13 b14: %s is refused', (text, error) => {
  expect(() => ids(trees, text)).toThrow(error)
})

describe('a range', () => {
  const line = graph('a -> b -> c -> d -> e')
  const between = (history: RevisionGraph, text: string, current: string[] = []) => {
    const { lower, upper } = resolveRange(history, text, current)
    return revisionsBetween(history, lower, upper)
      .map(({ id }) => id)
      .join(' ')
  }

  test.each([
    [':', 'a b c d e'],
    ['b:d', 'b c d'],
    ['b:', 'b c d e'],
    [':b', 'a b'],
    ['base:b', 'a b'],
    ['b:heads', 'b c d e'],
    ['b:b', 'b'],
    ['b:+2', 'b c d'],
    ['-2:d', 'b c d'],
    ['-1:', 'd e'],
    [':+2', 'a b'],
    ['-9:c', 'a b c'],
    ['d:+9', 'd e'],
    ['current:', 'c d e'],
    [':current', 'a b c'],
    ['-1:current', 'b c'],
    ['-1:+1', 'b c d'],
    ['head-1:', 'd e'],
  ])('b19: %s holds both ends: %s', (text, expected) => {
    expect(between(line, text, ['c'])).toBe(expected)
  })

  test('from current holds all where nothing ran', () => {
    expect(between(line, 'current:', [])).toBe('a b c d e')
  })

  test('b22: holds both sides of a merge only from below the fork', () => {
    const diamond = graph('a -> b', 'b -> c1', 'b -> c2', 'c1, c2 -> m')
    expect(between(diamond, 'b:m')).toBe('b c1 c2 m')
    expect(between(diamond, 'c1:m')).toBe('c1 m')
  })

  test('b26: upside down is refused', () => {
    expect(() => between(line, 'd:b')).toThrow(RangeNotAncestorError)
  })

  test('b26: between branches is refused', () => {
    expect(() => between(trees, 'd:c')).toThrow(RangeNotAncestorError)
  })

  test.each(['a:b:c', '+1:c', 'c:-1', 'a b:', ''])('%j is none', (text) => {
    expect(() => resolveRange(line, text)).toThrow(MalformedTargetError)
  })

  test('one end is none, and told so', () => {
    expect(() => resolveRange(line, 'a')).toThrow(new RangeExpectedError('a'))
  })
})
