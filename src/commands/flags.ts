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

/** Goes without the copy of a SQLite file: `backup: false`. */
export const noBackup: Flag = {
  type: 'boolean',
  describe: 'do not copy a SQLite file before it is changed',
}
