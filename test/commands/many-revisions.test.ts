// A long history costs a look into the folder and a scan of each file: none of them is run to tell where it stands.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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

test.each<[string, () => Promise<object>, object]>([
  ['current', () => autogen.current(options), { heads: [], atHead: false }],
  ['history', () => autogen.history({ ...options, revRange: '-2:head' }), { revisions: { length: 3 } }],
  ['history -i', () => autogen.history({ ...options, indicateCurrent: true }), { revisions: { length: many } }],
  ['heads', () => autogen.heads(options), { heads: [{ revision: id(many - 1) }] }],
  ['branches', () => autogen.branches(options), { branchPoints: [] }],
  ['show', () => autogen.show({ ...options, revisions: 'head' }), { revisions: [{ revision: id(many - 1) }] }],
])('%s runs none of them', async (_, command, result) => {
  expect(await command()).toMatchObject(result)
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
})

test('an upgrade loads those it runs, and no other', async () => {
  await expect(autogen.upgrade({ ...options, target: '+1' })).rejects.toThrow(/run/)
  expect(readFileSync(join(cwd, 'ran'), 'utf8')).toBe(`${id(0)} `)
})
