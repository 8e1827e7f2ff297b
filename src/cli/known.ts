// The commands a line may name: ours, and those of the project's settings where it names none of ours.
import { commands } from '../commands'
import type { AnyCommand } from '../commands/command'
import { NameTakenError } from '../errors'
import { commandsWith, folderAbove } from '../project'
import { commonFlags } from './common-flags'
import { commandFirst, commandNamed } from './parse'

/** Known is what a line may name. */
export interface Known {
  readonly commands: readonly AnyCommand[]
  /** Those of them that are the project's own. */
  readonly own: readonly AnyCommand[]
  /** Why the project's own are missing: its settings cannot be read. */
  readonly unreadable?: unknown
}

/** Our commands; the settings are read only for a line that may name another one, or lists them all. */
export async function knownCommands(argv: readonly string[]): Promise<Known> {
  const [word] = commandFirst(argv)
  if (word === '--version' || commandNamed(word) !== undefined) return { commands, own: [] }
  const here = process.cwd()
  const options = { cwd: here, ...typed(argv) }
  try {
    // As for a command that runs: the user's settings look for their files from the project's top.
    process.chdir(folderAbove(options) ?? here)
    const all = await commandsWith(options)
    const own = all.slice(commands.length)
    own.forEach(refuseTakenFlags)
    return { commands: all, own }
  } catch (unreadable) {
    return { commands, own: [], unreadable }
  } finally {
    process.chdir(here)
  }
}

/** What every command takes means the same for all of them. */
function refuseTakenFlags({ flags }: AnyCommand): void {
  const aliases = Object.values(commonFlags).map(({ alias }) => alias)
  for (const [name, { alias }] of Object.entries(flags)) {
    if (name in commonFlags || name === 'help') throw new NameTakenError('flag', `--${name}`)
    if (alias !== undefined && (aliases.includes(alias) || alias === 'h')) throw new NameTakenError('flag', `-${alias}`)
  }
}

/** The options that say which settings are meant, looked for before the line can be read. */
export function typed(argv: readonly string[]) {
  const values = (name: string): string[] => {
    const { alias } = commonFlags[name]!
    return argv.flatMap((word, at) => {
      if (word === `--${name}` || word === `-${alias}`) return argv[at + 1] ?? []
      const joined = [`--${name}=`, `-${alias}=`].find((start) => word.startsWith(start))
      return joined === undefined ? [] : word.slice(joined.length)
    })
  }
  const [config] = values('config')
  const [name] = values('name')
  return {
    ...(config === undefined ? {} : { config }),
    ...(name === undefined ? {} : { name }),
    require: values('require'),
  }
}
