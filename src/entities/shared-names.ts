// Names that two things would have: the database takes the first and refuses the second, and says of neither where it is declared.
import type { EntityTraits } from '../dialects/dialect'
import { SharedNameError, type NamedPart } from '../errors'
import { firstBytes } from '../model/bytes'
import type { IndexElement, Table, View } from '../model/schema'

/** Declared is a table or a view, and the entity that declares it. */
export interface Declared {
  readonly entity: string
  readonly of: Table | View
}

/**
 * Refuses two tables, views or indexes of one schema that have one name, and where constraints must differ, two of those.
 * Nobody need have written it: TypeORM derives a name from the columns whatever their order, and the database cuts long ones.
 */
export function refuseSharedNames(declared: readonly Declared[], traits: EntityTraits): void {
  const taken = new Map<string, NamedPart>()
  const limit = traits.maxIdentifierBytes ?? Infinity
  for (const { place, part } of declared.flatMap((one) => placesOf(one, traits.constraintNamesDiffer === true))) {
    const kept = firstBytes(part.name, limit)
    const key = JSON.stringify([place, kept])
    const other = taken.get(key)
    if (other !== undefined) throw new SharedNameError(kept, [other, part])
    taken.set(key, part)
  }
}

interface Placed {
  /** Where the name is looked for: names of one place must differ. */
  readonly place: string
  readonly part: NamedPart
}

function placesOf({ entity, of }: Declared, constraintsDiffer: boolean): Placed[] {
  const placed = <T extends { readonly name?: string }>(
    place: 'schema' | 'table',
    kind: NamedPart['kind'],
    list: readonly T[],
    on: (part: T) => string,
  ): Placed[] =>
    list.flatMap((one) =>
      one.name === undefined
        ? []
        : [
            {
              place: JSON.stringify([of.schema ?? null, place === 'table' ? of.name : null]),
              part: { kind, entity, name: one.name, on: on(one) },
            },
          ],
    )
  const overColumns = ({ columns }: { readonly columns: readonly IndexElement[] }) =>
    `(${columns.map((column) => (typeof column === 'string' ? column : JSON.stringify(column))).join(', ')})`
  const indexes = (of.indexes ?? []).filter(({ unsynchronized }) => !unsynchronized)
  const relations = [
    ...placed('schema', 'foreignKeys' in of ? 'table' : 'view', [of], () => ''),
    ...placed('schema', 'index', indexes, overColumns),
  ]
  if (!constraintsDiffer || !('foreignKeys' in of)) return relations
  const text = ({ expression }: { readonly expression: { readonly sql: string } }) => expression.sql
  return [
    ...relations,
    // These have an index each, of their name.
    ...(['schema', 'table'] as const).flatMap((place) => [
      ...placed(place, 'primary key', of.primaryKey === undefined ? [] : [of.primaryKey], overColumns),
      ...placed(place, 'unique constraint', of.uniques, overColumns),
      ...placed(place, 'exclusion', of.exclusions, text),
    ]),
    ...placed('table', 'foreign key', of.foreignKeys, overColumns),
    ...placed('table', 'check', of.checks, text),
  ]
}
