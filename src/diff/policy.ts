// What of a difference is ours to change: nothing that neither the entities nor our own history know.
import { isExpression, spelling } from '../model/expression'
import { sameName } from '../model/lookup'
import type { Expression, Index } from '../model/schema'
import { usesColumn } from '../operations/companions'
import { isManaged, objectKeys } from '../operations/managed'
import type { Operation } from '../operations/operation'
import { mentions } from '../model/mentions'
import { isRename, type Rename } from './renames'

/** PolicyOptions says what is ours and what shall be shown. */
export interface PolicyOptions {
  /** The objects our history created, as foldManaged gives them. */
  readonly managed: ReadonlySet<string>
  /** Whether differences of name alone are changes. */
  readonly renames: 'hide' | 'show'
  /** Renames that follow from one a person confirmed: never hidden. */
  readonly carried?: ReadonlySet<Operation>
  /** Also drops what is not ours. */
  readonly includeUnmanaged: boolean
}

/** PolicyOutcome holds the operations that remain, and those that were taken out. */
export interface PolicyOutcome {
  readonly operations: readonly Operation[]
  /** Differences of name alone. */
  readonly hidden: readonly Operation[]
  /** Drops of what is in the database and neither declared nor ours. */
  readonly unmanaged: readonly Operation[]
}

/** Divides the operations of a diff into those to do and those to leave. */
export function applyPolicy(operations: readonly Operation[], options: PolicyOptions): PolicyOutcome {
  const unmanaged = new Set(options.includeUnmanaged ? [] : withheld(operations, options))
  const ours = operations.filter((operation) => !unmanaged.has(operation))
  const hidden = new Set<Operation>(options.renames === 'hide' ? idleRenames(ours, options.carried) : [])
  return {
    operations: ours.filter((operation) => !hidden.has(operation)),
    hidden: [...hidden],
    unmanaged: [...unmanaged],
  }
}

/** Drops of what is not ours, unless it comes back changed, or goes with something of ours. */
function withheld(operations: readonly Operation[], { managed, renames }: PolicyOptions): Operation[] {
  const comingBack = new Set(operations.filter(({ kind }) => /^(create|add)/.test(kind)).flatMap(objectKeys))
  const naming = operations.filter(
    ({ kind }) => kind === 'createIndex' || (kind === 'renameIndex' && renames === 'show'),
  )
  const comesBack = (operation: Operation) =>
    objectKeys(operation).some((key) => comingBack.has(key)) || naming.some((other) => takesName(other, operation))
  const drops = operations.filter(({ kind }) => kind.startsWith('drop'))
  const going = drops.filter((operation) => isManaged(operation, managed) || comesBack(operation))
  const staying = drops.filter(
    (operation) => !going.includes(operation) && !going.some((other) => goesWith(operation, other)),
  )
  return [...staying, ...going.filter((operation) => staying.some((other) => needs(other, operation)))]
}

/** Whether a table or a column that stays has the enum that is dropped for its type. */
function needs(staying: Operation, dropped: Operation): boolean {
  if (dropped.kind !== 'dropEnum') return false
  const columns =
    staying.kind === 'dropTable' ? staying.table.columns : staying.kind === 'dropColumn' ? [staying.column] : []
  return columns.some(({ type }) => typeof type === 'object' && sameName({ ...type, name: type.enum }, dropped.enum))
}

/** Whether an index gets the name of one that may be another table's: a name is a schema's, not a table's. */
function takesName(operation: Operation, dropped: Operation): boolean {
  if (dropped.kind !== 'dropIndex') return false
  if (operation.kind !== 'createIndex' && operation.kind !== 'renameIndex') return false
  const name = operation.kind === 'createIndex' ? operation.index.name : operation.to
  return name === dropped.index.name && operation.table.schema === dropped.table.schema
}

/** Whether a part of a table cannot outlive a table or a column that is dropped. */
function goesWith(operation: Operation, dropped: Operation): boolean {
  if (!('table' in operation) || (dropped.kind !== 'dropTable' && dropped.kind !== 'dropColumn')) return false
  const { table } = dropped
  const column = dropped.kind === 'dropColumn' ? dropped.column.name : undefined
  const key = keyIn(operation)
  const texts = textsIn(operation)
  const uses = (name: string) =>
    (key !== undefined && usesColumn(key, name)) || texts.some((text) => mentions(text, name))
  const isIn = sameName(operation.table, table) && (column === undefined || uses(column))
  if (isIn || operation.kind !== 'dropForeignKey') return isIn
  const { references } = operation.foreignKey
  return sameName(references.table, table) && (column === undefined || references.columns.includes(column))
}

function keyIn(operation: Operation): Pick<Index, 'columns' | 'include'> | undefined {
  switch (operation.kind) {
    case 'dropPrimaryKey':
      return operation.primaryKey
    case 'dropUnique':
      return operation.unique
    case 'dropForeignKey':
      return operation.foreignKey
    case 'dropIndex':
      return operation.index
    default:
      return undefined
  }
}

/** What a check, an exclusion or an index says, without the strings in it: a server drops it with a column it speaks of. */
function textsIn(operation: Operation): string[] {
  return expressionsIn(operation).map((expression) => spelling(expression).replace(/'(?:[^']|'')*'/g, ''))
}

function expressionsIn(operation: Operation): Expression[] {
  switch (operation.kind) {
    case 'dropCheck':
      return [operation.check.expression]
    case 'dropExclusion':
      return [operation.exclusion.expression]
    case 'dropIndex':
      return [operation.index.where, ...operation.index.columns].filter(
        (part) => typeof part === 'object' && isExpression(part),
      )
    default:
      return []
  }
}

/** Renames nothing else waits for: neither a name that is created, nor one that is used. */
function idleRenames(operations: readonly Operation[], carried: ReadonlySet<Operation> = new Set()): Rename[] {
  const idle = operations.filter(isRename)
  const needed = new Set(idle.filter((rename) => carried.has(rename)))
  const isNeeded = (rename: Rename) =>
    operations.some((other) => {
      if (isRename(other)) return needed.has(other) && inOneSchema(other, rename) && meets(other, rename)
      if (other.kind === 'validateConstraint') return sameName(other.table, rename.table) && other.name === rename.to
      return inOneSchema(other, rename) && createdNames(other).includes(rename.from)
    })
  for (let size = -1; size !== needed.size;) {
    size = needed.size
    for (const rename of idle) if (isNeeded(rename)) needed.add(rename)
  }
  return idle.filter((rename) => !needed.has(rename))
}

function meets(one: Rename, other: Rename): boolean {
  return one.to === other.from || one.from === other.to
}

function inOneSchema(operation: Operation, { table }: Rename): boolean {
  return 'table' in operation && operation.table.schema === table.schema
}

function createdNames(operation: Operation): readonly (string | undefined)[] {
  switch (operation.kind) {
    case 'createTable': {
      const { primaryKey, uniques, checks, exclusions } = operation.table
      const parts: readonly { readonly name?: string }[] = [...uniques, ...checks, ...exclusions]
      return [primaryKey?.name, ...parts.map(({ name }) => name)]
    }
    case 'createPrimaryKey':
      return [operation.primaryKey.name]
    case 'createUnique':
      return [operation.unique.name]
    case 'createForeignKey':
      return [operation.foreignKey.name]
    case 'createCheck':
      return [operation.check.name]
    case 'createExclusion':
      return [operation.exclusion.name]
    case 'createIndex':
      return [operation.index.name]
    default:
      return []
  }
}
