// The way to the database, and what it does not let us do.
import { AutogenError, exitCodes } from './error'

/** A driver of TypeORM's that no dialect of ours speaks. */
export class UnsupportedDriverError extends AutogenError {
  readonly code = 'unsupported-driver'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly driver: string,
    readonly supported: readonly string[],
  ) {
    super(
      `The driver ${driver} is not supported; these are: ${supported.join(', ')}.`,
      `Set \`type\` of the data source to one of ${supported.join(', ')}.`,
    )
  }
}

/** The npm package that talks to the database is not there. */
export class DriverNotInstalledError extends AutogenError {
  readonly code = 'driver-not-installed'
  readonly exitCode = exitCodes.usage
  constructor(readonly packageName: string) {
    super(
      `The data source needs the package "${packageName}", which is not installed.`,
      `Run \`npm i ${packageName}\`.`,
    )
  }
}

/** A URL given by --url or AUTOGEN_URL that cannot be used; it is not repeated, because it may hold a password. */
export class InvalidUrlError extends AutogenError {
  readonly code = 'invalid-url'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly reason: string,
    readonly example: string,
  ) {
    super(`The database URL ${reason}.`, `Write it like \`${example}\`.`)
  }
}

/** A data source whose address comes from variables that are not set. */
export class NoAddressError extends AutogenError {
  readonly code = 'no-address'
  readonly exitCode = exitCodes.usage
  constructor(readonly unset: readonly string[]) {
    const names = unset.map((name) => `\`${name}\``).join(', ')
    super(
      `The data source does not say where the database is: its ${names} ${unset.length === 1 ? 'is' : 'are'} not set.`,
      'Set the variable it reads, such as `DATABASE_URL=postgres://user:password@host:5432/database`, or give `--url`.',
    )
  }
}

/** The server does not answer, or does not let us in for a reason that is not the password; or the file is none. */
export class DatabaseUnreachableError extends AutogenError {
  readonly code = 'database-unreachable'
  readonly exitCode = exitCodes.unreachable
  constructor(
    readonly address: string,
    readonly reason: string,
    options?: { cause?: unknown; isFile?: boolean },
  ) {
    super(
      `The database ${address} cannot be reached: ${reason}.`,
      options?.isFile === true
        ? 'Mend the path in the data source, or what is in the way; `--url FILE` tries another one.'
        : 'Start the server or mend the address in the data source; `--url URL` tries another one.',
      options,
    )
  }
}

/** The server answers, and refuses user and password. */
export class AuthenticationFailedError extends AutogenError {
  readonly code = 'authentication-failed'
  readonly exitCode = exitCodes.unreachable
  constructor(
    readonly address: string,
    readonly user: string,
    /** What the server says, where it is not simply the password. */
    readonly reason?: string,
    options?: { cause?: unknown },
  ) {
    super(
      `The database ${address} refuses the user "${user}"${reason === undefined ? ' with this password' : `: ${reason}`}.`,
      'Mend `username` and `password` in the data source, or give others with `--url postgres://user:password@host/database`.',
      options,
    )
  }
}

/** The server answers, and has no database of that name; or a SQLite file lies in a folder that does not exist. */
export class DatabaseNotFoundError extends AutogenError {
  readonly code = 'database-not-found'
  readonly exitCode = exitCodes.unreachable
  constructor(
    readonly address: string,
    readonly missing: string,
    create: string,
    options?: { cause?: unknown },
  ) {
    super(`The database ${address} does not exist: there is no ${missing}.`, `Create it first: \`${create}\`.`, options)
  }
}

/** Work that the database does not let this user do: permissions, or nothing can be written there. */
export class DatabaseRefusedError extends AutogenError {
  readonly code = 'database-refused'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly reason: string,
    cause: unknown,
    lacks: keyof typeof refusalHints = 'right',
  ) {
    super(`The database does not allow it: ${reason}.`, refusalHints[lacks], { cause })
  }
}

const refusalHints = {
  right: 'Give this user the right to it, or name another user or database with `--url`.',
  file: 'Make the file and its folder writable and leave room on the disk, or name another file with `--url`.',
  schema: 'Name a schema that is there as `schema` of your data source, or in the search path of this user.',
}

/** No scratch database could be had to replay the history on. */
export class ScratchUnavailableError extends AutogenError {
  readonly code = 'scratch-unavailable'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      `No scratch database to replay the history on: ${reason}.`,
      "Name an empty one in your settings: `scratchUrl: '...'`.",
      { cause },
    )
  }
}

/** The database was not where it should be in time. */
export class WaitTimeoutError extends AutogenError {
  readonly code = 'wait-timeout'
  readonly exitCode = exitCodes.timeout
  constructor(
    readonly wanted: readonly string[],
    readonly heads: readonly string[] | undefined,
    readonly reason: string | undefined,
    /** What mends that reason. */
    remedy?: string,
  ) {
    super(
      heads === undefined
        ? `Waited in vain for the database: ${reason ?? 'it does not answer.'}`
        : `Waited in vain for ${wanted.join(', ')}: the database is at ${heads.join(', ') || 'base'}.`,
      remedy === undefined
        ? 'Run `autogen upgrade head`, or wait longer with `--timeout SECONDS`.'
        : `${remedy.replace(/\.$/, '')}; or wait longer with \`--timeout SECONDS\`.`,
    )
  }
}

/** FileChangedError says that a sql.js file is no longer what this process has in memory; nothing was written. */
export class FileChangedError extends AutogenError {
  readonly code = 'file-changed'
  readonly exitCode = exitCodes.refused
  constructor(readonly file: string) {
    super(
      `Something else has written ${file} since it was read, and sql.js holds the database in memory, where two processes on one file cannot see each other: nothing was stored, as it would have undone what the other wrote.`,
      'Stop the other program and run the same command again; the driver `better-sqlite3` lets several programs share a file.',
    )
  }
}

/** BackupError says why the database could not be copied before it is changed; nothing has been done then. */
export class BackupError extends AutogenError {
  readonly code = 'no-backup'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly database: string,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      `No backup of ${database} could be made, so nothing was run: ${reason}.`,
      isRefusal(cause)
        ? 'Give this user the right to write to the file and its folder, which SQLite itself needs; or name another folder in the setting `backup`.'
        : 'Make room, name another folder in the setting `backup`, or go without one: `--no-backup`.',
      { cause },
    )
  }
}

function isRefusal(error: unknown): boolean {
  const { code } = typeof error === 'object' && error !== null ? (error as { readonly code?: unknown }) : {}
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
}
