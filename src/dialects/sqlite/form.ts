// One spelling for SQL that differs only in spaces, case, quotes and outer parentheses.
import type { Token } from '../tokens'
import { sqliteMeaning, unquote } from './parse'

/** The spelling two texts share when only spaces, comments, case, quotes and outer parentheses set them apart. */
export function form(sql: string): string {
  return withoutOuterParentheses(sqliteMeaning(sql)).map(spell).join(' ')
}

/** The text without parentheses that enclose all of it, and without semicolons behind it. */
export function unwrap(sql: string): string {
  return stretch(sql, withoutOuterParentheses(sqliteMeaning(sql)))
}

/** The text without what means nothing before and behind it. */
export function trim(sql: string): string {
  return stretch(sql, sqliteMeaning(sql))
}

function stretch(sql: string, tokens: readonly Token[]): string {
  const first = tokens[0]
  const last = tokens.at(-1)
  return first === undefined || last === undefined ? '' : sql.slice(first.start, last.start + last.text.length)
}

/** The columns a text mentions, in lower case: every word or name that is no function, type or collation by its place. */
export function mentions(sql: string): ReadonlySet<string> {
  const tokens = sqliteMeaning(sql)
  return new Set(tokens.filter((_, at) => isColumn(tokens, at)).map((token) => unquote(token).toLowerCase()))
}

/** The text with its columns renamed. */
export function renameMentions(sql: string, names: ReadonlyMap<string, string>): string {
  const tokens = sqliteMeaning(sql)
  let result = ''
  let at = 0
  tokens.forEach((token, index) => {
    const name = isColumn(tokens, index) ? names.get(unquote(token).toLowerCase()) : undefined
    if (name === undefined) return
    result += sql.slice(at, token.start) + `"${name.replaceAll('"', '""')}"`
    at = token.start + token.text.length
  })
  return result + sql.slice(at)
}

/** The text without a table's name before its columns, so that it can stand in a table of another name. */
export function unqualified(sql: string, table: string): string {
  const tokens = sqliteMeaning(sql)
  let result = ''
  let at = 0
  tokens.forEach((token, index) => {
    const column = tokens[index + 2]
    const isName = (token.kind === 'word' || token.kind === 'name') && tokens[index + 1]?.text === '.'
    if (!isName || column === undefined || unquote(token).toLowerCase() !== table.toLowerCase()) return
    result += sql.slice(at, token.start)
    at = column.start
  })
  return result + sql.slice(at)
}

function isColumn(tokens: readonly Token[], at: number): boolean {
  const token = tokens[at]
  if (token?.kind !== 'word' && token?.kind !== 'name') return false
  const after = tokens[at + 1]?.text
  return after !== '(' && after !== '.' && tokens[at - 1]?.text.toUpperCase() !== 'COLLATE'
}

function withoutOuterParentheses(tokens: readonly Token[]): readonly Token[] {
  if (tokens.at(-1)?.text === ';') return withoutOuterParentheses(tokens.slice(0, -1))
  if (tokens[0]?.text !== '(' || tokens.at(-1)?.text !== ')') return tokens
  let depth = 0
  const closes = tokens.findIndex(({ text }) => {
    if (text === '(') depth++
    if (text === ')') depth--
    return depth === 0
  })
  return closes === tokens.length - 1 ? withoutOuterParentheses(tokens.slice(1, -1)) : tokens
}

// A name in quotes that could be a keyword or a function keeps its quotes: "null" is a column, NULL is not.
function spell(token: Token): string {
  if (token.kind === 'name') {
    const name = unquote(token).toLowerCase()
    return /^[a-z_][\w$]*$/.test(name) && !keywords.has(name) ? name : `"${name.replaceAll('"', '""')}"`
  }
  if (token.kind === 'string') return /^x/i.test(token.text) ? token.text.toLowerCase() : token.text
  return synonyms[token.text] ?? token.text.toLowerCase()
}

const synonyms: Readonly<Record<string, string>> = { '==': '=', '!=': '<>' }

// What a bare word means in an expression other than a column.
const keywords = new Set(
  (
    'null true false current_date current_time current_timestamp case when then else end and or not is in like glob ' +
    'regexp match between exists cast collate isnull notnull escape distinct select from where raise'
  ).split(' '),
)
