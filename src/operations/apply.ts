// What a schema is after operations. Pure: nothing is checked against a database, but what is not there cannot be taken away.
import { MissingTargetError } from '../errors'
import { defined } from '../model/defined'
import { isExpression, sameJson } from '../model/expression'
import { displayName, findView, nameOf, sameName } from '../model/lookup'
import { sameCheck, sameExclusion, sameForeignKey, sameUnique } from '../model/same'
import type {
  Column,
  EnumType,
  Expression,
  ForeignKey,
  Index,
  IndexElement,
  QualifiedName,
  SchemaModel,
  Table,
  View,
} from '../model/schema'
import { withValue } from './enum-values'
import { match, type Handlers, type Operation } from './operation'
import {
  renameInText,
  renameTableInText,
  renameTypeInText,
  renameValueInText,
  respellDefaults,
  respellExpression,
  respellTable,
} from './respell'

/** The schema after the operations, in their order. */
export function apply(schema: SchemaModel, operations: readonly Operation[]): SchemaModel {
  return operations.reduce((before, operation) => match(operation, handlers, before), schema)
}

const handlers: Handlers<SchemaModel, [SchemaModel]> = {
  createTable: ({ table }, schema) => ({ ...schema, tables: [...schema.tables, table] }),
  dropTable: ({ table }, schema) => ({ ...schema, tables: without('table', schema.tables, table) }),
  renameTable: ({ from, to }, schema) => ({
    ...schema,
    tables: replaceNamed('table', schema.tables, from, (table) =>
      respellTable({ ...table, ...to }, (sql) => renameTableInText(sql, from.name, to.name)),
    ).map((table) => editReferences(table, from, (references) => ({ ...references, table: nameOf(to) }))),
  }),
  commentTable: ({ table, to }, schema) => editTable(schema, table, (before) => defined({ ...before, comment: to })),

  addColumn: ({ table, column }, schema) =>
    editTable(schema, table, (before) => ({ ...before, columns: [...before.columns, column] })),
  dropColumn: ({ table, column }, schema) =>
    editTable(schema, table, (before) => ({ ...before, columns: remove('column', table, before.columns, column) })),
  renameColumn: ({ table, from, to }, schema) => {
    const renamed = editTable(schema, table, (before) => renameColumn(before, from, to))
    const rename = renaming(from, to)
    const tables = renamed.tables.map((other) =>
      editReferences(other, table, (references) => ({ ...references, columns: references.columns.map(rename) })),
    )
    return { ...renamed, tables }
  },
  alterColumn: ({ table, from, to }, schema) =>
    editTable(schema, table, (before) => ({
      ...before,
      columns: replaceNamed('column', before.columns, from, () => to),
    })),

  createPrimaryKey: ({ table, primaryKey }, schema) =>
    editTable(schema, table, (before) => ({ ...before, primaryKey })),
  dropPrimaryKey: ({ table }, schema) =>
    editTable(schema, table, ({ primaryKey, ...rest }) => {
      if (primaryKey === undefined) throw new MissingTargetError(`primary key of ${displayName(table)}`, [])
      return rest
    }),
  createUnique: ({ table, unique }, schema) =>
    editTable(schema, table, (before) => ({ ...before, uniques: [...before.uniques, unique] })),
  dropUnique: ({ table, unique }, schema) =>
    editTable(schema, table, (before) => ({
      ...before,
      uniques: remove('unique constraint', table, before.uniques, unique, sameUnique),
    })),
  createForeignKey: ({ table, foreignKey }, schema) =>
    editTable(schema, table, (before) => ({ ...before, foreignKeys: [...before.foreignKeys, foreignKey] })),
  dropForeignKey: ({ table, foreignKey }, schema) =>
    editTable(schema, table, (before) => ({
      ...before,
      foreignKeys: remove('foreign key', table, before.foreignKeys, foreignKey, sameForeignKey),
    })),
  createCheck: ({ table, check }, schema) =>
    editTable(schema, table, (before) => ({ ...before, checks: [...before.checks, check] })),
  dropCheck: ({ table, check }, schema) =>
    editTable(schema, table, (before) => ({
      ...before,
      checks: remove('check', table, before.checks, check, sameCheck),
    })),
  createExclusion: ({ table, exclusion }, schema) =>
    editTable(schema, table, (before) => ({ ...before, exclusions: [...before.exclusions, exclusion] })),
  dropExclusion: ({ table, exclusion }, schema) =>
    editTable(schema, table, (before) => ({
      ...before,
      exclusions: remove('exclusion constraint', table, before.exclusions, exclusion, sameExclusion),
    })),
  renameConstraint: ({ table, from, to }, schema) =>
    editTable(schema, table, (before) => renameConstraint(before, from, to)),
  validateConstraint: ({ table, name }, schema) =>
    editTable(schema, table, (before) => {
      const validate = <T extends { readonly name?: string; readonly notValid?: true }>({ notValid, ...rest }: T) =>
        rest.name === name || notValid === undefined ? rest : { ...rest, notValid }
      return { ...before, foreignKeys: before.foreignKeys.map(validate), checks: before.checks.map(validate) }
    }),

  createIndex: ({ table, index }, schema) => editIndexes(schema, table, (indexes) => [...indexes, index]),
  dropIndex: ({ table, index }, schema) =>
    editIndexes(schema, table, (indexes) => remove('index', table, indexes, index)),
  renameIndex: ({ table, from, to }, schema) =>
    editIndexes(schema, table, (indexes) =>
      replaceNamed('index', indexes, { name: from }, (index) => ({ ...index, name: to })),
    ),

  createEnum: (operation, schema) => ({ ...schema, enums: [...schema.enums, operation.enum] }),
  dropEnum: (operation, schema) => ({ ...schema, enums: without('enum', schema.enums, operation.enum) }),
  addEnumValue: (operation, schema) =>
    editEnum(
      schema,
      operation.enum,
      (values) => withValue({ ...operation, enum: { ...operation.enum, values } }).values,
    ),
  renameEnum: ({ from, to }, schema) => {
    const respell = (sql: string) => renameTypeInText(sql, from.name, to.name)
    return {
      ...schema,
      enums: replaceNamed('enum', schema.enums, from, (type) => ({ ...type, ...to })),
      tables: schema.tables.map((table) => respellDefaults(respellTable(retype(table, from, to), respell), respell)),
      views: schema.views.map((view) => ({ ...view, definition: respellExpression(view.definition, respell) })),
    }
  },
  renameEnumValue: (operation, schema) => {
    const rename = renaming(operation.from, operation.to)
    const respell = (sql: string) => renameValueInText(sql, operation.enum.name, operation.from, operation.to)
    return {
      ...editEnum(schema, operation.enum, (values) => values.map(rename)),
      tables: schema.tables
        .map((table) => renameDefaults(table, operation.enum, rename))
        .map((table) => respellDefaults(respellTable(table, respell), respell)),
      views: schema.views.map((view) => ({ ...view, definition: respellExpression(view.definition, respell) })),
    }
  },
  replaceEnum: ({ from, to }, schema) => editEnum(schema, from, () => to.values),

  createView: ({ view }, schema) => ({ ...schema, views: [...schema.views, view] }),
  dropView: ({ view }, schema) => ({ ...schema, views: without('view', schema.views, view) }),
  createSchema: (operation, schema) => ({ ...schema, schemas: [...schema.schemas, operation.schema] }),
  dropSchema: (operation, schema) => ({
    ...schema,
    schemas: schema.schemas.filter((name) => name !== operation.schema),
  }),
  createExtension: ({ extension }, schema) => ({ ...schema, extensions: [...schema.extensions, extension] }),
  dropExtension: ({ extension }, schema) => ({
    ...schema,
    extensions: schema.extensions.filter(({ name }) => name !== extension.name),
  }),
  createSequence: ({ sequence }, schema) => ({ ...schema, sequences: [...schema.sequences, sequence] }),
  dropSequence: ({ sequence }, schema) => ({
    ...schema,
    sequences: without('sequence', schema.sequences, sequence),
  }),
  execute: (_, schema) => schema,
  bulkInsert: (_, schema) => schema,
  own: ({ changes }, schema) => apply(schema, changes),
}

