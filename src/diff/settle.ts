// From answers to renames: what a person said was renamed is renamed first, then the rest of the difference is looked at.
import { findEnum, findTable, findView, keyOf, nameOf, sameName } from '../model/lookup'
import type { EnumReference, Index, QualifiedName, SchemaModel, Table, View } from '../model/schema'
import { apply } from '../operations/apply'
import type { Operation, OperationOf } from '../operations/operation'
import type { Answers } from './answers'
import { findGone, type Gone, type RenameKind } from './candidates'
import { asideName } from './renames'
import { diffViews, withIndexes, type ColumnInTheWay } from './views'

/** Decider knows what became of a thing; undefined where it does not. */
export type Decider = (gone: Gone) => string | null | undefined | Promise<string | null | undefined>

/** Settled is what the answers lead to. */
export interface Settled {
  /** Renames, after the views that would be in their way. */
  readonly operations: readonly Operation[]
  /** The live schema after them. */
  readonly schema: SchemaModel
  /** What was decided, by key. */
  readonly answers: Answers
  /** What looks like something new, and nobody knows what became of it. */
  readonly open: readonly Gone[]
}

/**
 * Renames what was renamed. Each decider is asked about everything that is gone before the next one is, the last ones only
 * about what looks alike. Tables come first, since their columns can only be compared under one name.
 */
export async function settleRenames(
  live: SchemaModel,
  wanted: SchemaModel,
  deciders: { readonly known: readonly Decider[]; readonly asked: readonly Decider[] },
): Promise<Settled> {
  const names = new Map<string, QualifiedName>()
  const before = (name: QualifiedName) => names.get(keyOf(name)) ?? name
  const answers: Record<string, string | null> = {}
  const renames: Operation[] = []
  const open: Gone[] = []
  let schema = live
  const rename = (operation: Operation) => {
    if (operation.kind === 'renameTable') makingRoom(schema, operation.to, renames.length).forEach(rename)
    if (operation.kind === 'renameTable' || operation.kind === 'renameEnum')
      names.set(keyOf(operation.to), before(operation.from))
    renames.push(operation)
    schema = apply(schema, [operation])
  }

  for (const kind of ['table', 'column', 'enumValue'] satisfies RenameKind[]) {
    if (kind === 'enumValue') enumRenames(schema, wanted).forEach(rename)
    let left = findGone(kind, schema, wanted, before)
    const ask = async (decider: Decider, isAsked: (gone: Gone) => boolean) => {
      for (const gone of left.filter(isAsked)) {
        const now = left.find(({ key }) => key === gone.key)
        const answer = now === undefined || !isAsked(now) ? undefined : await decider(now)
        if (now === undefined || answer === undefined) continue
        answers[now.key] = answer
        left = left.filter((one) => one !== now)
        if (answer === null) continue
        rename(renaming(now, answer))
        left = left.flatMap((one) => taken(one, now, answer))
      }
    }
    for (const decider of deciders.known) await ask(decider, () => true)
    for (const decider of deciders.asked) await ask(decider, ({ alike }) => alike.length > 0)
    open.push(...left.filter(({ alike }) => alike.length > 0))
  }

  const operations = [...viewsInTheWay(live, wanted, renames), ...renames]
  return { operations, schema: apply(live, operations), answers, open }
}

/**
 * Types, indexes and keys share the names of tables on some servers. What goes, or is called otherwise by the end, steps
 * aside for a table that takes its name; whatever else comes of it is the rest of the difference.
 */
function makingRoom({ enums, tables }: SchemaModel, name: QualifiedName, number: number): Operation[] {
  const aside = asideName(number + 1)
  const isHolder = (one?: { readonly name?: string }) => one?.name === name.name
  return [
    ...enums
      .filter((type) => sameName(type, name))
      .map((type): Operation => ({ kind: 'renameEnum', from: nameOf(type), to: { ...nameOf(type), name: aside } })),
    ...tables
      .filter(({ schema }) => schema === name.schema)
      .flatMap((table): Operation[] => {
        const renaming = { table: nameOf(table), from: name.name, to: aside }
        const keys = [table.primaryKey, ...table.uniques, ...table.exclusions]
        return [
          ...(table.indexes.some(isHolder) ? [{ kind: 'renameIndex' as const, ...renaming }] : []),
          ...(keys.some(isHolder) ? [{ kind: 'renameConstraint' as const, ...renaming }] : []),
        ]
      }),
  ]
}

/** What is left to choose from once a new thing has its past. */
function taken(one: Gone, by: Gone, name: string): Gone[] {
  if (by.kind !== 'table' && !sameName(one.owner, by.owner)) return [one]
  if (by.kind === 'table' && one.owner.schema !== by.owner.schema) return [one]
  const isFree = (other: string) => other !== name
  const created = one.created.filter(isFree)
  return created.length === 0 ? [] : [{ ...one, created, alike: one.alike.filter(isFree) }]
}

