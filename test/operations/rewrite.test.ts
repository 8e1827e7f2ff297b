// A project's own word about the operations of a revision.
import { emptySchema, type Table } from '../../src/model/schema'
import { apply } from '../../src/operations/apply'
import type { Operation } from '../../src/operations/operation'
import { resolve } from '../../src/operations/resolve'
import { reverseAll } from '../../src/operations/reverse'
import { rewriteAll, rewriteEach, type Rewrite } from '../../src/operations/rewrite'

const before = apply(
  emptySchema,
  resolve(emptySchema, [
    {
      kind: 'createTable',
      table: {
        name: 'user',
        columns: [{ name: 'id', type: 'integer' }],
        primaryKey: ['id'],
        indexes: [{ name: 'by_id', columns: ['id'] }],
      },
    },
  ]),
)
const user: Table = before.tables[0]!
const found = resolve(before, [
  { kind: 'addColumn', table: 'user', column: { name: 'email', type: 'text', nullable: true } },
  { kind: 'createIndex', table: 'user', index: { name: 'by_email', columns: ['email'] } },
  { kind: 'dropIndex', table: 'user', name: 'by_id' },
])
const [added, indexed] = found as [Operation, Operation, Operation]
const grant: Operation = { kind: 'execute', sql: 'GRANT SELECT ON "user" TO reader' }
const revoke: Operation = { kind: 'execute', sql: 'REVOKE SELECT ON "user" FROM reader' }

const rewrite = (...rewrites: Rewrite[]) => rewriteAll(found, rewrites, { before, dialect: 'any', list: new Map() })
const kinds = (operations: readonly Operation[]) => operations.map(({ kind }) => kind)

test('one that says nothing leaves all as it is', async () => {
  expect(
    (
      await rewrite(
        () => undefined,
        () => {},
      )
    ).upgrade,
  ).toBe(found)
  expect(await rewrite()).toEqual({ upgrade: found })
})

test('operations are dropped, changed, added, and each rewrite gets what the one before it has left', async () => {
  const seen: string[][] = []
  const watching: Rewrite = (operations) => void seen.push(kinds(operations))
  const { upgrade } = await rewrite(
    watching,
    rewriteEach({ dropIndex: () => [] }),
    watching,
    async (operations) => [...operations, { kind: 'commentTable', table: { name: 'user' }, to: 'people' }],
    watching,
    rewriteEach({ createIndex: (operation) => ({ ...operation, concurrently: true }) }),
  )
  expect(seen).toEqual([
    ['addColumn', 'createIndex', 'dropIndex'],
    ['addColumn', 'createIndex'],
    ['addColumn', 'createIndex', 'commentTable'],
  ])
  expect(upgrade).toEqual([
    added,
    { ...indexed, concurrently: true },
    { kind: 'commentTable', table: { name: 'user' }, to: 'people' },
  ])
  expect(kinds(reverseAll(upgrade))).toEqual(['commentTable', 'dropIndex', 'dropColumn'])
})

test('what is returned knows what it takes away, so that it can be taken back', async () => {
  const bare = { ...user, indexes: [] }
  const { upgrade } = await rewrite(() => [{ kind: 'dropTable', table: bare }])
  expect(kinds(upgrade)).toEqual(['dropIndex', 'dropTable'])
  expect(apply(apply(before, upgrade), reverseAll(upgrade)).tables).toEqual(before.tables)
})

test('what a function returns for one operation is not looked at again', async () => {
  let calls = 0
  const twice = rewriteEach({
    addColumn: (operation) => {
      calls += 1
      return [operation, { ...operation, column: { ...operation.column, name: `${operation.column.name}_2` } }]
    },
  })
  expect(kinds((await rewrite(twice)).upgrade)).toEqual(['addColumn', 'addColumn', 'createIndex', 'dropIndex'])
  expect(calls).toBe(1)
})

test('a way back of its own is kept, one operation or all, through the rewrites that follow', async () => {
  const granting = rewriteEach({
    addColumn: (one) => ({ upgrade: [one, grant], downgrade: [revoke, ...reverseAll([one])] }),
  })
  const result = await rewrite(granting, rewriteEach({ dropIndex: () => undefined }))
  expect(kinds(result.upgrade)).toEqual(['addColumn', 'execute', 'createIndex', 'dropIndex'])
  expect(kinds(result.downgrade!)).toEqual(['createIndex', 'dropIndex', 'execute', 'dropColumn'])
  let told: readonly Operation[] | undefined
  await rewrite(
    () => ({ upgrade: [grant], downgrade: [revoke] }),
    (_, { downgrade }) => void (told = downgrade),
  )
  expect(told).toEqual([revoke])
})

test.each<[string, Rewrite, RegExp]>([
  ['throws', () => Promise.reject(new Error('not today')), /^The rewrite mine failed: not today\.$/],
  [
    'returns no list',
    (() => 'nothing') as never,
    /^The rewrite mine returned something that is no list of operations\.$/,
  ],
  ['returns null', (() => null) as never, /no list of operations/],
  ['returns unknown kinds', (() => [{ kind: 'addColumns' }]) as never, /no list of operations/],
  ['adds SQL without a way back', (all) => [...all, grant], /returned something nobody knows the way back of/],
  ['takes away what another needs', rewriteEach({ addColumn: () => [] }), /do not fit: .*email/],
])('one that %s is an error that names it', async (_what, rewriting, message) => {
  const mine: Rewrite = (operations, context) => rewriting(operations, context)
  await expect(rewrite(mine)).rejects.toMatchObject({
    code: 'rewrite',
    exitCode: 2,
    message: expect.stringMatching(message),
  })
  const nameless = [(operations, context) => rewriting(operations, context)] satisfies Rewrite[]
  await expect(rewrite(() => undefined, ...nameless)).rejects.toThrow('The rewrite number 2 of `rewrite`')
})
