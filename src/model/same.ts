// When two facts are the same. What `wanted` does not declare is not compared; a name counts only where both sides have one.
import { isExpression, sameJson, spelling } from './expression'
import { sameName } from './lookup'
import type {
  Check,
  Column,
  EnumType,
  Exclusion,
  Expression,
  Extension,
  ForeignKey,
  Index,
  IndexElement,
  Literal,
  PrimaryKey,
  SchemaModel,
  Sequence,
  Table,
  Unique,
  View,
} from './schema'

/** Whether a schema is as wanted: columns are a set, keys and indexes multisets, expressions their canonical spelling. */
export function sameSchema(actual: SchemaModel, wanted: SchemaModel): boolean {
  return (
    matchAll(actual.tables, wanted.tables, sameTable) &&
    matchAll(actual.enums, wanted.enums, (a, b) => sameName(a, b) && sameEnum(a, b)) &&
    matchAll(actual.views, wanted.views, (a, b) => sameName(a, b) && sameView(a, b)) &&
    matchAll(actual.sequences, wanted.sequences, (a, b) => sameName(a, b) && sameSequence(a, b)) &&
    matchAll(actual.extensions, wanted.extensions, sameExtension) &&
    // Schemas are only ever added: others live there too.
    wanted.schemas.every((name) => actual.schemas.includes(name))
  )
}

/** Whether a table is as wanted, by name and in all its parts. Options are not compared: no operation changes them. */
export function sameTable(actual: Table, wanted: Table): boolean {
  return (
    sameName(actual, wanted) &&
    actual.comment === wanted.comment &&
    matchAll(actual.columns, wanted.columns, (a, b) => a.name === b.name && sameColumn(a, b)) &&
    sameIfBoth(actual.primaryKey, wanted.primaryKey, named(suitsPrimaryKey)) &&
    matchAll(actual.uniques, wanted.uniques, named(suitsUnique)) &&
    matchAll(actual.foreignKeys, wanted.foreignKeys, named(suitsForeignKey)) &&
    matchAll(actual.checks, wanted.checks, named(sameCheck)) &&
    matchAll(actual.exclusions, wanted.exclusions, named(sameExclusion)) &&
    sameIndexes(actual.indexes, wanted.indexes)
  )
}

/** Whether two expressions are the same, in the spelling that counts. */
export function sameExpression(a: Expression | undefined, b: Expression | undefined): boolean {
  return sameIfBoth(a, b, (one, other) => spelling(one) === spelling(other))
}

/** Whether two defaults are the same: values by what they hold, expressions by their spelling. */
export function sameDefault(a: Column['default'], b: Column['default']): boolean {
  return sameIfBoth(unlessNull(a), unlessNull(b), (one, other) => {
    if (isExpression(one) && isExpression(other)) return sameExpression(one, other)
    if (isExpression(one)) return sameValue(one, other)
    if (isExpression(other)) return sameValue(other, one)
    return sameJson(one, other)
  })
}

/** A number needs no quotes, a text has them; one that looks like SQL is another thing than that SQL. */
function sameValue(one: Expression, other: Literal | Expression): boolean {
  if (typeof other === 'string') return spelling(one) === `'${other.replaceAll("'", "''")}'`
  return (typeof other === 'number' || typeof other === 'boolean') && spelling(one) === String(other)
}

/** NULL is what a column without a default gets. */
function unlessNull(value: Column['default']): Column['default'] {
  return value !== undefined && isExpression(value) && /^null$/i.test(spelling(value)) ? undefined : value
}

/** Whether two columns of the same name are the same. */
export function sameColumn(actual: Column, wanted: Column): boolean {
  return (
    sameJson(actual.type, wanted.type) &&
    actual.nullable === wanted.nullable &&
    sameDefault(actual.default, wanted.default) &&
    sameGenerated(actual.generated, wanted.generated) &&
    actual.identity === wanted.identity &&
    actual.comment === wanted.comment &&
    actual.collation === wanted.collation
  )
}

/** Whether two computed columns are computed alike. */
export function sameGenerated(a: Column['generated'], b: Column['generated']): boolean {
  return sameExpression(a, b) && a?.virtual === b?.virtual
}

