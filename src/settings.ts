// Settings: every one has one place, one default, one sentence.
import { isAnswers, type Answers } from './diff/answers'
import type { Filters } from './diff/include'
import { InvalidSettingsError } from './errors'
import type { DataSource, DataSourceOptions } from 'typeorm'
import type { Rule } from './lint/rule'
import { nearNames } from './operations/near'
import type { AnyOperation } from './operations/own'
import type { Rewrite } from './operations/rewrite'
import type { OwnCommand } from './own-command'
import type { ApplyListener } from './runtime/applied'
import type { BackupSettings } from './runtime/backup'
import type { Hooks } from './runtime/hooks'
import { isTimeZone } from './scripts/file-name'
import { shapes, type Shape } from './scripts/parts'
import type { MigrationModule } from './scripts/script'
import type { ScriptTemplate } from './scripts/template'
import type { WriteHook } from './scripts/write-hooks'

/** A file written in TypeScript and where its compiled JavaScript lies in production. */
export interface SourceAndCompiled {
  readonly source: string
  readonly compiled: string
}

/** Where migrations come from: a folder, folders, or modules already imported. */
export type MigrationsSetting =
  | string
  | readonly string[]
  | SourceAndCompiled
  | readonly MigrationModule[]
  | Readonly<Record<string, MigrationModule>>

/** Settings is what `autogen.config.*` exports, the "autogen" key of package.json holds, and every library call accepts. */
export interface Settings {
  readonly dataSource?: string | SourceAndCompiled | DataSource | DataSourceOptions
  readonly migrations?: MigrationsSetting
  readonly recursive?: boolean
  readonly headFile?: boolean
  readonly url?: string
  readonly schemas?: readonly string[]
  readonly versionTable?: string
  readonly logTable?: string
  readonly versionSchema?: string
  readonly protect?: readonly string[]
  readonly lockTimeout?: number
  readonly tableLockTimeout?: number
  readonly lockRetries?: number
  readonly statementTimeout?: number
  readonly require?: readonly string[]
  readonly loader?: string
  readonly tsconfig?: string
  readonly scratchUrl?: string
  readonly includeUnmanaged?: boolean
  readonly renames?: string | Answers
  readonly interop?: boolean
  readonly backup?: boolean | BackupSettings
  readonly fileName?: string
  readonly slugLength?: number
  readonly timeZone?: string
  readonly language?: Shape
  readonly template?: string | ScriptTemplate
  readonly format?: boolean
  readonly afterWrite?: readonly WriteHook[]
  readonly onApply?: ApplyListener
  readonly hooks?: Hooks
  readonly rewrite?: readonly Rewrite[]
  readonly includeName?: NonNullable<Filters['includeName']>
  readonly includeObject?: NonNullable<Filters['includeObject']>
  readonly commands?: readonly OwnCommand[]
  readonly operations?: readonly AnyOperation[]
  readonly rules?: readonly Rule[]
}

/** ProjectSettings adds several projects by name, chosen with `-n`. */
export interface ProjectSettings extends Settings {
  readonly projects?: Readonly<Record<string, Settings>>
}

/** One setting as the reference documents it. */
export interface SettingDeclaration {
  readonly sentence: string
  readonly fallback: string
  /** What a value must be, in words, where it is not; undefined where it is. */
  readonly wants: (value: unknown) => string | undefined
}

