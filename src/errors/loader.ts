// The user's files in this process.
import { AutogenError, exitCodes } from './error'

/** SourceSyntaxError says where a user's TypeScript file cannot be parsed. */
export class SourceSyntaxError extends AutogenError {
  readonly code = 'source-syntax'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}:${column} cannot be parsed: ${reason}`, 'Correct the file there and run the command again.')
  }
}

/** TypeImportedAsValueError says that a module imports or re-exports a name that is only a type. */
export class TypeImportedAsValueError extends AutogenError {
  readonly code = 'type-imported-as-value'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly specifier: string,
    readonly exportName: string,
    cause: unknown,
  ) {
    super(
      `'${specifier}' has no export "${exportName}" when it runs.`,
      `If ${exportName} is a type, write "import type" or "export type" for it.`,
      { cause },
    )
  }
}

/** NoCompilerError says that nothing here can compile TypeScript. */
export class NoCompilerError extends AutogenError {
  readonly code = 'no-compiler'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string,
    /** The setting whose `source` counts as long as it is there, though it has a `compiled` one. */
    readonly preferred?: string,
  ) {
    super(
      `${file} is TypeScript, and neither @swc/core nor a typescript below 7 can be loaded here${preferred === undefined ? '' : `; \`source\` of \`${preferred}\` counts while it is there, and \`compiled\` only where it is not`}.`,
      preferred === undefined
        ? 'Run npm install --include=optional, or npm install -D typescript@6, or point at the compiled JavaScript.'
        : `Leave the sources out where the build runs, or name the compiled path alone as \`${preferred}\`; to compile here, run npm install --include=optional.`,
    )
  }
}

/** PreloadNotFoundError says that a module asked for by --require, --import or loader is not installed. */
export class PreloadNotFoundError extends AutogenError {
  readonly code = 'preload-not-found'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly module: string,
    readonly directory: string,
  ) {
    super(`${module} cannot be found from ${directory}.`, `Run npm install -D ${module}, or correct its name.`)
  }
}

/** TypeormNotFoundError says that the project has no typeorm. */
export class TypeormNotFoundError extends AutogenError {
  readonly code = 'typeorm-not-found'
  readonly exitCode = exitCodes.usage
  constructor(readonly directory: string) {
    super(`typeorm is not installed in ${directory}.`, 'Run npm i typeorm reflect-metadata.')
  }
}

/** TwoTypeormsError says that the data source and the entities do not share one typeorm. */
export class TwoTypeormsError extends AutogenError {
  readonly code = 'two-typeorms'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly copies: readonly { readonly directory: string; readonly version: string; readonly usedBy?: string }[],
  ) {
    const places = copies.map(
      ({ directory, version, usedBy }) => `${directory} (${version}${usedBy ? `, used by ${usedBy}` : ''})`,
    )
    super(
      `${copies.length} copies of typeorm are loaded: ${places.join(' and ')}.`,
      'Run npm ls typeorm and keep one of them, for instance with npm dedupe.',
    )
  }
}
