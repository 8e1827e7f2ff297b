// The public surface, re-exports only: if it is not here, it is not public. test/surface.test.ts pins the list.
import { branchesCommand } from './commands/branches'
import { checkCommand } from './commands/check'
import { currentCommand } from './commands/current'
import { downgradeCommand } from './commands/downgrade'
import { editCommand } from './commands/edit'
import { ensureVersionCommand } from './commands/ensure-version'
import { headsCommand } from './commands/heads'
import { historyCommand } from './commands/history'
import { initCommand } from './commands/init'
import { listTemplatesCommand } from './commands/list-templates'
import { mergeCommand } from './commands/merge'
import { rebaseCommand } from './commands/rebase'
import { repairCommand } from './commands/repair'
import { revisionCommand } from './commands/revision'
import { showCommand } from './commands/show'
import { stampCommand } from './commands/stamp'
import { switchCommand } from './commands/switch'
import { upgradeCommand } from './commands/upgrade'
import { waitCommand } from './commands/wait'
import { asFunction } from './project'

/** Sets a project up. */
export const init = asFunction(initCommand)
/** Writes a migration from what differs between entities and database. */
export const revision = asFunction(revisionCommand)
/** Runs the revisions a target needs: `await upgrade({ dataSource, migrations, target: 'head' })`. */
export const upgrade = asFunction(upgradeCommand)
/** Takes back the revisions above a target. */
export const downgrade = asFunction(downgradeCommand)
/** Compares the entities with the database. */
export const check = asFunction(checkCommand)
/** Says where the database is. */
export const current = asFunction(currentCommand)
/** Lists the revisions, newest first. */
export const history = asFunction(historyCommand)
/** Lists the newest revisions. */
export const heads = asFunction(headsCommand)
/** Lists where the history forks. */
export const branches = asFunction(branchesCommand)
/** Tells all that is known of revisions. */
export const show = asFunction(showCommand)
/** Opens the files of revisions in an editor. */
export const edit = asFunction(editCommand)
/** Writes a revision that brings several heads together. */
export const merge = asFunction(mergeCommand)
/** Moves a revision that has not run yet onto another one. */
export const rebase = asFunction(rebaseCommand)
/** Takes back what another branch of git has run, without its files; `switch` is a word of the language. */
export const switchBranch = asFunction(switchCommand)
/** Records a revision as the one the database is at. */
export const stamp = asFunction(stampCommand)
/** Writes down that an edited revision is accepted, or that a failed attempt was taken back by hand. */
export const repair = asFunction(repairCommand)
/** Creates the version table and the log where they are missing. */
export const ensureVersion = asFunction(ensureVersionCommand)
/** Lists the shapes a new revision can have. */
export const listTemplates = asFunction(listTemplatesCommand)
/** Waits until the database is at a revision. */
export const wait = asFunction(waitCommand)

export { asFunction } from './project'
export { defineConfig } from './settings'
export { defineCommand } from './own-command'
export type {
  CommandContext,
  CommandSession,
  Declaration,
  Example,
  Flag,
  Out,
  OwnCommand,
  Paint,
  Positional,
  Typed,
} from './own-command'
export type { MigrationsSetting, ProjectSettings, Settings, SourceAndCompiled } from './settings'
export type { ProjectOptions } from './project'
export type { Logger } from './logger'
export type { CommandEvent, Listener } from './environment'
export type { BranchesOptions, BranchesResult, BranchPoint } from './commands/branches'
export type { CheckOptions, CheckResult } from './commands/check'
export type { CurrentOptions, CurrentResult } from './commands/current'
export type { DowngradeOptions } from './commands/downgrade'
export type { EditOptions, EditResult } from './commands/edit'
export type { EnsureVersionOptions, EnsureVersionResult } from './commands/ensure-version'
export type { HistoryOptions, HistoryResult } from './commands/history'
export type { Head, HeadsOptions, HeadsResult } from './commands/heads'
export type { InitOptions, InitResult } from './commands/init'
export type { ListTemplatesResult, Template } from './commands/list-templates'
export type { Listed } from './commands/listing'
export type { MergeOptions } from './commands/merge'
export type {
  RenameCandidate,
  RenameListener,
  RenameQuestion,
  RevisionOptions,
  RevisionResult,
} from './commands/revision'
export type { RebaseOptions, RebaseResult } from './commands/rebase'
export type { RepairOptions, RepairResult } from './commands/repair'
export type { SwitchOptions, SwitchResult } from './commands/switch'
export type { Shown, ShowOptions, ShowResult } from './commands/show'
export type { StampOptions, StampResult } from './commands/stamp'
export type { UpgradeOptions } from './commands/upgrade'
export type { WaitOptions, WaitResult } from './commands/wait'
export type { MoveResult } from './commands/move'

export { diff } from './diff/diff'
export { sameSchema } from './model/same'
export { apply } from './operations/apply'
export { describe } from './operations/describe'
export { resolve } from './operations/resolve'
export { reverse, reverseAll } from './operations/reverse'
export { match } from './operations/operation'
export type { Handlers, Kind, Operation, OperationMap, OperationOf } from './operations/operation'
export type { Intent, IntentMap } from './operations/intent'
export type { Op, OwnOperations } from './operations/op'
export { defineOperation } from './operations/own'
export type { AnyOperation, OperationCall, OperationDefinition, OperationsOf, SchemaOp } from './operations/own'
export type { OwnCall, OwnIntent } from './operations/intent'
export type { TableRows } from './operations/rows'
export { rewriteEach } from './operations/rewrite'
export type { EachHandlers, Rewrite, RewriteAnswer, RewriteContext, Rewritten } from './operations/rewrite'
export type { IncludedName, IncludedObject } from './diff/include'
export type * from './model/schema'
export { emptySchema } from './model/schema'
export type { MigrationModule, MigrationScript } from './scripts/script'
export type { Revision, Step } from './graph/revision'
export type { ScriptParts, Shape } from './scripts/parts'
export type { ScriptTemplate } from './scripts/template'
export type { RevisionFile, WriteCommand, WriteHook } from './scripts/write-hooks'
export type { Applied, ApplyListener } from './runtime/applied'
export type { HookMigration, HookRunFacts, HookRunResult, Hooks } from './runtime/hooks'
export type { Dialect, Queryable } from './dialects/dialect'
export type { Around, Finding, Rule } from './lint/lint'
export type { RevisionGraph } from './graph/graph'
export * from './errors'
export { version } from './version'
