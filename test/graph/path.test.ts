import {
  AmbiguousWalkError,
  OverlappingTargetsError,
  RangeNotAncestorError,
  UnknownCurrentRevisionError,
  WalkTooFarError,
  WrongDirectionError,
} from '../../src/errors'
import { down, graph, stamp, up } from '../support/graph'

describe('a straight history', () => {
  const line = graph('a -> b -> c -> d -> e')

  test.each([
    ['base to head', '', 'head', '+a +b +c +d +e', 'e'],
    ['from the middle', 'c', 'e', '+d +e', 'e'],
    ['one step', 'a', '+1', '+b', 'b'],
    ['two steps', 'a', '+2', '+b +c', 'c'],
    ['three steps', 'a', '+3', '+b +c +d', 'd'],
    ['one step from nothing', '', '+1', '+a', 'a'],
    ['relative to a revision above', 'a', 'b+2', '+b +c +d', 'd'],
    ['relative to a revision below', 'a', 'd-2', '+b', 'b'],
    ['relative to head', 'a', 'head-1', '+b +c +d', 'd'],
    ['relative to base', '', 'base+2', '+a +b', 'b'],
    ['to an ancestor of what ran', 'c', 'a', '', 'c'],
    ['to base', 'c', 'base', '', 'c'],
  ])('b44 b45: upgrades %s', (_, current, target, steps, rows) => {
    expect(up(line, current, target)).toEqual({ steps, rows })
  })

  test.each([
    ['to a revision', 'e', 'c', '-e -d', 'c'],
    ['to base', 'c', 'base', '-c -b -a', ''],
    ['one step', 'e', '-1', '-e', 'd'],
    ['three steps', 'e', '-3', '-e -d -c', 'b'],
    ['to the last step before base', 'a', '-1', '-a', ''],
    ['relative to a revision below', 'e', 'a+2', '-e -d', 'c'],
    ['relative to a revision above', 'e', 'c-2', '-e -d -c -b', 'a'],
    ['an empty database to base', '', 'base', '', ''],
    ['to what is current and no head', 'c', 'c', '', 'c'],
    ['to what is current and head', 'e', 'e', '', 'e'],
    ['to head', 'e', 'head', '', 'e'],
  ])('b47 b49 b50: downgrades %s', (_, current, target, steps, rows) => {
    expect(down(line, current, target)).toEqual({ steps, rows })
  })

  test('b46 b48: a step against the direction is refused', () => {
    expect(() => up(line, 'c', '-2')).toThrow(WrongDirectionError)
    expect(() => down(line, 'c', '+2')).toThrow(WrongDirectionError)
    expect(() => stamp(line, 'c', '+1')).toThrow(WrongDirectionError)
  })

  test('b46 b48 b62: a step past the end of the history is refused and says how far it goes', () => {
    expect(() => up(line, 'c', '+5')).toThrow(new WalkTooFarError('+5', 2))
    expect(() => down(line, 'c', '-5')).toThrow(new WalkTooFarError('-5', 3))
    expect(() => down(line, '', '-1')).toThrow(new WalkTooFarError('-1', 0))
  })

  test('b51: a downgrade to what is not below is refused', () => {
    expect(() => down(line, '', 'b')).toThrow(new RangeNotAncestorError('b', []))
    expect(() => down(line, 'b', 'c')).toThrow(new RangeNotAncestorError('c', ['b']))
  })

  test('a row that no migration explains is refused by name', () => {
    expect(() => up(line, 'zz', 'head')).toThrow(new UnknownCurrentRevisionError(['zz']))
    expect(() => down(line, 'zz', 'base')).toThrow(UnknownCurrentRevisionError)
    expect(() => up(line, 'zz', '+1')).toThrow(UnknownCurrentRevisionError)
  })

  test.each([
    ['base', 'c', 'base', { removed: 'c', added: '', rows: '' }],
    ['a revision above', 'c', 'e', { removed: 'c', added: 'e', rows: 'e' }],
    ['a revision below', 'c', 'a', { removed: 'c', added: 'a', rows: 'a' }],
    ['where it is already', 'c', 'c', { removed: '', added: '', rows: 'c' }],
    ['head on an empty database', '', 'head', { removed: '', added: 'e', rows: 'e' }],
  ])('b52: stamps %s', (_, current, target, expected) => {
    expect(stamp(line, current, target)).toEqual(expected)
  })
})

