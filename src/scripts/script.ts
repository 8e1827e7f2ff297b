// A migration module as we hold it once loaded, whatever it was written in.
import type { Op } from '../operations/op'
import type { Revision } from '../graph/revision'

/** MigrationModule is what a migration file exports; its words are frozen, people's files hold them. */
export interface MigrationModule {
  readonly revision: string
  /** null at a base, an array at a merge. */
  readonly downRevision: string | readonly string[] | null
  readonly branchLabels?: string | readonly string[]
  readonly dependsOn?: string | readonly string[]
  /** `false` runs every statement on its own, without a transaction. */
  readonly transaction?: boolean
  /** What was said to be renamed when the revision was written, or null where it was said to be dropped. */
  readonly renames?: Readonly<Record<string, string | null>>
  /** Reserved. */
  readonly phase?: string
  readonly message?: string
  readonly createdAt?: string
  upgrade?(op: Op): void | Promise<void>
  downgrade?(op: Op): void | Promise<void>
}

/** MigrationScript is a revision together with the way to its code; the code is loaded when it is first needed. */
export interface MigrationScript {
  readonly revision: Revision
  load(): Promise<MigrationModule>
  /** What was given with `-x`, for its `op`. */
  readonly x?: Readonly<Record<string, string>>
}
