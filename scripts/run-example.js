// Runs `npm test` of one example in a copy of it, with the packages of this repository and the library as built.
'use strict'

const { spawnSync } = require('node:child_process')
const { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { basename, dirname, join } = require('node:path')

const root = join(__dirname, '..')
const [name] = process.argv.slice(2)
const example = join(root, 'examples', name ?? '')
if (!name || !existsSync(join(example, 'package.json'))) {
  process.stderr.write(`Name one of the examples: ${readdirSync(join(root, 'examples')).join(', ')}\n`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), `autogen-${basename(name)}-`))
try {
  cpSync(example, folder, { recursive: true, filter: (file) => basename(file) !== 'node_modules' })
  linkPackages(join(folder, 'node_modules'))
  const run = spawnSync('npm', ['test'], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
  process.exitCode = run.status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function linkPackages(modules) {
  const ours = join(root, 'node_modules')
  for (const entry of readdirSync(ours).filter((entry) => entry !== '.bin' && !entry.startsWith('.package'))) {
    link(join(ours, entry), join(modules, entry))
  }
  for (const entry of readdirSync(join(ours, '.bin'))) link(join(ours, '.bin', entry), join(modules, '.bin', entry))
  link(root, join(modules, 'typeorm-autogen'))
  link(join(root, 'bin/autogen.js'), join(modules, '.bin/autogen'))
}

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, process.platform === 'win32' ? 'junction' : undefined)
}
