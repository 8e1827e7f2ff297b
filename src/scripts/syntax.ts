// Where a file that could not be loaded breaks the language's rules.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MigrationSyntaxError } from '../errors'

/** Finds a syntax error, with its file and line, in what loading a file threw; undefined if it threw something else. */
export function findSyntaxError(thrown: unknown, file: string): MigrationSyntaxError | undefined {
  for (let error = thrown; isErrorLike(error); error = error.cause) {
    if (error.code === 'source-syntax') {
      return new MigrationSyntaxError(String(error.file), Number(error.line), String(error.reason), thrown)
    }
    if (error.name === 'SyntaxError') {
      const place = placeIn(String(error.stack)) ?? checkWithNode(file)
      return place && new MigrationSyntaxError(place.file, place.line, String(error.message), thrown)
    }
  }
  return undefined
}

interface ErrorLike {
  readonly [field: string]: unknown
}

// Not instanceof: under jest an error may come from another realm.
function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === 'object' && value !== null
}

interface Place {
  readonly file: string
  readonly line: number
}

/** Node begins its report with the place: `/path/file.js:3`. */
function placeIn(report: string): Place | undefined {
  const [, path, line] = /^(\S[^\n]*?):(\d+)\n/.exec(report) ?? []
  if (path === undefined || line === undefined) return undefined
  return { file: path.startsWith('file://') ? fileURLToPath(path) : path, line: Number(line) }
}

/** For ESM the error itself does not say where; Node's own check does, and passes where the error came from elsewhere. */
function checkWithNode(file: string): Place | undefined {
  // There process.execPath is the application.
  if (process.versions.electron !== undefined) return undefined
  // Without the loaders and inspectors this process may have been started with.
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', env })
  return status === 0 ? undefined : placeIn(stderr)
}
