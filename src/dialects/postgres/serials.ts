// A serial column is an integer whose default is the next number of its own sequence. An entity may say it in those words.
import { isExpression } from '../../model/expression'
import { findColumn, findTable, nameOf } from '../../model/lookup'
import type { Column, QualifiedName, SchemaModel, Table } from '../../model/schema'
import type { Queryable, Scope } from '../dialect'
import { quoteName } from '../sql'
import { quoteTable } from './clauses'
import { textLiteral, unwrap } from './literals'

/** The live schema, with those serial columns in an entity's words that have the very default it spells. */
export async function spellSerials(
  db: Queryable,
  live: SchemaModel,
  wanted: SchemaModel,
  scope: Scope,
): Promise<SchemaModel> {
  const spelled = live.tables.flatMap((table) => spelledBy(table, findTable(wanted, table), scope))
  if (spelled.length === 0) return live
  const tries = spelled.map(
    ({ table, to, sequence }, at) => `SELECT ${at} AS at WHERE ${uses(table, to, sequence, scope)}`,
  )
  const rows = await db.query(tries.join(' UNION ALL '))
  const same = rows.map(({ at }) => spelled[Number(at)]!.to)
  const respell = (column: Column, other: Column | undefined) =>
    other !== undefined && same.includes(other) ? asDefault(column, other) : column
  return {
    ...live,
    tables: live.tables.map((table) => {
      const other = findTable(wanted, table)
      if (other === undefined) return table
      return { ...table, columns: table.columns.map((column) => respell(column, findColumn(other, column.name))) }
    }),
  }
}

/** The sequence whose next number is the default of a column, as SQL of type regclass; undefined where it has no such default. */
export function numberedBy({ default: value }: Column, { defaultSchema }: Scope): string | undefined {
  if (value === undefined || !isExpression(value)) return undefined
  const name = nextval.exec(unwrap(value.sql))?.[1]?.replaceAll("''", "'")
  if (name === undefined || !sequenceName.test(name)) return undefined
  const found = `to_regclass(${textLiteral(name)})`
  if (defaultSchema === undefined || sequenceName.exec(name)?.[1] !== undefined) return found
  return `coalesce(to_regclass(${textLiteral(`${quoteName(defaultSchema)}.${name}`)}), ${found})`
}

const nextval = /^(?:pg_catalog\s*\.\s*)?nextval\s*\(\s*'((?:[^']|'')*)'\s*(?:::\s*(?:text|regclass)\s*)*\)$/i
const sequenceName = /^(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)(\.(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))?$/u

interface Spelled {
  readonly table: QualifiedName
  readonly to: Column
  readonly sequence: string
}

/** The columns that are serial here, and there have a sequence for their default. */
function spelledBy(table: Table, wanted: Table | undefined, scope: Scope): Spelled[] {
  return table.columns.flatMap(({ name, identity }) => {
    const to = identity === 'SERIAL' && wanted ? findColumn(wanted, name) : undefined
    const sequence = to === undefined || to.identity !== undefined ? undefined : numberedBy(to, scope)
    return to === undefined || sequence === undefined ? [] : [{ table: nameOf(table), to, sequence }]
  })
}

/** Whether the default of a column uses a sequence. */
function uses(table: QualifiedName, { name }: Column, sequence: string, scope: Scope): string {
  return `EXISTS (SELECT FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
    WHERE f.adrelid = to_regclass(${textLiteral(quoteTable(table, scope))}) AND a.attname = ${textLiteral(name)}
      AND d.refobjid = ${sequence})`
}

function asDefault({ identity: _, ...column }: Column, { default: value }: Column): Column {
  return value === undefined ? column : { ...column, default: value }
}
