// Migrations that were imported already: what a bundle has instead of files.
import { MigrationExportError } from '../errors'
import { checkMigration, revisionOf } from './module'
import type { MigrationScript } from './script'

/** Takes modules that were imported already, where there are no files: an array, or a record by path or name. */
export function fromModules(modules: readonly unknown[] | Readonly<Record<string, unknown>>): MigrationScript[] {
  const entries = Array.isArray(modules)
    ? modules.map((loaded: unknown, index) => ({ name: `migration module ${index + 1}`, path: undefined, loaded }))
    : Object.entries(modules).map(([name, loaded]) => ({ name, path: name, loaded }))
  return entries.map(({ name, path, loaded }) => {
    if (typeof loaded !== 'object' || loaded === null)
      throw new MigrationExportError(name, 'default', 'an imported module')
    const module = checkMigration(loaded, name)
    return { revision: revisionOf(module, path), load: () => Promise.resolve(module) }
  })
}
