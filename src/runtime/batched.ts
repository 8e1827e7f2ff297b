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

const noted = 'batched up to '
const defaultSize = 1_000

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
  const key = dialect.quote(batch.key ?? (await keyOfTable(place, name)))
  const table = dialect.quoteTable(name, scope)
  const where = batch.where === undefined ? '' : ` AND (${batch.where})`
  const update = updateSql(batch, dialect, scope)
  const [first, second] = [dialect.placeholder(1), dialect.placeholder(2)]
  const size = Math.max(1, Math.trunc(batch.size ?? defaultSize))

  await run.pieces(async (piece, note) => {
    let after: unknown = note?.startsWith(noted) ? JSON.parse(note.slice(noted.length)) : undefined
    for (let batches = 1; ; batches++) {
      const more = await piece(async (send) => {
        const beyond = after === undefined ? `${key} IS NOT NULL` : `${key} > ${first}`
        const keys = await send({
          sql: `SELECT ${key} AS batch_key FROM ${table} WHERE ${beyond}${where} ORDER BY ${key} LIMIT ${size}`,
          ...(after === undefined ? {} : { parameters: [after] }),
        })
        const [from, to] = [keys[0]?.batch_key, keys.at(-1)?.batch_key]
        if (to === undefined) return undefined
        const sql = `${update} WHERE ${key} >= ${first} AND ${key} <= ${second}${where}`
        await send({ sql, parameters: [from, to] })
        after = to
        return `${noted}${JSON.stringify(to)}`
      }, at)
      if (!more) return
      task.onEvent?.({ type: 'batch', revision: task.step.revision.id, table: displayName(name), batches })
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
