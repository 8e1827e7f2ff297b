// Errors of the user's files, said in our words where we have better ones.
import { NoCompilerError, SourceSyntaxError, TypeImportedAsValueError } from '../errors'

/** Returns the error to show for one that loading a user's file gave: one of ours where we know it, else the same. */
export function explainFailure(error: unknown): unknown {
  return fromThread(error) ?? typeAsValue(error) ?? error
}

// Coming from the thread of the module hooks an error keeps its fields and loses its class.
function fromThread(error: unknown): SourceSyntaxError | NoCompilerError | undefined {
  if (error instanceof SourceSyntaxError || error instanceof NoCompilerError) return error
  const { code, file, line, column, reason } = (error ?? {}) as Partial<Omit<SourceSyntaxError, 'code'>> & {
    code?: string
  }
  if (file === undefined) return undefined
  if (code === 'no-compiler') return new NoCompilerError(file)
  return code === 'source-syntax' ? new SourceSyntaxError(file, line ?? 0, column ?? 0, reason ?? '') : undefined
}

function typeAsValue(error: unknown): TypeImportedAsValueError | undefined {
  if (!(error instanceof SyntaxError)) return undefined
  const [, specifier, name] =
    /requested module '(.+)' does not provide an export named '(.+)'/.exec(error.message) ?? []
  return specifier && name ? new TypeImportedAsValueError(specifier, name, error) : undefined
}
