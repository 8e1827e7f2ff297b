// Where settings are: found upward from the working directory, or named by --config, and read.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isAnswers, type Answers } from './diff/answers'
import {
  FileLoadError,
  InvalidSettingsError,
  NamedFileNotFoundError,
  NoCompilerError,
  SettingsNotFoundError,
  UsageError,
} from './errors'
import type { Shape } from './scripts/parts'
import { validate, type ProjectSettings, type Settings, type SourceAndCompiled } from './settings'

/** FoundSettings is where settings were found; relative paths in them start at `folder`. */
export interface FoundSettings {
  readonly settings: Settings
  readonly folder: string
  /** The file they came from; undefined when there is only an ormconfig. */
  readonly file?: string
}

/** What settings and data sources may be written in; the first that is there counts. */
export const endings = ['ts', 'mts', 'cts', 'mjs', 'cjs', 'js', 'json']

/** Finds and reads the settings. `load` imports a file of the user's. */
export async function findSettings(
  options: { readonly cwd: string; readonly config?: string; readonly name?: string },
  load: (file: string) => Promise<Record<string, unknown>>,
): Promise<FoundSettings> {
  const found = options.config === undefined ? searchUp(options.cwd) : named(options.cwd, options.config)
  if (found === undefined) {
    if (options.name !== undefined) throw new SettingsNotFoundError(options.cwd)
    return { settings: {}, folder: settingsFolder(options.cwd) ?? options.cwd }
  }
  const exported = await readSettings(found, load)
  return { settings: pick(validate(exported, found), options.name, found), folder: dirname(found), file: found }
}

/** The folder that settings are in, looked for upward; where there are none, that of an `ormconfig.*`. */
export function settingsFolder(folder: string): string | undefined {
  const file = searchUp(folder) ?? findOrmconfig(folder)
  return file === undefined ? undefined : dirname(file)
}

/** Finds `ormconfig.*` in a folder or above it. */
export function findOrmconfig(folder: string): string | undefined {
  return upward(folder, (place) => firstFile(place, 'ormconfig'))
}

/** The path of a file that is TypeScript while developing and JavaScript in production: whichever is there. */
export function chooseSource(setting: string | SourceAndCompiled, folder: string): string {
  if (typeof setting === 'string') return resolve(folder, setting)
  const source = resolve(folder, setting.source)
  return existsSync(source) ? source : resolve(folder, setting.compiled)
}

/** What the loading of a file comes to where a setting names it: it may not be there, or be a source that nothing here compiles. */
export function misnamed(error: unknown, file: string, setting: Named): unknown {
  const pair = typeof setting.value === 'string' ? undefined : setting.value
  if (error instanceof NoCompilerError && pair !== undefined && file === resolve(setting.folder, pair.source))
    return new NoCompilerError(error.file, setting.key)
  if (!(error instanceof FileLoadError) || existsSync(file)) return error
  return new NamedFileNotFoundError(file, setting.named, pair?.source)
}

/** Named is a setting that names a file, and what a person calls it. */
export interface Named {
  readonly key: string
  readonly value: string | SourceAndCompiled
  /** Such as `-d`. */
  readonly named: string
  readonly folder: string
}

/** What new files in a folder are written in: TypeScript below a tsconfig.json, and the module system of its package. */
export function languageOf(folder: string): { readonly language: 'ts' | 'js'; readonly module: 'esm' | 'cjs' } {
  const packageFile = upward(folder, (place) => existing(join(place, 'package.json')))
  const top = packageFile === undefined ? folder : dirname(packageFile)
  const tsconfig = upward(folder, (place) =>
    place.length < top.length ? undefined : existing(join(place, 'tsconfig.json')),
  )
  const type = packageFile === undefined ? undefined : readJson(packageFile).type
  return { language: tsconfig === undefined ? 'js' : 'ts', module: type === 'module' ? 'esm' : 'cjs' }
}

/** What new files in a folder are written in and how they end, where the setting says which language. */
export function writtenIn(setting: Shape | undefined, folder: string): Written {
  const usual = languageOf(folder)
  if (setting === undefined) return { ...usual, ending: usual.language }
  if (setting === 'typescript') return { ...usual, language: 'ts', ending: 'ts' }
  const module = setting === 'javascript-esm' ? 'esm' : 'cjs'
  // Under another name Node would take it for what the package is.
  return { language: 'js', module, ending: module === usual.module ? 'js' : module === 'esm' ? 'mjs' : 'cjs' }
}

/** Written is the language of new files. */
export interface Written {
  readonly language: 'ts' | 'js'
  readonly module: 'esm' | 'cjs'
  readonly ending: 'ts' | 'js' | 'mjs' | 'cjs'
}

/** Reads the answers to what was renamed from where the setting says. */
export async function readAnswers(
  setting: string | Answers,
  folder: string,
  load: (file: string) => Promise<Record<string, unknown>>,
): Promise<Answers> {
  if (typeof setting !== 'string') return setting
  const file = resolve(folder, setting)
  if (!existsSync(file)) throw new InvalidSettingsError(file, 'is not there, though the setting "renames" names it')
  const answers = await readSettings(file, load)
  if (!isAnswers(answers)) throw new InvalidSettingsError(file, 'does not hold new names by old ones')
  return answers
}

function searchUp(folder: string): string | undefined {
  return upward(folder, (place) => firstFile(place, 'autogen.config') ?? packageWithSettings(place))
}

function named(cwd: string, config: string): string {
  const file = resolve(cwd, config)
  if (!existsSync(file)) {
    throw new UsageError(`There is no settings file ${file}.`, 'Name one that is there, or leave `--config` out.')
  }
  return file
}

function packageWithSettings(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  return existsSync(file) && 'autogen' in readJson(file) ? file : undefined
}

function existing(file: string): string | undefined {
  return existsSync(file) ? file : undefined
}

function firstFile(folder: string, stem: string): string | undefined {
  return endings.map((ending) => join(folder, `${stem}.${ending}`)).find((file) => existsSync(file))
}

function upward(folder: string, look: (folder: string) => string | undefined): string | undefined {
  const found = look(folder)
  if (found !== undefined) return found
  const above = dirname(folder)
  return above === folder ? undefined : upward(above, look)
}

async function readSettings(file: string, load: (file: string) => Promise<Record<string, unknown>>): Promise<unknown> {
  if (file.endsWith('package.json')) return readJson(file).autogen
  if (file.endsWith('.json')) return readJson(file)
  const exported = await load(file)
  return await (exported.default ?? exported)
}

/** Reads a JSON file of the user's. */
export function readJson(file: string): Record<string, unknown> {
  const text = readFileSync(file, 'utf8')
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (cause) {
    throw new InvalidSettingsError(file, `is not valid JSON: ${(cause as Error).message}`)
  }
}

function pick(settings: ProjectSettings, name: string | undefined, file: string): Settings {
  const { projects = {}, ...shared } = settings
  const names = Object.keys(projects)
  if (name === undefined) {
    if (names.length === 0 || shared.dataSource !== undefined) return shared
    throw new UsageError(
      `${file} holds ${names.length === 1 ? 'a project by name' : 'several projects'}: ${names.join(', ')}.`,
      `Say which: \`-n ${names[0]}\`.`,
    )
  }
  if (!names.includes(name)) {
    throw new UsageError(
      `${file} has no project "${name}".`,
      names.length > 0 ? `Name one of ${names.join(', ')}.` : 'Leave `-n` out, or add it under `projects`.',
    )
  }
  return { ...shared, ...projects[name] }
}
