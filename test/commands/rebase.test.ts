// Branches that met: a revision that has not run yet moves onto the other head, and HEAD tells of both before they meet.
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  readdirSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { freshSqlite, type TestDatabase } from '../support/databases'
import { folderProject, refusal, tableBody, type FolderProject } from '../support/folder-project'

const opened: TestDatabase[] = []
afterAll(() => Promise.all(opened.map((database) => database.drop())))

const project = (settings: Omit<autogen.Settings, 'dataSource'> = {}) => {
  const database = freshSqlite('sqljs')
  opened.push(database)
  return folderProject(database, settings)
}

/** a, with b1 -> b2 and c above it. */
function met(made = project()) {
  made.write('aaaa', [], tableBody('one'))
  made.write('bbb1', ['aaaa'], tableBody('two'))
  made.write('bbb2', ['bbb1'], tableBody('three'))
  made.write('cccc', ['aaaa'], tableBody('four'))
  return made
}

describe('autogen rebase', () => {
  test('moves a revision, and all above it, by its header alone', async () => {
    const made = met()
    await autogen.upgrade({ ...made.options, target: 'cccc' })
    const before = made.read('migrations/bbb1.js')
    expect(await autogen.rebase({ ...made.options, revision: 'bbb1', onto: 'head' })).toEqual({
      revision: 'bbb1',
      from: ['aaaa'],
      onto: 'cccc',
      changed: true,
      path: join(made.folder, 'migrations/bbb1.js'),
      moved: ['bbb1', 'bbb2'],
    })
    const after = made.read('migrations/bbb1.js')
    expect(after).toContain(' * Revises: cccc\n')
    expect(after).toContain("exports.downRevision = 'cccc'\n")
    expect(after.replaceAll('cccc', 'aaaa')).toBe(before)
    expect(made.read('migrations/HEAD')).toMatch(/^#.*\nbbb2\n$/)
    expect(await autogen.upgrade(made.options)).toMatchObject({ from: ['cccc'], to: ['bbb2'] })
    expect(await autogen.rebase({ ...made.options, revision: 'bbb1' })).toMatchObject({ changed: false })
    expect((await autogen.check(made.options)).problems).toMatchObject([{ code: 'drift' }])
  })

  test('runs the hooks over the file it has changed, when HEAD is written too', async () => {
    const seen: string[] = []
    const made = met()
    const afterWrite: autogen.WriteHook[] = [
      ({ path, revision }) => {
        seen.push(`${revision} ${made.read('migrations/HEAD').split('\n')[1]}`)
        writeFileSync(path, `${readFileSync(path, 'utf8')}// marked\n`)
      },
    ]
    const options = { ...made.options, afterWrite }
    await autogen.rebase({ ...options, revision: 'bbb1', onto: 'cccc' })
    expect(seen).toEqual(['bbb1 bbb2'])
    expect(made.read('migrations/bbb1.js')).toMatch(/downRevision = 'cccc'[^]*\/\/ marked\n$/)
    // Where nothing is written, nothing follows.
    await autogen.rebase({ ...options, revision: 'bbb1', onto: 'cccc' })
    expect(seen).toHaveLength(1)
    const undoing: autogen.WriteHook = ({ path }) =>
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll("'aaaa'", "'cccc'"))
    const refused = await refusal(
      autogen.rebase({ ...made.options, revision: 'bbb1', onto: 'aaaa', afterWrite: [undoing] }),
    )
    expect(refused).toMatchObject({
      code: 'write-hook',
      exitCode: 2,
      message: expect.stringMatching(/took the parents/),
    })
  })

  test('--auto moves the head that has not run onto the one that has', async () => {
    const made = met()
    await autogen.upgrade({ ...made.options, target: 'bbb2' })
    expect(await autogen.rebase({ ...made.options, auto: true })).toMatchObject({ revision: 'cccc', onto: 'bbb2' })
    expect(await autogen.upgrade(made.options)).toMatchObject({ steps: [{ revision: 'cccc' }] })
    expect(await autogen.rebase({ ...made.options, auto: true })).toEqual({ from: [], changed: false, moved: [] })
  })

  test('what has run, or was begun, in the database is not moved; --offline does not ask', async () => {
    const made = met()
    expect(await refusal(autogen.rebase({ ...made.options, auto: true }))).toMatchObject({
      code: 'ambiguous-rebase',
      exitCode: 4,
      hint: '`autogen rebase bbb1 --onto cccc` or `autogen rebase cccc --onto bbb2` or `autogen merge heads -m "merge"`.',
    })
    await autogen.upgrade({ ...made.options, target: 'bbb1' })
    expect(await refusal(autogen.rebase({ ...made.options, revision: 'bbb1' }))).toMatchObject({
      code: 'already-applied',
      exitCode: 6,
      hint: expect.stringContaining('autogen downgrade aaaa'),
    })
    await made.ask(
      `INSERT INTO autogen_log (revision, parents, direction, kind, status, steps_done, operations, tool_version, started_at)
       VALUES ('bbb2', '["bbb1"]', 'up', 'upgrade', 'failed', 1, '[]', '1', '2026-01-02T03:04:05.678Z')`,
    )
    expect(await refusal(autogen.rebase({ ...made.options, revision: 'bbb2' }))).toMatchObject({
      code: 'already-applied',
    })
    // Batches count as one part, and only when all of them are done.
    await made.ask(
      `UPDATE autogen_log SET steps_done = 0, reason = 'batched "a" by "id" up to 7' WHERE revision = 'bbb2'`,
    )
    expect(await refusal(autogen.rebase({ ...made.options, revision: 'bbb2' }))).toMatchObject({
      code: 'already-applied',
    })
    const dataSource = new typeorm.DataSource({ type: 'postgres', host: '127.0.0.1', port: 1, database: 'none' })
    const offline = { ...made.options, dataSource }
    expect(await refusal(autogen.rebase({ ...offline, revision: 'cccc' }))).toMatchObject({ exitCode: 8 })
    expect(await autogen.rebase({ ...offline, revision: 'cccc', offline: true })).toMatchObject({ onto: 'bbb2' })
  })

  test.each([
    [{}, 'Nothing says which revision to move.'],
    [{ auto: true, revision: 'bbb1' }, '`--auto` finds out by itself what to move, by what has run in the database.'],
    [{ auto: true, offline: true }, '`--auto` finds out by itself what to move, by what has run in the database.'],
    [{ revision: 'base' }, 'base is no revision.'],
    [{ revision: 'heads' }, 'heads is several revisions: bbb2, cccc.'],
    [{ revision: 'bbb1', onto: 'base' }, 'base is no revision.'],
  ])('%j is no command', async (options, message) => {
    expect(await refusal(autogen.rebase({ ...met().options, ...options }))).toMatchObject({ message, exitCode: 2 })
  })

  test('a merge, a circle and a computed parent are refused, and no file is changed', async () => {
    const made = met()
    made.write('dddd', ['aaaa'], { others: "exports.dependsOn = 'bbb2'" })
    made.write('mmmm', ['bbb2', 'cccc'])
    made.write('eeee', ['aaaa'])
    writeFileSync(
      join(made.folder, 'migrations/eeee.js'),
      made.read('migrations/eeee.js').replace("downRevision = 'aaaa'", "downRevision = 'aa' + 'aa'"),
    )
    const offline = { ...made.options, offline: true }
    const files = () => ['bbb1', 'mmmm', 'eeee'].map((id) => made.read(`migrations/${id}.js`))
    const before = files()
    expect(await refusal(autogen.rebase({ ...offline, revision: 'mmmm', onto: 'dddd' }))).toMatchObject({
      code: 'rebase-merge',
    })
    expect(await refusal(autogen.rebase({ ...offline, revision: 'bbb1', onto: 'dddd' }))).toMatchObject({
      code: 'rebase-cycle',
      message: 'Revision bbb1 cannot follow dddd, which depends on it.',
    })
    expect(await refusal(autogen.rebase({ ...offline, revision: 'bbb1', onto: 'mmmm' }))).toMatchObject({
      code: 'rebase-cycle',
    })
    expect(await refusal(autogen.rebase({ ...offline, revision: 'eeee', onto: 'dddd' }))).toMatchObject({
      code: 'unwritable-parent',
      exitCode: 2,
      hint: 'Write `dddd` into its `downRevision` by hand.',
    })
    expect(files()).toEqual(before)
    expect(existsSync(join(made.folder, 'migrations/HEAD'))).toBe(false)
  })

  test('bytes that are no text are left alone, a link leads to its file, and the mode stays', async () => {
    const made = met()
    const file = join(made.folder, 'migrations/bbb1.js')
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('// \xff\n', 'latin1')]))
    const broken = readFileSync(file)
    expect(await refusal(autogen.rebase({ ...made.options, revision: 'bbb1', offline: true }))).toMatchObject({
      message: expect.stringContaining('is not written in UTF-8'),
    })
    expect(readFileSync(file)).toEqual(broken)

    mkdirSync(join(made.folder, 'elsewhere'))
    const real = join(made.folder, 'elsewhere/cccc.js')
    renameSync(join(made.folder, 'migrations/cccc.js'), real)
    execFileSync('chmod', ['600', real])
    symlinkSync(real, join(made.folder, 'migrations/cccc.js'))
    await autogen.rebase({ ...made.options, revision: 'cccc', offline: true })
    expect(lstatSync(join(made.folder, 'migrations/cccc.js')).isSymbolicLink()).toBe(true)
    expect(lstatSync(real).mode & 0o777).toBe(0o600)
    expect(readFileSync(real, 'utf8')).toContain("downRevision = 'bbb2'")
  })

  test('of a source and what it was compiled to the source is changed, and the other named', async () => {
    const made = project({ migrations: { source: 'src', compiled: 'dist' } })
    for (const folder of ['src', 'dist']) mkdirSync(join(made.folder, folder))
    const write = (file: string, id: string, parent: string | null) =>
      writeFileSync(
        join(made.folder, file),
        `exports.revision = '${id}'\nexports.downRevision = ${parent === null ? 'null' : `'${parent}'`}\nexports.upgrade = () => {}\n`,
      )
    for (const [id, parent] of [
      ['aaaa', null],
      ['bbbb', 'aaaa'],
      ['cccc', 'aaaa'],
    ] as const) {
      write(`src/${id}.ts`, id, parent)
      write(`dist/${id}.js`, id, parent)
    }
    const options = { ...made.options, offline: true, revision: 'bbbb' }
    expect(await autogen.rebase(options)).toMatchObject({
      path: join(made.folder, 'src/bbbb.ts'),
      compiled: join(made.folder, 'dist/bbbb.js'),
    })
    expect(made.read('dist/bbbb.js')).toContain("downRevision = 'aaaa'")
    rmSync(join(made.folder, 'src'), { recursive: true })
    expect(await refusal(autogen.rebase(options))).toMatchObject({
      message: expect.stringContaining('is compiled from a source that is not here'),
    })
    for (const writing of [
      autogen.revision({ ...made.options, message: 'more', empty: true, head: 'bbbb' }),
      autogen.merge({ ...made.options, revisions: 'heads' }),
    ]) {
      expect(await refusal(writing)).toMatchObject({
        exitCode: 2,
        message: 'The sources of your migrations are not here, only dist, which is built from them.',
      })
    }
    expect(readdirSync(join(made.folder, 'dist')).sort()).toEqual(['aaaa.js', 'bbbb.js', 'cccc.js'])
  })

  test('modules have no files to change', async () => {
    const made = met()
    const migrations = [
      { revision: 'aaaa', downRevision: null, upgrade: () => {} },
      { revision: 'bbbb', downRevision: 'aaaa', upgrade: () => {} },
      { revision: 'cccc', downRevision: 'aaaa', upgrade: () => {} },
    ]
    expect(
      await refusal(autogen.rebase({ ...made.options, migrations, revision: 'bbbb', offline: true })),
    ).toMatchObject({
      exitCode: 2,
      message: 'There is no file to change: the migrations were given as modules.',
    })
  })
})

