// Every option TypeORM documents for PostgreSQL: from nothing, through our revision, to what the entities say, and back to nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { casesOf } from '../support/entities/case'
import { commonCases } from '../support/entities/common'
import { decoratorOptions, typesOfExtensions, type Use } from '../support/entities/options'
import { postgresCases } from '../support/entities/postgres'
import { everyType, optionCases } from '../support/entities/postgres-options'
import { lane } from '../support/lane'
import { postgresStage, type Stage } from '../support/story'

const all = [...commonCases, ...postgresCases, ...optionCases]

describe('the list', () => {
  const files = [
    ...readdirSync(join(lane.directory, 'decorator/options')).map((file) => join('decorator/options', file)),
    'metadata/types/ClosureTreeOptions.d.ts',
  ].filter((file) => file.endsWith('.d.ts'))

  test.each(files)('knows every option of %s', (file) => {
    const text = readFileSync(join(lane.directory, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    const declared = [...text.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)].map(([, name]) => name!)
    const list = decoratorOptions[file.replace(/^.*\/|\.d\.ts$/g, '')]
    expect(list).toBeDefined()
    expect(declared.filter((name) => !Object.hasOwn(list!, name))).toEqual([])
  })

  test('names cases that are there', () => {
    const named = Object.values(decoratorOptions)
      .flatMap((options) => Object.values(options))
      .filter((use: Use) => typeof use === 'string')
    expect(new Set(named.filter((name) => !all.some((one) => one.name === name)))).toEqual(new Set())
  })

  test('knows every type of the driver', () => {
    const { driver } = new typeorm.DataSource({ type: 'postgres' })
    const known = [...everyType, ...Object.keys(typesOfExtensions)].sort()
    expect([...new Set(driver.supportedDataTypes.map(String))].sort()).toEqual(known)
  })
})

describe('there and back', () => {
  let stage: Stage
  beforeAll(async () => void (stage = await postgresStage()))
  afterAll(() => stage.end())

  test.each(casesOf(all).map((one) => [one.name, one] as const))(
    '%s',
    async (_name, { entities, options, schemas = [] }) => {
      const story = await stage.begin(options)
      // Schemas that the connection itself is bound to must be there; all others are ours to make.
      const bound = schemas.filter((schema) => schema === 'tenant')
      for (const schema of bound) await story.sql(`CREATE SCHEMA ${schema}`)
      const before = await story.sql(remains)

      await story.become(entities)
      expect(await story.check(entities, { names: true, includeUnmanaged: true })).toEqual([])
      await story.downgrade('base')
      expect(await story.sql(remains)).toEqual(before)
    },
  )
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
