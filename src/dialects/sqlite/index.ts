// SQLite, through whichever of TypeORM's drivers.
import type { QualifiedName } from '../../model/schema'
import type { Dialect, Queryable } from '../dialect'
import { quoteName } from '../sql'
import { copies } from './copies'
import { judge } from './expressions'
import { introspect } from './introspect'
import { literal } from './literal'
import { normalize } from './normalize'
import { plan } from './plan'
import { session } from './session'
import { splitSqlite } from './split'
import { read, write } from './values'

/** The SQLite dialect. */
export const sqlite: Dialect = {
  name: 'sqlite',
  drivers: ['sqlite', 'better-sqlite3', 'sqljs'],
  transactionalDdl: true,
  jsonType: 'text',
  now: `strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`,
  entities: {
    enums: false,
    schemas: false,
    arrays: false,
    comments: false,
    increment: 'AUTOINCREMENT',
    unnamedPrimaryKeys: true,
    // SQLite makes no uuids; TypeORM does, before it inserts.
    uuidDefault: () => undefined,
  },
  defaultSchema: async () => undefined,
  version,
  hasTable,
  hasColumn,
  introspect,
  normalize,
  judge,
  plan,
  // Any value fits into any column.
  unconvertible: async () => [],
  narrowing: () => undefined,
  quote: quoteName,
  quoteTable,
  literal,
  literalOf: (sql) => `quote(${sql})`,
  values: { write, read },
  placeholder: () => '?',
  split: splitSqlite,
  session,
  copies,
}

/** `3.53.2` is 3053002. */
async function version(db: Queryable): Promise<number> {
  const [row] = await db.query('SELECT sqlite_version() AS version')
  const [major = 0, minor = 0, patch = 0] = String(row?.['version']).split('.').map(Number)
  return major * 1000000 + minor * 1000 + patch
}

async function hasTable(db: Queryable, { schema, name }: QualifiedName): Promise<boolean> {
  const catalogue = quoteTable(schema === undefined ? { name: 'sqlite_master' } : { schema, name: 'sqlite_master' })
  const sql = `SELECT 1 AS found FROM ${catalogue} WHERE type = 'table' AND name = ? COLLATE NOCASE`
  return (await db.query(sql, [name])).length > 0
}

async function hasColumn(db: Queryable, { schema = 'main', name }: QualifiedName, column: string): Promise<boolean> {
  const sql = 'SELECT 1 AS found FROM pragma_table_info(?, ?) WHERE name = ? COLLATE NOCASE'
  return (await db.query(sql, [name, schema, column])).length > 0
}

function quoteTable({ schema, name }: QualifiedName): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}
