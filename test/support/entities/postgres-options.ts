// Options of TypeORM's decorators for PostgreSQL that no other case needs.
import * as typeorm from 'typeorm'
import type { EntityCase } from './case'
import { entity, view } from './make'

const { Column, Exclusion, ForeignKey, Index, JoinTable, ManyToMany, PrimaryColumn, PrimaryGeneratedColumn } = typeorm
const { Tree, TreeChildren, TreeParent, Unique, ViewColumn } = typeorm

const id = () => PrimaryGeneratedColumn()

const named = [
  entity('counted', {
    id: PrimaryGeneratedColumn('increment', { name: 'number', primaryKeyConstraintName: 'pk_counted' }),
  }),
  entity('identified', {
    id: PrimaryGeneratedColumn('uuid', {
      name: 'key',
      comment: 'what it goes by',
      primaryKeyConstraintName: 'pk_identified',
    }),
  }),
  entity('numbered', {
    id: PrimaryGeneratedColumn('identity', {
      type: 'bigint',
      name: 'number',
      comment: 'counts',
      generatedIdentity: 'BY DEFAULT',
      primaryKeyConstraintName: 'pk_numbered',
    }),
  }),
]

const team = entity('team', { id: id(), code: Column('varchar', { length: 8, unique: true }) })
const member = entity(
  'member',
  {
    id: id(),
    teamId: [
      Column('int', { nullable: true }),
      ForeignKey(() => team, {
        name: 'fk_team',
        onDelete: 'SET NULL',
        onUpdate: 'CASCADE',
        deferrable: 'INITIALLY DEFERRED',
      }),
    ],
    code: Column('varchar', { length: 8 }),
  },
  ForeignKey(() => team, ['code'], ['code'], { onDelete: 'RESTRICT' }),
)

const tag = entity('tag', { zone: PrimaryColumn('int'), name: PrimaryColumn('varchar', { length: 20 }) })
const post = entity('post', {
  id: id(),
  tags: [
    ManyToMany(() => tag),
    JoinTable({
      name: 'labels',
      schema: 'junctions',
      joinColumns: [{ name: 'post', referencedColumnName: 'id', foreignKeyConstraintName: 'fk_label_post' }],
      inverseJoinColumns: [
        { name: 'zone', referencedColumnName: 'zone', foreignKeyConstraintName: 'fk_label_tag' },
        { name: 'tag', referencedColumnName: 'name', foreignKeyConstraintName: 'fk_label_tag' },
      ],
    }),
  ],
  others: [ManyToMany(() => tag), JoinTable({ name: 'unsynchronized', synchronize: false })],
  more: [ManyToMany(() => tag), JoinTable({ joinColumn: { name: 'from' }, schema: 'junctions', synchronize: true })],
})

const leaf: new () => object = entity(
  'leaf',
  { id: id(), parent: TreeParent(), children: TreeChildren() },
  Tree('closure-table', { closureTableName: 'branches', closureTableSchema: 'trees' }),
)

const measured = entity('measured', { id: id(), value: Column('int') }, { schema: 'numbers' })
const views = [
  measured,
  view(
    'large',
    { id: ViewColumn() },
    { schema: 'numbers', expression: 'SELECT id, value FROM numbers.measured WHERE value > 5' },
  ),
  view(
    'totals',
    { value: [ViewColumn({ name: 'value' }), Index({ unique: true })], total: ViewColumn({ name: 'how many' }) },
    {
      name: 'totals of all',
      schema: 'numbers',
      materialized: true,
      dependsOn: ['large'],
      expression: 'SELECT value, count(*) AS "how many" FROM numbers.large GROUP BY value',
    },
  ),
]

const methods = entity(
  'searched',
  {
    id: id(),
    number: Column('int'),
    text: Column('text'),
    json: Column('jsonb'),
    place: Column('point'),
    during: Column('tstzrange'),
  },
  Index('ix_btree', ['number', 'text'], { type: 'btree' }),
  Index('ix_hash', ['text'], { type: 'hash' }),
  Index('ix_gin', ['json'], { type: 'gin' }),
  Index('ix_gist', ['during'], { type: 'gist' }),
  Index('ix_spgist', ['place'], { type: 'spgist' }),
  Index('ix_brin', ['number'], { type: 'brin' }),
)

