import type { AnyCommand } from './command'
import { branchesCommand } from './branches'
import { checkCommand } from './check'
import { currentCommand } from './current'
import { downgradeCommand } from './downgrade'
import { editCommand } from './edit'
import { ensureVersionCommand } from './ensure-version'
import { headsCommand } from './heads'
import { historyCommand } from './history'
import { initCommand } from './init'
import { listTemplatesCommand } from './list-templates'
import { mergeCommand } from './merge'
import { rebaseCommand } from './rebase'
import { repairCommand } from './repair'
import { revisionCommand } from './revision'
import { showCommand } from './show'
import { stampCommand } from './stamp'
import { switchCommand } from './switch'
import { upgradeCommand } from './upgrade'
import { waitCommand } from './wait'

/** The commands there are, in the order of the help; a new one is its file and a line here. */
export const commands: readonly AnyCommand[] = [
  initCommand,
  revisionCommand,
  upgradeCommand,
  downgradeCommand,
  checkCommand,
  currentCommand,
  historyCommand,
  headsCommand,
  branchesCommand,
  showCommand,
  editCommand,
  mergeCommand,
  rebaseCommand,
  switchCommand,
  stampCommand,
  repairCommand,
  ensureVersionCommand,
  listTemplatesCommand,
  waitCommand,
]
