// Changing a column where it stands.
import { sameDefault, sameGenerated } from '../../model/same'
import { sameJson } from '../../model/expression'
import type { Column, QualifiedName } from '../../model/schema'
import type { OperationMap } from '../../operations/operation'
import { quoteName, words } from '../sql'
import { putAside } from './aside'
import { sameBase, usingFor } from './casts'
import { commentColumn, defaultSql, quoteTable, typeSql } from './clauses'
import { around, makeAnew, mustBeMadeAnew } from './computed'
import { dollarQuoted } from './dollar-quoted'
import { guarded, narrowed, withoutValue } from './guards'
import { textLiteral, unwrap } from './literals'
import { derivedName } from './names'
import { numberedBy } from './serials'
import { normalizeType, serialType } from './types'
import type { Answer, Context } from './work'

/** The statements that make one column from another. */
export function alterColumn(operation: OperationMap['alterColumn'], context: Context): Answer {
  const column = resolveSerial(operation)
  const { table, from, to, using } = column
  if (mustBeMadeAnew(from, to, context)) {
    return [...putAside({ columns: [{ table, names: [from.name] }] }, context), ...makeAnew(column, context)]
  }
  const guards = [
    ...(from.nullable && !to.nullable ? [withoutValue(table, from, context)] : []),
    ...(using === undefined ? narrowed(table, from, to, context) : []),
  ]
  const statements = inPlace(column, context)
  return guarded(guards, isRetyped(from, to) ? around(table, [from.name], statements, context) : statements)
}

function isRetyped(from: Column, to: Column): boolean {
  return !sameJson(typeKey(from), typeKey(to)) || from.collation !== to.collation
}

function inPlace(column: Alteration, context: Context): string[] {
  const { table, from, to } = column
  const alter = (action: string) =>
    `ALTER TABLE ${quoteTable(table, context.scope)} ALTER COLUMN ${quoteName(to.name)} ${action}`
  const retyped = isRetyped(from, to)
  const rebased = retyped && !sameBase(from.type, to.type)
  const renumbered = from.identity !== to.identity
  // A default of the old type stands in the way of the new one.
  const dropsDefault = from.default !== undefined && (to.default === undefined || rebased)
  const setsDefault = to.default !== undefined && (dropsDefault || !sameDefault(from.default, to.default))
  return [
    ...(renumbered ? stopNumbering(table, from, to, alter, context) : []),
    ...(dropsDefault ? [alter('DROP DEFAULT')] : []),
    ...(from.generated && !to.generated ? [alter('DROP EXPRESSION')] : []),
    ...(to.nullable && !from.nullable ? [alter('DROP NOT NULL')] : []),
    ...(retyped ? [alter(retype(column, context))] : []),
    ...(retyped && from.identity === 'SERIAL' && to.identity === 'SERIAL' ? [retypeSequence(table, to, context)] : []),
    ...(from.generated && to.generated && !sameGenerated(from.generated, to.generated)
      ? [alter(`SET EXPRESSION AS (${unwrap(to.generated.sql)})`)]
      : []),
    ...(setsDefault ? [alter(`SET DEFAULT ${defaultSql(to)}`)] : []),
    ...(!to.nullable && from.nullable ? [alter('SET NOT NULL')] : []),
    ...(renumbered ? startNumbering(table, from, to, alter, context) : []),
    ...(from.comment === to.comment ? [] : [commentColumn(table, to, context.scope)]),
  ]
}

type Alteration = OperationMap['alterColumn']

/** `serial` is a spelling of integer, numbered by a sequence of its own. */
function resolveSerial(operation: Alteration): Alteration {
  const resolve = (column: Column): Column => {
    const type = typeof column.type === 'string' ? serialType(column.type) : undefined
    return type === undefined ? column : { ...column, type, identity: 'SERIAL' }
  }
  return { ...operation, from: resolve(operation.from), to: resolve(operation.to) }
}

function typeKey({ type }: Column): unknown {
  return typeof type === 'string' ? normalizeType(type) : type
}

function retype({ from, to, using }: Alteration, { scope }: Context): string {
  const cast = using ?? (from.generated || to.generated ? undefined : usingFor(to.name, from.type, to.type, scope))
  return words(
    `TYPE ${typeSql(to.type, scope)}`,
    to.collation !== undefined && `COLLATE ${quoteName(to.collation)}`,
    cast !== undefined && `USING ${cast}`,
  )
}

