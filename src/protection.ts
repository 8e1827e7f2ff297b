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
  if (yesOn === name || !isProtected(address, patterns)) return
  throw new ProtectedDatabaseError(address.text, name, command)
}

/** What `--yes-on` calls a database. */
export function nameOf({ text, database, file }: Address): string {
  return database ?? file ?? text
}

/** Every way to write an address is compared: with the port and the user as messages print it, and without either. */
function isProtected(address: Address, patterns: readonly string[]): boolean {
  const { host = '', port, user } = address
  const name = nameOf(address)
  const servers = [host, ...(port === undefined ? [] : [`${host}:${port}`])]
  const users = ['', ...(user === undefined ? [] : [`${user}@`])]
  const places = [...users.flatMap((who) => servers.map((server) => `${who}${server}/${name}`)), name]
  return patterns.some((pattern) => places.some((place) => matches(pattern, place)))
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
