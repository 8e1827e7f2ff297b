// Which values do not survive a change of type: they would be cut, rounded or refused.
import { sameJson } from '../../model/expression'
import { findEnum } from '../../model/lookup'
import { emptySchema, type Column, type ColumnType, type EnumType } from '../../model/schema'
import type { Narrowing } from '../dialect'
import { quoteName } from '../sql'
import { textLiteral } from './literals'
import { ofOne } from './list-of-one'
import { isTextType, normalizeType, parseType, serialType } from './types'

/** The values of a column that another type cannot hold; nothing for computed columns, which hold none of their own. */
export function narrowing(
  from: Column,
  to: Column,
  enums: readonly EnumType[],
  version?: number,
): Narrowing | undefined {
  if (from.generated || to.generated) return undefined
  const [source, target] = [measure(from.type, enums), measure(to.type, enums)]
  if (source.text === target.text) return undefined
  const where = unfit(quoteName(from.name), source, target, ofOne(from.type, to.type), version)
  return where === undefined ? undefined : { where }
}

/** The condition under which what a column holds does not fit. */
function unfit(
  column: string,
  source: Measure,
  target: Measure,
  change: ReturnType<typeof ofOne>,
  version: number | undefined,
): string | undefined {
  const misfit = (value: string) => misfits(value, source, target, version)
  if (change === 'unwraps')
    return either(`array_dims(${column}) <> '[1:1]' OR cardinality(${column}) = 0`, misfit(`(${column})[1]`))
  if (change === 'wraps' || (!source.array && !target.array)) return misfit(column)
  if (source.array && target.array) return inList(column, misfit('item'))
  if (source.array && isText(target)) return tooLong(column, { ...source, numbers: [], name: 'list' }, target)
  return unreadable(column, source, target, version)
}

function either(one: string, other: string | undefined): string {
  return other === undefined ? one : `${one} OR ${other}`
}

function inList(column: string, where: string | undefined): string | undefined {
  return where && `EXISTS (SELECT FROM unnest(${column}) AS item WHERE ${where})`
}

/** Measure is a type taken apart: its name, what it says in parentheses, the values of an enum. */
interface Measure {
  readonly text: string
  readonly name: string
  readonly numbers: readonly number[]
  readonly array: boolean
  readonly values?: readonly string[]
}

function measure(type: ColumnType, enums: readonly EnumType[]): Measure {
  if (typeof type !== 'string') {
    const name = { ...(type.schema !== undefined && { schema: type.schema }), name: type.enum }
    const values = findEnum({ ...emptySchema, enums }, name)?.values
    const text = JSON.stringify([type.schema, type.enum, type.array ?? false])
    return { text, name: 'enum', numbers: [], array: type.array ?? false, ...(values && { values }) }
  }
  const spelled = serialType(type) ?? type
  const { name, modifiers, array } = parseType(spelled)
  const numbers = (modifiers ?? '').split(',').map(Number)
  return {
    text: normalizeType(spelled),
    name,
    numbers: modifiers === undefined || numbers.some(Number.isNaN) ? [] : numbers,
    array,
  }
}

/** The condition under which one value, given as SQL, does not fit. */
function misfits(value: string, source: Measure, target: Measure, version: number | undefined): string | undefined {
  if (target.values) return unlisted(value, source, target.values)
  if (isText(target)) return tooLong(value, source, target)
  if (isText(source)) return unreadable(value, source, target, version)
  if (isNumber(source) && isNumber(target)) return outOfRange(value, source, target)
  if (source.name === 'integer' && target.name === 'boolean') return `${value} NOT IN (0, 1)`
  if (bits.has(source.name) && bits.has(target.name)) return otherLength(value, source, target)
  const lost = lossy[`${source.name}>${target.name}`]
  if (lost !== undefined) return lost(value)
  return coarser(value, source, target)
}

// Text

function isText({ name }: Measure): boolean {
  return isTextType(name)
}

function limitOf({ name, numbers }: Measure): number | undefined {
  return name === 'varchar' || name === 'char' ? numbers[0] : undefined
}

/** The longest text of types that have one. */
const longest: ReadonlyMap<string, number> = new Map(
  Object.entries({
    enum: 63,
    smallint: 6,
    integer: 11,
    bigint: 20,
    boolean: 5,
    uuid: 36,
    date: 13,
    time: 15,
    timetz: 24,
    timestamp: 29,
    timestamptz: 38,
    macaddr: 17,
    macaddr8: 23,
    inet: 43,
    cidr: 43,
  }),
)

function tooLong(value: string, source: Measure, target: Measure): string | undefined {
  // A name is cut without a word.
  if (target.name === 'name') return source.name === 'name' ? undefined : `octet_length(${value}::text) > 63`
  const limit = limitOf(target)
  if (limit === undefined) return undefined
  const before = limitOf(source) ?? longest.get(source.name)
  if (before !== undefined && before <= limit) return undefined
  return `char_length(${value}${isText(source) ? '' : '::text'}) > ${limit}`
}

function unlisted(value: string, source: Measure, values: readonly string[]): string | undefined {
  if (source.values?.every((one) => values.includes(one))) return undefined
  return `${value}::text NOT IN (${values.map(textLiteral).join(', ')})`
}

