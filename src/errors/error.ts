// What can go wrong, as facts: data in fields, one sentence made of it, one next step. Only cli/main.ts prints and exits.

/** Exit codes of the command line; several at once rank usage, unreachable, graph, drift. */
export const exitCodes = {
  unexpected: 1,
  usage: 2,
  drift: 3,
  graph: 4,
  migration: 5,
  refused: 6,
  timeout: 7,
  unreachable: 8,
  interrupted: 130,
} as const

/** ExitCode is one of the numbers a command may end with, 0 aside. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** AutogenError is the base of every error this library raises on purpose. */
export abstract class AutogenError extends Error {
  /** A word for programs that never changes, such as `multiple-heads`. */
  abstract readonly code: string
  abstract readonly exitCode: ExitCode
  /** The next thing to type or to change. */
  readonly hint: string

  constructor(message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.hint = hint
  }
}

/** Problem is one reason to fail, as data. */
export interface Problem {
  readonly code: string
  readonly exitCode: ExitCode
  readonly message: string
  readonly hint: string
}

/** SeveralProblemsError says everything that keeps a command from its answer, the gravest first. */
export class SeveralProblemsError extends AutogenError {
  readonly code = 'several-problems'
  readonly exitCode: ExitCode
  constructor(readonly problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ message }) => message).join(' '), problems[0].hint)
    this.exitCode = problems[0].exitCode
  }
}
