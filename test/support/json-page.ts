// What docs/reference.md says of the JSON of a command, to hold what is really printed to it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const page = readFileSync(join(__dirname, '../../docs/reference.md'), 'utf8')
const entries = page
  .split(/\n## /)
  .find((part) => part.startsWith('JSON\n'))!
  .split(/\n- /)
  .slice(1)

/** Keys by name, each with those of what it holds where the page tells them. */
type Shape = ReadonlyMap<string, ReadonlySet<string>>

/** What a command prints that the page says nothing of, as paths. */
export function untold(command: string, printed: object): string[] {
  const shape = shapeOf(command)
  return Object.entries(printed).flatMap(([key, value]) => {
    const told = shape.get(key)
    if (told === undefined) return key === 'format' ? [] : [key]
    // An object whose keys are the user's own.
    if (key === 'renames') return []
    const held: unknown[] = [value].flat().filter((one) => typeof one === 'object' && one !== null)
    return held.flatMap((one) =>
      Object.keys(one as object).flatMap((inner) => (told.has(inner) ? [] : [`${key}.${inner}`])),
    )
  })
}

function shapeOf(command: string): Shape {
  const entry = entries.find((one) => one.split(':', 1)[0]!.split(', ').includes(`\`${command}\``))
  if (entry === undefined) throw new Error(`The page has no JSON of ${command}.`)
  const shape = new Map<string, Set<string>>()
  const text = entry.slice(entry.indexOf(':'))
  for (const [, key, inner = ''] of text.matchAll(/`(\w+)`(?: \(([^)]*)\))?/g)) {
    const names = [...inner.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
    // "as above" and "as below" are the revisions of `history`.
    const listed = /\bas (above|below)\b/.test(inner) ? [...shapeOf('history').get('revisions')!] : []
    shape.set(key!, new Set([...names, ...listed]))
  }
  for (const [, key, inner] of text.matchAll(/`(\w+)\[\]\.(\w+)`/g)) shape.get(key!)!.add(inner!)
  return shape
}
