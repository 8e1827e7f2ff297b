// What was gathered, written at once: each table in place or by one rebuild, in an order in which nobody gets in another's way.
import { UnsupportedOperationError } from '../../errors'
import { sameJson } from '../../model/expression'
import { sameName } from '../../model/lookup'
import type { Check, Table } from '../../model/schema'
import { match, type OperationOf } from '../../operations/operation'
import type { Statement } from '../dialect'
import { quoteName } from '../sql'
import { createIndexSql, createTableSql, handlers, soleColumn, valueSql, type Answer } from './ddl'
import type { Group, State } from './groups'
import {
  isMentioned,
  lostColumns,
  refuseLostUses,
  says,
  unknownGuard,
  unusedProof,
  unusedTableProof,
  withoutLostChecks,
} from './guards'
import { normalizeTable } from './normalize'
import { parseIndex } from './parse'
import { rebuild, type Rebuilt } from './rebuild'
import { reshape } from './reshape'

/**
 * Writes what is gathered. Proofs come first, while no foreign key speaks of a new column by an old name; then rebuilds,
 * while triggers say what the catalogue says; new indexes last.
 */
export function flush(state: State): void {
  const { groups } = state
  const decisions = groups.map((group) => decide(state, group))
  const push = (at: number | undefined, statement: Omit<Statement, 'operation'>) =>
    state.statements.push({ ...statement, ...(at === undefined ? {} : { operation: at }) })
  const write = (at: number | undefined, ...texts: readonly string[]) => texts.forEach((sql) => push(at, { sql }))
  for (const { at, guards } of decisions) write(at, ...guards)
  for (const [n, { base, table, changes, keptIndexes }] of groups.entries()) {
    if (base === undefined || table === undefined || decisions[n]?.kind !== 'native') continue
    const gone = base.indexes.filter(({ name }) => !keptIndexes.has(name))
    for (const { name } of gone) write(indexChange(changes, name), `DROP INDEX ${quoteName(name)}`)
  }
  for (const decision of decisions)
    if (decision.kind === 'rebuild') for (const statement of decision.statements) push(decision.at, statement)
  // Drops before the others, which may take their names.
  const dropsFirst = groups
    .map(({ table }, n) => ({ decision: decisions[n] as Decision, drops: table === undefined }))
    .sort((a, b) => Number(b.drops) - Number(a.drops))
  for (const { decision } of dropsFirst) {
    if (decision.kind === 'native') for (const { sql, at } of decision.statements) write(at, sql)
    if (decision.kind === 'rebuild') write(decision.at, ...decision.renames)
  }
  for (const { table, changes, keptIndexes } of groups) {
    for (const index of table?.indexes ?? [])
      if (!keptIndexes.has(index.name) && table)
        write(indexChange(changes, index.name), createIndexSql(table.name, index))
  }
  if (decisions.some(({ kind }) => kind === 'rebuild') || losesParent(state)) state.foreignKeysOff = true
  groups.forEach((group) => remember(state, group))
  state.groups = []
  state.left = new Set()
  state.atStart = state.schema
}

type Decision = { readonly at: number; readonly guards: readonly string[] } & (
  | { readonly kind: 'native'; readonly statements: readonly { readonly sql: string; readonly at: number }[] }
  | ({ readonly kind: 'rebuild' } & Rebuilt)
)

