import type { Flag } from './command'

/** Consent to a command that `protect` stops. */
export const yesOn: Flag = {
  type: 'string',
  argument: 'DATABASE',
  describe: 'confirms the database, where your settings protect it',
}

/** Prints instead of running. */
export const sql: Flag = {
  type: 'boolean',
  describe: 'print the SQL for somebody else to run; nothing is connected to',
}

/** How long to wait for another process. */
export const lockTimeout: Flag = {
  type: 'number',
  argument: 'SECONDS',
  describe: 'how long to wait while another process migrates (60)',
}

/** One transaction around a whole run. */
export const singleTransaction: Flag = {
  type: 'boolean',
  describe: 'all revisions in one transaction: kept together, or taken back together',
}

/** Tries a run and takes it back. */
export const dryRun: Flag = {
  type: 'boolean',
  describe: 'run everything in a transaction that is taken back; -v prints the statements',
}

/** Goes without the copy of a SQLite file: `backup: false`. */
export const noBackup: Flag = {
  type: 'boolean',
  describe: 'do not copy a SQLite file before it is changed',
}
