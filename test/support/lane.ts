// Which TypeORM this jest project runs on.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SqliteDriver } from './databases'

declare global {
  // Set by jest.config.js, one value per project.
  var typeormPackage: string | undefined
}

const root = join(__dirname, '../..')
const packageName = globalThis.typeormPackage ?? 'typeorm'
const directory = join(root, 'node_modules', packageName)

/** The lane: the package's name, where it lies, its version and major. */
export const lane = {
  packageName,
  directory,
  version: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version as string,
  get major(): '0.3' | '1' {
    return this.version.startsWith('0.3') ? '0.3' : '1'
  },
}

/** TypeORM's SQLite drivers that belong to this lane and could be installed on this machine. */
export function sqliteDrivers(): SqliteDriver[] {
  const built = (name: string, binary: string) => existsSync(join(root, 'node_modules', name, 'build/Release', binary))
  const drivers: SqliteDriver[] = ['sqljs']
  if (built('better-sqlite3', 'better_sqlite3.node')) drivers.push('better-sqlite3')
  if (lane.major === '0.3' && built('sqlite3', 'node_sqlite3.node')) drivers.push('sqlite')
  return drivers
}
