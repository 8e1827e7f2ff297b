// Operations as the script that says them.
import { intentsOf } from '../../src/operations/intents'
import type { Op } from '../../src/operations/op'
import type { Operation } from '../../src/operations/operation'
import { signatures } from '../../src/operations/signatures'

/** A function `upgrade` that queues these operations. */
export function saying(operations: readonly Operation[]): (op: Op) => void {
  return (op) => {
    for (const intent of intentsOf(operations)) {
      if (intent.kind === 'own') throw new Error('A script of our operations alone.')
      const values = new Map<string, unknown>(Object.entries(intent))
      const method = op[intent.kind] as (...values: unknown[]) => void
      method(...signatures[intent.kind].map((name) => values.get(name)))
    }
  }
}