/** All settings: the documentation's list, the check of what a file exports and what a call may give are made from this object. */
export const settingDeclarations: { readonly [K in keyof Required<ProjectSettings>]: SettingDeclaration } = {
  dataSource: {
    sentence:
      'The file that exports your DataSource, or `{ source, compiled }`; in code also a DataSource or its options.',
    fallback: '`ormconfig.*` beside the settings or above them',
    wants: (value) => (string(value) === undefined || isObject(value) ? undefined : 'a file or a DataSource'),
  },
  migrations: {
    sentence: 'The folder of your migrations, several folders, `{ source, compiled }`, or imported modules.',
    fallback: '`migrations`',
    wants: (value) => (string(value) === undefined || isObject(value) ? undefined : 'a folder, folders or modules'),
  },
  recursive: {
    sentence: 'Also reads the folders inside those of your migrations.',
    fallback: '`false`',
    wants: trueOrFalse,
  },
  headFile: {
    sentence:
      'Keeps a file `HEAD` in each folder of migrations, with a line for each of its newest revisions: git then conflicts where two branches meet.',
    fallback: '`true`',
    wants: trueOrFalse,
  },
  url: {
    sentence: 'Replaces the address of the data source and keeps its ssl, extra, schema and entities.',
    fallback: 'the data source as it is; `--url` and `AUTOGEN_URL` come before the setting',
    wants: string,
  },
  schemas: {
    sentence: 'Further PostgreSQL schemas to compare, besides the default one and those your entities name.',
    fallback: 'none',
    wants: strings,
  },
  versionTable: { sentence: 'The table that holds one row per head.', fallback: '`autogen_version`', wants: string },
  logTable: { sentence: 'The table that holds what ran, when and by whom.', fallback: '`autogen_log`', wants: string },
  versionSchema: { sentence: 'The schema both tables lie in.', fallback: 'the default schema', wants: string },
  protect: {
    sentence:
      'Patterns such as `host/database`, `host:port/database` or `user@host:port/database` (with `*`) where downgrade, switch, stamp, repair and --purge ask for `--yes-on DATABASE`.',
    fallback: 'none',
    wants: strings,
  },
  lockTimeout: {
    sentence: 'How many seconds to wait while another process migrates.',
    fallback: '60',
    wants: seconds,
  },
  tableLockTimeout: {
    sentence:
      "How many seconds a statement waits for a table that others use, on PostgreSQL (`lock_timeout`), before its transaction is rolled back and run again later; not for CONCURRENTLY and VALIDATE, which are in nobody's way. 0 waits for ever.",
    fallback: '5',
    wants: seconds,
  },
  lockRetries: {
    sentence:
      'How often a revision is run again that others were in the way of, with longer and longer pauses; one that used `op.query`, `op.table` or `op.manager` only if it says `export const retry = true`.',
    fallback: '8',
    wants: (value) => (Number.isInteger(value) && Number(value) >= 0 ? undefined : 'a number of times'),
  },
  statementTimeout: {
    sentence: 'How many seconds a statement may run, on PostgreSQL (`statement_timeout`).',
    fallback: 'no limit but that of the role',
    wants: seconds,
  },
  require: {
    sentence: 'Modules to load before your files, such as a loader of your own.',
    fallback: 'none',
    wants: strings,
  },
  loader: {
    sentence: 'Who loads your TypeScript: `auto`, `none`, or a module such as `ts-node/register`.',
    fallback: '`auto`: our own loader, unless another is registered',
    wants: string,
  },
  tsconfig: {
    sentence: 'The tsconfig your files are loaded by.',
    fallback: "each file's nearest `tsconfig.json`",
    wants: string,
  },
  scratchUrl: {
    sentence: 'An empty PostgreSQL database for --from-history, where creating one is not allowed.',
    fallback: 'a database created and dropped on the same server',
    wants: string,
  },
  includeUnmanaged: {
    sentence: 'Also proposes to drop what no entity declares and no revision created.',
    fallback: '`false`',
    wants: trueOrFalse,
  },
  renames: {
    sentence:
      "What was renamed, as `{ 'user.name': 'fullName' }`, null for what was dropped; or a JSON file of it. Entries that are done are left alone.",
    fallback: 'none: the command asks, or stops',
    wants: (value) =>
      string(value) === undefined || isAnswers(value) ? undefined : 'a file, or new names by old ones',
  },
  interop: {
    sentence:
      "Creates TypeORM's `typeorm_metadata` with the first view or generated column, so that its own schema builder still knows them; where it exists its rows are kept true in any case.",
    fallback: '`true`',
    wants: trueOrFalse,
  },
  backup: {
    sentence:
      'Copies a SQLite file before upgrade and downgrade change it, and puts the copy back when a revision fails half way; `{ keep, folder }` says how many copies stay (3) and where (`backups` beside the file).',
    fallback: '`true`; `--no-backup` goes without',
    wants: (value) =>
      trueOrFalse(value) === undefined || isBackup(value) ? undefined : 'true, false, or `{ keep, folder }`',
  },
  fileName: {
    sentence:
      'The name of a new file, of `<revision> <slug> <epoch> <year> <month> <day> <hour> <minute> <second>`; a `/` makes sub-folders, which `recursive: true` finds again.',
    fallback: '`<revision>_<slug>`',
    wants: (value) =>
      string(value) === undefined && !/\\|^\/|(^|\/)\.\.?(\/|$)/.test(String(value))
        ? undefined
        : 'a name inside of the migrations folder',
  },
  slugLength: {
    sentence: 'How long the part of a file name that comes from the message may be; it is cut at a word.',
    fallback: '40',
    wants: (value) =>
      Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 200 ? undefined : 'a number from 1 to 200',
  },
  timeZone: {
    sentence: 'The time zone of the name of a new file and of its line `Created:`, such as `Europe/Zurich`.',
    fallback: '`UTC`',
    wants: (value) =>
      typeof value === 'string' && isTimeZone(value)
        ? undefined
        : 'a time zone of the IANA list, such as Europe/Zurich',
  },
  language: {
    sentence: 'What new files are written in: `typescript`, `javascript-esm` or `javascript-commonjs`.',
    fallback: 'TypeScript below a tsconfig.json, else what the package is; `autogen list-templates` marks it',
    wants: (value) => (shapes.some((shape) => shape === value) ? undefined : `one of ${shapes.join(', ')}`),
  },
  template: {
    sentence: 'What puts a new file together: a function of its rendered parts, or a file that exports one by default.',
    fallback: 'our own order: comment, import, header, upgrade, downgrade',
    wants: (value) =>
      string(value) === undefined || aFunction(value) === undefined ? undefined : 'a file or a function',
  },
  format: {
    sentence:
      "Formats a new file with prettier, by the project's own settings; a hook of `afterWrite` may do it otherwise.",
    fallback: '`true`',
    wants: trueOrFalse,
  },
  afterWrite: {
    sentence:
      'What runs after a revision was written, in this order: commands as lists of words, `{ command, cwd }`, or functions.',
    fallback: 'nothing',
    wants: (value) =>
      Array.isArray(value) && value.every(isWriteHook)
        ? undefined
        : 'a list of commands (each a list of words, or `{ command, cwd }`) and functions',
  },
  onApply: {
    sentence:
      'A function that hears of each step of upgrade, downgrade and stamp before it is committed, may run SQL in its transaction, and rolls it back by throwing.',
    fallback: 'none',
    wants: aFunction,
  },
  hooks: {
    sentence:
      'Functions that are called around a run and around each of its migrations: `{ beforeRun, afterRun, beforeMigration, afterMigration }`.',
    fallback: 'none',
    wants: (value) =>
      isObject(value) && Object.entries(value).every(([name, hook]) => name in hookNames && typeof hook === 'function')
        ? undefined
        : `an object of functions named ${Object.keys(hookNames).join(', ')}`,
  },
  rewrite: {
    sentence:
      'Functions that get the operations of a comparison and return others, one after the other; `revision` writes and `check` reports what they leave.',
    fallback: 'none',
    wants: (value) =>
      Array.isArray(value) && value.every((one) => aFunction(one) === undefined) ? undefined : 'a list of functions',
  },
  includeName: {
    sentence: 'A function that says by its name whether a schema, table or view of the database is read and compared.',
    fallback: 'all are',
    wants: aFunction,
  },
  includeObject: {
    sentence:
      'A function that says whether a table, column, index, unique, foreign key, check, enum, view or sequence is compared, on either side.',
    fallback: 'all are',
    wants: aFunction,
  },
  commands: {
    sentence: 'Commands of your own, made with `defineCommand`: typed, completed and helped like ours.',
    fallback: 'none',
    wants: listOf('commands (`defineCommand`)', {
      name: matching(/^[a-z][a-z0-9-]*$/, 'a word in small letters'),
      describe: string,
      examples: (value) => (Array.isArray(value) ? undefined : 'a list'),
      flags: recordOf((value) => (isObject(value) ? undefined : 'a flag')),
      run: aFunction,
      print: aFunction,
    }),
  },
  operations: {
    sentence: 'Operations of your own, made with `defineOperation`: `op.<name>(...)` in your migrations.',
    fallback: 'none',
    wants: listOf('operations (`defineOperation`)', {
      name: matching(/^[A-Za-z_$][\w$]*$/, 'the name of a method'),
      describe: aFunction,
      sql: recordOf(aFunction),
      reverse: (value) => (value === null ? undefined : aFunction(value) && 'a function or null'),
      changes: (value) => (value === undefined ? undefined : aFunction(value)),
    }),
  },
  rules: {
    sentence:
      'Rules of your own, which look at each operation of a new revision: what they say is written above it as a comment.',
    fallback: 'none',
    wants: listOf('rules (`{ name, check }`)', { name: string, check: aFunction }),
  },
  projects: {
    sentence: 'Several projects by name, chosen with `-n NAME`; each holds settings of its own.',
    fallback: 'none',
    wants: (value) => (isObject(value) && !Array.isArray(value) ? undefined : 'an object of settings by name'),
  },
}

