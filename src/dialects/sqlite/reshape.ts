// A CREATE TABLE for another shape of the same table: what stays is written as it stood, the rest from the model.
import { sameDefault } from '../../model/same'
import type { Column, Expression, ForeignKey, Literal, Table } from '../../model/schema'
import { quoteName, words } from '../sql'
import {
  checkSql,
  collateSql,
  columnSql,
  createTableSql,
  defaultSql,
  foreignKeySql,
  generatedSql,
  inlineKeySql,
  primaryKeySql,
  soleColumn,
  uniqueSql,
} from './ddl'
import { form, unqualified } from './form'
import { foreignKeyOf, partsOf, tableOf } from './introspect'
import { normalizeDefault, normalizeTable, spellCollation } from './normalize'
import { parseTable, type ParsedColumn, type ParsedPart, type ParsedTable } from './parse'

/** The CREATE statement of `to` under another name; `create` is the text of the table it grows from. */
export function reshape(create: string | undefined, to: Table, name: string): string {
  const table = unqualifiedTable(to)
  if (create === undefined) return createTableSql(table, name)
  const parsed = parseTable(unqualified(create, parseTable(create).name))
  const was = normalizeTable(tableOf(parsed))
  const left = leftovers(parsed, table)
  const inline = left.checks.filter((check) => soleColumn(check) !== undefined)
  const columns = table.columns.map((column) => {
    const own = inline.filter((check) => soleColumn(check) === column.name.toLowerCase())
    const key = inlineKeySql(left, column)
    const text = parsed.columns.find((one) => one.name.toLowerCase() === column.name.toLowerCase())
    const before = was.columns.find((one) => one.name === text?.name)
    if (text === undefined || before === undefined) return columnSql(column, own, key)
    const checks = own.map(({ expression }) => `CHECK( ${expression.sql} )`)
    return words(keptColumn(text, before, column, { kept: left.kept, checks, key }), parsed.comments.get(text))
  })
  const constraints = [
    ...parsed.constraints
      .filter((part) => left.kept.has(part))
      .map((part) => words(part.text, parsed.comments.get(part))),
    ...left.uniques.map(uniqueSql),
    ...left.checks.filter((check) => !inline.includes(check)).map(checkSql),
    ...left.foreignKeys.map(foreignKeySql),
    ...(left.primaryKey && left.primaryKey.columns.length > 1 ? [primaryKeySql(left.primaryKey)] : []),
  ]
  return words(`CREATE TABLE ${quoteName(name)} (${[...columns, ...constraints].join(', ')})`, parsed.options)
}

/** The table whose checks name its columns alone; no other expression of a table may say whose they are. */
export function unqualifiedTable(table: Table): Table {
  const checks = table.checks.map((check) => ({
    ...check,
    expression: { ...check.expression, sql: unqualified(check.expression.sql, table.name) },
  }))
  return { ...table, checks }
}

interface Addition {
  readonly kept: ReadonlySet<ParsedPart>
  readonly checks: readonly string[]
  readonly key: string | undefined
}

function keptColumn(text: ParsedColumn, was: Column, now: Column, { kept, checks, key }: Addition): string {
  const parts = text.parts.filter((part) => kept.has(part) || staysOnColumn(part, now))
  const has = (kind: ParsedPart['kind']) => parts.some((part) => part.kind === kind)
  return words(
    was.type === now.type ? text.text : words(quoteName(now.name), String(now.type)),
    ...checks,
    key,
    ...parts.map((part) => part.text),
    now.collation !== undefined && !has('collate') && collateSql(now.collation),
    was.nullable && !now.nullable && 'NOT NULL',
    now.generated && !has('generated') && generatedSql(now.generated),
    !now.generated && now.default !== undefined && !has('default') && defaultSql(now.default),
  )
}

function staysOnColumn(part: ParsedPart, now: Column): boolean {
  switch (part.kind) {
    case 'notNull':
      return !now.nullable
    case 'null':
      return now.nullable
    case 'collate':
      return spellCollation(part.collation) === now.collation
    case 'default':
      return !now.generated && now.default !== undefined && sameDefaultOf(String(now.type), part, now.default)
    case 'generated':
      return (
        now.generated !== undefined &&
        form(part.sql) === form(now.generated.sql) &&
        part.stored === !now.generated.virtual
      )
    default:
      return false
  }
}

function sameDefaultOf(type: string, a: Literal | Expression, b: Literal | Expression): boolean {
  return sameDefault(normalizeDefault(a, type), normalizeDefault(b, type))
}

interface Leftovers extends Pick<Table, 'uniques' | 'checks' | 'foreignKeys' | 'primaryKey'> {
  readonly kept: ReadonlySet<ParsedPart>
}

// Every key and check that is written and still wanted keeps its words; each of the wanted ones is found once.
function leftovers(parsed: ParsedTable, table: Table): Leftovers {
  const kept = new Set<ParsedPart>()
  const uniques = [...table.uniques]
  const checks = [...table.checks]
  const foreignKeys = [...table.foreignKeys]
  let { primaryKey } = table
  const numbered = table.columns.some(({ identity }) => identity !== undefined)
  const take = <T>(part: ParsedPart, list: T[], same: (one: T) => boolean) => {
    const at = list.findIndex(same)
    if (at < 0) return
    list.splice(at, 1)
    kept.add(part)
  }
  for (const part of partsOf(parsed)) {
    if (part.kind === 'other') kept.add(part)
    if (part.kind === 'unique')
      take(part, uniques, (one) => one.name === part.name && sameNames(one.columns, part.columns))
    if (part.kind === 'check')
      take(part, checks, (one) => one.name === part.name && form(one.expression.sql) === form(part.sql))
    if (part.kind === 'references') take(part, foreignKeys, (one) => sameReference(one, part))
    if (part.kind === 'primaryKey' && primaryKey && sameNames(primaryKey.columns, part.columns)) {
      if (part.autoincrement !== numbered || (!numbered && part.name !== primaryKey.name)) continue
      primaryKey = undefined
      kept.add(part)
    }
  }
  return { kept, uniques, checks, foreignKeys, ...(primaryKey && { primaryKey }) }
}

function sameReference(key: ForeignKey, part: ParsedPart & { readonly kind: 'references' }): boolean {
  const written = foreignKeyOf(part, (name) => name, new Map())
  const { columns } = written.references
  return (
    key.name === written.name &&
    sameNames(key.columns, written.columns) &&
    sameNames([key.references.table.name], [written.references.table.name]) &&
    (columns.length === 0 || sameNames(key.references.columns, columns)) &&
    key.onDelete === written.onDelete &&
    key.onUpdate === written.onUpdate &&
    key.deferrable === written.deferrable
  )
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => name.toLowerCase() === b[at]?.toLowerCase())
}
