// Runs the segments of one migration. What is committed together is a part; the log counts parts in their own transactions, and a
// later run goes on after the last of them.
import type { Blocker, Row, Segment, Statement, Transaction } from '../dialects/dialect'
import { LockLostError, NotResumableError, OvertakenError, PoolerError, TransactionControlError } from '../errors'
import type { HeadChange } from '../graph/heads'
import { defined, type Defined } from '../model/defined'
import { sameJson } from '../model/expression'
import type { SourceLine } from '../operations/intent'
import type { Operation } from '../operations/operation'
import { migrationFailure } from './failure'
import { finishEntry, isHalfDone, lastEntry, startEntry, type LogEntry, type NewLogEntry } from './log'
import type { Query } from './inside-transaction'
import { onlyReads } from './only-reads'
import { batches, ForeignKeysNeedOff, newValue, type InOne } from './one-transaction'
import { operationWithout } from './passwords'
import { inTransaction, type Session } from './session'
import { Statements } from './statements'
import type { Task, Work } from './task'
import { applyHeads, selectHeads } from './versions'

type Together = Extract<Segment, { transactional: true }>
type Alone = Extract<Segment, { transactional: false }>

const inDoubt = 'in doubt: '
const batched = 'batched '

/** SegmentRun lives as long as one migration runs. */
export class SegmentRun {
  readonly #task: Task
  readonly #goOnFrom: number
  readonly #all: Operation[] = []
  #foreignKeysOff: boolean
  #transaction: Transaction | undefined
  #row: number | undefined
  #note: string | undefined
  /** Whether the log row holds what this run did, and no more what the run before did. */
  #recorded = false
  /** The last row about the revision as this run has found it, and as it has last read or written it. */
  #found: string | undefined
  #known: string | undefined
  #overtaken = false
  #parts = 0
  /** Operations of the parts that are committed, and of the one that is open. */
  #committed: Operation[] = []
  #open: Operation[] = []
  /** The last of the committed ones, where nobody knows whether they are. */
  #doubtful: readonly Operation[] = []
  #dirty = false
  #hasCommitted = false
  /** Where the script has read or written past us, so that running it again may do things twice. */
  #live: 'nowhere' | 'open' | 'committed' = 'nowhere'
  #alone = false
  readonly #statements: Statements

  constructor(task: Task) {
    this.#task = task
    this.#foreignKeysOff = task.foreignKeysOff
    this.#row = task.previous?.id
    this.#goOnFrom = task.previous?.stepsDone ?? 0
    this.#statements = new Statements(task, () => this.#parts)
  }

  /** Whether we are still in the parts that a run before has committed. */
  get skipping(): boolean {
    return this.#parts < this.#goOnFrom
  }

  /** Whether what comes next depends on how a statement outside of a transaction ended in the run before, or on how many did. */
  get goesOnAlone(): boolean {
    return this.skipping || this.#previousNote()?.startsWith(inDoubt) === true
  }

  /** The revision that runs. */
  get revision(): string {
    return this.#task.step.revision.id
  }

  /** What it has been asked to do so far. */
  get operations(): readonly Operation[] {
    return this.#all
  }

  /** Parts committed so far. */
  get parts(): number {
    return this.#parts
  }

  /** The one transaction that the whole run is, if it is one. */
  get together(): InOne | undefined {
    return this.#task.together
  }

  /** Whether this run has committed something of the revision that is not to be taken back by a rollback. */
  get hasCommitted(): boolean {
    return this.#hasCommitted
  }

  /** What the committed parts did, described. */
  get kept(): string[] {
    return this.#committed.slice(0, this.#committed.length - this.#doubtful.length).map(this.#task.session.describe)
  }

  /** What of the next part stays as well, where the log notes it: batches, or what a statement outside of a transaction has left. */
  get begun(): string | undefined {
    const note = this.#recorded ? this.#note : this.#task.previous?.reason
    if (!note?.startsWith(inDoubt)) return note
    return this.#doubtful.map(this.#task.session.describe).join('; ') || note.slice(inDoubt.length)
  }

  /** Who was seen in the way of the last statement. */
  get blockers(): readonly Blocker[] {
    return this.#statements.blockers
  }

  /** Whether the open transaction can be run again; a script that went past us must have said that it may. */
  canRunAgain(saysRetry: boolean): boolean {
    return !this.#alone && (this.#live === 'nowhere' || (saysRetry && this.#live === 'open'))
  }

