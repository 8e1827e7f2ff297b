// A name is an attribute: another one is a rename, shown when asked for, never a drop and a create. On a real PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as typeorm from 'typeorm'
import { entity } from '../support/entities/make'
import { postgresStage, type Entities, type Stage, type Story } from '../support/story'

const { Check, Column, Exclusion, Index, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } = typeorm

jest.setTimeout(120_000)

let stage: Stage
beforeAll(async () => {
  stage = await postgresStage()
})
afterAll(() => stage.end())

const id = () => PrimaryGeneratedColumn()
const team = entity('team', { id: id() })
const toTeam = (options: object = {}) => [
  ManyToOne(() => team as new () => object, { nullable: true }),
  typeorm.JoinColumn({ name: 'teamId', ...options }),
]

/** A table with everything that has a name; the names are TypeORM's, or made by hand. */
const everything = (
  names: Readonly<Record<'pk' | 'uq' | 'idx' | 'partial' | 'chk' | 'xcl' | 'fk', string>> | undefined,
) =>
  entity(
    'user',
    {
      id: [PrimaryGeneratedColumn(names === undefined ? {} : { primaryKeyConstraintName: names.pk })],
      name: Column('varchar'),
      from: Column('int', { default: 0 }),
      team: toTeam(names === undefined ? {} : { foreignKeyConstraintName: names.fk }),
    },
    ...([
      names === undefined ? Unique(['name']) : Unique(names.uq, ['name']),
      names === undefined ? Index(['from', 'name']) : Index(names.idx, ['from', 'name']),
      names === undefined
        ? Index(['name'], { where: '"from" > 0' })
        : Index(names.partial, ['name'], { where: '"from" > 0' }),
      names === undefined ? Check(`"from" >= 0`) : Check(names.chk, `"from" >= 0`),
      names === undefined
        ? Exclusion(`USING gist (int4range("from", 100) WITH &&) WHERE ("from" > 50)`)
        : Exclusion(names.xcl, `USING gist (int4range("from", 100) WITH &&) WHERE ("from" > 50)`),
    ] as ClassDecorator[]),
  )

const ours: Entities = [team, everything(undefined)]
const theirs: Entities = [
  team,
  everything({ pk: 'pk_user', uq: 'uq_name', idx: 'ix', partial: 'ix_part', chk: 'ck', xcl: 'xc', fk: 'fk_team' }),
]

/** What every object of a table is, without its name: it must be the very same one afterwards. */
const objects = (told: Story) =>
  told.sql(`SELECT oid::text, contype::text AS kind FROM pg_constraint WHERE conrelid = 'user'::regclass AND contype <> 'n'
    UNION ALL SELECT indexrelid::text, 'i' FROM pg_index WHERE indrelid = 'user'::regclass ORDER BY 1`)

describe('L12 names made by hand, or by another naming strategy', () => {
  test.each([
    ['given by hand now', ours, theirs],
    ['given by TypeORM again', theirs, ours],
  ])('%s: no drift, one flag away from renames, never dropped and created', async (_, before, after) => {
    const said = await alone(after)
    const told = await stage.begin()
    await told.become(before)
    await told.sql(`INSERT INTO "user" (name) VALUES ('Ada')`)
    const there = await objects(told)
    expect(await told.check(after)).toEqual([])
    expect(await told.revision(after)).toBeUndefined()

    const shown = await told.check(after, { names: true })
    expect(shown).toHaveLength(7)
    expect(shown.every((line) => /^~ (constraint|index) user \S+ → \S+$/.test(line))).toBe(true)
    const written = await told.become(after, { names: true })
    expect(written?.operations).toEqual(shown)
    expect(await told.check(after, { names: true })).toEqual([])
    expect(await objects(told)).toEqual(there)
    // TypeORM itself never looks at the name of a primary key (M9); of all others it is content.
    expect(await told.typeorm(after)).toEqual(said)

    await told.downgrade('-1')
    expect(await told.check(before, { names: true })).toEqual([])
    expect(await objects(told)).toEqual(there)
  })

  test('the hashes of TypeORM 0.3 and 1.x differ for what has spaces in it: still the same check and the same index', async () => {
    const told = await stage.begin()
    await told.become(ours)
    for (const [of, now] of [
      ['conname', 'CHK_0123456789abcdef0123456789'],
      ['idx', 'IDX_0123456789abcdef0123456789'],
    ]) {
      const query =
        of === 'conname'
          ? `SELECT conname AS name FROM pg_constraint WHERE conrelid = 'user'::regclass AND contype = 'c'`
          : `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 'user'::regclass AND indpred IS NOT NULL AND NOT indisexclusion`
      const name = String((await told.sql(query))[0]?.['name']).replaceAll('"', '')
      await told.sql(
        of === 'conname'
          ? `ALTER TABLE "user" RENAME CONSTRAINT "${name}" TO "${now}"`
          : `ALTER INDEX "${name}" RENAME TO "${now}"`,
      )
    }
    expect(await told.check(ours)).toEqual([])
    expect((await told.revision(ours, { names: true }))?.operations.map((line) => line.replace(/→.*/, ''))).toEqual([
      '~ constraint user CHK_0123456789abcdef0123456789 ',
      '~ index user IDX_0123456789abcdef0123456789 ',
    ])
  })

  test('TypeORM’s own database, whose names are those of this version, differs in no name at all', async () => {
    const told = await stage.begin()
    await told.synchronize(ours)
    expect(await told.check(ours, { names: true })).toEqual([])
  })
})

