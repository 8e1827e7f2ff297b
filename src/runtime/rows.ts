// The SQL of `op.table('user')`, by the schema of the moment: its columns, their types, where it lies.
import type { Dialect, Row as Found, Scope, Statement } from '../dialects/dialect'
import type { ColumnType, SchemaModel, Table } from '../model/schema'
import { isSql, type Row, type TableCall, type Where } from '../operations/rows'
import { theColumn, theTable, type Located } from '../operations/targets'

/** Asked is what a call comes to: statements, and what is made of the rows of the last one. */
export interface Asked {
  readonly statements: readonly Statement[]
  result(rows: readonly Found[]): unknown
}

/** Writes the statements of a call; a name that the table does not have is refused with those it may have meant. */
export function rowsSql(
  call: TableCall,
  schema: SchemaModel,
  { dialect, scope }: { readonly dialect: Dialect; readonly scope: Scope },
  at: Located,
): Asked {
  const table = theTable(schema, call.table, at)
  const named = dialect.quoteTable(table, scope)
  const values = new Values(dialect, table, at)
  const one = (sql: string, result: Asked['result'] = () => undefined): Asked => {
    return { statements: [{ sql, parameters: values.parameters }], result }
  }
  switch (call.method) {
    case 'select': {
      const columns = call.columns ?? table.columns.map(({ name }) => name)
      const list = columns.map((name) => values.column(name))
      const order = Object.entries(call.orderBy ?? {}).map(([name, way]) => `${values.column(name)} ${way}`)
      const sql = `SELECT ${list.join(', ')} FROM ${named}${values.where(call.where)}`
      const ordered = order.length === 0 ? sql : `${sql} ORDER BY ${order.join(', ')}`
      const limited = call.limit === undefined ? ordered : `${ordered} LIMIT ${call.limit}`
      return one(limited, (rows) => rows.map((row) => values.read(columns, row)))
    }
    case 'count':
      return one(`SELECT count(*) AS count FROM ${named}${values.where(call.where)}`, ([row]) => Number(row?.count))
    case 'update': {
      const set = Object.entries(call.set).map(([name, value]) => `${values.column(name)} = ${values.set(name, value)}`)
      return one(`UPDATE ${named} SET ${set.join(', ')}${values.where(call.where)}`)
    }
    case 'delete':
      return one(`DELETE FROM ${named}${values.where(call.where)}`)
    case 'insert':
      return {
        statements: insertsInto(named, call.rows, () => new Values(dialect, table, at)),
        result: () => undefined,
      }
  }
}

/** Both databases take more values in a statement; this many are few enough for the oldest. */
const valuesPerInsert = 900

/** Rows of the same columns that follow each other share a statement. */
function insertsInto(table: string, rows: readonly Row[], begin: () => Values): Statement[] {
  const statements: Statement[] = []
  const left = rows.map((row) => Object.entries(row).filter(([, value]) => value !== undefined))
  for (let [first] = left; first !== undefined; [first] = left) {
    const values = begin()
    const names = first.map(([name]) => name)
    if (names.length === 0) {
      left.shift()
      statements.push({ sql: `INSERT INTO ${table} DEFAULT VALUES` })
      continue
    }
    const most = Math.max(1, Math.floor(valuesPerInsert / names.length))
    const end = left.findIndex(
      (row, index) => index === most || row.map(([name]) => name).join('\0') !== names.join('\0'),
    )
    const chunk = left.splice(0, end === -1 ? left.length : end)
    const list = names.map((name) => values.column(name)).join(', ')
    const tuples = chunk.map((row) => `(${row.map(([name, value]) => values.value(name, value)).join(', ')})`)
    statements.push({
      sql: `INSERT INTO ${table} (${list}) VALUES ${tuples.join(', ')}`,
      parameters: values.parameters,
    })
  }
  return statements
}

/** Values collects the parameters of one statement, each in the form its column takes. */
class Values {
  readonly parameters: unknown[] = []
  readonly #dialect: Dialect
  readonly #table: Table
  readonly #at: Located

  constructor(dialect: Dialect, table: Table, at: Located) {
    this.#dialect = dialect
    this.#table = table
    this.#at = at
  }

  /** A column's name in quotes. */
  column(name: string): string {
    return this.#dialect.quote(theColumn(this.#table, name, this.#at).name)
  }

  /** The placeholder of a value. */
  value(name: string, value: unknown): string {
    const written = value === null ? null : this.#dialect.values.write(this.#type(name), value)
    return this.#dialect.placeholder(this.parameters.push(written))
  }

  /** What stands behind SET: a value, or SQL. */
  set(name: string, value: unknown): string {
    return isSql(value) ? value.sql : this.value(name, value)
  }

  /** The clause that finds rows; nothing where it finds all. */
  where(where: Where = {}): string {
    const conditions = Object.entries(where).map(([name, value]) => this.#condition(name, value))
    return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  }

  /** A row as a script gets it. */
  read(columns: readonly string[], row: Found): Record<string, unknown> {
    return Object.fromEntries(
      columns.map((asked) => {
        const { name, type } = theColumn(this.#table, asked, this.#at)
        const value = row[name]
        return [name, value === null || value === undefined ? null : this.#dialect.values.read(type, value)]
      }),
    )
  }

  #condition(name: string, value: unknown): string {
    const column = this.column(name)
    if (value === null) return `${column} IS NULL`
    if (!Array.isArray(value)) return `${column} = ${this.value(name, value)}`
    const list = value.filter((one) => one !== null).map((one) => this.value(name, one))
    const among = list.length === 0 ? '1 = 0' : `${column} IN (${list.join(', ')})`
    return value.includes(null) ? `(${among} OR ${column} IS NULL)` : among
  }

  #type(name: string): ColumnType {
    return theColumn(this.#table, name, this.#at).type
  }
}
