// `autogen init`: looks at the project, writes what is missing where its build picks it up, overwrites nothing, says what to type next.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { endings, findSettings, readJson } from '../config'
import { isSourceAndCompiled, type Settings, type SourceAndCompiled } from '../settings'
import { AutogenError, FileLoadError, UsageError } from '../errors'
import { loadModule } from '../loader/register'
import { defined } from '../model/defined'
import { globsIn, reachesRevisions } from '../scripts/typeorm'
import type { Command } from './command'

export interface InitOptions extends Pick<Settings, 'dataSource' | 'migrations'> {
  readonly cwd?: string
  /** The project, where the settings hold several. */
  readonly name?: string
}

/** InitResult names the files by their paths from the project's folder. */
export interface InitResult {
  readonly folder: string
  readonly created: readonly string[]
  readonly kept: readonly string[]
  readonly next: readonly string[]
}

/** Project is what can be seen of a project from its files. */
interface Project {
  readonly folder: string
  readonly typescript: boolean
  readonly module: 'esm' | 'cjs'
  readonly dependencies: ReadonlySet<string>
  /** The file with the settings, if there are any. */
  readonly settings?: string
  /** Where sources start and where the build puts them; undefined without a build. */
  readonly build?: { readonly root: string; readonly out: string }
}

export const initCommand: Command<InitOptions, InitResult> = {
  name: 'init',
  describe: 'set a project up: settings, data source, folder for migrations',
  examples: [
    ['autogen init', 'beside your package.json; overwrites nothing'],
    ['autogen init src/db/migrations -d src/db/source.ts', 'with a folder and a data source of your choice'],
  ],
  positionals: [{ name: 'migrations', describe: 'folder for migrations, instead of the one that fits the build' }],
  flags: {},
  standalone: true,
  async run(_environment, options) {
    const project = look(resolve(options.cwd ?? '.'))
    const written = writer(project.folder)
    const settings = await readSettings(project, options.name)
    const dataSource = chooseDataSource(project, options, settings)
    const migrations = chooseMigrations(project, options, settings)
    if (dataSource !== undefined) written.file(dataSource, dataSourceText(project, dataSource))
    for (const folder of migrations) written.folder(folder)
    written.file(project.settings ?? 'autogen.config.json', settingsText(project, dataSource, migrations[0]))
    return {
      folder: project.folder,
      created: written.created,
      kept: written.kept,
      next: nextSteps(project, dataSource, written.created, {
        continues: hasRevisions(project, migrations),
        reached: isReached(project, dataSource, migrations),
      }),
    }
  },
  print(result, { line, paint }) {
    for (const file of result.created) line(`${paint.green('created')}  ${file}`)
    for (const file of result.kept) line(`${paint.dim('kept')}     ${file}`)
    line()
    for (const step of result.next) line(step)
  },
}

function look(folder: string): Project {
  const packageFile = join(folder, 'package.json')
  if (!existsSync(packageFile)) {
    throw new UsageError(
      `There is no package.json in ${folder}.`,
      'Run `autogen init` in the folder of your project, or `npm init -y` first.',
    )
  }
  const described: PackageJson = readJson(packageFile)
  const dependencies = new Set(Object.keys({ ...described.dependencies, ...described.devDependencies }))
  const typescript = existsSync(join(folder, 'tsconfig.json'))
  const build = typescript ? readBuild(folder) : undefined
  const settings = findFile(folder, names('autogen.config')) ?? ('autogen' in described ? 'package.json' : undefined)
  return {
    folder,
    typescript,
    module: described.type === 'module' ? 'esm' : 'cjs',
    dependencies,
    ...defined({ build, settings }),
  }
}

/** What a package.json says to us. */
interface PackageJson {
  readonly type?: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

/** Where tsc starts counting: `rootDir`, the tsconfig's folder if it is `composite`, or the folder that holds every source. */
function readBuild(folder: string): { root: string; out: string } | undefined {
  // Not import(): inside jest without flags there is none.
  const { createFilesMatcher, parseTsconfig } = require('get-tsconfig') as typeof import('get-tsconfig')
  const path = ['tsconfig.build.json', 'tsconfig.json']
    .map((name) => join(folder, name))
    .find((file) => existsSync(file))
  if (path === undefined) return undefined
  const config = parseTsconfig(path)
  const { outDir, composite, rootDir = composite === true ? '.' : undefined } = config.compilerOptions ?? {}
  if (outDir === undefined) return undefined
  if (rootDir !== undefined) return { root: slashes(resolve(folder, rootDir)), out: slashes(resolve(folder, outDir)) }
  const takesIn = createFilesMatcher({ path, config })
  const sources = typescriptFiles(folder, resolve(folder, outDir)).filter((file) => takesIn(file) !== undefined)
  return { root: slashes(commonFolder(sources, folder)), out: slashes(resolve(folder, outDir)) }
}

function typescriptFiles(folder: string, out: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const skipped = entry.name === 'node_modules' || entry.name.startsWith('.') || path === out
      return skipped ? [] : typescriptFiles(path, out)
    }
    return /(?<!\.d)\.[cm]?ts$/.test(entry.name) ? [path] : []
  })
}

