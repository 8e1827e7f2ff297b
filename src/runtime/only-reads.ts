// SQL of a script's own, told by its words: what it calls may write all the same, and says so nowhere.
import { wordsOf } from '../model/words'

/** Whether SQL may be run again, as it leaves the rows and the schema as they are. */
export function onlyReads(sql: string): boolean {
  const words = wordsOf(sql).filter((word) => word !== '(')
  const begins = words.filter((word, at) => word !== ';' && (at === 0 || words[at - 1] === ';'))
  return begins.every((word) => harmless.has(word)) && !words.some((word) => writing.has(word))
}

const harmless: ReadonlySet<string> = new Set(
  'select with values table show explain pragma set reset vacuum analyze reindex'.split(' '),
)
const writing: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'merge', 'into'])
