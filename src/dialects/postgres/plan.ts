// Operations into segments: what must not share a transaction with the rest stands alone.
import { ConcurrentlyInTransactionError } from '../../errors'
import { isExpression } from '../../model/expression'
import { findEnum, keyOf, nameOf } from '../../model/lookup'
import type { Column, QualifiedName, SchemaModel, View } from '../../model/schema'
import { apply } from '../../operations/apply'
import { match, runsOwnSql, type Kind, type Operation } from '../../operations/operation'
import { defined } from '../../model/defined'
import type { Plan, PlanContext, Scope, Segment, Statement } from '../dialect'
import { standsAlone } from './alone'
import { putBack } from './aside'
import { rememberBelongings, returnBelongings } from './belongings'
import { handlers } from './ddl'
import type { Work } from './work'

/** Writes the SQL of operations, in their order but for added enum values, which go first where they can. */
export function plan(operations: readonly Operation[], before: SchemaModel, context: PlanContext): Plan {
  const untransacted = !context.transaction
  const steps = inOrder(operations, before)
  const again = madeAgain(steps, context)
  let aside = false
  const pieces = steps.flatMap(({ operation, index, schema }, at) => {
    const known = defined({ schema, scope: context.scope, version: context.version })
    const answers = [match(operation, handlers, known)].flat()
    const works = withBelongings(operation, again, context.scope, answers).map((answer) => {
      const work: Work = typeof answer === 'string' ? { sql: answer } : answer
      const alone = untransacted && operation.kind === 'execute' && standsAlone(work.sql)
      return alone ? { ...work, alone: 'untransacted' as const } : work
    })
    aside ||= works.some((work) => work.aside)
    if (aside && (untransacted || !leavesViewsAside(steps[at + 1]?.operation))) {
      works.push({ sql: putBack })
      aside = false
    }
    return works.map((work): Piece => {
      if (work.alone === 'untransacted' && !untransacted)
        throw new ConcurrentlyInTransactionError(
          'index' in operation ? operation.index.name : work.sql,
          undefined,
          index,
        )
      const parameters = operation.kind === 'execute' ? operation.parameters : undefined
      const statement = defined({ sql: work.sql, parameters, operation: index, guards: work.guards })
      return { work, statement, operation: runsOwnSql(operation) ? undefined : index }
    })
  })
  return { segments: untransacted ? apart(pieces) : gather(pieces) }
}

/** The views that are dropped and created again later, whatever they are then; or may be, in a part that follows. */
function madeAgain(steps: readonly Step[], { earlier = [], goesOn }: PlanContext): ReadonlySet<string> {
  const dropped = new Set<string>()
  const again = new Set<string>()
  for (const operation of [...earlier, ...steps.map((step) => step.operation)]) {
    if (operation.kind === 'dropView') dropped.add(viewKey(operation.view))
    if (operation.kind === 'createView' && dropped.has(viewKey(operation.view))) again.add(viewKey(operation.view))
  }
  return goesOn ? new Set([...again, ...dropped]) : again
}

function viewKey(view: View): string {
  return JSON.stringify([keyOf(nameOf(view)), view.materialized ?? false])
}

function withBelongings(
  operation: Operation,
  again: ReadonlySet<string>,
  scope: Scope,
  answers: readonly (string | Work)[],
): readonly (string | Work)[] {
  if (operation.kind === 'dropView' && again.has(viewKey(operation.view)))
    return [rememberBelongings(operation.view, scope), ...answers]
  if (operation.kind === 'createView' && again.has(viewKey(operation.view)))
    return [...answers, returnBelongings(operation.view, scope)]
  return answers
}

interface Piece {
  readonly work: Work
  readonly statement: Statement
  /** The operation whose statements belong together; what a person wrote as several stays several. */
  readonly operation: number | undefined
}

// Views that are aside keep the names they speak of in their text, so nothing may be renamed before they are back.
const calm: ReadonlySet<Kind | undefined> = new Set<Kind>([
  'alterColumn',
  'replaceEnum',
  'addColumn',
  'commentTable',
  'createPrimaryKey',
  'createUnique',
  'createForeignKey',
  'createCheck',
  'createExclusion',
  'createIndex',
])

function leavesViewsAside(next: Operation | undefined): boolean {
  return calm.has(next?.kind) && !(next?.kind === 'createIndex' && next.concurrently)
}

interface Step {
  readonly operation: Operation
  /** Its place in the list that was given. */
  readonly index: number
}

