// Keys, checks, exclusions and indexes of a table that is on both sides.
import { spelling } from '../model/expression'
import { nameOf } from '../model/lookup'
import {
  sameCheck,
  sameExclusion,
  sameForeignKey,
  sameIndex,
  samePrimaryKey,
  sameUnique,
  suitsForeignKey,
  suitsIndex,
  suitsPrimaryKey,
  suitsUnique,
  synchronizedIndexes,
  validated,
} from '../model/same'
import type { ForeignKey, Index, QualifiedName, Table, View } from '../model/schema'
import { usesColumn } from '../operations/companions'
import type { Operation } from '../operations/operation'
import { mentions } from '../model/mentions'
import { pair, type Pairing } from './pair'
import { renamed } from './renames'
import type { ColumnChanges } from './tables'

/** What makes all keys, checks and indexes but the foreign keys as wanted. */
export function diffParts(live: Table, wanted: Table, columns: ColumnChanges): Operation[] {
  const { recreated, dropped } = columns
  const spoken = [...recreated, ...columns.retyped]
  const leaving = [...recreated, ...dropped]
  const keyTouched = (key: { readonly columns: readonly string[]; readonly include?: readonly string[] }) =>
    leaving.some((name) => usesColumn(key, name))
  const textTouched = (part: { readonly expression: { readonly sql: string } }) =>
    spoken.some((name) => mentions(spelling(part.expression), name))
  return [
    ...compare(primaryKeys, live, wanted, keyTouched),
    ...compare(uniques, live, wanted, keyTouched, dropped),
    ...compare(checks, live, wanted, textTouched),
    ...compare(exclusions, live, wanted, textTouched),
    ...diffIndexes(live, wanted, columns),
  ]
}

/** What makes the foreign keys as wanted; `touched` ones go with a column or a key they stand on, and come back. */
export function diffForeignKeys(live: Table, wanted: Table, touched: (key: ForeignKey) => boolean): Operation[] {
  return compare(foreignKeys, live, wanted, touched)
}

/** What makes the indexes of a materialised view that stays as wanted. */
export function diffViewIndexes(live: View, wanted: View): Operation[] {
  const { ours, declared } = synchronized(live.indexes ?? [], wanted.indexes ?? [])
  return changes(indexes, nameOf(live), pair(ours, declared, sameIndex), () => false)
}

/**
 * The indexes of a materialised view that is made again. What it has and keeps goes and comes with it, as it is called and
 * tuned there; all others go and come by themselves, for whatever is there when a view is dropped comes back with it, by
 * hand or not, and so it must be on the way back. Afterwards come the names they should have.
 */
export function remadeIndexes(live: View, wanted: View) {
  const { ours, others, declared } = synchronized(live.indexes ?? [], wanted.indexes ?? [])
  const { pairs, extra, missing } = pair(ours, declared, sameIndex)
  const again = pairs.map(([one, want]) => (sameIndex(one, want) || isTuned(indexes, one, want) ? one : want))
  return {
    kept: [...pairs.map(([one]) => one), ...others],
    extra: extra.map((index) => indexes.drop(nameOf(live), index)),
    again,
    missing: missing.map((index) => indexes.create(nameOf(live), index)),
    renames: again.flatMap((one, at) => renamed(indexes.rename, nameOf(live), one, pairs[at]![1])),
  }
}

/** Live indexes that somebody synchronizes, the others, and the wanted ones. */
function synchronized(live: readonly Index[], wanted: readonly Index[]) {
  const ours = synchronizedIndexes(live, wanted)
  const others = live.filter((index) => !ours.includes(index))
  return { ours, others, declared: synchronizedIndexes(wanted, wanted) }
}

function diffIndexes(live: Table, wanted: Table, { recreated, retyped, dropped }: ColumnChanges): Operation[] {
  const speaksOf = (index: Index, name: string) =>
    [index.where, ...index.columns].some(
      (part) => typeof part === 'object' && 'sql' in part && mentions(spelling(part), name),
    )
  const touched = (index: Index) =>
    [...recreated, ...dropped].some((name) => usesColumn(index, name)) ||
    [...recreated, ...retyped].some((name) => speaksOf(index, name))
  const { ours, others, declared } = synchronized(live.indexes, wanted.indexes)
  const { pairs, extra, missing } = pair(ours, declared, sameIndex)
  // What nobody synchronizes stays, unless a column of it goes.
  const lost = others.filter(touched)
  return changes(indexes, nameOf(live), { pairs, extra: [...extra, ...lost], missing }, touched, dropped)
}

interface Named {
  readonly name?: string
  readonly notValid?: true
  readonly include?: readonly string[]
}

