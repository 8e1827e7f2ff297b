// What one database cannot do, or holds and we cannot read.
import { AutogenError, exitCodes } from './error'

/** UnreadableSchemaError says that the database holds a CREATE statement we cannot read. */
export class UnreadableSchemaError extends AutogenError {
  readonly code = 'unreadable-schema'
  readonly exitCode = exitCodes.unexpected
  constructor(
    readonly sql: string,
    /** Where reading stopped. */
    readonly position: number,
  ) {
    super(
      `This CREATE statement of the database cannot be read from \`${sql.slice(position, position + 40)}\` on: ${sql}`,
      'Please report the statement; `includeName` in the settings leaves the table out until then.',
    )
  }
}

/** UnsupportedOperationError says that a database cannot do what a migration asks of it. */
export class UnsupportedOperationError extends AutogenError {
  readonly code = 'unsupported-operation'
  readonly exitCode = exitCodes.refused
  constructor(
    /** The operation, as `describe` puts it or by its kind. */
    readonly operation: string,
    /** The rest of the sentence: why it cannot be done. */
    readonly reason: string,
    hint: string,
  ) {
    super(`${operation}: ${reason}.`, hint)
  }
}

/** HiddenTableError says that on this connection temporary tables stand before tables of the file. */
export class HiddenTableError extends AutogenError {
  readonly code = 'hidden-table'
  readonly exitCode = exitCodes.refused
  constructor(readonly tables: readonly string[]) {
    super(
      `On this connection the temporary ${tables.join(', ')} would be changed in place of what has the same name in the file.`,
      'Drop what is temporary first, or let the command open a connection of its own.',
    )
  }
}

/** OpenTransactionError says that somebody else has begun a transaction on the connection that was given. */
export class OpenTransactionError extends AutogenError {
  readonly code = 'open-transaction'
  readonly exitCode = exitCodes.refused
  constructor(options?: ErrorOptions) {
    super(
      'On this connection a transaction is open that is not ours, and a migration would be committed with it, or taken back.',
      'Commit it or roll it back first, or give a data source that is not initialised: it gets a connection of its own.',
      options,
    )
  }
}

/** ForeignKeyMismatchError says that after a migration a foreign key refers to columns that are no key. */
export class ForeignKeyMismatchError extends AutogenError {
  readonly code = 'foreign-key-mismatch'
  readonly exitCode = exitCodes.migration
  /** What SQLite says: `foreign key mismatch - "child" referencing "parent"`. */
  constructor(readonly mismatch: string) {
    super(
      `The migration leaves a foreign key that no row can satisfy: ${mismatch}.`,
      'Give the referenced columns a primary key or a unique constraint in the same migration.',
    )
  }
}

/** ForeignKeyViolationError says that after a migration rows refer to rows which are not there. */
export class ForeignKeyViolationError extends AutogenError {
  readonly code = 'foreign-key-violation'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly violations: readonly { readonly table: string; readonly parent: string; readonly count: number }[],
  ) {
    const list = violations.map(({ table, parent, count }) => `${count} of ${table} refer to missing rows of ${parent}`)
    super(
      `The migration leaves foreign keys without their rows: ${list.join(', ')}.`,
      'Delete or repair those rows in the migration, before the operation that loses their parents.',
    )
  }
}

/** CONCURRENTLY where there is a transaction, in which the server refuses it. */
export class ConcurrentlyInTransactionError extends AutogenError {
  readonly code = 'concurrently-in-transaction'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly index: string,
    /** The script's line, "file:line". */
    readonly at?: string,
    /** Which of the operations that were planned it is. */
    readonly position?: number,
  ) {
    super(
      `${at === undefined ? '' : `${at}: `}The index ${index} cannot be created or dropped concurrently inside a transaction.`,
      'Put it into `op.autocommit`, or write `export const transaction = false` in that migration.',
    )
  }
}
