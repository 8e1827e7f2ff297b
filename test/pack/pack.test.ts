import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { builtTsconfig, decorated } from '../support/tsconfig'
import { pack, type Project, type Run, workshop } from './project'

const shop = workshop()
let tarball: string

beforeAll(() => {
  tarball = pack(shop.folder)
})
afterAll(() => shop.remove())

test('an empty CommonJS project of plain JavaScript gets its first migration, on TypeORM 0.3', () => {
  const project = shop.project('commonjs')
  project.write({
    'package.json': json({ name: 'commonjs', private: true }),
    'entities/user.js': `const { EntitySchema } = require('typeorm')
module.exports.User = new EntitySchema({
  name: 'User',
  columns: { id: { type: Number, primary: true, generated: true }, email: { type: String } },
})
`,
  })
  project.npm('install', 'typeorm@0.3.31', 'reflect-metadata@0.2.2', 'sql.js@1.16.0')
  walk(project)
  expect(project.node('-e', "console.log(typeof require('typeorm-autogen').upgrade)")).toEqual(said('function'))
  expect(project.node('-e', "console.log(typeof require('typeorm-autogen/runtime').upgrade)")).toEqual(said('function'))
})

test('an empty ESM project of TypeScript gets its first migration, on TypeORM 1', () => {
  const project = shop.project('esm')
  project.write({
    'package.json': json({ name: 'esm', private: true, type: 'module' }),
    'tsconfig.json': json({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2022',
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
      },
    }),
    'entities/user.ts': userEntity,
  })
  project.npm('install', 'typeorm@1.1.1', 'reflect-metadata@0.2.2', 'sql.js@1.16.0')
  walk(project)
  const same = `import { upgrade } from 'typeorm-autogen'
import { createRequire } from 'node:module'
console.log(upgrade === createRequire(import.meta.url)('typeorm-autogen').upgrade)
`
  project.write({ 'same.mjs': same })
  expect(project.node('same.mjs')).toEqual(said('true'))
})

test('a production install runs compiled files without TypeScript, swc, prettier or prompts', () => {
  const manifest = { name: 'service', private: true, scripts: { build: 'tsc' } }
  const build = shop.project('build')
  build.write({
    'package.json': json(manifest),
    'tsconfig.json': builtTsconfig(decorated),
    'src/entities/user.ts': userEntity,
  })
  build.npm('install', tarball, 'typeorm@1.1.1', 'reflect-metadata@0.2.2', 'sql.js@1.16.0')
  build.npm('install', '--save-dev', 'typescript@6.0.3', '@types/node@20.19.0')
  expect(build.bin('autogen', 'init')).toEqual(succeeds)
  expect(build.bin('autogen', 'revision', '-m', 'first')).toEqual(succeeds)
  expect(build.bin('tsc')).toEqual(succeeds)

  const production = shop.project('production')
  for (const file of ['package.json', 'package-lock.json', 'autogen.config.json', 'dist']) copy(build, production, file)
  production.npm('ci', '--omit=dev')
  for (const name of ['typescript', 'prettier', '@swc', '@clack']) {
    rmSync(join(production.folder, 'node_modules', name), { recursive: true, force: true })
  }
  expect(filesBelow(production.folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([])
  expect(production.bin('autogen', 'upgrade', 'head')).toEqual(succeeds)
  expect(production.bin('autogen', 'current').output).toMatch(/[0-9a-f]{12}/)
  expect(production.bin('autogen', 'check')).toEqual(succeeds)
  expect(production.bin('autogen', 'downgrade', 'base')).toEqual(succeeds)
})

const userEntity = `import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id: number

  @Column()
  email: string
}
`

const succeeds = { code: 0, output: expect.any(String) }

/** The five commands of the README as they stand there; only that npm gets what was packed instead of what is published. */
function walk(project: Project): void {
  const [install, init, revision, upgrade, downgrade, ...more] = fiveCommands()
  expect(more).toEqual([])
  expect(install).toBe('npm i typeorm-autogen')
  expect(project.type(install!.replace('typeorm-autogen', `"${tarball}"`))).toEqual(succeeds)
  expect(project.type(init!)).toEqual(succeeds)
  expect(project.bin('autogen', 'check')).toEqual({ code: 3, output: expect.stringContaining('+ table user') })
  expect(project.type(revision!)).toEqual({ code: 0, output: expect.stringMatching(/\nwritten .*_first\.[jt]s\n/) })
  const [written] = readdirSync(join(project.folder, 'migrations')).filter((name) => name.includes('_first.'))
  expect(readFileSync(join(project.folder, 'migrations', written!), 'utf8')).toContain('op.createTable({')
  expect(project.type(upgrade!)).toEqual(succeeds)
  expect(project.bin('autogen', 'check')).toEqual(succeeds)
  expect(project.type(downgrade!)).toEqual({ code: 0, output: expect.stringContaining('The database is at base.') })
}

/** What stands in the README below that heading, without its comments. */
function fiveCommands(): string[] {
  const readme = readFileSync(join(__dirname, '../../README.md'), 'utf8')
  const [, block = ''] = /\n## Five commands\n[^]*?```bash\n([^]*?)```/.exec(readme) ?? []
  return block
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\s*#.*$/, ''))
}

function said(line: string): Run {
  return { code: 0, output: `${line}\n` }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

function copy(from: Project, to: Project, name: string): void {
  cpSync(join(from.folder, name), join(to.folder, name), { recursive: true })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => !file.includes('node_modules'))
}
