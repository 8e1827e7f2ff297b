// One revision as the graph knows it: an id, its parents, its labels. Knows nothing of SQL or files.

/** Revision is a node of the history. */
export interface Revision {
  readonly id: string
  /** Parents; none at a base, several at a merge. */
  readonly down: readonly string[]
  readonly labels: readonly string[]
  /** Ids or labels that must have run before, without being parents. */
  readonly dependsOn: readonly string[]
  readonly message: string
  readonly createdAt?: string
  /** Where it was read, for messages. */
  readonly path?: string
}

/** Step moves the graph by one revision. */
export interface Step {
  readonly direction: 'up' | 'down'
  readonly revision: Revision
}
