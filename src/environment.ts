// What a command works with: settings, history, and a database that is opened when first asked for and closed once.
import type { DataSource } from 'typeorm'
import type { CommandContext } from './own-command'
import type { Settings } from './settings'
import type { Answers } from './diff/answers'
import { defined } from './model/defined'
import type { OwnOperationList } from './operations/own'
import { ownOperations } from './operations/own-list'
import { buildGraph, type RevisionGraph } from './graph/graph'
import { withoutPasswords } from './runtime/passwords'
import type { Purpose } from './runtime/connection'
import { openSession, type Session } from './runtime/session'
import type { RunEvent } from './runtime/events'
import type { MigrationScript } from './scripts/script'
import { reachesRevisions } from './scripts/typeorm'
import type { ScriptTemplate } from './scripts/template'
import type { HookRun, WriteHook } from './scripts/write-hooks'

/** TargetEvent comes before anything is written: which database it will be. */
export interface TargetEvent {
  readonly type: 'target'
  readonly address: string
  readonly schema?: string
}

/** CommandEvent is one thing that happened during a command. */
export type CommandEvent = RunEvent | TargetEvent | HookEvent

/** HookEvent tells of a hook that has run after a revision was written. */
export interface HookEvent extends HookRun {
  readonly type: 'hook'
}

/** Listener hears what happens during a command, as plain data. */
export type Listener = (event: CommandEvent) => void

/** Place says where files are, for the commands that write them; there is none when modules were given. */
export interface Place {
  /** Where relative paths of the settings start. */
  readonly folder: string
  /** The folders revisions are read from; a new one goes beside its parent. */
  readonly migrations: readonly string[]
  /** Where the one folder's TypeScript is compiled to. */
  readonly compiled?: string
  /** What new revisions are written in. */
  readonly language: 'ts' | 'js'
  readonly module: 'esm' | 'cjs'
  /** How their names end; `.ts` or `.js` when left out. */
  readonly ending?: 'ts' | 'js' | 'mjs' | 'cjs'
  /** The project's own template, loaded when a file is written. */
  readonly template?: { readonly name: string; load(): Promise<ScriptTemplate> }
  /** What runs after a file was written, with folders as paths. */
  readonly afterWrite?: readonly WriteHook[]
}

/** Environment is open for the time of one command. */
export interface Environment extends CommandContext {
  readonly settings: Settings
  readonly scripts: readonly MigrationScript[]
  readonly graph: RevisionGraph
  /** The project's own operations. */
  readonly own: OwnOperationList
  readonly place?: Place
  readonly emit: Listener
  readonly signal?: AbortSignal
  /** Who wrote a revision, as far as that can be known. */
  authorOf(id: string): Promise<string | undefined>
  /** What the settings say was renamed. */
  renames(): Promise<Answers>
  /** The user's data source, loaded when first asked for. */
  dataSource(): Promise<DataSource>
  /** The connection for a command that reads, opened when first asked for; a file that is missing is not made for it. */
  session(): Promise<Session>
  /** The connection for a command that writes: the target is told first. */
  writingSession(): Promise<Session>
  /** Takes passwords out of a text that somebody else wrote: those of the settings, and of the data source once it is loaded. */
  withoutPasswords(message: string): string
  /** Closes what was opened on a file that is missing, so that the next one that asks looks for it again. */
  lookAgain(): Promise<void>
  close(): Promise<void>
}

/** Parts is what an environment is put together from. */
export interface Parts {
  readonly settings: Settings
  readonly scripts: readonly MigrationScript[]
  /** What was given with `-x`, for the scripts. */
  readonly x?: Readonly<Record<string, string>>
  readonly renames?: () => Promise<Answers>
  readonly dataSource: () => Promise<DataSource>
  readonly place?: Place
  /** Who wrote a file. */
  readonly authorOf?: (file: string) => Promise<string | undefined>
  readonly emit?: Listener
  readonly signal?: AbortSignal
}

/** Puts an environment together; nothing is opened yet. */
export function createEnvironment(parts: Parts): Environment {
  const emit = parts.emit ?? (() => undefined)
  const own = ownOperations(parts.settings.operations ?? [])
  const given = defined({ x: parts.x, own: own.size === 0 ? undefined : own })
  let dataSource: Promise<DataSource> | undefined
  let loaded: DataSource | undefined
  let session: Promise<Session> | undefined
  let graph: RevisionGraph | undefined
  const open = (purpose: Purpose): Promise<Session> => {
    if (session === undefined) {
      const opening = environment.dataSource().then((found) => openSession(found, parts.settings, purpose))
      session = opening
      // Whoever waits for a database asks again.
      opening.catch(() => {
        if (session === opening) session = undefined
      })
    }
    return session
  }
  const environment: Environment = {
    settings: parts.settings,
    scripts: parts.scripts.map((script) => ({ ...script, ...given })),
    own,
    ...(parts.place === undefined ? {} : { place: parts.place }),
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
    emit,
    authorOf: async (id) => {
      const path = environment.graph.revisions.get(id)?.path
      return path === undefined ? undefined : parts.authorOf?.(path)
    },
    renames: parts.renames ?? (() => Promise.resolve({})),
    get graph() {
      return (graph ??= buildGraph(parts.scripts.map((script) => script.revision)))
    },
    dataSource: () =>
      (dataSource ??= parts.dataSource().then((found) => {
        loaded = found
        warnOfGlobs(found, parts, emit)
        return warnOfSideEffects(found, emit)
      })),
    session: () => open('read'),
    lookAgain: async () => {
      const opened = await session
      if (opened?.absent !== true) return
      session = undefined
      await opened.close()
    },
    writingSession: async () => {
      await environment.lookAgain()
      const opened = await open('write')
      const schema = opened.scope.defaultSchema
      emit({ type: 'target', address: opened.address, ...(schema === undefined ? {} : { schema }) })
      return opened
    },
    withoutPasswords: (message) =>
      withoutPasswords(message, loaded?.options ?? {}, parts.settings.url, parts.settings.scratchUrl),
    close: async () => {
      // An opening that failed was reported by the command that asked for it.
      const opened = await session?.catch(() => undefined)
      try {
        const unstored = await opened?.unstored()
        if (unstored !== undefined) emit({ type: 'warning', code: 'not-stored', message: unstored })
      } finally {
        await opened?.close()
      }
    },
  }
  return environment
}

/** TypeORM loads what its globs reach as migrations of its own, and an application does not start with ours among them. */
function warnOfGlobs(dataSource: DataSource, { place, scripts }: Parts, emit: Listener): void {
  if (place === undefined) return
  const folders = [...place.migrations, ...(place.compiled === undefined ? [] : [place.compiled])]
  const files = scripts.flatMap(({ revision }) => revision.path ?? [])
  if (!reachesRevisions(dataSource.options.migrations, folders, { files, from: place.folder })) return
  emit({
    type: 'warning',
    code: 'typeorm-globs',
    message:
      "Your data source's `migrations` reach the folder of your revisions, which TypeORM loads as its own and fails on when the application starts: take that folder out of them.",
  })
}

const dangerous = ['synchronize', 'dropSchema', 'migrationsRun'] as const

/** TypeORM would change the database by itself beside us: say so once. */
function warnOfSideEffects(dataSource: DataSource, emit: Listener): DataSource {
  const set = dangerous.filter((option) => dataSource.options[option] === true)
  if (set.length > 0) {
    emit({
      type: 'warning',
      message: `Your data source sets ${set.map((option) => `${option}: true`).join(', ')}: TypeORM will change the schema by itself when the application starts; set it to false.`,
    })
  }
  return dataSource
}
