// Called from other people's test runners: jest in its usual two dresses, and Node's own, with no flag and no loader.
import { freshSqlite, type TestDatabase } from '../support/databases'
import { installed, link, logOf, type InstalledProject } from './installed'

jest.setTimeout(120_000)

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

const migration = (id: string, down: string, upgrade: string, downgrade: string) => `
export const revision = '${id}'
export const downRevision = ${down}

export function upgrade(op) {
  ${upgrade}
}

export function downgrade(op) {
  ${downgrade}
}
`
const first = migration(
  'a1',
  'null',
  `op.createTable({ name: 'user', columns: [{ name: 'id', type: 'integer' }], primaryKey: { columns: ['id'] } })`,
  `op.dropTable('user')`,
)
const second = migration(
  'b2',
  `'a1'`,
  `op.addColumn('user', { name: 'email', type: 'varchar(255)', nullable: true })`,
  `op.dropColumn('user', 'email')`,
)
const walked = [
  ['a1', 'up'],
  ['b2', 'up'],
  ['b2', 'down'],
  ['a1', 'down'],
]

const asTypeScript = (source: string) =>
  `import type { Op } from 'typeorm-autogen'\n${source.replaceAll('(op)', '(op: Op)')}`
const asCommonJs = (source: string) =>
  source.replaceAll('export const ', 'exports.').replace(/export function (\w+)/g, 'exports.$1 = function')

const typescript = {
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2022',
      module: 'commonjs',
      moduleResolution: 'node10',
      ignoreDeprecations: '6.0',
      esModuleInterop: true,
      strict: true,
      strictPropertyInitialization: false,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: true,
      types: ['node', 'jest'],
    },
  }),
  'src/user.ts': `import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity()
export class User {
  @PrimaryColumn()
  id: number

  @Column({ length: 255, nullable: true })
  email: string
}
`,
  'src/data-source.ts': `import 'reflect-metadata'
import { DataSource } from 'typeorm'
import { User } from './user'

export const source = new DataSource({ ...JSON.parse(process.env.TEST_DATABASE!), entities: [User] })
`,
  'migrations/a1_first.ts': asTypeScript(first),
  'migrations/b2_email.ts': asTypeScript(second),
  'autogen.config.ts': `import { defineConfig } from 'typeorm-autogen'

export default defineConfig({
  dataSource: 'src/data-source.ts',
  migrations: 'migrations',
  require: ['./first-of-all.js'],
})
`,
  'first-of-all.js': `globalThis.wasLoaded = true\n`,
  'test/schema.test.ts': `import { join } from 'node:path'
import { check, downgrade, init, revision, upgrade } from 'typeorm-autogen'
import { current } from 'typeorm-autogen/runtime'
import * as first from '../migrations/a1_first'
import * as second from '../migrations/b2_email'
import { source } from '../src/data-source'
import { User } from '../src/user'

describe.each([
  ['a folder', join(__dirname, '../migrations')],
  ['modules', [first, second]],
])('of %s', (_name, migrations) => {
  beforeAll(() => source.initialize())
  afterAll(() => source.destroy())

  test('the migrations lead to the entities', async () => {
    expect(await upgrade({ dataSource: source, migrations })).toMatchObject({ from: [], to: ['b2'] })
    expect(await check({ dataSource: source, migrations })).toMatchObject({ problems: [], operations: [] })
    await source.getRepository(User).save({ id: 1, email: 'ann@example.org' })
  })

  test('half the way back there is a difference', async () => {
    await downgrade({ dataSource: source, migrations, target: '-1' })
    const { problems, operations } = await check({ dataSource: source, migrations })
    expect(problems.map(({ code }) => code)).toEqual(['pending', 'drift'])
    expect(operations.map(({ text }) => text)).toEqual([expect.stringContaining('user.email')])
  })

  test('and all the way back', async () => {
    expect(await downgrade({ dataSource: source, migrations, target: 'base' })).toMatchObject({ to: [] })
  })
})

test('the small entry finds the database at base, with a data source that is not connected', async () => {
  expect(await current({ dataSource: source, migrations: { first, second } })).toMatchObject({ heads: [], atHead: false })
})

test('settings found upward from the project say all there is to say', async () => {
  expect(await upgrade({})).toMatchObject({ to: ['b2'] })
  expect(globalThis).toHaveProperty('wasLoaded', true)
  expect(await check({})).toMatchObject({ problems: [] })
  expect(await revision({ message: 'blank', empty: true, revId: 'c3' })).toMatchObject({ parents: ['b2'] })
})

test('a project that is set up already is kept', async () => {
  expect(await init({})).toMatchObject({ created: [], kept: ['src/data-source.ts', 'migrations/', 'autogen.config.ts'] })
})
`,
}