  /** All that was committed is taken back: the log row is again what the run before left of it. */
  forget(): void {
    const { previous } = this.#task
    this.#parts = 0
    this.#committed = []
    this.#doubtful = []
    this.#note = undefined
    this.#recorded = false
    this.#known = this.#found
    this.#row = previous?.id
  }

  /** Opens the transaction and reads the heads inside it. */
  async begin(): Promise<string[]> {
    await this.#begin()
    return this.readHeads()
  }

  /** Reads the heads; before them, where no lock keeps others out between two parts, what the log says of the revision. */
  async readHeads(): Promise<string[]> {
    const { session, previous } = this.#task
    if (session.holdsLock === undefined) {
      const last = await lastEntry(session, this.revision)
      this.#found = this.#known = traceOf(last)
      const halfDone = last !== undefined && isHalfDone(last) ? this.#found : undefined
      this.#overtaken = halfDone !== traceOf(previous)
    }
    return selectHeads(session)
  }

  /** Where the heads are as they were, nobody else may be half way through the revision. */
  refuseOvertaken(): void {
    if (this.#overtaken) throw new OvertakenError(this.revision)
  }

  /** Runs a plan; between two transactional segments of it the first is committed. */
  async run(work: Work): Promise<void> {
    if (work.plan.foreignKeysOff) await this.#turnForeignKeysOff()
    this.#all.push(...work.operations)
    const finished = operationsBySegment(work)
    for (const [index, segment] of work.plan.segments.entries()) {
      const operations = finished[index] ?? []
      if (!segment.transactional) await this.#runAlone(segment, operations, work)
      else {
        if (work.plan.segments[index - 1]?.transactional) {
          this.together?.between(this.revision, newValue)
          await this.commitPart()
        }
        await this.#runTogether(segment, operations, work)
      }
    }
  }

  /** Runs a statement of the script's own and returns its rows. */
  query(
    statement: Statement,
    at: SourceLine | undefined,
    { what = 'op.query', transaction, idempotent }: LiveOptions & { readonly what?: string },
  ): Promise<Row[]> {
    const options = { transaction, idempotent: idempotent === true || onlyReads(statement.sql), whole: true }
    return this.live(what, options, () => this.#statements.send(statement, undefined, at))
  }

  /** Runs code of the script's own. Its result is unknown to a later run, so there is no going on after it. */
  async live<R>(what: string, options: LiveOptions & { readonly whole?: boolean }, work: () => Promise<R>): Promise<R> {
    const { session, step } = this.#task
    if (!options.transaction) {
      this.together?.unknown(step.revision.id, what)
      this.#refusePooled()
      this.#live = 'committed'
      if (options.idempotent !== true) return this.#once(what, options, work)
      this.#hasCommitted = true
      return this.#bare(work)
    }
    this.#refuseRepeated(what)
    await this.#begin()
    this.#dirty = true
    if (this.#live === 'nowhere') this.#live = 'open'
    const result = await work()
    if (!session.connection.isTransactionActive) throw new TransactionControlError(what)
    return result
  }

  /** Runs code of the script's own outside of a transaction, as a part: what it has done cannot be asked, so it is never done again. */
  async #once<R>(what: string, { whole }: { readonly whole?: boolean }, work: () => Promise<R>): Promise<R> {
    const { session } = this.#task
    await this.commitPart()
    this.#refuseRepeated(what)
    this.#refuseOtherThan(undefined)
    if (this.#previousNote()?.startsWith(inDoubt)) {
      throw new NotResumableError(this.revision, this.#parts, `nobody knows whether ${what} ran`)
    }
    await this.#together(() => inTransaction(session, () => this.#record(`${inDoubt}${what}`)))
    let result: R
    try {
      result = await this.#bare(work)
    } catch (error) {
      // A statement that was refused has done nothing.
      if (whole) this.#note = undefined
      throw error
    }
    this.#hasCommitted = true
    this.#parts++
    await this.#recordDone()
    this.#tellCommitted()
    return result
  }

  #refuseRepeated(what: string): void {
    if (!this.skipping) return
    throw new NotResumableError(this.revision, this.#goOnFrom, `it called ${what} in a part that is committed`)
  }

  /** Lets others work in the transaction that is open; where the migration has none, in one of its own. It is no part of the migration. */
  async around(
    work: (query: Query) => Promise<void>,
    { transaction }: { readonly transaction: boolean },
  ): Promise<void> {
    await this.#begin()
    await work(this.#query)
    if (!transaction) await this.#commit()
  }

  /** Ends the open part: its work and the log's knowledge of it are committed together. */
  async commitPart(): Promise<void> {
    if (!this.#dirty) return this.#commit()
    const { skipping } = this
    this.#refusePooled()
    this.#refuseOtherThan(undefined)
    if (!skipping) await this.#refuseLostLock()
    await this.#together(async () => {
      this.#parts++
      this.#committed = [...this.#committed, ...this.#open]
      if (!skipping) await this.#record()
      await this.#commit()
    })
    this.#open = []
    this.#dirty = false
    if (skipping) this.#refuseEdited()
    this.#hasCommitted ||= !skipping
    if (!skipping) this.#tellCommitted()
    if (this.#live === 'open') this.#live = 'committed'
  }

  /**
   * Runs work that commits piece by piece and counts as one part. How far it has come is noted beside what it goes over, so that
   * a later run goes on there, and not over anything else.
   */
  async pieces(over: string, work: (run: RunPiece, reached: string | undefined) => Promise<void>): Promise<void> {
    this.together?.between(this.revision, batches)
    this.#refusePooled()
    await this.commitPart()
    const { skipping } = this
    const noted = `${batched}${over} up to `
    this.#refuseOtherThan(noted)
    const runPiece: RunPiece = async (piece, at) => {
      await this.#begin()
      const reached = await piece((statement) => this.#statements.send(statement, undefined, at))
      await this.#together(async () => {
        if (reached !== undefined) await this.#record(`${noted}${reached}`)
        await this.#commit()
      })
      this.#hasCommitted ||= reached !== undefined
      return reached !== undefined
    }
    const note = this.#previousNote()
    if (!skipping) await work(runPiece, note?.startsWith(noted) ? note.slice(noted.length) : undefined)
    this.#parts++
    if (skipping) return
    await this.#recordDone()
    this.#tellCommitted()
  }

  /** Moves the heads and closes the log row, in the transaction of the last part; `last` has the last word in it. */
  async finish(change: HeadChange, checksum: string, last?: LastWord): Promise<string[]> {
    const { session, step } = this.#task
    if (this.skipping) {
      throw new NotResumableError(step.revision.id, this.#goOnFrom, 'the script has fewer parts than when it stopped')
    }
    this.#refuseOtherThan(undefined)
    await this.#statements.refuseInterrupted()
    await this.#begin()
    await this.#refuseLostLock()
    try {
      return await this.#together(async () => {
        const heads = await applyHeads(session, change.removed, change.added)
        await this.#write({ status: 'done', stepsDone: this.#parts + 1, operations: this.#all, checksum })
        await last?.(heads, this.#query)
        await this.#commit()
        return heads
      })
    } catch (error) {
      throw migrationFailure(error, session, { step, completed: this.#parts })
    }
  }

  /** Rolls back what is open. */
  async rollback(): Promise<void> {
    const transaction = this.#transaction
    this.#transaction = undefined
    await transaction?.rollback()
  }

  /** After the rollback, in a transaction of its own: writes down that the attempt failed, and why. */
  async recordFailure(error: unknown, session: Session): Promise<void> {
    const { previous } = this.#task
    // A run that came no further than the one before leaves what that has written: how far it came, and what nobody knows.
    const kept = previous !== undefined && !this.#recorded
    const message = error instanceof Error ? error.message : String(error)
    await inTransaction(session, () =>
      this.#write({
        status: 'failed',
        stepsDone: kept ? this.#goOnFrom : this.#parts,
        operations: kept ? previous.operations : this.#committed,
        error: session.withoutPasswords(message),
        reason: kept ? previous.reason : this.#note,
      }),
    )
  }

  /** They can only be turned off between transactions; a part with work in it cannot be cut in two for that. */
  async #turnForeignKeysOff(): Promise<void> {
    if (this.#foreignKeysOff) return
    if (this.#dirty && this.#parts === 0) throw new ForeignKeysNeedOff()
    await this.commitPart()
    this.#foreignKeysOff = true
  }

  async #runTogether(segment: Together, operations: readonly Operation[], work: Work): Promise<void> {
    if (!this.skipping) {
      await this.#begin()
      for (const statement of segment.statements) await this.#statements.sendWhole(statement, work)
    }
    this.#open.push(...operations)
    this.#dirty = true
  }

  async #runAlone(segment: Alone, operations: readonly Operation[], work: Work): Promise<void> {
    this.#refusePooled()
    await this.commitPart()
    this.#refuseOtherThan(undefined)
    await this.#refuseLostLock()
    const { session } = this.#task
    const { skipping } = this
    if (!skipping && !(await this.#tookEffect(segment, work))) {
      const before = this.#committed
      await this.#together(() => {
        this.#committed = [...before, ...operations]
        return inTransaction(session, () => this.#record(`${inDoubt}${segment.statement.sql}`))
      })
      this.#doubtful = operations
      try {
        this.#alone = true
        await this.#removeRemains(segment, work)
        await this.#bare(() => this.#statements.send(segment.statement, work))
        this.#alone = false
      } catch (error) {
        // Refused by the server, it has done nothing; only what can be asked about may have done half its work.
        if (segment.probe === undefined) [this.#note, this.#committed, this.#doubtful] = [undefined, before, []]
        throw error
      }
      this.#hasCommitted = true
      this.#committed = before
      this.#doubtful = []
    }
    this.#parts++
    this.#committed = [...this.#committed, ...operations]
    if (skipping) return this.#refuseEdited()
    await this.#recordDone()
    this.#tellCommitted()
  }

  /** Asks about the one statement that was running when the run before was cut off, or failed half way. */
  async #tookEffect({ statement, probe }: Alone, work: Work): Promise<boolean> {
    const { session, step } = this.#task
    if (!this.#previousNote()?.startsWith(inDoubt)) return false
    if (probe !== undefined) {
      const [row] = await session.connection.query(probe.sql, probe.parameters)
      return row?.done === true
    }
    if (work.idempotent) return false
    const sql = session.withoutPasswords(statement.sql)
    throw new NotResumableError(step.revision.id, this.#parts, `nobody knows whether \`${sql}\` ran`)
  }

  /** What a statement that broke off has left in the way of this one goes first, whoever ran it. */
  async #removeRemains({ remains }: Alone, work: Work): Promise<void> {
    if (remains === undefined) return
    const { session, step, onEvent } = this.#task
    for (const { sql } of await session.connection.query(remains.sql, remains.parameters)) {
      const message = `A build that broke off has left an invalid index; it is removed first: ${String(sql)}.`
      onEvent?.({ type: 'warning', code: 'invalid-index', message, revisions: [step.revision.id] })
      await this.#statements.send({ sql: String(sql) }, work)
    }
  }

  /** The note of the run before, at the point where it stopped. */
  #previousNote(): string | undefined {
    return this.#parts === this.#goOnFrom ? this.#task.previous?.reason : undefined
  }

  readonly #query: Query = (sql, parameters) => this.#statements.send(defined({ sql, parameters }))

  async #begin(): Promise<void> {
    this.#transaction ??= await this.#task.session.begin({ foreignKeysOff: this.#foreignKeysOff })
  }

  async #commit(): Promise<void> {
    await this.#transaction?.commit()
    this.#transaction = undefined
  }

