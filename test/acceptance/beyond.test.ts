// What no entity can say: it stays as somebody made it, whatever the entities around it become.
import * as typeorm from 'typeorm'
import { entity, view } from '../support/entities/make'
import { postgresStage, type Stage } from '../support/story'

const { Check, Column, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique, ViewColumn } = typeorm

let stage: Stage
beforeAll(async () => void (stage = await postgresStage()))
afterAll(() => stage.end())

const id = () => PrimaryGeneratedColumn()

test('a table that is partitioned is changed as any other, and its partitions are nobody’s business', async () => {
  const story = await stage.begin()
  await story.sql(`
    CREATE TABLE event (id int, at date, kind text, CONSTRAINT pk PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE INDEX by_hand ON event_2020 (kind);
    INSERT INTO event VALUES (1, '2020-05-05', 'kept')`)
  const event = (columns: Parameters<typeof entity>[1] = {}, ...rest: ClassDecorator[]) => [
    entity(
      'event',
      {
        id: PrimaryColumn('int', { primaryKeyConstraintName: 'pk' }),
        at: PrimaryColumn('date', { primaryKeyConstraintName: 'pk' }),
        kind: Column('text', { nullable: true }),
        ...columns,
      },
      ...rest,
    ),
  ]
  expect(await story.check(event(), { names: true, includeUnmanaged: true })).toEqual([])

  const parts = [Index('ix', ['kind', 'size']), Unique('uq', ['at', 'kind']), Check('ck', 'size > 0')]
  const grown = event({ size: Column('int', { default: 3 }) }, ...parts)
  expect((await story.become(grown))?.operations).toHaveLength(4)
  expect(await story.check(grown, { names: true, includeUnmanaged: true })).toEqual([])
  await story.downgrade('-1')
  expect(await story.check(event(), { names: true, includeUnmanaged: true })).toEqual([])
  expect(await story.sql(`SELECT id, kind, to_regclass('by_hand') IS NOT NULL AS indexed FROM event`)).toEqual([
    { id: 1, kind: 'kept', indexed: true },
  ])
})

test('an enum is replaced wherever it is used, also from schemas that the revision does not name', async () => {
  const story = await stage.begin()
  await story.sql('CREATE SCHEMA types; CREATE SCHEMA far; CREATE SCHEMA farther')
  const kinds = (...values: readonly string[]) => {
    const kind = () => Column('enum', { enum: [...values], enumName: 'types.kind', nullable: true })
    return [entity('thing', { id: id(), kind: kind() }), entity('other', { id: id(), kind: kind() }, { schema: 'far' })]
  }
  await story.become(kinds('a', 'b'))
  await story.sql(`INSERT INTO thing (kind) VALUES ('a'); INSERT INTO far.other (kind) VALUES ('b');
    CREATE TABLE farther.noted (kinds types.kind[] DEFAULT '{a}', note text CHECK (note <> 'b'::types.kind::text));
    INSERT INTO farther.noted (note) VALUES ('x')`)
  for (const values of [
    ['a', 'b', 'c'],
    ['b', 'a'],
  ]) {
    await story.become(kinds(...values))
    expect(await story.check(kinds(...values))).toEqual([])
  }
  await story.downgrade('-2')
  expect(await story.check(kinds('a', 'b'))).toEqual([])
  expect(await story.sql('SELECT kind, kinds FROM far.other, farther.noted')).toEqual([{ kind: 'b', kinds: '{a}' }])
})

describe('what a policy or a trigger says of a column', () => {
  const thing = (columns: Parameters<typeof entity>[1]) => [entity('thing', { id: id(), ...columns })]
  const policy = 'CREATE POLICY own ON thing USING (size > 0)'
  const trigger = 'CREATE TRIGGER own AFTER UPDATE OF size ON thing EXECUTE FUNCTION noted()'

  test.each([
    ['another type', policy, 'DROP POLICY own ON thing', thing({ size: Column('bigint') })],
    ['another type', trigger, 'DROP TRIGGER own ON thing', thing({ size: Column('bigint') })],
    ['an end', policy, 'DROP POLICY own ON thing', thing({})],
  ])('keeps it from %s until it is put aside, as the hint says: %s', async (_what, create, drop, after) => {
    const written = async (aside: string) => {
      const story = await stage.begin()
      await story.become(thing({ size: Column('int') }))
      await story.sql(`CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; ${create}`)
      const { text = '' } = (await story.revision(after)) ?? {}
      const [call = ''] = /op\.(?:alter|drop)Column\(.*\)/.exec(text) ?? []
      story.edit(call, `${aside}${call}`)
      return story
    }
    await expect((await written('')).upgrade()).rejects.toMatchObject({
      exitCode: 5,
      hint: expect.stringMatching(/nothing of \w+ was kept: .*before it and create it again after it.*op\.execute/i),
    })
    const story = await written(`op.execute('${drop}'); `)
    await story.upgrade()
    expect(await story.check(after)).toEqual([])
  })
})

