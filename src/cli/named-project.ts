// Where settings hold several projects, a command without a name ends there: what is said to be typed carries the name.
import type { Out } from '../commands/command'

/** NamedProject puts `-n NAME` into the commands that a person is told to type. */
export interface NamedProject {
  text(text: string): string
  /** The same in the hints and messages of what is printed as JSON; all else is data and stays. */
  data<T>(data: T): T
  out(out: Out): Out
}

/** The name as it was typed; without one nothing changes. */
export function namedProject(name: string | undefined): NamedProject {
  if (name === undefined) return { text: (text) => text, data: (data) => data, out: (out) => out }
  const word = /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
  const text = (said: string) => said.replace(commands, (begin) => `${begin}-n ${word} `)
  return {
    text,
    data: (data) => rewritten(data, text),
    out: (out) => ({ ...out, line: (said = '') => out.line(text(said)) }),
  }
}

/** `autogen` in backticks, or after npx, before the name of a command. */
const commands = /(?<=`(?:[A-Z]+=\S+ )?|\bnpx )autogen (?=[a-z])/g

function rewritten<T>(data: T, text: (said: string) => string): T {
  if (typeof data !== 'object' || data === null || 'toJSON' in data) return data
  if (Array.isArray(data)) return data.map((one: unknown) => rewritten(one, text)) as T
  const isSaid = 'hint' in data || ('type' in data && data.type === 'warning')
  const entries = Object.entries(data).map(([key, value]: [string, unknown]) => {
    const said = typeof value === 'string' && isSaid && (key === 'hint' || key === 'message')
    return [key, said ? text(value) : rewritten(value, text)]
  })
  return Object.fromEntries(entries) as T
}
