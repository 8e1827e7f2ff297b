// The head of a migration file read without running it: TypeScript, and what tsc, swc and esbuild make of it.
import { defined } from '../model/defined'
import { tokenize, type Token } from './tokens'

/** Header is what a migration file says about its place in the history. */
export interface Header {
  readonly revision: string
  readonly downRevision: string | readonly string[] | null
  readonly branchLabels?: string | readonly string[]
  readonly dependsOn?: string | readonly string[]
  readonly message?: string
  readonly createdAt?: string
}

/** Span is where something stands in a source. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Where a source says its parents: the value of `downRevision`; undefined where that is no plain value. */
export function spanOfParents(source: string): Span | undefined {
  const tokens = tokenize(source)
  if (!tokens) return undefined
  const { bindings, exported } = scanExports(tokens)
  const found = exported.get('downRevision')
  const value = found !== undefined && 'name' in found ? bindings.get(found.name) : found
  return value?.known ? value.span : undefined
}

/** Reads the header of a source; undefined where an export is missing or no plain value, and running the file must tell. */
export function scanHeader(source: string): Header | undefined {
  const tokens = tokenize(source)
  if (!tokens) return undefined
  const { bindings, exported } = scanExports(tokens)
  const read = (name: string): Value => {
    const found = exported.get(name)
    if (found === undefined) return absent
    if ('name' in found) return bindings.get(found.name) ?? { known: false }
    return found
  }

  const revision = read('revision')
  const downRevision = read('downRevision')
  const branchLabels = read('branchLabels')
  const dependsOn = read('dependsOn')
  const message = read('message')
  const createdAt = read('createdAt')
  if (!revision.known || typeof revision.value !== 'string') return undefined
  if (!downRevision.known || downRevision.value === undefined) return undefined
  if (!branchLabels.known || !dependsOn.known || !message.known || !createdAt.known) return undefined
  const comment = readHeaderComment(source)
  return defined({
    revision: revision.value,
    downRevision: downRevision.value,
    branchLabels: branchLabels.value ?? undefined,
    dependsOn: dependsOn.value ?? undefined,
    message: typeof message.value === 'string' ? message.value : comment.message,
    createdAt: typeof createdAt.value === 'string' ? createdAt.value : comment.createdAt,
  })
}

