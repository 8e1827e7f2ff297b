// What can go wrong, as facts: data in fields, one sentence made of it, one next step. Only cli/main.ts prints and exits.

/** Exit codes of the command line; several at once rank usage, unreachable, graph, drift. */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  drift: 3,
  graph: 4,
  migration: 5,
  refused: 6,
  timeout: 7,
  unreachable: 8,
  interrupted: 130,
} as const

/** ExitCode is one of the numbers a command may end with, 0 aside. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** AutogenError is the base of every error this library raises on purpose. */
export abstract class AutogenError extends Error {
  /** A word for programs that never changes, such as `multiple-heads`. */
  abstract readonly code: string
  abstract readonly exitCode: ExitCode
  /** The next thing to type or to change. */
  readonly hint: string

  constructor(message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.hint = hint
  }
}

/** Problem is one reason to fail, as data. */
export interface Problem {
  readonly code: string
  readonly exitCode: ExitCode
  readonly message: string
  readonly hint: string
}

/** SeveralProblemsError says everything that keeps a command from its answer, the gravest first. */
export class SeveralProblemsError extends AutogenError {
  readonly code = 'several-problems'
  readonly exitCode: ExitCode
  constructor(readonly problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ message }) => message).join(' '), problems[0].hint)
    this.exitCode = problems[0].exitCode
  }
}

// Settings, commands.

/** No settings and no ormconfig from here upward. */
export class SettingsNotFoundError extends AutogenError {
  readonly code = 'settings-not-found'
  readonly exitCode = exitCodes.usage
  constructor(readonly place: string) {
    super(
      `There are no settings at ${place} or above it: no autogen.config.*, no "autogen" in package.json, no ormconfig.*.`,
      'Run `autogen init` to set this project up, or name a data source with `-d FILE`.',
    )
  }
}

/** Settings that say something we do not understand. */
export class InvalidSettingsError extends AutogenError {
  readonly code = 'invalid-settings'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly problem: string,
  ) {
    super(`${file} ${problem}.`, 'Mend the settings and run the command again.')
  }
}

/** A file of the user's that failed while it was loaded. */
export class FileLoadError extends AutogenError {
  readonly code = 'file-load-failed'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `${file} could not be loaded: ${(cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]}`,
      'Mend the error in that file; `-v` prints where it was thrown.',
      { cause },
    )
  }
}

/** A data source file that exports no DataSource, or more than one. */
export class DataSourceExportError extends AutogenError {
  readonly code = 'data-source-export'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly found: readonly string[],
  ) {
    super(
      found.length === 0
        ? `${file} exports no DataSource.`
        : `${file} exports ${found.length} DataSources (${found.join(', ')}) and none of them as default.`,
      'Write `export default new DataSource({ ... })` in that file, or name another with `-d FILE`.',
    )
  }
}

/** The database lacks revisions that the folder has, or holds others. */
export class NotAtHeadError extends AutogenError {
  readonly code = 'not-at-head'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly current: readonly string[],
    readonly heads: readonly string[],
  ) {
    super(
      `The database is at ${current.join(', ') || 'base'}, but the newest revision is ${heads.join(', ') || 'none'}.`,
      'Run `autogen upgrade head` first, or compare with the history instead: `--from-history`.',
    )
  }
}

/** UnansweredRename is something gone, and what looks like it and is new. */
export interface UnansweredRename {
  readonly kind: 'table' | 'column' | 'enumValue'
  /** Such as `user.name`. */
  readonly gone: string
  /** The new names it could have, the likest first. */
  readonly created: readonly string[]
  /** What can be typed to say what became of it. */
  readonly flags: readonly string[]
}

/** Things that may have been renamed or dropped, and nobody said which. */
export class UnansweredRenameError extends AutogenError {
  readonly code = 'unanswered-rename'
  readonly exitCode = exitCodes.refused
  constructor(readonly candidates: readonly UnansweredRename[]) {
    const [first, ...rest] = candidates
    const names = candidates.map(({ gone }) => gone).join(', ')
    const flags = candidates.map((one) => one.flags.map((flag) => `\`${flag}\``).join(' or '))
    super(
      first !== undefined && rest.length === 0
        ? `${first.gone} is gone and ${first.created.join(', ')} is new: nobody said whether it was renamed.`
        : `Of ${candidates.length} that are gone nobody said whether they were renamed: ${names}.`,
      flags.length === 1
        ? `Add ${flags[0]} to the command.`
        : `Add one flag for each to the command:${flags.map((line) => `\n       ${line}`).join('')}`,
    )
  }
}

/** A command that must not run by accident against this database. */
export class ProtectedDatabaseError extends AutogenError {
  readonly code = 'protected-database'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly address: string,
    readonly database: string,
    readonly command: string,
  ) {
    super(
      `${address} is protected by your settings, so ${command} does not run there unasked.`,
      `If you mean it, add \`--yes-on ${database}\`.`,
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
  ) {
    super(
      heads === undefined
        ? `Waited in vain for the database: ${reason ?? 'it does not answer.'}`
        : `Waited in vain for ${wanted.join(', ')}: the database is at ${heads.join(', ') || 'base'}.`,
      'Run `autogen upgrade head`, or wait longer with `--timeout SECONDS`.',
    )
  }
}

