// The way of one pair: from nothing to the first entities, to the second and back, looking at everything in between.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import type { RenameListener } from '../../src/commands/revision'
import type { Answers } from '../../src/diff/answers'
import { sameJson } from '../../src/model/expression'
import { displayName } from '../../src/model/lookup'
import type { SchemaModel } from '../../src/model/schema'
import { apply } from '../../src/operations/apply'
import { openSession, type Session } from '../../src/runtime/session'
import { bySocket, freshPostgres } from '../support/databases'
import type { Pair } from '../support/random-entities/edit'
import type { Entities } from '../support/random-entities/spec'
import { bystandersFor } from './bystanders'
import { difference, dumpCatalogue, type Dump } from './catalogue'
import { Journey, tell, type Clock } from './journey'
import { columnOf, located } from './names'
import { insertSql, rowsFor, survivorsOf } from './rows'

/** Walker takes pairs through one database of its own. */
export interface Walker {
  /** Walks a pair; returns what was not as it should be, nothing when all was well. */
  walk(pair: Pair, options?: WalkOptions): Promise<string[]>
  readonly url: string
  readonly spent: Readonly<Record<string, number>>
  /** How many rows were there to survive, so far. */
  readonly rows: number
  close(): Promise<void>
}

/** WalkOptions is what else happens on the way. */
export interface WalkOptions {
  /** Goes from the first entities to the second and back by other means than the functions behind the commands. */
  readonly vehicle?: Vehicle
  /** Looks around when the database has the second entities; returns what is not as it should be. */
  readonly lookAround?: () => Promise<string[]>
  /**
   * `less`: goes only from the first entities to the second and back, not all the way back, and without a look in between;
   * `least`: nor does check look after the way back, where the catalogue is compared in any case.
   */
  readonly look?: 'less' | 'least'
}

/** Vehicle is another way to do what the commands do. */
export interface Vehicle {
  /** Where the first revision is, and the next ones are to be. */
  readonly folder: string
  revision(to: Entities, answers: Answers, schema: SchemaModel): Promise<void>
  upgrade(): Promise<void>
  check(): Promise<void>
  downgrade(): Promise<void>
}

/** Opens a walker. All commands of all its walks share a connection, one for each default schema. */
export async function openWalker(): Promise<Walker> {
  const database = await freshPostgres()
  const options = await bySocket(database.url)
  const folder = mkdtempSync(join(tmpdir(), 'autogen-soak-'))
  const opened = new Map<string, Promise<{ session: Session; base: typeorm.DataSource; empty: Dump }>>()
  const open = async (schema: string) => {
    const base = new typeorm.DataSource({
      ...options,
      ...(schema === 'public' ? {} : { schema }),
      // A crash of the server would take nothing we need with it; and to plan a query well takes longer than to run it on so few rows.
      extra: {
        options: '-c synchronous_commit=off -c client_min_messages=warning -c join_collapse_limit=1 -c jit=off',
      },
    } as unknown as typeorm.DataSourceOptions)
    const session = await openSession(base)
    await clean(session.connection, schema)
    return { session, base, empty: await dumpCatalogue(session.connection) }
  }
  const spent: Record<string, number> = {}
  let rows = 0
  const clock: Clock = async (phase, work) => {
    const started = performance.now()
    try {
      return await work()
    } finally {
      spent[phase] = (spent[phase] ?? 0) + performance.now() - started
    }
  }
  return {
    url: database.url,
    spent,
    get rows() {
      return rows
    },
    async walk(pair, options = {}) {
      const { defaultSchema } = pair
      if (!opened.has(defaultSchema)) opened.set(defaultSchema, open(defaultSchema))
      const { session, base, empty } = await opened.get(defaultSchema)!
      await clock('clean', () => clean(session.connection, defaultSchema))
      const { vehicle } = options
      const journey = new Journey(session, base, vehicle?.folder ?? folder, clock, pair.names, vehicle !== undefined)
      try {
        await walkPair(journey, pair, empty, options)
        return journey.problems
      } catch (error) {
        return [...journey.problems, `${journey.phase}: ${tell(error)}`]
      } finally {
        rows += journey.rows
        journey.forget()
      }
    },
    async close() {
      for (const { session } of await Promise.all(opened.values())) await session.close()
      rmSync(folder, { recursive: true, force: true })
      await database.drop()
    },
  }
}