describe('a fork', () => {
  const fork = graph('a -> b', 'b -> c1 labelled L1 -> d1', 'b -> c2 labelled L2 -> d2')

  test.each([
    ['one branch', '', ['d1'], '+a +b +c1 +d1', 'd1'],
    ['both branches by name', 'a', ['d1', 'd2'], '+b +c1 +d1 +c2 +d2', 'd1 d2'],
    ['both branches by heads', 'a', ['heads'], '+b +c1 +d1 +c2 +d2', 'd1 d2'],
    ['a branch by its label', 'b', ['L2@head'], '+c2 +d2', 'd2'],
    ['a label, which is the revision that declares it', 'b', ['L2'], '+c2', 'c2'],
    ['relative to the head of a branch', 'b', ['L2@head-1'], '+c2', 'c2'],
    ['relative to base', '', ['base+1'], '+a', 'a'],
    ['one step from nothing', '', ['+1'], '+a', 'a'],
    ['one step in a branch that has not begun', 'c1', ['L2@+1'], '+c2', 'c1 c2'],
    ['one step in a branch that has', 'c1 c2', ['L2@+1'], '+d2', 'c1 d2'],
  ])('b53 b54 b55: upgrades %s', (_, current, targets, steps, rows) => {
    expect(up(fork, current, ...targets)).toEqual({ steps, rows })
  })

  test.each([
    ['both branches to before the fork', 'd1 d2', 'a', '-d2 -c2 -d1 -c1 -b', 'a'],
    ['both branches to a place counted from base', 'd1 d2', 'base+2', '-d2 -c2 -d1 -c1', 'b'],
    ['one branch to a place counted from base', 'd1 d2', 'L2@base+2', '-d2 -c2', 'd1'],
    ['one branch to a place within it', 'd1 d2', 'L2@base+3', '-d2', 'c2 d1'],
    ['one step of a branch', 'd1 d2', 'L1@-1', '-d1', 'c1 d2'],
    ['a place counted from a head', 'd1 d2', 'd2-1', '-d2', 'c2 d1'],
    ['a place counted from a head, rows the other way round', 'd2 d1', 'd2-1', '-d2', 'c2 d1'],
    ['one branch by its label', 'd1 d2', 'L1@b', '-d1 -c1', 'd2'],
    ['one branch by a revision inside it', 'd1 d2', 'c2@b', '-d2 -c2', 'd1'],
    ['one branch by its head', 'd1 d2', 'd1@b', '-d1 -c1', 'd2'],
    ['one branch to base: what it shares with another that ran stays', 'd1 d2', 'L1@base', '-d1 -c1', 'd2'],
    ['one branch to base, rows the other way round', 'd2 c1', 'L1@base', '-c1', 'd2'],
    ['one branch to base: what it shares with nobody goes too', 'd1', 'L1@base', '-d1 -c1 -b -a', ''],
    ['one branch to base, whose own part never ran', 'd2', 'L1@base', '', 'd2'],
    ['one branch to below the fork', 'd1 d2', 'L1@a', '-d1 -c1', 'd2'],
    ['one branch by steps that lead below the fork', 'd1 c2', 'L1@-3', '-d1 -c1', 'c2'],
    ['one branch, relative to its head', 'd1 d2', 'L1@head-1', '-d1', 'c1 d2'],
    ['the trunk by its first revision', 'd1 d2', 'a@base', '-d2 -c2 -d1 -c1 -b -a', ''],
    ['the only branch step by step to base', 'c2', '-3', '-c2 -b -a', ''],
    ['to what is current in one branch', 'd1 c2', 'c2', '', 'c2 d1'],
    ['the only row to the fork', 'c2', '-1', '-c2', 'b'],
  ])('b53 b57 b59 b60 b61 b62 b63: downgrades %s', (_, current, target, steps, rows) => {
    expect(down(fork, current, target)).toEqual({ steps, rows })
  })

  test.each([['d1 d2'], ['d2 d1'], ['c1 d2'], ['d2 c1']])(
    'b56 b58: a step without a branch from the rows %s is refused',
    (current) => {
      expect(() => up(fork, current, '+1')).toThrow(AmbiguousWalkError)
      expect(() => down(fork, current, '-1')).toThrow(AmbiguousWalkError)
    },
  )

  test('a step up to a fork is refused and the hint names the branches', () => {
    expect(() => up(fork, 'b', '+1')).toThrow(expect.objectContaining({ hint: 'Say which: c1@+1 or c2@+1.' }))
  })

  test('b25: targets of which one implies another are refused', () => {
    expect(() => up(fork, '', 'd1', 'b')).toThrow(new OverlappingTargetsError('b', 'd1'))
    expect(() => stamp(fork, '', 'b', 'd1')).toThrow(new OverlappingTargetsError('b', 'd1'))
    expect(() => stamp(fork, '', 'base', 'd1')).toThrow(new OverlappingTargetsError('base', 'd1'))
  })

  test.each([
    ['below both rows', 'd1 c2', ['b'], { removed: 'c2 d1', added: 'b', rows: 'b' }],
    ['base of one branch', 'd1 c2', ['L1@base'], { removed: 'd1', added: '', rows: 'c2' }],
    ['base of the only branch that has begun', 'd1', ['L1@base'], { removed: 'd1', added: '', rows: '' }],
    ['the head of one branch', 'd1 c2', ['L2@head'], { removed: 'c2', added: 'd2', rows: 'd1 d2' }],
    ['a branch beside', 'd1', ['d2'], { removed: '', added: 'd2', rows: 'd1 d2' }],
    ['several', '', ['d1', 'd2'], { removed: '', added: 'd1 d2', rows: 'd1 d2' }],
  ])('b64 b65: stamps %s', (_, current, targets, expected) => {
    expect(stamp(fork, current, ...targets)).toEqual(expected)
  })
})

