// Which objects our own history created and has not dropped. Everything else in a database is somebody else's.
import { nameOf, sameName } from '../model/lookup'
import type { Expression, QualifiedName, Table } from '../model/schema'
import { effectsOf, match, type Creates, type Handlers, type Operation } from './operation'
import { renameInText } from './respell'

/** ObjectKind is what a key can stand for; constraints of all kinds but the primary key share their names. */
export type ObjectKind =
  'table' | 'column' | 'primaryKey' | 'constraint' | 'index' | 'enum' | 'view' | 'schema' | 'extension' | 'sequence'

/** A text that is equal exactly for the same object: its kind, the name of it or of its table, and which part of that. */
export function objectKey(kind: ObjectKind, owner: QualifiedName, ...part: readonly string[]): string {
  return JSON.stringify([kind, owner.schema ?? null, owner.name, ...part])
}

/** What is ours after the operations, given what was ours before. */
export function foldManaged(operations: readonly Operation[], initial: Iterable<string> = []): ReadonlySet<string> {
  let managed = new Set(initial)
  for (const operation of operations.flatMap(effectsOf)) {
    const objects = match(operation, objectsOf)
    if (/^(create|add)/.test(operation.kind)) {
      const unowned = 'managed' in operation && operation.managed === false
      if (!unowned) objects.forEach(([key]) => managed.add(key))
    } else if (operation.kind === 'dropTable' || operation.kind === 'dropView') {
      const gone = operation.kind === 'dropTable' ? operation.table : operation.view
      managed = new Set([...managed].filter((key) => !belongsTo(parse(key), gone)))
    } else if (operation.kind.startsWith('drop')) {
      objects.flat().forEach((key) => managed.delete(key))
    } else if (operation.kind.startsWith('rename')) {
      managed = new Set([...managed].map((key) => JSON.stringify(renamed(parse(key), operation))))
    }
  }
  return managed
}

/** The way back from operations: what went, was not ours and was not replaced comes back as somebody else's. */
export function disowned(
  back: readonly Operation[],
  operations: readonly Operation[],
  managed: ReadonlySet<string>,
): Operation[] {
  const renames = operations.filter(({ kind }) => kind.startsWith('rename'))
  const made = operations.filter(creates).flatMap(objectKeys)
  const ours = new Set([...foldManaged(renames, managed), ...made])
  const gone = new Set(operations.filter(({ kind }) => kind.startsWith('drop')).flatMap(objectKeys))
  return back.map((operation) => {
    if (!creates(operation)) return operation
    const keys = objectKeys(operation)
    const isTheirs = keys.some((key) => gone.has(key)) && !keys.some((key) => ours.has(key))
    return isTheirs ? { ...operation, managed: false } : operation
  })
}

function creates(operation: Operation): operation is Extract<Operation, Creates> {
  return /^(create|add)/.test(operation.kind) && operation.kind !== 'addEnumValue'
}

/** Whether what an operation drops is ours. */
export function isManaged(operation: Operation, managed: ReadonlySet<string>): boolean {
  return objectKeys(operation).some((key) => managed.has(key))
}

/** The schemas that are ours, or hold something of ours; the default one is never among them. */
export function managedSchemas(managed: ReadonlySet<string>): string[] {
  const schemas = [...managed].map(parse).map(([kind, schema, name]) => (kind === 'schema' ? name : schema))
  return [...new Set(schemas)].filter((schema) => schema !== null)
}

/** Every key that an object created or dropped by the operation may go by. */
export function objectKeys(operation: Operation): string[] {
  return match(operation, objectsOf).flat()
}

/** The keys of one object: what it goes by, then what it may have gone by before the server gave it a name. */
type ObjectKeys = readonly [key: string, ...aliases: string[]]
type Key = readonly [kind: string, schema: string | null, name: string, ...part: string[]]

const nothing = (): readonly ObjectKeys[] => []
const whole = (kind: ObjectKind, name: QualifiedName): readonly ObjectKeys[] => [[objectKey(kind, name)]]

const column = (table: QualifiedName, { name }: { readonly name: string }): ObjectKeys => [
  objectKey('column', table, name),
]
const index = (table: QualifiedName, { name }: { readonly name: string }): ObjectKeys => [
  objectKey('index', table, name),
]
const constraint = (
  kind: 'unique' | 'foreignKey' | 'check' | 'exclusion',
  table: QualifiedName,
  part: { readonly name?: string } & ({ readonly columns: readonly string[] } | { readonly expression: Expression }),
): ObjectKeys => {
  const content = 'columns' in part ? part.columns : [part.expression.sql]
  const unnamed = objectKey('constraint', table, `unnamed ${kind}`, ...content)
  return part.name === undefined ? [unnamed] : [objectKey('constraint', table, part.name), unnamed]
}
const tableAndParts = (table: Table): readonly ObjectKeys[] => [
  [objectKey('table', table)],
  ...table.columns.map((one) => column(table, one)),
  ...(table.primaryKey ? whole('primaryKey', table) : []),
  ...table.uniques.map((one) => constraint('unique', table, one)),
  ...table.checks.map((one) => constraint('check', table, one)),
  ...table.exclusions.map((one) => constraint('exclusion', table, one)),
]

