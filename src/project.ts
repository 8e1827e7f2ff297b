// A project on disk: its settings, its data source, its folder of revisions. Opens them for a command and closes them again.
import { dirname, resolve as resolvePath } from 'node:path'
import type { DataSource, DataSourceOptions } from 'typeorm'
import { commands } from './commands'
import type { AnyCommand, Command } from './commands/command'
import { withAuthors } from './commands/several-heads'
import {
  chooseSource,
  findOrmconfig,
  findSettings,
  misnamed,
  type FoundSettings,
  readAnswers,
  settingsFolder,
  writtenIn,
} from './config'
import { connectingAtMost } from './data-source'
import { createEnvironment, type Environment, type Listener, type Place } from './environment'
import {
  AutogenError,
  DataSourceExportError,
  FileLoadError,
  MigrationsFolderNotFoundError,
  NameTakenError,
  NoCompilerError,
  SettingsNotFoundError,
  TemplateError,
  UsageError,
} from './errors'
import { loadModule, prepareGlobs, registerLoader } from './loader/register'
import { assertSingleTypeorm, resolveTypeorm } from './loader/typeorm'
import { defined } from './model/defined'
import { within } from './refused'
import { isSourceAndCompiled, type Settings, settingDeclarations } from './settings'
import { replaceAddress } from './runtime/address'
import { dialectOf } from './runtime/session'
import { authorOf } from './scripts/authors'
import { fromModules, readDirectory } from './scripts/directory'
import type { MigrationModule, MigrationScript } from './scripts/script'
import type { ScriptTemplate } from './scripts/template'
import type { WriteHook } from './scripts/write-hooks'
import { listenerOf, type Logger } from './logger'

/** What every function of the library takes besides its own options. */
export interface ProjectOptions extends Settings {
  /** Where settings are searched upward from; the working directory when left out. */
  readonly cwd?: string
  /** The settings file. */
  readonly config?: string
  /** The project, where the settings hold several. */
  readonly name?: string
  /** For the migrations, as `op.x`, and for a data source that is exported as a function. */
  readonly x?: Readonly<Record<string, string>>
  /** The same as `x: { tag }`. */
  readonly tag?: string
  /** Hears a line per migration and warning; `console` fits. */
  readonly logger?: Logger
  /** Hears everything as data. */
  readonly onEvent?: Listener
  /** Stops after the running statement and rolls back. */
  readonly signal?: AbortSignal
}

/** Opens the project, runs a command, closes it. */
export function performCommand<Options extends object, Result extends object>(
  command: Command<Options, Result>,
  options: Options & ProjectOptions,
): Promise<Result> {
  const open = () => (command.standalone === true ? nowhere() : openProject(options))
  return within(open, async (environment) => {
    try {
      return await command.run(environment, options)
    } catch (error) {
      throw await withAuthors(environment, error)
    }
  })
}

/** A command as a function of the library. */
export function asFunction<Options extends object, Result extends object>(
  command: Command<Options, Result>,
): (options: Options & ProjectOptions) => Promise<Result> {
  return (options) => performCommand(command, options)
}

/** Our commands, then those of the project's settings, each under a name that is free. */
export async function commandsWith(
  options: Pick<ProjectOptions, 'cwd' | 'config' | 'name' | 'require'>,
): Promise<readonly AnyCommand[]> {
  const { settings } = await findProject(options)
  const all: AnyCommand[] = [...commands]
  const taken = new Set(['completion', ...commands.flatMap(({ name, aliases = [] }) => [name, ...aliases])])
  for (const command of settings.commands ?? []) {
    for (const name of [command.name, ...(command.aliases ?? [])]) {
      if (taken.has(name)) throw new NameTakenError('command', name)
      taken.add(name)
    }
    all.push(command)
  }
  return all
}

/** The folder above the working directory that settings were found in, unless the settings were named. */
export function folderAbove({ cwd = '.', config }: Pick<ProjectOptions, 'cwd' | 'config'>): string | undefined {
  const here = resolvePath(cwd)
  const found = config === undefined ? settingsFolder(here) : undefined
  return found === here ? undefined : found
}

