// Options of TypeORM's decorators for SQLite that no other case needs, and what becomes there of those for other databases.
import * as typeorm from 'typeorm'
import { lane } from '../lane'
import type { EntityCase } from './case'
import { entity, view } from './make'

const { Column, Exclusion, ForeignKey, Index, JoinTable, ManyToMany, PrimaryColumn, PrimaryGeneratedColumn } = typeorm
const { Tree, TreeChildren, TreeParent, Unique, ViewColumn } = typeorm

const id = () => PrimaryGeneratedColumn()

/** The types TypeORM knows on SQLite, in every spelling. */
export const everyType = [
  'int',
  'integer',
  'tinyint',
  'smallint',
  'mediumint',
  'bigint',
  'unsigned big int',
  'int2',
  'int8',
  'character',
  'varchar',
  'varying character',
  'nchar',
  'native character',
  'nvarchar',
  'text',
  'clob',
  'json',
  ...(lane.major === '1' ? ['jsonb'] : []),
  'blob',
  'real',
  'double',
  'double precision',
  'float',
  'numeric',
  'decimal',
  'boolean',
  'date',
  'time',
  'datetime',
]

const every = entity(
  'every type',
  { id: id(), ...Object.fromEntries(everyType.map((type) => [type, Column({ type: type as 'text' })])) },
  { name: 'every type' },
)

// What only other databases, or only another version of TypeORM, know: their types do not have all of it.
const foreign = entity(
  'foreign',
  {
    id: PrimaryGeneratedColumn('increment', { unsigned: true, zerofill: true, comment: 'counts' } as object),
    number: Column({ type: 'int', unsigned: true, zerofill: true, width: 5 } as typeorm.ColumnOptions),
    text: Column({ type: 'varchar', charset: 'latin1', comment: `it's`, length: 20, onUpdate: `'x'` }),
    status: Column({ type: 'simple-enum', enum: ['open', 'paid'], enumName: 'status' }),
    map: Column({ type: 'text', hstoreType: 'object' }),
    place: Column({ type: 'text', spatialFeatureType: 'Point', srid: 4326 }),
    here: [Column('text'), Index({ spatial: true })],
    words: [Column('text'), Index({ fulltext: true, parser: 'ngram' })],
    few: [Column('text', { nullable: true }), Index({ sparse: true, nullFiltered: true, expireAfterSeconds: 5 })],
    busy: [Column('int'), Index({ background: true, concurrent: true })],
  },
  { engine: 'InnoDB', schema: 'sales', comment: 'said' },
  Exclusion('xcl', 'USING gist ("number" WITH =)'),
  Unique('uq_deferrable', ['text'], { deferrable: 'INITIALLY DEFERRED' }),
)

const named = [
  entity('counted', {
    id: PrimaryGeneratedColumn('increment', { name: 'number', primaryKeyConstraintName: 'pk_counted' }),
  }),
  entity('identified', {
    id: PrimaryGeneratedColumn('uuid', { name: 'key', primaryKeyConstraintName: 'pk_identified' }),
  }),
  entity('keyed', {
    a: Column('int', { primary: true }),
    b: Column('varchar', { primary: true }),
  }),
]

const numbered = [
  entity('identity', {
    id: PrimaryGeneratedColumn('identity', { type: 'bigint', name: 'number', generatedIdentity: 'ALWAYS' }),
  }),
  entity('row', { id: PrimaryGeneratedColumn('rowid') }),
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

const measured = entity('measured', { id: id(), value: Column('int') })
const views = [
  measured,
  view(
    'large',
    { id: ViewColumn(), value: ViewColumn() },
    { schema: 'numbers', expression: 'SELECT id, value FROM measured WHERE value > 5' },
  ),
  view(
    'totals',
    { value: ViewColumn({ name: 'value' }), total: ViewColumn({ name: 'how many' }) },
    {
      name: 'totals of all',
      materialized: true,
      dependsOn: ['large'],
      expression: 'SELECT value, count(*) AS "how many" FROM large GROUP BY value',
    },
  ),
]

const alone = [
  entity('synchronized', { id: id(), size: Column('int') }, Index('ix_elsewhere', { synchronize: false })),
  entity('kept', { id: id() }, { synchronize: false }),
  view('unseen', { id: ViewColumn() }, { expression: 'SELECT 1 AS id', synchronize: false }),
]

/** The cases of these options. */
export const sqliteOptionCases: readonly EntityCase[] = [
  { name: 'every type', entities: [every] },
  { name: 'options of other databases', entities: [foreign] },
  {
    name: 'lists',
    entities: [
      entity('listed', {
        id: id(),
        list: Column('text', { array: true }),
        numbers: Column('int', { array: true, default: '[1,2]' }),
        // TypeORM 0.3 checks a list for being one of its values, so that none can be stored.
        ...(lane.major === '1' && {
          letters: Column('simple-enum', { enum: ['a', 'b'], array: true, nullable: true }),
        }),
      }),
    ],
  },
  { name: 'named keys', entities: named },
  { name: 'keys numbered in other ways', entities: numbered },
  { name: 'keys without relations', entities: [team, member] },
  // Where a schema is named, TypeORM's own synchronize forgets the foreign keys, and wants them the next time.
  { name: 'junction tables', entities: [tag, post], typeorm: false },
  { name: 'trees in a schema', entities: [leaf], typeorm: false },
  { name: 'views over views', entities: views },
  { name: 'entities left alone', entities: alone },
]
