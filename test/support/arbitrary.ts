// Generators of schemas, and of pairs of schemas that have much in common. What they make is valid on a real database,
// as far as the options describe one.
import fc from 'fast-check'
import { sameJson, spelling } from '../../src/model/expression'
import type {
  Column,
  ColumnType,
  EnumType,
  Expression,
  ForeignKey,
  ForeignKeyAction,
  Identity,
  Index,
  IndexElement,
  Literal,
  QualifiedName,
  SchemaModel,
  Table,
  View,
} from '../../src/model/schema'
import { defined } from '../../src/model/defined'

/** TypeSample is a type and what goes with it. */
export interface TypeSample {
  readonly type: string
  readonly defaults?: readonly (Literal | Expression)[]
  /** Not every type can stand in a key or an index. */
  readonly key?: false
  /** Conditions on a column of the type, given its quoted name. */
  readonly conditions?: readonly ((column: string) => string)[]
  /** An expression of the type over a column of the same type, given its quoted name. */
  readonly expression?: (column: string) => string
}

/** ArbitraryOptions says what the schemas may hold; the default is everything the model has. */
export interface ArbitraryOptions {
  readonly types: readonly TypeSample[]
  /** Tables at most. */
  readonly tables: number
  /** Schemas besides the default one. */
  readonly schemas: readonly string[]
  readonly extensions: readonly string[]
  readonly identities: readonly Identity[]
  /** Access methods an index may declare. */
  readonly methods: readonly string[]
  readonly enums: boolean
  readonly sequences: boolean
  readonly views: boolean
  /** Some views are materialised and have an index. */
  readonly materialized: boolean
  readonly comments: boolean
  readonly checks: boolean
  readonly exclusions: boolean
  readonly generated: boolean
  /** Computed columns that are not stored. */
  readonly virtual: boolean
  /** Indexes over expressions, with conditions, with included columns. */
  readonly partialIndexes: boolean
  readonly included: boolean
  readonly deferrable: boolean
  /** Constraints without names. */
  readonly unnamed: boolean
  /** Keys over the same columns as another key. */
  readonly duplicates: boolean
  /** Expressions whose canonical spelling is another than what was written. */
  readonly canonical: boolean
  /** Wanted indexes nobody synchronizes, live constraints that were not validated. */
  readonly exceptions: boolean
  /** Tables may hold rows: a column on one side only is nullable or has a default. */
  readonly rows: boolean
  /** Whether a column's type may change from one to the other. */
  readonly canAlter: (from: ColumnType, to: ColumnType) => boolean
}

/** Everything the model has, in a dialect nobody speaks. */
export const everything: ArbitraryOptions = {
  types: [
    {
      type: 'integer',
      defaults: [0, 7, { sql: '1 + 1' }],
      conditions: [(column) => `${column} > 0`, (column) => `${column} < 100`],
      expression: (column) => `${column} + 1`,
    },
    {
      type: 'varchar(20)',
      defaults: ['', "it's"],
      conditions: [(column) => `${column} <> ''`],
      expression: (column) => `upper(${column})`,
    },
    { type: 'text', defaults: ['x'], conditions: [(column) => `length(${column}) > 1`] },
    { type: 'boolean', defaults: [true, false] },
    { type: 'timestamptz', defaults: [{ sql: 'now()' }] },
    { type: 'jsonb', defaults: [{ a: [1, null] }, []], key: false },
  ],
  tables: 4,
  schemas: ['audit'],
  extensions: ['citext', 'pg_trgm'],
  identities: ['SERIAL', 'ALWAYS', 'BY DEFAULT'],
  methods: ['btree', 'hash'],
  enums: true,
  sequences: true,
  views: true,
  materialized: true,
  comments: true,
  checks: true,
  exclusions: true,
  generated: true,
  virtual: true,
  partialIndexes: true,
  included: true,
  deferrable: true,
  unnamed: true,
  duplicates: true,
  canonical: true,
  exceptions: true,
  rows: false,
  canAlter: () => true,
}

