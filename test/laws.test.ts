// The laws the core stands on, over generated schemas. On failure fast-check prints the seed.
import { fc } from './support/laws'
import { diff } from '../src/diff/diff'
import { sameSchema } from '../src/model/same'
import { apply } from '../src/operations/apply'
import { intentsOf } from '../src/operations/intents'
import type { Operation } from '../src/operations/operation'
import { resolve } from '../src/operations/resolve'
import { reverseAll } from '../src/operations/reverse'
import { arbitrarySchema, arbitrarySchemaPair, type SchemaPair } from './support/arbitrary'

const law = (check: (pair: SchemaPair) => void) => () =>
  fc.assert(fc.property(arbitrarySchemaPair(), check), { numRuns: 300 })

/** What a script can say: without canonical spellings, which only a database knows. */
const spoken = (operations: readonly Operation[]): unknown =>
  JSON.parse(JSON.stringify(operations, (key, value: unknown) => (key === 'canonical' ? undefined : value)))

test(
  'applying the difference leads to the wanted schema',
  law(({ from, to }) => {
    expect(sameSchema(apply(from, diff(from, to)), to)).toBe(true)
  }),
)

test(
  'after that there is no difference left',
  law(({ from, to }) => {
    expect(diff(apply(from, diff(from, to)), to)).toEqual([])
  }),
)

test(
  'the difference reversed leads back',
  law(({ from, to }) => {
    const operations = diff(from, to)
    const there = apply(from, operations)
    expect(sameSchema(apply(there, reverseAll(operations)), from)).toBe(true)
  }),
)

test(
  'reversed twice it leads there again',
  law(({ from, to }) => {
    const operations = diff(from, to)
    const back = apply(apply(from, operations), reverseAll(operations))
    expect(sameSchema(apply(back, reverseAll(reverseAll(operations))), apply(from, operations))).toBe(true)
  }),
)

test('a schema does not differ from itself', () => {
  fc.assert(
    fc.property(arbitrarySchema(), (schema) => expect(diff(schema, schema)).toEqual([])),
    { numRuns: 300 },
  )
})

test(
  'a script that says the difference means the difference',
  law(({ from, to }) => {
    const operations = diff(from, to)
    expect(spoken(resolve(from, intentsOf(operations)))).toEqual(spoken(operations))
  }),
)

test(
  'a script that says the way back means the way back',
  law(({ from, to }) => {
    const operations = diff(from, to)
    const there = apply(from, operations)
    const back = reverseAll(operations)
    expect(spoken(resolve(there, intentsOf(back)))).toEqual(spoken(back))
  }),
)
