// `op.batched`: one large UPDATE as many small ones, each over the next keys and in its own transaction.
import { BatchKeyError } from '../errors'
import type { Dialect, Scope } from '../dialects/dialect'
import { displayName, findTable } from '../model/lookup'
import type { QualifiedName } from '../model/schema'
import type { NameLike, SourceLine } from '../operations/intent'
import type { Batch } from '../operations/op'
import { qualified } from '../operations/spec'
import type { LiveSchema } from './live-schema'
import { pause } from './retry'
import type { SegmentRun } from './segments'
import type { Task } from './task'
import type { Session } from './session'

const defaultSize = 1_000
// No column has this name, so what is ordered by is the key itself.
const literal = 'key as literal'

interface Place {
  readonly session: Session
  readonly schema: LiveSchema
  readonly run: SegmentRun
  readonly task: Task
}

/** Updates every row that `where` finds, in the order of the key; a run that was cut off goes on after its last key. */
export async function runBatches(place: Place, batch: Batch, at: SourceLine | undefined): Promise<void> {
  const { session, run, task } = place
  const { dialect, scope } = session
  const name = qualified(batch.table)
  const column = batch.key ?? (await keyOfTable(place, name))
  const key = dialect.quote(column)
  const table = dialect.quoteTable(name, scope)
  const where = batch.where === undefined ? '' : ` AND (${batch.where})`
  const update = updateSql(batch, dialect, scope)
  const size = Math.max(1, Math.trunc(batch.size ?? defaultSize))
  const tell = (batches: number) =>
    task.onEvent?.({ type: 'batch', revision: task.step.revision.id, table: displayName(name), batches })

  await run.pieces(`${table} by ${key}`, async (piece, reached) => {
    if (Object.hasOwn(batch.set, column)) throw new BatchKeyError(displayName(name), column)
    let after = reached
    if (after === undefined && batch.key !== undefined) {
      // A primary key has a value in every row; what else goes by may have none, and comes before all that have.
      await piece(async (send) => {
        await send({ sql: `${update} WHERE ${key} IS NULL${where}` })
        return 'NULL'
      }, at)
    }
    for (let batches = 1; ; batches++) {
      const more = await piece(async (send) => {
        const beyond = after === undefined || after === 'NULL' ? `${key} IS NOT NULL` : `${key} > ${after}`
        const keys = await send({
          sql: `SELECT ${dialect.literalOf(key)} AS ${dialect.quote(literal)} FROM ${table} WHERE ${beyond}${where} ORDER BY ${key} LIMIT ${size}`,
        })
        const [from, to] = [keys[0]?.[literal], keys.at(-1)?.[literal]]
        if (to === undefined) return undefined
        await send({ sql: `${update} WHERE ${key} >= ${String(from)} AND ${key} <= ${String(to)}${where}` })
        return (after = String(to))
      }, at)
      if (!more) return
      tell(batches)
      if (batch.pauseMs !== undefined && run.together === undefined)
        await pause(batch.pauseMs, task.signal, task.step.revision.id)
    }
  })
}

/** The same as one statement, for SQL printed offline. */
export function updateAtOnce(batch: Batch, dialect: Dialect, scope: Scope): string {
  return `${updateSql(batch, dialect, scope)}${batch.where === undefined ? '' : ` WHERE ${batch.where}`}`
}

function updateSql({ table, set }: Batch, dialect: Dialect, scope: Scope): string {
  const values = Object.entries(set).map(([column, sql]) => `${dialect.quote(column)} = ${sql}`)
  return `UPDATE ${dialect.quoteTable(qualified(table), scope)} SET ${values.join(', ')}`
}

async function keyOfTable({ schema }: Place, name: QualifiedName): Promise<string> {
  const naming = { kind: 'dropTable', table: name satisfies NameLike } as const
  const [key, ...others] = findTable(await schema.read([naming]), name)?.primaryKey?.columns ?? []
  if (key === undefined || others.length > 0) throw new BatchKeyError(displayName(name))
  return key
}
