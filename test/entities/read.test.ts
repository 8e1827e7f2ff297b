// Entities in, the schema they declare out: read without a database, without a driver package, without a trace.
import 'reflect-metadata'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import type { DataSource, DataSourceOptions } from 'typeorm'
import { postgres } from '../../src/dialects/postgres'
import { sqlite } from '../../src/dialects/sqlite'
import { readEntities } from '../../src/entities/read'
import type { Table } from '../../src/model/schema'
import { freshSqlite } from '../support/databases'
import { lane } from '../support/lane'

const {
  BaseEntity,
  Check,
  ChildEntity,
  Column,
  CreateDateColumn,
  Entity,
  Exclusion,
  Index,
  JoinColumn,
  ManyToMany,
  JoinTable,
} = typeorm
const { ManyToOne, OneToOne, PrimaryColumn, PrimaryGeneratedColumn, TableInheritance, Unique, ViewEntity } = typeorm

type Entities = readonly (Function | typeorm.EntitySchema)[]

function source(type: string, entities: Entities | readonly string[], options: object = {}): DataSource {
  const place = type === 'postgres' ? { host: 'nowhere.invalid' } : { database: '/no/such/folder/x.db' }
  return new typeorm.DataSource({ type, ...place, ...options, entities } as DataSourceOptions)
}

const noScope = { schemas: [], ignore: [] }
const inPostgres = (entities: Entities, options?: object) =>
  readEntities(source('postgres', entities, options), postgres.entities, { ...noScope, defaultSchema: 'public' })
const inSqlite = (entities: Entities, options?: object) =>
  readEntities(source('better-sqlite3', entities, { driver: {}, ...options }), sqlite.entities, noScope)

/** The one table of an entity. */
async function tableOf(read: Promise<{ schema: { tables: readonly Table[] } }>): Promise<Table> {
  const [table, ...others] = (await read).schema.tables
  expect(others).toEqual([])
  return table!
}

@Entity()
class User {
  @PrimaryGeneratedColumn() id!: number
  @Column({ length: 50, unique: true, comment: 'unique' }) name!: string
  @Index('ix_email', { where: 'email <> name' }) @Column('varchar', { nullable: true, default: 'a@b' }) email!:
    string | null
  @Column({ type: 'timestamptz', default: () => 'now()', precision: 3 }) seen!: Date
  @Column('enum', { enum: ['admin', 'user'], array: true, default: ['user'] }) roles!: string[]
}

test('a table for PostgreSQL', async () => {
  expect(await inPostgres([User])).toEqual({
    schema: {
      tables: [
        {
          name: 'user',
          columns: [
            { name: 'id', type: 'integer', nullable: false, identity: 'SERIAL' },
            { name: 'name', type: 'character varying(50)', nullable: false, comment: 'unique' },
            { name: 'email', type: 'character varying', nullable: true, default: 'a@b' },
            { name: 'seen', type: 'TIMESTAMP(3) WITH TIME ZONE', nullable: false, default: { sql: 'now()' } },
            { name: 'roles', type: { enum: 'user_roles_enum', array: true }, nullable: false, default: ['user'] },
          ],
          primaryKey: { name: 'PK_cace4a159ff9f2512dd42373760', columns: ['id'] },
          uniques: [{ name: 'UQ_065d4d8f3b5adb4a08841eae3c8', columns: ['name'] }],
          indexes: [{ name: 'ix_email', columns: ['email'], unique: false, where: { sql: 'email <> name' } }],
          foreignKeys: [],
          checks: [],
          exclusions: [],
        },
      ],
      enums: [{ name: 'user_roles_enum', values: ['admin', 'user'] }],
      views: [],
      schemas: [],
      extensions: [],
      sequences: [],
    },
    leftAlone: [],
  })
})

@Entity()
class Note {
  @PrimaryGeneratedColumn() id!: number
  @PrimaryGeneratedColumn('uuid') key!: string
  @Column('simple-enum', { enum: ["it's", 'b'], default: 'b' }) kind!: string
  @CreateDateColumn() created!: Date
  @Column({ type: 'varchar', length: 20, collation: 'NOCASE', comment: 'dropped' }) text!: string
}

