// Asking a person at a terminal. The library that draws it is loaded when there is something to ask, and only then.
import type { RenameListener, RenameQuestion } from '../commands/revision'
import { InterruptedError } from '../errors'

/** Choice is one line of a question. */
export interface Choice {
  /** The new name, or null where it is gone. */
  readonly value: string | null
  readonly label: string
  readonly hint?: string
}

/** Asks what became of a thing; leaving the question ends the command, with nothing written. */
export const askRename: RenameListener = async (question) => {
  const { isCancel, select } = await import('@clack/prompts')
  const { message, choices } = wording(question)
  // Told apart by their place, since a value of an enum may be called anything.
  const chosen = await select({
    message,
    options: choices.map(({ value: _, ...shown }, value) => ({ value, ...shown })),
  })
  if (isCancel(chosen)) throw new InterruptedError()
  return choices[chosen]?.value
}

/** Whether somebody sits there who can be asked: what is asked is seen, and what is typed arrives. */
export function canAsk({ json, quiet }: { readonly json: boolean; readonly quiet: boolean }): boolean {
  const { stdin, stdout, env } = process
  // A terminal without a size is one that nobody looks at.
  return !json && !quiet && !env.CI && stdin.isTTY === true && stdout.isTTY === true && stdout.columns > 0
}

/** The question in words, and its answers, the likest first. */
export function wording({ kind, gone, name, created, destructive }: RenameQuestion): {
  readonly message: string
  readonly choices: readonly Choice[]
} {
  const place = gone.slice(0, gone.length - name.length)
  const [only, ...more] = created.map((one) => `${place}${one}`)
  const message =
    more.length === 0
      ? `${only} is new and ${gone} is gone: renamed, or dropped and created?`
      : `${gone} is gone, and ${created.length} new ones look like it: what became of it?`
  const dropped = destructive
    ? { label: 'dropped', hint: lost[kind] }
    : { label: 'not renamed', hint: 'it stays as it is: no revision created it' }
  return {
    message,
    choices: [
      ...created.map((one) => ({ value: one, label: `renamed to ${one}`, hint: 'keeps what it holds' })),
      { value: null, ...dropped },
    ],
  }
}

const lost: { readonly [K in RenameQuestion['kind']]: string } = {
  table: 'its rows are lost',
  column: 'its values are lost',
  enumValue: 'no row may hold it',
}
