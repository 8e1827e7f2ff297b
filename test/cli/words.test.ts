// Words as Alembic's users type them, and what they are read as.
import { commands } from '../../src/commands'
import { commandNamed, commandFirst, parse } from '../../src/cli/parse'

const options = async (line: string) => {
  const chosen = await parse(line.split(' '))
  const { cwd: _cwd, ...read } = chosen!.options
  return [chosen!.command.name, read]
}

test.each([
  ['-q upgrade head', 'upgrade', { quiet: true, target: 'head' }],
  ['-c autogen.json -n shop current -v', 'current', { config: 'autogen.json', name: 'shop', verbose: true }],
  ['-x tenant=acme -x fast upgrade', 'upgrade', { x: { tenant: 'acme', fast: '' }, target: 'head' }],
  ['-x sql=a=b current', 'current', { x: { sql: 'a=b' } }],
  ['upgrade +2 --tag v1 --sql', 'upgrade', { target: '+2', tag: 'v1', sql: true }],
  ['downgrade -1', 'downgrade', { target: '-1' }],
  ['downgrade blue@-1', 'downgrade', { target: 'blue@-1' }],
  ['history -r -2:head -i -v', 'history', { revRange: '-2:head', indicateCurrent: true, verbose: true }],
  ['history -r-2:head', 'history', { revRange: '-2:head' }],
  ['rebase 3f2a --onto head --offline', 'rebase', { revision: '3f2a', onto: 'head', offline: true }],
  ['rebase --auto', 'rebase', { auto: true }],
  ['switch --yes-on shop --no-backup', 'switch', { yesOn: 'shop', backup: false }],
  ['heads -v', 'heads', { verbose: true }],
  ['branches -v', 'branches', { verbose: true }],
  ['history --format mermaid', 'history', { format: 'mermaid' }],
  ['heads --resolve-dependencies', 'heads', { resolveDependencies: true }],
  ['current --check-heads', 'current', { checkHeads: true }],
  ['stamp left right --purge', 'stamp', { targets: ['left', 'right'], purge: true }],
  ['stamp --sql aaaa:left aaaa:right', 'stamp', { targets: ['aaaa:left', 'aaaa:right'], sql: true }],
  ['repair 3f2a --accept --reason why', 'repair', { revision: '3f2a', accept: true, reason: 'why' }],
  ['repair 3f2a --undone --yes-on shop', 'repair', { revision: '3f2a', undone: true, yesOn: 'shop' }],
  ['show current', 'show', { revisions: ['current'] }],
  ['edit', 'edit', {}],
  ['ensure_version --sql', 'ensure-version', { sql: true }],
  ['list_templates', 'list-templates', {}],
  [
    'merge heads -m both --rev-id m --branch-label l --splice',
    'merge',
    { revisions: ['heads'], message: 'both', revId: 'm', branchLabel: ['l'], splice: true },
  ],
  [
    'revision -m x --autogenerate --head h --splice --branch-label l --version-path p --rev-id r --depends-on d --depends-on e',
    'revision',
    {
      message: 'x',
      autogenerate: true,
      head: 'h',
      splice: true,
      branchLabel: ['l'],
      versionPath: 'p',
      revId: 'r',
      dependsOn: ['d', 'e'],
    },
  ],
])('b97: %s', async (line, command, read) => {
  expect(await options(line)).toEqual([command, read])
})

test.each([
  ['upgrade -q', 'upgrade -q'],
  ['-q', '-q'],
  ['--config=a.json upgrade head', 'upgrade --config=a.json head'],
  ['-v -- upgrade', '-v -- upgrade'],
])('%s is read as %s', (line, read) => {
  expect(commandFirst(line.split(' ')).join(' ')).toBe(read)
})

test.each([
  ['-c a.json -c b.json current', '--config was given 2 times.'],
  ['upgrade --lock-timeout', '--lock-timeout lacks its value.'],
  ['downgrade', '`autogen downgrade` lacks its target.'],
  ['merge', '`autogen merge` lacks its revisions.'],
  ['stamp', '`autogen stamp` lacks its targets.'],
])('b97: %s is told what is missing, or too much', async (line, message) => {
  await expect(options(line)).rejects.toMatchObject({ exitCode: 2, message })
})

test('a format that a command does not have is refused with those it has', async () => {
  await expect(options('heads --format mermaid')).rejects.toMatchObject({
    exitCode: 2,
    hint: 'Use `--format text` or `--format json`.',
  })
})

test('no word names two commands', () => {
  const words = commands.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(new Set(words).size).toBe(words.length)
  for (const word of words) expect(commandNamed(word)).toBeDefined()
})

test.each<[readonly string[], string, string]>([
  [
    ['-v'],
    'No command was named.',
    'Name one, for example `autogen upgrade head`; `autogen --version` prints the version.',
  ],
  [['upgrad', 'head'], 'There is no command "upgrad".', 'Did you mean `autogen upgrade`?'],
  [['frobnicate'], 'There is no command "frobnicate".', 'Run `autogen --help`.'],
  [
    ['revision', 'add email'],
    '`autogen revision` takes no argument add email.',
    'A message comes after `-m`: `autogen revision -m "add email"`.',
  ],
  [
    ['revision', 'add', 'email'],
    '`autogen revision` takes no argument add email.',
    'A message comes after `-m`: `autogen revision -m "add email"`.',
  ],
  [
    ['revision', 'a $5 fee'],
    '`autogen revision` takes no argument a $5 fee.',
    "A message comes after `-m`: `autogen revision -m 'a $5 fee'`.",
  ],
  [['upgrade', '--dryrun'], '`autogen upgrade` takes no option --dryrun.', 'Did you mean `--dry-run`?'],
  [['upgrade', '--frobnicate=1'], '`autogen upgrade` takes no option --frobnicate.', 'Run `autogen upgrade --help`.'],
  [['heads', 'x'], '`autogen heads` takes no argument x.', 'Run `autogen heads --help`.'],
  [
    ['upgrade', '--lock-timeout', '-1'],
    '--lock-timeout must not be negative, as -1 is.',
    'Give a number, such as `--lock-timeout 60`.',
  ],
  [
    ['upgrade', '--lock-timeout', 'soon'],
    '--lock-timeout is not a number.',
    'Give a number, such as `--lock-timeout 60`.',
  ],
])('%j is told what to type instead', async (words, message, hint) => {
  await expect(parse(words)).rejects.toMatchObject({ exitCode: 2, message, hint })
})
