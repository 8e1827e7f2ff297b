// A connection of the plain driver, seen as a session sees TypeORM's query runner.
import { Client } from 'pg'
import type { ConnectionLike, Guard, Plan, Row } from '../../src/dialects/dialect'
import { postgres } from '../../src/dialects/postgres'
import { isExpression, spelling } from '../../src/model/expression'
import type { Column, SchemaModel, Table } from '../../src/model/schema'
import { freshPostgres } from './databases'

/** TestConnection also remembers what it was asked. */
export interface TestConnection extends ConnectionLike {
  readonly asked: string[]
  end(): Promise<void>
}

/** Connects to a database. */
export async function connectPostgres(url: string): Promise<TestConnection> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const asked: string[] = []
  let active = false
  const query = async (sql: string, parameters?: readonly unknown[]): Promise<Row[]> => {
    asked.push(sql)
    const { rows } = await client.query<Row>(sql, parameters && [...parameters])
    return rows
  }
  const transaction = (sql: string, then: boolean) => async () => {
    await query(sql)
    active = then
  }
  return {
    asked,
    query,
    startTransaction: transaction('START TRANSACTION', true),
    commitTransaction: transaction('COMMIT', false),
    rollbackTransaction: transaction('ROLLBACK', false),
    get isTransactionActive() {
      return active
    },
    end: () => client.end(),
  }
}

/** OwnPostgres is a database of a test file's own. */
export interface OwnPostgres {
  readonly db: TestConnection
  readonly version: number
}

/** Opens a database before the first test of a file and drops it after the last. */
export function withPostgres(use: (opened: OwnPostgres) => void): void {
  let database: Awaited<ReturnType<typeof freshPostgres>> | undefined
  let db: TestConnection | undefined
  beforeAll(async () => {
    database = await freshPostgres()
    db = await connectPostgres(database.url)
    use({ db, version: await postgres.version(db) })
  })
  afterAll(async () => {
    await db?.end()
    await database?.drop()
  })
}

/** Runs a plan, segment by segment. */
export async function run(db: TestConnection, { segments }: Plan): Promise<void> {
  for (const segment of segments) {
    if (!segment.transactional) {
      await db.query(segment.statement.sql, segment.statement.parameters)
      continue
    }
    await db.startTransaction()
    try {
      for (const { sql, parameters, guards = [] } of segment.statements) {
        for (const guard of guards) await refuse(db, guard)
        await said(db, sql, parameters)
      }
      await db.commitTransaction()
    } catch (error) {
      await db.rollbackTransaction()
      throw error
    }
  }
}

async function refuse(db: TestConnection, { lock, sql, where, table }: Guard): Promise<void> {
  if (lock !== undefined) await said(db, lock)
  const [row] = await db.query(sql)
  if (Number(row?.count) > 0)
    throw new Error(`${String(row?.count)} rows of ${table.name} in the way: ${where ?? 'all'}`)
}

async function said(db: TestConnection, sql: string, parameters?: readonly unknown[]): Promise<void> {
  try {
    await db.query(sql, parameters)
  } catch (error) {
    throw new Error(`${String(error)}, in: ${sql}`, { cause: error })
  }
}

/** A schema as it is compared: expressions by the spelling that counts, lists in the order of names. */
export function plain(schema: SchemaModel): unknown {
  return spelled({
    ...schema,
    tables: byName(schema.tables).map((table): Table => ({
      ...table,
      columns: byName(table.columns) as Column[],
      uniques: byName(table.uniques),
      indexes: byName(table.indexes),
      foreignKeys: byName(table.foreignKeys),
      checks: byName(table.checks),
      exclusions: byName(table.exclusions),
    })),
    enums: byName(schema.enums),
    views: byName(schema.views),
    sequences: byName(schema.sequences),
    schemas: [...schema.schemas].sort(),
  })
}

function byName<T extends { readonly schema?: string; readonly name?: string }>(list: readonly T[]): T[] {
  const key = ({ schema, name }: T) => JSON.stringify([schema ?? '', name ?? ''])
  return [...list].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function spelled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(spelled)
  const { canonical: _, ...rest } = value as { canonical?: string }
  const kept = isExpression(value) ? { ...rest, sql: spelling(value) } : value
  return Object.fromEntries(Object.entries(kept).map(([key, item]) => [key, spelled(item)]))
}
