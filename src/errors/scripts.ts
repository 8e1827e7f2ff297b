// Migration files.
import { AutogenError, exitCodes } from './error'

/** A folder of migrations that is not there. */
export class MigrationsFolderNotFoundError extends AutogenError {
  readonly code = 'migrations-folder-not-found'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly folder: string,
    /** The file whose setting names it, where one does. */
    readonly namedIn?: string,
    /** The folder of sources that is not there either, where the setting names two places. */
    readonly source?: string,
  ) {
    super(
      `There is no migrations folder ${folder}${source === undefined ? '' : `, and no ${source} either`}.`,
      source !== undefined
        ? 'Build the project first, or mend `source` and `compiled` of `migrations` in the settings.'
        : namedIn === undefined
          ? 'Run `autogen init` to set the project up, or name your folder as `migrations` in the settings.'
          : `Correct \`migrations\` in ${namedIn}, or run \`autogen init\` to make the folder if its name is right.`,
    )
  }
}

/** A module that looks like a migration and does not say which one. */
export class MissingRevisionError extends AutogenError {
  readonly code = 'missing-revision'
  readonly exitCode = exitCodes.graph
  constructor(readonly file: string) {
    super(
      `${file} exports no revision, so its place in the history is not known.`,
      "Add `export const revision = '...'` and `export const downRevision = ...` to it, or move it out of the folder.",
    )
  }
}

/** An export of a migration that is not what it must be. */
export class MigrationExportError extends AutogenError {
  readonly code = 'migration-export'
  readonly exitCode = exitCodes.graph
  constructor(
    readonly file: string,
    readonly exportName: string,
    readonly expected: string,
  ) {
    super(`The export ${exportName} of ${file} is not ${expected}.`, `Change \`${exportName}\` in that file.`)
  }
}

/** A migration without anything to run. */
export class MissingUpgradeError extends AutogenError {
  readonly code = 'missing-upgrade'
  readonly exitCode = exitCodes.migration
  constructor(readonly file: string) {
    super(
      `${file} exports no function upgrade.`,
      'Add `export function upgrade(op) {}` to it, empty if there is nothing to do.',
    )
  }
}

/** A migration file that cannot be parsed. */
export class MigrationSyntaxError extends AutogenError {
  readonly code = 'migration-syntax'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly line: number | undefined,
    readonly reason: string,
    cause: unknown,
  ) {
    super(
      `${file}${line === undefined ? '' : `:${line}`} has a syntax error: ${reason}`,
      'Correct the file there and run the command again.',
      { cause },
    )
  }
}

/** A file that is there already where a new migration was to be written. */
export class MigrationFileExistsError extends AutogenError {
  readonly code = 'migration-file-exists'
  readonly exitCode = exitCodes.usage
  constructor(readonly file: string) {
    super(`${file} exists already and is never overwritten.`, 'Choose another message or another `--rev-id`.')
  }
}

/** A value that no source text can stand for. */
export class UnprintableValueError extends AutogenError {
  readonly code = 'unprintable-value'
  readonly exitCode = exitCodes.usage
  constructor(readonly typeName: string) {
    super(
      `A value of type ${typeName} cannot be written into a migration file.`,
      'Use strings, numbers, booleans, null, lists and plain objects.',
    )
  }
}

/** A template of the project's that cannot be used; no file was written. */
export class TemplateError extends AutogenError {
  readonly code = 'template'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly template: string,
    readonly problem: string,
    hint: string,
    cause?: unknown,
  ) {
    super(`The template ${template} ${problem}; no file was written.`, hint, { cause })
  }
}

/** A hook that failed after a revision was written; the file stays. */
export class WriteHookError extends AutogenError {
  readonly code = 'write-hook'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly hook: string,
    readonly file: string,
    readonly problem: string,
    cause?: unknown,
    /** What the revision does, for whoever reads the error before the file. */
    readonly operations: readonly string[] = [],
  ) {
    super(
      `${file} is written and stays, but the hook \`${hook}\` ${problem}`,
      'Mend the hook in `afterWrite` of your settings, and do by hand what it should have done; hooks after it did not run.',
      { cause },
    )
  }
}

/** The project's prettier could not format a new migration. */
export class FormatError extends AutogenError {
  readonly code = 'format'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `Prettier could not format ${file}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
      `Correct the prettier settings that apply to it: \`npx prettier --find-config-path ${file}\`.`,
      { cause },
    )
  }
}
