// Indexes of materialised views come and go without the view; what somebody made by hand stays, whatever becomes of the view.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { postgresStage, type Entities, type Stage, type Story } from '../support/story'

const { Column, Index, PrimaryGeneratedColumn, ViewColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

interface Choices {
  readonly type?: 'int' | 'bigint'
  readonly where?: string
  readonly column?: string
}

/** A table, and a materialised view of it with the indexes that its entity declares. */
function counted(
  indexes: readonly ClassDecorator[],
  { type = 'int', where = '', column = 'size' }: Choices = {},
): Entities {
  const table = entity('thing', { id: PrimaryGeneratedColumn(), [column]: Column(type, { default: 1 }) })
  const expression = `SELECT "id", "${column}" FROM "thing"${where}`
  const seen = view('seen', { id: ViewColumn(), [column]: ViewColumn() }, { expression, materialized: true })
  for (const decorate of indexes) decorate(seen)
  return [table, seen]
}

const bySize = Index('by size', ['size']) as ClassDecorator

const indexesOf = async (story: Story): Promise<string[]> => {
  const rows = await story.sql(`SELECT indexdef FROM pg_indexes WHERE tablename = 'seen' ORDER BY 1`)
  return rows.map(({ indexdef }) => String(indexdef).replace(/^CREATE | ON public\.seen USING btree/g, ''))
}
const oidOf = async (story: Story) => (await story.sql(`SELECT 'seen'::regclass::oid::int AS oid`))[0]!.oid

const byHand = 'CREATE UNIQUE INDEX mine ON seen (id DESC) WHERE id > 0'
const mine = 'UNIQUE INDEX mine (id DESC) WHERE (id > 0)'
const listed = 'unique index seen mine (id desc) where id > 0'

describe('an index that somebody made on a materialised view', () => {
  test('is listed and left alone, unless somebody asks', async () => {
    const story = await stage.begin()
    const entities = counted([bySize])
    await story.become(entities)
    await story.sql(byHand)
    expect(await story.check(entities, { names: true })).toEqual([])
    expect(await story.unmanaged(entities)).toEqual([listed])
    expect(await story.revision(entities)).toBeUndefined()

    const written = await story.become(entities, { includeUnmanaged: true })
    expect(written?.operations).toEqual([`- ${listed}`])
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)'])
  })

  test.each<[string, Choices]>([
    ['the view is another one', { where: ' WHERE "size" > 0' }],
    ['a column under the view has another type', { type: 'bigint' }],
  ])('stays while %s, and on the way back', async (_, choices) => {
    const story = await stage.begin()
    const [before, after] = [counted([bySize]), counted([bySize], choices)]
    await story.become(before)
    await story.sql(`${byHand}; COMMENT ON MATERIALIZED VIEW seen IS 'mine'; INSERT INTO thing DEFAULT VALUES`)
    const all = ['INDEX "by size" (size)', mine]

    const written = await story.become(after)
    expect(written?.text).not.toContain('mine')
    expect(await indexesOf(story)).toEqual(all)
    expect(await story.check(after, { names: true })).toEqual([])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual(all)
    expect(await story.check(before, { names: true })).toEqual([])
    expect(await story.unmanaged(before)).toEqual([listed])
    expect(await story.sql(`SELECT obj_description('seen'::regclass) AS said`)).toEqual([{ said: 'mine' }])
  })

  test('stays while a column is renamed, if it does not speak of that', async () => {
    const story = await stage.begin()
    const named = (column: string) => counted([Index('by size', [column]) as ClassDecorator], { column })
    await story.become(named('size'))
    await story.sql(`${byHand}; CREATE INDEX lost ON seen (size DESC)`)
    await story.become(named('weight'), { rename: ['thing.size:weight'] })
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (weight)', mine])
    expect(await story.check(named('weight'), { names: true })).toEqual([])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)', mine])
  })

  test('stays with what else the view has, though the migration commits between its end and its beginning', async () => {
    const story = await stage.begin()
    const all = (more: Parameters<typeof entity>[1] = {}) => [
      entity('thing', { id: PrimaryGeneratedColumn(), ...more }),
      view('seen', { id: ViewColumn() }, { expression: 'SELECT * FROM "thing"', materialized: true }),
    ]
    const after = all({ note: Column('text') })
    await story.become(all())
    await story.sql(`${byHand}; COMMENT ON MATERIALIZED VIEW seen IS 'mine'; GRANT SELECT ON seen TO PUBLIC`)
    await story.revision(after)
    story.edit(`op.fillIn('thing.note')`, `"'filled'"`)
    await story.upgrade()
    const others = `SELECT obj_description('seen'::regclass) AS said, has_table_privilege('pg_monitor', 'seen', 'SELECT') AS may`
    expect(await indexesOf(story)).toEqual([mine])
    expect(await story.sql(others)).toEqual([{ said: 'mine', may: true }])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual([mine])
    expect(await story.sql(others)).toEqual([{ said: 'mine', may: true }])
  })

  test('goes with a view that nobody declares any more', async () => {
    const story = await stage.begin()
    await story.become(counted([]))
    await story.sql(byHand)
    const [table] = counted([])
    expect((await story.become([table!]))?.operations).toEqual(['- materialized view seen'])
  })
})