const objectsOf: Handlers<readonly ObjectKeys[]> = {
  createTable: ({ table }) => tableAndParts(table),
  dropTable: ({ table }) => whole('table', table),
  renameTable: nothing,
  commentTable: nothing,
  addColumn: (operation) => [column(operation.table, operation.column)],
  dropColumn: (operation) => [column(operation.table, operation.column)],
  renameColumn: nothing,
  alterColumn: nothing,
  createPrimaryKey: ({ table }) => whole('primaryKey', table),
  dropPrimaryKey: ({ table }) => whole('primaryKey', table),
  createUnique: ({ table, unique }) => [constraint('unique', table, unique)],
  dropUnique: ({ table, unique }) => [constraint('unique', table, unique)],
  createForeignKey: ({ table, foreignKey }) => [constraint('foreignKey', table, foreignKey)],
  dropForeignKey: ({ table, foreignKey }) => [constraint('foreignKey', table, foreignKey)],
  createCheck: ({ table, check }) => [constraint('check', table, check)],
  dropCheck: ({ table, check }) => [constraint('check', table, check)],
  createExclusion: ({ table, exclusion }) => [constraint('exclusion', table, exclusion)],
  dropExclusion: ({ table, exclusion }) => [constraint('exclusion', table, exclusion)],
  renameConstraint: nothing,
  validateConstraint: nothing,
  createIndex: (operation) => [index(operation.table, operation.index)],
  dropIndex: (operation) => [index(operation.table, operation.index)],
  renameIndex: nothing,
  createEnum: (operation) => whole('enum', operation.enum),
  dropEnum: (operation) => whole('enum', operation.enum),
  addEnumValue: nothing,
  renameEnum: nothing,
  renameEnumValue: nothing,
  replaceEnum: nothing,
  createView: ({ view }) => [...whole('view', view), ...(view.indexes ?? []).map((one) => index(view, one))],
  dropView: ({ view }) => whole('view', view),
  createSchema: ({ schema }) => whole('schema', { name: schema }),
  dropSchema: ({ schema }) => whole('schema', { name: schema }),
  createExtension: ({ extension }) => whole('extension', { name: extension.name }),
  dropExtension: ({ extension }) => whole('extension', { name: extension.name }),
  createSequence: ({ sequence }) => whole('sequence', sequence),
  dropSequence: ({ sequence }) => whole('sequence', sequence),
  execute: nothing,
  bulkInsert: nothing,
  own: ({ changes }) => changes.flatMap((change) => match(change, objectsOf)),
}

const ofRelations: readonly string[] = [
  'table',
  'view',
  'column',
  'primaryKey',
  'constraint',
  'index',
] satisfies ObjectKind[]

function parse(key: string): Key {
  return JSON.parse(key) as Key
}

function belongsTo(key: Key, relation: QualifiedName): boolean {
  return ofRelations.includes(key[0]) && isNamed(key, relation)
}

function isNamed([, schema, name]: Key, thing: QualifiedName): boolean {
  return sameName({ ...(schema !== null && { schema }), name }, nameOf(thing))
}

function renamed(key: Key, operation: Operation): Key {
  const [kind, schema, name, ...part] = key
  const swap = (text: string) => ('from' in operation && text === operation.from ? String(operation.to) : text)
  if (operation.kind === 'renameTable')
    return belongsTo(key, operation.from) ? [kind, operation.to.schema ?? null, operation.to.name, ...part] : key
  if (operation.kind === 'renameEnum')
    return key[0] === 'enum' && isNamed(key, operation.from)
      ? [kind, operation.to.schema ?? null, operation.to.name]
      : key
  if (!('table' in operation) || !belongsTo(key, operation.table)) return key
  const [first = '', ...content] = part
  const isUnnamed = kind === 'constraint' && content.length > 0
  if (operation.kind === 'renameIndex') return kind === 'index' ? [kind, schema, name, swap(first)] : key
  if (operation.kind === 'renameConstraint')
    return kind === 'constraint' && !isUnnamed ? [kind, schema, name, swap(first)] : key
  if (operation.kind !== 'renameColumn') return key
  if (kind === 'column') return [kind, schema, name, swap(first)]
  if (!isUnnamed) return key
  const said = (sql: string) => renameInText(sql, operation.from, operation.to)
  return [kind, schema, name, first, ...content.map(/unique|foreignKey/.test(first) ? swap : said)]
}
