// `autogen upgrade head`: everything the target needs and the database lacks, oldest first, one transaction each.
import type { Environment } from '../environment'
import { downOrUp, type MoveOptions, type MoveResult, printMove } from './move'
import type { Command } from './command'
import { dryRun, limits, lockTimeout, noBackup, singleTransaction, sql } from './flags'

export interface UpgradeOptions extends MoveOptions {
  /** `head` when left out; several must not lie above each other. */
  readonly target?: string | readonly string[]
  /** Of what the target needs, runs what lies below the database's revision and never ran, instead of what lies above. */
  readonly skipped?: boolean
  /** Fails where the database is ahead of the revisions at hand, instead of leaving it there. */
  readonly strict?: boolean
}

export const upgradeCommand: Command<UpgradeOptions, MoveResult> = {
  name: 'upgrade',
  describe: 'run the revisions a target needs, up to and including it',
  examples: [
    ['autogen upgrade', 'everything that is pending'],
    ['autogen upgrade +1', 'one revision'],
    ['autogen upgrade --dry-run -v', 'tries it, prints every statement and keeps nothing'],
    ['autogen upgrade --sql > upgrade.sql', 'prints everything from the first revision on'],
    ['autogen upgrade --sql 3f2a:head', 'prints what a database at 3f2a lacks'],
  ],
  positionals: [{ name: 'target', describe: 'head, heads, an id, +1, label@head ...', fallback: 'head' }],
  flags: {
    sql,
    skipped: { type: 'boolean', describe: "run what lies below the database's revision and never ran, nothing else" },
    strict: { type: 'boolean', describe: 'fail with code 4 where the database is ahead of the revisions at hand' },
    'dry-run': dryRun,
    'single-transaction': singleTransaction,
    'lock-timeout': lockTimeout,
    ...limits,
    'no-backup': noBackup,
  },
  run(environment: Environment, options) {
    const { target = 'head', skipped } = options
    // Below which of several heads something was skipped makes no difference.
    return downOrUp(environment, {
      ...options,
      kind: 'upgrade',
      target: skipped && target === 'head' ? 'heads' : target,
    })
  },
  print: printMove,
}
