// Everything a person sees passes here: colours, lines, errors.
import type { Out, Paint } from '../commands/command'
import type { StatusLine } from './status'
import { AutogenError, type Problem, SeveralProblemsError, WriteHookError } from '../errors'

/** Whether colours make sense on a stream. */
export function wantsColour(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR) return false
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return true
  return stream.isTTY === true && environment.TERM !== 'dumb'
}

/** Makes the Out of a stream; `status` is cleared before a line is printed on the same terminal. */
export async function outOf(
  stream: NodeJS.WriteStream,
  environment: NodeJS.ProcessEnv,
  status?: StatusLine,
): Promise<Out> {
  const { createColors } = (await import('picocolors')).default
  const { bold, dim, red, green, yellow, cyan } = createColors(wantsColour(stream, environment))
  const paint: Paint = { bold, dim, red, green, yellow, cyan }
  return {
    paint,
    line(text = '') {
      status?.clear()
      stream.write(`${text}\n`)
    },
  }
}

/** Prints an error: our own as a sentence and a hint, anything else with its stack. */
export function printError(error: unknown, out: Out, verbose: boolean): void {
  const { red, cyan, dim } = out.paint
  if (!(error instanceof AutogenError)) {
    out.line(`${red('unexpected error')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return
  }
  if (error instanceof WriteHookError) for (const text of error.operations) out.line(`  ${text}`)
  const problems: readonly Problem[] = error instanceof SeveralProblemsError ? error.problems : [error]
  for (const { message, hint } of problems) {
    out.line(`${red('error')} ${message}`)
    out.line(`${cyan('hint')}  ${hint}`)
  }
  if (verbose && error.cause instanceof Error && error.cause.stack !== undefined) out.line(dim(error.cause.stack))
}
