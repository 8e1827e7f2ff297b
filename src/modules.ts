// A project without files: a data source that is there and migrations that are imported. What a bundle runs.
import type { DataSource } from 'typeorm'
import type { Command } from './commands/command'
import type { Settings } from './settings'
import { createEnvironment, type Listener } from './environment'
import { listenerOf, type Logger } from './logger'
import { defined } from './model/defined'
import { within } from './refused'
import { fromModules } from './scripts/modules'
import type { MigrationModule } from './scripts/script'

/** What the functions of `typeorm-autogen/runtime` take besides their own options. */
export interface ModulesOptions extends Omit<
  Settings,
  'dataSource' | 'migrations' | 'url' | 'require' | 'loader' | 'tsconfig'
> {
  readonly dataSource: DataSource
  readonly migrations: readonly MigrationModule[] | Readonly<Record<string, MigrationModule>>
  /** For the migrations, as `op.x`. */
  readonly x?: Readonly<Record<string, string>>
  readonly logger?: Logger
  readonly onEvent?: Listener
  readonly signal?: AbortSignal
}

/** A command as a function that touches no file. */
export function asModulesFunction<Options extends object, Result extends object>(
  command: Command<Options, Result>,
): (options: Options & ModulesOptions) => Promise<Result> {
  return (options) => {
    const { dataSource, migrations } = options
    const open = () =>
      createEnvironment({
        settings: options,
        scripts: fromModules(migrations),
        dataSource: () => Promise.resolve(dataSource),
        ...defined({ x: options.x, emit: listenerOf(options), signal: options.signal }),
      })
    return within(open, (environment) => command.run(environment, options))
  }
}
