// Every option of TypeORM's decorators, by the file of TypeORM's that declares it, and the case of the corpus that uses it on
// PostgreSQL and on SQLite; or the reason why there is none. test/acceptance/options.test.ts holds the lists against TypeORM itself.

const leavesNoTrace = { none: 'leaves no trace in a schema' } as const
const of = (database: string) => ({ none: `is for ${database}` }) as const
const needs = (extension: string) => ({ none: `needs the extension ${extension}: see the cases made for it` }) as const

/** Where an option is used: the name of a case, or why none uses it. */
export type Use = string | { readonly none: string }

const column = {
  type: 'types',
  name: 'plain columns',
  length: 'plain columns',
  nullable: 'plain columns',
  update: leavesNoTrace,
  select: leavesNoTrace,
  insert: leavesNoTrace,
  default: 'postgres defaults',
  onUpdate: of('MySQL'),
  primary: 'column options',
  generated: 'identities and serials',
  unique: 'uniques, indexes and checks',
  comment: 'comments and collations',
  precision: 'types',
  scale: 'types',
  unsigned: of('MySQL'),
  charset: of('MySQL'),
  collation: 'comments and collations',
  enum: 'enums',
  enumName: 'enums',
  primaryKeyConstraintName: 'primary keys',
  foreignKeyConstraintName: 'relations',
  asExpression: 'generated columns',
  generatedType: 'generated columns',
  generatedIdentity: 'identities and serials',
  hstoreType: 'extensions',
  array: 'arrays',
  transformer: leavesNoTrace,
  spatialFeatureType: needs('postgis'),
  srid: needs('postgis'),
  query: leavesNoTrace,
  utc: leavesNoTrace,
  width: of('MySQL'),
  zerofill: of('MySQL'),
  readonly: of('MySQL'),
} satisfies Record<string, Use>

const numbered = {
  type: 'identities and serials',
  name: 'awkward names',
  comment: 'comments and collations',
  unsigned: of('MySQL'),
  zerofill: of('MySQL'),
  generatedIdentity: 'identities and serials',
  primaryKeyConstraintName: 'named keys',
} satisfies Record<string, Use>

/** Options by file, and within it by name. */
export type Options = Readonly<Record<string, Readonly<Record<string, Use>>>>

/** The options on PostgreSQL. */
export const postgresOptions: Options = {
  ColumnCommonOptions: column,
  ColumnEmbeddedOptions: { prefix: 'embedded columns', array: of('MongoDB') },
  ColumnEnumOptions: column,
  ColumnHstoreOptions: column,
  ColumnNumericOptions: column,
  ColumnOptions: column,
  ColumnUnsignedOptions: column,
  ColumnWithLengthOptions: column,
  ColumnWithWidthOptions: column,
  SpatialColumnOptions: column,
  ViewColumnOptions: { name: 'materialized and built views', transformer: leavesNoTrace },
  VirtualColumnOptions: column,
  PrimaryGeneratedColumnNumericOptions: numbered,
  PrimaryGeneratedColumnIdentityOptions: numbered,
  PrimaryGeneratedColumnUUIDOptions: { ...numbered, name: 'named keys' },
  EntityOptions: {
    name: 'awkward names',
    orderBy: leavesNoTrace,
    engine: of('MySQL'),
    database: of('MySQL'),
    schema: 'several schemas',
    synchronize: 'entities left alone',
    withoutRowid: of('SQLite'),
    comment: 'comments and collations',
  },
  ViewEntityOptions: {
    name: 'views',
    expression: 'views',
    database: of('MySQL'),
    schema: 'views in another schema',
    synchronize: 'entities left alone',
    materialized: 'materialized and built views',
    dependsOn: 'views',
  },
  IndexOptions: {
    unique: 'uniques, indexes and checks',
    spatial: 'exclusions, partial indexes, deferred constraints',
    fulltext: of('MySQL'),
    nullFiltered: of('Spanner'),
    parser: of('MySQL'),
    where: 'uniques, indexes and checks',
    sparse: of('MongoDB'),
    background: of('MongoDB'),
    concurrent: 'indexes built concurrently',
    expireAfterSeconds: of('MongoDB'),
    type: 'index methods',
    synchronize: 'entities left alone',
  },
  UniqueOptions: { deferrable: 'exclusions, partial indexes, deferred constraints' },
  ExclusionOptions: { deferrable: 'deferred exclusions' },
  ForeignKeyOptions: {
    name: 'keys without relations',
    onDelete: 'keys without relations',
    onUpdate: 'keys without relations',
    deferrable: 'keys without relations',
  },
  RelationOptions: {
    cascade: leavesNoTrace,
    nullable: 'relations',
    onDelete: 'relations',
    onUpdate: 'primary keys',
    deferrable: 'exclusions, partial indexes, deferred constraints',
    createForeignKeyConstraints: 'relations',
    lazy: 'relations',
    eager: leavesNoTrace,
    persistence: leavesNoTrace,
    orphanedRowAction: leavesNoTrace,
  },
  JoinColumnOptions: {
    name: 'relations',
    referencedColumnName: 'keys that are relations',
    foreignKeyConstraintName: 'relations',
  },
  JoinTableOptions: {
    name: 'relations',
    joinColumn: 'relations',
    inverseJoinColumn: 'relations',
    database: of('MySQL'),
    schema: 'junction tables',
    synchronize: 'junction tables',
  },
  JoinTableMultipleColumnsOptions: {
    name: 'junction tables',
    joinColumns: 'junction tables',
    inverseJoinColumns: 'junction tables',
    database: of('MySQL'),
    schema: 'junction tables',
    synchronize: 'junction tables',
  },
  ClosureTreeOptions: {
    closureTableName: 'trees',
    closureTableSchema: 'trees elsewhere',
    ancestorColumnName: 'trees',
    descendantColumnName: 'trees',
  },
  TransactionOptions: { connectionName: leavesNoTrace, isolation: leavesNoTrace },
  ValueTransformer: {},
}

