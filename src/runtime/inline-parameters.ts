// A statement with its values written into it, for scripts that are printed.
import type { Dialect, Statement } from '../dialects/dialect'

/** The SQL in which every placeholder is its value; those in strings, names and comments are none. */
export function inlineParameters({ sql, parameters = [] }: Statement, dialect: Dialect): string {
  const sign = dialect.placeholder(1)[0]
  let position = 0
  return sql.replace(pieces, (piece) => {
    const [, found, number] = /^([$?])(\d*)$/.exec(piece) ?? []
    if (found !== sign || (sign === '$' && number === '')) return piece
    const index = number === '' ? position++ : Number(number) - 1
    return index < parameters.length ? dialect.literal(parameters[index]) : piece
  })
}

// Strings, names and comments come first, so that what looks like a placeholder inside them is passed over.
const pieces = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|[$?]\d*/g
