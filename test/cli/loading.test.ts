// `npx autogen check` in every kind of project: nothing installed to load TypeScript, no flag given.
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Operation } from '../../src/operations/operation'
import { runBin } from '../support/cli'
import { lane } from '../support/lane'
import { freshFolder, fixtures, typescriptKinds, writeProject, type ProjectKind } from '../support/projects'

jest.setTimeout(60_000)

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const cells = [
  ...typescriptKinds.flatMap((kind) =>
    fixtures.map((fixture): [ProjectKind, (typeof fixtures)[number]] => [kind, fixture]),
  ),
  ['javascript', 'plain'] as const,
  ['javascript-module', 'plain'] as const,
]

test.each(cells)('in a %s project with %s entities', async (kind, fixture) => {
  const { dataSource } = writeProject(kind, fixture, folder, "type: 'sqljs', location: 'app.sqlite', autoSave: true")
  mkdirSync(join(folder, 'migrations'))
  const ran = await runBin(folder, ['check', '-d', dataSource, '--format', 'json'])
  expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 3, stderr: '' })
  const { operations } = JSON.parse(ran.stdout) as { operations: { operation: Operation }[] }
  expect(operations.flatMap(({ operation }) => columnsOf(operation)).sort()).toEqual([
    'post.authorId integer',
    'post.id integer',
    'post.title varchar',
    'user.active boolean',
    'user.born datetime',
    'user.id integer',
    'user.name varchar',
  ])
  expect(existsSync(join(folder, 'app.sqlite'))).toBe(false)
})

test('two copies of typeorm are named, with both places', async () => {
  const { dataSource } = writeProject('commonjs', 'relation', folder, "type: 'sqljs'")
  mkdirSync(join(folder, 'migrations'))
  // The entities' folder has a typeorm of its own, as a linked package of a monorepo would.
  const other = lane.packageName === 'typeorm' ? 'typeorm-0.3' : 'typeorm'
  mkdirSync(join(folder, 'src/entities/node_modules'))
  symlinkSync(join(dirname(lane.directory), other), join(folder, 'src/entities/node_modules/typeorm'), 'junction')
  const ran = await runBin(folder, ['check', '-d', dataSource])
  expect(ran.code).toBe(2)
  expect(ran.stderr).toMatch(/2 copies of typeorm are loaded: /)
  expect(ran.stderr).toContain(realpathSync(lane.directory))
  expect(ran.stderr).toContain(realpathSync(join(folder, 'src/entities/node_modules/typeorm')))
  expect(ran.stderr).toMatch(/^hint {2}.*npm dedupe/m)
})

function columnsOf(operation: Operation): string[] {
  if (operation.kind !== 'createTable') return []
  return operation.table.columns.map(({ name, type }) => `${operation.table.name}.${name} ${String(type)}`)
}
