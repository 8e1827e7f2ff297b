// The live schema in two statements, however many tables there are: the catalogue's text, read, and the columns as SQLite sees them.
import { defined } from '../../model/defined'
import type { Column, ForeignKey, Index, IndexElement, SchemaModel, Table, Verbatim } from '../../model/schema'
import type { Queryable, Row, Scope } from '../dialect'
import { nameList, quoteName } from '../sql'
import { normalize } from './normalize'
import {
  moduleName,
  parseIndex,
  parseTable,
  parseView,
  type ParsedElement,
  type ParsedPart,
  type ParsedTable,
} from './parse'

/** Reads the live schema, normalised. */
export async function introspect(db: Queryable, scope: Scope): Promise<SchemaModel> {
  const catalogue = await db.query(catalogueSql)
  const columns = groupBy(await db.query(columnsSql), (row) => text(row, 'table'))
  const ignored = new Set(scope.ignore.map(({ name }) => name.toLowerCase()))
  const objects = visible(catalogue, ignored).filter((row) => isRead(row, scope))
  const named = (type: string) => objects.filter((row) => row['type'] === type)
  const parsed = named('table').map((row) => parseTable(text(row, 'sql')))
  const parents = new Map(parsed.map((table) => [table.name.toLowerCase(), table]))
  const indexes = groupBy(named('index'), (row) => text(row, 'tbl_name'))
  const triggers = groupBy(named('trigger'), (row) => text(row, 'tbl_name'))
  const statistics = catalogue.map((row) => text(row, 'name')).filter((name) => /^sqlite_stat\d$/.test(name))
  const verbatim: Record<string, Verbatim> = {}
  const tables = named('table').map((row, at) => {
    const name = text(row, 'name')
    const own = (rows: ReadonlyMap<string, Row[]>) => (rows.get(name) ?? []).map((one) => text(one, 'sql'))
    verbatim[name] = {
      create: text(row, 'sql'),
      indexes: own(indexes),
      triggers: own(triggers),
      ...(statistics.length > 0 && { statistics }),
    }
    // The catalogue's name is the one that counts: it is right after every kind of rename.
    const table = tableOf({ ...(parsed[at] as ParsedTable), name }, parents, columns.get(name))
    return { ...table, indexes: own(indexes).map((sql) => indexOf(sql, table.columns)) }
  })
  const views = named('view').map((row) => {
    const name = text(row, 'name')
    const own = (triggers.get(name) ?? []).map((one) => text(one, 'sql'))
    if (own.length > 0) verbatim[name] = { create: text(row, 'sql'), indexes: [], triggers: own }
    return viewOf(name, text(row, 'sql'))
  })
  return normalize({ tables, views, enums: [], schemas: [], extensions: [], sequences: [], verbatim })
}

/** A table of the model from its CREATE text; with `rows` of table_xinfo, types and defaults are what SQLite made of them. */
export function tableOf(
  parsed: ParsedTable,
  parents: ReadonlyMap<string, ParsedTable> = new Map(),
  rows: readonly Row[] = [],
): Table {
  const names = parsed.columns.map(({ name }) => name)
  const spelled = (name: string) => names.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name
  const parts = partsOf(parsed)
  const key = parts.find((part) => part.kind === 'primaryKey')
  const facts = new Map(rows.map((row) => [text(row, 'name'), row]))
  return defined({
    name: parsed.name,
    columns: parsed.columns.map((column) => columnOf(column, key, parsed, facts.get(column.name))),
    primaryKey: key && defined({ name: key.name, columns: key.columns.map(spelled) }),
    uniques: parts.flatMap((part) =>
      part.kind === 'unique' ? [defined({ name: part.name, columns: part.columns.map(spelled) })] : [],
    ),
    checks: parts.flatMap((part) =>
      part.kind === 'check' ? [defined({ name: part.name, expression: { sql: part.sql } })] : [],
    ),
    foreignKeys: parts.flatMap((part) => (part.kind === 'references' ? [foreignKeyOf(part, spelled, parents)] : [])),
    indexes: [],
    exclusions: [],
    options:
      parsed.withoutRowid || parsed.strict
        ? defined({
            withoutRowid: parsed.withoutRowid ? (true as const) : undefined,
            strict: parsed.strict ? (true as const) : undefined,
          })
        : undefined,
  })
}

/** Every constraint of a table, those of its columns first, in the order they are written. */
export function partsOf(parsed: ParsedTable): ParsedPart[] {
  return [...parsed.columns.flatMap(({ parts }) => parts), ...parsed.constraints]
}

/** A foreign key of the model; names get the spelling of what they name. */
export function foreignKeyOf(
  part: ParsedPart & { readonly kind: 'references' },
  spelled: (name: string) => string,
  parents: ReadonlyMap<string, ParsedTable>,
): ForeignKey {
  const parent = parents.get(part.parent.toLowerCase())
  const parentKey = parent && partsOf(parent).find(({ kind }) => kind === 'primaryKey')
  const inParent = (name: string) =>
    parent?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name
  const columns = part.parentColumns ?? (parentKey?.kind === 'primaryKey' ? parentKey.columns : [])
  return defined({
    name: part.name,
    columns: part.columns.map(spelled),
    references: { table: { name: parent?.name ?? part.parent }, columns: columns.map(inParent) },
    onDelete: part.onDelete,
    onUpdate: part.onUpdate,
    deferrable: part.deferrable,
  })
}

