// Projects as npm leaves them: our package lies there as a copy, so it finds what the project has and nothing of this repository.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { run, project, type Ran, type TestProject } from '../support/cli'
import { ask, type TestDatabase } from '../support/databases'
import { dist } from '../support/built'

const root = join(__dirname, '../..')
const modules = join(root, 'node_modules')

/** What `npm ci --omit=dev` leaves of our dependencies once a careful person has taken out what production has no use for. */
export const productionPackages = ['yargs', 'picocolors', 'get-tsconfig'] as const

/** What our package brings along where nobody took anything out. */
export const allPackages = [...productionPackages, '@clack/prompts', '@swc/core', 'prettier'] as const

/** InstalledProject is a project that can also run files, and programs of its packages. */
export interface InstalledProject extends TestProject {
  /** Runs node with these words, such as a file and its arguments. */
  start(words: readonly string[], environment?: Record<string, string>): Promise<Ran>
  /** Runs the program of a package: `made.program('jest/bin/jest.js', ['--ci'])`. */
  program(file: string, words?: readonly string[], environment?: Record<string, string>): Promise<Ran>
}

/** Makes a project in which our package and the named ones are installed. */
export function installed(
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = allPackages,
): InstalledProject {
  const made = project(files)
  const ours = join(made.folder, 'node_modules/typeorm-autogen')
  rmSync(ours)
  for (const part of ['bin', 'package.json']) cpSync(join(root, part), join(ours, part), { recursive: true })
  cpSync(dist, join(ours, 'dist'), { recursive: true })
  for (const name of packages) link(made, name)
  const start: InstalledProject['start'] = (words, environment = {}) => run(made.folder, words, environment)
  return {
    ...made,
    start,
    program: (file, words = [], environment) => start([join(modules, file), ...words], environment),
    autogen: (words, environment) => start(['node_modules/typeorm-autogen/bin/autogen.js', ...words], environment),
  }
}

/** Installs one more package: a link to ours, found below its real place; a copy finds the project's packages instead. */
export function link(made: TestProject, name: string, how: 'link' | 'copy' = 'link'): void {
  const path = join(made.folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  if (how === 'copy') cpSync(join(modules, name), path, { recursive: true })
  else symlinkSync(join(modules, name), path, 'junction')
}

/** Builds a project with tsc, as its own build script would. */
export function tsc(made: TestProject, ...words: string[]): void {
  const compiler = join(modules, 'typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [compiler, ...words], { cwd: made.folder, encoding: 'utf8' })
  } catch (error) {
    // tsc says what is wrong on its standard output, which the error's message leaves out.
    throw new Error(`tsc failed:\n${(error as { stdout?: string }).stdout}`, { cause: error })
  }
}

/** Copies parts of one project into another. */
export function copyParts(from: TestProject, to: TestProject, parts: readonly string[]): void {
  for (const part of parts) cpSync(join(from.folder, part), join(to.folder, part), { recursive: true })
}

/** Every file of a project, by path, without its packages. */
export function filesBelow(made: TestProject): string[] {
  return readdirSync(made.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(made.folder, join(entry.parentPath, entry.name)))
    .sort()
}

/** What the log says was done, without when, where and by whom. */
export function logOf(database: TestDatabase): Promise<Record<string, unknown>[]> {
  return ask(
    database,
    'SELECT revision, parents, direction, kind, status, steps_done, checksum, operations FROM autogen_log ORDER BY id',
  )
}