/** An argument that cannot be used as it is. */
export class UsageError extends AutogenError {
  readonly code = 'usage'
  readonly exitCode = exitCodes.usage
}

// Connecting to the database.

/** A file or a folder that the system does not let us read or write. */
export class FileRefusedError extends AutogenError {
  readonly code = 'file-refused'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly path: string,
    readonly reason: string,
    cause: unknown,
  ) {
    super(`${path} cannot be read or written: ${reason}.`, 'Mend its permissions, or run as a user that may.', {
      cause,
    })
  }
}

/** Work that the database does not let this user do: permissions, or nothing can be written there. */
export class DatabaseRefusedError extends AutogenError {
  readonly code = 'database-refused'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly reason: string,
    cause: unknown,
    isFile = false,
  ) {
    super(
      `The database does not allow it: ${reason}.`,
      isFile
        ? 'Make the file and its folder writable and leave room on the disk, or name another file with `--url`.'
        : 'Give this user the right to it, or name another user or database with `--url`.',
      { cause },
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

// ---- The graph of revisions ----

const inFile = (path: string | undefined) => (path === undefined ? '' : ` (${path})`)

/** A revision in an error: its id and the file it was read from. */
export interface RevisionPlace {
  readonly id: string
  readonly path?: string
}

const places = (members: readonly RevisionPlace[]) => members.map(({ id, path }) => id + inFile(path))

/** An id that the version table or a target could not carry. */
export class MalformedRevisionIdError extends AutogenError {
  readonly code = 'malformed-revision-id'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly path?: string,
  ) {
    super(
      `The revision id ${JSON.stringify(id)}${inFile(path)} is not usable.`,
      'An id is 1 to 64 letters, digits, `_` or `.`, and not head, heads, base or current: change it there and wherever it is a parent.',
    )
  }
}

/** A label that a target could not spell. */
export class MalformedLabelError extends AutogenError {
  readonly code = 'malformed-label'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly label: string,
    readonly revision: RevisionPlace,
  ) {
    super(
      `The branch label ${JSON.stringify(label)} of revision ${places([revision])[0]} is not usable.`,
      'A label is 1 to 64 letters, digits, `_` or `.`, and not head, heads, base or current: change `branchLabels` in that file.',
    )
  }
}

/** Two files with one id. */
export class DuplicateRevisionError extends AutogenError {
  readonly code = 'duplicate-revision'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly paths: readonly string[],
  ) {
    super(
      `Revision ${id} exists twice${paths.length > 0 ? `: ${paths.join(' and ')}` : ''}.`,
      'Remove one of the two, or give it an id of its own: `export const revision = ...`.',
    )
  }
}

/** A label that two revisions declare, or that is also a revision's id. */
export class DuplicateLabelError extends AutogenError {
  readonly code = 'duplicate-label'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly label: string,
    readonly revisions: readonly RevisionPlace[],
  ) {
    super(
      `The branch label ${label} does not name one revision only: ${places(revisions).join(' and ')}.`,
      'Change `branchLabels` in one of those files.',
    )
  }
}

/** A parent that is in no file. */
export class MissingParentError extends AutogenError {
  readonly code = 'missing-parent'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly parent: string,
    readonly child: RevisionPlace,
  ) {
    super(
      `Revision ${places([child])[0]} names ${parent} as its parent, and no migration has that id.`,
      'Restore the missing file, or change `downRevision` in that file to the id of one that is there.',
    )
  }
}

/** A dependency that is in no file. */
export class MissingDependencyError extends AutogenError {
  readonly code = 'missing-dependency'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly dependency: string,
    readonly dependent: RevisionPlace,
  ) {
    super(
      `Revision ${places([dependent])[0]} depends on ${dependency}, and no migration has that id or label.`,
      'Restore the missing file, or change `dependsOn` in that file.',
    )
  }
}

/** A revision that names itself as its parent. */
export class RevisionLoopError extends AutogenError {
  readonly code = 'revision-loop'
  readonly exitCode = exitCodes.graph
  constructor(readonly revision: RevisionPlace) {
    super(
      `Revision ${places([revision])[0]} names itself as its parent.`,
      'Change `downRevision` in that file to the revision before it, or to null.',
    )
  }
}

/** A revision that depends on itself. */
export class DependencyLoopError extends AutogenError {
  readonly code = 'dependency-loop'
  readonly exitCode = exitCodes.graph
  constructor(readonly revision: RevisionPlace) {
    super(`Revision ${places([revision])[0]} depends on itself.`, 'Change `dependsOn` in that file.')
  }
}

