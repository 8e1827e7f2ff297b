// Entities as data become decorated classes: at run time, or as the text of a file that says the same.
import 'reflect-metadata'
import * as typeorm from 'typeorm'
import type { Json } from '../../../src/model/schema'
import { computations, conditions, types } from './column-types'
import {
  databaseName,
  isKey,
  rootOf,
  type ColumnSpec,
  type Condition,
  type Entities,
  type EntitySpec,
  type RelationSpec,
  type ViewSpec,
} from './spec'
import { familyOf } from './tidy'

/** Makes the classes; `forget` takes them out of TypeORM's global list again. */
export function makeClasses(spec: Entities): { readonly classes: Function[]; forget(): void } {
  const storage = Object.values(typeorm.getMetadataArgsStorage()).filter(Array.isArray)
  const lengths = storage.map((list) => list.length)
  const made = new Map<string, Function>()
  const sources = classesOf(spec)
  for (const source of sources) made.set(source.name, declare(source, made))
  for (const source of sources) decorate(source, made)
  // Others may have put theirs in since.
  const own = new Set(storage.flatMap((list, index) => list.slice(lengths[index]) as unknown[]))
  const without = (list: unknown[]) => list.splice(0, list.length, ...list.filter((one) => !own.has(one)))
  return {
    classes: sources.filter(({ isEntity }) => isEntity).map(({ name }) => made.get(name)!),
    forget: () => storage.forEach(without),
  }
}

/** The text of a TypeScript file with the classes, and a list of the entities among them. */
export function printClasses(spec: Entities): string {
  const sources = classesOf(spec)
  const used = new Set(
    sources
      .flatMap(({ decorators, members }) => [...decorators, ...members.flatMap((member) => member.decorators)])
      .map(({ name }) => name),
  )
  const entities = sources.filter(({ isEntity }) => isEntity).map(({ name }) => name)
  return [
    `import 'reflect-metadata'`,
    ...(used.size > 0 ? [`import { ${[...used].sort().join(', ')} } from 'typeorm'`] : []),
    ...sources.map(printClass),
    `export const entities = [${entities.join(', ')}]`,
    '',
  ].join('\n\n')
}

interface ClassSource {
  readonly name: string
  readonly extends?: string
  readonly decorators: readonly Decoration[]
  readonly members: readonly Member[]
  readonly isEntity: boolean
}

interface Member {
  readonly property: string
  readonly decorators: readonly Decoration[]
}

interface Decoration {
  readonly name: string
  readonly given: readonly Argument[]
}

/** What a decorator is given: data, or one of three functions. */
type Argument = undefined | Json | Code | { readonly [key: string]: Argument }

class Code {
  constructor(
    readonly kind: 'sql' | 'class' | 'property',
    readonly text: string,
  ) {}
}

const decoration = (name: string, ...given: readonly Argument[]): Decoration => {
  const last = given.findLastIndex((one) => one !== undefined && !isEmpty(one))
  return { name, given: given.slice(0, last + 1) }
}

function isEmpty(value: Argument): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => one === undefined)
  )
}

// From data to decorators

function classesOf(spec: Entities): ClassSource[] {
  if (spec.entities.length + spec.views.length === 0) return [nobodys()]
  const roots = spec.entities.filter(({ parent }) => parent === undefined)
  const children = spec.entities.filter(({ parent }) => parent !== undefined)
  return [
    ...spec.entities.flatMap((entity) =>
      entity.embedded.map((one) => embeddedClass(entity, one.property, one.columns, spec)),
    ),
    ...[...roots, ...children].map((entity) => entityClass(entity, spec)),
    ...spec.views.map((view) => viewClass(view, spec)),
  ]
}

