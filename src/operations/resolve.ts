// From what a script says to what that means for a schema: names become the things they name.
import { DuplicateTargetError, MissingTargetError, StillReferencedError } from '../errors'
import { defined } from '../model/defined'
import { displayName, nameOf } from '../model/lookup'
import type { Column, Extension, ForeignKey, QualifiedName, SchemaModel, Table } from '../model/schema'
import { apply } from './apply'
import { byName, dropColumn, dropTable, incomingForeignKeys } from './companions'
import type { ColumnChange, CreateOptions, Intent, IntentKind, IntentOf } from './intent'
import { nearNames } from './near'
import type { Creates, Operation } from './operation'
import {
  checkOf,
  columnOf,
  constraintLike,
  exclusionOf,
  foreignKeyOf,
  indexOf,
  primaryKeyOf,
  qualified,
  tableOf,
  uniqueOf,
  viewOf,
} from './spec'
import {
  constraintNames,
  freeColumn,
  freeConstraint,
  freeIndex,
  freeName,
  lineOf,
  theColumn,
  theConstraint,
  theEnum,
  theIndex,
  theIndexed,
  theSequence,
  theTable,
  theView,
  type Located,
} from './targets'

/** What the intents do to the schema `before`, in order, each to what the ones before it left. */
export function resolve(before: SchemaModel, intents: readonly Intent[]): Operation[] {
  const operations: Operation[] = []
  let schema = before
  for (const intent of intents) {
    const resolved = resolveOne(intent, schema)
    operations.push(...resolved)
    schema = apply(schema, resolved)
  }
  return operations
}

type Resolvers = { readonly [K in IntentKind]: (intent: IntentOf<K>, schema: SchemaModel) => readonly Operation[] }

function resolveOne(intent: Intent, schema: SchemaModel): readonly Operation[] {
  if (intent.kind === 'own') {
    const { kind, does, undoes } = intent
    return [defined({ kind, does, undoes, changes: resolve(schema, does.changes) })]
  }
  // The one cast: TypeScript cannot follow that the key and the argument agree.
  const resolver = resolvers[intent.kind] as (intent: Intent, schema: SchemaModel) => readonly Operation[]
  return resolver(intent, schema)
}

