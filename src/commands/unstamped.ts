// A database from before its revisions: what the first of them makes is there already.
import type { Environment } from '../environment'
import { DuplicateTargetError } from '../errors'
import { isHalfDone, readLog } from '../runtime/log'
import { readHeads } from '../runtime/versions'

/** The same error with a hint that leads on where no revision has run: then none of them made what is there. */
export async function hintedToStamp({ session, graph }: Environment, error: unknown): Promise<unknown> {
  if (!(error instanceof DuplicateTargetError)) return error
  const opened = await session()
  const heads = await readHeads(opened)
  const hasRun = (await readLog(opened)).some((entry) => entry.status === 'done' || isHalfDone(entry))
  if (heads.length > 0 || hasRun) return error
  const newest = graph.revisions.size > 1 ? ', or with the id of the newest revision it has all of' : ''
  return new DuplicateTargetError(
    error.target,
    error.at,
    `No revision has run here: if the database had this before, say so with \`autogen stamp head\`${newest}; if not, take the line out of the script.`,
  )
}
