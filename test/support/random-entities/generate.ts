// Random entities: many small parts, each seldom, so that everything meets everything sooner or later.
import { computations, hostile, types, usualTypes, type Default } from './column-types'
import type { Random } from './random'
import {
  isKey,
  noEntities,
  type CheckSpec,
  type ColumnSpec,
  type Condition,
  type EmbeddedSpec,
  type Entities,
  type EntitySpec,
  type IndexSpec,
  type RelationSpec,
  type UniqueSpec,
  type ViewSpec,
} from './spec'
import { familyOf, isDistinct, isOrdered, tidy } from './tidy'

/** Generates entities. */
export function randomEntities(random: Random): Entities {
  let made = noEntities
  for (let left = 1 + random.below(4); left > 0; left--) made = withEntity(made, random)
  for (let left = random.chance(0.25) ? 1 + random.below(2) : 0; left > 0; left--) made = withView(made, random)
  return tidy(made)
}

/** One more entity, and what it has to do with the others. */
export function withEntity(spec: Entities, random: Random): Entities {
  const taken = new Set(spec.entities.map(({ name }) => name))
  const name = ['Alpha', 'Beta', 'Gamma', 'Delta', 'Epsilon', 'Zeta', 'Theta', 'Kappa'].find((one) => !taken.has(one))
  if (name === undefined) return spec
  const parents = spec.entities.filter((one) => one.parent === undefined && one.tree === undefined)
  const parent = parents.length > 0 && random.chance(0.1) ? random.pick(parents).name : undefined
  const tree =
    parent === undefined && random.chance(0.06)
      ? random.pick(['closure-table', 'materialized-path', 'nested-set'] as const)
      : undefined
  const schema = parent === undefined && random.chance(0.12) ? random.pick(schemas) : undefined
  const enums = random.chance(0.15) ? { ...spec.enums, [random.pick(enumNames)]: randomValues(random) } : spec.enums
  const withEnums = { ...spec, enums: { ...enums, ...spec.enums } }
  let entity: EntitySpec = {
    name,
    table: random.chance(0.15) ? random.pick(strangeTables) : name.toLowerCase(),
    ...(schema === undefined ? {} : { schema }),
    ...(parent === undefined && random.chance(0.1) ? { comment: random.pick(hostile) } : {}),
    ...(parent === undefined && random.chance(0.08) ? { keyName: `pk ${name}` } : {}),
    ...(parent === undefined ? {} : { parent }),
    ...(tree === undefined ? {} : { tree }),
    columns: parent === undefined ? randomKeys(random, tree !== undefined) : [],
    relations: [],
    embedded: random.chance(0.1) ? [randomEmbedded(random, withEnums)] : [],
    indexes: [],
    uniques: [],
    checks: [],
    exclusions: [],
  }
  for (let left = random.below(6); left > 0; left--) entity = withColumn(entity, random, withEnums)
  if (parent !== undefined && entity.columns.length === 0) entity = withColumn(entity, random, withEnums)
  for (let left = random.below(3); left > 0; left--) entity = withPart(entity, random)
  const joined = tidy({ ...withEnums, entities: [...withEnums.entities, entity] })
  return random.chance(0.6) ? withRelation(joined, random) : joined
}

/** One more column of any kind. */
export function withColumn(entity: EntitySpec, random: Random, spec: Entities): EntitySpec {
  return { ...entity, columns: [...entity.columns, randomColumn(random, spec, entity.columns)] }
}

/** One more index, unique, check or exclusion. */
export function withPart(entity: EntitySpec, random: Random): EntitySpec {
  switch (random.below(7)) {
    case 0:
    case 1:
    case 2:
      return { ...entity, indexes: [...entity.indexes, ...randomIndex(random, entity)] }
    case 3:
    case 4:
      return { ...entity, uniques: [...entity.uniques, ...randomUnique(random, entity)] }
    case 5:
      return { ...entity, checks: [...entity.checks, ...randomCheck(random, entity)] }
    default: {
      const ranges = entity.columns.filter(({ type }) => type === 'int4range' || type === 'tstzrange')
      if (ranges.length === 0) return { ...entity, checks: [...entity.checks, ...randomCheck(random, entity)] }
      const { property } = random.pick(ranges)
      const name = random.chance(0.5) ? { name: 'xcl one' } : {}
      return { ...entity, exclusions: [...entity.exclusions, { ...name, column: property }] }
    }
  }
}

