// Makes `op` for one run of one script. What stands behind it, a database, paper or a recording, is its backing.
import { FillInError, IrreversibleError, MisplacedCallError, UnawaitedError } from '../errors'
import { defined } from '../model/defined'
import type { Json } from '../model/schema'
import { checkArguments, namedArguments, type ImmediateMethod } from './arguments'
import type { Intent, IntentKind, NameLike, SourceLine } from './intent'
import { ownIntent, type OwnOperationList } from './own'
import type { Batch, Immediate, Op, QueuedMethods } from './op'
import { callName, type Row, type TableCall, type TableRows } from './rows'
import { signatures } from './signatures'
import { callerLine } from './source-line'
import { lineOf } from './targets'
import { refuseTransactionControl } from './transaction-control'

/** Call is an asynchronous call of `op` and the line it stands on. */
export interface Call {
  readonly method: ImmediateMethod
  readonly at?: SourceLine
}

/** Backing is what stands behind an `op`; everything queued before a call has run when it gets to it. */
export interface Backing<Manager = unknown> {
  /** Runs queued intents; the list is never empty. */
  run(intents: readonly Intent[]): Promise<void>
  query(sql: string, parameters: readonly unknown[] | undefined, call: Call): Promise<Record<string, unknown>[]>
  manager<R>(run: (manager: Manager) => Promise<R>, call: Call): Promise<R>
  /** Hands `work` the backing that runs each statement on its own. */
  autocommit(
    work: (inside: Backing<Manager>) => Promise<void>,
    options: { readonly idempotent?: true },
    call: Call,
  ): Promise<void>
  batched(batch: Batch, call: Call): Promise<void>
  /** Asks a table; what comes back is what the method of the call promises. */
  table(asked: TableCall, call: Call): Promise<unknown>
  /** A value nobody has filled in; absent where there is nothing but to refuse. */
  fillIn?(what: string, at: SourceLine | undefined): void
  /** The operations of the project's own; none when left out. */
  readonly own?: OwnOperationList
  /** What was given with `-x`; nothing when left out. */
  given?(): Readonly<Record<string, string>>
}

/** RunningOp is an `op` while its script runs. */
export interface RunningOp<Manager = unknown> {
  readonly op: Op<Manager>
  /** Takes what is queued and has not run. */
  queued(): Intent[]
  /** To be called when the script has returned: throws UnawaitedError where it did not wait for a call of its own. */
  settle(): Promise<void>
  /** From here on every use of `op` is an error. */
  close(): void
}