function editTable(schema: SchemaModel, name: QualifiedName, edit: (table: Table) => Table): SchemaModel {
  return { ...schema, tables: replaceNamed('table', schema.tables, nameOf(name), edit) }
}

/** The indexes of a table, or of a materialised view. */
function editIndexes(
  schema: SchemaModel,
  name: QualifiedName,
  edit: (indexes: readonly Index[]) => readonly Index[],
): SchemaModel {
  if (findView(schema, nameOf(name)) === undefined)
    return editTable(schema, name, (table) => ({ ...table, indexes: edit(table.indexes) }))
  const views = replaceNamed('view', schema.views, nameOf(name), ({ indexes = [], ...view }): View => {
    const edited = edit(indexes)
    return edited.length === 0 ? view : { ...view, indexes: edited }
  })
  return { ...schema, views }
}

function editEnum(schema: SchemaModel, name: QualifiedName, edit: (values: readonly string[]) => readonly string[]) {
  const enums = replaceNamed('enum', schema.enums, nameOf(name), (type) => ({ ...type, values: edit(type.values) }))
  return { ...schema, enums }
}

function replaceNamed<T extends QualifiedName>(
  kind: string,
  list: readonly T[],
  name: QualifiedName,
  edit: (one: T) => T,
): T[] {
  const at = list.findIndex((one) => sameName(one, name))
  const found = list[at]
  if (found === undefined) throw new MissingTargetError(`${kind} ${displayName(name)}`, [])
  return list.with(at, edit(found))
}

