// All rows of a table into another one: in portions where there are many, told about, counted before and after.
import type { Copy, Queryable, Statement } from '../dialects/dialect'
import { RowsLostError } from '../errors'
import { displayName } from '../model/lookup'

/** Copying is what a copy needs of the run it is part of. */
export interface Copying {
  readonly db: Queryable
  /** Runs a statement as one of the migration; before it an interruption is heard. */
  readonly send: (statement: Statement) => Promise<unknown>
  readonly tell?: (rows: number, total: number) => void
}

const portion = 50_000
const tellEveryMs = 1_000

/** Copies, or throws RowsLostError. */
export async function copyRows({ copy, ...whole }: Copied, copying: Copying): Promise<void> {
  const { db, send, tell } = copying
  const total = await count(db, copy.before)
  if (total > portion) tell?.(0, total)
  if (total > portion && copy.portions !== undefined) await copyPortions(whole, copy.portions, copying, total)
  else await send(whole)
  const now = await count(db, copy.after)
  if (now !== total) throw new RowsLostError(displayName(copy.table), total, now)
  if (total > portion) tell?.(total, total)
}

type Copied = Statement & { readonly copy: Copy }

async function copyPortions(
  whole: Statement,
  { first, next, last }: NonNullable<Copy['portions']>,
  { db, send, tell }: Copying,
  total: number,
): Promise<void> {
  let told = performance.now()
  for (let rows = 0; rows < total; rows += portion) {
    if (rows === 0) await send({ ...whole, sql: first, parameters: [portion] })
    else await send({ ...whole, sql: next, parameters: [(await db.query(last))[0]?.last, portion] })
    if (performance.now() - told < tellEveryMs) continue
    told = performance.now()
    tell?.(Math.min(rows + portion, total), total)
  }
}

async function count(db: Queryable, sql: string): Promise<number> {
  return Number((await db.query(sql))[0]?.count)
}
