// `HEAD` in a folder of migrations: its newest revisions, a line for each, so that git conflicts where two branches meet.

/** What the file is called. */
export const headFileName = 'HEAD'

/** What a HEAD file says; undefined where git has left a conflict in it. */
export function parseHeadFile(text: string): readonly string[] | undefined {
  const lines = text.split('\n').map((line) => line.trim())
  if (lines.some((line) => /^(<{7}|\|{7}|={7}|>{7})( |$)/.test(line))) return undefined
  return lines.filter((line) => line !== '' && !line.startsWith('#'))
}

/** The text of a HEAD file. */
export function headFileText(heads: readonly string[]): string {
  return [note, ...[...heads].sort()].map((line) => `${line}\n`).join('')
}

// It never changes, so that only the lines below it conflict.
const note =
  '# The newest revisions here, kept by autogen. A conflict below: two branches met; see `autogen heads`, `merge`, `rebase`.'
