// No files at all: an application in one bundle, minified, brings its migrations along as imported modules.
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, type Ran } from '../support/cli'
import { freshPostgres, freshSqlite, type TestDatabase } from '../support/databases'
import { installed, link, logOf, type InstalledProject } from './installed'

jest.setTimeout(120_000)

const root = join(__dirname, '../..')
const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

const sqljs = ['sqljs', async () => freshSqlite('sqljs')] as const
const cells = [
  ['cjs', 'array', ...sqljs] as const,
  ['esm', 'record', ...sqljs] as const,
  ...(process.env.PG_TEST_URL ? [['cjs', 'record', 'postgres', freshPostgres] as const] : []),
]

describe.each(cells)('a minified %s bundle with its migrations in an %s on %s', (format, shape, _name, open) => {
  test('upgrades, says where it is, goes back and stamps, in a folder that holds nothing else', async () => {
    const made = application(shape)
    const database = await open()
    cleanUps.push(made.remove, database.drop)
    const { folder, inputs } = await bundle(made, format)

    const ours = inputs.flatMap((path) => /typeorm-autogen\/(.*)/.exec(path)?.[1] ?? [])
    expect(ours).toContain('dist/runtime.js')
    expect(
      ours.filter((path) =>
        /dist\/(cli|loader|lint|diff)\/|scripts\/(directory|render|format)|project|config/.test(path),
      ),
    ).toEqual([])
    expect(
      inputs.filter((path) => /node_modules\/(yargs|prettier|@swc|@clack|get-tsconfig|picocolors)\//.test(path)),
    ).toEqual([])
    expect(readdirSync(folder).filter((name) => !/^app\.c?m?js$|\.wasm$/.test(name))).toEqual([])

    const app = (...words: string[]) =>
      run(folder, [`app.${format === 'esm' ? 'mjs' : 'cjs'}`, ...words], environment(database))
    expect(said(await app('upgrade'))).toMatchObject({ from: [], to: ['b2'], steps: ['a1', 'b2'] })
    expect(said(await app('current'))).toMatchObject({ heads: ['b2'], atHead: true })
    expect(said(await app('count'))).toEqual({ users: 2 })
    expect(await logOf(database)).toMatchObject([
      { revision: 'a1', status: 'done', checksum: expect.stringMatching(/^1:/) },
      { revision: 'b2', status: 'done', checksum: 'unknown' },
    ])
    expect(said(await app('downgrade', 'a1'))).toMatchObject({ from: ['b2'], to: ['a1'] })
    expect(said(await app('stamp', 'b2'))).toMatchObject({ to: ['b2'] })
    expect(said(await app('current'))).toMatchObject({ heads: ['b2'] })
    const failed = await app('upgrade', 'nowhere')
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('revision-not-found') })
  })
})

test('a bundle does by modules what the command line does by files', async () => {
  const made = application('record')
  const [byModules, byFiles] = [freshSqlite('sqljs'), freshSqlite('sqljs')]
  cleanUps.push(made.remove, byModules.drop, byFiles.drop)
  const { folder } = await bundle(made, 'cjs')
  said(await run(folder, ['app.cjs', 'upgrade'], environment(byModules)))
  made.write('ormconfig.ts', `import { source } from './src/data-source'\nexport default source\n`)
  expect(await made.autogen(['upgrade', 'head'], environment(byFiles))).toMatchObject({ code: 0, stderr: '' })
  expect(await logOf(byModules)).toEqual(await logOf(byFiles))
})

/** An application whose only entity is described by a schema, with one revision that queues and one that looks at rows. */
function application(shape: 'array' | 'record'): InstalledProject {
  const made = installed(sources(shape))
  link(made, 'esbuild')
  return made
}

