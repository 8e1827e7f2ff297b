// From words to one command and its options, under the names the library's functions use.
import { commands } from '../commands'
import type { AnyCommand, Flag } from '../commands/command'
import { UsageError } from '../errors'
import { nearNames } from '../operations/near'
import { version } from '../version'
import { commonFlags, commonFlagsOf } from './common-flags'
import { usageOf } from './help'

/** What was typed, such as `{ revId: 'aaaa', format: 'json' }`. */
export type Arguments = Record<string, unknown>

/** Chosen is what a command line asks for. */
export interface Chosen {
  readonly command: AnyCommand
  readonly options: Arguments
}

/** Reads a command line; undefined when it was answered already, as `--version` is. */
export async function parse(
  argv: readonly string[],
  known: readonly AnyCommand[] = commands,
): Promise<Chosen | undefined> {
  const { default: yargs } = await import('yargs')
  let chosen: Chosen | undefined
  // Of each line yargs makes a help of its own, which nobody reads and which takes as long as the rest of it; a shell asks for the options.
  const hidden = !argv.includes('--get-yargs-completions')
  const parser = yargs([...argv])
    .scriptName('autogen')
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'boolean-negation': false,
      'duplicate-arguments-array': true,
    })
    .strict()
    .version(version)
    .help(false)
    .completion('completion', 'prints a completion script for your shell')
    .exitProcess(false)
    .fail((message, error) => {
      // Some of what yargs has to say of a line comes as an error of its own.
      throw error === undefined || error.name === 'YError' ? usageError(message ?? error?.message, argv, known) : error
    })
  for (const command of known) {
    parser.command({
      command: [usageOf(command), ...(command.aliases ?? [])],
      describe: command.describe,
      builder: (builder) => {
        for (const { name, describe, many } of command.positionals ?? []) {
          builder.positional(name, { type: 'string', describe, hidden, ...(many === true ? { array: true } : {}) })
        }
        for (const [name, flag] of Object.entries(flagsOf(command))) builder.option(name, { ...optionOf(flag), hidden })
        // Answered before the line is read; named here for the completion in a shell.
        return builder.option('help', { type: 'boolean', alias: 'h', hidden })
      },
      handler: (parsed) => {
        chosen = { command, options: optionsFrom(command, parsed) }
      },
    })
  }
  // yargs prints it and then goes on to find no such command.
  if (argv[0] === 'completion') parser.showCompletionScript()
  else await parser.parseAsync(commandFirst(argv))
  return chosen
}

/** What everybody may say comes before the command as well, as Alembic's users type it: `autogen -q upgrade head`. */
export function commandFirst(argv: readonly string[]): string[] {
  let at = 0
  for (let word = argv[at]; word?.startsWith('-') && word !== '--'; word = argv[at]) {
    const [, flag] =
      Object.entries(commonFlags).find(([name, { alias }]) => [spelled(name), `-${alias}`].includes(word!)) ?? []
    at += flag === undefined || flag.type === 'boolean' ? 1 : 2
  }
  const command = argv[at]
  return command === undefined || command === '--' ? [...argv] : [command, ...argv.slice(0, at), ...argv.slice(at + 1)]
}