test('F19 a foreign key that is there under another name is that foreign key', async () => {
  const told = await stage.begin()
  await told.sql(`CREATE TABLE team (id serial CONSTRAINT "PK_team" PRIMARY KEY);
    CREATE TABLE "user" (id serial CONSTRAINT "PK_user" PRIMARY KEY, "teamId" int CONSTRAINT my_key REFERENCES team)`)
  const entities = [team, entity('user', { id: id(), team: toTeam() })]
  expect(await told.check(entities)).toEqual([])
  expect(await told.check(entities, { names: true })).toEqual([
    expect.stringMatching(/^~ constraint team PK_team → PK_\w+$/),
    expect.stringMatching(/^~ constraint user PK_user → PK_\w+$/),
    expect.stringMatching(/^~ constraint user my_key → FK_\w+$/),
  ])
})

test('M7 a named unique over other columns is another one, under the same name', async () => {
  const told = await stage.begin()
  const of = (columns: string[], name = 'uq') =>
    entity('user', { id: id(), a: Column('int'), b: Column('int') }, Unique(name, columns) as ClassDecorator)
  await told.become([of(['a'])])
  expect((await told.become([of(['b'])]))?.operations).toEqual(['- unique user uq (a)', '+ unique user uq (b)'])
  expect(await told.check([of(['b'])])).toEqual([])
  expect(await told.check([of(['b'], 'other')], { names: true })).toEqual(['~ constraint user uq → other'])
})

test('M8 a single-column unique that is added gets the name it was given', async () => {
  const told = await stage.begin()
  const plain = entity('user', { id: id(), email: Column('varchar') })
  const named = entity('user', { id: id(), email: Column('varchar') }, Unique('uq_email', ['email']) as ClassDecorator)
  await told.become([plain])
  expect((await told.become([named]))?.operations).toEqual(['+ unique user uq_email (email)'])
  expect(
    await told.sql(`SELECT conname FROM pg_constraint WHERE conrelid = '"user"'::regclass AND contype = 'u'`),
  ).toEqual([{ conname: 'uq_email' }])
})

test('M9 another name of the primary key is a rename', async () => {
  const told = await stage.begin()
  const of = (primaryKeyConstraintName: string) =>
    entity('user', { id: PrimaryColumn('int', { primaryKeyConstraintName }) })
  await told.become([of('pk_one')])
  expect(await told.check([of('pk_two')])).toEqual([])
  expect((await told.become([of('pk_two')], { names: true }))?.operations).toEqual([
    '~ constraint user pk_one → pk_two',
  ])
  expect(await told.check([of('pk_two')], { names: true })).toEqual([])
})

test('two tables have constraints of the same name, and each is renamed for itself', async () => {
  const told = await stage.begin()
  const of = (table: string, name: string) =>
    entity(table, { id: id(), age: Column('int') }, Check(name, 'age > 0') as ClassDecorator)
  await told.become([of('user', 'positive'), of('pet', 'positive')])
  expect(await told.check([of('user', 'positive'), of('pet', 'positive')], { names: true })).toEqual([])
  const after = [of('user', 'positive'), of('pet', 'alive')]
  expect((await told.become(after, { names: true }))?.operations).toEqual(['~ constraint pet positive → alive'])
  expect(await told.check(after, { names: true })).toEqual([])
})

test('names that go round in a circle are renamed by way of a free one', async () => {
  const told = await stage.begin()
  const of = (one: string, other: string) =>
    entity(
      'user',
      { id: id(), a: Column('int'), b: Column('int') },
      Index(one, ['a']) as ClassDecorator,
      Index(other, ['b']) as ClassDecorator,
    )
  await told.become([of('x', 'y')])
  // Which of two of the same name it is, is said by what it is over: a swap is a change of both.
  await told.become([of('y', 'x')], { names: true })
  expect(await told.check([of('y', 'x')], { names: true })).toEqual([])
})

