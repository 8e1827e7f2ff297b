// Values and their SQL, in both directions: a default that is a mere constant is a Literal, in one form per type.
import { isExpression } from '../../model/expression'
import type { ColumnType, Json, Literal } from '../../model/schema'
import { quoteText } from '../sql'
import { meaningful, postgresTokens, tokenize, type Token } from '../tokens'
import { parseType } from './types'

/** Text as a string that means the same whatever standard_conforming_strings says. */
export function textLiteral(text: string): string {
  return text.includes('\\') ? `E${quoteText(text.replaceAll('\\', '\\\\'))}` : quoteText(text)
}

/** Any value as SQL, by its own looks. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : textLiteral(String(value))
  if (typeof value === 'string') return textLiteral(value)
  if (value instanceof Date) return textLiteral(value.toISOString())
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`.replace("'\\", "E'\\\\")
  if (Array.isArray(value)) return textLiteral(arrayText(value))
  return textLiteral(JSON.stringify(value))
}

/** A value as SQL for a column of that type. */
export function typedLiteral(type: ColumnType, value: Json): string {
  if (value === null) return 'NULL'
  const { family, array } = familyOf(type)
  if (array && Array.isArray(value)) return textLiteral(arrayText(value, family))
  if (!array && isJson(family)) return textLiteral(typeof value === 'string' ? value : JSON.stringify(value))
  if (!array && family === 'number' && (typeof value === 'number' || isDecimal(value))) return literal(bare(value))
  if (typeof value === 'object') return textLiteral(JSON.stringify(value))
  return literal(value)
}

/** A row's value as SQL. A string in a json column is a value like any other; in a default it is JSON text. */
export function rowLiteral(type: ColumnType, value: Json): string {
  const { family, array } = familyOf(type)
  const json = isJson(family) && !array && value !== null
  return json ? textLiteral(JSON.stringify(value)) : typedLiteral(type, value)
}

/** The one form of a default value for a column of that type: `'true'` is true, `"1.50"` is 1.5, JSON text is its value. */
export function normalizeLiteral(type: ColumnType, value: Literal): Literal {
  const { family, array } = familyOf(type)
  if (!array) return normalizeScalar(family, value)
  const items = typeof value === 'string' ? parseArray(value) : value
  return Array.isArray(items) ? normalizeItems(family, items) : value
}

/** The value of an expression that is a mere constant of the column's type; null is NULL, undefined is no constant. */
export function constantOf(sql: string, type: ColumnType): Literal | null | undefined {
  const tokens = unwrapped(meaningful(tokenize(sql, postgresTokens)))
  const at = tokens.findIndex((token) => token.text === '::')
  const value = constantToken(unwrapped(at < 0 ? tokens : tokens.slice(0, at)))
  if (value === undefined) return undefined
  const cast = at < 0 ? undefined : tokens.slice(at + 1)
  if (cast?.some((token) => token.text === '::')) return undefined
  if (value === null) return null
  if (cast !== undefined && !fits(cast, type, value)) return undefined
  const { family, array } = familyOf(type)
  if (typeof value === 'boolean') return family === 'boolean' && !array ? value : undefined
  if (value.kind === 'number' && !(family === 'number' || family === 'text')) return undefined
  if (value.kind === 'number' && array) return undefined
  return normalizeLiteral(type, value.text)
}

/** A default as the server prints it, where it is a json: the server compares none, so what it holds counts. */
export function foldJson(sql: string): string {
  const value = sql.endsWith('::json') ? constantOf(sql, 'json') : undefined
  return value === undefined || value === null ? sql : JSON.stringify(normalizeLiteral('jsonb', value))
}

/** An expression without the parentheses around all of it. */
export function unwrap(sql: string): string {
  const tokens = meaningful(tokenize(sql, postgresTokens))
  const inner = unwrapped(tokens)
  const [first, last] = [inner[0], inner.at(-1)]
  return first === undefined || last === undefined ? sql.trim() : sql.slice(first.start, last.start + last.text.length)
}

/** Whether two values of a type are the same only if they are spelled alike. */
export function hasOneForm(type: ColumnType): boolean {
  const { family } = familyOf(type)
  return typeof type !== 'string' || (family !== 'other' && family !== 'json')
}

/** Whether a column of that type holds JSON. */
export function isJsonType(type: ColumnType): boolean {
  const { family, array } = familyOf(type)
  return isJson(family) && !array
}

/** The items of the server's own text for an array; undefined where the type is none. */
export function readArray(type: ColumnType, text: string): Json[] | undefined {
  return familyOf(type).array ? parseArray(text) : undefined
}

