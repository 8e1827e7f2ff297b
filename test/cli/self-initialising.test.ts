// A data source file that initialises its data source as soon as it is loaded, as tutorials write it.
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import type { TestProject } from '../support/cli'
import { userProject } from '../support/user-project'

jest.setTimeout(60_000)

let made: TestProject
let database: TestDatabase
afterEach(async () => {
  made.remove()
  await database.drop()
})

const selfInitialising = (options: object) => `import 'reflect-metadata'
import { DataSource } from 'typeorm'
import { User } from './src/user'

export const AppDataSource = new DataSource({ ...${JSON.stringify(options)}, entities: [User] } as any)
AppDataSource.initialize().then(() => undefined)
`

describe.each<[string, () => Promise<TestDatabase>]>([
  ['better-sqlite3', async () => freshSqlite('better-sqlite3')],
  ['postgres', freshPostgres],
])('on %s', (_, create) => {
  test.each([{}, { synchronize: true, dropSchema: true }])(
    'check finds what is missing, and TypeORM makes nothing (%p)',
    async (actions) => {
      database = await create()
      made = userProject(database.options)
      made.write('ormconfig.ts', selfInitialising({ ...database.options, ...actions }))
      const { code, stdout } = await made.autogen(['check'])
      expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringContaining('+ table user') })
      expect((await made.autogen(['revision', '-m', 'first'])).code).toBe(0)
      expect((await made.autogen(['upgrade'])).code).toBe(0)
      expect(await made.autogen(['check'])).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/entities/) })
    },
  )
})
