// The file of a sql.js database, which lives in memory: written aside and renamed, and never over what somebody else has written.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, type Stats } from 'node:fs'
import { copyFile, open, realpath, rm, stat, type FileHandle } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DataSource, DataSourceOptions } from 'typeorm'
import type { Copies } from '../dialects/dialect'
import { FileChangedError } from '../errors'

/** Whether options are those of TypeORM's sql.js driver. */
export function isSqljs(options: DataSourceOptions): options is SqljsOptions {
  return options.type === 'sqljs'
}

type SqljsOptions = Extract<DataSourceOptions, { type: 'sqljs' }>

/** Keeper stands between a sql.js driver and its file. */
export interface Keeper {
  /** How the file is copied; a copy takes the place of what is in memory, too. */
  readonly copies: Copies
  /** Refuses where the file is no longer what it was when it was read. */
  verify(): void
  /** Lets the driver write as it would without us. */
  release(): void
}

// The type of TypeORM's sql.js driver cannot be named; these are public methods of it.
interface Driver {
  load(bytes: Uint8Array): Promise<unknown>
  autoSave(): Promise<void>
  save(location?: string): Promise<void>
  export(): Uint8Array
}

/** What a connection of our own is opened with: what nobody forbids is kept, as a command ends with its process. */
export function sqljsSettings({ autoSave, autoSaveCallback, location }: SqljsOptions): object {
  const kept = autoSave !== false && (location !== undefined || autoSaveCallback !== undefined)
  if (!kept || autoSaveCallback === undefined) return { autoSave: kept }
  const save = onChange((bytes) => autoSaveCallback(bytes))
  return { autoSave: true, autoSaveCallback: (bytes: Uint8Array) => save(bytes) }
}

/** TypeORM saves after whatever is no SELECT, but reading must not write: the first time is `saveFirst`, which only looks. */
function onChange(save: (bytes: Uint8Array) => unknown, stored?: string): (bytes: Uint8Array) => Promise<void> {
  let last = stored
  return async (bytes) => {
    const now = digest(bytes)
    if (last !== undefined && now !== last) await save(bytes)
    last = now
  }
}

/** Has a connection of our own look at what it has read, so that only what changes from then on is stored. */
export async function saveFirst({ driver, options }: DataSource): Promise<void> {
  if (isSqljs(options)) await (driver as unknown as Driver).autoSave()
}

/** Why nothing that changes is stored, and what to do; undefined where it is. */
export function unstoredReason({ options, isInitialized }: DataSource): string | undefined {
  if (!isSqljs(options)) return undefined
  const { autoSave, autoSaveCallback, location } = options
  const where = location ?? 'a file'
  if (location === undefined && autoSaveCallback === undefined) {
    return 'Nothing of this was stored: the database lives in memory alone; give the data source a `location`.'
  }
  if (isInitialized && autoSave !== true) {
    return `Nothing of this is in ${where} yet: the data source has no \`autoSave\`; call \`dataSource.sqljsManager.saveDatabase()\`.`
  }
  if (autoSave !== false) return undefined
  return `Nothing of this was stored: the data source says \`autoSave: false\`; take that out, or migrate in the application that saves ${where}.`
}

/** Drivers that write by our way, and how many sessions want them to: an application may have several open. */
const kept = new WeakMap<object, { readonly keeper: Keeper; sessions: number }>()

/** Has a driver write its file by our way; undefined where it writes none. To be called before it reads the file. */
export function keepFile({ driver, options, isInitialized }: DataSource): Keeper | undefined {
  if (!isSqljs(options) || !options.autoSave || options.autoSaveCallback || options.location === undefined)
    return undefined
  const { location } = options
  const known = kept.get(driver) ?? {
    keeper: keeperOf(driver as unknown as Driver, resolve(location), isInitialized),
    sessions: 0,
  }
  known.sessions++
  kept.set(driver, known)
  return known.keeper
}

function release(driver: Driver): void {
  const known = kept.get(driver)
  if (known === undefined || --known.sessions > 0) return
  kept.delete(driver)
  Reflect.deleteProperty(driver, 'save')
}

function keeperOf(driver: Driver, file: string, isRead: boolean): Keeper {
  const original = driver.save.bind(driver)
  let known = digestOf(file)
  let refused = false
  const verify = () => {
    if (digestOf(file) === known) return
    refused = true
    throw new FileChangedError(file)
  }
  const keep = onChange(
    async (bytes) => {
      // What was refused once was told, and is not to be stored on the way out.
      if (refused) return
      await replaceFile(file, bytes, verify)
      known = digest(bytes)
    },
    isRead ? known : undefined,
  )
  // One at a time, or an older state could be stored after a newer one.
  let saving: Promise<unknown> = Promise.resolve()
  const save = (elsewhere?: string) => {
    if (elsewhere !== undefined) return original(elsewhere)
    const next = saving.then(() => keep(driver.export()))
    saving = next.catch(() => undefined)
    return next
  }
  Object.assign(driver, { save })
  const copies: Copies = {
    file: async () => (existsSync(file) ? file : undefined),
    size: async () => (await stat(file)).size,
    async copy(to) {
      verify()
      await copyFile(file, to)
    },
    async restore(from) {
      if (digestOf(file) !== known) return 'another process has written it since, and that would be lost'
      await driver.load(readFileSync(from))
      await save()
      return undefined
    },
  }
  return {
    copies,
    verify,
    release: () => release(driver),
  }
}

/** What a file holds, as one word; one that is not there holds nothing. */
function digestOf(file: string): string {
  return digest(existsSync(file) ? readFileSync(file) : new Uint8Array())
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Written whole beside the file and put in its place: whoever reads it, at whatever moment, finds the old one or the new one. */
async function replaceFile(path: string, bytes: Uint8Array, verify: () => void): Promise<void> {
  const before = existsSync(path) ? await stat(path) : undefined
  const file = before === undefined ? path : await realpath(path)
  const aside = `${file}.${process.pid}.new`
  try {
    const handle = await open(aside, 'w', before?.mode)
    try {
      await handle.writeFile(bytes)
      if (before !== undefined) await likeBefore(handle, before)
      await handle.sync()
    } finally {
      await handle.close()
    }
    // Nothing of ours comes between the last look and the new name.
    verify()
    renameSync(aside, file)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

async function likeBefore(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  const made = await handle.stat()
  if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid)
  await handle.chmod(mode)
}
