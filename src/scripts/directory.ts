// Folders of migration files: reading their heads, writing a new one. The only file here that touches the disk.
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, sep } from 'node:path'
import { MigrationFileExistsError, MigrationsFolderNotFoundError, UnwritableParentError, UsageError } from '../errors'
import { defaultTemplate, fileName, type Named } from './file-name'
import { headFileName, headFileText, parseHeadFile } from './head-file'
import { scanHeader } from './header'
import { checkHeader, checkMigration, exportsOfMigration, looksLikeMigration, revisionOf } from './module'
import { withParent } from './rewrite'
import type { MigrationScript } from './script'
import { findSyntaxError } from './syntax'
import { isTypeormMigration } from './typeorm'

export { fileName, newRevisionId, slugOf } from './file-name'
export { fromModules } from './modules'

/** How folders are read. */
export interface ReadOptions {
  /** Loads a file and returns its exports. */
  readonly load: (file: string) => Promise<unknown>
  /** Which of a TypeScript file and its compiled JavaScript counts where both are found; the source when left out. */
  readonly prefer?: 'source' | 'compiled'
  /** Also reads the folders inside. */
  readonly recursive?: boolean
  /** Hears of a file that is a migration of TypeORM's own, and none of ours. */
  readonly onForeign?: (file: string) => void
}

/** Reads the revisions of one or several folders. A file is run only where its head cannot be read without. */
export async function readDirectory(folders: readonly string[], options: ReadOptions): Promise<MigrationScript[]> {
  const files = (await Promise.all(folders.map((folder) => listFiles(folder, options.recursive === true)))).flat()
  const prefersSource = options.prefer !== 'compiled'
  const found: MigrationScript[] = []
  for (const file of onePerStem(await withoutAliases(files), prefersSource)) {
    const script = await readScript(file, options)
    if (script) found.push(script)
  }
  return onePerRevision(found, prefersSource)
}

/** What a new file is called and written in. */
export interface NewFile extends Named {
  readonly ending: 'ts' | 'js' | 'mjs' | 'cjs'
  /** Placeholders as in `fileName`; `<revision>_<slug>` when left out. */
  readonly template?: string
}

/** WrittenFile is where the file is, and what it holds. */
export interface WrittenFile {
  readonly file: string
  readonly source: string
}

