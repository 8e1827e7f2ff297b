// Looks over all migrations of a run before the first of them runs: what one transaction around them would have to be like.
import type { Step } from '../graph/revision'
import type { SchemaModel } from '../model/schema'
import type { Intent } from '../operations/intent'
import { runsOwnSql } from '../operations/operation'
import type { LiveSchema } from './live-schema'
import { batches, newValue, outside } from './one-transaction'
import { passagesOf, type Passage, type RecordedMigration } from './recorded'
import type { Session } from './session'
import { prepare, schemaFor } from './work'

/** Obstacle is a reason why a revision cannot share its transaction with others. */
export interface Obstacle {
  readonly revision: string
  readonly reason: string
}

/** Survey is what is known beforehand; scripts that read rows may still surprise. */
export interface Survey {
  readonly foreignKeysOff: boolean
  readonly obstacles: readonly Obstacle[]
}

/** Plans every step against the schema that those before it will have left. */
export async function survey(
  session: Session,
  schema: LiveSchema,
  steps: readonly (readonly [step: Step, migration: RecordedMigration])[],
): Promise<Survey> {
  const passages = steps.flatMap(([step, migration]) =>
    passagesOf(migration[step.direction].intents, migration.transaction).map((passage) => ({
      revision: step.revision.id,
      passage,
    })),
  )
  let before: SchemaModel | undefined = await schemaFor(schema, passages.flatMap(intentsOf))
  const obstacles: Obstacle[] = []
  const rebuilding = new Set<string>()
  const own = new Set<string>()
  const add = (revision: string, reason: string) => {
    if (!obstacles.some((one) => one.revision === revision)) obstacles.push({ revision, reason })
  }
  for (const [{ revision }, { transaction }] of steps) if (!transaction) add(revision.id, outside)
  for (const { revision, passage } of passages) {
    if (isOwn(passage)) own.add(revision)
    if (passage.kind === 'batched') add(revision, batches)
    if (passage.kind !== 'queued') continue
    if (!passage.transaction) add(revision, outside)
    if (before === undefined) continue
    try {
      // What is wrong with a script is for its run to tell.
      const { work, after, rest } = prepare(session, before, passage.intents, passage)
      const together = work.plan.segments.filter(({ transactional }) => transactional).length
      if (passage.transaction && (together > 1 || work.plan.segments.length > together)) add(revision, newValue)
      if (work.plan.foreignKeysOff) rebuilding.add(revision)
      before = rest.length > 0 ? undefined : after
    } catch {
      before = undefined
    }
  }
  const [rebuilt] = rebuilding
  for (const revision of own) {
    if (rebuilt === undefined || rebuilding.has(revision)) continue
    add(
      revision,
      `${rebuilt} rebuilds a table with foreign keys off, and with them off what it deletes would not cascade`,
    )
  }
  return { foreignKeysOff: rebuilding.size > 0, obstacles }
}

function intentsOf({ passage }: { readonly passage: Passage }): readonly Intent[] {
  return passage.kind === 'queued' ? passage.intents : []
}

/** Whether a passage is the script's own SQL, or code, which may delete rows. */
function isOwn(passage: Passage): boolean {
  if (passage.kind === 'queued') return passage.intents.some(runsOwnSql)
  return passage.kind === 'query' || passage.kind === 'manager' || passage.kind === 'table'
}
