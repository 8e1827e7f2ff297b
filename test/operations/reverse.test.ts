import type { Operation } from '../../src/operations/operation'
import { reverse, reverseAll } from '../../src/operations/reverse'
import { columns, table } from '../support/schema'

const t = { name: 't' }
const [a, b] = columns('a int', 'a text')

test.each<[Operation, Operation]>([
  [
    { kind: 'createTable', table: table('t') },
    { kind: 'dropTable', table: table('t') },
  ],
  [
    { kind: 'renameTable', from: t, to: { name: 'u' } },
    { kind: 'renameTable', from: { name: 'u' }, to: t },
  ],
  [
    { kind: 'commentTable', table: t, to: 'x' },
    { kind: 'commentTable', table: t, from: 'x' },
  ],
  [
    { kind: 'addColumn', table: t, column: a! },
    { kind: 'dropColumn', table: t, column: a! },
  ],
  [
    { kind: 'alterColumn', table: t, from: a!, to: b!, using: 'a::text' },
    { kind: 'alterColumn', table: t, from: b!, to: a! },
  ],
  [
    { kind: 'createIndex', table: t, index: { name: 'i', columns: ['a'], unique: false }, concurrently: true },
    { kind: 'dropIndex', table: t, index: { name: 'i', columns: ['a'], unique: false }, concurrently: true },
  ],
  [
    { kind: 'renameConstraint', table: t, from: 'x', to: 'y' },
    { kind: 'renameConstraint', table: t, from: 'y', to: 'x' },
  ],
  [
    { kind: 'addEnumValue', enum: { name: 'e', values: ['a', 'c'] }, value: 'b', before: 'c' },
    { kind: 'replaceEnum', from: { name: 'e', values: ['a', 'b', 'c'] }, to: { name: 'e', values: ['a', 'c'] } },
  ],
  [
    {
      kind: 'replaceEnum',
      from: { name: 'e', values: ['old', 'kept'] },
      to: { name: 'e', values: ['new', 'kept'] },
      map: { old: 'new' },
    },
    {
      kind: 'replaceEnum',
      from: { name: 'e', values: ['new', 'kept'] },
      to: { name: 'e', values: ['old', 'kept'] },
      map: { new: 'old' },
    },
  ],
  [
    {
      kind: 'replaceEnum',
      from: { name: 'e', values: ['gone', 'kept'] },
      to: { name: 'e', values: ['kept'] },
      map: { gone: 'kept' },
    },
    { kind: 'replaceEnum', from: { name: 'e', values: ['kept'] }, to: { name: 'e', values: ['gone', 'kept'] } },
  ],
])('%j is undone by %j', (operation, undone) => {
  expect(reverse(operation)).toEqual([undone])
})

test('a validation needs no undoing', () => {
  expect(reverse({ kind: 'validateConstraint', table: t, name: 'x' })).toEqual([])
})

test('what nobody can take back is said so', () => {
  const irreversible = expect.objectContaining({ code: 'irreversible', exitCode: 6 })
  expect(() => reverse({ kind: 'execute', sql: 'UPDATE t SET a = 1' })).toThrow(irreversible)
  expect(() => reverseAll([{ kind: 'bulkInsert', table: t, rows: [] }])).toThrow(irreversible)
})

test('a list is reversed backwards, and values added one by one go at once', () => {
  const one = { name: 'e', values: ['a'] }
  const two = { name: 'e', values: ['a', 'b'] }
  expect(
    reverseAll([
      { kind: 'addEnumValue', enum: one, value: 'b' },
      { kind: 'addEnumValue', enum: two, value: 'c' },
      { kind: 'addColumn', table: t, column: a! },
    ]),
  ).toEqual([
    { kind: 'dropColumn', table: t, column: a! },
    { kind: 'replaceEnum', from: { name: 'e', values: ['a', 'b', 'c'] }, to: one },
  ])
})