/** PartKind is what there is to know about one kind of constraint. */
interface PartKind<T extends Named> {
  readonly of: (table: Table) => readonly T[]
  readonly same: (live: T, wanted: T) => boolean
  /** Whether one of the wanted name can stay. */
  readonly suits: (live: T, wanted: T) => boolean
  readonly create: (table: QualifiedName, part: T) => Operation
  readonly drop: (table: QualifiedName, part: T) => Operation
  readonly rename: 'renameConstraint' | 'renameIndex'
}

function compare<T extends Named>(
  kind: PartKind<T>,
  live: Table,
  wanted: Table,
  touched: (part: T) => boolean,
  dropped?: ReadonlySet<string>,
) {
  return changes(kind, nameOf(live), pair(kind.of(live), kind.of(wanted), kind.same), touched, dropped)
}

/** Whether somebody has tuned by hand what is called as wanted. */
function isTuned<T extends Named>(kind: PartKind<T>, live: T, wanted: T): boolean {
  return !kind.same(live, wanted) && live.name === wanted.name && kind.suits(live, wanted)
}

function changes<T extends Named>(
  kind: PartKind<T>,
  table: QualifiedName,
  { pairs, extra, missing }: Pairing<T>,
  touched: (part: T) => boolean,
  dropped: ReadonlySet<string> = new Set(),
): Operation[] {
  const tuned = ([one, want]: readonly [T, T]) =>
    isTuned(kind, one, want) && !one.include?.some((name) => dropped.has(name))
  const isReplaced = ([one, want]: readonly [T, T]) =>
    !(kind.same(one, want) || isTuned(kind, one, want)) ||
    touched(one) ||
    (!validated(one, want) && one.name === undefined)
  const replaced = pairs.filter(isReplaced)
  const kept = pairs.filter((both) => !isReplaced(both))
  return [
    ...[...replaced.map(([one]) => one), ...extra].map((part) => kind.drop(table, part)),
    ...kept.flatMap(([one, want]) => renamed(kind.rename, table, one, want)),
    ...kept.flatMap(([one, want]): Operation[] => {
      const name = want.name ?? one.name
      return validated(one, want) || name === undefined ? [] : [{ kind: 'validateConstraint', table, name }]
    }),
    ...[
      // What somebody tuned by hand comes back as it was, unless what it was tuned with is gone.
      ...replaced.map((both) => (tuned(both) ? both[0] : both[1])),
      ...missing,
    ].map((part) => kind.create(table, part)),
  ]
}

const primaryKeys: PartKind<NonNullable<Table['primaryKey']>> = {
  of: ({ primaryKey }) => (primaryKey === undefined ? [] : [primaryKey]),
  same: samePrimaryKey,
  suits: suitsPrimaryKey,
  create: (table, primaryKey) => ({ kind: 'createPrimaryKey', table, primaryKey }),
  drop: (table, primaryKey) => ({ kind: 'dropPrimaryKey', table, primaryKey }),
  rename: 'renameConstraint',
}
const uniques: PartKind<Table['uniques'][number]> = {
  of: (table) => table.uniques,
  same: sameUnique,
  suits: suitsUnique,
  create: (table, unique) => ({ kind: 'createUnique', table, unique }),
  drop: (table, unique) => ({ kind: 'dropUnique', table, unique }),
  rename: 'renameConstraint',
}
const foreignKeys: PartKind<ForeignKey> = {
  of: (table) => table.foreignKeys,
  same: sameForeignKey,
  suits: suitsForeignKey,
  create: (table, foreignKey) => ({ kind: 'createForeignKey', table, foreignKey }),
  drop: (table, foreignKey) => ({ kind: 'dropForeignKey', table, foreignKey }),
  rename: 'renameConstraint',
}
const checks: PartKind<Table['checks'][number]> = {
  of: (table) => table.checks,
  same: sameCheck,
  suits: sameCheck,
  create: (table, check) => ({ kind: 'createCheck', table, check }),
  drop: (table, check) => ({ kind: 'dropCheck', table, check }),
  rename: 'renameConstraint',
}
const exclusions: PartKind<Table['exclusions'][number]> = {
  of: (table) => table.exclusions,
  same: sameExclusion,
  suits: sameExclusion,
  create: (table, exclusion) => ({ kind: 'createExclusion', table, exclusion }),
  drop: (table, exclusion) => ({ kind: 'dropExclusion', table, exclusion }),
  rename: 'renameConstraint',
}
const indexes: PartKind<Index> = {
  of: (table) => table.indexes,
  same: sameIndex,
  suits: suitsIndex,
  create: (table, index) => ({ kind: 'createIndex', table, index }),
  drop: (table, index) => ({ kind: 'dropIndex', table, index }),
  rename: 'renameIndex',
}
