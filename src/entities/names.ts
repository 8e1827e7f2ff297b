// Where a table, a view or a type lies. A dot in a name ends the name of a schema: TypeORM's queries look nowhere else.
import type { EntityMetadata } from 'typeorm'
import type { EntityTraits } from '../dialects/dialect'
import { InvalidEntityError } from '../errors'
import { defined } from '../model/defined'
import type { QualifiedName } from '../model/schema'

/** Naming is what names are read with. */
export interface Naming {
  readonly traits: EntityTraits
  /** The schema that need not be named. */
  readonly defaultSchema?: string | undefined
}

/** The name of an entity's table or view, wherever its schema is written. */
export function tableName({ tablePath }: EntityMetadata, naming: Naming): QualifiedName {
  const parts = tablePath.split('.')
  return qualified(parts.at(-2), parts.at(-1) ?? '', naming)
}

/** The name of a type, which lies in the schema of its table where it names none. */
export function typeName(name: string, table: QualifiedName, naming: Naming): QualifiedName {
  const [schema, own] = name.split('.')
  return own === undefined ? defined({ schema: table.schema, name }) : qualified(schema, own, naming)
}

function qualified(schema: string | undefined, name: string, { traits, defaultSchema }: Naming): QualifiedName {
  const isNamed = traits.schemas && schema !== defaultSchema
  return defined({ schema: isNamed ? schema : undefined, name })
}

/** Whether an entity names another database file, where no operation of ours could reach it. */
export function isElsewhere({ tablePath }: EntityMetadata, { traits }: Naming): boolean {
  return !traits.schemas && tablePath.includes('.')
}

/** Refuses a name for which there is no place: TypeORM would look for it in another database. */
export function refuseUnreachable({ name, tablePath }: EntityMetadata): void {
  const parts = tablePath.split('.')
  if (parts.length < 3) return
  const [schema, own] = parts.slice(-2)
  throw new InvalidEntityError(
    name,
    undefined,
    `TypeORM looks for it at ${parts.map((part) => `"${part}"`).join('.')}, as a dot ends the name of a schema; ` +
      `write \`schema: '${schema}', name: '${own}'\``,
  )
}
