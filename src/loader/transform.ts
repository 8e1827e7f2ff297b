// One TypeScript file in, the JavaScript Node runs out, source map included. The compiler is loaded with the first file.
import { pathToFileURL } from 'node:url'
import type { Compiler } from './compiler'
import { guardMetadata } from './metadata'
import { compilerSettings } from './tsconfig'
import type { ModuleFormat } from './format'
import { swcCompiler } from './swc'
import { typescriptCompiler } from './typescript'
import { NoCompilerError } from '../errors'

/** Compiles one TypeScript file for this process. */
export function transform(source: string, file: string, format: ModuleFormat): string {
  const compile = compilerFor(file)
  const compilation = { source, file, format, settings: compilerSettings(file), metadata: true }
  const { code, map } = compile(compilation)
  const guarded = guardMetadata(code, format, () => compile({ ...compilation, metadata: false }).code)
  return `${guarded}\n//# sourceMappingURL=data:application/json;base64,${inline(map, file)}\n`
}

let compiler: Compiler | undefined

function compilerFor(file: string): Compiler {
  compiler ??= swcCompiler() ?? typescriptCompiler(file)
  if (!compiler) throw new NoCompilerError(file)
  return compiler
}

function inline(map: string, file: string): string {
  const json = JSON.stringify({
    ...(JSON.parse(map) as object),
    sources: [pathToFileURL(file).href],
    sourceRoot: undefined,
  })
  return Buffer.from(json).toString('base64')
}
