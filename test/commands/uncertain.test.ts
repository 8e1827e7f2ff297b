// Where nothing may be created, nobody can say which expressions are the same: what their texts leave open is listed.
import { Client } from 'pg'
import * as typeorm from 'typeorm'
import { check, type CheckOptions } from '../../src'
import { freshPostgres } from '../support/databases'
import { entity } from '../support/entities/make'

const { Check, Column, PrimaryGeneratedColumn } = typeorm

const role = `autogen_reader_${process.pid}`
const things = [entity('thing', { id: PrimaryGeneratedColumn(), size: Column('int') }, Check('ck', '"size" IN (1, 2)'))]

let database: Awaited<ReturnType<typeof freshPostgres>>
let admin: Client
beforeAll(async () => {
  database = await freshPostgres()
  admin = new Client({ connectionString: database.url })
  await admin.connect()
  await admin.query(`CREATE TABLE thing (id serial CONSTRAINT "PK_e7757c5911e20acd09faa22d1ac" PRIMARY KEY,
    size int NOT NULL, CONSTRAINT ck CHECK (size IN (1, 2)))`)
  await admin.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA public TO ${role}; GRANT SELECT ON thing TO ${role};
    REVOKE TEMP ON DATABASE ${new URL(database.url).pathname.slice(1)} FROM PUBLIC`)
})
afterAll(async () => {
  await admin.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  await admin.end()
  await database.drop()
})

const url = (user: string) => Object.assign(new URL(database.url), { username: user }).href

test.each([
  ['the user may not create temporary tables', () => ({ url: url(role) })],
  ['the connection is read-only', () => ({ extra: { options: '-c default_transaction_read_only=on' } })],
])('%s: listed, and a failure only with --strict', async (reason, options) => {
  const looked = (how: CheckOptions) =>
    check({
      migrations: [],
      dataSource: new typeorm.DataSource({
        ...database.options,
        ...options(),
        entities: things,
      } as unknown as typeorm.DataSourceOptions),
      ...how,
    })
  const { operations, uncertain, exitCode } = await looked({})
  expect([operations, exitCode]).toEqual([[], 0])
  expect(uncertain).toMatchObject([{ subject: 'check "ck"', wanted: '"size" IN (1, 2)', reason }])
  expect(await looked({ strict: true })).toMatchObject({ exitCode: 3, problems: [{ code: 'uncertain' }] })
})
