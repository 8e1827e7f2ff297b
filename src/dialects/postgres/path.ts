// The search path decides how names in expressions are read and printed: one path for all that is compared.
import { quoteName } from '../sql'
import type { Queryable, Row, Scope } from '../dialect'
import { textLiteral } from './literals'

/** The connection's own path with the default schema first, from a row with `path` and `schema` (current_schema()). */
export function pinnedPath({ path, schema }: Row, { defaultSchema }: Scope): string {
  const own = String(path)
  if (defaultSchema === undefined || defaultSchema === schema) return own
  return own === '' ? quoteName(defaultSchema) : `${quoteName(defaultSchema)}, ${own}`
}

/** Puts the default schema first for the time of the transaction. */
// Operations spell the schema of what they touch; expressions, views and op.execute use bare names.
export function opening(defaultSchema: string | undefined): readonly string[] {
  return defaultSchema === undefined ? [] : [schemaFirst(defaultSchema, true)]
}

/** Puts the default schema first while something runs outside of a transaction, and back again. */
export async function inSchema<R>(
  connection: Queryable,
  defaultSchema: string | undefined,
  work: () => Promise<R>,
): Promise<R> {
  if (defaultSchema === undefined) return work()
  const [own] = await connection.query(`SELECT current_setting('search_path') AS path`)
  await connection.query(schemaFirst(defaultSchema, false))
  const restore = () => connection.query(`SELECT set_config('search_path', $1, false)`, [String(own?.path)])
  const result = await work().catch(async (error: unknown) => {
    // Where the connection is gone, so is its path.
    await restore().catch(() => undefined)
    throw error
  })
  await restore()
  return result
}

function schemaFirst(defaultSchema: string, local: boolean): string {
  const schema = textLiteral(defaultSchema)
  const path = `concat_ws(', ', quote_ident(${schema}), nullif(current_setting('search_path'), ''))`
  return `SELECT set_config('search_path', ${path}, ${local}) WHERE current_schema() IS DISTINCT FROM ${schema}`
}
