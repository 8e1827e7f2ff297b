// What a history takes for granted on a PostgreSQL server: schemas, extensions and tables that somebody else has put there.
import { ScratchUnavailableError } from '../errors'
import { mentions } from '../model/mentions'
import { nameOf, sameName } from '../model/lookup'
import type { Intent } from '../operations/intent'
import { qualified } from '../operations/spec'
import type { MigrationScript } from '../scripts/script'
import { serverMessage } from './failure'
import { passagesOf, recordMigration } from './recorded'
import type { Session } from './session'

/** Surroundings is what is copied to a scratch database before the history runs there. */
export interface Surroundings {
  readonly schemas: readonly string[]
  readonly extensions: readonly { readonly name: string; readonly schema: string }[]
  /** SQL that creates what foreign keys refer to and no revision creates: no more of a table than they need. */
  readonly tables: readonly string[]
  /** What of it no revision speaks of: a database that the revisions alone make has none of it. */
  readonly unknown: { readonly schemas: readonly string[]; readonly extensions: readonly string[] }
}

/** The schemas and extensions of the live database that the history does not create itself. */
export async function surroundingsOf(live: Session, scripts: readonly MigrationScript[]): Promise<Surroundings> {
  const intents = await upgradesOf(scripts)
  const schemas = intents.flatMap((intent) => (intent.kind === 'createSchema' ? [intent.schema] : []))
  const extensions = intents.flatMap((intent) => {
    if (intent.kind !== 'createExtension') return []
    return [typeof intent.extension === 'string' ? intent.extension : intent.extension.name]
  })
  const rows = await live.connection.query(
    `SELECT e.extname::text AS name, n.nspname::text AS schema
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY e.oid`,
  )
  const installed = rows.map(({ name, schema }) => ({ name: String(name), schema: String(schema) }))
  const given = {
    schemas: (await schemasOf(live)).filter((schema) => !schemas.includes(schema)),
    extensions: installed.filter(({ name }) => !extensions.includes(name)),
  }
  const said = JSON.stringify(intents)
  const members = await membersOf(live)
  const isSaid = (name: string) => [name, ...(members.get(name) ?? [])].some((one) => mentions(said, one))
  return {
    ...given,
    tables: await tablesReferredTo(live, scripts),
    unknown: {
      schemas: given.schemas.filter((name) => name !== live.scope.defaultSchema && !mentions(said, name)),
      extensions: given.extensions.flatMap(({ name }) => (isSaid(name) ? [] : [name])),
    },
  }
}

/** The functions, types and operator classes of each extension: whoever speaks of one takes the extension for granted. */
async function membersOf({ connection }: Session): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await connection.query(
    `SELECT e.extname::text AS extension, coalesce(p.proname, t.typname, o.opcname)::text AS name
     FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
     LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
     LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
     LEFT JOIN pg_opclass o ON d.classid = 'pg_opclass'::regclass AND o.oid = d.objid
     WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
       AND coalesce(p.proname, t.typname, o.opcname) IS NOT NULL`,
  )
  const members = new Map<string, string[]>()
  for (const { extension, name } of rows)
    members.set(String(extension), [...(members.get(String(extension)) ?? []), String(name)])
  return members
}

/** SQL for the tables that foreign keys refer to and no revision creates, as far as those keys need them. */
export async function tablesReferredTo(live: Session, scripts: readonly MigrationScript[]): Promise<string[]> {
  const { connection, dialect, scope } = live
  const intents = await upgradesOf(scripts)
  const made = intents.flatMap((intent) => {
    if (intent.kind === 'createTable') return [nameOf(intent.table)]
    return intent.kind === 'renameTable' ? [{ ...qualified(intent.table), name: intent.to }] : []
  })
  const references = intents
    .flatMap((intent) => {
      if (intent.kind === 'createForeignKey') return [intent.foreignKey.references]
      return intent.kind === 'createTable' ? (intent.table.foreignKeys ?? []).map((key) => key.references) : []
    })
    .map(({ table, columns }) => ({ table: qualified(table), columns }))
    .filter(({ table }) => !made.some((name) => sameName(name, table)))
  if (references.length === 0) return []
  const schemas = references.flatMap(({ table }) => table.schema ?? [])
  const there = await dialect.introspect(connection, {
    ...scope,
    schemas: [...new Set([...scope.schemas, ...schemas])],
  })
  return there.tables.flatMap((table) => {
    const keys = references.filter((one) => sameName(one.table, table)).map(({ columns }) => columns)
    const columns = table.columns.filter(({ name }) => keys.some((key) => key.includes(name)))
    // A column of an enum would need the enum, which a revision may create later.
    if (keys.length === 0 || columns.some(({ type }) => typeof type !== 'string')) return []
    const lines = [
      ...columns.map(({ name, type }) => `${dialect.quote(name)} ${String(type)}`),
      ...[...new Set(keys.map((key) => key.map((name) => dialect.quote(name)).join(', ')))].map(
        (key) => `UNIQUE (${key})`,
      ),
    ]
    return [`CREATE TABLE ${dialect.quoteTable(table, scope)} (${lines.join(', ')})`]
  })
}

/** Creates them where they are missing. */
export async function surround(session: Session, { schemas, extensions, tables }: Surroundings): Promise<void> {
  const { connection, dialect } = session
  try {
    for (const schema of schemas) await connection.query(`CREATE SCHEMA IF NOT EXISTS ${dialect.quote(schema)}`)
    for (const { name, schema } of extensions) {
      await connection.query(
        `CREATE EXTENSION IF NOT EXISTS ${dialect.quote(name)} SCHEMA ${dialect.quote(schema)} CASCADE`,
      )
    }
    for (const sql of tables) await connection.query(sql)
  } catch (error) {
    throw new ScratchUnavailableError(
      `it cannot be made like the live one (${session.withoutPasswords(serverMessage(error))})`,
      error,
    )
  }
}

/** The schemas people made, `public` among them. */
export async function schemasOf({ connection }: Session): Promise<string[]> {
  const rows = await connection.query(
    `SELECT nspname::text AS name FROM pg_namespace
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' ORDER BY nspname`,
  )
  return rows.map(({ name }) => String(name))
}

/** A table that is there already, if there is one; those of extensions do not count. */
export async function firstTable({ connection }: Session): Promise<string | undefined> {
  const [row] = await connection.query(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LIMIT 1`,
  )
  return row === undefined ? undefined : String(row.name)
}

async function upgradesOf(scripts: readonly MigrationScript[]): Promise<Intent[]> {
  const intents: Intent[] = []
  for (const script of scripts) {
    const { up } = await recordMigration(script)
    for (const passage of passagesOf(up.intents, true)) {
      if (passage.kind === 'queued') intents.push(...passage.intents)
    }
  }
  return intents
}
