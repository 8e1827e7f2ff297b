// Folders of migrations as each compiler leaves them, declarations and maps among them: the same history for the command line.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freshSqlite, type TestDatabase } from '../support/databases'
import { lane } from '../support/lane'
import { builtTsconfig } from '../support/tsconfig'
import { installed, link, logOf, tsc, type InstalledProject } from './installed'

jest.setTimeout(120_000)

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

type Build = (made: InstalledProject) => unknown

const esbuild =
  (format: 'cjs' | 'esm', more = ''): Build =>
  (made) =>
    script(
      made,
      `require('esbuild').buildSync({ entryPoints: ['src/*.ts'], outdir: 'dist', format: '${format}', sourcemap: true ${more} })`,
    )

const swc =
  (type: 'commonjs' | 'es6', more = ''): Build =>
  (made) =>
    script(
      made,
      `for (const name of fs.readdirSync('src')) {
      const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: '${type}' }, sourceMaps: true ${more} }
      const { code, map } = require('@swc/core').transformFileSync('src/' + name, options)
      fs.mkdirSync('dist', { recursive: true })
      fs.writeFileSync('dist/' + name.replace('.ts', '.js'), code)
      fs.writeFileSync('dist/' + name.replace('.ts', '.js.map'), map)
    }`,
    )

const builds: [string, 'commonjs' | 'module', Build][] = [
  ['tsc to CommonJS', 'commonjs', (made) => tsc(made)],
  ['tsc to modules', 'module', (made) => tsc(made)],
  ['swc to CommonJS', 'commonjs', swc('commonjs')],
  ['swc to CommonJS, minified', 'commonjs', swc('commonjs', ', minify: true')],
  ['swc to modules', 'module', swc('es6')],
  ['esbuild to CommonJS', 'commonjs', esbuild('cjs')],
  ['esbuild to CommonJS, minified', 'commonjs', esbuild('cjs', ', minify: true')],
  ['esbuild to modules', 'module', esbuild('esm')],
]

let source: TestDatabase
beforeAll(async () => {
  source = freshDatabase()
  const made = project('commonjs')
  expect(await made.autogen(['upgrade', 'head', '-c', 'source.json'], environment(source))).toMatchObject({ code: 0 })
})

// What a compiler leaves has nothing to do with TypeORM, so each is run on one of the two.
const mine = builds.filter(([, type]) => type === (lane.major === '1' ? 'commonjs' : 'module'))

test.each(mine)('%s', async (_name, type, build) => {
  const made = project(type)
  await build(made)
  expect(readdirSync(join(made.folder, 'dist')).filter((name) => name.endsWith('.js'))).toEqual([
    'a1_first.js',
    'b2_email.js',
    'c3_merge.js',
    'd4_side.js',
  ])

  const database = freshDatabase()
  expect(await made.autogen(['upgrade', 'head'], environment(database))).toMatchObject({ code: 0, stderr: '' })
  expect(await logOf(database)).toEqual(await logOf(source))
  // On the database that the sources migrated nothing was edited and nothing is pending.
  expect(await made.autogen(['check'], environment(source))).toMatchObject({ code: 0, stderr: '' })
})

/** One history with all that a head can hold: a base, a branch with a label, a dependency, a merge, a comment with the message. */
function project(type: 'commonjs' | 'module'): InstalledProject {
  const made = installed({
    'package.json': JSON.stringify({ name: 'project', private: true, type }),
    'source.json': JSON.stringify({ dataSource: 'ormconfig.cjs', migrations: 'src' }),
    'autogen.config.json': JSON.stringify({ dataSource: 'ormconfig.cjs', migrations: 'dist' }),
    'ormconfig.cjs': `require('reflect-metadata')
const { DataSource, EntitySchema } = require('typeorm')
const User = new EntitySchema({
  name: 'user',
  columns: { id: { type: 'integer', primary: true }, email: { type: 'varchar', nullable: true } },
})
module.exports = new DataSource({ ...JSON.parse(process.env.TEST_DATABASE), entities: [User] })
`,
    'tsconfig.json': builtTsconfig({ declaration: true, sourceMap: true }),
    'src/a1_first.ts': `import type { Op } from 'typeorm-autogen'

/**
 * the first one, with a "quote" and word
 *
 * Revision: a1
 * Revises:
 * Created: 2026-11-20T18:25:00.000Z
 */
export const revision = 'a1'
export const downRevision = null

export function upgrade(op: Op): void {
  op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: { columns: ['id'] } })
}

export function downgrade(op: Op): void {
  op.dropTable('user')
}
`,
    'src/b2_email.ts': `import type { Op } from 'typeorm-autogen'

export const revision: string = 'b2'
export const downRevision: string | null = 'a1'
export const branchLabels = ['mail'] as const

enum Width {
  short = 10,
}

export const upgrade = async (op: Op): Promise<void> => {
  op.addColumn('user', { name: 'email', type: 'varchar', nullable: true })
  op.bulkInsert('user', [{ id: Width.short, email: \`\${1 + 1}@example.org\` }])
  await op.flush()
}

export const downgrade = (op: Op): void => op.dropColumn('user', 'email')
`,
    'src/d4_side.ts': `import type { Op } from 'typeorm-autogen'

const id = 'd4'
export { id as revision, upgrade, downgrade }
export const downRevision = 'a1'
export const dependsOn = 'b2'

function upgrade(op: Op): void {
  op.execute('UPDATE "user" SET email = upper(email) WHERE id > ?', [1])
}

function downgrade(op: Op): void {
  op.execute('UPDATE "user" SET email = lower(email)')
}
`,
    'src/c3_merge.ts': `export const revision = 'c3'
export const downRevision = ['b2', 'd4']

export function upgrade(): void {}

export function downgrade(): void {}
`,
  })
  link(made, 'esbuild')
  cleanUps.push(made.remove)
  return made
}

async function script(made: InstalledProject, text: string): Promise<void> {
  const { code, output } = await made.node(`const fs = require('node:fs');\n${text}`)
  expect({ code, output }).toMatchObject({ code: 0 })
}

function freshDatabase(): TestDatabase {
  const database = freshSqlite('sqljs')
  cleanUps.push(database.drop)
  return database
}

function environment(database: TestDatabase): Record<string, string> {
  return { TEST_DATABASE: JSON.stringify(database.options) }
}
