// Reading the entities.
import { AutogenError, exitCodes } from './error'

/** UnknownColumnTypesError lists every column whose type is neither written nor known to the decorators' metadata. */
export class UnknownColumnTypesError extends AutogenError {
  readonly code = 'unknown-column-types'
  readonly exitCode = exitCodes.usage
  constructor(readonly columns: readonly { readonly entity: string; readonly property: string }[]) {
    const shown = columns.slice(0, 20).map(({ entity, property }) => `${entity}.${property}`)
    const rest = columns.length - shown.length
    super(
      `${columns.length === 1 ? 'The type of 1 column is' : `The types of ${columns.length} columns are`} not known: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
      "Give each its type, as in @Column({ type: 'varchar' }), or point --datasource at the compiled JavaScript.",
    )
  }
}

/** NoEntitiesError keeps a data source that finds none of its entities from dropping everything that they had made. */
export class NoEntitiesError extends AutogenError {
  readonly code = 'no-entities'
  readonly exitCode = exitCodes.refused
  constructor(
    /** What would be written, as `describe` puts it. */
    readonly operations: readonly string[],
  ) {
    super(
      'Your data source has no entities, so the revision would drop all that the revisions before it have made.',
      'Look at what `entities` of your data source names; if all is to go, write the drops into `autogen revision --empty -m "drop all"`.',
    )
  }
}

/** A file of entities that throws when it is loaded. */
export class EntityLoadError extends AutogenError {
  readonly code = 'entity-load'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly file: string | undefined,
    reason: string,
    cause?: unknown,
  ) {
    // Node lists below it who asked for a module that is missing; `-v` prints that.
    const [first = ''] = reason.split('\n', 1)
    super(
      `The entities could not be loaded${file === undefined ? '' : `, because ${file} fails`}: ${first}`,
      'Mend the error in that file; `-v` prints where it was thrown.',
      { cause },
    )
  }
}

/** An entity that TypeORM, or the database, could make nothing of. */
export class InvalidEntityError extends AutogenError {
  readonly code = 'invalid-entity'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly entity: string | undefined,
    readonly property: string | undefined,
    readonly reason: string,
    cause?: unknown,
  ) {
    const place = entity === undefined ? 'An entity' : `The entity ${entity}`
    const where = property === undefined ? place : `${place}, at the property "${property}",`
    super(`${where} is not valid: ${reason.replace(/\.$/, '')}.`, 'Mend its decorators and run the command again.', {
      cause,
    })
  }
}

/** NamedPart is a table, a view, an index or a constraint, and where it is declared. */
export interface NamedPart {
  readonly kind:
    'table' | 'view' | 'index' | 'primary key' | 'unique constraint' | 'exclusion' | 'foreign key' | 'check'
  readonly entity: string
  readonly name: string
  /** Its columns or its text; nothing of a whole table. */
  readonly on: string
}

const whereNamesAreGiven = {
  table: "@Entity({ name: 'a_name' })",
  view: "@ViewEntity({ name: 'a_name' })",
  index: "@Index('a_name', [...])",
  'primary key': "@PrimaryColumn({ primaryKeyConstraintName: 'a_name' })",
  'unique constraint': "@Unique('a_name', [...])",
  exclusion: "@Exclusion('a_name', ...)",
  'foreign key': "@JoinColumn({ foreignKeyConstraintName: 'a_name' })",
  check: "@Check('a_name', ...)",
} as const satisfies Record<NamedPart['kind'], string>

/** Two things with one name, where the database has room for one. */
export class SharedNameError extends AutogenError {
  readonly code = 'shared-name'
  readonly exitCode = exitCodes.usage
  constructor(
    readonly sharedName: string,
    readonly parts: readonly [NamedPart, NamedPart],
  ) {
    const isCut = parts.some(({ name }) => name !== sharedName)
    const [one, other] = parts.map(({ kind, entity, name, on }) =>
      [`the ${kind}`, ...(isCut ? [`"${name}"`] : []), ...(on ? [on] : []), `of the entity ${entity}`].join(' '),
    )
    const cut = isCut ? ' whose names it cuts to that' : ''
    super(
      `The database can keep one thing called "${sharedName}", and the entities have two${cut}: ${one} and ${other}.`,
      `Give one of them a ${isCut ? 'shorter name' : 'name of its own'}, as in ${whereNamesAreGiven[parts[1].kind]}.`,
    )
  }
}
