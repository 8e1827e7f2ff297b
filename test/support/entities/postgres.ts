// Entities only PostgreSQL takes.
import 'reflect-metadata'
import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Exclusion,
  Generated,
  Index,
  JoinColumn,
  ManyToMany,
  JoinTable,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
  ViewColumn,
  ViewEntity,
} from 'typeorm'
import type { EntityCase } from './case'

@Entity()
class Types {
  @PrimaryGeneratedColumn('increment', { type: 'bigint' }) id!: string
  @Column('int2') int2!: number
  @Column('int4') int4!: number
  @Column('int8') int8!: string
  @Column('smallint') smallint!: number
  @Column('integer') integer!: number
  @Column('bigint') bigint!: string
  @Column('decimal') decimal!: string
  @Column('numeric', { precision: 12 }) numeric12!: string
  @Column('numeric', { precision: 12, scale: 4 }) numeric!: string
  @Column('real') real!: number
  @Column('float') float!: number
  @Column('float4') float4!: number
  @Column('float8') float8!: number
  @Column('double precision') double!: number
  @Column('money') money!: string
  @Column('varchar') varchar!: string
  @Column('character varying', { length: 255 }) varchar255!: string
  @Column('char') char!: string
  @Column('character', { length: 3 }) char3!: string
  @Column('text') text!: string
  @Column('bytea') bytea!: Buffer
  @Column('bit') bit!: string
  @Column({ type: 'bit', length: 3 }) bit3!: string
  @Column('varbit') varbit!: string
  @Column({ type: 'bit varying', length: 5 }) varbit5!: string
  @Column('timestamp') timestamp!: Date
  @Column('timestamp', { precision: 0 }) timestamp0!: Date
  @Column('timestamp', { precision: 6 }) timestamp6!: Date
  @Column('timestamptz') timestamptz!: Date
  @Column({ type: 'timestamptz', precision: 3 }) timestamptz3!: Date
  @Column('timestamp with time zone') long!: Date
  @Column('timestamp without time zone') longer!: Date
  @Column('date') date!: string
  @Column('time') time!: string
  @Column('time', { precision: 2 }) time2!: string
  @Column('timetz') timetz!: string
  @Column('time with time zone') longTimetz!: string
  @Column('interval') interval!: object
  @Column({ type: 'interval', precision: 3 }) interval3!: object
  @Column('bool') bool!: boolean
  @Column('boolean') boolean!: boolean
  @Column('point') point!: string
  @Column('box') box!: string
  @Column('polygon') polygon!: string
  @Column('cidr') cidr!: string
  @Column('inet') inet!: string
  @Column('macaddr') macaddr!: string
  @Column('tsvector') tsvector!: string
  @Column('tsquery') tsquery!: string
  @Column('uuid') uuid!: string
  @Column('xml') xml!: string
  @Column('json') json!: object
  @Column('jsonb') jsonb!: object
  @Column('int4range') int4range!: string
  @Column('tstzrange') tstzrange!: string
  @Column('datemultirange') datemultirange!: string
}

@Entity()
class Arrays {
  @PrimaryGeneratedColumn() id!: number
  @Column('text', { array: true }) texts!: string[]
  @Column('int', { array: true, default: [] }) ints!: number[]
  @Column('int', { array: true, default: [1, 2] }) someInts!: number[]
  @Column('text', { array: true, default: '{}' }) emptyTexts!: string[]
  @Column('text', { array: true, default: ['a', 'b'] }) someTexts!: string[]
  @Column('varchar', { array: true, length: 10 }) varchars!: string[]
  @Column('numeric', { array: true, precision: 5, scale: 2 }) numerics!: string[]
  @Column('uuid', { array: true, nullable: true }) uuids!: string[] | null
  @Column('text', { array: true, default: () => 'ARRAY[]::text[]' }) byFunction!: string[]
  @Column({ type: 'timestamptz', array: true, precision: 3 }) moments!: Date[]
}