function commonFolder(files: readonly string[], folder: string): string {
  const [first, ...rest] = files.map((file) => dirname(file).split(sep))
  if (first === undefined) return existsSync(join(folder, 'src')) ? join(folder, 'src') : folder
  let length = first.length
  for (const other of rest) {
    while (first.slice(0, length).join(sep) !== other.slice(0, length).join(sep)) length -= 1
  }
  return first.slice(0, length).join(sep)
}

const usualDataSources = [
  'src/data-source',
  'src/datasource',
  'src/database/data-source',
  'src/db/data-source',
  'src/config/data-source',
  'src/typeorm.config',
  'src/ormconfig',
  'data-source',
  'datasource',
]

/** The settings that are there already; they say where things are, and what is missing is put there. */
async function readSettings({ folder, settings }: Project, name: string | undefined): Promise<Settings | undefined> {
  if (settings === undefined) return undefined
  const load = (file: string) =>
    loadModule(file).catch((cause: unknown) => {
      throw cause instanceof AutogenError ? cause : new FileLoadError(file, cause)
    })
  return (await findSettings(defined({ cwd: folder, config: settings, name }), load)).settings
}

function chooseDataSource(project: Project, options: InitOptions, settings: Settings | undefined): string | undefined {
  if (typeof options.dataSource === 'string') {
    if (existsSync(resolve(project.folder, options.dataSource))) return options.dataSource
    throw new UsageError(
      `There is no file ${options.dataSource} in ${project.folder}.`,
      'Name the file that exports your DataSource, or leave `-d` out.',
    )
  }
  if (settings?.dataSource !== undefined) return sourceOf(settings.dataSource)
  // Settings that name none mean an ormconfig.
  const usual = ['ormconfig', ...(settings === undefined ? usualDataSources : [])].flatMap(names)
  const fresh = sourceFolder(project) === '' || settings !== undefined ? 'ormconfig' : 'src/data-source'
  return findFile(project.folder, usual) ?? `${fresh}.${ending(project)}`
}

function chooseMigrations(project: Project, options: InitOptions, settings: Settings | undefined): readonly string[] {
  if (typeof options.migrations === 'string') return [options.migrations]
  if (settings === undefined) return [posix.join(sourceFolder(project), 'migrations')]
  return [settings.migrations ?? 'migrations'].flat().flatMap((one) => sourceOf(one) ?? [])
}

/** The path in a setting; undefined where it holds a thing instead. */
function sourceOf(setting: unknown): string | undefined {
  if (typeof setting === 'string') return setting
  return isSourceAndCompiled(setting) ? setting.source : undefined
}

/** `src` where the project has one, so that the build's root stays what it is. */
function sourceFolder(project: Project): string {
  return existsSync(join(project.folder, 'src')) ? 'src' : ''
}

function names(stem: string): string[] {
  return endings.map((end) => `${stem}.${end}`)
}

function findFile(folder: string, candidates: readonly string[]): string | undefined {
  return candidates.find((name) => existsSync(join(folder, name)))
}

function ending(project: Project): string {
  return project.typescript ? 'ts' : 'js'
}

/** The setting for a file or folder: with the place of its compiled twin, where there is a build that reaches it. */
function sourceAndCompiled(project: Project, source: string): string | SourceAndCompiled {
  if (project.build === undefined) return source
  const fromRoot = relative(project.build.root, resolve(project.folder, source))
  if (fromRoot.startsWith('..')) return source
  const out = relative(project.folder, project.build.out)
  const compiled = slashes(join(out, fromRoot)).replace(/\.([cm]?)ts$/, '.$1js')
  return { source: slashes(source), compiled }
}

function settingsText(project: Project, ...[dataSource, migrations]: (string | undefined)[]): string {
  const setting = (source: string | undefined) =>
    source === undefined ? undefined : sourceAndCompiled(project, source)
  const settings = { dataSource: setting(dataSource), migrations: setting(migrations) }
  return `${JSON.stringify(settings, null, 2)}\n`
}

