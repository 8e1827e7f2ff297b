// A project's own word about what is found to be different, before it is written down.
import { AutogenError, IrreversibleError, RewriteError } from '../errors'
import type { SchemaModel } from '../model/schema'
import { apply } from './apply'
import { intentsOf } from './intents'
import type { Kind, Operation, OperationOf } from './operation'
import { ownOperation, type OperationCall, type OwnOperationList } from './own'
import { resolve } from './resolve'
import { reverseAll } from './reverse'
import { signatures } from './signatures'

/** RewriteContext is what a rewrite may want to know. */
export interface RewriteContext {
  /** The schema as the operations meet it. */
  readonly before: SchemaModel
  /** The way back that a rewrite before this one has given. */
  readonly downgrade?: readonly Operation[]
  /** Such as `postgres`. */
  readonly dialect: string
  /** An operation of the project's own, by its name and arguments: `own('setRowSecurity', 'user', true)`. */
  own(...call: OperationCall): OperationOf<'own'>
}

/** Rewritten is an upgrade with a downgrade of its own; without one it is the upgrade reversed. */
export interface Rewritten {
  readonly upgrade: readonly Operation[]
  readonly downgrade?: readonly Operation[]
}

/** What a rewrite may answer: other operations, none, both directions, or nothing where all may stay. */
export type RewriteAnswer = readonly Operation[] | Rewritten | undefined | void

/** Rewrite gets the operations of a revision and returns others. */
export type Rewrite = (
  operations: readonly Operation[],
  context: RewriteContext,
) => RewriteAnswer | Promise<RewriteAnswer>

/** EachHandlers holds a function for some kinds of operations; what it leaves out stays as it is. */
export type EachHandlers = {
  readonly [K in Kind]?: (operation: OperationOf<K>, context: RewriteContext) => Operation | RewriteAnswer
}

/**
 * A rewrite that looks at one operation after the other, at each once: what a function returns is not looked at again.
 *
 * @example rewriteEach({ dropIndex: () => [], createIndex: (op) => ({ ...op, concurrently: true }) })
 */
export function rewriteEach(handlers: EachHandlers): Rewrite {
  return (operations, context) => {
    const parts = operations.map((operation): Rewritten => {
      // As in `match`: TypeScript cannot follow that the key and the argument agree.
      const handler = handlers[operation.kind] as
        ((operation: Operation, context: RewriteContext) => Operation | RewriteAnswer) | undefined
      const answer = handler?.(operation, context)
      if (answer === undefined) return { upgrade: [operation] }
      return 'kind' in answer ? { upgrade: [answer] } : 'upgrade' in answer ? answer : { upgrade: answer }
    })
    const upgrade = parts.flatMap((part) => part.upgrade)
    if (parts.every((part) => part.downgrade === undefined)) return upgrade
    return { upgrade, downgrade: parts.toReversed().flatMap((part) => part.downgrade ?? reverseAll(part.upgrade)) }
  }
}

/** Runs the rewrites, each over what the one before it has left, and holds each to what can be done and taken back. */
export async function rewriteAll(
  operations: readonly Operation[],
  rewrites: readonly Rewrite[],
  { before, dialect, list }: Pick<RewriteContext, 'before' | 'dialect'> & { readonly list: OwnOperationList },
): Promise<Rewritten> {
  const own = (...call: OperationCall) => ownOperation(list, call)
  let now: Rewritten = { upgrade: operations }
  for (const [at, rewrite] of rewrites.entries()) {
    const name = rewrite.name === '' ? `number ${at + 1} of \`rewrite\`` : rewrite.name
    const { downgrade } = now
    const answer = await asked(name, () =>
      rewrite(now.upgrade, { before, dialect, own, ...(downgrade === undefined ? {} : { downgrade }) }),
    )
    if (answer !== undefined) now = consistent(name, before, now, asRewritten(name, answer))
  }
  return now
}

async function asked(name: string, ask: () => RewriteAnswer | Promise<RewriteAnswer>): Promise<RewriteAnswer> {
  try {
    return await ask()
  } catch (error) {
    throw new RewriteError(name, `failed: ${reasonOf(error)}`, 'Mend it in your settings.', error)
  }
}

function asRewritten(name: string, answer: unknown): Rewritten {
  const given = (Array.isArray(answer) ? { upgrade: answer } : answer) as Partial<Rewritten> | null
  const { upgrade, downgrade = [] } = given ?? {}
  if (Array.isArray(upgrade) && Array.isArray(downgrade) && [...upgrade, ...downgrade].every(isOperation)) {
    return given as Rewritten
  }
  const hint = 'Let it return a list of operations, `{ upgrade, downgrade }`, or nothing where all may stay.'
  throw new RewriteError(name, 'returned something that is no list of operations', hint)
}

function isOperation(value: unknown): value is Operation {
  if (typeof value !== 'object' || value === null) return false
  const kind = String(Reflect.get(value, 'kind'))
  return kind === 'own' || Object.hasOwn(signatures, kind)
}

/** What was returned, resolved against the schema it meets: so each operation knows what it takes away, and can be reversed. */
function consistent(name: string, before: SchemaModel, was: Rewritten, { upgrade, downgrade }: Rewritten): Rewritten {
  try {
    const up = same(upgrade, was.upgrade) ? was.upgrade : resolve(before, intentsOf(upgrade))
    const back = downgrade ?? was.downgrade
    const after = apply(before, up)
    if (back !== undefined) return { upgrade: up, downgrade: resolve(after, intentsOf(back)) }
    reverseAll(up)
    return { upgrade: up }
  } catch (error) {
    if (error instanceof IrreversibleError) {
      const hint = 'Let it return `{ upgrade, downgrade }`, with the way back.'
      throw new RewriteError(name, 'returned something nobody knows the way back of', hint, error)
    }
    const hint = error instanceof AutogenError ? error.hint : 'Mend it in your settings.'
    throw new RewriteError(name, `returned operations that do not fit: ${reasonOf(error)}`, hint, error)
  }
}

function same(one: readonly Operation[], other: readonly Operation[]): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
