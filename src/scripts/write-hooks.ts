// What runs after a revision was written: commands, never through a shell, and functions.
import { spawn } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { InterruptedError, WriteHookError } from '../errors'
import { isFolder } from './directory'

/** RevisionFile is a file that was written, as functions among the hooks get it. */
export interface RevisionFile {
  readonly path: string
  readonly revision: string
}

/** WriteCommand is a command as words; `<file>` among them stands for the file, which comes last where no word says so. */
export interface WriteCommand {
  readonly command: readonly string[]
  /** Where it runs; the folder of the settings when left out. */
  readonly cwd?: string
}

/** WriteHook is a command, as words or with a folder, or a function. */
export type WriteHook = readonly string[] | WriteCommand | ((file: RevisionFile) => void | Promise<void>)

/** HookRun is a hook that has run. */
export interface HookRun {
  readonly name: string
  readonly durationMs: number
  /** What a command printed. */
  readonly output: string
}

/** What a hook is called in messages. */
export function hookName(hook: WriteHook): string {
  if (typeof hook === 'function') return hook.name === '' ? 'a function of `afterWrite`' : hook.name
  return wordsOf(hook).join(' ')
}

/** Runs one hook over a file. Where it fails, the file stays and the error says so. */
export async function runWriteHook(
  hook: WriteHook,
  file: RevisionFile,
  { folder, signal }: { readonly folder: string; readonly signal?: AbortSignal | undefined },
): Promise<HookRun> {
  const name = hookName(hook)
  const began = Date.now()
  const done = (output: string): HookRun => ({ name, durationMs: Date.now() - began, output })
  if (typeof hook === 'function') {
    try {
      await hook(file)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new WriteHookError(name, file.path, `failed: ${reason}`, error)
    }
    return done('')
  }
  const [command = '', ...words] = withFile(wordsOf(hook), file.path)
  const cwd = 'cwd' in hook && hook.cwd !== undefined ? hook.cwd : folder
  if (!(await isFolder(cwd))) throw new WriteHookError(name, file.path, `has no folder ${cwd} to run in.`)
  return done(await runCommand(name, command, words, { cwd, file, signal }))
}

function wordsOf(hook: readonly string[] | WriteCommand): readonly string[] {
  return 'command' in hook ? hook.command : hook
}

function withFile(words: readonly string[], path: string): string[] {
  const filled = words.map((word) => word.replaceAll('<file>', path))
  return words.some((word) => word.includes('<file>')) ? filled : [...filled, path]
}

interface Setting {
  readonly cwd: string
  readonly file: RevisionFile
  readonly signal: AbortSignal | undefined
}

function runCommand(name: string, command: string, words: string[], { cwd, file, signal }: Setting): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (problem: string, cause?: unknown) => reject(new WriteHookError(name, file.path, problem, cause))
    const env = { ...process.env, PATH: [...binFolders(cwd), process.env.PATH ?? ''].join(delimiter) }
    const child = spawn(command, words, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const hear = (text: string) => (output = (output + text).slice(-longestOutput))
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return reject(new InterruptedError())
      fail(
        error.code === 'ENOENT' ? `cannot run: there is no command ${command}.` : `cannot run: ${error.message}`,
        error,
      )
    })
    child.on('close', (code, killedBy) => {
      if (code === 0) return resolve(output.trim())
      const said = output.trim() === '' ? '.' : `:\n${output.trim()}`
      fail(code === null ? `was stopped by ${killedBy}${said}` : `ended with code ${code}${said}`)
    })
  })
}

const longestOutput = 10_000

/** Where a package's commands are, as for the scripts of a package.json. */
function binFolders(folder: string): string[] {
  const above = dirname(folder)
  return [join(folder, 'node_modules', '.bin'), ...(above === folder ? [] : binFolders(above))]
}