function spelled(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

/** The command that a word names. */
export function commandNamed(
  word: string | undefined,
  known: readonly AnyCommand[] = commands,
): AnyCommand | undefined {
  return known.find(({ name, aliases = [] }) => word !== undefined && [name, ...aliases].includes(word))
}

function flagsOf(command: AnyCommand): { readonly [name: string]: Flag } {
  return { ...commonFlagsOf(command), ...command.flags }
}

function optionOf({ type, alias, argument, describe }: Flag) {
  return {
    ...(type === 'strings' ? { type: 'string' as const, array: true, nargs: 1 } : { type }),
    ...(alias === undefined ? {} : { alias }),
    ...(argument === undefined ? {} : { requiresArg: true }),
    describe,
  }
}

function optionsFrom(command: AnyCommand, parsed: Arguments): Arguments {
  const options: Arguments = { cwd: process.cwd() }
  for (const [name, flag] of Object.entries(flagsOf(command))) {
    const value = parsed[name]
    if (value === undefined) continue
    // `--no-backup` is `backup: false`.
    if (name.startsWith('no-')) options[camelCase(name.slice(3))] = checked(value, flag, name) !== true
    else options[camelCase(name)] = checked(value, flag, name)
  }
  for (const positional of command.positionals ?? []) {
    const value = parsed[positional.name] ?? positional.fallback
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) options[positional.name] = value
  }
  const formats = ['text', 'json', ...Object.keys(command.formats ?? {})]
  if (options.format !== undefined && !formats.includes(String(options.format))) {
    throw new UsageError(
      `There is no format "${String(options.format)}".`,
      `Use ${formats.map((name) => `\`--format ${name}\``).join(' or ')}.`,
    )
  }
  if (options.log !== undefined && options.log !== 'text' && options.log !== 'json') {
    throw new UsageError(`There is no log "${String(options.log)}".`, 'Use `--log text` or `--log json`.')
  }
  if (options.x !== undefined) options.x = Object.fromEntries((options.x as string[]).map(keyAndValue))
  if (options.datasource !== undefined) {
    options.dataSource = options.datasource
    delete options.datasource
  }
  return options
}

/** `KEY=VALUE`; a key alone is there and empty. */
function keyAndValue(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function checked(value: unknown, { type }: Flag, name: string): unknown {
  if (type === 'strings') return value
  if (Array.isArray(value)) {
    if (type === 'boolean') return value.at(-1)
    throw new UsageError(`--${name} was given ${value.length} times.`, `Give --${name} once.`)
  }
  if (type === 'number' && !(Number(value) >= 0)) {
    const problem = Number(value) < 0 ? `must not be negative, as ${String(value)} is` : 'is not a number'
    throw new UsageError(`--${name} ${problem}.`, `Give a number, such as \`--${name} 60\`.`)
  }
  return value
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** yargs counts arguments and quotes bare words; a person wants to know what to type instead. */
function usageError(message: string, argv: readonly string[], known: readonly AnyCommand[]): UsageError {
  const command = commandNamed(
    argv.find((word) => commandNamed(word, known) !== undefined),
    known,
  )
  if (command === undefined) return noCommand(argv, known)
  const help = `Run \`autogen ${command.name} --help\`.`
  const [, unknown] = /^Unknown arguments?: (.+)$/s.exec(message) ?? []
  if (unknown !== undefined) return unknownWords(unknown, command, argv, help)
  const missing = command.positionals?.find(({ required }) => required === true)
  if (missing !== undefined && message.startsWith('Not enough non-option arguments')) {
    const [[example] = ['']] = command.examples
    return new UsageError(`\`autogen ${command.name}\` lacks its ${missing.name}.`, `For example: \`${example}\`.`)
  }
  const [, lacking] = /^Not enough arguments following: (\S+)/.exec(message) ?? []
  if (lacking !== undefined) {
    return new UsageError(`${lacking.length === 1 ? '-' : '--'}${lacking} lacks its value.`, help)
  }
  return new UsageError(message.replace(/\s*\n\s*/g, ' ').trim(), help)
}

/** The error for a line that names no command of ours, or none at all. */
export function noCommand(argv: readonly string[], known: readonly AnyCommand[]): UsageError {
  const [word] = commandFirst(argv)
  if (word === undefined || word.startsWith('-')) {
    const example = 'Name one, for example `autogen upgrade head`; `autogen --version` prints the version.'
    return new UsageError('No command was named.', example)
  }
  const [meant] = nearNames(
    word,
    known.map(({ name }) => name),
  )
  return new UsageError(
    `There is no command "${word}".`,
    meant === undefined ? 'Run `autogen --help`.' : `Did you mean \`autogen ${meant}\`?`,
  )
}

function unknownWords(unknown: string, command: AnyCommand, argv: readonly string[], help: string): UsageError {
  const words = unknown.split(', ')
  const named = argv
    .map((typed) => typed.split('=', 1)[0] ?? '')
    .find((typed) => typed.replace(/^--?/, '') === words[0])
  if (named?.startsWith('-') === true) {
    const [meant] = nearNames(words[0]!, Object.keys(flagsOf(command)))
    const hint = meant === undefined ? help : `Did you mean \`${spelled(meant)}\`?`
    return new UsageError(`\`autogen ${command.name}\` takes no option ${named}.`, hint)
  }
  const typed = argv.filter((word) => word === unknown || words.includes(word))
  const text = typed.length === 0 ? unknown : typed.join(' ')
  return new UsageError(
    `\`autogen ${command.name}\` takes no argument ${text}.`,
    command.flags.message === undefined
      ? help
      : `A message comes after \`-m\`: \`autogen ${command.name} -m ${inShell(text)}\`.`,
  )
}

/** A text as a shell takes it for one word. */
function inShell(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`
}
