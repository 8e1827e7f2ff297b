// A copy of a database file before it is changed, and the way back to it. Servers have backups of their own.
import type { Stats } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { Copies } from '../dialects/dialect'
import { AutogenError, BackupError } from '../errors'
import type { RunListener } from './events'
import { whileBusy, type LockOptions } from './lock'
import type { Session } from './session'

/** BackupSettings says where copies lie and how many of them stay. */
export interface BackupSettings {
  /** The folder; `backups` beside the database when left out. */
  readonly folder?: string
  /** How many stay: the newest. */
  readonly keep?: number
}

const keptByDefault = 3

/** Backup is a copy of the database as it was before a run. */
export interface Backup {
  readonly file: string
  /** Puts it back; where that would lose something it says what, and leaves all as it is. */
  restore(): Promise<string | undefined>
  /** Ends the run: a copy of what has changed stays, and the oldest beyond the number kept go; any other goes itself. */
  end(changed: boolean): Promise<void>
}

/** Copies the database, unless it is in no file or there is nothing in it. */
export async function makeBackup(
  session: Session,
  settings: BackupSettings,
  heads: readonly string[],
  options: LockOptions,
): Promise<Backup | undefined> {
  const { copies } = session
  const database = await copies?.file()
  if (copies === undefined || database === undefined) return undefined
  const folder = resolve(settings.folder ?? join(dirname(database), 'backups'))
  const file = join(folder, backupName(database, heads, new Date()))
  await copyTo(session, file, database, copies, options)
  const tell = (state: 'made' | 'restored' | 'removed') => options.onEvent?.({ type: 'backup', state, file })
  tell('made')
  return {
    file,
    async restore() {
      const reason = session.borrowed ? shared : await copies.restore(file)
      if (reason === undefined) tell('restored')
      return reason
    },
    async end(changed) {
      if (changed) return prune(folder, database, settings.keep ?? keptByDefault, options.onEvent)
      await rm(file, { force: true })
      tell('removed')
    },
  }
}

const shared = 'the application has it open, and what it has written since could be lost'

/** `app_20260803T121530123Z_a1b2c3d4e5f6.db`: the database, when, and the revision it was at. */
export function backupName(database: string, heads: readonly string[], now: Date): string {
  const { stem, ending } = partsOf(database)
  const at = heads.length === 0 ? 'base' : heads.join('+').slice(0, 100)
  return `${stem}_${now.toISOString().replace(/[-:.]/g, '')}_${at}${ending}`
}

function partsOf(database: string) {
  const ending = extname(database)
  return { stem: basename(database, ending), ending }
}

async function copyTo(
  session: Session,
  file: string,
  database: string,
  copies: Copies,
  options: LockOptions,
): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    requireSpace(dirname(file), await copies.size(), await freeIn(dirname(file)))
    // What is cut off in the middle must not look like a backup.
    const partial = `${file}.partial`
    try {
      await whileBusy(session, options, () => write(partial, database, copies))
      await rename(partial, file)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  } catch (error) {
    if (error instanceof AutogenError) throw error
    throw new BackupError(database, error instanceof Error ? error.message : String(error), error)
  }
}

/** Nobody may read of a copy what they may not read of the database. */
async function write(to: string, database: string, copies: Copies): Promise<Stats> {
  const like = await stat(database)
  await writeFile(to, '', { mode: like.mode })
  await chmod(to, like.mode)
  await copies.copy(to)
  return like
}

/** Refuses where a copy of that many bytes does not fit; `free` is how many there are. */
export function requireSpace(folder: string, bytes: number, free: number): void {
  if (bytes > free) throw new Error(`it takes ${megabytes(bytes)}, and ${folder} has ${megabytes(free)} left`)
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`
}

async function prune(folder: string, database: string, keep: number, onEvent: RunListener | undefined): Promise<void> {
  const { stem, ending } = partsOf(database)
  const ours = (name: string) =>
    name.startsWith(`${stem}_`) &&
    /^\d{8}T\d{9}Z_/.test(name.slice(stem.length + 1)) &&
    (name.endsWith(ending) || name.endsWith(`${ending}.partial`))
  const oldest = (await readdir(folder)).filter(ours).sort().reverse().slice(keep)
  for (const name of oldest) {
    await rm(join(folder, name)).catch((error: Error) =>
      onEvent?.({ type: 'warning', message: `An old backup could not be removed: ${error.message}.` }),
    )
  }
}
