// The server as judge: expressions whose texts differ go, from both sides, through the same scratch table, and what
// the server prints of them is compared. Nothing of it is left in the database.
import { isExpression, sameJson, spelling } from '../../model/expression'
import { findColumn, findView, keyOf, nameOf } from '../../model/lookup'
import type { Column, SchemaModel, Table, View } from '../../model/schema'
import { saysAllColumns } from '../../model/star'
import type { ConnectionLike, Judgement, Scope, Uncertainty } from '../dialect'
import { sameBase } from './casts'
import { hasOneForm } from './literals'
import { sameButForOrder } from './select-list'
import { ask, type Answer } from './scratch'
import { mapRelations, questionKey, respell, respellView, slotsOf, slotsOfView, type Slot } from './slots'
import { sameTokens } from './spelling'

/** Lets the server say which defaults, checks, predicates, computed columns, indexes, exclusions and views are the same. */
export async function judge(
  db: ConnectionLike,
  live: SchemaModel,
  wanted: SchemaModel,
  scope: Scope,
): Promise<Judgement> {
  const disputed = disputedSlots(live, wanted)
  if (disputed.live.length === 0) return { live, wanted, uncertain: [] }
  const answers = await ask(db, [...disputed.live, ...disputed.wanted], { live, wanted, scope })
  if (typeof answers === 'string') return undecided(live, wanted, disputed, answers)
  return decided(live, wanted, disputed, answers)
}

interface Disputed {
  readonly live: readonly Slot[]
  readonly wanted: readonly Slot[]
}

/** What has another text on the other side, where both sides have something that could be the same. */
function disputedSlots(live: SchemaModel, wanted: SchemaModel): Disputed {
  const [ours, theirs] = [slotsByGroup(live), slotsByGroup(wanted)]
  const disputed: { live: Slot[]; wanted: Slot[] } = { live: [], wanted: [] }
  for (const [group, slots] of theirs) {
    const others = ours.get(group) ?? []
    const left = without(others, slots)
    const right = without(slots, others)
    if (left.length === 0 || right.length === 0) continue
    disputed.live.push(...left)
    disputed.wanted.push(...right)
  }
  return disputed
}

function slotsByGroup(schema: SchemaModel): Map<string, Slot[]> {
  const groups = new Map<string, Slot[]>()
  for (const slot of [...schema.tables.flatMap(slotsOf), ...schema.views.flatMap(slotsOfView)])
    groups.set(slot.group, [...(groups.get(slot.group) ?? []), slot])
  return groups
}

function without(slots: readonly Slot[], others: readonly Slot[]): Slot[] {
  const texts = new Set(others.map(({ text }) => text))
  return slots.filter(({ text }) => !texts.has(text))
}

// The server was asked

function decided(
  live: SchemaModel,
  wanted: SchemaModel,
  disputed: Disputed,
  answers: ReadonlyMap<string, Answer>,
): Judgement {
  const spell = (slot: Slot) => answers.get(questionKey(slot))?.text
  const respelled = {
    live: respellSchema(live, spell),
    wanted: respellSchema(wanted, spell),
  }
  const defaults = (table: Table) => new Map(slotsOf(table).map((slot) => [slot.column, spell(slot)]))
  const adopted = adoptDefaults(respelled.live, wanted, respelled.wanted, (ours, theirs, column) => {
    const answer = defaults(ours).get(column)
    return answer !== undefined && answer === defaults(theirs).get(column)
  })
  return { ...respelled, live: adoptOrder(adopted, respelled.wanted), uncertain: failures(disputed, answers) }
}

/** "All columns" come in the order the table has them, and that is of no account: one that went and came back stands last. */
function adoptOrder(live: SchemaModel, wanted: SchemaModel): SchemaModel {
  const view = (one: View): View => {
    const definition = findView(wanted, one)?.definition
    if (definition === undefined || !saysAllColumns(definition.sql)) return one
    if (!sameButForOrder(spelling(one.definition), spelling(definition))) return one
    return { ...one, definition: { ...one.definition, canonical: spelling(definition) } }
  }
  return mapRelations(live, (table) => table, view)
}

