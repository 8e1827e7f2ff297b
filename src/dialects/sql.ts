// The SQL that both dialects spell alike.

/** A name in double quotes. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Text as a standard string: backslashes mean themselves. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Names in quotes with commas between. */
export function nameList(names: readonly string[]): string {
  return names.map(quoteName).join(', ')
}

/** The parts that are there, one space between. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ')
}
