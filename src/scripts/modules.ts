// Migrations that were imported already: what a bundle has instead of files.
import { UsageError } from '../errors'
import { checkMigration, revisionOf } from './module'
import type { MigrationScript } from './script'

const howModulesAreGiven =
  "Give modules: `import * as first from './migrations/3f2a_first'`, then `migrations: [first]`; only `typeorm-autogen` itself reads folders."

/** Takes modules that were imported already, where there are no files: an array, or a record by path or name. */
export function fromModules(modules: readonly unknown[] | Readonly<Record<string, unknown>>): MigrationScript[] {
  if (typeof modules !== 'object' || modules === null)
    throw new UsageError('`migrations` is neither an array nor a record of imported modules.', howModulesAreGiven)
  const entries = Array.isArray(modules)
    ? modules.map((loaded: unknown, index) => ({ name: `migration module ${index + 1}`, path: undefined, loaded }))
    : Object.entries(modules).map(([name, loaded]) => ({ name, path: name, loaded }))
  return entries.map(({ name, path, loaded }) => {
    if (typeof loaded !== 'object' || loaded === null)
      throw new UsageError(`${name} is not an imported module.`, howModulesAreGiven)
    const module = checkMigration(loaded, name)
    return { revision: revisionOf(module, path), load: () => Promise.resolve(module) }
  })
}