test('a table for SQLite: no schemas, no comments, enums as checks, keys without names', async () => {
  expect(await tableOf(inSqlite([Note]))).toEqual({
    name: 'note',
    columns: [
      { name: 'id', type: 'integer', nullable: false, identity: 'AUTOINCREMENT' },
      { name: 'key', type: 'varchar', nullable: false },
      { name: 'kind', type: 'varchar', nullable: false, default: 'b' },
      { name: 'created', type: 'datetime', nullable: false, default: { sql: "datetime('now')" } },
      { name: 'text', type: 'varchar(20)', nullable: false, collation: 'NOCASE' },
    ],
    primaryKey: { columns: ['id', 'key'] },
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [{ expression: { sql: `"kind" IN ('it''s','b')` } }],
    exclusions: [],
  })
})

describe('defaults', () => {
  const defaultOf = async (options: object) => {
    @Entity()
    class Holder {
      @PrimaryColumn() id!: number
      @Column(options) value!: unknown
    }
    return (await tableOf(inPostgres([Holder]))).columns[1]?.default
  }

  test.each([
    [{ type: 'varchar', default: "it's" }, "it's"],
    [{ type: 'varchar', default: '' }, ''],
    [{ type: 'int', default: 0 }, 0],
    [{ type: 'boolean', default: false }, false],
    [{ type: 'varchar', default: null }, undefined],
    [{ type: 'varchar', default: () => ' NULL' }, { sql: ' NULL' }],
    [{ type: 'bigint', default: 12345678901234567890n }, '12345678901234567890'],
    [{ type: 'float', default: Infinity }, 'Infinity'],
    [{ type: 'float', default: NaN }, 'NaN'],
    [{ type: 'float', array: true, default: [1, -Infinity] }, [1, '-Infinity']],
    [{ type: 'bigint', array: true, default: [1n] }, ['1']],
    [{ type: 'timestamp', default: () => 'CURRENT_TIMESTAMP' }, { sql: 'CURRENT_TIMESTAMP' }],
    [{ type: 'jsonb', default: { a: [1, null] } }, { a: [1, null] }],
    [{ type: 'jsonb', default: [] }, []],
    [{ type: 'jsonb', default: { sql: "it's" } }, `{"sql":"it's"}`],
    [{ type: 'json', default: { a: 1, sql: 'now()' } }, '{"a":1,"sql":"now()"}'],
    [{ type: 'simple-json', default: { a: 1 } }, '{"a":1}'],
    [{ type: 'int', array: true, default: [1, 2] }, [1, 2]],
    [{ type: 'int', array: true, default: '{}' }, '{}'],
    [{ type: 'enum', enum: { low: 0, high: 1 }, default: 1 }, '1'],
    [{ type: 'enum', enum: [1, 2], array: true, default: [1] }, ['1']],
    [{ type: 'int', generatedType: 'STORED', asExpression: 'id * 2', default: 3 }, undefined],
  ])('%p is %p', async (options, expected) => {
    expect(await defaultOf(options)).toEqual(expected)
  })
})

