// Numbers that look random and come again from the same seed.

/** Random is a source of choices. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Some of the list, in its order: from `least` to `most` of them. */
  some<T>(list: readonly T[], least: number, most: number): T[]
  shuffled<T>(list: readonly T[]): T[]
}

/** Choices that follow from a seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  // Neighbouring seeds begin alike.
  for (let warmUp = 0; warmUp < 4; warmUp++) next()
  const random: Random = {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error('There is nothing to pick from.')
      return list[random.below(list.length)]!
    },
    some: (list, least, most) => {
      const count = Math.min(list.length, least + random.below(Math.max(0, most - least) + 1))
      const chosen = new Set(random.shuffled(list.map((_, index) => index)).slice(0, count))
      return list.filter((_, index) => chosen.has(index))
    },
    shuffled: (list) => {
      const copy = [...list]
      for (let index = copy.length - 1; index > 0; index--) {
        const other = random.below(index + 1)
        ;[copy[index], copy[other]] = [copy[other]!, copy[index]!]
      }
      return copy
    },
  }
  return random
}