/** Reads message and date from the comment that opens a generated file: the text, then `Revision:`, `Revises:`, `Created:`. */
export function readHeaderComment(source: string): { message?: string; createdAt?: string } {
  for (const [, text] of source.matchAll(/\/\*\*?([^]*?)\*\//g)) {
    const lines = text!.split(/\r?\n/).map((line) =>
      line
        .replace(/^\s*\* ?/, '')
        .trimEnd()
        .replaceAll('*\\/', '*/'),
    )
    const trailer = lines.findLastIndex((line) => line.startsWith('Revision: '))
    if (trailer >= 0) return readCommentLines(lines.slice(0, trailer), lines.slice(trailer))
  }
  return {}
}

/** Where the comment that opens a generated file says `Revises:`; undefined where it does not. */
export function spanOfRevises(source: string): Span | undefined {
  for (const found of source.matchAll(/\/\*\*?([^]*?)\*\//g)) {
    const lines = /^[ \t]*\* ?Revision: .*$/m.exec(found[0])
    if (lines === null) continue
    const revises = /^([ \t]*\* ?Revises: )(.*?)[ \t\r]*$/m.exec(found[0].slice(lines.index))
    if (revises === null) return undefined
    const start = found.index + lines.index + revises.index + revises[1]!.length
    return { start, end: start + revises[2]!.length }
  }
  return undefined
}

function readCommentLines(
  lines: readonly string[],
  trailer: readonly string[],
): { message?: string; createdAt?: string } {
  const message = lines
    .join('\n')
    .replace(/\n {2,}/g, ' ')
    .trim()
  const created = trailer.find((line) => line.startsWith('Created: '))
  return defined({ message: message || undefined, createdAt: created?.slice('Created: '.length).trim() })
}

type Plain = string | readonly string[] | null | undefined

/** A value that was read, or `known: false` where there is one that is no plain value. */
type Value = { readonly known: true; readonly value: Plain; readonly span?: Span } | { readonly known: false }

/** An export: its value, or the variable that holds it. */
type Exported = Value | { readonly name: string }

const unknown: Value = { known: false }
const absent: Value = { known: true, value: undefined }

interface Scan {
  readonly bindings: Map<string, Value>
  readonly exported: Map<string, Exported>
}

/** Walks the statements at the top level and notes variables with plain values and what is exported under which name. */
function scanExports(tokens: readonly Token[]): Scan {
  const scan: Scan = { bindings: new Map(), exported: new Map() }
  const texts = (at: number, ...expected: string[]) => expected.every((text, offset) => is(tokens[at + offset], text))
  let depth = 0
  let declaring: 'private' | 'exported' | undefined

  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!
    if (depth === 0 && token.kind === 'word') {
      if (is(token, 'const') || is(token, 'let') || is(token, 'var')) {
        declaring = is(tokens[at - 1], 'export') ? 'exported' : 'private'
        noteVariable(tokens, at + 1, declaring, scan)
      } else if (is(token, 'export') && texts(at + 1, '{')) {
        noteExportList(tokens, at + 1, scan.exported)
      } else if (texts(at, 'export', 'default', '{')) {
        noteObject(tokens, at + 2, scan.exported)
      } else if (texts(at, 'export', '=', '{')) {
        noteObject(tokens, at + 2, scan.exported)
      } else if (texts(at, 'module', '.', 'exports', '=', '{')) {
        noteObject(tokens, at + 4, scan.exported)
      } else if (is(token, 'exports') && texts(at + 1, '.') && texts(at + 3, '=')) {
        scan.exported.set(tokens[at + 2]!.text, readExported(tokens, at + 4))
      } else if (is(token, 'exports') && texts(at + 1, '[') && texts(at + 3, ']', '=')) {
        scan.exported.set(tokens[at + 2]!.text, readExported(tokens, at + 5))
      }
    }
    if (depth === 0 && declaring && is(token, ',')) noteVariable(tokens, at + 1, declaring, scan)
    if (depth === 0 && is(token, ';')) declaring = undefined
    // swc and esbuild: `__export(name, { revision: () => revision })`, and `defineProperty(exports, "revision", { get })`.
    if (depth === 1 && is(token, '{') && texts(at - 3, '(') && tokens[at - 2]!.kind === 'word' && texts(at - 1, ',')) {
      noteObject(tokens, at, scan.exported)
    }
    // swc, minified: `var r = { get revision() { return n } }`, copied onto exports by a loop.
    if (depth === 0 && texts(at, '=', '{', 'get') && texts(at + 4, '(')) noteObject(tokens, at + 1, scan.exported)
    if (depth === 1 && texts(at, 'exports', ',') && tokens[at + 2]?.kind === 'string' && texts(at + 3, ',', '{')) {
      const getter = findGetter(tokens, at + 4)
      if (getter !== undefined) scan.exported.set(tokens[at + 2]!.text, { name: getter })
    }
    if (opens(token)) depth++
    if (closes(token)) depth--
  }
  return scan
}

/** Notes `name = value` or `name: type = value`; anything else a declaration may hold is no plain value. */
function noteVariable(tokens: readonly Token[], at: number, declaring: 'private' | 'exported', scan: Scan): void {
  const name = tokens[at]
  if (name?.kind !== 'word') return
  let equals = at + 1
  if (is(tokens[equals], ':')) equals = endOfType(tokens, equals + 1)
  if (!is(tokens[equals], '=')) return
  scan.bindings.set(name.text, readValue(tokens, equals + 1))
  if (declaring === 'exported') scan.exported.set(name.text, { name: name.text })
}

function endOfType(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]
    if (depth === 0 && (is(token, '=') || is(token, ';'))) return at
    if (opens(token)) depth++
    if (closes(token)) depth--
  }
  return tokens.length
}

/** Notes `{ a, b as revision, c as "downRevision" }`; with `from` the values lie in another file. */
function noteExportList(tokens: readonly Token[], open: number, exported: Map<string, Exported>): void {
  const close = tokens.findIndex((token, at) => at > open && is(token, '}'))
  if (close < 0) return
  const elsewhere = is(tokens[close + 1], 'from')
  for (let at = open + 1; at < close; at++) {
    const local = tokens[at]!
    const renamed = is(tokens[at + 1], 'as')
    const name = renamed ? tokens[at + 2]! : local
    exported.set(name.text, elsewhere ? unknown : { name: local.text })
    while (at < close && !is(tokens[at], ',')) at++
  }
}

