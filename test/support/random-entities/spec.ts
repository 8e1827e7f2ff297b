// Entities as data: what a generator makes, an editor changes, a shrinker takes apart and a regression keeps.
import type { Default } from './column-types'

/** Entities is everything one data source declares. */
export interface Entities {
  readonly entities: readonly EntitySpec[]
  readonly views: readonly ViewSpec[]
  /** Enums that several columns share: their values by their name. */
  readonly enums: Readonly<Record<string, readonly string[]>>
}

/** EntitySpec is one class. Its parts refer to each other and to other classes by property and class name. */
export interface EntitySpec {
  readonly name: string
  readonly table: string
  readonly schema?: string
  readonly comment?: string
  /** The name of the primary key, where it is given one. */
  readonly keyName?: string
  /** The class it extends, sharing its table. */
  readonly parent?: string
  readonly tree?: 'closure-table' | 'materialized-path' | 'nested-set'
  readonly columns: readonly ColumnSpec[]
  readonly relations: readonly RelationSpec[]
  readonly embedded: readonly EmbeddedSpec[]
  readonly indexes: readonly IndexSpec[]
  readonly uniques: readonly UniqueSpec[]
  readonly checks: readonly CheckSpec[]
  readonly exclusions: readonly ExclusionSpec[]
}

export const generatedKeys = ['increment', 'uuid', 'ALWAYS', 'BY DEFAULT'] as const

/** ColumnSpec is one column; `role` says which decorator it has, `Column` when left out. */
export interface ColumnSpec {
  readonly property: string
  /** The name in the database, where it is another. */
  readonly name?: string
  readonly role?: 'key' | (typeof generatedKeys)[number] | 'created' | 'updated' | 'deleted' | 'version' | 'counter'
  /** One of `types`; not said of an enum or a computed column. */
  readonly type?: string
  readonly enum?: { readonly values?: readonly string[]; readonly shared?: string; readonly array?: true }
  readonly computed?: { readonly of: string; readonly form: number }
  readonly default?: Default
  readonly nullable?: true
  readonly comment?: string
  readonly collation?: string
}

/** RelationSpec is a relation as its owner declares it; `inverse` is the property on the other side. */
export interface RelationSpec {
  readonly property: string
  readonly kind: 'many-to-one' | 'one-to-one' | 'many-to-many'
  readonly target: string
  readonly inverse?: string
  readonly required?: true
  readonly onDelete?: 'CASCADE' | 'SET NULL' | 'RESTRICT' | 'NO ACTION'
  readonly onUpdate?: 'CASCADE' | 'RESTRICT'
  readonly deferrable?: 'INITIALLY DEFERRED' | 'INITIALLY IMMEDIATE'
  readonly joinColumn?: string
  readonly keyName?: string
  readonly joinTable?: string
  readonly unconstrained?: true
}

/** EmbeddedSpec is a class of its own whose columns lie in the entity's table. */
export interface EmbeddedSpec {
  readonly property: string
  readonly prefix?: string | false
  readonly columns: readonly ColumnSpec[]
}

export interface IndexSpec {
  readonly name?: string
  /** Properties of columns and of relations. */
  readonly columns: readonly string[]
  readonly unique?: true
  readonly where?: Condition
  /** The method; TypeORM 0.3 knows only gist. */
  readonly method?: 'gin' | 'gist' | 'hash'
}

export interface UniqueSpec {
  readonly name?: string
  readonly columns: readonly string[]
  readonly deferrable?: 'INITIALLY DEFERRED' | 'INITIALLY IMMEDIATE'
}

/** Condition is one of the conditions of the column's family. */
export interface Condition {
  readonly column: string
  readonly form: number
}

export interface CheckSpec {
  readonly name?: string
  readonly condition: Condition
}

/** ExclusionSpec keeps the ranges of a column apart. */
export interface ExclusionSpec {
  readonly name?: string
  readonly column: string
}

/** ViewSpec is a view over some columns of an entity. */
export interface ViewSpec {
  readonly name: string
  readonly view: string
  readonly schema?: string
  readonly of: string
  /** The view it looks at, instead of the entity's table. */
  readonly over?: string
  readonly columns: readonly string[]
  /** Selects whatever there is. */
  readonly everything?: true
  readonly where?: Condition
  readonly materialized?: true
  /** The property that has an index, on a materialised view. */
  readonly indexed?: string
  readonly indexName?: string
  readonly indexWhere?: Condition
}

export const noEntities: Entities = { entities: [], views: [], enums: {} }

/** The class at the top of the one table an entity lives in. */
export function rootOf({ entities }: Pick<Entities, 'entities'>, entity: EntitySpec): EntitySpec {
  const parent = entities.find(({ name }) => name === entity.parent)
  return parent === undefined ? entity : rootOf({ entities }, parent)
}

/** The column's name in the database. */
export function databaseName({ name, property }: ColumnSpec): string {
  return name ?? property
}

/** Whether a column is of the entity's primary key. */
export function isKey({ role }: ColumnSpec): boolean {
  return role === 'key' || generatedKeys.some((one) => one === role)
}
