// What a dialect is: a plain object of functions. The walls know this page, the hall knows none of it.
import type { Operation, OperationOf } from '../operations/operation'
import type { Column, EnumType, Literal, QualifiedName, SchemaModel, ColumnType } from '../model/schema'

export type Row = Record<string, unknown>

/** Queryable is all that introspection and judging see of a connection: one statement per call, rows back. */
export interface Queryable {
  query(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
}

/** Scope says which part of a database is looked at. */
export interface Scope {
  /** The schema that a name without `schema` means; undefined where the database has none. */
  readonly defaultSchema?: string
  /** Further schemas to read, besides the default one. */
  readonly schemas: readonly string[]
  /** Tables that are never part of a schema: our version and log table, TypeORM's own bookkeeping. */
  readonly ignore: readonly QualifiedName[]
  /** Tables and views a dialect need not read, where reading is more than looking them up; absent where all are read. */
  readonly reads?: (kind: 'table' | 'view', name: string) => boolean
}

/** Judgement holds both schemas, in which equal expressions now have equal canonical text. */
export interface Judgement {
  readonly live: SchemaModel
  readonly wanted: SchemaModel
  /** Where the server could not be asked and the texts differ: listed, never acted on silently. */
  readonly uncertain: readonly Uncertainty[]
}

/** Uncertainty is a difference between expressions that nobody could judge. */
export interface Uncertainty {
  readonly table: QualifiedName
  /** What holds the expression: `default of "created"`, `check "CHK_1"`. */
  readonly subject: string
  readonly live: string
  readonly wanted: string
  readonly reason: string
}

/** FrozenDefault is a text that the server reads once, when it becomes a column's default, though it means any moment. */
export interface FrozenDefault {
  readonly table: QualifiedName
  readonly column: string
  readonly value: string
  /** The expression that each row asks anew. */
  readonly instead: string
}

/** Statement is one SQL statement and, where it has one, the operation it belongs to (an index into the list planned). */
export interface Statement {
  readonly sql: string
  readonly parameters?: readonly unknown[]
  readonly operation?: number
  /** Rows in its way; they are counted right before it, and it runs only where there are none. */
  readonly guards?: readonly Guard[]
  /** It fills a table with the rows of another one, which takes its time and must lose none. */
  readonly copy?: Copy
}

/** Copy says how all rows of a table get into another one: in portions, where there are many, and counted. */
export interface Copy {
  readonly table: QualifiedName
  /** Queries whose first row has the `count` of the rows there were, and of those that there are now. */
  readonly before: string
  readonly after: string
  /** Absent where no cheap order tells one portion from the next. */
  readonly portions?: Portions
  /** The same comparison as statements that fail, for SQL printed offline. */
  readonly offline: readonly string[]
}

/** Portions cuts a copy into statements; how many rows one takes is their last parameter. */
export interface Portions {
  readonly first: string
  /** Its first parameter is where the portion before has ended: the `last` in the first row of a query. */
  readonly next: string
  readonly last: string
}

/** Guard says which rows a statement would lose or fail on, so that they can be counted first. */
export interface Guard {
  readonly table: QualifiedName
  /** Which rows, as a condition a person can put behind WHERE; absent where it is all of them. */
  readonly where?: string
  /** What can be written in the migration instead of changing the rows. */
  readonly remedy?: string
  /** Keeps others from adding such rows meanwhile. */
  readonly lock?: string
  /** A query whose first row has their `count`. */
  readonly sql: string
  /** The same as one statement that fails, for SQL printed offline. */
  readonly offline: string
}

/** Narrowing is a change of type that some values do not survive. */
export interface Narrowing {
  /** The rows with such values, as a condition on the column. */
  readonly where: string
}

/** Probe asks the catalogue whether a non-transactional statement took effect: a query whose first row has `done`. */
export interface Probe {
  readonly sql: string
  readonly parameters?: readonly unknown[]
}

/** Remains asks for what a statement that broke off has left in its own way: a query whose rows are the `sql` that removes it. */
export type Remains = Probe

/** Segment is the unit a run can stop after: statements in one transaction, or one statement without. */
export type Segment =
  | { readonly transactional: true; readonly statements: readonly Statement[] }
  | {
      readonly transactional: false
      readonly statement: Statement
      readonly probe?: Probe
      readonly remains?: Remains
    }

/** Plan holds the segments of one migration in one direction. */
export interface Plan {
  readonly segments: readonly Segment[]
  /** SQLite: a table is rebuilt, so foreign keys must be off from before the transaction until after it. */
  readonly foreignKeysOff?: true
}

/** PlanContext is what a planner may need beyond the operations. */
export interface PlanContext {
  readonly scope: Scope
  /** The server's version, such as 150004 or 3053002; absent when printing SQL offline. */
  readonly version?: number
  /** Whether the script asked to run without a transaction. */
  readonly transaction: boolean
  /** What the same migration has done before, where it is planned part by part. */
  readonly earlier?: readonly Operation[]
  /** Another part of the migration may follow. */
  readonly goesOn?: boolean
}

/** Dialect is everything one kind of database spells its own way. */
export interface Dialect {
  readonly name: string
  /** TypeORM's driver types that speak it. */
  readonly drivers: readonly string[]
  /** Whether DDL can be rolled back. */
  readonly transactionalDdl: boolean
  /** The type of a column that holds JSON, as the log does. */
  readonly jsonType: string
  /** The present moment as SQL, as the log holds it: with its zone. */
  readonly now: string
  /** What differs when entities are read for this dialect. */
  readonly entities: EntityTraits
  /** The schema a bare name means on this connection; undefined where there is no such thing. */
  defaultSchema(db: Queryable): Promise<string | undefined>
  /** The server's version as one number. */
  version(db: Queryable): Promise<number>
  /** Whether a table is there, asked of the catalogue so that nothing fails and nothing is created. */
  hasTable(db: Queryable, name: QualifiedName, scope: Scope): Promise<boolean>
  /** Whether a table that is there has a column. */
  hasColumn(db: Queryable, table: QualifiedName, column: string, scope: Scope): Promise<boolean>
  /** Reads the live schema with a constant number of queries; already normalised. */
  introspect(db: Queryable, scope: Scope): Promise<SchemaModel>
  /** The schemas whose tables use one of the types, wherever they lie; absent where there are no schemas. */
  schemasUsing?(db: Queryable, types: readonly QualifiedName[], scope: Scope): Promise<readonly string[]>
  /** Puts every spelling of types, defaults, identifiers into the one the differ compares. */
  normalize(schema: SchemaModel, scope: Scope): SchemaModel
  /** Lets the database say which expressions are the same; leaves no trace in it. */
  judge(db: ConnectionLike, live: SchemaModel, wanted: SchemaModel, scope: Scope): Promise<Judgement>
  /** Defaults that are no longer the text they were as soon as they are set; absent where each stays what it is. */
  frozenDefaults?(wanted: SchemaModel): readonly FrozenDefault[]
  /** Orders and groups operations and writes their SQL. Refuses (an error of code 6) what the database cannot do. */
  plan(operations: readonly Operation[], before: SchemaModel, context: PlanContext): Plan
  /** Changes of type that no cast of the database can make; asked before a migration is written. */
  unconvertible(
    db: Queryable,
    operations: readonly Operation[],
    scope: Scope,
  ): Promise<readonly OperationOf<'alterColumn'>[]>
  /** Which values of a column would not survive its change; undefined where all do, or a conversion is given. */
  narrowing(from: Column, to: Column, enums: readonly EnumType[], version?: number): Narrowing | undefined
  /** A name in quotes. */
  quote(name: string): string
  /** A table's name in quotes, with the schema it lies in. */
  quoteTable(name: QualifiedName, scope: Scope): string
  /** A value as SQL, for offline scripts and log rows. */
  literal(value: unknown): string
  /** SQL that writes the value of an expression as a literal, exact to the last digit, which a driver's values are not. */
  literalOf(sql: string): string
  /** A value that is not null as the driver takes it for a column of that type, and what a script gets for what it answers. */
  readonly values: {
    write(type: ColumnType, value: unknown): unknown
    read(type: ColumnType, value: unknown): unknown
  }
  /** The n-th parameter's placeholder, from 1. */
  placeholder(position: number): string
  /** Splits text into statements with a tokenizer: strings, comments, dollar quotes and trigger bodies stay whole. */
  split(sql: string): string[]
  /** How one migration begins and ends on this dialect's connection, and how runs keep out of each other's way. */
  readonly session: SessionTraits
  /** How a database that is a file is copied; absent where a server looks after its data. */
  copies?(connection: ConnectionLike): Copies
}

/** Copies knows how to copy one database, and how to put the copy back. */
export interface Copies {
  /** The file of the database; undefined where there is none, or nothing in it. */
  file(): Promise<string | undefined>
  /** How many bytes a copy takes at most. */
  size(): Promise<number>
  /** Copies into an empty file. */
  copy(to: string): Promise<void>
  /** Puts the last copy back; where that would lose something, it says what and leaves all as it is. */
  restore(from: string): Promise<string | undefined>
}

/** EntityTraits is the little that reading entities must know of a dialect. */
export interface EntityTraits {
  /** Has named enum types; without, an enum column becomes text with a check. */
  readonly enums: boolean
  /** Has schemas, extensions, sequences. */
  readonly schemas: boolean
  /** Has lists of every type; without, TypeORM's `text array` is a type like any other name. */
  readonly arrays: boolean
  /** Has comments on tables and columns. */
  readonly comments: boolean
  /** How an auto-increment column is numbered. */
  readonly increment: Column['identity']
  /** A table has a constraint's name once, and a schema that of a key, which has an index of its name. */
  readonly constraintNamesDiffer?: true
  /** Of several keys over the same columns a new table gets one. */
  readonly equalKeysAreOne?: true
  /** Primary keys go without names unless given one, as TypeORM writes them there. */
  readonly unnamedPrimaryKeys?: true
  /** The longest identifier, in bytes. */
  readonly maxIdentifierBytes?: number
  /** The default a generated uuid column gets, if the database makes it. */
  readonly uuidDefault: (generator: string) => Literal | { readonly sql: string } | undefined
}

/** ConnectionLike is what a session uses of TypeORM's query runner. */
export interface ConnectionLike extends Queryable {
  startTransaction(): Promise<void>
  commitTransaction(): Promise<void>
  rollbackTransaction(): Promise<void>
  readonly isTransactionActive: boolean
  /** The number of our process on the server, as it was told when we connected; absent where there is none. */
  announcedPid?(): Promise<number | undefined>
}

/** Limits is how long statements of a transaction may wait and run; nothing is no limit. */
export interface Limits {
  /** For a lock on something that somebody else uses. */
  readonly lockMs?: number
  readonly statementMs?: number
}

/** Blocker is a session that holds what somebody waits for. */
export interface Blocker {
  /** 0 for a transaction that was prepared and belongs to no process. */
  readonly pid: number
  /** The user, or what kind of process it is. */
  readonly user: string
  readonly application?: string
  /** Such as `active` or `idle in transaction`. */
  readonly state?: string
  /** How long its transaction has been open. */
  readonly seconds?: number
  /** Its last statement, as far as we may see it. */
  readonly query?: string
}

/** Sight is what a third party sees of a running statement: who is in its way, and how far it has come. */
export interface Sight {
  readonly blockers: readonly Blocker[]
  readonly progress?: { readonly phase: string; readonly done: number; readonly total: number }
}

/** WatchTraits is how a statement is watched over another connection. */
export interface WatchTraits {
  /** The number of a connection's process on the server. */
  pid(connection: Queryable): Promise<number>
  look(other: Queryable, pid: number): Promise<Sight>
  /** Who uses what a statement names, where nobody watched while it waited. */
  users(connection: Queryable, sql: string): Promise<readonly Blocker[]>
}

/** Explanation is what a dialect knows of a server's error besides its text. */
export interface Explanation {
  /** It may go through when its transaction is run again. */
  readonly transient?: true
  /** It waited for what somebody else has. */
  readonly blocked?: true
  /** What to do about it, to be followed by `then run the same command again`. */
  readonly advice?: string
}

/** SessionTraits is how a dialect begins, ends and locks. */
export interface SessionTraits {
  /** Begins a migration; returns what puts the connection back as it was, to be called whatever happened. */
  begin(connection: ConnectionLike, options: BeginOptions): Promise<Transaction>
  /** What `begin` says first in each transaction, for SQL printed offline; absent where it says nothing. */
  opening?(defaultSchema: string | undefined): readonly string[]
  /** Binds bare names to the default schema while something runs outside of a transaction; absent where there is but one. */
  inSchema?<R>(connection: Queryable, defaultSchema: string | undefined, work: () => Promise<R>): Promise<R>
  /** What SQL printed offline says besides its statements; absent where nothing need be said. */
  readonly printed?: PrintedTraits
  /** Tries once to take the lock; undefined when somebody else has it. */
  lock(connection: ConnectionLike, key: string, host: string): Promise<Lock | undefined>
  /** Whether something between us and the server hands each of our transactions to another connection. */
  isPooled?(connection: ConnectionLike): Promise<boolean>
  /** Whether an error says that something can only be done after a commit, or outside of a transaction. */
  needsCommit?(error: unknown): boolean
  /** Whether the limits of a transaction mean anything; absent where the whole database is one lock. */
  readonly limited?: true
  /** Runs statements that nobody is in the way of while they wait, and which half done are worse than late: without limits. */
  unlimited?<R>(connection: ConnectionLike, work: () => Promise<R>): Promise<R>
  /** Whether a statement is one of those. */
  isPatient?(sql: string): boolean
  readonly watch?: WatchTraits
  /** What an error's code says, and where that says too little the server's function that raised it. */
  explain(code: string, routine?: string): Explanation | undefined
  /** Who holds the lock; undefined when nobody does. Absent where only a transaction holds it, so that nobody can be asked. */
  holder?(connection: ConnectionLike, key: string): Promise<string | undefined>
}

/** PrintedTraits is what a script says that a connection of ours does by itself. */
export interface PrintedTraits {
  /** What whoever runs it must know. */
  readonly note: string
  readonly first?: readonly string[]
  /** Around a migration for which foreign keys are off, and at the end of its last transaction. */
  readonly foreignKeysOff?: {
    readonly before: readonly string[]
    readonly last: readonly string[]
    readonly after: readonly string[]
  }
}

/** BeginOptions is what a dialect must know before it begins. */
export interface BeginOptions {
  readonly foreignKeysOff: boolean
  /** Whether `check` will be asked for. */
  readonly checked?: boolean
  /** The schema in which bare names in expressions are looked up first, for the time of the transaction. */
  readonly defaultSchema?: string
  readonly limits?: Limits
  /** The lock that must be had for the time of the transaction; BusyError where somebody else has it. */
  readonly lock?: { readonly key: string; readonly host: string }
}

/** Transaction is one open transaction. */
export interface Transaction {
  /** Checks what a commit would check, and goes on; absent where nothing waits for the commit. */
  check?(): Promise<void>
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** Lock is held until released, or until the connection is gone. */
export interface Lock {
  /** Whether it still is ours; absent where nothing can take it away. */
  isHeld?(): Promise<boolean>
  release(): Promise<void>
}
