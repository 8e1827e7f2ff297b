// One readable line per operation: + for what comes, - for what goes, ~ for what changes.
import { isExpression, sameJson } from '../model/expression'
import { displayName } from '../model/lookup'
import type { Column, ColumnType, ForeignKey, Index, IndexElement, QualifiedName } from '../model/schema'
import { match, type Handlers, type Operation } from './operation'

/** The operation as one line: `+ column user.email varchar(255)`. */
export function describe(operation: Operation): string {
  return match(operation, lines)
}

/** What the operation is about, without saying what becomes of it: `column user.email varchar(255)`. */
export function describeSubject(operation: Operation): string {
  return describe(operation).replace(/^[-+~] /, '')
}

/** Whether the operation can destroy rows or values that its reverse does not bring back. */
export function isDestructive(operation: Operation): boolean {
  switch (operation.kind) {
    case 'dropTable':
    case 'dropSchema':
    case 'dropSequence':
    case 'dropExtension':
      return true
    case 'dropColumn':
      return operation.column.generated === undefined
    case 'alterColumn':
      return operation.from.generated === undefined && operation.to.generated !== undefined
    case 'replaceEnum': {
      const { from, to, map = {} } = operation
      return from.values.some((value) => !to.values.includes(value) && !Object.hasOwn(map, value))
    }
    case 'own':
      return operation.does.destructive === true
    default:
      return false
  }
}

const lines: Handlers<string> = {
  createTable: ({ table }) => `+ table ${displayName(table)} (${counted(table.columns, 'column')})`,
  dropTable: ({ table }) => `- table ${displayName(table)} (${counted(table.columns, 'column')})`,
  renameTable: ({ from, to }) => `~ table ${displayName(from)} → ${displayName(to)}`,
  commentTable: ({ table, to }) => `~ table ${displayName(table)} comment ${to === undefined ? 'dropped' : quoted(to)}`,
  addColumn: ({ table, column }) => `+ column ${columnText(table, column)}`,
  dropColumn: ({ table, column }) => `- column ${columnText(table, column)}`,
  renameColumn: ({ table, from, to }) => `~ column ${displayName(table)}.${from} → ${to}`,
  alterColumn: ({ table, from, to }) => `~ column ${displayName(table)}.${from.name} ${columnChanges(from, to)}`,
  createPrimaryKey: ({ table, primaryKey }) => `+ primary key ${listOn(table, primaryKey)}`,
  dropPrimaryKey: ({ table, primaryKey }) => `- primary key ${listOn(table, primaryKey)}`,
  createUnique: ({ table, unique }) => `+ unique ${listOn(table, unique)}`,
  dropUnique: ({ table, unique }) => `- unique ${listOn(table, unique)}`,
  createForeignKey: ({ table, foreignKey }) => `+ foreign key ${foreignKeyText(table, foreignKey)}`,
  dropForeignKey: ({ table, foreignKey }) => `- foreign key ${foreignKeyText(table, foreignKey)}`,
  createCheck: ({ table, check }) => `+ check ${textOn(table, check)}`,
  dropCheck: ({ table, check }) => `- check ${textOn(table, check)}`,
  createExclusion: ({ table, exclusion }) => `+ exclusion ${textOn(table, exclusion)}`,
  dropExclusion: ({ table, exclusion }) => `- exclusion ${textOn(table, exclusion)}`,
  renameConstraint: ({ table, from, to }) => `~ constraint ${displayName(table)} ${from} → ${to}`,
  validateConstraint: ({ table, name }) => `~ constraint ${displayName(table)} ${name} validated`,
  createIndex: ({ table, index }) => `+ ${indexText(table, index)}`,
  dropIndex: ({ table, index }) => `- ${indexText(table, index)}`,
  renameIndex: ({ table, from, to }) => `~ index ${displayName(table)} ${from} → ${to}`,
  createEnum: (operation) => `+ enum ${displayName(operation.enum)} (${operation.enum.values.join(', ')})`,
  dropEnum: (operation) => `- enum ${displayName(operation.enum)} (${operation.enum.values.join(', ')})`,
  addEnumValue: (operation) =>
    `+ enum value ${displayName(operation.enum)} ${quoted(operation.value)}${position(operation)}`,
  renameEnum: ({ from, to }) => `~ enum ${displayName(from)} → ${displayName(to)}`,
  renameEnumValue: ({ from, to, ...rest }) => `~ enum value ${displayName(rest.enum)} ${quoted(from)} → ${quoted(to)}`,
  replaceEnum: ({ from, to }) => `~ enum ${displayName(from)} (${from.values.join(', ')}) → (${to.values.join(', ')})`,
  createView: ({ view }) => `+ ${view.materialized ? 'materialized view' : 'view'} ${displayName(view)}`,
  dropView: ({ view }) => `- ${view.materialized ? 'materialized view' : 'view'} ${displayName(view)}`,
  createSchema: ({ schema }) => `+ schema ${schema}`,
  dropSchema: ({ schema }) => `- schema ${schema}`,
  createExtension: ({ extension }) => `+ extension ${extension.name}`,
  dropExtension: ({ extension }) => `- extension ${extension.name}`,
  createSequence: ({ sequence }) => `+ sequence ${displayName(sequence)}`,
  dropSequence: ({ sequence }) => `- sequence ${displayName(sequence)}`,
  execute: ({ sql }) => `~ execute ${shortened(sql)}`,
  bulkInsert: ({ table, rows }) => `+ ${counted(rows, 'row')} in ${displayName(table)}`,
  own: ({ does }) => (/^[-+~] /.test(does.text) ? does.text : `~ ${does.text}`),
}