/** Each step in the order in which it runs, and the schema as it meets it. */
function inOrder(operations: readonly Operation[], before: SchemaModel): (Step & { readonly schema: SchemaModel })[] {
  const steps = operations.map((operation, index) => ({ operation, index }))
  const first = steps.filter(({ operation, index }) => canGoFirst(operation, operations.slice(0, index), before))
  const left: Step[] = [...first, ...steps.filter((step) => !first.includes(step))]
  const ordered: (Step & { readonly schema: SchemaModel })[] = []
  let schema = before
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const needed = left.findIndex(({ operation }) => brings(operation, missingValues(next!.operation, schema)))
    if (needed >= 0) {
      left.unshift(next)
      ;[next] = left.splice(needed + 1, 1) as [Step]
    }
    ordered.push({ ...next, schema })
    schema = apply(schema, [next.operation])
  }
  return ordered
}

interface EnumValue {
  readonly type: string
  readonly value: string
}

/** The enum values an operation gives as defaults that their type has not yet. */
function missingValues(operation: Operation, schema: SchemaModel): EnumValue[] {
  return columnsMade(operation).flatMap(({ type, default: value }) => {
    if (typeof type === 'string' || value === undefined || isExpression(value)) return []
    const found = findEnum(schema, defined({ schema: type.schema, name: type.enum }))
    return [value]
      .flat()
      .flatMap((one) =>
        found === undefined || typeof one !== 'string' || found.values.includes(one)
          ? []
          : [{ type: keyOf(nameOf(found)), value: one }],
      )
  })
}

function columnsMade(operation: Operation): readonly Column[] {
  if (operation.kind === 'createTable') return operation.table.columns
  if (operation.kind === 'addColumn') return [operation.column]
  return operation.kind === 'alterColumn' ? [operation.to] : []
}

/** Whether an operation gives a type a value that is missing. A downgrade has its replacements after the defaults. */
function brings(operation: Operation, missing: readonly EnumValue[]): boolean {
  if (operation.kind !== 'replaceEnum') return false
  const key = keyOf(nameOf(operation.to))
  return missing.some(({ type, value }) => type === key && operation.to.values.includes(value))
}

/** An added value goes before everything else if its type is there already and nothing earlier touches the type. */
function canGoFirst(operation: Operation, earlier: readonly Operation[], before: SchemaModel): boolean {
  if (operation.kind !== 'addEnumValue') return false
  const key = keyOf(nameOf(operation.enum))
  if (!before.enums.some((type) => keyOf(nameOf(type)) === key)) return false
  return earlier.every((other) => other.kind === 'addEnumValue' || enumTouched(other) !== key)
}

function enumTouched(operation: Operation): string | undefined {
  const touched: QualifiedName | undefined =
    operation.kind === 'replaceEnum' ? operation.from : 'enum' in operation ? operation.enum : undefined
  return touched && keyOf(nameOf(touched))
}

/** One segment for what can share a transaction, one each for what comes between. */
function gather(pieces: readonly Piece[]): Segment[] {
  const segments: { alone: boolean; statements: Statement[] }[] = []
  for (const { work, statement } of pieces) {
    const alone = work.alone !== undefined
    const last = segments.at(-1)
    if (last === undefined || last.alone !== alone) segments.push({ alone, statements: [statement] })
    else last.statements.push(statement)
  }
  return segments.map(({ statements }) => ({ transactional: true, statements }))
}

// Without a transaction around all of it, the statements of an operation that can have one still get it: the operation is
// then done or not done, and its step is counted with it.
function apart(pieces: readonly Piece[]): Segment[] {
  const groups: [Piece, ...Piece[]][] = []
  for (const piece of pieces) {
    const last = groups.at(-1)
    if (last && belongTogether(last[0], piece)) last.push(piece)
    else groups.push([piece])
  }
  return groups.map(([first, ...rest]) =>
    first.work.alone === 'untransacted'
      ? aloneSegment(first)
      : { transactional: true, statements: [first, ...rest].map(({ statement }) => statement) },
  )
}

function aloneSegment({ statement, work: { probe, remains } }: Piece): Segment {
  return defined({ transactional: false as const, statement, probe, remains })
}

function belongTogether(first: Piece, next: Piece): boolean {
  const isTransacted = first.work.alone !== 'untransacted' && next.work.alone !== 'untransacted'
  return isTransacted && first.operation !== undefined && first.operation === next.operation
}
