// Columns of a table that is on both sides. They are a set: the order in which they stand does not count.
import { defined } from '../model/defined'
import { sameJson, spelling } from '../model/expression'
import { nameOf } from '../model/lookup'
import { sameColumn, sameDefault, sameGenerated } from '../model/same'
import type { Column, ColumnType, Table } from '../model/schema'
import type { Operation } from '../operations/operation'
import { mentions } from '../model/mentions'
import { pair } from './pair'

/** ColumnChanges holds the operations, and the columns whose keys and indexes go with them. */
export interface ColumnChanges {
  readonly operations: readonly Operation[]
  /** Columns that are dropped and added again: values of their own give way to computed ones, stored or not. */
  readonly recreated: ReadonlySet<string>
  /** Columns that are of another type then: what is said of them does not mean the same to the server on the way back. */
  readonly retyped: ReadonlySet<string>
  /** Those of them whose values are of another kind then: for a moment they compare with no column that refers to them. */
  readonly converted: ReadonlySet<string>
  readonly dropped: ReadonlySet<string>
}

/** What makes the columns, and the comment, of one table as wanted. */
export function diffColumns(live: Table, wanted: Table): ColumnChanges {
  const table = nameOf(live)
  const { pairs, extra, missing } = pair(live.columns, wanted.columns, () => false)
  const changed = pairs.filter(([from, to]) => !sameColumn(from, to))
  const retyped = changed.filter(([from, to]) => !sameJson(from.type, to.type)).map(([{ name }]) => name)
  const rebased = changed
    .filter(([from, to]) => !sameJson(baseOf(from.type), baseOf(to.type)))
    .map(([{ name }]) => name)
  const recreated = pairs.filter(([from, to]) => isMadeAnew(from, to, retyped) || isComputedFrom(from, to, rebased))
  const altered = changed.filter((both) => !recreated.includes(both))
  const operations: Operation[] = [
    ...[...recreated.map(([from]) => from), ...extra].map((column) => ({ kind: 'dropColumn' as const, table, column })),
    ...[...recreated.map(([, to]) => to), ...missing].map((column) => ({ kind: 'addColumn' as const, table, column })),
    ...altered.map(([from, to]) => ({ kind: 'alterColumn' as const, table, from, to: altering(from, to) })),
  ]
  if (live.comment !== wanted.comment)
    operations.push(defined({ kind: 'commentTable' as const, table, from: live.comment, to: wanted.comment }))
  return {
    operations,
    recreated: new Set(recreated.map(([{ name }]) => name)),
    retyped: new Set(rebased),
    converted: new Set(changed.filter(([from, to]) => !comparable(from, to)).map(([{ name }]) => name)),
    dropped: new Set(extra.map(({ name }) => name)),
  }
}

/**
 * Whether a column begins to be computed, or to be stored or not, or is computed otherwise from what has another type by
 * then. One that ends to be computed keeps its values.
 */
function isMadeAnew(from: Column, to: Column, retyped: readonly string[]): boolean {
  if (to.generated === undefined || sameGenerated(from.generated, to.generated)) return false
  if (from.generated === undefined || from.generated.virtual !== to.generated.virtual) return true
  const texts = [from.generated, to.generated].map(spelling)
  return retyped.some((name) => name === to.name || texts.some((text) => mentions(text, name)))
}

/** Whether a column is computed from what is of another type then, however little of it changes itself. */
function isComputedFrom(from: Column, to: Column, rebased: readonly string[]): boolean {
  const [was, is] = [from.generated, to.generated]
  return (
    was !== undefined &&
    is !== undefined &&
    rebased.some((name) => [was, is].some((one) => mentions(spelling(one), name)))
  )
}

/** A type without what limits it: the server spells nothing else because of that. */
function baseOf(type: ColumnType): ColumnType {
  return typeof type === 'string' ? type.replace(/\(.*?\)/, '') : type
}

/** Whether a key of the one can refer to the other for a moment, on any server: in doubt it cannot, and steps aside. */
function comparable(one: Column, other: Column): boolean {
  return one.collation === other.collation && sameJson(kindOf(one.type), kindOf(other.type))
}

/** Whole numbers compare with whole numbers of any size and texts with texts of any length, all else with its own type alone. */
function kindOf(type: ColumnType): ColumnType {
  if (typeof type !== 'string') return type
  const base = type.toLowerCase().replace(/\(.*?\)/, '')
  if (/^(small|big|tiny|medium)?int(eger)?$/.test(base)) return 'integer'
  return /^(var|bp|n|nvar)?char$|^text$/.test(base) ? 'text' : base
}

/** The wanted column, but what is the same in another spelling stays as the server spells it: only real changes show. */
function altering(from: Column, to: Column): Column {
  return defined({
    ...to,
    default: sameDefault(from.default, to.default) ? from.default : to.default,
    generated: sameGenerated(from.generated, to.generated) ? from.generated : to.generated,
  })
}