/** Notes the entries of an object of exports: values, shorthands, arrows and getters that return a variable. */
function noteObject(tokens: readonly Token[], open: number, exported: Map<string, Exported>): void {
  let at = open + 1
  while (at < tokens.length && !is(tokens[at], '}')) {
    const start = at
    const getter = is(tokens[at], 'get') && !is(tokens[at + 1], ':') && !is(tokens[at + 1], ',')
    const key = tokens[getter ? at + 1 : at]!
    const after = tokens[at + 1]
    if (getter) exported.set(key.text, returned(tokens, at + 2))
    else if (is(after, ',') || is(after, '}')) exported.set(key.text, { name: key.text })
    else if (is(after, ':'))
      exported.set(key.text, is(tokens[at + 2], '(') ? returned(tokens, at + 2) : readExported(tokens, at + 2))
    at = endOfEntry(tokens, at)
    if (at === start) return
  }
}

/** Reads what `() => name` or `() { return name }` returns. */
function returned(tokens: readonly Token[], at: number): Exported {
  if (is(tokens[at], '(') && is(tokens[at + 1], ')')) {
    const name = is(tokens[at + 2], '=>') ? tokens[at + 3] : is(tokens[at + 3], 'return') ? tokens[at + 4] : undefined
    if (name?.kind === 'word') return { name: name.text }
  }
  return unknown
}

function findGetter(tokens: readonly Token[], open: number): string | undefined {
  const close = endOfGroup(tokens, open)
  for (let at = open; at < close; at++) {
    const next = tokens[at + 1]
    if ((is(tokens[at], 'return') || is(tokens[at], '=>')) && next?.kind === 'word') return next.text
  }
  return undefined
}

function endOfGroup(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    if (opens(tokens[at])) depth++
    if (closes(tokens[at]) && --depth === 0) return at
  }
  return tokens.length
}

function endOfEntry(tokens: readonly Token[], from: number): number {
  let at = from
  while (at < tokens.length && !is(tokens[at], ',') && !is(tokens[at], '}')) {
    at = opens(tokens[at]) ? endOfGroup(tokens, at) + 1 : at + 1
  }
  return is(tokens[at], ',') ? at + 1 : at
}

function readExported(tokens: readonly Token[], at: number): Exported {
  const token = tokens[at]
  const plain = readValue(tokens, at)
  if (plain.known || token?.kind !== 'word' || !endsValue(tokens[at + 1])) return plain
  return { name: token.text }
}

/** Reads a string, null, undefined or a list of strings that nothing is done with. */
function readValue(tokens: readonly Token[], at: number): Value {
  const token = tokens[at]
  const ending = (next: number, value: Plain): Value => {
    if (!endsValue(tokens[next])) return unknown
    return { known: true, value, span: { start: token!.start, end: tokens[next - 1]!.end } }
  }
  if (token?.kind === 'string') return ending(at + 1, token.text)
  if (is(token, 'null')) return ending(at + 1, null)
  if (is(token, 'undefined')) return ending(at + 1, undefined)
  if (is(token, 'void') && tokens[at + 1]?.kind === 'other') return ending(at + 2, undefined)
  if (!is(token, '[')) return unknown
  const close = endOfGroup(tokens, at)
  const inside = tokens.slice(at + 1, close)
  const strings = inside.filter((_, index) => index % 2 === 0)
  const commas = inside.filter((_, index) => index % 2 === 1)
  if (strings.some(({ kind }) => kind !== 'string') || commas.some((comma) => !is(comma, ','))) return unknown
  return ending(
    close + 1,
    strings.map(({ text }) => text),
  )
}

/** Whether an expression is over: nothing is added to it, called on it or picked from it. */
function endsValue(next: Token | undefined): boolean {
  if (next === undefined) return true
  if ([',', ';', ')', '}', ']'].some((text) => is(next, text))) return true
  if (is(next, 'as') || is(next, 'satisfies')) return true
  return next.newlineBefore && next.kind === 'word' && !is(next, 'in') && !is(next, 'instanceof')
}

function is(token: Token | undefined, text: string): boolean {
  return token !== undefined && token.text === text && token.kind !== 'string' && token.kind !== 'other'
}

function opens(token: Token | undefined): boolean {
  return is(token, '(') || is(token, '[') || is(token, '{')
}

function closes(token: Token | undefined): boolean {
  return is(token, ')') || is(token, ']') || is(token, '}')
}
