// From what an import says to the TypeScript file it means: tsconfig paths, `.js` that stands for `.ts`, no ending, a folder.
import { existsSync, statSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeclaration } from './format'
import { pathsOf } from './tsconfig'

/** Returns the file that `specifier` means in `parent`, or undefined where Node's own rules shall decide. */
export function resolveTypeScript(specifier: string, parent: string): string | undefined {
  if (isBuiltin(specifier) || specifier.startsWith('#')) return undefined
  if (specifier.startsWith('file:')) return existing(fileURLToPath(specifier))
  if (/^(\.\.?(\/|$)|\/|[A-Za-z]:[\\/])/.test(specifier)) return existing(resolve(dirname(parent), specifier))
  return firstOf(pathsOf(parent)?.(specifier) ?? [], existing)
}

const sources = ['.ts', '.tsx', '.mts', '.cts']
const runnable = [...sources, '.js', '.mjs', '.cjs', '.json']
const sourcesOf: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

function existing(path: string): string | undefined {
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  return firstOf(
    [
      ...(sourcesOf[extension] ?? []).map((source) => stem + source),
      path,
      ...runnable.map((ending) => path + ending),
      ...runnable.map((ending) => resolve(path, `index${ending}`)),
    ],
    (file) => (!isDeclaration(file) && existsSync(file) && statSync(file).isFile() ? file : undefined),
  )
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}
