// SQLite's planner: in place what can be done in place, one rebuild per table for all the rest.
import { UnsupportedOperationError } from '../../errors'
import type { SchemaModel } from '../../model/schema'
import { apply } from '../../operations/apply'
import { match, runsOwnSql, type Operation } from '../../operations/operation'
import type { Plan, PlanContext, Segment, Statement } from '../dialect'
import { handlers } from './ddl'
import { flush } from './flush'
import { gather, isGathered, type State } from './groups'
import { splitSqlite } from './split'
import { beforeDrop, triggersOf } from './views'

/** Plans operations: changes of one table are gathered until something else must see them, then made at once. */
export function plan(operations: readonly Operation[], before: SchemaModel, context: PlanContext): Plan {
  const state: State = {
    schema: before,
    atStart: before,
    texts: new Map(Object.entries(before.verbatim ?? {}).map(([name, text]) => [name, { ...text, stale: false }])),
    known: before.verbatim !== undefined,
    executed: false,
    version: context.version ?? Infinity,
    groups: [],
    left: new Set(),
    statements: [],
    alone: new Set(),
    comingBack: new Set(operations.flatMap(newName).map((name) => name.toLowerCase())),
    foreignKeysOff: false,
  }
  operations.forEach((operation, at) => {
    refuseSchemas(operation)
    if (isGathered(operation)) gather(state, operation, at, flush)
    else {
      flush(state)
      for (const statement of immediate(state, operation, operations.slice(at + 1))) {
        state.statements.push({ ...statement, operation: at })
        if (runsOwnSql(operation) && !context.transaction) state.alone.add(state.statements.length - 1)
      }
      if (runsOwnSql(operation)) state.executed = true
      state.schema = apply(state.schema, [operation])
    }
  })
  flush(state)
  return { segments: segments(state), ...(state.foreignKeysOff ? { foreignKeysOff: true } : {}) }
}

function immediate(state: State, operation: Operation, later: readonly Operation[]): Omit<Statement, 'operation'>[] {
  const answer = match(operation, handlers, { version: state.version, checks: [] })
  if (answer === 'rebuild') return []
  if (operation.kind === 'dropView') return [...beforeDrop(state, operation.view, later), ...answer]
  if (operation.kind === 'createView') return [...answer, ...triggersOf(state, operation.view)]
  if (operation.kind !== 'execute' || operation.parameters !== undefined) return [...answer]
  return splitSqlite(operation.sql).map((sql) => ({ sql }))
}

function segments({ statements, alone }: State): Segment[] {
  const list: Segment[] = []
  let open: Statement[] = []
  const close = () => {
    if (open.length > 0) list.push({ transactional: true, statements: open })
    open = []
  }
  statements.forEach((statement, at) => {
    if (!alone.has(at)) open.push(statement)
    else {
      close()
      list.push({ transactional: false, statement })
    }
  })
  close()
  return list
}

function newName(operation: Operation): string[] {
  if (operation.kind === 'createTable') return [operation.table.name]
  return operation.kind === 'renameTable' ? [operation.to.name] : []
}

function refuseSchemas(operation: Operation): void {
  const named = 'table' in operation ? operation.table : operation.kind === 'renameTable' ? operation.to : undefined
  if (named?.schema === undefined) return
  throw new UnsupportedOperationError(
    `${operation.kind} ${named.schema}.${named.name}`,
    'SQLite has no schemas',
    'Write the table by its name alone.',
  )
}
