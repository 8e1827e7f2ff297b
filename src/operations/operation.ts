// What can happen to a schema. An add carries what it adds, a drop what it drops, an alter both ends: so reverse.ts needs no database.
import type {
  Check,
  Column,
  EnumType,
  Exclusion,
  Extension,
  ForeignKey,
  Index,
  Json,
  PrimaryKey,
  QualifiedName,
  Sequence,
  Table,
  Unique,
  View,
} from '../model/schema'
import type { OwnCall } from './intent'

/** What every operation that creates something may say: `managed: false` keeps it out of what we own. */
export interface Creates {
  readonly managed?: false
}

/** OperationMap lists every operation once; `match` and the handler tables of the dialects follow it. */
export interface OperationMap {
  /** The table comes without foreign keys and indexes: they are operations of their own. */
  createTable: { readonly table: Table } & Creates
  /** The table comes without foreign keys and indexes: they were dropped before, by operations of their own. */
  dropTable: { readonly table: Table }
  renameTable: { readonly from: QualifiedName; readonly to: QualifiedName }
  commentTable: { readonly table: QualifiedName; readonly from?: string; readonly to?: string }
  addColumn: { readonly table: QualifiedName; readonly column: Column } & Creates
  dropColumn: { readonly table: QualifiedName; readonly column: Column }
  renameColumn: { readonly table: QualifiedName; readonly from: string; readonly to: string }
  /** `from` and `to` have the same name. */
  alterColumn: { readonly table: QualifiedName; readonly from: Column; readonly to: Column; readonly using?: string }
  createPrimaryKey: { readonly table: QualifiedName; readonly primaryKey: PrimaryKey } & Creates
  dropPrimaryKey: { readonly table: QualifiedName; readonly primaryKey: PrimaryKey }
  createUnique: { readonly table: QualifiedName; readonly unique: Unique } & Creates
  dropUnique: { readonly table: QualifiedName; readonly unique: Unique }
  createForeignKey: { readonly table: QualifiedName; readonly foreignKey: ForeignKey } & Creates
  dropForeignKey: { readonly table: QualifiedName; readonly foreignKey: ForeignKey }
  createCheck: { readonly table: QualifiedName; readonly check: Check } & Creates
  dropCheck: { readonly table: QualifiedName; readonly check: Check }
  createExclusion: { readonly table: QualifiedName; readonly exclusion: Exclusion } & Creates
  dropExclusion: { readonly table: QualifiedName; readonly exclusion: Exclusion }
  renameConstraint: { readonly table: QualifiedName; readonly from: string; readonly to: string }
  validateConstraint: { readonly table: QualifiedName; readonly name: string }
  createIndex: { readonly table: QualifiedName; readonly index: Index; readonly concurrently?: true } & Creates
  dropIndex: { readonly table: QualifiedName; readonly index: Index; readonly concurrently?: true }
  renameIndex: { readonly table: QualifiedName; readonly from: string; readonly to: string }
  createEnum: { readonly enum: EnumType } & Creates
  dropEnum: { readonly enum: EnumType }
  /** `enum` is the type as it is before the value is added. */
  addEnumValue: { readonly enum: EnumType; readonly value: string; readonly before?: string; readonly after?: string }
  renameEnum: { readonly from: QualifiedName; readonly to: QualifiedName }
  renameEnumValue: { readonly enum: QualifiedName; readonly from: string; readonly to: string }
  /** `map` says what becomes of the rows that hold a value which is gone. */
  replaceEnum: { readonly from: EnumType; readonly to: EnumType; readonly map?: { readonly [value: string]: string } }
  createView: { readonly view: View } & Creates
  dropView: { readonly view: View }
  createSchema: { readonly schema: string } & Creates
  dropSchema: { readonly schema: string }
  createExtension: { readonly extension: Extension } & Creates
  dropExtension: { readonly extension: Extension }
  createSequence: { readonly sequence: Sequence } & Creates
  dropSequence: { readonly sequence: Sequence }
  execute: { readonly sql: string; readonly parameters?: readonly unknown[] }
  bulkInsert: { readonly table: QualifiedName; readonly rows: readonly { readonly [column: string]: Json }[] }
  /** An operation of the project's own; `changes` is what it does to the schema. */
  own: { readonly does: OwnCall; readonly undoes?: OwnCall; readonly changes: readonly Operation[] }
}

/** Kind is the name of an operation. */
export type Kind = keyof OperationMap

/** OperationOf<'dropColumn'> is that operation alone. */
export type OperationOf<K extends Kind> = { readonly kind: K } & OperationMap[K]

/** Operation is one resolved change of a schema. */
export type Operation = { [K in Kind]: OperationOf<K> }[Kind]

/** Handlers holds one function per operation; a missing one does not compile. */
export type Handlers<R, A extends readonly unknown[] = []> = {
  readonly [K in Kind]: (operation: OperationOf<K>, ...rest: A) => R
}

/** Hands an operation to the handler of its kind. */
export function match<R, A extends readonly unknown[] = []>(
  operation: Operation,
  handlers: Handlers<R, A>,
  ...rest: A
): R {
  // The one cast: TypeScript cannot follow that the key and the argument agree.
  const handler = handlers[operation.kind] as (operation: Operation, ...rest: A) => R
  return handler(operation, ...rest)
}

/** What an operation does to the schema, said with our own operations: itself, as a rule. */
export function effectsOf(operation: Operation): readonly Operation[] {
  return operation.kind === 'own' ? operation.changes : [operation]
}

/** Whether it runs SQL that a person wrote: what that meets and leaves is known only as far as somebody says so. */
export function runsOwnSql({ kind }: { readonly kind: string }): boolean {
  return kind === 'execute' || kind === 'own'
}