/** One more relation between any two entities, or from one to itself. */
export function withRelation(spec: Entities, random: Random): Entities {
  const owners = spec.entities
  if (owners.length === 0) return spec
  const owner = random.pick(owners)
  const target = random.pick(spec.entities)
  const relation = randomRelation(random, owner, target)
  return {
    ...spec,
    entities: spec.entities.map((one) => (one === owner ? { ...one, relations: [...one.relations, relation] } : one)),
  }
}

/** One more view over an entity. */
export function withView(spec: Entities, random: Random): Entities {
  const sources = spec.entities.filter(({ parent }) => parent === undefined)
  const name = ['ViewOne', 'ViewTwo', 'ViewThree'].find((one) => !spec.views.some((view) => view.name === one))
  if (sources.length === 0 || name === undefined) return spec
  const entity = random.pick(sources)
  const below = spec.views.filter(({ of }) => of === entity.name)
  const over = below.length > 0 && random.chance(0.5) ? random.pick(below).name : undefined
  const columns = random.some(entity.columns, 1, 4).map(({ property }) => property)
  const materialized = random.chance(0.4)
  const where = random.chance(0.4) ? randomCondition(random, entity) : undefined
  const view: ViewSpec = {
    ...(over === undefined ? {} : { over }),
    name,
    view: random.chance(0.2) ? 'Strange "view"' : `v_${name.toLowerCase()}`,
    ...(random.chance(0.15) ? { schema: random.pick(schemas) } : {}),
    of: entity.name,
    columns,
    ...(random.chance(0.3) ? { everything: true as const } : {}),
    ...(where === undefined ? {} : { where }),
    ...(materialized ? { materialized: true as const } : {}),
    ...(materialized && random.chance(0.5) ? randomViewIndex(random, { name, columns }, entity) : {}),
  }
  return { ...spec, views: [...spec.views, view] }
}

/** An index of a materialised view: over one column, perhaps with a name, perhaps of some rows only. */
export function randomViewIndex(
  random: Random,
  { name, columns }: Pick<ViewSpec, 'name' | 'columns'>,
  entity: EntitySpec,
): Pick<ViewSpec, 'indexed' | 'indexName' | 'indexWhere'> {
  const where = random.chance(0.3) ? randomCondition(random, entity) : undefined
  return {
    indexed: random.pick(columns),
    ...(random.chance(0.4) ? { indexName: `ix of ${name} ${random.below(2)}` } : {}),
    ...(where === undefined ? {} : { indexWhere: where }),
  }
}

export const schemas = ['audit', 'Other Schema']
const enumNames = ['mood', 'Shared Enum', 'state']
const strangeTables = [
  'user',
  'order',
  'Mixed Case',
  'select',
  'émigré',
  'tab"le',
  "it's",
  'a_table_whose_name_is_not_short_but_leaves_room',
  'with-dash',
]
const plainColumns = ['name', 'title', 'amount', 'state', 'createdOn', 'x', 'y', 'note', 'total']
const strangeColumns = [
  'select',
  'Mixed Case',
  'ünïcode',
  'with space',
  'dash-ed',
  "it's",
  'say "hi"',
  'a.b',
  '$1',
  'a_column_whose_name_is_quite_a_bit_longer_than_the_sixty_three_bytes',
  'col%s',
]

function randomKeys(random: Random, sole: boolean): ColumnSpec[] {
  const id = random.chance(0.9) ? 'id' : 'Key'
  switch (random.below(12)) {
    case 0:
    case 1:
      return [{ property: id, role: 'uuid' }]
    case 2:
      return [{ property: id, role: random.pick(['ALWAYS', 'BY DEFAULT'] as const) }]
    case 3:
      return [{ property: id, role: 'key', type: random.pick(['int', 'bigint', 'varchar(20)', 'uuid', 'text']) }]
    case 4:
      return [{ property: id, role: 'increment', type: random.pick(['bigint', 'smallint']) }]
    case 5:
      return sole
        ? [{ property: id, role: 'increment' }]
        : [
            { property: id, role: 'key', type: random.pick(['int', 'varchar(20)']) },
            { property: 'part', role: 'key', type: random.pick(['int', 'varchar(50)', 'uuid', 'date']) },
          ]
    default:
      return [{ property: id, role: 'increment' }]
  }
}

