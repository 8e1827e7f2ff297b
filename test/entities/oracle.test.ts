// TypeORM as the oracle: what it creates is what we read from the entities, and what we create is what it creates.
import 'reflect-metadata'
import * as typeorm from 'typeorm'
import type { DataSourceOptions } from 'typeorm'
import { applyPolicy } from '../../src/diff/policy'
import { diff } from '../../src/diff/diff'
import { postgres } from '../../src/dialects/postgres'
import { sqlite } from '../../src/dialects/sqlite'
import type { Dialect, Scope } from '../../src/dialects/dialect'
import { readEntities } from '../../src/entities/read'
import { emptySchema, type SchemaModel } from '../../src/model/schema'
import { describe as say } from '../../src/operations/describe'
import { upgradePath } from '../../src/graph/path'
import { openConnection, type Connection } from '../../src/runtime/connection'
import { migrate } from '../../src/runtime/migrate'
import { openSession } from '../../src/runtime/session'
import { history } from '../runtime/world'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { casesOf, type EntityCase } from '../support/entities/case'
import { commonCases, thing } from '../support/entities/common'
import { postgresCases } from '../support/entities/postgres'
import { optionCases } from '../support/entities/postgres-options'
import { sqliteCases } from '../support/entities/sqlite'
import { sqliteOptionCases } from '../support/entities/sqlite-options'
import { sqliteDrivers } from '../support/lane'
import { saying } from '../support/script'

const optionsOf = ({ options }: TestDatabase, entityCase: EntityCase) =>
  ({ ...options, ...entityCase.options, entities: entityCase.entities }) as DataSourceOptions

async function createSchemas({ options }: TestDatabase, schemas: readonly string[]) {
  if (schemas.length === 0) return
  const opened = await openConnection(new typeorm.DataSource({ ...options } as unknown as DataSourceOptions))
  for (const schema of schemas) await opened.connection.query(`CREATE SCHEMA ${schema}`)
  await opened.close()
}

/** TypeORM creates everything. */
async function synchronize(database: TestDatabase, entityCase: EntityCase) {
  await createSchemas(database, entityCase.schemas ?? [])
  const theirs = await new typeorm.DataSource(optionsOf(database, entityCase)).initialize()
  await theirs.synchronize()
  await theirs.destroy()
}

/** What TypeORM would still do. */
async function typeormLog(database: TestDatabase, entityCase: EntityCase): Promise<string[]> {
  const theirs = await new typeorm.DataSource(optionsOf(database, entityCase)).initialize()
  try {
    return (await theirs.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query).sort()
  } finally {
    await theirs.destroy()
  }
}

interface Sides {
  readonly opened: Connection
  readonly scope: Scope
  readonly wanted: SchemaModel
}

/** Works on a database with a connection and what the entities want of it. */
async function withSides<R>(
  dialect: Dialect,
  database: TestDatabase,
  entityCase: EntityCase,
  work: (sides: Sides) => Promise<R>,
): Promise<R> {
  const dataSource = new typeorm.DataSource(optionsOf(database, entityCase))
  const opened = await openConnection(dataSource)
  try {
    const ignore = [{ name: 'typeorm_metadata' }, { name: 'autogen_version' }, { name: 'autogen_log' }]
    const narrow: Scope = { ...(opened.schema ? { defaultSchema: opened.schema } : {}), schemas: [], ignore }
    const { schema, leftAlone } = await readEntities(dataSource, dialect.entities, narrow)
    const scope = { ...narrow, schemas: schema.schemas, ignore: [...ignore, ...leftAlone] }
    return await work({ opened, scope, wanted: dialect.normalize(schema, scope) })
  } finally {
    await opened.close()
  }
}

const live = (dialect: Dialect, database: TestDatabase, entityCase: EntityCase) =>
  withSides(dialect, database, entityCase, ({ opened, scope }) => dialect.introspect(opened.connection, scope))