const drivers = [
  { name: 'pg', variable: 'DATABASE_URL', options: ["type: 'postgres',", 'url: process.env.DATABASE_URL,'] },
  {
    name: 'better-sqlite3',
    variable: 'DATABASE_FILE',
    options: ["type: 'better-sqlite3',", "database: process.env.DATABASE_FILE ?? 'app.sqlite',"],
  },
  {
    name: 'sqlite3',
    variable: 'DATABASE_FILE',
    options: ["type: 'sqlite',", "database: process.env.DATABASE_FILE ?? 'app.sqlite',"],
  },
  {
    name: 'sql.js',
    variable: 'DATABASE_FILE',
    options: ["type: 'sqljs',", "location: process.env.DATABASE_FILE ?? 'app.sqlite',", 'autoSave: true,'],
  },
] as const

function driverOf(project: Project): (typeof drivers)[number] {
  return drivers.find(({ name }) => project.dependencies.has(name)) ?? drivers[0]
}

function dataSourceText(project: Project, file: string): string {
  const esm = project.module === 'esm'
  const here = esm ? 'import.meta.dirname' : '__dirname'
  const globs = file.startsWith('src/')
    ? `[${here} + '/**/*.entity.{ts,js}', ${here} + '/entities/*.{ts,js}']`
    : `[${here} + '/entities/*.{ts,js}']`
  const body = [
    ...driverOf(project).options,
    `entities: ${globs},`,
    '// `autogen upgrade head` changes the schema; TypeORM must not do it beside it.',
    'synchronize: false,',
  ]
  const options = body.map((text) => `  ${text}\n`).join('')
  if (esm || project.typescript) {
    return `import 'reflect-metadata'\nimport { DataSource } from 'typeorm'\n\nexport default new DataSource({\n${options}})\n`
  }
  return `require('reflect-metadata')\nconst { DataSource } = require('typeorm')\n\nmodule.exports = new DataSource({\n${options}})\n`
}

/** Whether a folder holds anything that may be a revision. */
function hasRevisions({ folder }: Project, migrations: readonly string[]): boolean {
  const names = migrations.flatMap((one) => readdirSync(resolve(folder, one), { recursive: true, encoding: 'utf8' }))
  return names.some((name) => /(?<!\.d)\.[cm]?[jt]s$/.test(name))
}

/** Looked for in the text: a data source that is only now set up need not load yet. */
function isReached(project: Project, dataSource: string | undefined, folders: readonly string[]): boolean {
  const file = dataSource === undefined ? undefined : resolve(project.folder, dataSource)
  if (file === undefined || !existsSync(file)) return false
  const globs = globsIn(readFileSync(file, 'utf8'))
  const places = folders.flatMap((folder) => {
    const setting = sourceAndCompiled(project, folder)
    return typeof setting === 'string' ? [setting] : [setting.source, setting.compiled]
  })
  const ours = places.map((place) => resolve(project.folder, place))
  // `__dirname + '/migrations/*.ts'` starts at the file, `'src/migrations/*.ts'` at the project.
  return [dirname(file), project.folder].some((from) =>
    reachesRevisions(
      globs.map((glob) => join(from, glob)),
      ours,
      { from },
    ),
  )
}

function nextSteps(
  project: Project,
  dataSource: string | undefined,
  created: readonly string[],
  { continues, reached }: { readonly continues: boolean; readonly reached: boolean },
): string[] {
  const steps: string[] = []
  const missing = ['typeorm', 'reflect-metadata'].filter((name) => !project.dependencies.has(name))
  if (!drivers.some(({ name }) => project.dependencies.has(name))) missing.push('pg')
  if (missing.length > 0) steps.push(`Install what is missing:  npm install ${missing.join(' ')}`)
  if (dataSource !== undefined && created.includes(dataSource))
    steps.push(
      `Look at ${dataSource}: it says where your database (${driverOf(project).variable}) and your entities are.`,
    )
  if (reached)
    steps.push(
      `Take the folder of your revisions out of \`migrations\` in ${dataSource}: TypeORM would load them as its own, and fail.`,
    )
  steps.push(
    continues
      ? 'There are revisions already; see what differs from them:  npx autogen check'
      : 'Then write the first migration:  npx autogen revision -m "first"',
  )
  return steps
}

function writer(folder: string) {
  const created: string[] = []
  const kept: string[] = []
  return {
    created,
    kept,
    file(name: string, text: string) {
      const path = resolve(folder, name)
      if (existsSync(path)) return void kept.push(name)
      mkdirSync(dirname(path), { recursive: true })
      // `wx`: if somebody made the file in the meantime, it is theirs.
      writeFileSync(path, text, { flag: 'wx' })
      created.push(name)
    },
    folder(name: string) {
      const path = resolve(folder, name)
      const shown = `${name.replace(/\/$/, '')}/`
      if (existsSync(path)) return void kept.push(shown)
      mkdirSync(path, { recursive: true })
      // An empty folder is not kept by git.
      writeFileSync(join(path, '.gitkeep'), '', { flag: 'wx' })
      created.push(shown)
    },
  }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
