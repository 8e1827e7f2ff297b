import { AheadError, DivergedError, SkippedRevisionsError } from '../../src/errors'
import type { Op } from '../../src/operations/op'
import { aheadOrDiverged, skippedRevisions } from '../../src/runtime/history'
import type { LogEntry } from '../../src/runtime/log'
import { databases, history, world, type World } from './world'

/** `a → b` says that b ran and its parent is a; `!b` that it was taken back. */
function log(...lines: readonly string[]): LogEntry[] {
  return lines.map((line, id) => {
    const [left = '', right] = line.replace('!', '').split(' → ')
    const entry = {
      kind: 'upgrade',
      status: 'done',
      stepsDone: 1,
      operations: [],
      toolVersion: '1',
      startedAt: '',
    } as const
    const parents = right === undefined || left === '' ? [] : left.split(' + ')
    return { ...entry, id, revision: right ?? left, parents, direction: line.startsWith('!') ? 'down' : 'up' }
  })
}

const nothing = {}
const straight = history({ a: nothing, b: nothing }).graph
const forked = history({ a: nothing, b: nothing, c: { down: 'a' } }).graph

describe('what the heads of a database are to a folder', () => {
  test.each([
    ['nothing ran', straight, [], [], 'known'],
    ['every head is known', straight, ['b'], log('a', 'a → b'), 'known'],
    ['behind', straight, ['a'], log('a'), 'known'],
    ['a newer release went on from our head', straight, ['x'], log('a', 'a → b', 'b → x'), 'ahead'],
    ['a newer release went on by two', straight, ['y'], log('a', 'a → b', 'b → x', 'x → y'), 'ahead'],
    ['another branch left before our head', straight, ['x'], log('a', 'a → x'), 'diverged'],
    ['another history altogether', straight, ['x'], log('x'), 'diverged'],
    ['nobody logged where it came from', straight, ['x'], [], 'diverged'],
    ['a newer release merged our heads', forked, ['m'], log('a', 'a → b', 'a → c', 'b + c → m'), 'ahead'],
    ['one of our heads went on, the other ran', forked, ['c', 'x'], log('a', 'a → b', 'a → c', 'b → x'), 'ahead'],
  ])('%s', (_, graph, heads, entries, state) => {
    expect(aheadOrDiverged(entries, graph, heads).state).toBe(state)
  })

  test.each([
    ['all ran', ['b'], log('a', 'a → b'), []],
    ['one was put in below', ['b'], log('a → b'), ['a']],
    ['one ran and was taken back', ['b'], log('a', '!a', 'a → b'), ['a']],
    ['there is no log', ['b'], [], []],
  ])('skipped when %s', (_, heads, entries, skipped) => {
    expect(skippedRevisions(entries, straight, heads)).toEqual(skipped)
  })
})

describe.each(databases)('a folder that is not the one the database knows, on %s', (_, create) => {
  let here: World
  beforeEach(async () => void (here = await world(create)))
  afterEach(() => here.end())

  const table = (name: string) => ({
    upgrade: (op: Op) => op.createTable({ name, columns: [{ name: 'id', type: 'integer' }] }),
    downgrade: (op: Op) => op.dropTable(name),
  })
  const old = history({ a: table('one'), b: table('two') })
  const newer = history({ a: table('one'), b: table('two'), c: table('three') })

  test('an older release does nothing and says so', async () => {
    await here.upgrade(newer)
    const result = await here.upgrade(old)
    expect(result).toMatchObject({ state: 'ahead', before: ['c'], heads: ['c'], steps: [] })
    expect(result.events).toEqual([expect.objectContaining({ type: 'warning', code: 'ahead', revisions: ['c'] })])
    await expect(here.upgrade(old, undefined, { strict: true })).rejects.toThrow(AheadError)
    await expect(here.downgrade(old, 'a')).rejects.toThrow(AheadError)
  })

  test('a branch that was never merged is refused', async () => {
    await here.upgrade(history({ a: table('one'), x: table('other') }))
    const refusal: unknown = await here.upgrade(old).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DivergedError)
    expect(refusal).toMatchObject({ exitCode: 4, unknown: ['x'] })
  })

  test('a revision put in below the head is refused, and stamped when it is done', async () => {
    await here.upgrade(history({ b: table('two') }))
    const refusal: unknown = await here.upgrade(newer).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(SkippedRevisionsError)
    expect(refusal).toMatchObject({ exitCode: 4, skipped: ['a'] })
    await here.stamp(newer, 'b', { purge: true })
    expect(await here.upgrade(newer)).toMatchObject({ before: ['b'], heads: ['c'] })
  })
})