/** Revisions that are each other's ancestors; every member is a child of the one before it. */
export class RevisionCycleError extends AutogenError {
  readonly code = 'revision-cycle'
  readonly exitCode = exitCodes.graph
  constructor(readonly members: readonly RevisionPlace[]) {
    super(
      `These revisions are each other's ancestors: ${places(members).join(' -> ')}.`,
      'Change `downRevision` in one of those files, so that the history has a beginning.',
    )
  }
}

/** Revisions that wait for each other once dependencies count. */
export class DependencyCycleError extends AutogenError {
  readonly code = 'dependency-cycle'
  readonly exitCode = exitCodes.graph
  constructor(readonly members: readonly RevisionPlace[]) {
    super(
      `These revisions depend on each other: ${places(members).join(' -> ')}.`,
      'Change `dependsOn` in one of those files.',
    )
  }
}

/** A target that follows no rule of the grammar. */
export class MalformedTargetError extends AutogenError {
  readonly code = 'malformed-target'
  readonly exitCode = exitCodes.usage
  constructor(readonly target: string) {
    super(
      `${JSON.stringify(target)} is not a revision, a label or a relative step.`,
      'Give an id, a label, head, heads, base, +1, -1, label@head or id+2.',
    )
  }
}

/** A range where one revision was expected. */
export class RangeNotAllowedError extends AutogenError {
  readonly code = 'range-not-allowed'
  readonly exitCode = exitCodes.usage
  constructor(readonly target: string) {
    super(
      `${target} is a range, and one revision is expected here.`,
      `Give the end alone: ${target.split(':')[1] || 'head'}.`,
    )
  }
}

/** A step in the direction the command does not go, such as `upgrade -1`. */
export class WrongDirectionError extends AutogenError {
  readonly code = 'wrong-direction'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly target: string,
    readonly direction: 'up' | 'down' | 'stamp',
  ) {
    super(
      {
        up: `An upgrade does not go down, so it cannot take ${target}.`,
        down: `A downgrade does not go up, so it cannot take ${target}.`,
        stamp: `A stamp names a revision, so it cannot take ${target}.`,
      }[direction],
      {
        up: `To go down: \`autogen downgrade ${target}\`.`,
        down: `To go up: \`autogen upgrade ${target}\`.`,
        stamp: 'Give an id, a label, head, heads or base.',
      }[direction],
    )
  }
}

/** An id or label that no migration has. */
export class RevisionNotFoundError extends AutogenError {
  readonly code = 'revision-not-found'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly suggestions: readonly string[],
  ) {
    super(
      `No migration has the id or label ${id}.`,
      suggestions.length > 0
        ? `Did you mean ${suggestions.join(' or ')}?`
        : 'Run `autogen history` for the ids; the beginning of an id needs at least 4 characters.',
    )
  }
}

/** The beginning of several ids. */
export class AmbiguousRevisionError extends AutogenError {
  readonly code = 'ambiguous-revision'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly candidates: readonly string[],
  ) {
    super(
      `${id} is the beginning of several ids: ${candidates.slice(0, 3).join(', ')}${candidates.length > 3 ? ', ...' : ''}.`,
      'Give more characters of the id.',
    )
  }
}

/** `head` where there are several. */
export class MultipleHeadsError extends AutogenError {
  readonly code = 'multiple-heads'
  readonly exitCode = exitCodes.graph
  constructor(readonly heads: readonly string[]) {
    super(
      `The history has ${heads.length} heads: ${heads.join(', ')}.`,
      'Merge them with `autogen merge heads -m "merge"`, or say which: `heads`, `label@head`.',
    )
  }
}

/** A revision that is neither above nor below the branch it was asked in. */
export class NotInBranchError extends AutogenError {
  readonly code = 'not-in-branch'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly id: string,
    readonly branch: string,
  ) {
    super(`Revision ${id} is not a member of branch ${branch}.`, 'Run `autogen history` to see the branches.')
  }
}

/** A relative target that leaves the history at one of its ends. */
export class WalkTooFarError extends AutogenError {
  readonly code = 'walk-too-far'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly target: string,
    readonly possible: number,
  ) {
    super(
      `${target} goes further than the history does: ${possible === 0 ? 'there is nothing that way' : `only ${possible} revision${possible === 1 ? '' : 's'} that way`}.`,
      'Give fewer steps, or head, or base.',
    )
  }
}

/** A relative target that could be taken along several branches. */
export class AmbiguousWalkError extends AutogenError {
  readonly code = 'ambiguous-walk'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly target: string,
    readonly choices: readonly string[],
  ) {
    super(
      `${target} could follow several branches: ${choices.join(', ')}.`,
      `Say which: ${choices.map((choice) => `${choice}@${target.replace(/^.*@/, '')}`).join(' or ')}.`,
    )
  }
}

/** Several targets of which one already implies another. */
export class OverlappingTargetsError extends AutogenError {
  readonly code = 'overlapping-targets'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly ancestor: string,
    readonly descendant: string,
  ) {
    super(
      `${ancestor} is an ancestor of ${descendant}, so the two are no targets of one command.`,
      `Give only one of them, such as ${descendant}.`,
    )
  }
}

