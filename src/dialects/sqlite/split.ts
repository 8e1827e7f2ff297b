// Text with several statements in it.
import { splitStatements, sqliteTokens } from '../tokens'

/** Splits text into statements; strings, comments and the bodies of triggers stay whole. */
export function splitSqlite(sql: string): string[] {
  return splitStatements(sql, sqliteTokens)
}
