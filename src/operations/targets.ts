// Finding what a script names; an error with the script's line and the nearest names when it is not there.
import { DuplicateTargetError, MissingTargetError } from '../errors'
import { sameJson } from '../model/expression'
import { displayName, findColumn, findView, sameName } from '../model/lookup'
import type {
  Column,
  EnumType,
  Expression,
  Index,
  QualifiedName,
  SchemaModel,
  Sequence,
  Table,
  View,
} from '../model/schema'
import { qualified } from './spec'
import type { ConstraintLike, NameLike, SourceLine } from './intent'
import { nearNames } from './near'

/** Where an error points: the intent, or anything that knows its line. */
export interface Located {
  readonly at?: SourceLine | undefined
}

/** The line of a script as errors show it, "file:line". */
export function lineOf({ at }: Located): string | undefined {
  return at === undefined ? undefined : `${at.file}:${at.line}`
}

/** The table of that name. */
export function theTable(schema: SchemaModel, name: NameLike, from: Located): Table {
  return theNamed('table', schema.tables, name, from)
}

/** The enum of that name. */
export function theEnum(schema: SchemaModel, name: NameLike, from: Located): EnumType {
  return theNamed('enum', schema.enums, name, from)
}

/** The view of that name. */
export function theView(schema: SchemaModel, name: NameLike, from: Located): View {
  return theNamed('view', schema.views, name, from)
}

/** The sequence of that name. */
export function theSequence(schema: SchemaModel, name: NameLike, from: Located): Sequence {
  return theNamed('sequence', schema.sequences, name, from)
}

/** The column of that name. */
export function theColumn(table: Table, name: string, from: Located): Column {
  const column = findColumn(table, name)
  if (column !== undefined) return column
  const near = nearNames(
    name,
    table.columns.map((one) => one.name),
  )
  throw new MissingTargetError(`column ${displayName(table)}.${name}`, near, lineOf(from))
}

/** The table of that name, or the materialised view: both have indexes. */
export function theIndexed(schema: SchemaModel, name: NameLike, from: Located): Table | View {
  const view = findView(schema, qualified(name))
  return view?.materialized ? view : theTable(schema, name, from)
}

/** The index of that name. */
export function theIndex(relation: Table | View, name: string, from: Located): Index {
  const indexes = relation.indexes ?? []
  const index = indexes.find((one) => one.name === name)
  if (index !== undefined) return index
  throw missingPart('index', relation, name, indexes, from)
}

/** The constraint of one kind that a script points at, by name or by what it holds. */
export function theConstraint<T extends Constraint>(
  kind: string,
  table: Table,
  list: readonly T[],
  like: ConstraintLike,
  from: Located,
): T {
  if (typeof like === 'string') {
    const named = list.find((one) => one.name === like)
    if (named !== undefined) return named
    throw missingPart(kind, table, like, list, from)
  }
  const unnamed = list.filter((one) => one.name === undefined)
  // A script has the name of those that have one. What it was written as counts before what it means.
  const found = unnamed.find((one) => isWrittenAs(one, like)) ?? [...unnamed, ...list].find((one) => holds(one, like))
  if (found !== undefined) return found
  const what = 'columns' in like ? `on (${like.columns.join(', ')})` : `with ${like.expression}`
  throw new MissingTargetError(`${kind} ${what} of ${displayName(table)}`, [], lineOf(from))
}

/** Refuses a name that a thing of the kind already has. */
export function freeName(kind: string, list: readonly QualifiedName[], name: QualifiedName, from: Located): void {
  if (list.some((one) => sameName(one, name)))
    throw new DuplicateTargetError(`${kind} ${displayName(name)}`, lineOf(from))
}

/** Refuses a column's name that the table already has. */
export function freeColumn(table: Table, name: string, from: Located): void {
  if (findColumn(table, name)) throw new DuplicateTargetError(`column ${displayName(table)}.${name}`, lineOf(from))
}

/** Refuses a constraint's name that the table already has; constraints of all kinds share their names. */
export function freeConstraint(table: Table, name: string | undefined, from: Located): void {
  if (name !== undefined && constraintNames(table).includes(name))
    throw new DuplicateTargetError(`constraint ${name} of ${displayName(table)}`, lineOf(from))
}

/** Refuses an index's name that any table or view of the schema already uses. */
export function freeIndex(schema: SchemaModel, table: QualifiedName, name: string, from: Located): void {
  const owner = [...schema.tables, ...schema.views].find(
    (one) => one.schema === table.schema && one.indexes?.some((index) => index.name === name),
  )
  if (owner) throw new DuplicateTargetError(`index ${name} of ${displayName(owner)}`, lineOf(from))
}

/** Names of all constraints of a table. */
export function constraintNames(table: Table): string[] {
  const { primaryKey, uniques, foreignKeys, checks, exclusions } = table
  const all: { readonly name?: string }[] = [...uniques, ...foreignKeys, ...checks, ...exclusions]
  return [primaryKey?.name, ...all.map((one) => one.name)].filter((name) => name !== undefined)
}

type Constraint = { readonly name?: string } & (
  { readonly columns: readonly string[] } | { readonly expression: Expression }
)

function holds(constraint: Constraint, like: Exclude<ConstraintLike, string>): boolean {
  if ('columns' in like) return 'columns' in constraint && sameJson(constraint.columns, like.columns)
  return (
    isWrittenAs(constraint, like) || ('expression' in constraint && constraint.expression.canonical === like.expression)
  )
}

function isWrittenAs(constraint: Constraint, like: Exclude<ConstraintLike, string>): boolean {
  return 'expression' in like && 'expression' in constraint && constraint.expression.sql === like.expression
}

function theNamed<T extends QualifiedName>(kind: string, list: readonly T[], like: NameLike, from: Located): T {
  const name = qualified(like)
  const found = list.find((one) => sameName(one, name))
  if (found !== undefined) return found
  throw new MissingTargetError(
    `${kind} ${displayName(name)}`,
    nearNames(displayName(name), list.map(displayName)),
    lineOf(from),
  )
}

function missingPart(
  kind: string,
  table: QualifiedName,
  name: string,
  list: readonly { readonly name?: string }[],
  from: Located,
): MissingTargetError {
  const near = nearNames(
    name,
    list.flatMap((one) => one.name ?? []),
  )
  return new MissingTargetError(`${kind} ${name} of ${displayName(table)}`, near, lineOf(from))
}
