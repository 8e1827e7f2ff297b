// The rows of what TypeORM's own generator gets wrong, or once got wrong, on PostgreSQL: each is a story with an end.

import * as typeorm from 'typeorm'
import { AutogenError } from '../../src/errors'
import { postgresStage, type Stage, type Story } from '../support/story'
import { entity } from '../support/entities/make'
import { changes, type Change } from './changes'
import { equals, type Equal } from './equals'
import { refusals, type Refusal } from './refusals'

const { Column, Index, PrimaryGeneratedColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

describe('4a, 4c, 4d: what changed is changed, in place and with SQL that runs', () => {
  test.each(changes.map((change): [string, Change] => [change.row, change]))('%s', async (_row, change) => {
    const story = await stage.begin(change.options)
    await story.become(change.before)
    if (change.rows !== undefined) await story.sql(change.rows)

    const written = await story.revision(change.after, change.choices)
    expect(written?.operations).toEqual(change.operations)
    expect(written?.destructive).toEqual(change.destructive ?? [])
    if (change.edit !== undefined) story.edit(...change.edit)
    await story.upgrade()
    expect(await story.check(change.after, { names: true })).toEqual([])
    await holds(story, change.upgraded)

    await story.downgrade('-1')
    expect(await story.check(change.before, { names: true })).toEqual([])
    await holds(story, change.downgraded)
  })
})

describe('4a: what would lose a row is refused', () => {
  test.each(refusals.map((refusal): [string, Refusal] => [refusal.row, refusal]))('%s', async (_row, refusal) => {
    const story = await stage.begin()
    await story.become(refusal.before)
    await story.sql(refusal.rows)
    const move = async () => {
      await story.revision(refusal.after, refusal.choices)
      await story.upgrade()
      await story.sql(refusal.meanwhile ?? '')
      await story.downgrade('-1')
    }
    const error = await move().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AutogenError)
    const { exitCode, message, hint } = error as AutogenError
    expect(exitCode).toBe(refusal.triedBefore16 && (await before16(story)) ? 5 : 6)
    for (const words of refusal.says) expect(`${message} ${hint}`).toContain(words)
    await holds(story, refusal.kept)
    const [written, ran] = { revision: [1, 1], upgrade: [2, 1], downgrade: [2, 2] }[refusal.refused] as [number, number]
    expect(story.files()).toHaveLength(written)
    expect(await story.sql(`SELECT count(*)::int AS ran FROM autogen_log WHERE status = 'done'`)).toEqual([{ ran }])
    expect(await story.check(ran === 1 ? refusal.before : refusal.after)).toEqual([])
  })
})

test('F33 a second revision before the first one ran is refused', async () => {
  const story = await stage.begin()
  const entities = [entity('thing', { id: PrimaryGeneratedColumn() })]
  await story.revision(entities)
  await expect(story.revision(entities)).rejects.toMatchObject({ exitCode: 4, code: 'not-at-head' })
  expect(story.files()).toHaveLength(1)
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

  test.each(byUs)('%s', async (_row, equal) => {
    const story = await stage.begin(equal.options)
    if (equal.before !== undefined) await story.sql(equal.before)
    await story.become(equal.entities)
    if (equal.meanwhile !== undefined) await story.sql(equal.meanwhile)
    await findsNothing(story, equal)
  })

  test.each(byUs.filter(([, equal]) => equal.byTypeorm !== false))('%s, made by TypeORM', async (_row, equal) => {
    const story = await stage.begin(equal.options)
    if (equal.before !== undefined) await story.sql(equal.before)
    await story.synchronize(equal.entities)
    if (equal.meanwhile !== undefined) await story.sql(equal.meanwhile)
    await findsNothing(story, equal)
  })
})

async function findsNothing(story: Story, { entities, hidden = [] }: Equal): Promise<void> {
  expect(await story.check(entities, { names: true })).toEqual(hidden)
  expect(await story.revision(entities)).toBeUndefined()
}

async function holds(story: Story, expected: Change['upgraded']): Promise<void> {
  for (const [query, rows] of Object.entries(expected ?? {})) expect(await story.sql(query)).toEqual(rows)
}

async function before16(story: Story): Promise<boolean> {
  const [row] = await story.sql(`SELECT current_setting('server_version_num')::int < 160000 AS is`)
  return row?.is === true
}
