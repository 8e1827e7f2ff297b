// TypeORM's typeorm_metadata: its own schema builder knows a view or a computed column by the row there and would make it anew
// without one. We write the rows as TypeORM does and never read them.
import type { Dialect, Plan, Scope, Statement } from '../dialects/dialect'
import { defined } from '../model/defined'
import { findTable } from '../model/lookup'
import type { Generated, QualifiedName, SchemaModel, View } from '../model/schema'
import { apply } from '../operations/apply'
import { effectsOf, type Operation } from '../operations/operation'
import { renameInText } from '../operations/respell'
import type { Interop, Session } from './session'

interface Target {
  readonly dialect: Dialect
  readonly scope: Scope
  readonly interop: Interop
}

/** The SQL that keeps the rows true in the database of a session: none where the table is missing and is not to be made. */
export async function liveMetadataSql(
  session: Session,
  operations: readonly Operation[],
  before: SchemaModel,
): Promise<string[]> {
  const { connection, dialect, scope, interop } = session
  const changes = changesOf(operations, before)
  if (changes.length === 0) return []
  const sql = changes.flatMap((change) => sqlOf(change, session))
  if (await dialect.hasTable(connection, interop.table, scope)) return sql
  return interop.creates && changes.some(({ kind }) => kind === 'keep') ? [metadataTableSql(session), ...sql] : []
}

/** The same for a database nobody can ask: the table is made where it is missing, or nothing is said of it. */
export function offlineMetadataSql(target: Target, operations: readonly Operation[], before: SchemaModel): string[] {
  if (!target.interop.creates) return []
  const sql = changesOf(operations, before).flatMap((change) => sqlOf(change, target))
  return sql.length === 0 ? [] : [metadataTableSql(target), ...sql]
}

function metadataTableSql({ dialect, scope, interop }: Target): string {
  const columns = metadataColumns.map(([name, type]) => `${dialect.quote(name)} ${type}`)
  return `CREATE TABLE IF NOT EXISTS ${dialect.quoteTable(interop.table, scope)} (${columns.join(', ')})`
}

/** A plan whose last transaction also says this: what the rows tell is committed with what they tell of. */
export function planWith(plan: Plan, sql: readonly string[]): Plan {
  if (sql.length === 0) return plan
  const statements = sql.map((text): Statement => ({ sql: text }))
  const last = plan.segments.at(-1)
  const segments = last?.transactional
    ? [...plan.segments.slice(0, -1), { transactional: true as const, statements: [...last.statements, ...statements] }]
    : [...plan.segments, { transactional: true as const, statements }]
  return { ...plan, segments }
}

const metadataColumns = [
  ['type', 'varchar NOT NULL'],
  ['database', 'varchar'],
  ['schema', 'varchar'],
  ['table', 'varchar'],
  ['name', 'varchar'],
  ['value', 'text'],
] as const

/** Key is what a row is found by; a view's row has no table. */
interface Key {
  readonly schema?: string
  readonly table?: string
  readonly name?: string
}

type Change =
  | { readonly kind: 'forget'; readonly key: Key }
  | { readonly kind: 'keep'; readonly key: Key; readonly type: string; readonly value: string }
  | { readonly kind: 'move'; readonly key: Key; readonly to: Key }
  /** A column in the text of another one has a new name. */
  | { readonly kind: 'respell'; readonly key: Key; readonly from: string; readonly to: string }

function changesOf(operations: readonly Operation[], before: SchemaModel): Change[] {
  let schema = before
  return operations.flatMap(effectsOf).flatMap((operation) => {
    const changes = changeOf(operation, schema)
    // Only a rename does not say itself what it renames.
    schema = apply(schema, [operation])
    return changes
  })
}