/** Two schemas of which much is the same. */
export interface SchemaPair {
  readonly from: SchemaModel
  readonly to: SchemaModel
}

/** One schema. */
export function arbitrarySchema(options: Partial<ArbitraryOptions> = {}): fc.Arbitrary<SchemaModel> {
  return arbitrarySchemaPair(options).map(({ from }) => from)
}

/** Two schemas: most of each is in the other too, the same or changed. */
export function arbitrarySchemaPair(options: Partial<ArbitraryOptions> = {}): fc.Arbitrary<SchemaPair> {
  const all = { ...everything, ...options }
  return blueprint(all).map((plan) => ({ from: realise(plan, 0, all), to: realise(plan, 1, all) }))
}

/** What both sides are made of: each detail once per side, absent where that side has it not. */
type Sides<T> = readonly [T | undefined, T | undefined]
type Side = 0 | 1

function sides<T>(one: fc.Arbitrary<T>): fc.Arbitrary<Sides<T>> {
  return fc.oneof(
    { weight: 5, arbitrary: one.map((value) => [value, value] as const) },
    { weight: 2, arbitrary: fc.tuple(one, one) },
    { weight: 1, arbitrary: one.map((value) => [value, undefined] as const) },
    { weight: 1, arbitrary: one.map((value) => [undefined, value] as const) },
  )
}

const number = fc.nat({ max: 9 })
const rarely = fc.nat({ max: 4 }).map((one) => one === 0)

const columnPlan = fc.record({
  type: number,
  default: number,
  nullable: fc.boolean(),
  enum: rarely,
  array: rarely,
  computed: rarely,
  virtual: fc.boolean(),
  comment: rarely,
  collation: rarely,
  spelling: number,
})
const partPlan = fc.record({
  columns: fc.array(number, { minLength: 1, maxLength: 2 }),
  name: fc.nat({ max: 5 }),
  unnamed: fc.constant<boolean>(false),
  unique: fc.boolean(),
  option: number,
  target: number,
  action: number,
  spelling: number,
  exception: rarely,
})
const kinds = ['unique', 'index', 'index', 'foreignKey', 'foreignKey', 'check', 'exclusion'] as const

type ColumnPlan = typeof columnPlan extends fc.Arbitrary<infer T> ? T : never
type PartPlan = typeof partPlan extends fc.Arbitrary<infer T> ? T : never
type Part = { readonly kind: (typeof kinds)[number]; readonly plan: Sides<PartPlan> }

function blueprint(options: ArbitraryOptions) {
  const table = fc.record({
    schema: fc.option(fc.constantFrom(undefined, ...options.schemas), { nil: undefined, freq: 3 }),
    present: sides(fc.constant(true)),
    unnamed: fc.tuple(rarely, rarely),
    comment: sides(rarely),
    columns: fc.array(sides(columnPlan), { minLength: 1, maxLength: 5 }),
    primaryKey: sides(partPlan),
    identity: sides(number),
    parts: fc.array(fc.record({ kind: fc.constantFrom(...kinds), plan: sides(partPlan) }), { maxLength: 5 }),
  })
  const values = fc.uniqueArray(fc.constantFrom('draft', 'open', 'closed', 'in review', "won't"), { minLength: 1 })
  const upTo = <T>(max: number, one: fc.Arbitrary<T>) => fc.array(one, { maxLength: max })
  return fc.record({
    tables: fc.array(table, { maxLength: options.tables }),
    enums: upTo(options.enums ? 2 : 0, sides(values)),
    sequences: upTo(options.sequences ? 2 : 0, sides(number)),
    extensions: fc.tuple(...options.extensions.map((name) => sides(fc.constant(name)))),
    schemas: fc.tuple(...options.schemas.map((name) => sides(fc.constant(name)))),
    views: upTo(options.views ? 3 : 0, sides(partPlan)),
  })
}

type Blueprint = ReturnType<typeof blueprint> extends fc.Arbitrary<infer T> ? T : never
type TablePlan = Blueprint['tables'][number]

const tableNames = ['user', 'post', 'Order Line', 'tag', 'comment', 'audit_log']
const columnNames = ['id', 'name', 'ownerId', 'parent_id', 'the "best"']

