// An attempt at a revision as the log tells of it: which parts are done, and how far the next one has come. A later run goes on by that.
import { NotResumableError, OvertakenError } from '../errors'
import { defined, type Defined } from '../model/defined'
import { sameJson } from '../model/expression'
import type { Operation } from '../operations/operation'
import { finishEntry, isHalfDone, lastEntry, startEntry, type LogEntry, type NewLogEntry } from './log'
import { operationWithout } from './passwords'
import { inTransaction, type Session } from './session'
import type { Task } from './task'
import { selectHeads } from './versions'

const inDoubt = 'in doubt: '
const batched = 'batched '

/** State is what is known of the attempt; where a commit takes back what was done, it is again what it was before. */
interface State {
  /** The number of the log row. */
  readonly row: number | undefined
  /** Parts that are committed, and their operations. */
  readonly parts: number
  readonly committed: readonly Operation[]
  /** Operations of the next part, where nobody knows whether they are done. */
  readonly doubtful: readonly Operation[]
  /** How far the next part has come. */
  readonly note: string | undefined
  /** Whether the log row holds what this run did, and no more what the run before did. */
  readonly recorded: boolean
  /** The last row about the revision as this run has last read or written it. */
  readonly known: string | undefined
}

/** Attempt lives as long as one migration runs. */
export class Attempt {
  readonly #task: Task
  #state: State
  #found: string | undefined
  #overtaken = false

  constructor(task: Task) {
    this.#task = task
    this.#state = this.#beginning()
  }

  #beginning(): State {
    const { previous } = this.#task
    const nothing = { parts: 0, committed: [], doubtful: [], note: undefined, recorded: false }
    return { ...nothing, row: previous?.id, known: this.#found }
  }

  /** Parts that are committed. */
  get parts(): number {
    return this.#state.parts
  }

  /** Whether we are still in the parts that a run before has committed. */
  get skipping(): boolean {
    return this.parts < this.#goOnFrom
  }

  /** Whether nobody knows how the statement ended that comes next: the run before was cut off in it, or failed half way. */
  get inDoubt(): boolean {
    return this.#previousNote()?.startsWith(inDoubt) === true
  }

