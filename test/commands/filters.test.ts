// What settings leave out of a comparison, and what they make of it: revision and check, live and from history.
import * as typeorm from 'typeorm'
import { type EntitySchemaOptions } from 'typeorm'
import { check, FilterError, rewriteEach, type IncludedObject, type Settings } from '../../src'
import { sqliteDrivers } from '../support/lane'
import { postgresStage, sqliteStage, type Stage, type Story } from '../support/story'

const entity = (name: string, columns: EntitySchemaOptions<object>['columns'], more: object = {}) =>
  new typeorm.EntitySchema<object>({
    name,
    tableName: name,
    columns: { id: { type: Number, primary: true }, ...columns } as EntitySchemaOptions<object>['columns'],
    ...more,
  })
const owner = entity('owner', { name: { type: String } })
const pet = entity(
  'pet',
  { name: { type: String } },
  {
    relations: { owner: { type: 'many-to-one', target: 'owner' } },
  },
)
const plain = entity('plain', {})
const without =
  (...names: string[]) =>
  (object: IncludedObject) =>
    !names.includes(object.name ?? '')

const stages: [string, () => Promise<Stage>][] = [
  ['postgres', postgresStage],
  ['sqljs', async () => sqliteStage(sqliteDrivers()[0]!)],
]

describe.each(stages)('filters on %s', (database, open) => {
  let stage: Stage
  let story: Story
  beforeAll(async () => void (stage = await open()))
  beforeEach(async () => void (story = await stage.begin()))
  afterAll(() => stage.end())

  test('what is left out is not created, not dropped, not listed, with both commands and both sides', async () => {
    await story.sql('CREATE TABLE alien (id integer PRIMARY KEY)')
    const settings: Settings = { includeObject: without('alien', 'owner') }
    expect(await story.check([owner, plain], settings)).toEqual(['+ table plain (1 column)'])
    await story.become([owner, plain])
    // It is ours by now, and the entity is gone.
    expect(await story.check([plain], { ...settings, includeUnmanaged: true })).toEqual([])
    expect(await story.revision([plain], settings)).toBeUndefined()
    expect(await story.check([plain], { ...settings, fromHistory: true })).toEqual([])
    expect(await story.check([plain], { fromHistory: true })).toEqual(['- table owner (2 columns)'])
    const { unmanaged } = await check({ ...project([plain]), ...settings })
    expect(unmanaged).toEqual([])
  })

  test('a column goes with what stands on it, and its table is compared all the same', async () => {
    await story.become([
      entity('pet', { code: { type: String, nullable: true } }, { indices: [{ name: 'by_code', columns: ['code'] }] }),
    ])
    const settings: Settings = {
      includeObject: ({ kind, table, name }) => !(kind === 'column' && table === 'pet' && name === 'code'),
    }
    const wanted = [entity('pet', { age: { type: Number, nullable: true } })]
    expect(await story.check(wanted, settings)).toEqual(['+ column pet.age integer null'])
    const written = await story.become(wanted, settings)
    expect(written!.text).not.toContain('code')
    expect(await story.check(wanted, settings)).toEqual([])
    expect(await story.check(wanted, { ...settings, fromHistory: true })).toEqual([])
  })

  test.each<[IncludedObject['kind'], string, object, RegExp]>([
    ['index', 'by_name', { indices: [{ name: 'by_name', columns: ['name'] }] }, /index/],
    ['unique', 'one_name', { uniques: [{ name: 'one_name', columns: ['name'] }] }, /unique/],
    ['check', 'has_name', { checks: [{ name: 'has_name', expression: `"name" <> ''` }] }, /check/],
  ])('a %s alone can be left out', async (kind, name, more, text) => {
    const [bare, whole] = [entity('pet', { name: { type: String } }), entity('pet', { name: { type: String } }, more)]
    const settings: Settings = {
      includeObject: (object) => !(object.kind === kind && object.name === name && object.table === 'pet'),
    }
    await story.become([bare])
    expect(await story.check([whole])).toEqual([expect.stringMatching(text)])
    expect(await story.check([whole], settings)).toEqual([])
    await story.become([whole])
    expect(await story.check([bare], settings)).toEqual([])
  })

  test('a foreign key to a table that is left out is written, runs, and is found again', async () => {
    await story.sql('CREATE TABLE owner (id integer PRIMARY KEY)')
    for (const settings of [
      { includeObject: without('owner') },
      { includeName: without('owner') as never },
    ] satisfies Settings[]) {
      expect(await story.check([pet, owner], settings)).toEqual([
        '+ table pet (3 columns)',
        expect.stringMatching(/^\+ foreign key/),
      ])
    }
    const written = await story.become([pet, owner], { includeName: ({ name }) => name !== 'owner' })
    expect(written!.text).toContain("table: 'owner'")
    for (const settings of [
      { includeObject: without('owner') },
      { includeName: without('owner') as never },
    ] satisfies Settings[]) {
      expect(await story.check([pet, owner], settings)).toEqual([])
      expect(await story.check([pet, owner], { ...settings, fromHistory: true })).toEqual([])
    }
    await story.downgrade('base')
    await story.upgrade()
  })

  test('a filter that fails, or does not answer, names itself and the object', async () => {
    const failing = () => {
      throw new Error('not today')
    }
    await expect(story.check([plain], { includeObject: failing })).rejects.toThrow(
      '`includeObject` failed: not today for the table plain.',
    )
    await expect(story.check([plain], { includeName: (() => undefined) as never })).rejects.toThrow(FilterError)
  })

  test('what a rewrite drops is no drift, what it changes is written, with its way back', async () => {
    const indexed = entity(
      'plain',
      { name: { type: String, nullable: true } },
      { indices: [{ name: 'by_name', columns: ['name'] }] },
    )
    const dropping: Settings = { rewrite: [rewriteEach({ createIndex: () => [] })] }
    await story.become([plain])
    expect(await story.check([indexed], dropping)).toEqual(['+ column plain.name varchar null'])
    const noting: Settings = {
      rewrite: [
        ...dropping.rewrite!,
        (operations) => ({
          upgrade: [...operations, { kind: 'execute', sql: 'UPDATE plain SET name = NULL' }],
          downgrade: [
            { kind: 'dropColumn', table: { name: 'plain' }, column: { name: 'name', type: 'text', nullable: true } },
          ],
        }),
      ],
    }
    const written = await story.become([indexed], noting)
    expect(written!.text).toContain("op.execute('UPDATE plain SET name = NULL')")
    expect(written!.text).toMatch(/downgrade[^]*op\.dropColumn\('plain', 'name'\)/)
    expect(await story.check([indexed], dropping)).toEqual([])
    expect(await story.revision([indexed], dropping)).toBeUndefined()
    expect(await story.check([indexed], { ...dropping, fromHistory: true })).toEqual([])
    const { rewritten, operations } = await check({ ...project([indexed]), ...dropping })
    expect([rewritten, operations]).toEqual([[expect.stringContaining('by_name')], []])
    await story.downgrade('-1')
    await expect(story.sql('SELECT name FROM plain')).rejects.toThrow('name')
  })

  if (database === 'postgres') {
    test('enums, views, sequences and schemas can be left out, and what only hidden columns use is hidden too', async () => {
      const mood = entity('pet', { mood: { type: 'enum', enum: ['glad', 'sad'] } })
      await story.become([mood, plain])
      await story.sql(
        `CREATE SEQUENCE numbers; CREATE VIEW pets AS SELECT id FROM pet; CREATE SCHEMA other; CREATE TABLE other.thing (id int)`,
      )
      const asked = new Set<string>()
      const watching = (object: IncludedObject) => {
        asked.add(object.kind)
        return object.name !== 'numbers' && object.name !== 'pets' && object.name !== 'pet'
      }
      expect(await story.check([plain], { includeObject: watching, includeUnmanaged: true })).toEqual([])
      expect([...asked].sort()).toEqual(['column', 'enum', 'sequence', 'table', 'view'])
      expect(await story.check([plain])).toEqual(['- table pet (2 columns)', '- enum pet_mood_enum (glad, sad)'])
      const angry = entity('pet', { mood: { type: 'enum', enum: ['glad', 'sad', 'angry'] } })
      expect(await story.check([angry, plain], { includeObject: ({ kind }) => kind !== 'enum' })).toEqual([])
      const other = { schemas: ['other'], includeUnmanaged: true }
      const mentionsOther = async (settings: Settings) =>
        (await story.check([mood, plain], settings)).join().includes('thing')
      expect(await mentionsOther(other)).toBe(true)
      expect(
        await mentionsOther({ ...other, includeName: ({ kind, name }) => !(kind === 'schema' && name === 'other') }),
      ).toBe(false)
    })
  } else {
    test('a name is asked for before it is read', async () => {
      await story.become([plain])
      const names: string[] = []
      const includeName: Settings['includeName'] = ({ kind, name }) => {
        names.push(`${kind} ${name}`)
        return name !== 'alien'
      }
      await story.sql('CREATE TABLE alien (id integer PRIMARY KEY)')
      expect(await story.check([plain], { includeName, includeUnmanaged: true })).toEqual([])
      expect(names).toContain('table alien')
    })
  }

  /** What the commands themselves take. */
  function project(entities: readonly typeorm.EntitySchema[]) {
    const migrations = story.files().length === 0 ? [] : undefined
    const folder = story.files()[0]?.replace(/\/[^/]*$/, '')
    return {
      dataSource: new typeorm.DataSource({ ...story.options, entities } as unknown as typeorm.DataSourceOptions),
      migrations: migrations ?? folder!,
    }
  }
})
