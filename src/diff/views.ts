// Views: a changed one is dropped and created again, and with it every view that stands on it or on what changes.
import { spelling } from '../model/expression'
import { keyOf } from '../model/lookup'
import { sameView } from '../model/same'
import type { QualifiedName, View } from '../model/schema'
import { saysAllColumns } from '../model/star'
import type { Operation } from '../operations/operation'
import { mentions } from './mentions'

/** ColumnInTheWay is a column that cannot be changed while a view uses it. */
export interface ColumnInTheWay {
  readonly table: QualifiedName
  readonly column: string
}

/** What makes the views as wanted: drops first, those that stand on others before them; creates in the opposite order. */
export function diffViews(
  live: readonly View[],
  wanted: readonly View[],
  columns: readonly ColumnInTheWay[],
  reshaped: readonly QualifiedName[] = [],
): Operation[] {
  const before = new Map(live.map((view) => [keyOf(view), view]))
  const after = new Map(wanted.map((view) => [keyOf(view), view]))
  const going = new Set<View>()
  for (const view of live) {
    const want = after.get(keyOf(view))
    const stays =
      want !== undefined &&
      sameView(view, want) &&
      !columns.some((column) => uses(view, column)) &&
      !(spreads(view, want) && reshaped.some(({ name }) => mentions(want.definition.sql, name)))
    if (!stays) going.add(view)
  }
  for (let size = -1; size !== going.size;) {
    size = going.size
    for (const view of live) if ([...going].some((other) => other !== view && standsOn(view, other))) going.add(view)
  }
  const coming = wanted.filter((view) => {
    const one = before.get(keyOf(view))
    return one === undefined || going.has(one)
  })
  return [
    ...standingOrder([...going])
      .reverse()
      .map((view): Operation => ({ kind: 'dropView', view })),
    ...standingOrder(coming).map((view): Operation => ({ kind: 'createView', view })),
  ]
}

function uses(view: View, { table, column }: ColumnInTheWay): boolean {
  return mentions(spelling(view.definition), table.name) && mentions(spelling(view.definition), column)
}

/** Whether a view says "all columns", and the server has written down which those were when it was created. */
function spreads({ definition: live }: View, { definition: wanted }: View): boolean {
  return saysAllColumns(wanted.sql) && !saysAllColumns(live.sql)
}

function standsOn(view: View, other: View): boolean {
  return mentions(spelling(view.definition), other.name)
}

/** Views in an order in which each comes after those it stands on. */
function standingOrder(views: readonly View[]): View[] {
  const ordered = new Set<View>()
  const visiting = new Set<View>()
  const visit = (view: View) => {
    if (ordered.has(view) || visiting.has(view)) return
    visiting.add(view)
    for (const other of views) if (other !== view && standsOn(view, other)) visit(other)
    ordered.add(view)
  }
  views.forEach(visit)
  return [...ordered]
}