describe('HEAD', () => {
  const heads = ({ folder }: FolderProject, inside = 'migrations') => {
    const text = readFileSync(join(folder, inside, 'HEAD'), 'utf8')
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  }
  const write = ({ options }: FolderProject, revId: string, more: autogen.RevisionOptions = {}) =>
    autogen.revision({ ...options, message: revId, revId, empty: true, ...more })
  const staleness = async ({ options }: FolderProject) =>
    (await autogen.check(options)).problems.filter(({ code }) => code === 'stale-head-file')

  test('is kept by revision, merge and rebase, one line per head', async () => {
    const made = project()
    await write(made, 'aaaa')
    expect(heads(made)).toEqual(['aaaa'])
    await write(made, 'bbbb')
    await write(made, 'cccc', { head: 'aaaa', splice: true })
    expect(heads(made)).toEqual(['bbbb', 'cccc'])
    await autogen.rebase({ ...made.options, revision: 'cccc', onto: 'bbbb' })
    expect(heads(made)).toEqual(['cccc'])
    await write(made, 'dddd', { head: 'bbbb', splice: true })
    await autogen.merge({ ...made.options, revisions: 'heads', revId: 'eeee' })
    expect(heads(made)).toEqual(['eeee'])
    expect(await staleness(made)).toEqual([])
  })

  test('is not there where the settings go without, and then check does not look', async () => {
    const made = project({ headFile: false })
    await write(made, 'aaaa')
    expect(existsSync(join(made.folder, 'migrations/HEAD'))).toBe(false)
    writeFileSync(join(made.folder, 'migrations/HEAD'), 'zzzz\n')
    expect(await staleness(made)).toEqual([])
  })

  test('check does not pass over a newest file that is gone, though the database has run it', async () => {
    const made = project()
    await write(made, 'aaaa')
    await write(made, 'bbbb')
    await autogen.upgrade(made.options)
    const [file] = readdirSync(join(made.folder, 'migrations')).filter((name) => name.startsWith('bbbb'))
    rmSync(join(made.folder, 'migrations', file!))
    expect(await autogen.current(made.options)).toMatchObject({ state: 'ahead' })
    expect(await autogen.check(made.options)).toMatchObject({
      exitCode: 4,
      problems: [{ code: 'stale-head-file', hint: expect.stringMatching(/^Restore that file/) }],
    })
  })

  test('check fails where it is stale, not where it is missing; nothing else reads it', async () => {
    const made = project()
    made.write('aaaa', [])
    await autogen.upgrade(made.options)
    expect((await autogen.check(made.options)).exitCode).toBe(0)
    writeFileSync(join(made.folder, 'migrations/HEAD'), '# a note\r\naaaa\r\n')
    expect((await autogen.check(made.options)).exitCode).toBe(0)
    writeFileSync(join(made.folder, 'migrations/HEAD'), 'zzzz\n')
    expect(await autogen.check(made.options)).toMatchObject({
      exitCode: 4,
      problems: [
        {
          code: 'stale-head-file',
          message: 'migrations/HEAD names zzzz, which no file here has; the newest there is aaaa.',
          hint: 'Restore that file, or write `aaaa` into migrations/HEAD if it was taken out on purpose.',
        },
      ],
    })
    writeFileSync(join(made.folder, 'migrations/HEAD'), '# a note\n')
    expect(await staleness(made)).toMatchObject([
      {
        message: 'migrations/HEAD says that there are none; the newest there is aaaa.',
        hint: 'Write `aaaa` into it.',
      },
    ])
    expect(await autogen.heads(made.options)).toMatchObject({ heads: [{ revision: 'aaaa' }] })
    expect(await write(made, 'bbbb')).toMatchObject({ parents: ['aaaa'] })
    expect(heads(made)).toEqual(['bbbb'])
  })

  test('of several folders each has its own', async () => {
    const made = project({ migrations: ['one', 'two'] })
    for (const folder of ['one', 'two']) mkdirSync(join(made.folder, folder))
    await write(made, 'aaaa', { versionPath: 'one' })
    expect(existsSync(join(made.folder, 'two/HEAD'))).toBe(false)
    await write(made, 'bbbb', { versionPath: 'two', head: 'base', splice: true })
    expect([heads(made, 'one'), heads(made, 'two')]).toEqual([['aaaa'], ['bbbb']])
    await write(made, 'cccc', { versionPath: 'two', head: 'aaaa' })
    expect([heads(made, 'one'), heads(made, 'two')]).toEqual([[], ['bbbb', 'cccc']])
    expect(await staleness(made)).toEqual([])
  })

  test('git conflicts in it where two branches meet; check says so, and a rebase or a merge ends it', async () => {
    const made = project()
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...words], {
        cwd: made.folder,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    const commit = (text: string) => {
      git('add', 'migrations')
      git('commit', '-m', text)
    }
    await write(made, 'aaaa')
    git('init', '-b', 'main')
    commit('first')
    git('checkout', '-b', 'feature')
    await write(made, 'bbbb')
    commit('ours')
    git('checkout', 'main')
    await write(made, 'cccc')
    commit('theirs')
    await autogen.upgrade(made.options)
    expect(() => git('merge', 'feature')).toThrow('Command failed')
    expect(git('diff', '--name-only', '--diff-filter=U').trim()).toBe('migrations/HEAD')
    expect(made.read('migrations/HEAD')).toMatch(/^#.*\n<<<<<<< HEAD\ncccc\n=======\nbbbb\n>>>>>>> feature\n$/)

    const [stale] = await staleness(made)
    expect(stale).toEqual({
      code: 'stale-head-file',
      exitCode: 4,
      message: 'migrations/HEAD holds a conflict of git: two branches have added revisions.',
      hint: 'Run `autogen rebase --auto` or `autogen merge heads -m "merge"`; either writes the file anew.',
    })
    expect(await autogen.rebase({ ...made.options, auto: true })).toMatchObject({ revision: 'bbbb', onto: 'cccc' })
    expect(heads(made)).toEqual(['bbbb'])
    expect(await staleness(made)).toEqual([])
    commit('met')
    expect(git('status', '--porcelain', '--untracked-files=no')).toBe('')

    // A branch that adds nothing meets without a word.
    git('checkout', '-b', 'quiet', 'HEAD~1', '--')
    git('checkout', 'main', '--')
    git('merge', 'quiet')
  })
})
