// What a command is: a declaration the cli and the help are made from, a function the library exports, a way to print its result.
// Ours are in `commands/`; those of a project come from its settings, by the same door.
import type { DataSource } from 'typeorm'
import type { Dialect, Queryable } from './dialects/dialect'
import type { ExitCode } from './errors'
import type { RevisionGraph } from './graph/graph'

/** Flag declares one option of a command. */
export interface Flag {
  readonly type: 'string' | 'boolean' | 'number' | 'strings'
  readonly describe: string
  readonly alias?: string
  /** What stands for the value in the help, such as FILE. */
  readonly argument?: string
}

/** Positional declares an argument without a flag. */
export interface Positional {
  readonly name: string
  readonly describe: string
  readonly required?: boolean
  readonly many?: boolean
  readonly fallback?: string
}

/** Where a command was typed: what paths are printed from. */
export interface Typed {
  readonly cwd?: string
}

/** Example is one command line and what it does. */
export type Example = readonly [line: string, does: string]

/** Out is where a command prints: one line at a time, in colours the terminal has. */
export interface Out {
  line(text?: string): void
  readonly paint: Paint
}

/** Paint colours a text, or leaves it where there are no colours. */
export type Paint = {
  readonly [K in 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan']: (text: string) => string
}

/** Declaration is one verb. Its function gets an open project and returns plain data; it never prints and never exits. */
export interface Declaration<Options extends object, Result extends object, Context> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** One line of the help, so a short one. */
  readonly describe: string
  /** What to type, and what it does; the help of the command ends with them. */
  readonly examples: readonly Example[]
  readonly positionals?: readonly Positional[]
  readonly flags: { readonly [name: string]: Flag }
  /** On a terminal it asks what was renamed. */
  readonly asks?: true
  /** Runs before there are settings: `init` alone. */
  readonly standalone?: true
  run(context: Context, options: Options): Promise<Result>
  print(result: Result, out: Out, options: Options & Typed): void
  /** Further formats its own flag `format` names, besides text and json. */
  readonly formats?: { readonly [name: string]: (result: Result) => string }
  /** The exit code a result stands for; 0 when not given. */
  exitCode?(result: Result, options: Options): ExitCode | 0
}

/** CommandSession is the connection of a command, open until the command ends. */
export interface CommandSession {
  readonly connection: Queryable
  readonly dialect: Dialect
  /** Where it leads to, without a password. */
  readonly address: string
}

/** CommandContext is the project a command of its own works with; what it does not ask for is not opened. */
export interface CommandContext {
  /** The revisions, and what follows what. */
  readonly graph: RevisionGraph
  /** Says that somebody wants it to end. */
  readonly signal?: AbortSignal
  /** The project's data source, not connected by us. */
  dataSource(): Promise<DataSource>
  /** The connection to its database. */
  session(): Promise<CommandSession>
  /** The same for a command that writes: the target is told first. */
  writingSession(): Promise<CommandSession>
}

/** A command of the project's own, of any options and result. */
// As in commands/command.ts: the cli hands over what it parsed by the command's own flags.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type OwnCommand<Options extends object = any, Result extends object = any> = Omit<
  Declaration<Options, Result, CommandContext>,
  'asks' | 'standalone'
>

/** Types a command for `commands` in the settings; `asFunction` makes a function of it. */
export function defineCommand<Options extends object, Result extends object>(
  command: OwnCommand<Options, Result>,
): OwnCommand<Options, Result> {
  return command
}
