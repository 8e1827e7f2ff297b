// The one TypeORM of the process: the user's. Where it is, and whether a second one crept in.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { TwoTypeormsError, TypeormNotFoundError } from '../errors'

/** TypeormCopy is one installed typeorm: its folder, its version, and the file that brought it in where that is known. */
export interface TypeormCopy {
  readonly directory: string
  readonly version: string
  readonly usedBy?: string
}

/** Returns the typeorm that files in `projectDir` get, with the file to import, or throws TypeormNotFoundError. */
export function resolveTypeorm(projectDir: string): TypeormCopy & { readonly main: string } {
  const copy = typeormFor(join(projectDir, 'noop.js'))
  if (!copy) throw new TypeormNotFoundError(projectDir)
  return { ...copy, main: join(copy.directory, 'index.js') }
}

/** Returns every typeorm that is loaded in this process, or that one of the given files would get, each once. */
export function findTypeormCopies(files: readonly string[] = []): TypeormCopy[] {
  const copies = new Map<string, TypeormCopy>()
  for (const file of files) {
    const copy = typeormFor(file)
    if (copy && !copies.has(copy.directory)) copies.set(copy.directory, { ...copy, usedBy: file })
  }
  for (const copy of loadedCopies()) if (!copies.has(copy.directory)) copies.set(copy.directory, copy)
  return [...copies.values()]
}

/** Throws TwoTypeormsError if more than one typeorm is at work; `files` are the data source's and the entities' where known. */
export function assertSingleTypeorm(files: readonly string[] = []): void {
  const copies = findTypeormCopies(files)
  if (copies.length > 1) throw new TwoTypeormsError(copies)
}

function typeormFor(file: string): TypeormCopy | undefined {
  try {
    return copyIn(dirname(realpathSync(createRequire(file).resolve('typeorm'))))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}

function loadedCopies(): TypeormCopy[] {
  const modules = Object.values(require.cache).filter((module) => module !== undefined)
  return modules.flatMap((module) => {
    const copy = basename(module.filename) === 'index.js' ? copyIn(dirname(module.filename)) : undefined
    if (!copy) return []
    const user = modules.find(
      ({ filename, children }) => children.includes(module) && dirname(filename) !== copy.directory,
    )
    return [user ? { ...copy, usedBy: user.filename } : copy]
  })
}

// Read beside index.js: typeorm's exports keep its package.json to itself.
function copyIn(directory: string): TypeormCopy | undefined {
  const file = join(directory, 'package.json')
  if (!existsSync(file)) return undefined
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string }
  return name === 'typeorm' ? { directory, version: version ?? 'unknown' } : undefined
}
