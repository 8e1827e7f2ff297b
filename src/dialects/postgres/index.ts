import type { Dialect, Queryable, Scope } from '../dialect'
import type { QualifiedName } from '../../model/schema'
import { quoteName } from '../sql'
import { postgresTokens, splitStatements } from '../tokens'
import { quoteTable } from './clauses'
import { judge } from './expressions'
import { introspect } from './introspect'
import { literal } from './literals'
import { frozenDefaults, thawDefaults } from './moments'
import { maxNameBytes } from './names'
import { narrowing } from './narrowing'
import { normalize } from './normalize'
import { plan } from './plan'
import { spellSerials } from './serials'
import { session } from './session'
import { unconvertible } from './unconvertible'
import { schemasUsing } from './users'
import { read, write } from './values'

/** PostgreSQL, 12 and later. */
export const postgres: Dialect = {
  name: 'postgres',
  drivers: ['postgres'],
  transactionalDdl: true,
  jsonType: 'json',
  now: 'CURRENT_TIMESTAMP',
  entities: {
    enums: true,
    schemas: true,
    arrays: true,
    comments: true,
    constraintNamesDiffer: true,
    equalKeysAreOne: true,
    increment: 'SERIAL',
    maxIdentifierBytes: maxNameBytes,
    uuidDefault: (generator) => ({ sql: generator }),
  },
  defaultSchema,
  version,
  hasTable,
  hasColumn,
  introspect,
  schemasUsing,
  normalize,
  judge: async (db, live, wanted, scope) => {
    const thawed = thawDefaults(live, wanted)
    return judge(db, await spellSerials(db, thawed, wanted, scope), wanted, scope)
  },
  frozenDefaults,
  plan,
  unconvertible,
  narrowing,
  quote: quoteName,
  quoteTable,
  literal,
  literalOf: (sql) => `quote_literal(${sql})`,
  values: { write, read },
  placeholder: (position) => `$${position}`,
  split: (sql) => splitStatements(sql, postgresTokens),
  session,
}

async function defaultSchema(db: Queryable): Promise<string | undefined> {
  const [row] = await db.query('SELECT current_schema()::text AS schema')
  return typeof row?.schema === 'string' ? row.schema : undefined
}

async function version(db: Queryable): Promise<number> {
  const [row] = await db.query(`SELECT current_setting('server_version_num') AS version`)
  return Number(row?.version)
}

async function hasTable(db: Queryable, name: QualifiedName, scope: Scope): Promise<boolean> {
  const [row] = await db.query(
    `SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND c.relname = $1 AND n.nspname = coalesce($2, current_schema())) AS found`,
    [name.name, name.schema ?? scope.defaultSchema ?? null],
  )
  return row?.found === true
}

async function hasColumn(db: Queryable, table: QualifiedName, column: string, scope: Scope): Promise<boolean> {
  const [row] = await db.query(
    `SELECT EXISTS (SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE a.attname = $3 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND c.relname = $1
        AND n.nspname = coalesce($2, current_schema())) AS found`,
    [table.name, table.schema ?? scope.defaultSchema ?? null, column],
  )
  return row?.found === true
}