/** Makes an `op` for one run of one script. */
export function createOp<Manager = unknown>(backing: Backing<Manager>): RunningOp<Manager> {
  const calls: TrackedCall[] = []
  const queue: Intent[] = []
  let open = true
  let busy: 'manager' | 'autocommit' | undefined
  let last: Promise<unknown> = Promise.resolve()

  const queued = () => queue.splice(0)

  const refuseMisplaced = (method: string, at: SourceLine | undefined) => {
    if (!open || busy !== undefined) throw new MisplacedCallError(method, open ? busy : undefined, lineOf({ at }))
  }

  const queueing = (kind: IntentKind) => {
    const method = (...args: unknown[]): void => {
      const at = callerLine(method)
      refuseMisplaced(kind, at)
      const named = namedArguments(kind, args, lineOf({ at }))
      if ('sql' in named) refuseTransactionControl(named.sql, lineOf({ at }))
      // Which arguments belong to which kind is checked above, and by the type of `op`.
      queue.push({ kind, ...(at && { at }), ...named } as Intent)
    }
    return method
  }

  const queueingOwn = (list: OwnOperationList, name: string) => {
    const method = (...args: Json[]): void => {
      const at = callerLine(method)
      refuseMisplaced(name, at)
      queue.push(ownIntent(list, [name, ...args], at))
    }
    return method
  }

  /** Calls run one after another, as they were made, each after what was queued before it. */
  const immediately = <R>(
    callee: (...args: never[]) => unknown,
    method: Call['method'],
    args: readonly unknown[],
    work: (call: Call) => Promise<R>,
  ): Promise<R> => {
    const call: Call = defined({ method, at: callerLine(callee) })
    refuseMisplaced(method, call.at)
    checkArguments(method, args, lineOf(call))
    const intents = queued()
    const result = last.then(async () => {
      if (!open) throw new MisplacedCallError(method, undefined, lineOf(call))
      if (intents.length > 0) await backing.run(intents)
      return work(call)
    })
    const tracked: TrackedCall = { ...call, observed: false, settled: false }
    calls.push(tracked)
    last = result.then(
      () => void (tracked.settled = true),
      () => void (tracked.settled = true),
    )
    return observed(result, () => (tracked.observed = true))
  }

  const during = async <R>(what: 'manager' | 'autocommit', run: () => R | Promise<R>): Promise<R> => {
    busy = what
    try {
      return await run()
    } finally {
      busy = undefined
    }
  }

  const tableOf = (name: NameLike): TableRows => {
    const ask = (callee: (...args: never[]) => unknown, args: readonly unknown[], asked: TableCall) =>
      // What a backing answers is what the method promises.
      immediately<never>(
        callee,
        callName(asked),
        [name, ...args],
        (call) => backing.table(asked, call) as Promise<never>,
      )
    return {
      select: function select(selection) {
        return ask(select, [selection], { table: name, method: 'select', ...selection })
      },
      insert: function insert(rows) {
        return ask(insert, [rows], { table: name, method: 'insert', rows: [rows].flat() as readonly Row[] })
      },
      update: function update(change) {
        return ask(update, [change], { table: name, method: 'update', ...change })
      },
      delete: function remove(options) {
        return ask(remove, [options], { table: name, method: 'delete', ...options })
      },
      count: function count(options) {
        return ask(count, [options], { table: name, method: 'count', ...options })
      },
    }
  }

  const immediate: Immediate<Manager> & Pick<Op<Manager>, 'irreversible' | 'fillIn' | 'table'> = {
    query: function query(sql, parameters) {
      return immediately(query, 'query', [sql, parameters], (call) => {
        refuseTransactionControl(sql, lineOf(call))
        return backing.query(sql, parameters, call)
      })
    },
    flush: function flush() {
      return immediately(flush, 'flush', [], async () => {})
    },
    manager: function manager(run) {
      return immediately(manager, 'manager', [run], (call) =>
        backing.manager((entities) => during('manager', () => run(entities)), call),
      )
    },
    autocommit: function autocommit(run, options = {}) {
      return immediately(autocommit, 'autocommit', [run, options], (call) =>
        backing.autocommit((inside) => during('autocommit', () => runInside(inside, run)), options, call),
      )
    },
    batched: function batched(batch) {
      return immediately(batched, 'batched', [batch], (call) => backing.batched(batch, call))
    },
    table: tableOf,
    irreversible: function irreversible(reason): never {
      throw new IrreversibleError(reason, lineOf({ at: callerLine(irreversible) }))
    },
    fillIn: function fillIn(what) {
      const at = callerLine(fillIn)
      if (backing.fillIn === undefined) throw new FillInError(what, lineOf({ at }))
      backing.fillIn(what, at)
      return `op.fillIn(${JSON.stringify(what)})`
    },
  }

  const methods = Object.fromEntries(kinds.map((kind) => [kind, queueing(kind)])) as unknown as QueuedMethods
  const { own = new Map() } = backing
  const ownMethods = Object.fromEntries([...own.keys()].map((name) => [name, queueingOwn(own, name)]))
  return {
    op: {
      ...ownMethods,
      ...methods,
      ...immediate,
      get x() {
        return backing.given?.() ?? {}
      },
    },
    queued,
    settle: async () => {
      open = false
      const forgotten = calls.find((call) => !call.observed || !call.settled)
      // What has begun is on the connection: nobody may use that before it ended.
      await last
      if (forgotten) throw new UnawaitedError(forgotten.method, lineOf(forgotten))
    },
    close: () => void (open = false),
  }
}

type TrackedCall = Call & { observed: boolean; settled: boolean }

const kinds = Object.keys(signatures) as IntentKind[]

async function runInside<Manager>(
  inside: Backing<Manager>,
  run: (op: Op<Manager>) => void | Promise<void>,
): Promise<void> {
  const nested = createOp(inside)
  try {
    await run(nested.op)
    await nested.settle()
    const rest = nested.queued()
    if (rest.length > 0) await inside.run(rest)
  } finally {
    nested.close()
  }
}

/** The promise, and word of whether anybody ever looked at it: a rejection nobody awaits must not get lost. */
function observed<R>(promise: Promise<R>, notice: () => void): Promise<R> {
  return new Proxy(promise, {
    get(target, key) {
      if (key === 'then' || key === 'catch' || key === 'finally') notice()
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
