// SQLite keeps every CREATE as it was typed; this reads it. A part's `text` is what a rebuild writes again.
import { UnreadableSchemaError } from '../../errors'
import type { Deferrable, ForeignKeyAction } from '../../model/schema'
import { meaningful, sqliteTokens, tokenize, type Token } from '../tokens'

/** ParsedTable is a CREATE TABLE. */
export interface ParsedTable {
  readonly name: string
  readonly columns: readonly ParsedColumn[]
  readonly constraints: readonly ParsedPart[]
  /** What people have said of a column or constraint, as it is to be written behind it. */
  readonly comments: ReadonlyMap<ParsedColumn | ParsedPart, string>
  /** What follows the closing parenthesis. */
  readonly options: string
  readonly withoutRowid: boolean
  readonly strict: boolean
}

/** ParsedColumn is a column's name and type, and the constraints written behind them. */
export interface ParsedColumn {
  readonly name: string
  readonly type: string
  readonly text: string
  readonly parts: readonly ParsedPart[]
}

/** ParsedPart is one constraint of a column or a table; on a column, `columns` is that column. */
export type ParsedPart = { readonly text: string; readonly name?: string } & (
  | {
      readonly kind: 'primaryKey'
      readonly columns: readonly string[]
      readonly autoincrement: boolean
      readonly descending: boolean
    }
  | { readonly kind: 'unique'; readonly columns: readonly string[] }
  | { readonly kind: 'check'; readonly sql: string }
  | { readonly kind: 'default'; readonly sql: string }
  | { readonly kind: 'generated'; readonly sql: string; readonly stored: boolean }
  | { readonly kind: 'collate'; readonly collation: string }
  | { readonly kind: 'notNull' | 'null' }
  | ({ readonly kind: 'references' } & ParsedReference)
  /** What this parser does not know; a rebuild writes it as it stands. */
  | { readonly kind: 'other' }
)

/** ParsedReference is a foreign key; without `parentColumns` it means the parent's primary key. */
export interface ParsedReference {
  readonly columns: readonly string[]
  readonly parent: string
  readonly parentColumns?: readonly string[]
  readonly onDelete?: ForeignKeyAction
  readonly onUpdate?: ForeignKeyAction
  readonly deferrable?: Deferrable
}

/** ParsedIndex is a CREATE INDEX. */
export interface ParsedIndex {
  readonly name: string
  readonly table: string
  readonly unique: boolean
  readonly elements: readonly ParsedElement[]
  readonly where?: string
}

/** ParsedElement is one column or expression of an index; `column` where it is nothing but a name. */
export interface ParsedElement {
  readonly sql: string
  readonly column?: string
  readonly descending: boolean
  readonly collation?: string
}

/** ParsedView is a CREATE VIEW. */
export interface ParsedView {
  readonly name: string
  readonly columns?: readonly string[]
  readonly definition: string
}

/** Reads a CREATE TABLE. */
export function parseTable(sql: string): ParsedTable {
  const cursor = open(sql)
  createHead(cursor, 'TABLE')
  const name = objectName(cursor)
  symbol(cursor, '(')
  const columns: ParsedColumn[] = []
  const constraints: ParsedPart[] = []
  const ends = new Map<ParsedColumn | ParsedPart, Token>()
  while (!isSymbol(cursor, ')')) {
    const isConstraint = isWord(cursor, ...tableConstraints)
    if (isConstraint) constraints.push(...parts(cursor, tablePart))
    else columns.push(column(cursor))
    const last = isConstraint ? constraints.at(-1) : columns.at(-1)
    const end = peek(cursor)
    if (last !== undefined && end !== undefined) ends.set(last, end)
    if (isSymbol(cursor, ',')) cursor.at++
  }
  symbol(cursor, ')')
  const comments = commentsOf(cursor, ends)
  const options = cursor.tokens.slice(cursor.at)
  const words = options.map(({ text }) => text.toUpperCase())
  return {
    name,
    columns,
    constraints,
    comments,
    options: slice(cursor, options[0], options.at(-1)),
    withoutRowid: words.includes('ROWID'),
    strict: words.includes('STRICT'),
  }
}

