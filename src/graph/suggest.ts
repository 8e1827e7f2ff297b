// Names near to one that was not found.

/** Up to three of the names, those first that a slip of the finger turns into the one given. */
export function suggest(given: string, names: Iterable<string>): string[] {
  return [...new Set(names)]
    .map((name) => ({
      name,
      distance: name.startsWith(given) ? 0 : editDistance(given.toLowerCase(), name.toLowerCase()),
    }))
    .filter(({ distance }) => distance <= Math.max(1, Math.floor(given.length / 3)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** How many letters must be put in, taken out or changed. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