/** A way down to a revision that does not lie below. */
export class RangeNotAncestorError extends AutogenError {
  readonly code = 'range-not-ancestor'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly lower: string,
    readonly upper: readonly string[],
  ) {
    super(
      `Revision ${lower} is not an ancestor of ${upper.join(', ') || 'base'}.`,
      'Run `autogen history -i` to see what lies below the current revision.',
    )
  }
}

/** Version rows that no migration file explains. */
export class UnknownCurrentRevisionError extends AutogenError {
  readonly code = 'unknown-current-revision'
  readonly exitCode = exitCodes.graph
  constructor(readonly ids: readonly string[]) {
    super(
      `The database is at ${ids.join(', ')}, which no migration here has.`,
      'Check out the code that has it; if it is lost, `autogen stamp --purge <revision>` says where the database really is.',
    )
  }
}

/** A step that the version rows do not allow: up to what ran already, or down from what is not current. */
export class StepOutOfOrderError extends AutogenError {
  readonly code = 'step-out-of-order'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly revision: string,
    readonly direction: 'up' | 'down',
    readonly heads: readonly string[],
  ) {
    super(
      `The step ${direction} at ${revision} is not possible while the database is at ${heads.join(', ') || 'base'}.`,
      'Another process may have migrated meanwhile: look with `autogen current` and run the command again.',
    )
  }
}

// Running migrations.

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

/** Somebody else held the lock longer than we were told to wait. */
export class LockTimeoutError extends AutogenError {
  readonly code = 'lock-timeout'
  readonly exitCode = exitCodes.timeout
  constructor(
    readonly waitedMs: number,
    readonly holder?: string,
  ) {
    super(
      `Another run holds the lock (${holder ?? 'holder unknown'}); gave up after ${(waitedMs / 1000).toFixed(1)} s.`,
      'Wait for that run to end and try again, or wait longer with `--lock-timeout SECONDS`.',
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
      'Make room, name another folder in the setting `backup`, or go without one: `--no-backup`.',
      { cause },
    )
  }
}

/** A run that was told to stop; what had not been committed was rolled back. */
export class InterruptedError extends AutogenError {
  readonly code = 'interrupted'
  readonly exitCode = exitCodes.interrupted
  constructor(readonly revision?: string) {
    super(
      revision === undefined
        ? 'Interrupted; nothing is half done.'
        : `Interrupted in revision ${revision}; its open transaction was rolled back.`,
      'Run `autogen current` to see where the database is, and the same command again to go on.',
    )
  }
}

/** MigrationFailure is what a MigrationFailedError says. */
export interface MigrationFailure {
  readonly revision: string
  readonly direction: 'up' | 'down'
  /** The operation that failed, described. */
  readonly operation?: string
  readonly sql?: string
  /** The line of the script that asked for it. */
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  /** Segments that are committed and stay. */
  readonly completed: number
  /** What the server, or the script, said. */
  readonly reason: string
}

/** A migration that failed while it ran. */
export class MigrationFailedError extends AutogenError implements MigrationFailure {
  readonly code = 'migration-failed'
  readonly exitCode = exitCodes.migration
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly operation?: string
  readonly sql?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  readonly completed: number
  readonly reason: string
  constructor(failure: MigrationFailure, cause: unknown) {
    const { revision, direction, operation, at, completed, reason } = failure
    const place = at === undefined ? '' : ` (${at.file}:${at.line})`
    super(
      `Revision ${revision} failed to ${direction === 'up' ? 'upgrade' : 'downgrade'}${operation === undefined ? '' : ` at \`${operation}\``}${place}: ${reason}`,
      completed === 0
        ? 'Nothing of it was kept: mend the migration, then run the same command again.'
        : `${completed === 1 ? 'Its first committed part stays' : `Its first ${completed} committed parts stay`}: mend what is in the way, then run the same command again to go on from there.`,
      { cause },
    )
    this.revision = revision
    this.direction = direction
    if (operation !== undefined) this.operation = operation
    if (failure.sql !== undefined) this.sql = failure.sql
    if (at !== undefined) this.at = at
    this.completed = completed
    this.reason = reason
  }
}

/** A migration that stopped half way in a run before, at a point from which going on could do things twice. */
export class NotResumableError extends AutogenError {
  readonly code = 'not-resumable'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly revision: string,
    readonly completed: number,
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} stopped after ${completed} committed part${completed === 1 ? '' : 's'} and cannot go on by itself: ${reason}.`,
      `Finish it by hand and run \`autogen stamp ${revision}\`.`,
    )
  }
}

/** The version rows are not what this run left there. */
export class VersionMovedError extends AutogenError {
  readonly code = 'version-moved'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly expected: readonly string[],
    readonly found: readonly string[],
  ) {
    super(
      `The version table should hold ${expected.join(', ') || 'nothing'}, but holds ${found.join(', ') || 'nothing'}: somebody else moved it.`,
      'Run `autogen current` to see where the database is, then run the command again.',
    )
  }
}

