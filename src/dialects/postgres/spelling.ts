// Spellings that mean the same without asking anybody.
import { meaningful, postgresTokens, tokenize, type Token } from '../tokens'
import { unwrap } from './literals'

/** Whether two texts differ only in spaces, comments, the case of words and parentheses around everything. */
export function sameTokens(a: string, b: string): boolean {
  return plain(a) === plain(b)
}

function plain(sql: string): string {
  const tokens = meaningful(tokenize(unwrap(sql), postgresTokens))
  return JSON.stringify(tokens.map(({ kind, text }) => (kind === 'word' ? text.toLowerCase() : text)))
}

/** The time of the transaction has three names; now() stands for all of them. TypeORM writes others as casts of 'now'. */
export function foldClock(sql: string): string {
  return tokenize(modernClock(sql), postgresTokens)
    .map((token, at, all) => {
      if (token.kind !== 'word') return token.text
      const word = token.text.toLowerCase()
      if (word === 'transaction_timestamp' && all[at + 1]?.text === '(') return 'now'
      return word === 'current_timestamp' && all[at + 1]?.text !== '(' ? 'now()' : token.text
    })
    .join('')
}

/** `x AT TIME ZONE y` as the function it stands for: since 14 the server prints whichever of the two was written. */
export function foldZones(sql: string): string {
  const tokens = tokenize(sql, postgresTokens)
  const said = meaningful(tokens)
  const at = said.findIndex((_, n) =>
    ['at', 'time', 'zone'].every((word, k) => said[n + k]?.kind === 'word' && said[n + k]!.text.toLowerCase() === word),
  )
  if (at < 0) return sql
  const before = said[at]!.start
  const after = said[at + 2]!.start + said[at + 2]!.text.length
  const [open, close] = group(said, at)
  const [left, right] = [sql.slice(open, before).trim(), sql.slice(after, close).trim()]
  // The server puts parentheses around it wherever it is not the whole.
  const folded = `timezone(${right}, ${left})`
  return foldZones(open === 0 ? folded : sql.slice(0, open - 1) + folded + sql.slice(close + 1))
}

/** Where the parentheses around a token begin and end, they themselves left out. */
function group(tokens: readonly Token[], at: number): readonly [open: number, close: number] {
  const edge = (step: 1 | -1) => {
    let depth = 0
    for (let n = at; n >= 0 && n < tokens.length; n += step) {
      if (/^[()]$/.test(tokens[n]!.text)) depth += (tokens[n]!.text === '(') === (step === 1) ? 1 : -1
      if (depth < 0) return tokens[n]!
    }
    return undefined
  }
  const [open, close] = [edge(-1), edge(1)]
  const last = tokens.at(-1)!
  return [open === undefined ? 0 : open.start + 1, close === undefined ? last.start + last.text.length : close.start]
}

/** A clock as TypeORM writes it: it knows no other spelling again, and would set the default on every run. */
export function clockSql(sql: string): string {
  const word = /^(CURRENT_|LOCAL)(DATE|TIMESTAMP|TIME)(\(\d\))?$/i.exec(sql.trim())
  if (word === null) return sql
  const [, kind = '', type = '', precision = ''] = word
  if (/^timestamp$/i.test(type) && precision === '' && /^current_$/i.test(kind)) return 'now()'
  const zone = /^date$/i.test(type) ? '' : /^local$/i.test(kind) ? ' without time zone' : ' with time zone'
  return `('now'::text)::${type.toLowerCase()}${precision}${zone}`
}

function modernClock(sql: string): string {
  const cast = /^\('now'::text\)::(date|time|timestamp)(\(\d\))?(?: (with|without) time zone)?$/.exec(sql)
  if (cast === null) return sql
  const [, type = '', precision = '', zone] = cast
  return `${zone === 'without' ? 'LOCAL' : 'CURRENT_'}${type.toUpperCase()}${precision}`
}
