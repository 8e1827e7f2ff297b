// Between what a script writes and what a schema holds, both ways.
import { defined } from '../model/defined'
import { isExpression } from '../model/expression'
import type {
  Check,
  Column,
  Exclusion,
  Expression,
  ForeignKey,
  ForeignKeyAction,
  Index,
  IndexElement,
  PrimaryKey,
  QualifiedName,
  Table,
  Unique,
  View,
} from '../model/schema'
import type {
  CheckSpec,
  ColumnSpec,
  ConstraintLike,
  ExclusionSpec,
  ForeignKeySpec,
  IndexSpec,
  NameLike,
  PrimaryKeySpec,
  TableSpec,
  UniqueSpec,
  ViewSpec,
} from './intent'

/** The name a script means. */
export function qualified(name: NameLike): QualifiedName {
  return typeof name === 'string' ? { name } : defined({ schema: name.schema, name: name.name })
}

/** The shortest way a script writes a name. */
export function nameLike(name: QualifiedName): NameLike {
  return name.schema === undefined ? name.name : { schema: name.schema, name: name.name }
}

/** The column a script means. */
export function columnOf(spec: ColumnSpec): Column {
  return defined({
    name: spec.name,
    type: spec.type,
    nullable: spec.nullable ?? false,
    default: spec.default,
    generated: spec.generated === undefined ? undefined : defined({ sql: spec.generated, virtual: spec.virtual }),
    identity: spec.identity,
    comment: spec.comment,
    collation: spec.collation,
  })
}

/** The column as a script writes it. */
export function columnSpec(column: Column): ColumnSpec {
  return defined({
    name: column.name,
    type: column.type,
    nullable: column.nullable ? true : undefined,
    default: column.default === undefined ? undefined : defaultSpec(column.default),
    generated: column.generated?.sql,
    virtual: column.generated?.virtual,
    identity: column.identity,
    comment: column.comment,
    collation: column.collation,
  })
}

/** A default as a script writes it: a value, or `{ sql }`. */
export function defaultSpec(value: NonNullable<Column['default']>): NonNullable<ColumnSpec['default']> {
  return isExpression(value) ? { sql: value.sql } : value
}

/** The primary key a script means: column names, or a key with a name of its own. */
export function primaryKeyOf(spec: PrimaryKeySpec | readonly string[]): PrimaryKey {
  if (isList(spec)) return { columns: spec }
  return defined({ name: spec.name, columns: spec.columns, deferrable: spec.deferrable })
}

/** The primary key as a script writes it in a new table. */
export function primaryKeySpec(key: PrimaryKey): PrimaryKeySpec | readonly string[] {
  return key.name === undefined && key.deferrable === undefined ? key.columns : key
}

/** The unique constraint a script means. */
export function uniqueOf(spec: UniqueSpec): Unique {
  return defined({
    name: spec.name,
    columns: spec.columns,
    include: spec.include,
    nullsNotDistinct: spec.nullsNotDistinct,
    deferrable: spec.deferrable,
  })
}

/** The foreign key a script means. */
export function foreignKeyOf(spec: ForeignKeySpec): ForeignKey {
  return defined({
    name: spec.name,
    columns: spec.columns,
    references: { table: qualified(spec.references.table), columns: spec.references.columns },
    onDelete: action(spec.onDelete),
    onUpdate: action(spec.onUpdate),
    match: spec.match,
    deferrable: spec.deferrable,
    notValid: spec.notValid,
  })
}

/** The foreign key as a script writes it. */
export function foreignKeySpec(key: ForeignKey): ForeignKeySpec {
  return { ...key, references: { table: nameLike(key.references.table), columns: key.references.columns } }
}

/** The check a script means. */
export function checkOf(spec: CheckSpec): Check {
  return defined({ name: spec.name, expression: { sql: spec.expression }, notValid: spec.notValid })
}

/** The check as a script writes it. */
export function checkSpec(check: Check): CheckSpec {
  return { ...check, expression: check.expression.sql }
}

