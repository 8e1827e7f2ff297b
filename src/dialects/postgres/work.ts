// What a handler hands to the planner: statements, and what it was told.
import type { SchemaModel } from '../../model/schema'
import type { Guard, Probe, Remains, Scope } from '../dialect'

/** Work is one statement and how it must run. */
export interface Work {
  readonly sql: string
  /** In a segment of its own that precedes the rest, or outside of any transaction. */
  readonly alone?: 'segment' | 'untransacted'
  readonly probe?: Probe
  readonly remains?: Remains
  /** Rows that are counted right before it. */
  readonly guards?: readonly Guard[]
  /** It puts views aside, which are put back before anything needs them. */
  readonly aside?: true
}

/** What a handler answers: statements, in the order in which they run. */
export type Answer = readonly (string | Work)[]

/** Context is what a handler knows: the schema before its operation, where names lie, which server. */
export interface Context {
  readonly schema: SchemaModel
  readonly scope: Scope
  readonly version?: number
}
