// docs/reference.md says what the declarations say: commands, settings, exit codes, operations, the keys of the JSON.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ts from 'typescript'
import { commonFlags } from '../src/cli/common-flags'
import { commands } from '../src/commands'
import { settingDeclarations } from '../src/settings'
import { exitCodes } from '../src/errors'
import { signatures } from '../src/operations/signatures'

// The page is written by plain JavaScript, which has no types.
const { page, written } = require('../scripts/reference') as {
  page: string
  written(text: string, declarations: object): string
}
const text = readFileSync(page, 'utf8')

test('the lists of commands, settings and exit codes are the declarations; if not, build and run node scripts/reference.js', () => {
  expect(text).toBe(written(text, { commands, commonFlags, settings: settingDeclarations, exitCodes }))
})

test('every operation is there, and no other', () => {
  const immediate = membersOf('operations/op', 'Immediate')
  const others = membersOf('operations/op', 'Op')
  const named = [...section('Operations').matchAll(/\bop\.(\w+)/g)].map(([, name]) => name!)
  expect([...new Set(named)].sort()).toEqual([...Object.keys(signatures), ...immediate, ...others].sort())
})

test.each([
  ['init', membersOf('commands/init', 'InitResult')],
  ['revision', [...membersOf('commands/revision', 'RevisionResult'), ...membersOf('commands/writing', 'Written')]],
  ['merge', membersOf('commands/writing', 'Written')],
  ['rebase', membersOf('commands/rebase', 'RebaseResult')],
  ['switch', membersOf('commands/switch', 'SwitchResult')],
  ['upgrade', membersOf('commands/move', 'MoveResult')],
  ['downgrade', membersOf('commands/move', 'MoveResult')],
  ['check', membersOf('commands/check', 'CheckResult')],
  ['current', membersOf('commands/current', 'CurrentResult')],
  ['history', membersOf('commands/history', 'HistoryResult')],
  ['heads', membersOf('commands/heads', 'HeadsResult')],
  ['branches', membersOf('commands/branches', 'BranchesResult')],
  ['show', membersOf('commands/show', 'ShowResult')],
  ['edit', membersOf('commands/edit', 'EditResult')],
  ['stamp', membersOf('commands/stamp', 'StampResult')],
  ['repair', membersOf('commands/repair', 'RepairResult')],
  ['ensure-version', membersOf('commands/ensure-version', 'EnsureVersionResult')],
  ['list-templates', membersOf('commands/list-templates', 'ListTemplatesResult')],
  ['wait', membersOf('commands/wait', 'WaitResult')],
])('the JSON of %s has the keys that the page tells', (command, keys) => {
  const entry = section('JSON')
    .split(/\n- /)
    .find((one) => one.split(':', 1)[0]!.includes(`\`${command}\``))!
  const told = entry.slice(entry.indexOf(':')).replace(/\([^)]*\)/g, '')
  expect([...told.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual([...keys].sort())
})

test('every command has its JSON', () => {
  for (const { name } of commands) expect(section('JSON')).toContain(`\`${name}\``)
})

function section(title: string): string {
  return text.split(/\n## /).find((part) => part.startsWith(`${title}\n`))!
}

/** The names an interface declares itself. */
function membersOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(__dirname, `../src/${file}.ts`), 'utf8'),
    ts.ScriptTarget.Latest,
  )
  const declared = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  return declared!.members.map((member) => (member.name as ts.Identifier).text)
}
