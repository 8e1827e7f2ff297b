// The compiler of last resort: the project's own typescript, one file at a time.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Compiler } from './compiler'
import { SourceSyntaxError } from '../errors'

/** Returns the typescript that the file's project has installed as a compiler; from version 7 on it has no such function. */
export function typescriptCompiler(near: string): Compiler | undefined {
  const ts = requireTypescript(near)
  if (!ts) return undefined
  return ({ source, file, format, settings, metadata }) => {
    const module =
      format === 'module'
        ? ts.ModuleKind.ESNext
        : settings.keepsDynamicImport
          ? ts.ModuleKind.NodeNext
          : ts.ModuleKind.CommonJS
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
      // With NodeNext the ending alone makes a file CommonJS.
      fileName: module === ts.ModuleKind.NodeNext ? file.replace(/\.[mc]?tsx?$/, '.cts') : file,
      reportDiagnostics: true,
      compilerOptions: {
        module,
        target: ts.ScriptTarget.ES2022,
        experimentalDecorators: true,
        emitDecoratorMetadata: metadata,
        useDefineForClassFields: settings.useDefineForClassFields,
        esModuleInterop: settings.esModuleInterop,
        jsx: settings.jsx === 'automatic' ? ts.JsxEmit.ReactJSX : ts.JsxEmit.React,
        jsxImportSource: settings.jsxImportSource,
        sourceMap: true,
        inlineSources: true,
      },
    })
    const problem = diagnostics?.find(
      (diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error && diagnostic.file,
    )
    if (problem?.file) {
      const { line, character } = problem.file.getLineAndCharacterOfPosition(problem.start ?? 0)
      throw new SourceSyntaxError(
        file,
        line + 1,
        character + 1,
        ts.flattenDiagnosticMessageText(problem.messageText, ' '),
      )
    }
    return { code: outputText.replace(/^\/\/# sourceMappingURL=.*$/m, ''), map: sourceMapText ?? '{}' }
  }
}

function requireTypescript(near: string): typeof import('typescript') | undefined {
  const require = createRequire(near)
  try {
    const directory = dirname(require.resolve('typescript/package.json'))
    const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string }
    return Number.parseInt(version, 10) < 7 ? (require('typescript') as typeof import('typescript')) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    return undefined
  }
}
