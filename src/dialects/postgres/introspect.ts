// The live schema from pg_catalog: a handful of queries, whatever it holds.
import { defined } from '../../model/defined'
import type {
  Column,
  ColumnType,
  Deferrable,
  ForeignKey,
  ForeignKeyAction,
  Identity,
  Index,
  IndexElement,
  QualifiedName,
  SchemaModel,
  Sequence,
  Table,
  View,
} from '../../model/schema'
import type { Queryable, Row, Scope } from '../dialect'
import { postgresTokens, tokenize } from '../tokens'
import {
  columnsQuery,
  constraintsQuery,
  enumsQuery,
  factsQuery,
  indexesQuery,
  namesQuery,
  pin,
  relationsQuery,
} from './catalog'
import { unwrap } from './literals'
import { normalize } from './normalize'
import { pinnedPath } from './path'
import { quotedIfNeeded } from './types'

/** Reads tables, types, views, sequences and extensions of the scope's schemas, in at most eight queries. */
export async function introspect(db: Queryable, scope: Scope): Promise<SchemaModel> {
  const [facts = {}] = await db.query(factsQuery)
  const version = Number(facts.version)
  const path = pinnedPath(facts, scope)
  const namespaces = [...(scope.defaultSchema === undefined ? [] : [scope.defaultSchema]), ...scope.schemas]
  // Within a transaction the pin outlives its statement, so it is taken back.
  const read = (sql: string) => db.query(`${pin}${sql}`, [namespaces, path])
  try {
    const rows: Rows = {
      relations: await read(relationsQuery),
      columns: await read(columnsQuery),
      constraints: await read(constraintsQuery(version)),
      indexes: await read(indexesQuery(version)),
      enums: await read(enumsQuery),
      names: await read(namesQuery),
    }
    return normalize(assemble(rows, scope), scope)
  } finally {
    if (path !== facts.path) await db.query(`SELECT set_config('search_path', $1, true)`, [facts.path])
  }
}

interface Rows {
  readonly relations: Row[]
  readonly columns: Row[]
  readonly constraints: Row[]
  readonly indexes: Row[]
  readonly enums: Row[]
  readonly names: Row[]
}

function assemble(rows: Rows, scope: Scope): SchemaModel {
  const columns = groupByTable(rows.columns)
  const constraints = groupByTable(rows.constraints)
  const indexes = groupByTable(rows.indexes)
  const ofKind = (...kinds: string[]) => rows.relations.filter(({ kind }) => kinds.includes(text(kind)))
  const named = (row: Row) => qualified(row.schema, row.name, scope)
  const ignored = new Set(scope.ignore.map(({ schema, name }) => JSON.stringify([schema ?? scope.defaultSchema, name])))
  return {
    tables: ofKind('r', 'p')
      .filter(({ schema, name }) => !ignored.has(JSON.stringify([schema, name])))
      .map((row) => {
        const oid = text(row.oid)
        return tableOf(
          row,
          named(row),
          columns.get(oid) ?? [],
          constraints.get(oid) ?? [],
          indexes.get(oid) ?? [],
          scope,
        )
      }),
    enums: rows.enums.map((row) => ({ ...named(row), values: list(row.values) })),
    views: ofKind('v', 'm').map((row) => viewOf(row, named(row), indexes.get(text(row.oid)) ?? [])),
    schemas: rows.names.filter(({ kind }) => kind === 'schema').map(({ name }) => text(name)),
    extensions: rows.names
      .filter(({ kind }) => kind === 'extension')
      .map((row) => ({ name: text(row.name), schema: text(row.schema) })),
    sequences: ofKind('S').map((row) => sequenceOf(row, named(row))),
  }
}

function tableOf(
  row: Row,
  name: QualifiedName,
  columns: Row[],
  constraints: Row[],
  indexes: Row[],
  scope: Scope,
): Table {
  const ofType = (type: string) => constraints.filter((constraint) => constraint.type === type)
  const [key] = ofType('p')
  return defined({
    ...name,
    columns: columns.map((column) => columnOf(column, scope)),
    primaryKey: key && defined({ name: text(key.name), columns: list(key.columns), deferrable: deferrableOf(key) }),
    uniques: ofType('u').map((unique) =>
      defined({
        name: text(unique.name),
        columns: list(unique.columns),
        include: unique.include ? list(unique.include) : undefined,
        nullsNotDistinct: unique.nullsNotDistinct === true ? (true as const) : undefined,
        deferrable: deferrableOf(unique),
      }),
    ),
    indexes: indexes.map(indexOf),
    foreignKeys: ofType('f').map((foreignKey) => foreignKeyOf(foreignKey, scope)),
    checks: ofType('c').map((check) =>
      defined({
        name: text(check.name),
        expression: { sql: unwrap(text(check.expression)) },
        notValid: notValid(check),
      }),
    ),
    exclusions: ofType('x').map((exclusion) =>
      defined({
        name: text(exclusion.name),
        expression: { sql: exclusionText(text(exclusion.definition)) },
        deferrable: deferrableOf(exclusion),
      }),
    ),
    comment: optional(row.comment),
    options: row.partition ? { partitionBy: text(row.partition) } : undefined,
  })
}

function columnOf(row: Row, scope: Scope): Column {
  const expression = optional(row.expression)
  const identity = identityOf(row, expression)
  const generated = row.generated === 's' || row.generated === 'v'
  return defined({
    name: text(row.name),
    type: columnType(row, scope),
    nullable: row.notNull !== true,
    default: expression === undefined || identity !== undefined || generated ? undefined : { sql: expression },
    generated:
      generated && expression !== undefined
        ? defined({ sql: unwrap(expression), virtual: row.generated === 'v' ? (true as const) : undefined })
        : undefined,
    identity,
    comment: optional(row.comment),
    collation: optional(row.collation),
  })
}

