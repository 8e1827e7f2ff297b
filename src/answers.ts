// Who knows what was renamed: what was typed, the settings, the revisions, and at last whoever can be asked.
import type { Answers } from './diff/answers'
import type { Gone, RenameKind } from './diff/candidates'
import type { Decider } from './diff/settle'
import type { Environment } from './environment'
import { UsageError } from './errors'
import { ancestorsOf } from './graph/lineage'
import { nearNames } from './operations/near'
import { readHeads } from './runtime/versions'

/** RenameQuestion is put where something is gone and something like it is new. */
export interface RenameQuestion {
  readonly kind: RenameKind
  /** What is gone: `user`, `user.name`, `user_role_enum.guest`. */
  readonly gone: string
  /** Its own name, without what holds it. */
  readonly name: string
  /** The new names it could have, the likest first. */
  readonly created: readonly string[]
  /** Whether it goes for good unless it was renamed; what no revision of ours created stays in any case. */
  readonly destructive: boolean
}

/** RenameListener answers with the new name, null where it is dropped, or nothing where it does not know. */
export type RenameListener = (
  question: RenameQuestion,
) => string | null | undefined | Promise<string | null | undefined>

/** How a command learns what was renamed. */
export interface RenameOptions {
  /** What was renamed, as `user.name:fullName`. */
  readonly rename?: readonly string[]
  /** What was not renamed but dropped, as `user.name`. */
  readonly drop?: readonly string[]
  /** Answers what nothing else does; on a terminal the command asks the person before it. */
  readonly onRename?: RenameListener
}

/** What can be typed to say what became of a thing. */
export function flagsFor({ key, alike }: Gone): string[] {
  return [...alike.map((name) => `--rename ${argument(`${key}:${name}`)}`), `--drop ${argument(key)}`]
}

/** Typed is what was given with the command itself: used up, or a mistake. */
export interface Typed {
  readonly decider: Decider
  /** Throws for what fitted nothing. */
  requireAllUsed(): void
}

/** The answers of `--rename` and `--drop`. */
export function typedAnswers({ rename = [], drop = [] }: RenameOptions): Typed {
  const used = new Set<string>()
  const seen = new Map<string, readonly string[]>()
  const use = (flag: string) => used.add(flag)
  return {
    decider: (gone) => {
      seen.set(gone.key, gone.created)
      for (const name of namesOf(gone)) {
        for (const text of rename) {
          const to = text.startsWith(`${name}:`) ? text.slice(name.length + 1) : undefined
          if (to !== undefined && gone.created.includes(to) && use(`--rename ${text}`)) return to
        }
        if (drop.includes(name) && use(`--drop ${name}`)) return null
      }
      return undefined
    },
    requireAllUsed: () => {
      const flags = [...rename.map((text) => `--rename ${text}`), ...drop.map((text) => `--drop ${text}`)]
      const unused = flags.find((flag) => !used.has(flag))
      if (unused !== undefined) throw misfit(unused, seen)
    },
  }
}

/** The answers of an object of them, from the settings or a file. */
export function writtenAnswers(answers: Answers): Decider {
  return (gone) => {
    const name = namesOf(gone).find((one) => Object.hasOwn(answers, one))
    const answer = name === undefined ? undefined : answers[name]
    // A file of answers stays when what it speaks of is done.
    return answer === null || (answer !== undefined && gone.created.includes(answer)) ? answer : undefined
  }
}

/** The answers in the revisions that the database has not yet: what they rename is renamed for everybody. */
export function pendingAnswers(environment: Environment): Decider {
  let answers: Promise<Answers> | undefined
  return async (gone) => writtenAnswers(await (answers ??= readPending(environment)))(gone)
}

/** Asks about what looks alike. */
export function listener(ask: RenameListener, isDestructive: (gone: Gone) => boolean): Decider {
  return async (gone) => {
    const { kind, key, name, alike, created } = gone
    const answer = await ask({ kind, gone: key, name, created: alike, destructive: isDestructive(gone) })
    if (answer === undefined || answer === null || created.includes(answer)) return answer
    throw new UsageError(
      `${key} was said to be ${answer} now, but ${answer} is not new there.`,
      `Answer with one of ${created.join(', ')}, or with null where it is dropped.`,
    )
  }
}

/** A word as a shell takes it. */
function argument(text: string): string {
  return /^[\w.:@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function namesOf({ key, alias }: Gone): string[] {
  return key === alias ? [key] : [key, alias]
}

async function readPending(environment: Environment): Promise<Answers> {
  const { graph, scripts } = environment
  const known = (await readHeads(await environment.session())).filter((id) => graph.revisions.has(id))
  const applied = ancestorsOf(graph, known)
  const place = [...graph.revisions.keys()]
  const pending = scripts
    .filter(({ revision }) => !applied.has(revision.id))
    .toSorted((a, b) => place.indexOf(a.revision.id) - place.indexOf(b.revision.id))
  const modules = await Promise.all(pending.map((script) => script.load()))
  return Object.assign({}, ...modules.map(({ renames }) => renames)) as Answers
}

function misfit(flag: string, seen: ReadonlyMap<string, readonly string[]>): UsageError {
  const [, kind, text = ''] = /^--(\w+) (.*)$/s.exec(flag) ?? []
  const gone = [...seen.keys()].find((key) => text.startsWith(`${key}:`))
  if (gone !== undefined) {
    return new UsageError(
      `\`${flag}\` does not fit: ${text.slice(gone.length + 1)} is not new there.`,
      `What is new there: ${(seen.get(gone) ?? []).join(', ')}.`,
    )
  }
  if (kind === 'rename' && !text.includes(':')) {
    return new UsageError(
      `\`${flag}\` does not say what it is called now.`,
      `Write FROM:TO, such as \`--rename ${argument(`${text}:${seen.get(text)?.[0] ?? 'fullName'}`)}\`.`,
    )
  }
  const near = nearNames(kind === 'rename' ? text.replace(/:[^:]*$/, '') : text, seen.keys())
  const others = near.length > 0 ? near : [...seen.keys()].slice(0, 3)
  return new UsageError(
    `\`${flag}\` fits nothing: what it names is not gone, or nothing new stands in its place.`,
    others.length > 0 ? `What is gone: ${others.join(', ')}.` : 'Leave it out: nothing here could have been renamed.',
  )
}
