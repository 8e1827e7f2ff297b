// What is said to be typed works in a project that is one of several.
import { namedProject } from '../../src/cli/named-project'
import { project } from '../support/cli'
import { migrationText } from '../support/pods'

jest.setTimeout(60_000)

test.each([
  ['Run `autogen upgrade head`.', 'Run `autogen -n shop upgrade head`.'],
  ['`EDITOR=vim autogen edit` or `autogen heads`', '`EDITOR=vim autogen -n shop edit` or `autogen -n shop heads`'],
  ['Write it:  npx autogen revision -m "first"', 'Write it:  npx autogen -n shop revision -m "first"'],
  ['Run `autogen --help`; autogen upgrade is a word.', 'Run `autogen --help`; autogen upgrade is a word.'],
])('%s', (said, named) => {
  expect(namedProject('shop').text(said)).toBe(named)
  expect(namedProject(undefined).text(said)).toBe(said)
})

test('a name that a shell would take apart is quoted', () => {
  expect(namedProject("Ann's shop").text('`autogen check`')).toBe("`autogen -n 'Ann'\\''s shop' check`")
})

test('of data only what is said to a person changes', () => {
  const row = { message: 'Run `autogen check`.', sql: '`autogen check`' }
  const problem = { message: 'It is behind.', hint: 'Run `autogen check`.' }
  expect(namedProject('shop').data({ row, problems: [problem] })).toEqual({
    row,
    problems: [{ ...problem, hint: 'Run `autogen -n shop check`.' }],
  })
})

test('problems, errors and results name the project, as text and as JSON', async () => {
  const made = project({
    'autogen.config.json': JSON.stringify({ projects: { shop: { dataSource: 'shop.json' } } }),
    'shop.json': JSON.stringify({ type: 'sqljs', location: 'x.db', autoSave: true }),
    'migrations/a.js': migrationText('aaaa', undefined, { up: `op.execute('SELECT 1')` }),
  })
  try {
    const checked = await made.autogen(['check', '-n', 'shop'])
    expect(checked.stdout).toContain('Run `autogen -n shop upgrade head`.')
    const json = JSON.parse((await made.autogen(['-n', 'shop', 'check', '--format', 'json'])).stdout) as object
    expect(json).toMatchObject({ problems: [{ hint: 'Run `autogen -n shop upgrade head`.' }] })
    const refused = await made.autogen(['revision', '-m', 'x', '--name=shop'])
    expect(refused.stderr).toContain('Run `autogen -n shop upgrade head` first')
    const error = JSON.parse((await made.autogen(['revision', '-n=shop', '-m', 'x', '--format=json'])).stdout) as object
    expect(error).toMatchObject({ error: { hint: expect.stringContaining('`autogen -n shop upgrade head`') } })
  } finally {
    made.remove()
  }
})
