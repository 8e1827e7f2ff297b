import { drawHistory, type DrawOptions } from '../../src/graph/draw'
import type { RevisionGraph } from '../../src/graph/graph'
import { graph } from '../support/graph'

function picture(history: RevisionGraph, options?: DrawOptions): string[] {
  return drawHistory(history, options).map(({ graph: lines, revision, marks }) =>
    [lines, revision, ...marks.map((mark) => `(${mark})`)].filter((part) => part !== undefined).join(' '),
  )
}

test('a straight history is one lane, newest first', () => {
  expect(picture(graph('a -> b -> c'), { current: ['b'] })).toEqual(['* c (head)', '* b (current)', '* a'])
})

test('a fork is two lanes that end in the branch point', () => {
  expect(picture(graph('a -> b', 'b -> c1 -> d1', 'b -> c2'))).toEqual([
    '* d1 (head)',
    '* c1',
    '│ * c2 (head)',
    '├─┘',
    '* b (branchpoint)',
    '* a',
  ])
})

test('a merge opens a lane for every further parent', () => {
  expect(picture(graph('a', 'a -> b1', 'a -> b2', 'a -> b3', 'b1, b2, b3 -> m'))).toEqual([
    '* m (head) (mergepoint)',
    '├─┬─┐',
    '│ │ * b3',
    '│ * │ b2',
    '* │ │ b1',
    '├─┴─┘',
    '* a (branchpoint)',
  ])
})

test('a line to a far lane crosses the lanes in between', () => {
  const crossing = picture(graph('a', 'a -> b1', 'a -> b2', 'b1, b2 -> m', 'b1 -> x1', 'b2 -> x2'))
  expect(crossing).toMatchInlineSnapshot(`
   [
     "* x2 (head)",
     "│ * x1 (head)",
     "│ │ * m (head) (mergepoint)",
     "│ │ ├─┐",
     "├─┼─┼─┘",
     "* │ │ b2 (branchpoint)",
     "│ ├─┘",
     "│ * b1 (branchpoint)",
     "├─┘",
     "* a (branchpoint)",
   ]
  `)
})

test('separate trees share the first lane', () => {
  expect(picture(graph('a1 -> a2', 'b1 -> b2'))).toEqual(['* b2 (head)', '* b1', '* a2 (head)', '* a1'])
})

test('a head that others depend on is an effective head', () => {
  expect(picture(graph('a', 'b needs a'))).toEqual(['* b (head)', '* a (effective head)'])
})

test('a part of the history is drawn alone', () => {
  const history = graph('a -> b', 'b -> c1', 'b -> c2', 'c1, c2 -> m')
  expect(picture(history, { only: new Set(['m', 'c1', 'b']) })).toEqual([
    '* m (head) (mergepoint)',
    '* c1',
    '* b (branchpoint)',
  ])
})

test('plain ASCII draws the same', () => {
  expect(picture(graph('a', 'a -> b1', 'a -> b2', 'b1, b2 -> m'), { ascii: true })).toEqual([
    '* m (head) (mergepoint)',
    '|-.',
    '| * b2',
    '* | b1',
    "|-'",
    '* a (branchpoint)',
  ])
})

test('nothing is drawn as nothing', () => {
  expect(picture(graph())).toEqual([])
})