/** Reads a CREATE INDEX. */
export function parseIndex(sql: string): ParsedIndex {
  const cursor = open(sql)
  const unique = createHead(cursor, 'INDEX')
  const name = objectName(cursor)
  word(cursor, 'ON')
  const table = identifier(cursor)
  const elements = commaSeparated(cursor).map((tokens) => element(cursor, tokens))
  const where = accept(cursor, 'WHERE') ? slice(cursor, peek(cursor), cursor.tokens.at(-1)) : undefined
  return { name, table, unique, elements, ...(where === undefined ? {} : { where }) }
}

/** Reads a CREATE VIEW. */
export function parseView(sql: string): ParsedView {
  const cursor = open(sql)
  createHead(cursor, 'VIEW')
  const name = objectName(cursor)
  const columns = isSymbol(cursor, '(') ? columnNames(cursor) : undefined
  word(cursor, 'AS')
  const definition = slice(cursor, peek(cursor), cursor.tokens.at(-1))
  return { name, definition, ...(columns === undefined ? {} : { columns }) }
}

/** The name in a CREATE TRIGGER. */
export function triggerName(sql: string): string {
  const cursor = open(sql)
  createHead(cursor, 'TRIGGER')
  return objectName(cursor)
}

/** The module in a CREATE VIRTUAL TABLE. */
export function moduleName(sql: string): string {
  const cursor = open(sql)
  while (!accept(cursor, 'USING')) next(cursor)
  return identifier(cursor)
}

/** The name a token spells, out of its quotes. */
export function unquote({ kind, text }: Token): string {
  if (kind !== 'name' && kind !== 'string') return text
  const quote = text.charAt(0)
  const inner = text.slice(1, -1)
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote)
}

/** The tokens of SQLite's SQL that mean something. */
export function sqliteMeaning(sql: string): Token[] {
  return meaningful(tokenize(sql, sqliteTokens))
}

// Reserved words that can begin a table constraint, and those that end a column's type.
const tableConstraints = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']
const columnConstraints = 'CONSTRAINT PRIMARY UNIQUE CHECK REFERENCES DEFAULT NOT NULL COLLATE AS DEFERRABLE'.split(' ')

interface Cursor {
  readonly sql: string
  readonly tokens: readonly Token[]
  /** The stretches of the text that were taken as they stand. */
  readonly taken: [start: number, end: number][]
  at: number
}

type Unnamed = ParsedPart extends infer P ? (P extends ParsedPart ? Omit<P, 'text' | 'name'> : never) : never

function column(cursor: Cursor): ParsedColumn {
  const first = peek(cursor)
  const name = identifier(cursor)
  const typeStart = peek(cursor)
  while (isTypeWord(cursor)) cursor.at++
  if (previous(cursor) !== first && isSymbol(cursor, '(')) inParentheses(cursor)
  const last = previous(cursor)
  return {
    name,
    type: last === first ? '' : typeStart === last && last ? unquote(last) : slice(cursor, typeStart, last),
    text: slice(cursor, first, last),
    parts: mergeDeferrable(parts(cursor, (at) => columnPart(at, name))),
  }
}

function isTypeWord(cursor: Cursor): boolean {
  const token = peek(cursor)
  if (token === undefined || isWord(cursor, ...columnConstraints)) return false
  if (isWord(cursor, 'GENERATED') && cursor.tokens[cursor.at + 1]?.text.toUpperCase() === 'ALWAYS') return false
  return token.kind === 'word' || token.kind === 'name' || token.kind === 'string'
}

// Between two table constraints the comma may be missing, and a CONSTRAINT with a name may have nothing behind it.
function parts(cursor: Cursor, read: (cursor: Cursor) => Unnamed | 'deferrable'): ParsedPart[] {
  const result: ParsedPart[] = []
  while (!atEnd(cursor)) {
    const first = peek(cursor)
    const name = accept(cursor, 'CONSTRAINT') ? identifier(cursor) : undefined
    const part = name !== undefined && (isWord(cursor, 'CONSTRAINT') || atEnd(cursor)) ? other : known(cursor, read)
    const text = slice(cursor, first, previous(cursor))
    if (part === 'deferrable') result.push({ kind: 'null', text, name: deferrableMark })
    else result.push({ ...part, text, ...(name === undefined ? {} : { name }) })
  }
  return result
}

