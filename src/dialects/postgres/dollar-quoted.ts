// A block of PL/pgSQL as a statement.

/** DO with the block in dollar quotes of a tag the block does not hold itself. */
export function dollarQuoted(block: string): string {
  let tag = '$do$'
  while (block.includes(tag)) tag = `$${tag.slice(1, -1)}o$`
  return `DO ${tag} ${block} ${tag}`
}
