// Operation -> SQL, one handler per kind.
import { sameJson } from '../../model/expression'
import { findColumn, findTable } from '../../model/lookup'
import type { Column, Extension, Json, QualifiedName, Table } from '../../model/schema'
import type { Handlers, OperationMap } from '../../operations/operation'
import type { Scope } from '../dialect'
import { ownSql } from '../own-sql'
import { nameList, quoteName, words } from '../sql'
import { postgresTokens, splitStatements } from '../tokens'
import { alterColumn } from './alter'
import {
  checkSql,
  columnSql,
  commentColumn,
  dropViewSql,
  exclusionSql,
  foreignKeySql,
  indexSql,
  isSerial,
  primaryKeySql,
  quoteTable,
  uniqueSql,
  viewSql,
} from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { createEnum, replaceEnum } from './enums'
import { anyRow, guarded } from './guards'
import { rowLiteral, textLiteral } from './literals'
import { named, truncateName } from './names'
import { opening } from './path'
import { renameColumn, renameTable } from './renames'
import { serialType } from './types'
import type { Answer, Context, Work } from './work'

/** The statements of one operation. */
export const handlers: Handlers<string | Work | Answer, [Context]> = {
  createTable: ({ table }, context) => createTable(table, context),
  dropTable: ({ table }, { scope }) => `DROP TABLE ${quoteTable(table, scope)}`,
  renameTable: (operation, context) => renameTable(operation, context),
  commentTable: ({ table, to }, { scope }) => commentTable(table, to, scope),

  addColumn: ({ table, column }, context) =>
    guarded(needsValue(column) ? [anyRow(table, context)] : [], [
      alterTable(table, `ADD COLUMN ${columnSql(column, context.scope)}`, context),
      ...afterColumn(table, column, context),
    ]),
  dropColumn: ({ table, column }, context) => alterTable(table, `DROP COLUMN ${quoteName(column.name)}`, context),
  renameColumn: (operation, context) => renameColumn(operation, context),
  alterColumn: (operation, context) => alterColumn(operation, context),

  createPrimaryKey: ({ table, primaryKey }, context) =>
    alterTable(table, `ADD ${primaryKeySql(named(table, primaryKey, 'pkey'))}`, context),
  dropPrimaryKey: (operation, context) => dropPrimaryKey(operation, context),
  createUnique: ({ table, unique }, context) =>
    alterTable(table, `ADD ${uniqueSql(named(table, unique, 'key'))}`, context),
  dropUnique: ({ table, unique }, context) => dropConstraint(table, named(table, unique, 'key'), context),
  createForeignKey: ({ table, foreignKey }, context) =>
    alterTable(table, `ADD ${foreignKeySql(named(table, foreignKey, 'fkey'), context.scope)}`, context),
  dropForeignKey: ({ table, foreignKey }, context) => dropConstraint(table, named(table, foreignKey, 'fkey'), context),
  createCheck: ({ table, check }, context) =>
    alterTable(table, `ADD ${checkSql(named(table, check, 'check'))}`, context),
  dropCheck: ({ table, check }, context) => dropConstraint(table, named(table, check, 'check'), context),
  createExclusion: ({ table, exclusion }, context) =>
    alterTable(table, `ADD ${exclusionSql(named(table, exclusion, 'excl'))}`, context),
  dropExclusion: ({ table, exclusion }, context) => dropConstraint(table, named(table, exclusion, 'excl'), context),
  renameConstraint: ({ table, from, to }, context) =>
    alterTable(table, `RENAME CONSTRAINT ${quoteName(from)} TO ${quoteName(to)}`, context),
  validateConstraint: ({ table, name }, context) =>
    alterTable(table, `VALIDATE CONSTRAINT ${quoteName(name)}`, context),

  createIndex: (operation, context) => createIndex(operation, context),
  dropIndex: (operation, context) => dropIndex(operation, context),
  renameIndex: ({ table, from, to }, { scope }) =>
    `ALTER INDEX ${quoteTable(beside(table, from), scope)} RENAME TO ${quoteName(to)}`,

  createEnum: (operation, context) => createEnum(operation.enum, context),
  dropEnum: (operation, { scope }) => `DROP TYPE ${quoteTable(operation.enum, scope)}`,
  addEnumValue: (operation, context) => addEnumValue(operation, context),
  renameEnum: ({ from, to }, { scope }) => `ALTER TYPE ${quoteTable(from, scope)} RENAME TO ${quoteName(to.name)}`,
  renameEnumValue: (operation, { scope }) =>
    `ALTER TYPE ${quoteTable(operation.enum, scope)} RENAME VALUE ${textLiteral(operation.from)} TO ${textLiteral(operation.to)}`,
  replaceEnum: (operation, context) => replaceEnum(operation, context),

  createView: ({ view }, { scope }) => viewSql(view, scope),
  dropView: ({ view }, { scope }) => dropViewSql(view, scope),
  createSchema: ({ schema }) => `CREATE SCHEMA ${quoteName(schema)}`,
  dropSchema: ({ schema }) => `DROP SCHEMA ${quoteName(schema)}`,
  createExtension: ({ extension }, { scope }) => createExtension(extension, scope),
  dropExtension: ({ extension }) => dropExtension(extension),
  createSequence: ({ sequence }, { scope }) =>
    words(
      `CREATE SEQUENCE ${quoteTable(sequence, scope)}`,
      sequence.type && `AS ${sequence.type}`,
      sequence.increment && `INCREMENT BY ${sequence.increment}`,
      sequence.start && `START WITH ${sequence.start}`,
    ),
  dropSequence: ({ sequence }, { scope }) => `DROP SEQUENCE ${quoteTable(sequence, scope)}`,

  // With parameters it is one statement, and the planner hands them on.
  execute: ({ sql, parameters }) => (parameters === undefined ? splitStatements(sql, postgresTokens) : sql),
  bulkInsert: (operation, context) => bulkInsert(operation, context),
  own: (operation) => ownSql(operation, 'postgres').flatMap((sql) => splitStatements(sql, postgresTokens)),
}

