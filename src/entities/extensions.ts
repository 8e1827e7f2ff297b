// The PostgreSQL extensions entities cannot do without. TypeORM creates them by itself when it connects; we plan them.
import type { DataSource, EntityMetadata } from 'typeorm'
import { isExpression } from '../model/expression'
import type { Extension, Table } from '../model/schema'

/** The extensions that the columns, defaults and exclusions need, and those the options ask for. */
export function readExtensions(
  dataSource: DataSource,
  metadatas: readonly EntityMetadata[],
  tables: readonly Table[],
): Extension[] {
  const given: unknown = Reflect.get(dataSource.options, 'extensions')
  const asked = Array.isArray(given) ? given.map(String) : []
  const types = metadatas.flatMap(({ columns }) => columns.map(({ type }) => String(type)))
  const uuids = metadatas.some(({ columns }) => columns.some(({ generationStrategy }) => generationStrategy === 'uuid'))
  const uuidExtension: unknown = Reflect.get(dataSource.options, 'uuidExtension')
  const ofUuids = uuids && typeof uuidExtension === 'string' ? [uuidExtension] : []
  const ofTypes = types.flatMap((type) => extensionOfType[type] ?? [])
  const names = [...asked, ...ofUuids, ...ofTypes, ...tables.flatMap(extensionsOfTable)]
  return [...new Set(names)].sort().map((name) => ({ name }))
}

const extensionOfType: Readonly<Record<string, string>> = {
  citext: 'citext',
  hstore: 'hstore',
  ltree: 'ltree',
  cube: 'cube',
  geometry: 'postgis',
  geography: 'postgis',
  vector: 'vector',
  halfvec: 'vector',
}

function extensionsOfTable({ columns, exclusions }: Table): string[] {
  const defaults = columns.map(({ default: value }) => (value !== undefined && isExpression(value) ? value.sql : ''))
  const uuid = defaults.some((sql) => /\buuid_generate_v\d/i.test(sql))
  // Only equality needs operators that gist has not of itself.
  const equality = exclusions.some(({ expression }) => /\bgist\b[^]*\bwith\s*=/i.test(expression.sql))
  return [...(uuid ? ['uuid-ossp'] : []), ...(equality ? ['btree_gist'] : [])]
}
