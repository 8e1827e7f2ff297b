// What revision writes into a migration: the calls for its operations, the safe way round, with what lint says of them.
import type { Dialect } from '../dialects/dialect'
import { lint, rulesWith } from '../lint/lint'
import type { Around, Rule } from '../lint/rule'
import { defined } from '../model/defined'
import { isExpression } from '../model/expression'
import { displayName, findTable, keyOf, nameOf, sameName } from '../model/lookup'
import type { Column, QualifiedName, SchemaModel } from '../model/schema'
import { apply } from '../operations/apply'
import type { Intent, IntentOf } from '../operations/intent'
import { intentsOf } from '../operations/intents'
import type { Operation, OperationOf } from '../operations/operation'
import { typeText } from '../operations/describe'
import { resolve } from '../operations/resolve'
import { nameLike, qualified } from '../operations/spec'
import { codeOf, stringLiteral } from '../scripts/literal'
import type { BatchedCall, Call, Note } from '../scripts/render'

/** Calls holds the calls of one function of a migration, and comments above them. */
export interface Calls {
  readonly calls: readonly Call[]
  readonly notes: readonly Note[]
}

/** Database is what is known of the one the calls are for. */
export interface Database {
  readonly dialect: Dialect
  readonly version: number
  /** The rules of the project's own. */
  readonly rules?: readonly Rule[] | undefined
}

/** The calls of an upgrade. A column that must have a value gets it before it must: added or not, its rows are filled in. */
export function upgradeCalls(operations: readonly Operation[], before: SchemaModel, database: Database): Calls {
  const created = new Set<string>()
  return withNotes(operations, before, database, (intent, schema) => {
    if (intent.kind === 'createTable') created.add(keyOf(nameOf(intent.table)))
    if (intent.kind === 'addColumn' && !created.has(keyOf(qualified(intent.table))))
      return addRequired(intent, schema, database)
    return intent.kind === 'alterColumn' ? makeRequired(intent, schema, database) : [{ call: intent }]
  })
}

/**
 * The calls of a downgrade: where rows are in the way, it counts them and refuses by itself. What no cast leads back from
 * waits for a person, who may write a conversion or leave it: until then only the way up can be gone.
 */
export function downgradeCalls(
  operations: readonly Operation[],
  after: SchemaModel,
  database: Database,
  unconvertible: readonly OperationOf<'alterColumn'>[] = [],
): Calls {
  const { calls, notes } = withNotes(operations, after, database, (intent) => [
    (intent.kind === 'alterColumn' ? toConvert(intent, unconvertible) : undefined) ?? { call: intent },
  ])
  // That it takes back what the upgrade has made is no news.
  return { calls, notes: notes.filter(({ text }) => !text.startsWith('Destructive')) }
}

interface Line {
  readonly call: Call
  /** What the call means, where a person has still to write into it. */
  readonly means?: Intent
  /** In place of what lint says. */
  readonly note?: string | null
}

function withNotes(
  operations: readonly Operation[],
  before: SchemaModel,
  { dialect, version, rules }: Database,
  write: (intent: Intent, schema: SchemaModel) => readonly Line[],
): Calls {
  const around: Around = {
    operations: operations.length,
    narrowing: (from, to, enums) => dialect.narrowing(from, to, enums, version),
  }
  const chosen = rulesWith(rules)
  const calls: Call[] = []
  const notes: Note[] = []
  let schema = before
  for (const intent of intentsOf(operations)) {
    for (const { call, means = call, note } of write(intent, schema)) {
      const texts = note === undefined ? [] : note === null ? [] : [note]
      if (isIntent(means)) {
        const resolved = resolve(schema, [means])
        if (note === undefined) texts.push(...lint(resolved, schema, chosen, around).map(({ message }) => message))
        schema = apply(schema, resolved)
      }
      notes.push(...texts.map((text) => ({ intent: calls.length, text })))
      calls.push(call)
    }
  }
  return { calls, notes }
}

