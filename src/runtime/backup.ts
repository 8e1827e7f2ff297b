// A copy of a database file before it is changed, and the way back to it. Servers have backups of their own.
import { existsSync, type Stats } from 'node:fs'
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
  const file = await copyTo(session, folder, (now) => backupName(database, heads, now), database, copies, options)
  const tell = (state: 'made' | 'restored' | 'removed') => options.onEvent?.({ type: 'backup', state, file })
  tell('made')
  return {
    file,
    async restore() {
      const reason = session.borrowed ? shared : existsSync(file) ? await copies.restore(file) : removed
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
// To SQLite a file that is not there is an empty database.
const removed = 'somebody has removed it'

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
  folder: string,
  name: (now: Date) => string,
  database: string,
  copies: Copies,
  options: LockOptions,
): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    requireSpace(folder, await copies.size(), await freeIn(folder))
    const { file, partial } = await newFile(folder, name, await stat(database))
    try {
      await whileBusy(session, options, async () => {
        // An attempt that met another writer may have left something.
        await writeFile(partial, '')
        await copies.copy(partial)
        return copies
      })
      await rename(partial, file)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    return file
  } catch (error) {
    if (error instanceof AutogenError) throw error
    throw new BackupError(database, error instanceof Error ? error.message : String(error), error)
  }
}

/**
 * A file of our own, also where several processes begin in one moment. What is cut off in the middle must not look like a
 * backup, and nobody may read of a copy what they may not read of the database.
 */
async function newFile(
  folder: string,
  name: (now: Date) => string,
  { mode }: Stats,
): Promise<{ file: string; partial: string }> {
  for (let now = Date.now(); ; now++) {
    const file = join(folder, name(new Date(now)))
    const partial = `${file}.partial`
    if (existsSync(file) || !(await made(partial, mode))) continue
    // Between our two looks another process may have finished one of that name.
    if (!existsSync(file)) return { file, partial }
    await rm(partial)
  }
}

async function made(file: string, mode: number): Promise<boolean> {
  try {
    await writeFile(file, '', { mode, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  await chmod(file, mode)
  return true
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
  const ours = (name: string) => name.startsWith(`${stem}_`) && timestamped.test(name.slice(stem.length + 1))
  const all = (await readdir(folder)).filter(ours)
  const cutOff = all.filter((name) => name.endsWith(`${ending}.partial`))
  const whole = all.filter((name) => name.endsWith(ending) && !cutOff.includes(name)).sort()
  for (const name of [...whole.slice(0, -keep), ...(await abandoned(folder, cutOff))]) {
    // Of several processes that end in one moment another may have been there first.
    await rm(join(folder, name), { force: true }).catch((error: Error) =>
      onEvent?.({ type: 'warning', message: `An old backup could not be removed: ${error.message}.` }),
    )
  }
}

const timestamped = /^\d{8}T\d{9}Z_/
const abandonedAfterMs = 3_600_000

/** What nobody has written to for so long that nobody will. */
async function abandoned(folder: string, files: readonly string[]): Promise<string[]> {
  const times = await Promise.all(
    files.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.mtimeMs ?? Infinity),
  )
  return files.filter((_, at) => Date.now() - times[at]! > abandonedAfterMs)
}