async function openProject(options: ProjectOptions): Promise<Environment> {
  const cwd = resolvePath(options.cwd ?? '.')
  const found = await findProject(options)
  const settings: Settings = { ...found.settings, ...given(options) }
  refuseHiddenFiles(settings)
  // What was typed is relative to the working directory, what was written to its file.
  const base = (key: keyof Settings) => (options[key] === undefined ? found.folder : cwd)
  if (found.file !== undefined) {
    await registerLoader({ projectDir: found.folder, ...loading(found.settings) })
  }
  const migrations = settings.migrations ?? 'migrations'
  const modules = modulesOf(migrations)
  const folders = modules === undefined ? foldersOf(migrations, base('migrations')) : []
  const project = found.file ?? settings.dataSource ?? settings.migrations ?? findOrmconfig(cwd)
  // What was typed is no setting of the file.
  const namedIn = options.migrations === undefined && found.settings.migrations !== undefined ? found.file : undefined
  const emit = listenerOf(options)
  return createEnvironment(
    defined({
      settings: { ...settings, backup: backupFrom(settings.backup, base('backup')) },
      scripts:
        modules === undefined
          ? await readScripts(folders, settings.recursive === true, { project, namedIn, setting: migrations, emit })
          : fromModules(modules),
      x: typedFor(options),
      place:
        modules === undefined
          ? defined({
              folder: found.folder,
              migrations: folders,
              ...writtenIn(settings.language, folders[0]!),
              template: templateFrom(settings.template, base('template')),
              afterWrite: hooksFrom(settings.afterWrite ?? [], base('afterWrite')),
              compiled: isSourceAndCompiled(migrations)
                ? resolvePath(base('migrations'), migrations.compiled)
                : undefined,
            })
          : undefined,
      renames: () => readAnswers(settings.renames ?? {}, base('renames'), loadUserFile),
      dataSource: () =>
        openDataSource({
          settings,
          found,
          url: addressFor(options, found),
          folder: base('dataSource'),
          named: options.dataSource === undefined ? '`dataSource` of the settings' : '`-d`',
          cwd,
          x: typedFor(options) ?? {},
        }),
      authorOf,
      emit,
      signal: options.signal,
    }),
  )
}

async function findProject(options: ProjectOptions): Promise<FoundSettings> {
  const cwd = resolvePath(options.cwd ?? '.')
  await registerLoader({ projectDir: cwd, ...loading(options) })
  return findSettings(defined({ cwd, config: options.config, name: options.name }), loadUserFile)
}

/** What was written in sub-folders is missing as soon as nobody looks there: that is told before anything is read without it. */
function refuseHiddenFiles({ fileName, recursive }: Settings): void {
  if (fileName?.includes('/') !== true || recursive === true) return
  throw new UsageError(
    `Files called ${fileName} lie in sub-folders, where revisions are not looked for.`,
    'Set `recursive: true` beside `fileName` in your settings.',
  )
}

/** What was given with `-x` and `--tag`, if anything was. */
function typedFor({ x, tag }: ProjectOptions): ProjectOptions['x'] {
  return tag === undefined ? x : { ...x, tag }
}

/** What of the settings the loader wants to know. */
function loading({ require, loader, tsconfig }: Settings) {
  return defined({ require, loader, tsconfig })
}

function backupFrom(setting: Settings['backup'], folder: string): NonNullable<Settings['backup']> {
  if (typeof setting !== 'object' || setting.folder === undefined) return setting ?? true
  return { ...setting, folder: resolvePath(folder, setting.folder) }
}

/** A template in a file is loaded when a revision is written, and no sooner. */
function templateFrom(setting: Settings['template'], folder: string): Place['template'] {
  if (setting === undefined) return undefined
  if (typeof setting === 'function') {
    return { name: setting.name === '' ? 'of your settings' : setting.name, load: () => Promise.resolve(setting) }
  }
  const file = resolvePath(folder, setting)
  const named = { key: 'template', value: setting, named: '`template` of the settings', folder }
  const load = async () => {
    const { default: exported } = await loadUserFile(file).catch((error: unknown) => {
      throw misnamed(error, file, named)
    })
    // Of a compiled file the default may lie one level down.
    const found = isObject(exported) ? exported.default : exported
    if (typeof found === 'function') return found as ScriptTemplate
    throw new TemplateError(
      file,
      'has no function as its default export',
      'Write `export default (parts) => ...` in it.',
    )
  }
  return { name: file, load }
}