const nodeTest = `
const User = new EntitySchema({
  name: 'user',
  columns: { id: { type: 'integer', primary: true }, email: { type: 'varchar', length: 255, nullable: true } },
})

test('the migrations lead to the entities and back', async () => {
  const dataSource = await new DataSource({ ...JSON.parse(process.env.TEST_DATABASE), entities: [User] }).initialize()
  const migrations = 'migrations'
  assert.deepEqual((await upgrade({ dataSource, migrations })).to, ['b2'])
  assert.deepEqual((await check({ dataSource, migrations })).problems, [])
  assert.equal((await current({ dataSource, migrations })).atHead, true)
  assert.deepEqual((await downgrade({ dataSource, migrations, target: 'base' })).to, [])
  await dataSource.destroy()
})
`

const dresses = {
  'ts-jest': { preset: 'ts-jest' },
  '@swc/jest': {
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: {
            parser: { syntax: 'typescript', decorators: true },
            transform: { legacyDecorator: true, decoratorMetadata: true },
          },
        },
      ],
    },
  },
}

test.each(Object.entries(dresses))(
  'inside jest with %s folders of TypeScript, imported modules and settings migrate',
  async (_name, dress) => {
    const database = freshDatabase()
    const made = kept(
      installed({
        ...typescript,
        'jest.config.js': `module.exports = ${JSON.stringify({ testEnvironment: 'node', ...dress })}\n`,
      }),
    )
    for (const name of ['typescript', 'ts-jest', '@swc/jest', '@types/jest', '@types/node']) link(made, name)
    // No flag, no cache of this machine.
    const words = ['--ci', '--runInBand', '--no-watchman', '--no-cache']
    const { code, stderr } = await made.program('jest/bin/jest.js', words, environment(database))
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/Tests: +9 passed, 9 total/) })
    expect(await walkOf(database)).toEqual([...walked, ...walked, ...walked.slice(0, 2)])
    expect(made.files('migrations')).toEqual(['HEAD', 'a1_first.ts', 'b2_email.ts', 'c3_blank.ts'])
  },
)

describe('under node --test', () => {
  const commonJs = {
    'migrations/a1_first.js': asCommonJs(first),
    'migrations/b2_email.js': asCommonJs(second),
  }

  test('CommonJS migrates a folder', async () => {
    const made = kept(
      installed({
        ...commonJs,
        'schema.test.js': `const { test } = require('node:test')
const assert = require('node:assert/strict')
require('reflect-metadata')
const { DataSource, EntitySchema } = require('typeorm')
const { check, current, downgrade, upgrade } = require('typeorm-autogen')
${nodeTest}`,
      }),
    )
    await expectNodeTest(made)
  })

  test('a module migrates a folder of modules', async () => {
    const made = kept(
      installed({
        'package.json': '{"name":"project","private":true,"type":"module"}',
        'migrations/a1_first.js': first,
        'migrations/b2_email.js': second,
        'schema.test.js': `import { test } from 'node:test'
import assert from 'node:assert/strict'
import 'reflect-metadata'
import { DataSource, EntitySchema } from 'typeorm'
import { check, current, downgrade, upgrade } from 'typeorm-autogen'
${nodeTest}`,
      }),
    )
    await expectNodeTest(made)
  })

  test('plain JavaScript migrates a folder of TypeScript', async () => {
    const made = kept(
      installed({
        'tsconfig.json': typescript['tsconfig.json'],
        'migrations/a1_first.ts': typescript['migrations/a1_first.ts'],
        'migrations/b2_email.ts': typescript['migrations/b2_email.ts'],
        'schema.test.mjs': `import { test } from 'node:test'
import assert from 'node:assert/strict'
import 'reflect-metadata'
import { DataSource, EntitySchema } from 'typeorm'
import { check, current, downgrade, upgrade } from 'typeorm-autogen'
${nodeTest}`,
      }),
    )
    await expectNodeTest(made)
  })
})

async function expectNodeTest(made: InstalledProject): Promise<void> {
  const database = freshDatabase()
  const { code, output } = await made.start(['--test'], environment(database))
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringMatching(/^. pass 1$/m) })
  expect(await walkOf(database)).toEqual(walked)
}

async function walkOf(database: TestDatabase): Promise<unknown[]> {
  return (await logOf(database)).map(({ revision, direction }) => [revision, direction])
}

function environment(database: TestDatabase): Record<string, string> {
  return { TEST_DATABASE: JSON.stringify(database.options) }
}

function freshDatabase(): TestDatabase {
  const database = freshSqlite('sqljs')
  cleanUps.push(database.drop)
  return database
}

function kept(made: InstalledProject): InstalledProject {
  cleanUps.push(made.remove)
  return made
}
