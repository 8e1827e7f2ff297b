// The help, made from the declarations: what a command is for, what it takes, how it is typed.
import { commands } from '../commands'
import type { AnyCommand, Flag, Out } from '../commands/command'
import { commonFlagsOf } from './common-flags'

type Entry = readonly [name: string, says: string]

/** Prints the list of commands, each with one line: ours, then those of the project, or why they are not known. */
export function printHelp(out: Out, width: number, own: readonly AnyCommand[] | string = []): void {
  const { line, paint } = out
  line('Migrations for TypeORM: compare entities and database, review, upgrade, check.')
  section(out, 'Usage', [['autogen <command> [options]', '']], width)
  section(
    out,
    'Commands',
    commands.map(({ name, describe }) => [name, describe]),
    width,
  )
  if (typeof own === 'string') section(out, 'Commands of this project', [['?', own]], width)
  else
    section(
      out,
      'Commands of this project',
      own.map(({ name, describe }) => [name, describe]),
      width,
    )
  section(out, 'Options', ownOptions, width)
  line()
  line(`${paint.bold('autogen <command> --help')} tells what a command takes, with examples.`)
  line(`${paint.bold('autogen completion >> ~/.bashrc')} completes commands and options in your shell.`)
}

/** Prints what one command takes. */
export function printCommandHelp(command: AnyCommand, out: Out, width: number): void {
  out.line(`${command.describe[0]?.toUpperCase()}${command.describe.slice(1)}.`)
  section(out, 'Usage', [[`autogen ${usageOf(command)} [options]`, '']], width)
  section(out, 'Arguments', (command.positionals ?? []).map(argumentEntry), width)
  section(out, 'Options', Object.entries(command.flags).map(flagEntry), width)
  const common = Object.entries(commonFlagsOf(command)).filter(([name]) => !(name in command.flags))
  section(out, 'Common options', [...common.map(flagEntry), ...ownOptions], width)
  section(out, 'Examples', command.examples, width)
}

/** The words of a command line, in the manner of yargs: `merge <revisions..>`. */
export function usageOf({ name, positionals = [] }: AnyCommand): string {
  const words = positionals.map((positional) => {
    const word = positional.many === true ? `${positional.name}..` : positional.name
    return positional.required === true ? `<${word}>` : `[${word}]`
  })
  return [name, ...words].join(' ')
}

const ownOptions: readonly Entry[] = [
  ['-h, --help', 'this help'],
  ['    --version', 'the version of autogen'],
]

function argumentEntry({ name, describe, fallback }: NonNullable<AnyCommand['positionals']>[number]): Entry {
  return [name, fallback === undefined ? describe : `${describe} (${fallback})`]
}

function flagEntry([name, { alias, argument, describe, type }]: readonly [string, Flag]): Entry {
  const short = alias === undefined ? '    ' : `-${alias}, `
  const long = name.length === 1 ? `-${name}` : `${short}--${name}`
  const repeated = type === 'strings' ? '; may be given several times' : ''
  return [`${long}${argument === undefined ? '' : ` ${argument}`}`, `${describe}${repeated}`]
}

function section({ line, paint }: Out, title: string, entries: readonly Entry[], width: number): void {
  if (entries.length === 0) return
  line()
  line(paint.bold(title))
  const column = Math.max(...entries.map(([name]) => name.length)) + 2
  for (const [name, says] of entries) {
    const [first = '', ...rest] = wrapped(says, Math.max(24, width - column - 2))
    line(`  ${name.padEnd(column)}${first}`.trimEnd())
    for (const text of rest) line(`  ${''.padEnd(column)}${text}`)
  }
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
