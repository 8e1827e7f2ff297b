// Takes a pair apart for as long as it still fails: what is left is what a person reads.
import type { Pair } from '../support/random-entities/edit'
import type { ColumnSpec, Entities, EntitySpec } from '../support/random-entities/spec'
import { tidy } from '../support/random-entities/tidy'

/** The smallest pair that still fails, as far as it was found before the time was up. */
export async function shrink(
  pair: Pair,
  fails: (pair: Pair) => Promise<boolean>,
  milliseconds = 60_000,
): Promise<Pair> {
  const end = performance.now() + milliseconds
  let smallest = pair
  for (let found = true; found;) {
    found = false
    for (const smaller of smallerPairs(smallest)) {
      if (performance.now() > end) return smallest
      if (size(smaller) >= size(smallest) || !(await fails(smaller))) continue
      smallest = smaller
      found = true
      break
    }
  }
  return smallest
}

// What both sides have alike is one thing to read, what differs is two.
function size({ from, to, ...options }: Pair): number {
  const [a, b] = [JSON.stringify(from), JSON.stringify(to)]
  return (
    a.length +
    (a === b ? 0 : b.length + 1000 * changes(from, to)) +
    Object.entries(simplest).filter(([key, value]) => options[key as keyof typeof options] !== value).length
  )
}

function changes(from: Entities, to: Entities): number {
  const parts = (spec: Entities) =>
    [...spec.entities.flatMap((entity) => pieces(entity)), ...spec.views].map((part) => JSON.stringify(part))
  const [a, b] = [parts(from), parts(to)]
  return [...a.filter((part) => !b.includes(part)), ...b.filter((part) => !a.includes(part))].length
}

function pieces(entity: EntitySpec): unknown[] {
  return [
    { ...entity, ...Object.fromEntries(lists.map((list) => [list, []])) },
    ...lists.flatMap((list) => entity[list] as readonly unknown[]),
  ]
}

const lists = ['columns', 'relations', 'embedded', 'indexes', 'uniques', 'checks', 'exclusions'] as const

const simplest = { renamed: false, names: true, bystanders: false, defaultSchema: 'public' }

function* smallerPairs(pair: Pair): Generator<Pair> {
  const { from, to } = pair
  for (const [key, value] of Object.entries(simplest)) yield { ...pair, [key]: value }
  const both = (change: (spec: Entities) => Entities): Pair => ({
    ...pair,
    from: tidy(change(from)),
    to: tidy(change(to)),
  })
  const later = (change: (spec: Entities) => Entities): Pair => ({ ...pair, to: tidy(change(to)) })
  const names = new Set([...from.entities, ...to.entities].map(({ name }) => name))
  for (const name of names)
    yield both((spec) => ({ ...spec, entities: spec.entities.filter((entity) => entity.name !== name) }))
  for (const { name } of [...from.views, ...to.views])
    yield both((spec) => ({ ...spec, views: spec.views.filter((view) => view.name !== name) }))
  // Without an edit.
  yield later((spec) => ({ ...spec, views: from.views }))
  yield later((spec) => ({ ...spec, enums: from.enums }))
  for (const name of names) {
    const before = from.entities.find((entity) => entity.name === name)
    const after = to.entities.find((entity) => entity.name === name)
    const replaced = (entity: EntitySpec) =>
      later((spec) => ({ ...spec, entities: spec.entities.map((one) => (one.name === name ? entity : one)) }))
    if (before !== undefined && after === undefined)
      yield later((spec) => ({ ...spec, entities: [...spec.entities, before] }))
    if (before === undefined || after === undefined) continue
    yield replaced(before)
    for (const list of lists) yield replaced({ ...after, [list]: before[list] })
    for (const [index, column] of before.columns.entries()) {
      if (after.columns[index]?.property === column.property)
        yield replaced({ ...after, columns: after.columns.map((one, place) => (place === index ? column : one)) })
    }
  }
  // Without a part.
  for (const name of names) {
    const within = (change: (entity: EntitySpec) => EntitySpec) =>
      both((spec) => ({
        ...spec,
        entities: spec.entities.map((entity) => (entity.name === name ? change(entity) : entity)),
      }))
    const entities = [from, to].flatMap((spec) => spec.entities.filter((entity) => entity.name === name))
    for (const list of lists) {
      const most = Math.max(...entities.map((entity) => entity[list].length))
      for (let index = 0; index < most; index++)
        yield within((entity) => ({ ...entity, [list]: entity[list].filter((_, place) => place !== index) }))
    }
    for (const property of new Set(entities.flatMap(({ columns }) => columns.map((column) => column.property)))) {
      yield within((entity) => ({
        ...entity,
        columns: entity.columns.filter((column) => column.property !== property),
      }))
    }
    yield within(({ schema: _, ...entity }) => entity)
    yield within(({ comment: _, ...entity }) => entity)
    yield within((entity) => ({ ...entity, table: name.toLowerCase() }))
    for (const option of ['name', 'default', 'comment', 'collation', 'nullable'] as const) {
      for (const property of new Set(entities.flatMap(({ columns }) => columns.map((column) => column.property)))) {
        yield within((entity) => ({
          ...entity,
          columns: entity.columns.map((column): ColumnSpec =>
            column.property === property ? omit(column, option) : column,
          ),
        }))
      }
    }
    for (const option of [
      'inverse',
      'onDelete',
      'onUpdate',
      'deferrable',
      'joinColumn',
      'keyName',
      'joinTable',
      'required',
    ] as const) {
      yield within((entity) => ({ ...entity, relations: entity.relations.map((relation) => omit(relation, option)) }))
    }
    yield within((entity) => ({
      ...entity,
      indexes: entity.indexes.map((index) => ({ ...omit(index, 'where'), columns: index.columns.slice(0, 1) })),
    }))
    yield within((entity) => ({ ...entity, indexes: entity.indexes.map((index) => omit(index, 'name')) }))
    yield within((entity) => ({
      ...entity,
      uniques: entity.uniques.map((unique) => ({ ...unique, columns: unique.columns.slice(0, 1) })),
    }))
  }
}

function omit<T extends object, K extends keyof T>(thing: T, key: K): T {
  const { [key]: _, ...rest } = thing
  // Only optional keys are left out.
  return rest as T
}
