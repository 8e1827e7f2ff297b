// Whether SQL may speak of a name. It errs on one side only: what is spoken of is always found.

/** Whether the text holds the name as a word of its own, in capitals or not; inside quotes a quote stands twice. */
export function mentions(sql: string, name: string): boolean {
  const text = sql.toLowerCase()
  const word = name.toLowerCase()
  return [word, word.replaceAll('"', '""')].some((spelled) => holds(text, spelled))
}

function holds(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + word.length])) return true
  }
  return false
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_$]/u.test(character)
}