type Family = 'boolean' | 'number' | 'json' | 'jsonb' | 'text' | 'other'

const families: { readonly [name: string]: Family } = {
  boolean: 'boolean',
  smallint: 'number',
  integer: 'number',
  bigint: 'number',
  real: 'number',
  'double precision': 'number',
  numeric: 'number',
  json: 'json',
  jsonb: 'jsonb',
  text: 'text',
  varchar: 'text',
  char: 'text',
  bpchar: 'text',
  name: 'text',
}

/** A type may have any name, also one that every object knows. */
function familyNamed(name: string): Family | undefined {
  return Object.hasOwn(families, name) ? families[name] : undefined
}

function isJson(family: Family | undefined): family is 'json' | 'jsonb' {
  return family === 'json' || family === 'jsonb'
}

function familyOf(type: ColumnType): { family: Family; array: boolean } {
  if (typeof type !== 'string') return { family: 'other', array: type.array ?? false }
  const { name, array } = parseType(type)
  return { family: familyNamed(name) ?? 'other', array }
}

function normalizeScalar(family: Family, value: Literal): Literal {
  if (family === 'boolean') return booleanOf(value) ?? value
  if (family === 'number') return numberOf(value) ?? value
  if (isJson(family)) return typeof value === 'string' ? jsonOf(value, family) : ordered(value, family)
  return typeof value === 'object' ? (family === 'text' ? JSON.stringify(value) : value) : String(value)
}

function normalizeItems(family: Family, items: readonly Json[]): readonly Json[] {
  return items.map((item) => {
    if (item === null) return null
    return Array.isArray(item) && !isJson(family) ? normalizeItems(family, item) : normalizeScalar(family, item)
  })
}

function booleanOf(value: Literal): boolean | undefined {
  const text = String(value).toLowerCase()
  if (/^(t|tr|tru|true|y|ye|yes|on|1)$/.test(text)) return true
  if (/^(f|fa|fal|fals|false|n|no|of|off|0)$/.test(text)) return false
  return undefined
}

const decimal = /^\s*([-+]?)(\d+\.?\d*|\.\d+)(?:[eE]([-+]?\d+))?\s*$/

function isDecimal(value: Json): boolean {
  return typeof value === 'string' && decimal.test(value)
}

function bare(value: Json): number | bigint | string {
  const number = numberOf(value as number | string)
  return typeof number === 'string' && /^-?\d+$/.test(number) ? BigInt(number) : (number ?? String(value))
}

/** A number where JavaScript holds it exactly, else its digits without idle zeros. */
function numberOf(value: Literal): number | string | undefined {
  if (typeof value === 'number') return value
  const parts = typeof value === 'string' ? decimal.exec(value) : null
  if (parts === null) return undefined
  const [, sign, digits = '', exponent] = parts
  if (exponent !== undefined) return Number.isFinite(Number(value)) ? Number(value) : undefined
  const [whole = '', fraction = ''] = digits.split('.')
  const tidy = [whole.replace(/^0+(?=\d)/, '') || '0', fraction.replace(/0+$/, '')]
    .filter((part) => part !== '')
    .join('.')
  const text = sign === '-' && tidy !== '0' ? `-${tidy}` : tidy
  return String(Number(text)) === text ? Number(text) : text
}

function jsonOf(text: string, family: 'json' | 'jsonb'): Literal {
  // More digits than a number can hold would come back changed.
  if (/\d{16}/.test(text)) return text
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    // Not JSON: the server will say so, with the person's own text.
    return text
  }
  if (family === 'json' && JSON.stringify(value) !== text) return text
  const tidy = ordered(value, family)
  // In the model null is no default, and an object with `sql` an expression.
  return tidy === null || typeof tidy === 'string' || isExpression(tidy) ? JSON.stringify(tidy) : tidy
}

/** A jsonb forgets how its keys were ordered, a json does not. */
function ordered<T extends Json>(value: T, family: 'json' | 'jsonb'): T {
  return family === 'json' ? value : sortedKeys(value)
}

function sortedKeys<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sortedKeys) as readonly Json[] as T
  const entries = Object.entries(value as { [key: string]: Json }).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortedKeys(item)])) as T
}

