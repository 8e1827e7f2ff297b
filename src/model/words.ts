// SQL as words and signs, for questions that any dialect answers alike: comments are gone, texts and quoted names stay in one piece.

const token =
  /\$(\p{L}\w*)?\$[^]*?\$\1\$|e'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[^]*?\*\/|[\p{L}\p{N}_][\p{L}\p{N}_$]*|\S/giu

/** The words and signs of SQL, those outside of quotes in small letters. */
export function wordsOf(sql: string): string[] {
  const found = (sql.match(token) ?? []).filter((word) => !/^(?:--|\/\*)/.test(word))
  return found.map((word) => (/^[\p{L}\p{N}_]/u.test(word) && !word.endsWith("'") ? word.toLowerCase() : word))
}
