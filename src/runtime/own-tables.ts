// The two tables in which we keep what ran, described as any other table is, so that every dialect can create them.
import type { Dialect, Scope } from '../dialects/dialect'
import { FileChangedError } from '../errors'
import { defined } from '../model/defined'
import { emptySchema, type Column, type QualifiedName, type Table } from '../model/schema'
import type { Operation } from '../operations/operation'
import { inTransaction, type OwnTables, type Session } from './session'

/** Creates what is missing of the version table, the log and the schema they lie in; two processes may do so at once. False where nothing was. */
export async function ensureTables(session: Session): Promise<boolean> {
  if ((await missingTables(session)).length === 0) return false
  try {
    await createMissing(session, [])
  } catch (error) {
    if (error instanceof FileChangedError) throw error
    // Somebody else may have created them between our look and our CREATE; or the schema they lie in is missing too.
    if ((await missingTables(session)).length === 0) return true
    const schema = session.tables.version.schema ?? session.scope.defaultSchema
    if (schema === undefined || !session.dialect.entities.schemas) throw error
    await createMissing(session, [{ kind: 'createSchema', schema }]).catch(() => Promise.reject(error))
  }
  return true
}

async function createMissing(session: Session, first: readonly Operation[]): Promise<void> {
  await inTransaction(session, async () => {
    const { dialect, scope, connection } = session
    for (const sql of creationSql(dialect, scope, await missingTables(session), first)) await connection.query(sql)
  })
}

/** The statements that create our tables, for a script that is printed instead of run. */
export function ownTablesSql(dialect: Dialect, scope: Scope, tables: OwnTables): string[] {
  return creationSql(dialect, scope, describeOwnTables(dialect, tables))
}

async function missingTables({ connection, dialect, scope, tables }: Session): Promise<Table[]> {
  const missing: Table[] = []
  for (const table of describeOwnTables(dialect, tables)) {
    if (!(await dialect.hasTable(connection, table, scope))) missing.push(table)
  }
  return missing
}

function creationSql(
  dialect: Dialect,
  scope: Scope,
  tables: readonly Table[],
  first: readonly Operation[] = [],
): string[] {
  const operations = [...first, ...tables.map((table) => ({ kind: 'createTable', table }) as const)]
  const { segments } = dialect.plan(operations, emptySchema, { scope, transaction: true })
  return segments.flatMap((segment) =>
    segment.transactional ? segment.statements.map(({ sql }) => sql) : [segment.statement.sql],
  )
}

function describeOwnTables(dialect: Dialect, tables: OwnTables): Table[] {
  return [
    table(tables.version, [column('version_num', 'varchar(255)')], 'version_num'),
    table(
      tables.log,
      [
        defined({ ...column('id', 'integer'), identity: dialect.entities.increment }),
        column('revision', 'varchar(255)'),
        column('parents', 'text'),
        column('direction', 'varchar(8)'),
        column('kind', 'varchar(16)'),
        column('status', 'varchar(16)'),
        column('steps_done', 'integer'),
        nullable('checksum', 'varchar(80)'),
        nullable('operations', dialect.jsonType),
        column('tool_version', 'varchar(64)'),
        nullable('by_user', 'varchar(255)'),
        nullable('host', 'varchar(255)'),
        column('started_at', 'timestamptz'),
        nullable('finished_at', 'timestamptz'),
        nullable('duration_ms', 'bigint'),
        nullable('error', 'text'),
        nullable('reason', 'text'),
      ],
      'id',
    ),
  ]
}

function table(name: QualifiedName, columns: readonly Column[], key: string): Table {
  const primaryKey = { name: `PK_${name.name}`, columns: [key] }
  return { ...name, columns, primaryKey, uniques: [], indexes: [], foreignKeys: [], checks: [], exclusions: [] }
}

function column(name: string, type: string): Column {
  return { name, type, nullable: false }
}

function nullable(name: string, type: string): Column {
  return { name, type, nullable: true }
}