/** A column with a property that is not taken. */
export function randomColumn(random: Random, spec: Entities, besides: readonly ColumnSpec[]): ColumnSpec {
  const taken = new Set(besides.flatMap(({ property, name }) => [property, name]))
  const property = random.shuffled(plainColumns).find((one) => !taken.has(one)) ?? `extra${besides.length}`
  const name = random.chance(0.15) ? random.shuffled(strangeColumns).find((one) => !taken.has(one)) : undefined
  const base = {
    property,
    ...(name === undefined ? {} : { name }),
    ...(random.chance(0.1) ? { comment: random.pick(hostile) } : {}),
  }
  const special = random.below(40)
  if (special === 0) return { ...base, role: 'created' }
  if (special === 1) return { ...base, role: random.pick(['updated', 'deleted'] as const) }
  if (special === 2) return { ...base, role: 'version' }
  if (special === 3 && besides.every(({ role }) => role !== 'counter')) return { ...base, role: 'counter' }
  if (special < 7) {
    const sources = besides.filter((column) => computable(column))
    if (sources.length > 0)
      return { ...base, computed: { of: random.pick(sources).property, form: random.below(6) }, ...nullability(random) }
  }
  if (special < 12) return { ...base, ...randomEnum(random, spec) }
  return { ...base, ...randomType(random) }
}

function computable(column: ColumnSpec): boolean {
  const family = familyOf(column)
  return family !== undefined && family !== 'enum' && computations[family] !== undefined && column.role === undefined
}

/** A type, a default that fits it, whether it may be null, a collation. */
export function randomType(random: Random): Pick<ColumnSpec, 'type' | 'default' | 'nullable' | 'collation'> {
  // Extensions are slow to come and go.
  const names = Object.keys(types).filter((name) => name !== 'citext' || random.chance(0.2))
  const type = random.chance(0.5) ? random.pick(usualTypes) : random.pick(names)
  const collated = types[type]!.family === 'text' && type !== 'citext' && random.chance(0.08)
  return {
    type,
    ...defaultOf(type, random),
    ...nullability(random),
    ...(collated ? { collation: random.pick(['C', 'POSIX']) } : {}),
  }
}

/** Perhaps a default for a column of the type. */
export function defaultOf(type: string, random: Random): { readonly default?: Default } {
  const { defaults } = types[type]!
  return defaults.length > 0 && random.chance(0.4) ? { default: random.pick(defaults) } : {}
}

function nullability(random: Random): { readonly nullable?: true } {
  return random.chance(0.5) ? { nullable: true } : {}
}

/** An enum of the column's own, or a shared one. */
export function randomEnum(random: Random, { enums }: Entities): Pick<ColumnSpec, 'enum' | 'default' | 'nullable'> {
  const shared = Object.keys(enums).length > 0 && random.chance(0.6) ? random.pick(Object.keys(enums)) : undefined
  const values = shared === undefined ? randomValues(random) : enums[shared]!
  const array = random.chance(0.2)
  const given = random.chance(0.5) ? { value: array ? random.some(values, 0, 2) : random.pick(values) } : undefined
  return {
    enum: { ...(shared === undefined ? { values } : { shared }), ...(array ? { array: true as const } : {}) },
    ...(given === undefined ? {} : { default: given }),
    ...nullability(random),
  }
}

export const enumValues = [
  'open',
  'closed',
  'in review',
  "won't",
  'Draft',
  'ünïcode',
  'a,b',
  'say "hi"',
  'back\\slash',
  '{x}',
  'NULL',
  '42',
]

function randomValues(random: Random): string[] {
  return random.shuffled(random.some(enumValues, 1, 4))
}

function randomEmbedded(random: Random, spec: Entities): EmbeddedSpec {
  const inner = (besides: readonly ColumnSpec[]): ColumnSpec => {
    const { name: _, property, ...column } = randomColumn(random, spec, besides)
    return { ...column, property: `${property}In` }
  }
  const first = inner([])
  const second = inner([first])
  const columns = random.chance(0.5) || first.property === second.property ? [first] : [first, second]
  const prefix = random.pick([undefined, undefined, 'pre_', false] as const)
  return { property: 'inner', ...(prefix === undefined ? {} : { prefix }), columns }
}

