// Enums, sequences, extensions and schemas.
import { nameOf, sameName } from '../model/lookup'
import { sameEnum, sameSequence } from '../model/same'
import type { EnumType, QualifiedName, SchemaModel } from '../model/schema'
import { withValue } from '../operations/enum-values'
import type { Operation, OperationOf } from '../operations/operation'

/** What makes the types and all else that is no table or view as wanted. */
export function diffTypes(from: SchemaModel, to: SchemaModel): Operation[] {
  const enums = byName(from.enums, to.enums)
  const sequences = byName(from.sequences, to.sequences)
  const changedSequences = sequences.pairs.filter(([live, wanted]) => !sameSequence(live, wanted))
  const installed = new Set(from.extensions.map(({ name }) => name))
  const wantedExtensions = new Set(to.extensions.map(({ name }) => name))
  const operations: (Operation | readonly Operation[])[] = [
    // Schemas are only added: who knows what else lives in one.
    ...to.schemas.filter((name) => !from.schemas.includes(name)).map(createSchema),
    ...to.extensions
      .filter(({ name }) => !installed.has(name))
      .map((extension): Operation => ({ kind: 'createExtension', extension })),
    ...from.extensions
      .filter(({ name }) => !wantedExtensions.has(name))
      .map((extension): Operation => ({ kind: 'dropExtension', extension })),
    ...enums.missing.map((type): Operation => ({ kind: 'createEnum', enum: { ...nameOf(type), values: type.values } })),
    ...enums.pairs.filter(([live, wanted]) => !sameEnum(live, wanted)).map(([live, wanted]) => diffEnum(live, wanted)),
    ...enums.extra.map((type): Operation => ({ kind: 'dropEnum', enum: type })),
    ...[...sequences.extra, ...changedSequences.map(([live]) => live)].map((sequence): Operation => ({
      kind: 'dropSequence',
      sequence,
    })),
    ...[...sequences.missing, ...changedSequences.map(([, wanted]) => wanted)].map((sequence): Operation => ({
      kind: 'createSequence',
      sequence,
    })),
  ]
  return operations.flat()
}

function createSchema(schema: string): Operation {
  return { kind: 'createSchema', schema }
}

/** Values that are only added are added one by one, each in its place; anything else replaces the type. */
function diffEnum(live: EnumType, wanted: EnumType): readonly Operation[] {
  const survivors = wanted.values.filter((value) => live.values.includes(value))
  if (!sameEnum(live, { ...live, values: survivors }))
    return [{ kind: 'replaceEnum', from: live, to: { ...live, values: wanted.values } }]
  const additions: Operation[] = []
  let now = live
  for (const [at, value] of wanted.values.entries()) {
    if (now.values.includes(value)) continue
    const isLast = !wanted.values.slice(at).some((later) => live.values.includes(later))
    const addition: OperationOf<'addEnumValue'> = {
      kind: 'addEnumValue',
      enum: now,
      value,
      ...(isLast ? {} : at > 0 ? { after: wanted.values[at - 1]! } : { before: now.values[0]! }),
    }
    additions.push(addition)
    now = withValue(addition)
  }
  return additions
}

function byName<T extends QualifiedName>(live: readonly T[], wanted: readonly T[]) {
  const counterpart = (one: T, list: readonly T[]) => list.find((other) => sameName(one, other))
  return {
    pairs: wanted.flatMap((want) => {
      const found = counterpart(want, live)
      return found === undefined ? [] : [[found, want] as const]
    }),
    missing: wanted.filter((want) => counterpart(want, live) === undefined),
    extra: live.filter((one) => counterpart(one, wanted) === undefined),
  }
}
