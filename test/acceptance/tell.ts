// How the rows are told: entities become the database, rows are put in, entities change, and change back.
import { AutogenError } from '../../src/errors'
import type { Story } from '../support/story'
import type { Change } from './changes'
import type { Equal } from './equals'
import type { Refusal } from './refusals'

/** There and back, with what is in the tables on both ends. */
export async function tellChange(story: Story, change: Change): Promise<void> {
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
}

/** What is there already, made by our own revision or by TypeORM. */
export async function tellEqual(story: Story, equal: Equal, maker: 'become' | 'synchronize'): Promise<void> {
  const { before, entities, meanwhile, hidden = [] } = equal
  if (before !== undefined) await story.sql(before)
  await story[maker](entities)
  if (meanwhile !== undefined) await story.sql(meanwhile)
  expect(await story.check(entities, { names: true })).toEqual(hidden)
  expect(await story.revision(entities)).toBeUndefined()
}

/** Where the way ends, with what is said, and with everything as it was before. */
export async function tellRefusal(story: Story, refusal: Refusal, code: number): Promise<void> {
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
  expect(exitCode).toBe(code)
  for (const words of refusal.says) expect(`${message} ${hint}`).toContain(words)
  await holds(story, refusal.kept)
  const [written, ran] = { revision: [1, 1], upgrade: [2, 1], downgrade: [2, 2] }[refusal.refused] as [number, number]
  expect(story.files()).toHaveLength(written)
  const log = `SELECT CAST(count(*) AS int) AS ran FROM autogen_log WHERE status = 'done'`
  expect(await story.sql(log)).toEqual([{ ran }])
  expect(await story.check(ran === 1 ? refusal.before : refusal.after)).toEqual([])
}

/** Queries and what they answer. */
export async function holds(story: Story, expected: Change['upgraded']): Promise<void> {
  for (const [query, rows] of Object.entries(expected ?? {})) expect(await story.sql(query)).toEqual(rows)
}