describe('F17 the sequence that numbers a column', () => {
  const sequence = (told: Story, table: string, column = 'id') =>
    told.sql(`SELECT pg_get_serial_sequence('"${table}"', '${column}') AS name`)

  test('has the name TypeORM expects after its table and its column were renamed, and goes on counting', async () => {
    const told = await stage.begin()
    const before = [entity('user', { id: id(), name: Column('varchar') })]
    const after = [entity('account', { number: id(), name: Column('varchar') })]
    await told.become(before)
    await told.sql(`INSERT INTO "user" (name) VALUES ('Ada'), ('Bob')`)
    await told.become(after, { rename: ['user:account', 'user.id:number'] })
    expect(await sequence(told, 'account', 'number')).toEqual([{ name: 'public.account_number_seq' }])
    expect(await told.typeorm(after)).toEqual([])
    await told.sql(`INSERT INTO account (name) VALUES ('Cyd')`)
    expect(await told.sql('SELECT max(number) AS number FROM account')).toEqual([{ number: 3 }])
    await told.downgrade('-1')
    expect(await sequence(told, 'user')).toEqual([{ name: 'public.user_id_seq' }])
    expect(await told.typeorm(before)).toEqual([])
  })

  test('leaves its name to a new table of the old one, an identity too', async () => {
    const told = await stage.begin()
    const identity = () => PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' })
    await told.become([entity('user', { id: identity() })])
    await told.become([entity('account', { id: identity() })], { rename: ['user:account'] })
    const both = [entity('account', { id: identity() }), entity('user', { id: id() })]
    await told.become(both)
    expect(await sequence(told, 'user')).toEqual([{ name: 'public.user_id_seq' }])
    expect(await told.typeorm(both)).toEqual([])
  })

  test('keeps a name that somebody gave it, and one it cannot leave for a name that is taken', async () => {
    const told = await stage.begin()
    await told.become([entity('user', { id: id() }), entity('pet', { id: id() })])
    await told.sql(`ALTER SEQUENCE user_id_seq RENAME TO by_hand; CREATE SEQUENCE animal_id_seq`)
    await told.become([entity('account', { id: id() }), entity('animal', { id: id() })], {
      rename: ['user:account', 'pet:animal'],
    })
    expect(await sequence(told, 'account')).toEqual([{ name: 'public.by_hand' }])
    expect(await sequence(told, 'animal')).toEqual([{ name: 'public.pet_id_seq' }])
    expect(await told.check([entity('account', { id: id() }), entity('animal', { id: id() })])).toEqual([])
  })
})

describe('enums', () => {
  const of = (values: string[], options: object = {}) =>
    entity('user', { id: id(), role: Column('enum', { enum: values, ...options }) })

  test('a value that is gone and one that is new in its place are asked about; its rows follow the answer', async () => {
    const told = await stage.begin()
    await told.become([of(['admin', 'guest'])])
    await told.sql(`INSERT INTO "user" (role) VALUES ('guest'), ('admin')`)
    await expect(told.revision([of(['admin', 'visitor'])])).rejects.toMatchObject({
      code: 'unanswered-rename',
      hint: 'Add `--rename user_role_enum.guest:visitor` or `--drop user_role_enum.guest` to the command.',
    })
    const written = await told.become([of(['admin', 'visitor'])], { rename: ['user_role_enum.guest:visitor'] })
    expect(written?.operations).toEqual([`~ enum value user_role_enum 'guest' → 'visitor'`])
    expect(await told.sql('SELECT role FROM "user" ORDER BY id')).toEqual([{ role: 'visitor' }, { role: 'admin' }])
    await told.downgrade('-1')
    expect(await told.sql('SELECT role FROM "user" ORDER BY id')).toEqual([{ role: 'guest' }, { role: 'admin' }])
  })

  test('a value that was said to be dropped is one', async () => {
    const told = await stage.begin()
    await told.become([of(['admin', 'guest'])])
    const written = await told.become([of(['admin', 'visitor'])], { drop: ['user_role_enum.guest'] })
    expect(written?.operations).toEqual(['~ enum user_role_enum (admin, guest) → (admin, visitor)'])
  })

  test('a type under another name is that type, with its rows in place', async () => {
    const told = await stage.begin()
    await told.become([of(['admin', 'guest'], { default: 'guest' })])
    await told.sql(`INSERT INTO "user" DEFAULT VALUES`)
    const [before] = await told.sql(`SELECT 'user_role_enum'::regtype::oid::text AS oid`)
    const named = [of(['admin', 'guest'], { default: 'guest', enumName: 'user_roles' })]
    expect((await told.become(named))?.operations).toEqual(['~ enum user_role_enum → user_roles'])
    expect(await told.sql(`SELECT 'user_roles'::regtype::oid::text AS oid`)).toEqual([before])
    expect(await told.check(named)).toEqual([])
    expect(await told.typeorm(named)).toEqual([])
    await told.downgrade('-1')
    expect(await told.sql('SELECT role FROM "user"')).toEqual([{ role: 'guest' }])
  })
})

/** What TypeORM's builder says after its own work. */
async function alone(entities: Entities): Promise<string[]> {
  const told = await stage.begin()
  await told.synchronize(entities)
  return told.typeorm(entities)
}