function decide(state: State, group: Group): Decision {
  const { base, table, changes } = group
  const at = changes[0]?.at ?? 0
  // Handlers are asked even where the answer does not matter: they know what SQLite lacks.
  const answers = answersOf(state, group)
  if (table === undefined) {
    if (base === undefined) return { kind: 'native', at, guards: [], statements: [] }
    const statements = [{ sql: `DROP TABLE ${quoteName(base.name)}`, at: changes.at(-1)?.at ?? at }]
    return { kind: 'native', at, guards: unusedTableProof(state, base), statements }
  }
  if (base === undefined)
    return { kind: 'native', at, guards: [], statements: [{ sql: createTableSql(normalizeTable(table)), at }] }
  const first = answers.find(({ answer }) => answer === 'rebuild')
  if (first !== undefined) return { kind: 'rebuild', at: first.at, ...rebuildOf(state, group, base, table) }
  return {
    kind: 'native',
    at: changes.find(({ operation }) => operation.kind === 'dropColumn')?.at ?? at,
    guards: proofs(state, group, base),
    statements: answers.flatMap(({ at: index, answer }) =>
      answer === 'rebuild' ? [] : answer.map(({ sql }) => ({ sql, at: index })),
    ),
  }
}

function proofs(state: State, group: Group, base: Table, always?: boolean): string[] {
  // What uses a column that is made anew has it again.
  const lost = lostColumns(group, base).filter(({ name }) => !hasColumn(group.table, name))
  return lost.flatMap(({ name }) => unusedProof(state, base.name, name, always).statements)
}

function answersOf(state: State, group: Group): { readonly at: number; readonly answer: Answer }[] {
  const { base, changes } = group
  const inlined = new Set<Check>()
  return changes.map(({ operation, at, before }, n) => {
    const checks = operation.kind === 'addColumn' ? checksWith(operation.column.name, changes.slice(n + 1)) : []
    const answer = match(operation, handlers, { version: state.version, checks, ...(before && { table: before }) })
    if (operation.kind === 'addColumn' && answer !== 'rebuild') checks.forEach((check) => inlined.add(check))
    const isIndex =
      operation.kind === 'createIndex' || operation.kind === 'dropIndex' || operation.kind === 'renameIndex'
    const isInlined = operation.kind === 'createCheck' && inlined.has(operation.check)
    if (isIndex || isInlined || base === undefined) return { at, answer: [] }
    return {
      at,
      answer: operation.kind === 'dropColumn' ? provenDrop(state, group, operation, n, answer) : answer,
    }
  })
}

// The proof has renamed the column. One that got its name only in this migration, or that comes back under it while a
// view uses it, is left to a rebuild.
function provenDrop(
  state: State,
  { changes, table: after }: Group,
  { table, column: { name } }: OperationOf<'dropColumn'>,
  at: number,
  answer: Answer,
): Answer {
  const isNew = changes
    .slice(0, at)
    .some(
      ({ operation }) =>
        (operation.kind === 'addColumn' && operation.column.name === name) ||
        (operation.kind === 'renameColumn' && operation.to === name),
    )
  const comesBack = hasColumn(after, name)
  if (answer === 'rebuild' || isNew || (comesBack && isMentioned(state, name))) return 'rebuild'
  const dropped = comesBack ? name : unusedProof(state, table.name, name).name
  return [{ sql: `ALTER TABLE ${quoteName(table.name)} DROP COLUMN ${quoteName(dropped)}` }]
}

function hasColumn(table: Table | undefined, name: string): boolean {
  return table?.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()) ?? false
}

function checksWith(column: string, later: Group['changes']): Check[] {
  return later.flatMap(({ operation }) =>
    operation.kind === 'createCheck' && soleColumn(operation.check) === column.toLowerCase() ? [operation.check] : [],
  )
}