/** The exclusion constraint a script means. */
export function exclusionOf(spec: ExclusionSpec): Exclusion {
  return defined({ name: spec.name, expression: { sql: spec.expression }, deferrable: spec.deferrable })
}

/** The exclusion constraint as a script writes it. */
export function exclusionSpec(exclusion: Exclusion): ExclusionSpec {
  return { ...exclusion, expression: exclusion.expression.sql }
}

/** The index a script means. */
export function indexOf(spec: IndexSpec): Index {
  return defined({
    name: spec.name,
    columns: spec.columns,
    unique: spec.unique ?? false,
    where: spec.where === undefined ? undefined : { sql: spec.where },
    using: spec.using,
    include: spec.include,
    nullsNotDistinct: spec.nullsNotDistinct,
  })
}

/** The index as a script writes it. */
export function indexSpec(index: Index): IndexSpec {
  return defined({
    name: index.name,
    columns: index.columns.map(elementSpec),
    unique: index.unique ? true : undefined,
    where: index.where?.sql,
    using: index.using,
    include: index.include,
    nullsNotDistinct: index.nullsNotDistinct,
  })
}

/** The table a script means, without its foreign keys and indexes: those are operations of their own. */
export function tableOf(spec: TableSpec): Table {
  return defined({
    schema: spec.schema,
    name: spec.name,
    columns: spec.columns.map(columnOf),
    primaryKey: spec.primaryKey === undefined ? undefined : primaryKeyOf(spec.primaryKey),
    uniques: (spec.uniques ?? []).map(uniqueOf),
    indexes: [],
    foreignKeys: [],
    checks: (spec.checks ?? []).map(checkOf),
    exclusions: (spec.exclusions ?? []).map(exclusionOf),
    comment: spec.comment,
    options: spec.options,
  })
}

/** A new table as a script writes it, with the indexes and foreign keys that directly follow it. */
export function tableSpec(table: Table, indexes: readonly Index[], foreignKeys: readonly ForeignKey[]): TableSpec {
  const some = <T, S>(list: readonly T[], write: (one: T) => S) => (list.length === 0 ? undefined : list.map(write))
  return defined({
    schema: table.schema,
    name: table.name,
    columns: table.columns.map(columnSpec),
    primaryKey: table.primaryKey === undefined ? undefined : primaryKeySpec(table.primaryKey),
    uniques: some(table.uniques, (unique) => unique),
    indexes: some(indexes, indexSpec),
    foreignKeys: some(foreignKeys, foreignKeySpec),
    checks: some(table.checks, checkSpec),
    exclusions: some(table.exclusions, exclusionSpec),
    comment: table.comment,
    options: table.options,
  })
}

/** The view a script means. */
export function viewOf(spec: ViewSpec): View {
  return defined({
    schema: spec.schema,
    name: spec.name,
    definition: { sql: spec.definition },
    materialized: spec.materialized,
    indexes: spec.indexes?.map(indexOf),
  })
}

/** The view as a script writes it. */
export function viewSpec(view: View): ViewSpec {
  return defined({
    schema: view.schema,
    name: view.name,
    definition: view.definition.sql,
    materialized: view.materialized,
    indexes: view.indexes?.map(indexSpec),
  })
}

/** How a script points at a constraint that is there: by name, or by what it holds. */
export function constraintLike(
  constraint: Unique | ForeignKey | { readonly name?: string; readonly expression: Expression },
): ConstraintLike {
  if (constraint.name !== undefined) return constraint.name
  return 'columns' in constraint ? { columns: constraint.columns } : { expression: constraint.expression.sql }
}

function elementSpec(element: IndexElement): IndexElement {
  if (typeof element === 'string' || 'column' in element) return element
  const { canonical: _, ...rest } = element
  return rest
}

function action(spec: ForeignKeyAction | 'NO ACTION' | undefined): ForeignKeyAction | undefined {
  return spec === 'NO ACTION' ? undefined : spec
}

function isList(spec: PrimaryKeySpec | readonly string[]): spec is readonly string[] {
  return Array.isArray(spec)
}
