// How much is walked: a few in every run of the tests, as many as are asked for otherwise.

import { lane } from '../support/lane'

/** Plan is what one lane does. */
export interface Plan {
  /** Pairs at most, and for how long at most. */
  readonly pairs: number
  readonly milliseconds: number
  readonly bin: number
  readonly oracle: number
  /** The first pair's; the next ones count on from there. */
  readonly seed: number
  readonly said: string
}

const day = 24 * 3_600_000

/** AUTOGEN_SOAK is a number of pairs or a time such as `10m`, AUTOGEN_SOAK_BIN and AUTOGEN_SOAK_ORACLE are numbers; AUTOGEN_SEED alone repeats one pair. */
export const plan: Plan = planOf(process.env)

function planOf({
  AUTOGEN_SOAK: soak,
  AUTOGEN_SOAK_BIN: bin,
  AUTOGEN_SOAK_ORACLE: oracle,
  AUTOGEN_SEED: given,
}: NodeJS.ProcessEnv): Plan {
  const first = Number(given ?? 20_261_120)
  // One pair is asked for by its seed; of many, each lane walks its own.
  const seed = soak === undefined || lane.major === '1' ? first : first + 500_000
  const minutes = /^(\d+)\s*m/.exec(soak ?? '')?.[1]
  const pairs = minutes !== undefined ? Infinity : Number(soak ?? (given === undefined ? 40 : 1))
  if (Number.isNaN(pairs) || Number.isNaN(first))
    throw new Error('AUTOGEN_SOAK is a number of pairs, or minutes as in 10m; AUTOGEN_SEED is a number.')
  return {
    pairs,
    milliseconds: minutes === undefined ? day : Number(minutes) * 60_000,
    bin: Number(bin ?? Math.min(pairs, 1)),
    oracle: Number(oracle ?? Math.min(pairs, soak === undefined ? 3 : 25)),
    seed,
    said: `${minutes === undefined ? `${pairs} pairs` : `${minutes} minutes`} from seed ${seed}`,
  }
}