  /** Parts that stay if this run ends now: those that it has not gone over yet are committed all the same. */
  get standing(): number {
    return Math.max(this.parts, this.#goOnFrom)
  }

  /** What the parts that stay did, described. */
  get kept(): string[] {
    return (this.skipping ? this.#committedBefore() : this.#state.committed).map(this.#task.session.describe)
  }

  /** What of the next part stays as well, where the log notes it: batches, or what a statement outside of a transaction has left. */
  get begun(): string | undefined {
    const { recorded, doubtful, note: own } = this.#state
    const note = recorded ? own : this.#task.previous?.reason
    if (!note?.startsWith(inDoubt)) return note
    return doubtful.map(this.#task.session.describe).join('; ') || note.slice(inDoubt.length)
  }

  /** Reads the heads; before them, where no lock keeps others out between two parts, what the log says of the revision. */
  async readHeads(): Promise<string[]> {
    const { session, previous } = this.#task
    if (session.holdsLock === undefined) {
      const last = await lastEntry(session, this.#revision)
      this.#found = traceOf(last)
      this.#state = { ...this.#state, known: this.#found }
      const halfDone = last !== undefined && isHalfDone(last) ? this.#found : undefined
      this.#overtaken = halfDone !== traceOf(previous)
    }
    return selectHeads(session)
  }

  /** Where the heads are as they were, nobody else may be half way through the revision. */
  refuseOvertaken(): void {
    if (this.#overtaken) throw new OvertakenError(this.#revision)
  }

  /** What is written down together with a commit is known only once that has taken effect: else all of it was rolled back. */
  async together<R>(work: () => Promise<R>): Promise<R> {
    const before = this.#state
    try {
      return await work()
    } catch (error) {
      this.#state = before
      throw error
    }
  }

  /** One part more is done. One that is skipped must be what ran: of an edited one the log would tell what nobody has done. */
  addPart(operations: readonly Operation[]): void {
    const { skipping } = this
    const { parts, committed } = this.#state
    this.#state = { ...this.#state, parts: parts + 1, committed: [...committed, ...operations], doubtful: [] }
    if (skipping) this.#refuseEdited(operations, committed.length)
  }

  /** Writes down which parts are done. */
  record(): Promise<void> {
    return this.#record(undefined)
  }

  /**
   * Writes down how far batches have come, beside what they go over: a later run goes on there, and not over anything else. Names and a
   * key are no secrets, and with something taken out of them they would lead elsewhere.
   */
  recordBatches(over: string, reached: string): Promise<void> {
    return this.#record(`${noteOf(over)}${reached}`)
  }

  /** How far the run before had come with the batches that come next. */
  reached(over: string): string | undefined {
    const [note, noted] = [this.#previousNote(), noteOf(over)]
    return note?.startsWith(noted) ? note.slice(noted.length) : undefined
  }

  /** Writes down that something begins of which a later run will not know whether it was done. */
  async doubt(what: string, operations: readonly Operation[]): Promise<void> {
    const { session } = this.#task
    await this.together(() => {
      this.#state = { ...this.#state, doubtful: operations }
      return inTransaction(session, () => this.#record(`${inDoubt}${session.withoutPasswords(what)}`))
    })
  }

  /** It was refused, and has done nothing. */
  undoubt(): void {
    this.#state = { ...this.#state, doubtful: [], note: undefined }
  }

  /** Adds a part that is done already, and writes it down: done it stays where that fails. */
  async recordPart(operations: readonly Operation[]): Promise<void> {
    this.addPart(operations)
    this.#state = { ...this.#state, note: undefined, recorded: true }
    await this.together(() => inTransaction(this.#task.session, () => this.record()))
  }

  /** Writes down that the revision is done. */
  recordDone(operations: readonly Operation[], checksum: string): Promise<void> {
    return this.#write({ status: 'done', stepsDone: this.parts + 1, operations, checksum })
  }

  /** In a transaction of its own: writes down that the attempt failed, and why. */
  async recordFailure(error: unknown, session: Session): Promise<void> {
    const { previous } = this.#task
    // Whether the run before is dead nobody can tell where it holds no lock; what cannot go on after it has done nothing to be told.
    const maybeAtWork = previous?.status === 'running' && this.#task.session.holdsLock === undefined
    if (maybeAtWork && error instanceof NotResumableError) return
    const { parts, committed, doubtful, note, recorded } = this.#state
    const message = error instanceof Error ? error.message : String(error)
    const own = { stepsDone: parts, operations: [...committed, ...doubtful], reason: note }
    // A run that came no further than the one before leaves what that has written: how far it came, and what nobody knows.
    const { stepsDone, operations, reason } = recorded ? own : (previous ?? own)
    await inTransaction(session, () =>
      this.#write({ status: 'failed', stepsDone, operations, error: session.withoutPasswords(message), reason }),
    )
  }

  /** All that was committed is taken back: the log row is again what the run before left of it. */
  forget(): void {
    this.#state = this.#beginning()
  }

  /** Refuses what cannot be done again, in a part that is committed. */
  refuseRepeated(what: string): void {
    if (this.skipping) throw this.#notResumable(`it called ${what} in a part that is committed`)
  }

  /** Refuses what nobody knows the end of, and cannot ask about. */
  refuseUnknown(what: string): void {
    if (this.inDoubt) throw this.#notResumable(`nobody knows whether ${what} ran`)
  }

  /** Refuses to end before the parts are over that are committed. */
  refuseShorter(): void {
    if (this.skipping) throw this.#notResumable('the script has fewer parts than when it stopped')
  }

  /** Where a run before had come to a batch, batches over the same must stand: of others nobody knows which rows they have met. */
  refuseOtherThan(over?: string): void {
    const note = this.#previousNote()
    if (!note?.startsWith(batched) || (over !== undefined && note.startsWith(noteOf(over)))) return
    throw this.#notResumable(`it had ${note}, and the script has something else there now`)
  }

  #refuseEdited(operations: readonly Operation[], from: number): void {
    const { previous, session } = this.#task
    const ran = previous?.operations ?? []
    const kept = (operation: Operation) => JSON.stringify(operationWithout(operation, session.withoutPasswords))
    const edited = operations.find((operation, at) => !sameJson(JSON.parse(kept(operation)), ran[from + at]))
    if (edited === undefined) return
    throw this.#notResumable(`\`${session.describe(edited)}\` was edited after it had been committed`)
  }

  /** Behind what was committed stands what is in doubt, and nothing says where it begins. */
  #committedBefore(): readonly Operation[] {
    const { operations = [], reason } = this.#task.previous ?? {}
    return reason?.startsWith(inDoubt) ? [] : operations
  }

  #notResumable(reason: string): NotResumableError {
    return new NotResumableError(this.#revision, this.#goOnFrom, reason)
  }

  /** The note of the run before, at the point where it stopped. */
  #previousNote(): string | undefined {
    return this.parts === this.#goOnFrom ? this.#task.previous?.reason : undefined
  }

  get #goOnFrom(): number {
    return this.#task.previous?.stepsDone ?? 0
  }

  get #revision(): string {
    return this.#task.step.revision.id
  }

  async #record(note: string | undefined): Promise<void> {
    const { parts, committed, doubtful } = this.#state
    await this.#write({ status: 'running', stepsDone: parts, operations: [...committed, ...doubtful], reason: note })
    this.#state = { ...this.#state, note, recorded: true }
  }

  async #write(change: Change): Promise<void> {
    const { session, entry } = this.#task
    const now = new Date()
    const durationMs = now.getTime() - Date.parse(entry.startedAt)
    const ended = change.status === 'running' ? {} : { finishedAt: now.toISOString(), durationMs }
    const row: Defined<typeof entry & typeof ended & Change> = defined({ ...entry, ...ended, ...change })
    if (session.holdsLock === undefined) {
      // The transaction of the part holds the only lock there is: whatever else was written came between two of them.
      const last = traceOf(await lastEntry(session, this.#revision))
      if (last !== this.#state.known) throw new OvertakenError(this.#revision)
    }
    const { row: number } = this.#state
    if (number !== undefined) await finishEntry(session, number, row)
    const id = number ?? (await startEntry(session, row))
    this.#state = { ...this.#state, row: id, known: traceOf({ ...row, id }) }
  }
}

type Change = Pick<NewLogEntry, 'status' | 'stepsDone' | 'operations'> & {
  readonly checksum?: string
  readonly error?: string
  readonly reason?: string | undefined
}

function noteOf(over: string): string {
  return `${batched}${over} up to `
}

/** What tells a row from what anybody else would make of it. */
function traceOf(row: LogEntry | undefined): string | undefined {
  return row && JSON.stringify([row.id, row.status, row.stepsDone, row.reason ?? null, row.startedAt])
}
