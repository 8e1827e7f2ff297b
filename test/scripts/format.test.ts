import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FormatError } from '../../src/errors'
import { formatSource } from '../../src/scripts/format'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'autogen-format-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

const source = "export const revision = 'a'\n"
const format = (text = source) => formatSource(text, join(folder, 'migrations', 'a.ts'))

test('the settings that apply to the file are used', async () => {
  write('.prettierrc', '{ "singleQuote": false, "semi": true }')
  expect(await format()).toBe('export const revision = "a";\n')
})

test('an .editorconfig counts, as it does for prettier itself', async () => {
  write('.editorconfig', 'root = true\n[*]\nindent_style = tab\n')
  expect(await format("export function upgrade() {\n  op.x('a')\n}\n")).toContain('\n\top.x')
})

test('a project that names prettier and sets nothing gets its defaults', async () => {
  write('package.json', '{ "devDependencies": { "prettier": "3" } }')
  expect(await format()).toBe('export const revision = "a";\n')
})

test('a project without prettier gets the text as it was rendered', async () => {
  write('package.json', '{ "dependencies": {} }')
  expect(await format()).toBe(source)
})

test("the project's own prettier is preferred to ours", async () => {
  write('node_modules/prettier/package.json', '{ "name": "prettier", "version": "0.0.0", "main": "index.js" }')
  write(
    'node_modules/prettier/index.js',
    "exports.resolveConfig = async () => ({ mark: 'theirs' }); exports.format = (text, options) => text + '// ' + options.mark + '\\n'",
  )
  expect(await format()).toBe(`${source}// theirs\n`)
})

test('settings that prettier cannot read are reported with the file', async () => {
  write('.prettierrc', '{ "singleQuote": ')
  await expect(format()).rejects.toThrow(FormatError)
})

const repository = join(__dirname, '../..')

/** Formats in a process of its own, from compiled files that see no packages but those beside them. */
function formatInProcess(app: string): string {
  const [formatter, target] = [join(app, 'scripts/format.js'), join(app, 'a.ts')].map((file) => JSON.stringify(file))
  const script = `require(${formatter}).formatSource("export const revision = 'a'", ${target}).then((text) => process.stdout.write(text))`
  return execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })
}

test('in production, where prettier is not installed, the text stays as it was rendered', () => {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc')
  const flags = ['-p', repository, '--outDir', folder, '--declaration', 'false', '--noCheck']
  execFileSync(process.execPath, [tsc, ...flags])
  expect(formatInProcess(folder)).toBe("export const revision = 'a'")
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(repository, 'node_modules/prettier'), join(folder, 'node_modules/prettier'))
  expect(formatInProcess(folder)).toBe("export const revision = 'a'\n")
})
