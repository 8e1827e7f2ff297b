// What people do to entities between two migrations.
import { defined } from '../../../src/model/defined'
import { hostile, types } from './column-types'
import {
  defaultOf,
  enumValues,
  randomColumn,
  randomCondition,
  randomEntities,
  randomEnum,
  randomViewIndex,
  schemas,
  withColumn,
  withEntity,
  withPart,
  withRelation,
  withView,
} from './generate'
import type { Random } from './random'
import {
  isKey,
  noEntities,
  rootOf,
  type ColumnSpec,
  type Entities,
  type EntitySpec,
  type RelationSpec,
  type ViewSpec,
} from './spec'
import { tidy } from './tidy'

/** Two sets of entities, the second made from the first by edits; now and then one that has nothing to do with it. */
export interface Pair {
  readonly from: Entities
  readonly to: Entities
  /** Whether what could have been renamed was renamed; else it was dropped, and the new thing is new. */
  readonly renamed: boolean
  /** Whether differences of name alone are changes too. */
  readonly names: boolean
  readonly defaultSchema: string
  /** Whether there is something in the database that somebody made by hand. */
  readonly bystanders: boolean
}

/** Generates a pair. */
export function randomPair(random: Random): Pair {
  const from = random.chance(0.03) ? noEntities : randomEntities(random)
  return {
    from,
    to: inPlace(from, castable(from, editedFrom(from, random))),
    renamed: random.chance(0.5),
    names: random.chance(0.7),
    defaultSchema: random.chance(0.8) ? 'public' : 'Tenant 1',
    bystanders: random.chance(0.25),
  }
}

function editedFrom(from: Entities, random: Random): Entities {
  if (random.chance(0.05)) return withOtherRelations(randomEntities(random))
  if (random.chance(0.02)) return noEntities
  let to = from
  for (let left = random.below(7); left > 0; left--) to = tidy(random.pick(edits)(to, random))
  return to
}

/** A table that is gone in one schema and comes in another is refused: it comes by another name there. */
function inPlace(from: Entities, to: Entities): Entities {
  const isElsewhere = (schema: string | undefined, has: (one: EntitySpec) => boolean) =>
    from.entities.some((one) => one.schema !== schema && has(one))
  const entities = to.entities.map((entity, at): EntitySpec => {
    const { parent, schema, table } = entity
    const relations = entity.relations.map((relation) => {
      const { joinTable, ...rest } = relation
      const joins = (one: EntitySpec) => one.relations.some((other) => other.joinTable === joinTable)
      return joinTable !== undefined && isElsewhere(schema, joins) ? rest : relation
    })
    const isMoved = parent === undefined && isElsewhere(schema, (one) => one.table === table)
    return { ...entity, relations, ...(isMoved && { table: `moved ${at}` }) }
  })
  return { ...to, entities }
}

type Edit = (spec: Entities, random: Random) => Entities