describe('an index of ours on a materialised view', () => {
  test.each<[string, readonly ClassDecorator[], readonly ClassDecorator[], readonly string[]]>([
    ['comes', [], [bySize], ['+ index seen by size (size)']],
    ['goes', [bySize], [], ['- index seen by size (size)']],
    [
      'changes',
      [bySize],
      [Index('by size', ['size', 'id']) as ClassDecorator],
      ['- index seen by size (size)', '+ index seen by size (size, id)'],
    ],
    ['is called otherwise', [bySize], [Index('sized', ['size']) as ClassDecorator], ['~ index seen by size → sized']],
  ])('%s, and the view stays', async (_, from, to, operations) => {
    const story = await stage.begin()
    const [before, after] = [counted(from), counted(to)]
    await story.become(before)
    const oid = await oidOf(story)
    expect((await story.become(after, { names: true }))?.operations).toEqual(operations)
    expect(await story.check(after, { names: true })).toEqual([])
    await story.downgrade('-1')
    expect(await story.check(before, { names: true })).toEqual([])
    expect(await oidOf(story)).toEqual(oid)
  })

  test('comes while the view is made again, and goes on the way back', async () => {
    const story = await stage.begin()
    const [before, after] = [counted([]), counted([bySize], { where: ' WHERE "size" > 0' })]
    await story.become(before)
    await story.sql(byHand)
    await story.become(after)
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)', mine])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual([mine])
    expect(await story.check(before, { names: true })).toEqual([])
  })

  test('goes and comes while a column is renamed, there and back', async () => {
    const story = await stage.begin()
    const byId = Index('by id', ['id']) as ClassDecorator
    const [before, after] = [counted([bySize]), counted([byId], { column: 'weight' })]
    await story.become(before)
    await story.become(after, { rename: ['thing.size:weight'] })
    expect(await indexesOf(story)).toEqual(['INDEX "by id" (id)'])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)'])
    expect(await story.check(before, { names: true })).toEqual([])
  })

  test('goes while the view is made again', async () => {
    const story = await stage.begin()
    const [before, after] = [counted([bySize]), counted([], { where: ' WHERE "size" > 0' })]
    await story.become(before)
    await story.sql(byHand)
    expect((await story.become(after))?.operations).toEqual([
      '- index seen by size (size)',
      '- materialized view seen',
      '+ materialized view seen',
    ])
    expect(await indexesOf(story)).toEqual([mine])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)', mine])
    expect(await story.check(before, { names: true })).toEqual([])
  })

  test('keeps the name it has while the view is made again, as long as nobody asks', async () => {
    const story = await stage.begin()
    await story.become(counted([bySize]))
    const after = counted([Index('sized', ['size']) as ClassDecorator], { where: ' WHERE "size" > 0' })
    const written = await story.become(after)
    expect(written?.hidden).toEqual(['~ index seen by size → sized'])
    expect(await indexesOf(story)).toEqual(['INDEX "by size" (size)'])
    expect(await story.check(after)).toEqual([])
  })

  test('is the same however its condition is written', async () => {
    const story = await stage.begin()
    const partial = (where: string) => counted([Index('by size', ['size'], { where, unique: true }) as ClassDecorator])
    await story.become(partial('"size" in (1,2)'))
    expect(await story.check(partial('("seen"."size" = any(array[1, 2]))'), { names: true })).toEqual([])
    expect(await story.check(partial('size in (1, 3)'), { names: true })).toHaveLength(2)
  })

  test('may speak of a column that the view gets with it', async () => {
    const story = await stage.begin()
    const partial = (column: string) =>
      counted([Index('by id', ['id'], { where: `"${column}" > 0` }) as ClassDecorator], { column })
    await story.become(partial('size'))
    const written = await story.become(partial('weight'), { drop: ['thing.size'] })
    expect(written?.operations).toContain('+ materialized view seen')
    expect(await indexesOf(story)).toEqual(['INDEX "by id" (id) WHERE (weight > 0)'])
    expect(await story.check(partial('weight'), { names: true, strict: true })).toEqual([])
    await story.downgrade('-1')
    expect(await indexesOf(story)).toEqual(['INDEX "by id" (id) WHERE (size > 0)'])
  })
})
