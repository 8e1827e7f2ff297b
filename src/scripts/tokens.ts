// JavaScript and TypeScript cut into tokens, as far as reading a file's exports needs it. What it cannot cut, it says so.

/** Token is one piece of a source; comments are none, a template with substitutions is `other`. */
export interface Token {
  readonly kind: 'word' | 'string' | 'punctuator' | 'other'
  /** The word, the punctuator, or the value of the string. */
  readonly text: string
  readonly newlineBefore: boolean
  /** Where it stands in the source. */
  readonly start: number
  readonly end: number
}

/** Cuts a source into tokens; undefined where a string, comment, template or regular expression does not end. */
export function tokenize(source: string): Token[] | undefined {
  const tokens: Token[] = []
  let position = source.startsWith('#!') ? endOfLine(source, 0) : 0
  let newlineBefore = true
  const push = (kind: Token['kind'], text: string, end: number) => {
    tokens.push({ kind, text, newlineBefore, start: position, end })
    newlineBefore = false
    position = end
  }

  while (position < source.length) {
    const character = source[position]!
    if (/\s|\uFEFF/.test(character)) {
      if (character === '\n') newlineBefore = true
      position++
    } else if (source.startsWith('//', position)) {
      position = endOfLine(source, position)
    } else if (source.startsWith('/*', position)) {
      const end = source.indexOf('*/', position + 2)
      if (end < 0) return undefined
      if (source.slice(position, end).includes('\n')) newlineBefore = true
      position = end + 2
    } else if (character === "'" || character === '"') {
      const end = endOfString(source, position)
      if (end === undefined) return undefined
      push('string', decode(source.slice(position + 1, end - 1)), end)
    } else if (character === '`') {
      const end = endOfTemplate(source, position)
      if (end === undefined) return undefined
      const text = source.slice(position + 1, end - 1)
      if (/(?<!\\)\$\{/.test(text)) push('other', '`', end)
      else push('string', decode(text), end)
    } else if (character === '/' && regexMayFollow(tokens.at(-1))) {
      const end = endOfRegex(source, position)
      if (end === undefined) return undefined
      push('other', '/', end)
    } else {
      pieces.lastIndex = position
      const piece = pieces.exec(source)![0]
      push(kindOf(piece), piece, position + piece.length)
    }
  }
  return tokens
}

const pieces = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*|=>|===|!==|==|!=|[^]/uy

function kindOf(piece: string): Token['kind'] {
  if (/^[\p{ID_Start}$_#]/u.test(piece)) return 'word'
  return /^\d/.test(piece) ? 'other' : 'punctuator'
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf('\n', from)
  return end < 0 ? source.length : end
}

function endOfString(source: string, from: number): number | undefined {
  const quote = source[from]
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === quote) return at + 1
    else if (source[at] === '\n') return undefined
  }
  return undefined
}

function endOfTemplate(source: string, from: number): number | undefined {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '`') return at + 1
    else if (source.startsWith('${', at)) {
      const end = endOfSubstitution(source, at + 2)
      if (end === undefined) return undefined
      at = end - 1
    }
  }
  return undefined
}

function endOfSubstitution(source: string, from: number): number | undefined {
  let depth = 1
  for (let at = from; at < source.length; at++) {
    const character = source[at]!
    let end: number | undefined = at + 1
    if (character === '`') end = endOfTemplate(source, at)
    else if (character === "'" || character === '"') end = endOfString(source, at)
    else if (source.startsWith('//', at)) end = endOfLine(source, at)
    else if (source.startsWith('/*', at)) end = source.indexOf('*/', at + 2) + 2
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return at + 1
    if (end === undefined || end <= at) return undefined
    at = end - 1
  }
  return undefined
}

const beforeRegex = new Set('return typeof case in of delete void throw new else do instanceof yield await'.split(' '))

// After a closing bracket a slash is taken for a division; where that is wrong, a quote in the expression mostly does not end.
function regexMayFollow(previous: Token | undefined): boolean {
  if (previous === undefined) return true
  if (previous.kind === 'word') return beforeRegex.has(previous.text)
  return previous.kind === 'punctuator' && ![')', ']', '}'].includes(previous.text)
}

function endOfRegex(source: string, from: number): number | undefined {
  let inClass = false
  for (let at = from + 1; at < source.length; at++) {
    const character = source[at]
    if (character === '\\') at++
    else if (character === '\n') return undefined
    else if (character === '[') inClass = true
    else if (character === ']') inClass = false
    else if (character === '/' && !inClass) return at + 1 + /^[a-z]*/.exec(source.slice(at + 1, at + 16))![0].length
  }
  return undefined
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  v: '\v',
  f: '\f',
  0: '\0',
  '\n': '',
}

function decode(text: string): string {
  return text.replace(
    /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|([^]))/g,
    (_, point: string | undefined, unit: string | undefined, byte: string | undefined, one: string) => {
      const code = point ?? unit ?? byte
      return code === undefined ? (escapes[one] ?? one) : String.fromCodePoint(parseInt(code, 16))
    },
  )
}
