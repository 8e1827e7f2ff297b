// One minified file, and beside it only the WebAssembly of the database.
import { build } from 'esbuild'
import { copyFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

await build({
  entryPoints: ['src/app.ts'],
  outfile: 'build/app.cjs',
  bundle: true,
  minify: true,
  platform: 'node',
})

const { resolve } = createRequire(import.meta.url)
await copyFile(resolve('sql.js/dist/sql-wasm.wasm'), 'build/sql-wasm.wasm')