/** What the parts of one side's tables are made in. */
interface Workshop {
  readonly side: Side
  readonly options: ArbitraryOptions
  readonly enums: readonly EnumType[]
  /** Names of constraints and indexes that are taken, per schema. */
  readonly taken: Set<string>
}

function realise(plan: Blueprint, side: Side, options: ArbitraryOptions): SchemaModel {
  const schemas = plan.schemas.flatMap((one) => one[side] ?? [])
  const enums = plan.enums.flatMap((one, i): EnumType[] => {
    const values = one[side]
    return values === undefined ? [] : [{ name: `status_${i}`, values }]
  })
  const workshop: Workshop = { side, options, enums, taken: new Set() }
  const planned = plan.tables.flatMap((anyName, i) => {
    const table = options.unnamed && anyName.unnamed[side] ? withoutNames(anyName) : anyName
    const isThere = table.present[side] && (table.schema === undefined || schemas.includes(table.schema))
    return isThere ? [{ table, bare: bareTable(table, tableNames[i]!, workshop) }] : []
  })
  const bare = planned.map((one) => one.bare)
  const tables = planned.map((one) => withParts(one.bare, one.table.parts, bare, workshop))
  return {
    tables,
    enums,
    schemas,
    extensions: plan.extensions.flatMap((one) => (one[side] === undefined ? [] : [{ name: one[side] }])),
    sequences: plan.sequences.flatMap((one, i) =>
      one[side] === undefined ? [] : [{ name: `numbers_${i}`, start: String(one[side] + 1), increment: '1' }],
    ),
    views: plan.views.reduce<View[]>((views, one, i) => [...views, ...view(one[side], i, tables, views, options)], []),
  }
}

/** All or none: of two unnamed parts alike, a script could mean either. */
function withoutNames(table: TablePlan): TablePlan {
  const nameless = ([from, to]: Sides<PartPlan>): Sides<PartPlan> => [
    from && { ...from, unnamed: true },
    to && { ...to, unnamed: true },
  ]
  return {
    ...table,
    primaryKey: nameless(table.primaryKey),
    parts: table.parts.map(({ kind, plan }) => ({ kind, plan: nameless(plan) })),
  }
}

/** A table with its columns, its primary key and its unique constraints: all that foreign keys can point at. */
function bareTable(plan: TablePlan, name: string, workshop: Workshop): Table {
  const { side, options } = workshop
  const table: QualifiedName = defined({ schema: plan.schema, name })
  const present = plan.columns.flatMap((one, i) => {
    const both = one[side] && one[1 - side]
    return one[side] === undefined
      ? []
      : [{ name: columnNames[i]!, plan: settled(one, side, workshop), both: Boolean(both) }]
  })
  if (present.length === 0) present.push({ name: 'id', plan: plainColumn, both: true })
  const plain = present
    .filter((one) => !one.plan.computed || !options.generated)
    .map(({ name, plan }) => ({ name, ...typeOf(plan, workshop) }))
  const columns = present.map((one) => column(one.name, one.plan, one.both, plain, workshop))
  const keyed = columns.filter((one) => one.generated === undefined && isKey(one.type, options))
  const wantedKey = plan.primaryKey[side]
  const key = wantedKey && pick(wantedKey.columns, keyed)
  const primaryKey =
    key !== undefined && key.length > 0 && wantedKey !== undefined
      ? defined({
          name: take(`PK_${name}_${wantedKey.name % 2}`, table, wantedKey, workshop),
          columns: key,
          deferrable: deferrable(wantedKey, options),
        })
      : undefined
  const identity = plan.identity[side]
  const numbered =
    primaryKey?.columns.length === 1 && identity !== undefined && options.identities.length > 0
      ? options.identities[identity % (options.identities.length * 2)]
      : undefined
  const finished = columns.map((one): Column => {
    if (!primaryKey?.columns.includes(one.name)) return one
    const { default: value, ...rest } = one
    const isNumbered = numbered !== undefined && one.type === 'integer'
    return {
      ...rest,
      nullable: false,
      ...(isNumbered ? { identity: numbered } : value === undefined ? {} : { default: value }),
    }
  })
  const uniques = plan.parts.flatMap(({ kind, plan: one }) => {
    const part = kind === 'unique' ? one[side] : undefined
    const on = part && pick(part.columns, keyed)
    return part === undefined || on === undefined || on.length === 0 ? [] : [{ part, on }]
  })
  const result: Table = defined({
    schema: plan.schema,
    name,
    columns: finished,
    primaryKey,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    exclusions: [],
    comment: options.comments && plan.comment[side] ? `about ${side}` : undefined,
  })
  return uniques.reduce((before, { part, on }) => {
    const isDouble = [before.primaryKey, ...before.uniques].some((one) => one && sameSet(one.columns, on))
    if (isDouble && !options.duplicates) return before
    const unique = named('UQ', before, before.uniques, part, workshop, (one) =>
      defined({ name: one, columns: on, deferrable: deferrable(part, options) }),
    )
    return { ...before, uniques: [...before.uniques, ...unique] }
  }, result)
}

