// A value as source text, laid out by hand as prettier would with the house's settings.
import { UnprintableValueError } from '../errors'

/** How wide a line may be. */
export const lineWidth = 120

/**
 * Prints a value as an expression, on one line if it fits there.
 *
 * @param column where the expression starts
 * @param indent how far the line it starts on is indented
 * @example literal({ name: 'id', type: 'integer' }) // { name: 'id', type: 'integer' }
 */
export function literal(value: unknown, column = 0, indent = 0): string {
  const flat = onOneLine(value)
  if (column + flat.length <= lineWidth && !wantsLines(value)) return flat
  const inner = indent + 2
  const pad = ' '.repeat(inner)
  if (Array.isArray(value) && value.length > 0) {
    return `[\n${value.map((item) => `${pad}${literal(item, inner, inner)},\n`).join('')}${' '.repeat(indent)}]`
  }
  if (isPlainObject(value) && entriesOf(value).length > 0) {
    const lines = entriesOf(value).map(([key, item]) => {
      const start = `${pad}${propertyName(key)}: `
      return `${start}${literal(item, start.length + 1, inner)},\n`
    })
    return `{\n${lines.join('')}${' '.repeat(indent)}}`
  }
  return flat
}

const code = Symbol('code')

/** Code is source text among values: it is printed as it is. */
export interface Code {
  readonly [code]: string
}

/** Source text that stands where a value is expected, such as `op.fillIn('user.email')`. */
export function codeOf(text: string): Code {
  return { [code]: text }
}

function isCode(value: unknown): value is Code {
  return typeof value === 'object' && value !== null && code in value
}

/** Lists of several objects are read as a table, one per line, however short. */
function wantsLines(value: unknown): boolean {
  if (Array.isArray(value)) {
    return (
      (value.length > 1 && value.every((item) => isPlainObject(item) && entriesOf(item).length > 1)) ||
      value.some(wantsLines)
    )
  }
  return isPlainObject(value) && entriesOf(value).some(([, item]) => wantsLines(item))
}

function onOneLine(value: unknown): string {
  if (isCode(value)) return value[code]
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`
  if (isPlainObject(value)) {
    const entries = entriesOf(value).map(([key, item]) => `${propertyName(key)}: ${onOneLine(item)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return scalar(value)
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringLiteral(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
  }
  if (value === null) return 'null'
  if (value instanceof Date && !Number.isNaN(value.getTime())) return `new Date('${value.toISOString()}')`
  if (value instanceof Uint8Array) return `Buffer.from('${Buffer.from(value).toString('base64')}', 'base64')`
  throw new UnprintableValueError(typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value)
}

/** A string in single quotes, or in double quotes where that needs fewer escapes. */
export function stringLiteral(text: string): string {
  const quote = text.split("'").length > text.split('"').length ? '"' : "'"
  // Whatever an editor or a terminal would not show as itself is spelled out: controls, line separators, half surrogates.
  const escaped = text.replace(
    /["'\\]|[\p{Cc}\u2028\u2029\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu,
    (character) => {
      if (character === '"' || character === "'") return character === quote ? `\\${character}` : character
      return escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    },
  )
  return quote + escaped + quote
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function propertyName(key: string): string {
  // Written plainly this one key would set the prototype.
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : stringLiteral(key)
}

function entriesOf(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined)
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // In a virtual machine, as under jest, Object is another Object.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
