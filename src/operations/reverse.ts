// The way back. One clause per operation: an add knows what it added, a drop what it dropped, an alter both ends.
import { IrreversibleError } from '../errors'
import { defined } from '../model/defined'
import { displayName, sameName } from '../model/lookup'
import { withValue } from './enum-values'
import { match, type Handlers, type Operation } from './operation'

/** What undoes one operation; nothing where there is nothing to undo. Throws IrreversibleError where nobody can know. */
export function reverse(operation: Operation): readonly Operation[] {
  return match(operation, handlers)
}

/** What undoes a list of operations: each reversed, backwards. */
export function reverseAll(operations: readonly Operation[]): Operation[] {
  return mergeReplacements(operations.toReversed().flatMap(reverse))
}

const handlers: Handlers<readonly Operation[]> = {
  createTable: ({ table }) => [{ kind: 'dropTable', table }],
  dropTable: ({ table }) => [{ kind: 'createTable', table }],
  renameTable: ({ from, to }) => [{ kind: 'renameTable', from: to, to: from }],
  commentTable: ({ table, from, to }) => [defined({ kind: 'commentTable' as const, table, from: to, to: from })],
  addColumn: ({ table, column }) => [{ kind: 'dropColumn', table, column }],
  dropColumn: ({ table, column }) => [{ kind: 'addColumn', table, column }],
  renameColumn: ({ table, from, to }) => [{ kind: 'renameColumn', table, from: to, to: from }],
  alterColumn: ({ table, from, to }) => [{ kind: 'alterColumn', table, from: to, to: from }],
  createPrimaryKey: ({ table, primaryKey }) => [{ kind: 'dropPrimaryKey', table, primaryKey }],
  dropPrimaryKey: ({ table, primaryKey }) => [{ kind: 'createPrimaryKey', table, primaryKey }],
  createUnique: ({ table, unique }) => [{ kind: 'dropUnique', table, unique }],
  dropUnique: ({ table, unique }) => [{ kind: 'createUnique', table, unique }],
  createForeignKey: ({ table, foreignKey }) => [{ kind: 'dropForeignKey', table, foreignKey }],
  dropForeignKey: ({ table, foreignKey }) => [{ kind: 'createForeignKey', table, foreignKey }],
  createCheck: ({ table, check }) => [{ kind: 'dropCheck', table, check }],
  dropCheck: ({ table, check }) => [{ kind: 'createCheck', table, check }],
  createExclusion: ({ table, exclusion }) => [{ kind: 'dropExclusion', table, exclusion }],
  dropExclusion: ({ table, exclusion }) => [{ kind: 'createExclusion', table, exclusion }],
  renameConstraint: ({ table, from, to }) => [{ kind: 'renameConstraint', table, from: to, to: from }],
  // A constraint that was checked once cannot be unchecked, and need not be.
  validateConstraint: () => [],
  createIndex: ({ table, index, concurrently }) => [
    defined({ kind: 'dropIndex' as const, table, index, concurrently }),
  ],
  dropIndex: ({ table, index, concurrently }) => [
    defined({ kind: 'createIndex' as const, table, index, concurrently }),
  ],
  renameIndex: ({ table, from, to }) => [{ kind: 'renameIndex', table, from: to, to: from }],
  createEnum: (operation) => [{ kind: 'dropEnum', enum: operation.enum }],
  dropEnum: (operation) => [{ kind: 'createEnum', enum: operation.enum }],
  addEnumValue: (operation) => [{ kind: 'replaceEnum', from: withValue(operation), to: operation.enum }],
  renameEnum: ({ from, to }) => [{ kind: 'renameEnum', from: to, to: from }],
  renameEnumValue: (operation) => [
    { kind: 'renameEnumValue', enum: operation.enum, from: operation.to, to: operation.from },
  ],
  replaceEnum: ({ from, to, map }) => [
    defined({ kind: 'replaceEnum' as const, from: to, to: from, map: map && inverted(map, from.values) }),
  ],
  createView: ({ view }) => [{ kind: 'dropView', view }],
  dropView: ({ view }) => [{ kind: 'createView', view }],
  createSchema: ({ schema }) => [{ kind: 'dropSchema', schema }],
  dropSchema: ({ schema }) => [{ kind: 'createSchema', schema }],
  createExtension: ({ extension }) => [{ kind: 'dropExtension', extension }],
  dropExtension: ({ extension }) => [{ kind: 'createExtension', extension }],
  createSequence: ({ sequence }) => [{ kind: 'dropSequence', sequence }],
  dropSequence: ({ sequence }) => [{ kind: 'createSequence', sequence }],
  execute: () => {
    throw new IrreversibleError('op.execute ran SQL of your own')
  },
  bulkInsert: ({ table }) => {
    throw new IrreversibleError(`op.bulkInsert put rows into ${displayName(table)}`)
  },
  own: ({ does, undoes, changes }) => {
    if (undoes === undefined) throw new IrreversibleError(`op.${does.name} has no reverse`)
    return [{ kind: 'own', does: undoes, undoes: does, changes: reverseAll(changes) }]
  },
}

/** Values that came into being in place of old ones go back; where two became one nobody knows which. */
function inverted(map: { readonly [value: string]: string }, original: readonly string[]) {
  const back = Object.entries(map).flatMap(([from, to]) => (original.includes(to) ? [] : [[to, from] as const]))
  return back.length === 0 ? undefined : Object.fromEntries(back)
}

/** Several values added one by one are taken away at once: each replacement rewrites every table that uses the enum. */
function mergeReplacements(operations: readonly Operation[]): Operation[] {
  const merged: Operation[] = []
  for (const operation of operations) {
    const last = merged.at(-1)
    if (
      last?.kind === 'replaceEnum' &&
      operation.kind === 'replaceEnum' &&
      sameName(last.from, operation.from) &&
      last.map === undefined &&
      operation.map === undefined
    ) {
      merged[merged.length - 1] = { ...last, to: operation.to }
    } else merged.push(operation)
  }
  return merged
}