describe('merges', () => {
  test('b66: a branch that goes on beside a merge keeps its row', () => {
    const history = graph('a -> b1 -> c1', 'a -> b2 -> c2 -> d2', 'c1, c2 -> d1')
    expect(up(history, 'd2 b1', 'd1')).toEqual({ steps: '+c1 +d1', rows: 'd1 d2' })
    expect(down(history, 'd2 d1', 'b1')).toEqual({ steps: '-d1 -c1', rows: 'b1 d2' })
  })

  test('b67: a merge of three of which two sides are missing, and a branch that breaks out again', () => {
    const history = graph('a -> b1', 'a -> b2', 'a -> b3', 'b1, b2, b3 -> m -> n', 'b2 -> c2')
    expect(up(history, 'b1', 'm')).toEqual({ steps: '+b2 +b3 +m', rows: 'm' })
    expect(up(history, 'm', 'heads')).toEqual({ steps: '+c2 +n', rows: 'c2 n' })
    expect(down(history, 'c2 n', 'b1')).toEqual({ steps: '-n -m', rows: 'b1 b3 c2' })
  })

  test('b68: two merges of the same three parents', () => {
    const history = graph('a -> b1', 'a -> b2', 'a -> b3', 'b1, b2, b3 -> m1', 'b1, b2, b3 -> m2')
    expect(up(history, 'b1 b2 b3', 'm1')).toEqual({ steps: '+m1', rows: 'm1' })
    expect(up(history, 'm1', 'm2')).toEqual({ steps: '+m2', rows: 'm1 m2' })
    expect(down(history, 'm1 m2', 'm2@b1')).toEqual({ steps: '-m2', rows: 'm1' })
    expect(down(history, 'm1', 'b2')).toEqual({ steps: '-m1', rows: 'b1 b2 b3' })
  })

  test('b68: two merges that share a parent', () => {
    const history = graph('a -> b1', 'a -> b2', 'a -> b3', 'b1, b2 -> m1', 'b2, b3 -> m2')
    expect(up(history, '', 'heads')).toEqual({ steps: '+a +b1 +b2 +m1 +b3 +m2', rows: 'm1 m2' })
    expect(down(history, 'm1 m2', 'b3')).toEqual({ steps: '-m2', rows: 'b3 m1' })
  })

  const diamond = graph('a -> b', 'b -> c1 labelled L1', 'b -> c2 labelled L2', 'c1, c2 -> m -> t')

  test.each([
    ['up across the merge', 'c1', 't', '+c2 +m +t', 't'],
    ['up across the merge from both sides', 'c1 c2', 't', '+m +t', 't'],
  ])('b69: walks %s', (_, current, target, steps, rows) => {
    expect(up(diamond, current, target)).toEqual({ steps, rows })
  })

  test.each([
    ['down to one parent of the merge', 't', 'c1', '-t -m', 'c1 c2'],
    ['down to before the fork', 't', 'b', '-t -m -c2 -c1', 'b'],
    ['a step down from the merge', 'm', '-1', '-m', 'c1 c2'],
    ['a step down from the merge along a branch', 'm', 'L1@-1', '-m', 'c1 c2'],
    ['two steps down from the merge along a branch', 'm', 'L1@-2', '-m -c1', 'c2'],
    ['one side of the merge to where it began', 't', 'L1@base', '-t -m -c1', 'c2'],
    ['the tail to base, as nothing else branches off below it', 't', 't@base', '-t -m -c2 -c1 -b -a', ''],
  ])('b69: walks %s', (_, current, target, steps, rows) => {
    expect(down(diamond, current, target)).toEqual({ steps, rows })
  })

  test('steps down through a merge ask for the branch', () => {
    expect(() => down(diamond, 'm', '-2')).toThrow(new AmbiguousWalkError('-2', ['c1', 'c2']))
  })

  test.each([
    ['down to one branch', 't', ['c1'], { removed: 't', added: 'c1', rows: 'c1' }],
    ['down to both branches', 't', ['c1', 'c2'], { removed: 't', added: 'c1 c2', rows: 'c1 c2' }],
    ['down to before the fork', 't', ['a'], { removed: 't', added: 'a', rows: 'a' }],
    ['up from one branch', 'c1', ['t'], { removed: 'c1', added: 't', rows: 't' }],
    ['up from both branches', 'c1 c2', ['t'], { removed: 'c1 c2', added: 't', rows: 't' }],
    ['up from before the fork', 'b', ['t'], { removed: 'b', added: 't', rows: 't' }],
    ['up by the label of a branch', 'c2', ['L1@head'], { removed: 'c2', added: 't', rows: 't' }],
  ])('b69: stamps %s', (_, current, targets, expected) => {
    expect(stamp(diamond, current, ...targets)).toEqual(expected)
  })
})

