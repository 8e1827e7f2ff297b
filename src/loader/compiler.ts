// What a compiler is, whichever there is on this machine.
import type { ModuleFormat } from './format'
import type { CompilerSettings } from './tsconfig'

/** Compilation is what a compiler is asked to do with one file. */
export interface Compilation {
  readonly source: string
  readonly file: string
  readonly format: ModuleFormat
  readonly settings: CompilerSettings
  readonly metadata: boolean
}

/** Compiled is a file's JavaScript and its source map, as JSON. */
export interface Compiled {
  readonly code: string
  readonly map: string
}

/** Compiler turns one TypeScript file into JavaScript with legacy decorators, or throws SourceSyntaxError. */
export type Compiler = (compilation: Compilation) => Compiled