/** Whether two primary keys are the same but for their names; the order of columns counts. */
export function samePrimaryKey(a: PrimaryKey, b: PrimaryKey): boolean {
  return sameJson(a.columns, b.columns) && a.deferrable === b.deferrable
}

/** Whether two unique constraints are the same but for their names; the order of columns counts. */
export function sameUnique(a: Unique, b: Unique): boolean {
  return (
    sameJson(a.columns, b.columns) &&
    sameSet(a.include ?? [], b.include ?? []) &&
    a.nullsNotDistinct === b.nullsNotDistinct &&
    a.deferrable === b.deferrable
  )
}

/** Whether two foreign keys are the same but for their names and validation; pairs of columns are a set. */
export function sameForeignKey(a: ForeignKey, b: ForeignKey): boolean {
  return (
    sameName(a.references.table, b.references.table) &&
    sameSet(columnPairs(a), columnPairs(b)) &&
    a.onDelete === b.onDelete &&
    a.onUpdate === b.onUpdate &&
    a.match === b.match &&
    a.deferrable === b.deferrable
  )
}

/** Whether two checks are the same but for their names and validation. */
export function sameCheck(a: Check, b: Check): boolean {
  return sameExpression(a.expression, b.expression)
}

/** Whether two exclusion constraints are the same but for their names. */
export function sameExclusion(a: Exclusion, b: Exclusion): boolean {
  return sameExpression(a.expression, b.expression) && a.deferrable === b.deferrable
}

/** Whether an index is as wanted but for its name; the access method counts only where it is declared. */
export function sameIndex(actual: Index, wanted: Index): boolean {
  return (
    actual.unique === wanted.unique &&
    actual.columns.length === wanted.columns.length &&
    actual.columns.every((element, i) => sameElement(element, wanted.columns[i]!)) &&
    sameExpression(actual.where, wanted.where) &&
    sameSet(actual.include ?? [], wanted.include ?? []) &&
    actual.nullsNotDistinct === wanted.nullsNotDistinct &&
    (wanted.using === undefined || wanted.using === (actual.using ?? 'btree'))
  )
}

// What no entity has words for is whoever's who tuned it by hand: of a thing that is called as wanted it does not count.

/** Whether a primary key of the wanted name can stay. */
export function suitsPrimaryKey(actual: PrimaryKey, wanted: PrimaryKey): boolean {
  return samePrimaryKey(spokenOf(actual, wanted, ['deferrable']), wanted)
}

/** Whether a unique constraint of the wanted name can stay. */
export function suitsUnique(actual: Unique, wanted: Unique): boolean {
  return sameUnique(spokenOf(actual, wanted, ['include', 'nullsNotDistinct']), wanted)
}

/** Whether a foreign key of the wanted name can stay. */
export function suitsForeignKey(actual: ForeignKey, wanted: ForeignKey): boolean {
  return sameForeignKey(spokenOf(actual, wanted, ['match']), wanted)
}

/** Whether an index of the wanted name can stay. */
export function suitsIndex(actual: Index, wanted: Index): boolean {
  const columns = actual.columns.map((element, i) => {
    const other = wanted.columns[i]
    return other === undefined
      ? element
      : spokenOf(elementOf(element), elementOf(other), ['order', 'nulls', 'opclass', 'collation'])
  })
  return sameIndex({ ...spokenOf(actual, wanted, ['include', 'nullsNotDistinct']), columns }, wanted)
}

/** A thing without those keys of which `wanted` does not speak. */
function spokenOf<T extends object>(actual: T, wanted: T, keys: readonly (keyof T)[]): T {
  const unsaid = keys.filter((key) => wanted[key] === undefined)
  // Only optional keys are left out.
  return Object.fromEntries(Object.entries(actual).filter(([key]) => !unsaid.includes(key as keyof T))) as T
}

/** Indexes without those that nobody synchronizes; only its name tells that a live one is such. */
export function synchronizedIndexes(indexes: readonly Index[], wanted: readonly Index[]): readonly Index[] {
  const declared = new Map(wanted.map((index) => [index.name, index]))
  return indexes.filter((index) => !(declared.get(index.name) ?? index).unsynchronized)
}