function renaming({ kind, owner, name }: Gone, to: string): Operation {
  switch (kind) {
    case 'table':
      return { kind: 'renameTable', from: owner, to: { ...owner, name: to } }
    case 'column':
      return { kind: 'renameColumn', table: owner, from: name, to }
    case 'enumValue':
      return { kind: 'renameEnumValue', enum: owner, from: name, to }
  }
}

/**
 * An enum is what its columns make it: one that nobody wants any more, while all its columns want one that is not there,
 * is that one under another name. Its values are compared afterwards.
 */
function enumRenames(live: SchemaModel, wanted: SchemaModel): OperationOf<'renameEnum'>[] {
  const renames: OperationOf<'renameEnum'>[] = []
  for (const type of live.enums) {
    if (findEnum(wanted, type)) continue
    const targets = usersOf(live, type).map(({ table, column }) => wantedEnum(wanted, table, column))
    const [first] = targets
    if (first === undefined || targets.some((one) => one === undefined || !sameName(one, first))) continue
    // The name may be one that a table or a view still has: then the type is made anew when that is gone.
    const holders: readonly QualifiedName[] = [...live.enums, ...live.tables, ...live.views]
    const isFree = !holders.some((one) => sameName(one, first)) && !renames.some(({ to }) => sameName(to, first))
    // A type does not leave its schema by another name.
    if (isFree && first.schema === type.schema && findEnum(wanted, first))
      renames.push({ kind: 'renameEnum', from: nameOf(type), to: first })
  }
  return renames
}

function usersOf({ tables }: SchemaModel, type: QualifiedName) {
  return tables.flatMap((table) =>
    table.columns
      .filter((column) => typeof column.type !== 'string' && sameName(enumName(column.type), type))
      .map(({ name }) => ({ table, column: name })),
  )
}

function wantedEnum(wanted: SchemaModel, table: Table, column: string): QualifiedName | undefined {
  const type = findTable(wanted, table)?.columns.find(({ name }) => name === column)?.type
  return typeof type === 'object' ? enumName(type) : undefined
}

function enumName({ enum: name, schema }: EnumReference): QualifiedName {
  return schema === undefined ? { name } : { schema, name }
}

/** Views over what is renamed, or of its new name, go first, with the text they have; those that are still wanted come back at the end. */
function viewsInTheWay({ views }: SchemaModel, wanted: SchemaModel, renames: readonly Operation[]): Operation[] {
  const was = new Map<string, QualifiedName>()
  const inTheWay = renames.flatMap((rename): ColumnInTheWay[] => {
    if (rename.kind === 'renameTable') {
      was.set(keyOf(rename.to), rename.from)
      return [{ table: rename.from, column: rename.from.name }]
    }
    return rename.kind === 'renameColumn'
      ? [{ table: was.get(keyOf(rename.table)) ?? rename.table, column: rename.from }]
      : []
  })
  const isRoom = (view: QualifiedName) =>
    !renames.some((rename) => rename.kind === 'renameTable' && sameName(rename.to, view))
  return diffViews(views, views.filter(isRoom), inTheWay).going.flatMap((operation) =>
    operation.kind === 'dropView' ? dropForNow(operation.view, wanted) : [operation],
  )
}

/**
 * What is left to do, after renames before which views were dropped: with such a view comes back what went with it, and its
 * other indexes by themselves.
 */
export function afterSettling(rest: readonly Operation[], settled: readonly Operation[]): Operation[] {
  const dropped = settled.flatMap((one) => (one.kind === 'dropView' ? [one.view] : []))
  return rest.flatMap((operation): Operation[] => {
    if (operation.kind !== 'createView') return [operation]
    const { view } = operation
    const before = dropped.find((one) => sameName(one, view))
    if (before === undefined) return [operation]
    const { indexes = [] } = view
    const came = indexes.filter(({ name }) => before.indexes?.some((index) => index.name === name))
    const others = indexes.filter((index) => !came.includes(index))
    return [
      { ...operation, view: withIndexes(view, came) },
      ...others.map((index): Operation => ({ kind: 'createIndex', table: nameOf(view), index })),
    ]
  })
}

/** The drop of a view; if it comes back, the indexes that do not come with it are dropped by themselves. */
function dropForNow(view: View, wanted: SchemaModel): Operation[] {
  const { indexes = [] } = view
  const want = findView(wanted, view)
  const isComing = ({ name }: Index) => want === undefined || (want.indexes ?? []).some((index) => index.name === name)
  return [
    ...indexes
      .filter((index) => !isComing(index))
      .map((index): Operation => ({ kind: 'dropIndex', table: nameOf(view), index })),
    { kind: 'dropView', view: withIndexes(view, indexes.filter(isComing)) },
  ]
}
