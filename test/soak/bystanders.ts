// What somebody made by hand beside the entities: nobody's business but theirs, whatever happens around it.
import { sameJson } from '../../src/model/expression'
import { columnOf, keyOf, nameOf, quoted } from './names'
import type { Way } from './rows'

/** Bystanders are made and taken away by hand; all of them have `named` in their names. */
export interface Bystanders {
  readonly named: string
  readonly create: string
  readonly drop: string
}

/** A table, on a table that stays an index, a view, a column with a check and a key, and on a materialised view that stays an index that speaks of no column. */
export function bystandersFor({ renamed, from, to }: Way, schema: string): Bystanders {
  const named = 'by hand'
  const own = (what: string) => quoted({ schema, name: `${what} ${named}` })
  const create = [`CREATE TABLE ${own('table')} (id int PRIMARY KEY, note text DEFAULT 'mine')`]
  const drop = [`DROP TABLE ${own('table')}`]
  for (const [index, table] of renamed.tables.entries()) {
    const after = to.tables.find((one) => keyOf(nameOf(one)) === keyOf(nameOf(table)))
    const column = table.columns.findIndex(({ name, type, generated }) => {
      const is = columnOf(after, name)
      return (
        is !== undefined &&
        !generated &&
        !is.generated &&
        sameJson(is.type, type) &&
        table.primaryKey?.columns.includes(name)
      )
    })
    if (after === undefined || column < 0) continue
    const was = from.tables[index]!
    const before = was.columns[column]!
    create.push(
      `CREATE VIEW ${own('view')} AS SELECT ${quoted(before)} AS one, count(*) AS number FROM ${quoted(was)} GROUP BY 1`,
      `CREATE INDEX ${quoted({ name: `index ${named}` })} ON ${quoted(was)} (${quoted(before)} DESC)`,
      `COMMENT ON VIEW ${own('view')} IS 'mine'`,
    )
    // All columns of a table are one more with it, for whoever says all.
    const everything = [...from.views, ...to.views].some(({ definition }) => /select\s+\*/i.test(definition.sql))
    if (!everything) {
      const extra = quoted({ name: `column ${named}` })
      create.push(
        `ALTER TABLE ${quoted(was)} ADD ${extra} text DEFAULT 'mine'`,
        `ALTER TABLE ${quoted(was)} ADD CONSTRAINT ${quoted({ name: `check ${named}` })} CHECK (${extra} <> '')`,
        `ALTER TABLE ${quoted(was)} ADD CONSTRAINT ${quoted({ name: `unique ${named}` })} UNIQUE (${quoted(before)}, ${extra})`,
      )
      drop.unshift(`ALTER TABLE ${quoted(was)} DROP ${extra}`)
    }
    drop.unshift(
      `DROP VIEW ${own('view')}`,
      `DROP INDEX ${quoted({ ...(was.schema && { schema: was.schema }), name: `index ${named}` })}`,
    )
    break
  }
  const kept = from.views.find(
    ({ materialized, ...view }) =>
      materialized && to.views.some((other) => other.materialized && keyOf(nameOf(other)) === keyOf(nameOf(view))),
  )
  if (kept !== undefined) {
    const place = { ...kept, schema: kept.schema ?? schema }
    const index = `index of a view ${named}`
    create.push(`CREATE INDEX ${quoted({ name: index })} ON ${quoted(place)} ((1))`)
    drop.unshift(`DROP INDEX ${quoted({ schema: place.schema, name: index })}`)
  }
  return { named, create: create.join('; '), drop: drop.join('; ') }
}