// One row per object, in the order they were made; `sql` is null for the indexes of constraints.
const catalogueSql = `SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid`

const columnsSql =
  `SELECT m.name AS "table", x.name, x.type, x."notnull", x.dflt_value, x.hidden ` +
  `FROM sqlite_master m JOIN pragma_table_xinfo(m.name) x WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'`

/** What is on a table is read with it. */
function isRead(row: Row, { reads }: Scope): boolean {
  return reads === undefined || reads(row['type'] === 'view' ? 'view' : 'table', text(row, 'tbl_name'))
}

// Virtual tables are no tables of ours, nor are those in which full-text and R*Tree modules keep their data.
function visible(catalogue: readonly Row[], ignored: ReadonlySet<string>): Row[] {
  const hidden = new Set(catalogue.flatMap((row) => hiddenBy(text(row, 'name').toLowerCase(), text(row, 'sql'))))
  return catalogue.filter((row) => {
    const table = text(row, 'tbl_name').toLowerCase()
    return row['sql'] !== null && !table.startsWith('sqlite_') && !ignored.has(table) && !hidden.has(table)
  })
}

/** A virtual table and its shadows, by its CREATE text: others may have names that begin like its own. */
function hiddenBy(name: string, sql: string): string[] {
  if (!/^\s*create\s+virtual\s/i.test(sql)) return []
  const suffixes = shadowSuffixes[moduleName(sql).toLowerCase()] ?? []
  return [name, ...suffixes.map((suffix) => `${name}_${suffix}`)]
}

const fullText = ['content', 'segments', 'segdir', 'docsize', 'stat']
const spatial = ['node', 'parent', 'rowid']
const shadowSuffixes: Readonly<Record<string, readonly string[]>> = {
  fts3: fullText,
  fts4: fullText,
  fts5: ['data', 'idx', 'content', 'docsize', 'config'],
  rtree: spatial,
  rtree_i32: spatial,
  geopoly: spatial,
}

function columnOf(
  column: ParsedTable['columns'][number],
  key: ParsedPart | undefined,
  table: ParsedTable,
  facts: Row | undefined,
): Column {
  const part = <K extends ParsedPart['kind']>(kind: K) =>
    column.parts.findLast((one): one is ParsedPart & { readonly kind: K } => one.kind === kind)
  const keyed =
    key?.kind === 'primaryKey' && key.columns.some((name) => name.toLowerCase() === column.name.toLowerCase())
  const generated = part('generated')
  const sql = facts === undefined ? part('default')?.sql : (facts['dflt_value'] ?? undefined)
  return defined({
    name: column.name,
    // Of a type in brackets SQLite takes away the first character and the last, even where that is no bracket.
    type: facts === undefined || column.type.includes(']') ? column.type : text(facts, 'type'),
    nullable: !(part('notNull') || (keyed && (table.withoutRowid || table.strict || isRowId(column, key)))),
    default: sql === undefined || generated ? undefined : { sql: String(sql) },
    generated: generated && defined({ sql: generated.sql, virtual: generated.stored ? undefined : (true as const) }),
    identity: keyed && key.autoincrement ? ('AUTOINCREMENT' as const) : undefined,
    collation: part('collate')?.collation,
  })
}

/** The column that is another name of the row id. */
export function rowIdColumn(parsed: ParsedTable): string | undefined {
  const key = partsOf(parsed).find((part) => part.kind === 'primaryKey')
  if (key?.kind !== 'primaryKey' || parsed.withoutRowid) return undefined
  const keyed = ({ name }: ParsedTable['columns'][number]) => name.toLowerCase() === key.columns[0]?.toLowerCase()
  return parsed.columns.find((column) => keyed(column) && isRowId(column, key))?.name
}

// https://www.sqlite.org/lang_createtable.html#rowid: a key that is the row id is never null, whatever is declared.
function isRowId(column: ParsedTable['columns'][number], key: ParsedPart & { readonly kind: 'primaryKey' }): boolean {
  return key.columns.length === 1 && column.type.toLowerCase() === 'integer' && !key.descending
}

function indexOf(sql: string, columns: readonly Column[]): Index {
  const { name, unique, elements, where } = parseIndex(sql)
  return defined({
    name,
    columns: elements.map((element) => elementOf(element, columns)),
    unique,
    where: where === undefined ? undefined : { sql: where },
  })
}

function elementOf(element: ParsedElement, columns: readonly Column[]): IndexElement {
  const column = columns.find(({ name }) => name.toLowerCase() === element.column?.toLowerCase())
  const options = defined({ order: element.descending ? ('DESC' as const) : undefined, collation: element.collation })
  return column === undefined ? { sql: element.sql, ...options } : { column: column.name, ...options }
}

// A view's list of column names has no place in the model, but a common table expression can carry it.
function viewOf(name: string, sql: string) {
  const { columns, definition } = parseView(sql)
  const quoted = quoteName(name)
  const whole =
    columns === undefined
      ? definition
      : `WITH ${quoted}(${nameList(columns)}) AS (${definition}) SELECT * FROM ${quoted}`
  return { name, definition: { sql: whole } }
}

function groupBy(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}

function text(row: Row, key: string): string {
  const value = row[key]
  return typeof value === 'string' ? value : ''
}