function atEnd(cursor: Cursor): boolean {
  return peek(cursor) === undefined || isSymbol(cursor, ',') || isSymbol(cursor, ')')
}

const other: Unnamed = { kind: 'other' }

// What cannot be read goes up to the next word that begins a constraint, with all its parentheses.
function known<T>(cursor: Cursor, read: (cursor: Cursor) => T): T | Unnamed {
  const start = cursor.at
  try {
    return read(cursor)
  } catch (error) {
    if (!(error instanceof UnreadableSchemaError)) throw error
    cursor.at = start
    do {
      if (isSymbol(cursor, '(')) inParentheses(cursor)
      else next(cursor)
    } while (!atEnd(cursor) && !isWord(cursor, ...tableConstraints, ...columnConstraints))
    return other
  }
}

// A comment belongs to the definition it stands in, or behind whose comma it stands on the same line.
function commentsOf({ sql, tokens, taken }: Cursor, ends: ReadonlyMap<ParsedColumn | ParsedPart, Token>) {
  const comments = new Map<ParsedColumn | ParsedPart, string>()
  for (const { kind, text, start } of tokenize(sql, sqliteTokens)) {
    if (kind !== 'comment' || taken.some(([from, to]) => from < start && start < to)) continue
    const before = tokens.findLast((token) => token.start < start)
    const isBehind = (end: Token) => end === before && !sql.slice(end.start, start).includes('\n')
    const [owner] = [...ends].find(([, end]) => isBehind(end) || start < end.start) ?? []
    if (owner === undefined) continue
    const said = text.startsWith('--') ? `${text}\n` : text
    comments.set(owner, [comments.get(owner), said].filter(Boolean).join(' '))
  }
  return comments
}

const deferrableMark = '\u0000deferrable'

// SQLite allows other constraints between REFERENCES and its DEFERRABLE.
function mergeDeferrable(list: ParsedPart[]): ParsedPart[] {
  const result: ParsedPart[] = []
  for (const part of list) {
    if (part.name !== deferrableMark) result.push(part)
    else {
      const at = result.findLastIndex(({ kind }) => kind === 'references')
      const target = result[at]
      if (target?.kind !== 'references') continue
      const timing = deferrable(open(part.text))
      result[at] = {
        ...target,
        text: `${target.text} ${part.text}`,
        ...(timing === undefined ? {} : { deferrable: timing }),
      }
    }
  }
  return result
}

function columnPart(cursor: Cursor, name: string): Unnamed | 'deferrable' {
  if (accept(cursor, 'PRIMARY')) {
    word(cursor, 'KEY')
    const descending = direction(cursor)
    onConflict(cursor)
    return { kind: 'primaryKey', columns: [name], autoincrement: accept(cursor, 'AUTOINCREMENT'), descending }
  }
  if (isWord(cursor, 'DEFERRABLE') || isWords(cursor, 'NOT', 'DEFERRABLE')) {
    deferrable(cursor)
    return 'deferrable'
  }
  if (accept(cursor, 'NOT')) {
    word(cursor, 'NULL')
    onConflict(cursor)
    return { kind: 'notNull' }
  }
  if (accept(cursor, 'NULL')) {
    onConflict(cursor)
    return { kind: 'null' }
  }
  if (accept(cursor, 'UNIQUE')) {
    onConflict(cursor)
    return { kind: 'unique', columns: [name] }
  }
  if (accept(cursor, 'DEFAULT')) return { kind: 'default', sql: defaultValue(cursor) }
  if (accept(cursor, 'COLLATE')) return { kind: 'collate', collation: identifier(cursor) }
  if (accept(cursor, 'GENERATED')) word(cursor, 'ALWAYS')
  if (accept(cursor, 'AS')) {
    const sql = inParentheses(cursor)
    const stored = accept(cursor, 'STORED')
    accept(cursor, 'VIRTUAL')
    return { kind: 'generated', sql, stored }
  }
  if (accept(cursor, 'CHECK')) return check(cursor)
  if (isWord(cursor, 'REFERENCES')) return { kind: 'references', columns: [name], ...reference(cursor) }
  throw unreadable(cursor)
}