test('a view of all columns is made anew when one comes, and again on the way back', async () => {
  const story = await stage.begin()
  const seen = (columns: Parameters<typeof entity>[1]) => [
    entity('thing', { id: id(), ...columns }),
    view('seen', { id: ViewColumn() }, { expression: 'SELECT * FROM thing' }),
    view('shown', { id: ViewColumn() }, { expression: 'SELECT shown.* FROM seen AS shown', dependsOn: ['seen'] }),
  ]
  const columns = async () => {
    const rows = await story.sql(
      `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = 'shown'::regclass AND attnum > 0 ORDER BY attnum`,
    )
    return rows.map(({ name }) => name)
  }
  await story.become(seen({}))
  const grown = seen({ size: Column('int', { nullable: true }) })
  expect((await story.become(grown))?.operations).toEqual([
    '- view shown',
    '- view seen',
    '+ column thing.size integer null',
    '+ view seen',
    '+ view shown',
  ])
  expect([await story.check(grown), await columns()]).toEqual([[], ['id', 'size']])
  await story.downgrade('-1')
  expect([await story.check(seen({})), await columns()]).toEqual([[], ['id']])
})

test('a view that is made again keeps its comments and who may read it, there and on the way back', async () => {
  const story = await stage.begin()
  const seen = (expression: string) => [
    entity('thing', { id: id(), size: Column('int') }),
    view('seen', { id: ViewColumn() }, { expression }),
    view('also', { id: ViewColumn() }, { expression: 'SELECT id FROM seen', dependsOn: ['seen'], materialized: true }),
  ]
  await story.become(seen('SELECT id, size FROM thing'))
  await story.sql(`
    COMMENT ON VIEW seen IS 'it''s'; GRANT SELECT ON seen TO PUBLIC; GRANT SELECT (id) ON seen TO PUBLIC;
    COMMENT ON COLUMN seen.size IS 'goes with it';
    COMMENT ON MATERIALIZED VIEW also IS 'too'; GRANT SELECT ON also TO PUBLIC`)
  const state = () =>
    story.sql(`
      SELECT relname::text AS name, relacl::text AS acl, obj_description(c.oid, 'pg_class') AS comment, attacl::text AS column
      FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'id'
      WHERE relkind IN ('v', 'm') AND relname IN ('seen', 'also') ORDER BY relname COLLATE "C"`)
  const before = await state()
  expect(before).toMatchObject([
    { name: 'also', comment: 'too' },
    { name: 'seen', comment: `it's` },
  ])
  expect(before.map(({ acl }) => acl)).toEqual([expect.stringContaining('=r/'), expect.stringContaining('=r/')])
  await story.become(seen('SELECT id FROM thing WHERE size > 1'))
  expect(await state()).toEqual(before)
  await story.downgrade('-1')
  expect(await state()).toEqual(before)
})

test('a view that is made again because a column gets another type keeps its options, triggers and rules', async () => {
  const story = await stage.begin()
  const seen = (type: 'int' | 'bigint') => [
    entity('thing', { id: id(), size: Column(type) }),
    view('seen', { id: ViewColumn() }, { expression: 'SELECT id, size FROM thing' }),
  ]
  await story.become(seen('int'))
  await story.sql(`
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER instead INSTEAD OF DELETE ON seen FOR EACH ROW EXECUTE FUNCTION nothing();
    CREATE RULE written AS ON UPDATE TO seen DO INSTEAD NOTHING;
    ALTER VIEW seen SET (security_barrier = true); ALTER VIEW seen ALTER COLUMN size SET DEFAULT 7`)
  const state = () =>
    story.sql(`
      SELECT reloptions::text AS options, (SELECT adbin IS NOT NULL FROM pg_attrdef WHERE adrelid = c.oid) AS default,
        (SELECT string_agg(tgname, ',') FROM pg_trigger WHERE tgrelid = c.oid) AS triggers,
        (SELECT string_agg(rulename, ',' ORDER BY rulename) FROM pg_rewrite WHERE ev_class = c.oid) AS rules
      FROM pg_class c WHERE relname = 'seen'`)
  const before = [{ options: '{security_barrier=true}', default: true, triggers: 'instead', rules: '_RETURN,written' }]
  expect(await state()).toEqual(before)
  expect((await story.become(seen('bigint')))?.operations).toContain('- view seen')
  expect([await state(), await story.check(seen('bigint'))]).toEqual([before, []])
  await story.downgrade('-1')
  expect([await state(), await story.check(seen('int'))]).toEqual([before, []])
})