const plainColumn: ColumnPlan = {
  type: 0,
  default: 9,
  nullable: false,
  enum: false,
  array: false,
  computed: false,
  virtual: false,
  comment: false,
  collation: false,
  spelling: 0,
}

/** The side's plan of a column; the wanted type is only another where the live one can become it. */
function settled(plan: Sides<ColumnPlan>, side: Side, workshop: Workshop): ColumnPlan {
  const [from, to] = plan
  const own = plan[side]!
  if (side === 0 || from === undefined || to === undefined) return own
  const isPossible = workshop.options.canAlter(typeOf(from, workshop).type, typeOf(to, workshop).type)
  return isPossible ? own : { ...own, type: from.type, enum: from.enum, array: from.array, default: from.default }
}

interface Typed {
  readonly type: ColumnType
  readonly sample?: TypeSample
  readonly enum?: EnumType
}

function typeOf(plan: ColumnPlan, { enums, options }: Workshop): Typed {
  const found = plan.enum ? enums[plan.type % Math.max(1, enums.length)] : undefined
  if (found) return { type: plan.array ? { enum: found.name, array: true } : { enum: found.name }, enum: found }
  // Every other column has the first type, so that keys find columns to point at.
  const sample = options.types[plan.type % 2 === 0 ? 0 : plan.type % options.types.length]!
  return { type: sample.type, sample }
}

function column(
  name: string,
  plan: ColumnPlan,
  isOnBothSides: boolean,
  plain: readonly ({ readonly name: string } & Typed)[],
  workshop: Workshop,
): Column {
  const { options, side } = workshop
  const typed = typeOf(plan, workshop)
  const source = plain.find((one) => one.name !== name && sameJson(one.type, typed.type))
  const expression = typed.sample?.expression
  const common = {
    name,
    type: typed.type,
    comment: options.comments && plan.comment ? `note ${side}` : undefined,
  }
  if (plan.computed && options.generated && source && expression) {
    const virtual = options.virtual && plan.virtual ? (true as const) : undefined
    const generated = defined({ ...written(expression(quoted(source.name)), plan.spelling, options), virtual })
    return defined({ ...common, nullable: true, generated })
  }
  const value = defaultOf(plan, typed, options)
  const nullable = plan.nullable || (options.rows && !isOnBothSides && value === undefined)
  return defined({ ...common, nullable, default: value })
}

function defaultOf(plan: ColumnPlan, typed: Typed, options: ArbitraryOptions): Column['default'] {
  if (typed.enum) {
    const value = typed.enum.values[plan.default]
    return value === undefined ? undefined : plan.array ? [value] : value
  }
  const value = typed.sample?.defaults?.[plan.default]
  if (typeof value === 'object' && 'sql' in value && typeof value.sql === 'string')
    return written(value.sql, plan.spelling, options)
  return value
}

