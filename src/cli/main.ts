// The command line: one command run, one result or error printed. The only place that exits.
import type { AnyCommand, Out } from '../commands/command'
import { AutogenError, exitCodes, UsageError } from '../errors'
import { folderAbove, performCommand } from '../project'
import { cleanError } from '../runtime/passwords'
import { describeEvent } from './events'
import { printCommandHelp, printHelp } from './help'
import { type Arguments, commandNamed, parse } from './parse'
import { errorData, outOf, printError } from './print'
import { askRename, canAsk } from './prompts'

/** Runs one command line and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  ignoreClosedPipe(process.stdout)
  ignoreClosedPipe(process.stderr)
  const code = await runCommandLine(argv)
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(code)
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const asked = { json: wantsJson(argv), verbose: argv.includes('-v') || argv.includes('--verbose') }
  const err = await outOf(process.stderr, process.env)
  try {
    if (await answeredByHelp(argv)) return 0
    const chosen = await parse(argv)
    return chosen === undefined ? 0 : await perform(chosen.command, chosen.options, err)
  } catch (thrown) {
    // What was typed may hold a password, too.
    const error = cleanError(thrown)
    if (asked.json) process.stdout.write(`${JSON.stringify({ format: 1, error: errorData(error) }, null, 2)}\n`)
    else printError(error, err, asked.verbose)
    return error instanceof AutogenError ? error.exitCode : exitCodes.unexpected
  }
}

/** `--help` anywhere, before anything is required of the line; without any word the help is the answer, and an error. */
async function answeredByHelp(argv: readonly string[]): Promise<boolean> {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const width = Math.min(110, process.stdout.columns ?? 110)
  if (words.includes('--help') || words.includes('-h')) {
    const [name] = words.filter((word) => !word.startsWith('-'))
    const command = commandNamed(name)
    if (name !== undefined && command === undefined) return false
    const out = await outOf(process.stdout, process.env)
    if (command === undefined) printHelp(out, width)
    else printCommandHelp(command, out, width)
    return true
  }
  if (argv.length > 0) return false
  const err = await outOf(process.stderr, process.env)
  printHelp(err, width)
  err.line()
  throw new UsageError('No command was named.', 'Name one, for example `autogen upgrade head`.')
}

async function perform(command: AnyCommand, options: Arguments, err: Out): Promise<number> {
  const json = options.format === 'json'
  const format = command.formats?.[String(options.format)]
  const quiet = options.quiet === true
  const out = await outOf(process.stdout, process.env)
  // What another program reads stays free of what a person follows.
  const progress = json || format !== undefined || options.sql === true ? err : out
  const interruption = new AbortController()
  const stop = interruptWith(interruption, err)
  try {
    if (command.standalone !== true) enter(options)
    const result = await performCommand(command, {
      ...options,
      ...(command.asks === true && canAsk({ json, quiet }) ? { onRename: askRename } : {}),
      signal: interruption.signal,
      onEvent: (event) => {
        if (!quiet) describeEvent(event, event.type === 'warning' ? err : progress, options.verbose === true)
      },
    })
    if (json) out.line(JSON.stringify({ format: 1, ...result }, null, 2))
    else if (format !== undefined) out.line(format(result))
    else if (!quiet || options.sql === true) command.print(result, out, options)
    return command.exitCode?.(result, options) ?? 0
  } finally {
    stop()
  }
}

/** In a sub-folder a command does what it does at the project's top, where the user's .env, globs and files are looked for. */
function enter(options: Arguments): void {
  const above = folderAbove(options)
  if (above !== undefined) process.chdir(above)
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--format=json') || argv.some((word, at) => word === '--format' && argv[at + 1] === 'json')
}

/** First Ctrl-C: stop after the running statement; second: at once. */
function interruptWith(controller: AbortController, err: Out): () => void {
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    err.line(`${err.paint.yellow('stopping')}  once the running statement has ended; Ctrl-C again stops at once`)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}

/** `autogen history | head` closes our pipe early; that is no error. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
