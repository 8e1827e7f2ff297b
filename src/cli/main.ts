// The command line: one command run, one result or error printed. The only place that exits.
import type { AnyCommand, Out } from '../commands/command'
import { AutogenError, exitCodes, InterruptedError, UsageError } from '../errors'
import { folderAbove, performCommand } from '../project'
import { knownCommands, type Known, typed } from './known'
import { namedProject, type NamedProject } from './named-project'
import { errorData } from '../runtime/events'
import { cleanError } from '../runtime/passwords'
import type { CommandEvent } from '../environment'
import { describeEvent } from './events'
import { printCommandHelp, printHelp } from './help'
import { jsonLog, type JsonLog } from './json-log'
import { type Arguments, commandNamed, noCommand, parse } from './parse'
import { outOf, printError } from './print'
import { askRename, canAsk } from './prompts'
import { follow, statusLine, type StatusLine } from './status'

/** Runs one command line and ends the process with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  ignoreClosedPipe(process.stdout)
  ignoreClosedPipe(process.stderr)
  const status = statusLine(process.stderr, process.env)
  const named = namedProject(typed(argv).name)
  const err = named.out(await outOf(process.stderr, process.env, status))
  const known = await knownCommands(argv)
  const log = says(argv, 'log', 'json') ? logOf(argv, known, err) : undefined
  if (log !== undefined) tellWarnings(log)
  const code = await runCommandLine(argv, known, { err, log, status, named })
  log?.exit(code)
  await Promise.all([drained(process.stdout), drained(process.stderr)])
  process.exit(code)
}

async function runCommandLine(
  argv: readonly string[],
  known: Known,
  { err, log, status, named }: Omit<Voice, 'fail'>,
): Promise<number> {
  const asked = { json: says(argv, 'format', 'json'), verbose: hasFlag(argv, 'verbose') }
  const fail = (error: unknown): number => {
    const said = named.data(errorData(error))
    if (asked.json) process.stdout.write(`${JSON.stringify({ format: 1, error: said }, null, 2)}\n`)
    else if (log === undefined) printError(error, err, asked.verbose)
    log?.tell({ type: 'failure', ...said })
    return error instanceof AutogenError ? error.exitCode : exitCodes.unexpected
  }
  // What a migration or a hook has left to itself, a promise or a timer, would else be told by Node, and past the log.
  process.once('uncaughtException', (error) => {
    const code = fail(cleanError(error))
    log?.exit(code)
    process.exit(code)
  })
  try {
    if (await answeredByHelp(argv, known)) return 0
    if (known.unreadable !== undefined && !completes(argv)) throw known.unreadable
    const chosen = await parse(argv, known.commands)
    return chosen === undefined ? 0 : await perform(chosen.command, chosen.options, { err, log, status, named, fail })
  } catch (thrown) {
    // What was typed may hold a password, too.
    return fail(cleanError(thrown))
  }
}

/** Voice is how a command tells what happens besides its result. */
interface Voice {
  readonly err: Out
  readonly log: JsonLog | undefined
  /** The foot of the terminal, where there is one. */
  readonly status: StatusLine | undefined
  readonly named: NamedProject
  /** Tells of an error; returns its exit code. */
  fail(error: unknown): number
}

/** `--help` anywhere and `help VERB`, before anything is required of the line; without any word the help is the answer, and an error. */
async function answeredByHelp(argv: readonly string[], { commands, own, unreadable }: Known): Promise<boolean> {
  const end = argv.indexOf('--')
  const words = end === -1 ? argv : argv.slice(0, end)
  const width = Math.min(110, process.stdout.columns ?? 110)
  const [first, second] = words.filter((word) => !word.startsWith('-'))
  // A project may have a command of this name.
  const isVerb = first === 'help' && commandNamed(first, commands) === undefined
  if (isVerb || words.includes('--help') || words.includes('-h')) {
    const name = isVerb ? second : first
    const command = commandNamed(name, commands)
    if (name !== undefined && command === undefined) throw noCommand([name], commands)
    const out = await outOf(process.stdout, process.env)
    if (command === undefined) printHelp(out, width, unreadable === undefined ? own : told(unreadable))
    else printCommandHelp(command, out, width)
    return true
  }
  if (argv.length > 0) return false
  const err = await outOf(process.stderr, process.env)
  printHelp(err, width, unreadable === undefined ? own : told(unreadable))
  err.line()
  throw new UsageError('No command was named.', 'Name one, for example `autogen upgrade head`.')
}