/** Before 16 only trying tells; then the server refuses in its own words. */
function unreadable(value: string, source: Measure, target: Measure, version: number | undefined): string | undefined {
  if (!isText(source) || source.array || version === undefined || version < 160000) return undefined
  if (target.values) return undefined
  return `NOT pg_input_is_valid(${value}, ${textLiteral(target.text)})`
}

// Numbers

const integers: { readonly [name: string]: readonly [low: string, high: string, digits: number] } = {
  smallint: ['-32768', '32767', 5],
  integer: ['-2147483648', '2147483647', 10],
  bigint: ['-9223372036854775808', '9223372036854775807', 19],
}
const exactDigits: { readonly [name: string]: number } = { real: 6, 'double precision': 15 }

function isNumber({ name }: Measure): boolean {
  return Object.hasOwn(integers, name) || Object.hasOwn(exactDigits, name) || name === 'numeric'
}

/** How many digits stand before and after the point, at most. */
function digitsOf({ name, numbers: [precision, scale = 0] }: Measure): readonly [whole: number, fraction: number] {
  if (name in integers) return [integers[name]![2], 0]
  if (name !== 'numeric' || precision === undefined) return [Infinity, Infinity]
  return [precision - scale, Math.max(0, scale)]
}

function outOfRange(value: string, source: Measure, target: Measure): string | undefined {
  const [whole, fraction] = digitsOf(source)
  const range = integers[target.name]
  if (range !== undefined) {
    const [low, high, digits] = range
    if (whole < digits && fraction === 0) return undefined
    if (source.name in integers && whole <= digits) return undefined
    const outside = `${value} NOT BETWEEN ${low} AND ${high}`
    return fraction === 0 ? outside : `${outside} OR ${value} <> trunc(${value})`
  }
  if (target.name === 'numeric') return beyondScale(value, source, target)
  const digits = exactDigits[target.name]!
  if (source.name === 'real' || whole + fraction <= digits) return undefined
  if (source.name in integers) {
    const limit = target.name === 'real' ? '16777216' : '9007199254740992'
    return source.name === 'integer' && target.name !== 'real'
      ? undefined
      : `${value} NOT BETWEEN -${limit} AND ${limit}`
  }
  const [least, most] = target.name === 'real' ? ['1e-37', '3e38'] : ['1e-307', '1e308']
  const again =
    source.name === 'numeric' ? `${value}::${target.name}::numeric` : `${value}::real::text::double precision`
  return `CASE WHEN ${value} <> 0 AND abs(${value}) NOT BETWEEN ${least} AND ${most} THEN true ELSE ${again} <> ${value} END`
}

function beyondScale(value: string, source: Measure, target: Measure): string | undefined {
  const [precision, scale = 0] = target.numbers
  if (precision === undefined) return undefined
  const [whole, fraction] = digitsOf(source)
  const exact = source.name === 'numeric' || source.name in integers ? value : `${value}::numeric`
  const rounded = `round(${exact}, ${scale})`
  const isRounded = scale < 0 || fraction > scale
  const conditions = [
    ...(whole + (isRounded ? 1 : 0) <= precision - scale
      ? []
      : [`abs(${isRounded ? rounded : exact}) >= ${`1${'0'.repeat(Math.max(0, precision - scale))}`}`]),
    ...(isRounded ? [`${exact} <> ${rounded}`] : []),
  ]
  return conditions.length === 0 ? undefined : conditions.join(' OR ')
}

// Times and the rest

/** Casts the server makes without asking, though they lose something. */
const lossy: { readonly [change: string]: (value: string) => string } = {
  'timestamp>date': (value) => `${value} <> ${value}::date`,
  'timestamptz>date': (value) => `${value} <> ${value}::date`,
  'timestamp>time': (value) => `${value} IS NOT NULL`,
  'timestamptz>time': (value) => `${value} IS NOT NULL`,
  'timestamptz>timetz': (value) => `${value} IS NOT NULL`,
  'timetz>time': (value) => `${value} <> ${value}::time::timetz`,
  'interval>time': (value) => `${value} <> ${value}::time::interval`,
  'inet>cidr': (value) => `${value} <> ${value}::cidr`,
  'numeric>money': (value) => `${value} <> ${value}::money::numeric`,
}

const clocks = new Set(['time', 'timetz', 'timestamp', 'timestamptz', 'interval'])

/** Fewer digits of a second. */
function coarser(value: string, source: Measure, target: Measure): string | undefined {
  if (!clocks.has(source.name) || !clocks.has(target.name) || sameJson(source.numbers, target.numbers)) return undefined
  const [before = 6] = source.numbers
  const [after = 6] = target.numbers
  return after >= before ? undefined : `${value} <> ${value}::${source.name}(${after})`
}

const bits = new Set(['bit', 'varbit'])

function otherLength(value: string, source: Measure, target: Measure): string | undefined {
  const [length] = target.numbers
  if (length === undefined) return undefined
  if (target.name === 'bit') return `length(${value}) <> ${length}`
  return (source.numbers[0] ?? Infinity) <= length ? undefined : `length(${value}) > ${length}`
}
