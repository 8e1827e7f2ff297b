// What a project wants to be left out of a comparison: as if it were on neither side.
import { FilterError } from '../errors'
import { displayName, sameName } from '../model/lookup'
import type {
  Check,
  Column,
  EnumType,
  Exclusion,
  ForeignKey,
  Index,
  PrimaryKey,
  QualifiedName,
  SchemaModel,
  Sequence,
  Table,
  Unique,
  View,
} from '../model/schema'
import { mentions } from '../model/mentions'

/** IncludedName is what `includeName` is asked about, before it is read. */
export interface IncludedName extends QualifiedName {
  readonly kind: 'schema' | 'table' | 'view'
}

/** IncludedObject is what `includeObject` is asked about. */
export type IncludedObject = {
  /** Absent for a constraint that has none, as on SQLite. */
  readonly name?: string
  /** Absent in the default schema. */
  readonly schema?: string
  /** The table of a column, an index or a constraint. */
  readonly table?: string
  /** The database or the history on one side, the entities on the other. */
  readonly side: 'live' | 'wanted'
} & (
  | { readonly kind: 'table'; readonly object: Table }
  | { readonly kind: 'column'; readonly object: Column }
  | { readonly kind: 'index'; readonly object: Index }
  | { readonly kind: 'unique'; readonly object: Unique }
  | { readonly kind: 'foreignKey'; readonly object: ForeignKey }
  | { readonly kind: 'check'; readonly object: Check }
  | { readonly kind: 'enum'; readonly object: EnumType }
  | { readonly kind: 'view'; readonly object: View }
  | { readonly kind: 'sequence'; readonly object: Sequence }
)

/** Filters is what the settings say of it; false leaves out. */
export interface Filters {
  readonly includeName?: ((name: IncludedName) => boolean) | undefined
  readonly includeObject?: ((object: IncludedObject) => boolean) | undefined
}

/** Sides are the two schemas of a comparison. */
export interface Sides {
  readonly live: SchemaModel
  readonly wanted: SchemaModel
}

/** Whether there is a filter. */
export function filtersAny({ includeName, includeObject }: Filters): boolean {
  return includeName !== undefined || includeObject !== undefined
}

/** Whether a name is to be read at all. */
export function includesName({ includeName }: Filters, name: IncludedName): boolean {
  return includeName === undefined || answer('includeName', name.kind, displayName(name), () => includeName(name))
}

/**
 * Both sides without what the filters leave out. What is left out on one side is left out on both, and with a column goes what stands on
 * it: a difference of which one half is hidden would drop or create the other.
 */
export function leaveOut({ live, wanted }: Sides, filters: Filters): Sides {
  if (!filtersAny(filters)) return { live, wanted }
  const out = new Set([...refused(live, 'live', filters), ...refused(wanted, 'wanted', filters)])
  const named = (schema: SchemaModel) => ({
    ...schema,
    schemas: schema.schemas.filter((name) => includesName(filters, { kind: 'schema', name })),
  })
  const shown = { live: remaining(named(live), out), wanted: remaining(named(wanted), out) }
  return { ...shown, live: withoutTypesOf(hidden(live, shown.live), shown) }
}

/** Of a schema what has a counterpart in another one: the same filter, when expressions have been judged meanwhile. */
export function onlyLike(schema: SchemaModel, like: SchemaModel): SchemaModel {
  const there = new Set(everything(like).map(({ key }) => key))
  const out = everything(schema).flatMap(({ key }) => (there.has(key) ? [] : [key]))
  return remaining({ ...schema, schemas: schema.schemas.filter((name) => like.schemas.includes(name)) }, new Set(out))
}

type Part = Column | Index | Unique | ForeignKey | Check | PrimaryKey | Exclusion
type PartKind = 'column' | 'index' | 'unique' | 'foreignKey' | 'check' | 'primaryKey' | 'exclusion'

