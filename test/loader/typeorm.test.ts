import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { lane } from '../support/lane'
import { freshFolder, install, writeFiles } from '../support/projects'
import { drive } from './drive'

let folder: string
beforeEach(() => void (folder = freshFolder()))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("the project's own typeorm is found, with its version", async () => {
  install(folder)
  writeFiles(folder, { 'src/index.js': '' })
  const { typeorm } = await drive('typeorm', { folder: join(folder, 'src') })
  expect(typeorm).toEqual({ directory: lane.directory, version: lane.version, main: join(lane.directory, 'index.js') })
})

test('a project without typeorm is told what to install', async () => {
  const { failed } = await drive('typeorm', { folder })
  expect(failed).toMatchObject({
    code: 'typeorm-not-found',
    exitCode: 2,
    message: `typeorm is not installed in ${folder}.`,
    hint: 'Run npm i typeorm reflect-metadata.',
  })
})

const sources = {
  'src/data-source.ts': `
    import { DataSource } from 'typeorm'
    import { Thing } from '../shared/thing'
    export default new DataSource({ type: 'postgres', entities: [Thing] })`,
  'shared/thing.ts': `
    import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'
    @Entity() export class Thing { @PrimaryGeneratedColumn() id: number; @Column() name: string }`,
}

test.each([{}, { type: 'module' }])('one typeorm for data source and entities is one copy (%j)', async (type) => {
  install(folder)
  writeFiles(folder, { 'package.json': type, ...sources })
  const files = [join(folder, 'src/data-source.ts'), join(folder, 'shared/thing.ts')]
  expect(await drive('typeorms', { file: files[0], files })).toEqual({
    copies: [{ directory: lane.directory, version: lane.version, usedBy: files[0] }],
  })
})

/** Gives one folder of the project another typeorm: the same code, installed a second time. */
function installSecond(): string {
  const directory = join(folder, 'shared/node_modules/typeorm')
  writeFiles(directory, {
    'package.json': { name: 'typeorm', version: '0.3.20', main: 'index.js' },
    'index.js': `module.exports = require(${JSON.stringify(join(lane.directory, 'index.js'))})`,
  })
  return directory
}

test.each([{}, { type: 'module' }])('two copies of typeorm are named with both places (%j)', async (type) => {
  install(folder)
  writeFiles(folder, { 'package.json': type, ...sources })
  const second = installSecond()
  const { failed } = await drive('typeorms', { file: join(folder, 'src/data-source.ts') })
  expect(failed).toMatchObject({
    code: 'two-typeorms',
    exitCode: 2,
    copies: expect.arrayContaining([
      expect.objectContaining({ directory: lane.directory, version: lane.version }),
      expect.objectContaining({ directory: second, version: '0.3.20' }),
    ]),
    hint: expect.stringContaining('npm ls typeorm'),
  })
  expect(failed?.message).toContain('2 copies of typeorm are loaded')
})

test('two copies are seen by the files that would get them, with the file that asks', async () => {
  install(folder)
  writeFiles(folder, { ...sources, 'alone.js': '' })
  const files = [join(folder, 'src/data-source.ts'), join(folder, 'shared/thing.ts')]
  const second = installSecond()
  const { failed } = await drive('typeorms', { file: join(folder, 'alone.js'), files })
  expect(failed?.copies).toEqual([
    { directory: lane.directory, version: lane.version, usedBy: files[0] },
    { directory: second, version: '0.3.20', usedBy: files[1] },
  ])
})
