// A database that TypeORM made, and the first revisions: what they say must make a new database as well.
import * as typeorm from 'typeorm'
import { entity } from '../support/entities/make'
import { postgresStage, type Stage } from '../support/story'

const { Column, JoinColumn, ManyToOne, PrimaryGeneratedColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

test('a baseline makes the extensions and schemas that its tables need, though the database has them already', async () => {
  const story = await stage.begin()
  const entities = [
    entity('thing', { id: PrimaryGeneratedColumn('uuid'), name: Column('citext' as 'text') }),
    entity('entry', { id: PrimaryGeneratedColumn() }, { schema: 'audit' }),
  ]
  await story.sql(
    'CREATE SCHEMA audit; CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE EXTENSION IF NOT EXISTS citext',
  )
  await story.synchronize(entities)
  const written = await story.revision(entities, { fromHistory: true })
  expect(written?.operations).toEqual(
    expect.arrayContaining(['+ schema audit', '+ extension uuid-ossp', '+ extension citext']),
  )
  await story.stamp('head')
  expect(await story.check(entities)).toEqual([])
  expect(await story.check(entities, { fromHistory: true })).toEqual([])
  await story.downgrade('base')
  await story.sql('DROP EXTENSION IF EXISTS "uuid-ossp" CASCADE; DROP EXTENSION IF EXISTS citext CASCADE')
  await story.upgrade()
  expect(await story.check(entities)).toEqual([])
})

test('a first revision that leaves out what is there already says so', async () => {
  const story = await stage.begin()
  const user = entity('user', { id: PrimaryGeneratedColumn() })
  const post = entity('post', { id: PrimaryGeneratedColumn(), author: [ManyToOne(() => user as never), JoinColumn()] })
  await story.synchronize([user])
  const told: unknown[] = []
  await story.revision([user, post], { onEvent: (event) => told.push(event) })
  expect(told).toContainEqual(
    expect.objectContaining({ code: 'no-baseline', message: expect.stringMatching(/^No revision makes user, /) }),
  )
  told.length = 0
  await story.upgrade()
  await story.revision([user], { onEvent: (event) => told.push(event) })
  expect(told).toEqual([])
})
