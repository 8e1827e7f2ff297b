import { diff } from '../../../src/diff/diff'
import { sqlite } from '../../../src/dialects/sqlite'
import { emptySchema, type Check, type Column, type SchemaModel, type Table } from '../../../src/model/schema'
import { sameSchema } from '../../../src/model/same'
import { drivers, openDatabase, scope, type OpenDatabase } from './database'

const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  nullable: true,
  ...more,
})
const columns = [
  column('age', 'integer'),
  column('name', 'varchar', { collation: 'NOCASE' }),
  column('order', 'text'),
  column('at', 'datetime'),
]
const schemaOf = (part: Partial<Table>): SchemaModel => ({
  ...emptySchema,
  tables: [{ name: 'user', columns, uniques: [], indexes: [], foreignKeys: [], checks: [], exclusions: [], ...part }],
})
const checks = (...list: (string | [name: string, sql: string])[]): Check[] =>
  list.map((one) =>
    typeof one === 'string' ? { expression: { sql: one } } : { name: one[0], expression: { sql: one[1] } },
  )

describe.each(drivers)('%s', (driver) => {
  let database: OpenDatabase
  beforeAll(async () => {
    database = await openDatabase(driver)
    await database.run('CREATE TABLE "user" ("age" integer)')
  })
  afterAll(() => database.close())

  const judge = (live: SchemaModel, wanted: SchemaModel) => sqlite.judge(database.db, live, wanted, scope)
  const judged = async (live: string, wanted: string) => {
    const judgement = await judge(schemaOf({ checks: checks(live) }), schemaOf({ checks: checks(wanted) }))
    expect(judgement.uncertain).toEqual([])
    return sameSchema(judgement.live, judgement.wanted)
  }

  test.each([
    ['"age" > 0', 'age>0'],
    ['"age" > 0', '(("AGE"  > /* years */ 0))'],
    ['"age" > 0', '`age` > 0 -- grown'],
    ['"age" <> 0', '[age] != 0'],
    ['"age" == 0', '"user"."age" = 0'],
    ['"age" > 0 AND "age" < 9', '("age" > 0) AND (("age" < 9))'],
    ['"age" IN (1, 2)', '"age" in ( 1,2 )'],
    ['"name" NOT LIKE \'a%\'', 'NOT ("name" LIKE \'a%\')'],
    ['"age" BETWEEN 1 AND 5', '"age" between (1) and (5)'],
    ['"age" IS NOT NULL', '"age" NOTNULL'],
    ['"age" IS NULL', '"age" ISNULL'],
    ['LENGTH("name") > 1', 'length(name) > 1'],
    ['"name" = \'x\' COLLATE nocase', '"name" = \'x\' COLLATE "NOCASE"'],
    ['CAST("age" AS text) = \'1\'', "cast(age as TEXT) = '1'"],
    ['"age" > 16', '"age" > 0x10'],
    ['"order" > \'\'', '"user"."ORDER" > \'\''],
    ['CASE WHEN "age" > 1 THEN 1 ELSE 0 END', 'case when ("age" > 1) then 1 else 0 end'],
  ])('%s is %s', async (live, wanted) => {
    expect(await judged(live, wanted)).toBe(true)
  })

  test.each([
    ['"age" > 0', '"age" >= 0'],
    ['"age" > 0', '"age" > 1'],
    ['"age" IN (1, 2)', '"age" IN (2, 1)'],
    ['"name" = \'a\'', '"name" = \'A\''],
    ['"name" = \'a  b\'', '"name" = \'a b\''],
    ['"name" = \'x\'', '"name" = \'x\' COLLATE BINARY'],
    ['"age" > 0 AND "at" > 0 OR "name" > 0', '"age" > 0 AND ("at" > 0 OR "name" > 0)'],
    ['"age" - (1 - 2) > 0', '"age" - 1 - 2 > 0'],
    ['"order" <> x\'0001\'', '"order" <> x\'0002\''],
    ['"age" > 0.1', '"age" > 0.10000000000000001e1'],
    ['"age" > 1', '"age" > 1.0'],
    ['"name" IS NULL', '"order" IS NULL'],
    ['"name" LIKE \'a%\'', '"name" GLOB \'a%\''],
    ['"age" = 1', '"age" = \'1\''],
    ['length("name") > 1', 'length("order") > 1'],
    ['"order" = \'null\'', '"order" = NULL'],
    ['datetime(\'now\') > "at"', 'CURRENT_TIMESTAMP > "at"'],
  ])('%s is not %s', async (live, wanted) => {
    expect(await judged(live, wanted)).toBe(false)
  })

  test('defaults, generated columns, predicates and indexed expressions are judged alike', async () => {
    const of = (say: (sql: string) => string): SchemaModel =>
      schemaOf({
        columns: [
          ...columns,
          column('made', 'text', { default: { sql: say("datetime('now') || 'x'") } }),
          column('twice', 'integer', { generated: { sql: say('"age" * 2') } }),
        ],
        indexes: [
          {
            name: 'i',
            unique: false,
            columns: [{ sql: say('lower("name")') }, 'age'],
            where: { sql: say('"age" > 1') },
          },
        ],
      })
    const { live, wanted, uncertain } = await judge(
      of((sql) => sql),
      of((sql) => ` (${sql.toUpperCase().replace("'NOW'", "'now'").replace("'X'", "'x'")} ) `),
    )
    expect(uncertain).toEqual([])
    expect(sameSchema(live, wanted)).toBe(true)
    expect(wanted.tables[0]?.indexes[0]?.where?.sql).toBe(' ("AGE" > 1 ) ')
    const other = await judge(
      of((sql) => sql),
      of((sql) => `${sql}, 1`.replace(', 1', ' + 1')),
    )
    expect(sameSchema(other.live, other.wanted)).toBe(false)
  })

  test('what is only written another way is no change to a real table, what means something else is one', async () => {
    await database.run(
      `CREATE TABLE "pet" ("age" integer DEFAULT ( 1+1 ), "name" text DEFAULT( lower( 'X' ) ) CHECK(length(name)>0),
        "loud" text AS (upper(name)||'!'), CONSTRAINT "CHK" CHECK (((age BETWEEN 0   and 99) -- years
        ) or [age] isnull))`,
      `create index "IDX" on pet (lower(name) desc, age) where age>=0x01`,
    )
    const wanted = (say: (sql: string) => string) =>
      sqlite.normalize(
        {
          ...emptySchema,
          tables: [
            {
              name: 'pet',
              columns: [
                column('age', 'integer', { default: { sql: say('(1 + 1)') } }),
                column('name', 'text', { default: { sql: say(`LOWER('X')`) } }),
                column('loud', 'text', { generated: { sql: say(`UPPER("name") || '!'`), virtual: true } }),
              ],
              checks: checks(['CHK', say('("age" BETWEEN 0 AND 99) OR "age" IS NULL')]).concat(
                checks(say('LENGTH("pet"."name") > 0')),
              ),
              indexes: [
                {
                  name: 'IDX',
                  unique: false,
                  columns: [{ sql: say('LOWER("name")'), order: 'DESC' }, 'age'],
                  where: { sql: say('("age" >= 1)') },
                },
              ],
              uniques: [],
              foreignKeys: [],
              exclusions: [],
            },
          ],
        },
        scope,
      )
    const live = { ...emptySchema, tables: (await database.schema()).tables.filter(({ name }) => name === 'pet') }
    const changes = async (say: (sql: string) => string) => {
      const judgement = await judge(live, wanted(say))
      expect(judgement.uncertain).toEqual([])
      return diff(judgement.live, judgement.wanted).map(({ kind }) => kind)
    }
    expect(await changes((sql) => sql)).toEqual([])
    expect(await changes((sql) => sql.replace('99', '98'))).toEqual(['dropCheck', 'createCheck'])
    expect(await changes((sql) => sql.replace('1 + 1', '1 + 2'))).toEqual(['alterColumn'])
    expect(await changes((sql) => sql.replace('>= 1', '>= 2'))).toEqual(['dropIndex', 'createIndex'])
    expect(await changes((sql) => sql.replace(`'!'`, `'?'`))).toEqual(['alterColumn'])
    await database.run('DROP TABLE "pet"')
  })

  test('views are the same where their tokens are', async () => {
    const view = (sql: string): SchemaModel => ({ ...emptySchema, views: [{ name: 'v', definition: { sql } }] })
    const same = async (live: string, wanted: string) => {
      const judgement = await judge(view(live), view(wanted))
      return sameSchema(judgement.live, judgement.wanted)
    }
    expect(await same('SELECT "id" FROM "user"', 'select id\n  from `user`;')).toBe(true)
    expect(await same('SELECT "id" FROM "user"', 'SELECT "id" AS "x" FROM "user"')).toBe(false)
  })

  test('what SQLite cannot compile is uncertain and no difference', async () => {
    const { live, wanted, uncertain } = await judge(
      schemaOf({ checks: checks(['c', 'is_email("name")'], ['d', '"age" > 0']) }),
      schemaOf({ checks: checks(['c', 'is_mail("name")'], ['d', '"age" > 1']) }),
    )
    expect(uncertain).toMatchObject([
      {
        subject: 'check "c"',
        live: 'is_email("name")',
        wanted: 'is_mail("name")',
        reason: expect.stringContaining('no such function'),
      },
    ])
    expect(live.tables[0]?.checks[0]?.expression.canonical).toBe(wanted.tables[0]?.checks[0]?.expression.canonical)
    expect(live.tables[0]?.checks[1]?.expression.canonical).not.toBe(wanted.tables[0]?.checks[1]?.expression.canonical)
  })

  test('judging leaves no trace, and asks nothing where the tokens agree', async () => {
    const trace = async () => [
      await database.rows('SELECT * FROM sqlite_master'),
      await database.rows('SELECT * FROM sqlite_temp_master'),
      await database.rows('PRAGMA schema_version'),
    ]
    const before = await trace()
    await judged('"age" > 0 AND 1', '("age" > 0) AND 1')
    expect(await trace()).toEqual(before)
    const asked = database.count()
    await judged('"age" > 0', '(AGE > 0)')
    expect(database.count()).toBe(asked)
  })
})
