// Settings, commands and files that cannot be used as they are.
import { AutogenError, exitCodes } from './error'

/** No settings and no ormconfig from here upward. */
export class SettingsNotFoundError extends AutogenError {
  readonly code = 'settings-not-found'
  readonly exitCode = exitCodes.usage
  constructor(readonly place: string) {
    super(
      `There are no settings at ${place} or above it: no autogen.config.*, no "autogen" in package.json, no ormconfig.*.`,
      'Run `autogen init` to set this project up, or name a data source with `-d FILE`.',
    )
  }
}

/** Settings that say something we do not understand. */
export class InvalidSettingsError extends AutogenError {
  readonly code = 'invalid-settings'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly problem: string,
    hint = 'Mend the settings and run the command again.',
  ) {
    super(`${file} ${problem}.`, hint)
  }
}

/** A file of the user's that failed while it was loaded. */
export class FileLoadError extends AutogenError {
  readonly code = 'file-load-failed'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(
      `${file} could not be loaded: ${(cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0]}`,
      'Mend the error in that file; `-v` prints where it was thrown.',
      { cause },
    )
  }
}

/** A file that the settings or a flag name, and that is not there. */
export class NamedFileNotFoundError extends AutogenError {
  readonly code = 'named-file-not-found'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    /** What names it: `-d`, or a setting. */
    readonly named: string,
    /** The source that is not there either, where there are two places. */
    readonly source?: string,
  ) {
    super(
      `There is no file ${file}, which ${named} names${source === undefined ? '' : `, and no ${source} either`}.`,
      source === undefined
        ? `Mend what ${named} names, or make the file.`
        : 'Build the project first, or mend `source` and `compiled`.',
    )
  }
}

/** A data source file that exports no DataSource, or more than one. */
export class DataSourceExportError extends AutogenError {
  readonly code = 'data-source-export'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly found: readonly string[],
  ) {
    super(
      found.length === 0
        ? `${file} exports no DataSource.`
        : `${file} exports ${found.length} DataSources (${found.join(', ')}) and none of them as default.`,
      'Write `export default new DataSource({ ... })` in that file, or name another with `-d FILE`.',
    )
  }
}

/** A file or a folder that the system does not let us read or write. */
export class FileRefusedError extends AutogenError {
  readonly code = 'file-refused'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly path: string,
    readonly reason: string,
    cause: unknown,
  ) {
    super(`${path} cannot be read or written: ${reason}.`, 'Mend its permissions, or run as a user that may.', {
      cause,
    })
  }
}

/** A command, an operation or a rule of the project's own under a name that is taken. */
export class NameTakenError extends AutogenError {
  readonly code = 'name-taken'
  readonly exitCode = exitCodes.usage
  constructor(
    /** What it is: `command`, `operation`, `rule` or `flag`. */
    readonly kind: string,
    /** Such as `upgrade`. */
    readonly taken: string,
  ) {
    super(`The ${kind} ${taken} of your settings has a name that is taken.`, 'Give it another name in your settings.')
  }
}

/** A rule of the project's own that does not answer. */
export class RuleError extends AutogenError {
  readonly code = 'rule'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly rule: string,
    /** What it was asked about, as `describe` puts it. */
    readonly operation: string,
    readonly problem: string,
    cause?: unknown,
  ) {
    super(
      `The rule ${rule} of your settings ${problem} for: ${operation}.`,
      'Let it return a sentence, or nothing where it has nothing to say.',
      { cause },
    )
  }
}

/** A rewrite of the project's that cannot be followed. */
export class RewriteError extends AutogenError {
  readonly code = 'rewrite'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly rewrite: string,
    readonly problem: string,
    hint: string,
    cause?: unknown,
  ) {
    super(`The rewrite ${rewrite} ${problem}.`, hint, { cause })
  }
}

/** A filter of the project's that does not answer. */
export class FilterError extends AutogenError {
  readonly code = 'filter'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly setting: string,
    readonly kind: string,
    readonly object: string,
    readonly problem: string,
    cause?: unknown,
  ) {
    super(
      `\`${setting}\` ${problem} for the ${kind} ${object}.`,
      'Let it return true for what is compared, and false for what is left out.',
      { cause },
    )
  }
}

/** An argument that cannot be used as it is. */
export class UsageError extends AutogenError {
  readonly code = 'usage'
  readonly exitCode = exitCodes.usage
}

/** A command that must not run by accident against this database. */
export class ProtectedDatabaseError extends AutogenError {
  readonly code = 'protected-database'
  readonly exitCode = exitCodes.refused
  constructor(
    readonly address: string,
    readonly database: string,
    readonly command: string,
  ) {
    super(
      `${address} is protected by your settings, so ${command} does not run there unasked.`,
      `If you mean it, add \`--yes-on ${database}\`.`,
    )
  }
}

/** OtherFileError says that entities lie in another database file, which TypeORM attaches by itself and one history cannot serve. */
export class OtherFileError extends AutogenError {
  readonly code = 'other-file'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly entities: readonly string[],
    readonly file: string,
    /** How they say so. */
    said = `database: '${file}'`,
  ) {
    const [first = '', ...more] = entities
    const who = more.length === 0 ? `The entity ${first} lies` : `The entities ${entities.join(', ')} lie`
    super(
      `${who} in another database file (\`${said}\`), which a migration of this one cannot change.`,
      'Set `synchronize: false` there, and give that file a data source and a project of its own (`projects` in the settings).',
    )
  }
}
