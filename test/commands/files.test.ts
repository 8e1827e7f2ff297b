// What a new file is called, written in and put together by, and what runs over it afterwards: settings, with the real folder.
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as autogen from '../../src'
import { freshFolder, writeFiles } from '../support/projects'

type Options = Partial<autogen.RevisionOptions & autogen.ProjectOptions>

function project(files: Readonly<Record<string, string | object>> = {}) {
  const folder = freshFolder()
  writeFiles(folder, { 'package.json': {}, 'migrations/.keep': '', ...files })
  return {
    folder,
    write: (options: Options) =>
      autogen.revision({ cwd: folder, migrations: 'migrations', message: 'add email', empty: true, ...options }),
    written: () =>
      (readdirSync(join(folder, 'migrations'), { recursive: true }) as string[]).filter((name) =>
        /\.[cm]?[jt]s$/.test(name),
      ),
  }
}

const noRevision = {
  code: 'template',
  message: expect.stringMatching(/loses the id or the parents.*no file was written/),
}

describe('sub-folders', () => {
  const fileName = '<year>/<revision>_<slug>'

  test('are made, and found again when recursive', async () => {
    const { folder, write } = project()
    const options = { fileName, recursive: true, timeZone: 'Pacific/Kiritimati', slugLength: 3 }
    const first = await write({ ...options, revId: 'aaaa' })
    expect(first.path).toMatch(/migrations\/\d{4}\/aaaa_add\.js$/)
    expect(readFileSync(first.path!, 'utf8')).toMatch(/ \* Created: \S+\+14:00\n/)
    expect(await write({ ...options, revId: 'bbbb' })).toMatchObject({ parents: ['aaaa'] })
    const { heads } = await autogen.heads({ cwd: folder, migrations: 'migrations', recursive: true })
    expect(heads).toMatchObject([{ revision: 'bbbb', parents: ['aaaa'] }])
    expect(Date.parse(heads[0]!.createdAt!)).toBeGreaterThan(Date.now() - 60_000)
  })

  test('are refused when nobody would look into them', async () => {
    const { write, written } = project()
    await expect(write({ fileName })).rejects.toMatchObject({
      message: `Files called ${fileName} lie in sub-folders, where revisions are not looked for.`,
      hint: 'Set `recursive: true` beside `fileName` in your settings.',
    })
    expect(written()).toEqual([])
  })

  test('are told by every command once nobody looks into them any more', async () => {
    const { folder, write } = project()
    await write({ fileName, recursive: true })
    const options = { cwd: folder, migrations: 'migrations', fileName }
    for (const command of [autogen.history(options), autogen.heads(options), autogen.show(options)]) {
      await expect(command).rejects.toThrow('lie in sub-folders, where revisions are not looked for')
    }
  })
})

test('a time zone that nobody knows leaves no file', async () => {
  const { write, written } = project()
  await expect(write({ timeZone: 'Mars/Olympus' })).rejects.toThrow('There is no time zone "Mars/Olympus".')
  await expect(write({ fileName: '<rev>' })).rejects.toThrow('holds <rev>, which is unknown')
  await expect(write({ fileName: '#<revision>' })).rejects.toThrow('would not be found again')
  expect(written()).toEqual([])
})

test.each([
  ['typescript', {}, 'ts', 'op: Op'],
  ['javascript-esm', {}, 'mjs', 'export const revision'],
  ['javascript-esm', { type: 'module' }, 'js', 'export const revision'],
  ['javascript-commonjs', {}, 'js', 'exports.revision'],
  ['javascript-commonjs', { type: 'module' }, 'cjs', 'exports.revision'],
] as const)('%s can be chosen in a package of %j', async (language, manifest, ending, text) => {
  const { folder, write } = project({ 'package.json': manifest })
  const { path, source } = await write({ language, revId: 'aaaa' })
  expect(path).toBe(join(folder, `migrations/aaaa_add_email.${ending}`))
  expect(source).toContain(text)
  const { templates } = await autogen.listTemplates({ cwd: folder, migrations: 'migrations', language })
  expect(templates.filter(({ chosen }) => chosen).map(({ name }) => name)).toEqual([language])
  expect(
    await autogen.check({ cwd: folder, migrations: 'migrations' }).catch((error: Error) => error.message),
  ).not.toMatch(/could not be loaded/)
})

describe('a template', () => {
  const template = ({ header, upgrade, downgrade, comment }: autogen.ScriptParts) =>
    `${comment}\n// Ours.\n${header}\n${upgrade}\n${downgrade}\n`

  test('is a function, or a file named from where the settings are', async () => {
    const { folder, write } = project({
      'autogen.config.json': { migrations: 'migrations', template: 'conf/template.js' },
      'conf/template.js': `module.exports = ${template.toString().replaceAll('autogen.ScriptParts', '')}`,
    })
    expect((await write({})).source).toContain('// Ours.')
    expect(await autogen.listTemplates({ cwd: folder })).toMatchObject({ own: join(folder, 'conf/template.js') })
    const { source } = await write({ template: (parts) => template(parts).replace('Ours', 'Mine') })
    expect(source).toContain('// Mine.')
  })

  test('that loses its place in the history, throws, or is none leaves no file', async () => {
    const { write, written } = project({ 'none.js': 'module.exports = 5' })
    await expect(write({ template: ({ upgrade, downgrade }) => upgrade + downgrade })).rejects.toMatchObject(noRevision)
    const mine = () => {
      throw new Error('not today')
    }
    await expect(write({ template: mine })).rejects.toThrow('The template mine failed: not today; no file was written.')
    await expect(write({ template: 'none.js' })).rejects.toThrow('has no function as its default export')
    await expect(write({ template: 'gone.js' })).rejects.toMatchObject({ exitCode: 2 })
    expect(written()).toEqual([])
  })
})

