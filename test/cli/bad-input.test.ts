// Bad input: one clear sentence, a hint with the next command to type, its exit code, and nothing written.
import { afterEach, describe, expect, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ask, freshPostgres, postgresUrl } from '../support/databases'
import { project, type Ran, type TestProject } from '../support/cli'
import { dataSource, userEntity, userProject } from '../support/user-project'

jest.setTimeout(60_000)

const sqljs = { type: 'sqljs', location: 'app.sqlite', autoSave: true }
let made: TestProject
afterEach(() => made.remove())

/** Says that a command failed as it should: code, one sentence, one hint, no stack, nothing written. */
function expectRefusal(ran: Ran, code: number, sentence: RegExp, hint: RegExp): void {
  const lines = ran.stderr.trimEnd().split('\n')
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code, stderr: expect.stringMatching(sentence) })
  expect(lines.at(-1)).toMatch(hint)
  expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith('hint'))).toHaveLength(1)
  expect(ran.output).not.toMatch(/^\s+at .*:\d+:\d+/m)
  expect(existsSync(join(made.folder, 'app.sqlite'))).toBe(false)
  if (existsSync(join(made.folder, 'migrations'))) {
    expect(made.files('migrations').filter((name) => /^[0-9a-f]{12}_/.test(name))).toEqual([])
  }
}

