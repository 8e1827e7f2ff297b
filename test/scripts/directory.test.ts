import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { transformSync } from '@swc/core'
import {
  FileLoadError,
  MigrationExportError,
  MigrationFileExistsError,
  MigrationSyntaxError,
  MigrationsFolderNotFoundError,
  MissingRevisionError,
  MissingUpgradeError,
  SourceSyntaxError,
  UsageError,
} from '../../src/errors'
import { fromModules, newRevisionId, readDirectory, writeScript, type ReadOptions } from '../../src/scripts/directory'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'autogen-scripts-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Record<string, string>): void {
  for (const [name, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), source)
  }
}

/** Runs a file as CommonJS in this process, as the loader would. */
const loaded: string[] = []
beforeEach(() => (loaded.length = 0))
async function load(file: string): Promise<unknown> {
  loaded.push(relative(folder, file))
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  })
  const module = { exports: {} }
  new Function('module', 'exports', code)(module, module.exports)
  return module.exports
}

const read = (options: Partial<ReadOptions> = {}) => readDirectory([folder], { load, ...options })
const names = async (options?: Partial<ReadOptions>) =>
  (await read(options)).map(({ revision }) => `${revision.id} ${relative(folder, revision.path!)}`)

const migration = (id: string, parent: string | null, more = '') =>
  `export const revision = '${id}'\nexport const downRevision = ${parent === null ? 'null' : `'${parent}'`}\n${more}\nexport function upgrade(op) {}\n`