/** The database has revisions this folder does not know, and not as descendants of its own heads. */
export class DivergedError extends AutogenError {
  readonly code = 'diverged'
  readonly exitCode = exitCodes.graph
  constructor(readonly unknown: readonly string[]) {
    super(
      `The database is at ${unknown.join(', ')}, which this folder does not have and which does not follow from its heads.`,
      'Get the missing revision files (another branch, a newer release); if they are gone for good, `autogen stamp --purge REVISION`.',
    )
  }
}

/** The database was moved on by a newer release than this one. */
export class AheadError extends AutogenError {
  readonly code = 'ahead'
  readonly exitCode = exitCodes.graph
  constructor(readonly unknown: readonly string[]) {
    super(
      `The database is ahead of this folder: it is at ${unknown.join(', ')}, which the folder does not have.`,
      'Run the command from the release that has those revisions.',
    )
  }
}

/** Ancestors of what the database has that never ran there. */
export class SkippedRevisionsError extends AutogenError {
  readonly code = 'skipped-revisions'
  readonly exitCode = exitCodes.graph
  constructor(readonly skipped: readonly string[]) {
    super(
      `The database is past ${skipped.join(', ')} without ever having run ${skipped.length === 1 ? 'it' : 'them'}.`,
      'Give such a revision a parent the database has not passed (edit its downRevision), or say that all is done: `autogen stamp --purge heads`.',
    )
  }
}

/** A step that cannot be taken because its script has no way in that direction. */
export class IrreversibleRevisionError extends AutogenError {
  readonly code = 'irreversible-revision'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revision: string,
    readonly direction: 'up' | 'down',
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} cannot be ${direction === 'up' ? 'upgraded' : 'downgraded'}: ${reason}`,
      direction === 'up'
        ? 'Export a function `upgrade` from that file.'
        : 'Write a `downgrade` for it, or stop above it: `autogen downgrade ' + revision + '`.',
    )
  }
}

/** RowsInTheWay is what a RowsInTheWayError says. */
export interface RowsInTheWay {
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly table: string
  readonly count: number
  /** Which rows; absent where it is all of them. */
  readonly where?: string
  /** A query that shows them. */
  readonly query: string
  /** What can be written in the migration instead of changing them. */
  readonly remedy?: string
  /** The operation that waits for them, described. */
  readonly operation?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
}

/** Rows that a change would lose, or could not be made for; they were counted before anything was done to them. */
export class RowsInTheWayError extends AutogenError implements RowsInTheWay {
  readonly code = 'rows-in-the-way'
  readonly exitCode = exitCodes.refused
  readonly revision: string
  readonly direction: 'up' | 'down'
  readonly table: string
  readonly count: number
  readonly where?: string
  readonly query: string
  readonly operation?: string
  readonly at?: { readonly file: string; readonly line: number; readonly column: number }
  constructor(rows: RowsInTheWay) {
    const { revision, direction, table, count, where, query, remedy, operation, at } = rows
    super(
      `Revision ${revision} cannot be ${direction === 'up' ? 'upgraded' : 'downgraded'}${at === undefined ? '' : ` (${at.file}:${at.line})`}: ` +
        `${count} ${count === 1 ? 'row' : 'rows'} of ${table}${where === undefined ? '' : ` where ${where}`} ${count === 1 ? 'is' : 'are'} in the way` +
        `${operation === undefined ? '' : ` of \`${operation}\``}.`,
      `Look at them with \`${query}\` and change them${remedy === undefined ? '' : `, or ${remedy}`}; then run the same command again.`,
    )
    this.revision = revision
    this.direction = direction
    this.table = table
    this.count = count
    if (where !== undefined) this.where = where
    this.query = query
    if (operation !== undefined) this.operation = operation
    if (at !== undefined) this.at = at
  }
}

/** SQL that would begin or end a transaction behind our back. */
export class TransactionControlError extends AutogenError {
  readonly code = 'transaction-control'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly sql: string,
    readonly at?: string,
  ) {
    super(
      `${place(at)}A migration must not begin or end transactions itself: \`${sql}\`.`,
      'Use `op.autocommit`, or `export const transaction = false`.',
    )
  }
}

/** A table that `op.batched` cannot go through, since nothing says in which order. */
export class BatchKeyError extends AutogenError {
  readonly code = 'batch-key'
  readonly exitCode = exitCodes.migration
  constructor(readonly table: string) {
    super(
      `op.batched needs one column to go by, and ${table} has no primary key of one column.`,
      "Name a unique, indexed column: `key: 'id'`.",
    )
  }
}

/** A migration that cannot be written as SQL because it needs the database while it runs. */
export class OfflineError extends AutogenError {
  readonly code = 'offline'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly revision: string,
    readonly reason: string,
  ) {
    super(
      `Revision ${revision} cannot be printed as SQL: ${reason}.`,
      'Run it against a database (without `--sql`), or leave it out of the range.',
    )
  }
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

// What a script asks of a schema (operations/). `at` is the script's line, "file:line".

