// The order in which operations can run: what others stand on comes before them, and goes after them.
import { defined } from '../model/defined'
import { keyOf, nameOf, sameName } from '../model/lookup'
import type { Column, ForeignKey, Table } from '../model/schema'
import { dropTable } from '../operations/companions'
import type { Kind, Operation, OperationOf } from '../operations/operation'
import { reverseAll } from '../operations/reverse'
import { isRename, orderRenames } from './renames'
import type { ViewChanges } from './views'

/** Changes holds the tables that come and go as wholes, and what goes and comes of views; the operations are everything else. */
export interface Changes {
  readonly created: readonly Table[]
  readonly dropped: readonly Table[]
  readonly operations: readonly Operation[]
  readonly views: ViewChanges
}

/** All operations in their order; reversed, they are in order too. */
export function order({ created, dropped, operations, views }: Changes): Operation[] {
  const of = <K extends Kind>(...kinds: readonly K[]) => ofKinds(operations, kinds)
  const sequencesComing = of('createSequence').map(({ sequence }) => keyOf(sequence))
  const sequencesGoing = of('dropSequence')
  const isRecreated = ({ sequence }: OperationOf<'dropSequence'>) => sequencesComing.includes(keyOf(sequence))
  const leaving = leavingColumns(operations)
  return [
    ...views.going,
    ...of('dropForeignKey'),
    ...dropTables(dropped),
    ...of('createSchema'),
    ...of('createExtension'),
    ...of('createEnum', 'addEnumValue'),
    ...sequencesGoing.filter(isRecreated),
    ...of('createSequence'),
    ...of('dropCheck'),
    ...of('dropExclusion'),
    ...of('dropIndex'),
    ...of('dropUnique'),
    ...of('dropPrimaryKey'),
    // Nothing that goes may compare with a value that goes, nor hold one.
    ...leaving,
    ...of('replaceEnum'),
    ...orderRenames(operations.filter(isRename)),
    ...changesByTable(operations.filter((one) => !leaving.includes(one))),
    // Tables and views may take their names: types, tables, views, indexes and sequences share them on some servers.
    ...of('dropEnum'),
    ...sequencesGoing.filter((operation) => !isRecreated(operation)),
    ...createTables(created),
    ...of('createForeignKey'),
    ...of('validateConstraint'),
    ...views.coming,
    ...of('dropExtension'),
  ]
}

/** What takes columns away from an enum that is replaced, computed columns first: they may stand on them. */
function leavingColumns(operations: readonly Operation[]): Operation[] {
  const replaced = new Set(ofKinds(operations, ['replaceEnum']).map(({ from }) => keyOf(from)))
  const isOf = ({ type }: Column) =>
    typeof type !== 'string' && replaced.has(keyOf(defined({ schema: type.schema, name: type.enum })))
  const dropped = ofKinds(operations, ['dropColumn'])
  const going = dropped.filter(({ column }) => isOf(column))
  const altered = ofKinds(operations, ['alterColumn']).filter(({ from, to }) => isOf(from) && !isOf(to))
  const computed = dropped.filter(
    (one) =>
      one.column.generated !== undefined &&
      !going.includes(one) &&
      [...going, ...altered].some(({ table }) => sameName(table, one.table)),
  )
  return [...computed, ...going.filter(isComputed), ...going.filter((one) => !isComputed(one)), ...altered]
}

function isComputed({ column }: { readonly column: Column }): boolean {
  return column.generated !== undefined
}

function endsToBeComputed({ from, to }: OperationOf<'alterColumn'>): boolean {
  return from.generated !== undefined && to.generated === undefined
}

function ofKinds<K extends Kind>(operations: readonly Operation[], kinds: readonly K[]) {
  return operations.filter((one): one is Extract<Operation, { readonly kind: K }> =>
    kinds.some((kind) => kind === one.kind),
  )
}

/** One table after the other. New columns come before old ones go: no table is ever without a column. */
function changesByTable(operations: readonly Operation[]): Operation[] {
  const tables = new Map<string, Operation[]>()
  for (const operation of operations) {
    if (!('table' in operation)) continue
    const key = keyOf(operation.table)
    tables.set(key, [...(tables.get(key) ?? []), operation])
  }
  return [...tables.values()].flatMap((changes) => {
    const of = <K extends Kind>(kind: K) => ofKinds(changes, [kind])
    const added = of('addColumn')
    const altered = of('alterColumn')
    const dropped = of('dropColumn')
    const again = dropped.filter(({ column }) => added.some((other) => other.column.name === column.name))
    const gone = dropped.filter((one) => !again.includes(one))
    const isPlain = (one: { readonly column: Column }) => !isComputed(one)
    return [
      ...of('commentTable'),
      ...again.filter(isComputed),
      ...again.filter(isPlain),
      ...added.filter(isPlain),
      // A computed column may stand on any other, as that was or as it will be.
      ...gone.filter(isComputed),
      ...altered.filter(endsToBeComputed),
      ...altered.filter((one) => !endsToBeComputed(one)),
      ...added.filter(isComputed),
      ...gone.filter(isPlain),
      ...of('createPrimaryKey'),
      ...of('createUnique'),
      ...of('createIndex'),
      ...of('createCheck'),
      ...of('createExclusion'),
    ]
  })
}

/** Each table after those that refer to it; foreign keys that run in a circle go first. */
function dropTables(dropped: readonly Table[]): Operation[] {
  const sorted = referringFirst(dropped)
  const place = new Map(sorted.map((table, at) => [keyOf(table), at]))
  const isAhead = (at: number) => (key: ForeignKey) => (place.get(keyOf(key.references.table)) ?? at) < at
  const circular = sorted.flatMap((table, at) =>
    table.foreignKeys.filter(isAhead(at)).map((key) => ({ table: nameOf(table), foreignKey: key })),
  )
  return [
    ...circular.map((one): Operation => ({ kind: 'dropForeignKey', ...one })),
    ...sorted.flatMap((table, at) => {
      const foreignKeys = table.foreignKeys.filter((key) => !isAhead(at)(key))
      return dropTable({ ...table, foreignKeys })
    }),
  ]
}

/** The same backwards: each table before those that refer to it, with its indexes and foreign keys. */
function createTables(created: readonly Table[]): Operation[] {
  const declared = created.map((table) => ({
    ...table,
    indexes: table.indexes.filter(({ unsynchronized }) => !unsynchronized),
  }))
  return reverseAll(dropTables(declared))
}

function referringFirst(tables: readonly Table[]): Table[] {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]))
  const visited = new Set<Table>()
  const referredFirst: Table[] = []
  const visit = (table: Table) => {
    if (visited.has(table)) return
    visited.add(table)
    for (const { references } of table.foreignKeys) {
      const target = byKey.get(keyOf(references.table))
      if (target) visit(target)
    }
    referredFirst.push(table)
  }
  tables.forEach(visit)
  return referredFirst.reverse()
}
