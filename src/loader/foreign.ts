// Whether somebody else in this process already loads TypeScript: then we stay away.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { cwd } from 'node:process'

/** Returns the name of what already loads TypeScript here, or undefined if nothing does. */
export function foreignLoader(): string | undefined {
  const extensions = require.extensions as Readonly<Record<string, { readonly name: string } | undefined>>
  if (!('.js' in extensions)) return "a require() that is not Node's own"
  const handler = extensions['.ts']
  // Node's own `.ts` handler strips types and stops at a decorator.
  if (handler && handler.name !== 'loadTS') return 'a require() hook for .ts'
  return startedWith()
}

// ts-node, tsx and the like, by the name their users type.
const knownLoaders =
  /\b(ts-node|tsx|tsimp|tsm|esno|jiti|sucrase|esbuild-register|esbuild-kit|@?swc-node|oxc-node|@swc\/register|@babel\/register|ts-blank-space|amaro)\b/

function startedWith(): string | undefined {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  const preloaded = words.flatMap((word, index) => {
    const [flag = '', value = words[index + 1] ?? ''] = word.split(/=(.*)/s)
    return /^(--import|--require|-r|--loader|--experimental-loader)$/.test(flag) ? [value.replace(/^"|"$/g, '')] : []
  })
  return preloaded.find((module) => knownLoaders.test(module) || knownLoaders.test(textOf(module)))
}

// A file of the project may stand between: `--import ./loader.mjs`, which registers one of them.
function textOf(module: string): string {
  if (!/^(\.|\/|file:)/.test(module)) return ''
  try {
    const file = module.startsWith('file:') ? new URL(module) : createRequire(resolve(cwd(), 'noop.js')).resolve(module)
    return readFileSync(file, 'utf8')
  } catch (error) {
    // Node itself has loaded it by now; what we cannot read again tells us nothing.
    if ((error as NodeJS.ErrnoException).code) return ''
    throw error
  }
}