/** MissingTargetError says that a script names something the schema does not have. */
export class MissingTargetError extends AutogenError {
  readonly code = 'missing-target'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    readonly suggestions: readonly string[],
    readonly at?: string,
  ) {
    super(`${place(at)}there is no ${target}.`, didYouMean(suggestions) ?? 'Correct the name in the script.')
  }
}

/** DuplicateTargetError says that a script creates something the schema already has. */
export class DuplicateTargetError extends AutogenError {
  readonly code = 'duplicate-target'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    readonly at?: string,
  ) {
    super(`${place(at)}${target} is already there.`, 'Give it another name, or take the line out of the script.')
  }
}

/** StillReferencedError says that foreign keys of other tables point at what a script drops. */
export class StillReferencedError extends AutogenError {
  readonly code = 'still-referenced'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    /** The foreign keys, each with the call that drops it. */
    readonly references: readonly { readonly foreignKey: string; readonly call: string }[],
    readonly at?: string,
  ) {
    super(
      `${place(at)}${target} is still referenced by ${references.map((one) => one.foreignKey).join(', ')}.`,
      `Put before it: ${references.map((one) => one.call).join('; ')}`,
    )
  }
}

/** ArgumentError says which argument of which `op` method has the wrong shape. */
export class ArgumentError extends AutogenError {
  readonly code = 'bad-argument'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    /** The key, as a path: `column.nulable`. */
    readonly key: string,
    readonly problem: string,
    readonly suggestions: readonly string[],
    readonly at?: string,
  ) {
    super(`${place(at)}op.${method}: ${problem}.`, didYouMean(suggestions) ?? `Correct \`${key}\` in the script.`)
  }
}

/** UnawaitedError says that a script did not wait for a call of `op`. */
export class UnawaitedError extends AutogenError {
  readonly code = 'unawaited'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    readonly at?: string,
  ) {
    super(`${place(at)}op.${method} was not awaited.`, `Write \`await op.${method}(...)\` in an async function.`)
  }
}

/** MisplacedCallError says that `op` was used after its script, or while one of its own callbacks was running. */
export class MisplacedCallError extends AutogenError {
  readonly code = 'misplaced-call'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    /** The call that was running, or undefined when the script had ended. */
    readonly during: string | undefined,
    readonly at?: string,
  ) {
    super(
      during === undefined
        ? `${place(at)}op.${method} was called after the script had returned.`
        : `${place(at)}op.${method} was called while op.${during} was still running.`,
      during === 'autocommit'
        ? 'Use the op handed to the callback, and await op.autocommit(...) before going on.'
        : during === undefined
          ? 'Await everything before the script returns.'
          : `Await op.${during}(...) first, and use what it hands to the callback inside.`,
    )
  }
}

/** IrreversibleError says that there is no way back, and why. */
export class IrreversibleError extends AutogenError {
  readonly code = 'irreversible'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly reason: string,
    readonly at?: string,
  ) {
    super(`${place(at)}there is no way back: ${reason}`, 'Restore a backup, or write the way back in downgrade(op).')
  }
}

/** NoCastError says that no cast leads from the type a column has to the one its entity says. */
export class NoCastError extends AutogenError {
  readonly code = 'no-cast'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly changes: readonly {
      readonly table: string
      readonly column: string
      readonly from: string
      readonly to: string
    }[],
  ) {
    const list = changes.map(({ table, column, from, to }) => `${table}.${column} from ${from} to ${to}`)
    const [{ table = '', column = '', to = '' } = {}] = changes
    super(
      `The database has no cast for ${list.join(', ')}; nothing was written.`,
      `Write it yourself: \`autogen revision --empty\` with \`op.alterColumn('${table}', '${column}', { type: '${to}', using: '...' })\`; or give the entity a new column, fill that, and drop this one later.`,
    )
  }
}

/** FillInError says that a migration still waits for a person to write a value into it. */
export class FillInError extends AutogenError {
  readonly code = 'fill-in'
  readonly exitCode = exitCodes.refused
  constructor(
    /** What the value is for: `user.email`. */
    readonly what: string,
    readonly at?: string,
  ) {
    super(
      `${place(at)}nobody has filled in ${what} yet.`,
      "Put SQL in place of `op.fillIn(...)`, such as `\"'unknown'\"` or `'lower(name)'`, and run the same command again.",
    )
  }
}

function place(at: string | undefined): string {
  return at === undefined ? '' : `${at}: `
}

function didYouMean(suggestions: readonly string[]): string | undefined {
  return suggestions.length === 0 ? undefined : `Did you mean ${suggestions.map((name) => `"${name}"`).join(' or ')}?`
}

// --- SQLite

/** UnreadableSchemaError says that the database holds a CREATE statement we cannot read. */
export class UnreadableSchemaError extends AutogenError {
  readonly code = 'unreadable-schema'
  readonly exitCode = exitCodes.unexpected
  constructor(
    readonly sql: string,
    /** Where reading stopped. */
    readonly position: number,
  ) {
    super(
      `This CREATE statement of the database cannot be read from \`${sql.slice(position, position + 40)}\` on: ${sql}`,
      'Please report the statement; listing the table under ignore leaves it out until then.',
    )
  }
}