function hooksFrom(hooks: readonly WriteHook[], folder: string): readonly WriteHook[] {
  return hooks.map((hook) => {
    if (typeof hook === 'function') return hook
    const { command, cwd = '.' } = 'command' in hook ? hook : { command: hook }
    return { command, cwd: resolvePath(folder, cwd) }
  })
}

function nowhere(): Environment {
  const missing = () =>
    Promise.reject(new UsageError('This command has no database.', 'Run it without asking for one.'))
  return createEnvironment({ settings: {}, scripts: [], dataSource: missing })
}

/** The settings among a call's options. */
function given(options: ProjectOptions): Settings {
  const { projects: _projects, ...declared } = settingDeclarations
  const keys = Object.keys(declared) as (keyof typeof declared)[]
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])))
}

function modulesOf(
  setting: NonNullable<Settings['migrations']>,
): readonly MigrationModule[] | Readonly<Record<string, MigrationModule>> | undefined {
  if (typeof setting === 'string' || isSourceAndCompiled(setting)) return undefined
  if (Array.isArray(setting))
    return setting.every((item) => typeof item === 'string') && setting.length > 0 ? undefined : setting
  return setting as Readonly<Record<string, MigrationModule>>
}

function foldersOf(setting: NonNullable<Settings['migrations']>, folder: string): string[] {
  const folders = Array.isArray(setting) ? (setting as readonly string[]) : [setting as string]
  return folders.map((one) => chooseSource(one, folder))
}

async function readScripts(
  folders: readonly string[],
  recursive: boolean,
  from: {
    readonly project: unknown
    readonly namedIn: string | undefined
    readonly setting: NonNullable<Settings['migrations']>
    readonly emit: Listener | undefined
  },
): Promise<MigrationScript[]> {
  const foreign: string[] = []
  const source = isSourceAndCompiled(from.setting) ? from.setting.source : undefined
  const load = (file: string) =>
    loadUserFile(file).catch((error: unknown) => {
      const preferred = source !== undefined && error instanceof NoCompilerError
      throw preferred ? new NoCompilerError(error.file, 'migrations') : error
    })
  try {
    const scripts = await readDirectory(folders, { load, recursive, onForeign: (file) => void foreign.push(file) })
    warnOfForeign(foreign, from.emit)
    return scripts
  } catch (error) {
    if (!(error instanceof MigrationsFolderNotFoundError)) throw error
    // Where nothing says that there is a project, its folder is not what is missing.
    if (from.project === undefined) throw new SettingsNotFoundError(dirname(folders[0]!))
    throw new MigrationsFolderNotFoundError(error.folder, from.namedIn, source)
  }
}

/** A class among the revisions looks as if it would run with them. */
function warnOfForeign([first, ...more]: readonly string[], emit: Listener | undefined): void {
  if (first === undefined) return
  const message =
    more.length === 0
      ? `${first} is a migration of TypeORM's own, which we do not run: move it out of the folder.`
      : `${first} and ${more.length} more are migrations of TypeORM's own, which we do not run: move them out of the folder.`
  emit?.({ type: 'warning', code: 'typeorm-migrations', message })
}

/** Another address for the data source, and the folder that a relative one starts at. */
interface OtherAddress {
  readonly url: string
  readonly folder: string
}

/** What was typed comes before the environment, and that before what was written down. */
function addressFor(options: ProjectOptions, { settings, folder }: FoundSettings): OtherAddress | undefined {
  const cwd = resolvePath(options.cwd ?? '.')
  // An open data source of an application is meant as it is; the environment is for the others.
  const open = isDataSource(options.dataSource) && options.dataSource.isInitialized
  const typed = options.url || (open ? undefined : process.env.AUTOGEN_URL)
  if (typed) return { url: typed, folder: cwd }
  return settings.url === undefined ? undefined : { url: settings.url, folder }
}

interface DataSourcePlace {
  readonly settings: Settings
  readonly found: FoundSettings
  readonly url: OtherAddress | undefined
  readonly folder: string
  /** What a person calls the place that names the file. */
  readonly named: string
  readonly cwd: string
  readonly x: Readonly<Record<string, string>>
}

/** The user's data source: an object, options, or what a file exports; perhaps with another address. */
async function openDataSource(place: DataSourcePlace): Promise<DataSource> {
  const found = await findDataSource(place)
  return place.url === undefined
    ? found
    : construct(found, replaceAddress(found.options, place.url.url, place.url.folder))
}

