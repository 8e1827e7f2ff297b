// Entities without what points nowhere: whatever was taken away, the rest is valid again.
import { computations, conditions, types, type Family } from './column-types'
import {
  databaseName,
  isKey,
  rootOf,
  type ColumnSpec,
  type Condition,
  type Entities,
  type EntitySpec,
  type ViewSpec,
} from './spec'

/** Takes out everything that refers to what is not there, and what would clash with something else. */
export function tidy(given: Entities): Entities {
  const entities = untilStill(given.entities, (list) => {
    const kept = list.filter((entity) => isWhole(entity, list))
    return kept.map((entity) => tidyEntity(entity, kept, given.enums))
  })
  return tidyRest({ ...given, entities: withoutCircles(entities) })
}

function tidyRest(given: Entities): Entities {
  const { entities } = given
  const views = firstOf(given.views, ({ schema, view }) => `${schema}.${view}`).reduce<readonly ViewSpec[]>(
    (earlier, view) => [...earlier, ...tidyView(view, entities, earlier)],
    [],
  )
  const used = new Set(
    entities.flatMap(({ columns, embedded }) =>
      [...columns, ...embedded.flatMap((one) => one.columns)].map((column) => column.enum?.shared),
    ),
  )
  return {
    entities,
    views,
    enums: Object.fromEntries(Object.entries(given.enums).filter(([name]) => used.has(name))),
  }
}

/** TypeORM takes no circles of required relations. */
function withoutCircles(entities: readonly EntitySpec[]): EntitySpec[] {
  const needs = new Map<string, Set<string>>()
  const root = (name: string) =>
    rootOf(
      { entities },
      entities.find((one) => one.name === name)!,
    ).name
  const leads = (from: string, to: string): boolean =>
    from === to || [...(needs.get(from) ?? [])].some((next) => leads(next, to))
  return entities.map((entity) => {
    const relations = entity.relations.map((relation) => {
      const { required, ...rest } = relation
      const [owner, target] = [root(entity.name), root(relation.target)]
      if (!required) return relation
      if (leads(target, owner)) return rest
      needs.set(owner, new Set([...(needs.get(owner) ?? []), target]))
      return relation
    })
    return { ...entity, relations }
  })
}

/** The family a column belongs to, by which conditions and computations are chosen. */
export function familyOf(column: ColumnSpec): Family | 'enum' | undefined {
  if (column.computed !== undefined) return undefined
  if (column.enum !== undefined) return column.enum.array ? 'array' : 'enum'
  if (column.type !== undefined) return types[column.type]?.family
  if (column.role === 'uuid') return 'uuid'
  if (column.role === 'created' || column.role === 'updated' || column.role === 'deleted') return 'moment'
  return 'number'
}

/** Whether a column can stand in a key or an index. */
export function isOrdered(column: ColumnSpec): boolean {
  if (column.computed !== undefined) return false
  return column.type === undefined || types[column.type]?.unordered !== true
}

/** Whether its values differ from row to row. */
export function isDistinct(column: ColumnSpec): boolean {
  return (
    isOrdered(column) &&
    column.enum === undefined &&
    (column.type === undefined || types[column.type]?.distinct === true)
  )
}

function untilStill<T>(value: T, change: (value: T) => T): T {
  const changed = change(value)
  return JSON.stringify(changed) === JSON.stringify(value) ? changed : untilStill(changed, change)
}

function firstOf<T>(list: readonly T[], key: (item: T) => string): T[] {
  const seen = new Set<string>()
  return list.filter((item) => {
    const text = key(item)
    if (seen.has(text)) return false
    seen.add(text)
    return true
  })
}

/** Whether an entity can be at all: it has a key and a table of its own, or a parent that has. */
function isWhole(entity: EntitySpec, all: readonly EntitySpec[]): boolean {
  if (all.find(({ name }) => name === entity.name) !== entity) return false
  if (entity.parent !== undefined)
    return all.some(({ name, parent, tree }) => name === entity.parent && parent === undefined && tree === undefined)
  if (!entity.columns.some(isKey)) return false
  const place = (one: EntitySpec) => (one.parent === undefined ? JSON.stringify([one.schema, one.table]) : one.name)
  return all.find((one) => place(one) === place(entity)) === entity
}

