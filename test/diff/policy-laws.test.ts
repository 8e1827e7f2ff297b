// Whatever is ours and whatever is not: what remains of a difference can run.
import { fc } from '../support/laws'
import { diff } from '../../src/diff/diff'
import { applyPolicy } from '../../src/diff/policy'
import { emptySchema } from '../../src/model/schema'
import { intentsOf } from '../../src/operations/intents'
import { foldManaged } from '../../src/operations/managed'
import { resolve } from '../../src/operations/resolve'
import { arbitrarySchemaPair } from '../support/arbitrary'

const pairs = arbitrarySchemaPair({ views: false, exceptions: false })

test('what our own history created is ours to drop', () => {
  fc.assert(
    fc.property(pairs, ({ from, to }) => {
      const managed = foldManaged(diff(emptySchema, from))
      const options = { managed, renames: 'show', includeUnmanaged: false } as const
      expect(applyPolicy(diff(from, to), options)).toEqual({ operations: diff(from, to), hidden: [], unmanaged: [] })
    }),
    { numRuns: 300 },
  )
})

test('what remains can run, whichever objects are ours', () => {
  fc.assert(
    fc.property(pairs, fc.infiniteStream(fc.boolean()), ({ from, to }, coin) => {
      const managed = new Set([...foldManaged(diff(emptySchema, from))].filter(() => coin.next().value))
      const { operations } = applyPolicy(diff(from, to), { managed, renames: 'hide', includeUnmanaged: false })
      expect(() => resolve(from, intentsOf(operations))).not.toThrow()
    }),
    { numRuns: 300 },
  )
})
