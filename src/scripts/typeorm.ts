// TypeORM's own migrations beside ours: it loads every function that a file of its globs exports, and cannot run ours.
import { isAbsolute, join, resolve } from 'node:path'

/** Whether a file that is none of ours holds a class that TypeORM runs: it names the interface, or ends in a timestamp. */
export function isTypeormMigration(source: string): boolean {
  return /\bMigrationInterface\b|\bclass\s+\w*\d{13}\b/.test(source)
}

/** Whether one of a data source's `migrations` takes in a file of ours, there already or yet to be written. */
export function reachesRevisions(
  globs: unknown,
  folders: readonly string[],
  { files = [], from }: { readonly files?: readonly string[]; readonly from: string },
): boolean {
  const usual = folders.flatMap((folder) => ['ts', 'js'].map((end) => join(folder, `0123456789ab_first.${end}`)))
  const ours = [...usual, ...files].map(slashes)
  return stringsOf(globs).some((glob) => {
    const pattern = patternOf(slashes(isAbsolute(glob) ? glob : resolve(from, glob)))
    return ours.some((file) => pattern.test(file))
  })
}

/** The globs that a data source's source gives as `migrations`, without the variable that some begin with. */
export function globsIn(source: string): string[] {
  const [, list = ''] = /\bmigrations\s*:\s*\[([^\]]*)\]/.exec(source) ?? []
  return [...list.matchAll(/(['"`])(.*?)\1/g)].map(([, , glob = '']) => glob.replace(/^\$\{[^}]*\}/, ''))
}

/** TypeORM takes a list or an object, of globs and of classes. */
function stringsOf(globs: unknown): string[] {
  const all: unknown[] = typeof globs === 'object' && globs !== null ? Object.values(globs) : []
  return all.filter((one) => typeof one === 'string')
}

/** A glob as people write it for TypeORM: stars, question marks, braces. */
function patternOf(glob: string): RegExp {
  const parts = glob.match(/\*\*\/|\*\*|[^]/g) ?? []
  return new RegExp(`^${parts.map((part) => meanings[part] ?? part.replace(/[.+^$()|[\]\\]/, '\\$&')).join('')}$`)
}

const meanings: Readonly<Record<string, string>> = {
  '**/': '(?:.*/)?',
  '**': '.*',
  '*': '[^/]*',
  '?': '[^/]',
  '{': '(?:',
  ',': '|',
  '}': ')',
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/')
}
