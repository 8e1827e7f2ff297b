// Runs the driver in a child process and returns what it printed.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dist } from '../support/built'

/** Answer is what the driver printed: a result, or the error it caught. */
export type Answer = Record<string, unknown> & {
  readonly failed?: Record<string, unknown> & { message: string; stack: string }
}

/** Performs one action of the driver in a process that knows nothing of this one. */
export async function drive(
  action: string,
  options: object,
  start: {
    readonly execArgv?: readonly string[]
    readonly dist?: string
    readonly cwd?: string
    readonly nodeOptions?: string
  } = {},
): Promise<Answer> {
  const driver = join(__dirname, 'driver.js')
  const argument = JSON.stringify({ dist: start.dist ?? dist, action, options })
  const { stdout } = await promisify(execFile)(process.execPath, [...(start.execArgv ?? []), driver, argument], {
    env: { ...process.env, NODE_OPTIONS: start.nodeOptions ?? '' },
    ...(start.cwd ? { cwd: start.cwd } : {}),
  })
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n', stdout.length - 2) + 1)) as Answer
}
