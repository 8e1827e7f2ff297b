// From operations to what a script would say, in as few calls as resolve.ts expands to the same operations.
import { defined } from '../model/defined'
import { sameJson } from '../model/expression'
import { sameName } from '../model/lookup'
import type { Column, ForeignKey, Index } from '../model/schema'
import { byName } from './companions'
import type { ColumnChange, CreateOptions, Intent } from './intent'
import { match, type Creates, type Handlers, type Operation } from './operation'
import {
  checkSpec,
  columnSpec,
  constraintLike,
  defaultSpec,
  exclusionSpec,
  foreignKeySpec,
  indexSpec,
  nameLike,
  primaryKeyOf,
  tableSpec,
  viewSpec,
} from './spec'

/** The calls of `op` that resolve to these operations again. */
export function intentsOf(operations: readonly Operation[]): Intent[] {
  const intents: Intent[] = []
  for (let at = 0; at < operations.length;) {
    const rest = operations.slice(at)
    const [intent, taken] = newTable(rest) ?? droppedTable(rest) ?? [match(rest[0]!, handlers), 1]
    intents.push(intent)
    at += taken
  }
  return intents
}

type Folded = readonly [intent: Intent, taken: number]

/** A new table with the indexes, then the foreign keys, that directly follow it. */
function newTable(operations: readonly Operation[]): Folded | undefined {
  const [first, ...rest] = operations
  if (first?.kind !== 'createTable') return undefined
  const indexes: Index[] = []
  const foreignKeys: ForeignKey[] = []
  for (const next of rest) {
    const belongs = 'table' in next && sameName(next.table, first.table) && 'managed' in next === 'managed' in first
    if (belongs && next.kind === 'createIndex' && !next.concurrently && foreignKeys.length === 0)
      indexes.push(next.index)
    else if (belongs && next.kind === 'createForeignKey') foreignKeys.push(next.foreignKey)
    else break
  }
  const table = tableSpec(first.table, indexes, foreignKeys)
  return [{ kind: 'createTable', table, ...options(first) }, 1 + indexes.length + foreignKeys.length]
}

/** A dropped table with the drops of its foreign keys and indexes directly before it, if they stand as resolve puts them. */
function droppedTable(operations: readonly Operation[]): Folded | undefined {
  const at = operations.findIndex(({ kind }) => kind !== 'dropForeignKey' && kind !== 'dropIndex')
  const last = operations[at]
  if (last?.kind !== 'dropTable') return undefined
  const foreignKeys: ForeignKey[] = []
  const indexes: Index[] = []
  for (const part of operations.slice(0, at)) {
    if (!('table' in part) || !sameName(part.table, last.table)) return undefined
    if (part.kind === 'dropForeignKey' && indexes.length === 0) foreignKeys.push(part.foreignKey)
    else if (part.kind === 'dropIndex' && !part.concurrently) indexes.push(part.index)
    else return undefined
  }
  if (!isDescending(foreignKeys) || !isDescending(indexes)) return undefined
  return [{ kind: 'dropTable', table: nameLike(last.table) }, at + 1]
}

