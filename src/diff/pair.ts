// Finds for each wanted thing the live one it already is: by its name first, then by its structure.

/** Pairing holds what was found on both sides, and what is left on each. */
export interface Pairing<T> {
  readonly pairs: readonly (readonly [live: T, wanted: T])[]
  readonly extra: readonly T[]
  readonly missing: readonly T[]
}

/** Pairs two multisets: several things of equal structure can coexist, each is paired once. */
export function pair<T extends { readonly name?: string }>(
  live: readonly T[],
  wanted: readonly T[],
  same: (live: T, wanted: T) => boolean,
): Pairing<T> {
  // By position: one object may well stand in a list twice.
  const left = new Set(live.keys())
  const found = new Map<number, T>()
  const take = (at: number, fits: (candidate: T, want: T) => boolean) => {
    const candidate = found.has(at) ? undefined : [...left].find((one) => fits(live[one]!, wanted[at]!))
    if (candidate === undefined) return
    found.set(at, live[candidate]!)
    left.delete(candidate)
  }
  const all = [...wanted.keys()]
  const named = all.filter((at) => wanted[at]!.name !== undefined)
  const isNamesake = (one: T, want: T) => one.name === want.name
  for (const at of named) take(at, (one, want) => isNamesake(one, want) && same(one, want))
  for (const at of named) take(at, isNamesake)
  // The unnamed last, so that they do not take what a name could still be given to.
  for (const at of [...named, ...all.filter((one) => !named.includes(one))]) take(at, same)
  return {
    pairs: wanted.flatMap((want, at) => (found.has(at) ? [[found.get(at)!, want] as const] : [])),
    extra: live.filter((_, at) => left.has(at)),
    missing: wanted.filter((_, at) => !found.has(at)),
  }
}
