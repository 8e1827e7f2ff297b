// The two tables in which we keep what ran, described as any other table is, so that every dialect can create them.
import type { Dialect, Scope } from '../dialects/dialect'
import { FileChangedError } from '../errors'
import { defined } from '../model/defined'
import { nameOf } from '../model/lookup'
import { emptySchema, type Column, type QualifiedName, type Table } from '../model/schema'
import type { Operation } from '../operations/operation'
import { inTransaction, type OwnTables, type Session } from './session'

/**
 * Creates what is missing of the version table, the log, its columns and the schema they lie in; two processes may do so at
 * once. False where nothing was.
 */
export async function ensureTables(session: Session): Promise<boolean> {
  if ((await missingParts(session)).length === 0) return false
  try {
    await createMissing(session, [])
  } catch (error) {
    if (error instanceof FileChangedError) throw error
    // Somebody else may have created them between our look and our CREATE; or the schema they lie in is missing too.
    if ((await missingParts(session)).length === 0) return true
    const schema = session.tables.version.schema ?? session.scope.defaultSchema
    if (schema === undefined || !session.dialect.entities.schemas) throw error
    await createMissing(session, [{ kind: 'createSchema', schema }]).catch(() => Promise.reject(error))
  }
  return true
}

async function createMissing(session: Session, first: readonly Operation[]): Promise<void> {
  await inTransaction(session, async () => {
    const { dialect, scope, connection } = session
    const operations = [...first, ...(await missingParts(session))]
    const sql = creationSql(dialect, scope, operations, describeOwnTables(dialect, session.tables))
    for (const statement of sql) await connection.query(statement)
  })
}

/** The statements that create our tables where they are not there, for a script that is printed instead of run. */
export function ownTablesSql(dialect: Dialect, scope: Scope, tables: OwnTables): string[] {
  const operations = describeOwnTables(dialect, tables).map((table) => ({ kind: 'createTable' as const, table }))
  return creationSql(dialect, scope, operations).map((sql) =>
    sql.replace(/^CREATE TABLE (?!IF NOT)/, 'CREATE TABLE IF NOT EXISTS '),
  )
}

async function missingParts({ connection, dialect, scope, tables }: Session): Promise<Operation[]> {
  const missing: Operation[] = []
  for (const table of describeOwnTables(dialect, tables)) {
    if (!(await dialect.hasTable(connection, table, scope))) missing.push({ kind: 'createTable', table })
    else {
      for (const column of table.columns.filter(({ name }) => addedLater.includes(name))) {
        const isThere = await dialect.hasColumn(connection, table, column.name, scope)
        if (!isThere) missing.push({ kind: 'addColumn', table: nameOf(table), column })
      }
    }
  }
  return missing
}

/** Columns that tables of before do not have. */
const addedLater = ['downgrade']

function creationSql(
  dialect: Dialect,
  scope: Scope,
  operations: readonly Operation[],
  there: readonly Table[] = [],
): string[] {
  const before = operations.some(({ kind }) => kind === 'addColumn')
    ? { ...emptySchema, tables: there.map(withoutAdded) }
    : emptySchema
  const { segments } = dialect.plan(operations, before, { scope, transaction: true })
  return segments.flatMap((segment) =>
    segment.transactional ? segment.statements.map(({ sql }) => sql) : [segment.statement.sql],
  )
}

function withoutAdded(table: Table): Table {
  return { ...table, columns: table.columns.filter(({ name }) => !addedLater.includes(name)) }
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
        nullable('downgrade', dialect.jsonType),
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