function tablePart(cursor: Cursor): Unnamed {
  if (accept(cursor, 'PRIMARY')) {
    word(cursor, 'KEY')
    const list = commaSeparated(cursor)
    onConflict(cursor)
    const columns = list.map((tokens) => unquote(first(cursor, tokens)))
    const autoincrement = list.some((tokens) =>
      tokens.slice(1).some(({ text }) => text.toUpperCase() === 'AUTOINCREMENT'),
    )
    return { kind: 'primaryKey', columns, autoincrement, descending: false }
  }
  if (accept(cursor, 'UNIQUE')) {
    const columns = columnNames(cursor)
    onConflict(cursor)
    return { kind: 'unique', columns }
  }
  if (accept(cursor, 'CHECK')) return check(cursor)
  word(cursor, 'FOREIGN')
  word(cursor, 'KEY')
  const columns = columnNames(cursor)
  const target = reference(cursor)
  const timing = deferrable(cursor)
  return { kind: 'references', columns, ...target, ...(timing === undefined ? {} : { deferrable: timing }) }
}

function check(cursor: Cursor): Unnamed {
  const sql = inParentheses(cursor)
  onConflict(cursor)
  return { kind: 'check', sql }
}

function reference(cursor: Cursor): Omit<ParsedReference, 'columns' | 'deferrable'> {
  word(cursor, 'REFERENCES')
  const parent = identifier(cursor)
  const parentColumns = isSymbol(cursor, '(') ? columnNames(cursor) : undefined
  const actions: { onDelete?: ForeignKeyAction; onUpdate?: ForeignKeyAction } = {}
  for (;;) {
    if (accept(cursor, 'MATCH')) identifier(cursor)
    else if (accept(cursor, 'ON')) {
      const event = next(cursor).text.toUpperCase()
      const action = foreignKeyAction(cursor)
      if (action === undefined) delete actions[event === 'DELETE' ? 'onDelete' : 'onUpdate']
      else if (event === 'DELETE') actions.onDelete = action
      else if (event === 'UPDATE') actions.onUpdate = action
    } else return { parent, ...(parentColumns === undefined ? {} : { parentColumns }), ...actions }
  }
}

function foreignKeyAction(cursor: Cursor): ForeignKeyAction | undefined {
  if (accept(cursor, 'CASCADE')) return 'CASCADE'
  if (accept(cursor, 'RESTRICT')) return 'RESTRICT'
  if (accept(cursor, 'NO')) {
    word(cursor, 'ACTION')
    return undefined
  }
  word(cursor, 'SET')
  if (accept(cursor, 'NULL')) return 'SET NULL'
  word(cursor, 'DEFAULT')
  return 'SET DEFAULT'
}

function deferrable(cursor: Cursor): Deferrable | undefined {
  if (!isWord(cursor, 'DEFERRABLE') && !isWords(cursor, 'NOT', 'DEFERRABLE')) return undefined
  const never = accept(cursor, 'NOT')
  word(cursor, 'DEFERRABLE')
  let timing: Deferrable = 'INITIALLY IMMEDIATE'
  if (accept(cursor, 'INITIALLY')) {
    if (accept(cursor, 'DEFERRED')) timing = 'INITIALLY DEFERRED'
    else word(cursor, 'IMMEDIATE')
  }
  return never ? undefined : timing
}

function defaultValue(cursor: Cursor): string {
  if (isSymbol(cursor, '(')) return inParentheses(cursor)
  const start = next(cursor)
  const signed = start.text === '-' || start.text === '+'
  return slice(cursor, start, signed ? next(cursor) : start)
}

function direction(cursor: Cursor): boolean {
  if (accept(cursor, 'DESC')) return true
  accept(cursor, 'ASC')
  return false
}

function onConflict(cursor: Cursor): void {
  if (!isWords(cursor, 'ON', 'CONFLICT')) return
  cursor.at += 3
}

