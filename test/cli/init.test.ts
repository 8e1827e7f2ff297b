// From `autogen init` to an applied migration, by typing what each command says is next.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freshPostgres } from '../support/databases'
import { project, type TestProject } from '../support/cli'

jest.setTimeout(60_000)

const dependencies = { typeorm: '1', 'reflect-metadata': '0', pg: '8' }
const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, strictPropertyInitialization: false }
const entity = (schema: string) => `${schema}
  name: 'user',
  columns: { id: { type: 'integer', primary: true }, name: { type: 'varchar', length: 100 } },
})\n`
const decorated = `import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity()
export class User {
  @PrimaryColumn() id: number
  @Column({ length: 100 }) name: string
}\n`

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

async function start(files: Readonly<Record<string, string>>): Promise<[TestProject, Record<string, string>]> {
  const database = await freshPostgres()
  const made = project(files)
  cleanUps.push(database.drop, made.remove)
  return [made, { DATABASE_URL: database.url }]
}

test.each([
  [
    'JavaScript',
    {
      'package.json': JSON.stringify({ dependencies }),
      'entities/user.js': entity(`const { EntitySchema } = require('typeorm')\nexports.User = new EntitySchema({`),
    },
    'migrations',
    /^exports\.revision = /m,
  ],
  [
    'modules of JavaScript',
    {
      'package.json': JSON.stringify({ dependencies, type: 'module' }),
      'entities/user.js': entity(`import { EntitySchema } from 'typeorm'\nexport const User = new EntitySchema({`),
    },
    'migrations',
    /^export const revision = /m,
  ],
  [
    'TypeScript in src',
    {
      'package.json': JSON.stringify({ dependencies }),
      'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'commonjs', outDir: 'dist', ...decorators } }),
      'src/users/user.entity.ts': decorated,
    },
    'src/migrations',
    /^import type \{ Op \} from 'typeorm-autogen'/m,
  ],
])('a project of %s', async (_what, files, folder, source) => {
  const [made, environment] = await start(files)
  const initialised = await made.autogen(['init'])
  expect(initialised).toMatchObject({ code: 0, stderr: '' })
  const [, next] = /npx autogen (.+)$/m.exec(initialised.stdout)!
  expect(next).toBe('revision -m "first"')

  expect(await made.autogen(['revision', '-m', 'first'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'error The data source does not say where the database is: its `url` is not set.\n' +
      'hint  Set the variable it reads, such as `DATABASE_URL=postgres://user:password@host:5432/database`, or give `--url`.\n',
    output: expect.any(String),
  })
  expect(await made.autogen(['revision', '-m', 'first'], environment)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^ {2}\+ table user \(2 columns\)\nwritten {2}\S+_first\.[jt]s\n$/),
    stderr: '',
  })
  const [written] = readdirSync(join(made.folder, folder)).filter((name) => name.includes('first'))
  expect(made.read(`${folder}/${written}`)).toMatch(source)
  expect(await made.autogen(['upgrade', 'head'], environment)).toMatchObject({ code: 0, stderr: '' })
  expect(await made.autogen(['check'], environment)).toMatchObject({
    code: 0,
    stdout: 'ok  The entities and the database agree.\n',
  })
})
