import { postgres } from '../../../src/dialects/postgres'
import { freshPostgres } from '../../support/databases'
import { connectPostgres, type TestConnection } from '../../support/postgres-connection'

let database: Awaited<ReturnType<typeof freshPostgres>>
let one: TestConnection
let two: TestConnection

beforeAll(async () => {
  database = await freshPostgres()
  one = await connectPostgres(database.url)
  two = await connectPostgres(database.url)
})

afterAll(async () => {
  await one?.end()
  await two?.end()
  await database?.drop()
})

const { session } = postgres

test('one connection at a time holds a lock, and says who it is', async () => {
  await one.query(`SET application_name = 'deploy 7'`)
  expect(await session.holder?.(two, 'key')).toBeUndefined()
  const lock = await session.lock(one, 'key', 'web-1')
  expect(lock).toBeDefined()
  expect(await session.lock(two, 'key', 'web-1')).toBeUndefined()
  expect(await session.holder?.(two, 'key')).toMatch(
    /^postgres in deploy 7 on web-1, pid \d+, migrating since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
  )
  const other = await session.lock(two, 'another key', 'web-1')
  await other!.release()
  await lock!.release()
  expect(await session.holder?.(two, 'key')).toBeUndefined()
  await (await session.lock(two, 'key', 'web-1'))!.release()
})

test('a transaction begins so that TypeORM knows of it, and is rolled back once only', async () => {
  const transaction = await session.begin(one, { foreignKeysOff: false })
  expect(one.isTransactionActive).toBe(true)
  await one.query('CREATE TABLE t ()')
  await transaction.rollback()
  await transaction.rollback()
  expect(await one.query(`SELECT to_regclass('t') AS t`)).toEqual([{ t: null }])
  await (await session.begin(one, { foreignKeysOff: false })).commit()
  expect(one.isTransactionActive).toBe(false)
})

test('inside a migration bare names are looked up in the default schema first, and only there', async () => {
  await one.query('CREATE SCHEMA "the app"; CREATE TABLE "the app".t (a int)')
  const path = async () => (await one.query('SHOW search_path'))[0]!.search_path
  const before = await path()
  const transaction = await session.begin(one, { foreignKeysOff: false, defaultSchema: 'the app' })
  expect(await one.query('SELECT * FROM t')).toEqual([])
  expect(await path()).toBe('"the app", "$user", public')
  await transaction.commit()
  expect(await path()).toBe(before)
  const usual = await session.begin(one, { foreignKeysOff: false, defaultSchema: 'public' })
  expect(await path()).toBe(before)
  await usual.rollback()
})

test.each([
  ['CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)', true],
  ['-- online\nDROP INDEX concurrently i', true],
  ['REINDEX TABLE CONCURRENTLY t', true],
  ['REFRESH MATERIALIZED VIEW CONCURRENTLY v', true],
  ['ALTER TABLE t VALIDATE CONSTRAINT c', true],
  ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID', false],
  ["UPDATE t SET note = 'built CONCURRENTLY'", false],
  ["ALTER TABLE t ALTER note SET DEFAULT 'CONCURRENTLY'", false],
  ['CREATE INDEX "CONCURRENTLY" ON t (a)', false],
  ['CREATE INDEX i ON t (a) /* not CONCURRENTLY */', false],
])('%s runs without limits: %s', (sql, patient) => {
  expect(session.isPatient!(sql)).toBe(patient)
})

test('a right that is missing is for its owner to give', () => {
  expect(postgres.session.explain('42501')?.advice).toBe(
    "connect as the owner with `--url`, or give this user the right or the owner's role",
  )
})
