import { rmSync } from 'node:fs'
import { freshFolder, fixtures, typescriptKinds, writeProject } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const cells = typescriptKinds.flatMap((kind) => fixtures.map((fixture) => ({ kind, fixture })))

test.each(cells)('the $fixture entities of a $kind project load with their column types', async ({ kind, fixture }) => {
  const { dataSource, columns } = writeProject(kind, fixture, folder)
  expect(await drive('columns', { file: dataSource })).toEqual({
    columns,
    swc: kind === 'commonjs',
    typescript: false,
    hooks: true,
  })
})

test.each(['javascript', 'javascript-module'] as const)('a %s project loads without a hook', async (kind) => {
  const { dataSource, columns } = writeProject(kind, 'plain', folder)
  expect(await drive('columns', { file: dataSource })).toEqual({ columns, swc: false, typescript: false, hooks: false })
})
