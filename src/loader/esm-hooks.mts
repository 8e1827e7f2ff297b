// TypeScript under import: Node runs this file in a thread of its own and asks it where a module is and what it says.
import { readFileSync } from 'node:fs'
import type { InitializeHook, LoadHook, ResolveHook } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { moduleAround } from './export-names.js'
import { optionalScheme } from './metadata.js'
import { formatOf, inPackages, isTypeScript } from './format.js'
import { resolveTypeScript } from './resolve.js'
import { transform } from './transform.js'
import { useTsconfig } from './tsconfig.js'

/** Takes over the settings of the main thread. */
export const initialize: InitializeHook<{ tsconfig?: string }> = ({ tsconfig }) => useTsconfig(tsconfig)

/** Finds TypeScript first for TypeScript, and as the last resort for the project's JavaScript. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  if (specifier.startsWith(optionalScheme))
    return resolveOptional(specifier.slice(optionalScheme.length), context, next)
  const parent = fileOf(context.parentURL)
  const [path, query] = splitQuery(specifier)
  if (parent && isTypeScript(parent)) return found(resolveTypeScript(path, parent), query) ?? next(specifier, context)
  if (!parent || inPackages(parent)) return next(specifier, context)
  try {
    return await next(specifier, context)
  } catch (error) {
    const instead = found(resolveTypeScript(path, parent), query)
    if (!instead) throw error
    return instead
  }
}

/** Compiles modules; leaves CommonJS to require(), so that TypeORM's globs and imports meet in one cache. */
export const load: LoadHook = async (url, context, next) => {
  const file = fileOf(url)
  if (!file || !isTypeScript(file)) return next(url, context)
  if (url.endsWith(namedQuery)) return { format: 'module', source: moduleAround(file), shortCircuit: true }
  if (formatOf(file) === 'commonjs') return { format: 'commonjs', shortCircuit: true }
  return { format: 'module', source: transform(readFileSync(file, 'utf8'), file, 'module'), shortCircuit: true }
}

// Node looks for the names of a CommonJS file in its source, and understands no TypeScript.
const namedQuery = '?autogen-named'

// An import that only metadata needs: full tsc would have dropped it, had it been a type.
const resolveOptional: ResolveHook = async (specifier, context, next) => {
  try {
    return await resolve(specifier, context, next)
  } catch (error) {
    const missing = ['ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED']
    if (!missing.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return { url: 'data:text/javascript,', format: 'module', shortCircuit: true }
  }
}

function found(file: string | undefined, query: string) {
  if (file === undefined) return undefined
  const { href } = pathToFileURL(file)
  if (!isTypeScript(file)) return { url: href + query, shortCircuit: true }
  const isCommonJs = formatOf(file) === 'commonjs'
  return { url: href + (isCommonJs ? namedQuery : query), format: 'module' as const, shortCircuit: true }
}

function fileOf(url: string | undefined): string | undefined {
  return url?.startsWith('file:') ? fileURLToPath(splitQuery(url)[0]) : undefined
}

function splitQuery(specifier: string): readonly [string, string] {
  const [path = specifier] = /^[^?#]+/.exec(specifier) ?? []
  return [path, specifier.slice(path.length)]
}
