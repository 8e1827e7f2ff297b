// One shape for what a module exports, however it was written and loaded.
import { realpathSync } from 'node:fs'

/** Exports holds a module's exports by name; `default` is the default export, or CommonJS's `module.exports`. */
export type Exports = Record<string, unknown>

/** Returns the exports of an imported module, with CommonJS's named exports beside `default`. */
export function exportsOf(namespace: Exports, file: string): Exports {
  const whole = namespace.default
  const cached = require.cache?.[file] ?? require.cache?.[realpathSync(file)]
  const isCommonJs =
    'default' in namespace && ((cached !== undefined && cached.exports === whole) || isTranspiled(whole))
  return isCommonJs ? commonJsExports(whole) : { ...namespace }
}

/** Returns what `require` gave, in the same shape. */
export function commonJsExports(whole: unknown): Exports {
  if (isTranspiled(whole)) return { ...whole }
  return isPlain(whole) ? { ...whole, default: whole } : { default: whole }
}

function isTranspiled(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null && '__esModule' in value
}

function isPlain(value: unknown): value is Exports {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // In a virtual machine, as under jest, Object is another Object.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
