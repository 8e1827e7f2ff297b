// Which line of a script called us.
import { fileURLToPath } from 'node:url'
import type { SourceLine } from './intent'

/** The line that called `callee`; undefined where the stack does not say. Follows source maps when Node does. */
export function callerLine(callee: (...args: never[]) => unknown): SourceLine | undefined {
  const holder: { stack?: string } = {}
  const { stackTraceLimit } = Error
  // A stack is dear where source maps are followed; between `callee` and the line that called it are at most a few frames of Node's.
  Error.stackTraceLimit = 4
  try {
    // Leaves out `callee` and all above it, so it works in a bundle too, where our files and the user's are one.
    Error.captureStackTrace(holder, callee)
    // The text is made when it is asked for.
    void holder.stack
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  for (const frame of String(holder.stack).split('\n')) {
    const line = sourceLine(frame)
    if (line !== undefined) return line
  }
  return undefined
}

/** The place that one line of a stack names; undefined for what is no place of the user's. */
export function sourceLine(frame: string): SourceLine | undefined {
  const place = /^\s*at (.+)$/.exec(frame)?.[1] ?? ''
  // A path may hold parentheses itself, so only the first and the last can be the frame's own.
  const inner = place.endsWith(')') ? place.slice(place.indexOf('(') + 1, -1) : place.replace(/^async /, '')
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(inner) ?? []
  if (file === undefined || /^(node:|eval at |<anonymous>)/.test(file)) return undefined
  return { file: file.startsWith('file:') ? fileURLToPath(file) : file, line: Number(line), column: Number(column) }
}
