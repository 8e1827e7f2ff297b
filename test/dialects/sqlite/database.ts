// An empty SQLite database through TypeORM's own query runner, once per driver of the lane.
import * as typeorm from 'typeorm'
import type { ConnectionLike, Row, Scope, Statement } from '../../../src/dialects/dialect'
import type { SchemaModel } from '../../../src/model/schema'
import type { Operation } from '../../../src/operations/operation'
import { sqlite } from '../../../src/dialects/sqlite'
import { copyRows } from '../../../src/runtime/copy'
import { freshSqlite } from '../../support/databases'
import { sqliteDrivers } from '../../support/lane'

export const drivers = sqliteDrivers()
export type Driver = (typeof drivers)[number]

export const scope: Scope = { schemas: [], ignore: [{ name: 'autogen_version' }] }

/** OpenDatabase is a connection and a few words to talk to it. */
export interface OpenDatabase {
  readonly runner: typeorm.QueryRunner
  readonly db: ConnectionLike
  /** How many statements went through `db`. */
  readonly count: () => number
  run(...statements: string[]): Promise<void>
  rows(sql: string): Promise<Row[]>
  schema(): Promise<SchemaModel>
  /** Plans against the live schema and runs the plan in a session, as an upgrade would. */
  migrate(operations: readonly Operation[]): Promise<string[]>
  close(): Promise<void>
}

/** Opens an empty database. */
export async function openDatabase(driver: Driver, entities: object[] = []): Promise<OpenDatabase> {
  const database = freshSqlite(driver)
  const dataSource = new typeorm.DataSource({ ...database.options, entities } as unknown as typeorm.DataSourceOptions)
  await dataSource.initialize()
  const runner = dataSource.createQueryRunner()
  let count = 0
  const db = connectionOf(runner, () => count++)
  const opened: OpenDatabase = {
    runner,
    db,
    count: () => count,
    async run(...statements) {
      for (const sql of statements) await db.query(sql)
    },
    rows: (sql) => db.query(sql),
    schema: () => sqlite.introspect(db, scope),
    async migrate(operations) {
      const version = await sqlite.version(db)
      const plan = sqlite.plan(operations, await opened.schema(), { scope, version, transaction: true })
      const transaction = await sqlite.session.begin(db, { foreignKeysOff: plan.foreignKeysOff ?? false })
      const ran: string[] = []
      try {
        for (const segment of plan.segments) {
          if (!segment.transactional) throw new Error('Every segment of these tests is transactional.')
          const send = ({ sql, parameters }: Statement) => {
            ran.push(sql)
            return db.query(sql, parameters)
          }
          for (const statement of segment.statements) {
            if (statement.copy === undefined) await send(statement)
            else await copyRows({ ...statement, copy: statement.copy }, { db, send })
          }
        }
      } catch (error) {
        await transaction.rollback()
        throw error
      }
      await transaction.commit()
      return ran
    },
    async close() {
      await runner.release()
      await dataSource.destroy()
      await database.drop()
    },
  }
  return opened
}

// The `sqlite` driver gives no rows for a text that begins with INSERT or the like, others a number.
function connectionOf(runner: typeorm.QueryRunner, counted: () => void): ConnectionLike {
  return {
    async query(sql, parameters = []) {
      counted()
      const rows: unknown = await runner.query(sql, [...parameters])
      if (/^BEGIN/i.test(sql)) Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 })
      return Array.isArray(rows) ? (rows as Row[]) : []
    },
    get isTransactionActive() {
      return runner.isTransactionActive
    },
    startTransaction: () => runner.startTransaction(),
    commitTransaction: () => runner.commitTransaction(),
    rollbackTransaction: () => runner.rollbackTransaction(),
  }
}
