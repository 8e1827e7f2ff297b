// SQL cut into tokens, without understanding it. The tokens of a text, joined, are the text.

/** Token is a piece of SQL; `name` is an identifier in quotes, `word` a bare identifier or keyword. */
export interface Token {
  readonly kind: 'space' | 'comment' | 'string' | 'name' | 'word' | 'number' | 'parameter' | 'symbol'
  readonly text: string
  /** Where it begins in the text, in UTF-16 units. */
  readonly start: number
}

/** TokenRules says how a dialect's lexer reads what differs; the expressions are sticky. */
export interface TokenRules {
  /** Strings of every spelling but dollar quotes. */
  readonly strings: RegExp
  /** Identifiers in quotes. */
  readonly names: RegExp
  /** Operators longer than one character. */
  readonly operators: RegExp
  readonly parameters: RegExp
  /** `$tag$ ... $tag$` is a string. */
  readonly dollarQuotes?: true
  /** Comments in comments count. */
  readonly nestedComments?: true
  /** Statements that hold statements: from BEGIN in a CREATE TRIGGER, or from BEGIN ATOMIC, to the last END. */
  readonly bodies: 'trigger' | 'atomic'
}

/** How PostgreSQL reads SQL (with standard_conforming_strings on, the default since 9.1). */
export const postgresTokens: TokenRules = {
  strings: /[eE]'(?:[^'\\]+|\\[\s\S]|'')*(?:'|\\?$)|(?:[bBxXnN]|[uU]&)?'(?:[^']+|'')*(?:'|$)/y,
  names: /(?:[uU]&)?"(?:[^"]+|"")*(?:"|$)/y,
  operators: /::|:=|=>|\.\.|(?:(?!--|\/\*)[-+*/<>=~!@#%^&|`?])+/y,
  parameters: /\$\d+/y,
  dollarQuotes: true,
  nestedComments: true,
  bodies: 'atomic',
}

/** How SQLite reads SQL. */
export const sqliteTokens: TokenRules = {
  strings: /[xX]?'(?:[^']+|'')*(?:'|$)/y,
  names: /"(?:[^"]+|"")*(?:"|$)|`(?:[^`]+|``)*(?:`|$)|\[[^\]]*(?:\]|$)/y,
  operators: /->>|->|\|\||<<|>>|<=|>=|<>|!=|==/y,
  parameters: /\?\d*|[:@$#][\w\u0080-\uffff$]+/y,
  bodies: 'trigger',
}

// Only ASCII spaces separate tokens in both databases: a no-break space belongs to an identifier.
const space = /[ \t\n\r\f\v\ufeff]+/y
const lineComment = /--[^\n\r]*/y
const number = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?/y
const word = /[A-Za-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*/uy
const dollarTag = /\$(?:[A-Za-z_\u{80}-\u{10ffff}][\w\u{80}-\u{10ffff}]*)?\$/uy
const any = /[\s\S]/uy

/** Cuts SQL into tokens; what is not closed runs to the end. */
export function tokenize(sql: string, rules: TokenRules): Token[] {
  const tokens: Token[] = []
  let start = 0
  while (start < sql.length) {
    const [kind, end] = readToken(sql, start, rules)
    tokens.push({ kind, text: sql.slice(start, end), start })
    start = end
  }
  return tokens
}

/** Only the tokens that mean something: no spaces, no comments. */
export function meaningful(tokens: readonly Token[]): Token[] {
  return tokens.filter(({ kind }) => kind !== 'space' && kind !== 'comment')
}

/** The first words of a statement in upper case, such as `['CREATE', 'UNIQUE', 'INDEX']`. */
export function leadingWords(sql: string, rules: TokenRules, count: number): string[] {
  const words: string[] = []
  for (const { kind, text } of meaningful(tokenize(sql, rules))) {
    if (kind !== 'word' || words.length === count) break
    words.push(text.toUpperCase())
  }
  return words
}

/** Splits SQL into statements without their semicolons; a statement of nothing but comments is left out. */
export function splitStatements(sql: string, rules: TokenRules): string[] {
  const statements: string[] = []
  let from = 0
  let depth = 0
  let seen: Token[] = []
  const finish = (to: number) => {
    if (seen.length > 0) statements.push(sql.slice(from, to).trim())
    seen = []
    depth = 0
  }
  for (const token of tokenize(sql, rules)) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (token.text === ';' && depth <= 0 && !insideBody(seen, rules)) {
      finish(token.start)
      from = token.start + 1
    } else seen.push(token)
  }
  finish(sql.length)
  return statements
}

// A body ends with `; END`, as sqlite3_complete() has it: an END that closes a CASE never follows a semicolon.
function insideBody(seen: readonly Token[], { bodies }: TokenRules): boolean {
  const words = seen.map(({ kind, text }) => (kind === 'word' ? text.toUpperCase() : text))
  if (words[0] !== 'CREATE') return false
  const ended = words.at(-1) === 'END' && (words.at(-2) === ';' || words.at(-2) === 'ATOMIC')
  if (bodies === 'atomic') return words.some((text, at) => text === 'BEGIN' && words[at + 1] === 'ATOMIC') && !ended
  return /^(TEMP |TEMPORARY )?TRIGGER/.test(words.slice(1, 3).join(' ')) && words.includes('BEGIN') && !ended
}

function readToken(sql: string, start: number, rules: TokenRules): [Token['kind'], number] {
  const at = (pattern: RegExp) => {
    pattern.lastIndex = start
    return pattern.test(sql) ? pattern.lastIndex : 0
  }
  let end: number
  if ((end = at(space))) return ['space', end]
  if ((end = at(lineComment))) return ['comment', end]
  if (sql.startsWith('/*', start)) return ['comment', blockCommentEnd(sql, start, rules)]
  if ((end = at(rules.strings))) return ['string', end]
  if ((end = at(rules.names))) return ['name', end]
  if (rules.dollarQuotes && (end = at(dollarTag))) return ['string', dollarQuoteEnd(sql, start, end)]
  if ((end = at(rules.parameters))) return ['parameter', end]
  if ((end = at(number))) return ['number', end]
  if ((end = at(word))) return ['word', end]
  if ((end = at(rules.operators))) return ['symbol', end]
  return ['symbol', at(any) || start + 1]
}

function blockCommentEnd(sql: string, start: number, rules: TokenRules): number {
  let depth = 0
  const marks = /\/\*|\*\//g
  marks.lastIndex = start
  for (let mark = marks.exec(sql); mark; mark = marks.exec(sql)) {
    if (mark[0] === '*/') depth--
    else if (depth === 0 || rules.nestedComments) depth++
    if (depth === 0) return marks.lastIndex
  }
  return sql.length
}

function dollarQuoteEnd(sql: string, start: number, bodyStart: number): number {
  const close = sql.indexOf(sql.slice(start, bodyStart), bodyStart)
  return close < 0 ? sql.length : close + (bodyStart - start)
}
