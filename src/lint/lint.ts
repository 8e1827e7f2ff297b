// Opinions about operations: what a reviewer should look at twice. Rules are data; one file each, and those of a project's own.
import { NameTakenError, RuleError } from '../errors'
import { apply } from '../operations/apply'
import type { SchemaModel } from '../model/schema'
import { describe } from '../operations/describe'
import type { Operation } from '../operations/operation'
import type { Around, Finding, Rule } from './rule'
import { rules } from './rules'

export type { Around, Finding, Rule } from './rule'

/** Our rules, then those of a project's own, each under a name of its own. */
export function rulesWith(own: readonly Rule[] = []): readonly Rule[] {
  const all = [...rules]
  for (const rule of own) {
    if (all.some(({ name }) => name === rule.name)) throw new NameTakenError('rule', rule.name)
    all.push(rule)
  }
  return all
}

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
      const message = asked(rule, operation, schema, around)
      if (message !== undefined) findings.push({ rule: rule.name, message, operation: position })
    }
    schema = apply(schema, [operation])
  })
  return findings
}

/** What a rule has to say; one that throws, or says something that is no sentence, is somebody's own. */
function asked(rule: Rule, operation: Operation, schema: SchemaModel, around: Around): string | undefined {
  let answer: unknown
  try {
    answer = rule.check(operation, schema, around)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RuleError(rule.name, describe(operation), `failed (${reason})`, error)
  }
  if (answer === undefined || typeof answer === 'string') return answer
  throw new RuleError(rule.name, describe(operation), `answered with something that is no sentence`)
}
