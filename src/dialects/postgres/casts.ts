// Which type changes need a USING: where the server has no assignment cast of its own.
import type { ColumnType } from '../../model/schema'
import type { Scope } from '../dialect'
import { quoteName } from '../sql'
import { typeSql } from './clauses'
import { ofOne } from './list-of-one'
import { parseType } from './types'

/**
 * The USING a type change needs, or undefined. Where an assignment cast exists none is written: it refuses values that
 * do not fit, while an explicit cast to varchar(3) cuts them off.
 */
export function usingFor(column: string, from: ColumnType, to: ColumnType, scope: Scope): string | undefined {
  const [source, target] = [shape(from), shape(to)]
  const value = quoteName(column)
  const change = ofOne(from, to)
  if (change !== undefined) return listOfOne(value, change, source.name === target.name ? undefined : to, scope)
  if (source.array === target.array && assignable(source, target)) return undefined
  const throughText = (source.enum && !target.text) || (target.enum && !source.text)
  return `${value}${throughText ? `::text${source.array ? '[]' : ''}` : ''}::${typeSql(to, scope)}`
}

/** No value stays none, and no list either. Another enum is read by the names of its values. */
function listOfOne(value: string, change: 'wraps' | 'unwraps', other: ColumnType | undefined, scope: Scope): string {
  const cast = other === undefined ? '' : `::text${change === 'wraps' ? '[]' : ''}::${typeSql(other, scope)}`
  return change === 'wraps' ? `CASE WHEN ${value} IS NOT NULL THEN ARRAY[${value}]${cast} END` : `(${value})[1]${cast}`
}

/** Whether two types differ in more than a length. */
export function sameBase(from: ColumnType, to: ColumnType): boolean {
  const [source, target] = [shape(from), shape(to)]
  return source.name === target.name && source.array === target.array
}

interface Shape {
  readonly name: string
  readonly array: boolean
  readonly enum: boolean
  readonly text: boolean
}

const textTypes = new Set(['text', 'varchar', 'char', 'bpchar', 'name', '"char"'])

function shape(type: ColumnType): Shape {
  if (typeof type !== 'string')
    return { name: JSON.stringify([type.schema, type.enum]), array: type.array ?? false, enum: true, text: false }
  const { name, array } = parseType(type)
  return { name, array, enum: false, text: textTypes.has(name) }
}

function assignable(source: Shape, target: Shape): boolean {
  if (source.name === target.name || target.text) return true
  return (
    groups.some((group) => group.has(source.name) && group.has(target.name)) ||
    oneWay.has(`${source.name}>${target.name}`)
  )
}

const groups = [
  new Set(['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric']),
  new Set(['date', 'timestamp', 'timestamptz']),
  new Set(['json', 'jsonb']),
  new Set(['bit', 'varbit']),
  new Set(['inet', 'cidr']),
  new Set(['macaddr', 'macaddr8']),
  new Set(['time', 'timetz']),
  new Set(['time', 'interval']),
]

const oneWay = new Set([
  'timestamp>time',
  'timestamptz>time',
  'timestamptz>timetz',
  'numeric>money',
  'money>numeric',
  'integer>money',
  'bigint>money',
])
