// What one case of the corpus is.
import type { EntitySchema } from 'typeorm'
import { lane } from '../lane'

/** EntityCase is a handful of entities that belong together, and the settings they want. */
export interface EntityCase {
  readonly name: string
  readonly entities: readonly (Function | EntitySchema)[]
  /** Further data source options, such as an entity prefix. */
  readonly options?: object
  /** Schemas that must be there before TypeORM can synchronize. */
  readonly schemas?: readonly string[]
  /** The only major of TypeORM that can create these. */
  readonly major?: '1'
  /** False where TypeORM cannot create them itself. */
  readonly typeorm?: false
  /** An extension that not every server has. */
  readonly needs?: string
}

/** The cases that this lane's TypeORM knows, on the server at hand. */
export function casesOf(cases: readonly EntityCase[]): EntityCase[] {
  return cases.filter(
    ({ major, needs }) => (major === undefined || major === lane.major) && (needs === undefined || isAvailable(needs)),
  )
}

/** The extensions that the global setup found, which says aloud what is missing. */
function isAvailable(extension: string): boolean {
  return (process.env.PG_TEST_EXTENSIONS ?? '').split(' ').includes(extension)
}