test('a table whose entity names another schema is not dropped for one without rows there', async () => {
  const story = await stage.begin()
  const thing = (schema?: string) => [
    entity('thing', { id: id(), size: Column('int', { default: 1 }) }, ...(schema === undefined ? [] : [{ schema }])),
  ]
  await story.become(thing())
  await story.sql('INSERT INTO thing DEFAULT VALUES; CREATE SCHEMA app')
  await expect(story.revision(thing('app'))).rejects.toMatchObject({
    code: 'table-moved',
    exitCode: 6,
    hint: expect.stringContaining(`op.execute('ALTER TABLE "public"."thing" SET SCHEMA "app"')`),
  })
  await story.write(
    `op.execute('ALTER TABLE "public"."thing" SET SCHEMA "app"')`,
    `op.execute('ALTER TABLE "app"."thing" SET SCHEMA "public"')`,
  )
  await story.upgrade()
  expect(await story.check(thing('app'))).toEqual([])
  expect(await story.sql('SELECT id, size FROM app.thing')).toEqual([{ id: 1, size: 1 }])
  await story.downgrade('-1')
  expect(await story.check(thing())).toEqual([])
})

test('a check that somebody made goes with a column it speaks of, is told, and comes back with it', async () => {
  const story = await stage.begin()
  const things = (columns: Parameters<typeof entity>[1]) => [
    entity('thing', { id: id(), size: Column('int', { default: 1 }), ...columns }),
  ]
  await story.become(things({ other: Column('int', { default: 2 }) }))
  await story.sql(
    `ALTER TABLE thing ADD CONSTRAINT by_hand CHECK (size < other), ADD CONSTRAINT apart CHECK (size > 0)`,
  )
  const gone = await story.become(things({}))
  expect(gone?.operations).toEqual(['- check thing by_hand size < other', '- column thing.other integer default 2'])
  expect(await story.unmanaged(things({}))).toEqual(['check thing apart size > 0'])
  await story.downgrade('-1')
  expect(
    await story.sql(
      `SELECT conname::text AS name FROM pg_constraint WHERE contype = 'c' AND conrelid = 'thing'::regclass ORDER BY 1`,
    ),
  ).toEqual([{ name: 'apart' }, { name: 'by_hand' }])
})

describe('an index or a key that somebody tuned', () => {
  const things = (size: PropertyDecorator) => [
    entity(
      'thing',
      { id: id(), size, name: Column('text') },
      Index('ix', ['size', 'name']),
      Index('iy', ['name'], { unique: true }),
      Unique('uq', ['size']),
    ),
  ]
  const definitions = `SELECT pg_get_indexdef(indexrelid) AS text FROM pg_index WHERE indrelid = 'thing'::regclass ORDER BY 1`

  test('is as the entity says it, comes back when a type under it changes, and goes as it was', async () => {
    const story = await stage.begin()
    await story.become(things(Column('int')))
    await story.sql(`
      DROP INDEX ix, iy;
      CREATE INDEX ix ON thing (size DESC NULLS LAST, name text_pattern_ops) INCLUDE (id);
      CREATE UNIQUE INDEX iy ON thing (name COLLATE "C");
      ALTER TABLE thing DROP CONSTRAINT uq;
      ALTER TABLE thing ADD CONSTRAINT uq UNIQUE (size) INCLUDE (name)`)
    const tuned = await story.sql(definitions)
    expect(await story.check(things(Column('int')), { names: true })).toEqual([])

    expect((await story.become(things(Column('bigint'))))?.operations).toEqual(['~ column thing.size integer → bigint'])
    expect(await story.sql(definitions)).toEqual(tuned)
    await story.become([entity('other', { id: id() })])
    await story.downgrade('-1')
    expect(await story.sql(definitions)).toEqual(tuned)
  })

  test('stays without what it was tuned with, where the server would drop it together with that', async () => {
    const story = await stage.begin()
    const entities = (columns: Parameters<typeof entity>[1]) => [
      entity(
        'thing',
        { id: id(), size: Column('int'), name: Column('text'), ...columns },
        Index('ix', ['size']),
        Unique('uq', ['name']),
      ),
    ]
    await story.become(entities({ extra: Column('int', { nullable: true }) }))
    await story.sql(`
      DROP INDEX ix;
      CREATE INDEX ix ON thing (size) INCLUDE (extra);
      ALTER TABLE thing DROP CONSTRAINT uq;
      ALTER TABLE thing ADD CONSTRAINT uq UNIQUE (name) INCLUDE (extra)`)
    const tuned = await story.sql(definitions)
    expect((await story.become(entities({})))?.operations).toContain('- column thing.extra integer null')
    expect(await story.check(entities({}))).toEqual([])
    await story.downgrade('-1')
    expect(await story.sql(definitions)).toEqual(tuned)
  })

  test('is another one where the entity says something else', async () => {
    const story = await stage.begin()
    await story.become(things(Column('int')))
    await story.sql('DROP INDEX iy; CREATE UNIQUE INDEX iy ON thing (size DESC)')
    expect(await story.check(things(Column('int')))).toEqual([
      '- unique index thing iy (size desc)',
      '+ unique index thing iy (name)',
    ])
  })
})