function changeOf(operation: Operation, schema: SchemaModel): Change[] {
  if ('managed' in operation && operation.managed === false) return []
  switch (operation.kind) {
    case 'createView':
      return [keepView(operation.view)]
    case 'dropView':
      return [forget(viewKey(operation.view))]
    case 'createTable':
    case 'dropTable': {
      const { table, kind } = operation
      return table.columns.flatMap(({ name, generated }) => {
        if (generated === undefined) return []
        return [kind === 'createTable' ? keepColumn(table, name, generated) : forget(columnKey(table, name))]
      })
    }
    case 'addColumn': {
      const { name, generated } = operation.column
      return generated === undefined ? [] : [keepColumn(operation.table, name, generated)]
    }
    case 'dropColumn': {
      const { name, generated } = operation.column
      return generated === undefined ? [] : [forget(columnKey(operation.table, name))]
    }
    case 'alterColumn': {
      const { table, from, to } = operation
      if (from.generated?.sql === to.generated?.sql) return []
      return [to.generated === undefined ? forget(columnKey(table, to.name)) : keepColumn(table, to.name, to.generated)]
    }
    case 'renameColumn': {
      const { table, from, to } = operation
      const columns = findTable(schema, table)?.columns ?? []
      const computed = columns.filter(({ generated }) => generated !== undefined)
      const using = computed.filter(({ generated }) => renameInText(generated?.sql ?? '', from, to) !== generated?.sql)
      return [
        ...using.map(({ name }): Change => ({ kind: 'respell', key: columnKey(table, name), from, to })),
        ...computed
          .filter(({ name }) => name === from)
          .map((): Change => ({ kind: 'move', key: columnKey(table, from), to: columnKey(table, to) })),
      ]
    }
    case 'renameTable': {
      const { from, to } = operation
      const isConcerned = findTable(schema, from)?.columns.some(({ generated }) => generated !== undefined)
      if (!isConcerned) return []
      return [{ kind: 'move', key: tableKey(from), to: tableKey(to) }]
    }
    default:
      return []
  }
}

function keepView(view: View): Change {
  const type = view.materialized ? 'MATERIALIZED_VIEW' : 'VIEW'
  return { kind: 'keep', key: viewKey(view), type, value: view.definition.sql.trim() }
}

function keepColumn(table: QualifiedName, name: string, generated: Generated): Change {
  return { kind: 'keep', key: columnKey(table, name), type: 'GENERATED_COLUMN', value: generated.sql }
}

function forget(key: Key): Change {
  return { kind: 'forget', key }
}

function viewKey({ schema, name }: QualifiedName): Key {
  return defined({ schema, name })
}

function tableKey({ schema, name }: QualifiedName): Key {
  return defined({ schema, table: name })
}

function columnKey(table: QualifiedName, name: string): Key {
  return { ...tableKey(table), name }
}

function sqlOf(change: Change, { dialect, scope, interop }: Target): string[] {
  const place = dialect.quoteTable(interop.table, scope)
  const bound = ({ schema, ...rest }: Key): Key =>
    defined({ schema: dialect.entities.schemas ? (schema ?? scope.defaultSchema) : undefined, ...rest })
  const equations = (key: Key) =>
    Object.entries(key).map(([column, text]) => `${dialect.quote(column)} = ${dialect.literal(text)}`)
  const isView = change.key.table === undefined
  const key = bound(change.key)
  // The name of the database does not count: it may have been another one when the row was written.
  const kind = `${dialect.quote('type')} ${isView ? "IN ('VIEW', 'MATERIALIZED_VIEW')" : "= 'GENERATED_COLUMN'"}`
  const where = [kind, ...equations(key)].join(' AND ')
  if (change.kind === 'move') return [`UPDATE ${place} SET ${equations(bound(change.to)).join(', ')} WHERE ${where}`]
  if (change.kind === 'respell') {
    // The text is the entity's, which has its columns in quotes as a rule; nobody here knows it.
    const [from, to] = [change.from, change.to].map((name) => dialect.literal(dialect.quote(name)))
    const value = dialect.quote('value')
    return [`UPDATE ${place} SET ${value} = replace(${value}, ${from}, ${to}) WHERE ${where}`]
  }
  const remove = `DELETE FROM ${place} WHERE ${where}`
  if (change.kind === 'forget') return [remove]
  const values = [change.type, key.schema ?? null, key.table ?? null, key.name, change.value].map(dialect.literal)
  const database = dialect.entities.schemas && !isView ? 'current_database()' : 'NULL'
  const names = metadataColumns.map(([name]) => dialect.quote(name)).join(', ')
  return [remove, `INSERT INTO ${place} (${names}) VALUES (${values.toSpliced(1, 0, database).join(', ')})`]
}