function counted(list: readonly unknown[], noun: string): string {
  return `${list.length} ${noun}${list.length === 1 ? '' : 's'}`
}

function columnText(table: QualifiedName, column: Column): string {
  const parts = [
    `${displayName(table)}.${column.name} ${typeText(column.type)}`,
    column.nullable ? 'null' : undefined,
    column.default === undefined ? undefined : `default ${defaultText(column.default)}`,
    column.generated && `generated as ${shortened(column.generated.sql)}`,
    column.identity && column.identity.toLowerCase(),
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

function columnChanges(from: Column, to: Column): string {
  const changed = (key: keyof Column) => !sameJson(from[key], to[key])
  const change = (word: string, value: string | undefined) =>
    value === undefined ? `${word} dropped` : `${word} ${value}`
  const parts = [
    changed('type') && `${typeText(from.type)} → ${typeText(to.type)}`,
    changed('nullable') && (to.nullable ? 'null' : 'not null'),
    changed('default') && change('default', to.default === undefined ? undefined : defaultText(to.default)),
    changed('generated') && change('generated as', to.generated && shortened(to.generated.sql)),
    changed('identity') && change('identity', to.identity?.toLowerCase()),
    changed('comment') && change('comment', to.comment === undefined ? undefined : quoted(to.comment)),
    changed('collation') && change('collation', to.collation),
  ]
  const text = parts.filter((part) => typeof part === 'string').join(', ')
  return text === '' ? 'unchanged' : text
}

/** A type as a person reads it: `varchar(255)`, `user_role[]`. */
export function typeText(type: ColumnType): string {
  if (typeof type === 'string') return type
  return `${displayName({ ...type, name: type.enum })}${type.array ? '[]' : ''}`
}

function defaultText(value: NonNullable<Column['default']>): string {
  return shortened(isExpression(value) ? value.sql : JSON.stringify(value))
}

function listOn(table: QualifiedName, part: { readonly name?: string; readonly columns: readonly string[] }): string {
  return `${displayName(table)}${part.name === undefined ? '' : ` ${part.name}`} (${part.columns.join(', ')})`
}

function textOn(
  table: QualifiedName,
  part: { readonly name?: string; readonly expression: { readonly sql: string } },
): string {
  return `${displayName(table)}${part.name === undefined ? '' : ` ${part.name}`} ${shortened(part.expression.sql)}`
}

function foreignKeyText(table: QualifiedName, key: ForeignKey): string {
  const { references, onDelete, onUpdate } = key
  const actions = [
    onDelete && ` on delete ${onDelete.toLowerCase()}`,
    onUpdate && ` on update ${onUpdate.toLowerCase()}`,
  ]
  return `${listOn(table, key)} → ${displayName(references.table)} (${references.columns.join(', ')})${actions.join('')}`
}

function indexText(table: QualifiedName, { name, columns, unique, where }: Index): string {
  const elements = columns.map(elementText)
  const condition = where === undefined ? '' : ` where ${shortened(where.sql)}`
  return `${unique ? 'unique index' : 'index'} ${listOn(table, { name, columns: elements })}${condition}`
}

function elementText(element: IndexElement): string {
  if (typeof element === 'string') return element
  return `${'column' in element ? element.column : element.sql}${element.order ? ' desc' : ''}`
}

function position({ before, after }: { readonly before?: string; readonly after?: string }): string {
  if (before !== undefined) return ` before ${quoted(before)}`
  return after === undefined ? '' : ` after ${quoted(after)}`
}

function quoted(value: string): string {
  return `'${shortened(value)}'`
}

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