function columnType(row: Row, scope: Scope): ColumnType {
  const name = optional(row.enum)
  if (name === undefined) return text(row.type)
  const { schema } = qualified(row.enumSchema, name, scope)
  return defined({ enum: name, schema, array: row.enumArray === true ? (true as const) : undefined })
}

function identityOf(row: Row, expression: string | undefined): Identity | undefined {
  if (row.identity === 'a') return 'ALWAYS'
  if (row.identity === 'd') return 'BY DEFAULT'
  return row.ownsSequence === true && expression?.startsWith('nextval(') ? 'SERIAL' : undefined
}

const actions: { readonly [code: string]: ForeignKeyAction } = {
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

function foreignKeyOf(row: Row, scope: Scope): ForeignKey {
  return defined({
    name: text(row.name),
    columns: list(row.columns),
    references: { table: qualified(row.toSchema, row.toTable, scope), columns: list(row.toColumns) },
    onDelete: actions[text(row.onDelete)],
    onUpdate: actions[text(row.onUpdate)],
    match: row.match === 'f' ? ('FULL' as const) : undefined,
    deferrable: deferrableOf(row),
    notValid: notValid(row),
  })
}

function deferrableOf({ deferrable, deferred }: Row): Deferrable | undefined {
  if (deferrable !== true) return undefined
  return deferred === true ? 'INITIALLY DEFERRED' : 'INITIALLY IMMEDIATE'
}

function notValid({ validated }: Row): true | undefined {
  return validated === false ? true : undefined
}

function exclusionText(definition: string): string {
  return definition.replace(/^EXCLUDE /, '').replace(/( DEFERRABLE)?( INITIALLY DEFERRED)?$/, '')
}

interface Element {
  readonly column: string | null
  readonly expression: string | null
  readonly option: number | null
  readonly opclass: string | null
  readonly opclassOptions: string | null
  readonly collation: string | null
}

function indexOf(row: Row): Index {
  const elements = JSON.parse(text(row.elements)) as Element[]
  const keys = Number(row.keys)
  const tails = row.definition ? elementTexts(text(row.definition)) : []
  const include = elements.slice(keys).map(({ column }) => column ?? '')
  return defined({
    name: text(row.name),
    columns: elements.slice(0, keys).map((element, at) => elementOf(element, tails[at])),
    unique: row.unique === true,
    where: row.predicate ? { sql: unwrap(text(row.predicate)) } : undefined,
    using: text(row.method),
    include: include.length > 0 ? include : undefined,
    nullsNotDistinct: row.nullsNotDistinct === true ? (true as const) : undefined,
  })
}

function elementOf(element: Element, definition: string | undefined): IndexElement {
  const option = element.option ?? 0
  const options = defined({
    order: option & 1 ? ('DESC' as const) : undefined,
    nulls: option & 2 ? ('FIRST' as const) : ('LAST' as const),
    opclass: opclassOf(element),
    collation: element.collation ?? undefined,
  })
  if (element.expression === null) return { column: element.column ?? '', ...options }
  const collation = definition && collationOf(definition.slice(element.expression.length))
  return { sql: unwrap(element.expression), ...defined({ ...options, collation }) }
}

function opclassOf({ opclass, opclassOptions }: Element): string | undefined {
  if (opclass === null) return undefined
  return opclassOptions === null ? quotedIfNeeded(opclass) : `${quotedIfNeeded(opclass)} (${opclassOptions})`
}

/** The elements of a CREATE INDEX as the server prints them, options and all. */
function elementTexts(definition: string): string[] {
  const texts: string[] = []
  let depth = 0
  let from = 0
  let inUsing = false
  for (const { text, kind, start } of tokenize(definition, postgresTokens)) {
    if (kind === 'word' && text === 'USING') inUsing = true
    if (!inUsing) continue
    if (text === '(' && depth++ === 0) from = start + 1
    const closes = text === ')' && --depth === 0
    if (closes || (text === ',' && depth === 1)) {
      texts.push(definition.slice(from, start).trim())
      from = start + 1
    }
    if (closes) return texts
  }
  return texts
}

/** The collation that follows an element's expression; the server prints it where it is not the expression's own. */
function collationOf(tail: string): string | undefined {
  const name = /^ COLLATE (?:"(?:[^"]|"")+"\.|[\w$]+\.)?("(?:[^"]|"")+"|[\w$]+)/.exec(tail)?.[1]
  return name?.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function viewOf(row: Row, name: QualifiedName, indexes: Row[]): View {
  return defined({
    ...name,
    definition: { sql: text(row.definition).trim().replace(/;$/, '') },
    materialized: row.kind === 'm' ? (true as const) : undefined,
    indexes: indexes.length > 0 ? indexes.map(indexOf) : undefined,
  })
}

function sequenceOf(row: Row, name: QualifiedName): Sequence {
  const type: Sequence['type'] = row.type === 'smallint' || row.type === 'integer' ? row.type : undefined
  return defined({
    ...name,
    type,
    start: text(row.start),
    increment: text(row.increment),
  })
}

function qualified(schema: unknown, name: unknown, { defaultSchema }: Scope): QualifiedName {
  return schema === defaultSchema ? { name: text(name) } : { schema: text(schema), name: text(name) }
}

function groupByTable(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = text(row.table)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}

function text(value: unknown): string {
  return String(value)
}

function optional(value: unknown): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : String(value)
}

function list(value: unknown): string[] {
  return value === null || value === undefined ? [] : (JSON.parse(text(value)) as string[])
}