function tidyEntity(entity: EntitySpec, all: readonly EntitySpec[], enums: Entities['enums']): EntitySpec {
  const root = rootOf({ entities: all }, entity)
  const above = root === entity ? [] : root.columns
  const family = all.filter((one) => rootOf({ entities: all }, one) === root)
  const older = family.slice(0, family.indexOf(entity)).filter((one) => one !== entity)
  const taken = new Set(
    older.flatMap((one) => [...one.columns.map(databaseName), ...one.columns.map(({ property }) => property)]),
  )
  const isFree = (column: ColumnSpec) => !taken.has(databaseName(column)) && !taken.has(column.property)
  const sound = (column: ColumnSpec) =>
    column.enum === undefined ||
    (column.enum.shared === undefined ? (column.enum.values ?? []).length > 0 : enums[column.enum.shared] !== undefined)
  const plain = firstOf(
    firstOf(entity.columns, ({ property }) => property),
    databaseName,
  ).filter((column) => isFree(column) && sound(column) && (root === entity || !isKey(column)))
  const computedFrom = (column: ColumnSpec) => {
    const base = plain.find(({ property }) => property === column.computed?.of)
    const basis = base && familyOf(base)
    return basis !== undefined && basis !== 'enum' && computations[basis] !== undefined
  }
  const columns = plain
    .filter((column) => column.computed === undefined || computedFrom(column))
    // What is computed from nothing is nothing.
    .map((column): ColumnSpec =>
      plain.some(({ property, nullable }) => property === column.computed?.of && nullable)
        ? { ...column, nullable: true }
        : column,
    )
  const isApart = ({ prefix }: EntitySpec['embedded'][number], column: ColumnSpec) => {
    const names = [...taken, ...plain.flatMap((other) => [databaseName(other), other.property])]
    return prefix !== false || !names.includes(databaseName(column))
  }
  const embedded = firstOf(entity.embedded, ({ property }) => property)
    .filter(({ property, columns }) => columns.length > 0 && !plain.some((column) => column.property === property))
    .map((one) => ({
      ...one,
      columns: firstOf(one.columns, databaseName).filter(
        (column) => sound(column) && column.computed === undefined && !isKey(column) && isApart(one, column),
      ),
    }))
    .filter((one) => one.columns.length > 0)
  const properties = new Set([...columns, ...embedded].map(({ property }) => property))
  const relations = firstOf(entity.relations, ({ property }) => property).filter(
    ({ property, target, joinColumn }) =>
      !properties.has(property) &&
      !taken.has(property) &&
      all.some(({ name }) => name === target) &&
      !columns.some((column) => databaseName(column) === joinColumn || databaseName(column).startsWith(property)),
  )
  const reachable = [...columns, ...above]
  const column = (property: string) => reachable.find((one) => one.property === property)
  const indexable = (property: string) => {
    const found = column(property)
    if (found !== undefined) return isOrdered(found)
    return relations.some((one) => one.property === property && one.kind !== 'many-to-many')
  }
  const indexes = entity.indexes.filter(
    ({ columns, where, method }) =>
      columns.length > 0 &&
      columns.every((property) => indexable(property) && (method === undefined || suits(method, column(property)))) &&
      (method === undefined || columns.length === 1) &&
      (where === undefined || column(where.column) !== undefined),
  )
  const uniques = entity.uniques.filter(({ columns }) => columns.length > 0 && columns.every(indexable))
  const said = (where: Condition | undefined) => {
    const family = where && familyOf(column(where.column)!)
    return family && { ...where, form: where.form % (family === 'enum' ? 2 : conditions[family].length) }
  }
  return {
    ...entity,
    columns,
    embedded,
    relations,
    indexes: firstOf(
      // TypeORM derives a name from sorted columns and what the condition says, however that came about.
      firstOf(indexes, ({ name, columns, where }) => name ?? JSON.stringify([[...columns].sort(), said(where)])),
      ({ columns }) => JSON.stringify([...columns]),
    ),
    uniques: firstOf(
      firstOf(uniques, ({ name, columns }) => name ?? JSON.stringify([...columns].sort())),
      ({ columns }) => JSON.stringify([...columns].sort()),
    ),
    checks: firstOf(
      entity.checks.filter(({ name, condition }) => {
        const found = column(condition.column)
        const clashes = older.some(({ checks }) => checks.some((other) => other.name === name))
        return found !== undefined && familyOf(found) !== undefined && !clashes
      }),
      ({ name, condition }) => name ?? JSON.stringify(condition),
    ),
    exclusions: firstOf(
      entity.exclusions.filter(({ column: property }) => rangeTypes.has(column(property)?.type ?? '')),
      ({ column }) => column,
    ),
  }
}

const rangeTypes = new Set(['int4range', 'tstzrange'])

function suits(method: 'gin' | 'gist' | 'hash', column: ColumnSpec | undefined): boolean {
  if (column === undefined) return false
  if (method === 'gist') return rangeTypes.has(column.type ?? '')
  if (method === 'gin')
    return column.type === 'jsonb' || column.type === 'tsvector' || column.type === 'text[]' || column.type === 'int[]'
  return familyOf(column) === 'text' || familyOf(column) === 'number'
}

function tidyView(view: ViewSpec, entities: readonly EntitySpec[], earlier: readonly ViewSpec[]): ViewSpec[] {
  const entity = entities.find(({ name, parent }) => name === view.of && parent === undefined)
  if (entity === undefined) return []
  const below = earlier.find(({ name, of }) => name === view.over && of === view.of)
  const there = below === undefined ? entity.columns : shownBy(below, entity, earlier)
  const columns = view.columns.filter((property) => there.some((column) => column.property === property))
  if (columns.length === 0) return []
  const { over: _, where, indexed, indexName, indexWhere, ...rest } = view
  const bare: ViewSpec = { ...rest, ...(below && { over: below.name }), columns }
  const shown = shownBy(bare, entity, earlier)
  const speaks = (condition: Condition | undefined, list: readonly ColumnSpec[]) =>
    list.some((column) => column.property === condition?.column && familyOf(column) !== undefined)
  const isIndexed = view.materialized && shown.some((column) => column.property === indexed && isOrdered(column))
  return [
    {
      ...bare,
      ...(where !== undefined && speaks(where, there) ? { where } : {}),
      ...(isIndexed && indexed !== undefined && columns.includes(indexed)
        ? {
            indexed,
            ...(indexName === undefined ? {} : { indexName }),
            ...(indexWhere !== undefined && speaks(indexWhere, shown) ? { indexWhere } : {}),
          }
        : {}),
    },
  ]
}

/** The columns of the entity that a view has. */
function shownBy(view: ViewSpec, entity: EntitySpec, views: readonly ViewSpec[]): readonly ColumnSpec[] {
  if (!view.everything) return entity.columns.filter(({ property }) => view.columns.includes(property))
  const below = views.find(({ name }) => name === view.over)
  return below === undefined ? entity.columns : shownBy(below, entity, views)
}
