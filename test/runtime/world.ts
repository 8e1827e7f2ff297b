// What the tests of this room share: every database of the lane, sessions on it, histories as one literal.
import * as typeorm from 'typeorm'
import { buildGraph, type RevisionGraph } from '../../src/graph/graph'
import { downgradePath, stampPath, upgradePath } from '../../src/graph/path'
import type { Row } from '../../src/dialects/dialect'
import type { RunEvent } from '../../src/runtime/events'
import { migrate } from '../../src/runtime/migrate'
import type { MigrateRequest, MigrateResult } from '../../src/runtime/run'
import { openSession, type Session, type SessionSettings } from '../../src/runtime/session'
import { stamp } from '../../src/runtime/stamp'
import type { MigrationModule, MigrationScript } from '../../src/scripts/script'
import type { TestDatabase } from '../support/databases'

export { databases } from '../support/databases'

/** World is one database with sessions on it, all of which end with it. */
export interface World {
  readonly database: TestDatabase
  readonly sqlite: boolean
  session(settings?: SessionSettings, options?: object): Promise<Session>
  /** Asks the database over a session of its own. */
  ask(sql: string): Promise<Row[]>
  upgrade(history: History, target?: string | readonly string[], options?: Partial<MigrateRequest>): Promise<Moved>
  downgrade(history: History, target: string | null, options?: Partial<MigrateRequest>): Promise<Moved>
  stamp(history: History, target: string | null, options?: object): Promise<{ heads: readonly string[] }>
  end(): Promise<void>
}

/** What moved, and what was told meanwhile. */
export type Moved = MigrateResult & { readonly events: readonly RunEvent[] }

export async function world(create: () => Promise<TestDatabase>): Promise<World> {
  const database = await create()
  const open: Session[] = []
  const session = async (settings: SessionSettings = {}, options: object = {}) => {
    const dataSource = new typeorm.DataSource({ ...database.options, ...options } as typeorm.DataSourceOptions)
    const opened = await openSession(dataSource, settings)
    const session: Session = {
      ...opened,
      async close() {
        const [one] = open.splice(open.indexOf(session), 1)
        if (one !== undefined) await opened.close()
      },
    }
    open.push(session)
    return session
  }
  const within = async <R>(work: (one: Session) => Promise<R>): Promise<R> => {
    const one = await session()
    try {
      return await work(one)
    } finally {
      await one.close()
    }
  }
  const move = (kind: 'upgrade' | 'downgrade', history: History, steps: MigrateRequest['steps'], options: object) =>
    within(async (one) => {
      const events: RunEvent[] = []
      const request = {
        kind,
        ...history,
        steps,
        toolVersion: '0.0.1',
        onEvent: (event: RunEvent) => events.push(event),
      }
      return { ...(await migrate(one, { ...request, ...options })), events }
    })
  return {
    database,
    sqlite: database.options.type !== 'postgres',
    session,
    ask: (sql) => within((one) => one.connection.query(sql)),
    upgrade: (history, target, options = {}) => {
      const targets = target === undefined ? history.graph.realHeads : [target].flat()
      return move('upgrade', history, (heads) => upgradePath(history.graph, heads, targets), options)
    },
    downgrade: (history, target, options = {}) =>
      move('downgrade', history, (heads) => downgradePath(history.graph, heads, [{ id: target }]), options),
    stamp: (history, target, options = {}) =>
      within((one) =>
        stamp(one, {
          ...history,
          steps: (heads, graph) => stampPath(graph, heads, [{ id: target }]).steps,
          toolVersion: '0.0.1',
          ...options,
        }),
      ),
    async end() {
      await Promise.all([...open].map((one) => one.close()))
      await database.drop()
    },
  }
}

/** History is scripts and their graph. */
export interface History {
  readonly graph: RevisionGraph
  readonly scripts: readonly MigrationScript[]
}

type Script = Omit<MigrationModule, 'revision' | 'downRevision'> & { readonly down?: string | readonly string[] | null }

/** A history by revision: each follows the one before it unless it says `down`. */
export function history(scripts: Readonly<Record<string, Script>>): History {
  let previous: string | null = null
  const all = Object.entries(scripts).map(([revision, { down, ...rest }]): MigrationScript => {
    const downRevision: string | readonly string[] | null = down === undefined ? previous : down
    previous = revision
    const module: MigrationModule = { revision, downRevision, ...rest }
    return {
      revision: {
        id: revision,
        down: downRevision === null ? [] : [downRevision].flat(),
        labels: [],
        dependsOn: [],
        message: rest.message ?? revision,
      },
      load: async () => module,
    }
  })
  return { scripts: all, graph: buildGraph(all.map(({ revision }) => revision)) }
}
