// The schema as it is while migrations run: introspected once, then moved on by the operations that ran.
import { IrreversibleError, MissingTargetError, NotResumableError } from '../errors'
import type { QualifiedName, SchemaModel } from '../model/schema'
import { apply } from '../operations/apply'
import type { Intent } from '../operations/intent'
import { effectsOf, type Operation } from '../operations/operation'
import { reverse } from '../operations/reverse'
import { qualified } from '../operations/spec'
import type { LogEntry } from './log'
import type { Session } from './session'

/** LiveSchema is what scripts of one run meet. */
export interface LiveSchema {
  /** The schema now, with every schema read as well that the intents name, or from where an enum is used that they replace. */
  read(intents: readonly Intent[]): Promise<SchemaModel>
  /** Says what planned operations made of it. */
  become(schema: SchemaModel): void
  /** Something happened that we did not plan: the next read introspects. */
  forget(): void
  /** Goes back to before the parts of a migration that a run before has committed. */
  rewind(previous: LogEntry, intents: readonly Intent[]): Promise<void>
}

/** Holds the schema of a session; nothing is read until it is asked for. */
export function liveSchema(session: Session): LiveSchema {
  const { connection, dialect, scope } = session
  const schemas = new Set(scope.schemas)
  let known: SchemaModel | undefined
  const live: LiveSchema = {
    async read(intents) {
      const types = intents.flatMap(replacedEnum)
      const using = types.length === 0 ? [] : await dialect.schemasUsing?.(connection, types, scope)
      for (const schema of [...intents.flatMap(schemasNamed), ...(using ?? [])]) {
        if (schema === scope.defaultSchema || schemas.has(schema)) continue
        schemas.add(schema)
        known = undefined
      }
      known ??= await dialect.introspect(connection, { ...scope, schemas: [...schemas] })
      return known
    },
    become: (schema) => {
      // What a dialect keeps of the database's own text was true before the operations.
      known = schema.verbatim === undefined ? schema : undefined
    },
    forget: () => {
      known = undefined
    },
    async rewind(previous, intents) {
      const now = await live.read(intents)
      const { operations } = previous
      const before =
        (isOnlyBegun(operations, now) ? undefined : undo(now, operations)) ?? undo(now, operations.slice(0, -1))
      if (before === undefined) {
        throw new NotResumableError(
          previous.revision,
          previous.stepsDone,
          'the schema is not what those parts should have left',
        )
      }
      const { verbatim: _, ...schema } = before
      known = schema
    },
  }
  return live
}

/** Whether an operation does anything to the schema, as far as we know. */
export function changesSchema({ kind }: { readonly kind: string }): boolean {
  return kind !== 'execute' && kind !== 'bulkInsert'
}

/** Whether the last of the operations is one that takes something away, and that is still there. */
function isOnlyBegun(operations: readonly Operation[], schema: SchemaModel): boolean {
  const last = operations.slice(-1).flatMap(effectsOf).at(-1)
  return last !== undefined && leaves(last) && possible(() => apply(schema, [last])) !== undefined
}

/** The schema before the operations; undefined where they cannot have happened: the last of them was only begun. */
function undo(schema: SchemaModel, operations: readonly Operation[]): SchemaModel | undefined {
  let now = schema
  for (const operation of operations.flatMap(effectsOf).filter(changesSchema).toReversed()) {
    // SQL of the script's own may have made anew what an operation before it had dropped.
    if (leaves(operation)) now = possible(() => apply(now, [operation])) ?? now
    const before = possible(() => apply(now, reverse(operation)))
    if (before === undefined) return undefined
    now = before
  }
  return now
}

/** Whether it takes something away that could not be taken away twice. What others need of schemas and extensions stays. */
function leaves({ kind }: Operation): boolean {
  return kind.startsWith('drop') && kind !== 'dropSchema' && kind !== 'dropExtension'
}

function possible(work: () => SchemaModel): SchemaModel | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof MissingTargetError || error instanceof IrreversibleError) return undefined
    throw error
  }
}

function schemasNamed(intent: Intent): string[] {
  return intent.kind === 'bulkInsert' || intent.kind === 'execute' ? [] : schemaKeys(intent)
}

function replacedEnum(intent: Intent): QualifiedName[] {
  return intent.kind === 'replaceEnum' ? [qualified(intent.enum)] : []
}

function schemaKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'schema' && typeof inner === 'string' ? [inner] : schemaKeys(inner),
  )
}