function element(cursor: Cursor, tokens: readonly Token[]): ParsedElement {
  let end = tokens.length
  const text = (at: number) => tokens[at]?.text.toUpperCase()
  const descending = text(end - 1) === 'DESC' && end > 1
  if (descending || (text(end - 1) === 'ASC' && end > 1)) end--
  let collation: string | undefined
  if (end > 2 && text(end - 2) === 'COLLATE') {
    collation = unquote(first(cursor, tokens.slice(end - 1)))
    end -= 2
  }
  const head = first(cursor, tokens)
  const named = end === 1 && (head.kind === 'word' || head.kind === 'name' || head.kind === 'string')
  return {
    sql: slice(cursor, head, tokens[end - 1]),
    descending,
    ...(named ? { column: unquote(head) } : {}),
    ...(collation === undefined ? {} : { collation }),
  }
}

function columnNames(cursor: Cursor): string[] {
  return commaSeparated(cursor).map((tokens) => unquote(first(cursor, tokens)))
}

function commaSeparated(cursor: Cursor): Token[][] {
  symbol(cursor, '(')
  const list: Token[][] = [[]]
  for (let depth = 0; ;) {
    if (depth === 0 && isSymbol(cursor, ')')) break
    const token = next(cursor)
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (token.text === ',' && depth === 0) list.push([])
    else list.at(-1)?.push(token)
  }
  symbol(cursor, ')')
  return list
}

function inParentheses(cursor: Cursor): string {
  const before = peek(cursor)
  symbol(cursor, '(')
  for (let depth = 1; depth > 0;) {
    const { text } = next(cursor)
    if (text === '(') depth++
    if (text === ')') depth--
  }
  const after = previous(cursor)
  return cursor.sql.slice((before?.start ?? 0) + 1, after?.start).trim()
}

function createHead(cursor: Cursor, kind: string): boolean {
  word(cursor, 'CREATE')
  const unique = accept(cursor, 'UNIQUE')
  if (!accept(cursor, 'TEMP')) accept(cursor, 'TEMPORARY')
  word(cursor, kind)
  if (isWords(cursor, 'IF', 'NOT', 'EXISTS')) cursor.at += 3
  return unique
}

function objectName(cursor: Cursor): string {
  const name = identifier(cursor)
  if (!isSymbol(cursor, '.')) return name
  cursor.at++
  return identifier(cursor)
}

function identifier(cursor: Cursor): string {
  const token = peek(cursor)
  if (token?.kind !== 'word' && token?.kind !== 'name' && token?.kind !== 'string') throw unreadable(cursor)
  cursor.at++
  return unquote(token)
}

function open(sql: string): Cursor {
  return { sql, tokens: sqliteMeaning(sql), taken: [], at: 0 }
}

const peek = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.at]
const previous = (cursor: Cursor): Token | undefined => cursor.tokens[cursor.at - 1]
const isSymbol = (cursor: Cursor, text: string): boolean => peek(cursor)?.text === text

function isWord(cursor: Cursor, ...words: string[]): boolean {
  const token = peek(cursor)
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}

function isWords(cursor: Cursor, ...words: string[]): boolean {
  return words.every((text, ahead) => cursor.tokens[cursor.at + ahead]?.text.toUpperCase() === text)
}

function accept(cursor: Cursor, text: string): boolean {
  const found = isWord(cursor, text)
  if (found) cursor.at++
  return found
}

function word(cursor: Cursor, text: string): void {
  if (!accept(cursor, text)) throw unreadable(cursor)
}

function symbol(cursor: Cursor, text: string): void {
  if (!isSymbol(cursor, text)) throw unreadable(cursor)
  cursor.at++
}

function next(cursor: Cursor): Token {
  const token = peek(cursor)
  if (token === undefined) throw unreadable(cursor)
  cursor.at++
  return token
}

function first(cursor: Cursor, tokens: readonly Token[]): Token {
  const [token] = tokens
  if (token === undefined) throw unreadable(cursor)
  return token
}

function slice(cursor: Cursor, from: Token | undefined, to: Token | undefined): string {
  if (from === undefined || to === undefined) return ''
  const end = to.start + to.text.length
  cursor.taken.push([from.start, end])
  return cursor.sql.slice(from.start, end)
}

function unreadable(cursor: Cursor): UnreadableSchemaError {
  return new UnreadableSchemaError(cursor.sql, peek(cursor)?.start ?? cursor.sql.length)
}
