// The whole build: tsc writes CommonJS, and each entry gets an ESM front that hands on the same instance.
// It is made beside dist and then takes its place, so that a command running meanwhile never finds half of it.
'use strict'

const { spawnSync } = require('node:child_process')
const { renameSync, rmSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const fresh = join(root, `.dist-${process.pid}`)
const stale = `${fresh}-stale`

try {
  const tsc = [require.resolve('typescript/bin/tsc'), '-p', join(root, 'tsconfig.json'), '--outDir', fresh]
  const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' })
  if (status === 0) putInPlace()
  else process.exitCode = 1
} finally {
  rmSync(fresh, { recursive: true, force: true })
  rmSync(stale, { recursive: true, force: true })
}

function putInPlace() {
  for (const entry of ['index', 'runtime']) writeEsmFront(entry)
  moveAside()
  renameSync(fresh, dist)
}

function moveAside() {
  try {
    renameSync(dist, stale)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function writeEsmFront(entry) {
  const names = Object.keys(require(join(fresh, `${entry}.js`))).filter((name) => name !== '__esModule')
  const lines = names.map((name) => `export const ${name} = entry.${name}`)
  writeFileSync(join(fresh, `${entry}.mjs`), [`import entry from './${entry}.js'`, '', ...lines, ''].join('\n'))
  writeFileSync(join(fresh, `${entry}.d.mts`), `export * from './${entry}.js'\n`)
}
