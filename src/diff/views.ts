// Views: a changed one is dropped and created again, and with it every view that stands on it or on what changes. The
// indexes of one that stays come and go by themselves.
import { spelling } from '../model/expression'
import { keyOf } from '../model/lookup'
import { sameQuery, synchronizedIndexes } from '../model/same'
import type { Index, QualifiedName, View } from '../model/schema'
import { saysAllColumns } from '../model/star'
import type { Operation } from '../operations/operation'
import { diffViewIndexes, remadeIndexes } from './constraints'
import { mentions } from '../model/mentions'
import { isRename, orderRenames } from './renames'

/** ColumnInTheWay is a column that cannot be changed while a view uses it. */
export interface ColumnInTheWay {
  readonly table: QualifiedName
  readonly column: string
  /** Only its type changes: the database sees to a view it keeps in the words it was written in. */
  readonly retyped?: true
}

/** ViewChanges holds what happens to views and their indexes before everything else, and after it. */
export interface ViewChanges {
  /** Those that stand on others go before them, and come after them. */
  readonly going: readonly Operation[]
  readonly coming: readonly Operation[]
}

/** What makes the views as wanted. */
export function diffViews(
  live: readonly View[],
  wanted: readonly View[],
  columns: readonly ColumnInTheWay[],
  reshaped: readonly QualifiedName[] = [],
): ViewChanges {
  const before = new Map(live.map((view) => [keyOf(view), view]))
  const after = new Map(wanted.map((view) => [keyOf(view), view]))
  const going = new Set<View>()
  for (const view of live) {
    const want = after.get(keyOf(view))
    const stays =
      want !== undefined &&
      sameQuery(view, want) &&
      !columns.some((column) => uses(view, column) && !(column.retyped && sameWords(view, want))) &&
      !(spreads(view, want) && reshaped.some(({ name }) => mentions(want.definition.sql, name)))
    if (!stays) going.add(view)
  }
  for (let size = -1; size !== going.size;) {
    size = going.size
    for (const view of live) if ([...going].some((other) => other !== view && standsOn(view, other))) going.add(view)
  }
  const remade = new Map(
    [...going].flatMap((view) => {
      const want = after.get(keyOf(view))
      return want === undefined ? [] : [[keyOf(view), remadeIndexes(view, want)] as const]
    }),
  )
  const coming = wanted.filter((view) => {
    const one = before.get(keyOf(view))
    return one === undefined || going.has(one)
  })
  const inPlace = live
    .filter((view) => !going.has(view))
    .flatMap((view) => diffViewIndexes(view, after.get(keyOf(view))!))
  const later = [...[...remade.values()].flatMap(({ renames, missing }) => [...renames, ...missing]), ...inPlace]
  return {
    going: [
      ...inPlace.filter(({ kind }) => kind === 'dropIndex'),
      ...standingOrder([...going])
        .reverse()
        .flatMap((view): Operation[] => {
          const indexes = remade.get(keyOf(view))
          if (indexes === undefined) return [{ kind: 'dropView', view }]
          return [...indexes.extra, { kind: 'dropView', view: withIndexes(view, indexes.kept) }]
        }),
    ],
    coming: [
      ...standingOrder(coming).map((view): Operation => {
        const declared = synchronizedIndexes(view.indexes ?? [], view.indexes ?? [])
        return { kind: 'createView', view: withIndexes(view, remade.get(keyOf(view))?.again ?? declared) }
      }),
      ...orderRenames(later.filter(isRename)),
      ...later.filter(({ kind }) => kind === 'createIndex'),
    ],
  }
}

/** A view with these indexes and no others. */
export function withIndexes({ indexes: _, ...view }: View, indexes: readonly Index[]): View {
  return indexes.length === 0 ? view : { ...view, indexes }
}

/** In other words a view means something else to a server that has written down which types it compared. */
function sameWords({ definition: live }: View, { definition: wanted }: View): boolean {
  return live.sql === wanted.sql
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
