// The usual compiler: swc, which is among our dependencies but has no binary for every machine.
import { stripVTControlCharacters } from 'node:util'
import type { Compiler } from './compiler'
import { SourceSyntaxError } from '../errors'

/** Returns swc as a compiler, or undefined where its binary is missing. */
export function swcCompiler(): Compiler | undefined {
  const swc = requireSwc()
  if (!swc) return undefined
  return ({ source, file, format, settings, metadata }) => {
    const options = {
      filename: file,
      swcrc: false,
      configFile: false,
      sourceMaps: true,
      inlineSourcesContent: true,
      module:
        format === 'module'
          ? { type: 'es6' as const }
          : {
              type: 'commonjs' as const,
              ignoreDynamic: settings.keepsDynamicImport,
              noInterop: !settings.esModuleInterop,
            },
      jsc: {
        target: 'es2022' as const,
        keepClassNames: true,
        parser: { syntax: 'typescript' as const, decorators: true, tsx: file.endsWith('x') },
        transform: {
          legacyDecorator: true,
          decoratorMetadata: metadata,
          useDefineForClassFields: settings.useDefineForClassFields,
          react: { runtime: settings.jsx, importSource: settings.jsxImportSource },
        },
      },
    }
    try {
      const { code, map } = swc.transformSync(source, options)
      const marked = format === 'commonjs' && !settings.esModuleInterop ? markModule(code) : code
      return { code: marked, map: map ?? '{}' }
    } catch (error) {
      throw syntaxError(error, file)
    }
  }
}

// Without interop swc leaves out the mark by which a default export is told from `module.exports`; tsc writes it always.
function markModule(code: string): string {
  if (!/^(_export\(exports, |_export_star\(|Object\.defineProperty\(exports, )/m.test(code)) return code
  return code.replace(/^"use strict";/, '"use strict"; Object.defineProperty(exports, "__esModule", { value: true });')
}

function requireSwc(): typeof import('@swc/core') | undefined {
  try {
    return require('@swc/core') as typeof import('@swc/core')
  } catch {
    // Whatever the reason (left out of the install, no binary, a binary of another libc), the next compiler may do.
    return undefined
  }
}

// swc says where in a drawing: `x Expected ';'` and below it `╭─[file:3:10]`.
function syntaxError(error: unknown, file: string): unknown {
  const text = stripVTControlCharacters(String((error as Error).message))
  const [, line, column] = /\[[^\]\n]*:(\d+):(\d+)\]/.exec(text) ?? []
  const [, reason] = /^\s*[x×]\s*(.+)$/m.exec(text) ?? []
  if (!line || !reason) return error
  return new SourceSyntaxError(file, Number(line), Number(column), reason)
}