function withParts(table: Table, parts: readonly Part[], all: readonly Table[], workshop: Workshop): Table {
  const { side, options } = workshop
  let result = table
  for (const { kind, plan } of parts) {
    const part = plan[side]
    if (part === undefined) continue
    if (kind === 'index') result = { ...result, indexes: [...result.indexes, ...index(result, part, workshop)] }
    if (kind === 'foreignKey')
      result = { ...result, foreignKeys: [...result.foreignKeys, ...foreignKey(result, part, all, workshop)] }
    if (kind === 'check' && options.checks) {
      const condition = conditionOn(result, part, options)
      const check = named(
        'CHK',
        result,
        result.checks,
        part,
        workshop,
        (name) => condition && defined({ name, expression: condition }),
      )
      result = { ...result, checks: [...result.checks, ...check] }
    }
    if (kind === 'exclusion' && options.exclusions) {
      const expression = { sql: `USING gist (${quoted(result.columns[0]!.name)} WITH =)` }
      const exclusion = named('XCL', result, result.exclusions, part, workshop, (name) => defined({ name, expression }))
      result = { ...result, exclusions: [...result.exclusions, ...exclusion] }
    }
  }
  return result
}

function index(table: Table, plan: PartPlan, workshop: Workshop): Index[] {
  const { options, side } = workshop
  const keyed = table.columns.filter((one) => isKey(one.type, options))
  const on = pick(plan.columns, keyed)
  if (on.length === 0) return []
  const included = table.columns.find((one) => options.included && plan.option === 3 && !on.includes(one.name))
  const elements = on.map((name, i): IndexElement => {
    if (options.partialIndexes && plan.option === 1 && i === 0) return { column: name, order: 'DESC' }
    const sample = options.types.find(({ type }) => table.columns.find((one) => one.name === name)?.type === type)
    if (options.partialIndexes && plan.option === 2 && sample?.expression)
      return written(`(${sample.expression(quoted(name))})`, plan.spelling, options)
    return name
  })
  const where = options.partialIndexes && plan.option === 4 ? conditionOn(table, plan, options) : undefined
  const using = plan.action > 6 && !plan.unique && on.length === 1 ? options.methods[plan.option] : undefined
  const isUnsynchronized = options.exceptions && plan.exception && side === 1
  const made = named('IDX', table, [], { ...plan, unnamed: false }, workshop, (name) =>
    defined({
      name: name!,
      columns: elements,
      unique: plan.unique,
      where,
      using,
      include: included && [included.name],
      unsynchronized: isUnsynchronized ? (true as const) : undefined,
    }),
  )
  return [...made]
}

const actions: readonly (ForeignKeyAction | undefined)[] = [undefined, 'CASCADE', 'SET NULL', undefined, 'RESTRICT']

function foreignKey(table: Table, plan: PartPlan, all: readonly Table[], workshop: Workshop): readonly ForeignKey[] {
  const { options, side } = workshop
  const target = all[plan.target % all.length]!
  const keys = [...(target.primaryKey ? [target.primaryKey] : []), ...target.uniques].filter((one) => !one.deferrable)
  const key = keys[plan.option % Math.max(1, keys.length)]
  if (key === undefined) return []
  const used = new Set<string>()
  for (const name of key.columns) {
    const type = target.columns.find((one) => one.name === name)!.type
    const fitting = table.columns.filter(
      (one) => sameJson(one.type, type) && !one.generated && !one.identity && !used.has(one.name),
    )
    const own = fitting[plan.columns[0]! % Math.max(1, fitting.length)]
    if (own === undefined) return []
    used.add(own.name)
  }
  return named('FK', table, table.foreignKeys, plan, workshop, (name) =>
    defined({
      name,
      columns: [...used],
      references: { table: defined({ schema: target.schema, name: target.name }), columns: key.columns },
      onDelete: actions[plan.action % actions.length],
      deferrable: deferrable(plan, options),
      notValid: options.exceptions && plan.exception && side === 0 && !plan.unnamed ? (true as const) : undefined,
    }),
  )
}