@Entity()
class Defaults {
  @PrimaryGeneratedColumn() id!: number
  @Column('jsonb', { default: {} }) emptyObject!: object
  @Column('jsonb', { default: [] }) emptyArray!: object
  @Column('jsonb', { default: { b: 1, a: { z: [1, 'two', null], y: 'x' } } }) nested!: object
  @Column('json', { default: { a: 1 } }) json!: object
  @Column('jsonb', { default: '{"a": 1}' }) jsonText!: object
  @Column('json', { default: '{ "b": 1, "a": 2 }' }) spacedJson!: object
  @Column('json', { default: () => `'{"b":1,"a":2}'` }) orderedJson!: object
  @Column('jsonb', { default: () => `'{"b":1,"a":2}'::jsonb` }) jsonFunction!: object
  @Column('jsonb', { default: () => `'{}'` }) jsonEmptyFunction!: object
  @Column('boolean', { default: 'true' }) textTrue!: boolean
  @Column('boolean', { default: () => 'false' }) functionFalse!: boolean
  @Column('numeric', { precision: 10, scale: 2, default: 1.5 }) number!: number
  @Column('numeric', { precision: 10, scale: 2, default: '0.00' }) zeros!: string
  @Column('bigint', { default: '0' }) bigint!: string
  @Column('money', { default: 0 }) money!: string
  @Column('timestamptz', { default: '2020-01-01' }) literalDate!: Date
  @Column('date', { default: '2020-01-01' }) literalDay!: string
  @Column('timestamptz', { default: () => 'CURRENT_TIMESTAMP' }) current!: Date
  @Column('timestamptz', { default: () => 'CURRENT_TIMESTAMP(3)' }) current3!: Date
  @Column('timestamptz', { default: () => 'NOW()' }) upperNow!: Date
  @Column('timestamp', { default: () => 'LOCALTIMESTAMP' }) local!: Date
  @Column('date', { default: () => 'CURRENT_DATE' }) today!: string
  @Column('timestamptz', { default: () => `now() + interval '1 day'` }) tomorrow!: Date
  @Column('timestamp', { default: () => `(now() at time zone 'utc')` }) utc!: Date
  @Column('interval', { default: () => `interval '1 day'` }) interval!: object
  @Column('interval', { default: '1 day' }) literalInterval!: object
  @Column('varchar', { default: () => 'md5(random()::text)' }) random!: string
  @Column('tstzrange', { default: () => 'tstzrange(now(), null)' }) range!: string
  @Column('uuid', { default: () => 'gen_random_uuid()' }) uuid!: string
  @Column('uuid', { default: () => 'uuid_generate_v4()' }) ossp!: string
  @Column() @Generated('uuid') generated!: string
  @Column('boolean', { default: 1 }) numberTrue!: boolean
  @Column('int', { default: '5' }) textNumber!: number
  @Column('varchar', { default: 5 }) numberText!: string
  @Column('text', { array: true, default: ['two words', 'x'] }) spaced!: string[]
  @Column('timestamptz', { default: () => `'2020-01-01'` }) functionDate!: Date
  @Column('varchar', { length: 10, default: 'x' }) short!: string
  @Column('char', { length: 3, default: 'abc' }) char!: string
  @Column('int', { default: () => `nullif('1','')::int` }) cast!: number
  @Column('simple-json', { default: '{"a":1}' }) simpleJson!: object
  @Column('simple-array', { default: 'a,b' }) simpleArray!: string[]
  @Column('inet', { default: '127.0.0.1' }) inet!: string
  @Column('point', { default: () => `point '(1,2)'` }) point!: string
  @CreateDateColumn({ type: 'timestamptz', precision: 3 }) created!: Date
}

@Entity()
class QuotedJson {
  @PrimaryGeneratedColumn() id!: number
  @Column('jsonb', { default: { text: "it's" } }) json!: object
}

enum Role {
  Admin = 'admin',
  User = 'user name',
}
enum Level {
  low,
  high = 5,
}

@Entity()
class Enums {
  @PrimaryGeneratedColumn() id!: number
  @Column('enum', { enum: Role, default: Role.User }) role!: Role
  @Column('enum', { enum: Level, default: Level.low }) level!: Level
  @Column('enum', { enum: ['b', 'a'], nullable: true }) letters!: string | null
  @Column('simple-enum', { enum: Role }) simple!: Role
  @Column('enum', { enum: Role, enumName: 'shared_role' }) shared!: Role
  @Column('enum', { enum: Role, array: true, default: [Role.Admin, Role.User] }) roles!: Role[]
  @Column('enum', { enum: Role, array: true, default: [] }) noRoles!: Role[]
  @Column({ name: 'MixedCase', type: 'enum', enum: ['x'] }) mixed!: string
  @Column('enum', { enum: Role, enumName: 'enums_same_enum' }) same!: Role
}