function entityClass(entity: EntitySpec, spec: Entities): ClassSource {
  const members: Member[] = [
    ...entity.columns.map((column) => ({
      property: column.property,
      decorators: columnDecorators(column, entity.columns, spec, entity.keyName),
    })),
    ...entity.embedded.map(({ property, prefix }) => ({
      property,
      decorators: [decoration('Column', new Code('class', embeddedName(entity, property)), { prefix })],
    })),
    ...entity.relations.map((relation) => ({ property: relation.property, decorators: relationDecorators(relation) })),
    ...spec.entities.flatMap((owner) => owner.relations.flatMap((relation) => inverseMember(relation, owner, entity))),
    ...(entity.tree === undefined
      ? []
      : [
          { property: 'treeParent', decorators: [decoration('TreeParent')] },
          { property: 'treeChildren', decorators: [decoration('TreeChildren')] },
        ]),
  ]
  return {
    name: entity.name,
    ...(entity.parent === undefined ? {} : { extends: entity.parent }),
    decorators: classDecorators(entity, spec),
    members,
    isEntity: true,
  }
}

/** A data source without any entity at all is taken for a mistake. */
const nobodys = (): ClassSource => ({
  name: 'Nobodys',
  decorators: [decoration('Entity', { name: 'nobodys', synchronize: false })],
  members: [{ property: 'id', decorators: [decoration('PrimaryColumn', 'int')] }],
  isEntity: true,
})

function classDecorators(entity: EntitySpec, spec: Entities): Decoration[] {
  const { name, table, schema, comment, parent, tree } = entity
  const hasChildren = spec.entities.some((other) => other.parent === name)
  const columns = [...entity.columns, ...(parent === undefined ? [] : rootOf(spec, entity).columns)]
  const condition = (one: Condition | undefined) => one && conditionSql(one, columns, spec)
  return [
    parent === undefined ? decoration('Entity', { name: table, schema, comment }) : decoration('ChildEntity', name),
    ...(hasChildren ? [decoration('TableInheritance', { column: { type: 'varchar', name: 'kind of' } })] : []),
    ...(tree === undefined ? [] : [decoration('Tree', tree)]),
    ...entity.indexes.map((index) =>
      decoration('Index', ...named(index.name), [...index.columns], {
        unique: index.unique,
        where: condition(index.where),
        spatial: index.method === 'gist' ? true : undefined,
        type: index.method,
      }),
    ),
    ...entity.uniques.map((unique) =>
      decoration('Unique', ...named(unique.name), [...unique.columns], { deferrable: unique.deferrable }),
    ),
    ...entity.checks.map((check) => decoration('Check', ...named(check.name), condition(check.condition))),
    ...entity.exclusions.map((exclusion) =>
      decoration('Exclusion', ...named(exclusion.name), `USING gist (${quoted(exclusion.column, columns)} WITH &&)`),
    ),
  ]
}

function named(name: string | undefined): string[] {
  return name === undefined ? [] : [name]
}

function columnDecorators(
  column: ColumnSpec,
  columns: readonly ColumnSpec[],
  spec: Entities,
  keyName?: string,
): Decoration[] {
  const { role } = column
  const options = {
    ...columnOptions(column, columns, spec),
    primaryKeyConstraintName: isKey(column) ? keyName : undefined,
  }
  switch (role) {
    case 'key':
      return [decoration('PrimaryColumn', options)]
    case 'increment':
    case 'uuid':
      return [decoration('PrimaryGeneratedColumn', role, options)]
    case 'ALWAYS':
    case 'BY DEFAULT':
      return [decoration('PrimaryGeneratedColumn', 'identity', { ...options, generatedIdentity: role })]
    case 'created':
      return [decoration('CreateDateColumn', options)]
    case 'updated':
      return [decoration('UpdateDateColumn', options)]
    case 'deleted':
      return [decoration('DeleteDateColumn', options)]
    case 'version':
      return [decoration('VersionColumn', options)]
    case 'counter':
      return [decoration('Column', { ...options, type: 'int' }), decoration('Generated', 'increment')]
    default:
      return [decoration('Column', options)]
  }
}