/** UnsupportedOperationError says that a database cannot do what a migration asks of it. */
export class UnsupportedOperationError extends AutogenError {
  readonly code = 'unsupported-operation'
  readonly exitCode = exitCodes.refused
  constructor(
    /** The operation, as `describe` puts it or by its kind. */
    readonly operation: string,
    /** The rest of the sentence: why it cannot be done. */
    readonly reason: string,
    hint: string,
  ) {
    super(`${operation}: ${reason}.`, hint)
  }
}

/** ForeignKeyMismatchError says that after a migration a foreign key refers to columns that are no key. */
export class ForeignKeyMismatchError extends AutogenError {
  readonly code = 'foreign-key-mismatch'
  readonly exitCode = exitCodes.migration
  /** What SQLite says: `foreign key mismatch - "child" referencing "parent"`. */
  constructor(readonly mismatch: string) {
    super(
      `The migration leaves a foreign key that no row can satisfy: ${mismatch}.`,
      'Give the referenced columns a primary key or a unique constraint in the same migration.',
    )
  }
}

/** ForeignKeyViolationError says that after a migration rows refer to rows which are not there. */
export class ForeignKeyViolationError extends AutogenError {
  readonly code = 'foreign-key-violation'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly violations: readonly { readonly table: string; readonly parent: string; readonly count: number }[],
  ) {
    const list = violations.map(({ table, parent, count }) => `${count} of ${table} refer to missing rows of ${parent}`)
    super(
      `The migration leaves foreign keys without their rows: ${list.join(', ')}.`,
      'Delete or repair those rows in the migration, before the operation that loses their parents.',
    )
  }
}

// --- PostgreSQL

/** CONCURRENTLY where there is a transaction, in which the server refuses it. */
export class ConcurrentlyInTransactionError extends AutogenError {
  readonly code = 'concurrently-in-transaction'
  readonly exitCode = exitCodes.refused
  constructor(readonly index: string) {
    super(
      `The index ${index} cannot be created or dropped concurrently inside a transaction.`,
      'Put it into `op.autocommit`, or write `export const transaction = false` in that migration.',
    )
  }
}

// --- loader: the user's files in this process

/** SourceSyntaxError says where a user's TypeScript file cannot be parsed. */
export class SourceSyntaxError extends AutogenError {
  readonly code = 'source-syntax'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}:${column} cannot be parsed: ${reason}`, 'Correct the file there and run the command again.')
  }
}

/** TypeImportedAsValueError says that a module imports or re-exports a name that is only a type. */
export class TypeImportedAsValueError extends AutogenError {
  readonly code = 'type-imported-as-value'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly specifier: string,
    readonly exportName: string,
    cause: unknown,
  ) {
    super(
      `'${specifier}' has no export "${exportName}" when it runs.`,
      `If ${exportName} is a type, write "import type" or "export type" for it.`,
      { cause },
    )
  }
}

/** NoCompilerError says that nothing here can compile TypeScript. */
export class NoCompilerError extends AutogenError {
  readonly code = 'no-compiler'
  readonly exitCode = exitCodes.usage
  constructor(readonly file: string) {
    super(
      `${file} is TypeScript, and neither @swc/core nor a typescript below 7 can be loaded here.`,
      'Run npm install --include=optional, or npm install -D typescript@6, or point at the compiled JavaScript.',
    )
  }
}

/** PreloadNotFoundError says that a module asked for by --require, --import or loader is not installed. */
export class PreloadNotFoundError extends AutogenError {
  readonly code = 'preload-not-found'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly module: string,
    readonly directory: string,
  ) {
    super(`${module} cannot be found from ${directory}.`, `Run npm install -D ${module}, or correct its name.`)
  }
}

/** TypeormNotFoundError says that the project has no typeorm. */
export class TypeormNotFoundError extends AutogenError {
  readonly code = 'typeorm-not-found'
  readonly exitCode = exitCodes.usage
  constructor(readonly directory: string) {
    super(`typeorm is not installed in ${directory}.`, 'Run npm i typeorm reflect-metadata.')
  }
}

/** TwoTypeormsError says that the data source and the entities do not share one typeorm. */
export class TwoTypeormsError extends AutogenError {
  readonly code = 'two-typeorms'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly copies: readonly { readonly directory: string; readonly version: string; readonly usedBy?: string }[],
  ) {
    const places = copies.map(
      ({ directory, version, usedBy }) => `${directory} (${version}${usedBy ? `, used by ${usedBy}` : ''})`,
    )
    super(
      `${copies.length} copies of typeorm are loaded: ${places.join(' and ')}.`,
      'Run npm ls typeorm and keep one of them, for instance with npm dedupe.',
    )
  }
}

/** UnknownColumnTypesError lists every column whose type is neither written nor known to the decorators' metadata. */
export class UnknownColumnTypesError extends AutogenError {
  readonly code = 'unknown-column-types'
  readonly exitCode = exitCodes.usage
  constructor(readonly columns: readonly { readonly entity: string; readonly property: string }[]) {
    const shown = columns.slice(0, 20).map(({ entity, property }) => `${entity}.${property}`)
    const rest = columns.length - shown.length
    super(
      `${columns.length === 1 ? 'The type of 1 column is' : `The types of ${columns.length} columns are`} not known: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
      "Give each its type, as in @Column({ type: 'varchar' }), or point --datasource at the compiled JavaScript.",
    )
  }
}

