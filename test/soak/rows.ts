// Rows that can survive: two schemas in, values out that no constraint of either has anything against.
import { isExpression, sameJson } from '../../src/model/expression'
import type { Column, ColumnType, ForeignKey, QualifiedName, SchemaModel, Table } from '../../src/model/schema'
import { displayName } from '../../src/model/lookup'
import { columnOf, keyOf, nameOf, quoted } from './names'

/** Way is where rows come from and go to. */
export interface Way {
  readonly from: SchemaModel
  /** The same, table by table and column by column, under the names they have in `to`. */
  readonly renamed: SchemaModel
  readonly to: SchemaModel
}

/** SeededTable is a table and the rows it gets; a column that is not said takes its default. */
export interface SeededTable {
  readonly table: Table
  readonly rows: readonly Readonly<Record<string, string | null>>[]
}

/** Chooses rows for the tables of `from`, on the way to `to` and back. */
export function rowsFor({ from, renamed, to }: Way): SeededTable[] {
  const counts = new Map(renamed.tables.map((table) => [keyOf(nameOf(table)), mostRows]))
  const enums = renamed.enums.map((type, index) => ({
    ...type,
    values: type.values.filter((value, place) => value === from.enums[index]!.values[place]),
  }))
  const places = renamed.tables.map((table): Place => {
    const after = tableOf(to, table)
    return { table, after, keys: foreignKeys(table, after), from: { ...renamed, enums }, to, counts }
  })
  for (let changed = true; changed;) {
    changed = false
    for (const place of places) {
      const key = keyOf(nameOf(place.table))
      const count = Math.min(counts.get(key)!, possibleRows(place))
      changed ||= count < counts.get(key)!
      counts.set(key, count)
    }
  }
  return places.map((place, index) => {
    const table = from.tables[index]!
    const called = new Map(place.table.columns.map(({ name }, column) => [name, table.columns[column]!.name]))
    const count = counts.get(keyOf(nameOf(place.table)))!
    const rows = Array.from({ length: count }, (_, row) => Object.entries(rowOf(place, row)))
    return {
      table,
      rows: rows.map((row) => Object.fromEntries(row.map(([name, value]) => [called.get(name)!, value]))),
    }
  })
}

