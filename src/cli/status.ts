// The foot of a terminal: one line that is written over while a migration runs. Where there is no terminal, lines follow each other.
import type { CommandEvent } from '../environment'
import { doneText, said } from './events'

/** StatusLine is a line that stands below all others until the next one is printed. */
export interface StatusLine {
  show(text: string): void
  clear(): void
}

/** The status line of a stream; undefined where nothing can be written over. */
export function statusLine(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): StatusLine | undefined {
  if (stream.isTTY !== true || environment.TERM === 'dumb') return undefined
  let shown = false
  return {
    show(text) {
      // A line that wraps could not be taken back. The cursor waits at its beginning, for whatever a script prints itself.
      const room = Math.max(1, (stream.columns ?? 80) - 1)
      const [letters, cut] = [[...text], [...text].slice(0, room - 1)]
      stream.write(`${erase}${letters.length > room ? `${cut.join('')}…` : text}\r`)
      shown = true
    },
    clear() {
      if (shown) stream.write(erase)
      shown = false
    },
  }
}

const erase = '\r\u001b[2K'

/** Follower keeps a status line up to date by what it hears. */
export interface Follower {
  /** True for an event that stands in the status line and needs no line of its own. */
  hears(event: CommandEvent): boolean
  end(): void
}

const everyMs = 1_000

/** Shows the migration that runs, for how long, and how far its statement has come; what takes less than a second leaves no trace. */
export function follow(status: StatusLine): Follower {
  let running: { readonly what: string; readonly since: number; done?: string } | undefined
  let timer: NodeJS.Timeout | undefined
  const show = () => {
    if (running === undefined) return
    const seconds = Math.floor((Date.now() - running.since) / 1_000)
    const done = running.done === undefined ? '' : `  ${running.done}`
    status.show(`running   ${running.what}  ${seconds} s${done}`)
  }
  const end = () => {
    clearInterval(timer)
    running = undefined
    status.clear()
  }
  return {
    hears(event) {
      if (event.type === 'migration') {
        end()
        if (event.state === 'done' || event.state === 'failed') return false
        const { step, position, total } = event
        const what = `${step.revision.id}  ${said(step.revision.message)}(${position} of ${total})`
        running = { what, since: Date.now() }
        timer = setInterval(show, everyMs)
        timer.unref()
        return false
      }
      const done = doneText(event)
      if (done === undefined || running === undefined) return false
      running.done = done
      show()
      return true
    },
    end,
  }
}
