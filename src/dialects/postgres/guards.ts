// Rows are counted before they would be lost: while the migration runs, and by a DO block where its SQL is printed.
import { defined } from '../../model/defined'
import { displayName, nameOf } from '../../model/lookup'
import type { Column, EnumType, QualifiedName, Table } from '../../model/schema'
import type { Guard } from '../dialect'
import { quoteName } from '../sql'
import { quoteTable } from './clauses'
import { dollarQuoted } from './dollar-quoted'
import { textLiteral } from './literals'
import { isList, ofOne } from './list-of-one'
import { narrowing } from './narrowing'
import type { Context, Work } from './work'

/** Puts guards before the first of some statements. */
export function guarded(guards: readonly Guard[], works: readonly (string | Work)[]): (string | Work)[] {
  const [first, ...rest] = works
  if (guards.length === 0 || first === undefined) return [...works]
  return [{ ...(typeof first === 'string' ? { sql: first } : first), guards }, ...rest]
}

/** The rows that hold what another type of their column cannot hold. */
export function narrowed(table: QualifiedName, from: Column, to: Column, context: Context): Guard[] {
  const narrower = narrowing(from, to, context.schema.enums, context.version)
  if (narrower === undefined) return []
  const found = guard(table, narrower.where, context, remedyFor(from, to))
  return [{ ...found, lock: lockSql(table, context), offline: offlineSql(found, context, lockSql(table, context)) }]
}

function remedyFor({ name, type: from }: Column, { type: to }: Column): string {
  if (ofOne(from, to) === 'unwraps') return `say which of their values stays, with \`using: '...'\``
  if (isList(to) && !isList(from)) return `make lists of one of them, with \`using: 'ARRAY[${quoteName(name)}]'\``
  return `say how they become shorter, with \`using: '...'\``
}

/** The rows that hold no value in a column that must have one. */
export function withoutValue(table: QualifiedName, { name }: Column, context: Context): Guard {
  return guard(table, `${quoteName(name)} IS NULL`, context, 'fill them in, with `op.batched` or `op.execute`')
}

/** Every row: none of them has a value for the new column. */
export function anyRow(table: QualifiedName, context: Context): Guard {
  return guard(table, undefined, context, 'add the column nullable, fill it in, and make it NOT NULL then')
}

/** The rows that hold one of the values an enum loses. */
export function holdingValues(table: Table, column: Column, values: readonly string[], context: Context): Guard {
  const name = quoteName(column.name)
  const isArray = typeof column.type === 'object' && column.type.array
  const where = isArray
    ? values.map((value) => `${textLiteral(value)} = ANY (${name})`).join(' OR ')
    : `${name} IN (${values.map(textLiteral).join(', ')})`
  const map = values.map((value) => `'${value}': '...'`).join(', ')
  return guard(table, where, context, `say what becomes of them, with \`{ map: { ${map} } }\``)
}

/** The values an enum has no more and no other value stands for. */
export function lostValues(from: EnumType, to: EnumType, map: { readonly [value: string]: string }): readonly string[] {
  return from.values.filter((value) => !to.values.includes(value) && !Object.hasOwn(map, value))
}

function guard(table: QualifiedName, where: string | undefined, context: Context, remedy: string): Guard {
  const sql = `SELECT count(*) AS count FROM ${rowsSql(table, where, context)}`
  const found = defined({ table: nameOf(table), where, remedy, sql })
  return { ...found, offline: offlineSql(found, context) }
}

function rowsSql(table: QualifiedName, where: string | undefined, { scope }: Context): string {
  return `${quoteTable(table, scope)}${where === undefined ? '' : ` WHERE ${where}`}`
}

// Where the server itself would refuse, a row that comes in between loses nothing; where it rounds or cuts, none may come.
function lockSql(table: QualifiedName, { scope }: Context): string {
  return `LOCK TABLE ${quoteTable(table, scope)} IN ACCESS EXCLUSIVE MODE`
}

function offlineSql({ table, where }: Pick<Guard, 'table' | 'where'>, context: Context, lock?: string): string {
  const message = ` rows of ${displayName(table)} are in the way${where === undefined ? '' : `: ${where}`}`
  return dollarQuoted(
    `DECLARE found bigint; BEGIN ${lock === undefined ? '' : `${lock}; `}` +
      `SELECT count(*) INTO found FROM ${rowsSql(table, where, context)}; ` +
      `IF found > 0 THEN RAISE EXCEPTION USING MESSAGE = found || ${textLiteral(message)}; END IF; END`,
  )
}