const edits: readonly Edit[] = [
  withEntity,
  (spec, random) => ({
    ...spec,
    entities: random.some(spec.entities, spec.entities.length - 1, spec.entities.length - 1),
  }),
  withRelation,
  withRelation,
  withView,
  (spec, random) =>
    spec.views.length > 0
      ? { ...spec, views: random.some(spec.views, 0, spec.views.length - 1) }
      : withView(spec, random),
  changeView,
  changeView,
  onEntity(({ keyName, ...entity }) => (keyName === undefined ? { ...entity, keyName: `pk ${entity.name}` } : entity)),
  onEntity((entity, random, spec) => withColumn(entity, random, spec)),
  onEntity((entity, random, spec) => withColumn(entity, random, spec)),
  onEntity((entity, random) => ({ ...entity, columns: without(entity.columns, (column) => !isKey(column), random) })),
  onEntity((entity, random) => ({ ...entity, columns: without(entity.columns, (column) => !isKey(column), random) })),
  onEntity((entity, random, spec) => replaceColumn(entity, random, spec)),
  onEntity(withPart),
  onEntity(withPart),
  onEntity((entity, random) => ({ ...entity, indexes: without(entity.indexes, () => true, random) })),
  onEntity((entity, random) => ({ ...entity, uniques: without(entity.uniques, () => true, random) })),
  onEntity((entity, random) => ({ ...entity, checks: without(entity.checks, () => true, random) })),
  onEntity((entity, random) => ({ ...entity, relations: without(entity.relations, () => true, random) })),
  onEntity((entity, random) => ({ ...entity, comment: random.pick(hostile) })),
  onEntity((entity, random) => ({ ...entity, schema: random.pick(schemas) })),
  onEntity((entity, random) => ({ ...entity, columns: random.shuffled(entity.columns) })),
  onEntity((entity, random) => ({
    ...entity,
    relations: one(entity.relations, random, (relation) => changeRelation(relation, random)),
  })),
  onEntity((entity, random) => ({
    ...entity,
    checks: one(entity.checks, random, (check) => ({
      ...check,
      condition: randomCondition(random, entity) ?? check.condition,
    })),
  })),
  onEntity((entity, random) => ({
    ...entity,
    indexes: one(entity.indexes, random, (index) => changeIndex(index, random, entity)),
  })),
  onEntity((entity, random) => ({
    ...entity,
    uniques: one(entity.uniques, random, (unique) => ({ ...unique, columns: random.shuffled(unique.columns) })),
  })),
  onEntity((entity, random) => ({ ...entity, columns: one(entity.columns, random, changeKey) })),
  onColumn((column, random) => changeType(column, random)),
  onColumn((column, random) => changeType(column, random)),
  onColumn((column, random) => changeType(column, random)),
  onColumn((column, random) => changeDefault(column, random)),
  onColumn((column, random) => changeDefault(column, random)),
  onColumn(({ nullable, ...column }) => (nullable ? column : { ...column, nullable: true as const })),
  onColumn(({ nullable, ...column }) => (nullable ? column : { ...column, nullable: true as const })),
  onColumn((column, random) => ({ ...column, comment: random.pick(hostile) })),
  onColumn(({ comment: _, ...column }) => column),
  onColumn((column, random) => changeCollation(column, random)),
  onColumn((column, random) => changeValues(column, random)),
  onColumn((column, random) => changeValues(column, random)),
  onColumn((column, random) =>
    column.computed ? { ...column, computed: { ...column.computed, form: random.below(6) } } : column,
  ),
  changeShared,
  changeShared,
  onEntity(renameTable),
  onColumn(renameColumn),
  onColumn(renameColumn),
  onColumn(renameValue),
]

function onEntity(change: (entity: EntitySpec, random: Random, spec: Entities) => EntitySpec): Edit {
  return (spec, random) => ({ ...spec, entities: one(spec.entities, random, (entity) => change(entity, random, spec)) })
}

function onColumn(change: (column: ColumnSpec, random: Random) => ColumnSpec): Edit {
  return onEntity((entity, random) => {
    if (entity.embedded.length > 0 && random.chance(0.4)) {
      const embedded = one(entity.embedded, random, (inner) => ({
        ...inner,
        columns: one(inner.columns, random, (column) => change(column, random)),
      }))
      return { ...entity, embedded }
    }
    const plain = entity.columns.filter(({ role }) => role === undefined)
    if (plain.length === 0) return entity
    const chosen = random.pick(plain)
    return { ...entity, columns: entity.columns.map((column) => (column === chosen ? change(column, random) : column)) }
  })
}

function one<T>(list: readonly T[], random: Random, change: (item: T) => T): T[] {
  if (list.length === 0) return []
  const chosen = random.below(list.length)
  return list.map((item, index) => (index === chosen ? change(item) : item))
}

function without<T>(list: readonly T[], may: (item: T) => boolean, random: Random): T[] {
  const candidates = list.filter(may)
  if (candidates.length === 0) return [...list]
  const chosen = random.pick(candidates)
  return list.filter((item) => item !== chosen)
}