describe('enum types', () => {
  test('lie in the schema of their table, or in the one their name says', async () => {
    @Entity({ schema: 'sales' })
    class Order {
      @PrimaryColumn() id!: number
      @Column('enum', { enum: ['a'], name: 'MixedCase' }) own!: string
      @Column('enum', { enum: ['b'], enumName: 'letter' }) named!: string
      @Column('enum', { enum: ['c'], enumName: 'stock.letter' }) elsewhere!: string
    }
    const { schema } = await inPostgres([Order])
    expect(schema.enums).toEqual([
      { schema: 'sales', name: 'order_mixedcase_enum', values: ['a'] },
      { schema: 'sales', name: 'letter', values: ['b'] },
      { schema: 'stock', name: 'letter', values: ['c'] },
    ])
    expect(schema.schemas).toEqual(['sales', 'stock'])
  })

  test('serve several columns, but not with several lists of values', async () => {
    @Entity()
    class First {
      @PrimaryColumn() id!: number
      @Column('enum', { enum: ['a', 'b'], enumName: 'letter' }) letter!: string
    }
    @Entity()
    class Second {
      @PrimaryColumn() id!: number
      @Column('enum', { enum: ['b', 'a'], enumName: 'letter' }) letter!: string
    }
    await expect(inPostgres([First, Second])).rejects.toMatchObject({
      code: 'invalid-entity',
      exitCode: 2,
      entity: 'Second',
      property: 'letter',
      message:
        'The entity Second, at the property "letter", is not valid: the enum "letter" has the values b, a here and a, b elsewhere.',
    })
  })
})

test('an enum has each of its values once', async () => {
  @Entity()
  class Thing {
    @PrimaryColumn() id!: number
    @Column('enum', { enum: ['a', 'b', 'a'] }) letter!: string
  }
  await expect(inPostgres([Thing])).rejects.toMatchObject({
    code: 'invalid-entity',
    entity: 'Thing',
    property: 'letter',
    message: expect.stringContaining('the enum "thing_letter_enum" has the value "a" twice; leave one of them out'),
  })
})

describe('two things of one name', () => {
  const both = ['x', 'id']
  test.each<[string, readonly ClassDecorator[], string, string]>([
    ['indexes over the same columns', [Index(both), Index([...both].reverse())], '(x, id)', '@Index('],
    [
      'partial indexes over the same columns',
      [Index(both, { where: 'x > 1' }), Index([...both].reverse(), { where: 'x > 1' })],
      '(x, id)',
      '@Index(',
    ],
    ['unique constraints over the same columns', [Unique(both), Unique([...both].reverse())], '(x, id)', '@Unique('],
    ['a check called as another', [Check('one', 'x > 1'), Check('one', 'x > 2')], 'x > 1', '@Check('],
    ['an index called as its table', [Index('thing', ['x'])], 'the table of the entity', '@Index('],
  ])('are refused where they are declared: %s', async (_, decorators, said, hint) => {
    class Thing {
      @PrimaryColumn() id!: number
      @Column() x!: number
    }
    for (const decorate of decorators) decorate(Thing)
    Entity('thing')(Thing)
    const error: unknown = await inPostgres([Thing]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'shared-name', exitCode: 2 })
    expect((error as Error).message).toContain(said)
    expect((error as Error).message).toContain('of the entity Thing')
    expect((error as { hint: string }).hint).toContain(hint)
  })

  test.each<[string, ClassDecorator, ClassDecorator, string, string]>([
    ['indexes', Index(`${'x'.repeat(62)}ä1`, ['id']), Index(`${'x'.repeat(62)}ä2`, ['id']), 'index', '@Index('],
    [
      'keys',
      Unique(`${'x'.repeat(62)}ä1`, ['code']),
      Unique(`${'x'.repeat(62)}ä2`, ['code']),
      'unique constraint',
      '@Unique(',
    ],
  ])('are %s of two tables when the server has cut their names', async (_, one, other, kind, hint) => {
    class Thing {
      @PrimaryColumn() id!: number
      @Column() code!: number
    }
    class Second extends Thing {}
    for (const [of, decorate] of [
      [Thing, one],
      [Second, other],
    ] as const) {
      decorate(of)
      Entity()(of)
    }
    const kept = 'x'.repeat(62)
    await expect(inPostgres([Thing, Second])).rejects.toMatchObject({
      code: 'shared-name',
      exitCode: 2,
      message: expect.stringMatching(
        `^The database can keep one thing called "${kept}", and the entities have two whose names it cuts to that: ` +
          `the ${kind} "${kept}ä[12]" .* of the entity \\w+ and the ${kind} "${kept}ä[12]" .* of the entity \\w+\\.$`,
      ),
      hint: expect.stringContaining(`Give one of them a shorter name, as in ${hint}`),
    })
  })

  test('are two things in two schemas, and constraints in two tables', async () => {
    @Entity({ name: 'thing' })
    @Check('one', 'id > 1')
    @Index('by x', ['x'])
    class Here {
      @PrimaryColumn() id!: number
      @Column() x!: number
    }
    @Entity({ name: 'thing', schema: 'sales' })
    @Check('one', 'id > 1')
    @Index('by x', ['x'])
    class There {
      @PrimaryColumn() id!: number
      @Column() x!: number
    }
    @Entity({ name: 'other' })
    @Check('one', 'id > 1')
    class Other {
      @PrimaryColumn() id!: number
    }
    const { schema } = await inPostgres([Here, There, Other])
    expect(schema.tables).toHaveLength(3)
  })
})

