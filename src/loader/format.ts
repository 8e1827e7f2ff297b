// What kind of file a path is: TypeScript or not, module or CommonJS, the project's or a package's.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, sep } from 'node:path'

/** ModuleFormat is how Node runs a file. */
export type ModuleFormat = 'commonjs' | 'module'

const extensions = new Set(['.ts', '.tsx', '.mts', '.cts'])

/** Answers whether a file is TypeScript with code in it; declaration files hold none. */
export function isTypeScript(file: string): boolean {
  return extensions.has(extname(file)) && !isDeclaration(file)
}

/** Answers whether a file holds nothing but types. */
export function isDeclaration(file: string): boolean {
  return /\.d\.[mc]?ts$/.test(file)
}

/** Answers whether a file belongs to an installed package. */
export function inPackages(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`)
}

/** Returns the format of a file by Node's rule, which is also TypeORM's: the extension, else the nearest package.json. */
export function formatOf(file: string): ModuleFormat {
  const extension = extname(file)
  if (extension === '.mts' || extension === '.mjs') return 'module'
  if (extension === '.cts' || extension === '.cjs') return 'commonjs'
  return packageFormat(dirname(file))
}

const formats = new Map<string, ModuleFormat>()

function packageFormat(directory: string): ModuleFormat {
  const known = formats.get(directory)
  if (known) return known
  const file = join(directory, 'package.json')
  const parent = dirname(directory)
  const format: ModuleFormat = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { type?: string }).type === 'module'
      ? 'module'
      : 'commonjs'
    : parent === directory
      ? 'commonjs'
      : packageFormat(parent)
  formats.set(directory, format)
  return format
}