function columnOptions(
  column: ColumnSpec,
  columns: readonly ColumnSpec[],
  spec: Entities,
): { [key: string]: Argument } {
  const { name, nullable, comment, collation } = column
  const given = column.default
  return {
    name,
    ...typeOptions(column, columns, spec),
    nullable,
    comment,
    collation,
    ...(given === undefined ? {} : { default: 'sql' in given ? new Code('sql', given.sql) : given.value }),
  }
}

function typeOptions(column: ColumnSpec, columns: readonly ColumnSpec[], spec: Entities): { [key: string]: Argument } {
  if (column.enum !== undefined) {
    return { type: 'enum', enum: [...valuesOf(column, spec)], enumName: column.enum.shared, array: column.enum.array }
  }
  if (column.computed !== undefined) {
    const base = columns.find(({ property }) => property === column.computed!.of)!
    const family = familyOf(base)
    const forms = (family === undefined || family === 'enum' ? undefined : computations[family]) ?? []
    const { options, expression } = forms[column.computed.form % forms.length]!
    return { ...options, generatedType: 'STORED', asExpression: expression(quoteName(databaseName(base))) }
  }
  return column.type === undefined ? {} : types[column.type]!.options
}

/** The values of a column's enum. */
export function valuesOf(column: ColumnSpec, { enums }: Entities): readonly string[] {
  const { shared, values } = column.enum ?? {}
  return shared === undefined ? (values ?? []) : (enums[shared] ?? [])
}

function relationDecorators(relation: RelationSpec): Decoration[] {
  const { kind, target, inverse, joinColumn, keyName, joinTable } = relation
  const options = {
    nullable: relation.required ? false : undefined,
    onDelete: relation.onDelete,
    onUpdate: relation.onUpdate,
    deferrable: relation.deferrable,
    createForeignKeyConstraints: relation.unconstrained ? false : undefined,
  }
  const sides = [new Code('class', target), ...(inverse === undefined ? [] : [new Code('property', inverse)])]
  if (kind === 'many-to-many')
    return [decoration('ManyToMany', ...sides, options), decoration('JoinTable', { name: joinTable })]
  const join = { name: joinColumn, foreignKeyConstraintName: keyName }
  return [
    decoration(kind === 'many-to-one' ? 'ManyToOne' : 'OneToOne', ...sides, options),
    ...(kind === 'one-to-one' || joinColumn !== undefined || keyName !== undefined
      ? [decoration('JoinColumn', join)]
      : []),
  ]
}

function inverseMember(relation: RelationSpec, owner: EntitySpec, here: EntitySpec): Member[] {
  if (relation.target !== here.name || relation.inverse === undefined) return []
  const name = { 'many-to-one': 'OneToMany', 'one-to-one': 'OneToOne', 'many-to-many': 'ManyToMany' }[relation.kind]
  return [
    {
      property: relation.inverse,
      decorators: [decoration(name, new Code('class', owner.name), new Code('property', relation.property))],
    },
  ]
}

function embeddedClass(
  entity: EntitySpec,
  property: string,
  columns: readonly ColumnSpec[],
  spec: Entities,
): ClassSource {
  return {
    name: embeddedName(entity, property),
    decorators: [],
    members: columns.map((column) => ({
      property: column.property,
      decorators: columnDecorators(column, columns, spec),
    })),
    isEntity: false,
  }
}

function embeddedName({ name }: EntitySpec, property: string): string {
  return `${name}_${property}`
}

function viewClass(view: ViewSpec, spec: Entities): ClassSource {
  const entity = spec.entities.find(({ name }) => name === view.of)!
  const columns = view.columns.map((property) => entity.columns.find((column) => column.property === property)!)
  const below = spec.views.find(({ name }) => name === view.over)
  const source = below === undefined ? [entity.schema, entity.table] : [below.schema, below.view]
  const place = source.flatMap((part) => (part === undefined ? [] : [quoteName(part)])).join('.')
  const where = view.where === undefined ? '' : ` WHERE ${conditionSql(view.where, entity.columns, spec)}`
  const listed = view.everything ? '*' : columns.map((column) => quoteName(databaseName(column))).join(', ')
  const expression = `SELECT ${listed} FROM ${place}${where}`
  return {
    name: view.name,
    decorators: [
      decoration('ViewEntity', {
        name: view.view,
        schema: view.schema,
        materialized: view.materialized,
        dependsOn: below && [below.name],
        expression,
      }),
    ],
    members: columns.map((column) => ({
      property: column.property,
      decorators: [
        ...(view.indexed === column.property
          ? [
              decoration('Index', ...named(view.indexName), {
                where: view.indexWhere && conditionSql(view.indexWhere, entity.columns, spec),
              }),
            ]
          : []),
        decoration('ViewColumn', { name: column.name }),
      ],
    })),
    isEntity: true,
  }
}

