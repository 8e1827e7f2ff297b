// Operations of a project's own: called like ours, and from the call on data like ours.
import { emptySchema } from '../../src/model/schema'
import { apply } from '../../src/operations/apply'
import { checksum } from '../../src/operations/checksum'
import { describe as describeOperation, isDestructive } from '../../src/operations/describe'
import { intentsOf } from '../../src/operations/intents'
import { foldManaged, objectKey } from '../../src/operations/managed'
import { defineOperation, ownOperation, type AnyOperation } from '../../src/operations/own'
import { ownOperations } from '../../src/operations/own-list'
import { isQueued, recordScript } from '../../src/operations/record'
import { resolve } from '../../src/operations/resolve'
import { reverse } from '../../src/operations/reverse'
import { renderCall } from '../../src/scripts/render'
import { table } from '../support/schema'

const secure = defineOperation({
  name: 'secure',
  describe: (name: string, on: boolean) => `row security of ${name} ${on ? 'on' : 'off'}`,
  sql: { any: (name, on) => `ALTER TABLE ${name} ${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY` },
  reverse: (name, on) => ['secure', name, !on],
})
const stamped = defineOperation({
  name: 'stamped',
  describe: (name: string) => `+ moment ${name}.at`,
  sql: {
    any: (name) => [`ALTER TABLE ${name} ADD at timestamptz`, `CREATE INDEX ${name}_at ON ${name} (at)`],
    other: () => [],
  },
  changes: (op, name) => {
    op.addColumn(name, { name: 'at', type: 'timestamptz', nullable: true })
    op.createIndex(name, { name: `${name}_at`, columns: ['at'] })
  },
  reverse: (name) => ['unstamped', name],
  destructive: false,
})
const unstamped = defineOperation({
  name: 'unstamped',
  describe: (name: string) => `- moment ${name}.at`,
  sql: { any: (name) => `ALTER TABLE ${name} DROP at` },
  changes: (op, name) => op.dropColumn(name, 'at'),
  reverse: null,
  destructive: true,
})
const list = ownOperations([secure, stamped, unstamped])
const before = { ...emptySchema, tables: [table('user')] }

/** What a script says with one call. */
async function said(name: string, ...args: unknown[]) {
  const { intents } = await recordScript((op) => Reflect.get(op, name)(...args), { own: list })
  return intents.filter(isQueued)
}

test('a call is data: rendered it is the same call, resolved and written back the same intent', async () => {
  const [intent] = await said('secure', 'user', true)
  expect(renderCall(intent!)).toBe("op.secure('user', true)")
  const { at: _, ...kept } = intent!
  expect(intentsOf(resolve(before, [intent!]))).toEqual([kept])
  expect(JSON.parse(JSON.stringify(kept))).toEqual(kept)
})

test('what it says of itself is its line in a review, and whether it loses data', async () => {
  const [on] = resolve(before, await said('secure', 'user', true))
  expect(describeOperation(on!)).toBe('~ row security of user on')
  const [gone] = resolve(apply(before, resolve(before, await said('stamped', 'user'))), await said('unstamped', 'user'))
  expect([describeOperation(gone!), isDestructive(gone!)]).toEqual(['- moment user.at', true])
})

test('its reverse is the call it names, and the reverse of that the call itself', async () => {
  const [on] = resolve(before, await said('secure', 'user', true))
  const [off] = reverse(on!)
  expect(off).toMatchObject({ does: { name: 'secure', arguments: ['user', false] } })
  expect(reverse(off!)).toEqual([on])
})

test('where it names none there is no way back', async () => {
  const after = apply(before, resolve(before, await said('stamped', 'user')))
  const [gone] = resolve(after, await said('unstamped', 'user'))
  expect(() => reverse(gone!)).toThrow('op.unstamped has no reverse')
})

test('the schema is what it says it changes, and back', async () => {
  const operations = resolve(before, await said('stamped', 'user'))
  const after = apply(before, operations)
  const [user] = after.tables
  expect(user).toMatchObject({ columns: [{ name: 'id' }, { name: 'at' }], indexes: [{ name: 'user_at' }] })
  expect(apply(after, operations.flatMap(reverse))).toEqual(before)
  expect([...foldManaged(operations)]).toEqual([
    objectKey('column', { name: 'user' }, 'at'),
    objectKey('index', { name: 'user' }, 'user_at'),
  ])
})

test('what it changes must fit the schema, as of any operation', async () => {
  const intents = await said('stamped', 'users')
  expect(() => resolve(before, intents)).toThrow('there is no table users')
})

test('a checksum holds its arguments and its SQL', async () => {
  const of = async (own: readonly AnyOperation[], ...args: unknown[]) => {
    const recording = await recordScript((op) => Reflect.get(op, 'secure')(...args), { own: ownOperations(own) })
    return checksum(recording, recording)
  }
  const first = await of([secure], 'user', true)
  expect(await of([secure], 'user', true)).toBe(first)
  expect(await of([secure], 'user', false)).not.toBe(first)
  expect(await of([{ ...secure, sql: { any: () => 'SELECT 1' } }], 'user', true)).not.toBe(first)
})

test.each<[why: string, definition: Partial<AnyOperation>, args: unknown[], message: RegExp]>([
  ['an argument that JSON cannot hold', {}, [new Map()], /op\.odd: `argument 1` must be a value JSON can hold/],
  ['SQL that ends the transaction', { sql: { any: () => 'COMMIT' } }, [], /COMMIT/],
  [
    'what the definition throws',
    {
      describe: () => {
        throw new Error('it wants a table.')
      },
    },
    [],
    /own\.test\.ts:\d+: op\.odd: it wants a table\.$/,
  ],
  ['a reverse that nobody has registered', { reverse: () => ['even'] }, [], /op\.even: there is no such operation/],
])('%s is refused on the line of the script', async (_why, definition, args, message) => {
  const odd = { name: 'odd', describe: () => 'odd', sql: {}, reverse: null, ...definition } as AnyOperation
  const own = ownOperations([odd])
  await expect(recordScript((op) => Reflect.get(op, 'odd')(...args), { own })).rejects.toThrow(message)
})

test.each(['dropTable', 'query', 'x', 'toString', 'secure'])('no operation can be called %s a second time', (name) => {
  expect(() => ownOperations([secure, { ...stamped, name }])).toThrow(
    `The operation ${name} of your settings has a name that is taken.`,
  )
})

test('a rewrite makes one by its name', () => {
  expect(ownOperation(list, ['secure', 'user', true])).toMatchObject({
    kind: 'own',
    does: { name: 'secure', arguments: ['user', true], sql: { any: ['ALTER TABLE user ENABLE ROW LEVEL SECURITY'] } },
    undoes: { arguments: ['user', false] },
  })
})
