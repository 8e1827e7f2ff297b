// `autogen edit REV`: opens its file in the editor of EDITOR, VISUAL, or one that is there.
import { spawnSync } from 'node:child_process'
import { AutogenError, DivergedError, UsageError } from '../errors'
import { chooseRevisions } from './chosen'
import type { Command } from './command'

export interface EditOptions {
  /** Ids, labels, `head`, `current` ...; `head` when left out. */
  readonly revisions?: string | readonly string[]
  /** What opens the files, instead of EDITOR or VISUAL. */
  readonly editor?: string
}

export interface EditResult {
  readonly editor: string
  readonly paths: readonly string[]
}

export const editCommand: Command<EditOptions, EditResult> = {
  name: 'edit',
  describe: 'open the file of a revision in your editor',
  examples: [
    ['autogen edit', 'the newest revision'],
    ['EDITOR="code --wait" autogen edit 3f2a', 'in an editor of your choice'],
  ],
  positionals: [{ name: 'revisions', describe: 'ids, labels, head, current ...', many: true, fallback: 'head' }],
  flags: { editor: { type: 'string', argument: 'COMMAND', describe: 'what opens the file (EDITOR, then VISUAL)' } },
  async run(environment, options) {
    const { revisions, unknown } = await chooseRevisions(environment, options.revisions ?? 'head')
    if (unknown.length > 0) throw new DivergedError(unknown)
    const paths = revisions.flatMap(({ path }) => path ?? [])
    if (paths.length === 0) throw nothingToEdit(revisions.length > 0)
    const editor = options.editor ?? editorOf(process.env)
    const { status, signal, error } = spawnSync([editor, ...paths.map(quoted)].join(' '), {
      shell: true,
      stdio: 'inherit',
    })
    if (status !== 0) {
      const why = error?.message ?? (status === null ? `was ended by ${signal}` : `ended with code ${status}`)
      // The shell's own codes for a command that is not there, or cannot be run.
      const missing = error !== undefined || status === 126 || status === 127
      throw new UsageError(
        `The editor \`${editor}\` ${why}.`,
        missing ? 'Set EDITOR to one that is there, such as `vim`.' : `Open it yourself: ${paths.join(', ')}.`,
      )
    }
    return { editor, paths }
  },
  print(result, { line }) {
    for (const path of result.paths) line(path)
  },
}

function nothingToEdit(modules: boolean): AutogenError {
  return modules
    ? new UsageError('The migrations were given as modules, which have no files.', 'Pass a folder as `migrations`.')
    : new UsageError('There is no such revision to edit: that is base.', 'Name one; `autogen history` lists them.')
}

/** Alembic's order: EDITOR, VISUAL, then what the platform usually has. */
function editorOf(environment: NodeJS.ProcessEnv): string {
  const usual = process.platform === 'win32' ? ['code', 'notepad'] : ['sensible-editor', 'editor', 'nano', 'vim', 'vi']
  const find = process.platform === 'win32' ? 'where' : 'command -v'
  const found =
    environment.EDITOR ||
    environment.VISUAL ||
    usual.find((name) => spawnSync(`${find} ${name}`, { shell: true, stdio: 'ignore' }).status === 0)
  if (found === undefined) {
    throw new UsageError(
      'There is no editor to open the file with.',
      'Set EDITOR, for example `EDITOR=vim autogen edit`.',
    )
  }
  return found
}

function quoted(path: string): string {
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", `'\\''`)}'`
}
