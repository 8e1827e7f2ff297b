// The rows of what TypeORM's own generator gets wrong, or once got wrong, on PostgreSQL: each is a story with an end.

import * as typeorm from 'typeorm'
import { postgresStage, type Stage, type Story } from '../support/story'
import { entity } from '../support/entities/make'
import { changes, type Change } from './changes'
import { equals, type Equal } from './equals'
import { refusals, type Refusal } from './refusals'
import { tellChange, tellEqual, tellRefusal } from './tell'

const { Column, Index, PrimaryGeneratedColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

describe('4a, 4c, 4d: what changed is changed, in place and with SQL that runs', () => {
  test.each(changes.map((change): [string, Change] => [change.row, change]))('%s', async (_row, change) => {
    await tellChange(await stage.begin(change.options), change)
  })
})

describe('4a: what would lose a row is refused', () => {
  test.each(refusals.map((refusal): [string, Refusal] => [refusal.row, refusal]))('%s', async (_row, refusal) => {
    const story = await stage.begin()
    const tried = refusal.triedBefore16 && (await before16(story))
    await tellRefusal(story, refusal, tried ? 5 : 6)
  })
})

test('F33 a second revision before the first one ran is refused', async () => {
  const story = await stage.begin()
  const entities = [entity('thing', { id: PrimaryGeneratedColumn() })]
  await story.revision(entities)
  await expect(story.revision(entities)).rejects.toMatchObject({ exitCode: 4, code: 'not-at-head' })
  expect(story.files()).toHaveLength(1)
})

test('F8 a default that the server freezes is told whenever entities are compared, and changed when it is another thing', async () => {
  const story = await stage.begin()
  const things = (value?: string | (() => string)) => [
    entity('thing', { id: PrimaryGeneratedColumn(), at: Column('timestamptz', { nullable: true, default: value }) }),
  ]
  const told: string[] = []
  const onEvent = (event: { type: string; code?: string; message?: string }) =>
    void (event.code === 'frozen-default' && told.push(event.message!))
  const sentence =
    'The default "now" of thing.at is a text that the server freezes when it is set; ' +
    "write `() => 'now()'` for a moment that each row has of its own."

  await story.become(things(), { onEvent } as never)
  expect(told).toEqual([])
  expect((await story.become(things('now'), { onEvent } as never))?.operations).toEqual([
    '~ column thing.at default "now"',
  ])
  expect(await story.check(things('now'), { onEvent } as never)).toEqual([])
  expect(told).toEqual([sentence, sentence])
  expect((await story.become(things(() => 'now()')))?.operations).toEqual(['~ column thing.at default now()'])
  expect((await story.become(things('now')))?.operations).toEqual(['~ column thing.at default "now"'])
  await story.downgrade('-1')
  expect(await story.check(things(() => 'now()'))).toEqual([])
})

describe('S8 an index built concurrently', () => {
  const entities = [entity('thing', { id: PrimaryGeneratedColumn(), size: Column('int') })]
  const indexed = [entity('thing', { id: PrimaryGeneratedColumn(), size: Column('int') }, Index('ix', ['size']))]
  const build = `op.createIndex('thing', { name: 'ix', columns: ['size'], concurrently: true })`
  const drop = `op.dropIndex('thing', 'ix', { concurrently: true })`

  test('is refused in a transaction', async () => {
    const story = await stage.begin()
    await story.become(entities)
    await story.write(build, drop)
    await expect(story.upgrade()).rejects.toMatchObject({ code: 'concurrently-in-transaction' })
    expect(await story.check(entities)).toEqual([])
  })

  test.each([
    [
      'in op.autocommit',
      `await op.autocommit(async (op) => { ${build} })`,
      `await op.autocommit(async (op) => { ${drop} })`,
      '',
    ],
    ['in a migration without a transaction', build, drop, 'exports.transaction = false'],
  ])('is built %s, and dropped again', async (_place, upgrade, downgrade, others) => {
    const story = await stage.begin()
    await story.become(entities)
    await story.write(upgrade, downgrade, others)
    await story.upgrade()
    expect(await story.check(indexed)).toEqual([])
    await story.downgrade('-1')
    expect(await story.check(entities)).toEqual([])
  })
})

describe('4b: what is the same is found to be the same', () => {
  const byUs = equals.map((equal): [string, Equal] => [equal.row, equal])

  test.each(byUs)('%s', async (_row, equal) => tellEqual(await stage.begin(equal.options), equal, 'become'))

  test.each(byUs.filter(([, equal]) => equal.byTypeorm !== false))('%s, made by TypeORM', async (_row, equal) =>
    tellEqual(await stage.begin(equal.options), equal, 'synchronize'),
  )
})

async function before16(story: Story): Promise<boolean> {
  const [row] = await story.sql(`SELECT current_setting('server_version_num')::int < 160000 AS is`)
  return row?.is === true
}
