// Renames for a pair of schemas: things on both sides, under another name on the second, and the answers that say so.
import fc from 'fast-check'
import type { Answers } from '../../src/diff/answers'
import { displayName, findColumn, findEnum, findTable, nameOf } from '../../src/model/lookup'
import { apply } from '../../src/operations/apply'
import type { Operation } from '../../src/operations/operation'
import type { SchemaPair } from './arbitrary'

/** RenamedPair is a pair with renames on the way from one to the other. */
export interface RenamedPair extends SchemaPair {
  readonly answers: Answers
}

/** The pair with some of what is on both sides renamed on the second. */
export function withRenames(pair: SchemaPair): fc.Arbitrary<RenamedPair> {
  return fc.infiniteStream(fc.boolean()).map((coin) => renameSome(pair, () => coin.next().value === true))
}

function renameSome({ from, to }: SchemaPair, isChosen: () => boolean): RenamedPair {
  const answers: Record<string, string> = {}
  const operations: Operation[] = []
  const columns = from.tables.flatMap((table) => {
    const other = findTable(to, table)
    return table.columns.filter(({ name }) => other && findColumn(other, name)).map(({ name }) => ({ table, name }))
  })
  for (const { table, name } of columns.filter(isChosen)) {
    const other = `${name} "new"`
    operations.push({ kind: 'renameColumn', table: nameOf(table), from: name, to: other })
    answers[`${displayName(table)}.${name}`] = other
  }
  for (const table of from.tables.filter((one) => findTable(to, one) && isChosen())) {
    const name = `New ${table.name}`
    operations.push({ kind: 'renameTable', from: nameOf(table), to: { ...nameOf(table), name } })
    answers[displayName(table)] = name
  }
  for (const type of from.enums.filter((one) => findEnum(to, one) && isChosen())) {
    const value = type.values.find((one) => findEnum(to, type)?.values.includes(one))
    if (value === undefined) continue
    const other = `${value}, new`
    operations.push({ kind: 'renameEnumValue', enum: nameOf(type), from: value, to: other })
    answers[`${displayName(type)}.${value}`] = other
  }
  return { from, to: apply(to, operations), answers }
}

/** The row of a table is found again under whatever names: which of its columns became which. */
export function pathsOf({ from, to, answers }: RenamedPair): readonly Path[] {
  return from.tables.flatMap((table) => {
    const other = findTable(to, { ...nameOf(table), name: answers[displayName(table)] ?? table.name })
    if (other === undefined) return []
    const pairs = table.columns.flatMap((column) => {
      const now = findColumn(other, answers[`${displayName(table)}.${column.name}`] ?? column.name)
      return now === undefined || column.generated || now.generated ? [] : [[column.name, now.name] as const]
    })
    return [{ from: nameOf(table), to: nameOf(other), columns: pairs }]
  })
}

/** Path is a table and its columns, before and after. */
export interface Path {
  readonly from: { readonly schema?: string; readonly name: string }
  readonly to: { readonly schema?: string; readonly name: string }
  readonly columns: readonly (readonly [from: string, to: string])[]
}

/** Answers the settling knows. */
export function knowing(answers: Answers) {
  return { known: [({ key }: { readonly key: string }) => answers[key]], asked: [] }
}

/** Whether all that was renamed was found to be gone: the pair is worth a run. */
export function isRenamed({ answers }: RenamedPair): boolean {
  return Object.keys(answers).length > 0
}
