// What a driver says when it cannot connect, as one of our facts; its own text is kept without passwords.
import type { DataSourceOptions } from 'typeorm'
import {
  AuthenticationFailedError,
  AutogenError,
  DatabaseNotFoundError,
  DatabaseUnreachableError,
  DriverNotInstalledError,
} from '../errors'
import { addressOf, isSqlite } from './address'
import { creation } from './fresh-database'
import { withoutPasswords } from './passwords'

/** Turns whatever went wrong while connecting into an error with an exit code and a next step. */
export function connectionError(error: unknown, options: DataSourceOptions): AutogenError {
  if (error instanceof AutogenError) return error
  const missing = missingDriver(error)
  if (missing) return missing
  const { text, user, database = '' } = addressOf(options)
  const { code, message } = factsOf(error)
  const reason = withoutPasswords(message, options)
  const cause = Object.assign(new Error(reason), { code })
  if (code === '28P01') return new AuthenticationFailedError(text, user ?? '', undefined, { cause })
  // What `pg` says where the server asks for a password and nobody has given one.
  if (/password must be a string/.test(message)) {
    return new AuthenticationFailedError(text, user ?? '', 'no password was given', { cause })
  }
  if (code === '28000') return new AuthenticationFailedError(text, user ?? '', reason, { cause })
  if (code === '3D000') {
    return new DatabaseNotFoundError(text, `database "${database}"`, creation(options, database), { cause })
  }
  return new DatabaseUnreachableError(text, reasons[code] ?? reason.replace(/\.$/, ''), {
    cause,
    isFile: isSqlite(options),
  })
}

/** The error for a driver package that is not installed, when that is what TypeORM complains of. */
export function missingDriver(error: unknown): DriverNotInstalledError | undefined {
  const { name, message } = said(error)
  if (name !== 'DriverPackageNotInstalledError') return undefined
  return new DriverNotInstalledError(/npm (?:install|i) ([^\s"]+)/.exec(message)?.[1] ?? 'of the driver')
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'the connection was cut while it was made',
  ENOENT: 'there is no such socket',
  '57P03': 'the server is starting or stopping',
  '53300': 'the server has no free connection left',
  SQLITE_NOTADB: 'the file is not a SQLite database',
  SQLITE_CANTOPEN: 'the file cannot be opened',
  SQLITE_BUSY: 'another process holds it locked',
}

/** Drivers wrap: Node puts a refusal per address into an AggregateError, TypeORM puts the driver's error into its own. */
function factsOf(error: unknown): { code: string; message: string } {
  const { code, message, driverError, errors } = said(error)
  const inner: unknown = driverError ?? (Array.isArray(errors) ? errors[0] : undefined)
  if (inner !== undefined && inner !== error) return factsOf(inner)
  if (typeof code === 'string') return { code, message }
  return { code: /file is not a database/.test(message) ? 'SQLITE_NOTADB' : '', message }
}

interface Said {
  readonly name: unknown
  readonly message: string
  readonly code?: unknown
  readonly driverError?: unknown
  readonly errors?: unknown
}

/** Not asked by `instanceof`: under jest, Node's own errors are of another realm. */
function said(error: unknown): Said {
  if (typeof error !== 'object' || error === null) return { name: undefined, message: String(error) }
  const { name, message, code, driverError, errors } = error as Partial<Said>
  return { name, message: String(message), code, driverError, errors }
}
