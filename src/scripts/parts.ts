// A revision, rendered piece by piece.

/** The languages a new file can be written in, by the names of `list-templates`. */
export const shapes = ['typescript', 'javascript-esm', 'javascript-commonjs'] as const

/** Shape is one of them. */
export type Shape = (typeof shapes)[number]

/** ScriptParts is a revision, rendered piece by piece, for a template to put together. */
export interface ScriptParts {
  readonly shape: Shape
  readonly revision: string
  readonly downRevision: string | readonly string[] | null
  readonly message: string
  readonly createdAt: string
  /** The comment a file opens with: message, id, parents, date. */
  readonly comment: string
  /** What the functions import; empty where it is nothing. */
  readonly imports: string
  /** The exports that place the revision in the history; `autogen` reads them without running the file. */
  readonly header: string
  /** The two functions, whole. */
  readonly upgrade: string
  readonly downgrade: string
  /** What stands inside of them, for a template that writes functions of its own. */
  readonly upgradeBody: string
  readonly downgradeBody: string
}