/** Writes a new file whole or not at all, and never over another. The source may depend on the path, as formatting does. */
export async function writeScript(
  folder: string,
  named: NewFile,
  source: string | ((file: string) => string | Promise<string>),
): Promise<WrittenFile> {
  const template = named.template ?? defaultTemplate
  const name = `${fileName(template, named)}.${named.ending}`
  if (!isCode(`${sep}${name.split('/').join(sep)}`)) {
    throw new UsageError(
      `A file called ${name}, as the template ${template} says, would not be found again.`,
      'Let no part of `fileName` begin with `#` or `~`, or be `node_modules`.',
    )
  }
  const file = join(folder, name)
  const text = typeof source === 'string' ? source : await source(file)
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.draft`)
  try {
    if (name.includes('/') && (await isFolder(folder))) await mkdir(dirname(file), { recursive: true })
    await writeDraft(draft, text)
    await publish(draft, file, text)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new MigrationFileExistsError(file)
    if (codeOf(error) === 'ENOENT') throw new MigrationsFolderNotFoundError(folder)
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  return { file, source: text }
}

/** The text of a revision's file as it is now. */
export function readSource(file: string): Promise<string> {
  return readFile(file, 'utf8')
}

/** Whether a folder is there. */
export function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

/** Where a draft cannot be written it is the folder that refuses: nobody knows the draft. */
async function writeDraft(draft: string, text: string): Promise<void> {
  try {
    await writeFile(draft, text, { flag: 'wx' })
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(String(codeOf(error)))) throw error
    throw Object.assign(new Error(String(error), { cause: error }), { code: codeOf(error), path: dirname(draft) })
  }
}

// A link appears at once and fails where the name is taken; a rename would replace. Some file systems have no links.
async function publish(draft: string, file: string, text: string): Promise<void> {
  try {
    await link(draft, file)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV'].includes(String(codeOf(error)))) throw error
    await writeFile(file, text, { flag: 'wx' })
  }
}

/** Gives a migration another parent: of its file only that changes, every other byte stays. */
export async function rewriteParent(file: string, parent: string): Promise<void> {
  const bytes = await readFile(file)
  const source = bytes.toString('utf8')
  if (!Buffer.from(source).equals(bytes)) throw new UnwritableParentError(file, parent, 'is not written in UTF-8')
  const text = withParent(source, parent)
  if (text === undefined) throw new UnwritableParentError(file, parent, 'computes its `downRevision`')
  await replaceFile(file, text)
}

/** The JavaScript a TypeScript file was compiled to: beside it, or in the folder its own is compiled to. */
export function compiledFrom(file: string, folder: string, compiled: string | undefined): string | undefined {
  if (!isSource(file)) return undefined
  const places = [file, ...(compiled === undefined ? [] : [join(compiled, relative(folder, file))])]
  const candidates = places.map((place) => place.replace(/\.([cm]?)ts$/, '.$1js'))
  return candidates.find((candidate) => existsSync(candidate))
}

/** HeadFile is what a folder's `HEAD` says: undefined where there is none, `conflict` where git has left one in it. */
export type HeadFile = readonly string[] | 'conflict' | undefined

/** Reads the `HEAD` of a folder. */
export async function readHeadFile(folder: string): Promise<HeadFile> {
  try {
    return parseHeadFile(await readFile(join(folder, headFileName), 'utf8')) ?? 'conflict'
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Writes the `HEAD` of a folder. */
export async function writeHeadFile(folder: string, heads: readonly string[]): Promise<void> {
  await replaceFile(join(folder, headFileName), headFileText(heads))
}

/** Puts another text in the place of a file, at once; where a link leads there, the file behind it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const there = existsSync(file)
  const place = there ? await realpath(file) : file
  const draft = join(dirname(place), `.${basename(place)}.${process.pid}.draft`)
  try {
    await writeDraft(draft, text)
    if (there) await chmod(draft, (await stat(place)).mode)
    await rename(draft, place)
  } finally {
    await rm(draft, { force: true })
  }
}

/** What of a package.json concerns a new file. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

/** Reads the package.json of a folder or of the nearest folder above it; empty where there is none. */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return dirname(folder) === folder ? {} : readManifest(dirname(folder))
  }
}

const sourceExtensions = ['.ts', '.mts', '.cts']
const compiledExtensions = ['.js', '.mjs', '.cjs']

async function listFiles(folder: string, recursive: boolean): Promise<string[]> {
  let entries
  try {
    entries = await readdir(folder, { withFileTypes: true, recursive })
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') throw new MigrationsFolderNotFoundError(folder)
    throw error
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => isCode(file.slice(folder.length)))
    .sort()
}

/** Whether a file can be a migration: declarations, maps, hidden files and what editors leave behind cannot. */
function isCode(file: string): boolean {
  if (/\.d\.[cm]?ts$/.test(file)) return false
  const parts = file.split(sep)
  if (parts.some((part) => /^[.#~]/.test(part)) || parts.includes('node_modules')) return false
  return [...sourceExtensions, ...compiledExtensions].includes(extname(file))
}

/** Each file once, however many folders or links lead to it. */
async function withoutAliases(files: readonly string[]): Promise<string[]> {
  const byPlace = new Map<string, string>()
  for (const file of files) {
    const place = await realpath(file)
    if (!byPlace.has(place)) byPlace.set(place, file)
  }
  return [...byPlace.values()]
}

/** Of `x.ts` and `x.js` side by side one is read. */
function onePerStem(files: readonly string[], prefersSource: boolean): string[] {
  const stem = (file: string) => file.slice(0, -extname(file).length)
  const stems = (wanted: boolean) => new Set(files.filter((file) => isSource(file) === wanted).map(stem))
  const better = stems(prefersSource)
  return files.filter((file) => isSource(file) === prefersSource || !better.has(stem(file)))
}

/** A source and what it was compiled to are one revision, wherever they lie; two sources with one id stay two, for the graph to refuse. */
function onePerRevision(scripts: readonly MigrationScript[], prefersSource: boolean): MigrationScript[] {
  const isPreferred = ({ revision }: MigrationScript) => isSource(revision.path!) === prefersSource
  const preferred = new Set(scripts.filter(isPreferred).map(({ revision }) => revision.id))
  return scripts.filter((script) => isPreferred(script) || !preferred.has(script.revision.id))
}

function isSource(file: string): boolean {
  return sourceExtensions.includes(extname(file))
}

async function readScript(
  file: string,
  { load, onForeign }: Pick<ReadOptions, 'load' | 'onForeign'>,
): Promise<MigrationScript | undefined> {
  const source = await readFile(file, 'utf8')
  const loadExports = () => loadFile(file, load)
  const header = scanHeader(source)
  if (header) return { revision: revisionOf(header, file), load: async () => checkMigration(await loadExports(), file) }
  const isForeign = isTypeormMigration(source)
  // A helper beside the migrations is not run to find out that it is one, and a class of TypeORM's says no `revision`.
  if (isForeign && !/\brevision\b/.test(source)) return void onForeign?.(file)
  if (!/\b(?:revision|downRevision|upgrade|downgrade)\b/.test(source)) return undefined
  const exports = exportsOfMigration(await loadExports())
  if (!looksLikeMigration(exports)) return isForeign ? void onForeign?.(file) : undefined
  return { revision: revisionOf(checkHeader(exports, file), file), load: async () => checkMigration(exports, file) }
}

async function loadFile(file: string, load: ReadOptions['load']): Promise<unknown> {
  try {
    return await load(file)
  } catch (error) {
    throw findSyntaxError(error, file) ?? error
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
