// Counts the rows in the way of a statement, and refuses where there are any.
import type { Guard } from '../dialects/dialect'
import { RowsInTheWayError } from '../errors'
import type { Step } from '../graph/revision'
import { defined } from '../model/defined'
import type { SourceLine } from '../operations/intent'
import type { Operation } from '../operations/operation'
import type { Session } from './session'

/** Throws RowsInTheWayError where the guard finds rows. */
export async function refuseRowsInTheWay(
  { table, where, remedy, lock, sql }: Guard,
  { connection, dialect, scope, withoutPasswords, describe }: Session,
  { revision, direction }: Step,
  operation: Operation | undefined,
  at: SourceLine | undefined,
): Promise<void> {
  if (lock !== undefined) await connection.query(lock)
  const [row] = await connection.query(sql)
  const count = Number(row?.count)
  if (count === 0) return
  throw new RowsInTheWayError(
    defined({
      revision: revision.id,
      direction,
      table: table.schema === undefined ? table.name : `${table.schema}.${table.name}`,
      count,
      where: where === undefined ? undefined : withoutPasswords(where),
      query: withoutPasswords(
        `SELECT * FROM ${dialect.quoteTable(table, scope)}${where === undefined ? '' : ` WHERE ${where}`}`,
      ),
      remedy,
      operation: operation === undefined ? undefined : describe(operation),
      at,
    }),
  )
}
