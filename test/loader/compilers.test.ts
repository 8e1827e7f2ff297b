import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { dist } from '../support/built'
import { freshFolder, install, typescriptKinds, usualPackages, writeFiles, writeProject } from '../support/projects'
import { drive } from './drive'

let folder: string
let installed: string
beforeEach(() => {
  folder = freshFolder()
  installed = withoutSwc()
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(installed, { recursive: true, force: true })
})

/** Installs our build where no swc can be found, as on a machine it has no binary for. */
function withoutSwc(): string {
  const folder = freshFolder()
  cpSync(join(dist, 'loader'), join(folder, 'dist/loader'), { recursive: true })
  cpSync(join(dist, 'errors'), join(folder, 'dist/errors'), { recursive: true })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(__dirname, '../../node_modules/get-tsconfig'), join(folder, 'node_modules/get-tsconfig'), 'junction')
  return folder
}

const cells = typescriptKinds.flatMap((kind) => (['circle', 'relation'] as const).map((fixture) => ({ kind, fixture })))

test.each(cells)(
  "without swc the project's own typescript loads $fixture entities of a $kind project",
  async ({ kind, fixture }) => {
    const { dataSource, columns } = writeProject(kind, fixture, folder)
    install(folder, ['typescript'])
    const answer = await drive('columns', { file: dataSource }, { dist: join(installed, 'dist') })
    expect(answer).toEqual({ columns, swc: false, typescript: kind === 'commonjs', hooks: true })
  },
)

test.each([{}, { type: 'module' }])(
  'typescript, too, sees enums, and does without modules of types (%j)',
  async (type) => {
    install(folder, [...usualPackages, 'typescript'])
    writeFiles(folder, {
      'package.json': type,
      'enums.ts': `export enum Role { Admin = 'admin' }\nexport enum Level { Low }`,
      'data-source.ts': `
      import { Column, DataSource, Entity, PrimaryGeneratedColumn, Relation } from 'typeorm'
      import { Role } from './enums'
      import * as enums from './enums'
      import { Point } from 'geojson'
      @Entity() class Thing {
        @PrimaryGeneratedColumn() id: number
        @Column() role: Role
        @Column() level: enums.Level
        @Column('jsonb') point: Point
        @Column('jsonb') relation: Relation<Thing>
      }
      export default new DataSource({ type: 'postgres', entities: [Thing] })`,
    })
    const answer = await drive('columns', { file: join(folder, 'data-source.ts') }, { dist: join(installed, 'dist') })
    expect(answer.columns).toEqual({
      'Thing.id': 'integer',
      'Thing.role': 'character varying',
      'Thing.level': 'integer',
      'Thing.point': 'jsonb',
      'Thing.relation': 'jsonb',
    })
  },
)

test('typescript points at the line of the TypeScript file, and at the one it cannot parse', async () => {
  install(folder, ['typescript'])
  writeFiles(folder, {
    'thrower.ts': `interface Gone {\n  a: string\n}\nexport const a = (): never => { throw new Error('boom') }\na()`,
    'broken.ts': 'export const a = 1\nexport const b = (\n',
  })
  const start = { dist: join(installed, 'dist') }
  const thrown = await drive('exports', { file: join(folder, 'thrower.ts') }, start)
  expect(thrown.failed?.stack).toContain(join(folder, 'thrower.ts:4:'))
  expect((await drive('exports', { file: join(folder, 'broken.ts') }, start)).failed?.message).toMatch(
    /broken\.ts:\d:\d+ cannot be parsed: Expression expected/,
  )
})

test.each([
  { kind: 'commonjs' as const, having: 'no typescript', files: {} as Record<string, string> },
  { kind: 'module' as const, having: 'no typescript', files: {} as Record<string, string> },
  {
    kind: 'commonjs' as const,
    having: 'typescript 7, which compiles no single file',
    files: { 'node_modules/typescript/package.json': '{ "version": "7.0.2" }' },
  },
])('without swc a $kind project with $having is told what to do', async ({ kind, files }) => {
  const { dataSource } = writeProject(kind, 'plain', folder)
  writeFiles(folder, files)
  const { failed } = await drive('columns', { file: dataSource }, { dist: join(installed, 'dist') })
  expect(failed).toMatchObject({ name: 'NoCompilerError', exitCode: 2, hint: expect.stringContaining('typescript@6') })
})