/** Whether two enums of the same name hold the same values in the same order. */
export function sameEnum(a: EnumType, b: EnumType): boolean {
  return sameJson(a.values, b.values)
}

/** Whether two views of the same name are the same. */
export function sameView(actual: View, wanted: View): boolean {
  return sameQuery(actual, wanted) && sameIndexes(actual.indexes ?? [], wanted.indexes ?? [])
}

/** Whether two views of the same name are the same but for their indexes. */
export function sameQuery(actual: View, wanted: View): boolean {
  return sameExpression(actual.definition, wanted.definition) && actual.materialized === wanted.materialized
}

/** Whether a sequence of the same name is as wanted, as far as that is declared. */
export function sameSequence(actual: Sequence, wanted: Sequence): boolean {
  return (['type', 'start', 'increment'] as const).every(
    (key) => wanted[key] === undefined || actual[key] === wanted[key],
  )
}

/** Whether two extensions are the same one; where it is installed counts only if declared. */
export function sameExtension(actual: Extension, wanted: Extension): boolean {
  return actual.name === wanted.name
}

/** Whether a constraint or index still has the rows checked that `wanted` wants checked. */
export function validated(actual: { readonly notValid?: true }, wanted: { readonly notValid?: true }): boolean {
  return actual.notValid === undefined || wanted.notValid !== undefined
}

function sameIndexes(actual: readonly Index[], wanted: readonly Index[]): boolean {
  const declared = synchronizedIndexes(wanted, wanted)
  return matchAll(synchronizedIndexes(actual, wanted), declared, named(suitsIndex))
}

function sameElement(a: IndexElement, b: IndexElement): boolean {
  const [one, other] = [elementOf(a), elementOf(b)]
  const subject = (element: Exclude<IndexElement, string>) =>
    'column' in element ? ['column', element.column] : ['expression', spelling(element)]
  return (
    sameJson(subject(one), subject(other)) &&
    one.order === other.order &&
    one.nulls === other.nulls &&
    one.opclass === other.opclass &&
    one.collation === other.collation
  )
}

function elementOf(element: IndexElement): Exclude<IndexElement, string> {
  return typeof element === 'string' ? { column: element } : element
}

function columnPairs(foreignKey: ForeignKey): string[] {
  return foreignKey.columns.map((column, i) => JSON.stringify([column, foreignKey.references.columns[i]]))
}

interface Part {
  readonly name?: string
  readonly notValid?: true
}

function named<T extends Part>(same: (actual: T, wanted: T) => boolean): (actual: T, wanted: T) => boolean {
  return (a, b) => (a.name === undefined || b.name === undefined || a.name === b.name) && validated(a, b) && same(a, b)
}

function sameIfBoth<T>(a: T | undefined, b: T | undefined, same: (a: T, b: T) => boolean): boolean {
  return a === undefined || b === undefined ? a === b : same(a, b)
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return sameJson([...a].sort(), [...b].sort())
}

/** Whether each of `wanted` finds an equal of its own, the namesake first, and nothing is left over. */
function matchAll<T extends { readonly name?: string }>(
  actual: readonly T[],
  wanted: readonly T[],
  same: (actual: T, wanted: T) => boolean,
): boolean {
  if (actual.length !== wanted.length) return false
  // By position: one object may well stand in a list twice.
  const left = new Set(actual.keys())
  const namesakes = new Map<string | undefined, number[]>()
  for (const [at, { name }] of actual.entries()) namesakes.set(name, [...(namesakes.get(name) ?? []), at])
  // Those with a name choose first, so that an unnamed one does not take what a namesake needs.
  return [...wanted]
    .sort((a, b) => Number(a.name === undefined) - Number(b.name === undefined))
    .every((one) => {
      const isEqual = (at: number) => left.has(at) && same(actual[at]!, one)
      const unnamed = one.name === undefined ? [...actual.keys()] : (namesakes.get(undefined) ?? [])
      const found = namesakes.get(one.name)?.find(isEqual) ?? unnamed.find(isEqual)
      return found !== undefined && left.delete(found)
    })
}
