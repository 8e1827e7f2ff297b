// `typeorm-autogen/runtime`: running migrations inside an application, with nothing that reads files, prompts or compiles.
import { currentCommand } from './commands/current'
import { downgradeCommand } from './commands/downgrade'
import { stampCommand } from './commands/stamp'
import { upgradeCommand } from './commands/upgrade'
import { waitCommand } from './commands/wait'
import { asModulesFunction } from './modules'

/** Runs the revisions a target needs: `await upgrade({ dataSource, migrations, target: 'head' })`. */
export const upgrade = asModulesFunction(upgradeCommand)

/** Takes back the revisions above a target. */
export const downgrade = asModulesFunction(downgradeCommand)

/** Says where the database is. */
export const current = asModulesFunction(currentCommand)

/** Records a revision as the one the database is at. */
export const stamp = asModulesFunction(stampCommand)

/** Waits until the database is at a revision. */
export const wait = asModulesFunction(waitCommand)

export type { Op, OwnOperations } from './operations/op'
export { defineOperation } from './operations/own'
export type { OperationDefinition, OperationsOf } from './operations/own'
export type { MigrationModule } from './scripts/script'
export type { Applied, ApplyListener } from './runtime/applied'
export type { HookMigration, HookRunFacts, HookRunResult, Hooks } from './runtime/hooks'
export type { Logger } from './logger'
export { AutogenError } from './errors'
