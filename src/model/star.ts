// The columns of a query that nobody has named.
import { wordsOf } from './words'

/** Whether a query says "all columns": by a star, or as `TABLE name`. */
export function saysAllColumns(sql: string): boolean {
  const words = wordsOf(sql)
  const opened: boolean[] = []
  let endsDistinctOn = false
  for (const [at, word] of words.entries()) {
    const before = words[at - 1] ?? ''
    if (word === '*' && (/^(?:select|distinct|all|[,.])$/.test(before) || endsDistinctOn)) return true
    // Elsewhere it is a name, or a word of another statement.
    if (word === 'table' && (before === '' || /^(?:[(]|as|all|distinct|union|except|intersect)$/.test(before)))
      return true
    endsDistinctOn = false
    if (word === '(') opened.push(before === 'on' && words[at - 2] === 'distinct')
    else if (word === ')') endsDistinctOn = opened.pop() === true
  }
  return false
}