/** Expressions of the entities that the server cannot read; views that use what is not there yet are simply new. */
function failures({ live, wanted }: Disputed, answers: ReadonlyMap<string, Answer>): Uncertainty[] {
  return wanted.flatMap((slot) => {
    const { error, state } = answers.get(questionKey(slot)) ?? {}
    const missing = state === '42P01' || state === '42703'
    if (error === undefined || (slot.ofView && missing)) return []
    return [
      {
        ...place(slot),
        live: counterpart(slot, live)?.text ?? '',
        wanted: slot.text,
        reason: `the server says: ${error}`,
      },
    ]
  })
}

// The server could not be asked

/** Texts decide; where they differ by more than spaces and case, the difference is listed and not acted upon. */
function undecided(live: SchemaModel, wanted: SchemaModel, disputed: Disputed, reason: string): Judgement {
  const open = disputed.live.flatMap((slot) => {
    const other = counterpart(slot, disputed.wanted)
    return other && !certain(slot, live, wanted) ? [{ slot, other }] : []
  })
  const spellings = new Map(open.map(({ slot, other }) => [questionKey(slot), other.text]))
  const uncertain = open
    .filter(({ slot, other }) => !sameTokens(slot.text, other.text))
    .map(({ slot, other }) => ({ ...place(slot), live: slot.text, wanted: other.text, reason }))
  const openDefaults = new Set(open.filter(({ slot }) => slot.kind === 'default').map(({ slot }) => slot.group))
  const respelled = respellSchema(live, (slot) => spellings.get(questionKey(slot)))
  const groupOf = (table: Table, column: string) =>
    slotsOf(table).find((slot) => slot.kind === 'default' && slot.column === column)?.group ?? ''
  return {
    live: adoptDefaults(respelled, wanted, wanted, (ours, _, column) => openDefaults.has(groupOf(ours, column))),
    wanted,
    uncertain,
  }
}

/** Two values of a type whose values have one form differ for certain. */
function certain({ kind, table, column }: Slot, live: SchemaModel, wanted: SchemaModel): boolean {
  if (kind !== 'default' || column === undefined) return false
  const columns = [live, wanted].map((schema) => {
    const found = schema.tables.find((one) => keyOf(nameOf(one)) === keyOf(table))
    return found && findColumn(found, column)
  })
  return columns.every((one) => one?.default !== undefined && !isExpression(one.default) && hasOneForm(one.type))
}

// Both

function respellSchema(schema: SchemaModel, spell: (slot: Slot) => string | undefined): SchemaModel {
  return mapRelations(
    schema,
    (table) => respell(table, spell),
    (view) => respellView(view, spell),
  )
}

/** Gives live columns the default as the entity has it, where both are the same: value or expression, as written. */
function adoptDefaults(
  live: SchemaModel,
  asked: SchemaModel,
  wanted: SchemaModel,
  same: (live: Table, wanted: Table, column: string) => boolean,
): SchemaModel {
  const byName = (schema: SchemaModel) => new Map(schema.tables.map((table) => [keyOf(nameOf(table)), table]))
  const [before, after] = [byName(asked), byName(wanted)]
  return mapRelations(
    live,
    (table) => {
      const [theirs, spelled] = [before.get(keyOf(nameOf(table))), after.get(keyOf(nameOf(table)))]
      if (theirs === undefined || spelled === undefined) return table
      const columns = table.columns.map((column): Column => {
        const other = findColumn(spelled, column.name)
        if (column.default === undefined || other?.default === undefined) return column
        if (sameJson(column.default, other.default) || !same(table, theirs, column.name)) return column
        // On the way back it would have to be read as the type it had.
        if (!sameBase(column.type, other.type)) return column
        return { ...column, default: other.default }
      })
      return { ...table, columns }
    },
    (view) => view,
  )
}

function counterpart({ group, subject }: Slot, others: readonly Slot[]): Slot | undefined {
  return others.find((other) => other.group === group && other.subject === subject)
}

function place({ table, subject }: Slot): Pick<Uncertainty, 'table' | 'subject'> {
  return { table, subject }
}
