// The real bin in a child process, in a project of its own.
import { spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lane } from './lane'
import { scratchFolder } from './scratch'

const root = join(__dirname, '../..')

/** Ran is what a person would see of one command. */
export interface Ran {
  readonly code: number
  /** What it died of, where it did. */
  readonly signal?: NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
  /** Both, in no particular order. */
  readonly output: string
}

/** TestProject is a folder with the packages a user would have installed. */
export interface TestProject {
  readonly folder: string
  write(file: string, text: string): void
  read(file: string): string
  files(folder?: string): string[]
  autogen(words: readonly string[], environment?: Record<string, string>): Promise<Ran>
  /** The same, to be looked at while it runs. */
  begin(words: readonly string[], environment?: Record<string, string>): Running
  /** Runs a CommonJS script in the project, such as SQL past the history. */
  node(script: string, environment?: Record<string, string>): Promise<Ran>
  remove(): void
}

const packages = ['reflect-metadata', 'pg', 'sql.js', 'better-sqlite3', 'sqlite3']

/** Makes a project from files; `typeorm` is the lane's. */
export function project(
  files: Readonly<Record<string, string>>,
  options: { readonly without?: readonly string[] } = {},
): TestProject {
  const folder = scratchFolder('autogen-project-')
  const link = (target: string, name: string) => {
    const path = join(folder, 'node_modules', name)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path, 'junction')
  }
  const without = new Set(options.without ?? [])
  if (!without.has('typeorm')) link(lane.directory, 'typeorm')
  for (const name of packages) if (!without.has(name)) link(join(root, 'node_modules', name), name)
  link(root, 'typeorm-autogen')
  const made: TestProject = {
    folder,
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    files: (inside = '.') =>
      readdirSync(join(folder, inside))
        .filter((name) => name !== 'node_modules')
        .sort(),
    autogen: (words, environment = {}) => runBin(folder, words, environment),
    begin: (words, environment = {}) => startBin(folder, words, environment),
    node: (script, environment = {}) => run(folder, ['-e', script], environment),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  for (const [file, text] of Object.entries({ 'package.json': '{"name":"project","private":true}\n', ...files }))
    made.write(file, text)
  return made
}

/** Copies a folder of the repository into a project. */
export function copyInto(made: TestProject, from: string): void {
  cpSync(join(root, from), made.folder, { recursive: true, filter: (file) => !file.includes('node_modules') })
}

/** Types one command in a folder. */
export function runBin(cwd: string, words: readonly string[], environment: Record<string, string> = {}): Promise<Ran> {
  return run(cwd, [join(root, 'bin/autogen.js'), ...words], environment)
}

/** Running is a command that has not ended, or has. */
export interface Running {
  readonly ended: Promise<Ran>
  /** Resolves with all of the output once this stands in it; one that ends without having said so is an error. */
  said(what: string | RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
}

/** Begins a command in a folder, to be looked at and killed while it runs. */
export function startBin(cwd: string, words: readonly string[], environment: Record<string, string> = {}): Running {
  return start(cwd, [join(root, 'bin/autogen.js'), ...words], environment)
}

/** Runs node in a folder, without what this process inherited of settings that change what a command does. */
export function run(cwd: string, words: readonly string[], environment: Record<string, string>): Promise<Ran> {
  return start(cwd, words, environment).ended
}

function start(cwd: string, words: readonly string[], environment: Record<string, string>): Running {
  const {
    NODE_OPTIONS: _options,
    FORCE_COLOR: _colour,
    AUTOGEN_URL: _url,
    DATABASE_URL: _database,
    ...inherited
  } = process.env
  const child = spawn(process.execPath, [...words], {
    cwd,
    env: { ...inherited, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const heard = new EventEmitter()
  heard.setMaxListeners(0)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    heard.emit('more')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    heard.emit('more')
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code: code ?? -1, ...(signal && { signal }), stdout, stderr, output: stdout + stderr }),
    )
  })
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    said: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const output = stdout + stderr
          if (typeof what === 'string' ? output.includes(what) : what.test(output)) resolve(output)
        }
        heard.on('more', look)
        look()
        void ended.then(({ code, output }) =>
          reject(new Error(`autogen ended with ${code} and never said ${what}:\n${output}`)),
        )
      }),
  }
}
