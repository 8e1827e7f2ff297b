// How a new migration file is called.
import { randomBytes } from 'node:crypto'
import { UsageError } from '../errors'

/** What a file is named after. */
export interface Named {
  readonly revision: string
  readonly message: string
  /** When it is written; now when left out. */
  readonly at?: Date
}

/** The template a file's name follows unless the settings give another. */
export const defaultTemplate = '<revision>_<slug>'

/** A new id: 12 hex digits. */
export function newRevisionId(): string {
  return randomBytes(6).toString('hex')
}

/** Fills a template of `<revision> <slug> <epoch> <year> <month> <day> <hour> <minute> <second>`; the extension is not part of it. */
export function fileName(template: string, { revision, message, at = new Date() }: Named): string {
  const time = (from: number, to: number) => at.toISOString().slice(from, to)
  const tokens: Readonly<Record<string, string>> = {
    revision,
    slug: slugOf(message),
    epoch: String(Math.floor(at.getTime() / 1000)),
    year: time(0, 4),
    month: time(5, 7),
    day: time(8, 10),
    hour: time(11, 13),
    minute: time(14, 16),
    second: time(17, 19),
  }
  const name = template.replace(/<(\w+)>/g, (_, token: string) => {
    const value = tokens[token]
    if (value === undefined) {
      throw new UsageError(
        `The file name template ${template} holds <${token}>, which is unknown.`,
        `Use ${Object.keys(tokens)
          .map((known) => `<${known}>`)
          .join(' ')}.`,
      )
    }
    return value
  })
  // An empty slug leaves its separator behind.
  return name.replace(/([_.-])[_.-]+/g, '$1').replace(/^[_.-]+|[_.-]+$/g, '')
}

const longestSlug = 40

/** The message as part of a file name: lower-case ASCII letters and digits, cut at a word. */
export function slugOf(message: string): string {
  const folded = message
    .toLowerCase()
    .replace(/[ßæœøđðłþı]/g, (letter) => letters[letter]!)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
  const slug = folded.replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '')
  if (slug.length <= longestSlug) return slug
  const cut = slug.slice(0, longestSlug + 1)
  const word = cut.lastIndexOf('_')
  return word > 0 ? cut.slice(0, word) : slug.slice(0, longestSlug)
}

// What Unicode does not decompose into a letter and a mark.
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
}