interface Thing {
  readonly key: string
  readonly kind: PartKind | 'table' | 'enum' | 'view' | 'sequence'
  readonly object: Part | Table | EnumType | View | Sequence
  readonly of: QualifiedName
  /** The name of a part; its table is `of`. */
  readonly part?: string | undefined
}

function everything({ tables, enums, views, sequences }: SchemaModel): Thing[] {
  const whole = (kind: 'table' | 'enum' | 'view' | 'sequence') => (object: Table | EnumType | View | Sequence) => ({
    key: keyOf(kind, object),
    kind,
    object,
    of: object,
  })
  return [
    ...tables.flatMap((table) => [whole('table')(table), ...partsOf(table)]),
    ...enums.map(whole('enum')),
    ...views.flatMap((view) => [whole('view')(view), ...partsOfView(view)]),
    ...sequences.map(whole('sequence')),
  ]
}

function partsOf(table: Table): Thing[] {
  const parts = (kind: PartKind, list: readonly Part[]): Thing[] =>
    list.map((object) => ({ key: partKey(kind, table, object), kind, object, of: table, part: object.name }))
  return [
    ...parts('column', table.columns),
    ...parts('primaryKey', table.primaryKey === undefined ? [] : [table.primaryKey]),
    ...parts('index', table.indexes),
    ...parts('unique', table.uniques),
    ...parts('foreignKey', table.foreignKeys),
    ...parts('check', table.checks),
    ...parts('exclusion', table.exclusions),
  ]
}

function partsOfView(view: View): Thing[] {
  return (view.indexes ?? []).map((object) => ({
    key: partKey('index', view, object),
    kind: 'index',
    object,
    of: view,
    part: object.name,
  }))
}

/** The keys of what the filters refuse on one side, and of what stands on it. */
function refused(schema: SchemaModel, side: 'live' | 'wanted', filters: Filters): string[] {
  const refusedHere = (thing: Thing) => !isIncluded(thing, side, filters)
  const out = everything(schema).filter(refusedHere)
  const columns = out.filter(({ kind }) => kind === 'column')
  const standing = schema.tables.flatMap((table) => {
    const names = columns.flatMap(({ of, part }) => (sameName(of, table) && part !== undefined ? [part] : []))
    return names.length === 0 ? [] : partsOf(table).filter(({ object }) => names.some((name) => standsOn(object, name)))
  })
  return [...out, ...standing].map(({ key }) => key)
}

function isIncluded({ kind, object, of, part }: Thing, side: 'live' | 'wanted', filters: Filters): boolean {
  const { includeObject } = filters
  const { schema } = of
  if (kind === 'table' || kind === 'view') {
    const name = { kind, ...(schema === undefined ? {} : { schema }), name: of.name }
    if (schema !== undefined && !includesName(filters, { kind: 'schema', name: schema })) return false
    if (!includesName(filters, name)) return false
  }
  // They are the table's: nobody has asked to choose among them.
  if (includeObject === undefined || kind === 'primaryKey' || kind === 'exclusion') return true
  const isPart = kind !== 'table' && kind !== 'view' && kind !== 'enum' && kind !== 'sequence'
  const name = isPart ? part : of.name
  const asked = {
    kind,
    object,
    side,
    ...(name === undefined ? {} : { name }),
    ...(schema === undefined ? {} : { schema }),
    ...(isPart ? { table: of.name } : {}),
  }
  const what = isPart ? `${displayName(of)}.${name ?? 'without a name'}` : displayName(of)
  // Kind and object belong together by the lists they come from.
  return answer('includeObject', kind, what, () => includeObject(asked as IncludedObject))
}

