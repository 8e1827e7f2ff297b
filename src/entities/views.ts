// View entities -> views of the model, in an order in which they can be created.
import type { DataSource, EntityMetadata } from 'typeorm'
import { defined } from '../model/defined'
import type { View } from '../model/schema'
import type { Reading } from './columns'
import { readIndexes } from './constraints'
import { tableName } from './names'

/** Reads view entities; a view comes after those it depends on. */
export function readViews(metadatas: readonly EntityMetadata[], reading: Reading): View[] {
  const ordered = new Set<EntityMetadata>()
  const visit = (metadata: EntityMetadata, path: readonly EntityMetadata[]) => {
    if (path.includes(metadata)) return
    for (const needed of dependencies(metadata, metadatas)) visit(needed, [...path, metadata])
    ordered.add(metadata)
  }
  for (const metadata of metadatas) visit(metadata, [])
  return [...ordered].map((metadata) => readView(metadata, reading))
}

function dependencies({ dependsOn }: EntityMetadata, metadatas: readonly EntityMetadata[]): EntityMetadata[] {
  const needed: ReadonlySet<unknown> = dependsOn ?? new Set()
  return metadatas.filter(({ target, name }) => needed.has(target) || needed.has(name))
}

function readView(metadata: EntityMetadata, reading: Reading): View {
  const materialized = metadata.tableMetadataArgs.materialized === true
  const indexes = materialized ? readIndexes(metadata) : []
  return defined({
    ...tableName(metadata, reading),
    definition: { sql: definitionOf(metadata, reading.dataSource) },
    materialized: materialized ? (true as const) : undefined,
    indexes: indexes.length > 0 ? indexes : undefined,
  })
}

function definitionOf({ expression }: EntityMetadata, dataSource: DataSource): string {
  const sql = typeof expression === 'function' ? expression(dataSource).getQuery() : (expression ?? '')
  return sql.trim()
}
