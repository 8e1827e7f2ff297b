// A name is an attribute on SQLite too: another one is a rename, shown when asked for, and no row is touched by it.
import { afterAll, describe, expect, test } from '@jest/globals'
import * as typeorm from 'typeorm'
import { entity } from '../support/entities/make'
import { sqliteDrivers } from '../support/lane'
import { sqliteStage, type Entities } from '../support/story'

const { Check, Column, Index, ManyToOne, PrimaryGeneratedColumn, Unique } = typeorm

jest.setTimeout(120_000)

const id = () => PrimaryGeneratedColumn()
const team = entity('team', { id: id() })

/** A table with everything that has a name there; the names are TypeORM's, or made by hand. */
const everything = (names?: Readonly<Record<'uq' | 'idx' | 'partial' | 'chk' | 'fk', string>>) =>
  entity(
    'user',
    {
      id: id(),
      name: Column('varchar'),
      from: Column('int', { default: 0 }),
      team: [
        ManyToOne(() => team as new () => object, { nullable: true }),
        typeorm.JoinColumn({
          name: 'teamId',
          ...(names === undefined ? {} : { foreignKeyConstraintName: names.fk }),
        }),
      ],
    },
    ...([
      names === undefined ? Unique(['name']) : Unique(names.uq, ['name']),
      names === undefined ? Index(['from', 'name']) : Index(names.idx, ['from', 'name']),
      names === undefined
        ? Index(['name'], { where: '"from" > 0' })
        : Index(names.partial, ['name'], { where: '"from" > 0' }),
      names === undefined ? Check(`"from" >= 0`) : Check(names.chk, `"from" >= 0`),
    ] as ClassDecorator[]),
  )

const ours: Entities = [team, everything()]
const theirs: Entities = [team, everything({ uq: 'uq_name', idx: 'ix', partial: 'ix_part', chk: 'ck', fk: 'fk_team' })]

describe.each(sqliteDrivers())('%s', (driver) => {
  const stage = sqliteStage(driver)
  afterAll(() => stage.end())

  test.each([
    ['given by hand now', ours, theirs],
    ['given by TypeORM again', theirs, ours],
  ])('L12 %s: no drift, one flag away from renames, never dropped and created', async (_, before, after) => {
    const told = await stage.begin()
    await told.become(before)
    await told.sql(`INSERT INTO team DEFAULT VALUES; INSERT INTO "user" (name, "teamId") VALUES ('Ada', 1)`)
    const rows = () => told.sql('SELECT rowid, * FROM "user"')
    const there = await rows()
    expect(await told.check(after)).toEqual([])
    expect(await told.revision(after)).toBeUndefined()

    const shown = await told.check(after, { names: true })
    expect(shown).toHaveLength(5)
    expect(shown.every((line) => /^~ (constraint|index) user \S+ → \S+$/.test(line))).toBe(true)
    const written = await told.become(after, { names: true })
    expect(written?.operations).toEqual(shown)
    expect(written?.text).not.toMatch(/op\.(drop|create)/)
    expect(await told.check(after, { names: true })).toEqual([])
    expect(await rows()).toEqual(there)
    expect(await told.typeorm(after)).toEqual([])

    await told.downgrade('-1')
    expect(await told.check(before, { names: true })).toEqual([])
    expect(await rows()).toEqual(there)
  })

  test('the hashes of TypeORM 0.3 and 1.x differ for what has spaces in it: still the same check and the same index', async () => {
    const told = await stage.begin()
    await told.become(ours)
    const [{ sql } = {}] = await told.sql(`SELECT sql FROM sqlite_master WHERE name = 'user'`)
    const [partial = {}] = await told.sql(`SELECT name, sql FROM sqlite_master WHERE sql LIKE '%WHERE%'`)
    const table = String(sql).replace(/CHK_\w+/, 'CHK_0123456789abcdef0123456789')
    const index = String(partial.sql).replace(String(partial.name), 'IDX_0123456789abcdef0123456789')
    const others = await told.sql(`SELECT sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE '%WHERE%'`)
    await told.sql(['DROP TABLE "user"', table, index, ...others.map((one) => String(one.sql))].join(';'))
    expect(await told.check(ours)).toEqual([])
    const written = await told.revision(ours, { names: true })
    expect(written?.operations.map((line) => line.replace(/→.*/, ''))).toEqual([
      '~ constraint user CHK_0123456789abcdef0123456789 ',
      '~ index user IDX_0123456789abcdef0123456789 ',
    ])
  })

  test('TypeORM’s own database, whose names are those of this version, differs in no name at all', async () => {
    const told = await stage.begin()
    await told.synchronize(ours)
    expect(await told.check(ours, { names: true })).toEqual([])
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

  test('names that go round in a circle: of indexes and of constraints', async () => {
    const told = await stage.begin()
    const of = (one: string, other: string) =>
      entity(
        'user',
        { id: id(), a: Column('int'), b: Column('int') },
        ...([
          Index(`ix_${one}`, ['a']),
          Index(`ix_${other}`, ['b']),
          Unique(`uq_${one}`, ['a', 'b']),
          Unique(`uq_${other}`, ['b', 'a']),
        ] as ClassDecorator[]),
      )
    await told.become([of('x', 'y')])
    await told.sql('INSERT INTO "user" (a, b) VALUES (1, 2)')
    await told.become([of('y', 'x')], { names: true })
    expect(await told.check([of('y', 'x')], { names: true })).toEqual([])
    await told.downgrade('-1')
    expect(await told.check([of('x', 'y')], { names: true })).toEqual([])
    expect(await told.sql('SELECT a, b FROM "user"')).toEqual([{ a: 1, b: 2 }])
  })
})