@Entity()
class EnumFunctions {
  @PrimaryGeneratedColumn() id!: number
  @Column('enum', { enum: Role, default: () => `'admin'` }) byFunction!: Role
  @Column('enum', { enum: Role, default: () => `'admin'::"enum_functions_withcast_enum"` }) withCast!: Role
}

@Entity()
class Identities {
  @PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) id!: number
  @Column() name!: string
}

@Entity()
class IdentityByDefault {
  @PrimaryGeneratedColumn('identity') id!: number
}

@Entity()
class Serials {
  @PrimaryGeneratedColumn('increment', { type: 'smallint' }) id!: number
  @Column() @Generated('increment') sequence!: number
}

@Entity()
class Computed {
  @PrimaryGeneratedColumn() id!: number
  @Column() first!: string
  @Column('int') width!: number
  @Column({ generatedType: 'STORED', asExpression: `first || '!'` }) loud!: string
  @Column({ type: 'int', generatedType: 'STORED', asExpression: 'width*2' }) double!: number
  @Column({ type: 'tsvector', generatedType: 'STORED', asExpression: `to_tsvector('english', first)` }) search!: string
}

@Entity({ comment: 'What it is for' })
class Commented {
  @PrimaryGeneratedColumn({ comment: 'number' }) id!: number
  @Column({ comment: 'it\'s "quoted"\nand two lines' }) name!: string
  @Column({ type: 'varchar', collation: 'C' }) collated!: string
}

@Entity()
@Exclusion(`USING gist ("during" WITH &&)`)
@Exclusion('xcl_named', `USING gist ("room" WITH =, "during" WITH &&) WHERE ("room" > 5)`)
@Check('char_length("name") > 0')
@Check('ck_in', `"name" IN ('a', 'b', 'c')`)
@Check('ck_between', '"room" BETWEEN 1 AND 10 OR "room" = 99')
@Unique('uq_deferred', ['room', 'name'], { deferrable: 'INITIALLY DEFERRED' })
@Index('ix_gist', ['during'], { spatial: true })
@Index('ix_where', ['name'], { where: `"name" = 'a' AND "room" IS NOT NULL`, unique: true })
@Index('ix_untouched', { synchronize: false })
@Index('ix_order', ['room', 'name'])
class Booking {
  @PrimaryGeneratedColumn() id!: number
  @Column('varchar') name!: string
  @Column('int', { nullable: true }) room!: number | null
  @Column('tsrange') during!: string
}

@Entity()
class Deferred {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => Booking, { deferrable: 'INITIALLY DEFERRED', onDelete: 'CASCADE' }) booking!: Booking
  @OneToOne(() => Booking, { deferrable: 'INITIALLY IMMEDIATE' }) @JoinColumn() other!: Booking
  @ManyToOne(() => Deferred, {
    onDelete: 'DEFAULT' as 'CASCADE',
    onUpdate: 'RESTRICT',
    createForeignKeyConstraints: false,
  })
  parent!: Deferred
}

@Entity({ schema: 'sales' })
class Order {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column('enum', { enum: ['open', 'paid'] }) state!: string
  @Column('enum', { enum: ['a', 'b'], enumName: 'sales_letter' }) letter!: string
  @OneToMany(() => Item, (item) => item.order) items!: Item[]
  @ManyToMany(() => Item) @JoinTable() extras!: Item[]
}

@Entity({ schema: 'stock' })
class Item {
  @PrimaryGeneratedColumn() id!: number
  @ManyToOne(() => Order, (order) => order.items) order!: Order
  @Index() @Column() label!: string
}

@Entity({ schema: 'public' })
class ExplicitlyPublic {
  @PrimaryGeneratedColumn() id!: number
  @Column('enum', { enum: ['x', 'y'] }) letter!: string
}

@Entity()
class InDefault {
  @PrimaryGeneratedColumn() id!: number
  @Column('enum', { enum: ['x', 'y'] }) letter!: string
  @ManyToOne(() => InDefault) parent!: InDefault
}

@Entity({ name: 'log' })
@Index(['line'])
class HereLog {
  @PrimaryGeneratedColumn() id!: number
  @Column({ unique: true }) line!: string
  @Column('enum', { enum: ['x'] }) level!: string
}

