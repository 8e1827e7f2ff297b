// What every argument of every queued method must look like. The types say the same to those who use TypeScript.
import { ArgumentError } from '../errors'
import type { IntentKind, IntentMap } from './intent'
import {
  anything,
  callback,
  count,
  optional,
  anyText,
  either,
  flag,
  json,
  list,
  object,
  oneOf,
  orNull,
  record,
  text,
  type Problem,
  type Shape,
} from './shape'
import { signatures } from './signatures'

/** Names the arguments of a call by signatures.ts; throws ArgumentError for a wrong one. */
export function namedArguments<K extends IntentKind>(
  method: K,
  args: readonly unknown[],
  at: string | undefined,
): IntentMap[K] {
  const refuse = refusal(method, at)
  const names: readonly string[] = signatures[method]
  if (args.length > names.length) {
    const expected = `takes (${names.join(', ')})`
    throw refuse({
      key: names.join(', '),
      problem: `it ${expected}, but got ${args.length} arguments`,
      suggestions: [],
    })
  }
  const given: Record<string, unknown> = {}
  const wanted: Readonly<Record<string, Shape>> = shapes[method]
  for (const [i, name] of names.entries()) {
    const value = args[i]
    if (value === undefined) {
      if (optionalArguments.has(`${method}.${name}`) || name === 'options') continue
      throw refuse({
        key: name,
        problem: `it takes (${names.join(', ')}), and \`${name}\` is missing`,
        suggestions: [],
      })
    }
    const found = wanted[name]!(value, name)
    if (found !== undefined) throw refuse(found)
    given[name] = value
  }
  // Just checked, key by key.
  return given as unknown as IntentMap[K]
}

/** Throws ArgumentError where an argument of a call that runs at once has the wrong shape. */
export function checkArguments(method: ImmediateMethod, args: readonly unknown[], at: string | undefined): void {
  Object.entries<Shape>(immediate[method]).forEach(([name, shape], i) => {
    const found = shape(args[i], name)
    if (found !== undefined) throw refusal(method, at)(found)
  })
}

function refusal(method: string, at: string | undefined) {
  return ({ key, problem, suggestions }: Problem) => new ArgumentError(method, key, problem, suggestions, at)
}

const optionalArguments = new Set(['dropPrimaryKey.name', 'addEnumValue.position', 'execute.parameters'])

const name = either({ text, object: object({ name: text }, { schema: text }) }, 'a name, or { schema, name }')
const columnNames = list(text, 1)
const truth = oneOf(true)
// On SQLite a column may have no type, and its way back says so.
const type = either(
  { text: anyText, object: object({ enum: text }, { schema: text, array: truth }) },
  "an SQL type as text, or { enum: 'name' }",
)
const literal: Shape = (value, key) =>
  value === null || typeof value === 'function'
    ? {
        key,
        problem: `\`${key}\` must be a value or { sql: '...' }; leave it out where there is none`,
        suggestions: [],
      }
    : json(value, key)
const deferrable = oneOf('INITIALLY IMMEDIATE', 'INITIALLY DEFERRED')
const action = oneOf('CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION')
const identity = oneOf('SERIAL', 'ALWAYS', 'BY DEFAULT', 'AUTOINCREMENT')

const column = object(
  { name: text, type },
  {
    nullable: flag,
    default: literal,
    generated: text,
    virtual: truth,
    identity,
    comment: anyText,
    collation: text,
  },
)
const change = object(
  {},
  {
    type,
    using: text,
    nullable: flag,
    default: orNull(literal),
    generated: orNull(text),
    virtual: truth,
    identity: orNull(identity),
    comment: orNull(anyText),
    collation: orNull(text),
  },
)
const primaryKey = object({ columns: columnNames }, { name: text, deferrable })
const unique = object(
  { columns: columnNames },
  { name: text, include: columnNames, nullsNotDistinct: truth, deferrable },
)
const foreignKey = object(
  { columns: columnNames, references: object({ table: name, columns: columnNames }) },
  { name: text, onDelete: action, onUpdate: action, match: oneOf('FULL'), deferrable, notValid: truth },
)
const check = object({ expression: text }, { name: text, notValid: truth })
const exclusion = object({ expression: text }, { name: text, deferrable })
const elementOptions = { order: oneOf('DESC'), nulls: oneOf('FIRST', 'LAST'), opclass: text, collation: text }
const element: Shape = either(
  {
    text,
    object: (value, key) =>
      typeof value === 'object' && value !== null && 'sql' in value
        ? object({ sql: text }, elementOptions)(value, key)
        : object({ column: text }, elementOptions)(value, key),
  },
  "a column's name, { column } or { sql }",
)
const index = object(
  { name: text, columns: list(element, 1) },
  { unique: flag, where: text, using: text, include: columnNames, nullsNotDistinct: truth, concurrently: flag },
)
const table = object(
  { name: text, columns: list(column) },
  {
    schema: text,
    primaryKey: either({ list: columnNames, object: primaryKey }, 'column names, or { name, columns }'),
    uniques: list(unique),
    indexes: list(index),
    foreignKeys: list(foreignKey),
    checks: list(check),
    exclusions: list(exclusion),
    comment: anyText,
    options: object({}, { withoutRowid: truth, strict: truth, partitionBy: text }),
  },
)
const constraint = either(
  {
    text,
    object: (value, key) =>
      typeof value === 'object' && value !== null && 'expression' in value
        ? object({ expression: text })(value, key)
        : object({ columns: columnNames })(value, key),
  },
  "a constraint's name, { columns } or { expression }",
)
const options = object({}, { managed: oneOf(false) })
const renamed = { table: name, from: text, to: text }
const dropped = { table: name, constraint }

