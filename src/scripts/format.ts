// The project's own prettier over a new file; without one the text stays as rendered.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FormatError } from '../errors'
import { readManifest } from './directory'

/** Formats a source for the place where the file will lie. */
export async function formatSource(source: string, file: string): Promise<string> {
  try {
    const prettier = await loadPrettier(file)
    if (!prettier) return source
    const configured = await prettier.resolveConfig(file, { editorconfig: true })
    const settings = configured ?? ((await usesPrettier(file)) ? {} : houseSettings)
    return await prettier.format(source, { ...settings, filepath: file })
  } catch (error) {
    if (isImportImpossible(error)) return source
    throw new FormatError(file, error)
  }
}

/** What prettier is told in projects that have none of their own, so that the text stays as it was rendered. */
const houseSettings = { semi: false, singleQuote: true, printWidth: 120 }

interface Prettier {
  resolveConfig(file: string, options: { readonly editorconfig: true }): Promise<object | null>
  format(source: string, options: object): string | Promise<string>
}

async function loadPrettier(file: string): Promise<Prettier | undefined> {
  const place = resolveFrom(file) ?? resolveFrom(__filename)
  if (place === undefined) return undefined
  const namespace = (await import(pathToFileURL(place).href)) as Prettier & { readonly default?: Prettier }
  return namespace.default ?? namespace
}

function resolveFrom(file: string): string | undefined {
  try {
    return createRequire(file).resolve('prettier')
  } catch (error) {
    if (codeOf(error) === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** Whether the project names prettier itself: then its defaults are meant where nothing is configured. */
async function usesPrettier(file: string): Promise<boolean> {
  const { dependencies, devDependencies } = await readManifest(dirname(file))
  return 'prettier' in { ...dependencies, ...devDependencies }
}

// Inside jest without flags there is no import(), and prettier needs one.
function isImportImpossible(error: unknown): boolean {
  return codeOf(error) === 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG'
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
