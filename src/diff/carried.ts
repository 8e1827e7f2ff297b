// Names that were made of a name that changed: they change with it, even where differences of name alone are not shown.
import { spelling } from '../model/expression'
import { findTable, sameName } from '../model/lookup'
import type { Expression, IndexElement, SchemaModel, Table } from '../model/schema'
import { usesColumn } from '../operations/companions'
import type { Operation } from '../operations/operation'
import { mentions } from '../model/mentions'
import { isRename, type Rename } from './renames'

/** The renames of constraints and indexes that follow from those a person confirmed; `schema` is as it is between the two. */
export function carriedRenames(
  confirmed: readonly Operation[],
  operations: readonly Operation[],
  schema: SchemaModel,
): ReadonlySet<Operation> {
  const renames = confirmed.filter(({ kind }) => kind.startsWith('rename'))
  const following = operations.filter(isRename).filter((one) => renames.some((rename) => follows(one, rename, schema)))
  // Among the confirmed is what stepped aside for them.
  return new Set([...confirmed.filter(isRename), ...following])
}

function follows(one: Rename, rename: Operation, schema: SchemaModel): boolean {
  const table = findTable(schema, one.table)
  const part = table && partsOf(table).find(({ name }) => name === one.from)
  if (part === undefined) return false
  switch (rename.kind) {
    case 'renameTable':
      return (
        sameName(rename.to, one.table) || (part.references !== undefined && sameName(part.references.table, rename.to))
      )
    case 'renameColumn':
      return (
        (sameName(rename.table, one.table) && uses(part, rename.to)) ||
        (part.references !== undefined &&
          sameName(part.references.table, rename.table) &&
          part.references.columns.includes(rename.to))
      )
    case 'renameEnum':
      return uses(part, rename.to.name)
    case 'renameEnumValue':
      return uses(part, rename.to)
    // What stepped aside for a name is not left there.
    case 'renameIndex':
    case 'renameConstraint':
      return rename.to === one.from
    default:
      return false
  }
}

interface Part {
  readonly name?: string
  readonly columns?: readonly IndexElement[]
  readonly include?: readonly string[]
  readonly expression?: Expression
  readonly where?: Expression
  readonly references?: Table['foreignKeys'][number]['references']
}

function partsOf({ primaryKey, uniques, foreignKeys, checks, exclusions, indexes }: Table): Part[] {
  return [...(primaryKey ? [primaryKey] : []), ...uniques, ...foreignKeys, ...checks, ...exclusions, ...indexes]
}

function uses({ columns = [], include = [], expression, where }: Part, name: string): boolean {
  const texts = [expression, where, ...columns].flatMap((one) =>
    typeof one === 'object' && 'sql' in one ? [spelling(one)] : [],
  )
  return usesColumn({ columns, include }, name) || texts.some((sql) => mentions(sql, name))
}
