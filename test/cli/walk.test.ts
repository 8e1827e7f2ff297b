// The first walk: one entity change, from the entity to the database and back. Once on each dialect as a user types it; what
// is the same however it is asked for is told in process, on every driver.
import { afterAll, describe, expect, test } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import { entity } from '../support/entities/make'
import { ask, databases, freshPostgres } from '../support/databases'
import { story, type Story } from '../support/story'
import { userEntity, userProject } from '../support/user-project'
import type { TestProject } from '../support/cli'

jest.setTimeout(120_000)

const { Column, Index, ManyToOne, OneToMany, PrimaryColumn, PrimaryGeneratedColumn, Unique } = typeorm

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

// Of SQLite's drivers the native one of this lane, where there is one.
describe.each([databases[0]!, databases.at(-1)!])('typed, on %s', (_name, open) => {
  async function start(): Promise<TestProject> {
    const database = await open()
    const made = userProject(database.options)
    cleanUps.push(database.drop, made.remove)
    return made
  }

  test('an entity becomes a revision, an upgrade makes it true, a downgrade takes it back', async () => {
    const made = await start()

    const first = await made.autogen(['revision', '-m', 'create user'])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/\+ table user/)
    expect(await made.autogen(['upgrade', 'head'])).toMatchObject({ code: 0, stderr: '' })

    made.write('src/user.ts', userEntity('@Column({ length: 255, nullable: true })\n  email: string'))
    const drifted = await made.autogen(['check'])
    expect(drifted.code).toBe(3)
    expect(drifted.stdout).toMatch(/\+ column user\.email/)
    expect((await made.autogen(['revision', '-m', 'add email'])).code).toBe(0)

    const file = readdirSync(join(made.folder, 'migrations')).find((name) => name.endsWith('_add_email.ts'))!
    expect(made.read(`migrations/${file}`)).toMatch(
      /op\.addColumn\('user', \{ name: 'email', type: 'varchar\(255\)', nullable: true \}\)/,
    )
    expect(made.read(`migrations/${file}`)).toMatch(/op\.dropColumn\('user', 'email'\)/)

    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
    const agreed = await made.autogen(['check'])
    expect(agreed.code).toBe(0)
    expect(agreed.output).toMatch(/agree/)
    const again = await made.autogen(['revision', '-m', 'nothing'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toMatch(/Nothing to write/)

    expect((await made.autogen(['downgrade', '-1'])).code).toBe(0)
    expect((await made.autogen(['check'])).code).toBe(4)
    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
    expect((await made.autogen(['downgrade', 'base'])).code).toBe(0)
    expect((await made.autogen(['current'])).stdout.trim()).toBe('base')
  })
})

const id = () => PrimaryGeneratedColumn()
const user = entity('user', { id: id(), name: Column('varchar', { length: 100 }) })
const nick = Column('varchar', { nullable: true })
const nicked = entity('user', { id: id(), name: Column('varchar', { length: 100 }), nick })

describe.each(databases)('on %s', (_name, open) => {
  async function begin(): Promise<Story> {
    const database = await open()
    cleanUps.push(database.drop)
    return story(database)
  }

  test('tables, types, nullability, defaults, keys, uniques, indexes and foreign keys walk there and back', async () => {
    const told = await begin()
    await told.become([user])
    const author: new () => object = entity(
      'user',
      {
        id: id(),
        name: Column('varchar', { length: 200, default: "it's" }),
        email: Column('varchar', { length: 255, nullable: true }),
        logins: Column('integer', { default: 0 }),
        active: Column('boolean', { default: true }),
        posts: OneToMany(() => post, 'author'),
      },
      Unique(['email']),
      Index(['name', 'email']),
    )
    const post: new () => object = entity('post', {
      slug: PrimaryColumn('varchar'),
      part: PrimaryColumn('integer'),
      body: Column('text'),
      author: ManyToOne(() => author, 'posts', { onDelete: 'CASCADE' }),
    })
    const written = await told.become([author, post])
    expect(written?.operations).toEqual(expect.arrayContaining([expect.stringMatching(/^\+ table post/)]))
    expect(await told.check([author, post])).toEqual([])
    await told.downgrade('-1')
    expect(await told.check([user])).toEqual([])
  })

  test('--from-history writes what the database already has', async () => {
    const told = await begin()
    await told.become([user])
    // The developer's own database has the column already, as `synchronize: true` would leave it.
    await told.sql('ALTER TABLE "user" ADD "nick" varchar')
    expect(await told.revision([nicked])).toBeUndefined()
    expect((await told.revision([nicked], { fromHistory: true }))?.operations).toEqual([
      expect.stringMatching(/^\+ column user\.nick/),
    ])
    expect(await told.check([nicked], { fromHistory: true })).toEqual([])
  })
})

test('where only the history differs, revision prints the flag', async () => {
  const database = await freshPostgres()
  const made = userProject(database.options)
  cleanUps.push(database.drop, made.remove)
  await made.autogen(['revision', '-m', 'create user'])
  await made.autogen(['upgrade', 'head'])
  made.write('src/user.ts', userEntity('@Column({ nullable: true })\n  nick: string'))
  await ask(database, 'ALTER TABLE "user" ADD "nick" varchar')

  const live = await made.autogen(['revision', '-m', 'add nick'])
  expect(live.code).toBe(0)
  expect(live.stdout).toMatch(/--from-history/)
  expect(made.files('migrations').filter((name) => name.endsWith('.ts'))).toHaveLength(1)
  const checked = await made.autogen(['check', '--from-history'])
  expect(checked.code).toBe(3)
  expect(checked.output).toMatch(
    /The entities and the history differ in 1 place\.\nhint +Run `autogen revision --from-history -m/,
  )
  const written = await made.autogen(['revision', '-m', 'add nick', '--from-history'])
  expect(written).toMatchObject({ code: 0, stderr: '' })
  expect(written.stdout).toMatch(/\+ column user\.nick/)
  expect(written.stdout).toMatch(/^hint {5}This database has all of it already: run autogen stamp head here/m)
  expect((await made.autogen(['check', '--from-history'])).code).toBe(0)

  // A history that no longer runs from its beginning.
  const [first] = made.files('migrations').filter((name) => name.endsWith('_create_user.ts'))
  const text = made.read(`migrations/${first}`)
  made.write(`migrations/${first}`, text.replace(/(upgrade\(op: Op\)[^{]*\{)/, "$1\n  op.execute('SELECT gone')"))
  const failed = await made.autogen(['check', '--from-history'])
  expect(failed).toMatchObject({ code: 5, stdout: '' })
  expect(failed.stderr).toMatch(
    /^error The history was replayed on a scratch database, and failed there: Revision \w+ failed/,
  )
  expect(failed.stderr).toMatch(
    /\nhint {2}Your own database was not touched: mend that revision, or leave `--from-history`.*\n$/,
  )
})

test('a database from before its revisions is led to a stamp, by the baseline and by an upgrade that meets its tables', async () => {
  const database = await freshPostgres()
  const made = userProject(database.options)
  cleanUps.push(database.drop, made.remove)
  await ask(database, 'CREATE TABLE "user" ("id" SERIAL PRIMARY KEY, "name" varchar(100) NOT NULL)')
  const written = await made.autogen(['revision', '-m', 'baseline', '--from-history'])
  expect(written).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/run autogen stamp head here, and no upgrade/),
  })
  const met = await made.autogen(['upgrade', 'head'])
  expect(met.code).toBe(5)
  expect(met.stderr).toMatch(/table user is already there\.\nhint {2}No revision has run here: .*`autogen stamp head`/)
  expect((await made.autogen(['stamp', 'head'])).code).toBe(0)
  expect((await made.autogen(['check'])).code).toBe(0)
  expect((await made.autogen(['check', '--from-history'])).code).toBe(0)
})
