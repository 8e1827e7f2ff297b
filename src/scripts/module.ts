// What a migration module exports, checked, and its place in the history. Knows no files.
import { MigrationExportError, MissingRevisionError, MissingUpgradeError } from '../errors'
import type { Revision } from '../graph/revision'
import { defined } from '../model/defined'
import type { Header } from './header'
import type { MigrationModule } from './script'

/** The exports of a migration, found under `default` where the module system put them there. */
export function exportsOfMigration(loaded: unknown): Readonly<Record<string, unknown>> {
  let exports = loaded
  // CommonJS imported from ESM, and a default export compiled to CommonJS, each add one level.
  for (let level = 0; level < 3 && isObject(exports); level++) {
    if ('revision' in exports || !isObject(exports.default)) return exports
    exports = exports.default
  }
  return isObject(exports) ? exports : {}
}

/** Whether a module without `revision` was meant to be a migration all the same. */
export function looksLikeMigration(exports: Readonly<Record<string, unknown>>): boolean {
  return ['revision', 'downRevision', 'upgrade', 'downgrade'].some((name) => name in exports)
}

/** Checks a loaded module; the file names it in errors. */
export function checkMigration(loaded: unknown, file: string): MigrationModule {
  const exports = exportsOfMigration(loaded)
  checkHeader(exports, file)
  if (exports.upgrade === undefined) throw new MissingUpgradeError(file)
  for (const [name, { fits, expected }] of Object.entries(expectations)) {
    if (exports[name] !== undefined && !fits(exports[name])) throw new MigrationExportError(file, name, expected)
  }
  // The one cast: every export was checked just now.
  return exports as unknown as MigrationModule
}

/** Checks only what places a module in the history. */
export function checkHeader(exports: Readonly<Record<string, unknown>>, file: string): Header {
  if (exports.revision === undefined) throw new MissingRevisionError(file)
  for (const name of ['revision', 'downRevision', 'branchLabels', 'dependsOn', 'message', 'createdAt'] as const) {
    const { fits, expected } = expectations[name]
    if (!fits(exports[name]) && !(exports[name] === undefined && optional.has(name))) {
      throw new MigrationExportError(file, name, expected)
    }
  }
  // As above.
  return exports as unknown as Header
}

/** The node of the history that a header describes. */
export function revisionOf(header: Header, path: string | undefined): Revision {
  return defined({
    id: header.revision,
    down: listOf(header.downRevision),
    labels: listOf(header.branchLabels),
    dependsOn: listOf(header.dependsOn),
    message: header.message ?? messageOfPath(path, header.revision),
    createdAt: header.createdAt,
    path,
  })
}

/** Where neither an export nor a comment holds the message, the file's name does: `a1b2_add_email.js` says "add email". */
function messageOfPath(path: string | undefined, revision: string): string {
  const stem = (path ?? '').replace(/^.*[\\/]/, '').replace(/\.\w+$/, '')
  return stem
    .replace(revision, '')
    .replace(/[_\s-]+/g, ' ')
    .trim()
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return []
  return typeof value === 'string' ? [value] : [...value]
}

interface Expectation {
  fits(value: unknown): boolean
  readonly expected: string
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isStrings = (value: unknown) => Array.isArray(value) && value.every(isString)
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const text: Expectation = { fits: isString, expected: 'a string' }
const texts: Expectation = {
  fits: (value) => isString(value) || isStrings(value),
  expected: 'a string or an array of strings',
}
const callable: Expectation = { fits: (value) => typeof value === 'function', expected: 'a function' }

const expectations = {
  revision: text,
  downRevision: {
    fits: (value) => value === null || texts.fits(value),
    expected: 'the id of the revision before it, an array of ids at a merge, or null at a base',
  },
  branchLabels: texts,
  dependsOn: texts,
  transaction: { fits: (value) => typeof value === 'boolean', expected: 'true or false' },
  retry: { fits: (value) => typeof value === 'boolean', expected: 'true or false' },
  renames: {
    fits: (value) => isObject(value) && Object.values(value).every((one) => one === null || isString(one)),
    expected: 'an object of new names, or null for what was dropped',
  },
  phase: text,
  message: text,
  createdAt: text,
  upgrade: callable,
  downgrade: callable,
} as const satisfies { readonly [K in keyof MigrationModule]-?: Expectation }

const optional = new Set(['branchLabels', 'dependsOn', 'message', 'createdAt'])
