// What is known of a database nobody connects to, for SQL that is printed.
import type { DataSource } from 'typeorm'
import type { Dialect, Scope } from '../dialects/dialect'
import { defined } from '../model/defined'
import { holdsPassword, withoutPasswords } from './passwords'
import {
  dialectOf,
  interopOf,
  ownTables,
  typeormTables,
  type Interop,
  type OwnTables,
  type SessionSettings,
} from './session'

/** OfflineTarget is what an offline request is made of, besides the steps. */
export interface OfflineTarget {
  readonly dialect: Dialect
  readonly scope: Scope
  readonly tables: OwnTables
  readonly interop: Interop
  /** Empty where bare names mean the default schema anyway. */
  readonly opening: readonly string[]
  /** Takes the passwords of the data source out of what the log would keep. */
  withoutPasswords(text: string): string
  /** Whether SQL would show the password of the data source. */
  holdsPassword(sql: string): boolean
}

/** Dialect, scope and our tables by the options alone; the default schema is the one they name, else `public`. */
export function offlineTarget(dataSource: DataSource, settings: SessionSettings): OfflineTarget {
  const dialect = dialectOf(dataSource.options.type)
  const { schema } = dataSource.options as { schema?: string }
  const defaultSchema = dialect.entities.schemas ? schema || 'public' : undefined
  const tables = ownTables(settings, defaultSchema)
  const schemas = (settings.schemas ?? []).filter((name) => name !== defaultSchema)
  const ignore = [tables.version, tables.log, ...typeormTables(dataSource)]
  const opening = schema ? (dialect.session.opening?.(schema) ?? []) : []
  const interop = interopOf(dataSource, settings)
  return {
    dialect,
    scope: defined({ defaultSchema, schemas, ignore }),
    tables,
    interop,
    opening,
    withoutPasswords: (text) => withoutPasswords(text, dataSource.options),
    holdsPassword: (sql) => holdsPassword(sql, dataSource.options),
  }
}