const shapes: { readonly [K in IntentKind]: { readonly [A in keyof Required<IntentMap[K]>]: Shape } } = {
  createTable: { table, options },
  dropTable: { table: name },
  renameTable: { table: name, to: text },
  commentTable: { table: name, text: orNull(anyText) },
  addColumn: { table: name, column, options },
  dropColumn: { table: name, name: text },
  renameColumn: renamed,
  alterColumn: { table: name, name: text, change },
  createPrimaryKey: { table: name, primaryKey, options },
  dropPrimaryKey: { table: name, name: text },
  createUnique: { table: name, unique, options },
  dropUnique: dropped,
  createForeignKey: { table: name, foreignKey, options },
  dropForeignKey: dropped,
  createCheck: { table: name, check, options },
  dropCheck: dropped,
  createExclusion: { table: name, exclusion, options },
  dropExclusion: dropped,
  renameConstraint: renamed,
  validateConstraint: { table: name, name: text },
  createIndex: { table: name, index, options },
  dropIndex: { table: name, name: text, options: object({}, { concurrently: flag }) },
  renameIndex: renamed,
  createEnum: { enum: object({ name: text, values: list(anyText) }, { schema: text }), options },
  dropEnum: { enum: name },
  addEnumValue: { enum: name, value: anyText, position: object({}, { before: anyText, after: anyText }) },
  renameEnum: { enum: name, to: text },
  renameEnumValue: { enum: name, from: anyText, to: anyText },
  replaceEnum: { enum: name, values: list(anyText), options: object({}, { map: record(anyText) }) },
  createView: {
    view: object({ name: text, definition: text }, { schema: text, materialized: truth, indexes: list(index) }),
    options,
  },
  dropView: { view: name },
  createSchema: { schema: text, options },
  dropSchema: { schema: text },
  createExtension: {
    extension: either({ text, object: object({ name: text }, { schema: text }) }, 'a name, or { name, schema }'),
    options,
  },
  dropExtension: { extension: text },
  createSequence: {
    sequence: object(
      { name: text },
      { schema: text, type: oneOf('smallint', 'integer', 'bigint'), start: text, increment: text },
    ),
    options,
  },
  dropSequence: { sequence: name },
  execute: { sql: text, parameters: list(anything) },
  bulkInsert: { table: name, rows: list(record(json)) },
}

const given: Shape = (value, key) =>
  value === undefined || typeof value === 'function' || typeof value === 'symbol'
    ? { key, problem: `\`${key}\` must be a value, or null, not ${typeof value}`, suggestions: [] }
    : undefined
const where = record(given)
const row = record(anything)
const atLeastOne: Shape = (value, key) =>
  record(given)(value, key) ??
  (Object.keys(value as object).length === 0
    ? { key, problem: `\`${key}\` must name a column`, suggestions: [] }
    : undefined)

/** ImmediateMethod is a call that runs at once, as errors name it. */
export type ImmediateMethod = keyof typeof immediate

const immediate = {
  query: { sql: text, parameters: optional(list(anything)) },
  flush: {},
  manager: { run: callback },
  autocommit: { run: callback, options: optional(object({}, { idempotent: truth })) },
  'table(...).select': {
    table: name,
    selection: optional(
      object({}, { columns: columnNames, where, orderBy: record(oneOf('ASC', 'DESC')), limit: count }),
    ),
  },
  'table(...).insert': { table: name, rows: either({ list: list(row), object: row }, 'a row, or an array of rows') },
  'table(...).update': { table: name, change: object({ set: atLeastOne }, { where }) },
  'table(...).delete': { table: name, options: object({ where }) },
  'table(...).count': { table: name, options: optional(object({}, { where })) },
  batched: {
    batch: object({ table: name, set: record(text) }, { where: text, key: text, size: count, pauseMs: count }),
  },
}
