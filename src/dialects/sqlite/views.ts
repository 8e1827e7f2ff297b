// A view that is made again gets back the triggers that stand instead of what is written to it: its DROP takes them along.
import { UnsupportedOperationError } from '../../errors'
import { sameName } from '../../model/lookup'
import type { View } from '../../model/schema'
import type { Operation } from '../../operations/operation'
import type { State } from './groups'
import { guard, noneOf } from './guards'
import { literal } from './literal'
import { triggerName } from './parse'

type Sql = { readonly sql: string }

/** Stops before a view goes and comes back without triggers that this migration could not know. */
export function beforeDrop(state: State, view: View, later: readonly Operation[]): Sql[] {
  const comesBack = later.some((operation) => operation.kind === 'createView' && sameName(operation.view, view))
  if (!comesBack || (state.known && !state.executed)) return []
  const known = textsOf(state, view).map(triggerName)
  return guard(
    `view ${view.name} has triggers this migration does not know; await op.flush() after op.execute`,
    `SELECT count(*) FROM sqlite_master WHERE type = 'trigger' ` +
      `AND tbl_name = ${literal(view.name)} COLLATE NOCASE AND name ${noneOf(known)}`,
  ).map((sql) => ({ sql }))
}

/** The triggers a view of this name had when the catalogue was read. */
export function triggersOf(state: State, view: View): Sql[] {
  const triggers = textsOf(state, view)
  if (triggers.length > 0 && state.texts.get(view.name)?.stale) {
    throw new UnsupportedOperationError(
      `createView ${view.name}`,
      'the triggers it had mention what this migration has renamed before',
      'Drop them with op.execute and await op.flush() before anything else, and create them again at the end.',
    )
  }
  return triggers.map((sql) => ({ sql }))
}

function textsOf({ texts }: State, { name }: View): readonly string[] {
  return texts.get(name)?.triggers ?? []
}