describe('dependencies', () => {
  test('b70: what a target depends on comes first, and its row is implied', () => {
    const history = graph('a -> b -> c1 labelled L1 -> d1', 'b -> c2 labelled L2 needs c1')
    expect(up(history, '', 'L2@head')).toEqual({ steps: '+a +b +c1 +c2', rows: 'c2' })
    expect(up(history, 'c2', 'heads')).toEqual({ steps: '+d1', rows: 'c2 d1' })
    expect(down(history, 'c2 d1', 'c1')).toEqual({ steps: '-d1', rows: 'c2' })
    expect(stamp(history, 'c1', 'c2')).toEqual({ removed: 'c1', added: 'c2', rows: 'c2' })
    expect(stamp(history, 'c2', 'c1')).toEqual({ removed: 'c2', added: 'c1', rows: 'c1' })
  })

  test('b31: a downgrade of a branch leaves what it depended on', () => {
    const history = graph('a1 labelled A -> a2', 'b1 labelled B -> b2 needs a2')
    expect(up(history, '', 'B@head')).toEqual({ steps: '+a1 +a2 +b1 +b2', rows: 'b2' })
    expect(down(history, 'b2', 'B@base')).toEqual({ steps: '-b2 -b1', rows: 'a2' })
  })

  test('b32: a downgrade takes along what depends on the branch', () => {
    const history = graph('a1 labelled A -> a2', 'b1 labelled B -> b2 needs a2')
    expect(down(history, 'b2', 'A@base')).toEqual({ steps: '-b2 -a2 -a1', rows: 'b1' })
  })

  test('a downgrade of a branch keeps what another branch stands on, though that goes along', () => {
    const history = graph('a -> b1 labelled B', 'a -> c1 -> c2 needs b1')
    expect(down(history, 'c2', 'B@base')).toEqual({ steps: '-c2 -b1', rows: 'c1' })
  })

  test('b33: a step down in a branch that is current only through a dependency removes the dependent', () => {
    const history = graph('a1 labelled A -> a2', 'b1 labelled B -> b2 needs a2')
    expect(down(history, 'b2', 'A@-1')).toEqual({ steps: '-b2 -a2', rows: 'a1 b1' })
  })

  test('b71: a revision that depends on a leaf of each of three forests', () => {
    const history = graph('a1', 'a1 -> a2', 'a1 -> a3', 'a2, a3 -> am', 'b1 -> b2', 'c1 -> c2', 'n needs am+b2+c2')
    expect(up(history, '', 'heads').rows).toBe('n')
    expect(down(history, 'n', 'am')).toEqual({ steps: '', rows: 'n' })
    expect(down(history, 'n', 'n@base')).toEqual({ steps: '-n', rows: 'am b2 c2' })
    expect(down(history, 'n', 'base').rows).toBe('')
  })

  test('b72: two branches that depend on each other crosswise lose half of what they share', () => {
    const history = graph('a1 -> a2 -> a3 needs b1', 'b1 -> b2 needs a2')
    expect(up(history, '', 'heads').rows).toBe('a3 b2')
    expect(down(history, 'a3 b2', 'b1')).toEqual({ steps: '-b2', rows: 'a3' })
  })

  test('b36 b73: a dependency on the own parent says nothing new', () => {
    const history = graph('a -> b needs a')
    expect(up(history, '', 'head')).toEqual({ steps: '+a +b', rows: 'b' })
    expect(down(history, 'b', 'a')).toEqual({ steps: '-b', rows: 'a' })
  })

  test('b36 b74: a dependency repeated along a branch leaves no row behind', () => {
    const history = graph('a1 -> a2 -> a3', 'b1 -> b2 needs a3 -> b3 -> b4 needs a3')
    expect(down(history, 'b4', 'b3')).toEqual({ steps: '-b4', rows: 'b3' })
  })

  test('b75: a merge of a branch with one that depends on it goes down to either side and up again', () => {
    const history = graph('a1', 'b1 needs a1', 'a1, b1 -> m')
    expect(down(history, 'm', 'a1')).toEqual({ steps: '-m', rows: 'b1' })
    expect(down(history, 'm', 'b1')).toEqual({ steps: '-m', rows: 'b1' })
    expect(up(history, 'b1', 'head')).toEqual({ steps: '+m', rows: 'm' })
  })

  test('b35 b76: a dependency may be given as a label', () => {
    const history = graph('a1 labelled A -> a2', 'b1 needs A')
    expect(up(history, '', 'b1')).toEqual({ steps: '+a1 +b1', rows: 'b1' })
  })

  test('b77: a branch goes down alone, and takes along only what depends on it', () => {
    const history = graph('b -> c1 labelled L1 -> d1', 'b -> c2 labelled L2 -> d2 needs c1')
    expect(down(history, 'd1 d2', 'L2@b')).toEqual({ steps: '-d2 -c2', rows: 'd1' })
    expect(down(history, 'd1 d2', 'L1@b')).toEqual({ steps: '-d2 -d1 -c1', rows: 'c2' })
  })
})

describe('a forest', () => {
  const forest = graph('a1 -> a2', 'b1 -> b2')

  test('b78: heads takes all trees', () => {
    expect(up(forest, '', 'heads')).toEqual({ steps: '+a1 +a2 +b1 +b2', rows: 'a2 b2' })
    expect(stamp(forest, '', 'heads')).toEqual({ removed: '', added: 'a2 b2', rows: 'a2 b2' })
    expect(stamp(forest, 'a2 b2', 'heads')).toEqual({ removed: '', added: '', rows: 'a2 b2' })
  })

  test('base of one tree leaves the other', () => {
    expect(down(forest, 'a2 b2', 'b2@base')).toEqual({ steps: '-b2 -b1', rows: 'a2' })
  })
})