function randomRelation(random: Random, owner: EntitySpec, target: EntitySpec): RelationSpec {
  const kind = random.pick(['many-to-one', 'many-to-one', 'many-to-one', 'one-to-one', 'many-to-many'] as const)
  // One name always leads to the same entity: a join column has the type of its key.
  const property = `${random.pick(['parent', 'owner', 'link'])}${owner.name[0]}${target.name[0]}`
  const sole = target.columns.filter(isKey).length === 1
  const inverse = random.chance(0.4) ? { inverse: `${property}Of${random.below(100)}` } : {}
  if (kind === 'many-to-many') {
    return {
      property,
      kind,
      target: target.name,
      ...inverse,
      ...(random.chance(0.2) ? { joinTable: `Join ${property}` } : {}),
      ...(random.chance(0.2) ? { onDelete: random.pick(['CASCADE', 'RESTRICT', 'NO ACTION'] as const) } : {}),
    }
  }
  const required = random.chance(0.25)
  const onDelete = random.chance(0.4)
    ? random.pick(['CASCADE', 'SET NULL', 'RESTRICT', 'NO ACTION'] as const)
    : undefined
  return {
    property,
    kind,
    target: target.name,
    ...inverse,
    ...(required ? { required: true as const } : {}),
    ...(onDelete === undefined || (required && onDelete === 'SET NULL') ? {} : { onDelete }),
    ...(random.chance(0.15) ? { onUpdate: random.pick(['CASCADE', 'RESTRICT'] as const) } : {}),
    ...(random.chance(0.1) ? { deferrable: random.pick(['INITIALLY DEFERRED', 'INITIALLY IMMEDIATE'] as const) } : {}),
    ...(sole && random.chance(0.15) ? { joinColumn: `${property} ref` } : {}),
    ...(random.chance(0.1) ? { keyName: `fk ${property}` } : {}),
    ...(random.chance(0.05) ? { unconstrained: true as const } : {}),
  }
}

function indexables(entity: EntitySpec): string[] {
  return [
    ...entity.columns.filter(isOrdered).map(({ property }) => property),
    ...entity.relations.filter(({ kind }) => kind === 'many-to-one').map(({ property }) => property),
  ]
}

function randomIndex(random: Random, entity: EntitySpec): IndexSpec[] {
  const all = indexables(entity)
  const suited = entity.columns.filter(
    ({ type, role }) => role === undefined && ['jsonb', 'int4range', 'text[]', 'text', 'int'].includes(type ?? ''),
  )
  if (suited.length > 0 && random.chance(0.2)) {
    const { property, type } = random.pick(suited)
    const method = type === 'int4range' ? 'gist' : type === 'jsonb' || type === 'text[]' ? 'gin' : 'hash'
    return [{ ...indexName(random, entity), columns: [property], method }]
  }
  if (all.length === 0) return []
  const unique = random.chance(0.3)
  const columns = random.shuffled(random.some(unique ? distinctOf(entity, all) : all, 1, 3))
  const where = random.chance(0.2) ? randomCondition(random, entity) : undefined
  return columns.length === 0
    ? []
    : [
        {
          ...indexName(random, entity),
          columns,
          ...(unique ? { unique: true as const } : {}),
          ...(where === undefined ? {} : { where }),
        },
      ]
}

/** Names of indexes are unique in a schema. */
function indexName(random: Random, { name }: EntitySpec): { readonly name?: string } {
  return random.chance(0.4) ? { name: `ix ${name} ${random.below(3)}` } : {}
}

function distinctOf(entity: EntitySpec, properties: readonly string[]): string[] {
  return properties.filter((property) =>
    entity.columns.some((column) => column.property === property && isDistinct(column)),
  )
}

function randomUnique(random: Random, entity: EntitySpec): UniqueSpec[] {
  const columns = random.shuffled(random.some(distinctOf(entity, indexables(entity)), 1, 3))
  if (columns.length === 0) return []
  const deferrable = random.chance(0.1)
    ? { deferrable: random.pick(['INITIALLY DEFERRED', 'INITIALLY IMMEDIATE'] as const) }
    : {}
  return [{ ...(random.chance(0.4) ? { name: `uq ${entity.name} ${random.below(3)}` } : {}), columns, ...deferrable }]
}

function randomCheck(random: Random, entity: EntitySpec): CheckSpec[] {
  const condition = randomCondition(random, entity)
  if (condition === undefined) return []
  // Constraints may have the same name on several tables.
  return [{ ...(random.chance(0.5) ? { name: `ck ${random.pick(['one', 'two'])}` } : {}), condition }]
}

/** A condition on one of the entity's columns. */
export function randomCondition(random: Random, entity: EntitySpec): Condition | undefined {
  const columns = entity.columns.filter((column) => familyOf(column) !== undefined)
  return columns.length === 0 ? undefined : { column: random.pick(columns).property, form: random.below(6) }
}
