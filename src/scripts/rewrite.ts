// Another parent for a migration that is there: of its text only the parent changes.
import { spanOfParents, spanOfRevises, type Span } from './header'

/** The same source with another parent; undefined where its own is no plain value that could be replaced. */
export function withParent(source: string, parent: string): string | undefined {
  const parents = spanOfParents(source)
  if (parents === undefined) return undefined
  const quote = /["'`]/.exec(source.slice(parents.start, parents.end))?.[0] ?? usualQuote(source)
  const revises = spanOfRevises(source)
  const changes: [Span, string][] = [[parents, `${quote}${parent}${quote}`]]
  if (revises !== undefined) changes.push([revises, parent])
  return changes
    .sort(([a], [b]) => b.start - a.start)
    .reduce((text, [{ start, end }, said]) => text.slice(0, start) + said + text.slice(end), source)
}

/** The quote the file uses for its own id. */
function usualQuote(source: string): string {
  return /\brevision\b[^\n]*?(["'`])/.exec(source)?.[1] ?? "'"
}