function sources(shape: 'array' | 'record'): Record<string, string> {
  const imports = `import * as first from '../migrations/a1_first'\nimport * as second from '../migrations/b2_users'\n`
  const list =
    shape === 'array' ? '[second, first]' : `{ './migrations/b2_users.ts': second, './migrations/a1_first.ts': first }`
  return {
    'src/migrations.ts': `${imports}\nexport const migrations = ${list}\n`,
    'src/data-source.ts': `import 'reflect-metadata'
import pg from 'pg'
import initSqlJs from 'sql.js'
import { DataSource, EntitySchema } from 'typeorm'

const options = JSON.parse(process.env.TEST_DATABASE!)

export const User = new EntitySchema<{ id: number; name: string }>({
  name: 'user',
  columns: { id: { type: Number, primary: true }, name: { type: String } },
})

// TypeORM looks for drivers at run time, which a bundler cannot follow.
const driver = options.type === 'sqljs' ? initSqlJs : pg

export const source = new DataSource({ ...options, driver, entities: [User] })
`,
    'src/app.ts': `import { current, downgrade, stamp, upgrade } from 'typeorm-autogen/runtime'
import { source, User } from './data-source'
import { migrations } from './migrations'

const [command = '', target = ''] = process.argv.slice(2)

async function main() {
  // As it is, or connected: both will do.
  const dataSource = command === 'current' ? source : await source.initialize()
  switch (command) {
    case 'upgrade': {
      const { steps, ...result } = await upgrade({ dataSource, migrations, target: target || 'head' })
      return { ...result, steps: steps.map(({ revision }) => revision) }
    }
    case 'downgrade':
      return downgrade({ dataSource, migrations, target })
    case 'stamp':
      return stamp({ dataSource, migrations, targets: target })
    case 'current':
      return current({ dataSource, migrations })
    default:
      return { users: await dataSource.getRepository(User).count() }
  }
}

main()
  .then((result) => console.log(JSON.stringify(result)))
  .catch((error) => {
    console.error(error.code, error.message)
    process.exitCode = 1
  })
  .finally(() => source.isInitialized && source.destroy())
`,
    'migrations/a1_first.ts': `import type { Op } from 'typeorm-autogen'

export const revision = 'a1'
export const downRevision = null

export function upgrade(op: Op) {
  op.createTable({
    name: 'user',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'varchar(100)' },
    ],
    primaryKey: { columns: ['id'] },
  })
}

export function downgrade(op: Op) {
  op.dropTable('user')
}
`,
    'migrations/b2_users.ts': `import type { Op } from 'typeorm-autogen'

export const revision = 'b2'
export const downRevision = 'a1'

export async function upgrade(op: Op) {
  op.bulkInsert('user', [{ id: 1, name: 'Ann' }])
  const [row] = await op.query('SELECT count(*) AS users FROM "user"')
  op.bulkInsert('user', [{ id: 2, name: \`after \${row.users}\` }])
  await op.manager(async (manager: any) => manager.getRepository('user').findOneByOrFail({ name: 'Ann' }))
}

export function downgrade(op: Op) {
  op.execute('DELETE FROM "user"')
}
`,
  }
}

interface Bundled {
  readonly folder: string
  /** The files that went into it. */
  readonly inputs: readonly string[]
}

// TypeORM asks for each by name, and only when it is used.
const otherDrivers = [
  '@google-cloud/spanner',
  '@sap/hana-client',
  'better-sqlite3',
  'expo-sqlite',
  'hdb-pool',
  'ioredis',
  'mongodb',
  'mssql',
  'mysql',
  'mysql2',
  'oracledb',
  'pg-native',
  'pg-query-stream',
  'react-native-sqlite-storage',
  'redis',
  'sqlite3',
  'typeorm-aurora-data-api-driver',
]

/** Bundles with esbuild as its users do, into a folder far from any node_modules. */
async function bundle(made: InstalledProject, format: 'cjs' | 'esm'): Promise<Bundled> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'autogen-bundle-')))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  const options = {
    entryPoints: ['src/app.ts'],
    outfile: join(folder, `app.${format === 'esm' ? 'mjs' : 'cjs'}`),
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    format,
    external: otherDrivers,
    // TypeORM and the drivers are CommonJS, which a module has to be given the means of.
    banner: format === 'cjs' ? {} : { js: `${commonJs}\n` },
  }
  const built = await made.node(
    `const { metafile } = require('esbuild').buildSync(${JSON.stringify(options)}); console.log(JSON.stringify(metafile))`,
  )
  const { inputs } = said(built) as Metafile
  cpSync(join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'), join(folder, 'sql-wasm.wasm'))
  return { folder, inputs: Object.keys(inputs) }
}

const commonJs = `import { createRequire } from 'node:module'
const require = createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname`

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>
}

function environment(database: TestDatabase): Record<string, string> {
  return { TEST_DATABASE: JSON.stringify(database.options) }
}

function said({ code, stdout, stderr }: Ran): unknown {
  // Of a crash in minified code Node prints the line, which is the whole program.
  if (code !== 0 || stderr !== '') throw new Error(`ended with ${code}: …${stderr.slice(-2000)}`)
  return JSON.parse(stdout)
}