/** The statements that insert rows; foreign keys are not looked at meanwhile, so cycles are no event. */
export function insertSql(seeded: readonly SeededTable[]): string {
  const inserts = seeded.flatMap(({ table, rows }) =>
    rows.map((row) => {
      const names = Object.keys(row)
      const values = Object.values(row).map((value) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`))
      return names.length === 0
        ? `INSERT INTO ${quoted(table)} DEFAULT VALUES`
        : `INSERT INTO ${quoted(table)} (${names.map((name) => quoted({ name })).join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')})`
    }),
  )
  return ['SET session_replication_role = replica', ...inserts, 'SET session_replication_role = DEFAULT'].join(';\n')
}

/** What a person could fill in for a column that must have a value, as SQL. */
export function fillInFor(what: string, schema: SchemaModel): string {
  for (const table of schema.tables) {
    const column = table.columns.find(({ name }) => `${displayName(table)}.${name}` === what)
    if (column === undefined) continue
    const value = sample(column.type, column.type, { from: schema, to: schema }, 0)
    if (value !== null) return `'${value.replaceAll("'", "''")}'`
  }
  throw new Error(`There is nothing to fill in for ${what}.`)
}

/** Queries for the values that survive: how they are now, how they are to be after the upgrade, and after the way back. */
export interface Survivors {
  readonly before?: string
  readonly expectedAfter?: string
  readonly expectedBack?: string
  readonly after?: string
}

/** The values that stay: columns of tables on both sides, cast where their type changed. */
export function survivorsOf({ from, renamed, to }: Way): Survivors {
  const stays = renamed.tables.flatMap((table, index) => {
    const after = tableOf(to, table)
    return after === undefined ? [] : [{ was: from.tables[index]!, table, after }]
  })
  if (stays.length === 0) return {}
  const select = (side: 'was' | 'after', spell: (name: string, was: ColumnType, is: ColumnType) => string) =>
    stays
      .map(({ was, table, after }) => {
        const columns = table.columns.flatMap((column, index) => {
          const is = columnOf(after, column.name)
          if (is === undefined || column.generated !== undefined || is.generated !== undefined) return []
          return [spell(quoted(side === 'was' ? was.columns[index]! : is), column.type, is.type)]
        })
        const place = keyOf(nameOf(table)).replaceAll("'", "''")
        return `SELECT '${place}' AS place, ARRAY[${columns.join(', ')}]::text[] AS held FROM ${quoted(side === 'was' ? was : after)}`
      })
      .join(' UNION ALL ')
  return {
    before: select('was', (name) => `${name}::text`),
    expectedAfter: select('was', (name, was, is) => `${name}${cast(was, is)}::text`),
    expectedBack: select('was', (name, was, is) => `${name}${cast(was, is)}${cast(is, was)}::text`),
    after: select('after', (name) => `${name}::text`),
  }
}

function cast(from: ColumnType, to: ColumnType): string {
  // A type of an extension may not be there yet; this one keeps a text as it is.
  if (sameJson(from, to) || typeof to !== 'string' || to === 'citext') return '::text'
  return typeof from === 'string' ? `::${to}` : `::text::${to}`
}

const mostRows = 3

interface Place {
  readonly table: Table
  readonly after: Table | undefined
  readonly keys: readonly ForeignKey[]
  readonly from: SchemaModel
  readonly to: SchemaModel
  readonly counts: ReadonlyMap<string, number>
}

function tableOf({ tables }: SchemaModel, table: QualifiedName): Table | undefined {
  return tables.find((one) => keyOf(nameOf(one)) === keyOf(nameOf(table)))
}

function foreignKeys(table: Table, after: Table | undefined): ForeignKey[] {
  return [...table.foreignKeys, ...(after?.foreignKeys ?? [])]
}

function possibleRows(place: Place): number {
  const { table, after } = place
  if (after !== undefined) {
    const added = after.columns.filter(({ name }) => columnOf(table, name) === undefined)
    const dropped = table.columns.filter(({ name }) => columnOf(after, name) === undefined)
    // An upgrade asks what to fill in, a downgrade does not.
    const refers = ({ name }: Column) => after.foreignKeys.some(({ columns }) => columns.includes(name))
    if (dropped.some(isRequired) || added.some((column) => isRequired(column) && refers(column))) return 0
  }
  let possible = mostRows
  for (const column of table.columns) {
    if (column.generated === undefined && valueOf(place, column, 0) === null && !mayBeNull(place, column)) return 0
  }
  for (const columns of [...keysOf(table), ...(after === undefined ? [] : keysOf(after))])
    possible = Math.min(possible, distinctRows(place, columns))
  const ranges = [...table.exclusions, ...(after?.exclusions ?? [])].length > 0
  const moved =
    after !== undefined &&
    table.columns.length + after.columns.length > 2 * table.columns.filter(({ name }) => columnOf(after, name)).length
  return ranges && moved ? Math.min(possible, 1) : possible
}

/** Whether rows that are there leave the column no value. */
function isRequired({ nullable, default: given, generated, identity }: Column): boolean {
  return !nullable && given === undefined && generated === undefined && identity === undefined
}

/** The columns of everything that is unique. */
function keysOf({ primaryKey, uniques, indexes }: Table): (readonly string[])[] {
  return [
    ...(primaryKey === undefined ? [] : [primaryKey.columns]),
    ...uniques.map(({ columns }) => columns),
    ...indexes
      .filter(({ unique }) => unique)
      .map(({ columns }) =>
        columns.flatMap((element) =>
          typeof element === 'string' ? element : 'column' in element ? element.column : [],
        ),
      ),
  ]
}

function distinctRows(place: Place, columns: readonly string[]): number {
  const seen = new Set<string>()
  for (let index = 0; index < mostRows; index++) {
    const values = columns.map((name) => settled(place, name, index))
    const text = JSON.stringify(values)
    if (!values.includes(null) && seen.has(text)) return index
    seen.add(text)
  }
  return mostRows
}

/** A value as far as it is known on both sides: what comes new is the same in all rows, unless the server counts it. */
function settled(place: Place, name: string, index: number): string | null {
  const before = columnOf(place.table, name)
  const after = columnOf(place.after, name)
  const known = before !== undefined && (after !== undefined || place.after === undefined)
  if (known) return before.generated === undefined ? valueOf(place, before, index) : 'computed'
  const only = before ?? after!
  if (only.identity !== undefined) return `number ${index}`
  return only.nullable && only.default === undefined && only.generated === undefined ? null : 'default'
}

function mayBeNull({ after }: Place, { name, nullable }: Column): boolean {
  return nullable && (columnOf(after, name)?.nullable ?? true)
}

function valueOf(place: Place, column: Column, index: number): string | null {
  const after = columnOf(place.after, column.name)
  const keys = place.keys.filter(({ columns }) => columns.includes(column.name))
  if (keys.length > 0) return referenced(place, column, keys, index)
  const computed = [...place.table.columns, ...(place.after?.columns ?? [])].some(
    ({ generated }) => generated !== undefined,
  )
  if (index === 2 && !computed && mayBeNull(place, column)) return null
  return sample(column.type, after?.type ?? column.type, place, index)
}

function referenced(place: Place, column: Column, keys: readonly ForeignKey[], index: number): string | null {
  const targets = new Set(
    keys.map(({ columns, references }) => keyOf(references.table) + references.columns[columns.indexOf(column.name)]!),
  )
  const [{ columns, references }] = keys as [ForeignKey]
  const target = tableOf(place.from, references.table)
  const name = references.columns[columns.indexOf(column.name)]!
  const found = columnOf(target, name)
  const goes = place.after === undefined || columnOf(place.after, column.name) === undefined
  const after = target && tableOf(place.to, target)
  if (targets.size > 1 || target === undefined || found === undefined) return null
  if (!goes && (after === undefined || columnOf(after, name) === undefined)) return null
  const count = place.counts.get(keyOf(nameOf(target)))!
  if (count === 0) return null
  const there: Place = { ...place, table: target, after, keys: foreignKeys(target, after) }
  // A column that refers to itself has no other value to take.
  if (there.keys.some((key) => key.columns.includes(name)) && place.table === target && column.name === name)
    return sample(column.type, columnOf(place.after, column.name)?.type ?? column.type, place, index)
  return valueOf(there, found, index % count)
}

function rowOf(place: Place, index: number): Record<string, string | null> {
  const { table, after } = place
  const inKeys = new Set(
    [
      ...keysOf(table),
      ...(after === undefined ? [] : keysOf(after)),
      ...place.keys.map(({ columns }) => columns),
    ].flat(),
  )
  const entries = table.columns.flatMap((column): [string, string | null][] => {
    if (column.generated !== undefined) return []
    const stays =
      typeof column.type === 'string' &&
      (after === undefined || sameJson(columnOf(after, column.name)?.type, column.type))
    const ranges = typeof column.type === 'string' && column.type.endsWith('range')
    const nulls = column.default !== undefined && isExpression(column.default) && column.default.sql === 'NULL'
    if (index === 1 && column.default !== undefined && stays && !nulls && !ranges && !inKeys.has(column.name)) return []
    return [[column.name, valueOf(place, column, index)]]
  })
  return Object.fromEntries(entries)
}

// Samples

/** A value that is of both types. */
function sample(
  type: ColumnType,
  other: ColumnType,
  { from, to }: Pick<Place, 'from' | 'to'>,
  index: number,
): string | null {
  const [narrow] = [type, other].sort((a, b) => rank(a) - rank(b)) as [ColumnType]
  if (typeof narrow === 'string') return literal(narrow, index)
  const lists = [
    { type, schema: from },
    { type: other, schema: to },
  ].flatMap(({ type: one, schema }) =>
    typeof one === 'string'
      ? []
      : [schema.enums.find(({ name, schema: place }) => name === one.enum && place === one.schema)?.values ?? []],
  )
  const [first = [], second = first] = lists
  const common = first.filter((value) => second.includes(value))
  if (common.length === 0) return null
  const value = common[index % common.length]!
  return narrow.array ? `{"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"}` : value
}

function rank(type: ColumnType): number {
  if (typeof type !== 'string') return 0
  const name = type.replace(/\(.*?\)/, '')
  return (
    {
      boolean: 0,
      'varchar[]': 8,
      'text[]': 9,
      varchar: 8,
      text: 9,
      char: 7,
      citext: 8,
      numeric: 5,
      real: 5,
      'double precision': 5,
      json: 3,
      interval: 3,
    }[name] ?? 1
  )
}

function literal(type: string, index: number): string {
  const array = type.endsWith('[]')
  const name = type.replace(/\(.*?\)|\[\]/g, '')
  const found = literals[name]
  if (found === undefined) throw new Error(`There is no sample of ${type}.`)
  return array ? `{${found(index)}}` : found(index)
}

const counted = (index: number) => String(index + 1)
const word = (index: number) => `r${index + 1}`
const day = (index: number) => `2021-03-0${index + 1}`
const time = (index: number) => `10:0${index}:00`
const address = (index: number) => `10.0.0.${index + 1}`
const json = (index: number) => `{"a": ${index + 1}}`

const literals: Readonly<Record<string, (index: number) => string>> = {
  smallint: counted,
  integer: counted,
  bigint: counted,
  numeric: counted,
  real: counted,
  'double precision': counted,
  money: counted,
  varchar: word,
  text: word,
  char: word,
  citext: word,
  boolean: (index) => (index % 2 === 0 ? '1' : '0'),
  uuid: (index) => `00000000-0000-4000-8000-00000000000${index + 1}`,
  date: day,
  timestamp: day,
  timestamptz: day,
  time,
  interval: time,
  json,
  jsonb: json,
  inet: address,
  cidr: address,
  macaddr: (index) => `08:00:2b:01:02:0${index}`,
  bytea: (index) => `\\x0${index}`,
  bit: () => '101',
  varbit: () => '101',
  point: () => '(1,2)',
  xml: () => '<a/>',
  tsvector: word,
  int4range: (index) => `[${index * 10},${index * 10 + 5})`,
  tstzrange: (index) => `[2021-01-0${index + 1},2021-01-0${index + 1} 12:00)`,
}
