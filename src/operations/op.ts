// `op`, the only thing a migration talks to. The same script runs against a database, prints SQL, or is recorded: one op, three backings.
import type { IntentKind, IntentMap, NameLike } from './intent'
import type { TableRows } from './rows'
import type { Signatures } from './signatures'

/** Arguments of a method, in the order of signatures.ts; those whose key is optional may be left out. */
type Arguments<K extends IntentKind, Names extends readonly unknown[] = Signatures[K]> = Names extends readonly [
  infer Name extends keyof IntentMap[K],
  ...infer Rest,
]
  ? undefined extends IntentMap[K][Name]
    ? [argument?: IntentMap[K][Name], ...rest: Arguments<K, Rest>]
    : [argument: IntentMap[K][Name], ...rest: Arguments<K, Rest>]
  : []

/** The methods that queue: they return at once and run when the script returns, or at the next `flush`. */
export type QueuedMethods = { [K in IntentKind]: (...args: Arguments<K>) => void }

/** The methods that run at once and must be awaited; `Manager` is TypeORM's EntityManager, which is not imported here. */
export interface Immediate<Manager> {
  /** Runs what is queued, then the SQL, and returns its rows. */
  query(sql: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>
  /** Runs what is queued now. */
  flush(): Promise<void>
  /** Runs what is queued, then your function with an entity manager on the migration's own transaction. */
  manager<R>(run: (manager: Manager) => Promise<R>): Promise<R>
  /** Runs what is queued inside outside of any transaction, each statement on its own. */
  autocommit(run: (op: Op<Manager>) => void | Promise<void>, options?: { readonly idempotent?: true }): Promise<void>
  /** Updates a large table in batches by key, each batch in a transaction of its own. */
  batched(batch: Batch): Promise<void>
}

/** Batch describes an update in keyset batches: `set` in SQL for every row that `where` finds. */
export interface Batch {
  readonly table: NameLike
  readonly set: { readonly [column: string]: string }
  readonly where?: string
  readonly key?: string
  readonly size?: number
  readonly pauseMs?: number
}

/**
 * OwnOperations is for the operations that a project defines itself: it declares their methods here.
 *
 * @example declare module 'typeorm-autogen' { interface OwnOperations extends OperationsOf<typeof operations> {} }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface OwnOperations {}

/** Op is handed to `upgrade` and `downgrade`. */
export interface Op<Manager = unknown> extends QueuedMethods, Immediate<Manager>, OwnOperations {
  /** What was given as `-x KEY=VALUE`; a migration that reads it has no checksum, since it may do another thing each time. */
  readonly x: Readonly<Record<string, string>>
  /** The rows of a table as it is at this point: what is queued runs first, and its columns are those that are there now. */
  table(name: NameLike): TableRows
  /** In a downgrade: says why there is none; running it is refused with code 6. */
  irreversible(reason: string): never
  /** Stands where a person has to write SQL, such as the value of a new column; as long as it does, running is refused with code 6. */
  fillIn(what: string): string
}