// A database has an extension once, for all its schemas: without a schema of its own it goes where TypeORM would put it.
function createExtension({ name, schema }: Extension, { defaultSchema }: Scope): readonly string[] {
  const create = `CREATE EXTENSION IF NOT EXISTS ${quoteName(name)}`
  if (schema !== undefined) return [`${create} WITH SCHEMA ${quoteName(schema)}`]
  const bound = defaultSchema === 'public' ? [] : opening(defaultSchema)
  return bound.length === 0 ? [create] : ['SET LOCAL search_path TO DEFAULT', create, ...bound]
}

/** Another schema's tables may need it as well. */
function dropExtension({ name }: Extension): string {
  return dollarQuoted(`BEGIN
  DROP EXTENSION ${quoteName(name)};
EXCEPTION WHEN dependent_objects_still_exist THEN
  RAISE NOTICE 'An extension stays: %', SQLERRM;
END`)
}

function alterTable(table: QualifiedName, action: string, { scope }: Context): string {
  return `ALTER TABLE ${quoteTable(table, scope)} ${action}`
}

function dropConstraint(table: QualifiedName, { name }: { readonly name: string }, context: Context): string {
  return alterTable(table, `DROP CONSTRAINT ${quoteName(name)}`, context)
}

/** Indexes lie in the schema of their table. */
function beside({ schema }: QualifiedName, name: string): QualifiedName {
  return schema === undefined ? { name } : { schema, name }
}

function createTable(table: Table, context: Context): string[] {
  const { scope } = context
  // CREATE TABLE silently merges keys over the same columns, ALTER TABLE does not.
  const keys = [...(table.primaryKey ? [table.primaryKey] : []), ...table.uniques]
  const repeated = table.uniques.filter((unique) =>
    keys.slice(0, keys.indexOf(unique)).some(({ columns }) => sameJson(columns, unique.columns)),
  )
  const parts = [
    ...table.columns.map((column) => columnSql(column, scope)),
    ...(table.primaryKey ? [primaryKeySql(named(table, table.primaryKey, 'pkey'))] : []),
    ...table.uniques
      .filter((unique) => !repeated.includes(unique))
      .map((unique) => uniqueSql(named(table, unique, 'key'))),
    ...table.checks.map((check) => checkSql(named(table, check, 'check'))),
    ...table.exclusions.map((exclusion) => exclusionSql(named(table, exclusion, 'excl'))),
  ]
  const body = parts.length === 0 ? '()' : `(\n  ${parts.join(',\n  ')}\n)`
  const partition = table.options?.partitionBy
  return [
    words(`CREATE TABLE ${quoteTable(table, scope)} ${body}`, partition && `PARTITION BY ${partition}`),
    ...repeated.map((unique) => alterTable(table, `ADD ${uniqueSql(named(table, unique, 'key'))}`, context)),
    ...(table.comment === undefined ? [] : [commentTable(table, table.comment, scope)]),
    ...table.columns.flatMap((column) => afterColumn(table, column, context)),
  ]
}