function answer(setting: string, kind: string, name: string, ask: () => unknown): boolean {
  let said: unknown
  try {
    said = ask()
  } catch (error) {
    throw new FilterError(
      setting,
      kind,
      name,
      `failed: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
  if (typeof said !== 'boolean') throw new FilterError(setting, kind, name, `answered ${String(said)}`)
  return said
}

function remaining(schema: SchemaModel, out: ReadonlySet<string>): SchemaModel {
  const stays =
    (kind: 'table' | 'enum' | 'view' | 'sequence') =>
    (thing: QualifiedName): boolean =>
      !out.has(keyOf(kind, thing))
  return {
    ...schema,
    tables: schema.tables.filter(stays('table')).map((table) => remainingParts(table, out)),
    enums: schema.enums.filter(stays('enum')),
    views: schema.views.filter(stays('view')).map((view) => remainingIndexes(view, out)),
    sequences: schema.sequences.filter(stays('sequence')),
  }
}

function remainingParts({ primaryKey, ...table }: Table, out: ReadonlySet<string>): Table {
  const stays =
    (kind: PartKind) =>
    (part: Part): boolean =>
      !out.has(partKey(kind, table, part))
  return {
    ...table,
    ...(primaryKey !== undefined && stays('primaryKey')(primaryKey) ? { primaryKey } : {}),
    columns: table.columns.filter(stays('column')),
    indexes: table.indexes.filter(stays('index')),
    uniques: table.uniques.filter(stays('unique')),
    foreignKeys: table.foreignKeys.filter(stays('foreignKey')),
    checks: table.checks.filter(stays('check')),
    exclusions: table.exclusions.filter(stays('exclusion')),
  }
}

function remainingIndexes({ indexes = [], ...view }: View, out: ReadonlySet<string>): View {
  const left = indexes.filter((index) => !out.has(partKey('index', view, index)))
  return left.length === 0 ? view : { ...view, indexes: left }
}

/** The columns that are in a schema and no longer among what is shown of it. */
function hidden(schema: SchemaModel, shown: SchemaModel): Column[] {
  const there = new Set(everything(shown).map(({ key }) => key))
  return everything(schema).flatMap(({ key, kind, object }) =>
    kind === 'column' && !there.has(key) ? [object as Column] : [],
  )
}

/** The types and sequences that nothing but hidden columns has are hidden with them. */
function withoutTypesOf(columns: readonly Column[], { live, wanted }: Sides): SchemaModel {
  const isWanted = (list: readonly QualifiedName[], thing: QualifiedName) => list.some((one) => sameName(one, thing))
  const isTypeOf = ({ type }: Column, thing: QualifiedName) =>
    typeof type === 'object' && sameName({ ...type, name: type.enum }, thing)
  const isIn = (column: Column, { name }: QualifiedName) => mentions(JSON.stringify(column.default ?? ''), name)
  return {
    ...live,
    enums: live.enums.filter((one) => isWanted(wanted.enums, one) || !columns.some((column) => isTypeOf(column, one))),
    sequences: live.sequences.filter(
      (one) => isWanted(wanted.sequences, one) || !columns.some((column) => isIn(column, one)),
    ),
  }
}

/** Whether a key, an index or a constraint could not be without a column. */
function standsOn(part: Thing['object'], column: string): boolean {
  if ('columns' in part) {
    const include = 'include' in part ? (part.include ?? []) : []
    return [...part.columns, ...include].some((element) => {
      if (typeof element === 'string') return element === column
      if ('column' in element) return element.column === column
      return 'sql' in element && mentions(element.sql, column)
    })
  }
  return 'expression' in part && mentions(part.expression.sql, column)
}

function keyOf(kind: string, { schema, name }: QualifiedName): string {
  return JSON.stringify([kind, schema ?? null, name])
}

function partKey(kind: PartKind, { schema, name }: QualifiedName, part: Part): string {
  if (kind === 'primaryKey') return JSON.stringify([kind, schema ?? null, name])
  const content = part.name ?? ('expression' in part ? part.expression.sql : 'columns' in part ? part.columns : null)
  return JSON.stringify([kind, schema ?? null, name, content])
}
