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

/** How politely statements wait for what others use, and how long they may run. */
export const limits: { readonly [name: string]: Flag } = {
  'table-lock-timeout': {
    type: 'number',
    argument: 'SECONDS',
    describe: 'how long a statement waits for a table that others use, on PostgreSQL (5)',
  },
  'lock-retries': {
    type: 'number',
    argument: 'COUNT',
    describe: 'how often a revision is run again that others were in the way of (8)',
  },
  'statement-timeout': {
    type: 'number',
    argument: 'SECONDS',
    describe: 'how long a statement may run, on PostgreSQL (no limit)',
  },
}

/** Goes without the copy of a SQLite file: `backup: false`. */
export const noBackup: Flag = {
  type: 'boolean',
  describe: 'do not copy a SQLite file before it is changed',
}
