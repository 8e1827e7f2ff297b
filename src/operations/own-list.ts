// The operations a project registers, held to names that `op` has free.
import { NameTakenError } from '../errors'
import type { AnyOperation, OwnOperationList } from './own'
import { createOp } from './running-op'

/** The definitions by name. */
export function ownOperations(definitions: readonly AnyOperation[]): OwnOperationList {
  const list = new Map<string, AnyOperation>()
  const { op } = createOp(nobody)
  for (const definition of definitions) {
    const { name } = definition
    if (name in op || list.has(name)) throw new NameTakenError('operation', name)
    list.set(name, definition)
  }
  return list
}

const unused = () => Promise.reject(new Error('Nothing is called here.'))
const nobody = { run: unused, query: unused, manager: unused, autocommit: unused, batched: unused, table: unused }