async function findDataSource({
  settings,
  found: { file: settingsFile },
  folder,
  named,
  cwd,
  x,
}: DataSourcePlace): Promise<DataSource> {
  const setting = settings.dataSource
  if (setting !== undefined && typeof setting !== 'string' && !isSourceAndCompiled(setting)) {
    return isDataSource(setting) ? setting : fromOptions(setting as DataSourceOptions, folder)
  }
  const file = setting === undefined ? (findOrmconfig(folder) ?? findOrmconfig(cwd)) : chooseSource(setting, folder)
  if (file === undefined) throw noDataSource(settingsFile, cwd)
  // Before the file itself fails on it, with less to say.
  const { main } = resolveTypeorm(dirname(file))
  const { DataSource: theirs } = (await loadModule(main)) as unknown as { DataSource: { prototype: DataSource } }
  try {
    const found = await connectingAtMost(theirs, () => exportedDataSource(file, x))
    await prepareGlobs(found.options.entities, dirname(file))
    assertSingleTypeorm([file])
    return found
  } catch (error) {
    throw setting === undefined ? error : misnamed(error, file, { key: 'dataSource', value: setting, named, folder })
  }
}

function noDataSource(settingsFile: string | undefined, cwd: string): AutogenError {
  if (settingsFile === undefined) return new SettingsNotFoundError(cwd)
  return new UsageError(
    `${settingsFile} names no data source, and there is no ormconfig.* beside it or above.`,
    'Add `dataSource` to the settings, or name a file with `-d FILE`.',
  )
}

/** The default export, the only export that is a DataSource, a promise of one, plain options, or a function that returns one of these. */
async function exportedDataSource(file: string, x: DataSourcePlace['x']): Promise<DataSource> {
  const exports = await loadUserFile(file)
  const preferred = await settled(called(exports.default, x), file)
  const byDefault = isObject(preferred) ? await settled(called(preferred.default, x), file) : undefined
  for (const found of [preferred, byDefault]) {
    if (isDataSource(found)) return found
    if (isOptions(found)) return fromOptions(found, dirname(file))
  }
  const sources = new Map<DataSource, string>()
  // Of a CommonJS file the default is `module.exports`, and not all of its names can be known from outside.
  for (const [name, value] of Object.entries({ ...(isObject(preferred) ? preferred : {}), ...exports })) {
    const found = name === 'default' ? undefined : await settled(value, file)
    if (isDataSource(found) && !sources.has(found)) sources.set(found, name)
  }
  const [only, second] = sources.keys()
  if (only === undefined || second !== undefined) throw new DataSourceExportError(file, [...sources.values()])
  return only
}

/** A data source that depends on what was typed is exported as a function; a class is none. */
function called(value: unknown, x: DataSourcePlace['x']): unknown {
  if (typeof value !== 'function' || /^class\b/.test(String(value))) return value
  return Promise.resolve().then(() => (value as (given: { readonly x: DataSourcePlace['x'] }) => unknown)({ x }))
}

async function settled(value: unknown, file: string): Promise<unknown> {
  try {
    return await value
  } catch (cause) {
    throw new FileLoadError(file, cause)
  }
}

async function loadUserFile(file: string): Promise<Record<string, unknown>> {
  try {
    return await loadModule(file)
  } catch (cause) {
    if (cause instanceof AutogenError) throw cause
    throw new FileLoadError(file, cause)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** By TypeORM's own mark, since the class may come from another copy of the package. */
function isDataSource(value: unknown): value is DataSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    ((value as { '@instanceof'?: unknown })['@instanceof'] === Symbol.for('DataSource') ||
      (typeof (value as Partial<DataSource>).createQueryRunner === 'function' && 'options' in value))
  )
}

function isOptions(value: unknown): value is DataSourceOptions {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** Makes a DataSource of the user's own TypeORM, the one their files would import. */
async function fromOptions(options: DataSourceOptions, folder: string): Promise<DataSource> {
  // Before TypeORM asks for the package of a driver that we could not use.
  dialectOf(options.type)
  const { DataSource: UserDataSource } = (await loadModule(resolveTypeorm(folder).main)) as unknown as {
    DataSource: new (options: DataSourceOptions) => DataSource
  }
  return new UserDataSource(options)
}

function construct(like: DataSource, options: DataSourceOptions): DataSource {
  return new (like.constructor as new (options: DataSourceOptions) => DataSource)(options)
}