const elsewhere = { none: 'is refused: test/acceptance/other-file.test.ts' } as const
const notHere = 'options of other databases'

const sqliteColumn = {
  ...column,
  type: 'every type',
  default: 'defaults',
  onUpdate: notHere,
  primary: 'named keys',
  generated: 'primary keys',
  comment: notHere,
  unsigned: notHere,
  charset: notHere,
  collation: 'types',
  enum: 'enums as checks',
  enumName: notHere,
  generatedIdentity: 'keys numbered in other ways',
  hstoreType: notHere,
  array: 'lists',
  spatialFeatureType: notHere,
  srid: notHere,
  width: notHere,
  zerofill: notHere,
} satisfies Record<string, Use>

const sqliteNumbered = {
  type: 'keys numbered in other ways',
  name: 'named keys',
  comment: notHere,
  unsigned: notHere,
  zerofill: notHere,
  generatedIdentity: 'keys numbered in other ways',
  primaryKeyConstraintName: 'named keys',
} satisfies Record<string, Use>

const { RelationOptions: relations = {}, JoinTableOptions: joins = {} } = postgresOptions
const { JoinTableMultipleColumnsOptions: severalJoins = {}, ClosureTreeOptions: trees = {} } = postgresOptions

/** The options on SQLite. */
export const sqliteOptions: Options = {
  ...postgresOptions,
  ColumnCommonOptions: sqliteColumn,
  ColumnEnumOptions: sqliteColumn,
  ColumnHstoreOptions: sqliteColumn,
  ColumnNumericOptions: sqliteColumn,
  ColumnOptions: sqliteColumn,
  ColumnUnsignedOptions: sqliteColumn,
  ColumnWithLengthOptions: sqliteColumn,
  ColumnWithWidthOptions: sqliteColumn,
  SpatialColumnOptions: sqliteColumn,
  ViewColumnOptions: { name: 'views over views', transformer: leavesNoTrace },
  VirtualColumnOptions: sqliteColumn,
  PrimaryGeneratedColumnNumericOptions: sqliteNumbered,
  PrimaryGeneratedColumnIdentityOptions: sqliteNumbered,
  PrimaryGeneratedColumnUUIDOptions: sqliteNumbered,
  EntityOptions: {
    name: 'awkward names',
    orderBy: leavesNoTrace,
    engine: notHere,
    database: elsewhere,
    schema: notHere,
    synchronize: 'entities left alone',
    withoutRowid: 'a table without row ids',
    comment: notHere,
  },
  ViewEntityOptions: {
    name: 'views over views',
    expression: 'views',
    database: elsewhere,
    schema: 'views over views',
    synchronize: 'entities left alone',
    materialized: 'views over views',
    dependsOn: 'views',
  },
  IndexOptions: {
    unique: 'uniques, indexes and checks',
    spatial: notHere,
    fulltext: notHere,
    nullFiltered: notHere,
    parser: notHere,
    where: 'uniques, indexes and checks',
    sparse: notHere,
    background: notHere,
    concurrent: notHere,
    expireAfterSeconds: notHere,
    type: { none: 'is for PostgreSQL; TypeORM throws' },
    synchronize: 'entities left alone',
  },
  UniqueOptions: { deferrable: notHere },
  ExclusionOptions: { deferrable: { none: 'has no exclusion constraint to belong to' } },
  RelationOptions: { ...relations, deferrable: 'keys without relations' },
  JoinTableOptions: { ...joins, database: elsewhere },
  JoinTableMultipleColumnsOptions: { ...severalJoins, database: elsewhere },
  ClosureTreeOptions: { ...trees, closureTableSchema: 'trees in a schema' },
}

/** Types that only an extension brings. */
export const typesOfExtensions: Readonly<Record<string, string>> = {
  citext: 'citext',
  hstore: 'hstore',
  cube: 'cube',
  ltree: 'ltree',
  geometry: 'postgis',
  geography: 'postgis',
  vector: 'vector',
  halfvec: 'vector',
}