/** Whether rows that are there would be left without a value they must have. */
function needsValue({ nullable, default: value, generated, identity, type }: Column): boolean {
  if (nullable || value !== undefined || generated !== undefined || identity !== undefined) return false
  return typeof type !== 'string' || serialType(type) === undefined
}

/** What cannot be said while a column is made. */
function afterColumn(table: QualifiedName, column: Column, context: Context): string[] {
  return [
    ...(isSerial(column) && column.nullable && column.identity === 'SERIAL'
      ? [alterTable(table, `ALTER COLUMN ${quoteName(column.name)} DROP NOT NULL`, context)]
      : []),
    ...(column.comment === undefined ? [] : [commentColumn(table, column, context.scope)]),
  ]
}

function commentTable(table: QualifiedName, text: string | undefined, scope: Scope): string {
  return `COMMENT ON TABLE ${quoteTable(table, scope)} IS ${text === undefined ? 'NULL' : textLiteral(text)}`
}

// The server makes the columns of a key NOT NULL and leaves them so when the key goes.
function dropPrimaryKey({ table, primaryKey }: OperationMap['dropPrimaryKey'], context: Context): string[] {
  const found = findTable(context.schema, table)
  const nullable = primaryKey.columns.filter((name) => found && findColumn(found, name)?.nullable)
  return [
    dropConstraint(table, named(table, primaryKey, 'pkey'), context),
    ...nullable.map((name) => alterTable(table, `ALTER COLUMN ${quoteName(name)} DROP NOT NULL`, context)),
  ]
}

function createIndex({ table, index, concurrently }: OperationMap['createIndex'], { scope }: Context): string | Work {
  if (!concurrently) return indexSql(table, index, scope)
  const name = quoteTable(beside(table, truncateName(index.name)), scope)
  return {
    sql: indexSql(table, index, scope, true),
    alone: 'untransacted',
    probe: {
      sql: `SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)), false) AS done`,
      parameters: [name],
    },
    remains: { sql: remainsSql, parameters: [name, quoteTable(table, scope), `DROP INDEX CONCURRENTLY ${name}`] },
  }
}

// A build that broke off leaves its index, invalid, under its name: postgresql.org/docs/current/sql-createindex.html
// One that is still being built is not in the way for long, and is somebody's.
const remainsSql = `SELECT $3::text AS sql FROM pg_index i
WHERE i.indexrelid = to_regclass($1) AND i.indrelid = to_regclass($2) AND NOT i.indisvalid
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)`

function dropIndex({ table, index, concurrently }: OperationMap['dropIndex'], { scope }: Context): string | Work {
  const name = quoteTable(beside(table, index.name), scope)
  if (!concurrently) return `DROP INDEX ${name}`
  return {
    sql: `DROP INDEX CONCURRENTLY ${name}`,
    alone: 'untransacted',
    probe: {
      sql: `SELECT to_regclass($1) IS NULL AS done`,
      parameters: [quoteTable(beside(table, truncateName(index.name)), scope)],
    },
  }
}

// A value cannot be used before the transaction that adds it has ended, hence a segment of its own.
function addEnumValue(operation: OperationMap['addEnumValue'], { scope }: Context): Work {
  const { value, before, after } = operation
  const sql = words(
    `ALTER TYPE ${quoteTable(operation.enum, scope)} ADD VALUE IF NOT EXISTS ${textLiteral(value)}`,
    before !== undefined && `BEFORE ${textLiteral(before)}`,
    after !== undefined && `AFTER ${textLiteral(after)}`,
  )
  return { sql, alone: 'segment' }
}

const rowsPerInsert = 500

function bulkInsert({ table, rows }: OperationMap['bulkInsert'], { schema, scope }: Context): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const found = findTable(schema, table)
  const types = new Map(columns.map((name) => [name, found && findColumn(found, name)?.type]))
  const value = (name: string, given: Json | undefined) =>
    given === undefined ? 'DEFAULT' : rowLiteral(types.get(name) ?? 'text', given)
  const chunks = Array.from({ length: Math.ceil(rows.length / rowsPerInsert) }, (_, n) =>
    rows.slice(n * rowsPerInsert, (n + 1) * rowsPerInsert),
  )
  return chunks.map((chunk) => {
    const tuples = chunk.map(
      (row) => `  (${columns.map((name) => value(name, Object.hasOwn(row, name) ? row[name] : undefined)).join(', ')})`,
    )
    return `INSERT INTO ${quoteTable(table, scope)} (${nameList(columns)}) VALUES\n${tuples.join(',\n')}`
  })
}