async function perform(command: AnyCommand, options: Arguments, voice: Voice): Promise<number> {
  const { err, log, status, named } = voice
  const json = options.format === 'json'
  const format = command.formats?.[String(options.format)]
  const quiet = options.quiet === true
  const plain = await outOf(process.stdout, process.env, status)
  // What another program reads is data, and not told to anybody.
  const out = json || format !== undefined || options.sql === true ? plain : named.out(plain)
  const follower = status === undefined || quiet || log !== undefined ? undefined : follow(status)
  // What another program reads stays free of what a person follows.
  const progress = json || format !== undefined || options.sql === true ? err : out
  const tell = (event: CommandEvent) => {
    // An error is told once, by whoever catches it last.
    if (log !== undefined && event.type !== 'failure') log.tell(named.data(event))
    else if (log === undefined && !quiet && follower?.hears(event) !== true) {
      describeEvent(event, event.type === 'warning' ? err : progress, options.verbose === true)
    }
  }
  const interruption = new AbortController()
  const stop = interruptWith(interruption, voice)
  try {
    if (command.standalone !== true) enter(options)
    const result = await performCommand(command, {
      ...options,
      ...(command.asks === true && canAsk({ json, quiet }) ? { onRename: askRename } : {}),
      signal: interruption.signal,
      onEvent: tell,
    })
    if (json) out.line(JSON.stringify({ format: 1, ...named.data(result) }, null, 2))
    else if (format !== undefined) out.line(format(result))
    else if (!quiet || options.sql === true) command.print(result, out, options)
    return command.exitCode?.(result, options) ?? 0
  } finally {
    stop()
    follower?.end()
  }
}

/** A shell that completes a word wants to hear nothing else. */
function completes(argv: readonly string[]): boolean {
  return argv[0] === 'completion' || argv.includes('--get-yargs-completions')
}

/** What is wrong with the settings, in one line. */
function told(error: unknown): string {
  const clean = cleanError(error)
  return clean instanceof Error ? clean.message : String(clean)
}

/** In a sub-folder a command does what it does at the project's top, where the user's .env, globs and files are looked for. */
function enter(options: Arguments): void {
  const above = folderAbove(options)
  if (above !== undefined) process.chdir(above)
}

/** Whether a flag has a value, looked for before the line is read: what is wrong with the line is told the same way. */
function says(argv: readonly string[], flag: string, value: string): boolean {
  return argv.includes(`--${flag}=${value}`) || argv.some((word, at) => word === `--${flag}` && argv[at + 1] === value)
}

function hasFlag(argv: readonly string[], flag: string): boolean {
  return argv.includes(`--${flag}`) || argv.includes(`-${flag[0]}`)
}

function logOf(argv: readonly string[], { commands }: Known, { line }: Out): JsonLog {
  const command = argv.find((word) => commandNamed(word, commands) !== undefined) ?? ''
  return jsonLog({ command, verbose: hasFlag(argv, 'verbose'), quiet: hasFlag(argv, 'quiet') }, line)
}

/** What drivers warn of by way of Node would stand between the objects as text. */
function tellWarnings(log: JsonLog): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    cleanError(warning)
    log.tell({ type: 'warning', code: 'node', message: warning.message })
  })
}

/** First Ctrl-C: stop after the running statement; second: at once. */
function interruptWith(controller: AbortController, { err, log, fail }: Voice): () => void {
  const onSignal = () => {
    if (controller.signal.aborted) {
      const code = fail(new InterruptedError(undefined, 'at once'))
      log?.exit(code)
      endAtOnce(code)
    }
    const message = 'once the running statement has ended; Ctrl-C again stops at once'
    if (log === undefined) err.line(`${err.paint.yellow('stopping')}  ${message}`)
    else log.tell({ type: 'warning', code: 'stopping', message: `Stopping ${message}.` })
    controller.abort()
  }
  for (const signal of signals) process.on(signal, onSignal)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** An exit waits for the threads of a driver, and so for the statement that one of them runs; the signal itself does not. */
function endAtOnce(code: number): never {
  process.removeAllListeners('SIGINT')
  if (process.platform !== 'win32') process.kill(process.pid, 'SIGINT')
  // The first process of a container is deaf to a signal that it does not listen to.
  process.exit(code)
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
