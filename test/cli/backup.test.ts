// Backups as they are typed and told.
import { join } from 'node:path'
import type { Out } from '../../src/commands/command'
import { describeEvent } from '../../src/cli/events'
import { parse } from '../../src/cli/parse'

test.each([
  [['upgrade', '--no-backup'], false],
  [['downgrade', '-1', '--no-backup'], false],
  [['upgrade', 'head'], undefined],
])('%j says backup: %j', async (words, backup) => {
  expect((await parse(words))?.options).toMatchObject(backup === undefined ? {} : { backup })
  expect((await parse(words))?.options).not.toHaveProperty('noBackup')
})

const same = (text: string) => text
const paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same }

test.each([
  ['made', 'backup    backups/app_a.db'],
  ['removed', 'backup    removed, as nothing was changed: backups/app_a.db'],
  ['restored', 'restored  the database is as it was before this command, from backups/app_a.db'],
] as const)('a backup that was %s', (state, told) => {
  const lines: string[] = []
  const out: Out = { paint, line: (text = '') => void lines.push(text) }
  describeEvent({ type: 'backup', state, file: join(process.cwd(), 'backups/app_a.db') }, out, false)
  expect(lines).toEqual([told])
})
