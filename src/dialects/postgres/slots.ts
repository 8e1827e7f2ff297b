// The places of a schema that hold an expression: walked to read them, and to put other spellings in.
import { isExpression, spelling } from '../../model/expression'
import { keyOf, nameOf } from '../../model/lookup'
import type { Expression, Index, QualifiedName, SchemaModel, Table, View } from '../../model/schema'
import { defaultSql } from './clauses'

/** Slot is one expression and where it stands. */
export interface Slot {
  readonly table: QualifiedName
  readonly kind: 'default' | 'generated' | 'check' | 'predicate' | 'element' | 'exclusion' | 'view'
  /** Expressions of one group can be the same thing: the default of one column, any two checks of one table. */
  readonly group: string
  /** What a person calls the place: `default of "created"`. */
  readonly subject: string
  readonly column?: string
  /** It is a view's, whose columns are those its text gives it. */
  readonly ofView?: true
  readonly text: string
}

/** Every expression of a table, values given as defaults included. */
export function slotsOf(table: Table): Slot[] {
  const slots: Slot[] = table.columns.flatMap((column): Slot[] => {
    const { default: value } = column
    const text = value !== undefined && isExpression(value) ? value.sql : defaultSql(column)
    return text === undefined ? [] : [slot(table, 'default', `default of "${column.name}"`, text, column.name)]
  })
  respell(table, (one) => {
    if (one.kind !== 'default') slots.push(one)
    return undefined
  })
  return slots
}

/** The expression of a view, and those of its indexes. */
export function slotsOfView(view: View): Slot[] {
  const slots: Slot[] = []
  respellView(view, (one) => {
    slots.push(one)
    return undefined
  })
  return slots
}

/** The view with other canonical spellings where `spell` knows one. */
export function respellView(view: View, spell: (slot: Slot) => string | undefined): View {
  const put: Put = (expression, kind, subject) => {
    const canonical = spell({ ...slot(view, kind, subject, spelling(expression)), ofView: true })
    return canonical === undefined ? expression : { ...expression, canonical }
  }
  return {
    ...view,
    definition: put(view.definition, 'view', `view "${view.name}"`),
    ...(view.indexes && { indexes: view.indexes.map((index) => respellIndex(index, put)) }),
  }
}

type Put = <T extends Expression>(expression: T, kind: Slot['kind'], subject: string) => T

/** The table with another canonical spelling where `spell` knows one; defaults that are values stay as they are. */
export function respell(table: Table, spell: (slot: Slot) => string | undefined): Table {
  const put = <T extends Expression>(
    expression: T,
    kind: Slot['kind'],
    subject: string,
    text = spelling(expression),
    column?: string,
  ): T => {
    const canonical = spell(slot(table, kind, subject, text, column))
    return canonical === undefined ? expression : { ...expression, canonical }
  }
  return {
    ...table,
    columns: table.columns.map((column) => {
      const { default: value, generated, name } = column
      return {
        ...column,
        ...(value !== undefined &&
          isExpression(value) && { default: put(value, 'default', `default of "${name}"`, value.sql, name) }),
        ...(generated && {
          generated: put(generated, 'generated', `expression of "${name}"`, spelling(generated), name),
        }),
      }
    }),
    checks: table.checks.map((check) => ({
      ...check,
      expression: put(check.expression, 'check', `check "${check.name ?? ''}"`),
    })),
    exclusions: table.exclusions.map((exclusion) => ({
      ...exclusion,
      expression: put(exclusion.expression, 'exclusion', `exclusion "${exclusion.name ?? ''}"`),
    })),
    indexes: table.indexes.map((index) => respellIndex(index, put)),
  }
}

/** The schema with other tables and views. */
export function mapRelations(
  schema: SchemaModel,
  mapTable: (table: Table) => Table,
  mapView: (view: View) => View,
): SchemaModel {
  return { ...schema, tables: schema.tables.map(mapTable), views: schema.views.map(mapView) }
}

/** A key equal exactly when two slots ask the server the same. */
export function questionKey({ table, kind, column, text }: Slot): string {
  return JSON.stringify([keyOf(nameOf(table)), kind === 'predicate' ? 'check' : kind, column ?? null, text])
}

function respellIndex(index: Index, put: Put): Index {
  return {
    ...index,
    columns: index.columns.map((element, at) =>
      typeof element === 'string' || 'column' in element
        ? element
        : put(element, 'element', `element ${at + 1} of index "${index.name}"`),
    ),
    ...(index.where && { where: put(index.where, 'predicate', `predicate of index "${index.name}"`) }),
  }
}

function slot(table: QualifiedName, kind: Slot['kind'], subject: string, text: string, column?: string): Slot {
  const group = JSON.stringify([keyOf(nameOf(table)), kind, column ?? null])
  return { table: nameOf(table), kind, group, subject, text, ...(column === undefined ? {} : { column }) }
}