  /** What is written down together with a commit is known only once that has taken effect: else all of it was rolled back. */
  async #together<R>(work: () => Promise<R>): Promise<R> {
    const [parts, committed, row, note, recorded, known] = [
      this.#parts,
      this.#committed,
      this.#row,
      this.#note,
      this.#recorded,
      this.#known,
    ]
    try {
      return await work()
    } catch (error) {
      ;[this.#parts, this.#committed, this.#row, this.#note, this.#recorded] = [parts, committed, row, note, recorded]
      this.#known = known
      throw error
    }
  }

  /** Writes down what is done: it stays done where that fails. */
  async #recordDone(): Promise<void> {
    const [row, known] = [this.#row, this.#known]
    ;[this.#note, this.#recorded] = [undefined, true]
    try {
      await inTransaction(this.#task.session, () => this.#record())
    } catch (error) {
      ;[this.#row, this.#known] = [row, known]
      throw error
    }
  }

  async #record(note?: string): Promise<void> {
    const reason = note === undefined ? undefined : this.#task.session.withoutPasswords(note)
    await this.#write({ status: 'running', stepsDone: this.#parts, operations: this.#committed, reason })
    this.#note = reason
    this.#recorded = true
  }

  async #write(change: Change): Promise<void> {
    const { session, entry } = this.#task
    const now = new Date()
    const durationMs = now.getTime() - Date.parse(entry.startedAt)
    const ended = change.status === 'running' ? {} : { finishedAt: now.toISOString(), durationMs }
    const row: Defined<typeof entry & typeof ended & Change> = defined({ ...entry, ...ended, ...change })
    if (session.holdsLock === undefined) {
      // The transaction of the part holds the only lock there is: whatever else was written came between two of them.
      if (traceOf(await lastEntry(session, this.revision)) !== this.#known) throw new OvertakenError(this.revision)
    }
    if (this.#row === undefined) this.#row = await startEntry(session, row)
    else await finishEntry(session, this.#row, row)
    this.#known = traceOf({ ...row, id: this.#row })
  }

  #tellCommitted(): void {
    const { step, onEvent } = this.#task
    onEvent?.({ type: 'segment', revision: step.revision.id, committed: this.#parts })
  }

  /** Outside of a transaction nothing has bound bare names yet. */
  #bare<R>(work: () => Promise<R>): Promise<R> {
    const { dialect, connection, scope } = this.#task.session
    return dialect.session.inSchema?.(connection, scope.defaultSchema, work) ?? work()
  }

  /** What may release a lock is in nobody's hand but the script's. */
  async #refuseLostLock(): Promise<void> {
    const { session, step } = this.#task
    if ((await session.holdsLock?.()) === false) throw new LockLostError(step.revision.id)
  }

  /** What is skipped must be what ran: of an edited part the log would tell what nobody has done. */
  #refuseEdited(): void {
    const { previous, session, step } = this.#task
    const ran = previous?.operations ?? []
    const kept = (operation: Operation) => JSON.stringify(operationWithout(operation, session.withoutPasswords))
    const edited = this.#committed.find((operation, at) => !sameJson(JSON.parse(kept(operation)), ran[at]))
    if (edited === undefined) return
    const reason = `\`${session.describe(edited)}\` was edited after it had been committed`
    throw new NotResumableError(step.revision.id, this.#goOnFrom, reason)
  }

  /** Where a run before had come to a batch, batches over the same must stand: of others nobody knows which rows they have met. */
  #refuseOtherThan(noted: string | undefined): void {
    const note = this.#previousNote()
    if (!note?.startsWith(batched) || (noted !== undefined && note.startsWith(noted))) return
    throw new NotResumableError(
      this.revision,
      this.#parts,
      `it had ${note}, and the script has something else there now`,
    )
  }

  /** Between two transactions somebody else could have the lock. */
  #refusePooled(): void {
    const { session, step } = this.#task
    if (session.pooled === true && this.together === undefined) throw new PoolerError(step.revision.id)
  }
}

/** What tells a row from what anybody else would make of it. */
function traceOf(row: LogEntry | undefined): string | undefined {
  return row && JSON.stringify([row.id, row.status, row.stepsDone, row.reason ?? null, row.startedAt])
}

/** LiveOptions says how code of a script's own runs: in the transaction or outside; there again, where it may be. */
interface LiveOptions {
  readonly transaction: boolean
  readonly idempotent?: boolean | undefined
}

/** LastWord is said when the heads have moved and nothing is committed yet. */
export type LastWord = (heads: readonly string[], query: Query) => Promise<void>

/** RunPiece runs a piece in its own transaction; the piece returns how far it has come, or undefined when there was nothing left. */
export type RunPiece = (
  piece: (send: (statement: Statement) => Promise<Row[]>) => Promise<string | undefined>,
  at: SourceLine | undefined,
) => Promise<boolean>

type Change = Pick<NewLogEntry, 'status' | 'stepsDone' | 'operations'> & {
  readonly checksum?: string
  readonly error?: string
  readonly reason?: string | undefined
}

/** The operations that are done once a segment is: those whose last statement lies in it; one without statements goes with the one before. */
function operationsBySegment({ plan, operations }: Work): Operation[][] {
  const last = new Map<number, number>()
  for (const [index, segment] of plan.segments.entries()) {
    const statements = segment.transactional ? segment.statements : [segment.statement]
    for (const { operation } of statements) if (operation !== undefined) last.set(operation, index)
  }
  const done: Operation[][] = plan.segments.map(() => [])
  let at = 0
  for (const [index, operation] of operations.entries()) {
    at = last.get(index) ?? at
    done[at]?.push(operation)
  }
  return done
}