describe('reading', () => {
  test('a head is read without running the file, and its code is loaded when asked for', async () => {
    write({
      'b_two.ts': migration('b', 'a', "export const branchLabels = 'shop'\nexport const dependsOn = ['x']"),
      'a_first_step.js': migration('a', null),
    })
    const [a, b] = await read()
    expect(a!.revision).toEqual({
      id: 'a',
      down: [],
      labels: [],
      dependsOn: [],
      message: 'first step',
      path: join(folder, 'a_first_step.js'),
    })
    expect(b!.revision).toEqual({
      id: 'b',
      down: ['a'],
      labels: ['shop'],
      dependsOn: ['x'],
      message: 'two',
      path: join(folder, 'b_two.ts'),
    })
    expect(loaded).toEqual([])
    expect((await b!.load()).upgrade).toBeInstanceOf(Function)
    expect(loaded).toEqual(['b_two.ts'])
  })

  test("b115: declarations, maps, hidden files, editors' files and helpers are no migrations", async () => {
    write({
      'a.ts': migration('a', null),
      'a.d.ts': 'export declare const revision: string',
      'a.js.map': '{}',
      '.b.ts.swp': '',
      '.c.ts': migration('c', null),
      '#d.ts#': migration('d', null),
      'e.ts~': migration('e', null),
      'README.md': '# revision',
      'helper.ts': 'export const double = (x: number) => 2 * x',
      'node_modules/f.js': migration('f', null),
    })
    expect(await names({ recursive: true })).toEqual(['a a.ts'])
    expect(loaded).toEqual([])
  })

  test('a file that lists the others is run, found to be none, and left', async () => {
    write({ 'a.ts': migration('a', null), 'index.ts': '// every revision\nexport const all = []' })
    expect(await names()).toEqual(['a a.ts'])
    expect(loaded).toEqual(['index.ts'])
  })

  test('a source and its compiled file are one revision', async () => {
    write({ 'a_x.ts': migration('a', null), 'a_x.js': migration('a', null) })
    expect(await names()).toEqual(['a a_x.ts'])
    expect(await names({ prefer: 'compiled' })).toEqual(['a a_x.js'])
  })

  test('a source and a file compiled from it under another name are one revision', async () => {
    write({ 'a_new.ts': migration('a', null), 'a_old.js': migration('a', null) })
    expect(await names()).toEqual(['a a_new.ts'])
  })

  test('two sources with one id stay two, for the graph to refuse', async () => {
    write({ 'a_x.ts': migration('a', null), 'a_y.ts': migration('a', null) })
    expect(await names()).toEqual(['a a_x.ts', 'a a_y.ts'])
  })

  test('b116: folders inside are read when asked for, and a file reached twice counts once', async () => {
    write({ 'a.ts': migration('a', null), '2026/b.ts': migration('b', 'a') })
    symlinkSync(join(folder, 'a.ts'), join(folder, 'z_link.ts'))
    expect(await names()).toEqual(['a a.ts'])
    expect(await names({ recursive: true })).toEqual(['b 2026/b.ts', 'a a.ts'])
    expect((await readDirectory([folder, join(folder, '2026')], { load })).map(({ revision }) => revision.id)).toEqual([
      'a',
      'b',
    ])
  })

  test('an id that is computed is found by running the file, once', async () => {
    write({
      'a.ts':
        "export const revision = ['a', 'b'].join('')\nexport const downRevision = null\nexport function upgrade() {}",
    })
    const [script] = await read()
    expect(script!.revision.id).toBe('ab')
    await script!.load()
    expect(loaded).toEqual(['a.ts'])
  })

  test('a folder that is not there is named, with the command that makes one', async () => {
    const missing = join(folder, 'migrations')
    await expect(readDirectory([missing], { load })).rejects.toThrow(new MigrationsFolderNotFoundError(missing))
    await expect(readDirectory([missing], { load })).rejects.toMatchObject({
      hint: expect.stringContaining('autogen init'),
    })
  })

  test.each([
    ['no id', 'export const downRevision = null\nexport function upgrade(op) {}', MissingRevisionError],
    ['only an upgrade', 'export const upgrade = (op) => {}', MissingRevisionError],
    ['an id that is no string', 'export const revision = 7\nexport const downRevision = null', MigrationExportError],
    ['no parent', "export const revision = 'a'\nexport function upgrade(op) {}", MigrationExportError],
    [
      'a parent that is no id',
      "export const revision = 'a'\nexport const downRevision = { of: 'a' }",
      MigrationExportError,
    ],
  ])('a file with %s is refused by name', async (_, source, error) => {
    write({ 'a_x.ts': source })
    await expect(read()).rejects.toThrow(error)
    await expect(read()).rejects.toMatchObject({ file: join(folder, 'a_x.ts') })
  })

  test.each([
    ['no upgrade', '', MissingUpgradeError],
    ['an upgrade that is no function', 'export const upgrade = 1', MigrationExportError],
    [
      'a downgrade that is no function',
      'export const downgrade = {}\nexport function upgrade() {}',
      MigrationExportError,
    ],
    [
      'a transaction that is no boolean',
      "export const transaction = 'no'\nexport function upgrade() {}",
      MigrationExportError,
    ],
  ])('a migration with %s is refused when it is loaded', async (_, more, error) => {
    write({ 'a_x.ts': `export const revision = 'a'\nexport const downRevision = null\n${more}` })
    const [script] = await read()
    await expect(script!.load()).rejects.toThrow(error)
  })
})

describe('a syntax error', () => {
  const broken = migration('a', null).replace('(op) {}', '(op) {\n  op.addColumn("user" { })\n}')
  const importing = async (file: string): Promise<unknown> => import(file)

  test.each(['a.cjs', 'a.mjs'])('is reported with file and line: %s', async (name) => {
    write({
      [name]: name.endsWith('.cjs')
        ? broken
            .replaceAll(/export (const )?/g, '')
            .replace(/^/, "exports.revision = 'a'; exports.downRevision = null;")
        : broken,
    })
    const thrower = async (file: string) => {
      try {
        return name.endsWith('.cjs') ? require(file) : await importing(file)
      } catch (cause) {
        throw new FileLoadError(file, cause)
      }
    }
    const [script] = await read({ load: thrower })
    await expect(script!.load()).rejects.toThrow(MigrationSyntaxError)
    await expect(script!.load()).rejects.toMatchObject({ file: join(folder, name), line: 5 })
  })

  test('that the loader found keeps its line', async () => {
    write({ 'a.ts': broken })
    const [script] = await read({ load: (file) => Promise.reject(new SourceSyntaxError(file, 5, 20, "Expected ','")) })
    await expect(script!.load()).rejects.toMatchObject({ file: join(folder, 'a.ts'), line: 5, reason: "Expected ','" })
  })

  test('of JSON that the migration reads is not taken for one of its own', async () => {
    write({ 'a.cjs': "exports.revision = 'a'; exports.downRevision = null; JSON.parse('{')" })
    const [script] = await read({ load: async () => JSON.parse('{') as unknown })
    await expect(script!.load()).rejects.toThrow(SyntaxError)
    await expect(script!.load()).rejects.not.toThrow(MigrationSyntaxError)
  })
})

