// Constraints and indexes of which only the name differs. A column is never guessed to be another one renamed.
import type { QualifiedName } from '../model/schema'
import type { Operation, OperationOf } from '../operations/operation'

/** Rename is an operation that changes the name of a constraint or an index and nothing else. */
export type Rename = OperationOf<'renameConstraint' | 'renameIndex'>

interface Named {
  readonly name?: string
}

/** The rename that makes the names equal; nothing where they are, or where one side has none. */
export function renamed(kind: Rename['kind'], table: QualifiedName, live: Named, wanted: Named): Operation[] {
  if (live.name === undefined || wanted.name === undefined || live.name === wanted.name) return []
  return [{ kind, table, from: live.name, to: wanted.name }]
}

/** Whether an operation is a Rename. */
export function isRename(operation: Operation): operation is Rename {
  return operation.kind === 'renameConstraint' || operation.kind === 'renameIndex'
}

/** Renames in an order in which every name is free when it is taken; where names go in a circle, one steps aside. */
export function orderRenames(renames: readonly Rename[]): Rename[] {
  const ordered: Rename[] = []
  let waiting = [...renames]
  for (let aside = 1; waiting.length > 0; aside++) {
    const free = waiting.filter((one) => !waiting.some((other) => other !== one && sharesName(other, one)))
    if (free.length > 0) {
      ordered.push(...free)
      waiting = waiting.filter((one) => !free.includes(one))
      continue
    }
    const [first, ...rest] = waiting
    const between = asideName(aside)
    ordered.push({ ...first!, to: between })
    waiting = [...rest, { ...first!, from: between }]
  }
  return ordered
}

/** The name a thing has while it steps aside. */
export function asideName(number: number): string {
  return `autogen_renaming_${number}`
}

/** Whether `holder` still has the name that `taker` wants; some servers keep all such names of a schema in one place. */
function sharesName(holder: Rename, taker: Rename): boolean {
  return holder.from === taker.to && holder.table.schema === taker.table.schema
}
