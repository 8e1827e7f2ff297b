// A user's project in a temporary folder: files written, packages installed, programs run.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const windows = process.platform === 'win32'

/** Run is how a program ended and what it said. */
export interface Run {
  readonly code: number | null
  readonly output: string
}

/** Project is a folder to write to and to run programs in. */
export interface Project {
  readonly folder: string
  write(files: Readonly<Record<string, string>>): void
  npm(...args: string[]): void
  /** Runs a program of node_modules/.bin. */
  bin(program: string, ...args: string[]): Run
  node(...args: string[]): Run
  /** Types a line into a shell. */
  type(line: string): Run
}

/** Makes an empty folder for projects, removed by `remove`. */
export function workshop(): { readonly folder: string; project(name: string): Project; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'autogen-pack-')))
  return {
    folder,
    project: (name) => projectIn(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Packs this repository's package into a folder and returns the file's path. */
export function pack(folder: string): string {
  const root = join(__dirname, '../..')
  const output = npm(root, ['pack', '--silent', '--pack-destination', folder])
  return join(folder, output.trim().split('\n').at(-1) as string)
}

function projectIn(folder: string): Project {
  mkdirSync(folder, { recursive: true })
  return {
    folder,
    write(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    npm: (...args) => void npm(folder, args),
    bin: (program, ...args) =>
      run(folder, join(folder, 'node_modules/.bin', windows ? `${program}.cmd` : program), args),
    node: (...args) => run(folder, process.execPath, args),
    type: (line) => run(folder, line, [], true),
  }
}

const { NODE_OPTIONS: _options, DATABASE_URL: _url, ...inherited } = process.env
const quickly = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_prefer_offline: 'true' }
const env = { ...inherited, ...quickly }

function npm(folder: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe', shell: windows })
}

function run(folder: string, program: string, args: readonly string[], shell = windows): Run {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', shell })
  if (error) throw error
  return { code: status, output: stdout + stderr }
}
