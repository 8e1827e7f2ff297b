// What is gone and what is new in the same place, and which of it looks alike. Whether it was renamed only a person can say.
import { displayName, findEnum, findTable, nameOf } from '../model/lookup'
import type { Column, EnumType, QualifiedName, SchemaModel, Table } from '../model/schema'
import { alikeColumns, alikeTables, columnLikeness, nameLikeness, tableLikeness } from './likeness'

/** RenameKind is what a person can be asked about. */
export type RenameKind = 'table' | 'column' | 'enumValue'

/** Gone is a thing that is no longer wanted, where something of its kind is wanted that is not there. */
export interface Gone {
  readonly kind: RenameKind
  /** How answers call it, by the names in the database: `user`, `user.name`, `user_role_enum.guest`. */
  readonly key: string
  /** The same by the name its table or enum is about to have. */
  readonly alias: string
  /** The table itself, or the table or enum that holds it, by its name in the schema that is looked at. */
  readonly owner: QualifiedName
  /** The same by its name in the database. */
  readonly original: QualifiedName
  readonly name: string
  /** The new things it could have become, the likest first. */
  readonly created: readonly string[]
  /** Those of them that look like it. */
  readonly alike: readonly string[]
}

/** What is gone of one kind; `before` gives the name in the database of a table or enum that was renamed meanwhile. */
export function findGone(
  kind: RenameKind,
  live: SchemaModel,
  wanted: SchemaModel,
  before: (name: QualifiedName) => QualifiedName = (name) => name,
): Gone[] {
  switch (kind) {
    case 'table':
      return goneTables(live, wanted)
    case 'column':
      return both(live.tables, wanted, findTable).flatMap(([one, other]) =>
        goneColumns(live, wanted, one, other, before),
      )
    case 'enumValue':
      return both(live.enums, wanted, findEnum).flatMap(([one, other]) => goneValues(one, other, before))
  }
}

function goneTables(live: SchemaModel, wanted: SchemaModel): Gone[] {
  const missing = wanted.tables.filter((table) => !findTable(live, table))
  return live.tables.flatMap((table) => {
    if (findTable(wanted, table)) return []
    // A table does not leave its schema by another name.
    const created = missing.filter(({ schema }) => schema === table.schema)
    const [key, owner] = [displayName(table), nameOf(table)]
    return gone({ kind: 'table', key, alias: key, owner, original: owner, name: table.name }, created, (other) =>
      atLeast(alikeTables, tableLikeness({ schema: live, table }, { schema: wanted, table: other })),
    )
  })
}

function goneColumns(
  live: SchemaModel,
  wanted: SchemaModel,
  one: Table,
  other: Table,
  before: (name: QualifiedName) => QualifiedName,
): Gone[] {
  const missing = without(other.columns, one.columns).filter(isStored)
  return without(one.columns, other.columns)
    .filter(isStored)
    .flatMap((column) => {
      const place = { schema: live, table: one, column }
      return gone({ kind: 'column', ...partOf(one, column.name, before) }, missing, (candidate) =>
        atLeast(alikeColumns, columnLikeness(place, { schema: wanted, table: other, column: candidate })),
      )
    })
}

/** The values of a computed column are nothing to keep. */
function isStored({ generated }: Column): boolean {
  return generated === undefined
}

/** A value looks like one of a similar name, and like one that stands where it stood. */
function goneValues(one: EnumType, other: EnumType, before: (name: QualifiedName) => QualifiedName): Gone[] {
  const missing = other.values.filter((value) => !one.values.includes(value)).map((name) => ({ name }))
  const survivorBefore = (values: readonly string[], value: string, others: readonly string[]) =>
    values.slice(0, values.indexOf(value)).findLast((earlier) => others.includes(earlier))
  return one.values
    .filter((value) => !other.values.includes(value))
    .flatMap((value) =>
      gone({ kind: 'enumValue', ...partOf(one, value, before) }, missing, ({ name }) => {
        const isInPlace =
          survivorBefore(one.values, value, other.values) === survivorBefore(other.values, name, one.values)
        const likeness = nameLikeness(value, name)
        const distance = Math.abs(one.values.indexOf(value) - other.values.indexOf(name))
        return { likeness: likeness + Number(isInPlace) / (1 + distance), isAlike: isInPlace || likeness >= 0.5 }
      }),
    )
}

function partOf(owner: QualifiedName, name: string, before: (name: QualifiedName) => QualifiedName) {
  const original = before(nameOf(owner))
  return {
    key: `${displayName(original)}.${name}`,
    alias: `${displayName(owner)}.${name}`,
    owner: nameOf(owner),
    original,
    name,
  }
}

/** The thing with what it could have become. */
function gone<T extends { readonly name: string }>(
  thing: Omit<Gone, 'created' | 'alike'>,
  created: readonly T[],
  compare: (candidate: T) => Compared,
): Gone[] {
  if (created.length === 0) return []
  const ranked = created
    .map((candidate) => ({ name: candidate.name, ...compare(candidate) }))
    .toSorted((a, b) => b.likeness - a.likeness)
  const alike = ranked.filter(({ isAlike }) => isAlike)
  return [{ ...thing, created: ranked.map(({ name }) => name), alike: alike.map(({ name }) => name) }]
}

interface Compared {
  readonly likeness: number
  readonly isAlike: boolean
}

// Sums of fractions fall a hair short of what they mean.
function atLeast(limit: number, likeness: number): Compared {
  return { likeness, isAlike: likeness > limit - 1e-9 }
}

function both<T extends QualifiedName>(
  live: readonly T[],
  wanted: SchemaModel,
  find: (schema: SchemaModel, name: QualifiedName) => T | undefined,
): (readonly [T, T])[] {
  return live.flatMap((one) => {
    const other = find(wanted, one)
    return other === undefined ? [] : [[one, other] as const]
  })
}

function without<T extends { readonly name: string }>(list: readonly T[], others: readonly T[]): T[] {
  const names = new Set(others.map(({ name }) => name))
  return list.filter(({ name }) => !names.has(name))
}
