// The columns of a query as the server prints it: every one is named there, in an order.
import { meaningful, postgresTokens, tokenize, type Token } from '../tokens'

/** Whether two queries differ only in the order of their columns; with UNION and its like the order counts. */
export function sameButForOrder(a: string, b: string): boolean {
  const [one, other] = [sorted(a), sorted(b)]
  return one !== undefined && one === other
}

function sorted(sql: string): string | undefined {
  const tokens = atDepths(meaningful(tokenize(sql, postgresTokens)))
  const outermost = (words: RegExp, from = 0) =>
    tokens.findIndex(({ depth, token }, at) => at >= from && depth === 0 && isWord(token, words))
  const select = outermost(/^select$/i)
  if (select < 0 || outermost(/^(?:union|intersect|except)$/i) >= 0) return undefined
  const from = outermost(/^from$/i, select)
  const first = afterDistinct(tokens, select + 1)
  const items: string[][] = [[]]
  for (const { token, depth } of tokens.slice(first, from < 0 ? undefined : from)) {
    if (depth === 0 && token.text === ',') items.push([])
    else items.at(-1)!.push(token.text)
  }
  const texts = (list: readonly Leveled[]) => list.map(({ token }) => token.text)
  const rest = from < 0 ? [] : texts(tokens.slice(from))
  return JSON.stringify([texts(tokens.slice(0, first)), items.map((item) => JSON.stringify(item)).sort(), rest])
}

interface Leveled {
  readonly token: Token
  readonly depth: number
}

/** Tokens and how many parentheses are around each. */
function atDepths(tokens: readonly Token[]): Leveled[] {
  let depth = 0
  return tokens.map((token) => {
    if (token.text === '(') return { token, depth: depth++ }
    return { token, depth: token.text === ')' ? --depth : depth }
  })
}

/** Where the columns begin: DISTINCT ON has a list of its own. */
function afterDistinct(tokens: readonly Leveled[], at: number): number {
  if (!isWord(tokens[at]?.token, /^distinct$/i)) return at
  if (!isWord(tokens[at + 1]?.token, /^on$/i)) return at + 1
  return tokens.findIndex(({ token, depth }, n) => n > at + 1 && depth === 0 && token.text === ')') + 1
}

function isWord(token: Token | undefined, words: RegExp): boolean {
  return token?.kind === 'word' && words.test(token.text)
}
