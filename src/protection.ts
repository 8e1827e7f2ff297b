// Databases where a command must not run by accident: `protect: ['db.example.com/prod*']`.
import type { Environment } from './environment'
import { ProtectedDatabaseError } from './errors'
import { addressOf, type Address } from './runtime/address'

/** Refuses, before anything is opened, unless the database is not protected or `--yes-on` names it. */
export async function requireConsent(
  environment: Environment,
  command: string,
  yesOn: string | undefined,
): Promise<void> {
  const patterns = environment.settings.protect ?? []
  if (patterns.length === 0) return
  const address = addressOf((await environment.dataSource()).options)
  const name = nameOf(address)
  if (yesOn === name || !patterns.some((pattern) => matches(pattern, `${address.host ?? ''}/${name}`))) return
  throw new ProtectedDatabaseError(address.text, name, command)
}

/** What `--yes-on` calls a database. */
export function nameOf({ text, database, file }: Address): string {
  return database ?? file ?? text
}

/** `*` stands for anything; a pattern without a host speaks of the database alone. */
function matches(pattern: string, place: string): boolean {
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*')
  // Letters of hosts come in either case; of a database, mistaking one for the other must err on the safe side.
  return new RegExp(`^${pattern.includes('/') ? '' : '.*/'}${expression}$`, 'i').test(place)
}
