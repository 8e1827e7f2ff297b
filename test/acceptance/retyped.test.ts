// What is said of a column that gets another type: views over it, and its default. There and back, to the letter.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { postgresStage, type Entities, type Stage, type Story } from '../support/story'

const { Column, PrimaryGeneratedColumn, ViewColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

type Decorated = Parameters<typeof entity>[1][string]

const thing = (value: Decorated) => entity('thing', { id: PrimaryGeneratedColumn(), value })

/** Every default and every view, as the server prints them. */
async function printed(story: Story): Promise<string[]> {
  const rows = await story.sql(`
    SELECT attname || ' ' || format_type(atttypid, atttypmod) || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') AS one
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid IN (SELECT oid FROM pg_class WHERE relname IN ('thing', 'seen', 'also')) AND attnum > 0
    UNION ALL SELECT relname || pg_get_viewdef(oid) FROM pg_class WHERE relname IN ('seen', 'also')
    ORDER BY 1`)
  return rows.map(({ one }) => String(one))
}

async function thereAndBack(before: Entities, after: Entities, row: string): Promise<readonly string[]> {
  const story = await stage.begin()
  await story.sql('CREATE EXTENSION IF NOT EXISTS citext')
  await story.become(before)
  await story.sql(`INSERT INTO thing (value) VALUES (${row})`)
  const was = await printed(story)
  const operations = (await story.become(after))?.operations ?? []
  expect(await story.check(after, { names: true })).toEqual([])
  await story.downgrade('-1')
  expect(await printed(story)).toEqual(was)
  expect(await story.check(before, { names: true })).toEqual([])
  expect(await story.sql('SELECT count(*)::int AS rows FROM thing')).toEqual([{ rows: 1 }])
  return operations
}

describe('a view over it is made of its own text again, on both ways', () => {
  const xy = () => Column({ type: 'enum', enum: ['x', 'y'] })
  test.each<[string, () => Decorated, () => Decorated, string, string]>([
    [
      'a text that is compared, to an enum',
      () => Column('varchar'),
      xy,
      `SELECT id FROM thing WHERE value = 'x'`,
      `'x'`,
    ],
    ['an enum, to text', xy, () => Column('text'), `SELECT id FROM thing WHERE value IN ('x', 'y')`, `'x'`],
    [
      'a text that is searched, to citext',
      () => Column('varchar'),
      () => Column('citext' as 'text'),
      `SELECT id FROM thing WHERE value LIKE 'a%'`,
      `'ab'`,
    ],
    [
      'a moment, to one with a zone',
      () => Column('timestamp'),
      () => Column('timestamptz'),
      `SELECT id FROM thing WHERE value > '2020-01-01'`,
      `'2021-01-01'`,
    ],
    [
      'a number that is added to',
      () => Column('int'),
      () => Column('numeric'),
      'SELECT id, value + 1 AS more FROM thing',
      '1',
    ],
    [
      'a number that is summed up',
      () => Column('int'),
      () => Column('bigint'),
      'SELECT value, count(*) AS n FROM thing GROUP BY value HAVING sum(value) > 3',
      '1',
    ],
    [
      'a number in all columns',
      () => Column('int'),
      () => Column('bigint'),
      'SELECT * FROM thing WHERE value > 0',
      '1',
    ],
    ['what is cast', () => Column('boolean'), () => Column('int'), 'SELECT id FROM thing WHERE value::int = 1', 'true'],
  ])('%s', async (_, from, to, expression, row) => {
    const entities = (value: () => Decorated, materialized: boolean) => [
      thing(value()),
      view('seen', {}, { expression, materialized }),
      view('also', {}, { expression: 'SELECT count(*) AS n FROM seen', dependsOn: ['seen'] }),
    ]
    for (const materialized of [false, true]) {
      const operations = await thereAndBack(entities(from, materialized), entities(to, materialized), row)
      expect(operations.filter((text) => !/ enum /.test(text))).toEqual([
        '- view also',
        `- ${materialized ? 'materialized ' : ''}view seen`,
        expect.stringMatching(/^~ column thing.value /),
        `+ ${materialized ? 'materialized ' : ''}view seen`,
        '+ view also',
      ])
    }
  })

  test('where only its length changes the server sees to that', async () => {
    const seen = view('seen', { value: ViewColumn() }, { expression: `SELECT value FROM thing WHERE value = 'x'` })
    const entities = (length: number) => [thing(Column('varchar', { length })), seen]
    expect(await thereAndBack(entities(5), entities(50), `'x'`)).toEqual([
      '~ column thing.value varchar(5) → varchar(50)',
    ])
  })
})

describe('its default is written for the type it has, on both ways', () => {
  const value = (type: string, init: unknown, more: object = {}) =>
    Column({ type: type as 'text', default: init, nullable: true, ...more })
  test.each<[string, () => Decorated, () => Decorated]>([
    ['an enum of numbers, to a number', () => value('enum', 0, { enum: [0, 1, 2] }), () => value('int', 0)],
    ['false', () => value('varchar', 'false'), () => value('boolean', false)],
    ['yes', () => value('varchar', 'yes'), () => value('boolean', true)],
    ['JSON, to jsonb', () => value('text', '{"b":1,"a":2}'), () => value('jsonb', { a: 2, b: 1 })],
    ['json, to jsonb', () => value('json', { a: 2 }), () => value('jsonb', { a: 2 })],
    ['a date', () => value('varchar', '2020-1-1'), () => value('date', '2020-01-01')],
    ['an interval', () => value('varchar', '24 hours'), () => value('interval', '24:00:00')],
    ['an address', () => value('varchar', '10.0.0.1/32'), () => value('inet', '10.0.0.1')],
    [
      'a uuid in capitals',
      () => value('varchar', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'),
      () => value('uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
    ],
    ['a number', () => value('varchar', '5'), () => value('int', 5)],
    ['an expression', () => value('varchar', () => `lower('A')`), () => value('text', () => `lower('A')`)],
    ['a list', () => value('text', '{1,2}'), () => value('int', [1, 2], { array: true })],
  ])('%s', async (_, from, to) => {
    await thereAndBack([thing(from())], [thing(to())], 'NULL')
  })
})