/** Drops a column and adds another: what could be mistaken for a rename. */
function replaceColumn(entity: EntitySpec, random: Random, spec: Entities): EntitySpec {
  const columns = without(entity.columns, (column) => !isKey(column), random)
  return { ...entity, columns: [...columns, randomColumn(random, spec, entity.columns)] }
}

const widened: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(types).map(([name, { widens }]) => [name, widens ?? []]),
)
const narrowed: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(types).map((name) => [name, Object.keys(types).filter((other) => widened[other]!.includes(name))]),
)

function changeType(column: ColumnSpec, random: Random): ColumnSpec {
  const { enum: values, default: _, collation: __, ...rest } = column
  if (values !== undefined && values.array === undefined) return { ...rest, type: 'text', ...defaultOf('text', random) }
  if (column.type === undefined) return column
  const others = random.chance(0.75) ? widened[column.type]! : narrowed[column.type]!
  if (others.length === 0) return column
  const type = random.pick(others)
  return { ...rest, type, ...defaultOf(type, random) }
}

function changeDefault(column: ColumnSpec, random: Random): ColumnSpec {
  const { default: _, ...rest } = column
  if (column.enum?.values !== undefined && column.enum.array === undefined)
    return { ...rest, default: { value: random.pick(column.enum.values) } }
  if (column.type === undefined) return column
  const { defaults } = types[column.type]!
  return defaults.length === 0 || random.chance(0.3) ? rest : { ...rest, default: random.pick(defaults) }
}

function changeCollation({ collation, ...column }: ColumnSpec, random: Random): ColumnSpec {
  if (types[column.type ?? '']?.family !== 'text' || column.type === 'citext') return column
  return collation === undefined ? { ...column, collation: random.pick(['C', 'POSIX']) } : column
}

function changeValues(column: ColumnSpec, random: Random): ColumnSpec {
  if (column.type === 'text' && random.chance(0.1)) {
    const { type: _, default: __, collation: ___, ...rest } = column
    return { ...rest, ...randomEnum(random, noEntities) }
  }
  if (column.enum?.values === undefined) return column
  return withValues(column, changedList(column.enum.values, random))
}

function withValues(column: ColumnSpec, values: readonly string[]): ColumnSpec {
  const { default: given, ...rest } = column
  const fits =
    given !== undefined &&
    'value' in given &&
    [given.value].flat().every((one) => values.some((value) => value === one))
  const own = column.enum?.values === undefined ? column.enum : { ...column.enum, values }
  return { ...rest, ...(own === undefined ? {} : { enum: own }), ...(fits ? { default: given } : {}) }
}

function changedList(values: readonly string[], random: Random): readonly string[] {
  const missing = enumValues.filter((value) => !values.includes(value))
  const place = random.below(values.length + 1)
  switch (random.below(5)) {
    case 0:
      return values.length > 1 ? values.filter((_, index) => index !== place % values.length) : values
    case 1:
      return random.shuffled(values)
    case 2:
      return random.some([...values.slice(0, place), ...random.some(missing, 1, 2), ...values.slice(place)], 1, 9)
    default:
      return missing.length === 0 ? values : [...values.slice(0, place), random.pick(missing), ...values.slice(place)]
  }
}

function renameTable(entity: EntitySpec, random: Random): EntitySpec {
  return { ...entity, table: random.pick([`${entity.table}s`.slice(0, 60), 'renamed', 'Re named']) }
}

function renameColumn(column: ColumnSpec, random: Random): ColumnSpec {
  return { ...column, name: random.pick([`${column.property}New`, 'other', 'Re "named"', column.property]) }
}

function renameValue(column: ColumnSpec, random: Random): ColumnSpec {
  const values = column.enum?.values
  const missing = enumValues.filter((value) => !values?.includes(value))
  if (values === undefined || missing.length === 0) return column
  return withValues(
    column,
    one(values, random, () => random.pick(missing)),
  )
}

