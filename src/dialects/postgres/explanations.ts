// What the codes of PostgreSQL's errors say to somebody who migrates: postgresql.org/docs/current/errcodes-appendix.html
import type { Explanation } from '../dialect'

/** By SQLSTATE. */
export const explanations: { readonly [code: string]: Explanation | undefined } = {
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
  // disk_full
  '53100': { advice: 'make room on the disk of the server' },
}
