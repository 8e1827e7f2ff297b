// What a script asks of a schema. `at` is the script's line, "file:line".
import { AutogenError, exitCodes } from './error'

/** MissingTargetError says that a script names something the schema does not have. */
export class MissingTargetError extends AutogenError {
  readonly code = 'missing-target'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    readonly suggestions: readonly string[],
    readonly at?: string,
  ) {
    super(`${place(at)}there is no ${target}.`, didYouMean(suggestions) ?? 'Correct the name in the script.')
  }
}

/** DuplicateTargetError says that a script creates something the schema already has. */
export class DuplicateTargetError extends AutogenError {
  readonly code = 'duplicate-target'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    readonly at?: string,
    hint = 'Give it another name, or take the line out of the script.',
  ) {
    super(`${place(at)}${target} is already there.`, hint)
  }
}

/** StillReferencedError says that foreign keys of other tables point at what a script drops. */
export class StillReferencedError extends AutogenError {
  readonly code = 'still-referenced'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly target: string,
    /** The foreign keys, each with the call that drops it. */
    readonly references: readonly { readonly foreignKey: string; readonly call: string }[],
    readonly at?: string,
  ) {
    super(
      `${place(at)}${target} is still referenced by ${references.map((one) => one.foreignKey).join(', ')}.`,
      `Put before it: ${references.map((one) => one.call).join('; ')}`,
    )
  }
}

/** ArgumentError says which argument of which `op` method has the wrong shape. */
export class ArgumentError extends AutogenError {
  readonly code = 'bad-argument'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    /** The key, as a path: `column.nulable`. */
    readonly key: string,
    readonly problem: string,
    readonly suggestions: readonly string[],
    readonly at?: string,
  ) {
    super(`${place(at)}op.${method}: ${problem}.`, didYouMean(suggestions) ?? `Correct \`${key}\` in the script.`)
  }
}

/** UnawaitedError says that a script did not wait for a call of `op`. */
export class UnawaitedError extends AutogenError {
  readonly code = 'unawaited'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    readonly at?: string,
  ) {
    super(`${place(at)}op.${method} was not awaited.`, `Write \`await op.${method}(...)\` in an async function.`)
  }
}

/** MisplacedCallError says that `op` was used after its script, or while one of its own callbacks was running. */
export class MisplacedCallError extends AutogenError {
  readonly code = 'misplaced-call'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly method: string,
    /** The call that was running, or undefined when the script had ended. */
    readonly during: string | undefined,
    readonly at?: string,
  ) {
    super(
      during === undefined
        ? `${place(at)}op.${method} was called after the script had returned.`
        : `${place(at)}op.${method} was called while op.${during} was still running.`,
      during === 'autocommit'
        ? 'Use the op handed to the callback, and await op.autocommit(...) before going on.'
        : during === undefined
          ? 'Await everything before the script returns.'
          : `Await op.${during}(...) first, and use what it hands to the callback inside.`,
    )
  }
}

/** SQL that would begin or end a transaction behind our back. */
export class TransactionControlError extends AutogenError {
  readonly code = 'transaction-control'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly sql: string,
    readonly at?: string,
  ) {
    super(
      `${place(at)}A migration must not begin or end transactions itself: \`${sql}\`.`,
      'Use `op.autocommit`, or `export const transaction = false`.',
    )
  }
}

/** A table that `op.batched` cannot go through: nothing says in which order, or the batches would change the order. */
export class BatchKeyError extends AutogenError {
  readonly code = 'batch-key'
  readonly exitCode = exitCodes.migration
  constructor(
    readonly table: string,
    /** The key, where the batches would change it and so meet rows again. */
    readonly changed?: string,
  ) {
    super(
      changed === undefined
        ? `op.batched needs one column to go by, and ${table} has no primary key of one column.`
        : `op.batched goes through ${table} by ${changed}, and would change it: it would meet the same rows again.`,
      changed === undefined
        ? "Name a unique, indexed column: `key: 'id'`."
        : 'Name another column as its `key`, or change this one with `op.execute`.',
    )
  }
}

/** IrreversibleError says that there is no way back, and why. */
export class IrreversibleError extends AutogenError {
  readonly code = 'irreversible'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly reason: string,
    readonly at?: string,
  ) {
    super(`${place(at)}there is no way back: ${reason}`, 'Restore a backup, or write the way back in downgrade(op).')
  }
}

/** NoCastError says that no cast leads from the type a column has to the one its entity says. */
export class NoCastError extends AutogenError {
  readonly code = 'no-cast'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly changes: readonly {
      readonly table: string
      readonly column: string
      readonly from: string
      readonly to: string
    }[],
  ) {
    const list = changes.map(({ table, column, from, to }) => `${table}.${column} from ${from} to ${to}`)
    const [{ table = '', column = '', to = '' } = {}] = changes
    super(
      `The database has no cast for ${list.join(', ')}; nothing was written.`,
      `Write it yourself: \`autogen revision --empty -m "change ${column}"\` with \`op.alterColumn('${table}', '${column}', { type: '${to}', using: '...' })\`; or give the entity a new column, fill that, and drop this one later.`,
    )
  }
}

/** A table that would be dropped in one schema and created in another, with nothing of its rows. */
export class TableMovedError extends AutogenError {
  readonly code = 'table-moved'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly from: string,
    readonly to: string,
    readonly sql: string,
  ) {
    super(
      `${from} would be dropped and ${to} created, without its rows; nothing was written.`,
      `Move it by hand: \`autogen revision --empty -m "move ${to}"\` with \`op.execute('${sql}')\`; or take the entity out in a revision of its own first, if the rows may go.`,
    )
  }
}

/** FillInError says that a migration still waits for a person to write a value into it. */
export class FillInError extends AutogenError {
  readonly code = 'fill-in'
  readonly exitCode = exitCodes.refused
  constructor(
    /** What the value is for: `user.email`. */
    readonly what: string,
    readonly at?: string,
  ) {
    super(
      `${place(at)}nobody has filled in ${what} yet.`,
      "Put SQL in place of `op.fillIn(...)`, such as `\"'unknown'\"` or `'lower(name)'`, and run the same command again.",
    )
  }
}

function place(at: string | undefined): string {
  return at === undefined ? '' : `${at}: `
}

function didYouMean(suggestions: readonly string[]): string | undefined {
  return suggestions.length === 0 ? undefined : `Did you mean ${suggestions.map((name) => `"${name}"`).join(' or ')}?`
}