/** What a view shows, of which rows, whether it keeps them, and its index. */
function changeView(spec: Entities, random: Random): Entities {
  const views = one(spec.views, random, (view): ViewSpec => {
    const entity = spec.entities.find(({ name }) => name === view.of)!
    switch (random.below(6)) {
      case 0:
        return { ...view, columns: random.some(entity.columns, 1, 4).map(({ property }) => property) }
      case 1:
        return defined({ ...view, where: random.chance(0.6) ? randomCondition(random, entity) : undefined })
      case 2:
        return defined({ ...view, everything: view.everything ? undefined : (true as const) })
      case 3:
        return defined({ ...view, materialized: view.materialized ? undefined : (true as const) })
      default: {
        const bare = { ...view, indexed: undefined, indexName: undefined, indexWhere: undefined }
        const indexed = view.indexed === undefined || random.chance(0.7)
        return defined(indexed ? { ...bare, ...randomViewIndex(random, view, entity) } : bare)
      }
    }
  })
  return { ...spec, views }
}

/** A shared enum changes for all its columns at once. */
function changeShared(spec: Entities, random: Random): Entities {
  const names = Object.keys(spec.enums)
  if (names.length === 0) return spec
  const name = random.pick(names)
  const values = changedList(spec.enums[name]!, random)
  const change = (column: ColumnSpec) => (column.enum?.shared === name ? withValues(column, values) : column)
  return {
    ...spec,
    enums: { ...spec.enums, [name]: values },
    entities: spec.entities.map((entity) => ({
      ...entity,
      columns: entity.columns.map(change),
      embedded: entity.embedded.map((inner) => ({ ...inner, columns: inner.columns.map(change) })),
    })),
  }
}

function changeRelation(relation: RelationSpec, random: Random): RelationSpec {
  const {
    onDelete: _,
    onUpdate: __,
    deferrable: ___,
    required,
    keyName: ____,
    unconstrained: _____,
    ...rest
  } = relation
  if (relation.kind === 'many-to-many') return { ...rest, joinTable: `Join ${random.pick(['one', 'two'])}` }
  switch (random.below(7)) {
    case 0:
      return required ? rest : { ...relation, onDelete: random.pick(['CASCADE', 'SET NULL', 'RESTRICT'] as const) }
    case 1:
      return rest
    case 2:
      return { ...relation, deferrable: random.pick(['INITIALLY DEFERRED', 'INITIALLY IMMEDIATE'] as const) }
    case 3:
      return { ...relation, kind: relation.kind === 'one-to-one' ? 'many-to-one' : 'one-to-one' }
    case 4:
      return { ...relation, keyName: `fk ${random.below(3)}` }
    case 5:
      return { ...relation, unconstrained: true }
    default:
      return { ...relation, onUpdate: random.pick(['CASCADE', 'RESTRICT'] as const) }
  }
}

type Index = EntitySpec['indexes'][number]

function changeIndex(index: Index, random: Random, entity: EntitySpec): Index {
  const { where, unique, name, ...rest } = index
  const kept = { ...(unique ? { unique } : {}), ...(name === undefined ? {} : { name }) }
  switch (random.below(5)) {
    case 0:
      return { ...index, columns: random.shuffled(index.columns) }
    case 1: {
      const condition = randomCondition(random, entity)
      return { ...rest, ...kept, ...(condition === undefined ? {} : { where: condition }) }
    }
    case 2:
      return { ...rest, ...kept }
    case 3:
      return { ...rest, ...(where === undefined ? {} : { where }), ...(name === undefined ? {} : { name }) }
    default:
      return {
        ...rest,
        ...kept,
        ...(where === undefined ? {} : { where }),
        name: `ix ${entity.name} ${random.below(3)}`,
      }
  }
}

