// Several heads, told so that a person knows whose they are and what to type.
import type { Environment } from '../environment'
import { type HeadFacts, MultipleHeadsError } from '../errors'

/** What tells heads apart: their messages and authors. */
export function describeHeads({ graph, authorOf }: Environment, heads: readonly string[]): Promise<HeadFacts[]> {
  return Promise.all(
    heads.map(async (id) => {
      const author = await authorOf(id)
      return { id, message: graph.revisions.get(id)!.message, ...(author === undefined ? {} : { author }) }
    }),
  )
}

/** The same error, and who wrote each head; any other as it is. */
export async function withAuthors(environment: Environment, error: unknown): Promise<unknown> {
  if (!(error instanceof MultipleHeadsError)) return error
  return new MultipleHeadsError(error.heads, await describeHeads(environment, error.heads), error.hint)
}
