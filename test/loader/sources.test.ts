// What user files may hold beyond plain entities, in CommonJS and in modules.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, install, writeFiles } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const formats = [
  { format: 'commonjs', type: {} },
  { format: 'module', type: { type: 'module' } },
]

/** Writes a project whose one entity is `Thing`, and returns its data source. */
function writeEntity(type: object, entity: string, others: Record<string, string> = {}): string {
  install(folder)
  writeFiles(folder, {
    'package.json': { name: 'project', ...type },
    'thing.ts': entity,
    'data-source.ts': `
      import { DataSource } from 'typeorm'
      import { Thing } from './thing'
      export default new DataSource({ type: 'postgres', entities: [Thing] })`,
    ...others,
  })
  return join(folder, 'data-source.ts')
}

describe.each(formats)('in a $format', ({ type }) => {
  test('an imported enum gives its column the type of its values', async () => {
    const file = writeEntity(
      type,
      `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      import { Level, Role, State } from './enums'
      enum Local { A = 'a' }
      @Entity()
      export class Thing {
        @PrimaryGeneratedColumn() id: number
        @Column() role: Role
        @Column() level: Level
        @Column() state: State
        @Column() local: Local
        @Column() member: Local.A
      }`,
      {
        'enums.ts': `
          export enum Role { Admin = 'admin', User = 'user' }
          export enum Level { Low, High }
          export const State = { On: 'on', Off: 'off' } as const
          export type State = (typeof State)[keyof typeof State]`,
      },
    )
    expect((await drive('columns', { file })).columns).toEqual({
      'Thing.id': 'integer',
      'Thing.role': 'character varying',
      'Thing.level': 'integer',
      'Thing.state': 'character varying',
      'Thing.local': 'character varying',
      'Thing.member': 'character varying',
    })
  })

  test('a type imported without saying so breaks nothing, be its module missing, empty or a package of types', async () => {
    const file = writeEntity(
      type,
      `
      import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, Relation } from 'typeorm'
      import { Point } from 'geojson'
      import Feature, * as shapes from 'only-types'
      import { Settings, Value as Renamed } from './settings'
      import { Declared } from './declared'

      // Relation, Settings and Point are words of this comment, too.
      @Entity()
      export class Thing {
        @PrimaryGeneratedColumn() id: number
        @Column('jsonb') settings: Settings
        @Column('jsonb') declared: Declared
        @Column('jsonb') feature: Feature
        @Column('jsonb') shape: shapes.Shape
        @Column({ type: 'jsonb' }) point: Point
        @Column() renamed: Renamed
        @ManyToOne(() => Thing) parent: Relation<Thing>
      }`,
      {
        'settings.ts': `export interface Settings { a: string }\nexport enum Value { A = 1 }`,
        'declared.d.ts': `export interface Declared { a: string }`,
        'node_modules/only-types/package.json': JSON.stringify({ exports: { types: './index.d.ts' } }),
        'node_modules/only-types/index.d.ts': 'export interface Shape {}\nexport default interface Feature {}',
      },
    )
    expect((await drive('columns', { file })).columns).toEqual({
      'Thing.id': 'integer',
      'Thing.settings': 'jsonb',
      'Thing.declared': 'jsonb',
      'Thing.feature': 'jsonb',
      'Thing.shape': 'jsonb',
      'Thing.point': 'jsonb',
      'Thing.renamed': 'integer',
      'Thing.parentId': 'integer',
    })
  })

  test('a value imported from a module that is missing is still an error', async () => {
    const file = writeEntity(
      type,
      `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      import { Point } from 'geojson'
      @Entity()
      export class Thing {
        @PrimaryGeneratedColumn() id: number
        @Column('jsonb') point: Point = new Point()
      }`,
    )
    expect((await drive('columns', { file })).failed?.message).toMatch(/Cannot find (package|module) 'geojson'/)
  })

  test('a module that metadata alone needs may fail for a reason of its own, and that is told', async () => {
    const file = writeEntity(
      type,
      `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      import { Settings } from './settings'
      @Entity()
      export class Thing {
        @PrimaryGeneratedColumn() id: number
        @Column('jsonb') settings: Settings
      }`,
      { 'settings.ts': `import 'left-out'\nexport interface Settings { a: string }` },
    )
    expect((await drive('columns', { file })).failed?.message).toMatch(/Cannot find (package|module) 'left-out'/)
  })

  test('classes keep their names, and decorators see their own class', async () => {
    const file = writeEntity(
      type,
      `
      import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
      export const names: string[] = []
      function Named(target: Function) { names.push(target.name) }
      @Named
      @Entity({ schema: undefined })
      export class Thing {
        static again = () => Thing.name
        @PrimaryGeneratedColumn() id: number
      }
      names.push(Thing.again())`,
      { 'names.ts': `export { names as default } from './thing'` },
    )
    expect(await drive('exports', { file: join(folder, 'names.ts') })).toEqual({ default: ['Thing', 'Thing'] })
    expect((await drive('columns', { file })).columns).toEqual({ 'Thing.id': 'integer' })
  })

  test('an error points at the line of the TypeScript file', async () => {
    writeFiles(folder, {
      'package.json': type,
      'thrower.ts': [
        `import { Column } from './column'`,
        `interface Gone { a: string }`,
        `enum Grows { A, B }`,
        `class Entity {`,
        `  @Column() gone: Gone`,
        `  @Column() name: string`,
        `  explode(): never {`,
        `    throw new Error('boom')`,
        `  }`,
        `}`,
        `new Entity().explode()`,
      ].join('\n'),
      'column.ts': `export const Column = () => () => {}`,
    })
    const { failed } = await drive('exports', { file: join(folder, 'thrower.ts') })
    expect(failed?.message).toBe('boom')
    expect(failed?.stack).toContain(join(folder, 'thrower.ts:8:11'))
    expect(failed?.stack).toContain(join(folder, 'thrower.ts:11:14'))
  })

  test('a file that cannot be parsed is named with its line', async () => {
    writeFiles(folder, { 'package.json': type, 'broken.ts': 'export const a = 1\nexport const b = (\n' })
    const { failed } = await drive('exports', { file: join(folder, 'broken.ts') })
    expect(failed).toMatchObject({ name: 'SourceSyntaxError', exitCode: 2, file: join(folder, 'broken.ts') })
    expect(failed?.message).toMatch(/broken\.ts:[23]:\d+ cannot be parsed: \S/)
  })
})

