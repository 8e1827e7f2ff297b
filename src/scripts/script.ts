// A migration module as we hold it once loaded, whatever it was written in.
import type { Op } from '../operations/op'
import type { OwnOperationList } from '../operations/own'
import type { RecordedIntent } from '../operations/record'
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
  /** `true` lets a script that used `op.query` or `op.manager` run again from its start where others were in its way. */
  readonly retry?: boolean
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
  /** The operations of the project's own, for its `op`. */
  readonly own?: OwnOperationList
  /** Where there is no file, only what the log keeps: it is taken for the script's recording. */
  readonly kept?: KeptDowngrade & { readonly checksum?: string }
}

/** KeptDowngrade is the downgrade of a revision as the log keeps it: what its script queued, without the script's lines. */
export interface KeptDowngrade {
  readonly intents: readonly RecordedIntent[]
  /** False for a script that says `transaction = false`. */
  readonly transaction?: false
  /** The ids of what the revision depends on, which no other column tells. */
  readonly dependsOn?: readonly string[]
}
