// One run at a time per database, schema and version table. Waiting holds nothing open: a lock is tried, not queued for.
import { BusyError } from '../dialects/busy'
import type { BeginOptions, Limits } from '../dialects/dialect'
import { AutogenError, DatabaseUnreachableError, InterruptedError, LockTimeoutError } from '../errors'
import { defined } from '../model/defined'
import { displayName } from '../model/lookup'
import type { RunListener } from './events'
import { serverMessage } from './failure'
import { defaultLockMs, pause } from './retry'
import { isGone, type Session } from './session'
import { whoRuns } from './who'

/** LockOptions says how long to wait and who listens meanwhile. */
export interface LockOptions {
  readonly lockTimeoutMs?: number
  readonly onEvent?: RunListener
  readonly signal?: AbortSignal
  /** How long the statements of a transaction may wait and run. */
  readonly limits?: Limits
}

/** Runs work while holding the lock, on a session whose transactions wait their turn; released whatever happens. */
export async function withLock<R>(
  session: Session,
  options: LockOptions,
  work: (session: Session) => Promise<R>,
): Promise<R> {
  const key = lockKey(session)
  const { dialect, connection } = session
  const { host } = whoRuns()
  if (await dialect.session.isPooled?.(connection)) return work(pooledSession(session, options, { key, host }))
  const lock = await wait(options, () => dialect.session.lock(connection, key, host), holderOf(session))
  try {
    const held = defined({ ...patientSession(session, options), holdsLock: lock.isHeld?.bind(lock) })
    const result = await work(held)
    await lock.release()
    return result
  } catch (error) {
    // Where the connection is gone the lock went with it, and the first error is the one to tell.
    await lock.release().catch(() => undefined)
    throw await cutOff(session, error)
  }
}

/** A connection that was cut is told by the migration it was cut in; where none ran, it is a fact of the database. */
async function cutOff(session: Session, error: unknown): Promise<unknown> {
  if (error instanceof AutogenError || !(await isGone(session))) return error
  const said = session.withoutPasswords(serverMessage(error))
  return new DatabaseUnreachableError(session.address, `the connection was cut (${said})`, { cause: error })
}

/** The session, but beginning waits while another process writes, as SQLite's only lock is its transaction, and sets the limits. */
export function patientSession(session: Session, options: LockOptions): Session {
  const limits = { lockMs: defaultLockMs, ...options.limits }
  return { ...session, begin: (how) => whileBusy(session, options, () => session.begin({ limits, ...how })) }
}

/** Behind a pooler each transaction takes the lock for itself, and the heads are read again in it. */
function pooledSession(session: Session, options: LockOptions, lock: NonNullable<BeginOptions['lock']>): Session {
  const { another: _, ...alone } = session
  const patient = patientSession({ ...alone, begin: (how) => session.begin({ lock, ...how }) }, options)
  options.onEvent?.({
    type: 'warning',
    code: 'pooler',
    message:
      'A pooler stands between here and the server, so each transaction takes the lock for itself and a revision that commits in parts is refused; `--url` with the address of the server itself runs those too.',
  })
  return { ...patient, pooled: true }
}

/** Tries again for as long as another process keeps the database busy. */
export function whileBusy<R extends object>(
  session: Session,
  options: LockOptions,
  work: () => Promise<R>,
): Promise<R> {
  const attempt = async () => {
    try {
      return await work()
    } catch (error) {
      if (isBusy(error)) return undefined
      throw error
    }
  }
  return wait(options, attempt, holderOf(session))
}

function holderOf(session: Session): () => Promise<string | undefined> {
  return async () => session.dialect.session.holder?.(session.connection, lockKey(session))
}

/** Who migrates at this moment: null when nobody does, undefined where nobody can be asked. */
export async function whoMigrates(session: Session): Promise<string | null | undefined> {
  if (session.dialect.session.holder === undefined) return undefined
  return (await holderOf(session)()) ?? null
}

/** What two runs must share to be in each other's way. */
export function lockKey({ database, scope, tables }: Session): string {
  return [database ?? '', tables.version.schema ?? scope.defaultSchema ?? '', displayName(tables.version)].join('/')
}

const firstDelayMs = 40
const longestDelayMs = 1_000
const reportEveryMs = 5_000

/** Tries until it gets something, with longer and longer pauses, for as long as the options allow. */
async function wait<R>(
  { lockTimeoutMs = 60_000, onEvent, signal }: LockOptions,
  attempt: () => Promise<R | undefined>,
  whoHolds: () => Promise<string | undefined>,
): Promise<R> {
  const started = Date.now()
  let reported = -Infinity
  for (let delay = firstDelayMs; ; delay = Math.min(delay * 1.5, longestDelayMs)) {
    if (signal?.aborted) throw new InterruptedError()
    const taken = await attempt()
    const waitedMs = Date.now() - started
    if (taken !== undefined) {
      if (reported > 0) onEvent?.({ type: 'lock', state: 'taken', waitedMs })
      return taken
    }
    const left = lockTimeoutMs - waitedMs
    if (left <= 0 || Date.now() - reported >= reportEveryMs) {
      const holder = await whoHolds()
      if (left <= 0) throw new LockTimeoutError(waitedMs, holder)
      onEvent?.({ type: 'lock', state: 'waiting', waitedMs, ...(holder === undefined ? {} : { holder }) })
      reported = Date.now()
    }
    // Jitter, so that a crowd of replicas does not knock all at once.
    await pause(Math.min(left, delay * (0.5 + Math.random())), signal)
  }
}

/** Whether a database said that another process is writing to it; TypeORM wraps what the driver says. */
function isBusy(error: unknown): boolean {
  if (error instanceof BusyError) return true
  if (!(error instanceof Error)) return false
  const inner: unknown = Reflect.get(error, 'driverError')
  return String(Reflect.get(error, 'code')).startsWith('SQLITE_BUSY') || (inner !== error && isBusy(inner))
}