/** An array as the server's own text for one: {a,"b c",NULL}. */
function arrayText(items: readonly unknown[], family?: Family): string {
  const texts = items.map((item) => {
    if (item === null || item === undefined) return 'NULL'
    if (Array.isArray(item) && !isJson(family)) return arrayText(item, family)
    const text =
      item instanceof Date ? item.toISOString() : typeof item === 'object' ? JSON.stringify(item) : String(item)
    const plain = /^[^\s{}",\\]+$/.test(text) && text.toUpperCase() !== 'NULL'
    return plain ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${texts.join(',')}}`
}

/** Reads the server's text for an array; undefined when it is none. */
function parseArray(text: string): Json[] | undefined {
  const pieces = /\s*(?:([{},])|"((?:[^"\\]|\\[\s\S])*)"|((?:[^\s{},"\\]|\\[\s\S])(?:[^{},"\\]|\\[\s\S])*))/y
  const stack: Json[][] = []
  let done: Json[] | undefined
  let expectItem = true
  const unescape = (piece: string) => piece.replace(/\\([\s\S])/g, '$1')
  while (pieces.lastIndex < text.trimEnd().length) {
    const match = pieces.exec(text)
    if (match === null || done !== undefined) return undefined
    const [, mark, quoted, plain] = match
    const list = stack.at(-1)
    if (mark === '{') {
      if (!expectItem) return undefined
      const items: Json[] = []
      list?.push(items)
      stack.push(items)
      expectItem = true
    } else if (list === undefined) return undefined
    else if (mark === '}') {
      if (expectItem && list.length > 0) return undefined
      stack.pop()
      if (stack.length === 0) done = list
      expectItem = false
    } else if (mark === ',') {
      if (expectItem) return undefined
      expectItem = true
    } else {
      if (!expectItem) return undefined
      const item = quoted === undefined ? plain!.trimEnd() : unescape(quoted)
      list.push(
        quoted === undefined && item.toUpperCase() === 'NULL' ? null : quoted === undefined ? unescape(item) : item,
      )
      expectItem = false
    }
  }
  return done
}

function unwrapped(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.text !== '(' || tokens.at(-1)?.text !== ')') return tokens
  let depth = 0
  for (const [at, { text }] of tokens.entries()) {
    if (text === '(') depth++
    if (text === ')') depth--
    if (depth === 0 && at < tokens.length - 1) return tokens
  }
  return unwrapped(tokens.slice(1, -1))
}

type Constant = boolean | null | { readonly kind: 'number' | 'string'; readonly text: string }

function constantToken(tokens: readonly Token[]): Constant | undefined {
  const signed = tokens.length === 2 && (tokens[0]!.text === '-' || tokens[0]!.text === '+')
  const token = tokens.at(-1)
  if (token === undefined || tokens.length > (signed ? 2 : 1)) return undefined
  if (token.kind === 'number') return { kind: 'number', text: (signed ? tokens[0]!.text : '') + token.text }
  if (signed) return undefined
  const word = token.kind === 'word' ? token.text.toLowerCase() : undefined
  if (word === 'null') return null
  if (word === 'true' || word === 'false') return word === 'true'
  const text = token.kind === 'string' ? stringValue(token.text) : undefined
  return text === undefined ? undefined : { kind: 'string', text }
}

/** What a string token means; undefined for spellings only the server reads surely. */
function stringValue(token: string): string | undefined {
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
  const body = /^[eE]'([\s\S]*)'$/.exec(token)?.[1]
  if (body === undefined || /\\[^\\']/.test(body.replaceAll('\\\\', ''))) return undefined
  return body.replace(/\\([\s\S])|''/g, (_, escaped: string | undefined) => escaped ?? "'")
}

/** Whether a cast changes nothing about a constant that the column's type would not change as well. */
function fits(cast: readonly Token[], type: ColumnType, value: { readonly text: string } | boolean): boolean {
  if (cast.some(({ text }) => text === '(')) return false
  const target = parseType(cast.map(({ text }) => text).join(' '))
  if (typeof type !== 'string') {
    const last = cast.findLast(({ kind }) => kind === 'word' || kind === 'name')?.text ?? ''
    const name = last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last.toLowerCase()
    return name === type.enum && target.array === (type.array ?? false)
  }
  const column = parseType(type)
  if (target.array !== column.array) return false
  // Blanks at the end mean nothing to char(n), and something to the others.
  if (target.name === 'bpchar') return column.name === 'char' || column.name === 'bpchar'
  if (target.name === 'char') return false
  if (familyNamed(target.name) === 'text') return familyNamed(column.name) === 'text'
  if (target.name === column.name) return true
  if (familyNamed(target.name) !== 'number' || familyNamed(column.name) !== 'number') return false
  return target.name === 'numeric' || (typeof value === 'object' && /^[-+]?\d+$/.test(value.text))
}
