// What a script says, before it is known what it meets: `dropColumn('user', 'email')` names a column, it does not carry one.
import type {
  Deferrable,
  EnumReference,
  ForeignKeyAction,
  Identity,
  IndexElement,
  Json,
  Literal,
  QualifiedName,
  Sequence,
  TableOptions,
} from '../model/schema'

/** A table, type or view in a script: `'user'`, never parsed, or `{ schema, name }`. */
export type NameLike = string | QualifiedName

/** ColumnSpec is a column as a script writes it: NOT NULL unless it says `nullable: true`. */
export interface ColumnSpec {
  readonly name: string
  readonly type: string | EnumReference
  readonly nullable?: boolean
  /** A string, number, boolean or JSON value is a literal; `{ sql: 'now()' }` is an expression. */
  readonly default?: Literal | { readonly sql: string }
  /** The expression of a computed column, stored unless `virtual`. */
  readonly generated?: string
  readonly virtual?: true
  readonly identity?: Identity
  readonly comment?: string
  readonly collation?: string
}

/** ColumnChange is the last argument of `alterColumn`: a missing key leaves, `null` drops. */
export interface ColumnChange {
  readonly type?: string | EnumReference
  /** How PostgreSQL turns the old values into the new type. */
  readonly using?: string
  readonly nullable?: boolean
  readonly default?: Literal | { readonly sql: string } | null
  readonly generated?: string | null
  /** With `generated`, for a column that was not computed and is not to be stored. */
  readonly virtual?: true
  readonly identity?: Identity | null
  readonly comment?: string | null
  readonly collation?: string | null
}

export interface PrimaryKeySpec {
  readonly name?: string
  readonly columns: readonly string[]
  readonly deferrable?: Deferrable
}

export interface UniqueSpec {
  readonly name?: string
  readonly columns: readonly string[]
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  readonly deferrable?: Deferrable
}

export interface ForeignKeySpec {
  readonly name?: string
  readonly columns: readonly string[]
  readonly references: { readonly table: NameLike; readonly columns: readonly string[] }
  readonly onDelete?: ForeignKeyAction | 'NO ACTION'
  readonly onUpdate?: ForeignKeyAction | 'NO ACTION'
  readonly match?: 'FULL'
  readonly deferrable?: Deferrable
  /** Leaves the rows that are there unchecked until `validateConstraint`. */
  readonly notValid?: true
}

export interface CheckSpec {
  readonly name?: string
  readonly expression: string
  readonly notValid?: true
}

export interface ExclusionSpec {
  readonly name?: string
  /** All that follows EXCLUDE: `USING gist (room WITH =, during WITH &&)`. */
  readonly expression: string
  readonly deferrable?: Deferrable
}

export interface IndexSpec {
  readonly name: string
  readonly columns: readonly IndexElement[]
  readonly unique?: boolean
  readonly where?: string
  readonly using?: string
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  readonly concurrently?: boolean
}

export interface TableSpec {
  readonly schema?: string
  readonly name: string
  readonly columns: readonly ColumnSpec[]
  /** Column names, or a key with a name of its own. */
  readonly primaryKey?: readonly string[] | PrimaryKeySpec
  readonly uniques?: readonly UniqueSpec[]
  readonly indexes?: readonly IndexSpec[]
  readonly foreignKeys?: readonly ForeignKeySpec[]
  readonly checks?: readonly CheckSpec[]
  readonly exclusions?: readonly ExclusionSpec[]
  readonly comment?: string
  readonly options?: TableOptions
}

export interface EnumSpec {
  readonly schema?: string
  readonly name: string
  readonly values: readonly string[]
}

export interface ViewSpec {
  readonly schema?: string
  readonly name: string
  readonly definition: string
  readonly materialized?: true
  readonly indexes?: readonly IndexSpec[]
}

/** A constraint by its name; SQLite's unnamed ones by what they hold. */
export type ConstraintLike = string | { readonly columns: readonly string[] } | { readonly expression: string }

/** `{ managed: false }` creates without owning: later revisions leave the object alone. */
export interface CreateOptions {
  readonly managed?: false
}

