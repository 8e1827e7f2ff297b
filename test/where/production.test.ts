// TypeScript while developing, compiled JavaScript in production: the same revisions, in the same order, with the same checksums.
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import {
  copyParts,
  filesBelow,
  installed,
  link,
  logOf,
  productionPackages,
  tsc,
  type InstalledProject,
} from './installed'
import { builtTsconfig, decorated } from '../support/tsconfig'

jest.setTimeout(180_000)

const cells = [
  ['commonjs', 'sqljs', async () => freshSqlite('sqljs')] as const,
  ...(process.env.PG_TEST_URL ? [['module', 'postgres', freshPostgres] as const] : []),
]

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

describe.each(cells)('a %s project on %s', (kind, _database, open) => {
  test('is migrated by its compiled files as by its sources, where nothing can compile', async () => {
    const development = await freshDatabase(open)
    const production = await freshDatabase(open)
    const source = kept(developed(kind))
    await firstRevision(source, development)
    expect(await on(source, development, 'upgrade', 'head')).toMatchObject({ code: 0, stderr: '' })
    tsc(source)

    const built = kept(deployed(source))
    expect(filesBelow(built).filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([])
    expect(await on(built, production, 'upgrade', 'head')).toMatchObject({ code: 0, stderr: '' })
    expect(await logOf(production)).toEqual(await logOf(development))
    expect(await history(built, production)).toEqual(await history(source, development))
    expect(await on(built, production, 'current', '--check-heads')).toMatchObject({ code: 0, stderr: '' })
    expect(await on(built, production, 'check')).toMatchObject({ code: 0, stderr: '' })

    const file = 'dist/migrations/b2_names.js'
    const text = built.read(file)
    built.write(file, text.replace('Ann', 'Eve'))
    expect(await on(built, production, 'check')).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/Revision b2 was changed after it ran here/),
    })
    built.write(file, text)

    // Either half is at home on the database of the other.
    expect(await on(built, development, 'check')).toMatchObject({ code: 0, stderr: '' })
    expect(await on(source, production, 'check')).toMatchObject({ code: 0, stderr: '' })
    expect(await on(built, development, 'downgrade', 'base')).toMatchObject({ code: 0, stderr: '' })
    expect(await on(source, production, 'downgrade', 'base')).toMatchObject({ code: 0, stderr: '' })
    expect(await logOf(production)).toEqual(await logOf(development))
  })
})

test('a settings file of TypeScript is refused in a sentence where nothing can compile it', async () => {
  const built = kept(deployed(kept(developed('commonjs')), []))
  built.write('package.json', '{"name":"service","private":true}')
  built.write(
    'autogen.config.ts',
    'export default { dataSource: "dist/data-source.js", migrations: "dist/migrations" }',
  )
  const { code, stderr } = await built.autogen(['current'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/autogen\.config\.ts/)
  expect(stderr).not.toMatch(/ {4}at /)
})

test('what may not be needed is really not there', async () => {
  const built = kept(deployed(kept(developed('commonjs')), []))
  const script = `for (const name of ['typeorm', '@swc/core', 'typescript', 'prettier', '@clack/prompts']) {
    try { require('node:module').createRequire(require.resolve('typeorm-autogen')).resolve(name); console.log('found', name) }
    catch { console.log('missing', name) }
  }`
  expect((await built.node(script)).stdout.trim().split('\n')).toEqual([
    'found typeorm',
    'missing @swc/core',
    'missing typescript',
    'missing prettier',
    'missing @clack/prompts',
  ])
})

type Kind = 'commonjs' | 'module'

/** A service as its developers have it: entities that know each other, three revisions written by hand. */
function developed(kind: Kind): InstalledProject {
  const js = kind === 'module' ? '.js' : ''
  const here = kind === 'module' ? 'import.meta.dirname' : '__dirname'
  const made = installed({
    'package.json': JSON.stringify({
      name: 'service',
      private: true,
      type: kind,
      autogen: {
        dataSource: { source: 'src/data-source.ts', compiled: 'dist/data-source.js' },
        migrations: { source: 'src/migrations', compiled: 'dist/migrations' },
      },
    }),
    'tsconfig.json': builtTsconfig({ ...decorated, declaration: true, sourceMap: true }),
    'src/data-source.ts': `import 'reflect-metadata'
import { DataSource } from 'typeorm'

export default new DataSource({
  ...JSON.parse(process.env.TEST_DATABASE ?? '{"type":"sqljs"}'),
  entities: [${here} + '/entities/*.{ts,js}'],
})
`,
    'src/entities/user.ts': `import { Column, Entity, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { Post } from './post${js}'

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id: number

  @Column({ length: 100, default: "it's" })
  name: string

  @OneToMany(() => Post, (post) => post.author)
  posts: Relation<Post[]>
}
`,
    'src/entities/post.ts': `import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm'
import { User } from './user${js}'

@Entity()
@Index(['title', 'author'])
export class Post {
  @PrimaryGeneratedColumn()
  id: number

  @Column()
  title: string

  @ManyToOne(() => User, (user) => user.posts, { onDelete: 'CASCADE' })
  author: Relation<User>
}
`,
    'src/migrations/.gitkeep': '',
  })
  link(made, '@types/node')
  return made
}

/** One revision that autogen wrote, and three by hand: data, rows that decide, and a merge. */
async function firstRevision(made: InstalledProject, database: TestDatabase): Promise<void> {
  expect(await on(made, database, 'revision', '-m', 'first', '--rev-id', 'a1')).toMatchObject({ code: 0, stderr: '' })
  const migration = (id: string, down: string, upgrade: string, downgrade: string) =>
    `import type { Op } from 'typeorm-autogen'

export const revision = '${id}'
export const downRevision = ${down}

export ${upgrade.includes('await') ? 'async ' : ''}function upgrade(op: Op) {
  ${upgrade}
}

export function downgrade(op: Op) {
  ${downgrade}
}
`
  const names = "op.bulkInsert('user', [{ name: 'Ann' }, { name: 'O\\'Neill' }])"
  const upper =
    'for (const { id } of await op.query(\'SELECT id FROM "user"\')) op.execute(`UPDATE "user" SET name = upper(name) WHERE id = ${id}`)'
  made.write('src/migrations/b2_names.ts', migration('b2', "'a1'", names, 'op.execute(\'DELETE FROM "user"\')'))
  made.write('src/migrations/c3_upper.ts', migration('c3', "'a1'", upper, ''))
  made.write('src/migrations/d4_merge.ts', migration('d4', "['b2', 'c3']", '', ''))
  made.write('src/migrations/HEAD', 'd4\n')
}

/** What a deployment copies: the build, the settings, the packages without development's. */
function deployed(source: InstalledProject, parts: readonly string[] = ['dist']): InstalledProject {
  const made = installed({ 'package.json': source.read('package.json') }, productionPackages)
  copyParts(source, made, parts)
  return made
}

function on(made: InstalledProject, database: TestDatabase, ...words: string[]) {
  return made.autogen(words, { TEST_DATABASE: JSON.stringify(database.options) })
}

async function history(made: InstalledProject, database: TestDatabase): Promise<unknown[]> {
  const { stdout } = await on(made, database, 'history', '--format', 'json')
  return (JSON.parse(stdout) as { revisions: Record<string, unknown>[] }).revisions.map(({ path: _, ...rest }) => rest)
}

async function freshDatabase(open: () => Promise<TestDatabase>): Promise<TestDatabase> {
  const database = await open()
  cleanUps.push(database.drop)
  return database
}

function kept(made: InstalledProject): InstalledProject {
  cleanUps.push(made.remove)
  return made
}
