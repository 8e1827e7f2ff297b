// Runs the segments of one migration. What is committed together is a part; the log counts parts in their own transactions, and a
// later run goes on after the last of them: attempt.ts.
import type { Blocker, Row, Segment, Statement, Transaction } from '../dialects/dialect'
import { LockLostError, PoolerError, TransactionControlError } from '../errors'
import type { HeadChange } from '../graph/heads'
import { defined } from '../model/defined'
import type { SourceLine } from '../operations/intent'
import type { Operation } from '../operations/operation'
import { Attempt } from './attempt'
import { migrationFailure } from './failure'
import type { Query } from './inside-transaction'
import { onlyReads } from './only-reads'
import { batches, ForeignKeysNeedOff, newValue, type InOne } from './one-transaction'
import { Statements } from './statements'
import type { Task, Work } from './task'
import { applyHeads } from './versions'

type Together = Extract<Segment, { transactional: true }>
type Alone = Extract<Segment, { transactional: false }>

/** SegmentRun lives as long as one migration runs. */
export class SegmentRun {
  readonly #task: Task
  /** What the log knows of it. */
  readonly attempt: Attempt
  readonly #all: Operation[] = []
  #foreignKeysOff: boolean
  #transaction: Transaction | undefined
  /** Operations of the part that is open. */
  #open: Operation[] = []
  #dirty = false
  #hasCommitted = false
  /** Where the script has read or written past us, so that running it again may do things twice. */
  #live: 'nowhere' | 'open' | 'committed' = 'nowhere'
  #alone = false
  readonly #statements: Statements

  constructor(task: Task) {
    this.#task = task
    this.#foreignKeysOff = task.foreignKeysOff
    this.attempt = new Attempt(task)
    this.#statements = new Statements(task, () => this.attempt.parts)
  }

  /** Whether what comes next depends on how a statement outside of a transaction ended in the run before, or on how many did. */
  get goesOnAlone(): boolean {
    return this.attempt.skipping || this.attempt.inDoubt
  }

  /** The revision that runs. */
  get revision(): string {
    return this.#task.step.revision.id
  }

  /** What it has been asked to do so far. */
  get operations(): readonly Operation[] {
    return this.#all
  }

  /** The one transaction that the whole run is, if it is one. */
  get together(): InOne | undefined {
    return this.#task.together
  }

  /** Whether this run has committed something of the revision that is not to be taken back by a rollback. */
  get hasCommitted(): boolean {
    return this.#hasCommitted
  }

  /** Who was seen in the way of the last statement. */
  get blockers(): readonly Blocker[] {
    return this.#statements.blockers
  }

  /** Whether the open transaction can be run again; a script that went past us must have said that it may. */
  canRunAgain(saysRetry: boolean): boolean {
    return !this.#alone && (this.#live === 'nowhere' || (saysRetry && this.#live === 'open'))
  }