describe('schemas', () => {
  @Entity()
  class Bare {
    @PrimaryColumn() id!: number
  }
  @Entity({ schema: 'public' })
  class Explicit {
    @PrimaryColumn() id!: number
  }
  @Entity({ schema: '' })
  class Empty {
    @PrimaryColumn() id!: number
  }
  @Entity({ schema: 'other' })
  class Other {
    @PrimaryColumn() id!: number
    @ManyToOne(() => Explicit) explicit!: Explicit
  }

  test('the default one goes without saying', async () => {
    const { schema } = await inPostgres([Bare, Explicit, Empty, Other])
    expect(schema.tables.map(({ schema: place, name }) => [place, name])).toEqual([
      [undefined, 'bare'],
      [undefined, 'explicit'],
      [undefined, 'empty'],
      ['other', 'other'],
    ])
    expect(schema.tables[3]?.foreignKeys[0]?.references.table).toEqual({ name: 'explicit' })
    expect(schema.schemas).toEqual(['other'])
  })

  test('of SQLite are none', async () => {
    const { schema } = await inSqlite([Other, Explicit])
    expect(schema.tables.map((table) => [table.schema, table.name])).toEqual([
      [undefined, 'explicit'],
      [undefined, 'other'],
    ])
    expect(schema.schemas).toEqual([])
  })
})

describe('constraints', () => {
  @Entity()
  @Unique('uq_given', ['code'])
  @Unique(['zone', 'code'])
  @Index('ix_untouched', { synchronize: false })
  @Index('ix_spatial', ['during'], { spatial: true })
  @Exclusion('USING gist (code WITH =, during WITH &&)')
  class Booking {
    @PrimaryColumn('int', { primaryKeyConstraintName: 'pk_given' }) zone!: number
    @PrimaryColumn({ primaryKeyConstraintName: 'pk_given' }) area!: number
    @Column() code!: string
    @Column('tsrange') during!: string
    @ManyToOne(() => Booking, {
      onDelete: 'CASCADE',
      onUpdate: 'DEFAULT' as 'CASCADE',
      deferrable: 'INITIALLY DEFERRED',
    })
    @JoinColumn([
      { name: 'parentArea', referencedColumnName: 'area' },
      { name: 'parentZone', referencedColumnName: 'zone', foreignKeyConstraintName: 'fk_given' },
    ])
    parent!: Booking
    @ManyToOne(() => Booking, { createForeignKeyConstraints: false })
    @JoinColumn({ name: 'x', referencedColumnName: 'code' })
    loose!: Booking
  }

  test('keep the names they were given', async () => {
    const table = await tableOf(inPostgres([Booking]))
    expect(table.primaryKey).toEqual({ name: 'pk_given', columns: ['zone', 'area'] })
    expect(table.uniques).toEqual(
      expect.arrayContaining([
        { name: 'uq_given', columns: ['code'] },
        { name: expect.stringMatching(/^UQ_/), columns: ['zone', 'code'] },
      ]),
    )
    expect(table.indexes).toHaveLength(2)
    expect(table.indexes).toEqual(
      expect.arrayContaining([
        { name: 'ix_spatial', columns: ['during'], unique: false, using: 'gist' },
        { name: 'ix_untouched', columns: [], unique: false, unsynchronized: true },
      ]),
    )
    expect(table.exclusions).toEqual([
      { name: expect.stringMatching(/^XCL_/), expression: { sql: 'USING gist (code WITH =, during WITH &&)' } },
    ])
  })

  test('foreign keys pair their columns, and say only what is not usual', async () => {
    const [key, ...others] = (await tableOf(inPostgres([Booking]))).foreignKeys
    expect(others).toEqual([])
    const pairs = key?.columns.map((column, at) => [column, key.references.columns[at]])
    expect(pairs?.sort()).toEqual([
      ['parentArea', 'area'],
      ['parentZone', 'zone'],
    ])
    expect(key).toMatchObject({ onDelete: 'CASCADE', onUpdate: 'SET DEFAULT', deferrable: 'INITIALLY DEFERRED' })
  })

  test('a column that is unique twice is unique once', async () => {
    @Entity()
    @Unique(['code'])
    class Twice {
      @PrimaryColumn() id!: number
      @Column({ unique: true }) code!: string
    }
    expect((await tableOf(inPostgres([Twice]))).uniques).toHaveLength(1)
  })

  if (lane.major === '1') {
    test('an index has the method it asks for', async () => {
      @Entity()
      @Index('ix_gin', ['tags'], { type: 'gin' } as object)
      class Tagged {
        @PrimaryColumn() id!: number
        @Column('jsonb') tags!: object
      }
      expect((await tableOf(inPostgres([Tagged]))).indexes).toEqual([
        { name: 'ix_gin', columns: ['tags'], unique: false, using: 'gin' },
      ])
    })
  }
})

