// What happens during a command, for machines: one JSON object per event and line. The only place that knows its names.
import { randomUUID } from 'node:crypto'
import type { CommandEvent } from '../environment'
import type { Step } from '../runtime/events'

/** JsonLog writes events as lines; `statement` events only where more detail is asked for. */
export interface JsonLog {
  tell(event: CommandEvent): void
  /** The last line of a command, whatever became of it. */
  exit(exitCode: number): void
}

/** A log of one command; every line carries the same `run`. */
export function jsonLog(
  { command, verbose, quiet }: { readonly command: string; readonly verbose: boolean; readonly quiet: boolean },
  write: (line: string) => void,
): JsonLog {
  const run = randomUUID()
  const started = Date.now()
  const line = (type: string, facts: object) =>
    write(JSON.stringify({ format: 1, time: new Date().toISOString(), run, command, type, ...facts }))
  return {
    tell(event) {
      if (event.type === 'statement' && !verbose) return
      if (event.type !== 'failure' && quiet) return
      const { type, ...facts } = event
      line(type, flat(facts))
    },
    exit(exitCode) {
      if (exitCode !== 0 || !quiet) line('exit', { exitCode, durationMs: Date.now() - started })
    },
  }
}

/** A step is told by its revision, not by all that we know of it. */
function flat(facts: object): object {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]): [string, unknown][] => {
      if (key === 'step') return Object.entries(summary(value as Step))
      return [[key, key === 'steps' ? (value as readonly Step[]).map(summary) : value]]
    }),
  )
}

function summary({ direction, revision }: Step) {
  return { revision: revision.id, direction, message: revision.message }
}
