// The decorator metadata a per-file compiler writes, made safe to run. Lines are never added or removed: source maps stay true.
import { runtimeKey } from './compiled'
import type { ModuleFormat } from './format'

/** The scheme of imports that only metadata needs; the resolve hook gives an empty module where there is none. */
export const optionalScheme = 'autogen-optional:'

/**
 * Rewrites compiled code so that metadata never breaks a file: types are read lazily, and modules that only metadata needs
 * may be missing or hold no such value. `withoutMetadata` compiles the same file without emitDecoratorMetadata.
 */
export function guardMetadata(code: string, format: ModuleFormat, withoutMetadata: () => string): string {
  const calls = findCalls(code)
  const declared = code.replace(
    decorateHelper,
    (head) => `${head} if (arguments.length > 3 && desc === void 0) ${runtime}.declare(target, key);`,
  )
  if (calls.length === 0) return declared
  const guarded = format === 'commonjs' ? optionalRequires(declared) : optionalImports(declared, withoutMetadata)
  return lazyTypes(guarded)
}

interface MetadataCall {
  readonly start: number
  readonly end: number
  readonly key: string
  readonly type: string
}

const runtime = `globalThis[Symbol.for("${runtimeKey}")]`
const decorateHelper = /^function _ts_decorate\(decorators, target, key, desc\) \{$/m
const certain = /^(String|Number|Boolean|Object|Function|Array|Symbol|\[\])$/

function lazyTypes(code: string): string {
  return replaceCalls(code, ({ key, type }) => {
    if (certain.test(type)) return undefined
    return `${runtime}.metadata("${key}", ()=>${type.replace(typescriptGuess, '(($2) || Object)')})`
  })
}

// typescript asks `typeof (_a = typeof X !== "undefined" && X) === "function" ? _a : Object`, which hides an enum.
const typescriptGuess = /typeof \((_\w+) = (.+?)\) === "function" \? \1 : Object/g

function optionalRequires(code: string): string {
  const calls = findCalls(code)
  const types = calls.map((call) => call.type).join('\n')
  const rest = without(code, calls)
  return code.replace(requireLine, (line, name: string, before: string, call: string, after: string) => {
    const onlyType = mentions(types, name) && !mentions(rest.replace(line, ''), name)
    return onlyType ? `const ${name} = ${before}${runtime}.optional(()=>${call}, __filename)${after}` : line
  })
}

const requireLine = /^const ([\w$]+) = (.*?)(require\((?:"[^"\n]*"|'[^'\n]*')\))(\)*;)$/gm

function optionalImports(code: string, withoutMetadata: () => string): string {
  const types = findCalls(code)
    .map((call) => call.type)
    .join('\n')
  const statements = findImports(code)
  const suspects = statements
    .flatMap(({ names }) => names.map(({ local }) => local))
    .filter((local) => mentions(types, local))
  if (suspects.length === 0) return code

  const needed = new Set(findImports(withoutMetadata()).flatMap(({ names }) => names.map(({ local }) => local)))
  const onlyTypes = new Set(suspects.filter((local) => !needed.has(local)))
  const places = new Map<string, string>()
  const rewritten = statements.reduceRight((text, statement, index) => {
    const moved = statement.names.filter(({ local }) => onlyTypes.has(local))
    if (moved.length === 0) return text
    const namespace = `_autogen_types_${index}`
    for (const { local, imported } of moved)
      places.set(local, imported === '*' ? namespace : `${namespace}.${imported}`)
    const kept = statement.names.filter(({ local }) => !onlyTypes.has(local))
    const lines = '\n'.repeat(statement.text.split('\n').length - 1)
    const optional = `import * as ${namespace} from "${optionalScheme}${statement.from}"${statement.attributes};`
    return (
      text.slice(0, statement.start) +
      printImport(kept, statement) +
      optional +
      lines +
      text.slice(statement.start + statement.text.length)
    )
  }, code)
  return replaceCalls(rewritten, ({ key, type }) => {
    const moved = type.replace(identifier, (name) => places.get(name) ?? name)
    return moved === type ? undefined : `_ts_metadata("${key}", ${moved})`
  })
}

interface ImportStatement {
  readonly start: number
  readonly text: string
  readonly names: readonly { readonly local: string; readonly imported: string }[]
  readonly from: string
  readonly attributes: string
}

const importStatement = /^import\s+([\w$\s{},*]+?)\s+from\s*(?:"([^"\n]+)"|'([^'\n]+)')(\s*with\s*\{[^}]*\})?;?/gm
const identifier = /(?<![\w$.])[A-Za-z_$][\w$]*/g

function findImports(code: string): ImportStatement[] {
  return [...code.matchAll(importStatement)].map((match) => ({
    start: match.index,
    text: match[0],
    names: importedNames(match[1] ?? ''),
    from: match[2] ?? match[3] ?? '',
    attributes: (match[4] ?? '').replace(/\s+/g, ' '),
  }))
}

function importedNames(clause: string): { local: string; imported: string }[] {
  const [, outer = '', list = ''] = /^([^{]*)(?:\{([^}]*)\})?$/.exec(clause) ?? []
  const words = (text: string) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  const namespaceOrDefault = words(outer).map((part) => {
    const namespace = /^\*\s+as\s+(\S+)$/.exec(part)?.[1]
    return namespace ? { local: namespace, imported: '*' } : { local: part, imported: 'default' }
  })
  const named = words(list).map((part) => {
    const [imported = part, local = imported] = part.split(/\s+as\s+/)
    return { local, imported }
  })
  return [...namespaceOrDefault, ...named]
}

function printImport(names: ImportStatement['names'], { from, attributes }: ImportStatement): string {
  if (names.length === 0) return ''
  const outer = names
    .filter(({ imported }) => imported === '*' || imported === 'default')
    .map(({ local, imported }) => (imported === '*' ? `* as ${local}` : local))
  const named = names
    .filter(({ imported }) => imported !== '*' && imported !== 'default')
    .map(({ local, imported }) => (local === imported ? local : `${imported} as ${local}`))
  const clause = [...outer, ...(named.length > 0 ? [`{ ${named.join(', ')} }`] : [])].join(', ')
  return `import ${clause} from "${from}"${attributes}; `
}

function replaceCalls(code: string, replacement: (call: MetadataCall) => string | undefined): string {
  return findCalls(code).reduceRight((text, call) => {
    const instead = replacement(call)
    return instead === undefined ? text : text.slice(0, call.start) + instead + text.slice(call.end)
  }, code)
}

function without(code: string, calls: readonly MetadataCall[]): string {
  return calls.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), code)
}

function mentions(code: string, name: string): boolean {
  return new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(code)
}

// Both compilers put each call on lines of its own, as an element of the decorators' array.
function findCalls(code: string): MetadataCall[] {
  return [...code.matchAll(/^[ \t]*((?:_ts_metadata|__metadata)\("(design:\w+)", )/gm)].map((match) => {
    const typeStart = match.index + match[0].length
    const typeEnd = closingParenthesis(code, typeStart)
    return {
      start: typeStart - (match[1] ?? '').length,
      end: typeEnd + 1,
      key: match[2] ?? '',
      type: code.slice(typeStart, typeEnd),
    }
  })
}

function closingParenthesis(code: string, from: number): number {
  const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()]/g
  token.lastIndex = from
  let depth = 0
  for (let match = token.exec(code); match; match = token.exec(code)) {
    if (match[0] === '(') depth += 1
    if (match[0] === ')' && depth-- === 0) return match.index
  }
  return code.length
}