describe('what is no table', () => {
  @Entity()
  @TableInheritance({ column: { type: 'varchar', name: 'kind' } })
  class Animal {
    @PrimaryGeneratedColumn() id!: number
  }
  @ChildEntity()
  class Dog extends Animal {
    @Column() breed!: string
  }
  @Entity({ synchronize: false })
  class Legacy {
    @PrimaryColumn() id!: number
  }
  @ViewEntity({ synchronize: false, expression: 'SELECT 1' })
  class LegacyView {
    @typeorm.ViewColumn() one!: number
  }
  @Entity()
  class Article {
    @PrimaryGeneratedColumn() id!: number
    @ManyToMany(() => Article) @JoinTable({ name: 'links' }) links!: Article[]
    @ManyToMany(() => Article) @JoinTable({ name: 'kept', synchronize: false }) kept!: Article[]
    @typeorm.VirtualColumn({ query: () => 'SELECT 1' }) virtual!: number
  }

  test('a child of a single table adds columns that may be null', async () => {
    expect((await tableOf(inPostgres([Animal, Dog]))).columns).toEqual([
      { name: 'id', type: 'integer', nullable: false, identity: 'SERIAL' },
      { name: 'breed', type: 'character varying', nullable: true },
      { name: 'kind', type: 'character varying', nullable: false },
    ])
  })

  test('entities that are not synchronized are left alone', async () => {
    const { schema, leftAlone } = await inPostgres([Legacy, LegacyView, Article])
    expect(schema.tables.map(({ name }) => name)).toEqual(['article', 'links'])
    expect(schema.views).toEqual([])
    expect(leftAlone).toEqual(expect.arrayContaining([{ name: 'legacy' }, { name: 'legacy_view' }, { name: 'kept' }]))
    expect(leftAlone).toHaveLength(3)
  })

  test('a virtual column is not stored', async () => {
    const { schema } = await inPostgres([Article])
    expect(schema.tables[0]?.columns.map(({ name }) => name)).toEqual(['id'])
  })
})