const parent = entity('kept', { id: id() }, { synchronize: false })
const alone = [
  entity('synchronized', { id: id(), size: Column('int') }, Index('ix_elsewhere', { synchronize: false })),
  parent,
  view('unseen', { id: ViewColumn() }, { expression: 'SELECT 1 AS id', synchronize: false }),
]

const deferred = entity(
  'deferred',
  { id: PrimaryColumn('int'), size: Column('int', { unique: true }) },
  Unique('uq_late', ['size'], { deferrable: 'INITIALLY DEFERRED' }),
  Unique('uq_later', ['size'], { deferrable: 'INITIALLY DEFERRED' }),
  Unique('uq_id', ['id'], { deferrable: 'INITIALLY IMMEDIATE' }),
)

const every = (types: readonly string[], options: typeorm.ColumnOptions) =>
  entity(
    `every type${options.array === true ? ' in lists' : ''}`,
    {
      id: id(),
      ...Object.fromEntries(
        types.map((type) => [
          type,
          Column({ ...options, type: type as 'text', ...(type === 'enum' && { enum: ['a', 'b'] }) }),
        ]),
      ),
    },
    { name: `every type${options.array === true ? ' in lists' : ''}` },
  )

/** The types TypeORM knows on PostgreSQL without an extension, in every spelling. */
export const everyType = [
  'int',
  'int2',
  'int4',
  'int8',
  'smallint',
  'integer',
  'bigint',
  'decimal',
  'numeric',
  'real',
  'float',
  'float4',
  'float8',
  'double precision',
  'money',
  'character varying',
  'varchar',
  'character',
  'char',
  'text',
  'bytea',
  'bit',
  'varbit',
  'bit varying',
  'timetz',
  'timestamptz',
  'timestamp',
  'timestamp without time zone',
  'timestamp with time zone',
  'date',
  'time',
  'time without time zone',
  'time with time zone',
  'interval',
  'bool',
  'boolean',
  'enum',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'cidr',
  'inet',
  'macaddr',
  'macaddr8',
  'tsvector',
  'tsquery',
  'uuid',
  'xml',
  'json',
  'jsonb',
  'jsonpath',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'tsmultirange',
  'tstzmultirange',
  'datemultirange',
] as const

const place = entity('place', {
  id: id(),
  geometry: Column('geometry', { nullable: true }),
  point: Column('geometry', { spatialFeatureType: 'Point', srid: 4326 }),
  line: Column('geometry', { spatialFeatureType: 'LineString', srid: 3857, nullable: true }),
  geography: [Column('geography', { spatialFeatureType: 'Point', srid: 4326 }), Index({ spatial: true })],
})
const embedding = entity('embedding', {
  id: id(),
  vector: Column('vector'),
  three: Column({ type: 'vector', length: 3 }),
  half: Column({ type: 'halfvec', length: 4, nullable: true }),
})

/** The cases of these options. */
export const optionCases: readonly EntityCase[] = [
  { name: 'several keys over the same columns, some of them deferrable', entities: [deferred] },
  { name: 'every type', entities: [every(everyType, {}), every(everyType, { array: true, nullable: true })] },
  {
    name: 'column options',
    entities: [entity('keyed', { a: Column('int', { primary: true }), b: Column('uuid', { primary: true }) })],
  },
  { name: 'named keys', entities: named },
  { name: 'keys without relations', entities: [team, member] },
  { name: 'junction tables', entities: [tag, post], schemas: ['junctions'] },
  { name: 'trees elsewhere', entities: [leaf], schemas: ['trees'] },
  { name: 'views in another schema', entities: views, schemas: ['numbers'] },
  { name: 'entities left alone', entities: alone },
  { name: 'every index method', entities: [methods], major: '1' },
  {
    name: 'deferred exclusions',
    entities: [
      entity(
        'booked',
        { id: id(), during: Column('tsrange') },
        Exclusion('xcl_deferred', 'USING gist ("id" WITH =, "during" WITH &&)', { deferrable: 'INITIALLY DEFERRED' }),
      ),
    ],
    major: '1',
  },
  {
    name: 'indexes built concurrently',
    // TypeORM builds them inside of a transaction, where the server refuses.
    typeorm: false,
    entities: [entity('busy', { id: id(), size: [Column('int'), Index('ix_busy', { concurrent: true })] })],
  },
  { name: 'places', entities: [place], needs: 'postgis' },
  { name: 'vectors', entities: [embedding], needs: 'vector' },
]