  /** Opens the transaction and reads the heads inside it. */
  async begin(): Promise<string[]> {
    await this.#begin()
    return this.attempt.readHeads()
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
    this.attempt.refuseRepeated(what)
    await this.#begin()
    this.#dirty = true
    if (this.#live === 'nowhere') this.#live = 'open'
    const result = await work()
    if (!session.connection.isTransactionActive) throw new TransactionControlError(what)
    return result
  }

  /** Runs code of the script's own outside of a transaction, as a part: what it has done cannot be asked, so it is never done again. */
  async #once<R>(what: string, { whole }: { readonly whole?: boolean }, work: () => Promise<R>): Promise<R> {
    await this.commitPart()
    this.attempt.refuseRepeated(what)
    this.attempt.refuseOtherThan()
    this.attempt.refuseUnknown(what)
    await this.#refuseLostLock()
    await this.attempt.doubt(what, [])
    let result: R
    try {
      result = await this.#bare(work)
    } catch (error) {
      // A statement that was refused has done nothing.
      if (whole) this.attempt.undoubt()
      throw error
    }
    this.#hasCommitted = true
    await this.attempt.recordPart([])
    this.#tellCommitted()
    return result
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
    const { skipping } = this.attempt
    this.#refusePooled()
    this.attempt.refuseOtherThan()
    if (!skipping) await this.#refuseLostLock()
    await this.attempt.together(async () => {
      this.attempt.addPart(this.#open)
      if (!skipping) await this.attempt.record()
      await this.#commit()
    })
    this.#open = []
    this.#dirty = false
    if (this.#live === 'open') this.#live = 'committed'
    if (skipping) return
    this.#hasCommitted = true
    this.#tellCommitted()
  }

  /** Runs work that commits piece by piece and counts as one part; `over` tells it from any other such work. */
  async pieces(over: string, work: (run: RunPiece, reached: string | undefined) => Promise<void>): Promise<void> {
    this.together?.between(this.revision, batches)
    this.#refusePooled()
    await this.commitPart()
    this.attempt.refuseOtherThan(over)
    if (this.attempt.skipping) return this.attempt.addPart([])
    const runPiece: RunPiece = async (piece, at) => {
      await this.#begin()
      const reached = await piece((statement) => this.#statements.send(statement, undefined, at))
      await this.#refuseLostLock()
      await this.attempt.together(async () => {
        if (reached !== undefined) await this.attempt.recordBatches(over, reached)
        await this.#commit()
      })
      this.#hasCommitted ||= reached !== undefined
      return reached !== undefined
    }
    await work(runPiece, this.attempt.reached(over))
    await this.attempt.recordPart([])
    this.#tellCommitted()
  }

  /** Moves the heads and closes the log row, in the transaction of the last part; `last` has the last word in it. */
  async finish(change: HeadChange, checksum: string, last?: LastWord): Promise<string[]> {
    const { session, step } = this.#task
    this.attempt.refuseShorter()
    this.attempt.refuseOtherThan()
    await this.#statements.refuseInterrupted()
    await this.#begin()
    await this.#refuseLostLock()
    try {
      return await this.attempt.together(async () => {
        const heads = await applyHeads(session, change.removed, change.added)
        await this.attempt.recordDone(this.#all, checksum)
        await last?.(heads, this.#query)
        await this.#commit()
        return heads
      })
    } catch (error) {
      throw migrationFailure(error, session, { step, completed: this.attempt.parts })
    }
  }

  /** Rolls back what is open. */
  async rollback(): Promise<void> {
    const transaction = this.#transaction
    this.#transaction = undefined
    await transaction?.rollback()
  }

  /** They can only be turned off between transactions; a part with work in it cannot be cut in two for that. */
  async #turnForeignKeysOff(): Promise<void> {
    if (this.#foreignKeysOff) return
    if (this.#dirty && this.attempt.parts === 0) throw new ForeignKeysNeedOff()
    await this.commitPart()
    this.#foreignKeysOff = true
  }

  async #runTogether(segment: Together, operations: readonly Operation[], work: Work): Promise<void> {
    if (!this.attempt.skipping) {
      await this.#begin()
      for (const statement of segment.statements) await this.#statements.sendWhole(statement, work)
    }
    this.#open.push(...operations)
    this.#dirty = true
  }

  async #runAlone(segment: Alone, operations: readonly Operation[], work: Work): Promise<void> {
    this.#refusePooled()
    await this.commitPart()
    this.attempt.refuseOtherThan()
    await this.#refuseLostLock()
    if (this.attempt.skipping) return this.attempt.addPart(operations)
    if (!(await this.#tookEffect(segment, work))) {
      await this.attempt.doubt(segment.statement.sql, operations)
      try {
        this.#alone = true
        await this.#removeRemains(segment, work)
        await this.#bare(() => this.#statements.send(segment.statement, work))
        this.#alone = false
      } catch (error) {
        // Refused by the server, it has done nothing; only what can be asked about may have done half its work.
        if (segment.probe === undefined) this.attempt.undoubt()
        throw error
      }
      this.#hasCommitted = true
    }
    await this.attempt.recordPart(operations)
    this.#tellCommitted()
  }

  /** Asks about the one statement that was running when the run before was cut off, or failed half way. */
  async #tookEffect({ statement, probe }: Alone, work: Work): Promise<boolean> {
    const { session } = this.#task
    if (!this.attempt.inDoubt) return false
    if (probe !== undefined) {
      const [row] = await session.connection.query(probe.sql, probe.parameters)
      return row?.done === true
    }
    if (!work.idempotent) this.attempt.refuseUnknown(`\`${session.withoutPasswords(statement.sql)}\``)
    return false
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

  readonly #query: Query = (sql, parameters) => this.#statements.send(defined({ sql, parameters }))

  async #begin(): Promise<void> {
    this.#transaction ??= await this.#task.session.begin({ foreignKeysOff: this.#foreignKeysOff })
  }

  async #commit(): Promise<void> {
    await this.#transaction?.commit()
    this.#transaction = undefined
  }

  #tellCommitted(): void {
    const { step, onEvent } = this.#task
    onEvent?.({ type: 'segment', revision: step.revision.id, committed: this.attempt.parts })
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

  /** Between two transactions somebody else could have the lock. */
  #refusePooled(): void {
    const { session, step } = this.#task
    if (session.pooled === true && this.together === undefined) throw new PoolerError(step.revision.id)
  }
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
