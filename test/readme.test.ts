// What the README shows is what the demo prints.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

jest.setTimeout(60_000)

const root = join(__dirname, '..')

test('the transcript in the README is what the demo prints', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, transcript] = /```console\n([\s\S]*?)\n```/.exec(readme)!
  const {
    FORCE_COLOR: _colour,
    NODE_OPTIONS: _options,
    AUTOGEN_URL: _url,
    DATABASE_URL: _database,
    ...environment
  } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/demo/demo.js'], {
    cwd: root,
    env: { ...environment, NO_COLOR: '1' },
  })
  expect(withoutChance(stdout)).toEqual(withoutChance(transcript!))
})

/** Ids are named in the order they appear; moments, durations and the folder are not compared. */
function withoutChance(text: string): string[] {
  const ids = new Map<string, string>()
  return text
    .trimEnd()
    .replaceAll(`${join(root, '.tmp/demo')}/`, '')
    .replace(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g, (id) => ids.get(id) ?? ids.set(id, `id${ids.size + 1}`).get(id)!)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{8}T\d{9}Z/g, 'moment')
    .replace(/\b\d+ ms\b/g, 'n ms')
    .split('\n')
}