/** IntentMap lists what a script can say, argument by argument; signatures.ts gives their order. */
export interface IntentMap {
  createTable: { readonly table: TableSpec; readonly options?: CreateOptions }
  dropTable: { readonly table: NameLike }
  renameTable: { readonly table: NameLike; readonly to: string }
  commentTable: { readonly table: NameLike; readonly text: string | null }
  addColumn: { readonly table: NameLike; readonly column: ColumnSpec; readonly options?: CreateOptions }
  dropColumn: { readonly table: NameLike; readonly name: string }
  renameColumn: { readonly table: NameLike; readonly from: string; readonly to: string }
  alterColumn: { readonly table: NameLike; readonly name: string; readonly change: ColumnChange }
  createPrimaryKey: { readonly table: NameLike; readonly primaryKey: PrimaryKeySpec; readonly options?: CreateOptions }
  dropPrimaryKey: { readonly table: NameLike; readonly name?: string }
  createUnique: { readonly table: NameLike; readonly unique: UniqueSpec; readonly options?: CreateOptions }
  dropUnique: { readonly table: NameLike; readonly constraint: ConstraintLike }
  createForeignKey: { readonly table: NameLike; readonly foreignKey: ForeignKeySpec; readonly options?: CreateOptions }
  dropForeignKey: { readonly table: NameLike; readonly constraint: ConstraintLike }
  createCheck: { readonly table: NameLike; readonly check: CheckSpec; readonly options?: CreateOptions }
  dropCheck: { readonly table: NameLike; readonly constraint: ConstraintLike }
  createExclusion: { readonly table: NameLike; readonly exclusion: ExclusionSpec; readonly options?: CreateOptions }
  dropExclusion: { readonly table: NameLike; readonly constraint: ConstraintLike }
  renameConstraint: { readonly table: NameLike; readonly from: string; readonly to: string }
  validateConstraint: { readonly table: NameLike; readonly name: string }
  createIndex: { readonly table: NameLike; readonly index: IndexSpec; readonly options?: CreateOptions }
  dropIndex: { readonly table: NameLike; readonly name: string; readonly options?: { readonly concurrently?: boolean } }
  renameIndex: { readonly table: NameLike; readonly from: string; readonly to: string }
  createEnum: { readonly enum: EnumSpec; readonly options?: CreateOptions }
  dropEnum: { readonly enum: NameLike }
  addEnumValue: {
    readonly enum: NameLike
    readonly value: string
    readonly position?: { readonly before?: string; readonly after?: string }
  }
  renameEnum: { readonly enum: NameLike; readonly to: string }
  renameEnumValue: { readonly enum: NameLike; readonly from: string; readonly to: string }
  replaceEnum: {
    readonly enum: NameLike
    readonly values: readonly string[]
    readonly options?: { readonly map?: { readonly [value: string]: string } }
  }
  createView: { readonly view: ViewSpec; readonly options?: CreateOptions }
  dropView: { readonly view: NameLike }
  createSchema: { readonly schema: string; readonly options?: CreateOptions }
  dropSchema: { readonly schema: string }
  createExtension: {
    readonly extension: string | { readonly name: string; readonly schema?: string }
    readonly options?: CreateOptions
  }
  dropExtension: { readonly extension: string }
  createSequence: { readonly sequence: Sequence; readonly options?: CreateOptions }
  dropSequence: { readonly sequence: NameLike }
  execute: { readonly sql: string; readonly parameters?: readonly unknown[] }
  bulkInsert: { readonly table: NameLike; readonly rows: readonly { readonly [column: string]: Json }[] }
}

/** SourceLine is the place in a script that queued an intent. */
export interface SourceLine {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type IntentKind = keyof IntentMap

/** IntentOf<'dropColumn'> is that intent alone. */
export type IntentOf<K extends IntentKind> = { readonly kind: K; readonly at?: SourceLine } & IntentMap[K]

/** OwnCall is a call of an operation of the project's own, with all that its definition says: from here on nobody needs that. */
export interface OwnCall {
  readonly name: string
  readonly arguments: readonly Json[]
  /** Its line in a review. */
  readonly text: string
  readonly destructive?: true
  /** Its statements, by the dialect's name. */
  readonly sql: { readonly [dialect: string]: readonly string[] }
  /** What it does to the schema, said with the operations there are. */
  readonly changes: readonly Intent[]
}

/** OwnIntent is such a call, and the one that takes it back where there is one. */
export interface OwnIntent {
  readonly kind: 'own'
  readonly at?: SourceLine
  readonly does: OwnCall
  readonly undoes?: OwnCall
}

/** Intent is one call of an `op` method, as data. */
export type Intent = { [K in IntentKind]: IntentOf<K> }[IntentKind] | OwnIntent
