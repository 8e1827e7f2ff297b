// How much two things are alike, from 0 to 1: only ever a reason to ask, never to act.
import { sameJson } from '../model/expression'
import { findEnum } from '../model/lookup'
import { sameDefault } from '../model/same'
import type { Column, ColumnType, SchemaModel, Table } from '../model/schema'
import { editDistance } from '../operations/near'

/** Two columns from here on are asked about: the same definition is enough, a similar name makes up for a different one. */
export const alikeColumns = 0.44

/** Two tables from here on are asked about: the same columns are enough. */
export const alikeTables = 0.5

/** How much two columns are alike: by name, type, nullability, default and place, the weightiest first. */
export function columnLikeness(live: ColumnOf, wanted: ColumnOf): number {
  const [one, other] = [live.column, wanted.column]
  const place = ({ table, column }: ColumnOf) => table.columns.indexOf(column)
  return (
    0.5 * nameLikeness(one.name, other.name) +
    0.3 * typeLikeness(live, wanted) +
    0.08 * Number(one.nullable === other.nullable) +
    0.06 * Number(sameDefault(one.default, other.default) && one.identity === other.identity) +
    0.06 * Number(place(live) === place(wanted))
  )
}

/** How much two tables are alike: by their columns, then by name. */
export function tableLikeness(live: TableOf, wanted: TableOf): number {
  return 0.6 * columnsLikeness(live, wanted) + 0.4 * nameLikeness(live.table.name, wanted.table.name)
}

/** How much two names are alike, by the words they are made of: `full_name` and `fullName` are the same. */
export function nameLikeness(a: string, b: string): number {
  const [one, other] = [wordsOf(a), wordsOf(b)]
  const left = [...other]
  const shared = one.filter((word) => {
    const at = left.findIndex((candidate) => isSpelledLike(word, candidate))
    return at >= 0 && left.splice(at, 1)
  })
  return (2 * shared.length) / Math.max(1, one.length + other.length)
}

/** TableOf is a table and the schema whose types it uses. */
export interface TableOf {
  readonly schema: SchemaModel
  readonly table: Table
}

/** ColumnOf is a column and where it stands. */
export interface ColumnOf extends TableOf {
  readonly column: Column
}

function columnsLikeness(live: TableOf, wanted: TableOf): number {
  const of = (place: TableOf, column: Column) => ({ ...place, column })
  const left = [...wanted.table.columns]
  const take = (column: Column, fits: (candidate: Column) => boolean) => {
    const at = left.findIndex(fits)
    if (at >= 0) left.splice(at, 1)
    return at >= 0 ? [column] : []
  }
  const isSame = (one: Column, other: Column) =>
    one.name === other.name && typeLikeness(of(live, one), of(wanted, other)) > 0
  const same = live.table.columns.flatMap((column) => take(column, (other) => isSame(column, other)))
  const others = live.table.columns.filter((column) => !same.includes(column))
  const renamed = others.flatMap((column) =>
    take(column, (other) => columnLikeness(of(live, column), of(wanted, other)) > 0.6),
  )
  const count = live.table.columns.length + wanted.table.columns.length
  return (2 * (same.length + 0.7 * renamed.length)) / Math.max(1, count)
}

function typeLikeness(live: ColumnOf, wanted: ColumnOf): number {
  const [a, b] = [live.column.type, wanted.column.type]
  if (sameJson(a, b)) return 1
  if (typeof a !== 'string' && typeof b !== 'string') {
    const [one, other] = [valuesOf(live), valuesOf(wanted)]
    return one.some((value) => other.includes(value)) ? 0.9 : 0.3
  }
  if (baseOf(a) === baseOf(b)) return 0.8
  return familyOf(a) !== undefined && familyOf(a) === familyOf(b) ? 0.5 : 0
}

function valuesOf({ schema, column: { type } }: ColumnOf): readonly string[] {
  return (typeof type !== 'string' && findEnum(schema, { ...type, name: type.enum })?.values) || []
}

/** `varchar(20)` without its length. */
function baseOf(type: ColumnType): string {
  return typeof type === 'string' ? type.toLowerCase().replace(/\s*\(.*?\)/, '') : 'enum'
}

const families: readonly RegExp[] = [
  /char|text|clob|string|^enum$/,
  /^(big|small|medium|tiny)?int(eger|[248])?$|serial|numeric|decimal|real|double|float|number|money/,
  /date|time/,
  /json/,
  /bytea|blob|binary/,
]

function familyOf(type: ColumnType): number | undefined {
  const base = baseOf(type)
  const found = families.findIndex((family) => family.test(base))
  return found < 0 || base.endsWith('[]') ? undefined : found
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** The same word, its plural, or a slip: two letters of five may differ. */
function isSpelledLike(a: string, b: string): boolean {
  if (a === b) return true
  const length = Math.max(a.length, b.length)
  return length > 3 && editDistance(a, b) <= length * 0.4 && (a[0] === b[0] || a.includes(b) || b.includes(a))
}