/** Types the settings file: `export default defineConfig({ migrations: 'src/migrations' })`. */
export function defineConfig(settings: ProjectSettings): ProjectSettings {
  return settings
}

/** Refuses unknown keys and wrong types; `file` is named in the error. */
export function validate(exported: unknown, file: string): ProjectSettings {
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    throw new InvalidSettingsError(file, 'does not export an object of settings')
  }
  for (const [key, value] of Object.entries(exported)) {
    if (!Object.hasOwn(settingDeclarations, key)) throw unknownSetting(file, key)
    if (value === undefined) continue
    const wanted = settingDeclarations[key as keyof typeof settingDeclarations].wants(value)
    if (wanted !== undefined) throw new InvalidSettingsError(file, `has a setting "${key}" that is not ${wanted}`)
  }
  for (const [name, project] of Object.entries((exported as ProjectSettings).projects ?? {})) {
    validate(project, `${file} (project ${name})`)
  }
  return exported as ProjectSettings
}

/** All of them are listed only where none is near. */
function unknownSetting(file: string, key: string): InvalidSettingsError {
  const all = Object.keys(settingDeclarations)
  const [near] = nearNames(key, all)
  return near === undefined
    ? new InvalidSettingsError(file, `has an unknown setting "${key}"; there are ${all.join(', ')}`)
    : new InvalidSettingsError(file, `has an unknown setting "${key}"`, `Did you mean "${near}"?`)
}