function isIntent(call: Call): call is Intent {
  return call.kind !== 'batched' && !(call.kind === 'alterColumn' && typeof call.change.using === 'object')
}

function toConvert(
  intent: IntentOf<'alterColumn'>,
  unconvertible: readonly OperationOf<'alterColumn'>[],
): Line | undefined {
  const { table, name, change } = intent
  const found = unconvertible.find((one) => sameName(one.table, qualified(table)) && one.from.name === name)
  if (found === undefined) return undefined
  const what = `${displayName(found.table)}.${name}`
  return {
    call: { ...intent, change: { ...change, using: codeOf(`op.fillIn(${stringLiteral(what)})`) } },
    means: intent,
    note: `The database has no cast for ${what} from ${typeText(found.from.type)} to ${typeText(found.to.type)}: write SQL that converts it, or that nothing can: op.irreversible('...').`,
  }
}

function addRequired(intent: IntentOf<'addColumn'>, schema: SchemaModel, database: Database): Line[] {
  const { table, column } = intent
  const given = [column.default, column.generated, column.identity].some((value) => value !== undefined)
  if (column.nullable || given || /serial/i.test(String(column.type))) return [{ call: intent }]
  const what = `${displayName(qualified(table))}.${column.name}`
  return [
    {
      call: { ...intent, column: { ...column, nullable: true } },
      note: `${what} must have a value: write one for the rows that are there, or delete the update if there are none.`,
    },
    { call: backfill(qualified(table), column.name, codeOf(`op.fillIn(${stringLiteral(what)})`), schema, database) },
    { call: { kind: 'alterColumn', table, name: column.name, change: { nullable: false } }, note: null },
  ]
}

function makeRequired(intent: IntentOf<'alterColumn'>, schema: SchemaModel, database: Database): Line[] {
  const [operation] = resolve(schema, [intent])
  if (operation?.kind !== 'alterColumn' || !operation.from.nullable || operation.to.nullable) return [{ call: intent }]
  const { table, name, change } = intent
  const { nullable: _, ...others } = change
  if (operation.to.identity !== undefined || operation.to.generated !== undefined) return [{ call: intent }]
  const what = `${displayName(qualified(table))}.${name}`
  const value = defaultOf(operation.to, database.dialect)
  return [
    ...(Object.keys(others).length === 0 ? [] : [{ call: { ...intent, change: others } }]),
    {
      call: backfill(qualified(table), name, value ?? codeOf(`op.fillIn(${stringLiteral(what)})`), schema, database),
      note:
        value === undefined
          ? `${what} becomes NOT NULL: write a value for rows without one, or delete the update if there are none.`
          : `${what} becomes NOT NULL: rows without a value get the default.`,
    },
    { call: { kind: 'alterColumn', table, name, change: { nullable: false } }, note: null },
  ]
}

function backfill(
  table: QualifiedName,
  column: string,
  value: BatchedCall['batch']['set'][string],
  schema: SchemaModel,
  { dialect }: Database,
): BatchedCall {
  const found = findTable(schema, table)
  const [key, ...others] = found?.primaryKey?.columns ?? []
  const sole = key !== undefined && others.length === 0
  const goBy = sole ? undefined : (key ?? found?.columns.find(({ nullable }) => !nullable)?.name)
  const batch = {
    table: nameLike(table),
    set: { [column]: value },
    where: `${dialect.quote(column)} IS NULL`,
    key: goBy,
  }
  return { kind: 'batched', batch: defined(batch) }
}

/** A column's default as SQL. */
function defaultOf({ type, default: value }: Column, dialect: Dialect): string | undefined {
  if (value === undefined) return undefined
  if (isExpression(value)) return value.sql
  const isJson = typeof value === 'object' && (!Array.isArray(value) || /^jsonb?$/.test(String(type)))
  return dialect.literal(isJson ? JSON.stringify(value) : value)
}
