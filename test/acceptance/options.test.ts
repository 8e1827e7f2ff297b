// Every option TypeORM documents: from nothing, through our revision, to what the entities say, and back to nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { casesOf, type EntityCase } from '../support/entities/case'
import { commonCases } from '../support/entities/common'
import {
  decorators,
  postgresOptions,
  sqliteOptions,
  typesOfExtensions,
  type Options,
  type Use,
} from '../support/entities/options'
import { postgresCases } from '../support/entities/postgres'
import { everyType, optionCases } from '../support/entities/postgres-options'
import { sqliteCases } from '../support/entities/sqlite'
import { everyType as everySqliteType, sqliteOptionCases } from '../support/entities/sqlite-options'
import { lane, sqliteDrivers } from '../support/lane'
import { postgresStage, sqliteStage, type Stage } from '../support/story'

const onPostgres = [...commonCases, ...postgresCases, ...optionCases]
const onSqlite = [...commonCases, ...sqliteCases, ...sqliteOptionCases]

describe.each<[string, Options, readonly EntityCase[]]>([
  ['PostgreSQL', postgresOptions, onPostgres],
  ['SQLite', sqliteOptions, onSqlite],
])('the list for %s', (_database, options, cases) => {
  const files = [
    ...readdirSync(join(lane.directory, 'decorator/options')).map((file) => join('decorator/options', file)),
    'metadata/types/ClosureTreeOptions.d.ts',
  ].filter((file) => file.endsWith('.d.ts'))

  test.each(files)('knows every option of %s', (file) => {
    const text = readFileSync(join(lane.directory, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    const declared = [...text.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, name]) => name!)
    const list = options[file.replace(/^.*\/|\.d\.ts$/g, '')]
    expect(list).toBeDefined()
    expect(declared.filter((name) => !Object.hasOwn(list!, name))).toEqual([])
  })

  test('knows every decorator', () => {
    const folder = join(lane.directory, 'decorator')
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.d.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
    const declared = texts.flatMap((text) => [...text.matchAll(/^export declare function ([A-Z]\w+)/gm)])
    expect(declared.length).toBeGreaterThan(40)
    expect(declared.map(([, name]) => name!).filter((name) => !Object.hasOwn(decorators, name))).toEqual([])
  })

  test('names cases that are there', () => {
    const named = [...Object.values(options), ...(options === postgresOptions ? [decorators] : [])]
      .flatMap((uses) => Object.values(uses))
      .filter((use: Use) => typeof use === 'string')
    expect(new Set(named.filter((name) => !cases.some((one) => one.name === name)))).toEqual(new Set())
  })
})

test('the list knows every type of the driver', () => {
  const typesOf = (type: 'postgres' | 'sqljs') => new typeorm.DataSource({ type }).driver.supportedDataTypes.map(String)
  expect(new Set(typesOf('postgres'))).toEqual(new Set([...everyType, ...Object.keys(typesOfExtensions)]))
  expect(new Set(typesOf('sqljs'))).toEqual(new Set(everySqliteType))
})

const there = (cases: readonly EntityCase[]) => casesOf(cases).map((one) => [one.name, one] as const)

/** Through our revision and back to nothing. */
async function thereAndBack(
  stage: Stage,
  { entities, options, schemas = [], typeorm: creates }: EntityCase,
  remains: string,
): Promise<void> {
  const story = await stage.begin(options)
  // Schemas that the connection itself is bound to must be there; all others are ours to make.
  const bound = schemas.filter((schema) => schema === 'tenant')
  for (const schema of bound) await story.sql(`CREATE SCHEMA ${schema}`)
  const before = await story.sql(remains)

  await story.become(entities)
  expect(await story.check(entities, { names: true, includeUnmanaged: true })).toEqual([])
  // What it does not create itself is not held against it by the oracle.
  if (creates === false && remains === sqliteRemains) expect(await story.typeorm(entities)).toEqual([])
  await story.downgrade('base')
  expect(await story.sql(remains)).toEqual(before)
}

describe('there and back on PostgreSQL', () => {
  let stage: Stage
  beforeAll(async () => void (stage = await postgresStage()))
  afterAll(() => stage.end())

  test.each(there(onPostgres))('%s', (_name, one) => thereAndBack(stage, one, remains))
})

/** Everything in the database that is not the server's and not the bookkeeping of the tools. */
const remains = `
  SELECT 'schema' AS kind, nspname::text AS name FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'
  UNION ALL SELECT 'extension', extname FROM pg_extension
  UNION ALL SELECT 'relation', relname FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
    AND relname !~ '^(PK_)?autogen_(log|version)(_id_seq)?$' AND relname <> 'typeorm_metadata'
  UNION ALL SELECT 'type', typname FROM pg_type WHERE typnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
    AND typname !~ '^_?(autogen_(log|version)|typeorm_metadata)$'
  UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema$)'
  ORDER BY 1, 2`

describe.each(sqliteDrivers())('there and back on SQLite through %s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())

  test.each(there(onSqlite))('%s', (_name, one) => thereAndBack(stage, one, sqliteRemains))
})

const sqliteRemains = `SELECT type, name FROM sqlite_master
  WHERE name NOT GLOB 'sqlite_*' AND tbl_name NOT IN ('autogen_log', 'autogen_version', 'typeorm_metadata') ORDER BY 1, 2`