/** What we would do to make one schema the other, and of what we are not certain. */
async function difference(dialect: Dialect, { opened, scope }: Sides, from: SchemaModel, to: SchemaModel) {
  const judged = await dialect.judge(opened.connection, from, to, scope)
  const { operations, unmanaged } = applyPolicy(diff(judged.live, judged.wanted), {
    managed: new Set(),
    renames: 'show',
    includeUnmanaged: true,
  })
  return [...operations, ...unmanaged].map(say).concat(judged.uncertain.map(({ subject }) => `uncertain: ${subject}`))
}

/** What we would still do after TypeORM created everything. */
async function remaining(dialect: Dialect, database: TestDatabase, entityCase: EntityCase) {
  return withSides(dialect, database, entityCase, async (sides) =>
    difference(dialect, sides, await dialect.introspect(sides.opened.connection, sides.scope), sides.wanted),
  )
}

/** We create everything. */
async function create(dialect: Dialect, database: TestDatabase, entityCase: EntityCase) {
  const defaultSchemas = (entityCase.schemas ?? []).filter((schema) => schema === 'tenant')
  await createSchemas(database, defaultSchemas)
  const wanted = await withSides(dialect, database, entityCase, async ({ wanted }) => wanted)
  const { graph, scripts } = history({ all: { upgrade: saying(diff(emptySchema, wanted)) } })
  const session = await openSession(new typeorm.DataSource(optionsOf(database, entityCase)))
  try {
    const steps = () => upgradePath(graph, [], graph.realHeads)
    await migrate(session, { kind: 'upgrade', graph, scripts, steps, toolVersion: '0.0.1' })
  } finally {
    await session.close()
  }
}

function suite(dialect: Dialect, cases: readonly EntityCase[], fresh: () => Promise<TestDatabase>) {
  test('a difference of each kind is seen, and nothing else', async () => {
    const database = await fresh()
    await synchronize(database, thing.before)
    const operations = await remaining(dialect, database, thing.after)
    expect(operations.sort()).toEqual([
      '+ check thing ck size > 1',
      '+ column thing.parentId integer null',
      '+ foreign key thing FK_e9d03ea16322ec827bfc5e66f87 (parentId) → thing (id)',
      '+ unique index thing ix_size (indexed)',
      '+ unique thing uq (name, size)',
      '- check thing ck size > 0',
      '- column thing.gone varchar',
      '- index thing ix_size (indexed)',
      '~ column thing.letter default "b"',
      '~ column thing.name varchar(50) → varchar(60)',
      '~ column thing.size null',
    ])
    await database.drop()
  })

  describe.each(casesOf(cases).filter(({ typeorm }) => typeorm !== false))('$name', (entityCase) => {
    let theirs: TestDatabase
    let ours: TestDatabase
    beforeAll(async () => {
      theirs = await fresh()
      ours = await fresh()
      await synchronize(theirs, entityCase)
    })
    afterAll(async () => {
      await theirs.drop()
      await ours.drop()
    })

    test('after TypeORM, nothing is left for us to do', async () => {
      expect(await remaining(dialect, theirs, entityCase)).toEqual([])
    })

    test('what we create is what TypeORM creates', async () => {
      await create(dialect, ours, entityCase)
      const created = await live(dialect, theirs, entityCase)
      await withSides(dialect, ours, entityCase, async (sides) => {
        const byUs = await dialect.introspect(sides.opened.connection, sides.scope)
        expect(await difference(dialect, sides, byUs, sides.wanted)).toEqual([])
        expect(await difference(dialect, sides, byUs, created)).toEqual([])
      })
    })

    test('after us, TypeORM says no more than after itself', async () => {
      expect(await typeormLog(ours, entityCase)).toEqual(await typeormLog(theirs, entityCase))
    })
  })
}

describe('PostgreSQL', () => {
  suite(postgres, [...commonCases, ...postgresCases, ...optionCases], freshPostgres)
})

describe.each(sqliteDrivers())('SQLite through %s', (driver) => {
  suite(sqlite, [...commonCases, ...sqliteCases, ...sqliteOptionCases], async () => freshSqlite(driver))
})