function without<T extends QualifiedName>(kind: string, list: readonly T[], name: QualifiedName): T[] {
  const at = list.findIndex((one) => sameName(one, name))
  if (at < 0) throw new MissingTargetError(`${kind} ${displayName(name)}`, [])
  return list.toSpliced(at, 1)
}

/** Takes away the part of that name, or for an unnamed one its equal. */
function remove<T extends { readonly name?: string }>(
  kind: string,
  table: QualifiedName,
  list: readonly T[],
  part: T,
  same: (a: T, b: T) => boolean = () => false,
): T[] {
  const first = (fits: (one: T) => boolean) => list.findIndex((one) => one.name === part.name && fits(one))
  const at =
    part.name !== undefined
      ? first(() => true)
      : ([first((one) => sameJson(asWritten(one), asWritten(part))), first((one) => same(one, part))].find(
          (i) => i >= 0,
        ) ?? -1)
  if (at < 0) throw new MissingTargetError(`${kind} ${part.name ?? '(unnamed)'} of ${displayName(table)}`, [])
  return list.toSpliced(at, 1)
}

/** The part without its canonical spelling, in which a column that was renamed there and back has got quotes. */
function asWritten<T extends object>(part: T): T {
  const { expression } = part as { readonly expression?: Expression }
  return expression === undefined ? part : { ...part, expression: { sql: expression.sql } }
}

function editReferences(
  table: Table,
  target: QualifiedName,
  edit: (references: ForeignKey['references']) => ForeignKey['references'],
): Table {
  if (!table.foreignKeys.some((key) => sameName(key.references.table, target))) return table
  const foreignKeys = table.foreignKeys.map((key) =>
    sameName(key.references.table, target) ? { ...key, references: edit(key.references) } : key,
  )
  return { ...table, foreignKeys }
}

function renaming(from: string, to: string): (name: string) => string {
  return (name) => (name === from ? to : name)
}

function renameColumn(before: Table, from: string, to: string): Table {
  const table = respellTable(before, (sql) => renameInText(sql, from, to))
  const rename = renaming(from, to)
  const inColumns = <T extends { readonly columns: readonly string[] }>(part: T): T => ({
    ...part,
    columns: part.columns.map(rename),
  })
  const inIncluded = <T extends { readonly include?: readonly string[] }>(part: T): T =>
    part.include === undefined ? part : { ...part, include: part.include.map(rename) }
  return {
    ...table,
    columns: replaceNamed('column', table.columns, { name: from }, (column) => ({ ...column, name: to })),
    ...(table.primaryKey && { primaryKey: inColumns(table.primaryKey) }),
    uniques: table.uniques.map((unique) => inIncluded(inColumns(unique))),
    foreignKeys: table.foreignKeys.map(inColumns),
    indexes: table.indexes.map((index) => inIncluded(renameElements(index, rename))),
  }
}

function renameElements(index: Index, rename: (name: string) => string): Index {
  const element = (one: IndexElement): IndexElement =>
    typeof one === 'string' ? rename(one) : 'column' in one ? { ...one, column: rename(one.column) } : one
  return { ...index, columns: index.columns.map(element) }
}

function renameConstraint(table: Table, from: string, to: string): Table {
  let found = false
  const renamed = <T extends { readonly name?: string }>(part: T): T => {
    if (found || part.name !== from) return part
    found = true
    return { ...part, name: to }
  }
  const after = {
    ...table,
    ...(table.primaryKey && { primaryKey: renamed(table.primaryKey) }),
    uniques: table.uniques.map(renamed),
    foreignKeys: table.foreignKeys.map(renamed),
    checks: table.checks.map(renamed),
    exclusions: table.exclusions.map(renamed),
  }
  if (!found) throw new MissingTargetError(`constraint ${from} of ${displayName(table)}`, [])
  return after
}

/** The columns of the type, under its new name. */
function retype(table: Table, from: QualifiedName, to: QualifiedName): Table {
  const retyped = (column: Column): Column => {
    const { type } = column
    if (typeof type === 'string' || !sameName({ ...type, name: type.enum }, nameOf(from))) return column
    return { ...column, type: defined({ enum: to.name, schema: to.schema, array: type.array }) }
  }
  return { ...table, columns: table.columns.map(retyped) }
}

/** The server keeps defaults true when a value of their enum is renamed. */
function renameDefaults(table: Table, type: EnumType | QualifiedName, rename: (value: string) => string): Table {
  const renamed = (column: Column): Column => {
    if (typeof column.type === 'string' || column.default === undefined || isExpression(column.default)) return column
    if (!sameName({ ...column.type, name: column.type.enum }, nameOf(type))) return column
    const literal = column.default
    if (typeof literal === 'string') return { ...column, default: rename(literal) }
    if (!Array.isArray(literal)) return column
    return { ...column, default: literal.map((value) => (typeof value === 'string' ? rename(value) : value)) }
  }
  const columns = table.columns.map(renamed)
  return sameJson(columns, table.columns) ? table : { ...table, columns }
}