// Numbering

type Alter = (action: string) => string

function stopNumbering(table: QualifiedName, from: Column, to: Column, alter: Alter, { scope }: Context): string[] {
  if (from.identity === 'SERIAL') return [alter('DROP DEFAULT'), dropSequence(table, from, to, scope)]
  const numbered = (column: Column) => column.identity === 'ALWAYS' || column.identity === 'BY DEFAULT'
  return numbered(from) && !numbered(to) ? [alter('DROP IDENTITY')] : []
}

function startNumbering(table: QualifiedName, from: Column, to: Column, alter: Alter, context: Context): string[] {
  if (to.identity === 'SERIAL') return startSerial(table, to, alter, context)
  if (to.identity !== 'ALWAYS' && to.identity !== 'BY DEFAULT') return []
  if (from.identity === 'ALWAYS' || from.identity === 'BY DEFAULT') return [alter(`SET GENERATED ${to.identity}`)]
  return [alter(`ADD GENERATED ${to.identity} AS IDENTITY`), continueNumbers(table, to, context)]
}

function startSerial(table: QualifiedName, column: Column, alter: Alter, context: Context): string[] {
  const { scope } = context
  const sequence = quoteTable(
    { ...(table.schema && { schema: table.schema }), name: freeName(table, column, context) },
    scope,
  )
  return [
    `CREATE SEQUENCE ${sequence} AS ${typeSql(column.type, scope)} OWNED BY ${quoteTable(table, scope)}.${quoteName(column.name)}`,
    alter(`SET DEFAULT nextval(${textLiteral(sequence)}::regclass)`),
    continueNumbers(table, column, context),
  ]
}

/** The name the server would give the sequence, with a number behind it if something else has that name. */
function freeName(table: QualifiedName, column: Column, { schema }: Context): string {
  const inPlace = (thing: QualifiedName) => thing.schema === table.schema
  const taken = new Set([
    ...[...schema.tables, ...schema.views, ...schema.sequences].filter(inPlace).map(({ name }) => name),
    ...schema.tables.filter(inPlace).flatMap(({ indexes }) => indexes.map(({ name }) => name)),
  ])
  const candidates = (n: number) => derivedName(table.name, [column.name], n === 0 ? 'seq' : `seq${n}`)
  let n = 0
  while (taken.has(candidates(n))) n++
  return candidates(n)
}

/** New numbers begin behind those that are there. */
function continueNumbers(table: QualifiedName, { name }: Column, { scope }: Context): string {
  const place = quoteTable(table, scope)
  const sequence = `pg_get_serial_sequence(${textLiteral(place)}, ${textLiteral(name)})`
  return `SELECT setval(${sequence}, coalesce(max(${quoteName(name)}), 0) + 1, false) FROM ${place}`
}

function retypeSequence(table: QualifiedName, column: Column, { scope }: Context): string {
  return forOwnedSequence(`ALTER SEQUENCE %s AS ${typeSql(column.type, scope)}`, table, column, scope)
}

/** What the default takes its numbers from stays. */
function dropSequence(table: QualifiedName, from: Column, to: Column, scope: Context['scope']): string {
  const kept = numberedBy(to, scope)
  if (kept === undefined) return forOwnedSequence('DROP SEQUENCE %s', table, from, scope)
  const own = ownedSequence(table, from, scope)
  return dollarQuoted(
    `BEGIN IF ${own}::regclass IS DISTINCT FROM ${kept} THEN EXECUTE 'DROP SEQUENCE ' || ${own}; END IF; END`,
  )
}

// Its name is the server's business: a table renamed by hand keeps the sequence it had.
function forOwnedSequence(statement: string, table: QualifiedName, column: Column, scope: Context['scope']): string {
  const sequence = ownedSequence(table, column, scope)
  return dollarQuoted(`BEGIN EXECUTE replace(${textLiteral(statement)}, '%s', ${sequence}); END`)
}

function ownedSequence(table: QualifiedName, { name }: Column, scope: Context['scope']): string {
  return `pg_get_serial_sequence(${textLiteral(quoteTable(table, scope))}, ${textLiteral(name)})`
}
