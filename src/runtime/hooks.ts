// Functions of the project around a run and around each of its migrations. They come with the request, so no run hears of another's.
import { HookError, InterruptedError } from '../errors'
import type { Step } from '../graph/revision'
import { insideTransaction, type Query } from './inside-transaction'
import type { RunListener } from './events'
import { serverMessage } from './failure'
import type { Session } from './session'

/** Hooks are called around a run that has something to do, and around each of its migrations; whoever throws stops it. */
export interface Hooks {
  /** Under the lock, before anything is changed; when it throws, nothing is. */
  readonly beforeRun?: (run: HookRunFacts) => void | Promise<void>
  /** Still under the lock, when all is committed or taken back; after a failure too. */
  readonly afterRun?: (run: HookRunResult) => void | Promise<void>
  /** In the migration's transaction, before its script; when it throws, the migration is rolled back. */
  readonly beforeMigration?: (migration: HookMigration) => void | Promise<void>
  /** In the migration's transaction, after its script and its version rows; when it throws, the migration is rolled back. */
  readonly afterMigration?: (migration: HookMigration & { readonly after: readonly string[] }) => void | Promise<void>
}

/** HookRunFacts is what is known before a run. */
export interface HookRunFacts {
  readonly kind: 'upgrade' | 'downgrade'
  /** The version rows before it. */
  readonly before: readonly string[]
  /** What is to run, in this order. */
  readonly steps: readonly Step[]
  /** `user@host:port/db` or the file. */
  readonly database: string
  /** Nothing of it will be kept. */
  readonly dryRun?: true
  /** All of it is one transaction. */
  readonly singleTransaction?: true
}

/** HookRunResult is what became of a run. */
export interface HookRunResult extends HookRunFacts {
  /** What ran and stays; of a dry run, what was tried. */
  readonly done: readonly Step[]
  /** The version rows now; of a dry run, where it would lead. */
  readonly after: readonly string[]
  /** What ended it, where it did not end well. */
  readonly error?: unknown
}

/** HookMigration is one migration, about to run or not committed yet. */
export interface HookMigration {
  readonly kind: 'upgrade' | 'downgrade'
  readonly step: Step
  /** The version rows before it. */
  readonly before: readonly string[]
  /** Its place in the run, from 1. */
  readonly position: number
  readonly total: number
  /** How often it was begun in this run, from 1: others may be in its way. */
  readonly attempt: number
  readonly dryRun?: true
  readonly singleTransaction?: true
  /** Runs SQL in the transaction of the migration, and returns its rows; works until the hook has returned. */
  readonly query: Query
}

/** Calls the hooks of a run around it; where nothing is to be done there is no run. */
export async function aroundRun<R>(
  { hooks = {}, onEvent }: { readonly hooks?: Hooks; readonly onEvent?: RunListener },
  session: Session,
  facts: HookRunFacts,
  outcome: () => Pick<HookRunResult, 'done' | 'after'>,
  run: () => Promise<R>,
): Promise<R> {
  if (facts.steps.length === 0) return run()
  const failed = (hook: 'beforeRun' | 'afterRun', cause: unknown) =>
    new HookError(hook, undefined, session.withoutPasswords(serverMessage(cause)), cause)
  const ended = (rest: Pick<HookRunResult, 'error'>) =>
    calling(
      async () => hooks.afterRun?.({ ...facts, ...outcome(), ...rest }),
      (cause) => failed('afterRun', cause),
    )
  await calling(
    async () => hooks.beforeRun?.(facts),
    (cause) => failed('beforeRun', cause),
  )
  let result: R
  try {
    result = await run()
  } catch (error) {
    // What ended the run is what counts; what its end gave rise to is told beside it.
    await ended({ error }).catch(({ message }: HookError) => onEvent?.({ type: 'warning', code: 'hook', message }))
    throw error
  }
  await ended({})
  return result
}

/** Calls a hook of a migration inside its transaction. */
export function inMigration<Facts extends HookMigration>(
  hook: 'beforeMigration' | 'afterMigration',
  listener: ((facts: Facts) => void | Promise<void>) | undefined,
  session: Session,
  facts: Facts,
): Promise<void> {
  const { kind, step } = facts
  return insideTransaction(hook, listener, session, facts, (reason, cause) => {
    return new HookError(hook, { id: step.revision.id, kind }, reason, cause)
  })
}

async function calling(hook: () => Promise<void>, failure: (cause: unknown) => Error): Promise<void> {
  try {
    await hook()
  } catch (error) {
    throw error instanceof InterruptedError ? error : failure(error)
  }
}