describe('modules that were imported already', () => {
  const a = { revision: 'a', downRevision: null, upgrade: () => {} }
  const b = { revision: 'b', downRevision: ['a'], branchLabels: 'shop', upgrade: () => {}, message: 'second' }

  test('are taken from an array', async () => {
    const scripts = fromModules([a, b])
    expect(scripts.map(({ revision }) => revision)).toEqual([
      { id: 'a', down: [], labels: [], dependsOn: [], message: '' },
      { id: 'b', down: ['a'], labels: ['shop'], dependsOn: [], message: 'second' },
    ])
    expect(await scripts[0]!.load()).toBe(a)
  })

  test('are taken from a record, whose keys name them', () => {
    expect(fromModules({ './migrations/a_first_step.js': a })[0]!.revision).toMatchObject({
      message: 'first step',
      path: './migrations/a_first_step.js',
    })
  })

  test.each([
    ['ESM around CommonJS', { default: a }],
    ['a default export compiled to CommonJS, imported from ESM', { default: { __esModule: true, default: a } }],
    ['a namespace with both', { ...a, default: a }],
  ])('are unwrapped: %s', (_, wrapped) => {
    expect(fromModules([wrapped])[0]!.revision.id).toBe('a')
  })

  test.each([
    ['a module without an id', [{ upgrade: () => {} }], MissingRevisionError],
    [
      'an id that is no text',
      [{ revision: Buffer.from('a'), downRevision: null, upgrade: () => {} }],
      MigrationExportError,
    ],
    ['a module without an upgrade', [{ revision: 'a', downRevision: null }], MissingUpgradeError],
    ['a function that would import it', { './a.js': () => Promise.resolve(a) }, UsageError],
    ['the name of a folder', ['dist/migrations'], UsageError],
    ['not there, as a folder is named instead', 'dist/migrations' as unknown as unknown[], UsageError],
  ])('b1: are refused where one is %s', (_, modules, error) => {
    expect(() => fromModules(modules)).toThrow(error)
  })
})

describe('writing', () => {
  const named = { revision: 'a1', message: 'Add email', ending: 'ts' } as const

  test('puts a file beside the others, named after id and message', async () => {
    const { file } = await writeScript(folder, named, '// text\n')
    expect(relative(folder, file)).toBe('a1_add_email.ts')
    expect(readFileSync(file, 'utf8')).toBe('// text\n')
    expect(readdirSync(folder)).toEqual(['a1_add_email.ts'])
  })

  test('never overwrites', async () => {
    write({ 'a1_add_email.ts': 'mine' })
    await expect(writeScript(folder, named, 'other')).rejects.toThrow(MigrationFileExistsError)
    expect(readdirSync(folder)).toEqual(['a1_add_email.ts'])
    expect(readFileSync(join(folder, 'a1_add_email.ts'), 'utf8')).toBe('mine')
  })

  test('leaves nothing behind when the text cannot be made', async () => {
    const failing = () => Promise.reject(new Error('no text'))
    await expect(writeScript(folder, named, failing)).rejects.toThrow('no text')
    expect(readdirSync(folder)).toEqual([])
  })

  test('makes no folder', async () => {
    const missing = join(folder, 'none')
    await expect(writeScript(missing, named, '')).rejects.toThrow(MigrationsFolderNotFoundError)
    expect(existsSync(missing)).toBe(false)
  })
})

test('a new id is twelve hex digits, each time others', () => {
  const ids = Array.from({ length: 100 }, newRevisionId)
  expect(ids.every((id) => /^[0-9a-f]{12}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(100)
})
