// Values of rows on their way to the driver and back, in the form in which TypeORM keeps them.
import type { ColumnType } from '../../model/schema'

/** Booleans as numbers, moments and JSON as text. */
export function write(type: ColumnType, value: unknown): unknown {
  if (isJson(type)) return JSON.stringify(value)
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if ('toISOString' in value && typeof value.toISOString === 'function') {
    return String(value.toISOString()).replace('T', ' ').replace('Z', '')
  }
  return JSON.stringify(value)
}

/** What is no such text stays as it is: SQLite lets anything into any column. */
export function read(type: ColumnType, value: unknown): unknown {
  if (is(type, 'boolean')) return value === 0 || value === 1 ? value === 1 : value
  if (typeof value !== 'string') return value
  if (is(type, 'datetime')) {
    const moment = new Date(/[zZ]|[-+]\d\d:?\d\d$/.test(value) ? value : `${value.replace(' ', 'T')}Z`)
    return Number.isNaN(moment.getTime()) ? value : moment
  }
  return isJson(type) ? parsed(value) : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Somebody wrote it past us.
    return text
  }
}

function isJson(type: ColumnType): boolean {
  return is(type, 'json') || is(type, 'jsonb')
}

function is(type: ColumnType, name: string): boolean {
  return typeof type === 'string' && type.replace(/\(.*/, '').trim().toLowerCase() === name
}
