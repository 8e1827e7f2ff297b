// Names inside of expressions, after a rename: the server keeps them true, so the model must too. Texts of any dialect.
import { isExpression } from '../model/expression'
import type { Expression, Index, IndexElement, Table } from '../model/schema'

/** Respelling puts another name into the text of an expression. */
export type Respelling = (sql: string) => string

/** The table with other texts for its checks, computed columns, indexes and exclusions; its defaults name no column. */
export function respellTable(table: Table, respell: Respelling): Table {
  const element = (one: IndexElement): IndexElement =>
    typeof one === 'object' && 'sql' in one ? respellExpression(one, respell) : one
  const index = (one: Index): Index => ({
    ...one,
    columns: one.columns.map(element),
    ...(one.where && { where: respellExpression(one.where, respell) }),
  })
  const holder = <T extends { readonly expression: Expression }>(one: T): T => ({
    ...one,
    expression: respellExpression(one.expression, respell),
  })
  return {
    ...table,
    columns: table.columns.map((column) =>
      column.generated ? { ...column, generated: respellExpression(column.generated, respell) } : column,
    ),
    indexes: table.indexes.map(index),
    checks: table.checks.map(holder),
    exclusions: table.exclusions.map(holder),
  }
}

/** The table with other texts for its defaults. */
export function respellDefaults(table: Table, respell: Respelling): Table {
  const columns = table.columns.map((column) =>
    column.default !== undefined && isExpression(column.default)
      ? { ...column, default: respellExpression(column.default, respell) }
      : column,
  )
  return { ...table, columns }
}

/** The expression with another text, in both its spellings. */
export function respellExpression<T extends Expression>(expression: T, respell: Respelling): T {
  const { sql, canonical } = expression
  return { ...expression, sql: respell(sql), ...(canonical !== undefined && { canonical: respell(canonical) }) }
}

/** The expression with a column under its new name. */
export function renameInText(sql: string, from: string, to: string): string {
  return edit(sql, (token, tokens, at) => (isIdentifier(token, from) && isColumn(tokens, at) ? quoted(to) : token))
}

/** The expression with a table under its new name, where it says whose a column is. */
export function renameTableInText(sql: string, from: string, to: string): string {
  return edit(sql, (token, tokens, at) => (isIdentifier(token, from) && tokens[at + 1] === '.' ? quoted(to) : token))
}

/** The expression with a type under its new name. */
export function renameTypeInText(sql: string, from: string, to: string): string {
  return edit(sql, (token, tokens, at) => (isIdentifier(token, from) && isType(tokens, at) ? quoted(to) : token))
}

/**
 * The expression with a value of an enum under its new name, where the text says whose value it is: `'guest'::user_role`,
 * or in a list of them: `'{guest,admin}'::user_role[]`.
 */
export function renameValueInText(sql: string, type: string, from: string, to: string): string {
  return edit(sql, (token, tokens, at) => {
    if (!token.startsWith("'")) return token
    const name = tokens[at + 3] === '.' ? at + 4 : at + 2
    if (!isIdentifier(tokens[name], type) || !isType(tokens, name)) return token
    if (tokens[name + 1] === '[') return renameInList(token, from, to)
    return token === literal(from) ? literal(to) : token
  })
}

/** The literal of a list, with one of its values under its new name. */
function renameInList(list: string, from: string, to: string): string {
  const text = list.slice(1, -1).replaceAll("''", "'")
  const renamed = text.replace(/"(?:[^"\\]|\\[\s\S])*"|[^\s{},"][^{},"]*/g, (item) => {
    const value = (item.startsWith('"') ? item.slice(1, -1) : item.trimEnd()).replace(/\\([\s\S])/g, '$1')
    return value === from ? listItem(to) : item
  })
  return literal(renamed)
}

function listItem(value: string): string {
  const isPlain = /^[^\s{}",\\]+$/.test(value) && !/^null$/i.test(value)
  return isPlain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}

// Strings, names in quotes, words, the cast, then whatever else.
const token =
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|[\p{L}_][\p{L}\p{N}_$]*|::|\s+|./gsu

function edit(sql: string, change: (token: string, tokens: readonly string[], at: number) => string): string {
  const pieces = sql.match(token) ?? []
  const tokens = pieces.filter((piece) => piece.trim() !== '')
  let at = 0
  return pieces.map((piece) => (piece.trim() === '' ? piece : change(piece, tokens, at++))).join('')
}

/** A word means the name in its own letters, or in lower case; in quotes it means just itself. */
function isIdentifier(token: string | undefined, name: string): boolean {
  if (token === undefined) return false
  if (token === quoted(name) || token === `\`${name.replaceAll('`', '``')}\``) return true
  return /^[\p{L}_]/u.test(token) && !token.endsWith("'") && (token === name || token.toLowerCase() === name)
}

function isColumn(tokens: readonly string[], at: number): boolean {
  const [before, after] = [tokens[at - 1] ?? '', tokens[at + 1] ?? '']
  return after !== '(' && after !== '.' && !/^collate$/i.test(before) && !isType(tokens, at)
}

function isType(tokens: readonly string[], at: number): boolean {
  return tokens[at - 1] === '::' || (tokens[at - 1] === '.' && tokens[at - 3] === '::')
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
