// What the system or the database does not let us do, wherever it shows, as facts: a user mends it, so no stack is printed.
import type { Environment } from './environment'
import { AutogenError, DatabaseRefusedError, FileRefusedError } from './errors'
import { errorData } from './runtime/events'
import { serverMessage } from './runtime/failure'
import { cleanError } from './runtime/passwords'

/** Opens an environment for some work and closes it. What goes wrong is told without passwords, and a refusal as a fact. */
export async function within<R>(
  open: () => Environment | Promise<Environment>,
  work: (environment: Environment) => Promise<R>,
): Promise<R> {
  let environment: Environment | undefined
  try {
    environment = await open()
    try {
      return await work(environment)
    } finally {
      await environment.close()
    }
  } catch (error) {
    const told = refusalOr(cleanError(error, environment?.withoutPasswords))
    environment?.emit({ type: 'failure', ...errorData(told) })
    throw told
  }
}

/** The fact behind an error that is a refusal; any other error as it is. */
export function refusalOr(error: unknown): unknown {
  if (error instanceof AutogenError) return error
  const { code, path, message } = factsOf(error)
  const reason = fileReasons[code]
  if (reason !== undefined && path !== undefined) return new FileRefusedError(path, reason, error)
  if (databaseCodes.test(code)) {
    const lacks = code.startsWith('SQLITE') ? 'file' : code === '3F000' ? 'schema' : 'right'
    return new DatabaseRefusedError(message, error, lacks)
  }
  return error
}

const fileReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
}

/** insufficient_privilege, read_only_sql_transaction, disk_full, and invalid_schema_name where the search path names none: postgresql.org/docs/current/errcodes-appendix.html */
const databaseCodes = /^(42501|25006|53100|3F000|SQLITE_READONLY\w*|SQLITE_PERM|SQLITE_FULL)$/

/** TypeORM wraps what the driver says. */
function factsOf(error: unknown): { code: string; path?: string; message: string } {
  if (typeof error !== 'object' || error === null) return { code: '', message: '' }
  const { code, path, driverError } = error as { code?: unknown; path?: unknown; driverError?: unknown }
  const message = serverMessage(error)
  if (typeof driverError === 'object' && driverError !== null && driverError !== error) {
    return { ...factsOf(driverError), message }
  }
  return { code: String(code), message, ...(typeof path === 'string' ? { path } : {}) }
}
