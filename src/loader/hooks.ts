// Both halves of our own loader, put into this process.
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { installCommonJsHooks } from './commonjs-hooks'
import { installRuntime } from './compiled'
import { enableSourceMaps } from './source-maps'
import { useTsconfig } from './tsconfig'

/** Makes require() and import load TypeScript from here on. */
export function installHooks(tsconfig: string | undefined): void {
  useTsconfig(tsconfig)
  installRuntime()
  enableSourceMaps()
  installCommonJsHooks()
  register(pathToFileURL(join(__dirname, 'esm-hooks.mjs')), { data: { tsconfig } })
}