/** Whether a value is a `{ source, compiled }` pair. */
export function isSourceAndCompiled(value: unknown): value is SourceAndCompiled {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<SourceAndCompiled>).source === 'string' &&
    typeof (value as Partial<SourceAndCompiled>).compiled === 'string'
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const hookNames = {
  beforeRun: true,
  afterRun: true,
  beforeMigration: true,
  afterMigration: true,
} satisfies { readonly [K in keyof Required<Hooks>]: true }

function isBackup(value: unknown): boolean {
  if (!isObject(value)) return false
  const { keep = 1, folder = '.', ...others } = value as { readonly keep?: unknown; readonly folder?: unknown }
  return Number.isInteger(keep) && Number(keep) > 0 && string(folder) === undefined && Object.keys(others).length === 0
}

function seconds(value: unknown): string | undefined {
  return typeof value === 'number' && value >= 0 ? undefined : 'a number of seconds'
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? undefined : 'a text'
}

function isWriteHook(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (!isObject(value)) return false
  const hook = (Array.isArray(value) ? { command: value } : value) as {
    readonly command?: unknown
    readonly cwd?: unknown
  }
  const { command, cwd = '.', ...others } = hook
  const hasWords = strings(command) === undefined && (command as string[]).length > 0
  return hasWords && string(cwd) === undefined && Object.keys(others).length === 0
}

function aFunction(value: unknown): string | undefined {
  return typeof value === 'function' ? undefined : 'a function'
}

function trueOrFalse(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false'
}

function strings(value: unknown): string | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'a list of texts'
}

type Wants = SettingDeclaration['wants']

function matching(pattern: RegExp, what: string): Wants {
  return (value) => (typeof value === 'string' && pattern.test(value) ? undefined : what)
}

function recordOf(wants: Wants): Wants {
  return (value) =>
    isObject(value) && Object.values(value).every((one) => wants(one) === undefined) ? undefined : 'an object of them'
}

/** A list of objects, each of another name, with values that are what they must be; the first that is not is told. */
function listOf(what: string, keys: { readonly [key: string]: Wants }): Wants {
  return (value) => {
    if (!Array.isArray(value)) return `a list of ${what}`
    const names = new Set<unknown>()
    for (const [at, one] of (value as unknown[]).entries()) {
      const given = isObject(one) ? (one as Readonly<Record<string, unknown>>) : {}
      for (const [key, wants] of Object.entries(keys)) {
        const wanted = wants(given[key])
        if (wanted !== undefined) return `a list of ${what}: \`${key}\` of number ${at + 1} is not ${wanted}`
      }
      if (names.has(given.name)) return `a list of ${what}: there are two called ${String(given.name)}`
      names.add(given.name)
    }
    return undefined
  }
}