describe('views', () => {
  @Entity()
  class Measure {
    @PrimaryGeneratedColumn() id!: number
    @Column() value!: number
  }
  @ViewEntity({ expression: 'SELECT * FROM measure WHERE value > 1 ; ', dependsOn: [] })
  class Big {
    @typeorm.ViewColumn() id!: number
  }
  @ViewEntity({
    dependsOn: [Big],
    expression: (dataSource: DataSource) =>
      dataSource.createQueryBuilder().select('m.id', 'id').from(Measure, 'm').where('m.value > 2'),
  })
  class Bigger {
    @typeorm.ViewColumn() id!: number
  }
  @ViewEntity({ materialized: true, expression: 'SELECT id FROM bigger', dependsOn: ['Bigger'] })
  class Stored {
    @Index('ix_stored') @typeorm.ViewColumn() id!: number
  }

  test('come in the order they can be created in; functions are asked without a connection', async () => {
    const { schema } = await inPostgres([Stored, Bigger, Big, Measure])
    expect(schema.views).toEqual([
      { name: 'big', definition: { sql: 'SELECT * FROM measure WHERE value > 1 ;' } },
      {
        name: 'bigger',
        definition: { sql: expect.stringContaining('SELECT "m"."id" AS "id" FROM "measure" "m" WHERE') },
      },
      {
        name: 'stored',
        definition: { sql: 'SELECT id FROM bigger' },
        materialized: true,
        indexes: [{ name: 'ix_stored', columns: ['id'], unique: false }],
      },
    ])
  })
})

describe('extensions', () => {
  @Entity()
  class Uuid {
    @PrimaryGeneratedColumn('uuid') id!: string
  }
  @Entity()
  class Many {
    @PrimaryColumn() id!: number
    @Column('citext') citext!: string
    @Column('hstore') hstore!: object
    @Column('ltree') ltree!: string
    @Column('cube') cube!: number[]
    @Column('geometry', { spatialFeatureType: 'Point', srid: 4326 }) point!: object
    @Column('uuid', { default: () => 'uuid_generate_v1()' }) uuid!: string
  }

  test.each([
    [{}, { sql: 'uuid_generate_v4()' }, [{ name: 'uuid-ossp' }]],
    [{ uuidExtension: 'pgcrypto' }, { sql: 'gen_random_uuid()' }, [{ name: 'pgcrypto' }]],
  ])('with %j a generated uuid is %j', async (options, value, extensions) => {
    const { schema } = await inPostgres([Uuid], options)
    expect(schema.tables[0]?.columns[0]).toEqual({ name: 'id', type: 'uuid', nullable: false, default: value })
    expect(schema.extensions).toEqual(extensions)
  })

  test.each([
    ['USING gist ("room" WITH =, "during" WITH &&)', true],
    ['USING gist ("room" WITH <>, "during" WITH &&)', true],
    ['using gist (during with &&, room\n\twith<>) where (room > 1)', true],
    ['USING gist ("kind" WITH <>, "during" WITH &&)', true],
    ['USING gist (address WITH >)', true],
    ['USING gist (lower(name) WITH =, during WITH &&)', true],
    ['USING gist (room gist_int4_ops WITH =)', true],
    ['USING gist ("during" WITH &&)', false],
    ['USING gist ("during" WITH =, place WITH ~=)', false],
    ['USING gist (int4range("room", "room" + 1) WITH &&)', false],
    ['USING btree ("room" WITH =)', false],
    ['USING hash (name WITH =)', false],
    ['("room" WITH =)', false],
  ])('an exclusion %s needs one: %p', async (expression, needed) => {
    @Entity()
    @Exclusion(expression)
    class Booking {
      @PrimaryColumn() room!: number
      @Column('tsrange') during!: string
      @Column('point') place!: string
      @Column('inet') address!: string
      @Column() name!: string
      @Column('enum', { enum: ['a'] }) kind!: string
    }
    expect((await inPostgres([Booking])).schema.extensions).toEqual(needed ? [{ name: 'btree_gist' }] : [])
  })

  test('are those the types and defaults need, and those the options ask for', async () => {
    const { schema } = await inPostgres([Many], { extensions: ['pg_trgm'] })
    expect(schema.extensions.map(({ name }) => name)).toEqual([
      'citext',
      'cube',
      'hstore',
      'ltree',
      'pg_trgm',
      'postgis',
      'uuid-ossp',
    ])
    expect(schema.tables[0]?.columns.find(({ name }) => name === 'point')?.type).toBe('geometry(Point,4326)')
  })
})