function conditionOn(table: Table, plan: PartPlan, options: ArbitraryOptions): Expression | undefined {
  for (const one of table.columns) {
    const sample = options.types.find(({ type }) => type === one.type)
    const condition = sample?.conditions?.[plan.option % sample.conditions.length]
    if (condition && !one.generated) return written(condition(quoted(one.name)), plan.spelling, options)
  }
  return undefined
}

function view(
  plan: PartPlan | undefined,
  i: number,
  tables: readonly Table[],
  views: readonly View[],
  options: ArbitraryOptions,
): View[] {
  if (plan === undefined || tables.length === 0) return []
  const table = tables[plan.target % tables.length]!
  const below = plan.exception ? views[0] : undefined
  const source = below
    ? quoted(below.name)
    : [table.schema, table.name]
        .flatMap((one) => one ?? [])
        .map(quoted)
        .join('.')
  const shown = below ? [] : pick(plan.columns, table.columns)
  const columns = below ? '1 AS one' : shown.map(quoted).join(', ')
  const bare: View = { name: `view_${i}`, definition: { sql: `SELECT ${columns} FROM ${source}` } }
  if (!options.materialized || plan.unique) return [bare]
  const keys = shown.filter((name) => table.columns.some((one) => one.name === name && isKey(one.type, options)))
  const indexes = keys.map((name, at) => ({ name: `ix_${i}_${plan.name}_${at}`, columns: [name], unique: false }))
  return [{ ...bare, materialized: true, ...(indexes.length > 0 && { indexes }) }]
}

/** The part under a name nobody has yet, or without one; nothing where it could not be told from another. */
function named<T extends { readonly name?: string }>(
  prefix: string,
  table: QualifiedName,
  others: readonly T[],
  plan: Pick<PartPlan, 'name' | 'unnamed'>,
  workshop: Workshop,
  make: (name: string | undefined) => T | undefined,
): readonly T[] {
  // Few names for all tables, so that they wander from one to another.
  const name = plan.unnamed ? undefined : `${prefix}_${plan.name}`
  if (name !== undefined && workshop.taken.has(takenKey(name, table))) return []
  const made = make(name)
  if (made === undefined) return []
  if (name === undefined && others.some((one) => sameSubject(one, made) && !sameJson(one, made))) return []
  if (name !== undefined) workshop.taken.add(takenKey(name, table))
  return [made]
}

/** Whether a script that points at one unnamed part by what it holds could mean the other. */
function sameSubject(one: object, other: object): boolean {
  const subject = (part: object) =>
    'expression' in part ? spelling(part.expression as Expression) : 'columns' in part && part.columns
  return sameJson(subject(one), subject(other))
}

function take(name: string, table: QualifiedName, plan: Pick<PartPlan, 'unnamed'>, { taken }: Workshop) {
  if (plan.unnamed) return undefined
  taken.add(takenKey(name, table))
  return name
}

function takenKey(name: string, table: QualifiedName): string {
  return JSON.stringify([table.schema ?? null, name])
}

/** An expression; two spellings can be the same one, as the judge says. */
function written(sql: string, spelling: number, { canonical }: ArbitraryOptions): Expression {
  return canonical && spelling > 4 ? { sql: `(${sql})`.repeat(1) + ' '.repeat(spelling - 4), canonical: sql } : { sql }
}

function deferrable(plan: PartPlan, options: ArbitraryOptions) {
  return options.deferrable && plan.option === 5 && !plan.unnamed ? ('INITIALLY DEFERRED' as const) : undefined
}

function pick(numbers: readonly number[], columns: readonly Column[]): string[] {
  return columns.length === 0 ? [] : [...new Set(numbers.map((one) => columns[one % columns.length]!.name))]
}

function isKey(type: ColumnType, options: ArbitraryOptions): boolean {
  return typeof type === 'string' ? options.types.find((one) => one.type === type)?.key !== false : !type.array
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return sameJson([...a].sort(), [...b].sort())
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Without what a row can violate. */
export function permissive(schema: SchemaModel): SchemaModel {
  return { ...schema, tables: schema.tables.map((table) => ({ ...table, foreignKeys: [], checks: [] })) }
}
