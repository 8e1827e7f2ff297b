// A project of revisions written by hand, on one database, told with the library's own functions.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as typeorm from 'typeorm'
import * as autogen from '../../src'
import { ask, type TestDatabase } from './databases'
import { freshFolder } from './projects'

/** Body is what stands in the two functions of a revision. */
export interface Body {
  readonly up?: string
  readonly down?: string
  /** Further exports. */
  readonly others?: string
}

/** FolderProject is a folder of revisions and a database. */
export interface FolderProject {
  readonly folder: string
  readonly options: autogen.ProjectOptions & { readonly dataSource: typeorm.DataSource }
  /** Writes `migrations/<id>.js`; no parent is a base, several are a merge. */
  write(id: string, parents: readonly string[], body?: Body): void
  read(file: string): string
  remove(id: string): void
  /** Asks the database over a connection of its own. */
  ask(sql: string): Promise<Record<string, unknown>[]>
}

/** Makes an empty project. */
export function folderProject(database: TestDatabase, settings: Omit<autogen.Settings, 'dataSource'> = {}) {
  const folder = freshFolder()
  mkdirSync(join(folder, 'migrations'))
  writeFileSync(join(folder, 'package.json'), '{}')
  const dataSource = new typeorm.DataSource(database.options as unknown as typeorm.DataSourceOptions)
  const file = (id: string) => join(folder, `migrations/${id}.js`)
  const made: FolderProject = {
    folder,
    options: { cwd: folder, dataSource, backup: false, ...settings },
    write(id, parents, { up = '', down = '', others = '' } = {}) {
      const parent = parents.length > 1 ? JSON.stringify(parents) : parents.length === 1 ? `'${parents[0]}'` : 'null'
      writeFileSync(
        file(id),
        `/**\n * ${id}\n *\n * Revision: ${id}\n * Revises: ${parents.join(', ') || 'base'}\n */\n\nexports.revision = '${id}'\n` +
          `exports.downRevision = ${parent}\n${others}\n` +
          `exports.upgrade = async (op) => {\n  ${up}\n}\nexports.downgrade = async (op) => {\n  ${down}\n}\n`,
      )
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    remove: (id) => rmSync(file(id)),
    ask: (sql) => ask(database, sql),
  }
  return made
}

/** The functions of a revision that makes a table and takes it away. */
export const tableBody = (name: string): Body => ({
  up: `op.createTable({ name: '${name}', columns: [{ name: 'id', type: 'integer' }], primaryKey: ['id'] })`,
  down: `op.dropTable('${name}')`,
})

/** What a call was refused with. */
export async function refusal(work: Promise<unknown>): Promise<autogen.AutogenError> {
  try {
    await work
  } catch (error) {
    expect(error).toBeInstanceOf(autogen.AutogenError)
    return error as autogen.AutogenError
  }
  throw new Error('Nothing was refused.')
}