const resolvers: Resolvers = {
  createTable: (intent, schema) => {
    const table = tableOf(intent.table)
    const name = nameOf(table)
    freeName('table', schema.tables, name, intent)
    const creates = creating(intent)
    let after = apply(schema, [{ kind: 'createTable', table }])
    const operations: Operation[] = [{ kind: 'createTable', table, ...creates }]
    for (const index of intent.table.indexes ?? []) {
      const parts = resolvers.createIndex(located(intent, { kind: 'createIndex', table: name, index }), after)
      operations.push(...parts.map((part) => ({ ...part, ...creates })))
      after = apply(after, parts)
    }
    for (const foreignKey of intent.table.foreignKeys ?? []) {
      const parts = resolvers.createForeignKey(
        located(intent, { kind: 'createForeignKey', table: name, foreignKey }),
        after,
      )
      operations.push(...parts.map((part) => ({ ...part, ...creates })))
      after = apply(after, parts)
    }
    return operations
  },
  dropTable: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    refuseIncoming(`table ${displayName(table)}`, incomingForeignKeys(schema, table), intent)
    return dropTable(table)
  },
  renameTable: (intent, schema) => {
    const from = nameOf(theTable(schema, intent.table, intent))
    const to = { ...from, name: intent.to }
    freeName('table', schema.tables, to, intent)
    return [{ kind: 'renameTable', from, to }]
  },
  commentTable: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const to = intent.text ?? undefined
    return [defined({ kind: 'commentTable' as const, table: nameOf(table), from: table.comment, to })]
  },

  addColumn: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    freeColumn(table, intent.column.name, intent)
    return [{ kind: 'addColumn', table: nameOf(table), column: columnOf(intent.column), ...creating(intent) }]
  },
  dropColumn: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const { name } = theColumn(table, intent.name, intent)
    refuseIncoming(`column ${displayName(table)}.${name}`, incomingForeignKeys(schema, table, name), intent)
    return dropColumn(table, name)
  },
  renameColumn: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    theColumn(table, intent.from, intent)
    freeColumn(table, intent.to, intent)
    return [{ kind: 'renameColumn', table: nameOf(table), from: intent.from, to: intent.to }]
  },
  alterColumn: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const from = theColumn(table, intent.name, intent)
    const to = changed(from, intent.change)
    return [defined({ kind: 'alterColumn' as const, table: nameOf(table), from, to, using: intent.change.using })]
  },

  createPrimaryKey: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    if (table.primaryKey) throw new DuplicateTargetError(`the primary key of ${displayName(table)}`, lineOf(intent))
    freeConstraint(table, intent.primaryKey.name, intent)
    intent.primaryKey.columns.forEach((name) => theColumn(table, name, intent))
    const primaryKey = primaryKeyOf(intent.primaryKey)
    return [{ kind: 'createPrimaryKey', table: nameOf(table), primaryKey, ...creating(intent) }]
  },
  dropPrimaryKey: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const { primaryKey } = table
    if (primaryKey === undefined || (intent.name !== undefined && primaryKey.name !== intent.name)) {
      const near = primaryKey?.name === undefined ? [] : [primaryKey.name]
      const name = intent.name === undefined ? '' : ` ${intent.name}`
      throw new MissingTargetError(`primary key${name} of ${displayName(table)}`, near, lineOf(intent))
    }
    return [{ kind: 'dropPrimaryKey', table: nameOf(table), primaryKey }]
  },
  createUnique: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    freeConstraint(table, intent.unique.name, intent)
    intent.unique.columns.forEach((name) => theColumn(table, name, intent))
    return [{ kind: 'createUnique', table: nameOf(table), unique: uniqueOf(intent.unique), ...creating(intent) }]
  },
  dropUnique: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const unique = theConstraint('unique constraint', table, table.uniques, intent.constraint, intent)
    return [{ kind: 'dropUnique', table: nameOf(table), unique }]
  },
  createForeignKey: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const foreignKey = foreignKeyOf(intent.foreignKey)
    freeConstraint(table, foreignKey.name, intent)
    foreignKey.columns.forEach((name) => theColumn(table, name, intent))
    const { references } = foreignKey
    if (isKnownSchema(schema, references.table)) {
      const target = theTable(schema, references.table, intent)
      references.columns.forEach((name) => theColumn(target, name, intent))
    }
    return [{ kind: 'createForeignKey', table: nameOf(table), foreignKey, ...creating(intent) }]
  },
  dropForeignKey: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const foreignKey = theConstraint('foreign key', table, table.foreignKeys, intent.constraint, intent)
    return [{ kind: 'dropForeignKey', table: nameOf(table), foreignKey }]
  },
  createCheck: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    freeConstraint(table, intent.check.name, intent)
    return [{ kind: 'createCheck', table: nameOf(table), check: checkOf(intent.check), ...creating(intent) }]
  },
  dropCheck: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const check = theConstraint('check', table, table.checks, intent.constraint, intent)
    return [{ kind: 'dropCheck', table: nameOf(table), check }]
  },
  createExclusion: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    freeConstraint(table, intent.exclusion.name, intent)
    const exclusion = exclusionOf(intent.exclusion)
    return [{ kind: 'createExclusion', table: nameOf(table), exclusion, ...creating(intent) }]
  },
  dropExclusion: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    const exclusion = theConstraint('exclusion constraint', table, table.exclusions, intent.constraint, intent)
    return [{ kind: 'dropExclusion', table: nameOf(table), exclusion }]
  },
  renameConstraint: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    existingConstraint(table, intent.from, intent)
    freeConstraint(table, intent.to, intent)
    return [{ kind: 'renameConstraint', table: nameOf(table), from: intent.from, to: intent.to }]
  },
  validateConstraint: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    existingConstraint(table, intent.name, intent)
    return [{ kind: 'validateConstraint', table: nameOf(table), name: intent.name }]
  },

  createIndex: (intent, schema) => {
    const table = theIndexed(schema, intent.table, intent)
    freeIndex(schema, table, intent.index.name, intent)
    // Which columns a view has, its text does not tell.
    if ('columns' in table)
      for (const element of intent.index.columns) {
        if (typeof element === 'string') theColumn(table, element, intent)
        else if ('column' in element) theColumn(table, element.column, intent)
      }
    const index = indexOf(intent.index)
    const concurrently = intent.index.concurrently || undefined
    return [
      { ...defined({ kind: 'createIndex' as const, table: nameOf(table), index, concurrently }), ...creating(intent) },
    ]
  },
  dropIndex: (intent, schema) => {
    const table = theIndexed(schema, intent.table, intent)
    const index = theIndex(table, intent.name, intent)
    const concurrently = intent.options?.concurrently || undefined
    return [defined({ kind: 'dropIndex' as const, table: nameOf(table), index, concurrently })]
  },
  renameIndex: (intent, schema) => {
    const table = theIndexed(schema, intent.table, intent)
    theIndex(table, intent.from, intent)
    freeIndex(schema, table, intent.to, intent)
    return [{ kind: 'renameIndex', table: nameOf(table), from: intent.from, to: intent.to }]
  },

  createEnum: (intent, schema) => {
    const { values } = intent.enum
    const type = { ...qualified(intent.enum), values }
    freeName('enum', schema.enums, type, intent)
    return [{ kind: 'createEnum', enum: type, ...creating(intent) }]
  },
  dropEnum: (intent, schema) => [{ kind: 'dropEnum', enum: theEnum(schema, intent.enum, intent) }],
  addEnumValue: (intent, schema) => {
    const type = theEnum(schema, intent.enum, intent)
    const { before, after } = intent.position ?? {}
    freeValue(type, intent.value, intent)
    for (const neighbour of [before, after]) if (neighbour !== undefined) theValue(type, neighbour, intent)
    return [defined({ kind: 'addEnumValue' as const, enum: type, value: intent.value, before, after })]
  },
  renameEnum: (intent, schema) => {
    const from = nameOf(theEnum(schema, intent.enum, intent))
    const to = { ...from, name: intent.to }
    freeName('enum', schema.enums, to, intent)
    return [{ kind: 'renameEnum', from, to }]
  },
  renameEnumValue: (intent, schema) => {
    const type = theEnum(schema, intent.enum, intent)
    theValue(type, intent.from, intent)
    freeValue(type, intent.to, intent)
    return [{ kind: 'renameEnumValue', enum: nameOf(type), from: intent.from, to: intent.to }]
  },
  replaceEnum: (intent, schema) => {
    const from = theEnum(schema, intent.enum, intent)
    const to = { ...from, values: intent.values }
    for (const [gone, instead] of Object.entries(intent.options?.map ?? {})) {
      theValue(from, gone, intent)
      theValue(to, instead, intent)
    }
    return [defined({ kind: 'replaceEnum' as const, from, to, map: intent.options?.map })]
  },

  createView: (intent, schema) => {
    const view = viewOf(intent.view)
    freeName('view', schema.views, view, intent)
    return [{ kind: 'createView', view, ...creating(intent) }]
  },
  dropView: (intent, schema) => [{ kind: 'dropView', view: theView(schema, intent.view, intent) }],
  createSchema: (intent, schema) => {
    if (schema.schemas.includes(intent.schema))
      throw new DuplicateTargetError(`schema ${intent.schema}`, lineOf(intent))
    return [{ kind: 'createSchema', schema: intent.schema, ...creating(intent) }]
  },
  dropSchema: (intent, schema) => {
    if (!schema.schemas.includes(intent.schema))
      throw new MissingTargetError(`schema ${intent.schema}`, nearNames(intent.schema, schema.schemas), lineOf(intent))
    return [{ kind: 'dropSchema', schema: intent.schema }]
  },
  createExtension: (intent, schema) => {
    const extension: Extension = qualified(intent.extension)
    // A database has one of each for all who use it: an application that connects, or a superuser, may have been first.
    if (schema.extensions.some(({ name }) => name === extension.name)) return []
    return [{ kind: 'createExtension', extension, ...creating(intent) }]
  },
  dropExtension: (intent, schema) => {
    const names = schema.extensions.map(({ name }) => name)
    const extension = schema.extensions.find(({ name }) => name === intent.extension)
    if (extension === undefined)
      throw new MissingTargetError(`extension ${intent.extension}`, nearNames(intent.extension, names), lineOf(intent))
    return [{ kind: 'dropExtension', extension }]
  },
  createSequence: (intent, schema) => {
    const { schema: of, name, type, start, increment } = intent.sequence
    const sequence = defined({ schema: of, name, type, start, increment })
    freeName('sequence', schema.sequences, sequence, intent)
    return [{ kind: 'createSequence', sequence, ...creating(intent) }]
  },
  dropSequence: (intent, schema) => [{ kind: 'dropSequence', sequence: theSequence(schema, intent.sequence, intent) }],

  execute: ({ sql, parameters }) => [defined({ kind: 'execute' as const, sql, parameters })],
  bulkInsert: (intent, schema) => {
    const table = theTable(schema, intent.table, intent)
    new Set(intent.rows.flatMap((row) => Object.keys(row))).forEach((name) => theColumn(table, name, intent))
    return [{ kind: 'bulkInsert', table: nameOf(table), rows: intent.rows }]
  },
}

