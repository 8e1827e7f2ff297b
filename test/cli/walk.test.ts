// The first walk: one entity change, from the entity to the database and back, typed as a user types it.
import { afterAll, describe, expect, test } from '@jest/globals'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { sqliteDrivers } from '../support/lane'
import { userEntity, userProject } from '../support/user-project'
import type { TestProject } from '../support/cli'

jest.setTimeout(120_000)

const databases: [string, () => Promise<TestDatabase>][] = [
  ['postgres', freshPostgres],
  ...sqliteDrivers().map((driver): [string, () => Promise<TestDatabase>] => [driver, async () => freshSqlite(driver)]),
]

describe.each(databases)('on %s', (_name, open) => {
  const cleanUps: (() => unknown)[] = []
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })

  async function start(entity?: string): Promise<TestProject> {
    const database = await open()
    const made = userProject(database.options, entity)
    cleanUps.push(database.drop, made.remove)
    return made
  }

  test('an entity becomes a revision, an upgrade makes it true, a downgrade takes it back', async () => {
    const made = await start()

    const first = await made.autogen(['revision', '-m', 'create user'])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/\+ table user/)
    expect(await made.autogen(['upgrade', 'head'])).toMatchObject({ code: 0, stderr: '' })
    expect((await made.autogen(['check'])).output).toMatch(/agree/)

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

    expect((await made.autogen(['check'])).code).toBe(4)
    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
    expect((await made.autogen(['check'])).code).toBe(0)
    const again = await made.autogen(['revision', '-m', 'nothing'])
    expect(again).toMatchObject({ code: 0 })
    expect(again.stdout).toMatch(/Nothing to write/)

    expect((await made.autogen(['downgrade', '-1'])).code).toBe(0)
    expect((await made.autogen(['check'])).code).toBe(4)
    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
    expect((await made.autogen(['check'])).code).toBe(0)
    expect((await made.autogen(['downgrade', 'base'])).code).toBe(0)
    expect((await made.autogen(['current'])).stdout.trim()).toBe('base')
  })

  test('tables, types, nullability, defaults, keys, uniques, indexes and foreign keys walk there and back', async () => {
    const made = await start()
    await made.autogen(['revision', '-m', 'create user'])
    await made.autogen(['upgrade', 'head'])
    made.write(
      'src/user.ts',
      `import { Column, Entity, Index, ManyToOne, OneToMany, PrimaryColumn, PrimaryGeneratedColumn, Unique } from 'typeorm'

@Entity()
@Unique(['email'])
@Index(['name', 'email'])
export class User {
  @PrimaryGeneratedColumn()
  id: number

  @Column({ length: 200, default: "it's" })
  name: string

  @Column({ length: 255, nullable: true })
  email: string

  @Column({ default: 0 })
  logins: number

  @Column({ default: true })
  active: boolean

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[]
}

@Entity()
export class Post {
  @PrimaryColumn()
  slug: string

  @PrimaryColumn()
  part: number

  @Column('text')
  body: string

  @ManyToOne(() => User, (user) => user.posts, { onDelete: 'CASCADE' })
  author: User
}
`,
    )
    made.write(
      'ormconfig.ts',
      made.read('ormconfig.ts').replace('{ User }', '{ Post, User }').replace('[User]', '[Post, User]'),
    )
    expect(await made.autogen(['revision', '-m', 'much'])).toMatchObject({ code: 0, stderr: '' })
    expect(await made.autogen(['upgrade', 'head'])).toMatchObject({ code: 0, stderr: '' })
    expect((await made.autogen(['check'])).output).toMatch(/agree/)
    expect(await made.autogen(['downgrade', '-1'])).toMatchObject({ code: 0, stderr: '' })
    made.write(
      'ormconfig.ts',
      made.read('ormconfig.ts').replace('{ Post, User }', '{ User }').replace('[Post, User]', '[User]'),
    )
    made.write('src/user.ts', userEntity())
    const drift = await made.autogen(['check', '--format', 'json'])
    expect(JSON.parse(drift.stdout).operations).toEqual([])
  })

  test('--from-history writes what the database already has', async () => {
    const made = await start()
    await made.autogen(['revision', '-m', 'create user'])
    await made.autogen(['upgrade', 'head'])
    made.write('src/user.ts', userEntity('@Column({ nullable: true })\n  nick: string'))
    // The developer's own database has the column already, as `synchronize: true` would leave it.
    const { code } = await made.node(sqlPast(made, 'ALTER TABLE "user" ADD "nick" varchar'))
    expect(code).toBe(0)

    const live = await made.autogen(['revision', '-m', 'add nick'])
    expect(live.code).toBe(0)
    expect(live.stdout).toMatch(/--from-history/)
    expect(made.files('migrations').filter((name) => name.endsWith('.ts'))).toHaveLength(1)

    const written = await made.autogen(['revision', '-m', 'add nick', '--from-history'])
    expect(written).toMatchObject({ code: 0, stderr: '' })
    expect(written.stdout).toMatch(/\+ column user\.nick/)
    expect((await made.autogen(['check', '--from-history'])).code).toBe(0)
  })

  /** A script that runs SQL on the project's database without our knowing. */
  function sqlPast(made: TestProject, sql: string): string {
    const options = /\.\.\.(\{.*\}), entities/.exec(made.read('ormconfig.ts'))![1]
    return `const { DataSource } = require('typeorm')
new DataSource(${options}).initialize().then(async (source) => { await source.query(${JSON.stringify(sql)}); if (source.driver.save) await source.driver.save(); await source.destroy() })`
  }
})
