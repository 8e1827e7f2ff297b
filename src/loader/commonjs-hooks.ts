// TypeScript under require(): Node's own table of extensions, and its resolver asked second where TypeScript decides first.
// oxlint-disable no-underscore-dangle -- the names are Node's
import { readFileSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, sep } from 'node:path'
import { inPackages, isTypeScript } from './format'
import { resolveTypeScript } from './resolve'
import { withSourceMaps } from './source-maps'
import { transform } from './transform'

/** Makes require() load TypeScript from here on. */
export function installCommonJsHooks(): void {
  for (const extension of ['.ts', '.tsx', '.mts', '.cts']) internals._extensions[extension] = compile

  const loadJavaScript = internals._extensions['.js']!
  internals._extensions['.js'] = (module, file) => withSourceMaps(!inPackages(file), () => loadJavaScript(module, file))

  const resolveFilename = internals._resolveFilename
  internals._resolveFilename = function (request, parent, isMain, options) {
    const resolve = (specifier: string) => resolveFilename.call(this, specifier, parent, isMain, options)
    const from = parent?.filename
    if (!from || options?.paths || isOurs(from) || asking) return resolve(request)
    if (isTypeScript(from)) return ask(request, from) ?? resolve(request)
    if (inPackages(from)) return resolve(request)
    try {
      return resolve(request)
    } catch (error) {
      const found = ask(request, from)
      if (found === undefined) throw error
      return found
    }
  }
}

// Reading a tsconfig resolves modules in turn, in the user's name; those are Node's to find.
let asking = false

function ask(request: string, from: string): string | undefined {
  asking = true
  try {
    return resolveTypeScript(request, from)
  } finally {
    asking = false
  }
}

type LoadFile = (module: NodeModule & { _compile(code: string, file: string): void }, file: string) => void

interface ModuleInternals {
  _extensions: Record<string, LoadFile>
  _resolveFilename(
    request: string,
    parent: NodeModule | null | undefined,
    isMain: boolean,
    options?: { paths?: string[] },
  ): string
}

// Node documents neither and every loader uses both.
const internals = Module as unknown as ModuleInternals

const compile: LoadFile = (module, file) => {
  const code = transform(readFileSync(file, 'utf8'), file, 'commonjs')
  withSourceMaps(true, () => module._compile(code, file))
}

// Our own requires, made while a user's file is resolved or compiled, must not come back to us.
const ourRoot = join(dirname(__dirname), sep)

function isOurs(file: string): boolean {
  return file.startsWith(ourRoot)
}