// --- scripts: migration files

/** A folder of migrations that is not there. */
export class MigrationsFolderNotFoundError extends AutogenError {
  readonly code = 'migrations-folder-not-found'
  readonly exitCode = exitCodes.usage
  constructor(readonly folder: string) {
    super(
      `There is no migrations folder ${folder}.`,
      'Run `autogen init` to set the project up, or name your folder as `migrations` in the settings.',
    )
  }
}

/** A module that looks like a migration and does not say which one. */
export class MissingRevisionError extends AutogenError {
  readonly code = 'missing-revision'
  readonly exitCode = exitCodes.graph
  constructor(readonly file: string) {
    super(
      `${file} exports no revision, so its place in the history is not known.`,
      "Add `export const revision = '...'` and `export const downRevision = ...` to it, or move it out of the folder.",
    )
  }
}

/** An export of a migration that is not what it must be. */
export class MigrationExportError extends AutogenError {
  readonly code = 'migration-export'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly file: string,
    readonly exportName: string,
    readonly expected: string,
  ) {
    super(`The export ${exportName} of ${file} is not ${expected}.`, `Change \`${exportName}\` in that file.`)
  }
}

/** A migration without anything to run. */
export class MissingUpgradeError extends AutogenError {
  readonly code = 'missing-upgrade'
  readonly exitCode = exitCodes.migration
  constructor(readonly file: string) {
    super(
      `${file} exports no function upgrade.`,
      'Add `export function upgrade(op) {}` to it, empty if there is nothing to do.',
    )
  }
}

/** A migration file that cannot be parsed. */
export class MigrationSyntaxError extends AutogenError {
  readonly code = 'migration-syntax'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly line: number | undefined,
    readonly reason: string,
    cause: unknown,
  ) {
    super(
      `${file}${line === undefined ? '' : `:${line}`} has a syntax error: ${reason}`,
      'Correct the file there and run the command again.',
      { cause },
    )
  }
}

/** A file that is there already where a new migration was to be written. */
export class MigrationFileExistsError extends AutogenError {
  readonly code = 'migration-file-exists'
  readonly exitCode = exitCodes.usage
  constructor(readonly file: string) {
    super(`${file} exists already and is never overwritten.`, 'Choose another message or another `--rev-id`.')
  }
}

/** A value that no source text can stand for. */
export class UnprintableValueError extends AutogenError {
  readonly code = 'unprintable-value'
  readonly exitCode = exitCodes.usage
  constructor(readonly typeName: string) {
    super(
      `A value of type ${typeName} cannot be written into a migration file.`,
      'Use strings, numbers, booleans, null, lists and plain objects.',
    )
  }
}

/** The project's prettier could not format a new migration. */
export class FormatError extends AutogenError {
  readonly code = 'format'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `Prettier could not format ${file}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
      `Correct the prettier settings that apply to it: \`npx prettier --find-config-path ${file}\`.`,
      { cause },
    )
  }
}

// Reading the entities.

/** A file of entities that throws when it is loaded. */
export class EntityLoadError extends AutogenError {
  readonly code = 'entity-load'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string | undefined,
    reason: string,
    cause?: unknown,
  ) {
    super(
      `The entities could not be loaded${file === undefined ? '' : `, because ${file} fails`}: ${reason}`,
      'Mend the error in that file; `-v` prints where it was thrown.',
      { cause },
    )
  }
}

/** OtherFileError says that entities lie in another database file, which TypeORM attaches by itself and one history cannot serve. */
export class OtherFileError extends AutogenError {
  readonly code = 'other-file'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly entities: readonly string[],
    readonly file: string,
  ) {
    const [first = '', ...more] = entities
    const who = more.length === 0 ? `The entity ${first} lies` : `The entities ${entities.join(', ')} lie`
    super(
      `${who} in another database file (\`database: '${file}'\`), which a migration of this one cannot change.`,
      'Set `synchronize: false` there, and give that file a data source and a project of its own (`projects` in the settings).',
    )
  }
}

/** An entity that TypeORM, or the database, could make nothing of. */
export class InvalidEntityError extends AutogenError {
  readonly code = 'invalid-entity'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly entity: string | undefined,
    readonly property: string | undefined,
    readonly reason: string,
    cause?: unknown,
  ) {
    const place = entity === undefined ? 'An entity' : `The entity ${entity}`
    const where = property === undefined ? place : `${place}, at the property "${property}",`
    super(`${where} is not valid: ${reason.replace(/\.$/, '')}.`, 'Mend its decorators and run the command again.', {
      cause,
    })
  }
}
