// The search path decides how names in expressions are read and printed: one path for all that is compared.
import { quoteName } from '../sql'
import type { Row, Scope } from '../dialect'

/** The connection's own path with the default schema first, from a row with `path` and `schema` (current_schema()). */
export function pinnedPath({ path, schema }: Row, { defaultSchema }: Scope): string {
  const own = String(path)
  if (defaultSchema === undefined || defaultSchema === schema) return own
  return own === '' ? quoteName(defaultSchema) : `${quoteName(defaultSchema)}, ${own}`
}
