// Runs a script without a database and keeps what it said, in order.
import { IrreversibleError } from '../errors'
import { defined } from '../model/defined'
import type { Intent, SourceLine } from './intent'
import type { Batch, Op } from './op'
import type { OwnOperationList } from './own'
import { createOp, type Backing, type RunningOp } from './running-op'
import { readsRows, type TableCall } from './rows'
import { signatures } from './signatures'

export { createOp, type Backing, type Call, type RunningOp } from './running-op'

/** RecordedIntent is one thing a script said: a queued intent, or a call that would have run at once. */
export type RecordedIntent =
  | Intent
  | ({ readonly at?: SourceLine } & (
      | { readonly kind: 'query'; readonly sql: string; readonly parameters?: readonly unknown[] }
      | { readonly kind: 'manager' }
      | { readonly kind: 'autocommit'; readonly intents: readonly RecordedIntent[]; readonly idempotent?: true }
      | { readonly kind: 'batched'; readonly batch: Batch }
      | { readonly kind: 'table'; readonly asked: TableCall }
      | { readonly kind: 'irreversible'; readonly reason: string }
      | { readonly kind: 'fillIn'; readonly what: string }
    ))

/** Recording holds what a script said, as far as that can be known without a database. */
export interface Recording {
  readonly intents: readonly RecordedIntent[]
  /** The script read rows: what it does depends on the data, and what follows is unknown. */
  readonly opaque: boolean
  /** The script did more than queue: it called query, flush, manager, autocommit or batched. */
  readonly async: boolean
  /** The script read what was given with `-x`: another time it may say another thing. */
  readonly varies?: true
}

/** Given is what a project gives its scripts besides the database. */
export interface Given {
  /** What was typed with `-x`. */
  readonly x?: Readonly<Record<string, string>> | undefined
  /** The operations of its own. */
  readonly own?: OwnOperationList | undefined
}

/** Runs a script without a database. Rows it asks for throw when they are read: there the recording ends, opaque. */
export async function recordScript(run: (op: Op) => void | Promise<void>, given: Given = {}): Promise<Recording> {
  const intents: RecordedIntent[] = []
  const session: Session = { opaque: false, async: false }
  const running: RunningOp = createOp(
    recorder(session, intents, given, () => {
      if (!session.opaque) intents.push(...running.queued())
      session.opaque = true
    }),
  )
  try {
    await run(running.op)
    await running.settle()
    if (!session.opaque) intents.push(...running.queued())
  } catch (error) {
    // Whatever a script makes of the signal, it has read what nobody knows.
    if (!session.opaque) {
      if (!(error instanceof IrreversibleError)) throw error
      intents.push(...running.queued(), { kind: 'irreversible', reason: error.reason })
    }
  } finally {
    running.close()
  }
  return { intents, ...session }
}

/** Whether a recorded intent is one that queues, and so can be resolved. */
export function isQueued(recorded: RecordedIntent): recorded is Intent {
  return recorded.kind === 'own' || Object.hasOwn(signatures, recorded.kind)
}

interface Session {
  opaque: boolean
  async: boolean
  varies?: true
}

function recorder(session: Session, intents: RecordedIntent[], given: Given, read: () => void): Backing {
  const record = (recorded: RecordedIntent) => {
    session.async = true
    if (!session.opaque) intents.push(recorded)
  }
  return {
    run: async (queued) => {
      session.async = true
      if (!session.opaque) intents.push(...queued)
    },
    query: async (sql, parameters, { at }) => {
      record(defined({ kind: 'query' as const, sql, parameters, at }))
      return unreadable(read) as Record<string, unknown>[]
    },
    // What the callback does is known to nobody but TypeORM, what it returns neither.
    manager: async <R>(_: unknown, { at }: { readonly at?: SourceLine }) => {
      record(defined({ kind: 'manager' as const, at }))
      return unreadable(read) as R
    },
    autocommit: async (work, options, { at }) => {
      const inside: RecordedIntent[] = []
      record(defined({ kind: 'autocommit' as const, intents: inside, idempotent: options.idempotent, at }))
      await work(recorder(session, inside, given, read))
    },
    batched: async (batch, { at }) => record(defined({ kind: 'batched' as const, batch, at })),
    table: async (asked, { at }) => {
      record(defined({ kind: 'table' as const, asked, at }))
      if (!readsRows(asked)) return undefined
      // A number cannot throw when it is looked at, so there is none.
      return asked.method === 'count' ? refuseRows(read) : unreadable(read)
    },
    fillIn: (what, at) => {
      if (!session.opaque) intents.push(defined({ kind: 'fillIn' as const, what, at }))
    },
    given: () => {
      session.varies = true
      return given.x ?? {}
    },
    ...(given.own && { own: given.own }),
  }
}

/** Thrown by rows nobody has; private, so that a script cannot ask for it by name. */
class UnknownRows extends Error {}

function refuseRows(read: () => void): never {
  read()
  throw new UnknownRows('These rows are not known while the script is recorded.')
}

function unreadable(read: () => void): unknown {
  const refuse = () => refuseRows(read)
  return new Proxy([], {
    // A promise asks what it is resolved with for `then`; that is not reading.
    get: (_, key) => (key === 'then' ? undefined : refuse()),
    has: refuse,
    ownKeys: refuse,
    getOwnPropertyDescriptor: refuse,
  })
}