describe('reading leaves no trace', () => {
  @Entity()
  class Friend extends BaseEntity {
    @PrimaryGeneratedColumn() id!: number
    @OneToOne(() => Friend, { lazy: true }) @JoinColumn() best!: Promise<Friend>
  }

  const trace = () => ({
    own: Object.getOwnPropertyDescriptor(Friend, 'dataSource'),
    lazy: Object.getOwnPropertyDescriptor(Friend.prototype, 'best'),
  })

  test('in classes that no data source knows yet', async () => {
    const before = trace()
    await inPostgres([Friend])
    expect(trace()).toEqual(before)
  })

  test('in classes and in a data source that an application uses', async () => {
    const database = freshSqlite('sqljs')
    const host = await new typeorm.DataSource({
      ...database.options,
      entities: [Friend],
      synchronize: true,
    } as unknown as DataSourceOptions).initialize()
    const best = await Friend.create({}).save()
    await host.query(`UPDATE friend SET "bestId" = id`)
    const before = { ...trace(), metadatas: host.entityMetadatas, options: { ...host.options } }
    const own = await readEntities(host, sqlite.entities, noScope)
    const other = await inSqlite([Friend])
    expect(own).toEqual(other)
    expect({ ...trace(), metadatas: host.entityMetadatas, options: { ...host.options } }).toEqual(before)
    expect(host.isInitialized).toBe(true)
    const found = await Friend.findOneByOrFail({ id: best.id })
    expect((await found.best).id).toBe(best.id)
    await host.destroy()
    await database.drop()
  })

  test('a data source that says it is initialised before it has built anything is not believed', async () => {
    const host = new typeorm.DataSource({ type: 'sqljs', entities: [Friend] } as unknown as DataSourceOptions)
    Object.assign(host, { isInitialized: true })
    expect(await readEntities(host, sqlite.entities, noScope)).toEqual(await inSqlite([Friend]))
  })

  test('no subscriber and no migration is even made', async () => {
    const made: string[] = []
    function Subscriber() {
      made.push('subscriber')
    }
    typeorm.EventSubscriber()(Subscriber)
    const migrations = [
      function Migration() {
        made.push('migration')
      },
    ]
    await inPostgres([Friend], { subscribers: [Subscriber], migrations })
    expect(made).toEqual([])
  })
})

describe('an entity that cannot be read', () => {
  @Entity()
  class Mistyped {
    @PrimaryColumn() id!: number
    @Column('nonsense' as 'text') x!: string
  }
  @Entity()
  class Keyless {
    @Column() x!: string
  }
  @Entity()
  @Index(['missing'])
  class Misindexed {
    @PrimaryColumn() id!: number
  }
  @Entity()
  class Misrelated {
    @PrimaryColumn() id!: number
    @ManyToOne('Nobody') nobody!: object
  }

  test.each([
    [Mistyped, 'x', 'nonsense'],
    [Keyless, undefined, 'primary column'],
    [Misindexed, 'missing', 'contains column that is missing'],
    [Misrelated, 'nobody', 'was not found'],
  ])('is named: %p', async (broken, property, word) => {
    const error = await inPostgres([broken]).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'invalid-entity', exitCode: 2, entity: broken.name })
    expect((error as { property?: string }).property).toBe(property)
    expect((error as Error).message).toContain(word)
  })

  test('because a file of a glob throws is named by the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autogen-entities-'))
    const file = join(folder, 'broken.entity.js')
    writeFileSync(file, `throw new Error('no such luck')`)
    const error = await readEntities(source('postgres', [`${folder}/*.entity.js`]), postgres.entities, noScope).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'entity-load', exitCode: 2, file })
    expect((error as Error).message).toContain('no such luck')
    rmSync(folder, { recursive: true })
  })
})