function conditionSql({ column: property, form }: Condition, columns: readonly ColumnSpec[], spec: Entities): string {
  const column = columns.find((one) => one.property === property)!
  const name = quoteName(databaseName(column))
  const family = familyOf(column)
  if (family === 'enum') {
    const first = `'${valuesOf(column, spec)[0]!.replaceAll("'", "''")}'`
    return form % 2 === 0 ? `${name} IS NULL OR ${name} >= ${first}` : `${name} = ${first} OR ${name} <> ${first}`
  }
  const forms = conditions[family!]
  return forms[form % forms.length]!(name)
}

function quoted(property: string, columns: readonly ColumnSpec[]): string {
  return quoteName(databaseName(columns.find((column) => column.property === property)!))
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

// From decorators to classes

function declare({ name, extends: parent }: ClassSource, made: ReadonlyMap<string, Function>): Function {
  const base = parent === undefined ? undefined : made.get(parent)
  if (base !== undefined) return { [name]: class extends (base as new () => object) {} }[name]!
  return Object.defineProperty(function () {}, 'name', { value: name })
}

function decorate({ name, decorators, members }: ClassSource, made: ReadonlyMap<string, Function>): void {
  const target = made.get(name)!
  const library = typeorm as unknown as Record<
    string,
    (...given: unknown[]) => (target: object, property?: string) => void
  >
  const run = (one: Decoration) => library[one.name]!(...one.given.map((argument) => revive(argument, made)))
  // As a compiler does: properties in order, then the class, decorators from the last to the first.
  for (const member of members)
    for (const one of [...member.decorators].reverse()) run(one)(target.prototype as object, member.property)
  for (const one of [...decorators].reverse()) run(one)(target)
}

function revive(argument: Argument, made: ReadonlyMap<string, Function>): unknown {
  if (argument instanceof Code) {
    const { kind, text } = argument
    if (kind === 'sql') return () => text
    if (kind === 'class') return () => made.get(text)!
    return (object: Record<string, unknown>) => object[text]
  }
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return argument
  return Object.fromEntries(
    Object.entries(argument).flatMap(([key, value]) => (value === undefined ? [] : [[key, revive(value, made)]])),
  )
}

// From decorators to text

function printClass({ name, extends: parent, decorators, members, isEntity }: ClassSource): string {
  return [
    ...decorators.map(printDecoration),
    `${isEntity ? 'export ' : ''}class ${name}${parent === undefined ? '' : ` extends ${parent}`} {`,
    ...members.map((member) => `  ${member.decorators.map(printDecoration).join(' ')} ${member.property}: any`),
    '}',
  ].join('\n')
}

function printDecoration({ name, given }: Decoration): string {
  return `@${name}(${given.map(printArgument).join(', ')})`
}

function printArgument(argument: Argument): string {
  if (argument === undefined) return 'undefined'
  if (argument instanceof Code) {
    const { kind, text } = argument
    if (kind === 'sql') return `() => ${JSON.stringify(text)}`
    return kind === 'class' ? `() => ${text}` : `(one: any) => one.${text}`
  }
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) return JSON.stringify(argument)
  const entries = Object.entries(argument).flatMap(([key, value]) =>
    value === undefined ? [] : [`${JSON.stringify(key)}: ${printArgument(value)}`],
  )
  return `{ ${entries.join(', ')} }`
}
