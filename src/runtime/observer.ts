// Looks at our own statements over a second connection while they take their time. Where none can be had, nobody looks.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Blocker, Sight } from '../dialects/dialect'
import type { Session } from './session'

const firstLookMs = 1_000
const nextLookMs = 2_000

/** Observer lives as long as a run does; it connects when a statement first takes longer than a moment. */
export class Observer {
  readonly #session: Session
  #other: Promise<Session | undefined> | undefined
  #pid: number | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** Runs a statement; what is seen meanwhile is told. */
  async watch<R>(work: () => Promise<R>, tell: (sight: Sight, afterMs: number) => void): Promise<R> {
    const { dialect, connection, another } = this.#session
    const { watch } = dialect.session
    if (watch === undefined || another === undefined) return work()
    this.#pid ??= await watch.pid(connection)
    const pid = this.#pid
    const ended = new AbortController()
    const started = performance.now()
    void this.#lookOn(pid, ended.signal, (sight) => tell(sight, Math.round(performance.now() - started)))
    try {
      return await work()
    } finally {
      ended.abort()
    }
  }

  /** Closes the second connection. */
  async end(): Promise<void> {
    await (await this.#other)?.close().catch(() => undefined)
    this.#other = undefined
  }

  async #lookOn(pid: number, signal: AbortSignal, tell: (sight: Sight) => void): Promise<void> {
    const { dialect, another } = this.#session
    try {
      for (let pause = firstLookMs; ; pause = nextLookMs) {
        await sleep(pause, undefined, { signal })
        this.#other ??= another!().catch(() => undefined)
        const other = await this.#other
        if (other === undefined || signal.aborted) return
        const sight = await dialect.session.watch!.look(other.connection, pid)
        if (!signal.aborted) tell(sight)
      }
    } catch {
      // The statement has ended, or nobody may look.
    }
  }
}

/** A blocker as it may be told: what it runs was written by somebody else. */
export function withoutSecrets(blocker: Blocker, session: Pick<Session, 'withoutPasswords'>): Blocker {
  return blocker.query === undefined ? blocker : { ...blocker, query: session.withoutPasswords(blocker.query) }
}
