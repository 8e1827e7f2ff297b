// A command of ours: it works with the whole environment.
import type { Environment } from '../environment'
import type { Declaration } from '../own-command'

export type { Example, Flag, Out, Paint, Positional, Typed } from '../own-command'

/** Command is one verb. */
export type Command<Options extends object, Result extends object> = Declaration<Options, Result, Environment>

/** A command of any options and result, as lists of commands hold it. */
// The one place where a command's types are forgotten: the cli hands over what it parsed by the command's own flags.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyCommand = Command<any, any>
