// What the codes of PostgreSQL's errors say to somebody who migrates: postgresql.org/docs/current/errcodes-appendix.html
import type { Explanation } from '../dialect'

/** What is known of an error besides its text, which the server may write in any language. */
export function explain(code: string, routine = ''): Explanation | undefined {
  return Object.hasOwn(explanations, code) ? explanations[code] : isOfRetyping(code, routine) ? inTheWay : undefined
}

/** Policies, triggers and functions that use what changes or goes: of all of them views alone step aside by themselves. */
const inTheWay: Explanation = {
  advice: 'drop what uses it before it and create it again after it, with `op.execute` in the same migration',
}

/** feature_not_supported, by what changes a column's type: what uses the column cannot follow. */
function isOfRetyping(code: string, routine: string): boolean {
  return code === '0A000' && /^(RememberAllDependentForRebuilding|ATExecAlterColumnType)$/.test(routine)
}

const explanations: { readonly [code: string]: Explanation | undefined } = {
  // lock_not_available
  '55P03': { transient: true, blocked: true },
  // deadlock_detected
  '40P01': { transient: true, blocked: true },
  // serialization_failure
  '40001': { transient: true },
  // query_canceled
  '57014': {
    advice: 'give it more time with `--statement-timeout SECONDS`, or let it do less at once with `op.batched`',
  },
  // dependent_objects_still_exist
  '2BP01': inTheWay,
  // insufficient_privilege
  '42501': {
    advice: "connect as the owner with `--url`, or give this user the right or the owner's role",
  },
  // read_only_sql_transaction: a standby, or default_transaction_read_only
  '25006': { advice: 'name the primary, or a database that may be written to, with `--url`' },
  // disk_full
  '53100': { advice: 'make room on the disk of the server' },
}
