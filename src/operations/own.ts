// Operations of the project's own: its settings say what they do, its scripts call them as they call ours. Once called they are data.
import { ArgumentError } from '../errors'
import { defined } from '../model/defined'
import type { Json } from '../model/schema'
import { namedArguments } from './arguments'
import type { Intent, IntentKind, OwnCall, OwnIntent, SourceLine } from './intent'
import type { QueuedMethods } from './op'
import type { OperationOf } from './operation'
import { json } from './shape'
import { signatures } from './signatures'
import { lineOf } from './targets'
import { refuseTransactionControl } from './transaction-control'

/** SchemaOp is `op` where an operation says what it does to the schema: no data, and no SQL. */
export type SchemaOp = Omit<QueuedMethods, 'execute' | 'bulkInsert'>

/** OperationCall is an operation of the project's own by its name, and its arguments. */
export type OperationCall = readonly [name: string, ...args: readonly Json[]]

/** What `describe` takes, the others take: they do not take part in finding out what that is. */
type Given<Arguments extends readonly unknown[]> = [Arguments][Arguments extends unknown ? 0 : never]

/**
 * OperationDefinition is an operation of the project's own: `op.<name>(...)` in its scripts. Its arguments are values that JSON has.
 *
 * @example
 * defineOperation({
 *   name: 'setRowSecurity',
 *   describe: (table: string, on: boolean) => `row security of ${table} ${on ? 'on' : 'off'}`,
 *   sql: { postgres: (table, on) => `ALTER TABLE "${table}" ${on ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`, sqlite: () => [] },
 *   reverse: (table, on) => ['setRowSecurity', table, !on],
 * })
 */
export interface OperationDefinition<
  Name extends string = string,
  Arguments extends readonly Json[] = readonly Json[],
> {
  readonly name: Name
  /** Its line in a review, which may begin with `+`, `-` or `~`. */
  readonly describe: (...args: Arguments) => string
  /** Its statements, by the dialect's name; a database of another kind refuses it. */
  readonly sql: { readonly [dialect: string]: (...args: Given<Arguments>) => string | readonly string[] }
  /** The call that takes it back; null where there is none. */
  readonly reverse: null | ((...args: Given<Arguments>) => OperationCall | null)
  /** What it does to the schema, said with our operations; absent where it does nothing that a schema holds. */
  readonly changes?: (op: SchemaOp, ...args: Given<Arguments>) => void
  /** Whether it may lose data that its reverse does not bring back. */
  readonly destructive?: boolean
}

/** A definition of any arguments, as a list of them holds it. */
// The one place where their types are forgotten: a script's call is held to JSON, and to whatever the definition itself throws.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyOperation = OperationDefinition<string, any>

/** The methods that a list of definitions adds: `interface OwnOperations extends OperationsOf<typeof operations> {}`. */
export type OperationsOf<Definitions extends readonly AnyOperation[]> = {
  [Definition in Definitions[number] as Definition['name']]: (...args: Parameters<Definition['describe']>) => void
}

/** Types the definition of an operation. */
export function defineOperation<const Name extends string, Arguments extends readonly Json[]>(
  definition: OperationDefinition<Name, Arguments>,
): OperationDefinition<Name, Arguments> {
  return definition
}

/** OwnOperationList holds the definitions of a project by name. */
export type OwnOperationList = ReadonlyMap<string, AnyOperation>

/** What a script says with a call of an operation of the project's own. */
export function ownIntent(list: OwnOperationList, [name, ...args]: OperationCall, at?: SourceLine): OwnIntent {
  const { reverse } = theDefinition(list, name, at)
  const does = ownCall(list, [name, ...args], at)
  const back = reverse === null ? null : asked(name, at, () => reverse(...args))
  return defined({ kind: 'own' as const, at, does, undoes: back === null ? undefined : ownCall(list, back, at) })
}

/** The same as an operation, for a rewrite; what it changes is found when it is known what schema it meets. */
export function ownOperation(list: OwnOperationList, call: OperationCall): OperationOf<'own'> {
  const { at: _, ...intent } = ownIntent(list, call)
  return { ...intent, changes: [] }
}

function theDefinition(list: OwnOperationList, name: string, at: SourceLine | undefined): AnyOperation {
  const found = list.get(name)
  if (found !== undefined) return found
  const known = [...list.keys()].join(', ')
  throw new ArgumentError(
    name,
    'name',
    `there is no such operation among those of your settings (${known})`,
    [],
    lineOf({ at }),
  )
}

function ownCall(list: OwnOperationList, [name, ...args]: OperationCall, at: SourceLine | undefined): OwnCall {
  const { describe, sql, changes, destructive } = theDefinition(list, name, at)
  args.forEach((value, position) => {
    const found = json(value, `argument ${position + 1}`)
    if (found !== undefined) throw new ArgumentError(name, found.key, found.problem, found.suggestions, lineOf({ at }))
  })
  const statements = Object.entries(sql).map(([dialect, write]) => {
    const texts = [asked(name, at, () => write(...args))].flat()
    for (const text of texts) refuseTransactionControl(text, lineOf({ at }))
    return [dialect, texts] as const
  })
  return defined({
    name,
    arguments: args,
    text: asked(name, at, () => describe(...args)),
    destructive: destructive === true ? (true as const) : undefined,
    sql: Object.fromEntries(statements),
    changes: changes === undefined ? [] : asked(name, at, () => queuedBy((op) => changes(op, ...args), at)),
  })
}

/** What a definition throws is what it has to say of the arguments. */
function asked<T>(name: string, at: SourceLine | undefined, ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    if (error instanceof ArgumentError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new ArgumentError(name, 'arguments', reason.replace(/\.$/, ''), [], lineOf({ at }))
  }
}

function queuedBy(run: (op: SchemaOp) => void, at: SourceLine | undefined): Intent[] {
  const intents: Intent[] = []
  const queueing =
    (kind: IntentKind) =>
    (...args: unknown[]) => {
      // As in running-op.ts: which arguments belong to which kind is checked here.
      intents.push({ kind, ...namedArguments(kind, args, lineOf({ at })) } as Intent)
    }
  const { execute: _execute, bulkInsert: _bulkInsert, ...kinds } = signatures
  run(Object.fromEntries(Object.keys(kinds).map((kind) => [kind, queueing(kind as IntentKind)])) as unknown as SchemaOp)
  return intents
}
