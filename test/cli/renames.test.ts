// What was renamed, as a person says it: at a terminal, in flags, in the settings; and what happens where nobody says it.
import { afterAll, describe, expect, test } from '@jest/globals'
import { databases, freshSqlite, type TestDatabase } from '../support/databases'
import { atTerminal, hasTerminal } from '../support/terminal'
import { userEntity, userProject } from '../support/user-project'
import type { TestProject } from '../support/cli'

jest.setTimeout(120_000)

const renamed = userEntity().replace('name: string', 'fullName: string')
const more = userEntity('@Column({ length: 100 })\n  title: string').replace('name: string', 'fullName: string')

const cleanUps: (() => unknown)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp()
})

/** A project whose database has the entity as it is at first, and whose entity has changed since. */
async function changed(open: () => Promise<TestDatabase>, entity = renamed): Promise<TestProject> {
  const database = await open()
  const made = userProject(database.options)
  cleanUps.push(database.drop, made.remove)
  await made.autogen(['revision', '-m', 'create user'])
  await made.autogen(['upgrade', 'head'])
  made.write('src/user.ts', entity)
  return made
}

const revisions = (made: TestProject) => made.files('migrations').filter((file) => file.endsWith('.ts'))
const newest = (made: TestProject, ending: string) =>
  made.read(`migrations/${revisions(made).find((file) => file.endsWith(ending))}`)

describe.each(databases.slice(0, 2))('on %s', (_name, open) => {
  test('where nobody can be asked, the command stops with code 6, tells the flags and writes nothing', async () => {
    const made = await changed(open)
    expect(await made.autogen(['revision', '-m', 'rename'])).toEqual({
      code: 6,
      stdout: '',
      stderr:
        'error user.name is gone and fullName is new: nobody said whether it was renamed.\n' +
        'hint  Add `--rename user.name:fullName` or `--drop user.name` to the command.\n',
      output: expect.any(String),
    })
    expect(revisions(made)).toHaveLength(1)

    const { code, stdout } = await made.autogen(['revision', '-m', 'rename', '--format', 'json'])
    expect({ code, error: JSON.parse(stdout).error }).toMatchObject({
      code: 6,
      error: {
        code: 'unanswered-rename',
        candidates: [
          {
            kind: 'column',
            gone: 'user.name',
            created: ['fullName'],
            flags: ['--rename user.name:fullName', '--drop user.name'],
            destructive: true,
          },
        ],
      },
    })
  })

  test('check asks nobody: it reports the drift, and what may have been renamed', async () => {
    const made = await changed(open)
    const { code, stdout } = await made.autogen(['check'])
    expect(code).toBe(3)
    expect(stdout).toContain('- column user.name varchar(100)')
    expect(stdout).toContain(
      'renamed? user.name may be fullName now: `autogen revision` asks, or takes `--rename user.name:fullName` or `--drop user.name`',
    )
  })

  test('--rename renames, and the revision keeps the answer', async () => {
    const made = await changed(open)
    const { code, stdout } = await made.autogen(['revision', '-m', 'rename', '--rename', 'user.name:fullName'])
    expect(code).toBe(0)
    expect(stdout).toContain('~ column user.name → fullName')
    expect(newest(made, '_rename.ts')).toContain(`export const renames = { 'user.name': 'fullName' }\n`)
    expect(newest(made, '_rename.ts')).toContain(`op.renameColumn('user', 'name', 'fullName')`)
    expect(await made.autogen(['upgrade', 'head'])).toMatchObject({ code: 0, stderr: '' })
    expect((await made.autogen(['check'])).code).toBe(0)
    expect((await made.autogen(['check', '--from-history'])).code).toBe(0)
    expect((await made.autogen(['downgrade', '-1'])).code).toBe(0)
    // Another developer, who has the files and not yet the column.
    expect((await made.autogen(['check'])).stdout).toContain('~ column user.name → fullName')
  })

  test('each that is gone has its flags; several may be given', async () => {
    const made = await changed(open, more)
    const refused = await made.autogen(['revision', '-m', 'x'])
    expect(refused.code).toBe(6)
    expect(refused.stderr).toContain(
      'Add `--rename user.name:fullName` or `--rename user.name:title` or `--drop user.name` to the command.',
    )
    const { stdout, code } = await made.autogen(['revision', '-m', 'x', '--drop', 'user.name'])
    expect({ code, dropped: stdout.includes('- column user.name') }).toEqual({ code: 0, dropped: true })
  })

  test('a file of answers, named in the settings, answers in CI', async () => {
    const made = await changed(open)
    made.write('autogen.config.json', '{ "renames": "autogen.renames.json" }')
    expect(await made.autogen(['revision', '-m', 'x'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/autogen\.renames\.json is not there, though the setting "renames" names it\./),
    })
    made.write('autogen.renames.json', '{ "user.name": 5 }')
    expect(await made.autogen(['revision', '-m', 'x'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/autogen\.renames\.json does not hold new names by old ones\./),
    })
    made.write('autogen.renames.json', '{ "user.name": "fullName", "user.other": null }')
    const { code, stdout } = await made.autogen(['revision', '-m', 'x'])
    expect({ code, renamed: stdout.includes('~ column user.name → fullName') }).toEqual({ code: 0, renamed: true })
  })
})

describe.each(hasTerminal ? ['a terminal'] : [])('at %s', () => {
  const question = 'user.fullName is new and user.name is gone: renamed, or dropped and created?'
  const down = '\u001b[B'
  const sqlite = async () => freshSqlite('sqljs')

  test('the person is asked, and Enter takes the likest', async () => {
    const made = await changed(sqlite)
    const { code, screen } = await atTerminal(made.folder, ['revision', '-m', 'rename'], [[question, '\r']])
    expect({ code, screen }).toEqual({ code: 0, screen: expect.stringContaining('renamed to fullName') })
    expect(newest(made, '_rename.ts')).toContain(`op.renameColumn('user', 'name', 'fullName')`)
  })

  test('the other answer drops and creates', async () => {
    const made = await changed(sqlite)
    const { code } = await atTerminal(made.folder, ['revision', '-m', 'rename'], [[question, `${down}\r`]])
    expect(code).toBe(0)
    expect(newest(made, '_rename.ts')).toContain(`export const renames = { 'user.name': null }\n`)
    expect(newest(made, '_rename.ts')).toContain(`op.dropColumn('user', 'name')`)
  })

  test('Ctrl-C leaves, and nothing is written', async () => {
    const made = await changed(sqlite)
    const { code, screen } = await atTerminal(made.folder, ['revision', '-m', 'rename'], [[question, '\u0003']])
    expect({ code, screen }).toEqual({ code: 130, screen: expect.stringContaining('Interrupted') })
    expect(revisions(made)).toHaveLength(1)
  })

  test('a flag has answered: nobody is asked', async () => {
    const made = await changed(sqlite)
    const { code, screen } = await atTerminal(
      made.folder,
      ['revision', '-m', 'x', '--rename', 'user.name:fullName'],
      [],
    )
    expect({ code, asked: screen.includes(question) }).toEqual({ code: 0, asked: false })
  })

  test('nor is anybody where the result is for a program', async () => {
    const made = await changed(sqlite)
    expect((await atTerminal(made.folder, ['revision', '-m', 'x', '--format', 'json'], [])).code).toBe(6)
  })
})
