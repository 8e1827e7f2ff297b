// Who wrote a migration, as git knows it.
import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'

/** The author of the commit that brought a file; undefined where there is none, or no git to ask. */
export async function authorOf(file: string): Promise<string | undefined> {
  const words = ['log', '--diff-filter=A', '--format=%an', '--', basename(file)]
  try {
    const { stdout } = await promisify(execFile)('git', words, { cwd: dirname(file) })
    return stdout.trim().split('\n').at(-1) || undefined
  } catch {
    // A folder outside of any repository, or a machine without git, as production is: nothing depends on the name.
    return undefined
  }
}