test('`format: false` leaves a new file as it was rendered, whatever prettier would make of it', async () => {
  const { write } = project({ '.prettierrc': '{ "tabWidth": 8, "singleQuote": false }' })
  expect((await write({ revId: 'aaaa' })).source).toContain('revision = "aaaa"')
  expect((await write({ revId: 'bbbb', format: false })).source).toContain("revision = 'bbbb'")
})

describe('hooks', () => {
  const append = (text: string) => [
    process.execPath,
    '-e',
    `require('fs').appendFileSync(process.argv[1], '// ' + ${JSON.stringify(text)} + ' ' + process.cwd() + '\\n')`,
  ]

  test('run in their order, in their folder, after revision and merge, and the text is what they left', async () => {
    const { folder, write } = project({ 'conf/.keep': '' })
    const seen: string[] = []
    const afterWrite = [
      append('first'),
      { command: append('second'), cwd: 'conf' },
      ({ path, revision }: autogen.RevisionFile) => void seen.push(revision, readFileSync(path, 'utf8')),
    ]
    const { path, source } = await write({ revId: 'aaaa', afterWrite })
    const here = realpathSync(folder)
    expect(source!.split('\n').slice(-3)).toEqual([`// first ${here}`, `// second ${join(here, 'conf')}`, ''])
    expect(readFileSync(path!, 'utf8')).toBe(source)
    expect(seen).toEqual(['aaaa', source])
    await write({ revId: 'bbbb', head: 'aaaa' })
    await write({ revId: 'cccc', head: 'aaaa', splice: true })
    const merged = await autogen.merge({ cwd: folder, migrations: 'migrations', revisions: 'heads', afterWrite })
    expect(merged.source).toMatch(/\/\/ first .*\n\/\/ second .*\n$/)
  })

  test('get the path as one word, whatever is in it, where it is asked for or last', async () => {
    const { folder, write } = project({ 'a $(touch bad); b/.keep': '' })
    const words = [
      process.execPath,
      '-e',
      'require("fs").writeFileSync("words.json", JSON.stringify(process.argv.slice(1)))',
      '--',
    ]
    const options = { migrations: 'a $(touch bad); b' }
    const wordsRead = () => JSON.parse(readFileSync(join(folder, 'words.json'), 'utf8')) as string[]
    const { path } = await write({ ...options, afterWrite: [[...words, '--fix']] })
    expect(wordsRead()).toEqual(['--fix', path])
    const second = await write({ ...options, afterWrite: [[...words, '--file=<file>', '$HOME', '*']] })
    expect(wordsRead()).toEqual([`--file=${second.path}`, '$HOME', '*'])
    expect(readdirSync(folder)).not.toContain('bad')
  })

  test('are found among the commands of the packages above', async () => {
    const { folder, write } = project({ 'node_modules/.bin/mark': '#!/bin/sh\necho "// marked" >> "$1"\n' })
    const { chmodSync } = await import('node:fs')
    chmodSync(join(folder, 'node_modules/.bin/mark'), 0o755)
    expect((await write({ afterWrite: [['mark']] })).source).toMatch(/\/\/ marked\n$/)
  })

  const vanishing = ({ path }: autogen.RevisionFile) => void writeFileSync(path, '// nothing left\n')
  const failing = () => Promise.reject(new Error('not mine'))
  test.each<[string, autogen.WriteHook, string]>([
    [
      'no such command',
      ['no-such-command'],
      'the hook `no-such-command` cannot run: there is no command no-such-command.',
    ],
    [
      'a command that fails',
      [process.execPath, '-e', 'console.log("two problems"); process.exit(3)'],
      'ended with code 3:\ntwo problems',
    ],
    ['a folder that is not there', { command: ['ls'], cwd: 'gone' }, 'has no folder'],
    ['a function that fails', failing, 'the hook `failing` failed: not mine'],
    ['one that takes the revision out of the file', vanishing, 'took the id or the parents out of it.'],
  ])('%s ends the command; the file stays, and what comes after does not run', async (_what, hook, problem) => {
    const { write, written } = project()
    let ran = false
    const after = () => void (ran = true)
    const failure: autogen.WriteHookError = await write({ revId: 'aaaa', afterWrite: [hook, after] }).then(
      () => Promise.reject(new Error('It did not fail.')),
      (error) => error,
    )
    expect(failure).toMatchObject({ code: 'write-hook', exitCode: 2 })
    expect(failure.message).toMatch(/aaaa_add_email\.js is written and stays, but the hook/)
    expect(failure.message).toContain(problem)
    expect(written()).toContain('aaaa_add_email.js')
    expect(ran).toBe(false)
  })
})