const handlers: Handlers<Intent> = {
  createTable: (operation) => ({
    kind: 'createTable',
    table: tableSpec(operation.table, [], []),
    ...options(operation),
  }),
  dropTable: ({ kind, table }) => ({ kind, table: nameLike(table) }),
  renameTable: ({ kind, from, to }) => ({ kind, table: nameLike(from), to: to.name }),
  commentTable: ({ kind, table, to }) => ({ kind, table: nameLike(table), text: to ?? null }),
  addColumn: ({ kind, table, column, ...rest }) => ({
    kind,
    table: nameLike(table),
    column: columnSpec(column),
    ...options(rest),
  }),
  dropColumn: ({ kind, table, column }) => ({ kind, table: nameLike(table), name: column.name }),
  renameColumn: ({ kind, table, from, to }) => ({ kind, table: nameLike(table), from, to }),
  alterColumn: ({ kind, table, from, to, using }) => ({
    kind,
    table: nameLike(table),
    name: from.name,
    change: columnChange(from, to, using),
  }),
  createPrimaryKey: ({ kind, table, primaryKey, ...rest }) => ({
    kind,
    table: nameLike(table),
    primaryKey: primaryKeyOf(primaryKey),
    ...options(rest),
  }),
  dropPrimaryKey: ({ kind, table, primaryKey }) => defined({ kind, table: nameLike(table), name: primaryKey.name }),
  createUnique: ({ kind, table, unique, ...rest }) => ({ kind, table: nameLike(table), unique, ...options(rest) }),
  dropUnique: ({ kind, table, unique }) => ({ kind, table: nameLike(table), constraint: constraintLike(unique) }),
  createForeignKey: ({ kind, table, foreignKey, ...rest }) => ({
    kind,
    table: nameLike(table),
    foreignKey: foreignKeySpec(foreignKey),
    ...options(rest),
  }),
  dropForeignKey: ({ kind, table, foreignKey }) => ({
    kind,
    table: nameLike(table),
    constraint: constraintLike(foreignKey),
  }),
  createCheck: ({ kind, table, check, ...rest }) => ({
    kind,
    table: nameLike(table),
    check: checkSpec(check),
    ...options(rest),
  }),
  dropCheck: ({ kind, table, check }) => ({ kind, table: nameLike(table), constraint: constraintLike(check) }),
  createExclusion: ({ kind, table, exclusion, ...rest }) => ({
    kind,
    table: nameLike(table),
    exclusion: exclusionSpec(exclusion),
    ...options(rest),
  }),
  dropExclusion: ({ kind, table, exclusion }) => ({
    kind,
    table: nameLike(table),
    constraint: constraintLike(exclusion),
  }),
  renameConstraint: ({ kind, table, from, to }) => ({ kind, table: nameLike(table), from, to }),
  validateConstraint: ({ kind, table, name }) => ({ kind, table: nameLike(table), name }),
  createIndex: ({ kind, table, index, concurrently, ...rest }) => ({
    kind,
    table: nameLike(table),
    index: concurrently ? { ...indexSpec(index), concurrently } : indexSpec(index),
    ...options(rest),
  }),
  dropIndex: ({ kind, table, index, concurrently }) => ({
    kind,
    table: nameLike(table),
    name: index.name,
    ...(concurrently && { options: { concurrently } }),
  }),
  renameIndex: ({ kind, table, from, to }) => ({ kind, table: nameLike(table), from, to }),
  createEnum: (operation) => ({ kind: 'createEnum', enum: operation.enum, ...options(operation) }),
  dropEnum: (operation) => ({ kind: 'dropEnum', enum: nameLike(operation.enum) }),
  addEnumValue: ({ kind, value, before, after, ...rest }) => {
    const position = before === undefined && after === undefined ? undefined : defined({ before, after })
    return defined({ kind, enum: nameLike(rest.enum), value, position })
  },
  renameEnum: ({ kind, from, to }) => ({ kind, enum: nameLike(from), to: to.name }),
  renameEnumValue: ({ kind, from, to, ...rest }) => ({ kind, enum: nameLike(rest.enum), from, to }),
  replaceEnum: ({ kind, from, to, map }) => ({
    kind,
    enum: nameLike(from),
    values: to.values,
    ...(map && { options: { map } }),
  }),
  createView: ({ kind, view, ...rest }) => ({ kind, view: viewSpec(view), ...options(rest) }),
  dropView: ({ kind, view }) => ({ kind, view: nameLike(view) }),
  createSchema: ({ kind, schema, ...rest }) => ({ kind, schema, ...options(rest) }),
  dropSchema: ({ kind, schema }) => ({ kind, schema }),
  createExtension: ({ kind, extension, ...rest }) => ({
    kind,
    extension: extension.schema === undefined ? extension.name : { name: extension.name, schema: extension.schema },
    ...options(rest),
  }),
  dropExtension: ({ kind, extension }) => ({ kind, extension: extension.name }),
  createSequence: ({ kind, sequence, ...rest }) => ({ kind, sequence, ...options(rest) }),
  dropSequence: ({ kind, sequence }) => ({ kind, sequence: nameLike(sequence) }),
  execute: (operation) => operation,
  bulkInsert: ({ kind, table, rows }) => ({ kind, table: nameLike(table), rows }),
  own: ({ kind, does, undoes }) => defined({ kind, does, undoes }),
}

function options({ managed }: Creates): { readonly options?: CreateOptions } {
  return managed === false ? { options: { managed } } : {}
}

/** Only what differs; what is gone is null. */
function columnChange(from: Column, to: Column, using: string | undefined): ColumnChange {
  const differs = (key: keyof Column) => !sameJson(from[key], to[key])
  const asked = <K extends 'identity' | 'comment' | 'collation'>(key: K) =>
    differs(key) ? (to[key] ?? null) : undefined
  return defined({
    type: differs('type') ? to.type : undefined,
    using,
    nullable: differs('nullable') ? to.nullable : undefined,
    default: differs('default') ? (to.default === undefined ? null : defaultSpec(to.default)) : undefined,
    generated: differs('generated') ? (to.generated?.sql ?? null) : undefined,
    virtual: from.generated === undefined ? to.generated?.virtual : undefined,
    identity: asked('identity'),
    comment: asked('comment'),
    collation: asked('collation'),
  })
}

function isDescending(parts: readonly (ForeignKey | Index)[]): boolean {
  return parts.every((part, i) => i === 0 || byName(parts[i - 1]!, part) >= 0)
}
