// How a new migration file is called.
import { randomBytes } from 'node:crypto'
import { UsageError } from '../errors'

/** What a file is named after. */
export interface Named {
  readonly revision: string
  readonly message: string
  /** When it is written; now when left out. */
  readonly at?: Date
  /** The time zone of the tokens; UTC when left out. */
  readonly timeZone?: string
  /** How long the slug may be; 40 characters when left out. */
  readonly slugLength?: number
}

/** The template a file's name follows unless the settings give another. */
export const defaultTemplate = '<revision>_<slug>'

/** A new id: 12 hex digits. */
export function newRevisionId(): string {
  return randomBytes(6).toString('hex')
}

/**
 * Fills a template of `<revision> <slug> <epoch> <year> <month> <day> <hour> <minute> <second>`; the extension is not part of it.
 * A `/` in it is a folder inside.
 */
export function fileName(
  template: string,
  { revision, message, at = new Date(), timeZone, slugLength }: Named,
): string {
  const written = inZone(at, timeZone)
  const time = (from: number, to: number) => written.slice(from, to)
  const tokens: Readonly<Record<string, string>> = {
    revision,
    slug: slugOf(message, slugLength),
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
  const parts = name.split('/').map(withoutLooseSeparators)
  // A message of signs alone has no slug.
  return [...parts.slice(0, -1), parts.at(-1) || revision].filter(Boolean).join('/')
}

/** A moment as ISO 8601 has it, in a time zone: `2026-03-04T06:07:08.009+01:00`. */
export function inZone(at: Date, timeZone = 'UTC'): string {
  if (!isTimeZone(timeZone)) {
    throw new UsageError(
      `There is no time zone "${timeZone}".`,
      'Use a name of the IANA list as `timeZone` in your settings, such as Europe/Zurich or UTC.',
    )
  }
  const offset = offsetAt(at, timeZone)
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1)
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((one) =>
    `${one}`.padStart(2, '0'),
  )
  return offset === 0 ? `${local}Z` : `${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`
}

/** Whether a time zone has that name, in capitals or not. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** Minutes east of Greenwich. */
function offsetAt(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at)
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0))
}

/** What is empty leaves its separator behind. */
function withoutLooseSeparators(name: string): string {
  return name.replace(/([_.-])[_.-]+/g, '$1').replace(/^[_.-]+|[_.-]+$/g, '')
}

/** The message as part of a file name: lower-case ASCII letters and digits, cut at a word. */
export function slugOf(message: string, longestSlug = 40): string {
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