/** Makes a database empty. */
export async function clean(connection: Pick<Session['connection'], 'query'>, defaultSchema: string): Promise<void> {
  await connection.query(`DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
      EXECUTE format('DROP SCHEMA %I CASCADE', one.nspname);
    END LOOP;
    FOR one IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
      EXECUTE format('DROP EXTENSION %I CASCADE', one.extname);
    END LOOP;
    CREATE SCHEMA public;
    ${defaultSchema === 'public' ? '' : `CREATE SCHEMA "${defaultSchema}";`}
  END $$`)
}

async function walkPair(
  journey: Journey,
  pair: Pair,
  empty: Dump,
  { vehicle, lookAround, look }: WalkOptions,
): Promise<void> {
  const { from, to, renamed, defaultSchema, bystanders } = pair
  await journey.revise('a', from)
  await journey.upgrade('to the first entities')
  if (vehicle === undefined && look === undefined) await journey.checkEmpty('after the first upgrade', from)

  const [first, second] = [await journey.schemaOf(from), await journey.schemaOf(to)]
  const onRename = renamed ? whereTypesAgree(first, second) : () => null
  // What is there by hand must be there before the revision is written, and comes where nothing of the way is changed.
  const revises = vehicle === undefined && !bystanders
  const renames = revises ? await journey.revise('b', to, first, onRename) : await journey.renames(to, onRename)
  const way = {
    from: located(first, defaultSchema),
    renamed: located(apply(first, renames.operations), defaultSchema),
    to: located(second, defaultSchema),
  }
  await journey.seed(insertSql(rowsFor(way)))
  const strangers = bystanders ? bystandersFor(way, defaultSchema) : undefined
  if (strangers !== undefined) await journey.run('bystanders', strangers.create)
  const before = await journey.dump()
  const survivors = survivorsOf(way)
  const expectedAfter = await journey.read(survivors.expectedAfter)
  const expectedBack = await journey.read(survivors.expectedBack)

  if (renames.some) {
    if (vehicle === undefined) {
      if (!revises) await journey.revise('b', to, first, onRename)
      await journey.upgrade('to the second entities')
    } else {
      await vehicle.revision(to, renames.answers, second)
      await vehicle.upgrade()
    }
  }
  if (vehicle === undefined) await journey.checkEmpty('after the second upgrade', to, strangers?.named)
  else await vehicle.check()
  journey.compare('rows after the upgrade', expectedAfter, await journey.read(survivors.after))
  if (lookAround !== undefined) journey.problems.push(...(await lookAround()))

  if (renames.some) await (vehicle === undefined ? journey.downgrade('-1') : vehicle.downgrade())
  if (look !== 'least') await journey.checkEmpty('after the downgrade', from, strangers?.named)
  journey.compare('catalogue after the downgrade', before, await journey.dump(), difference)
  journey.compare('rows after the downgrade', expectedBack, await journey.read(survivors.before))

  if (look !== undefined) return
  if (strangers !== undefined) await journey.run('bystanders', strangers.drop)
  await journey.downgrade('base')
  journey.compare('catalogue at base', empty, await journey.dump(), difference)
}

/** Says that a thing was renamed to the likest new one, if that can hold what it holds. */
function whereTypesAgree(first: SchemaModel, second: SchemaModel): RenameListener {
  return ({ kind, gone, name, created: [created] }) => {
    if (created === undefined || kind === 'enumValue') return created
    if (kind === 'column') {
      const types = (schema: SchemaModel, column: string) =>
        schema.tables.flatMap((table) => table.columns.filter((one) => one.name === column).map(({ type }) => type))
      const held = types(first, name)
      // What somebody made by hand is nobody's to rename.
      if (held.length === 0) return null
      const all = [...held, ...types(second, created)]
      return all.every((type) => sameJson(type, all[0])) ? created : null
    }
    const [one] = first.tables.filter((table) => displayName(table) === gone)
    const other = second.tables.find((table) => table.name === created && table.schema === one?.schema)
    const agree = one?.columns.every(({ name: column, type }) => sameJson(columnOf(other, column)?.type ?? type, type))
    return agree ? created : null
  }
}
