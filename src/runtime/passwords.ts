// Passwords, kept out of whatever somebody else wrote: drivers, servers, scripts.
import type { DataSourceOptions } from 'typeorm'
import { AutogenError } from '../errors'
import type { Operation } from '../operations/operation'
import { addressOf, masterOf, parseUrl, record, text } from './address'

/** Takes passwords out of a text: those of the options and of further addresses, and any inside a URL. */
export function withoutPasswords(message: string, options: Partial<DataSourceOptions>, ...urls: unknown[]): string {
  return secretsOf(options, urls).reduce(masked, withoutUrlPasswords(message))
}

/**
 * Takes passwords out of an error's texts and of all it carries, and returns it. Our own sentences are made of clean parts;
 * of them only a URL is mended that a user's file has thrown or a person has typed.
 */
export function cleanError(error: unknown, clean: (message: string) => string = withoutUrlPasswords): unknown {
  if (typeof error === 'string') return clean(error)
  if (typeof error !== 'object' || error === null) return error
  if (error instanceof AutogenError) error.message = withoutUrlPasswords(error.message)
  else for (const [key, value] of textsOf(error)) Reflect.set(error, key, clean(value))
  for (const key of ['cause', 'driverError', 'errors', 'parameters']) {
    const carried: unknown = Reflect.get(error, key)
    if (carried !== undefined && carried !== error) Reflect.set(error, key, cleanError(carried, clean))
  }
  return error
}

/** Takes passwords out of the texts of an operation; before it is described, as what is shortened may hold a part of one. */
export function operationWithout(operation: Operation, clean: (text: string) => string): Operation {
  const texts = operation.kind === 'commentTable' ? [...written, 'from', 'to'] : written
  return cleaned(operation, texts, clean) as Operation
}

// Whatever else an operation is made of are names, which must stay what they are.
const written = ['sql', 'canonical', 'parameters', 'rows', 'comment', 'default', 'using', 'arguments', 'text']

function cleaned(value: unknown, texts: readonly string[] | 'all', clean: (text: string) => string): unknown {
  if (typeof value === 'string') return texts === 'all' ? clean(value) : value
  if (Array.isArray(value)) return value.map((one) => cleaned(one, texts, clean))
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  const parts = Object.entries(value).map(([key, one]): [string, unknown] => {
    return [key, cleaned(one, texts === 'all' || texts.includes(key) ? 'all' : texts, clean)]
  })
  return Object.fromEntries(parts)
}

function textsOf(error: object): [string, string][] {
  return Object.getOwnPropertyNames(error).flatMap((key): [string, string][] => {
    const value: unknown = Reflect.get(error, key)
    return typeof value === 'string' ? [[key, value]] : []
  })
}

/** The same where nothing is known of the settings. */
export function withoutUrlPasswords(message: string): string {
  return message
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s]*@/gi, '$1:***@')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]+):[^\s:/@]*(?=\.\.\.|…)/gi, '$1:***')
}

/**
 * Whether SQL that is to be printed holds the password of the options. One that is short, a plain word or a name they hold as well
 * is nobody's secret, and part of much that has nothing to do with it.
 */
export function holdsPassword(sql: string, options: Partial<DataSourceOptions>): boolean {
  const shown = secretsOf(options, []).filter((secret) => secret.length >= 8 && !/^\p{L}+$/u.test(secret))
  const held = shown.filter((secret) => sql.includes(secret) || sql.includes(secret.replaceAll("'", "''")))
  if (held.length === 0) return false
  const { user, database } = addressOf(options as DataSourceOptions)
  return held.some((secret) => secret !== user && secret !== database)
}

const used = new WeakMap<object, string>()

/** Remembers the password that a driver came in with, wherever it had it from: a function, or the file of PGPASSFILE. */
export function rememberPassword(options: object, password: unknown): void {
  if (typeof password === 'string') used.set(options, password)
}

/** The longest first, since one may hold another. */
function secretsOf(options: object, others: readonly unknown[]): string[] {
  const fields = { ...options } as Record<string, unknown>
  const settings = { ...masterOf(fields), ...record(fields.extra) }
  const urls = [fields.url, settings.url, settings.connectionString, ...others]
  // SQLCipher calls it a key.
  const own = [fields.password, settings.password, fields.key, used.get(options), process.env.PGPASSWORD]
  const given = [...own, ...urls.map(passwordOf)]
  const secrets = given.flatMap((secret) => text(secret) ?? [])
  const spellings = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))
  return [...spellings].sort((a, b) => b.length - a.length)
}

/** A short password is part of many words by chance, so it is only looked for as a word of its own. */
function masked(message: string, secret: string): string {
  if (secret.length >= 8) return cutOff(message.replaceAll(secret, '***'), secret)
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return message.replace(new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, 'gu'), '***')
}

/** What a server shortens may end inside of a password; it ends such a text with dots. */
function cutOff(message: string, secret: string): string {
  const parts = message.split(/(?=\.\.\.|…)/)
  const last = parts.pop()
  const ended = parts.map((part) => {
    for (let length = secret.length - 1; length >= 4; length--)
      if (part.endsWith(secret.slice(0, length))) return `${part.slice(0, -length)}***`
    return part
  })
  return [...ended, last].join('')
}

/** The password inside a connection string, as it was before it was escaped. */
function passwordOf(url: unknown): string | undefined {
  const parsed = typeof url === 'string' ? parseUrl(url) : undefined
  if (parsed === undefined) return undefined
  return (
    parsed.searchParams.get('password') ??
    (/%(?![\da-f]{2})/i.test(parsed.password) ? undefined : decodeURIComponent(parsed.password))
  )
}
