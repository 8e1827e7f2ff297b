import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { UnknownColumnTypesError } from '../../src/errors'
import { freshFolder, install, writeFiles } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Writes a project with the given columns in its one entity. */
function writeColumns(type: object, columns: readonly string[]): string {
  install(folder)
  writeFiles(folder, {
    'package.json': type,
    'aliases.ts': `
      export type Alias = 'a' | 'b'
      export interface Shape { a: string }
      export class Plain {}
      export enum Role { Admin = 'admin' }`,
    'data-source.ts': `
      import { Column, CreateDateColumn, DataSource, Entity, OneToMany, ManyToOne, PrimaryGeneratedColumn } from 'typeorm'
      import { Alias, Plain, Role, Shape } from './aliases'

      class Address { @Column() street: string; @Column() country: Alias }
      abstract class Base { @Column() shared: Alias }
      @Entity() class Other extends Base { @PrimaryGeneratedColumn() id: number }
      @Entity() class Thing extends Base {
        @PrimaryGeneratedColumn() id: number
        ${columns.join('\n        ')}
      }
      @Entity() class Elsewhere { @PrimaryGeneratedColumn() id: number; @Column() alias: Alias }
      export default new DataSource({ type: 'postgres', entities: [Thing, Other] })`,
  })
  return join(folder, 'data-source.ts')
}

test.each([{}, { type: 'module' }])('columns of unknown type are found together, and only those (%j)', async (type) => {
  const file = writeColumns(type, [
    '@Column() alias: Alias',
    '@Column() shape: Shape',
    '@Column() plain: Plain',
    '@Column() either: string | null',
    '@Column() inferred = 1',
    '@Column() list: string[]',
    '@Column() role: Role',
    `@Column('varchar') given: Alias`,
    `@Column({ type: 'jsonb' }) givenToo: Shape`,
    '@Column() name: string',
    '@CreateDateColumn() created: Date',
    '@Column(() => Address) address: Address',
    '@ManyToOne(() => Thing, (thing) => thing.children) parent: Thing',
    '@OneToMany(() => Thing, (thing) => thing.parent) children: Thing[]',
  ])
  const { failed } = await drive('unknown', { file })
  expect(failed).toMatchObject({
    code: 'unknown-column-types',
    exitCode: 2,
    columns: [
      { entity: 'Base', property: 'shared' },
      { entity: 'Thing', property: 'alias' },
      { entity: 'Thing', property: 'shape' },
      { entity: 'Thing', property: 'plain' },
      { entity: 'Thing', property: 'either' },
      { entity: 'Thing', property: 'inferred' },
      { entity: 'Thing', property: 'list' },
      { entity: 'Address', property: 'country' },
    ],
  })
})

test('242 columns of unknown type are reported at once', async () => {
  const names = Array.from({ length: 241 }, (_, index) => `column${index}`)
  const file = writeColumns(
    {},
    names.map((name) => `@Column() ${name}: Alias`),
  )
  const { failed } = await drive('unknown', { file })
  expect(failed?.columns).toHaveLength(242)
  expect(failed?.message).toMatch(
    /^The types of 242 columns are not known: Base\.shared, Thing\.column0, .*, Thing\.column18 and 222 more\.$/,
  )
})

test('the message names the first twenty and counts the rest, the fields hold all', () => {
  const columns = Array.from({ length: 22 }, (_, index) => ({ entity: 'User', property: `p${index}` }))
  const error = new UnknownColumnTypesError(columns)
  expect(error.message).toMatch(/User\.p19 and 2 more\.$/)
  expect(error.columns).toEqual(columns)
  expect(error.hint).toContain("@Column({ type: 'varchar' })")
  expect(new UnknownColumnTypesError(columns.slice(0, 1)).message).toBe('The type of 1 column is not known: User.p0.')
})