test('a type re-exported as if it were a value is told from a missing file', async () => {
  writeFiles(folder, {
    'package.json': { type: 'module' },
    'types.ts': 'export interface Settings { a: string }',
    'index.ts': `export { Settings } from './types'`,
  })
  expect((await drive('exports', { file: join(folder, 'index.ts') })).failed).toMatchObject({
    code: 'type-imported-as-value',
    exportName: 'Settings',
    specifier: './types',
    hint: 'If Settings is a type, write "import type" or "export type" for it.',
  })
})

test('a module imports names from TypeScript that runs as CommonJS, and both get the same classes', async () => {
  writeFiles(folder, {
    'package.json': { type: 'module' },
    'lib/package.json': {},
    'lib/index.ts': `export * from './thing'\nexport { Other as Renamed, one } from './other'\nexport const local: number = 1`,
    'lib/thing.ts': `export class Thing {}\nexport * from './index'`,
    'lib/other.ts': `export class Other {}\nexport const one: number = 1`,
    'single.cts': `export const alone: string = 'alone'`,
    'a.ts': `
      import { createRequire } from 'node:module'
      import whole, { Renamed, Thing, local, one } from './lib'
      import { alone } from './single.cjs'
      const required = createRequire(import.meta.url)('./lib/index.ts')
      export const seen = [local, one, alone, required.Thing === Thing, required.Renamed === Renamed, whole === required]`,
  })
  expect(await drive('exports', { file: join(folder, 'a.ts') })).toEqual({ seen: [1, 1, 'alone', true, true, true] })
})