function rebuildOf(state: State, group: Group, base: Table, table: Table) {
  const text = state.texts.get(base.name)
  if (text?.stale) {
    throw new UnsupportedOperationError(
      `the rebuild of ${base.name}`,
      'its triggers mention what this migration has renamed before',
      'Rename in one revision and make the other changes in the next.',
    )
  }
  const target = withoutLostChecks(group, base, table)
  refuseLostUses(group, base, target)
  const indexes = base.indexes.filter(({ name }) => group.keptIndexes.has(name))
  const indexText = new Map(text?.indexes.map((sql) => [parseIndex(sql).name, sql]))
  const written = rebuild({
    from: normalizeTable(base),
    to: normalizeTable(target),
    origins: group.origins,
    using: usingOf(group),
    indexes: indexes.map((index) => indexText.get(index.name) ?? createIndexSql(base.name, index)),
    triggers: text?.triggers ?? [],
    statistics: text?.statistics ?? [],
    temporaryName: temporaryName(state, base.name),
    ...(text?.create !== undefined && { create: text.create }),
  })
  const unknown = !state.known || state.executed
  const guards = unknown ? unknownGuard(base, text?.triggers ?? []) : []
  return { ...written, guards: [...guards, ...proofs(state, group, base, unknown)] }
}

function usingOf({ table, changes }: Group): Map<string, string> {
  const using = new Map<string, string>()
  for (const { operation } of changes) {
    // What the rows that are there got with the column they keep, whatever its default becomes.
    if (operation.kind === 'addColumn' && operation.column.default !== undefined) {
      const { name, default: value } = operation.column
      const now = table?.columns.find((column) => column.name === name)?.default
      if (!sameJson(now, value)) using.set(name, valueSql(value))
    }
    if (operation.kind === 'alterColumn' && operation.using !== undefined) using.set(operation.to.name, operation.using)
    if (operation.kind !== 'renameColumn') continue
    const own = using.get(operation.from)
    using.delete(operation.from)
    if (own !== undefined) using.set(operation.to, own)
  }
  return using
}

function temporaryName(state: State, table: string): string {
  const taken = new Set(
    [...state.schema.tables, ...state.atStart.tables, ...state.schema.views]
      .flatMap((one) => [one.name, ...('columns' in one ? one.indexes.map(({ name }) => name) : [])])
      .map((name) => name.toLowerCase()),
  )
  let name = `_autogen_new_${table}`
  while (taken.has(name.toLowerCase())) name = `_${name}`
  return name
}

// With enforcement on, DROP TABLE deletes the rows first, and those of the children with them.
function losesParent({ groups, atStart }: State): boolean {
  const dropped = groups.flatMap(({ base, table }) => (base !== undefined && table === undefined ? [base] : []))
  return dropped.some((table) =>
    atStart.tables.some(({ foreignKeys }) => foreignKeys.some(({ references }) => sameName(references.table, table))),
  )
}

// What the catalogue says now: the next flush may rebuild again.
function remember(state: State, { base, table, changes, keptIndexes }: Group): void {
  const text = base && state.texts.get(base.name)
  if (base !== undefined) state.texts.delete(base.name)
  const renames = changes.flatMap(({ operation }) =>
    operation.kind === 'renameColumn'
      ? [operation.from]
      : operation.kind === 'renameTable'
        ? [operation.from.name]
        : [],
  )
  if (table !== undefined) {
    const create =
      text?.create === undefined || renames.length > 0
        ? undefined
        : reshape(text.create, normalizeTable(table), table.name)
    state.texts.set(table.name, {
      indexes: (text?.indexes ?? []).filter((sql) => renames.length === 0 && keptIndexes.has(parseIndex(sql).name)),
      triggers: text?.triggers ?? [],
      stale: text?.stale ?? false,
      ...(text?.statistics && { statistics: text.statistics }),
      ...(create !== undefined && { create }),
    })
  }
  const gone = new Set(renames.map((name) => name.toLowerCase()))
  if (gone.size === 0) return
  for (const [name, one] of state.texts)
    if (one.triggers.some((trigger) => says(trigger, gone))) state.texts.set(name, { ...one, stale: true })
}

function indexChange(changes: Group['changes'], index: string): number | undefined {
  return changes.findLast(
    ({ operation }) =>
      ((operation.kind === 'createIndex' || operation.kind === 'dropIndex') && operation.index.name === index) ||
      (operation.kind === 'renameIndex' && (operation.from === index || operation.to === index)),
  )?.at
}