/** The way a key is generated, and its width. */
function changeKey(column: ColumnSpec): ColumnSpec {
  switch (column.role) {
    case 'increment':
      return column.type === undefined
        ? { ...column, type: 'bigint' }
        : { property: column.property, role: 'BY DEFAULT' }
    case 'ALWAYS':
      return { ...column, role: 'BY DEFAULT' }
    case 'BY DEFAULT':
      return { ...column, role: 'increment' }
    case 'key':
      return column.type === 'int'
        ? { ...column, type: 'bigint' }
        : column.type === 'varchar(20)'
          ? { ...column, type: 'varchar(50)' }
          : column
    default:
      return column
  }
}

// There and back

/** Gives a column of both sides the first side's type where no value could be of both. */
function castable(from: Entities, to: Entities): Entities {
  const place = (entity: EntitySpec, spec: Entities) => {
    const { schema, table } = rootOf(spec, entity)
    return JSON.stringify([schema, table])
  }
  const entities = to.entities.map((entity): EntitySpec => {
    const before = from.entities.filter((one) => place(one, from) === place(entity, to))
    const columns = before.flatMap((one) => one.columns)
    const embedded = before.flatMap((one) => one.embedded)
    return {
      ...entity,
      columns: fit(columns, entity.columns),
      embedded: entity.embedded.map((inner) => fitEmbedded(embedded, inner)),
    }
  })
  return tidy({ ...to, entities })
}

/** Other names for the relations, whose columns have the types of other keys. */
function withOtherRelations(spec: Entities): Entities {
  const renamed = (entity: EntitySpec): EntitySpec => ({
    ...entity,
    relations: entity.relations.map((relation) => ({ ...relation, property: `${relation.property}Too` })),
    indexes: entity.indexes.map((index) => ({ ...index, columns: index.columns.map((name) => other(entity, name)) })),
    uniques: entity.uniques.map((unique) => ({
      ...unique,
      columns: unique.columns.map((name) => other(entity, name)),
    })),
  })
  const other = ({ relations }: EntitySpec, name: string) =>
    relations.some(({ property }) => property === name) ? `${name}Too` : name
  return tidy({ ...spec, entities: spec.entities.map(renamed) })
}

function fitEmbedded(
  was: EntitySpec['embedded'],
  inner: EntitySpec['embedded'][number],
): EntitySpec['embedded'][number] {
  const before = was.find(({ property }) => property === inner.property)
  return before === undefined ? inner : { ...inner, columns: fit(before.columns, inner.columns) }
}

function fit(before: readonly ColumnSpec[], after: readonly ColumnSpec[]): ColumnSpec[] {
  return after.map((column) => {
    const was = before.find(({ property, name }) => (name ?? property) === (column.name ?? column.property))
    return was === undefined || canCast(was, column) ? column : { ...was, property: column.property }
  })
}

function canCast(from: ColumnSpec, to: ColumnSpec): boolean {
  if (from.computed !== undefined || to.computed !== undefined)
    return (from.computed === undefined) === (to.computed === undefined)
  if (from.enum !== undefined && to.enum !== undefined) return from.enum.array === to.enum.array
  if (from.enum !== undefined || to.enum !== undefined) {
    const other = from.enum === undefined ? from : to
    return (from.enum ?? to.enum)?.array === undefined && types[other.type ?? '']?.family === 'text'
  }
  const [a, b] = [storedType(from), storedType(to)]
  // No server casts a truth value to what a number can be widened to.
  if (a === 'boolean' || b === 'boolean') return a === b || widened[a]!.includes(b) || widened[b]!.includes(a)
  return a === b || leads(a, b) || leads(b, a)
}

function storedType({ type, role }: ColumnSpec): string {
  if (role === 'uuid') return 'uuid'
  if (role === 'created' || role === 'updated' || role === 'deleted') return 'timestamp'
  return type ?? 'int'
}

/** Whether a value of one type can be widened, in however many steps, to the other. */
function leads(from: string, to: string, passed: ReadonlySet<string> = new Set()): boolean {
  return (
    widened[from]?.some((next) => next === to || (!passed.has(next) && leads(next, to, new Set([...passed, from])))) ??
    false
  )
}
