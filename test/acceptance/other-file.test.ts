// An entity of SQLite may lie in another file (`database: 'other.db'`): TypeORM attaches it, and our migrations leave it to its own project.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { sqliteStage } from '../support/story'

const { Column, ManyToOne, PrimaryGeneratedColumn, ViewColumn } = typeorm

const id = () => PrimaryGeneratedColumn()
const thing = (columns: Parameters<typeof entity>[1] = {}) => entity('thing', { id: id(), ...columns })
const inOther = (name: string, options: typeorm.EntityOptions = {}) =>
  entity(name, { id: id(), size: Column('int') }, { database: 'other.db', ...options })

describe.each(sqliteDrivers().filter((driver) => driver !== 'sqljs'))('%s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())

  test('is refused with what to do, and no file is made of it', async () => {
    const story = await stage.begin()
    await story.become([thing()])
    const entities = [thing(), inOther('measure'), inOther('number')]
    const refusal = {
      code: 'other-file',
      exitCode: 2,
      message:
        "The entities measure, number lie in another database file (`database: 'other.db'`), which a migration of this one cannot change.",
      hint: 'Set `synchronize: false` there, and give that file a data source and a project of its own (`projects` in the settings).',
    }
    await expect(story.revision(entities)).rejects.toMatchObject(refusal)
    await expect(story.check(entities)).rejects.toMatchObject(refusal)
    expect(story.files()).toHaveLength(1)
    expect(existsSync(join(dirname(String(story.options.database)), 'other.db'))).toBe(false)
  })

  test('so is a view', async () => {
    const story = await stage.begin()
    const seen = view('seen', { id: ViewColumn() }, { expression: 'SELECT 1 AS id', database: 'other.db' })
    await expect(story.revision([thing(), seen])).rejects.toMatchObject({
      message: expect.stringMatching(/^The entity seen lies in another database file/),
    })
  })

  test('with `synchronize: false` it is left alone, and so is a table here that has its name', async () => {
    const story = await stage.begin()
    await story.sql('CREATE TABLE measure (anything text)')
    const measure = inOther('measure', { synchronize: false })
    const relation = ManyToOne(() => measure, { createForeignKeyConstraints: false })
    const entities = [thing({ measure: relation }), measure]
    const written = await story.become(entities)
    expect(written?.operations).toEqual(['+ table thing (2 columns)'])
    expect(await story.check(entities)).toEqual([])
    expect(await story.unmanaged(entities)).toEqual(['table measure (1 column)'])
    expect(await story.typeorm(entities)).toEqual([])
    await story.downgrade('base')
    expect(await story.sql('SELECT * FROM measure')).toEqual([])
  })

  test('the name of the data source’s own file is no other file', async () => {
    const story = await stage.begin()
    const own = inOther('measure', { database: String(story.options.database) })
    await story.become([own])
    expect(await story.sql('SELECT size FROM measure')).toEqual([])
    expect(await story.check([own])).toEqual([])
  })
})

test('sql.js attaches nothing: TypeORM takes `database` for the file at hand, and so do we', async () => {
  const stage = sqliteStage('sqljs')
  const story = await stage.begin()
  const entities = [thing(), inOther('measure')]
  await story.become(entities)
  expect(await story.check(entities)).toEqual([])
  expect(await story.typeorm(entities)).toEqual([])
  const host = await new typeorm.DataSource({ ...story.options, entities } as typeorm.DataSourceOptions).initialize()
  expect(await host.getRepository('measure').count()).toBe(0)
  await host.destroy()
  await stage.end()
})
