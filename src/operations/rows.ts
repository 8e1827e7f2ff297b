// What `op.table('user')` is asked, as data: the rows of a table by its columns' names, whatever the entities say by now.
import type { Expression } from '../model/schema'
import type { NameLike } from './intent'

/** Row holds values by column. */
export type Row = { readonly [column: string]: unknown }

/** Where finds the rows that have all of these values: null is IS NULL, a list is any of its values. */
export type Where = Row

/** Selection says which rows are read, which columns of them, and in which order. */
export interface Selection {
  readonly columns?: readonly string[]
  readonly where?: Where
  readonly orderBy?: { readonly [column: string]: 'ASC' | 'DESC' }
  readonly limit?: number
}

/** Change says what becomes of which rows; all of them without `where`. A value may be SQL: `{ sql: 'lower(email)' }`. */
export interface Change {
  readonly set: { readonly [column: string]: unknown }
  readonly where?: Where
}

/** TableRows reads and writes a table as it is at this point of the migration. */
export interface TableRows {
  /** Reads rows; without `columns` all of them. */
  select(selection?: Selection): Promise<Record<string, unknown>[]>
  /** Puts rows in; a column that a row leaves out gets its default. */
  insert(rows: Row | readonly Row[]): Promise<void>
  update(change: Change): Promise<void>
  /** Takes rows out; `where: {}` is all of them. */
  delete(options: { readonly where: Where }): Promise<void>
  count(options?: { readonly where?: Where }): Promise<number>
}

/** TableCall is one call of it. */
export type TableCall = { readonly table: NameLike } & (
  | ({ readonly method: 'select' } & Selection)
  | { readonly method: 'insert'; readonly rows: readonly Row[] }
  | ({ readonly method: 'update' } & Change)
  | { readonly method: 'delete'; readonly where: Where }
  | { readonly method: 'count'; readonly where?: Where }
)

/** How a call is named in what a person reads. */
export function callName({ method }: Pick<TableCall, 'method'>): `table(...).${TableCall['method']}` {
  return `table(...).${method}`
}

/** Whether what comes of a call is known only to the database. */
export function readsRows({ method }: Pick<TableCall, 'method'>): boolean {
  return method === 'select' || method === 'count'
}

/** Whether a value to be set is SQL. */
export function isSql(value: unknown): value is Expression {
  const isRecord = typeof value === 'object' && value !== null
  return isRecord && Object.keys(value).join() === 'sql' && typeof (value as { sql: unknown }).sql === 'string'
}
