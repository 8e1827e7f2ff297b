// A folder of migrations in plain JavaScript and a data source, which several processes take to one database at once.
import { project, type TestProject } from './cli'

/** Script is a migration: what stands in its `upgrade`, and further exports. */
export interface Script {
  readonly up: string
  readonly others?: string
}

/** Makes the project; the revisions follow each other as they are listed. */
export function podProject(options: object, scripts: Readonly<Record<string, Script>>): TestProject {
  const ids = Object.keys(scripts)
  const migrations = Object.entries(scripts).map(([id, script], at): [string, string] => [
    `migrations/${id}.js`,
    migrationText(id, ids[at - 1], script),
  ])
  return project({ 'ormconfig.js': ormconfig(options), ...Object.fromEntries(migrations) })
}

/** The text of a migration; without a parent it is a base. */
export function migrationText(id: string, parent: string | undefined, { up, others = '' }: Script): string {
  return `exports.revision = '${id}'
exports.downRevision = ${parent === undefined ? 'null' : `'${parent}'`}
${others}
exports.upgrade = async (op) => {
${up}
}
exports.downgrade = (op) => op.irreversible('nobody goes back')
`
}

function ormconfig(options: object): string {
  return `const { DataSource } = require('typeorm')
// A test that says so finds the connection of one of them by its name.
module.exports = new DataSource({ ...${JSON.stringify(options)}, applicationName: process.env.POD })
`
}