describe('settings and data source', () => {
  test('no settings', async () => {
    made = project({ 'migrations/.gitkeep': '' })
    expectRefusal(await made.autogen(['check']), 2, /no settings/, /autogen init/)
  })

  test('an unknown setting', async () => {
    made = userProject(sqljs)
    made.write('autogen.config.json', '{ "migration": "migrations" }')
    expectRefusal(await made.autogen(['check']), 2, /unknown setting "migration"\.$/m, /Did you mean "migrations"\?/)
    made.write('autogen.config.json', '{ "quux": true }')
    expectRefusal(await made.autogen(['check']), 2, /unknown setting "quux"; there are dataSource, /, /settings/)
  })

  test('settings that are no JSON', async () => {
    made = userProject(sqljs)
    made.write('autogen.config.json', '{ "migrations": ')
    expectRefusal(await made.autogen(['check']), 2, /not valid JSON/, /settings/)
  })

  test('a data source file that throws', async () => {
    made = userProject(sqljs)
    made.write('ormconfig.ts', 'throw new Error("no database today")\n')
    expectRefusal(await made.autogen(['check']), 2, /ormconfig\.ts could not be loaded: no database today/, /Mend/)
  })

  test('a data source file that exports nothing', async () => {
    made = userProject(sqljs)
    made.write('ormconfig.ts', 'export const nothing = 1\n')
    expectRefusal(await made.autogen(['check']), 2, /exports no DataSource/, /export default new DataSource/)
  })

  test('a data source file that exports two', async () => {
    made = userProject(sqljs)
    made.write(
      'ormconfig.ts',
      `import { DataSource } from 'typeorm'\nexport const a = new DataSource(${JSON.stringify(sqljs)} as any)\nexport const b = new DataSource(${JSON.stringify(sqljs)} as any)\n`,
    )
    expectRefusal(await made.autogen(['check']), 2, /exports 2 DataSources \(a, b\)/, /export default/)
  })

  test('a data source file that is not there', async () => {
    made = userProject(sqljs)
    const typed = await made.autogen(['check', '-d', 'src/nowhere.ts'])
    expectRefusal(typed, 2, /There is no file \S+src\/nowhere\.ts, which `-d` names\.$/m, /Mend what `-d` names/)
    made.write('autogen.config.json', '{ "dataSource": "src/nowhere.ts" }')
    const written = await made.autogen(['check'])
    expectRefusal(written, 2, /nowhere\.ts, which `dataSource` of the settings names\.$/m, /Mend what `dataSource`/)
    made.write('autogen.config.json', '{ "dataSource": { "source": "src/nowhere.ts", "compiled": "dist/nowhere.js" } }')
    const unbuilt = await made.autogen(['check'])
    expectRefusal(
      unbuilt,
      2,
      /no file \S+dist\/nowhere\.js, which .* and no src\/nowhere\.ts either\.$/m,
      /^hint {2}Build/,
    )
    made.write('autogen.config.json', '{ "migrations": { "source": "src/nowhere", "compiled": "dist/nowhere" } }')
    const folder = await made.autogen(['check'])
    expectRefusal(folder, 2, /no migrations folder \S+dist\/nowhere, and no src\/nowhere either\.$/m, /^hint {2}Build/)
  })

  test('a module that an entity imports and that is not there', async () => {
    made = userProject(sqljs, `import './nowhere'\n${userEntity()}`)
    const ran = await made.autogen(['check'])
    expectRefusal(ran, 2, /Cannot find module '\.\/nowhere'/, /Mend/)
    expect(ran.output).not.toContain('Require stack')
  })

  test('an entity that fails to load', async () => {
    made = userProject(sqljs)
    made.write('src/user.ts', `throw new Error('half an entity')\n`)
    expectRefusal(await made.autogen(['check']), 2, /half an entity/, /Mend/)
  })

  test('an entity that fails to load, found by a glob', async () => {
    made = userProject(sqljs)
    made.write('src/user.ts', `throw new Error('half an entity')\n`)
    made.write(
      'ormconfig.ts',
      dataSource(sqljs)
        .replace(/import \{ User.*\n/, '')
        .replace('[User]', "[__dirname + '/src/*.ts']"),
    )
    expectRefusal(await made.autogen(['check']), 2, /half an entity/, /./)
  })

  test('a type that cannot be known from one file, every one of them at once', async () => {
    const columns = Array.from({ length: 3 }, (_, n) => `@Column()\n  level${n}: Level`)
    made = userProject(sqljs, `import { Level } from './level'\n${userEntity(...columns)}`)
    made.write('src/level.ts', 'export type Level = "low" | "high"\n')
    const ran = await made.autogen(['check'])
    expectRefusal(ran, 2, /User\.level0[\s\S]*User\.level1[\s\S]*User\.level2/, /type/)
  })

  test('typeorm is not installed', async () => {
    made = project(
      { 'ormconfig.js': "module.exports = { type: 'sqljs' }\n", 'migrations/.gitkeep': '' },
      { without: ['typeorm'] },
    )
    expectRefusal(await made.autogen(['check']), 2, /typeorm/, /npm i(nstall)? .*typeorm/)
  })

  test('a driver that is not supported yet', async () => {
    made = userProject(sqljs)
    made.write('ormconfig.ts', "export default { type: 'mysql', database: 'app' }\n")
    expectRefusal(await made.autogen(['check']), 2, /mysql/, /postgres/)
  })
})

describe('the database', () => {
  const secret = 'hunter2-secret'

  test('it is down', async () => {
    made = userProject({ type: 'postgres', url: `postgres://user:${secret}@127.0.0.1:1/app` })
    const ran = await made.autogen(['check'])
    expectRefusal(ran, 8, /user@127\.0\.0\.1:1\/app/, /./)
    expect(ran.output).not.toContain(secret)
  })

  test('it does not exist', async () => {
    const url = new URL(postgresUrl())
    url.pathname = '/no_such_database'
    made = userProject({ type: 'postgres', url: url.href })
    expectRefusal(
      await made.autogen(['upgrade', 'head']),
      8,
      /no_such_database/,
      /createdb -h 127\.0\.0\.1 -p \d+ -U \w+ no_such_database`/,
    )
  })

  test('no password is printed, not even in JSON', async () => {
    made = userProject({
      type: 'postgres',
      host: '127.0.0.1',
      port: 1,
      username: 'u',
      password: secret,
      database: 'app',
    })
    const ran = await made.autogen(['check', '--format', 'json', '-v'])
    expect(ran.code).toBe(8)
    expect(ran.output).not.toContain(secret)
    expect(JSON.parse(ran.stdout)).toMatchObject({ format: 1, error: { exitCode: 8 } })
  })
})

describe('migrations', () => {
  const good = (id: string, down: string) =>
    `export const revision = ${id}\nexport const downRevision = ${down}\nexport function upgrade() {}\nexport function downgrade() {}\n`

  test('no folder', async () => {
    made = userProject(sqljs)
    made.write('autogen.config.json', '{ "migrations": "nowhere" }')
    expectRefusal(await made.autogen(['upgrade', 'head']), 2, /nowhere/, /autogen init/)
  })

  test.each([
    [
      'a syntax error',
      { 'a.ts': 'export const revision = "aaaa"\nexport const downRevision = null\nexport function upgrade( {\n' },
      2,
      /a\.ts/,
    ],
    ['no revision', { 'a.ts': 'export const downRevision = null\nexport function upgrade() {}\n' }, 4, /a\.ts/],
    ['a malformed id', { 'a.ts': good("'no good'", 'null') }, 4, /no good/],
    [
      'the same id twice',
      { 'a.ts': good("'aaaa'", 'null'), 'b.ts': good("'aaaa'", 'null') },
      4,
      /aaaa[\s\S]*a\.ts[\s\S]*b\.ts/,
    ],
    ['a parent that does not exist', { 'a.ts': good("'aaaa'", "'bbbb'") }, 4, /bbbb/],
  ] as const)('%s', async (_name, files, code, sentence) => {
    made = userProject(sqljs)
    for (const [file, text] of Object.entries(files)) made.write(`migrations/${file}`, text)
    expectRefusal(await made.autogen(['upgrade', 'head']), code, sentence, /./)
  })

  test('a promise of op.query that was not awaited', async () => {
    made = userProject(sqljs)
    made.write(
      'migrations/a.ts',
      good("'aaaa'", 'null').replace('upgrade() {}', 'upgrade(op: any) { op.query("select 1") }'),
    )
    const ran = await made.autogen(['upgrade', 'head'])
    expect(ran.code).toBe(5)
    expect(ran.stderr).toMatch(/await/)
    expect(ran.stderr).toMatch(/a\.ts:3/)
    expect((await made.autogen(['current'])).stdout.trim()).toBe('base')
  })
})

describe('messages', () => {
  test('none', async () => {
    made = userProject(sqljs)
    expectRefusal(await made.autogen(['revision']), 2, /no message/, /-m/)
  })

  test('an empty one', async () => {
    made = userProject(sqljs)
    expectRefusal(await made.autogen(['revision', '-m', '  ']), 2, /no message/, /-m/)
  })

  test('5,000 characters', async () => {
    made = userProject(sqljs)
    expectRefusal(await made.autogen(['revision', '-m', 'x'.repeat(5000)]), 2, /5000 characters/, /comment/)
  })

  test('quotes, newlines, comment ends and emoji arrive in the file as they were typed', async () => {
    made = userProject(sqljs)
    const message = `it's "quoted" \`code\` \${x}\n*/ new line 🎉`
    expect(await made.autogen(['revision', '-m', message, '--rev-id', 'aaaa'])).toMatchObject({ code: 0, stderr: '' })
    const shown = await made.autogen(['history', '--format', 'json'])
    expect(JSON.parse(shown.stdout).revisions[0].message).toBe(message)
    expect((await made.autogen(['upgrade', 'head'])).code).toBe(0)
  })
})

test.each([
  ['head', /The id "head" cannot be used, as it is a word for a target\./],
  ['no good', /The id "no good" cannot be used\./],
])('the id %s', async (id, sentence) => {
  made = userProject(sqljs)
  expectRefusal(await made.autogen(['revision', '--empty', '-m', 'x', '--rev-id', id]), 2, sentence, /--rev-id/)
})

describe('arguments', () => {
  test.each([
    [['frobnicate'], /frobnicate/],
    [['upgrade', '--frobnicate'], /frobnicate/],
    [['check', '--format', 'yaml'], /yaml/],
    [['downgrade'], /target/],
    [['help', 'frobnicate'], /frobnicate/],
    [['history', '-r', 'head'], /head is one end, and a range FROM:TO is expected here/],
    [['revision', '-m', 'a', '-m', 'b'], /--message was given 2 times/],
  ])('%j', async (words, sentence) => {
    made = userProject(sqljs)
    expectRefusal(await made.autogen(words), 2, sentence, /./)
  })
})

test('a password is not printed, wherever it stands', async () => {
  const database = await freshPostgres()
  const url = new URL(database.url)
  url.username = 'no_such_role'
  url.password = 'hunter2-secret'
  made = userProject({ type: 'postgres', url: url.href })
  try {
    const ran = await made.autogen(['check'])
    expect(ran.code).toBe(8)
    expect(ran.output).not.toContain('hunter2-secret')

    // Nor where an error that nobody foresaw repeats it: a type stands where our table has to be.
    url.username = 'postgres'
    await ask(database, 'CREATE TYPE "hunter2-secret" AS ENUM ()')
    made.write('ormconfig.ts', dataSource({ type: 'postgres', url: url.href }))
    made.write('autogen.config.json', '{ "versionTable": "hunter2-secret" }')
    for (const more of [[], ['--format', 'json']]) {
      const unforeseen = await made.autogen(['upgrade', 'head', '-v', ...more])
      expect(unforeseen).toMatchObject({ code: 1, output: expect.stringMatching(/type \\?"\*{3}\\?" already exists/) })
      expect(unforeseen.output).not.toContain('hunter2-secret')
    }
  } finally {
    await database.drop()
  }
})

test('help is a word, too', async () => {
  made = userProject(sqljs)
  const all = await made.autogen(['help'])
  expect(all).toMatchObject({ code: 0, stdout: (await made.autogen(['--help'])).stdout })
  const one = await made.autogen(['help', 'revision'])
  expect(one).toMatchObject({ code: 0, stdout: (await made.autogen(['revision', '--help'])).stdout })
})

test('a hook that fails leaves a revision, and what it does is told all the same', async () => {
  made = userProject(sqljs)
  made.write('autogen.config.json', '{ "afterWrite": [["false"]] }')
  const ran = await made.autogen(['revision', '-m', 'first'])
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^ {2}\+ table user .*\nerror .* is written and stays, but the hook `false`/),
  })
})
