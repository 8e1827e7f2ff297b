// Types, tables, views, indexes and sequences share their names on PostgreSQL, all but types on SQLite: whoever takes a name
// finds it free, in one revision, and so does whoever had it on the way back.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { postgresStage, sqliteStage, type Entities, type Stage } from '../support/story'

const { Column, Generated, Index, PrimaryGeneratedColumn, Unique, ViewColumn } = typeorm

/** Before, after, and what was renamed. */
type Case = [about: string, before: Entities, after: Entities, renames?: Record<string, string>]

const thing = (columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]) =>
  table('thing', columns, ...rest)
const table = (name: string, columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]) =>
  entity(name, { id: PrimaryGeneratedColumn(), ...columns }, ...rest)
const shown = (name: string, expression = 'SELECT 1 AS id', materialized = false) =>
  view(name, { id: ViewColumn() }, { expression, ...(materialized && { materialized }) })
const mood = (enumName = 'mood') => ({ mood: Column('enum', { enum: ['a', 'b'], enumName, default: 'a' }) })
const size = () => ({ size: Column('int', { default: 1 }) })
const renamed = { thing: 'mood' }

const cases: readonly Case[] = [
  ['an index to a table', [thing(size(), Index('mood', ['size']))], [thing(size()), table('mood')]],
  ['a table to an index', [thing(size()), table('mood')], [thing(size(), Index('mood', ['size']))]],
  ['an index to a view', [thing(size(), Index('mood', ['size']))], [thing(size()), shown('mood')]],
  ['a view to a table', [thing(), shown('mood')], [thing(), table('mood')]],
  ['a view to a table under a new name', [thing(), shown('mood')], [table('mood')], renamed],
  ['a view over it to a table', [thing(), shown('mood', 'SELECT id FROM thing')], [table('mood')], renamed],
  ['an index to its own table', [thing(size(), Index('mood', ['size']))], [table('mood', size())], renamed],
  [
    'an index that gets another one to a table under a new name',
    [thing(), table('other', size(), Index('mood', ['size']))],
    [table('mood'), table('other', size(), Index('feeling', ['size']))],
    renamed,
  ],
]

const onPostgres: readonly Case[] = [
  ['an enum to a table', [thing(mood())], [thing(), table('mood')]],
  ['an enum to a view', [thing(mood())], [thing(), shown('mood')]],
  ['an enum to a materialized view', [thing(mood())], [thing(), shown('mood', 'SELECT 1 AS id', true)]],
  ['a table to an enum', [thing(), table('mood')], [thing(mood())]],
  [
    'a table that gets another one to an enum',
    [thing(), table('mood')],
    [thing(mood()), table('old')],
    { mood: 'old' },
  ],
  ['a table to an enum under a new name', [thing(mood('old')), table('mood')], [thing(mood())]],
  ['an enum to its own table', [thing(mood())], [table('mood')], renamed],
  ['an enum that gets another one to its own table', [thing(mood())], [table('mood', mood('feeling'))], renamed],
  ['a key to its own table', [thing(size(), Unique('mood', ['size']))], [table('mood', size())], renamed],
  ['a sequence to a table', [thing({ n: [Column('int'), Generated('increment')] })], [thing(), table('thing_n_seq')]],
]

const lanes: readonly [string, () => Promise<Stage> | Stage, readonly Case[]][] = [
  ['PostgreSQL', postgresStage, [...cases, ...onPostgres]],
  ['SQLite', () => sqliteStage('sqljs'), cases],
]

describe.each(lanes)('on %s', (_server, open, all) => {
  let stage: Stage
  beforeAll(async () => void (stage = await open()))
  afterAll(() => stage.end())

  test.each(all)('a name goes from %s', async (...[, before, after, renames = {}]: Case) => {
    const story = await stage.begin()
    await story.become(before)
    await story.become(after, { renames })
    expect(await story.check(after, { names: true })).toEqual([])
    await story.downgrade('-1')
    expect(await story.check(before, { names: true })).toEqual([])
  })
})
