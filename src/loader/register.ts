// The user's files in this process: TypeScript or JavaScript, CommonJS or modules, with no loader installed and no flag given.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { explainFailure } from './failures'
import { foreignLoader } from './foreign'
import { formatOf, isTypeScript } from './format'
import { commonJsExports, exportsOf } from './module-exports'
import type { Exports } from './module-exports'
import { PreloadNotFoundError } from '../errors'

/** LoaderOptions say what a project wants to be loaded with. */
export interface LoaderOptions {
  readonly projectDir: string
  /** Modules to load first, as `--require` and `--import` name them. */
  readonly require?: readonly string[]
  /** `auto`, `none`, or a module that loads TypeScript, such as `ts-node/register`. */
  readonly loader?: string
  /** The tsconfig to read in place of each file's nearest tsconfig.json. */
  readonly tsconfig?: string
}

/** LoaderChoice is who loads TypeScript in this process: we, somebody else, or nobody. */
export type LoaderChoice = 'built-in' | 'foreign' | 'none'

/** Loads what the project asks for and settles who loads TypeScript; a later call adds to what earlier ones said. */
export function registerLoader(options: LoaderOptions): Promise<LoaderChoice> {
  const earlier = choice
  choice = settleAfter(earlier, options)
  return choice
}

/**
 * Loads a module of the user and returns its exports by name, with CommonJS's beside `default`.
 *
 * @example const { default: dataSource } = await loadModule('/project/src/data-source.ts')
 */
export async function loadModule(file: string): Promise<Exports> {
  if (extname(file) === '.json') return commonJsExports(JSON.parse(readFileSync(file, 'utf8')))
  const loadedBy = isTypeScript(file) ? await useLoader(dirname(file)) : undefined
  // As TypeORM does: the loaders people use hook into require() for CommonJS.
  if (loadedBy === 'foreign' && formatOf(file) === 'commonjs') return requireModule(file)
  try {
    return exportsOf((await import(pathToFileURL(file).href)) as Exports, file)
  } catch (error) {
    if (isImportImpossible(error)) return requireModule(file)
    ignoreTwin(error)
    throw explainFailure(error)
  }
}

/** Prepares the process for globs of TypeORM's, such as `entities`, that name TypeScript files in a data source of JavaScript. */
export async function prepareGlobs(globs: unknown, projectDir: string): Promise<void> {
  const patterns = typeof globs === 'object' && globs !== null ? Object.values(globs) : []
  if (patterns.some((pattern) => typeof pattern === 'string' && /\bts\b[^/\\]*$/.test(pattern)))
    await useLoader(projectDir)
}

let choice: Promise<LoaderChoice> | undefined
let loader: string | undefined
let tsconfig: string | undefined
let installed: Promise<void> | undefined

async function settleAfter(earlier: Promise<LoaderChoice> | undefined, options: LoaderOptions): Promise<LoaderChoice> {
  // Whoever made the earlier call has its error already.
  await earlier?.catch(() => undefined)
  for (const module of options.require ?? []) await preload(module, options.projectDir)
  loader = options.loader ?? loader ?? 'auto'
  tsconfig = options.tsconfig ? resolve(options.projectDir, options.tsconfig) : tsconfig
  if (loader === 'none') return 'none'
  if (installed) return 'built-in'
  if (loader !== 'auto') await preload(loader, options.projectDir)
  return loader !== 'auto' || foreignLoader() ? 'foreign' : 'built-in'
}

// The hooks are put in with the first TypeScript file: a project of plain JavaScript needs none of them.
async function useLoader(projectDir: string): Promise<LoaderChoice> {
  const settled = await (choice ?? registerLoader({ projectDir }))
  if (settled === 'built-in') {
    installed ??= import('./hooks.js').then(({ installHooks }) => installHooks(tsconfig))
    await installed
  }
  return settled
}

async function preload(module: string, projectDir: string): Promise<void> {
  const file = resolveModule(module, projectDir)
  try {
    await import(pathToFileURL(file).href)
  } catch (error) {
    if (!isImportImpossible(error)) throw error
    requireModule(file)
  }
}

function resolveModule(module: string, projectDir: string): string {
  try {
    return createRequire(join(projectDir, 'noop.js')).resolve(module)
  } catch (error) {
    if (codeOf(error) !== 'MODULE_NOT_FOUND') throw error
    throw new PreloadNotFoundError(module, projectDir)
  }
}

function requireModule(file: string): Exports {
  return commonJsExports(require(file))
}

// Inside jest without flags there is no import(), and require() goes through jest's own transforms.
function isImportImpossible(error: unknown): boolean {
  return codeOf(error) === 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG'
}

// Node 20 rejects twice when CommonJS throws under an imported module: here, and on a promise that nobody holds.
function ignoreTwin(error: unknown): void {
  const listener = (reason: unknown) => {
    if (reason !== error && process.listenerCount('unhandledRejection') === 1) throw reason
  }
  process.on('unhandledRejection', listener)
  setImmediate(() => process.off('unhandledRejection', listener))
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
