// `autogen upgrade head`: everything the target needs and the database lacks, oldest first, one transaction each.
import type { Environment } from '../environment'
import { downOrUp, type MoveOptions, type MoveResult, printMove } from './move'
import type { Command } from './command'
import { lockTimeout, noBackup, sql } from './flags'

export interface UpgradeOptions extends MoveOptions {
  /** `head` when left out. */
  readonly target?: string
}

export const upgradeCommand: Command<UpgradeOptions, MoveResult> = {
  name: 'upgrade',
  describe: 'run the revisions a target needs, up to and including it',
  examples: [
    ['autogen upgrade', 'everything that is pending'],
    ['autogen upgrade +1', 'one revision'],
    ['autogen upgrade --sql > upgrade.sql', 'prints everything from the first revision on'],
    ['autogen upgrade --sql 3f2a:head', 'prints what a database at 3f2a lacks'],
  ],
  positionals: [{ name: 'target', describe: 'head, heads, an id, +1, label@head ...', fallback: 'head' }],
  flags: { sql, 'lock-timeout': lockTimeout, 'no-backup': noBackup },
  run: (environment: Environment, options) =>
    downOrUp(environment, { ...options, kind: 'upgrade', target: options.target ?? 'head' }),
  print: printMove,
}
