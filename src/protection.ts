// Databases where a command must not run by accident: `protect: ['db.example.com/prod*']`.
import type { Environment } from './environment'
import { ProtectedDatabaseError } from './errors'
import { addressOf } from './runtime/address'

/** Refuses, before anything is opened, unless the database is not protected or `--yes-on` names it. */
export async function requireConsent(
  environment: Environment,
  command: string,
  yesOn: string | undefined,
): Promise<void> {
  const patterns = environment.settings.protect ?? []
  if (patterns.length === 0) return
  const { text, host, database, file } = addressOf((await environment.dataSource()).options)
  const name = database ?? file ?? text
  if (yesOn === name || !patterns.some((pattern) => matches(pattern, `${host ?? ''}/${name}`))) return
  throw new ProtectedDatabaseError(text, name, command)
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
