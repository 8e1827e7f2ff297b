// A long history costs a look into the folder and a scan of each file: none of them is run to tell where it stands.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import files from 'node:fs/promises'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { freshSqlite } from '../support/databases'
import { freshFolder } from '../support/projects'

/** Ten thousand with AUTOGEN_SOAK; the count of files that run is the same: none. */
const many = process.env.AUTOGEN_SOAK === undefined ? 300 : 10_000
const id = (at: number) => `r${String(at).padStart(6, '0')}`

const database = freshSqlite('sqljs')
const cwd = freshFolder()
const options = { cwd, dataSource: new typeorm.DataSource(database.options as never), backup: false }

beforeAll(() => {
  mkdirSync(join(cwd, 'migrations'))
  writeFileSync(join(cwd, 'package.json'), '{}')
  for (let at = 0; at < many; at++) {
    const parent = at === 0 ? 'null' : `'${id(at - 1)}'`
    writeFileSync(
      join(cwd, `migrations/${id(at)}_step.js`),
      `exports.revision = '${id(at)}'\nexports.downRevision = ${parent}\n` +
        `require('node:fs').appendFileSync(${JSON.stringify(join(cwd, 'ran'))}, '${id(at)} ')\nthrow new Error('run')\n`,
    )
  }
})
afterAll(() => database.drop())

/** How often the folder was listed, and a file of it read, while something was done. */
async function readsOf(work: () => Promise<unknown>) {
  const [listing, reading] = [jest.spyOn(files, 'readdir'), jest.spyOn(files, 'readFile')]
  try {
    await work()
    const inside = (calls: readonly (readonly unknown[])[]) =>
      calls.map(([path]) => String(path)).filter((path) => path.startsWith(join(cwd, 'migrations')))
    const read = inside(reading.mock.calls)
    return { listed: inside(listing.mock.calls).length, read: read.length, different: new Set(read).size }
  } finally {
    listing.mockRestore()
    reading.mockRestore()
  }
}

const reading: [string, () => Promise<object>, object][] = [
  ['current', () => autogen.current(options), { heads: [], atHead: false }],
  ['history', () => autogen.history({ ...options, revRange: '-2:head' }), { revisions: { length: 3 } }],
  ['history -i', () => autogen.history({ ...options, indicateCurrent: true }), { revisions: { length: many } }],
  ['heads', () => autogen.heads(options), { heads: [{ revision: id(many - 1) }] }],
  ['branches', () => autogen.branches(options), { branchPoints: [] }],
  ['show', () => autogen.show({ ...options, revisions: 'head' }), { revisions: [{ revision: id(many - 1) }] }],
]

test.each(reading)('%s lists the folder once and reads each file once', async (_, command) => {
  expect(await readsOf(command)).toEqual({ listed: 1, read: many, different: many })
})

test.each(reading)('%s runs none of them', async (_, command, result) => {
  expect(await command()).toMatchObject(result)
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
})

test('a new revision reads each file once, runs none, and follows the newest', async () => {
  const message = 'one more'
  const write = () => autogen.revision({ ...options, message, revId: 'newest', empty: true, headFile: false })
  expect(await readsOf(write)).toEqual({ listed: 1, read: many + 1, different: many + 1 })
  const [newest] = (await autogen.show({ ...options, revisions: 'head' })).revisions
  expect(newest).toMatchObject({ revision: 'newest', parents: [id(many - 1)] })
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
  await files.rm(newest!.path!)
})

test('an upgrade loads those it runs, and no other', async () => {
  await expect(autogen.upgrade({ ...options, target: '+1' })).rejects.toThrow(/run/)
  expect(readFileSync(join(cwd, 'ran'), 'utf8')).toBe(`${id(0)} `)
})
