// What a start loads: the reason why `autogen --help` is quick, and why an application bundles nothing it does not use.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(__dirname, '..')
const never = ['typescript', 'prettier', '@swc', '@clack', 'typeorm', 'reflect-metadata', 'pg', 'sqlite3', 'sql.js']

test.each([['--help'], ['upgrade', '--help']])('%s %s loads no package but the one for colours', (...words) => {
  expect(loadedBy([join(root, 'bin/autogen.js'), ...words]).packages).toEqual(['picocolors'])
})

test('reading a command line loads yargs and nothing of databases, entities or files', () => {
  const { packages } = loadedBy([join(root, 'bin/autogen.js'), '--version'])
  expect(packages).toContain('yargs')
  expect(packages.filter((name) => never.includes(name))).toEqual([])
})

test.each(['runtime.js', 'runtime.mjs'])(
  'the runtime entry %s loads no package, no loader, no folder, no command line',
  (file) => {
    const load = `import(${JSON.stringify(join(root, 'dist', file))})`
    const { packages, ours } = loadedBy(['-e', load])
    expect(ours).toContain(file)
    expect(packages).toEqual([])
    expect(
      ours.filter((path) => /^(cli|loader|lint|diff)\/|^scripts\/(directory|render)|^config\.js/.test(path)),
    ).toEqual([])
  },
)

test('the library loads no package before it is used', () => {
  const { packages, ours } = loadedBy(['-e', `require(${JSON.stringify(join(root, 'dist/index.js'))})`])
  expect(ours).toContain('index.js')
  expect(packages).toEqual([])
})

/** V8's coverage names every script a process loaded, CommonJS and ESM alike. */
function loadedBy(args: readonly string[]): { readonly packages: readonly string[]; readonly ours: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'autogen-startup-'))
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder, NODE_OPTIONS: '' }
    const run = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' })
    const paths = readdirSync(folder)
      .flatMap((file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Coverage).result)
      .filter(({ url }) => url.startsWith('file:'))
      .map(({ url }) => fileURLToPath(url).split(sep).join('/'))
    const packages = paths.flatMap((path) => /.*\/node_modules\/(@[^/]+|[^/]+)\//.exec(path)?.[1] ?? [])
    const dist = `${join(root, 'dist').split(sep).join('/')}/`
    return {
      packages: [...new Set(packages)],
      ours: paths.filter((path) => path.startsWith(dist)).map((path) => path.slice(dist.length)),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Coverage = { readonly result: readonly { readonly url: string }[] }
