// Texts such as 'now' as defaults: the server reads them as a moment when the default is set, and keeps the moment. What it
// keeps says nothing of the text it was, so the two can only be taken for the same.
import { isExpression } from '../../model/expression'
import { findColumn, findTable, nameOf } from '../../model/lookup'
import type { Column, SchemaModel } from '../../model/schema'
import type { FrozenDefault } from '../dialect'
import { mapRelations } from './slots'
import { parseType } from './types'

/** The defaults of a schema that the server freezes, and an expression that each row would ask anew. */
export function frozenDefaults({ tables }: SchemaModel): FrozenDefault[] {
  return tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const word = momentIn(column)
      return word === undefined
        ? []
        : [{ table: nameOf(table), column: column.name, value: String(column.default), instead: expressions[word] }]
    }),
  )
}

/** Gives live columns the text that the entity has, where theirs may be the moment it became. */
export function thawDefaults(live: SchemaModel, wanted: SchemaModel): SchemaModel {
  return mapRelations(
    live,
    (table) => {
      const theirs = findTable(wanted, table)
      if (theirs === undefined) return table
      const columns = table.columns.map((column): Column => {
        const other = findColumn(theirs, column.name)
        return other !== undefined && mayBe(column, other) ? { ...column, default: other.default! } : column
      })
      return { ...table, columns }
    },
    (view) => view,
  )
}

function mayBe(live: Column, wanted: Column): boolean {
  const isMoment = live.default !== undefined && !isExpression(live.default)
  return isMoment && live.type === wanted.type && momentIn(wanted) !== undefined
}

type Word = 'now' | 'today' | 'tomorrow' | 'yesterday'

const expressions: Readonly<Record<Word, string>> = {
  now: 'now()',
  today: 'CURRENT_DATE',
  tomorrow: 'CURRENT_DATE + 1',
  yesterday: 'CURRENT_DATE - 1',
}

/** https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-SPECIAL-VALUES */
const words = /\b(now|today|tomorrow|yesterday)\b/i

const types = /^(?:date|time|timetz|timestamp|timestamptz|daterange|tsrange|tstzrange)$/

/** The word in a column's default that stands for the moment it is read. */
function momentIn({ type, default: value }: Column): Word | undefined {
  if (value === undefined || isExpression(value) || typeof type !== 'string') return undefined
  if (!types.test(parseType(type).name)) return undefined
  return words.exec(JSON.stringify(value))?.[1]?.toLowerCase() as Word | undefined
}
