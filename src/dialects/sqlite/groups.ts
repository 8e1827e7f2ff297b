// Operations gathered by table, until something else must see what they do.
import { findTable, nameOf, sameName } from '../../model/lookup'
import type { QualifiedName, SchemaModel, Table } from '../../model/schema'
import { apply } from '../../operations/apply'
import type { Operation } from '../../operations/operation'
import type { Statement } from '../dialect'

/** State is what a plan knows while it grows. */
export interface State {
  /** The schema after all operations so far, and at the last flush. */
  schema: SchemaModel
  atStart: SchemaModel
  readonly texts: Map<string, Text>
  /** Whether the catalogue's text was read at all, and whether SQL of the script's own may have changed it. */
  readonly known: boolean
  executed: boolean
  readonly version: number
  groups: Group[]
  /** Names tables had at the last flush and have no longer. */
  left: Set<string>
  readonly statements: Statement[]
  /** Names, in lower case, that a table has again or anew by the end. */
  readonly comingBack: ReadonlySet<string>
  /** Statements that run outside of a transaction. */
  readonly alone: Set<number>
  foreignKeysOff: boolean
}

/** What the catalogue says of a table; without `create` the model has to do, and stale triggers name what is renamed. */
interface Text {
  readonly create?: string
  readonly indexes: readonly string[]
  readonly triggers: readonly string[]
  readonly statistics?: readonly string[]
  readonly stale: boolean
}

/** Group is what happens to one table between two flushes. */
export interface Group {
  readonly base?: Table
  table?: Table
  readonly changes: { readonly operation: Operation; readonly at: number; readonly before: Table | undefined }[]
  /** Indexes of `base` nobody touched, and where the columns of `table` come from. */
  readonly keptIndexes: Set<string>
  origins: Map<string, string>
}

type TableOperation = Exclude<Extract<Operation, { readonly table: QualifiedName }>, { readonly kind: 'bulkInsert' }>
type Gathered = TableOperation | Extract<Operation, { readonly kind: 'renameTable' }>

/** Whether an operation waits for others of its table. */
export function isGathered(operation: Operation): operation is Gathered {
  return operation.kind === 'renameTable' || ('table' in operation && operation.kind !== 'bulkInsert')
}

/** Takes an operation into the group of its table. */
export function gather(state: State, operation: Gathered, at: number, flush: (state: State) => void): void {
  const newName =
    operation.kind === 'renameTable'
      ? operation.to.name
      : operation.kind === 'createTable'
        ? operation.table.name
        : undefined
  // What refers to the old bearer of a name must be written before the name is given again.
  if (newName !== undefined && state.left.has(newName.toLowerCase())) flush(state)
  const name = nameOf(operation.kind === 'renameTable' ? operation.from : operation.table)
  const group = groupOf(state, name)
  group.changes.push({ operation, at, before: group.table })
  state.schema = apply(state.schema, [operation])
  if (operation.kind === 'renameTable') state.left.add(operation.from.name.toLowerCase())
  const after = findTable(state.schema, operation.kind === 'renameTable' ? operation.to : name)
  if (operation.kind === 'dropTable' || after === undefined) delete group.table
  else group.table = after
  if (operation.kind === 'renameTable' || operation.kind === 'renameColumn') refresh(state)
  trace(group, operation)
}

// A new name shows in the foreign keys of other tables.
function refresh({ groups, schema }: State): void {
  for (const group of groups) if (group.table !== undefined) group.table = findTable(schema, group.table) ?? group.table
}

function groupOf(state: State, name: QualifiedName): Group {
  const open = state.groups.find(({ table }) => table !== undefined && sameName(table, name))
  if (open) return open
  const base = findTable(state.schema, name)
  const group: Group = {
    changes: [],
    keptIndexes: new Set(base?.indexes.map((index) => index.name)),
    origins: new Map(base?.columns.map((column) => [column.name, column.name])),
    ...(base && { base, table: base }),
  }
  state.groups.push(group)
  return group
}

function trace(group: Group, operation: Gathered): void {
  if (operation.kind === 'dropIndex') group.keptIndexes.delete(operation.index.name)
  if (operation.kind === 'renameIndex') group.keptIndexes.delete(operation.from)
  if (operation.kind === 'dropColumn') group.origins.delete(operation.column.name)
  if (operation.kind !== 'renameColumn') return
  const { from, to } = operation
  group.origins = new Map([...group.origins].map(([now, was]) => [now === from ? to : now, was]))
}
