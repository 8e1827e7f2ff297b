// `autogen ensure-version`: creates the version table and the log where they are missing, and nothing else.
import { withLock } from '../runtime/lock'
import { tablesSql } from '../runtime/offline'
import { offlineTarget } from '../runtime/offline-target'
import { ensureTables } from '../runtime/own-tables'
import type { Command } from './command'
import { lockTimeout, sql } from './flags'
import { runOptions } from './run-options'

export interface EnsureVersionOptions {
  /** Print the SQL instead of running it. */
  readonly sql?: boolean
  readonly lockTimeout?: number
}

export interface EnsureVersionResult {
  /** Whether something was missing. */
  readonly created: boolean
  /** The script, when SQL was asked for. */
  readonly sql?: string
}

export const ensureVersionCommand: Command<EnsureVersionOptions, EnsureVersionResult> = {
  name: 'ensure-version',
  aliases: ['ensure_version'],
  describe: 'create the version table and the log where they are missing',
  examples: [
    ['autogen ensure-version', 'before the first upgrade; twice is fine'],
    ['autogen ensure-version --sql', 'prints the statements for somebody else to run'],
  ],
  flags: { sql, 'lock-timeout': lockTimeout },
  async run(environment, options) {
    if (options.sql === true) {
      return { created: false, sql: tablesSql(offlineTarget(await environment.dataSource(), environment.settings)) }
    }
    const session = await environment.writingSession()
    const created = await withLock(session, runOptions(environment, options), ensureTables)
    return { created }
  },
  print(result, { line }) {
    if (result.sql !== undefined) line(result.sql.trimEnd())
    else line(result.created ? 'The version table and the log are there now.' : 'Nothing to do: they are there.')
  },
}
