// The options every command takes, besides its own.
import type { AnyCommand, Flag } from '../commands/command'

/** What can be said of any command line; the reference documents this object. */
export const commonFlags: { readonly [name: string]: Flag } = {
  config: {
    type: 'string',
    alias: 'c',
    argument: 'FILE',
    describe: 'settings file, instead of the one found upward from here',
  },
  name: { type: 'string', alias: 'n', argument: 'NAME', describe: 'project in the settings, where they hold several' },
  datasource: { type: 'string', alias: 'd', argument: 'FILE', describe: 'file that exports your DataSource' },
  url: { type: 'string', argument: 'URL', describe: 'another address for the data source (or AUTOGEN_URL)' },
  x: { type: 'strings', argument: 'KEY=VALUE', describe: 'for your migrations, as `op.x`, and your data source' },
  tag: { type: 'string', argument: 'TEXT', describe: 'the same as -x tag=TEXT' },
  require: { type: 'strings', argument: 'MODULE', describe: 'module to load before your files' },
  format: { type: 'string', argument: 'text|json', describe: 'how the result is printed (text)' },
  log: {
    type: 'string',
    argument: 'text|json',
    describe: 'how what happens is told: json is one object per event, on the error stream (text)',
  },
  verbose: { type: 'boolean', alias: 'v', describe: 'more detail' },
  quiet: { type: 'boolean', alias: 'q', describe: 'nothing but errors' },
}

const withoutSettings = ['name', 'datasource', 'format', 'verbose', 'quiet']

/** Those of the common options that mean something to a command: one that runs before there are settings has fewer. */
export function commonFlagsOf({ standalone }: AnyCommand): { readonly [name: string]: Flag } {
  if (standalone !== true) return commonFlags
  return Object.fromEntries(Object.entries(commonFlags).filter(([name]) => withoutSettings.includes(name)))
}