@Entity({ name: 'log', schema: 'there' })
@Index(['line'])
class ThereLog {
  @PrimaryGeneratedColumn() id!: number
  @Column({ unique: true }) line!: string
  @Column('enum', { enum: ['y'] }) level!: string
  @ManyToOne(() => HereLog) here!: HereLog
}

// Only TypeORM 1 types and takes these.
const gin = { type: 'gin' } as object
const hash = { type: 'hash' } as object

@Entity()
class Methods {
  @PrimaryGeneratedColumn() id!: number
  @Index('ix_gin', gin) @Column('jsonb') json!: object
  @Index('ix_hash', hash) @Column() text!: string
}

@Entity()
class Extended {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column('citext') insensitive!: string
  @Column('hstore', { hstoreType: 'object', nullable: true }) pairs!: object
  @Column('ltree') path!: string
  @Column('cube') cube!: number[]
}

@Entity()
class RandomUuid {
  @PrimaryGeneratedColumn('uuid') id!: string
}

@Entity()
class Measurement {
  @PrimaryGeneratedColumn() id!: number
  @Column('int') value!: number
  @Column('timestamptz') at!: Date
}

@ViewEntity({
  materialized: true,
  expression: `SELECT date_trunc('day', "at") AS day, count(*) AS total FROM measurement GROUP BY 1`,
})
class DailyTotal {
  @Index() @ViewColumn() day!: Date
  @ViewColumn() total!: string
}

@ViewEntity({
  expression: (dataSource) =>
    dataSource
      .createQueryBuilder()
      .select('m.id', 'id')
      .addSelect('m.value * 2', 'twice')
      .from(Measurement, 'm')
      .where('m.value > 3'),
})
class Doubled {
  @ViewColumn() id!: number
  @ViewColumn() twice!: number
}

@Entity()
class LongNames {
  @PrimaryGeneratedColumn() id!: number
  @Column('enum', { enum: ['a', 'b'], name: 'a_column_with_quite_a_long_name_that_goes_on_and_on_ä' }) long!: string
  @ManyToOne(() => LongNames) aRelationWhoseNameIsNotShortEither!: LongNames
}

@Entity()
class Letter {
  @PrimaryColumn('int') id!: number
  @Column('varchar', { default: 'two words' }) words!: string
}

/** The cases PostgreSQL is tested with, besides the common ones. */
export const postgresCases: readonly EntityCase[] = [
  { name: 'types', entities: [Types] },
  { name: 'arrays', entities: [Arrays] },
  { name: 'postgres defaults', entities: [Defaults] },
  { name: 'enums', entities: [Enums] },
  // TypeORM 0.3 writes the source of the function into the SQL.
  { name: 'enum defaults by function', entities: [EnumFunctions], major: '1' },
  // TypeORM 0.3 leaves the quote as it is.
  { name: 'a quote in a JSON default', entities: [QuotedJson], major: '1' },
  { name: 'index methods', entities: [Methods], major: '1' },
  {
    name: 'extensions that the options ask for',
    entities: [InDefault],
    options: { extensions: ['pg_trgm'] },
    major: '1',
  },
  { name: 'identities and serials', entities: [Identities, IdentityByDefault, Serials] },
  { name: 'generated columns', entities: [Computed] },
  { name: 'comments and collations', entities: [Commented] },
  { name: 'exclusions, partial indexes, deferred constraints', entities: [Booking, Deferred] },
  { name: 'several schemas', entities: [Order, Item, ExplicitlyPublic], schemas: ['sales', 'stock'] },
  { name: 'a schema option', entities: [InDefault], options: { schema: 'tenant' }, schemas: ['tenant'] },
  {
    name: 'a search path',
    entities: [InDefault],
    options: { extra: { options: '-c search_path=tenant' } },
    schemas: ['tenant'],
  },
  { name: 'one name in two schemas', entities: [HereLog, ThereLog], schemas: ['there'] },
  { name: 'extensions', entities: [Extended] },
  { name: 'pgcrypto uuids', entities: [RandomUuid], options: { uuidExtension: 'pgcrypto' } },
  { name: 'materialized and built views', entities: [Measurement, DailyTotal, Doubled] },
  { name: 'long names', entities: [LongNames] },
  { name: 'words', entities: [Letter] },
]
