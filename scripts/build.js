// The whole build: tsc writes CommonJS, and each entry gets an ESM front that hands on the same instance.
// It is made beside dist and then takes its place, so that a command running meanwhile never finds half of it. What was
// made of the same sources is left as it is: npm asks for a build before each test, pack and demo.
'use strict'

const { spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { join, relative } = require('node:path')

const root = join(__dirname, '..')
const dist = join(root, 'dist')
const fresh = join(root, `.dist-${process.pid}`)
const stale = `${fresh}-stale`
const madeOf = '.made-of'

const sources = fingerprint()
if (!isMadeOf(sources)) build()

function build() {
  try {
    const tsc = [require.resolve('typescript/bin/tsc'), '-p', join(root, 'tsconfig.json'), '--outDir', fresh]
    const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' })
    if (status === 0) putInPlace()
    else process.exitCode = 1
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(stale, { recursive: true, force: true })
  }
}

/** Says in one line what dist comes from: the sources, the compiler, its settings and this script. */
function fingerprint() {
  const hash = createHash('sha256')
  const names = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  for (const file of [...names, join(root, 'tsconfig.json'), __filename]) {
    const text = readFileSync(file)
    hash.update(`${relative(root, file)} ${text.length}\n`).update(text)
  }
  return hash.update(require('typescript/package.json').version).digest('hex')
}

function isMadeOf(wanted) {
  const mark = join(dist, madeOf)
  return existsSync(mark) && readFileSync(mark, 'utf8') === wanted
}

function putInPlace() {
  for (const entry of ['index', 'runtime']) writeEsmFront(entry)
  writeFileSync(join(fresh, madeOf), sources)
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
