// What a schema is: plain, readonly, JSON-able data; one object refers to another by name.

/** Json is any value JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** QualifiedName names a table, type, view or sequence; without `schema` it lies in the data source's default schema. */
export interface QualifiedName {
  readonly schema?: string
  readonly name: string
}

/** Expression holds SQL as a person or the server wrote it, and the spelling that counts when two are compared. */
export interface Expression {
  readonly sql: string
  /** Set by the dialect's judge; the differ compares `canonical ?? sql`, files use `sql`. */
  readonly canonical?: string
}

/** Literal is a default given as a value; an object whose only key is `sql` is an Expression instead. */
export type Literal = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

/** EnumReference is the type of a column that uses a managed enum. */
export interface EnumReference {
  readonly enum: string
  readonly schema?: string
  readonly array?: true
}

/** ColumnType is SQL type syntax, short as a person writes it (`varchar(255)`, `timestamptz`, `text[]`), or a managed enum. */
export type ColumnType = string | EnumReference

/** Identity says how the database numbers a column by itself. */
export type Identity = 'SERIAL' | 'ALWAYS' | 'BY DEFAULT' | 'AUTOINCREMENT'

/** Generated is the expression of a computed column; stored unless it says `virtual`. */
export interface Generated extends Expression {
  readonly virtual?: true
}

/** Column holds everything a column declares about itself; keys and indexes belong to the table. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly default?: Literal | Expression
  readonly generated?: Generated
  readonly identity?: Identity
  readonly comment?: string
  readonly collation?: string
}

/** Deferrable says when a constraint is checked; absent means at once, always. */
export type Deferrable = 'INITIALLY IMMEDIATE' | 'INITIALLY DEFERRED'

/** ForeignKeyAction is what happens to referencing rows; absent means NO ACTION. */
export type ForeignKeyAction = 'CASCADE' | 'SET NULL' | 'SET DEFAULT' | 'RESTRICT'

/** PrimaryKey holds the key columns in order. Only SQLite has unnamed constraints. */
export interface PrimaryKey {
  readonly name?: string
  readonly columns: readonly string[]
  readonly deferrable?: Deferrable
}

/** Unique is a unique constraint (a unique index is an Index). */
export interface Unique {
  readonly name?: string
  readonly columns: readonly string[]
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  readonly deferrable?: Deferrable
}

/** ForeignKey pairs `columns` with `references.columns`, position by position. */
export interface ForeignKey {
  readonly name?: string
  readonly columns: readonly string[]
  readonly references: { readonly table: QualifiedName; readonly columns: readonly string[] }
  readonly onDelete?: ForeignKeyAction
  readonly onUpdate?: ForeignKeyAction
  readonly match?: 'FULL'
  readonly deferrable?: Deferrable
  readonly notValid?: true
}

/** Check is a check constraint. */
export interface Check {
  readonly name?: string
  readonly expression: Expression
  readonly notValid?: true
}

/** Exclusion is PostgreSQL's exclusion constraint; its expression is all that follows EXCLUDE (`USING gist (...)`). */
export interface Exclusion {
  readonly name?: string
  readonly expression: Expression
  readonly deferrable?: Deferrable
}

/** How one element of an index is ordered and compared. */
export interface IndexElementOptions {
  readonly order?: 'DESC'
  readonly nulls?: 'FIRST' | 'LAST'
  readonly opclass?: string
  readonly collation?: string
}

/** IndexElement is a column's name (never parsed), a column with options, or an expression with options. */
export type IndexElement =
  string | ({ readonly column: string } & IndexElementOptions) | (Expression & IndexElementOptions)

/** Index is any index that is not the implementation of a constraint. */
export interface Index {
  readonly name: string
  readonly columns: readonly IndexElement[]
  readonly unique: boolean
  readonly where?: Expression
  /** The access method; absent means btree, or not declared. */
  readonly using?: string
  readonly include?: readonly string[]
  readonly nullsNotDistinct?: true
  /** Declared with `synchronize: false`: kept where it exists, never created, never dropped. */
  readonly unsynchronized?: true
}

/** TableOptions holds what a dialect says about a whole table. */
export interface TableOptions {
  readonly withoutRowid?: true
  readonly strict?: true
  /** PostgreSQL's PARTITION BY clause. */
  readonly partitionBy?: string
}

/** Table is a table and everything that lives and dies with it. */
export interface Table extends QualifiedName {
  readonly columns: readonly Column[]
  readonly primaryKey?: PrimaryKey
  readonly uniques: readonly Unique[]
  readonly indexes: readonly Index[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly checks: readonly Check[]
  readonly exclusions: readonly Exclusion[]
  readonly comment?: string
  readonly options?: TableOptions
}

/** EnumType is a named enum; the order of its values counts. */
export interface EnumType extends QualifiedName {
  readonly values: readonly string[]
}

/** View is a view or a materialised view. */
export interface View extends QualifiedName {
  readonly definition: Expression
  readonly materialized?: true
  /** Indexes of a materialised view. */
  readonly indexes?: readonly Index[]
}

/** Sequence is a sequence no column owns. */
export interface Sequence extends QualifiedName {
  readonly type?: 'smallint' | 'integer' | 'bigint'
  readonly start?: string
  readonly increment?: string
}

/** Extension is a PostgreSQL extension. */
export interface Extension {
  readonly name: string
  readonly schema?: string
}

/** Verbatim is text of the database that a dialect carries through its own work; nobody else reads or compares it. */
export interface Verbatim {
  /** The table's CREATE statement as the database keeps it. */
  readonly create: string
  /** The CREATE statements of its indexes and of its triggers. */
  readonly indexes: readonly string[]
  readonly triggers: readonly string[]
  /** The tables in which the query planner's statistics of it lie. */
  readonly statistics?: readonly string[]
}

/** SchemaModel is one database schema, or several, as data. */
export interface SchemaModel {
  readonly tables: readonly Table[]
  readonly enums: readonly EnumType[]
  readonly views: readonly View[]
  readonly schemas: readonly string[]
  readonly extensions: readonly Extension[]
  readonly sequences: readonly Sequence[]
  /** By table, where the dialect that read the schema needs it again; never part of a comparison. */
  readonly verbatim?: { readonly [table: string]: Verbatim }
}

/** A schema with nothing in it. */
export const emptySchema: SchemaModel = {
  tables: [],
  enums: [],
  views: [],
  schemas: [],
  extensions: [],
  sequences: [],
}