function creating({ options }: { readonly options?: CreateOptions }): Creates {
  return options?.managed === false ? { managed: false } : {}
}

function located<K extends IntentKind>({ at }: Located, intent: IntentOf<K>): IntentOf<K> {
  return at === undefined ? intent : { ...intent, at }
}

function changed(from: Column, change: ColumnChange): Column {
  const pick = <T>(asked: T | null | undefined, now: T | undefined) =>
    asked === undefined ? now : (asked ?? undefined)
  const computed =
    typeof change.generated === 'string'
      ? defined({ sql: change.generated, virtual: change.virtual ?? from.generated?.virtual })
      : change.generated
  return defined({
    name: from.name,
    type: change.type ?? from.type,
    nullable: change.nullable ?? from.nullable,
    default: pick(change.default, from.default),
    generated: pick(computed, from.generated),
    identity: pick(change.identity, from.identity),
    comment: pick(change.comment, from.comment),
    collation: pick(change.collation, from.collation),
  })
}

function refuseIncoming(
  target: string,
  incoming: readonly { readonly table: QualifiedName; readonly foreignKey: ForeignKey }[],
  from: Located,
): void {
  if (incoming.length === 0) return
  const references = incoming
    .toSorted((a, b) => byName(a.foreignKey, b.foreignKey))
    .map(({ table, foreignKey }) => ({
      foreignKey: `${displayName(table)}.${foreignKey.name ?? foreignKey.columns.join(', ')}`,
      call: `op.dropForeignKey(${written(table.schema === undefined ? table.name : table)}, ${written(constraintLike(foreignKey))})`,
    }))
  throw new StillReferencedError(target, references, lineOf(from))
}

function written(value: unknown): string {
  return JSON.stringify(value).replaceAll('"', "'")
}

/** A foreign key may point into a schema that nobody reads here, such as one of the server's own. */
function isKnownSchema(schema: SchemaModel, { schema: name }: QualifiedName): boolean {
  return name === undefined || schema.tables.some((table) => table.schema === name)
}

function existingConstraint(table: Table, name: string, from: Located): void {
  const names = constraintNames(table)
  if (!names.includes(name))
    throw new MissingTargetError(`constraint ${name} of ${displayName(table)}`, nearNames(name, names), lineOf(from))
}

interface Values extends QualifiedName {
  readonly values: readonly string[]
}

function theValue(type: Values, value: string, from: Located): void {
  if (!type.values.includes(value))
    throw new MissingTargetError(
      `value ${value} of enum ${displayName(type)}`,
      nearNames(value, type.values),
      lineOf(from),
    )
}

function freeValue(type: Values, value: string, from: Located): void {
  if (type.values.includes(value))
    throw new DuplicateTargetError(`value ${value} of enum ${displayName(type)}`, lineOf(from))
}
