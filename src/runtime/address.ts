// Where a data source's options point: as one line for people, without the password, and how `--url` replaces it.
import { fileURLToPath } from 'node:url'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { DataSourceOptions } from 'typeorm'
import { InvalidUrlError, NoAddressError } from '../errors'

/** Address is where a database is, in parts; `text` is the line that is printed. */
export interface Address {
  readonly text: string
  readonly host?: string
  readonly port?: string
  readonly user?: string
  readonly database?: string
  /** The file of a SQLite database, unless it lives in memory. */
  readonly file?: string
}

type Fields = Readonly<Record<string, unknown>>

/** Reads the address out of options: host and port, url, the master of a replication, unix sockets, or a file. */
export function addressOf(options: DataSourceOptions): Address {
  const fields: Fields = { ...options }
  return isSqlite(fields) ? fileAddress(fields) : serverAddress(fields)
}

function fileAddress(fields: Fields): Address {
  const path = text(fields.location) ?? text(fields.database)
  if (path === undefined || path.startsWith(':memory:')) return { text: ':memory:' }
  if (path.startsWith('file:')) return { text: path }
  return { text: path, file: path }
}

function serverAddress(fields: Fields): Address {
  const settings = { ...masterOf(fields), ...record(fields.extra) }
  const url = text(settings.connectionString) ?? text(settings.url)
  const parts = url === undefined ? {} : partsOfUrl(url)
  const user = parts.user ?? text(settings.user) ?? text(settings.username) ?? process.env.PGUSER ?? userInfo().username
  const host = parts.host ?? text(settings.host) ?? process.env.PGHOST ?? 'localhost'
  const port = parts.port ?? text(settings.port) ?? process.env.PGPORT ?? '5432'
  const database = parts.database ?? text(settings.database) ?? process.env.PGDATABASE ?? user
  return { text: `${user}@${host}:${port}/${database}`, host, port, user, database }
}

/** The settings of the server that is written to: replication's master, else the options themselves. */
export function masterOf(fields: Fields): Fields {
  const master = record(record(fields.replication).master)
  return Object.keys(master).length === 0 ? fields : { ...fields, url: undefined, ...master }
}

/** The parts a connection string states; node-postgres also takes `/socket database`, `socket:/path?db=name` and `?host=`. */
function partsOfUrl(url: string): Omit<Address, 'text'> {
  if (url.startsWith('/')) {
    const [host, database] = url.split(' ')
    return present({ host, database })
  }
  const parsed = parseUrl(url) ?? parseUrl(url.replace('@/', '@localhost/'))
  if (parsed === undefined) throw new InvalidUrlError('is not one', 'postgres://user@host:5432/database')
  const query = parsed.searchParams
  if (parsed.protocol === 'socket:') {
    return present({ host: parsed.pathname, user: parsed.username, database: query.get('db') })
  }
  return present({
    host: query.get('host') || decodeURIComponent(parsed.hostname),
    port: query.get('port') || parsed.port,
    user: query.get('user') || decodeURIComponent(parsed.username),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  })
}

/** A URL, where it is one. */
export function parseUrl(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

const addressKeys = [
  'url',
  'host',
  'port',
  'username',
  'user',
  'password',
  'database',
  'replication',
  'connectionString',
]

/**
 * Puts another address into options and keeps everything else: ssl, extra, schema, entities. For SQLite it is a path,
 * `sqlite:./file.db`, `file:./file.db` or `:memory:`; a relative one starts at `folder`.
 */
export function replaceAddress(options: DataSourceOptions, url: string, folder = '.'): DataSourceOptions {
  const fields: Fields = { ...options }
  const replaced = isSqlite(fields) ? withFile(fields, url, folder) : withServer(fields, url)
  // The type of a driver's options cannot be seen from here; its own fields were only copied.
  return replaced as unknown as DataSourceOptions
}

function withServer(fields: Fields, url: string): Fields {
  const example = 'postgres://user@host:5432/database'
  if (!/^(postgres|postgresql|socket):|^\//.test(url))
    throw new InvalidUrlError(`does not fit type '${text(fields.type)}'`, example)
  requireEscapes(url, 'postgres://user:100%25@host/database')
  partsOfUrl(url)
  const ssl = masterOf(fields).ssl
  const extra = fields.extra === undefined ? {} : { extra: without(record(fields.extra), addressKeys) }
  return { ...without(fields, addressKeys), ...extra, ...(ssl === undefined ? {} : { ssl }), url }
}

function withFile(fields: Fields, url: string, folder: string): Fields {
  const scheme = /^([a-z][a-z0-9+-]+):/i.exec(url)?.[1]?.toLowerCase()
  if (scheme !== undefined && !['sqlite', 'sqlite3', 'better-sqlite3', 'sqljs', 'file'].includes(scheme)) {
    throw new InvalidUrlError(`does not fit type '${text(fields.type)}'`, 'sqlite:./file.db')
  }
  if (scheme !== undefined) requireEscapes(url, 'sqlite:./100%25.db')
  const path = scheme === undefined ? url : pathOf(url.slice(scheme.length + 1))
  if (path === '') throw new InvalidUrlError('names no file', 'sqlite:./file.db')
  const file = path.startsWith(':memory:') || resolve(folder) === resolve() ? path : resolve(folder, path)
  return fields.type === 'sqljs' ? { ...without(fields, ['database']), location: file } : { ...fields, database: file }
}

/** TypeORM and the drivers decode what a URL escapes, and would only say that it is malformed. */
function requireEscapes(url: string, example: string): void {
  try {
    decodeURIComponent(url)
  } catch {
    throw new InvalidUrlError('holds a % that begins no escape', example)
  }
}

function pathOf(rest: string): string {
  if (rest.startsWith('///')) return fileURLToPath(`file:${rest}`)
  return decodeURIComponent(rest.replace(/^\/\/(?=\.|:memory:)/, ''))
}

/** Whether options belong to one of TypeORM's SQLite drivers. */
export function isSqlite(options: { readonly type?: unknown }): boolean {
  return ['sqlite', 'better-sqlite3', 'sqljs'].includes(String(options.type))
}

/**
 * Refuses an address that was left to variables which are not set: drivers then take this machine's own defaults, and nobody
 * meant those.
 */
export function requireAddress(options: DataSourceOptions): void {
  const fields: Fields = { ...options }
  const written = addressKeys.filter((key) => key in fields && key !== 'password')
  const settings = { ...masterOf(fields), ...record(fields.extra) }
  const isNamed = addressKeys.some((key) => key !== 'password' && text(settings[key]) !== undefined)
  const isDefault = ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE'].some((name) => process.env[name])
  if (written.length > 0 && !isNamed && !isDefault && !isSqlite(fields)) throw new NoAddressError(written)
}

/** What can be read as an object. */
export function record(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** A text that says something; the drivers also take numbers. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function present(parts: Record<string, string | null | undefined>): Omit<Address, 'text'> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value))
}

function without(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)))
}
