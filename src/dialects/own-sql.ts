// What an operation of the project's own says to one kind of database.
import { UnsupportedOperationError } from '../errors'
import type { OperationOf } from '../operations/operation'

/** Its statements; refused where its definition has none for the dialect. */
export function ownSql({ does: { name, sql } }: OperationOf<'own'>, dialect: string): readonly string[] {
  const statements = sql[dialect]
  if (statements !== undefined) return statements
  throw new UnsupportedOperationError(
    `op.${name}`,
    `its definition has no SQL for ${dialect}`,
    `Add \`${dialect}\` to its \`sql\` in your settings; a function that returns an empty list does nothing there.`,
  )
}
