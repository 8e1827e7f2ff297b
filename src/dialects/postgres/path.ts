// The search path decides how names in expressions are read and printed: one path for all that is compared.
import { quoteName } from '../sql'
import type { Row, Scope } from '../dialect'
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
  if (defaultSchema === undefined) return []
  const schema = textLiteral(defaultSchema)
  const path = `concat_ws(', ', quote_ident(${schema}), nullif(current_setting('search_path'), ''))`
  return [`SELECT set_config('search_path', ${path}, true) WHERE current_schema() IS DISTINCT FROM ${schema}`]
}
