// Opinions about operations: what a reviewer should look at twice. Rules are data; one file each.
import { apply } from '../operations/apply'
import type { SchemaModel } from '../model/schema'
import type { Operation } from '../operations/operation'
import type { Around, Finding, Rule } from './rule'
import { rules } from './rules'

export type { Around, Finding, Rule } from './rule'

/** Runs every rule over every operation, each with the schema as the operation meets it. */
export function lint(
  operations: readonly Operation[],
  before: SchemaModel,
  chosen: readonly Rule[] = rules,
  around: Around = { operations: operations.length },
): Finding[] {
  const findings: Finding[] = []
  let schema = before
  operations.forEach((operation, position) => {
    for (const rule of chosen) {
      const message = rule.check(operation, schema, around)
      if (message !== undefined) findings.push({ rule: rule.name, message, operation: position })
    }
    schema = apply(schema, [operation])
  })
  return findings
}
