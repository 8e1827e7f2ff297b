import { defineCommand } from 'typeorm-autogen'

interface RowsOptions {
  readonly tables?: readonly string[]
  readonly atLeast?: number
}

interface RowsResult {
  readonly tables: readonly { readonly table: string; readonly rows: number }[]
}

/** `autogen rows`: how many rows there are. `asFunction(rows)` is the same as a function. */
export const rows = defineCommand<RowsOptions, RowsResult>({
  name: 'rows',
  describe: 'count the rows of your tables',
  examples: [['autogen rows document --at-least 1', 'ends with code 3 where there are fewer']],
  positionals: [{ name: 'tables', describe: 'their names; those of all entities when left out', many: true }],
  flags: { 'at-least': { type: 'number', argument: 'COUNT', describe: 'how many there must be in each' } },
  async run(project, { tables }) {
    const { entities } = (await project.dataSource()).options
    const all = Object.values(entities ?? []).map((entity) => (entity as { name: string }).name.toLowerCase())
    const { connection, dialect } = await project.session()
    const counted = []
    for (const table of tables ?? all) {
      const [row] = await connection.query(`SELECT count(*) AS count FROM ${dialect.quote(table)}`)
      counted.push({ table, rows: Number(row?.count) })
    }
    return { tables: counted }
  },
  print: ({ tables }, { line, paint }) => tables.forEach(({ table, rows }) => line(`${paint.bold(table)}  ${rows}`)),
  exitCode: ({ tables }, { atLeast = 0 }) => (tables.every(({ rows }) => rows >= atLeast) ? 0 : 3),
})
