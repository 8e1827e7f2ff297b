// The PostgreSQL extensions entities cannot do without. TypeORM creates them by itself when it connects; we plan them.
import type { DataSource, EntityMetadata } from 'typeorm'
import { isExpression } from '../model/expression'
import type { Column, Extension, Table } from '../model/schema'

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
  const gist = exclusions.some(({ expression }) => needsBtreeGist(expression.sql, columns))
  return [...(uuid ? ['uuid-ossp'] : []), ...(gist ? ['btree_gist'] : [])]
}

/**
 * Whether a gist exclusion compares what gist cannot by itself: a column of a plain type, or an expression for equality.
 * TypeORM creates the extension for every exclusion there is, which many need not wait for.
 */
function needsBtreeGist(sql: string, columns: readonly Column[]): boolean {
  if (!/^\s*using\s+gist\b/i.test(sql)) return false
  const isPlain = (name: string) => {
    const type = columns.find((column) => column.name === unquoted(name))?.type
    return typeof type !== 'string' || !ofGist.test(type)
  }
  const ofColumns = [...sql.matchAll(columnInExclusion)].some(([, name = '']) => isPlain(name))
  return ofColumns || /\bwith\s*(?:=|<>)/i.test(sql.replace(columnInExclusion, ''))
}

/** A column that is compared as it is: after `(` or a comma, and right before WITH and its operator. */
const columnInExclusion = /(?<=[(,]\s*)("(?:[^"]|"")+"|\w+)\s+with\b\s*[^\s\w,)]+/gi

/** The types that gist has operators for, of itself or with the extension they come from. */
const ofGist = /range$|^(?:box|circle|point|polygon|tsvector|tsquery|ltree|cube|hstore|geometry|geography)\b(?!.*\[\])/i

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}
