// What the tsconfig around a file says: its paths and compiler settings. Answers are kept per folder.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { createFilesMatcher, createPathsMatcher, getTsconfig, parseTsconfig } from 'get-tsconfig'
import type { PathsMatcher, TsConfigJson, TsConfigResult } from 'get-tsconfig'

/** CompilerSettings are the tsconfig options that change what a TypeScript file does when it runs. */
export interface CompilerSettings {
  readonly useDefineForClassFields: boolean
  readonly esModuleInterop: boolean
  /** In CommonJS: whether `import()` stays, or becomes a require. */
  readonly keepsDynamicImport: boolean
  readonly jsx: 'automatic' | 'classic'
  readonly jsxImportSource: string
}

/** Makes one tsconfig file speak for every source, in place of the nearest tsconfig.json of each. */
export function useTsconfig(file: string | undefined): void {
  chosen = file
  tsconfigs.clear()
}

/** Returns where the paths of the file's tsconfig may lead, or undefined if it maps none. */
export function pathsOf(file: string): PathsMatcher | undefined {
  return tsconfigOf(file)?.paths
}

/** Returns the compiler settings of a file. */
export function compilerSettings(file: string): CompilerSettings {
  return tsconfigOf(file)?.settings ?? withoutTsconfig
}

interface Tsconfig {
  readonly paths: PathsMatcher | undefined
  readonly settings: CompilerSettings
}

const withoutTsconfig: CompilerSettings = {
  useDefineForClassFields: false,
  esModuleInterop: true,
  keepsDynamicImport: true,
  jsx: 'automatic',
  jsxImportSource: 'react',
}

let chosen: string | undefined
const tsconfigs = new Map<string, Tsconfig | undefined>()
const parsed = new Map<string, string>()

function tsconfigOf(file: string): Tsconfig | undefined {
  const directory = dirname(file)
  if (!tsconfigs.has(directory)) tsconfigs.set(directory, readTsconfig(file))
  return tsconfigs.get(directory)
}

function readTsconfig(file: string): Tsconfig | undefined {
  const found = chosen ? { path: chosen, config: parseTsconfig(chosen, parsed) } : nearestTsconfig(file)
  if (!found) return undefined
  const options = found.config.compilerOptions ?? {}
  return { paths: createPathsMatcher(found) ?? undefined, settings: settingsOf(options, dirname(found.path)) }
}

function nearestTsconfig(file: string): TsConfigResult | undefined {
  const nearest = getTsconfig(dirname(file), 'tsconfig.json', parsed)
  return nearest ? (referencedTsconfig(nearest, file) ?? nearest) : undefined
}

// A tsconfig.json that only lists others (`files: []` and `references`) leaves the settings to the one that has the file.
function referencedTsconfig({ path, config }: TsConfigResult, file: string): TsConfigResult | undefined {
  if (!config.references || config.include || config.files?.length) return undefined
  return config.references
    .map((reference) => resolve(dirname(path), reference.path))
    .map((target) => (target.endsWith('.json') ? target : join(target, 'tsconfig.json')))
    .filter((target) => existsSync(target))
    .map((target) => ({ path: target, config: parseTsconfig(target, parsed) }))
    .find((candidate) => createFilesMatcher(candidate)(file))
}

function settingsOf(options: TsConfigJson.CompilerOptions, directory: string): CompilerSettings {
  const nodeModules = /^(node|preserve)/i.test(options.module ?? '')
  return {
    useDefineForClassFields:
      options.useDefineForClassFields ?? /^es(next|20(2[2-9]|[3-9]\d))$/i.test(options.target ?? ''),
    esModuleInterop: options.esModuleInterop ?? (nodeModules || typescriptMajor(directory) >= 6),
    keepsDynamicImport: options.module === undefined || nodeModules,
    jsx: /^react-jsx/i.test(options.jsx ?? 'react-jsx') ? 'automatic' : 'classic',
    jsxImportSource: options.jsxImportSource ?? 'react',
  }
}

// TypeScript 6 turned esModuleInterop on for everybody; before, a project that says nothing has it off.
function typescriptMajor(directory: string): number {
  try {
    const file = createRequire(join(directory, 'tsconfig.json')).resolve('typescript/package.json')
    return Number.parseInt((JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version, 10)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return Number.POSITIVE_INFINITY
  }
}
