// `autogen downgrade -1`: back to a target, newest first.
import { UsageError } from '../errors'
import { requireConsent } from '../protection'
import type { Command } from './command'
import { dryRun, limits, lockTimeout, noBackup, singleTransaction, sql, yesOn } from './flags'
import { downOrUp, type MoveOptions, type MoveResult, printMove } from './move'

export interface DowngradeOptions extends MoveOptions {
  readonly target: string | readonly string[]
  /** The database's name, where the settings protect it. */
  readonly yesOn?: string
}

export const downgradeCommand: Command<DowngradeOptions, MoveResult> = {
  name: 'downgrade',
  describe: 'take back the revisions above a target',
  examples: [
    ['autogen downgrade -1', 'takes the newest revision back'],
    ['autogen downgrade base', 'takes all of them back'],
    ['autogen downgrade blue@base', 'takes one branch back, and keeps what another stands on'],
    ['autogen downgrade --sql head:-1', 'prints what takes the newest back'],
  ],
  positionals: [{ name: 'target', describe: '-1, an id, base, label@base ...', required: true }],
  flags: {
    sql,
    'dry-run': dryRun,
    'single-transaction': singleTransaction,
    'yes-on': yesOn,
    'lock-timeout': lockTimeout,
    ...limits,
    'no-backup': noBackup,
  },
  async run(environment, options) {
    if (options.target === undefined) {
      throw new UsageError(
        'Nothing says how far to go back.',
        'Name a target: `autogen downgrade -1`, an id, or `base`.',
      )
    }
    if (options.sql !== true) await requireConsent(environment, 'downgrade', options.yesOn)
    return downOrUp(environment, { ...options, kind: 'downgrade' })
  },
  print: printMove,
}
